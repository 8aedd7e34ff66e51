"""Study requests, study assignments and exemptions as they are entered and carried on."""

from typing import NewType

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import Exemption, PersonCode, StudyRecord
from storage.rows import exemption_row, study_row
from storage.tables import exemptions, study_records

StudyNumber = NewType("StudyNumber", int)


class StudyDrawer:
    """Writes what bears on who is accountable for a gap; reading comes with the person."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, person: PersonCode, record: StudyRecord) -> StudyNumber:
        """A new request or assignment; its number, for later changes."""
        added = await self._connection.execute(
            insert(study_records).values(study_row(person, record)).returning(study_records.c.id)
        )
        return StudyNumber(added.scalar_one())

    async def save(self, number: StudyNumber, person: PersonCode, record: StudyRecord) -> None:
        """Put the record of this number into this state. Raises LookupError where the person has none such."""
        changed = await self._connection.execute(
            update(study_records)
            .where(study_records.c.id == number, study_records.c.person == person)
            .values(study_row(person, record))
        )
        if changed.rowcount == 0:
            raise LookupError(f"no study record {number} of {person}")

    async def add_exemption(self, person: PersonCode, exemption: Exemption) -> None:
        await self._connection.execute(insert(exemptions).values(exemption_row(person, exemption)))
