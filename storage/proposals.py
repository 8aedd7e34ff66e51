"""Proposals of HR that wait for a second person: kept, listed, and decided once, whoever comes first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import PersonCode, Signatory, UnitCode
from storage.characters import storable, storable_values
from storage.records import Proposal, ProposalKind, ProposalState
from storage.tables import proposals


class ProposalsDrawer:
    """Keeps the promises of the desk's `Proposals`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, proposal: Proposal) -> int:
        by = proposal.proposed_by
        added = await self._connection.execute(
            insert(proposals)
            .values(
                kind=proposal.kind.value,
                payload=storable_values(proposal.cells),
                scope=proposal.scope,
                proposed_by=by.person,
                proposed_by_name=by.name,
                proposed_for=by.unit,
                proposed_for_name=by.unit_name,
                proposed_at=proposal.proposed_at,
                vouched_by=sorted(by.vouched_by),
            )
            .returning(proposals.c.number)
        )
        return int(added.scalar_one())

    async def find(self, number: int) -> Proposal | None:
        found = await self._connection.execute(select(proposals).where(proposals.c.number == number))
        row = found.one_or_none()
        return _proposal(row) if row is not None else None

    async def list_waiting(self, limit: int) -> Sequence[Proposal]:
        found = await self._connection.execute(
            select(proposals)
            .where(proposals.c.state == ProposalState.WAITING.value)
            .order_by(proposals.c.number)
            .limit(limit)
        )
        return [_proposal(row) for row in found]

    async def decide(
        self, number: int, state: ProposalState, by: PersonCode, at: datetime, reason: str | None = None
    ) -> bool:
        # A second decision waits here for the first and then finds that nothing waits any more.
        decided = await self._connection.execute(
            update(proposals)
            .where(proposals.c.number == number, proposals.c.state == ProposalState.WAITING.value)
            .values(
                state=state.value,
                decided_by=by,
                decided_at=at,
                reason=storable(reason) if reason is not None else None,
            )
        )
        return bool(decided.rowcount)

    async def expire(self, proposed_before: datetime, at: datetime) -> Sequence[int]:
        ended = await self._connection.execute(
            update(proposals)
            .where(proposals.c.state == ProposalState.WAITING.value, proposals.c.proposed_at < proposed_before)
            .values(state=ProposalState.EXPIRED.value, decided_at=at)
            .returning(proposals.c.number)
        )
        return sorted(ended.scalars())


def _proposal(row: Any) -> Proposal:
    return Proposal(
        kind=ProposalKind(row.kind),
        cells=dict(row.payload),
        scope=UnitCode(row.scope) if row.scope is not None else None,
        proposed_by=Signatory(
            PersonCode(row.proposed_by),
            row.proposed_by_name,
            UnitCode(row.proposed_for),
            row.proposed_for_name,
            frozenset(row.vouched_by),
        ),
        proposed_at=row.proposed_at,
        number=row.number,
        state=ProposalState(row.state),
        decided_by=PersonCode(row.decided_by) if row.decided_by is not None else None,
        decided_at=row.decided_at,
        reason=row.reason,
    )
