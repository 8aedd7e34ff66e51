"""Rulings of HR: numbered without gaps as they are confirmed, never removed, withdrawn from a day on."""

from dataclasses import replace
from datetime import date
from typing import Any, Final

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import (
    CriterionCode,
    DocumentId,
    KindCode,
    LevelCode,
    PersonCode,
    Ruling,
    RulingId,
    Signatory,
    UnitCode,
)
from storage.characters import storable
from storage.tables import declared_documents, rulings

_NUMBERING: Final = 0x6E68796B  # any number, as long as every process of the product uses the same
_ID: Final = "YK-{year}-{number:04}"


class RulingsDrawer:
    """Keeps the promises of the desk's `Rulings`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, ruling: Ruling, *, declares: DocumentId | None) -> Ruling:
        # Whoever numbers holds the lock until the transaction ends, so a number taken back is given again.
        await self._connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _NUMBERING})
        year = ruling.confirmed_on.year
        last = await self._connection.execute(select(func.max(rulings.c.number)).where(rulings.c.year == year))
        number = (last.scalar_one() or 0) + 1
        numbered = replace(ruling, id=RulingId(_ID.format(year=year, number=number)))
        await self._connection.execute(insert(rulings).values(year=year, number=number, **_row(numbered)))
        if declares is not None:
            known = select(declared_documents.c.number).where(declared_documents.c.number == declares)
            if (await self._connection.execute(known)).first() is None:
                await self._connection.execute(insert(declared_documents).values(number=declares))
        return numbered

    async def withdraw(self, ruling: RulingId, on: date) -> bool:
        ended = await self._connection.execute(
            update(rulings).where(rulings.c.id == ruling, rulings.c.withdrawn_on.is_(None)).values(withdrawn_on=on)
        )
        return bool(ended.rowcount)


def ruling_of(values: list[Any]) -> Ruling:
    """A ruling from its columns in the order in which `RulesDrawer` asks for them, the days as text."""
    ruling, criterion, kind, counts_as, level_from, level_to, months, document, point, reason, scope, *rest = values
    given, confirmed, days = rest[:4], rest[4:8], [_day(one) for one in rest[8:]]
    given_on, confirmed_on, issued_from, issued_to, valid_from, valid_to, withdrawn_on = days
    if given_on is None or confirmed_on is None or valid_from is None:
        raise ValueError(ruling)  # the table does not allow it
    return Ruling(
        id=RulingId(ruling),
        criterion=CriterionCode(criterion),
        kind=KindCode(kind),
        counts_as=LevelCode(counts_as) if counts_as is not None else None,
        given_by=_signatory(given),
        given_on=given_on,
        confirmed_by=_signatory(confirmed),
        confirmed_on=confirmed_on,
        valid_from=valid_from,
        valid_to=valid_to,
        level_from=level_from,
        level_to=level_to,
        months_valid=months,
        issued_from=issued_from,
        issued_to=issued_to,
        document=DocumentId(document) if document is not None else None,
        point=point,
        reason=reason,
        scope=UnitCode(scope) if scope is not None else None,
        withdrawn_on=withdrawn_on,
    )


def _signatory(values: list[Any]) -> Signatory:
    person, name, unit, unit_name = values
    return Signatory(PersonCode(person), name, UnitCode(unit), unit_name)


def _row(ruling: Ruling) -> dict[str, Any]:
    given, confirmed = ruling.given_by, ruling.confirmed_by
    return {
        "id": ruling.id,
        "criterion": ruling.criterion,
        "kind": ruling.kind,
        "counts_as": ruling.counts_as,
        "level_from": ruling.level_from,
        "level_to": ruling.level_to,
        "months_valid": ruling.months_valid,
        "issued_from": ruling.issued_from,
        "issued_to": ruling.issued_to,
        "valid_from": ruling.valid_from,
        "valid_to": ruling.valid_to,
        "document": ruling.document,
        "point": ruling.point,
        "reason": storable(ruling.reason) if ruling.reason is not None else None,
        "scope": ruling.scope,
        "given_by": given.person,
        "given_by_name": given.name,
        "given_for": given.unit,
        "given_for_name": given.unit_name,
        "given_on": ruling.given_on,
        "confirmed_by": confirmed.person,
        "confirmed_by_name": confirmed.name,
        "confirmed_for": confirmed.unit,
        "confirmed_for_name": confirmed.unit_name,
        "confirmed_on": ruling.confirmed_on,
        "withdrawn_on": ruling.withdrawn_on,
    }


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written is not None else None
