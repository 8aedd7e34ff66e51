"""Wishes about reminders: another hour, a pause, an end of it, and the button under a message."""

from datetime import date, time

import pytest

from handlers.reply import Reply
from knowledge.facts import PersonCode
from knowledge.rulebook import RuleBook
from knowledge.understanding.meaning import Entities, Intent, Meaning
from storage.records import ReminderWishes
from tests.fakes import ReadsAs
from tests.handlers.desks import TriedDesk
from tests.handlers.visits import TODAY
from tests.people import official

OFFICIAL = official()


REMINDERS = ReadsAs(Meaning(intent=Intent.REMINDERS, confidence=1.0, entities=Entities()))


@pytest.fixture
def desk(loaded: RuleBook) -> TriedDesk:
    return TriedDesk(loaded, REMINDERS, people=(OFFICIAL,))


def wishes(desk: TriedDesk) -> ReminderWishes | None:
    return desk.drawers.reminders.wishes.get(OFFICIAL.code)


def words(reply: Reply) -> str:
    return " ".join((reply.title, *(line.text for line in reply.lines)))


@pytest.mark.parametrize(
    ("said", "hour"),
    [
        ("nhắc tôi lúc 9 giờ", time(9)),
        ("nhắc tôi lúc 9h30 nhé", time(9, 30)),
        ("9:45", time(9, 45)),
        ("đổi giờ nhắc sang 2 giờ chiều", time(14)),
        ("nhac toi luc 8 gio ruoi", time(8, 30)),
        ("nhắc tôi lúc mười một giờ", time(11)),
        ("nhắc lúc 17 giờ", time(16)),  # the latest that leaves room for what is due
        ("đổi giờ gửi tin nhắc thành 9 rưỡi", time(9, 30)),
        ("07:30 nhắc tôi", time(7, 30)),
    ],
)
async def test_the_hour_is_moved_and_told_back_when_it_is_a_working_one(desk, said, hour):
    reply = await desk.say(said, person=OFFICIAL)

    assert wishes(desk) == ReminderWishes(hour=hour)
    assert hour.strftime("%H:%M") in reply.title
    (entry,) = desk.drawers.audit.entries
    assert entry.action == "moved_reminder_hour"


async def test_the_last_hour_of_the_day_is_said_to_be_an_hour_too_late(desk):
    reply = await desk.say("nhắc tôi lúc 5 giờ chiều", person=OFFICIAL)

    assert "muộn nhất" in reply.title
    assert "16:00" in reply.title


@pytest.mark.parametrize("said", ["nhắc tôi lúc 6 giờ", "nhắc lúc 9 giờ tối", "nhắc lúc 17h30", "25 giờ", "9h75"])
async def test_nothing_is_changed_when_the_hour_is_not_a_working_one(desk, said):
    reply = await desk.say(said, person=OFFICIAL)

    assert wishes(desk) is None
    assert "07:30" in reply.title
    assert "17:00" in reply.title


@pytest.mark.parametrize(
    ("said", "until"),
    [
        ("tạm dừng nhắc 7 ngày", date(2026, 11, 27)),
        ("đừng nhắc tôi một tuần", date(2026, 11, 27)),
        ("tam dung nhac 1 ngay", TODAY),
        ("dừng nhắc 30 ngày", date(2026, 12, 20)),
        ("tạm dừng nhắc đến ngày 30/11", date(2026, 11, 30)),
        ("tạm dừng nhắc đến hết ngày 05/12/2026", date(2026, 12, 5)),
    ],
)
async def test_reminders_are_paused_up_to_a_day_and_what_is_not_paused_is_said(desk, said, until):
    reply = await desk.say(said, person=OFFICIAL)

    assert wishes(desk) == ReminderWishes(quiet_until=until)
    assert words(reply).count(until.strftime("%d/%m/%Y")) == 1
    assert until.strftime("%d/%m/%Y") in reply.title
    assert "14 ngày trước hạn" in words(reply)
    assert [one.action for one in desk.drawers.audit.entries] == ["paused_reminders"]


@pytest.mark.parametrize("said", ["tạm dừng nhắc 31 ngày", "tạm dừng nhắc 0 ngày", "dừng nhắc đến ngày 20/11/2026"])
async def test_nothing_is_changed_when_the_pause_is_too_long_or_over(desk, said):
    reply = await desk.say(said, person=OFFICIAL)

    assert wishes(desk) is None
    assert "từ 1 đến 30 ngày" in reply.title


@pytest.mark.parametrize(
    "said", ["tắt nhắc", "tôi không muốn nhận nhắc nữa", "thôi đừng nhắc nữa", "ngừng gửi tin nhắc"]
)
async def test_reminders_are_paused_or_withdrawn_from_the_chat_when_nobody_says_for_how_long(desk, said):
    reply = await desk.say(said, person=OFFICIAL)

    assert wishes(desk) is None
    assert "tạm dừng được" in reply.title
    assert {one.token for one in reply.choices} == {
        "reminders.pause|7",
        "reminders.pause|30",
        "data.consent.ask|reminders",
    }


async def test_whoever_no_channel_reaches_is_not_promised_messages(desk):
    unreached = await desk.say("nhắc tôi lúc 10 giờ", person=OFFICIAL)
    desk.drawers.escalations.reached = {OFFICIAL.code}
    reached = await desk.say("nhắc tôi lúc 10 giờ", person=OFFICIAL)

    assert "chưa có kênh nào đưa tin đến" in words(unreached)
    assert "chưa có kênh nào" not in words(reached)


async def test_having_completed_something_is_no_wish_for_silence(desk):
    reply = await desk.say("tôi hoàn thành rồi sao vẫn nhắc", person=OFFICIAL)

    assert wishes(desk) is None
    assert "tạm dừng được" not in reply.title


@pytest.mark.parametrize("said", ["nhắc lại", "bật lại nhắc việc", "tiếp tục nhắc tôi", "bỏ tạm dừng nhắc"])
async def test_a_pause_ends_when_asked_and_the_hour_stays(desk, said):
    desk.drawers.reminders.wishes[OFFICIAL.code] = ReminderWishes(time(9), date(2026, 12, 1))

    reply = await desk.say(said, person=OFFICIAL)

    assert wishes(desk) == ReminderWishes(time(9), None)
    assert "09:00" in words(reply)
    assert [one.action for one in desk.drawers.audit.entries] == ["resumed_reminders"]


async def test_how_reminders_stand_is_told_when_nothing_is_to_be_changed(desk):
    desk.drawers.reminders.wishes[OFFICIAL.code] = ReminderWishes(time(9), date(2026, 12, 1))

    reply = await desk.say("/nhacviec", person=OFFICIAL)

    assert "09:00" in words(reply)
    assert "01/12/2026" in words(reply)
    assert desk.drawers.audit.entries == []
    assert "reminders.resume" in {one.token for one in reply.choices}


async def test_a_stranger_is_asked_who_they_are(desk):
    reply = await desk.say("nhắc tôi lúc 9 giờ")

    assert "link" in {one.action for one in reply.choices}
    assert desk.drawers.reminders.wishes == {}


@pytest.mark.parametrize(
    "token", ["reminders.hour|9", "reminders.hour|x:y", "reminders.pause|-1", "reminders.pause|" + "9" * 5000]
)
async def test_a_button_that_nobody_offered_changes_nothing(desk, token):
    assert (await desk.press(token, person=OFFICIAL)).title
    assert desk.drawers.reminders.wishes == {}


# --- the button under a message ---


async def test_receipt_is_recorded_when_the_recipient_presses(desk):
    desk.drawers.receipts.sent[7] = OFFICIAL.code

    first = await desk.press("notice.ack|7", person=OFFICIAL)
    second = await desk.press("notice.ack|7", person=OFFICIAL)

    assert first.title == second.title == "Đã ghi nhận đồng chí đã nhận được tin."
    assert desk.drawers.audit.entries[0].subject == "delivery:7"


@pytest.mark.parametrize("subject", ["7", "8", "", "x", "9" * 30])
async def test_receipt_is_not_recorded_when_the_message_was_for_somebody_else(desk, subject):
    desk.drawers.receipts.sent[7] = PersonCode("CB999")

    reply = await desk.press(f"notice.ack|{subject}", person=OFFICIAL)

    assert "không gửi cho đồng chí" in reply.title
    assert desk.drawers.receipts.acknowledged == []
    assert desk.drawers.audit.entries == []
