"""The stand-in by itself: prints its address and token, then lets you talk to the bot that is connected to it.

Each line typed is said by one visitor; `[label]` presses a visible button. `--quiet` only serves, until Ctrl-C.
"""

import argparse
import asyncio
import contextlib
import sys

from tests.standins.telegram_api import DEFAULT_TOKEN, TelegramApi, Visitor


async def main(port: int, token: str, *, is_quiet: bool) -> None:
    """Serve until the input ends."""
    api = TelegramApi(token)
    await api.start(port)
    sys.stdout.write(f"NHACCHUAN_TELEGRAM_API={api.base}\nNHACCHUAN_TELEGRAM_TOKEN={token}\n")
    sys.stdout.flush()
    try:
        if is_quiet:
            await asyncio.Event().wait()
        async with asyncio.TaskGroup() as group:
            visitor = api.visitor("Lan")
            showing = group.create_task(_show(visitor))
            await _listen(visitor)
            showing.cancel()
    finally:
        await api.stop()


async def _listen(visitor: Visitor) -> None:
    while line := await asyncio.to_thread(sys.stdin.readline):
        said = line.strip()
        try:
            if said.startswith("[") and said.endswith("]"):
                visitor.presses(said[1:-1])
            elif said:
                visitor.says(said)
        except AssertionError as invisible:
            sys.stdout.write(f"{invisible}\n")


async def _show(visitor: Visitor) -> None:
    while True:
        with contextlib.suppress(AssertionError):
            words = await visitor.reads(timeout=3600)
            buttons = " ".join(f"[{label}]" for label in visitor.buttons())
            sys.stdout.write(f"{words}\n{buttons}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    options = argparse.ArgumentParser(prog="python -m tests.standins.telegram_api", description=__doc__)
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--token", default=DEFAULT_TOKEN)
    options.add_argument("--quiet", action="store_true")
    chosen = options.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(chosen.port, chosen.token, is_quiet=chosen.quiet))
