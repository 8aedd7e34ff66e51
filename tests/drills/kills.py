"""Processes of every kind killed with kill -9 at random points while people ask, link, hand in and are told things.

Run as: python -m tests.drills.kills [--kills 200] [--seed 5] [--only HOUSE], a house of HOUSES. In the end everybody
who was taken in is answered once, or told that an answer may have been cut off, and reads of nobody else's record;
every notice that was asked for is told once or named unclear; a load has happened as a whole or not at all; the audit
chain holds; nobody gets an apology for an answer or lent a hand. Each kind was killed as often as wanted, or the drill
does not hold.
"""

import asyncio
import io
import json
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from random import Random

import psutil
from PIL import Image, ImageDraw

from bot.wiring import open_office
from tests.bench.big_workbook import sheets, write_csv
from tests.drills.house import POLLING, WEBHOOK, House, issue_codes, link_officials, open_house
from tests.drills.jumps import DAY
from tests.drills.keeping import TRIES, keep_under_fire
from tests.drills.province import ROOT
from tests.drills.zalo_house import ZALO
from tests.offices import settings_for

RATE = 4.0
_RATES = {"zalo-account": 12.0, "zalo-bot": 12.0}
_TRIES_OF_A_CHILD = 10  # it lives for a moment only, and may have ended before it was seen
WITHIN = 150.0  # seconds in which everything is well again after the last kill
# What is killed in each house for every hundred kills that are wanted.
HOUSES = {
    "polling": {"serve": 15, "work": 9, "planning": 6, "evidence child": 5, "postgres backend": 4},
    "webhook": {"serve": 14, "work": 4, "postgres backend": 3, "postgres postmaster": 3, "postgres background": 1},
    "run": {"run": 7, "postgres postmaster": 2, "postgres keeper": 2},
    "zalo-account": {"serve": 6, "work": 2, "postgres backend": 1, "postgres postmaster": 1},
    "zalo-bot": {"serve": 6, "work": 2, "postgres backend": 1, "postgres postmaster": 1},
    "load": {"load": 5},
    "keeping": {"backup": 3, "rotate-key": 3, "restore": 2, "init": 2, "document reader": 2},
}  # fmt: skip


def shares(which: str, kills: int) -> list[str]:
    """What is killed in one house, in no order; each kind at least once."""
    return [kind for kind, share in HOUSES[which].items() for _each in range(max(1, round(share * kills / 100)))]


async def serve_under_fire(which: str, kills: int, seed: int) -> dict[str, object]:
    """One house: its processes killed one after the other, and what became of everybody."""
    random = Random(f"{which}{seed}")  # noqa: S311  the same every time
    victims, wanted = shares(which, kills), Counter(shares(which, kills))
    random.shuffle(victims)
    kinds = ("run",) if which == "run" else ("serve", "work")
    mode = POLLING if which in {"polling", "run"} else WEBHOOK
    made = open_house(mode, people=250, seed=seed, own_database=which == "run", kind=ZALO.get(which, House))
    async with made as house:
        if which not in ZALO:
            link_officials(house)
        codes = await issue_codes(house, 20)
        for kind in kinds:
            await house.start(kind)
        await house.tell_everybody(1)
        stop = asyncio.Event()
        asking = asyncio.ensure_future(house.keep_asking(_RATES.get(which, RATE), stop, codes=codes))
        for n, victim in enumerate(victims):
            if n and n % 12 == 0:
                await _until_possible(house.tell_everybody, n)
            await _kill(house, victim, random)
        stop.set()
        await asking
        return {**await _judge(house, kinds), "not killed as often as wanted": dict(wanted - _as_wanted(house))}


def _as_wanted(house: House) -> Counter[str]:
    """How often each kind was killed, by the names of the shares."""
    return Counter({kind.partition(" ")[0] if kind.startswith("serve") else kind: n for kind, n in house.kills.items()})


async def _kill(house: House, victim: str, random: Random) -> None:
    if victim == "planning":
        house.jump_ahead(DAY)
        house.kill("work")
        await house.start("work", waits=False)
        await asyncio.sleep(random.uniform(1.0, 6.0))  # its start takes some seconds, and its first thing is the plan
        house.kills["work"] -= 1
        house.kill("work")
        house.kills["work"] -= 1
        house.kills["planning"] += 1
        await house.start("work", waits=random.random() < 0.6)
        return
    await asyncio.sleep(random.uniform(0.1, 2.0))
    match victim:
        case "serve" | "work" | "run":
            house.kill(victim)
            await asyncio.sleep(random.choice([0.0, 0.3]))
            await house.start(victim, waits=random.random() < 0.6)
        case "evidence child":
            await _kill_child(house)
        case "postgres backend":
            await _kill_in_time(lambda: house.kill_backend(random))
        case "postgres background":
            await _kill_in_time(lambda: house.kill_background(random))
        case "postgres postmaster":
            await _kill_in_time(house.kill_postmaster)
        case "postgres keeper":
            await _kill_in_time(house.kill_keeper)
            await asyncio.sleep(random.uniform(0.0, 2.0))
            house.kill_postmaster()  # nobody brings the server back now but whoever uses it


async def _kill_child(house: House) -> None:
    """The process that examines what somebody handed in, at any moment of its life; however long it is until then."""
    for _each in range(_TRIES_OF_A_CHILD):
        await _until_possible(_hand_in, house)
        handed = house.asked[-1]
        until = time.monotonic() + WITHIN
        while time.monotonic() < until and not house.answers(handed):
            with suppress(psutil.Error):
                for one in psutil.Process(house.processes["serve"].pid).children():
                    if "bot.handed_in.child" in one.cmdline():
                        one.kill()
                        house.kills["evidence child"] += 1
                        return
            await asyncio.sleep(0.01)


async def _kill_in_time(kill: Callable[[], bool]) -> None:
    """As soon as there is one: the server may just be coming back from the kill before."""
    for _each in range(int(WITHIN / 0.1)):
        if kill():
            return
        await asyncio.sleep(0.1)


async def _hand_in(house: House) -> None:
    house.hands_in(picture())


def picture() -> bytes:
    """A certificate as people photograph it."""
    drawn = Image.effect_noise((1600, 1200), 60).convert("RGB")
    ImageDraw.Draw(drawn).text((200, 200), "CHUNG CHI", fill="black")
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return out.getvalue()


async def _until_possible(do: Callable[..., Awaitable[None]], *given: object) -> None:
    until = time.monotonic() + WITHIN
    while True:
        try:
            await do(*given)
        except Exception:  # the server is just being killed
            if time.monotonic() > until:
                raise
            await asyncio.sleep(0.5)
        else:
            return


async def _judge(house: House, kinds: tuple[str, ...]) -> dict[str, object]:
    for kind in kinds:
        if house.processes[kind].poll() is not None:
            raise AssertionError(f"{kind} ended by itself: {house.logs()[-2000:]}")
    answered = await house.wait_until_answered(WITHIN)
    told = await house.wait_until_told(WITHIN)
    linked = await house.ask_database("SELECT count(*) FROM accounts GROUP BY channel, address HAVING count(*) > 1")
    planned = await house.ask_database("SELECT count(*) FROM planned_days")
    async with open_office(settings_for(house.direct, house.home), clock=house.clock()) as office:
        is_whole = (await office.verify_audit()).is_intact
    if ended := house.ended():
        print(*ended, house.logs()[-4000:], sep="\n", file=sys.stderr)
    return {
        "kills": sum(house.kills.values()),
        "by kind": dict(+house.kills),
        **house.count_answers(),
        **await house.count_notices(),
        "days planned": planned[0][0],
        "linked twice": len(linked),
        "audit broken": int(not is_whole),
        "well again after s": round(max(answered, told), 1),
        "processes that ended by themselves": len(house.ended()),
    }


async def load_under_fire(kills: int, seed: int) -> dict[str, object]:
    """A workbook of 3,000 people being loaded, killed at any moment, then loaded to its end; again for each kill."""
    random = Random(f"load{seed}")  # noqa: S311  the same every time
    torn = wrong = 0
    async with open_house(people=0, seed=seed) as house:
        before = house.query("SELECT count(*) FROM people")[0][0]
        words = [sys.executable, "-m", "bot", "load"]
        ends: Counter[str] = Counter()
        wanted, seconds = len(shares("load", kills)), 4.0
        for n in range(TRIES * wanted):
            if house.kills["load"] == wanted:
                break
            folder = house.home / f"load{n}"
            write_people(folder, n)
            child = await asyncio.create_subprocess_exec(
                *words, str(folder), cwd=ROOT, env=house.environment(), stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )  # fmt: skip
            await asyncio.sleep(random.uniform(0.5, seconds))
            if child.returncode is None:
                child.kill()
                house.kills["load"] += 1
            await child.wait()
            kept = house.query("SELECT count(*) FROM people")[0][0] - before
            ends[{0: "nothing kept", 3000: "all kept"}.get(kept, "torn")] += 1
            torn += kept not in {0, 3000}
            began = time.monotonic()
            again = await asyncio.create_subprocess_exec(
                *words, str(folder), cwd=ROOT, env=house.environment(), stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )  # fmt: skip
            wrong += await again.wait() != 0 or house.query("SELECT count(*) FROM people")[0][0] != before + 3000
            seconds = max(2.0, time.monotonic() - began)  # so long a load takes now that it is not killed
            before += 3000
    return {"kills": house.kills["load"], "by kind": {"load": house.kills["load"]}, "torn": torn,
            "not loaded the second time": wrong, "ends": dict(ends),
            "not killed as often as wanted": dict(Counter({"load": wanted}) - house.kills)}  # fmt: skip


def write_people(folder: Path, number: int) -> None:
    """A folder of 3,000 people with two certificates each, others for every number."""
    folder.mkdir()
    write_csv(folder, sheets(3000, 2, 50))
    units = folder / "don_vi.csv"
    units.write_text(units.read_text(encoding="utf-8").replace("CB0", f"L{number}CB0"), encoding="utf-8")
    for sheet in ("can_bo", "van_bang"):
        path = folder / f"{sheet}.csv"
        head, _line, rows = path.read_text(encoding="utf-8").partition("\n")
        told = [f"L{number}{row}" for row in rows.splitlines() if row]
        path.write_text("\n".join([head, *told, ""]), encoding="utf-8")


BREACHES = ("lost", "doubled", "wrong disclosures", "own record not told", "apologies", "told so without cause",
            "notices lost", "notices doubled", "linked twice", "audit broken", "torn",
            "not loaded the second time", "not done the second time", "not killed as often as wanted",
            "processes that ended by themselves")  # fmt: skip


def breaches(found: dict[str, object]) -> dict[str, object]:
    """What must be none and is not."""
    return {name: found[name] for name in BREACHES if found.get(name)}


async def drill(kills: int, seed: int, only: str | None = None) -> dict[str, dict[str, object]]:
    """Every house, one after the other."""
    found = {}
    for which in HOUSES:
        if only in {None, which}:
            began = time.monotonic()
            if which == "keeping":
                way = keep_under_fire(shares("keeping", kills), seed)
            else:
                way = load_under_fire(kills, seed) if which == "load" else serve_under_fire(which, kills, seed)
            found[which] = {**await way, "seconds": round(time.monotonic() - began)}
            print(which, json.dumps(found[which], ensure_ascii=False), file=sys.stderr, flush=True)
    return found


def main() -> None:
    """Print the figures; exit 1 where something was lost, doubled or torn."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("--kills", type=int, default=200)
    words.add_argument("--seed", type=int, default=5)
    words.add_argument("--only", choices=tuple(HOUSES))
    asked = words.parse_args()
    found = asyncio.run(drill(asked.kills, asked.seed, asked.only))
    print(json.dumps(found, ensure_ascii=False))
    sys.exit(any(breaches(one) for one in found.values()))


if __name__ == "__main__":
    main()
