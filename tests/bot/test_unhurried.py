"""Questions that waited for us are not taken for a flood, and a flood is not taken for such questions."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.on_telegram.incoming import find_typed, read_typed
from bot.on_zalo.bot_incoming import read_asked, read_event
from bot.unhurried import LATE_BURST, UnhurriedDesk
from handlers.asking import Channel, Incoming
from handlers.reply import Reply
from storage.errors import DatabaseAwayError
from tests.bot.on_telegram.door import ScriptedDesk, open_door
from tests.bot.on_zalo.account import open_door as open_account
from tests.bot.on_zalo.account import standing_oa
from tests.bot.on_zalo.bot_open import open_bot
from tests.bot.opened import POLLING
from tests.standins.telegram_api import TelegramApi
from tests.standins.zalo_bot import ZaloBot

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
HOUR_AGO = NOW - timedelta(hours=1)


def slow_desk(desk: ScriptedDesk) -> UnhurriedDesk:
    return UnhurriedDesk(desk, monotonic=lambda: 0.0, now=lambda: NOW)


def asked(number: int, *, said_at: datetime | None = None, is_belated: bool = False) -> Incoming:
    return Incoming(Channel.TELEGRAM, "42", text=str(number), said_at=said_at, is_belated=is_belated)


@pytest.mark.parametrize(
    "how",
    [{"said_at": HOUR_AGO}, {"is_belated": True}, {"said_at": NOW, "is_belated": True}],
    ids=["a platform kept it", "we kept it", "put off a moment ago"],
)
async def test_all_that_one_person_asked_during_an_outage_is_answered_after_it(how):
    desk = ScriptedDesk()
    slow = slow_desk(desk)
    for number in range(25):
        assert (await slow.answer(asked(number, **how))).title == f"heard: {number}"
    assert len(desk.asked) == 25
    assert (await slow.answer(asked(25, said_at=NOW))).title == "heard: 25", "what is asked now has its own pace"


async def test_nobody_is_brought_without_end_what_waited():
    desk = ScriptedDesk()
    slow = slow_desk(desk)
    replies = [await slow.answer(asked(number, said_at=HOUR_AGO)) for number in range(LATE_BURST + 3)]
    assert len(desk.asked) == LATE_BURST
    assert [one.is_silent for one in replies[-3:]] == [False, True, True]


async def test_what_is_said_now_is_paced_whatever_was_late_before():
    desk = ScriptedDesk()
    slow = slow_desk(desk)
    for number in range(30):
        await slow.answer(asked(number, said_at=HOUR_AGO))
    for number in range(30):
        await slow.answer(asked(number, said_at=NOW - timedelta(seconds=5)))
    assert len(desk.asked) == 30 + 20


@pytest.mark.parametrize("is_belated", [False, True])
async def test_question_that_the_cabinet_was_away_for_does_not_count(is_belated):
    async def away(_asked: Incoming) -> Reply:
        raise DatabaseAwayError("no connection", was_there=True)

    desk = ScriptedDesk()
    say_again, desk.script = desk.script, away
    slow = slow_desk(desk)
    for number in range(LATE_BURST + 50):
        with pytest.raises(DatabaseAwayError):
            await slow.answer(asked(number % 20, is_belated=is_belated))
    desk.script = say_again
    for number in range(20):
        assert (await slow.answer(asked(number, is_belated=is_belated))).title == f"heard: {number}"


def test_platforms_tell_when_it_was_said():
    seconds, chat, sender = int(HOUR_AGO.timestamp()), {"id": 7, "type": "private"}, {"id": 7, "is_bot": False}
    message = {"message_id": 1, "from": sender, "chat": chat, "date": seconds, "text": "chào"}
    typed = find_typed({"update_id": 1, "message": message})
    assert typed is not None
    assert read_typed(typed, locale="vi").said_at == HOUR_AGO

    event = read_event(
        {
            "event_name": "message.text.received",
            "message": {"message_id": "1", "chat": {"id": "7"}, "date": seconds * 1000, "text": "chào"},
        }
    )
    assert event is not None
    assert read_asked(event, locale="vi").said_at == HOUR_AGO


@pytest.mark.parametrize("wrong", [None, "yesterday", 10**30, float("inf"), float("nan")])
def test_time_that_is_none_is_no_time(wrong):
    told = {"message_id": "1", "chat": {"id": "7"}, "date": wrong, "text": "chào"}
    assert read_event({"event_name": "message.text.received", "message": told}).at is None


async def test_every_door_passes_on_when_it_was_said(database):
    async with TelegramApi() as api, open_door(api, POLLING) as door:
        visitor = api.visitor("Lan")
        visitor.says("chào")
        await visitor.reads()
        assert door.desk.asked[0].said_at is not None
    async with standing_oa() as oa, open_account(oa, database) as account:
        lan = oa.person("Lan")
        lan.says("chào")
        await lan.reads()
        assert account.desk.asked[0].said_at == account.clock.now()
    async with ZaloBot() as platform, open_bot(platform, POLLING) as door:
        lan = platform.person("Lan")
        lan.says("chào")
        await lan.reads()
        assert door.desk.asked[0].said_at is not None
