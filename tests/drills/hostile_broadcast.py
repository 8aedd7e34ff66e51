"""A broadcast under a hostile platform: nobody lost, nobody told twice, every unclear end named.

Run as: python -m tests.drills.hostile_broadcast [--people 600] [--kills 20] [--only plain|kills|two]. The stand-in
refuses everything for 3 s whenever more than 30 messages came in any second; some chats have blocked us, of some the
answer is lost after the message has arrived. Then the same while the worker is killed with kill -9 at random points,
and with two workers of which one is killed.
"""

import asyncio
import json
import sys
import time
from argparse import ArgumentParser
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random

from storage.records import DeliveryState
from tests.drills.province import FIRST_CHAT, Province, most_in_a_second, open_chats, open_province
from tests.standins.telegram_api import TelegramApi, faults

CEILING, REFUSAL = 30, 3.0
_ENOUGH = 600.0


@dataclass(frozen=True)
class Hostility:
    """Who is blocked and whose answer is lost, by chat."""

    blocked: frozenset[str]
    lost: frozenset[str]


@asynccontextmanager
async def hostile_api(people: int, blocked: int, lost: int, random: Random):
    """The stand-in with everybody's chat."""
    chosen = [str(FIRST_CHAT + n) for n in random.sample(range(people), blocked + lost)]
    hostility = Hostility(frozenset(chosen[:blocked]), frozenset(chosen[blocked:]))
    async with TelegramApi(ceiling=CEILING, refusal=REFUSAL) as api:
        open_chats(api, people)
        for chat in hostility.blocked:
            api.chats[int(chat)].is_blocked = True
        for chat in hostility.lost:
            api.fail_chat(int(chat), faults.lost_answer())
        yield api, hostility


async def count(province: Province, api: TelegramApi, hostility: Hostility, began: float) -> dict[str, object]:
    """What became of everybody, by the platform's own books and by ours."""
    reached = Counter({str(chat.id): len(chat.messages) for chat in api.chats.values()})
    unclear = await province.chats_of(DeliveryState.UNCLEAR)
    refused = await province.chats_of(DeliveryState.REFUSED)
    delivered = await province.chats_of(DeliveryState.DELIVERED)
    states = await province.states()
    everybody = set(reached)
    moments = [one.at for one in api.arrivals if one.status != 429]
    return {
        "people": len(everybody),
        "reached": sum(n > 0 for n in reached.values()),
        "duplicates": sum(n > 1 for n in reached.values()),
        "lost": len(everybody - set(unclear) - set(refused) - {chat for chat in delivered if reached[chat]}),
        "refused_named": len(refused.keys() & hostility.blocked),
        "refused_wrongly": len(refused.keys() - hostility.blocked),
        "unclear": len(unclear),
        "unclear_of_lost_answers": len(unclear.keys() & hostility.lost),
        "unclear_and_not_reached": sum(reached[chat] == 0 for chat in unclear),
        "rate_refusals": sum(one.status == 429 for one in api.arrivals),
        "most_in_a_second": most_in_a_second([one.at for one in api.arrivals]),
        "seconds": round(max(moments) - began, 1),
        "not_ended": sum(states[one] for one in ("waiting", "claimed", "started")),
        "errors": len(province.errors()),
    }


async def plain(
    people: int, blocked: int, lost: int, *, per_second: float = 28, url: str | None = None
) -> dict[str, object]:
    """One worker that nobody kills."""
    random = Random(1)  # noqa: S311  the same every time
    async with hostile_api(people, blocked, lost, random) as (api, hostility), open_province(people, url) as province:
        await province.start_worker(api, per_second=per_second)
        began = time.monotonic()
        await province.tell_everybody()
        await province.wait_until_ended(_ENOUGH)
        return await count(province, api, hostility, began)


async def killed(
    people: int, blocked: int, lost: int, *, kills: int, per_second: float = 28, seed: int = 2
) -> dict[str, object]:
    """One worker at a time, killed at random points and started anew."""
    random = Random(seed)  # noqa: S311  the same every time
    at = sorted(random.sample(range(1, people * 9 // 10), kills))
    async with hostile_api(people, blocked, lost, random) as (api, hostility), open_province(people) as province:
        worker = await province.start_worker(api, per_second=per_second)
        began = time.monotonic()
        await province.tell_everybody()
        begun = 0
        for threshold in at:
            await _until(api, threshold)
            await asyncio.sleep(random.uniform(0, 1.2 / per_second))
            begun += sum(state == "started" for state in (await province.held_by(worker)).values())
            province.kill(worker)
            worker = await province.start_worker(api, per_second=per_second)
        await province.wait_until_ended(_ENOUGH)
        return {"kills": kills, "started_at_kills": begun, **await count(province, api, hostility, began)}


async def two_workers(people: int, blocked: int, lost: int, *, per_second: float = 28) -> dict[str, object]:
    """Two workers share the pace; one is killed in the middle, and the other takes over."""
    random = Random(3)  # noqa: S311  the same every time
    async with hostile_api(people, blocked, lost, random) as (api, hostility), open_province(people) as province:
        dying = await province.start_worker(api, per_second=per_second)
        await province.start_worker(api, per_second=per_second)
        began = time.monotonic()
        await province.tell_everybody()
        held: dict[str, str] = {}
        await _until(api, people // 3)
        while not held:
            await asyncio.sleep(random.uniform(0, 0.1))
            held = await province.held_by(dying)
        province.kill(dying)
        killed_at = time.monotonic()
        held = await province.held_by(dying)
        await province.wait_until_ended(_ENOUGH)
        ended_at = time.monotonic()
        claimed = {chat for chat, state in held.items() if state == "claimed"}
        taken_over = [one.at - killed_at for one in api.arrivals if one.chat in claimed and one.at > killed_at]
        return {
            "held_by_the_dead": len(held),
            "taken_over_s": round(max(taken_over, default=0.0), 1),
            "all_ended_after_kill_s": round(ended_at - killed_at, 1),
            **await count(province, api, hostility, began),
        }


async def _until(api: TelegramApi, arrivals: int) -> None:
    await api.wait_for(lambda: len(api.arrivals) >= arrivals, _ENOUGH)


def main() -> None:
    """Print a line of figures for each way."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("--people", type=int, default=600)
    words.add_argument("--kills", type=int, default=20)
    words.add_argument("--seed", type=int, default=2)
    words.add_argument("--only", choices=("plain", "kills", "two"))
    asked = words.parse_args()
    blocked, lost = asked.people // 50, asked.people // 100
    ways = {
        "plain": lambda: plain(asked.people, blocked, lost),
        "kills": lambda: killed(asked.people, blocked, lost, kills=asked.kills, seed=asked.seed),
        "two": lambda: two_workers(asked.people, blocked, lost),
    }
    found = {}
    for name, way in ways.items():
        if asked.only in {None, name}:
            found[name] = asyncio.run(way())
            print(name, json.dumps(found[name]), file=sys.stderr)
    print(json.dumps({f"{name}_{key}": value for name, one in found.items() for key, value in one.items()}))


if __name__ == "__main__":
    main()
