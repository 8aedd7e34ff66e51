"""What is another person, or my unit, missing? Only within one's scope; every look is in the audit chain."""

from collections.abc import Collection, Sequence

from handlers import next_steps
from handlers.asking import Choice
from handlers.contacts import describe_contact
from handlers.phrases import _, ngettext, show_day
from handlers.ports import Audit, Clock, Profiles
from handlers.reply import Line, Outcome, Reply
from handlers.retiring import state_by_schedule
from handlers.rights import may_see, units_in_scope
from handlers.stating import state_on
from handlers.verdicts import (
    are_proven,
    describe_finding,
    describe_gaps,
    describe_unasked,
    grounds_of,
)
from handlers.visit import Visit, criteria_asked
from handlers.why_subjects import why
from handlers.wording import name_unit
from knowledge.evaluate import evaluate, service_of
from knowledge.facts import CriterionCode, Person, PersonCode, UnitCode
from knowledge.findings import Reason, State
from knowledge.rulebook import RulesOn
from knowledge.understanding.names import drop_title

_MOST_NAMES = 6
_MOST_LISTED = 10
_MOST_UNITS_NAMED = 20  # in one entry of the audit chain
_MOST_UNITS_IN_TITLE = 3
_MOST_PEOPLE = 5_000  # above this, a chat is the wrong place; a part of the unit must be named


async def list_gaps_of(
    visit: Visit, person: Person, *, profiles: Profiles, audit: Audit, clock: Clock, words: str = ""
) -> Reply:
    """What is this other person missing? The same refusal whether or not such a person exists.

    `words` where they were typed as an answer; else they are those of the button or of the question.
    """
    words = words or visit.subject or visit.named.person_words or ""
    found = await find_other(visit, person, words, profiles=profiles, audit=audit, clock=clock)
    if isinstance(found, Reply):
        return found
    return describe_person(found, visit.rules, criteria=criteria_asked(visit))


async def find_other(
    visit: Visit,
    person: Person,
    words: str,
    *,
    profiles: Profiles,
    audit: Audit,
    clock: Clock,
    action: str = "person",
) -> Person | Reply:
    """The one person meant whose record may be seen by this one, every look recorded; else what to say instead.

    Rights are decided anew, by the rules of the real day. `action` is that of the choices where several are meant.
    """
    today = visit.rules.book.on(visit.today)
    scope = units_in_scope(person, today)
    if scope and not words:
        return _ask_whom()
    known = await _find(words, _units_asked(visit, scope, today) | {person.unit}, profiles) if scope else ()
    found = [one for one in known if may_see(person, one, scope)]
    if not found:
        await audit.record(person.code, "look_refused", "person", clock.now(), {"channel": visit.asked.channel})
        return _not_in_scope(words, visit) if scope else refuse(visit)
    meant = _of_position(found, visit)
    if len(meant) > 1:
        return _ask_which(meant, words, today, action)
    other = meant[0]
    await audit.record(person.code, "looked_at_person", other.code, clock.now(), {"channel": visit.asked.channel})
    return other


def refuse(visit: Visit) -> Reply:
    """Another's record is not for this visitor."""
    return Reply(
        title=_("Another person's record cannot be shown to you here."),
        lines=(
            Line(_("Only the person themself, the head of their unit and HR in charge can see it.")),
            describe_contact(visit),
        ),
        choices=(next_steps.my_gaps(), next_steps.whom_to_ask(), next_steps.help_me()),
        outcome=Outcome.DENIED,
    )


def _not_in_scope(words: str, visit: Visit) -> Reply:
    """For somebody with a scope: nobody in it is meant, and no word about who exists outside it."""
    return Reply(
        title=_("Nobody called {words} is among the people whose records you may see.").format(words=words),
        lines=(Line(_("Please check the name or staff code.")), describe_contact(visit)),
        choices=(next_steps.unit_gaps(), next_steps.my_gaps(), next_steps.help_me()),
        outcome=Outcome.DENIED,
    )


def _ask_whom() -> Reply:
    return Reply(
        title=_("Whom do you mean? Please name the person or the staff code."),
        choices=(next_steps.unit_gaps(), next_steps.my_gaps(), next_steps.help_me()),
    )


async def _find(words: str, units: frozenset[UnitCode], profiles: Profiles) -> Sequence[Person]:
    """Whoever has this code, else people of these units by name: namesakes elsewhere must not hide them."""
    by_code = await profiles.find_person(PersonCode(words)) if words else None
    if by_code is not None:
        return [by_code]
    name = drop_title(words).strip()
    called = await profiles.list_people_by_name(name, _MOST_NAMES + 1, units) if name else ()
    return called or (await profiles.search_people(name, _MOST_NAMES + 1, units) if name else ())


def _of_position(found: Sequence[Person], visit: Visit) -> Sequence[Person]:
    """Those of several namesakes who hold the position that is named beside them; all where nobody does."""
    groups = visit.named.position_groups
    return [one for one in found if one.position_group in groups] or found


def _units_asked(visit: Visit, scope: frozenset[UnitCode], today: RulesOn) -> frozenset[UnitCode]:
    """The units that are named beside the person, if any; else all that may be seen."""
    within = scope & today.units_within(visit.named.units) if visit.named.units else scope
    return within or scope


def _ask_which(found: Sequence[Person], words: str, today: RulesOn, action: str) -> Reply:
    lines: tuple[Line, ...] = ()
    if len(found) > _MOST_NAMES:
        lines = (Line(_("There are more; please add another word of the name, or type the staff code.")),)
    return Reply(
        title=_("Several people are called {words}. Which one do you mean?").format(words=drop_title(words)),
        lines=lines,
        choices=tuple(
            Choice(f"{one.name} ({one.code}), {one.position}, {name_unit(today, one.unit)}", action, one.code)
            for one in found[:_MOST_NAMES]
        ),
    )


def describe_person(other: Person, rules: RulesOn, *, criteria: Collection[CriterionCode] = ()) -> Reply:
    """Another person's verdicts, for somebody who may see them; only those on `criteria` where any is asked about."""
    findings = evaluate(other, rules)
    named = [one for one in findings if one.criterion in criteria]
    shown = named or findings
    gaps = [one for one in shown if one.is_gap]
    lines = describe_gaps(shown, rules)
    told = [one for one in shown if not one.is_gap and (named or one.state is State.EXPIRING)]
    lines += [describe_finding(one, rules) for one in told]
    lines += describe_unasked([one for one in findings if one not in shown], rules)
    if not findings:
        lines = [_past_retirement(other, rules)]
    elif not gaps and not named:
        grounds = [ground for one in findings for ground in grounds_of(one, rules)]
        lines += [state_on(_("Meets every standard of the position."), grounds, rules)]
    is_undecided = bool(findings) and all(one.reason is Reason.STANDARDS_NOT_LOADED for one in findings)
    return Reply(
        title=_title(other, len(gaps) if are_proven(lines) and len(shown) == len(findings) else 0, rules),
        lines=tuple(lines),
        choices=(why(person=other.code), next_steps.unit_gaps(), next_steps.my_gaps()),
        outcome=Outcome.NO_BASIS if is_undecided else Outcome.ANSWERED,
        findings=findings,
    )


def _title(other: Person, gaps: int, rules: RulesOn) -> str:
    if not gaps:
        text = _("{name} ({code}), {position}, as of {day}")
    else:
        text = ngettext(
            "{name} ({code}), {position}: {n} item to complete or clear up, as of {day}",
            "{name} ({code}), {position}: {n} items to complete or clear up, as of {day}",
            gaps,
        )
    return text.format(name=other.name, code=other.code, position=other.position, n=gaps, day=show_day(rules.day))


def _past_retirement(other: Person, rules: RulesOn) -> Line:
    service = service_of(other, rules)
    text = _("Past the retirement day, {day}: no title standard is asked.").format(day=show_day(service.retires_on))
    return state_by_schedule(text, rules, service.territory)
