"""A document is added, asked for word for word, replaced, and taken out again; every process knows at once."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import replace

import psycopg
import pytest

from bot.document_view import document_as_json
from bot.errors import InputError
from bot.wiring import Office, open_office
from handlers.asking import Channel, Incoming
from handlers.reply import Outcome, Reply
from knowledge.documents import Document, Point
from knowledge.facts import DocumentId
from knowledge.reading.accepted import AcceptedDocument
from tests.added import GRANTS, grants
from tests.databases import make_home, named
from tests.offices import StandingClock, settings_for, share_cache

ASKED = "trích nguyên văn điểm 4 công văn 9015"
REPEATED = "hoàn trả một nửa số tiền nếu không thi đỗ sau hai lần"


@pytest.fixture(scope="module")
async def offices(server_url: str) -> AsyncIterator[tuple[Office, Office]]:
    """Two processes, as it were, over one database of their own."""
    name = f"added_{uuid.uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")  # type: ignore[arg-type]
    with make_home("added") as home:
        share_cache(home)
        settings = settings_for(named(server_url, name), home)
        async with (
            open_office(settings, clock=StandingClock()) as one,
            open_office(settings, clock=StandingClock()) as other,
        ):
            yield one, other
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]


async def say(office: Office, text: str, thread: str | None = None) -> Reply:
    return await office.desk.answer(Incoming(Channel.COMMAND_LINE, "local", text=text, thread=thread))


async def press(office: Office, token: str) -> Reply:
    return await office.desk.answer(Incoming(Channel.COMMAND_LINE, "local", choice=token))


async def view(office: Office, number: str) -> dict[str, object] | None:
    book = await office.rule_book()
    found = book.library.find_document(number)
    return document_as_json(found, book.library.territories) if found is not None else None


def told(reply: Reply) -> str:
    return "\n".join([reply.title, *(line.text for line in reply.lines)])


@pytest.fixture
async def added(offices) -> AsyncIterator[tuple[Office, Office]]:
    """The same with the letter added by the first."""
    one, other = offices
    await one.accept_document(grants())
    yield one, other
    await one.remove_document(GRANTS)


async def test_before_it_is_added_nothing_can_be_said_of_it(offices):
    reply = await say(offices[0], ASKED)
    assert reply.outcome is Outcome.NO_BASIS
    assert await view(offices[0], GRANTS) is None


async def test_its_points_are_read_out_by_every_process_with_the_next_question(added):
    for office in added:
        reply = await say(office, ASKED)
        assert "“4. Mức hỗ trợ bằng tám mươi phần trăm học phí" in told(reply)
        assert [(one.document, one.point, one.held) for one in reply.citations] == [(GRANTS, "4", True)]


async def test_it_is_listed_as_held(added):
    found = await view(added[1], "cv 9015/ubnd nc")
    assert found is not None
    assert (found["text_held"], found["confidence"], found["date"]) == (True, "added", "2026-05-12")
    assert len(found["points"]) == 9  # type: ignore[arg-type]


async def test_a_conversation_goes_on_to_the_words(added):
    await say(added[0], "điểm 5 công văn 9015/UBND-NC nói gì", "t1")
    assert "“5. Người học phải nộp lại bản sao" in told(await say(added[0], "đọc nguyên văn", "t1"))


@pytest.mark.parametrize("typed", [REPEATED, "hoan tra mot nua so tien neu khong thi do sau hai lan"])
async def test_a_question_in_the_words_of_the_text_is_answered_with_its_point(added, typed):
    reply = await say(added[0], typed)
    assert reply.outcome is Outcome.ANSWERED
    assert [(one.document, one.point) for one in reply.citations] == [(GRANTS, "5")]


async def test_another_file_of_it_is_refused_unless_it_is_to_replace(added):
    shorter = grants()
    spans = {"4": (0, 20)}
    shorter = AcceptedDocument(shorter.document, "4. Chỉ còn điểm bốn thôi.", spans)

    with pytest.raises(InputError, match="9015/UBND-NC"):
        await added[0].accept_document(shorter)
    assert "tám mươi phần trăm" in told(await say(added[1], ASKED))

    await added[0].accept_document(shorter, replacing=True)
    assert "tám mươi phần trăm" not in told(await say(added[1], ASKED))


async def test_after_removal_nothing_can_be_said_again(offices):
    one, other = offices
    await one.accept_document(grants())
    await say(other, ASKED)

    assert await one.remove_document("cv 9015") == GRANTS

    assert (await say(other, ASKED)).outcome is Outcome.NO_BASIS
    assert await view(other, GRANTS) is None
    with pytest.raises(InputError):
        await one.remove_document(GRANTS)
    assert (await one.verify_audit()).is_intact


async def test_a_document_known_by_name_is_held_while_its_file_is_and_honest_after(offices):
    office = offices[0]
    known = office.library.get_document(DocumentId("1769/UBND-KGVX"))
    text = "1. Chứng chỉ mẫu được xét theo bảng kèm theo văn bản thử này."
    record = Document(
        id=known.id,
        kind=known.kind,
        issuer=known.issuer,
        title=known.title,
        about="",
        territories=known.territories,
        confidence=known.confidence,
        source="mau.txt",
        dated=known.dated,
        points=(Point("1", "điểm 1", "Chứng chỉ được xét theo bảng."),),
    )
    before = await say(office, "công văn 1769 có giữ toàn văn không")

    await office.accept_document(AcceptedDocument(record, text, {"1": (0, len(text))}))
    during = await say(office, "công văn 1769 có giữ toàn văn không")
    words = await say(office, "đọc nguyên văn điểm 1 công văn 1769")
    counts = await say(office, "ielts 5.0 có được tính không")
    held = await view(office, "1769")
    await office.remove_document("1769")

    assert [one.held for one in before.citations] == [False]
    assert [one.held for one in during.citations if one.document == known.id] == [True]
    assert text in told(words)
    assert counts.outcome is not Outcome.ANSWERED or not any(one.state == "met" for one in counts.findings)
    assert held is not None
    assert held["text_held"]
    assert told(await say(office, "công văn 1769 có giữ toàn văn không")) == told(before)
    assert (await view(office, "1769") or {})["text_held"] is False


async def test_a_record_that_does_not_fit_is_refused_in_a_sentence_and_changes_nothing(offices):
    office = offices[0]
    version = (await office.rule_book()).rules.version
    nowhere = replace(grants(), document=replace(grants().document, territories=frozenset()))

    with pytest.raises(InputError, match="hung-yen"):
        await office.accept_document(nowhere)

    assert (await office.rule_book()).rules.version == version
