"""Messages to people of the Official Account, pumped through the real ledger."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.on_zalo.pushing import Lines, OaSender
from bot.on_zalo.templates import TemplateClient
from bot.push.pump import Manner, Pump, Tally
from bot.push.sending import Sender
from knowledge.facts import PersonCode
from knowledge.message_templates import MessageTemplate, TemplateValue
from storage.ledger import Ledger
from storage.records import Delivery, NewDelivery, NewNotice, NoticeKind
from tests.bot.on_zalo.account import OpenAccount
from tests.bot.push.pumping import SENDER, KeepingSender, PlainComposer
from tests.standins.zalo_oa import Person
from tests.storage.filling import LAN, put_people, put_units

TEMPLATES = {
    "study": MessageTemplate("123456", {"ho_ten": TemplateValue("name", 30), "noi_dung": TemplateValue("title", 20)})
}


def sender_of(account: OpenAccount, templates: Mapping[str, MessageTemplate] | None = None) -> OaSender:
    """A sender by this account."""

    async def keep() -> None:
        """The account closes its tokens itself."""

    lines = Lines(account.client, TemplateClient(f"{account.oa.base}/business", account.keeper), keep)
    return OaSender(account.oa.oa_id, lines, account.book, str, account.clock, templates)


def everybody(account: OpenAccount, count: int, *, hours_ago: float = 1, **more) -> list[Person]:
    """People who did something so many hours ago."""
    at = account.oa.clock() - hours_ago * 3600
    return [account.oa.person(f"Người {n}", is_follower=True, interacted_at=at, **more) for n in range(count)]


async def put(
    account: OpenAccount, people: Sequence[Person], *, telegram: Sequence[Person] = (), phone: str | None = None
) -> list[int]:
    """One message for each of these people, who are linked here and, where they are named, on Telegram too.

    `phone` is the number that is on record for all of them.
    """
    now, oa_sender = account.clock.now(), f"zalo_oa:{account.oa.oa_id}"
    numbers = []
    async with account.database.transaction() as drawers:
        await put_units(drawers)
        await put_people(drawers, [replace(LAN, code=PersonCode(f"CB{one.id}")) for one in people], phone=phone)
        for one in people:
            code = PersonCode(f"CB{one.id}")
            await drawers.accounts.save_consent("zalo_oa", one.id, "1", now)
            await drawers.accounts.link("zalo_oa", one.id, code, now)
            if one in telegram:
                await drawers.accounts.link("telegram", f"t{one.id}", code, now - timedelta(days=1))
            delivery = NewDelivery(code, now - timedelta(minutes=1), oa_sender, "zalo_oa", one.id)
            number = await drawers.outbox.put(delivery, [NewNotice(NoticeKind.STUDY, f"study:{one.id}")], now)
            assert number is not None
            numbers.append(number)
        for identity in (oa_sender, SENDER):
            await drawers.pace.set(identity, per_second=0, chat_per_second=0)
    return numbers


async def pump(
    account: OpenAccount, sender: Sender, *, seconds: float = 30, stop: asyncio.Event | None = None, at_once: int = 64
) -> Tally:
    """Run a pump until it ends by itself."""
    senders = {"zalo_oa": f"zalo_oa:{account.oa.oa_id}", "telegram": SENDER}
    ledger = Ledger(account.database, senders=senders)
    try:
        async with asyncio.timeout(seconds):
            made = Pump(ledger, sender, PlainComposer(), account.clock, Manner(in_flight=16, at_once=at_once))
            return await made.run(stop or asyncio.Event())
    finally:
        await ledger.close()


async def find(account: OpenAccount, number: int) -> Delivery:
    async with account.database.transaction() as drawers:
        found = await drawers.outbox.find(number)
    assert found is not None
    return found


__all__ = ["SENDER", "TEMPLATES", "KeepingSender", "everybody", "find", "pump", "put", "sender_of"]
