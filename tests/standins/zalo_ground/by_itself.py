"""Runs a stand-in by itself until Ctrl-C, after printing what a client has to be given."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Callable

from tests.standins.zalo_ground.serving import CONTROL, StandIn


def read_options(name: str, more: Callable[[argparse.ArgumentParser], None] | None = None) -> argparse.Namespace:
    """The options of the command line: --port, --seed, --clock and those of the stand-in."""
    options = argparse.ArgumentParser(prog=f"python -m tests.standins.{name}")
    options.add_argument("--port", type=int, default=0, help="0 takes a free one")
    options.add_argument("--seed", type=int, default=1, help="for ids and tokens")
    options.add_argument(
        "--clock", type=float, default=None, help="a standing clock, seconds since 1970; else the real"
    )
    if more is not None:
        more(options)
    return options.parse_args()


def run(standin: StandIn, port: int, describe: Callable[[], dict[str, str]]) -> None:
    """Serve until interrupted, also where whoever started this has interruptions switched off."""
    asyncio.run(_serve(standin, port, describe))


async def _serve(standin: StandIn, port: int, describe: Callable[[], dict[str, str]]) -> None:
    await standin.start(port)
    ended = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, ended.set)
    try:
        given = {**describe(), "CONTROL": f"{standin.base}{CONTROL}"}
        sys.stdout.write("".join(f"{name}={value}\n" for name, value in given.items()))
        sys.stdout.flush()
        await ended.wait()
    finally:
        await standin.stop()
