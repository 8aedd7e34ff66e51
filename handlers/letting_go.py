"""What follows when somebody withdraws or leaves: what a chat was used for is taken back, in that chat or in all."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from handlers.asking import Channel
from handlers.inquiries import find_other_chat
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
from storage.records import Account, ConsentAct, Inquiry, InquiryState

_OF_THE_LINK = tuple(one for one in OF_A_CHAT if one not in EACH_TIME)
_MOST_ASKED = 10_000  # more than anybody asks


@dataclass(frozen=True, slots=True)
class Kept:
    """The drawers that hold something of a chat."""

    accounts: Accounts
    threads: Threads
    inquiries: Inquiries
    letters: Letters
    evidence: EvidenceKept
    calendars: Calendars


async def let_go(
    place: Place,
    person: Person,
    today: RulesOn,
    kept: Kept,
    consents: Consents,
    now: datetime,
    *,
    keeps_warnings: bool = False,
) -> None:
    """Unlink this chat, and take back whatever the person passed on or handed in from any chat, and their calendar."""
    await kept.evidence.withdraw_all(person.code, now)
    await kept.inquiries.withdraw_all(*place, person.code, now)
    await kept.calendars.revoke(person.code)
    await _end_consent(EACH_TIME, place, person, today, consents, now)
    await leave(place, person, today, kept, consents, now, keeps_warnings=keeps_warnings)


async def put_out(place: Place, person: Person, today: RulesOn, kept: Kept, consents: Consents, now: datetime) -> int:
    """Unlink a chat where somebody else may sit, and take back what waits of the questions passed on there; how many.

    What was asked elsewhere, answered already or handed in stays the person's own, as do their other chats.
    """
    taken_back = await _take_back_asked_in(place, person, kept, now)
    await _end_consent((Purpose.QUESTIONS,), place, person, today, consents, now)
    await leave(place, person, today, kept, consents, now)
    return taken_back


async def leave(
    place: Place,
    person: Person | None,
    today: RulesOn,
    kept: Kept,
    consents: Consents,
    now: datetime,
    *,
    keeps_warnings: bool = False,
) -> None:
    """This chat is linked to nobody any more, and nothing that was spoken of there is remembered.

    What was passed on or handed in there stays the person's own, as do their other chats and their calendar; what waits
    to be told there is told in another of those: where that takes nothing unasked, only what HR says to a question of
    theirs. With `keeps_warnings` whoever sits there still hears that another chat
    was linked.
    """
    if person is not None:
        if (elsewhere := await find_other_chat(person.code, place, kept.accounts)) is not None:
            only_answers = not elsewhere.takes_notices
            to = (elsewhere.channel, elsewhere.address)
            await kept.letters.move_of(*place, person.code, *to, only_answers=only_answers)
        await kept.letters.take_back_of(*place, person.code, keeps_warnings=keeps_warnings)
        await _end_consent(_OF_THE_LINK, place, person, today, consents, now)
    await kept.accounts.unlink(*place, now)
    await kept.threads.forget_of(*place)


async def withdraw_inquiry(inquiry: Inquiry, inquiries: Inquiries, letters: Letters, now: datetime) -> None:
    """Take one question back: its texts are dropped, and nothing that waits tells its asker of it."""
    await inquiries.save(replace(inquiry, state=InquiryState.WITHDRAWN), now)
    await inquiries.drop_texts(inquiry.code)
    await letters.take_back(inquiry.code, inquiry.channel, inquiry.address, inquiry.person)


async def _take_back_asked_in(place: Place, person: Person, kept: Kept, now: datetime) -> int:
    """Take back the questions that this person passed on in this chat alone and that still wait; how many."""
    taken_back = 0
    for one in await kept.inquiries.list_asked(*place, person.code, _MOST_ASKED):
        if one.person != person.code or (one.channel, one.address) != place:
            continue
        found = await kept.inquiries.find(one.code, to_change=True)
        if found is None or not found.is_open:
            continue
        await withdraw_inquiry(found, kept.inquiries, kept.letters, now)
        taken_back += 1
    return taken_back


async def _end_consent(
    purposes: Collection[Purpose], place: Place, person: Person, today: RulesOn, consents: Consents, now: datetime
) -> None:
    acts = dict.fromkeys(purposes, ConsentAct.WITHDRAWN)
    await consents.note_consents(consents_at(place, person.code, acts, today.library.privacy, today.day, now))


async def let_go_of_all(
    person: Person,
    today: RulesOn,
    kept: Kept,
    consents: Consents,
    now: datetime,
    *,
    asked_in: Place | None = None,
) -> frozenset[Place]:
    """The same in every chat that is linked to them, each with its own proof; which they were.

    Nobody hides by it that another chat was linked: that is still told in all but the one in which this was asked.
    """
    linked = [(one.channel, one.address) for one in await kept.accounts.list_accounts(person.code)]
    for place in linked:
        await let_go(place, person, today, kept, consents, now, keeps_warnings=place != asked_in)
    return frozenset(linked)


async def erase(
    person: Person,
    today: RulesOn,
    kept: Kept,
    personal: PersonalData,
    consents: Consents,
    now: datetime,
    *,
    asked_in: Place | None = None,
) -> frozenset[Place]:
    """Delete what can go at once and let go of every chat; which chats those were."""
    # Before what is left of it is erased: what waits is taken back, from the office and from the record.
    await kept.evidence.withdraw_all(person.code, now)
    linked = [(one.channel, one.address) for one in await kept.accounts.list_accounts(person.code)]
    for place in linked or [(Channel.CONSOLE, person.code)]:
        await kept.inquiries.withdraw_all(*place, person.code, now)
    await personal.erase(person.code)  # before: their chats are found by their being linked
    await kept.threads.forget_of(Channel.CONSOLE, person.code)  # pages that were kept for them
    return await let_go_of_all(person, today, kept, consents, now, asked_in=asked_in)


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
