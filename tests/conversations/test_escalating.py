"""Three weeks of the invented province: heads and HR are told once each, act in the chat, and hear no more of it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.push.sending import Parcel
from bot.wiring import Office
from handlers.asking import Channel, Incoming
from handlers.phrases import locale_of
from handlers.reply import Reply
from knowledge.facts import CriterionCode, PersonCode, StudyRecord
from storage.records import NewDelivery, NewNotice, NoticeKind
from tests.databases import make_home
from tests.handlers.visits import words
from tests.offices import sample_office

MONDAY = date(2026, 12, 7)
SENDER = "telegram:1"
OFFICIAL, HEAD, DIRECTOR, HR = "CB002", "CB001", "CB014", "CB015"
NAMES = {OFFICIAL: "Trần Thị Mẫu"}


class DayClock:
    """Nine in the morning of a day that the test sets."""

    is_fixed = False
    day = MONDAY

    def today(self) -> date:
        return self.day

    def now(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


class Postbox:
    """A channel that takes everything."""

    identity, channel = SENDER, "telegram"

    def __init__(self) -> None:
        self.taken: dict[str, list[Reply]] = {}

    async def send(self, parcel: Parcel) -> str:
        self.taken.setdefault(parcel.address, []).append(parcel.reply)
        return str(parcel.delivery)

    async def edit(self, address: str, provider_id: str, reply: Reply) -> None:
        raise NotImplementedError

    async def close(self) -> None:
        return


@pytest.fixture(scope="module")
async def office(server_url: str) -> AsyncIterator[tuple[Office, DayClock]]:
    clock = DayClock()
    with make_home("cases") as home:
        async with sample_office(server_url, home, clock) as opened:
            async with opened._database.transaction() as drawers:
                for code in (OFFICIAL, HEAD, DIRECTOR, HR):
                    await drawers.accounts.save_consent("telegram", code, "1", clock.now())
                    await drawers.accounts.link("telegram", code, PersonCode(code), clock.now())
            yield opened, clock


async def live(office: Office, clock: DayClock, day: date) -> dict[str, list[Reply]]:
    """Plan a day and send it; who got what."""
    clock.day = day
    await office.push.plan_and_store(day, {"telegram": SENDER})
    return await send(office)


async def send(office: Office) -> dict[str, list[Reply]]:
    postbox = Postbox()
    async with office.push.pumping(postbox, per_second=0) as pump:
        await pump.run(asyncio.Event())
    return postbox.taken


async def press(office: Office, who: str, token: str) -> str:
    asked = Incoming(Channel.TELEGRAM, who, choice=token, person=PersonCode(who), thread=who)
    return words(await office.desk.answer(asked))


async def test_case_is_told_up_the_chain_until_somebody_acts(office: tuple[Office, DayClock]) -> None:
    opened, clock = office

    first = await live(opened, clock, MONDAY)

    (told,) = first[HEAD]
    assert told.picture is not None
    assert "còn không quá 30 ngày" in words(told)
    assert NAMES[OFFICIAL] not in words(told)
    assert NAMES[OFFICIAL] in await press(opened, HEAD, "escalation.list")
    assert NAMES[OFFICIAL] not in await press(opened, DIRECTOR, "escalation.list")
    ack = next(choice for choice in told.choices if choice.action == "notice.ack")
    await press(opened, HEAD, ack.token)

    for n in (1, 4, 5, 7):
        again = await live(opened, clock, MONDAY + timedelta(days=n))
        assert not [one for one in again.get(HEAD, []) if one.title.endswith("cần đồng chí xem xét.")]
        assert not (again and clock.day.weekday() > 4)

    await live(opened, clock, date(2026, 12, 15))
    seen = await press(opened, DIRECTOR, f"escalation.open|{OFFICIAL}")
    assert "07/12/2026" in seen
    assert "đã xác nhận" in seen
    assert "15/12/2026" not in await press(opened, HEAD, f"escalation.open|{OFFICIAL}")

    async with opened._database.transaction() as drawers:
        await drawers.study.add(
            PersonCode(OFFICIAL), StudyRecord(CriterionCode("ngoai_ngu"), assigned_on=date(2026, 12, 22))
        )
    await live(opened, clock, date(2026, 12, 24))
    assert NAMES[OFFICIAL] not in await press(opened, HR, "escalation.list")
    assert NAMES[OFFICIAL] not in await press(opened, DIRECTOR, "escalation.list")
    with locale_of("vi"):
        assert "báo cáo" not in await press(opened, OFFICIAL, "data")


async def test_digest_that_mondays_message_could_not_tell_is_told_on_tuesday(office: tuple[Office, DayClock]) -> None:
    opened, clock = office
    clock.day = MONDAY + timedelta(weeks=3)
    async with opened._database.transaction() as drawers:
        gone = NewDelivery(PersonCode(HEAD), clock.now(), SENDER, "telegram", HEAD, merge_day=clock.day)
        number = await drawers.outbox.put(gone, [NewNotice(NoticeKind.REMINDER, "told early")], clock.now())
        await drawers.connection.exec_driver_sql("UPDATE deliveries SET state = 'delivered' WHERE id = %s", (number,))

    monday = await live(opened, clock, clock.day)
    tuesday = await live(opened, clock, clock.day + timedelta(days=1))
    wednesday = await live(opened, clock, clock.day + timedelta(days=1))

    assert HEAD not in monday
    assert any(one.picture is not None for one in tuesday[HEAD])
    assert not any(one.picture is not None for one in wednesday.get(HEAD, []))
