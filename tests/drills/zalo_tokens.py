"""The drill of the tokens: 8 processes want a new token at once, one is killed at any point, again and again.

`python -m tests.drills.zalo_tokens --runs 200`. The kills are spread over the whole life of a refresh, half of them
aimed at each of its steps in turn and half at any moment, while Zalo answers at once, slowly, not at all, or with
nonsense. After each run the grant must still work, unless Zalo had carried the refresh out and its answer was lost;
then the loss must be named. Prints where the kills fell and what came of it, and exits 1 on a breach.
"""

import argparse
import asyncio
import json
import logging
import multiprocessing
import os
import random
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from bot.failures import ChannelRefusedError, NotSentError
from bot.on_zalo.oauth import App, OauthClient
from bot.on_zalo.tokens import ANSWER_LOST, TokenKeeper
from bot.wiring_zalo import GrantsInDatabase
from storage.database import open_database
from storage.embedded import EmbeddedServer
from storage.encryption import Vault
from storage.migrating import migrate
from tests.databases import make_home
from tests.standins.zalo_ground import Clock, faults
from tests.standins.zalo_oa import ZaloOa

KEY = "a key of the drill, not a secret"
PATIENCE = 0.4  # seconds for which Zalo is waited for where the machine is quick; the lock holds 2.5 times as long
LONG = timedelta(days=90)
SPARES = 3
MOST_SECONDS = 120
# How Zalo answers in a run; each name tells what becomes of the first request, given how long it is waited for.
ZALO = {
    "at once": None,
    "slowly": lambda patience: faults.held(seconds=0.3 * patience),
    "too late": lambda patience: faults.held(seconds=1.5 * patience),
    "answer lost": lambda _patience: faults.lost_answer(),
    "request lost": lambda _patience: faults.lost_request(),
    "a page of a gateway": lambda _patience: faults.gateway_page(),
    "half an answer": lambda _patience: faults.malformed(),
}
LOSES_ANSWERS = {"too late", "answer lost", "half an answer"}


class Step(IntEnum):
    """Where a process stands in a refresh."""

    IDLE = 0
    LOOKING = 1  # for the lock, or for what another has made of it
    LOCKED = 2  # the lock is taken, the request has not left
    ASKING = 3  # the request is under way
    ANSWERED = 4  # the answer is here and nothing of it is kept
    KEEPING = 5  # it is being committed
    KEPT = 6  # it is committed, and nobody has the token yet


class RealClock:
    """The real time."""

    is_fixed = False

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self):
        return self.now().date()


class Walk:
    """Shows where a process stands, and dies where it was told to; of several the first alone."""

    def __init__(self, steps, place: int) -> None:
        self._steps, self._place = steps, place
        self.order: dict = {}

    def reach(self, step: Step) -> None:
        self._steps[self._place] = step
        if self.order.get("die at") == step:
            asyncio.get_running_loop().call_later(self.order["after"], self._die)
            if not self.order["after"]:
                self._die()

    def _die(self) -> None:
        try:
            os.close(os.open(self.order["token"], os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return
        os.kill(os.getpid(), signal.SIGKILL)


class WatchedOauth(OauthClient):
    """Shows when it asks and when it is answered."""

    walk: Walk

    async def refresh(self, token, at):
        self.walk.reach(Step.ASKING)
        pair = await super().refresh(token, at)
        self.walk.reach(Step.ANSWERED)
        return pair


class WatchedGrants(GrantsInDatabase):
    """Shows when the lock is taken and when a pair is kept."""

    walk: Walk

    async def begin(self, *given):
        has_begun = await super().begin(*given)
        if has_begun:
            self.walk.reach(Step.LOCKED)
        return has_begun

    async def keep(self, *given):
        self.walk.reach(Step.KEEPING)
        is_kept = await super().keep(*given)
        self.walk.reach(Step.KEPT)
        return is_kept


def keeper_of(database, account: dict, walk: Walk | None = None) -> TokenKeeper:
    oauth_type, grants_type = (WatchedOauth, WatchedGrants) if walk else (OauthClient, GrantsInDatabase)
    oauth = oauth_type(
        App(account["app"], account["oa"], account["secret"]), account["base"], seconds=account["patience"]
    )
    grants = grants_type(database, account["oa"], None)
    oauth.walk = grants.walk = walk
    return TokenKeeper(oauth, grants, RealClock(), lock_seconds=2.5 * account["patience"])


def be_a_process(line, account: dict, steps, place: int) -> None:
    """Wait for the word, then ask for another token than the one given until there is one; again and again."""
    _be_quiet()
    asyncio.run(_be_a_process(line, account, Walk(steps, place)))


async def _be_a_process(line, account: dict, walk: Walk) -> None:
    async with open_database(account["url"], vault=Vault([KEY]), pool_size=1, max_overflow=2) as database:
        line.send("ready")
        while (order := await _receive(line)) is not None:
            walk.order = order
            keeper = keeper_of(database, account, walk)
            walk.reach(Step.LOOKING)
            line.send(await _get(keeper, order["stale"]))
            walk.reach(Step.IDLE)
            await keeper.close()


async def _get(keeper: TokenKeeper, stale: str) -> str:
    while True:
        try:
            return await keeper.renew(stale)
        except NotSentError:
            await asyncio.sleep(0.05)
        except ChannelRefusedError:
            return ""


def _be_quiet() -> None:
    """What is refreshed and lost is counted here, not read."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


async def _receive(line):
    """What comes next on a line; None when nobody is at its other end."""
    loop = asyncio.get_running_loop()
    came: asyncio.Future[None] = loop.create_future()
    loop.add_reader(line.fileno(), lambda: came.done() or came.set_result(None))
    try:
        await came
        return line.recv()
    except (EOFError, OSError):
        return None
    finally:
        loop.remove_reader(line.fileno())


class Fleet:
    """Processes that are at work, and spare ones that are ready to take the place of the dead."""

    def __init__(self, account: dict, count: int) -> None:
        self._account = account
        self._forks = multiprocessing.get_context("forkserver")
        self._forks.set_forkserver_preload(["tests.drills.zalo_tokens"])  # importing is what a start costs
        self._steps = self._forks.RawArray("i", 10_000)
        self._places = iter(range(10_000))
        self._spares: list = []
        self.count = count
        self.at_work: list = []

    def step_of(self, one) -> Step:
        """Where it stands, or stood when it died."""
        return Step(self._steps[one["place"]])

    async def fill(self) -> None:
        """Everybody who is missing is replaced, and there are spares again."""
        self.at_work = [one for one in self.at_work if one["process"].is_alive()]
        while len(self._spares) + len(self.at_work) < self.count + SPARES:
            self._spares.append(self._start())
        while len(self.at_work) < self.count:
            one = self._spares.pop(0)
            assert await _receive(one["line"]) == "ready"
            self.at_work.append(one)

    def leave(self) -> None:
        for one in (*self.at_work, *self._spares):
            one["process"].kill()
            one["process"].join()

    def _start(self) -> dict:
        place = next(self._places)
        ours, theirs = self._forks.Pipe()
        process = self._forks.Process(target=be_a_process, args=(theirs, self._account, self._steps, place))
        process.start()
        theirs.close()
        return {"process": process, "line": ours, "place": place}


async def drill(runs: int, processes: int, seed: int = 5) -> dict:
    """How the runs ended."""
    with make_home() as home, EmbeddedServer(home) as server, TemporaryDirectory() as marks:
        async with open_database(server.url, vault=Vault([KEY])) as database, ZaloOa(clock=Clock()) as oa:
            await migrate(database)
            began = time.monotonic()
            await _grant_anew(database, oa, _account(oa, server.url))
            patience = max(PATIENCE, 4 * (time.monotonic() - began))  # beside other work all of it takes longer
            fleet = Fleet(_account(oa, server.url, patience), processes)
            try:
                ended = [
                    await _run(n, fleet, database, oa, random.Random(seed + n), marks, patience)  # noqa: S311
                    for n in range(runs)
                ]
            finally:
                fleet.leave()
            oa.violations.clear()  # a token used twice is what is tried here
    return summary(ended)


def _account(oa: ZaloOa, url: str, patience: float = MOST_SECONDS) -> dict:
    return {
        "url": url, "oa": oa.oa_id, "app": oa.app_id, "secret": oa.app_secret, "base": oa.oauth_base,
        "patience": patience,
    }  # fmt: skip


async def _grant_anew(database, oa: ZaloOa, account: dict) -> None:
    async with database.transaction() as drawers:
        await drawers.zalo.plant(oa.oa_id, oa.refresh_token, RealClock().now(), LONG)
    own = keeper_of(database, account)
    await own.access()
    await own.close()


async def _run(
    number: int, fleet: Fleet, database, oa: ZaloOa, chance: random.Random, marks: str, patience: float
) -> dict:
    await fleet.fill()
    zalo = tuple(ZALO)[number // 2 % len(ZALO)] if chance.random() < 0.5 else "at once"
    if ZALO[zalo] is not None:
        oa.fail_next("oauth/access_token", ZALO[zalo](patience))
    order = {"stale": oa.access_token, "token": str(Path(marks) / str(number))}
    is_aimed = number % 2 == 0
    if is_aimed:
        order["die at"] = Step(1 + number // 2 % (len(Step) - 1))
        order["after"] = chance.choice([0.0, 0.0, chance.uniform(0, 0.01), chance.uniform(0, 0.1)])
    began = time.monotonic()
    for one in fleet.at_work:
        with suppress(BrokenPipeError):  # it died after its last word: counted below as everybody who says nothing
            one["line"].send(order)
    if not is_aimed:
        await asyncio.sleep(chance.uniform(0.0, 0.08 if zalo == "at once" else 0.3))
        # Whoever refreshes is worth more than any of the others.
        victim = max(fleet.at_work, key=lambda one: (fleet.step_of(one) >= Step.LOCKED, chance.random()))
        victim["process"].kill()
    async with asyncio.timeout(MOST_SECONDS):
        said = [await _receive(one["line"]) for one in fleet.at_work]
    dead = [one for one, words in zip(fleet.at_work, said, strict=True) if words is None]
    oa.heal()
    got = [words for words in said if words is not None]
    fell = [fleet.step_of(one).name.lower() for one in dead]
    became = await _judge(database, oa, order["stale"], got, zalo, fell)
    if became == "lost and named":
        oa.grants.issue()
        await _grant_anew(database, oa, _account(oa, ""))
    return {"fell": fell[0] if fell else "nobody died", "zalo": zalo, "became": became, "s": time.monotonic() - began}


async def _judge(database, oa: ZaloOa, stale: str, got: list[str], zalo: str, fell: list[str]) -> str:
    async with database.transaction() as drawers:
        grant = await drawers.zalo.find_grant(oa.oa_id)
    if grant.lost_at is not None:
        is_answer_lost = zalo in LOSES_ANSWERS or bool({"asking", "answered", "keeping"} & set(fell))
        is_rotated = grant.refresh != oa.refresh_token and oa.grants.state_of(stale) == "expired"
        return "lost and named" if grant.reason == ANSWER_LOST and is_answer_lost and is_rotated else "BREACH: lost"
    if grant.refresh != oa.refresh_token:
        return "BREACH: not the pair that counts"
    if not all(one == oa.access_token for one in got if one != stale) or not all(got):
        return "BREACH: somebody has no token that counts"
    return "kept"


def summary(ended: list[dict]) -> dict:
    """The runs by where the kill fell and by how Zalo answered."""
    return {
        "runs": len(ended),
        "kept": sum(one["became"] == "kept" for one in ended),
        "lost and named": sum(one["became"] == "lost and named" for one in ended),
        "breaches": Counter(one["became"] for one in ended if one["became"].startswith("BREACH")),
        "kills fell": {
            step: dict(Counter(one["became"] for one in ended if one["fell"] == step))
            for step in [*(one.name.lower() for one in Step), "nobody died"]
        },
        "zalo answered": {
            how: dict(Counter(one["became"] for one in ended if one["zalo"] == how)) for how in ZALO
        },
        "longest run s": round(max(one["s"] for one in ended), 1),
    }  # fmt: skip


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--runs", type=int, default=200)
    options.add_argument("--processes", type=int, default=8)
    options.add_argument("--seed", type=int, default=5)
    chosen = options.parse_args()
    _be_quiet()
    began = time.monotonic()
    ended = asyncio.run(drill(chosen.runs, chosen.processes, chosen.seed))
    print(json.dumps({**ended, "seconds": round(time.monotonic() - began)}))
    sys.exit(1 if ended["breaches"] else 0)
