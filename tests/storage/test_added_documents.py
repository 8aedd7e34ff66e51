"""Added documents come back as they were kept, with every change of them raising the version of the rules."""

from dataclasses import replace

from sqlalchemy import text

from knowledge.facts import AddedDocument, DocumentId
from storage.database import Database
from storage.drawers import Drawers
from tests.storage.test_audit import NOON

LETTER = AddedDocument(
    DocumentId("9015/UBND-NC"),
    '{"id": "9015/UBND-NC", "points": [1]}',
    "1. Một.\n\n2. Hai.",
    (("1", 0, 7), ("2", 9, 16)),
)


async def test_an_added_document_comes_back_with_the_rules(drawers: Drawers) -> None:
    await drawers.added_documents.save(LETTER, "HR01", NOON)
    assert (await drawers.rules.load()).added_documents == (LETTER,)


async def test_a_number_is_one_document_however_it_is_typed(drawers: Drawers) -> None:
    await drawers.added_documents.save(LETTER, "HR01", NOON)

    assert await drawers.added_documents.find("9015 ubnd-nc") == LETTER.number
    assert await drawers.added_documents.find("9016/UBND-NC") is None


async def test_saving_again_puts_the_new_one_in_its_place(drawers: Drawers) -> None:
    await drawers.added_documents.save(LETTER, "HR01", NOON)
    newer = replace(LETTER, text="1. Khác.", spans=(("1", 0, 8),))

    await drawers.added_documents.save(newer, "HR02", NOON)

    assert (await drawers.rules.load()).added_documents == (newer,)


async def test_removing_takes_record_and_text(drawers: Drawers) -> None:
    await drawers.added_documents.save(LETTER, "HR01", NOON)

    assert await drawers.added_documents.remove("9015/ubnd nc")
    assert not await drawers.added_documents.remove("9015/ubnd nc")

    assert (await drawers.rules.load()).added_documents == ()
    left = await drawers.connection.execute(text("SELECT count(*) FROM document_texts"))
    assert left.scalar_one() == 0


async def test_every_process_learns_of_it_with_the_next_question(database: Database) -> None:
    async with database.transaction() as drawers:
        before = await drawers.rules.load()
    async with database.transaction() as drawers:
        await drawers.added_documents.save(LETTER, "HR01", NOON)
    async with database.transaction() as drawers:
        added = await drawers.rules.load()
        await drawers.connection.execute(text("UPDATE document_texts SET text = 'Khác hẳn văn bản trước.'"))
        assert await drawers.rules.version() > added.version > before.version
        assert (await drawers.rules.load()).added_documents[0].text == "Khác hẳn văn bản trước."
