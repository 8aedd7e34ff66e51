"""Files sent over the chat: announced, brought in pieces, never beyond what was said, and only so many at once."""

import pytest

from bot.on_web.door import Pace
from handlers.asking import FileTooBigError
from handlers.handed_in import MOST_BYTES
from handlers.reply import Reply
from tests.bot.on_web.scripted import hear, opened, say, with_pace

CONTENT = bytes(range(256)) * 1000
WHOLE = len(CONTENT)


async def announce(line, size=WHOLE, message_id="f1", **more):
    said = {"type": "hand_in", "id": message_id, "name": "bằng.jpg", "media_type": "image/jpeg", "size": size, **more}
    await line.send_json(said)
    return await hear(line)


async def bring(line, content=CONTENT, piece=100_000):
    for at in range(0, len(content), piece):
        await line.send_bytes(content[at : at + piece])


async def test_a_file_in_pieces_reaches_the_desk_whole():
    async with opened() as door, door.chat() as line:
        door.desk.script["ielts 6.0"] = Reply("kept")
        assert await announce(line, text="ielts 6.0") == {"type": "go_on", "to": "f1"}
        await bring(line)
        heard = await hear(line)
    assert (heard["to"], heard["title"]) == ("f1", "kept")
    (asked,) = door.desk.heard
    assert asked.file is not None
    assert (asked.file.name, asked.file.declared_type, asked.file.size) == ("bằng.jpg", "image/jpeg", len(CONTENT))
    assert await asked.file.fetch(len(CONTENT)) == CONTENT
    with pytest.raises(FileTooBigError):
        await asked.file.fetch(len(CONTENT) - 1)


async def test_questions_are_answered_while_a_file_is_on_its_way():
    async with opened() as door, door.chat() as line:
        await announce(line)
        await line.send_bytes(CONTENT[:1000])
        assert (await say(line, "một"))["title"] == "Nghe rõ: một"
        await bring(line, CONTENT[1000:])
        assert (await hear(line))["to"] == "f1"


@pytest.mark.parametrize(
    ("size", "said"),
    [(MOST_BYTES + 1, "The file is larger than 10 MB"), (0, "The file is empty"), ("many", "could not be read")],
)
async def test_a_file_of_another_size_is_refused_before_it_is_sent(size, said):
    async with opened() as door, door.chat() as line:
        heard = await announce(line, size)
        assert heard["type"] == "notice"
        assert said in heard["text"]
        assert not door.desk.heard


async def test_more_than_was_announced_is_refused_and_the_talk_goes_on():
    async with opened() as door, door.chat() as line:
        await announce(line, 10)
        await line.send_bytes(b"x" * 11)
        heard = await hear(line)
        assert "did not arrive as it was announced" in heard["text"]
        assert (await say(line, "một"))["type"] == "reply"
        assert len(door.desk.heard) == 1


async def test_a_file_sent_again_over_a_new_connection_is_asked_of_the_desk_once():
    async with opened() as door, door.session.get(door.url), door.chat() as line:
        await announce(line)
        await bring(line)
        first = await hear(line)
        async with door.chat() as again:
            assert await announce(again) == first
    assert len(door.desk.heard) == 1


async def test_only_so_many_files_are_on_their_way_at_once_and_stale_ones_make_room():
    async with opened(settings=with_pace(Pace(burst=100))) as door, door.chat() as last:
        lines = [door.chat() for _each in range(8)]
        entered = [await one.__aenter__() for one in lines]
        assert [(await announce(line))["type"] for line in entered] == ["go_on"] * 8
        assert "Many files" in (await announce(last))["text"]
        door.time[0] += 200
        assert (await announce(last, message_id="f2"))["type"] == "go_on"
        for one in lines:
            await one.__aexit__(None, None, None)
