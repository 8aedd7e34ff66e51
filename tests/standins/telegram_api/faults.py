"""What can go wrong with one call, to be put in front of it: `api.fail_next("sendMessage", blocked())`."""

import asyncio
from dataclasses import dataclass
from enum import Enum, auto


class Harm(Enum):
    """The kinds of fault."""

    ANSWER = auto()  # an error answer; the call was not carried out
    ANSWER_AFTER = auto()  # carried out, then an error answer
    DROP_BEFORE = auto()  # connection cut; not carried out
    DROP_AFTER = auto()  # carried out, then the connection is cut
    GARBAGE = auto()  # carried out, then something that is not JSON
    HOLD = auto()  # carried out only after `until` is set


@dataclass(frozen=True)
class Fault:
    """One fault. Use the functions below to make one."""

    harm: Harm
    status: int = 502
    description: str = "Bad Gateway"
    retry_after: int | None = None
    is_html: bool = False
    until: asyncio.Event | None = None


def too_many_requests(retry_after: int) -> Fault:
    """429 with the seconds to wait; the call is not carried out."""
    return Fault(Harm.ANSWER, 429, f"Too Many Requests: retry after {retry_after}", retry_after)


def blocked() -> Fault:
    """403 as when the person blocked the bot."""
    return Fault(Harm.ANSWER, 403, "Forbidden: bot was blocked by the user")


def unauthorized() -> Fault:
    """401 as when the token was withdrawn."""
    return Fault(Harm.ANSWER, 401, "Unauthorized")


def bad_request(description: str) -> Fault:
    """400 with these words."""
    return Fault(Harm.ANSWER, 400, f"Bad Request: {description}")


def server_error(status: int = 500, *, as_html: bool = False) -> Fault:
    """5xx without the call being carried out; as JSON, or as a proxy's HTML page."""
    return Fault(Harm.ANSWER, status, "Internal Server Error", is_html=as_html)


def lost_answer(*, dropped: bool = False) -> Fault:
    """The call is carried out and its answer lost: 502, or the connection cut."""
    return Fault(Harm.DROP_AFTER if dropped else Harm.ANSWER_AFTER)


def lost_request() -> Fault:
    """The connection is cut before the call is carried out; the caller cannot tell this from a lost answer."""
    return Fault(Harm.DROP_BEFORE)


def malformed() -> Fault:
    """The call is carried out and answered with something that is not JSON."""
    return Fault(Harm.GARBAGE, 200)


def held(until: asyncio.Event) -> Fault:
    """Slow: carried out and answered only when the event is set, however long that takes."""
    return Fault(Harm.HOLD, until=until)
