"""What became of questions, without saying whose they were, and the answers that HR promoted for everybody."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import FrequentAnswer, PersonCode
from storage.characters import storable
from storage.encryption import SecretKeyError, Vault
from storage.later import Later, Order
from storage.records import Unanswered
from storage.tables import answers_given, frequent_answers

_NOTE: Final = Order(
    b"INSERT INTO answers_given (at, channel, intent, outcome, question)"
    b" VALUES (%(at)s, %(channel)s, %(intent)s, %(outcome)s, %(question)s)",
    b"INSERT INTO answers_given (at, channel, intent, outcome, question)"
    b" SELECT * FROM unnest(%(at)s::timestamptz[], %(channel)s::text[], %(intent)s::text[], %(outcome)s::text[],"
    b" %(question)s::bytea[])",
)


class QuestionsDrawer:
    """Keeps the promises of the desk's `Questions`."""

    def __init__(self, connection: AsyncConnection, vault: Vault, later: Later | None = None) -> None:
        self._connection = connection
        self._vault = vault
        self._later = later or Later(connection)

    async def note(self, at: datetime, channel: str, intent: str, outcome: str, question: str | None) -> None:
        sealed = self._vault.encrypt(storable(question)) if question is not None else None
        values = {"at": at, "channel": channel, "intent": intent, "outcome": outcome, "question": sealed}
        self._later.add(_NOTE, values)

    async def list_unanswered(self, since: datetime | None, limit: int) -> Sequence[Unanswered]:
        """The newest questions that got no answer, at most `limit`; what another key sealed is left out."""
        await self._later.write()
        wanted = select(answers_given.c.at, answers_given.c.outcome, answers_given.c.question).where(
            answers_given.c.question.is_not(None)
        )
        if since is not None:
            wanted = wanted.where(answers_given.c.at >= since)
        found = await self._connection.execute(wanted.order_by(answers_given.c.at.desc()).limit(limit))
        return [
            Unanswered(at, outcome, text) for at, outcome, sealed in found if (text := self._open(sealed)) is not None
        ]

    async def count_by_week(self, since: datetime) -> Sequence[tuple[date, str, int]]:
        """How many answers of each outcome, by the Monday of their week in Việt Nam, the oldest week first."""
        await self._later.write()
        week = func.date_trunc("week", func.timezone("Asia/Ho_Chi_Minh", answers_given.c.at))
        found = await self._connection.execute(
            select(week, answers_given.c.outcome, func.count())
            .where(answers_given.c.at >= since)
            .group_by(week, answers_given.c.outcome)
            .order_by(week, answers_given.c.outcome)
        )
        return [(monday.date(), outcome, count) for monday, outcome, count in found]

    async def promote(self, answer: FrequentAnswer, by: PersonCode) -> int:
        """Keep an answer for everybody who asks the same; its number. The number within `answer` is not looked at."""
        added = await self._connection.execute(
            insert(frequent_answers)
            .values(
                question=storable(answer.question),
                variants=[storable(one) for one in answer.variants],
                answer=storable(answer.answer),
                document=answer.document,
                point=answer.point,
                given_by=by,
                given_by_name=answer.given_by,
                given_for=answer.given_for,
                given_on=answer.given_on,
                scope=answer.scope,
            )
            .returning(frequent_answers.c.number)
        )
        return int(added.scalar_one())

    async def withdraw(self, number: int, by: PersonCode, on: date) -> bool:
        """Give a promoted answer no more from this day on; False where there is none that is still given."""
        ended = await self._connection.execute(
            update(frequent_answers)
            .where(frequent_answers.c.number == number, frequent_answers.c.withdrawn_on.is_(None))
            .values(withdrawn_on=on, withdrawn_by=by)
        )
        return bool(ended.rowcount)

    async def prune(self, texts_before: datetime, counts_before: datetime) -> None:
        """Drop the texts of questions noted before one moment, and all that was noted before another."""
        await self._later.write()
        await self._connection.execute(
            update(answers_given)
            .where(answers_given.c.at < texts_before, answers_given.c.question.is_not(None))
            .values(question=None)
        )
        await self._connection.execute(delete(answers_given).where(answers_given.c.at < counts_before))

    def _open(self, sealed: bytes) -> str | None:
        try:
            return self._vault.decrypt(sealed)
        except SecretKeyError:
            return None
