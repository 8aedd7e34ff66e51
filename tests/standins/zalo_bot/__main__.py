"""The Bot platform by itself: `python -m tests.standins.zalo_bot --port 8082 --token 123:abc`."""

import argparse

from tests.standins.zalo_bot import DEFAULT_TOKEN, ZaloBot
from tests.standins.zalo_ground.by_itself import read_options, run
from tests.standins.zalo_ground.clock import Clock


def _add(options: argparse.ArgumentParser) -> None:
    options.add_argument("--token", default=DEFAULT_TOKEN)
    options.add_argument("--allowance", type=int, default=3000, help="messages per month")


if __name__ == "__main__":
    chosen = read_options("zalo_bot", _add)
    platform = ZaloBot(
        chosen.token, clock=Clock(start=chosen.clock), seed=chosen.seed, monthly_allowance=chosen.allowance
    )
    run(platform, chosen.port, lambda: {"ZALO_BOT_API": platform.base, "ZALO_BOT_TOKEN": platform.token})
