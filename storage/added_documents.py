"""Official documents that were read in and accepted: kept with their text, replaced, taken out again."""

import json
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import AddedDocument, DocumentId
from knowledge.folding import fold_number
from storage.tables import added_documents, document_texts


class AddedDocumentsDrawer:
    """Writes what comes back with the rules: every change raises their version."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find(self, number: str) -> DocumentId | None:
        """The number under which a document is kept, however it is typed, or None."""
        found = await self._connection.execute(
            select(added_documents.c.number).where(added_documents.c.number_folded == fold_number(number))
        )
        number_kept = found.scalar_one_or_none()
        return DocumentId(number_kept) if number_kept is not None else None

    async def save(self, document: AddedDocument, actor: str, at: datetime) -> None:
        """Keep a document in place of whatever was kept under its number."""
        await self.remove(document.number)
        await self._connection.execute(
            insert(added_documents).values(
                number=document.number,
                number_folded=fold_number(document.number),
                record=json.loads(document.record),
                added_by=actor,
                added_at=at,
            )
        )
        await self._connection.execute(
            insert(document_texts).values(
                number=document.number, text=document.text, spans=[list(one) for one in document.spans]
            )
        )

    async def remove(self, number: str) -> bool:
        """Take a document out, record and text; False where none is kept under this number."""
        gone = await self._connection.execute(
            delete(added_documents).where(added_documents.c.number_folded == fold_number(number))
        )
        return gone.rowcount > 0
