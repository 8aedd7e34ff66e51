"""Remind whoever serves a question that its answer is overdue: with memory, so that nothing is lost or told twice."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.inquiries import find_address, list_serving
from handlers.ports import Accounts, Letters, OverdueInquiries, Staff
from knowledge.facts import Person, PersonCode, Role
from knowledge.reminding import Whom, is_reminding_time, whom_to_remind
from knowledge.rulebook import RulesOn
from storage.records import Account, Inquiry, Letter, LetterKind

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Desk:
    """The drawers that reminding needs."""

    overdue: OverdueInquiries
    letters: Letters
    staff: Staff
    accounts: Accounts


async def remind_overdue(today: RulesOn, now: datetime, desk: Desk) -> int:
    """Leave each of those in charge one letter of the day about all that is overdue; how many letters.

    `now` is the time of the place where people work. Outside working hours nothing is done, and nothing forgotten.
    """
    policy = today.library.policy
    if not is_reminding_time(now, today.calendar, policy):
        return 0
    overdue = await desk.overdue.list_overdue(now.date(), _AT_ONCE)
    if not overdue:
        return 0
    staff = await desk.staff.list_staff()
    reachable = {one.code: account for one in staff if (account := await find_address(one, desk.accounts)) is not None}
    administrators = [one for one in staff if Role.ADMINISTRATOR in one.roles]
    to_tell: Counter[PersonCode] = Counter()
    for inquiry in overdue:
        serving = _list_in_charge(inquiry, [one for one in staff if one.code in reachable], today)
        whom = whom_to_remind(inquiry.reminders, policy, can_reach_hr=bool(serving))
        tells = {Whom.HR: serving, Whom.ADMINISTRATORS: administrators, Whom.NOBODY: []}[whom]
        to_tell.update(one.code for one in tells if one.code in reachable)
        await desk.overdue.mark_reminded(inquiry.code, now.date(), for_administrators=whom is not Whom.HR)
    left = [await desk.letters.leave(_letter(code, n, reachable[code], now)) for code, n in sorted(to_tell.items())]
    return sum(left)


def _list_in_charge(inquiry: Inquiry, staff: Sequence[Person], today: RulesOn) -> list[Person]:
    """Whom it is assigned to while they are among these and serve it, else everybody of these who does."""
    others = [one for one in staff if one.code != inquiry.person]
    serving = list_serving(others, inquiry.unit, inquiry.territory, None, today)
    assigned = [one for one in serving if one.code == inquiry.assigned_to]
    return assigned or serving


def _letter(person: PersonCode, number: int, account: Account, now: datetime) -> Letter:
    return Letter(
        account.channel,
        account.address,
        LetterKind.OVERDUE,
        now,
        person=person,
        number=number,
        key=f"overdue:{person}:{now.date().isoformat()}",
        locale=account.locale or "vi",
    )
