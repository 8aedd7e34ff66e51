"""A process that reads a file of anybody's bounds itself first: so much memory and time, and no files written."""

from knowledge.reading.files.limits import CPU_SECONDS, MEMORY_BYTES


def limit_itself() -> None:
    """Bound this process for good."""
    try:
        import resource  # noqa: PLC0415 - not there on Windows, where the clock of the parent alone holds
    except ImportError:
        return
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),  # it writes to a pipe and to no file
    ):
        _soft, hard = resource.getrlimit(what)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        # Of time a warning comes first, so that a process that used it up differs from one that others have ended.
        last = allowed + 1 if what == resource.RLIMIT_CPU and allowed != hard else allowed
        resource.setrlimit(what, (allowed, last))
