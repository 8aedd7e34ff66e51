"""A conversation is remembered as it was last kept, and forgotten with its visitor or its age."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select

from storage.drawers import Drawers
from storage.tables import threads

NOON = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)


async def test_an_unknown_conversation_is_not_remembered(drawers: Drawers) -> None:
    assert await drawers.threads.recall("telegram:42") is None


async def test_a_conversation_is_remembered_as_it_was_last_kept(drawers: Drawers) -> None:
    await drawers.threads.keep("telegram:42", {"intent": "my_gaps"}, NOON)
    await drawers.threads.keep("telegram:42", {"intent": "document", "points": ["2.3", None], "n": 1.5}, NOON)

    assert await drawers.threads.recall("telegram:42") == {"intent": "document", "points": ["2.3", None], "n": 1.5}


async def test_what_people_typed_cannot_be_read_in_the_table(drawers: Drawers) -> None:
    await drawers.threads.keep("telegram:42", {"questions": [["Tôi là Trần Thị Hỏi", "no_basis", ""]]}, NOON)

    await drawers.later.write()
    kept = str((await drawers.connection.execute(select(threads.c.state))).scalar_one())
    assert "Hỏi" not in kept
    assert "questions" not in kept


async def test_a_conversation_kept_before_they_were_sealed_is_still_remembered(drawers: Drawers) -> None:
    await drawers.connection.execute(insert(threads).values(thread="web:1", state={"intent": "help"}, kept_at=NOON))

    assert await drawers.threads.recall("web:1") == {"intent": "help"}


async def test_letters_that_cannot_be_kept_are_left_out(drawers: Drawers) -> None:
    await drawers.threads.keep("telegram:4\x002", {"words": ["Lan\x00", {"x": "\ud83d!"}]}, NOON)

    assert await drawers.threads.recall("telegram:42") == {"words": ["Lan", {"x": "!"}]}


async def test_only_the_visitors_own_conversations_are_forgotten(drawers: Drawers) -> None:
    for thread in ("telegram:42", "telegram:42:group", "telegram:421", "web:42", "telegram:4%"):
        await drawers.threads.keep(thread, {}, NOON)

    await drawers.threads.forget_of("telegram", "42")
    await drawers.threads.forget_of("telegram", "4%")

    left = [one for one in ("telegram:421", "web:42") if await drawers.threads.recall(one) is not None]
    gone = [one for one in ("telegram:42", "telegram:42:group", "telegram:4%") if await drawers.threads.recall(one)]
    assert (left, gone) == (["telegram:421", "web:42"], [])


async def test_old_conversations_are_pruned(drawers: Drawers) -> None:
    await drawers.threads.keep("old", {}, NOON - timedelta(days=1))
    await drawers.threads.keep("new", {}, NOON)

    await drawers.threads.prune(NOON)

    assert await drawers.threads.recall("old") is None
    assert await drawers.threads.recall("new") == {}
