"""The database's clock put back: what it wrote down before lies ahead of it, and must not be waited for.

Signs of life, and the moments at which messages left, are written as they happen. Where one of them lies ahead, the
clock was put back by as much or a little more. Whatever else it wrote down and that lies ahead is moved back as far:
no lease, pause or slot is shortened by it, and none outlasts itself by more than the time since that sign.
"""

from typing import Any, Final

import psycopg

FARTHEST: Final = 60.0  # seconds: nothing that is written as it happens lies further ahead
_SLOW: Final = 10_000.0  # milliseconds between two messages: where it is more, they may be put down long before
_LOCK: Final = 0x4E6864  # any number that no other single lock of the product is
_TRY_LOCK: Final = "SELECT pg_try_advisory_xact_lock(%s)"
_BY: Final = """
SELECT coalesce(extract(epoch FROM greatest(
    (SELECT max(departed_at) FROM pace WHERE interval_ms < %s),
    (SELECT max(alive_at) FROM update_holders),
    (SELECT max(last_heartbeat) FROM procrastinate_workers)) - clock_timestamp()), 0)::float8
"""
# A message that left before counts as one that leaves now: the pace holds across the jump as well.
_PACE: Final = """
UPDATE pace SET next_slot_at = least(next_slot_at, n + greatest(interval_ms, chat_interval_ms) * interval '1 ms'),
    departed_at = least(departed_at, n),
    paused_until = CASE WHEN paused_until > n THEN greatest(paused_until - %(by)s::interval, n) ELSE paused_until END,
    latest_at = ARRAY(SELECT least(one, extract(epoch FROM n)::float8 + 0.5)
                      FROM unnest(latest_at) WITH ORDINALITY AS l (one, place) ORDER BY place)
FROM (SELECT clock_timestamp() AS n) AS clock
WHERE greatest(next_slot_at, departed_at, paused_until) > n
"""
_MOMENTS: Final = {
    "deliveries": (
        ("lease_until", "slot_at"),
        "state IN ('waiting', 'claimed', 'started') AND lease_until IS NOT NULL",
    ),
    "seen_updates": (("seen_at", "due_at"), "body IS NOT NULL AND answered_at IS NULL"),
    "update_holders": (("alive_at",), "true"),
    "broadcast_recalls": (("lease_until",), "state = 'waiting'"),
    "broadcast_cards": (("looked_at",), "NOT is_final"),
    "hooks": (("lease_until", "paused_until"), "removed_at IS NULL"),
    "hook_events": (("due_at",), "state = 'waiting'"),
    "zalo_grants": (("lock_until",), "true"),
    "key_holders": (("alive_at",), "true"),
    "api_keys": (("paced_until",), "true"),
    "identities": (("heard_at",), "true"),
    "procrastinate_workers": (("last_heartbeat",), "true"),
    "procrastinate_jobs": (("scheduled_at",), "status = 'todo'"),
}


async def mend_setback(driver: psycopg.AsyncConnection[Any]) -> float:
    """Move back what a clock that was put back left ahead of it; by how many seconds, 0 where it was not put back.

    Within the caller's transaction, which holds no row but those of the pace. 0 too while another is at it.
    """
    if await _read_setback(driver) <= FARTHEST or not await _ask(driver, _TRY_LOCK, _LOCK):
        return 0.0
    seconds = await _read_setback(driver)
    if seconds <= FARTHEST:
        return 0.0
    by = f"{seconds} seconds"
    await driver.execute(_PACE, {"by": by})
    for table, (moments, where) in _MOMENTS.items():
        moved = ", ".join(
            f"{one} = CASE WHEN {one} > clock_timestamp() THEN {one} - %(by)s::interval ELSE {one} END"
            for one in moments
        )
        ahead = " OR ".join(f"{one} > clock_timestamp()" for one in moments)
        await driver.execute(f"UPDATE {table} SET {moved} WHERE {where} AND ({ahead})", {"by": by})  # noqa: S608  ours
    return seconds


async def _read_setback(driver: psycopg.AsyncConnection[Any]) -> float:
    return float(await _ask(driver, _BY, _SLOW))


async def _ask(driver: psycopg.AsyncConnection[Any], order: str, value: float) -> Any:
    row = await (await driver.execute(order, (value,))).fetchone()
    return row[0] if row is not None else 0
