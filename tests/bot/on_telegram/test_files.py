"""Photos and documents at the Telegram door: fetched only when the desk wants them, and never beyond its bound."""

import pytest

from handlers.asking import FileGoneError, FileTooBigError, Incoming
from handlers.reply import Reply

MOST = 1000


class Fetching:
    """A desk that fetches whatever comes and says how it went."""

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self.content = b""

    async def __call__(self, asked: Incoming) -> Reply:
        assert asked.file is not None
        try:
            self.content = await asked.file.fetch(self.most)
        except (FileTooBigError, FileGoneError) as failed:
            return Reply(type(failed).__name__)
        return Reply(f"fetched {asked.file.name or 'a photo'}, {asked.text or 'no words'}")


async def test_a_photo_is_fetched_in_its_largest_size_with_its_words(polling, visitor, api):
    polling.desk.script = Fetching()
    visitor.hands_in(b"the dots", caption="ielts 6.0")
    assert await visitor.reads() == "fetched a photo, ielts 6.0"
    assert polling.desk.script.content == b"the dots"
    (asked,) = polling.desk.asked
    assert (asked.file.declared_type, asked.file.size) == ("image/jpeg", 8)
    assert api.fetched == ["sent-1"]


async def test_a_document_is_fetched_under_its_name(polling, visitor):
    polling.desk.script = Fetching()
    visitor.hands_in(b"%PDF-", name="bằng.pdf", mime_type="application/pdf")
    assert await visitor.reads() == "fetched bằng.pdf, no words"
    (asked,) = polling.desk.asked
    assert asked.file.declared_type == "application/pdf"


async def test_nothing_is_fetched_when_the_desk_does_not_want_it(polling, visitor, api):
    polling.desk.script = lambda asked: Reply("please link first")
    visitor.hands_in(b"the dots")
    assert await visitor.reads() == "please link first"
    assert not api.calls_of("getFile")


@pytest.mark.parametrize(
    ("size", "said"),
    [
        pytest.param(MOST + 1, {"file_size": MOST + 1}, id="larger than the desk takes"),
        pytest.param(20_000_001, {"file_size": 10}, id="larger than Telegram gives to bots, whatever was said"),
    ],
)
async def test_a_file_beyond_the_bound_is_not_fetched(polling, visitor, api, size, said):
    polling.desk.script = Fetching()
    visitor.hands_in(b"x" * size, name="a.pdf", **said)
    assert await visitor.reads() == "FileTooBigError"
    assert api.fetched == []


async def test_a_connection_that_ends_in_the_middle_is_told_without_the_token(polling, visitor, api, capfd):
    polling.desk.script = Fetching()
    api.cuts_files = True
    visitor.hands_in(b"the dots")
    assert await visitor.reads() == "FileGoneError"
    assert api.token not in "".join(capfd.readouterr())


async def test_a_file_that_telegram_has_no_more_is_told(polling, visitor, api):
    polling.desk.script = Fetching()
    visitor.hands_in(b"the dots")
    api.files.clear()
    assert await visitor.reads() == "FileGoneError"
