"""People ask the Official Account: by webhook and by reading recent conversations, each question answered once."""

import asyncio
import json
from datetime import timedelta

import pytest

from bot.on_zalo import door as doors
from bot.on_zalo.account import AccountClient
from bot.on_zalo.answering import Answerer
from bot.on_zalo.door import OLDEST
from bot.seen import InboxInMemory
from handlers.asking import Choice
from handlers.reply import File, Reply
from storage.errors import DatabaseAwayError
from tests.bot.on_zalo.account import open_account, open_door, standing_oa
from tests.bot.opened import POLLING, WEBHOOK
from tests.standins.zalo_ground import faults


@pytest.fixture
async def oa():
    async with standing_oa() as oa:
        yield oa


@pytest.fixture
async def door(oa, database):
    async with open_door(oa, database) as door:
        yield door


@pytest.mark.parametrize("by", [WEBHOOK, POLLING])
async def test_question_is_answered_when_somebody_asks(oa, database, by):
    async with open_door(oa, database, by) as door:
        lan = oa.person("Lan")
        lan.says("Tôi còn thiếu gì?")
        assert await lan.reads(timeout=10) == "heard: Tôi còn thiếu gì?"
    (asked,) = door.desk.asked
    assert (asked.channel, asked.address, asked.thread) == ("zalo_oa", lan.id, f"zalo_oa:{lan.id}")


@pytest.mark.parametrize("first", ["app_id", "oa_id"])
@pytest.mark.parametrize("has_prefix", [True, False], ids=["mac= before it", "bare"])
async def test_event_is_let_in_when_signed_by_either_formula(oa, door, first, has_prefix):
    oa.switches.signature_first, oa.switches.signature_prefix = first, has_prefix
    lan = oa.person("Lan")
    lan.says("xin chào")
    assert await lan.reads() == "heard: xin chào"
    assert f"signed_by_{first}" in door.counted


@pytest.mark.parametrize("how", ["unsigned", "wrong", "hmac", "changed"])
async def test_event_is_dropped_and_answered_with_200_when_zalo_did_not_sign_it(oa, door, how):
    lan = oa.person("Lan")
    event = oa.event_from(lan.id, "user_send_text", {"text": "giả", "msg_id": "9f1c"})
    brought = oa.webhook.forge(event, how)
    await oa.wait_for(lambda: bool(brought.attempts))
    assert brought.attempts[0].status == 200
    assert door.counted[-1] == ("unsigned" if how == "unsigned" else "wrong_signature")
    assert not door.desk.asked


@pytest.mark.parametrize(
    ("age", "is_taken"),
    [
        pytest.param(timedelta(), True, id="brought at once"),
        pytest.param(timedelta(hours=12), True, id="brought again for half a day"),
        pytest.param(timedelta(hours=-30), True, id="by a clock that is ahead of ours"),
        pytest.param(OLDEST - timedelta(seconds=1), True, id="as late as may be"),
        pytest.param(OLDEST + timedelta(seconds=1), False, id="later than that"),
        pytest.param(timedelta(days=4), False, id="after its mark is gone"),
    ],
)
async def test_event_that_was_signed_long_ago_is_dropped(oa, door, age, is_taken):
    lan = oa.person("Lan")
    lan.says("xin chào")
    await lan.reads()
    event = oa.event_from(lan.id, "user_send_text", {"text": "rút đồng ý", "msg_id": "9f1c"})
    event["timestamp"] = str(oa.clock.millis() - int(age / timedelta(milliseconds=1)))
    (brought,) = oa.webhook.emit(event)
    await oa.wait_for(lambda: bool(brought.attempts))
    assert brought.attempts[0].status == 200
    assert ("too_old" in door.counted) is not is_taken
    if is_taken:
        assert await lan.reads() == "heard: rút đồng ý"
    assert len(door.desk.asked) == 1 + is_taken


def test_marks_are_kept_for_longer_than_an_event_may_be_brought(library):
    (kept,) = [one.days for one in library.privacy.periods if one.code == "updates"]
    assert OLDEST + timedelta(days=1) <= timedelta(days=kept), "a day is left for clocks that differ"


async def test_event_without_a_time_is_dropped(oa, door):
    lan = oa.person("Lan")
    event = oa.event_from(lan.id, "user_send_text", {"text": "x", "msg_id": "9f1c"})
    (brought,) = oa.webhook.emit({**event, "timestamp": "hôm nay"})
    await oa.wait_for(lambda: bool(brought.attempts))
    assert door.counted[-1] == "too_old"
    assert not door.desk.asked


async def test_question_is_answered_once_when_it_is_brought_several_times(oa, door):
    lan = oa.person("Lan")
    lan.says("một lần", copies=3)
    assert await lan.reads() == "heard: một lần"
    lan.says("xong")
    assert await lan.reads() == "heard: xong"
    assert len(door.desk.asked) == 2


async def test_buttons_carry_their_action_when_pressed_and_go_on_below_when_more_than_five(oa, door):
    choices = tuple(Choice(f"Việc {number}", "gaps.mine", str(number)) for number in range(7))
    door.desk.script = lambda asked: Reply(
        f"heard: {asked.choice or asked.text}", choices=() if asked.choice else choices
    )
    lan = oa.person("Lan")
    lan.says("xin chào")
    await lan.reads(2)
    assert [button["title"] for button in lan.screen()[0].buttons] == [f"Việc {number}" for number in range(5)]
    lan.taps("Việc 6")
    assert await lan.reads() == "heard: gaps.mine|6"


async def test_long_answer_comes_in_parts_that_end_with_sentences(oa, door):
    sentence = "Đồng chí cần bổ sung chứng chỉ ngoại ngữ bậc 3 trước ngày 31/12/2026. "
    door.desk.script = lambda _asked: Reply((sentence * 60).strip())
    lan = oa.person("Lan")
    lan.says("dài")
    await lan.reads(3)
    texts = [row.text for row in lan.screen()]
    assert all(len(text) <= 2000 and text.endswith(".") for text in texts)
    assert " ".join(texts) == (sentence * 60).strip()


async def test_file_is_uploaded_when_zalo_takes_its_kind(oa, door):
    door.desk.script = lambda _asked: Reply("Đây", file=File("don.docx", b"PK", "application/msword"))
    lan = oa.person("Lan")
    lan.says("đơn")
    await lan.reads(2)
    assert lan.screen()[1].kind == "file"


XLSX = File("bang.xlsx", b"PK", "application/vnd.ms-excel")


async def test_person_is_told_where_to_get_it_when_zalo_does_not_take_a_file(oa, door):
    choices = (Choice("Word copy", "list.word"),)
    door.desk.script = lambda _asked: Reply("Đây", choices=choices, file=XLSX)
    lan = oa.person("Lan")
    lan.says("bảng")
    assert "bang.xlsx" in await lan.reads()
    assert lan.buttons() == ["Word copy"]  # one message, so that what can be done stands under what cannot


@pytest.mark.parametrize("by", [WEBHOOK, POLLING])
async def test_desk_gets_a_picture_or_file_with_what_is_said_of_it_when_one_comes(oa, database, by):
    came_with = []
    async with open_door(oa, database, by) as door:

        async def fetch(asked):
            content = await asked.file.fetch(100)
            came_with.append(asked.file.message)
            return Reply(f"{asked.file.name} {asked.file.declared_type} {asked.file.size} {content} {asked.text}")

        door.desk.script = fetch
        lan = oa.person("Lan")
        lan.shows_image(b"jpg", "bang.jpg", text="bằng của tôi")
        assert await lan.reads(timeout=10) == "bang.jpg image/jpeg None b'jpg' bằng của tôi"
        lan.sends_file(b"%PDF-1.4", "bang.pdf")
        size = 8 if by == WEBHOOK else None
        assert await lan.reads(timeout=10) == f"bang.pdf application/pdf {size} b'%PDF-1.4' None"
    assert len(set(came_with)) == 2
    assert all(came_with), "by its message a file that comes once more is known"


async def test_person_is_told_what_can_be_read_when_a_sticker_comes(oa, door):
    lan = oa.person("Lan")
    lan.sends_sticker()
    assert "only typed words, pictures, files" in await lan.reads()
    assert not door.desk.asked


async def test_whoever_follows_is_welcomed_and_whoever_leaves_is_not_written_to(oa, door):
    lan = oa.person("Lan")
    lan.follows(copies=2)
    assert await lan.reads() == "heard: /start"
    lan.unfollows()
    await oa.wait_for(lambda: len(oa.webhook.events_of("unfollow")) == 1)
    oa.clock.advance(1)
    lan.follows()
    await lan.reads()
    assert len(door.desk.asked) == 2
    assert door.reach.is_reachable == {lan.id: False}


async def test_token_is_renewed_once_when_zalo_calls_it_expired(oa, door):
    lan = oa.person("Lan")
    lan.says("một")
    await lan.reads()
    before = oa.grants.refreshes
    oa.grants.expire_access()
    lan.says("hai")
    assert await lan.reads() == "heard: hai"
    assert oa.grants.refreshes == before + 1
    assert (await door.grant()).refresh == oa.refresh_token


async def test_answer_is_not_repeated_when_zalos_own_answer_is_lost(oa, door):
    lan = oa.person("Lan")
    oa.fail_next("message/cs", faults.lost_answer())
    lan.says("một")
    await lan.reads()
    lan.says("hai")
    assert await lan.reads() == "heard: hai"
    assert len(lan.screen()) == 2


async def test_answer_comes_after_all_when_zalo_asked_to_slow_down(oa, door):
    lan = oa.person("Lan")
    oa.fail_next("message/cs", faults.answer(-32))
    lan.says("một")
    assert await lan.reads() == "heard: một"
    assert door.pauses.seconds[-1] == 15


async def test_person_gets_an_apology_with_a_reference_when_the_desk_fails(oa, door):
    def fail(_asked):
        raise RuntimeError("defect")

    door.desk.script = fail
    lan = oa.person("Lan")
    lan.says("một")
    assert "A1B2C3" in await lan.reads()


async def test_question_is_answered_later_without_an_apology_when_the_cabinet_is_away(oa, door):
    away = [DatabaseAwayError("no room")]

    def answer(asked):
        if away:
            raise away.pop()
        return Reply(f"heard: {asked.text}")

    door.desk.script = answer
    lan = oa.person("Lan")
    lan.says("một")
    assert await lan.reads(timeout=20) == "heard: một"
    assert not away
    assert not lan.unread()
    assert [one.is_belated for one in door.desk.asked] == [False, True]


LONG = ("Đồng chí cần bổ sung chứng chỉ ngoại ngữ bậc 3 trước ngày 31/12/2026. " * 60).strip()
MORE_THAN_ONE = {
    "three parts": Reply(LONG),
    "a file": Reply("Đây", file=File("don.docx", b"PK", "application/msword")),
    "the offer to share a number": Reply("Liên kết", asks_contact=True),
}


@pytest.mark.parametrize("answer", MORE_THAN_ONE.values(), ids=MORE_THAN_ONE)
@pytest.mark.parametrize("code", [-224, -221])
async def test_beginning_is_shown_once_when_the_account_is_refused_before_the_rest(oa, door, answer, code):
    door.desk.script = lambda asked: answer if asked.text == "một" else Reply("heard: hai")
    lan = oa.person("Lan")
    oa.fail_next("message/cs", faults.answer(code), skip=1)
    lan.says("một")
    begun = await lan.reads()
    await oa.wait_for(lambda: len(oa.calls_of("message/cs")) == 2)
    lan.says("hai")
    assert await lan.reads() == "heard: hai"
    assert [row.text for row in lan.screen()] == [begun, "heard: hai"]
    assert [one.text for one in door.desk.asked] == ["một", "hai"]
    assert not door.pauses.seconds, "nothing is tried again"


class TokensOutOfReach:
    """Read in a cabinet that can be reached so many times."""

    def __init__(self, token, times):
        self.token, self.left = token, times

    async def access(self):
        if not self.left:
            raise DatabaseAwayError("no room")
        self.left -= 1
        return self.token

    async def renew(self, stale):
        raise AssertionError(stale)


@pytest.mark.parametrize("answer", MORE_THAN_ONE.values(), ids=MORE_THAN_ONE)
async def test_answer_is_cut_short_and_no_failure_when_the_cabinet_goes_away_in_the_middle(oa, database, answer):
    lan, counted = oa.person("Lan", is_follower=True, interacted_at=oa.clock()), []

    async def count(messages):
        counted.append(messages)

    async with open_account(oa, database) as account:
        client = AccountClient(oa.openapi_base, TokensOutOfReach(oa.access_token, 1))
        answerer = Answerer(
            client, str, account.clock, account.pauses, image_url="https://nhacchuan.invalid/card.png", count=count
        )
        await answerer.send(lan.id, answer)
        with pytest.raises(DatabaseAwayError):
            await answerer.send(lan.id, answer)  # nothing of it left, so that it may be tried again
        await client.close()
    assert len(lan.screen()) == 1
    assert counted == [1]


@pytest.mark.parametrize("failure", [DatabaseAwayError("no room"), ValueError("defect")], ids=["away", "defect"])
async def test_conversation_does_not_wait_for_its_messages_to_be_counted(oa, database, failure):
    tried = []

    async def count(messages):
        tried.append(messages)
        raise failure

    async with open_account(oa, database) as account:
        answerer = Answerer(account.client, str, account.clock, account.pauses, count=count)
        lan = oa.person("Lan", is_follower=True, interacted_at=oa.clock())
        async with asyncio.timeout(5):
            await answerer.send(lan.id, Reply("Có thư"))
    assert lan.sees() == "Có thư"
    assert tried == [1]


@pytest.mark.parametrize(("code", "times"), [(-200, 6), (-320, 2)])
async def test_answer_comes_after_all_when_zalo_says_that_it_failed_or_is_not_paid(oa, door, code, times):
    lan = oa.person("Lan")
    oa.fail_next("message/cs", faults.answer(code), times)
    lan.says("một")
    assert await lan.reads() == "heard: một"
    assert 15 in door.pauses.seconds
    assert door.reach.is_reachable == {}, "whoever has just written can be written to"
    assert len(door.desk.asked) == 1


@pytest.mark.parametrize("code", [-201, -248])
async def test_person_is_told_in_other_words_when_an_answer_is_one_that_zalo_does_not_take(oa, door, code):
    lan = oa.person("Lan")
    oa.fail_next("message/cs", faults.answer(code))
    lan.says("một")
    assert "A1B2C3" in await lan.reads()
    oa.fail_next("message/cs", faults.answer(code), 2)
    lan.says("hai")
    await oa.wait_for(lambda: len(oa.calls_of("message/cs")) == 4)
    lan.says("ba")
    assert await lan.reads() == "heard: ba"
    assert len(door.desk.asked) == 3
    assert door.reach.is_reachable == {}
    assert not door.pauses.seconds, "what is refused for its form is refused again"


async def test_whoever_takes_nothing_is_not_written_to(oa, door):
    lan = oa.person("Lan")
    oa.fail_next("message/cs", faults.answer(-213))
    lan.says("một")
    await oa.wait_for(lambda: len(oa.calls_of("message/cs")) == 1)
    lan.says("hai")
    assert await lan.reads() == "heard: hai"
    assert door.reach.is_reachable == {lan.id: False}


async def test_what_was_done_at_the_desk_is_not_done_again_when_its_answer_could_not_be_sent(oa, door):
    done = []

    def add_picture(asked):
        done.append(asked.file.name)
        return Reply(f"pictures: {len(done)}")

    door.desk.script = add_picture
    lan = oa.person("Lan")
    oa.fail_next("message/cs", faults.answer(-224), 3)
    lan.shows_image(b"jpg", "bang.jpg")
    assert await lan.reads() == "pictures: 1"
    assert done == ["bang.jpg"]
    assert door.pauses.seconds == [15, 30, 60]


async def test_question_that_was_taken_up_before_is_known_as_late_at_the_desk(oa, database):
    inbox, lan = InboxInMemory(), oa.person("Lan", is_follower=True, interacted_at=oa.clock())
    event = oa.event_from(lan.id, "user_send_text", {"text": "1", "msg_id": "9f1c"})
    await inbox.keep("zalo_oa", [("9f1c", json.dumps({**event, "timestamp": str(oa.clock.millis())}))], None)
    async with open_door(oa, database, inbox=inbox) as door:
        assert await lan.reads() == "heard: 1"
        lan.says("2")
        assert await lan.reads() == "heard: 2"
    assert [(one.text, one.is_belated) for one in door.desk.asked] == [("1", True), ("2", False)]


async def test_question_that_waited_for_the_account_to_be_let_in_is_late_at_the_desk(oa, door):
    def fail_at_first(asked):
        if not asked.is_belated:
            raise RuntimeError("defect")
        return Reply("late")

    door.desk.script = fail_at_first
    lan = oa.person("Lan")
    oa.fail_next("message/cs", faults.answer(-224))  # for the apology
    lan.says("một")
    assert await lan.reads() == "late"


async def test_what_was_done_at_the_desk_is_answered_by_the_process_that_did_it_when_it_leaves(oa, database):
    at_desk, leaving, lan = asyncio.Event(), asyncio.Event(), oa.person("Lan")

    async def answer(_asked):
        at_desk.set()
        await leaving.wait()
        return Reply("done")

    async with open_door(oa, database) as door:
        door.desk.script = answer
        oa.fail_next("message/cs", faults.answer(-224))
        lan.says("một")
        async with asyncio.timeout(5):
            await at_desk.wait()
        asyncio.get_running_loop().call_later(0.1, leaving.set)
    assert lan.sees() == "done"
    assert len(door.desk.asked) == 1


class AwayAtFirst(InboxInMemory):
    """Of a cabinet that is away for the first so many times."""

    def __init__(self, times):
        super().__init__()
        self.left = times

    async def keep(self, *given):
        if self.left:
            self.left -= 1
            raise DatabaseAwayError("no room")
        return await super().keep(*given)


@pytest.mark.parametrize("by", [WEBHOOK, POLLING])
async def test_door_stays_open_when_the_cabinet_is_away_while_conversations_are_read(oa, database, by, monkeypatch):
    monkeypatch.setattr(doors, "_POLL_EVERY", 0.02)
    inbox, lan = AwayAtFirst(3), oa.person("Lan")
    lan.says("trước")  # nobody is brought it: no address is saved yet
    async with open_door(oa, database, by, inbox=inbox) as door:
        assert await lan.reads() == "heard: trước"
        lan.says("sau")
        assert await lan.reads() == "heard: sau"
    assert not inbox.left
    assert len(door.desk.asked) == 2


async def test_phone_number_is_shared_with_the_desk_when_the_form_is_filled_in(oa, door):
    door.desk.script = lambda asked: Reply(f"heard: {asked.phone or asked.text}", asks_contact=asked.phone is None)
    lan = oa.person("Lan", phone="84912345678")
    lan.says("liên kết")
    await lan.reads(2)
    lan.submits_info()
    assert await lan.reads() == "heard: 84912345678"


async def test_no_token_stands_in_anything_that_is_written(oa, door, capsys, caplog):
    lan = oa.person("Lan")
    tokens = {oa.access_token, oa.refresh_token, oa.app_secret, oa.oa_secret}
    for fault in (
        faults.lost_request(),
        faults.gateway_page(),
        faults.malformed(),
        faults.answer(-201),
        faults.answer(-216),
    ):
        oa.fail_next("message/cs", fault)
        lan.says("một")
    lan.says("hai")
    await oa.wait_for(lambda: "heard: hai" in lan.unread(), 10)
    tokens |= {oa.access_token, oa.refresh_token}
    shown = capsys.readouterr().out + caplog.text
    assert "zalo." in shown
    assert not [one for one in tokens if one in shown]


async def test_offer_to_share_a_number_shows_the_accounts_own_picture_when_the_server_has_no_address(oa, database):
    async with open_account(oa, database) as account:
        answerer = Answerer(account.client, str, account.clock, account.pauses)
        lan = oa.person("Lan", is_follower=True, interacted_at=oa.clock())
        await answerer.send(lan.id, Reply("Liên kết", asks_contact=True))
        await answerer.send(lan.id, Reply("Liên kết", asks_contact=True))
    assert [row.kind for row in lan.screen()] == ["text", "request_user_info"] * 2
    assert len(oa.calls_of("getoa")) == 1


STANDING = {
    "its words stand there, and nothing is sent": ("heard: một", ["heard: một"]),
    "nothing of ours stands there, and it is given": (None, ["heard: một"]),
    "something else stands there, and the person is told": ("Nhắc việc", ["Nhắc việc", "I was interrupted"]),
}


@pytest.mark.parametrize(("standing", "screen"), STANDING.values(), ids=STANDING)
async def test_answer_that_may_have_left_is_looked_for_in_the_conversation(oa, database, standing, screen):
    inbox, lan = InboxInMemory(), oa.person("Lan", is_follower=True)
    async with open_account(oa, database) as account:
        message = lan.says("một")
        event = oa.event_from(lan.id, "user_send_text", {"text": "một", "msg_id": message})
        event["timestamp"] = str(oa.clock.millis())
        answerer = Answerer(account.client, str, account.clock, account.pauses)
        await inbox.keep("zalo_oa", [(message, json.dumps(event))], "dead")
        await inbox.begin_sending("zalo_oa", [(message, answerer.mark_of(Reply("heard: một")))], "dead")
        await inbox.leave("dead")
        if standing is not None:
            await answerer.send(lan.id, Reply(standing))
    async with open_door(oa, database, inbox=inbox):
        lan.says("hai")
        await oa.wait_for(lambda: "heard: hai" in lan.unread(), 10)
    rows = [row.text for row in lan.screen()]
    assert all(any(row.startswith(one) for row in rows) for one in screen)
    assert len(rows) == len(screen) + 1


async def asked_with_much_before(oa, account):
    """Somebody who has been written to a few times and asks something a minute later, and when they asked it."""
    lan = oa.person("Lan", is_follower=True, interacted_at=oa.clock())
    for words in ("một", "hai"):
        await answerer_of(account).send(lan.id, Reply(words))
    oa.clock.advance(60)
    lan.says("còn gì nữa?")
    return lan, account.clock.now()


def answerer_of(account):
    return Answerer(account.client, str, account.clock, account.pauses)


WRITTEN_SINCE = (0, 9, 10, 25)  # messages of theirs before anybody looks


@pytest.mark.parametrize("written", WRITTEN_SINCE)
async def test_answer_that_left_is_found_however_much_was_written_since(oa, database, written):
    async with open_account(oa, database) as account:
        lan, at = await asked_with_much_before(oa, account)
        answerer, answer = answerer_of(account), Reply("còn ngoại ngữ")
        await answerer.send(lan.id, answer)
        for number in range(written):
            lan.says(f"alô {number}")
        assert await answerer.find_answer(lan.id, at, answerer.mark_of(answer)) is True
        assert await answerer.find_answer(lan.id, at, "another") is None


@pytest.mark.parametrize("written", WRITTEN_SINCE)
@pytest.mark.parametrize("words", ["một", "another"])
async def test_answer_that_never_left_is_known_as_such_however_much_was_written_since(oa, database, written, words):
    async with open_account(oa, database) as account:
        lan, at = await asked_with_much_before(oa, account)
        for number in range(written):
            lan.says(f"alô {number}")
        answerer = answerer_of(account)
        assert await answerer.find_answer(lan.id, at, answerer.mark_of(Reply(words))) is False


async def test_nobody_can_tell_whether_an_answer_left_when_more_was_written_since_than_is_read(oa, database):
    async with open_account(oa, database) as account:
        lan, at = await asked_with_much_before(oa, account)
        answerer, answer = answerer_of(account), Reply("còn ngoại ngữ")
        await answerer.send(lan.id, answer)
        for number in range(100):
            lan.says(f"alô {number}")
        assert await answerer.find_answer(lan.id, at, answerer.mark_of(answer)) is None
        assert len(oa.calls_of("conversation")) == 10


async def test_answer_that_left_is_not_shown_again_when_for_long_nobody_could_look_for_it(oa, database):
    """Neither could be asked what stands there nor anything be said: what was in doubt is still in doubt afterwards."""
    inbox, lan = InboxInMemory(), oa.person("Lan", is_follower=True)
    async with open_account(oa, database) as account:
        message = lan.says("một")
        event = oa.event_from(lan.id, "user_send_text", {"text": "một", "msg_id": message})
        answerer = Answerer(account.client, str, account.clock, account.pauses)
        await inbox.keep("zalo_oa", [(message, json.dumps({**event, "timestamp": str(oa.clock.millis())}))], "dead")
        await inbox.begin_sending("zalo_oa", [(message, answerer.mark_of(Reply("heard: một")))], "dead")
        await answerer.send(lan.id, Reply("heard: một"))
        await inbox.leave("dead")
    for call in ("conversation", "message/cs"):
        oa.fail_next(call, faults.answer(-224), None)
    async with open_door(oa, database, inbox=inbox) as door:
        await door.pauses.reach(4)
        while inbox.waiting["zalo_oa", message][1] is not None:  # noqa: ASYNC110  it cannot tell
            await asyncio.sleep(0.01)
    assert inbox.waiting["zalo_oa", message][0].sending == answerer.mark_of(Reply("heard: một"))
    oa.heal()
    async with open_door(oa, database, inbox=inbox) as door:
        lan.says("hai")
        await oa.wait_for(lambda: "heard: hai" in lan.unread())
    assert [row.text for row in lan.screen()] == ["heard: một", "heard: hai"]
    assert not inbox.waiting


async def test_zalo_is_not_thanked_for_what_could_not_be_kept(oa, database):
    class Away(InboxInMemory):
        async def keep(self, *_given):
            raise ConnectionError

    async with open_door(oa, database, inbox=Away()) as door:
        oa.person("Lan").says("một")
        await oa.wait_for(lambda: bool(oa.webhook.deliveries[-1].attempts))
        assert oa.webhook.deliveries[-1].attempts[-1].status == 503
        assert door.counted[-1] == "not_kept"
