"""What follows when somebody withdraws or leaves: what a chat was used for is taken back, in that chat or in all."""

from collections.abc import Collection, Iterable
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
from knowledge.privacy import EACH_TIME, OF_A_CHAT, Purpose
from knowledge.rulebook import RulesOn
from storage.records import Account, ConsentAct

_OF_THE_LINK = tuple(one for one in OF_A_CHAT if one not in EACH_TIME)


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
    await kept.evidence.withdraw_all(person.code, now)
    await unlink(place, person, today, kept, consents, now)


async def unlink(place: Place, person: Person, today: RulesOn, kept: Kept, consents: Consents, now: datetime) -> None:
    """Unlink a chat with what it alone was used for; what was handed in stays, wherever that was."""
    await kept.inquiries.withdraw_all(*place, person.code, now)
    await kept.calendars.revoke(person.code)
    await _end_consent(EACH_TIME, place, person, today, consents, now)
    await leave(place, person, today, kept, consents, now)


async def leave(
    place: Place, person: Person | None, today: RulesOn, kept: Kept, consents: Consents, now: datetime
) -> None:
    """This chat is linked to nobody any more, and nothing that was spoken of there is remembered.

    What was passed on or handed in there stays the person's own, as do their other chats and their calendar.
    """
    if person is not None:
        await kept.letters.take_back_of(*place, person.code)
        await _end_consent(_OF_THE_LINK, place, person, today, consents, now)
    await kept.accounts.unlink(*place, now)
    await kept.threads.forget_of(*place)


async def _end_consent(
    purposes: Collection[Purpose], place: Place, person: Person, today: RulesOn, consents: Consents, now: datetime
) -> None:
    acts = dict.fromkeys(purposes, ConsentAct.WITHDRAWN)
    await consents.note_consents(consents_at(place, person.code, acts, today.library.privacy, today.day, now))


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
    """What was kept, passed on or handed in for this purpose and still waits."""
    if purpose is Purpose.CONVERSATION:
        await kept.threads.forget_of(*place)
    if purpose is Purpose.QUESTIONS:
        await kept.inquiries.withdraw_all(*place, person.code, now)
    if purpose is Purpose.EVIDENCE:
        await kept.evidence.withdraw_all(person.code, now)
