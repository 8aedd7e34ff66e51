"""The memory of a process that runs for months: what stands when it has started is never looked through again."""

import asyncio
import ctypes
import gc
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

_USUAL = gc.get_threshold()
_WHILE_IMPORTING = (1_000_000, 20, 20)
_WHILE_LOADING = (200_000, 20, 20)


def load_on() -> None:
    """Look for garbage hardly ever until `go_on`: modules stay, and looking through them costs a quarter of a start."""
    gc.set_threshold(*_WHILE_IMPORTING)


def go_on() -> None:
    """All modules are there: keep them out of the search for garbage, and look through the rest seldom."""
    if gc.get_threshold() == _WHILE_IMPORTING:
        gc.freeze()
        gc.set_threshold(*_WHILE_LOADING)


def run(work: Coroutine[Any, Any, None]) -> None:
    """Do the work of a command, whose modules are all there by now."""
    go_on()
    asyncio.run(work)


def settle() -> None:
    """Keep everything that there is now out of the search for garbage, which stops all answers while it lasts.

    The library and what was learned are hundreds of thousands of objects and stay; what is let go is freed as before.
    A process of ours that has only started has next to no garbage: looking for it would cost a tenth of the start.
    """
    if gc.get_threshold() != _WHILE_LOADING:
        gc.collect()
    gc.freeze()
    gc.set_threshold(*_USUAL)
    with suppress(OSError, AttributeError):  # where the C library gives back what starting has used and let go
        ctypes.CDLL(None).malloc_trim(0)
