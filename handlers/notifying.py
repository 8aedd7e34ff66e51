"""One person is told, once, that something happened that they wait for: by the channel that reaches them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from handlers.inquiries import choose_account
from handlers.ports import Accounts, Clock, Letters, Outbox
from knowledge.facts import Person
from knowledge.rulebook import RulesOn
from knowledge.sending_hours import next_allowed, next_by_day
from storage.records import Letter, LetterKind, NewDelivery, NewNotice

_SOON = 3  # before reminders, behind nothing that a person waits for in a chat


@dataclass(frozen=True, slots=True)
class Notifying:
    """The drawers that it needs, and our own channel identities by channel."""

    accounts: Accounts
    outbox: Outbox
    letters: Letters
    clock: Clock
    senders: Mapping[str, str]


async def notify(
    to: Person,
    notice: NewNotice,
    letter: LetterKind,
    number: int,
    today: RulesOn,
    by: Notifying,
    *,
    waits_for_work: bool = True,
) -> bool:
    """Whether there is a way to this person. A web page is told by a letter, everything else by the outbox.

    The letter tells the same of what has this number, under the same key. What does not wait for work leaves on days
    off as well, and waits for the morning alone.
    """
    now = by.clock.now()
    accounts = [one for one in await by.accounts.list_accounts(to.code) if one.takes_notices]
    pushed = choose_account([one for one in accounts if one.channel in by.senders])
    elsewhere = choose_account(accounts)
    if pushed is None and elsewhere is not None:
        return await by.letters.leave(
            Letter(
                elsewhere.channel,
                elsewhere.address,
                letter,
                now,
                person=to.code,
                number=number,
                key=notice.key,
                locale=elsewhere.locale or "vi",
            )
        )
    calendar, policy = today.calendar, today.library.policy
    due_at = next_allowed(now, calendar, policy) if waits_for_work else next_by_day(now, now, calendar, policy)
    delivery = NewDelivery(to.code, due_at, urgency=_SOON)
    if pushed is not None:
        delivery = replace(
            delivery,
            sender=by.senders[pushed.channel],
            channel=pushed.channel,
            address=pushed.address,
            locale=pushed.locale or "vi",
        )
    await by.outbox.put(delivery, [notice], now)
    return pushed is not None
