"""After a backup was put back: what may have happened since it was taken is named, and nothing of it happens twice.

What is told unasked and had not surely been left for later counts as unclear: later than the clock of the restore and
than that by which the house lived, for a clock that runs slow makes nothing unsent. What lets somebody in (codes,
sessions, addresses of calendars) is taken away: it may have been taken away since. Keys and hooks of other systems
are suspended until somebody confirms each. Numbers go on far beyond those that
may have been given since.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.local_time import VIETNAM
from storage.records import Restore

REASON: Final = "restored"
_REACHED_AGAIN_WITHIN: Final = timedelta(days=61)  # longer than anybody waits for a chat
# People read these numbers aloud; all others may be as long as they like.
_SPOKEN_STEP, _STEP = 1_000, 10_000_000
_SPOKEN: Final = ("proposals_", "study_cases_", "evidence_", "frequent_answers_", "api_keys_", "hooks_")
_COLUMNS: Final = "number, taken_at, restored_at, chain_number, is_held, counts"
_FIND_UNCLEANED: Final = f"SELECT {_COLUMNS} FROM restores WHERE cleaned_at IS NULL ORDER BY number LIMIT 1"  # noqa: S608  ours
_FIND_UNSETTLED: Final = f"SELECT {_COLUMNS} FROM restores WHERE settled_at IS NULL ORDER BY number LIMIT 1 FOR UPDATE"  # noqa: S608  ours
_FIND_LAST: Final = f"SELECT {_COLUMNS} FROM restores ORDER BY number DESC LIMIT 1"  # noqa: S608  ours
_NAME_UNCLEAR: Final = """
UPDATE deliveries SET
    state = CASE WHEN acknowledged_at IS NOT NULL OR arrived_at IS NOT NULL THEN 'delivered' ELSE 'unclear' END,
    reason = :reason, done_at = :at, lease_until = NULL, claimed_by = NULL, is_held = false
WHERE state IN ('claimed', 'started')
    OR (state = 'waiting' AND (due_at <= :until OR merge_day <= :day OR CAST(:is_blind AS boolean)))
"""
# What was written last, not what bears the latest date: a clock that once ran ahead and was put right proves nothing.
NEWEST_SIGN: Final = """
SELECT greatest(
    (SELECT max(greatest(one.started_at, one.done_at)) FROM (
        SELECT started_at, done_at FROM deliveries WHERE slot_at IS NOT NULL ORDER BY slot_at DESC LIMIT 50) AS one),
    (SELECT made_at FROM notices ORDER BY id DESC LIMIT 1),
    (SELECT at FROM audit_entries ORDER BY number DESC LIMIT 1))
"""
# What counts is kept with the restore, and told to whoever restored.
_CLEAN: Final = {
    "messages": _NAME_UNCLEAR,
    "unreached": "UPDATE deliveries SET reason = :reason"
    " WHERE state = 'unreachable' AND sender IS NULL AND merge_day >= :since",
    "letters": "UPDATE letters SET state = 'unclear', reason = :reason, done_at = :at"
    " WHERE state IN ('waiting', 'started') AND channel <> 'web'",
    # Whoever was to be answered by the restore may have been: they are asked to look. Whose turn came later was not.
    "questions": "UPDATE seen_updates SET holder = NULL, due_at = NULL, tries = 0, sending = coalesce(sending, :reason)"
    " WHERE body IS NOT NULL AND answered_at IS NULL"
    " AND (due_at IS NULL OR due_at <= :until OR CAST(:is_blind AS boolean))",
    "codes": "DELETE FROM link_codes",
    "entries": "DELETE FROM console_entries",
    "sessions": "DELETE FROM console_sessions",
    "calendars": "DELETE FROM calendar_tokens",
    # Revoked since or not, nobody here knows: they open nothing and are told nothing until somebody has said so.
    "keys": "UPDATE api_keys SET suspended_at = :at WHERE revoked_at IS NULL AND expires_at > least(:at, :taken)",
    "hooks": "UPDATE hooks SET suspended_at = :at, lease_until = NULL WHERE removed_at IS NULL",
    "cards": "UPDATE broadcast_cards SET is_begun = true WHERE NOT is_begun",
    # A renewal may have used up the token since: if Zalo refuses it, that is known to be why.
    "zalo": "UPDATE zalo_grants SET begun_at = coalesce(begun_at, :taken), lock_until = NULL, locked_by = NULL"
    " WHERE lost_at IS NULL",
}
_STANDING: Final = {
    "accounts": "SELECT count(*) FROM accounts WHERE person IS NOT NULL",
}
_SEQUENCES: Final = """
SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND NOT cycle ORDER BY 1
"""
_ADVANCE: Final = """
SELECT setval(s.name, least(coalesce(q.last_value, 1) + :step, q.max_value))
FROM (SELECT CAST(:name AS text) AS name) AS s
    JOIN pg_sequences q ON q.sequencename = s.name AND q.schemaname = 'public'
"""


class RestoresDrawer:
    """Remembers that the database was put back, until what follows from it is done."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find_uncleaned(self) -> Restore | None:
        """The restore after which nothing may be served yet, or None."""
        return await self._find(_FIND_UNCLEANED)

    async def find_unsettled(self) -> Restore | None:
        """The restore after which nothing may be planned yet, held for this transaction, or None."""
        return await self._find(_FIND_UNSETTLED)

    async def find_last(self) -> Restore | None:
        """The last time that the database was put back, or None."""
        return await self._find(_FIND_LAST)

    async def clean(self, restore: Restore) -> Mapping[str, int]:
        """Do what must be done before anybody is served; how many of each. It needs the owner of the tables.

        From then on `restored_at` is the moment by which what was due may have gone out.
        """
        at, until = restore.restored_at, await self._find_end(restore)
        values = {
            # A clock behind that of the backup does not tell how long the house lived on: nothing surely waited.
            **_naming(at, until, is_blind=at < restore.taken_at),
            "taken": restore.taken_at,
            "since": (min(at, restore.taken_at) - _REACHED_AGAIN_WITHIN).date(),
        }
        counts: dict[str, int] = {}
        for name, order in _CLEAN.items():
            counts[name] = int((await self._do(order, values)).rowcount)
        for name, order in _STANDING.items():
            counts[name] = int((await self._do(order, values)).scalar_one())
        for (sequence,) in (await self._do(_SEQUENCES, {})).all():
            step = _SPOKEN_STEP if sequence.startswith(_SPOKEN) else _STEP
            await self._do(_ADVANCE, {"name": sequence, "step": step})
        kept = (
            "UPDATE restores SET cleaned_at = :now, restored_at = :until, counts = CAST(:counts AS jsonb)"
            " WHERE number = :number"
        )
        await self._do(kept, {"now": at, "until": until, "counts": _written(counts), "number": restore.number})
        return counts

    async def _find_end(self, restore: Restore) -> datetime:
        """The latest moment, by the clock by which the house lived, at which it may have told anybody anything."""
        newest: datetime | None = (await self._do(NEWEST_SIGN, {})).scalar_one()
        was_ahead = max(timedelta(), newest - restore.taken_at) if newest is not None else timedelta()
        return max(restore.restored_at, restore.taken_at) + was_ahead

    async def name_unclear(self, restore: Restore) -> int:
        """What has been stored as due by the moment of the restore is unclear; how many."""
        until = restore.restored_at
        return int((await self._do(_NAME_UNCLEAR, _naming(until, until, is_blind=False))).rowcount)

    async def settle(self, restore: Restore, at: datetime, named: int) -> None:
        """Let planning go on. `named` messages may have gone out that the backup knew nothing of."""
        await self._do(
            "UPDATE restores SET settled_at = :at, counts = counts || jsonb_build_object('named', CAST(:named AS int))"
            " WHERE number = :number",
            {"at": at, "named": named, "number": restore.number},
        )

    async def _find(self, order: str) -> Restore | None:
        row = (await self._do(order, {})).one_or_none()
        return Restore(*row) if row is not None else None

    async def _do(self, order: str, values: Mapping[str, Any]) -> Any:
        used = {name: value for name, value in values.items() if f":{name}" in order}
        return await self._connection.execute(text(order), used)


def _naming(at: datetime, until: datetime, *, is_blind: bool) -> dict[str, Any]:
    """What `_NAME_UNCLEAR` is given: everything that was due by `until` may have gone out, whatever its day."""
    return {"at": at, "until": until, "day": until.astimezone(VIETNAM).date(), "reason": REASON, "is_blind": is_blind}


def _written(counts: Mapping[str, int]) -> str:
    return "{" + ", ".join(f'"{name}": {count}' for name, count in counts.items()) + "}"
