"""Visits that came together go on together."""

import asyncio


async def in_step() -> None:
    """Let all who stand before the same step come up to it, so that they take it one right after the other.

    A step of an answer (reading words, judging, writing) goes through more of our data than a processor keeps close
    by. Taken by one visit after the other it is brought close once for all of them; one visit alone does not wait.
    """
    await asyncio.sleep(0)
