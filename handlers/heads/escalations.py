"""Which cases of my people was I told of? The list behind a notice; to look at one, acknowledge, act and comment.

Whoever reads sees what happened below them and never what is told above. Comments and acknowledgements end nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from handlers import next_steps
from handlers.asking import PUSHED, Choice
from handlers.forms import ends_form
from handlers.heads.escalation_words import Open, describe, describe_study, name_trigger, order_of, place_of
from handlers.inquiries import clean
from handlers.notices.escalations import LIST, describe_offices, may_be_told, see_list, title
from handlers.phrases import _, ngettext, show_day, show_day_of, show_number
from handlers.ports import Audit, Clock, Escalations, Profiles
from handlers.pressed import read_number
from handlers.reply import Line, Outcome, Pending, Reply
from handlers.rights import units_headed, units_in_scope
from handlers.verdicts import describe_accountable, describe_gaps
from handlers.visit import Visit
from handlers.wording import name_unit
from knowledge.cases import KeptCase, Trigger
from knowledge.evaluate import evaluate
from knowledge.facts import Person, PersonCode
from knowledge.rulebook import RulesOn
from knowledge.triggers import is_unanswered, list_cases, told_consequence
from storage.records import Remark

OPEN, ACK, COMMENT, FORM = "escalation.open", "escalation.ack", "escalation.comment", "escalation.words"
_AT_ONCE = 10
_MOST_PEOPLE = 2_000  # judged anew for one list
_LONGEST_COMMENT = 1_000
_MOST_REMARKS = 5


@dataclass(frozen=True, slots=True)
class Desk:
    """The drawers that this needs."""

    cases: Escalations
    profiles: Profiles
    audit: Audit
    clock: Clock


async def list_mine(visit: Visit, reader: Person, desk: Desk) -> Reply:
    """Show me the list."""
    rules = visit.rules
    found = await _find_open(reader, None, visit, desk)
    if not found:
        return _nothing_left()
    if not units_in_scope(reader, _today(visit)):
        return _only_counted(found, rules)
    page = read_number(visit.subject) or 0
    shown = found[page * _AT_ONCE : (page + 1) * _AT_ONCE] or found[:_AT_ONCE]
    units = sorted({one.person.unit for one in shown})
    await desk.audit.record(reader.code, "looked_at_unit", ",".join(units), desk.clock.now(), {"people": len(shown)})
    told = [(one.person, told.rung) for one in found for told in one.told]
    lines = describe_offices(told, rules) if not page else []
    lines += [describe(one, rules) for one in shown]
    left = len(found) - (page + 1) * _AT_ONCE
    choices = [Choice(f"{one.person.name} ({one.person.code})", OPEN, one.person.code) for one in shown]
    if left > 0:
        choices.append(Choice(_("{n} more").format(n=show_number(left)), LIST, str(page + 1)))
    choices.append(Choice(_("Received"), ACK))
    return Reply(title(len(found)), tuple(lines), choices=tuple(choices))


async def open_one(visit: Visit, reader: Person, desk: Desk) -> Reply:
    """Show me this person: what is lacking, what was decided, what was said below me; and what I can do."""
    found = await _find_one(visit.subject, reader, visit, desk)
    if isinstance(found, Reply):
        return found
    return await _look(found, reader, visit, desk)


async def acknowledge(visit: Visit, reader: Person, desk: Desk) -> Reply:
    """I have received it: this one, or all that I was told of."""
    found = await _find_open(reader, None, visit, desk)
    meant = [one for one in found if visit.subject in {"", one.person.code}]
    if not meant:
        return _nothing_left()
    codes = [one.person.code for one in meant]
    known = {one.about for one in await desk.cases.list_remarks(codes) if one.by == reader.code and one.words is None}
    await desk.cases.remark([Remark(code, reader.code, desk.clock.now()) for code in codes if code not in known])
    await desk.audit.record(
        reader.code, "acknowledged_escalation", "escalations", desk.clock.now(), {"people": len(codes)}
    )
    text = ngettext(
        "Recorded: you have received the case of {n} person.",
        "Recorded: you have received the cases of {n} people.",
        len(meant),
    )
    return Reply(
        text.format(n=show_number(len(meant))),
        (Line(_("It stays open until what is lacking is completed or decided.")),),
        choices=(see_list(), next_steps.study_waiting(), next_steps.unit_gaps()),
    )


async def ask_for_comment(visit: Visit, reader: Person, desk: Desk) -> Reply:
    """I want to say something about it."""
    found = await _find_one(visit.subject, reader, visit, desk)
    return found if isinstance(found, Reply) else _ask(found.person)


async def read_comment(visit: Visit, reader: Person, desk: Desk) -> Reply:
    """What was typed is kept; those above read it once they are told, the person concerned never does."""
    pending = visit.pending
    if pending is None:
        return await list_mine(replace(visit, subject=""), reader, desk)
    found = await _find_one(pending.values.get("person", ""), reader, visit, desk)
    if isinstance(found, Reply):
        return found
    words = clean(visit.text)
    if ends_form(visit.text):
        return await _look(found, reader, visit, desk)
    if not words or len(words) > _LONGEST_COMMENT:
        text = _("Please write at most {most} characters.").format(most=show_number(_LONGEST_COMMENT))
        return replace(_ask(found.person), lines=(Line(text),))
    code = found.person.code
    await desk.cases.remark([Remark(code, reader.code, desk.clock.now(), words)])
    await desk.audit.record(reader.code, "commented_escalation", "escalations", desk.clock.now(), {"about": code})
    shown = await _show(found, reader, visit, desk)  # on record as the comment, which leaves the official no trace
    said = Line(_("Your comment has been recorded. Whoever is told of this after you can read it."))
    return replace(shown, lines=(said, *shown.lines))


# --- what is still open


def _today(visit: Visit) -> RulesOn:
    """Rights and what is remembered are of the real day, whatever day is asked about."""
    return visit.rules.book.on(visit.today)


async def _find_open(reader: Person, only: PersonCode | None, visit: Visit, desk: Desk) -> list[Open]:
    """People of whom the reader was told, in their scope today, whose cases still are open; the gravest first."""
    kept: dict[PersonCode, list[KeptCase]] = {}
    rules = visit.rules
    for one in await desk.cases.list_told_to(reader.code, visit.today):
        if only in {None, one.case.person}:
            kept.setdefault(one.case.person, []).append(one)
    codes = list(kept)[:_MOST_PEOPLE]
    people = await desk.profiles.find_people(codes)
    reached = await desk.cases.find_reached(codes, PUSHED)
    offered = await desk.cases.list_offered()
    scope = units_in_scope(reader, _today(visit))
    found: list[Open] = []
    for code, person in people.items():
        if not may_be_told(reader, person, scope):
            continue
        findings = evaluate(person, rules)
        now = list_cases(person, findings, rules, is_reachable=code in reached, offered=offered.get(code, frozenset()))
        open_now = {(one.trigger, one.subject): one for one in now}
        mine = [one for one in kept[code] if (one.case.trigger, one.case.subject) in open_now]
        if mine:
            cases = tuple(open_now[one.case.trigger, one.case.subject] for one in mine)
            told = tuple(told for one in mine for told in one.told if reader.code in told.to)
            about = {criterion for one in cases for criterion in one.criteria}
            found.append(Open(person, cases, told, tuple(one for one in findings if one.criterion in about)))
    order = list(Trigger)
    found.sort(key=lambda one: (min(order.index(case.trigger) for case in one.cases), one.due, one.person.code))
    return found


async def _find_one(code: str, reader: Person, visit: Visit, desk: Desk) -> Open | Reply:
    found = await _find_open(reader, PersonCode(code), visit, desk)
    if found and found[0].person.unit in units_in_scope(reader, _today(visit)):
        return found[0]
    if any(one.case.person == code for one in await desk.cases.list_told_to(reader.code, visit.today)):
        return _nothing_left()
    await desk.audit.record(reader.code, "look_refused", "person", desk.clock.now(), {})
    return Reply(
        title=_("Nothing about this person waits for you."),
        choices=(see_list(), next_steps.unit_gaps()),
        outcome=Outcome.DENIED,
    )


# --- in words


async def _look(one: Open, reader: Person, visit: Visit, desk: Desk) -> Reply:
    details = {"channel": visit.asked.channel}
    await desk.audit.record(reader.code, "looked_at_person", one.person.code, desk.clock.now(), details)
    return await _show(one, reader, visit, desk)


async def _show(one: Open, reader: Person, visit: Visit, desk: Desk) -> Reply:
    person, rules = one.person, visit.rules
    told = [replace(gap, consequence=told_consequence(person, gap, rules)) for gap in one.lacking]
    lines = describe_gaps(told, rules)
    accountable = (describe_accountable(gap, rules, is_own=False) for gap in one.lacking)
    lines += list(dict.fromkeys(line for line in accountable if line is not None))
    lines += describe_study(person.study, one, rules)
    lines += await _describe_below(one, reader, _today(visit), desk)
    lines += describe_offices([(person, step.rung) for step in one.told], rules)
    if any(case.trigger is Trigger.UNREACHABLE for case in one.cases):
        lines.append(Line(_("No channel reaches this person: please tell them directly and help them link a chat.")))
    heading = _("{name} ({code}), {position}, {unit}: {why}")
    return Reply(
        heading.format(
            name=person.name,
            code=person.code,
            position=person.position,
            unit=name_unit(rules, person.unit),
            why=", ".join(dict.fromkeys(name_trigger(case.trigger) for case in one.cases)),
        ),
        tuple(lines),
        choices=_choices(one, reader, _today(visit)),
        findings=one.lacking,
    )


def _choices(one: Open, reader: Person, today: RulesOn) -> tuple[Choice, ...]:
    """To act is to decide about study; who heads no unit of theirs can only follow and comment."""
    acts: list[Choice] = []
    if one.person.unit in units_headed(reader, today):
        acts.append(Choice(_("Propose study for this person"), "study.propose", one.person.code))
    if any(is_unanswered(asked, today) for asked in one.person.study):
        acts.insert(0, next_steps.study_waiting())
    return (
        *acts,
        Choice(_("Comment"), COMMENT, one.person.code),
        Choice(_("Received"), ACK, one.person.code),
        Choice(_("Back to the list"), LIST),
    )


async def _describe_below(one: Open, reader: Person, today: RulesOn, desk: Desk) -> list[Line]:
    """Who below the reader, and in their post before them, was told and what they said; nobody sees what is above."""
    order = order_of(one.person, today)
    own = max((order.get(step.post, -1) for step in one.told), default=-1)
    since = min((step.on for step in one.told if order.get(step.post) == own), default=date.min)
    kept = await desk.cases.list_cases_of(one.person.code, today.day)
    told = list(dict.fromkeys(step for case in kept for step in case.told))
    below = [step for step in told if place_of(step, order) < own]
    before = [s for s in told if order.get(s.post) == own and s.on <= since and reader.code not in s.to]
    heard = {reader.code, *(code for step in below for code in step.to)}
    former = {code for step in before for code in step.to} - heard  # who may speak from above by now
    remarks = [
        said
        for said in await desk.cases.list_remarks([one.person.code])
        if said.by in heard or (said.by in former and said.at.date() <= since)
    ]
    people = await desk.profiles.find_people(sorted(heard | former))
    names = {code: f"{known.name} ({code})" for code, known in people.items()}
    lines: list[Line] = []
    for step in sorted((*below, *before), key=lambda step: step.on):
        has_seen = any(said.by in step.to and said.words is None and said.at.date() >= step.on for said in remarks)
        text = _say_told(is_below=step in below, has_seen=has_seen)
        who = ", ".join(names.get(code, code) for code in step.to)
        lines.append(Line(text.format(day=show_day(step.on), who=who), is_item=True))
    spoken = [said for said in remarks if said.words is not None][-_MOST_REMARKS:]
    for said in spoken:
        text = _("{day}, {who}: “{words}”")
        lines.append(
            Line(text.format(day=show_day_of(said.at), who=names.get(said.by, said.by), words=said.words), is_item=True)
        )
    return lines


def _say_told(*, is_below: bool, has_seen: bool) -> str:
    if is_below:
        if has_seen:
            return _("Told below you on {day} ({who}): acknowledged.")
        return _("Told below you on {day} ({who}): not acknowledged yet.")
    if has_seen:
        return _("Told in your post before you on {day} ({who}): acknowledged.")
    return _("Told in your post before you on {day} ({who}): not acknowledged yet.")


def _ask(person: Person) -> Reply:
    text = _("What do you want to record about {name} ({code})?")
    return Reply(
        text.format(name=person.name, code=person.code),
        (
            Line(_("Whoever is told of this after you can read it; the person concerned cannot.")),
            Line(_("Type “{word}” to end this without recording anything.").format(word=_("stop"))),
        ),
        choices=(Choice(_("Back"), OPEN, person.code),),
        pending=Pending(FORM, "words", {"person": person.code}),
    )


def _nothing_left() -> Reply:
    return Reply(
        title=_("Nothing waits for you here now."),
        choices=(next_steps.unit_gaps(), next_steps.study_waiting()),
    )


def _only_counted(found: Sequence[Open], rules: RulesOn) -> Reply:
    """Administrators stand in where no HR serves: names are HR's."""
    lines = describe_offices([(one.person, told.rung) for one in found for told in one.told], rules)
    lines.append(Line(_("Names are shown only to HR. Nobody of HR serves these units: please appoint somebody.")))
    return Reply(title(len(found)), tuple(lines), choices=(next_steps.help_me(),))
