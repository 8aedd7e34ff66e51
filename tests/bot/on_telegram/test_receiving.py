"""What comes in: words, presses, contacts, everything else, groups, repetitions, order."""

import asyncio
from functools import partial

import pytest

from bot.intake import Intake
from handlers.asking import Channel, Choice, Incoming
from handlers.reply import Reply
from storage.errors import DatabaseAwayError
from tests.bot.on_telegram.door import open_door
from tests.bot.opened import POLLING, Hold
from tests.standins.telegram_api import faults

MISSING = Choice("What am I missing", "gaps.mine")


def offering(*choices):
    return lambda asked: Reply(f"heard: {asked.text or asked.choice or asked.phone}", choices=choices)


async def test_words_reach_the_desk_free_of_telegram_when_somebody_types(door, visitor):
    visitor.says("Tôi còn thiếu gì?")

    assert await visitor.reads() == "heard: Tôi còn thiếu gì?"
    address = str(visitor.id)
    assert door.desk.asked == [
        Incoming(Channel.TELEGRAM, address, text="Tôi còn thiếu gì?", thread=f"telegram:{address}", locale="en")
    ]


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        pytest.param("/start", "/start", id="the start command stays as typed"),
        pytest.param("/start ABC-123", "/lienket ABC-123", id="a deep link is a linking code"),
        pytest.param("/han@stand_in_bot", "/han", id="a command addressed to the bot loses the address"),
        pytest.param("/conthieu giúp tôi", "/conthieu giúp tôi", id="words after a command stay"),
        pytest.param("😀👍", "😀👍", id="emoji alone go to the desk"),
        pytest.param("x" * 4096, "x" * 4096, id="the longest message passes whole"),
    ],
)
async def test_text_is_read_when_it_is_special(polling, visitor, typed, text):
    visitor.says(typed)
    await visitor.reads()
    assert polling.desk.asked[0].text == text


async def test_press_edits_the_message_when_a_visible_button_is_pressed(door, api, visitor):
    door.desk.script = offering(MISSING)
    visitor.says("hello")
    await visitor.reads()
    visitor.presses("What am I missing")

    assert await visitor.reads() == "heard: gaps.mine"
    assert len(visitor.chat.messages) == 2
    assert door.desk.asked[1].choice == "gaps.mine"
    assert door.desk.asked[1].text is None
    assert all(api.presses.values())


async def test_press_is_answered_with_a_new_message_when_the_old_one_is_out_of_reach(door, api, visitor):
    door.desk.script = offering(MISSING)
    visitor.says("hello")
    await visitor.reads()
    visitor.presses("What am I missing", long_after=True)

    assert await visitor.reads() == "heard: gaps.mine"
    assert len(api.calls_of("sendMessage")) == 2
    assert not api.calls_of("editMessageText")


async def test_own_number_reaches_the_desk_and_the_button_goes_when_it_is_shared(door, visitor):
    door.desk.script = lambda asked: Reply("linked" if asked.phone else "who are you", asks_contact=not asked.phone)
    visitor.says("/lienket")
    await visitor.reads()
    assert visitor.sees_contact_button()
    visitor.shares_contact("+84912345678")

    assert await visitor.reads() == "linked"
    assert door.desk.asked[1].phone == "+84912345678"
    assert not visitor.sees_contact_button()


@pytest.mark.parametrize(
    "sharing",
    [
        pytest.param({"of": 777}, id="a contact of somebody else"),
        pytest.param({"forwarded": True}, id="an own contact that was forwarded"),
    ],
)
async def test_contact_is_refused_when_it_is_not_freshly_ones_own(polling, visitor, sharing):
    visitor.shares_contact("+84900000000", **sharing)
    assert "your own phone number" in await visitor.reads()
    assert not polling.desk.asked


@pytest.mark.parametrize("kind", ["voice", "sticker", "location", "poll", "dice"])
async def test_one_sentence_says_what_is_understood_when_something_else_is_sent(polling, visitor, kind):
    visitor.shows(kind)
    assert await visitor.reads() == (
        "I can read only typed words, presses of my buttons, your own phone number, and photos or PDFs of "
        "certificates. Please type it."
    )
    assert not polling.desk.asked


async def test_an_album_gets_one_answer_when_many_recordings_come(polling, visitor):
    for _each in range(4):
        visitor.shows("voice", media_group_id="77")
    visitor.says("end")
    await visitor.reads(2)
    await polling.leave()
    assert len([one for one in visitor.chat.messages if one.is_from_bot]) == 2


async def test_what_is_said_once_is_said_later_and_once_when_it_could_not_leave(api, visitor, monkeypatch):
    monkeypatch.setattr("bot.on_telegram.door.Intake", partial(Intake, stay_every=0.01))
    group = api.group("Phòng Tổ chức", "group")
    for failing in (faults.too_many_requests(3600), faults.unauthorized()):
        api.fail_next("sendMessage", failing, times=2)
        async with open_door(api, POLLING) as door:
            for _each in range(3):
                visitor.shows("voice", media_group_id=f"{failing.status}")
            visitor.says("hello", within=group)
            visitor.says("hello?", within=group)
            assert (await visitor.reads()).startswith("I can read only")
            await api.wait_for(lambda: any(one.is_from_bot for one in group.messages))
            while door.inbox.waiting:  # noqa: ASYNC110  an inbox rings no bell
                await asyncio.sleep(0.01)
    assert visitor.unread() == []
    assert len([one for one in group.messages if one.is_from_bot]) == 2, "once at each door"


async def test_desk_knows_what_comes_late_however_it_was_said(api, visitor, monkeypatch):
    monkeypatch.setattr("bot.on_telegram.door.Intake", partial(Intake, stay_every=0.01))
    is_away = [True]

    def answer(asked):
        if is_away.pop():
            raise DatabaseAwayError("no room")
        return Reply(f"heard {len(door.desk.asked)}", choices=(MISSING,))

    async with open_door(api, POLLING) as door:
        door.desk.script = answer
        for say in (
            lambda: visitor.says("hello"),
            lambda: visitor.presses("What am I missing"),
            lambda: visitor.sends({"contact": {"phone_number": "1", "first_name": "Lan", "user_id": visitor.id}}),
            lambda: visitor.hands_in(b"the dots"),
            lambda: visitor.says("https://x.vn", entities=[{"type": "url", "offset": 0, "length": 12}]),
        ):
            is_away[:] = [False, True]
            say()
            while await visitor.reads() == "Your phone number was received.":
                continue
            assert [one.is_belated for one in door.desk.asked[-2:]] == [False, True]


async def test_correction_is_asked_anew_when_a_message_is_edited(door, visitor):
    visitor.says("toi con thieu gi")
    await visitor.reads()
    visitor.edits("tôi còn thiếu gì")
    assert "as a new message" in await visitor.reads()
    assert len(door.desk.asked) == 1


async def test_service_notes_get_no_answer_when_telegram_sends_them(door, visitor):
    visitor.shows("message_auto_delete_timer_changed")
    visitor.says("end")
    assert await visitor.reads() == "heard: end"
    assert visitor.unread() == []


@pytest.mark.parametrize("kind", ["group", "supergroup", "channel"])
async def test_nothing_is_said_in_public_but_one_refusal_when_a_group_asks(door, api, visitor, kind):
    group = api.group("Phòng Tổ chức", kind)
    visitor.adds_bot_to(group)
    visitor.says("Nguyễn Văn A còn thiếu gì?", within=group)
    visitor.says("trả lời đi", within=group)
    visitor.says("private")
    await visitor.reads()
    await door.leave()

    said = [one.text for one in group.messages if one.is_from_bot]
    assert said == ["I answer only in a private chat; please write to me there."]
    assert [asked.text for asked in door.desk.asked] == ["private"]


async def test_nothing_more_is_said_in_a_group_that_has_put_us_out(door, api, visitor):
    group = api.group("Phòng Tổ chức", "group")
    visitor.adds_bot_to(group)
    api.fail_next("sendMessage", faults.bad_request("chat not found"))
    visitor.says("Nguyễn Văn A còn thiếu gì?", within=group)
    await api.wait_for(lambda: bool(api.calls_of("sendMessage")))
    visitor.says("private")
    await visitor.reads()
    await door.leave()

    assert [one.text for one in group.messages if one.is_from_bot] == []


async def test_press_in_a_group_is_refused_to_the_presser_when_a_message_with_buttons_was_forwarded(
    polling, api, visitor
):
    group = api.group("Phòng")
    button = {"inline_keyboard": [[{"text": "Mine", "callback_data": "gaps.mine"}]]}
    api.new_message(group, api.me, text="old", markup=button)
    visitor.presses("Mine", within=group)
    await api.wait_for(lambda: bool(api.toasts))
    assert api.toasts == ["I answer only in a private chat; please write to me there."]
    assert not polling.desk.asked


async def test_bots_are_ignored_when_they_write(polling, api, visitor):
    robot = api.visitor("Robot")
    robot.user["is_bot"] = True
    robot.says("hello colleague")
    visitor.says("end")
    await visitor.reads()
    assert [asked.text for asked in polling.desk.asked] == ["end"]


async def test_update_is_answered_once_when_telegram_brings_it_again(door, visitor):
    visitor.says("once", copies=3)
    visitor.says("end")
    assert await visitor.reads(2) == "heard: once\n\nheard: end"
    await door.leave()
    assert visitor.unread() == []


async def test_press_is_answered_once_when_telegram_brings_it_again(door, visitor):
    door.desk.script = offering(MISSING)
    visitor.says("hello")
    await visitor.reads()
    visitor.presses("What am I missing", copies=2)
    await visitor.reads()
    await door.leave()
    assert [asked.choice for asked in door.desk.asked] == [None, "gaps.mine"]


async def test_conversation_stays_in_order_when_the_first_answer_is_slow(door, api, visitor):
    may_answer, other = asyncio.Event(), api.visitor("Hoa")

    async def slow_for_first(asked):
        if asked.text == "first":
            await may_answer.wait()
        return Reply(f"heard: {asked.text}")

    door.desk.script = slow_for_first
    visitor.says("first")
    visitor.says("second")
    other.says("other")

    assert await other.reads() == "heard: other"  # nobody waits for somebody else
    assert [asked.text for asked in door.desk.asked] == ["first", "other"]
    await api.wait_for(lambda: visitor.chat.actions == ["typing"])
    may_answer.set()
    assert await visitor.reads(2) == "heard: first\n\nheard: second"


async def test_ready_answer_does_not_wait_for_the_sign_of_typing(polling, api, visitor):
    may_answer, hold = asyncio.Event(), Hold()

    async def think(asked):
        await may_answer.wait()
        return Reply("heard")

    polling.desk.script = think
    api.fail_next("sendChatAction", faults.held(hold))
    visitor.says("hello")
    await hold.is_reached.wait()
    may_answer.set()
    assert await visitor.reads(timeout=1) == "heard"
    hold.set()


async def test_answer_does_not_hang_on_the_sign_of_typing(polling, api, visitor, capsys):
    may_answer, shown = asyncio.Event(), ""

    async def think(asked):
        await may_answer.wait()
        return Reply("heard")

    polling.desk.script = think
    api.fail_next("sendChatAction", faults.unauthorized())
    visitor.says("hello")
    async with asyncio.timeout(2):
        while "telegram.nicety_failed" not in shown:
            await asyncio.sleep(0)
            shown += capsys.readouterr().out
    may_answer.set()
    assert await visitor.reads() == "heard"
    assert len(polling.desk.asked) == 1


async def test_all_are_answered_when_updates_come_out_of_order(polling, api, visitor):
    hold = asyncio.Event()
    api.fail_next("getUpdates", faults.held(hold))
    visitor.says("wake")
    await visitor.reads()
    api.updates.reverses_next = True
    visitor.says("one")
    visitor.says("two")
    hold.set()
    assert set((await visitor.reads(2)).split("\n\n")) == {"heard: one", "heard: two"}


async def test_blocking_and_coming_back_are_kept_when_a_visitor_does_so(door, api, visitor):
    visitor.blocks_bot()
    await api.wait_for(lambda: bool(api.updates.confirmed))
    visitor.unblocks_bot()
    visitor.says("back")
    await visitor.reads()
    assert door.reach.is_reachable == {str(visitor.id): True}


async def test_update_of_an_unknown_form_blocks_nobody_when_it_arrives(door, api, visitor):
    api.updates.add_raw({"update_id": 699_000_001, "message": {"message_id": "not a number"}})
    api.updates.add_raw({"update_id": 699_000_002, "something_of_next_year": {"id": 1}})
    visitor.says("still there?")
    assert await visitor.reads() == "heard: still there?"
