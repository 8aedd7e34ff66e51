"""A process that has surely hung is ended with everything that it has begun."""

from contextlib import suppress

import psutil


def end_with_children(pid: int) -> None:
    """At once, and nobody asks; one that is gone already is none the worse for it."""
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        for one in [*process.children(recursive=True), process]:
            with suppress(psutil.Error):
                one.kill()
