"""What goes out: parts, buttons, files, keyboards, and every way in which Telegram can fail to take it."""

import asyncio
from functools import partial

import pytest

from bot.intake import Intake
from bot.on_telegram.keyboards import build_choices
from handlers.asking import Choice
from handlers.reply import Chart, File, Line, Record, Reply
from knowledge.documents import Citation
from knowledge.facts import DocumentId
from storage.errors import DatabaseAwayError
from tests.bot.on_telegram.door import open_door
from tests.bot.opened import POLLING
from tests.standins.telegram_api import faults
from tests.standins.telegram_api.faults import Fault, Harm

LETTER = Citation(DocumentId("2123/UBND-NC"), "3", held=True)
MINE = Choice("Mine", "gaps.mine")


async def test_bases_stand_below_when_a_statement_cites_one(polling, visitor):
    polling.desk.script = lambda asked: Reply("Verdict <b>", lines=(Record("A & B < C", (LETTER,)),))
    visitor.says("?")
    assert await visitor.reads() == "Verdict <b>\n\nA & B < C [1]\n\nBasis:\n[1] 2123/UBND-NC, 3"


async def test_buttons_come_below_the_last_part_when_an_answer_is_long(door, visitor):
    lines = tuple(Line(f"Sentence {number} of a very long answer & more. " * 3, is_item=True) for number in range(120))
    door.desk.script = lambda asked: Reply("Long", lines=lines, choices=(MINE,))
    visitor.says("?")
    text = await visitor.reads(4)
    assert all(f"Sentence {number} " in text for number in range(120))
    parts = [one for one in visitor.chat.messages if one.is_from_bot]
    assert [bool(one.inline_buttons) for one in parts] == [False] * 3 + [True]


async def test_new_messages_come_when_the_answer_to_a_press_is_too_long_for_the_old_one(polling, api, visitor):
    polling.desk.script = lambda asked: Reply("x " * 3000 if asked.choice else "short", choices=(MINE,))
    visitor.says("?")
    await visitor.reads()
    visitor.presses("Mine")
    await visitor.reads(2)
    assert not api.calls_of("editMessageText")


async def test_nothing_new_comes_when_a_press_leads_to_the_same_answer(door, api, visitor):
    door.desk.script = lambda asked: Reply("always the same", choices=(MINE,))
    visitor.says("?")
    await visitor.reads()
    visitor.presses("Mine")
    await api.wait_for(lambda: bool(api.calls_of("editMessageText")))
    await door.leave()
    assert visitor.unread() == []
    assert all(api.presses.values())


async def test_a_new_message_comes_when_the_old_one_cannot_be_edited(polling, api, visitor):
    polling.desk.script = lambda asked: Reply(f"heard: {asked.text or asked.choice}", choices=(MINE,))
    visitor.says("?")
    await visitor.reads()
    visitor.last().is_editable = False
    visitor.presses("Mine")
    assert await visitor.reads() == "heard: gaps.mine"
    assert len(api.calls_of("sendMessage")) == 2


async def test_file_comes_after_the_words_when_a_reply_has_one(door, visitor):
    file = File(
        "Báo cáo.xlsx", b"PK\x03\x04 table", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    door.desk.script = lambda asked: Reply("Here is the report", file=file)
    visitor.says("/baocao")
    await visitor.reads(2)
    sent = visitor.last()
    assert sent.content["document"]["file_name"] == "Báo cáo.xlsx"
    assert sent.upload == file.content


async def test_picture_comes_after_the_words_when_a_reply_has_one(door, visitor):
    door.desk.script = lambda asked: Reply("This week", picture=Chart(((3, 1, 0, 2),), "3 overdue"))
    visitor.says("/tuan")
    await visitor.reads(2)
    assert "photo" in visitor.last().content


async def test_both_keyboards_are_offered_when_a_reply_has_choices_and_asks_for_the_number(polling, visitor):
    polling.desk.script = lambda asked: Reply("Who are you?", choices=(MINE,), asks_contact=not asked.phone)
    visitor.says("/lienket")
    await visitor.reads(2)
    assert "Share my phone number" in visitor.buttons()
    visitor.shares_contact("+84912345678")
    assert await visitor.reads(2) == "Your phone number was received.\n\nWho are you?"
    assert visitor.buttons() == ["Mine"]


async def test_phone_button_goes_when_the_visitor_types_something_else(polling, visitor):
    polling.desk.script = lambda asked: Reply("ok", asks_contact=asked.text == "/lienket")
    visitor.says("/lienket")
    await visitor.reads()
    visitor.says("ABC123")
    await visitor.reads()
    assert visitor.buttons() == []


def test_two_short_labels_share_a_row_when_keyboards_are_laid_out():
    labels = ("Short", "Also short", "A label that needs a row of its own", "Third", "Fourth", "Fifth")
    built = build_choices(tuple(Choice(label, "a") for label in labels))
    assert [[button.text for button in row] for row in built.inline_keyboard] == [
        ["Short", "Also short"],
        ["A label that needs a row of its own"],
        ["Third", "Fourth"],
        ["Fifth"],
    ]


def test_a_choice_is_refused_when_its_token_does_not_fit_a_button():
    assert build_choices((Choice("Fits", "a" * 64),))
    with pytest.raises(ValueError, match="64 bytes"):
        build_choices((Choice("Does not", "document.point", "ă" * 30),))


# ---- failures -----------------------------------------------------------------------------------------------------


async def test_answer_comes_after_the_wait_when_telegram_asks_to_slow_down(door, api, visitor):
    api.fail_next("sendMessage", faults.too_many_requests(7), times=2)
    visitor.says("hello")
    assert await visitor.reads() == "heard: hello"
    assert door.pauses.seconds.count(7) == 2


async def test_question_is_given_back_when_telegram_asks_for_too_long_a_wait(polling, api, visitor):
    api.fail_next("sendMessage", faults.too_many_requests(3600))
    update = visitor.says("hello")
    await api.wait_for(lambda: bool(api.calls_of("sendMessage")))
    await polling.leave()
    assert 3600 not in polling.pauses.seconds
    assert visitor.unread() == []
    assert polling.waiting() == {str(update)}


async def test_question_given_back_is_answered_later(api, visitor, monkeypatch):
    monkeypatch.setattr("bot.on_telegram.door.Intake", partial(Intake, stay_every=0.01))
    api.fail_next("sendMessage", faults.too_many_requests(3600), times=2)
    async with open_door(api, POLLING) as door:
        visitor.says("hello")
        assert await visitor.reads() == "heard: hello"
        assert len(door.desk.asked) == 1, "what was done is not done again because its answer could not leave"
        visitor.says("next")
        assert await visitor.reads() == "heard: next"
    assert visitor.unread() == []


@pytest.mark.parametrize("fault", [faults.too_many_requests(3600), faults.unauthorized()], ids=["429", "401"])
async def test_question_is_answered_however_often_telegram_did_not_take_the_answer(
    api, visitor, monkeypatch, capsys, fault
):
    monkeypatch.setattr("bot.on_telegram.door.Intake", partial(Intake, stay_every=0.001))
    api.fail_next("sendMessage", fault, times=30)
    async with open_door(api, POLLING) as door:
        visitor.says("hello")
        assert await visitor.reads() == "heard: hello"
        assert len(api.calls_of("sendMessage")) == 31
        assert len(door.desk.asked) == 1
    assert "intake.given_up" not in capsys.readouterr().out


async def test_nothing_is_repeated_and_it_is_kept_when_the_visitor_blocked_the_bot(door, api, visitor):
    api.fail_next("sendMessage", faults.blocked())
    visitor.says("hello")
    await api.wait_for(lambda: bool(api.calls_of("sendMessage")))
    await door.leave()
    assert door.reach.is_reachable == {str(visitor.id): False}
    assert len(api.calls_of("sendMessage")) == 1


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(faults.lost_answer(), id="502 after the message was shown"),
        pytest.param(faults.lost_answer(dropped=True), id="connection cut after the message was shown"),
        pytest.param(faults.malformed(), id="garbage after the message was shown"),
        pytest.param(Fault(Harm.ANSWER_AFTER, 200, "Oops"), id="200 with an error inside after the message was shown"),
    ],
)
async def test_answer_is_shown_once_when_telegrams_own_answer_is_lost(door, api, visitor, fault):
    api.fail_next("sendMessage", fault)
    visitor.says("hello")
    assert await visitor.reads() == "heard: hello"
    visitor.says("next")
    assert await visitor.reads() == "heard: next"
    assert visitor.unread() == []


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(faults.server_error(500), id="500"),
        pytest.param(faults.server_error(502, as_html=True), id="the page of a proxy"),
        pytest.param(faults.lost_request(), id="connection cut"),
    ],
)
async def test_unclear_answer_is_not_sent_again_when_telegram_breaks_down(polling, api, visitor, fault):
    """It may have been shown; repeating it blindly would tell it twice."""
    api.fail_next("sendMessage", fault)
    visitor.says("hello")
    visitor.says("next")
    assert await visitor.reads() == "heard: next"
    assert len(api.calls_of("sendMessage")) == 2


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(faults.server_error(502), id="502"),
        pytest.param(faults.lost_answer(), id="502 after it was done"),
        pytest.param(faults.lost_answer(dropped=True), id="connection cut after it was done"),
        pytest.param(faults.malformed(), id="garbage after it was done"),
    ],
)
async def test_edit_is_repeated_when_its_answer_is_lost_since_that_shows_nothing_twice(polling, api, visitor, fault):
    polling.desk.script = lambda asked: Reply(f"heard: {asked.text or asked.choice}", choices=(MINE,))
    visitor.says("?")
    await visitor.reads()
    api.fail_next("editMessageText", fault)
    visitor.presses("Mine")
    assert await visitor.reads() == "heard: gaps.mine"
    await polling.leave()
    assert len([one for one in visitor.chat.messages if one.is_from_bot]) == 1


async def test_press_is_answered_when_its_confirmation_fails(polling, api, visitor):
    polling.desk.script = lambda asked: Reply(f"heard: {asked.text or asked.choice}", choices=(MINE,))
    visitor.says("?")
    await visitor.reads()
    api.fail_next("answerCallbackQuery", faults.bad_request("query is too old and response timeout expired"))
    visitor.presses("Mine")
    assert await visitor.reads() == "heard: gaps.mine"


async def test_visitor_gets_a_reference_when_the_desk_has_a_defect(door, api, visitor, capsys, caplog):
    def broken(asked):
        raise KeyError("Nguyễn Văn Bí Mật")

    door.desk.script = broken
    visitor.says("Câu hỏi riêng tư")
    assert "reference A1B2C3" in await visitor.reads()
    await door.leave()
    logged = capsys.readouterr().out + caplog.text
    assert "A1B2C3" in logged
    assert "KeyError" in logged
    assert "Bí Mật" not in logged
    assert "riêng tư" not in logged


async def test_question_is_answered_later_without_an_apology_when_the_cabinet_is_away(polling, api, visitor):
    away = [DatabaseAwayError("no room"), DatabaseAwayError("no connection")]

    def answer(asked):
        if away:
            raise away.pop()
        return Reply(f"heard: {asked.text}")

    polling.desk.script = answer
    visitor.says("hello")
    assert await visitor.reads(timeout=20) == "heard: hello"
    assert not away
    assert len(api.calls_of("sendMessage")) == 1


async def test_question_is_given_back_when_even_the_apology_cannot_go_out(polling, api, visitor):
    def broken(asked):
        raise KeyError

    polling.desk.script = broken
    api.fail_next("sendMessage", faults.too_many_requests(3600))
    update = visitor.says("hello")
    await api.wait_for(lambda: bool(api.calls_of("sendMessage")))
    await polling.leave()
    assert polling.waiting() == {str(update)}


async def test_rest_is_not_sent_when_a_later_part_cannot_go_out(polling, api, visitor):
    polling.desk.script = lambda asked: Reply("Long", lines=(Line("word " * 2500),))
    hold = asyncio.Event()
    api.fail_next("sendMessage", faults.held(hold))
    api.fail_next("sendMessage", faults.too_many_requests(3600))
    hold.set()
    visitor.says("?")
    await visitor.reads()
    await polling.leave()
    assert len(api.calls_of("sendMessage")) == 2


MORE_THAN_ONE = {
    "three parts": (Reply("Long", lines=(Line("word " * 2500),)), "sendMessage"),
    "a file": (Reply("Here it is", file=File("list.xlsx", b"PK", "application/zip")), "sendDocument"),
    "a picture": (Reply("Here it is", file=File("list.png", b"PNG", "image/png")), "sendPhoto"),
}


@pytest.mark.parametrize(("answer", "method"), MORE_THAN_ONE.values(), ids=MORE_THAN_ONE)
@pytest.mark.parametrize("fault", [faults.unauthorized(), Fault(Harm.ANSWER, 404, "Not Found")], ids=["401", "404"])
async def test_beginning_is_shown_once_when_the_token_is_refused_before_the_rest(
    api, visitor, monkeypatch, answer, method, fault
):
    monkeypatch.setattr("bot.on_telegram.door.Intake", partial(Intake, stay_every=0.01))
    hold = asyncio.Event()
    hold.set()
    if method == "sendMessage":
        api.fail_next("sendMessage", faults.held(hold))  # which is no harm: the fault is for the second
    api.fail_next(method, fault)
    async with open_door(api, POLLING) as door:
        door.desk.script = lambda asked: answer if asked.text == "?" else Reply("heard: next")
        visitor.says("?")
        await api.wait_for(lambda: len(api.calls_of("sendMessage")) + len(api.calls_of(method)) >= 2)
        visitor.says("next")
        assert (await visitor.reads(2)).endswith("heard: next")
        await door.leave()
        assert not door.inbox.waiting, "nothing is put off"
    assert len([one for one in visitor.chat.messages if one.is_from_bot]) == 2


async def test_block_is_kept_when_it_comes_before_the_rest(polling, api, visitor):
    polling.desk.script = lambda asked: Reply("Here it is", file=File("list.xlsx", b"PK", "application/zip"))
    api.fail_next("sendDocument", faults.blocked())
    visitor.says("?")
    await visitor.reads()
    await polling.leave()
    assert polling.reach.is_reachable == {str(visitor.id): False}
    assert not polling.inbox.waiting


async def test_visitor_gets_an_apology_when_the_desk_says_nothing(polling, visitor):
    polling.desk.script = lambda asked: Reply("")
    visitor.says("?")
    assert "reference A1B2C3" in await visitor.reads()


async def test_nothing_new_is_sent_when_it_stays_unclear_whether_an_edit_was_shown(polling, api, visitor):
    polling.desk.script = lambda asked: Reply(f"heard: {asked.text or asked.choice}", choices=(MINE,))
    visitor.says("?")
    await visitor.reads()
    api.fail_next("editMessageText", faults.server_error(502), times=4)
    visitor.presses("Mine")
    await api.wait_for(lambda: len(api.calls_of("editMessageText")) == 4)
    await polling.leave()
    assert visitor.unread() == []


async def test_block_is_kept_when_it_is_met_by_the_apology(polling, api, visitor):
    def broken(asked):
        raise KeyError

    polling.desk.script = broken
    api.fail_next("sendMessage", faults.blocked())
    visitor.says("?")
    await api.wait_for(lambda: bool(api.calls_of("sendMessage")))
    await polling.leave()
    assert polling.reach.is_reachable == {str(visitor.id): False}


async def test_whoever_has_just_written_stays_reachable_when_what_they_get_is_too_large(polling, api, visitor):
    polling.desk.script = lambda asked: Reply("Here it is", file=File("big.xlsx", b"PK", "application/zip"))
    api.fail_next("sendDocument", Fault(Harm.ANSWER, 413, "Request Entity Too Large"))
    visitor.says("/baocao")
    read = await visitor.reads(2)
    assert read.startswith("Here it is\n\nSorry")
    assert "reference A1B2C3" in read
    await polling.leave()
    assert polling.reach.is_reachable == {}


async def test_chat_is_kept_as_refusing_when_telegram_does_not_know_it_any_more(polling, api, visitor):
    api.fail_next("sendMessage", faults.bad_request("chat not found"))
    visitor.says("?")
    await api.wait_for(lambda: bool(api.calls_of("sendMessage")))
    await polling.leave()
    assert polling.reach.is_reachable == {str(visitor.id): False}


async def test_group_is_refused_at_its_next_message_when_the_first_refusal_did_not_go_out(polling, api, visitor):
    group = api.group("Phòng")
    api.fail_next("sendMessage", faults.too_many_requests(3600))
    visitor.says("one", within=group)
    visitor.says("two", within=group)
    await api.wait_for(lambda: bool(group.events))
    assert [one.text for one in group.messages if one.is_from_bot] == [
        "I answer only in a private chat; please write to me there."
    ]


async def test_visitor_gets_an_apology_when_telegram_finds_our_message_wrong(polling, api, visitor, capsys, caplog):
    api.fail_next("sendMessage", faults.bad_request('can\'t parse entities: Unsupported start tag "secret"'))
    visitor.says("?")
    assert "reference A1B2C3" in await visitor.reads()
    assert not polling.reach.is_reachable
    logged = capsys.readouterr().out + caplog.text
    assert "can't parse entities" in logged
    assert "secret" not in logged
