"""The drill of the tokens: 8 processes want a new token at once, one is killed at any point, again and again.

`python -m tests.drills.zalo_tokens --runs 200`. After each run the grant must still work, unless Zalo had carried the
refresh out and its answer died with the process; then the loss must be named. Prints one line and exits 1 on a breach.
"""

import argparse
import asyncio
import os
import random
import sys
from datetime import UTC, datetime

from bot.failures import ChannelRefusedError, NotSentError
from bot.on_zalo.oauth import App, OauthClient
from bot.on_zalo.tokens import ANSWER_LOST, TokenKeeper
from bot.wiring_zalo import GrantsInDatabase
from storage.database import open_database
from storage.embedded import EmbeddedServer
from storage.encryption import Vault
from storage.migrating import migrate
from tests.databases import make_home
from tests.standins.zalo_ground import Clock
from tests.standins.zalo_oa import ZaloOa

KEY = "a key of the drill, not a secret"
LOCK, PATIENCE = 1.5, 0.5


class RealClock:
    """The real time."""

    is_fixed = False

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self):
        return self.now().date()


def keeper_of(database, oa_id: str, app_id: str, secret: str, base: str) -> TokenKeeper:
    oauth = OauthClient(App(app_id, oa_id, secret), base, seconds=PATIENCE)
    return TokenKeeper(oauth, GrantsInDatabase(database, oa_id, None), RealClock(), lock_seconds=LOCK)


async def be_a_process() -> None:
    """Ready: say so, wait for the word, then ask for another token than the one given until there is one."""
    url, oa_id, app_id, secret, base = (os.environ[f"DRILL_{name}"] for name in ("URL", "OA", "APP", "SECRET", "BASE"))
    loop = asyncio.get_running_loop()
    async with open_database(url, vault=Vault([KEY]), pool_size=1, max_overflow=2) as database:
        print("ready", flush=True)
        while stale := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
            keeper = keeper_of(database, oa_id, app_id, secret, base)
            while True:
                try:
                    print("got", await keeper.renew(stale), flush=True)
                    break
                except NotSentError:
                    await asyncio.sleep(0.05)
                except ChannelRefusedError:
                    print("lost -", flush=True)
                    break
            await keeper.close()


async def start(oa: ZaloOa, url: str) -> asyncio.subprocess.Process:
    environment = {
        **os.environ, "DRILL_URL": url, "DRILL_OA": oa.oa_id, "DRILL_APP": oa.app_id, "DRILL_SECRET": oa.app_secret,
        "DRILL_BASE": oa.oauth_base,
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.drills.zalo_tokens", "--process", env=environment,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    await _line(process, "ready")
    return process


async def _line(process: asyncio.subprocess.Process, *begins: str) -> str:
    """The next line of a process that begins so; what it logs is passed over. Empty when it has died."""
    while raw := await process.stdout.readline():
        if raw.decode().startswith(begins):
            return raw.decode().strip()
    return ""


async def drill(runs: int, processes: int) -> dict[str, int]:
    """How the runs ended."""
    chance = random.Random(5)  # noqa: S311  repeatable on purpose
    counts = {"runs": 0, "kept": 0, "lost and named": 0, "killed": 0, "breaches": 0}
    with make_home() as home, EmbeddedServer(home) as server:
        vault = Vault([KEY])
        async with open_database(server.url, vault=vault) as database, ZaloOa(clock=Clock()) as oa:
            await migrate(database)
            async with database.transaction() as drawers:
                from bot.on_zalo.tokens import RENEW_AFTER

                await drawers.zalo.plant(oa.oa_id, oa.refresh_token, RealClock().now(), RENEW_AFTER * 100)
            own = keeper_of(database, oa.oa_id, oa.app_id, oa.app_secret, oa.oauth_base)
            await own.access()
            fleet = [await start(oa, server.url) for _process in range(processes)]
            for _run in range(runs):
                counts["runs"] += 1
                stale = oa.access_token
                for one in fleet:
                    one.stdin.write(f"{stale}\n".encode())
                await asyncio.sleep(chance.uniform(0.0, 0.03))
                victim = chance.randrange(processes)
                fleet[victim].kill()
                await fleet[victim].wait()
                counts["killed"] += 1
                said = [await _line(one, "got", "lost") for at, one in enumerate(fleet) if at != victim]
                async with database.transaction() as drawers:
                    grant = await drawers.zalo.find_grant(oa.oa_id)
                if grant.lost_at is not None:
                    is_named = grant.reason == ANSWER_LOST and oa.grants.state_of(stale) == "expired"
                    counts["lost and named" if is_named else "breaches"] += 1
                    oa.grants.issue()
                    async with database.transaction() as drawers:
                        await drawers.zalo.plant(oa.oa_id, oa.refresh_token, RealClock().now(), RENEW_AFTER * 100)
                    own = keeper_of(database, oa.oa_id, oa.app_id, oa.app_secret, oa.oauth_base)
                    await own.access()
                elif grant.refresh == oa.refresh_token and all(one.startswith("got") for one in said):
                    counts["kept"] += 1
                else:
                    counts["breaches"] += 1
                fleet[victim] = await start(oa, server.url)
            for one in fleet:
                one.stdin.close()
                await one.wait()
            oa.violations.clear()
    return counts


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--runs", type=int, default=200)
    options.add_argument("--processes", type=int, default=8)
    options.add_argument("--process", action="store_true")
    chosen = options.parse_args()
    if chosen.process:
        asyncio.run(be_a_process())
    else:
        ended = asyncio.run(drill(chosen.runs, chosen.processes))
        print(ended)
        sys.exit(1 if ended["breaches"] else 0)
