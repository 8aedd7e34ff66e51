"""A study case at the desk: who may see it, what a press does to it, what is said of an old button, who is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from handlers import next_steps
from handlers.asking import Choice
from handlers.heads.others import refuse
from handlers.officials import linking
from handlers.officials.surer_chats import list_surer, refuse_here
from handlers.phrases import _
from handlers.ports import Accounts, Audit, Clock, Letters, Outbox, Profiles, Staff, StudyCases
from handlers.pressed import read_number
from handlers.reply import Line, Outcome, Reply
from handlers.rights import units_headed, units_served
from handlers.study.telling import Telling, tell
from handlers.study.words import describe_case, describe_event, name_act, name_state
from handlers.visit import Visit
from handlers.vouching import explain_not_another, is_another
from handlers.wording import name_criterion, name_unit
from knowledge.facts import Person, PersonCode
from knowledge.rulebook import RulesOn
from knowledge.study_cases import Course, StudyAct, StudyCase, StudyEvent
from knowledge.studying import Side, happen, list_acts, list_deciders, may_happen, needs_words, records_of

PAPER_HANDED_OUT = "printed_study"
_UNDOING = frozenset({StudyAct.WITHDRAWN, StudyAct.DECLINED, StudyAct.CHANGED})


@dataclass(frozen=True, slots=True)
class Desk:
    """The drawers that study cases need. `senders` are our own channel identities, by channel."""

    cases: StudyCases
    profiles: Profiles
    accounts: Accounts
    staff: Staff
    outbox: Outbox
    letters: Letters
    audit: Audit
    clock: Clock
    senders: Mapping[str, str]

    @property
    def telling(self) -> Telling:
        """What telling people of it needs."""
        return Telling(self.profiles, self.accounts, self.staff, self.outbox, self.letters, self.clock, self.senders)


@dataclass(frozen=True, slots=True)
class Seen:
    """A case that the visitor may see: whom it concerns, and who the visitor is to it.

    It is told as of the day asked about (`rules`); what may be done to it is decided by the real day (`today`).
    """

    case: StudyCase
    official: Person
    visitor: Person
    sides: frozenset[Side]
    rules: RulesOn
    today: RulesOn

    @property
    def is_own(self) -> bool:
        """Whether it is the visitor's own."""
        return Side.OFFICIAL in self.sides


def sides_of(visitor: Person, official: Person, today: RulesOn) -> frozenset[Side]:
    """Who the visitor is to a case of this official; nobody to it: no sides. Nobody decides on their own.

    Nor does anybody in a chat that was linked with a code of the official.
    """
    if visitor.code == official.code:
        return frozenset({Side.OFFICIAL})
    if not is_another(visitor, official.code):
        return frozenset()
    sides = set[Side]()
    if official.unit in units_headed(visitor, today):
        sides.add(Side.HEAD)
    if official.unit in units_served(visitor, today):
        sides.add(Side.HR)
    return frozenset(sides)


async def find_seen(visit: Visit, number: str, desk: Desk, *, to_change: bool = False) -> Seen | Reply:
    """The case of this number for whoever may see it, the look recorded; the same refusal whether or not it exists."""
    visitor = visit.person
    if visitor is None:
        return linking.ask_to_link(visit)
    today = visit.rules.book.on(visit.today)
    known = read_number(number)
    case = await desk.cases.find_case(known, to_change=to_change) if known is not None else None
    official = await desk.profiles.find_person(case.person) if case is not None else None
    sides = sides_of(visitor, official, today) if official is not None else frozenset()
    if case is None or official is None or not sides:
        await _record(visitor, "look_refused", PersonCode("study"), {"channel": visit.asked.channel}, desk)
        if official is not None and official.code in visitor.vouched_by:
            return explain_barred(explain_not_another(visitor, official.code, official.name))
        return refuse(visit)
    seen = Seen(case, official, visitor, sides, visit.rules, today)
    if not seen.is_own:
        await record_look(visitor, case, desk)
    return seen


def explain_barred(why: str) -> Reply:
    """The chat was linked with a code of whom it would act on; what to do about it."""
    return Reply(why, choices=(next_steps.my_data(), next_steps.help_me()), outcome=Outcome.DENIED)


async def open_case(visit: Visit, desk: Desk) -> Reply:
    """Show me this case."""
    number, _version, _act = split_subject(visit.subject)
    seen = await find_seen(visit, number, desk)
    return seen if isinstance(seen, Reply) else show(seen)


async def act_at_once(visit: Visit, desk: Desk) -> Reply:
    """Do to a case what needs no words. Only what was seen is decided: after anything else it is shown first."""
    number, version, act = split_subject(visit.subject)
    seen = await find_seen(visit, number, desk, to_change=True)
    if isinstance(seen, Reply):
        return seen
    if act is None or act is StudyAct.CHANGED or needs_words(act):
        return show(seen)
    return await find_bar(visit, seen, version, act, desk) or await carry_out(seen, act, desk)


async def find_bar(visit: Visit, seen: Seen, version: int | None, act: StudyAct, desk: Desk) -> Reply | None:
    """What is said instead of doing it; None for go on.

    The button may be older than the case, or its act not the visitor's. And what makes an official answer for a gap
    themself, or takes back what they asked for, is not said in a chat to which a colleague's code led.
    """
    stale = _find_stale(seen, version, act)
    if stale is None and seen.is_own and act in _UNDOING:
        surer = await list_surer(visit, seen.visitor, desk.accounts)
        return refuse_here(surer) if surer else None
    return stale


def _find_stale(seen: Seen, version: int | None, act: StudyAct) -> Reply | None:
    if version is None and may_happen(seen.case, act, seen.sides, seen.today.day):
        return replace(show(seen), title=_("Please look at it first, then decide with the buttons below."))
    if version == seen.case.version and may_happen(seen.case, act, seen.sides, seen.today.day):
        return None
    since = seen.case.events[version:] if version is not None else seen.case.events[-1:]
    shown = show(seen)
    if not since:
        return replace(shown, title=_("That cannot be done to it as it stands; nothing was changed."))
    told = (Line(_("Since then: {event}").format(event=describe_event(one)), is_item=True) for one in since)
    return replace(
        shown,
        title=_("Nothing was changed: that button is older than what has happened since."),
        lines=(*told, *shown.lines),
    )


async def carry_out(seen: Seen, act: StudyAct, desk: Desk, *, words: str = "", course: Course | None = None) -> Reply:
    """Let it happen: kept, in the audit chain, told to the other side; then the case as it is now."""
    heads = await find_deciders(seen.official, seen.today, desk) if seen.is_own else ()
    event = event_of(act, seen.visitor, seen.today, desk, words=words, course=course)
    if act is StudyAct.CHANGED:
        event = replace(event, put_to=tuple(name_head(one, seen.today) for one in heads))
    case = happen(seen.case, event)
    await desk.cases.save_case(case, records_of(case))
    await record_act(seen.visitor, case, desk)
    told = await tell(case, seen.official, heads, seen.today, desk.telling)
    official = await desk.profiles.find_person(seen.official.code) or seen.official
    shown = show(replace(seen, case=case, official=official))
    done = _("Recorded on study case {number}: {who} {act}.").format(
        number=case.number, who=seen.visitor.name, act=name_act(act)
    )
    return replace(shown, title=done, lines=(*told, *shown.lines))


async def record_look(visitor: Person, case: StudyCase, desk: Desk) -> None:
    """That somebody else than the official was shown the case, in the audit chain under the official."""
    await _record(visitor, "looked_at_study", case.person, {"case": case.number}, desk)


async def record_act(visitor: Person, case: StudyCase, desk: Desk) -> None:
    """What happened last, in the audit chain under the official whom it concerns; never its words."""
    event = case.events[-1]
    details = {"case": case.number, "on": event.on.isoformat()}
    await _record(visitor, f"study_{event.act.value}", case.person, details, desk)


async def find_deciders(official: Person, today: RulesOn, desk: Desk) -> tuple[Person, ...]:
    """The heads to whom a request of this official goes now."""
    by_role = await desk.cases.list_heads(today.line_above(official.unit))
    codes = list_deciders(official, today, by_role)
    found = [await desk.profiles.find_person(code) for code in codes]
    return tuple(one for one in found if one is not None)


def name_head(head: Person, today: RulesOn) -> str:
    """A head as named in a record: "Trần Thị B (CB002), Giám đốc, Sở Y tế"."""
    return f"{head.name} ({head.code}), {head.position}, {name_unit(today, head.unit)}"


def event_of(
    act: StudyAct, who: Person, today: RulesOn, desk: Desk, *, words: str = "", course: Course | None = None
) -> StudyEvent:
    """What somebody does now, as they are named today."""
    return StudyEvent(
        act=act,
        at=desk.clock.now(),
        on=today.day,
        who=who.code,
        name=who.name,
        position=who.position,
        unit=name_unit(today, who.unit),
        words=words,
        course=course,
    )


def show(seen: Seen) -> Reply:
    """The case for this visitor, with what they may do to it."""
    case = seen.case
    return Reply(
        title=_("Study case {number}: {state}").format(number=case.number, state=name_state(case, seen.rules)),
        lines=tuple(describe_case(case, seen.official, seen.rules, is_own=seen.is_own)),
        choices=(
            *(_choice(case, act) for act in list_acts(case, seen.sides, seen.today.day)),
            Choice(_("Get the record as a document"), "study.paper", str(case.number)),
            next_steps.my_study() if seen.is_own else next_steps.study_waiting(),
        ),
    )


def show_open(seen: Seen) -> Reply:
    """The case that is open already for the same official and criterion, instead of a second one."""
    shown = show(seen)
    text = _("A study case on {criterion} is open already, so that no second one was made.")
    about = Line(text.format(criterion=name_criterion(seen.today.library, seen.case.criterion).lower()))
    return replace(shown, lines=(about, *shown.lines))


def see(case: StudyCase) -> Choice:
    """Show me this one."""
    return Choice(_("Open study case {number}").format(number=case.number), "study.open", str(case.number))


def list_choices(cases: Sequence[StudyCase], most: int) -> list[Choice]:
    """Buttons to open the first few."""
    return [see(one) for one in cases[:most]]


def split_subject(subject: str) -> tuple[str, int | None, StudyAct | None]:
    """The number of a case, the version that was seen, and the act, of a button's subject; None for what is not."""
    number, _mark, rest = subject.partition(":")
    version, _mark, act = rest.partition(":")
    known = StudyAct(act) if act in set(StudyAct) else None
    return number, read_number(version), known


def _choice(case: StudyCase, act: StudyAct) -> Choice:
    action = "study.revise" if act is StudyAct.CHANGED else "study.say" if needs_words(act) else "study.do"
    return Choice(label_of(act), action, f"{case.number}:{case.version}:{act.value}")


def label_of(act: StudyAct) -> str:
    """The words of the button that lets it happen."""
    return {
        StudyAct.CHANGE_ASKED: _("Ask for a change"),
        StudyAct.CHANGED: _("Change the request"),
        StudyAct.SENT: _("Send to study"),
        StudyAct.REFUSED: _("Refuse, with the reason"),
        StudyAct.ACCEPTED: _("I accept"),
        StudyAct.DECLINED: _("I do not go, with the reason"),
        StudyAct.WITHDRAWN: _("Withdraw it"),
        StudyAct.SAID_ATTENDED: _("I have attended"),
        StudyAct.SAID_PASSED: _("I have passed"),
        StudyAct.ATTENDED: _("Record: attended"),
        StudyAct.NOT_ATTENDED: _("Record: did not attend"),
        StudyAct.PASSED: _("Record: passed"),
    }.get(act, act.value)


async def _record(visitor: Person, action: str, subject: PersonCode, details: Mapping[str, object], desk: Desk) -> None:
    await desk.audit.record(visitor.code, action, subject, desk.clock.now(), details)
