"""What follows when somebody withdraws: what a chat was used for is taken back, in that chat or in all of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from handlers.asking import Channel
from handlers.ports import (
    Accounts,
    Calendars,
    Consents,
    EvidenceKept,
    Inquiries,
    Letters,
    PersonalData,
    Threads,
)
from handlers.privacy import Place, consents_at, withheld_after
from knowledge.facts import Person
from knowledge.privacy import OF_A_CHAT, Purpose
from knowledge.rulebook import RulesOn
from storage.records import Account, ConsentAct


@dataclass(frozen=True, slots=True)
class Kept:
    """The drawers that hold something of a chat."""

    accounts: Accounts
    threads: Threads
    inquiries: Inquiries
    letters: Letters
    evidence: EvidenceKept
    calendars: Calendars


async def let_go(place: Place, person: Person, today: RulesOn, kept: Kept, consents: Consents, now: datetime) -> None:
    """Take back everything that this chat was used for, and unlink it."""
    await kept.letters.take_back_of(*place, person.code)
    await kept.inquiries.withdraw_all(*place, person.code, now)
    await kept.evidence.withdraw_all(person.code, now)
    await kept.calendars.revoke(person.code)
    acts = dict.fromkeys(OF_A_CHAT, ConsentAct.WITHDRAWN)
    await consents.note_consents(consents_at(place, person.code, acts, today.library.privacy, today.day, now))
    await kept.accounts.unlink(*place, now)
    await kept.threads.forget_of(*place)


async def let_go_of_all(
    person: Person, today: RulesOn, kept: Kept, consents: Consents, now: datetime
) -> frozenset[Place]:
    """The same in every chat that is linked to them, each with its own proof; which they were."""
    linked = [(one.channel, one.address) for one in await kept.accounts.list_accounts(person.code)]
    for place in linked:
        await let_go(place, person, today, kept, consents, now)
    return frozenset(linked)


async def erase(
    person: Person, today: RulesOn, kept: Kept, personal: PersonalData, consents: Consents, now: datetime
) -> frozenset[Place]:
    """Delete what can go at once and let go of every chat; which chats those were."""
    # Before what is left of it is erased: what waits is taken back, from the office and from the record.
    await kept.evidence.withdraw_all(person.code, now)
    linked = [(one.channel, one.address) for one in await kept.accounts.list_accounts(person.code)]
    for place in linked or [(Channel.CONSOLE, person.code)]:
        await kept.inquiries.withdraw_all(*place, person.code, now)
    await personal.erase(person.code)  # before: their chats are found by their being linked
    await kept.threads.forget_of(Channel.CONSOLE, person.code)  # pages that were kept for them
    return await let_go_of_all(person, today, kept, consents, now)


async def withdraw_in(
    chats: Iterable[Account],
    purpose: Purpose,
    person: Person,
    today: RulesOn,
    kept: Kept,
    consents: Consents,
    now: datetime,
) -> None:
    """No more of this purpose in these chats, which stay linked, and what it was used for there is taken back."""
    acts = {purpose: ConsentAct.WITHDRAWN}
    for account in chats:
        place = account.channel, account.address
        await take_back(purpose, place, person, kept, now)
        await kept.accounts.withhold(*place, withheld_after(account.withheld, acts), now)
        await consents.note_consents(consents_at(place, person.code, acts, today.library.privacy, today.day, now))


async def take_back(purpose: Purpose, place: Place, person: Person, kept: Kept, now: datetime) -> None:
    """What was passed on or handed in for this purpose and still waits."""
    if purpose is Purpose.QUESTIONS:
        await kept.inquiries.withdraw_all(*place, person.code, now)
    if purpose is Purpose.EVIDENCE:
        await kept.evidence.withdraw_all(person.code, now)
