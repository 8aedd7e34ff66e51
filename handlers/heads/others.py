"""What is another person, or my unit, missing? Only within one's scope; every look is in the audit chain."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date

from handlers import next_steps
from handlers.asking import Choice
from handlers.contacts import describe_contact
from handlers.phrases import _, ngettext, show_day
from handlers.ports import Audit, Clock, Profiles
from handlers.reply import Line, Outcome, Reply
from handlers.retiring import state_by_schedule
from handlers.rights import may_see, units_in_scope
from handlers.stating import Ground, state_on
from handlers.verdicts import (
    are_proven,
    describe_finding,
    describe_gaps,
    describe_unasked,
    grounds_of,
    is_doubtful,
    territory_of,
)
from handlers.visit import Visit, criteria_asked
from handlers.why_subjects import why
from handlers.wording import name_criteria, name_criterion
from knowledge.evaluate import evaluate, service_of
from knowledge.facts import CriterionCode, Person, PersonCode, Unit, UnitCode
from knowledge.findings import Finding, Reason, State
from knowledge.rulebook import RulesOn
from knowledge.understanding.meaning import Wish
from knowledge.understanding.names import drop_title

_MOST_NAMES = 5
_MOST_LISTED = 10
_MOST_UNITS_NAMED = 20  # in one entry of the audit chain
_MOST_UNITS_IN_TITLE = 3
_MOST_PEOPLE = 5_000  # above this, a chat is the wrong place; a part of the unit must be named


async def list_gaps_of(visit: Visit, person: Person, *, profiles: Profiles, audit: Audit, clock: Clock) -> Reply:
    """What is this other person missing? The same refusal whether or not such a person exists."""
    words = visit.subject or visit.named.person_words or ""
    found = await find_other(visit, person, words, profiles=profiles, audit=audit, clock=clock)
    if isinstance(found, Reply):
        return found
    return describe_person(found, visit.rules, criteria=criteria_asked(visit))


async def find_other(
    visit: Visit, person: Person, words: str, *, profiles: Profiles, audit: Audit, clock: Clock
) -> Person | Reply:
    """The one person meant whose record may be seen by this one, every look recorded; else what to say instead.

    Rights are decided anew, by the rules of the real day.
    """
    today = visit.rules.book.on(visit.today)
    scope = units_in_scope(person, today)
    if scope and not words:
        return _ask_whom()
    known = await _find(words, scope | {person.unit}, profiles) if scope else ()
    found = [one for one in known if may_see(person, one, scope)]
    if not found:
        await audit.record(person.code, "look_refused", "person", clock.now(), {"channel": visit.asked.channel})
        return _not_in_scope(words, visit) if scope else refuse(visit)
    if len(found) > 1:
        return _ask_which(found, words)
    other = found[0]
    await audit.record(person.code, "looked_at_person", other.code, clock.now(), {"channel": visit.asked.channel})
    return other


async def list_unit_gaps(visit: Visit, person: Person, *, profiles: Profiles, audit: Audit, clock: Clock) -> Reply:
    """Who in my unit is missing what?"""
    today = visit.rules.book.on(visit.today)
    scope = units_in_scope(person, today)
    if visit.named.units:
        scope &= today.units_within(visit.named.units)
    elif scope and visit.meaning is not None and visit.meaning.unit_words is not None:
        return _ask_which_unit(visit.meaning.unit_words)
    if not scope:
        await audit.record(person.code, "look_refused", "unit", clock.now(), {"channel": visit.asked.channel})
        return refuse(visit)
    judged: list[tuple[Person, tuple[Finding, ...]]] = []
    async for one in profiles.stream_people(scope):
        judged.append((one, evaluate(one, visit.rules)))
        if len(judged) > _MOST_PEOPLE:
            return _too_many()
    tops = _tops_of(scope, today)
    subject = _list_some([unit.code for unit in tops], _MOST_UNITS_NAMED, ",")
    await audit.record(person.code, "looked_at_unit", subject, clock.now(), {"people": len(judged)})
    if Wish.EXPIRING in visit.wishes:
        return _describe_expiring(judged, _list_some([unit.name for unit in tops], _MOST_UNITS_IN_TITLE, ", "), visit)
    return _describe_unit(judged, _list_some([unit.name for unit in tops], _MOST_UNITS_IN_TITLE, ", "), visit)


def _tops_of(scope: frozenset[UnitCode], today: RulesOn) -> list[Unit]:
    """What was looked at: the units of today under which all of the scope lies."""
    units = {unit.code: unit for unit in map(today.find_unit, scope) if unit is not None}
    return [unit for code, unit in sorted(units.items()) if unit.parent not in scope]


def _list_some(names: Sequence[str], most: int, divider: str) -> str:
    more = len(names) - most
    return divider.join([*names[:most], *([f"+{more}"] if more > 0 else [])])


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


def _ask_which_unit(words: str) -> Reply:
    return Reply(
        title=_("No unit of the roster is called {words}. Which unit do you mean?").format(words=words),
        lines=(Line(_("Please write its full name or its code; without a unit, all people of your scope are meant.")),),
        choices=(next_steps.unit_gaps(), next_steps.help_me()),
    )


async def _find(words: str, units: frozenset[UnitCode], profiles: Profiles) -> Sequence[Person]:
    """Whoever has this code, else people of these units by name: namesakes elsewhere must not hide them."""
    by_code = await profiles.find_person(PersonCode(words)) if words else None
    if by_code is not None:
        return [by_code]
    return await profiles.list_people_by_name(drop_title(words), _MOST_NAMES, units) if words else ()


def _ask_which(found: Sequence[Person], words: str) -> Reply:
    return Reply(
        title=_("Several people are called {words}. Which one do you mean?").format(words=drop_title(words)),
        choices=tuple(Choice(f"{one.name} ({one.code}), {one.position}", "person", one.code) for one in found),
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


def _describe_unit(judged: Sequence[tuple[Person, tuple[Finding, ...]]], units: str, visit: Visit) -> Reply:
    behind = [(one, [finding for finding in findings if finding.is_gap]) for one, findings in judged]
    behind = [(one, gaps) for one, gaps in behind if gaps]
    behind.sort(key=lambda each: (_first_due(each[1]), each[0].code))
    lines = _count_by_criterion([gap for _one, gaps in behind for gap in gaps], visit.rules)
    lines += [_describe_member(one, gaps, visit) for one, gaps in behind[:_MOST_LISTED]]
    if len(behind) > _MOST_LISTED:
        lines.append(Line(_("and {n} more people.").format(n=len(behind) - _MOST_LISTED)))
    return Reply(
        title=_("{units}: {behind} of {all} people have something to complete or clear up, as of {day}").format(
            units=units, behind=len(behind), all=len(judged), day=show_day(visit.on)
        ),
        lines=tuple(lines),
        choices=(
            *(Choice(f"{one.name} ({one.code})", "person", one.code) for one, _gaps in behind[:3]),
            *((next_steps.needing(),) if behind else ()),
        ),
    )


def _describe_expiring(judged: Sequence[tuple[Person, tuple[Finding, ...]]], units: str, visit: Visit) -> Reply:
    """Only those whose certificates still count and soon no longer do, the first to end first."""
    ending = [(_ends_on(one), person, one) for person, findings in judged for one in findings]
    ending = [each for each in ending if each[2].state is State.EXPIRING]
    ending.sort(key=lambda each: (each[0], each[1].code))
    lines: list[Line] = []
    for day, person, finding in ending[:_MOST_LISTED]:
        text = _("{name} ({code}): {what} counts only until {day}").format(
            name=person.name,
            code=person.code,
            what=name_criteria(visit.rules.library, [finding]),
            day=show_day(day),
        )
        lines.append(state_on(text, grounds_of(finding, visit.rules), visit.rules, is_item=True))
    if len(ending) > _MOST_LISTED:
        lines.append(Line(_("and {n} more certificates.").format(n=len(ending) - _MOST_LISTED)))
    title = ngettext(
        "{units}: {n} certificate soon expires, as of {day}",
        "{units}: {n} certificates soon expire, as of {day}",
        len(ending),
    )
    if not ending:
        title = _("{units}: no certificate that counts for a standard soon expires, as of {day}")
    return Reply(
        title=title.format(units=units, n=len(ending), day=show_day(visit.on)),
        lines=tuple(lines),
        choices=(next_steps.unit_gaps(), next_steps.my_gaps()),
    )


def _ends_on(finding: Finding) -> date:
    return finding.held.valid_to if finding.held is not None and finding.held.valid_to is not None else date.max


def _first_due(gaps: Sequence[Finding]) -> date:
    return min((gap.deadline for gap in gaps if gap.deadline is not None), default=date.max)


def _count_by_criterion(gaps: Sequence[Finding], rules: RulesOn) -> list[Line]:
    counts = Counter(gap.criterion for gap in gaps if gap.criterion is not None)
    lines: list[Line] = []
    for criterion, _count in counts.most_common():
        alike = [gap for gap in gaps if gap.criterion == criterion]
        for some in filter(None, _parted(alike, rules)):
            grounds = [Ground(cite, territory_of(gap, rules)) for gap in some for cite in gap.basis[:1]]
            text = _("{criterion}: {n} people").format(criterion=name_criterion(rules.library, criterion), n=len(some))
            lines.append(state_on(text, grounds, rules, is_item=True))
    return lines


def _parted(gaps: Sequence[Finding], rules: RulesOn) -> tuple[list[Finding], list[Finding]]:
    """Gaps whose basis holds, and those whose basis does not: the latter are counted apart, as background."""
    return [one for one in gaps if not is_doubtful(one, rules)], [one for one in gaps if is_doubtful(one, rules)]


def _describe_member(one: Person, gaps: Sequence[Finding], visit: Visit) -> Line:
    names = name_criteria(visit.rules.library, gaps)
    what = names or _("standards not loaded")
    due = _first_due(gaps)
    if due == date.max:
        text = _("{name} ({code}): {what}").format(name=one.name, code=one.code, what=what)
    else:
        text = _("{name} ({code}): {what}; deadline {day}").format(
            name=one.name, code=one.code, what=what, day=show_day(due)
        )
    cites = [(cite, gap) for gap in gaps for cite in (*gap.basis[:1], gap.deadline_basis) if cite is not None]
    grounds = [Ground(cite, territory_of(gap, visit.rules)) for cite, gap in cites]
    return state_on(text, grounds, visit.rules, is_item=True) if grounds else Line(text, is_item=True)


def _too_many() -> Reply:
    return Reply(
        title=_("Your scope holds too many people for a chat. Please name a unit."),
        choices=(next_steps.my_gaps(), next_steps.help_me()),
    )
