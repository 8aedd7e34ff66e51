"""Who is told that something happened to a study case: the other side, once, by the channel that reaches them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handlers.notifying import Notifying, notify
from handlers.phrases import _
from handlers.ports import Accounts, Clock, Letters, Outbox, Profiles, Staff
from handlers.reply import Line
from handlers.rights import units_headed, units_served
from knowledge.facts import Person
from knowledge.rulebook import RulesOn
from knowledge.study_cases import StudyAct, StudyCase
from knowledge.study_waiting import key_of
from knowledge.studying import answer_due_on
from storage.records import LetterKind, NewNotice, NoticeKind

_MOST_HR = 3
# Goes to whoever decides now; everything else that the official does, to the head who decided or proposed.
_PUT_TO_HEADS = frozenset({StudyAct.REQUESTED, StudyAct.CHANGED, StudyAct.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Telling:
    """The drawers that telling needs, and our own channel identities by channel."""

    profiles: Profiles
    accounts: Accounts
    staff: Staff
    outbox: Outbox
    letters: Letters
    clock: Clock
    senders: Mapping[str, str]


async def tell(
    case: StudyCase, official: Person, heads: Sequence[Person], today: RulesOn, telling: Telling
) -> list[Line]:
    """Tell the other side of what happened last; lines for whoever did it: who was told, and who cannot be reached.

    `heads` are those who decide now. Where there is none, HR in charge is told instead.
    """
    last = case.events[-1]
    recipients = [one for one in await _recipients(case, official, heads, today, telling) if one.code != last.who]
    reached, missed = list[str](), list[str]()
    for one in recipients:
        (reached if await _send(case, one, today, telling) else missed).append(one.name)
    lines: list[Line] = []
    if reached:
        lines.append(Line(_("Told of it: {names}.").format(names=", ".join(reached))))
    if missed:
        text = _("{names} cannot be reached by this service yet: please hand over the printed record.")
        lines.append(Line(text.format(names=", ".join(missed))))
    return lines


async def _recipients(
    case: StudyCase, official: Person, heads: Sequence[Person], today: RulesOn, telling: Telling
) -> Sequence[Person]:
    last = case.events[-1]
    if last.who != official.code:
        return [official]
    if last.act not in _PUT_TO_HEADS:
        decided = [one.who for one in case.events if one.who not in {None, official.code}]
        decider = await telling.profiles.find_person(decided[-1]) if decided and decided[-1] is not None else None
        if decider is not None and official.unit in units_headed(decider, today):
            return [decider]
    if heads:
        return heads
    staff = await telling.staff.list_staff()
    return [one for one in staff if official.unit in units_served(one, today)][:_MOST_HR]


async def _send(case: StudyCase, to: Person, today: RulesOn, telling: Telling) -> bool:
    """Whether there is a way to this person."""
    by = Notifying(telling.accounts, telling.outbox, telling.letters, telling.clock, telling.senders)
    return await notify(to, _notice(case, to, today), LetterKind.STUDY, case.number, today, by)


def _notice(case: StudyCase, to: Person, today: RulesOn) -> NewNotice:
    due = answer_due_on(case, today)
    return NewNotice(
        kind=NoticeKind.STUDY,
        key=_key(case, to),
        stage=case.events[-1].act.value,
        about=(case.person,),
        payload={"case": case.number, "version": case.version, "due": due.isoformat() if due is not None else None},
    )


def _key(case: StudyCase, to: Person) -> str:
    return key_of(case.number, case.version, to.code)
