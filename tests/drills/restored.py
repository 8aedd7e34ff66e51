"""A backup taken in the middle of a broadcast, the house lost later in it, and the backup restored: nobody told twice.

Run as: python -m tests.drills.restored [--people 240]. Some of the messages that left after the backup are not known
to it; nobody may get them once more, and whoever has none is named as unclear.
"""

import asyncio
import json
import subprocess
import sys
import time
from argparse import ArgumentParser

from tests.drills.house import House, link_officials, open_house
from tests.drills.province import FIRST_CHAT, ROOT

_ENOUGH = 180.0
_UNSETTLED = """
SELECT count(*) FROM deliveries WHERE state IN ('claimed', 'started')
    OR (state = 'waiting' AND NOT is_held AND due_at <= %s)
"""


async def say(house: House, *words: str) -> str:
    """A command of the house; what it said. Fails where it failed."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words, cwd=ROOT, env=house.environment(), stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )  # fmt: skip
    said, _nothing = await child.communicate()
    assert child.returncode == 0, f"{' '.join(words)}: {said.decode(errors='replace')[-1500:]}"
    return said.decode(errors="replace")


async def drill(people: int) -> dict[str, object]:
    """How it ended for everybody."""
    async with open_house(people=people, TELEGRAM_PER_SECOND="3") as house:
        officials = link_officials(house)
        file = house.home / "backup.nhacchuan"
        await house.start("work")
        await house.tell_everybody(1)
        await house.api.wait_for(lambda: len(house.api.arrivals) >= people // 4, _ENOUGH)
        began = time.monotonic()
        await say(house, "backup", str(file))
        backup_seconds = time.monotonic() - began
        at_backup = len(house.api.arrivals)
        await house.api.wait_for(lambda: len(house.api.arrivals) >= min(people, at_backup + people // 6), _ENOUGH)
        house.kill("work")
        lost_at = len(house.api.arrivals)
        began = time.monotonic()
        await say(house, "restore", str(file), "--replace")
        restore_seconds = time.monotonic() - began
        await house.start("work")
        began = time.monotonic()
        while time.monotonic() - began < _ENOUGH:
            await asyncio.sleep(1.0)
            if not (await house.ask_database(_UNSETTLED, house.now()))[0][0]:
                break
        await asyncio.sleep(3.0)
        got = {str(one.id): sum(each.is_from_bot for each in one.messages) for one in house.api.chats.values()}
        rows = await house.ask_database("SELECT address, state, reason FROM deliveries WHERE channel = 'telegram'")
        named = {address for address, state, _reason in rows if state == "unclear"}
        everybody = {str(FIRST_CHAT + n) for n in range(people)}
        return {
            "people": people, "officials": officials, "sent before the backup ended": at_backup,
            "sent before the loss": lost_at, "sent in all": len(house.api.arrivals),
            "told twice": sum(got.get(one, 0) > 1 for one in everybody),
            "neither told nor named": sum(not got.get(one) and one not in named for one in everybody),
            "named unclear": len(named), "backup s": round(backup_seconds, 1), "restore s": round(restore_seconds, 1),
        }  # fmt: skip


BREACHES = ("told twice", "neither told nor named")


def main() -> None:
    """Print the figures; exit 1 where anybody was told twice or forgotten."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("--people", type=int, default=240)
    found = asyncio.run(drill(words.parse_args().people))
    print(json.dumps(found))
    sys.exit(any(found[name] for name in BREACHES))


if __name__ == "__main__":
    main()
