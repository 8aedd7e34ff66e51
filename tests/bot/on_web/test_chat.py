"""The chat WebSocket: who speaks, in which order, how fast, how much, and what is refused in which words."""

import asyncio
import contextlib
import json

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.on_web.door import Pace, WebSettings
from tests.bot.on_web.scripted import PEOPLE, hear, opened, say, with_pace


async def test_a_question_is_answered_with_numbered_bases_when_it_is_said():
    async with opened() as door, door.chat() as line:
        reply = await say(line, "tôi còn thiếu gì")
    assert reply["type"] == "reply"
    assert reply["to"] == "m1"
    assert [one["cites"] for one in reply["lines"]] == [[1], [2], [], [3]]
    assert reply["lines"][3]["background"]
    assert reply["citations"][0] == {
        "number": 1,
        "text": "Văn bản 1769/UBND-KGVX",
        "held": False,
        "reference": False,
    }
    assert [one["reference"] for one in reply["citations"]] == [False, False, True]
    assert reply["choices"][0] == {"label": "Đề nghị cử đi học", "token": "study|ngoai_ngu"}


async def test_the_desk_hears_the_visitor_of_the_cookie_when_tabs_share_it():
    async with opened() as door:
        async with door.session.get(door.url), door.chat() as one, door.chat() as other:
            await say(one, "một")
            await other.send_json({"type": "choose", "id": "m2", "token": "study|ngoai_ngu"})
            await hear(other)
        first, second = door.desk.heard
    assert first.address == second.address
    assert len(first.address) >= 32
    assert first.thread == f"web:{first.address}"
    assert (first.text, first.choice, first.person, first.locale) == ("một", None, None, "en")
    assert (second.text, second.choice) == (None, "study|ngoai_ngu")


async def test_messages_are_answered_one_at_a_time_in_order_when_sent_at_once():
    async with opened() as door, door.chat() as one, door.chat() as other:
        for number in range(4):
            await one.send_json({"type": "say", "id": f"a{number}", "text": str(number)})
            await other.send_json({"type": "say", "id": f"b{number}", "text": str(number)})
        answers = [(await hear(one))["to"] for _ in range(4)]
        others = [(await hear(other))["to"] for _ in range(4)]
    assert answers == ["a0", "a1", "a2", "a3"]
    assert others == ["b0", "b1", "b2", "b3"]


async def test_one_visitor_is_served_one_message_at_a_time_when_two_tabs_ask():
    async with opened() as door, door.session.get(door.url), door.chat() as one, door.chat() as other:
        for number in range(4):
            await one.send_json({"type": "say", "text": f"a{number}"})
            await other.send_json({"type": "say", "text": f"b{number}"})
        for line in (one, other):
            for _ in range(4):
                await hear(line)
        assert door.desk.most_at_once == 1


async def test_a_message_is_asked_of_the_desk_once_when_it_is_sent_twice():
    async with opened() as door, door.session.get(door.url):
        async with door.chat() as line:
            await line.send_json({"type": "say", "id": "m1", "text": "một"})
            await line.send_json({"type": "say", "id": "m1", "text": "một"})
            await line.send_json({"type": "ping"})
            heard = [await hear(line), await hear(line)]
            assert sorted(one["type"] for one in heard) == ["pong", "reply"]
        async with door.chat() as line:
            assert (await say(line, "một"))["title"] == "Nghe rõ: một"
        assert len(door.desk.heard) == 1


async def test_the_lost_answer_is_given_when_the_visitor_returns_while_the_desk_still_works():
    async with opened() as door, door.session.get(door.url):
        door.desk.may_answer.clear()
        async with door.chat() as line:
            await line.send_json({"type": "say", "id": "m1", "text": "một"})
            await door.desk.hears.wait()
        async with door.chat() as line:
            await line.send_json({"type": "say", "id": "m1", "text": "một"})
            door.desk.may_answer.set()
            assert (await hear(line))["title"] == "Nghe rõ: một"
        assert len(door.desk.heard) == 1


async def test_a_pause_is_asked_for_when_too_many_questions_wait():
    async with opened(settings=with_pace(Pace(burst=20, waiting=2))) as door, door.chat() as line:
        door.desk.may_answer.clear()
        await line.send_json({"type": "say", "id": "m0", "text": "0"})
        await door.desk.hears.wait()
        for number in (1, 2, 3):
            await line.send_json({"type": "say", "id": f"m{number}", "text": str(number)})
        heard = await hear(line)
        assert heard["to"] == "m3"
        assert heard["text"] == "Your earlier questions are still being answered. Please wait."
        door.desk.may_answer.set()
        assert [(await hear(line))["to"] for _ in range(3)] == ["m0", "m1", "m2"]


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        pytest.param("không phải JSON", "This message could not be read. Please open the page again.", id="no JSON"),
        pytest.param("[" * 60_000, "This message could not be read. Please open the page again.", id="deep nesting"),
        pytest.param("[]", "This message could not be read. Please open the page again.", id="no object"),
        pytest.param('{"type":"fly"}', "This message could not be read. Please open the page again.", id="unknown"),
        pytest.param('{"type":"say"}', "This message could not be read. Please open the page again.", id="no text"),
        pytest.param(
            '{"type":"say","id":7,"text":"a"}',
            "This message could not be read. Please open the page again.",
            id="an id that is no text",
        ),
        pytest.param('{"type":"say","text":" \\n"}', "Please type a question first.", id="an empty question"),
        pytest.param(
            json.dumps({"type": "choose", "token": "ơ" * 33}),
            "This button no longer works. Please ask again.",
            id="a token above 64 bytes",
        ),
        pytest.param(
            '{"type":"choose","token":["a"]}',
            "This button no longer works. Please ask again.",
            id="a token that is no text",
        ),
        pytest.param(
            '{"type":"choose","token":"a\\u0000b"}',
            "This button no longer works. Please ask again.",
            id="a token with a control character",
        ),
        pytest.param(
            '{"type":"language","locale":"../../etc"}', "This page speaks Vietnamese and English only.", id="a locale"
        ),
        pytest.param(
            json.dumps({"type": "say", "text": "a" * 4001}),
            "This message is too long. Please shorten it to 4,000 characters or fewer and send it again.",
            id="a long question",
        ),
        pytest.param(
            json.dumps({"type": "say", "text": "a" * 70_000}),
            "This message is too long. Please shorten it to 4,000 characters or fewer and send it again.",
            id="more than 64 kB",
        ),
    ],
)
async def test_a_clear_sentence_is_said_and_the_talk_goes_on_when_a_message_is_not_acceptable(sent, sentence):
    async with opened() as door, door.chat() as line:
        await line.send_str(sent)
        heard = await hear(line)
        assert (heard["type"], heard["text"]) == ("notice", sentence)
        assert (await say(line, "vẫn còn đây"))["type"] == "reply"
        assert len(door.desk.heard) == 1


async def test_bytes_are_refused_in_words_when_sent():
    async with opened() as door, door.chat() as line:
        await line.send_bytes(b"\x00\x01")
        assert (await hear(line))["text"] == "Only text can be sent here."


@pytest.mark.parametrize("size", [2_000_000, 10_000_000])
async def test_the_reason_is_said_before_the_line_closes_when_megabytes_are_sent(size):
    async with opened() as door:
        async with door.chat() as line:
            # The server hangs up after the first bytes, so sending the rest may fail.
            with contextlib.suppress(ConnectionError):
                await line.send_str(json.dumps({"type": "say", "text": "a" * size}))
            assert (await hear(line))["text"].startswith("This message is too long.")
            assert (await line.receive(timeout=10)).data == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
        async with door.chat() as line:
            assert (await say(line, "còn đó không"))["type"] == "reply"
        assert len(door.desk.heard) == 1


async def test_text_reaches_the_desk_clean_when_it_holds_what_no_store_takes():
    async with opened() as door, door.chat() as line:
        await line.send_str('{"type":"say","text":"a\\u0000b\\ud800c\\u001b[31m\\nd"}')
        await hear(line)
        assert door.desk.heard[0].text == "ab\N{REPLACEMENT CHARACTER}c[31m\nd"


async def test_a_polite_wait_is_asked_for_when_somebody_is_too_fast():
    async with opened(settings=with_pace(Pace(burst=3, seconds_per_message=2.0))) as door, door.chat() as line:
        # The greeting of the connection was the first message.
        await say(line, "một", "m1")
        await say(line, "hai", "m2")
        heard = await say(line, "ba", "m3")
        assert heard == {
            "type": "notice",
            "to": "m3",
            "text": "That was a little fast. Please wait 2 seconds and send it again.",
        }
        door.time[0] = 2.0
        assert (await say(line, "ba", "m3"))["type"] == "reply"


async def test_an_apology_with_a_reference_is_given_and_nothing_personal_logged_when_the_desk_breaks():
    async with opened() as door, door.chat() as line:
        with capture_logs() as logged:
            heard = await say(line, "hỏng")
        assert heard["type"] == "apology"
        assert heard["reference"] == "ref-1"
        assert "ref-1" in heard["text"]
        assert (await say(line, "hai", "m2"))["type"] == "reply"
    assert logged[0]["reference"] == "ref-1"
    assert logged[0]["error"] == "RuntimeError"
    assert "riêng tư" not in str(logged)
    assert "hỏng" not in str(logged)


async def test_a_file_travels_with_its_reply_when_there_is_one():
    async with opened() as door, door.chat() as line:
        reply = await say(line, "tệp")
    assert reply["file"] == {
        "name": "bao-cao.xlsx",
        "media_type": "application/xlsx",
        "description": "",
        "data": "UEsDBA==",
    }


@pytest.mark.parametrize(
    "origin",
    [
        pytest.param("https://evil.example", id="another site"),
        pytest.param("null", id="no site"),
        pytest.param("", id="nothing"),
        pytest.param("http://127.0.0.1:1", id="another port of this machine"),
        pytest.param("chrome-extension://127.0.0.1", id="an extension"),
    ],
)
async def test_the_chat_is_refused_when_another_page_opens_it(origin):
    async with opened() as door:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with door.session.ws_connect(f"{door.url}/chat", headers={"Origin": origin}):
                pass
        assert refused.value.status == 403


async def test_the_chat_opens_from_the_public_page_when_a_proxy_replaced_the_host():
    settings = WebSettings(cookie_key=b"k" * 32, public_url="https://hoi.tinh.example")
    async with opened(settings=settings) as door, door.chat(Origin="https://hoi.tinh.example") as line:
        assert (await say(line, "một"))["type"] == "reply"


async def test_a_full_house_is_said_when_too_many_are_connected():
    settings = WebSettings(cookie_key=b"k" * 32, locale="en", most_connections=1)
    async with opened(settings=settings) as door, door.chat():
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with door.chat():
                pass
        assert refused.value.status == 503


async def test_answers_change_language_when_the_visitor_asks_for_another():
    async with opened() as door, door.chat() as line:
        await line.send_json({"type": "language", "locale": "en"})
        heard = await hear(line)
        assert heard["words"]["send"] == "Send"
        await line.send_json({"type": "language", "locale": "vi"})
        assert (await hear(line))["locale"] == "vi"
        await say(line, "một")
        assert door.desk.heard[0].locale == "vi"


async def test_a_forged_person_is_refused_when_there_is_no_demonstration():
    async with opened() as door, door.chat() as line:
        await line.send_json({"type": "be", "person": "CB001"})
        heard = await hear(line)
        assert heard["type"] == "notice"
        assert heard["text"].startswith("Nobody can choose here who they are.")
        await line.send_json({"type": "say", "id": "m1", "text": "một", "person": "CB001"})
        await hear(line)
        assert door.desk.heard[0].person is None


async def test_a_sample_person_speaks_in_a_thread_of_their_own_when_chosen_in_the_demonstration():
    async with opened(people=PEOPLE) as door, door.chat() as line:
        await line.send_json({"type": "be", "person": "CB001"})
        heard = await hear(line)
        assert heard == {
            "type": "person",
            "person": "CB001",
            "text": "You are now asking as Trần Thị Mẫu, Trưởng phòng, Sở Y tế.",
        }
        await say(line, "một")
        await line.send_json({"type": "be", "person": "CB999"})
        assert (await hear(line))["text"] == "There is no such person in the sample data."
        await line.send_json({"type": "be", "person": None})
        assert (await hear(line))["person"] is None
        await say(line, "hai", "m2")
        first, second = door.desk.heard
    assert first.person == "CB001"
    assert first.thread == f"web:{first.address}:CB001"
    assert second.person is None
    assert second.thread == f"web:{first.address}"


async def test_everybody_hears_a_goodbye_when_the_server_stops():
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as both, opened() as door:
        line = await session.ws_connect(f"{door.url}/chat", headers={"Origin": door.url})
        goodbye = both.create_task(line.receive())
    assert goodbye.result().data == aiohttp.WSCloseCode.GOING_AWAY
