"""A broadcast recalled while it is still being sent, by two workers of which one is killed in the middle.

Run as: python -m tests.drills.recall [--people 300]. Some answers of the platform are lost, to the message or to its
being written over. In the end everybody who got it reads that it is recalled, once, or has a correction waiting; who
had not got it never does.
"""

import asyncio
import json
import sys
import time
from argparse import ArgumentParser
from datetime import UTC, datetime
from random import Random

from sqlalchemy import text

from knowledge.facts import PersonCode, Signatory, UnitCode
from storage.records import Broadcast, BroadcastState
from tests.drills.province import FIRST_CHAT, Province, open_chats, open_province
from tests.standins.telegram_api import TelegramApi, faults

_ENOUGH = 600.0  # seconds: beside other work everything takes long
WORDS = "Mời đồng chí dự họp lúc 14:00 thứ Hai tại hội trường."
PROPOSED = (
    "INSERT INTO proposals (number, kind, payload, proposed_by, proposed_by_name, proposed_for, proposed_for_name,"
    " proposed_at, state, decided_by, decided_at) OVERRIDING SYSTEM VALUE"
    " VALUES (1, 'broadcast', '{}', 'CB0000000', 'Một', 'U1', 'Sở Mẫu', now(), 'confirmed', 'CB0000001', now())"
)
LEFT = (
    "SELECT count(*) FROM broadcast_recalls WHERE state = 'waiting'",
    "SELECT count(*) FROM deliveries WHERE broadcast = 1 AND state IN ('waiting', 'claimed', 'started')",
)
# Those that are kept, and those that have left by now: which wait depends on the hour and the day of the week.
CORRECTED = """
SELECT count(*), count(*) FILTER (WHERE d.state = 'delivered') FROM notices n
JOIN carried c ON c.notice = n.id JOIN deliveries d ON d.id = c.delivery WHERE n.key LIKE 'correction:1:%'
"""


async def recall(people: int, *, per_second: float = 28, seed: int = 4, url: str | None = None) -> dict[str, object]:
    """What everybody reads in the end."""
    random = Random(seed)  # noqa: S311  the same every time
    chosen = random.sample(range(people // 2), people // 25)
    async with TelegramApi() as api, open_province(people, url) as province:
        open_chats(api, people)
        for n in chosen[::2]:
            api.fail_chat(FIRST_CHAT + n, faults.lost_answer())
        dying, _other = [await province.start_worker(api, per_second=per_second) for _each in range(2)]
        await province.tell_everybody()
        await api.wait_for(lambda: len(api.arrivals) >= people * 2 // 3, _ENOUGH)
        await _recall(province)
        for n in chosen[1::2]:
            api.fail_chat(FIRST_CHAT + n, faults.lost_answer())
        recalled_at = time.monotonic()
        await api.wait_for(lambda: _count_recalled(api) > people // 5, _ENOUGH)
        province.kill(dying)
        await _wait_until_ended(province, _ENOUGH)
        return {**await _count(province, api), "seconds": round(time.monotonic() - recalled_at, 1)}


async def _recall(province: Province) -> None:
    now = datetime.now(UTC)
    made, approved = (Signatory(PersonCode(f"CB000000{n}"), "Một", UnitCode("U1"), "Sở Mẫu") for n in range(2))
    broadcast = Broadcast(1, WORDS, False, {}, None, made, now, approved, now)
    async with province.database.transaction() as drawers:
        await drawers.connection.execute(text(PROPOSED))
        await drawers.broadcasts.add(broadcast)
        await drawers.connection.execute(text("UPDATE deliveries SET broadcast = 1"))
        assert await drawers.broadcasts.change(1, [BroadcastState.SENDING], BroadcastState.RECALLED, now)
        await drawers.outbox.drop_broadcast(1, "recalled", now)


async def _wait_until_ended(province: Province, seconds: float) -> None:
    for _each in range(int(seconds * 2)):
        if not await _count_left(province):
            return
        await asyncio.sleep(0.5)


async def _count_left(province: Province) -> int:
    async with province.database.transaction() as drawers:
        return sum([(await drawers.connection.execute(text(order))).scalar_one() for order in LEFT])


async def _count(province: Province, api: TelegramApi) -> dict[str, object]:
    async with province.database.transaction() as drawers:
        corrections, corrected = (await drawers.connection.execute(text(CORRECTED))).one()
    states = await province.states()
    reached = [one for one in api.chats.values() if one.messages]
    return {
        "reached_before": len(reached),
        "reads_recalled": _count_recalled(api),
        "still_reads_it": len(reached) - _count_recalled(api),
        "corrections": corrections,
        "of_them_sent": corrected,
        "unclear": states["unclear"],
        "never_sent": states["dropped"],
        "doubled": sum(max(0, len(one.messages) - 1) for one in reached) - corrected,
        "not_ended": await _count_left(province),
        "errors": len(province.errors()),
    }


def _count_recalled(api: TelegramApi) -> int:
    return sum(any("thu hồi" in one.text for one in chat.messages) for chat in api.chats.values())


def main() -> None:
    """Print the figures; exit 1 where somebody reads what does not hold any more."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("--people", type=int, default=300)
    found = asyncio.run(recall(words.parse_args().people))
    print(json.dumps(found))
    wait = int(str(found["corrections"])) - int(str(found["of_them_sent"]))
    sys.exit(bool(found["still_reads_it"] != wait or found["doubled"] or found["not_ended"]))


if __name__ == "__main__":
    main()
