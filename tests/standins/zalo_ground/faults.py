"""What can go wrong with one call, to be put in front of it: `oa.fail_next("message/cs", faults.answer(-32))`."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Harm(Enum):
    """The kinds of fault, by the names that the HTTP control uses."""

    ANSWER = "answer"  # an error answer; the call was not carried out
    ANSWER_AFTER = "answer after"  # carried out, then an error answer
    DROP_BEFORE = "drop before"  # connection cut; not carried out
    DROP_AFTER = "drop after"  # carried out, then the connection is cut
    PAGE = "page"  # a gateway's HTML page; not carried out
    PAGE_AFTER = "page after"  # carried out, then a gateway's HTML page
    GARBAGE = "garbage"  # carried out, then something that is not JSON
    HOLD = "hold"  # carried out and answered only after `until` is set, or `seconds` by the clock


@dataclass(frozen=True)
class Fault:
    """One fault. Use the functions below to make one."""

    harm: Harm
    code: int = 0
    message: str = ""
    status: int | None = None  # None: as this server answers that code
    body: dict[str, Any] | None = None  # exactly this in place of an error of the usual shape
    until: asyncio.Event | None = None
    seconds: float = 0.0


def answer(code: int, message: str = "", *, status: int | None = None, after: bool = False) -> Fault:
    """An error of this code; `after` the call was carried out all the same."""
    return Fault(Harm.ANSWER_AFTER if after else Harm.ANSWER, code, message or f"fault {code}", status)


def answer_with(body: dict[str, Any], *, status: int = 200, after: bool = False) -> Fault:
    """Exactly this body, e.g. a token answer that holds no token."""
    return Fault(Harm.ANSWER_AFTER if after else Harm.ANSWER, status=status, body=body)


def lost_answer() -> Fault:
    """The call is carried out and the connection cut: nobody may repeat it blindly."""
    return Fault(Harm.DROP_AFTER)


def lost_request() -> Fault:
    """The connection is cut before the call is carried out; the caller cannot tell this from a lost answer."""
    return Fault(Harm.DROP_BEFORE)


def gateway_page(status: int = 502, *, after: bool = False) -> Fault:
    """A gateway's page in place of JSON."""
    return Fault(Harm.PAGE_AFTER if after else Harm.PAGE, status=status)


def malformed() -> Fault:
    """The call is carried out and answered with half a JSON text."""
    return Fault(Harm.GARBAGE, status=200)


def held(until: asyncio.Event | None = None, *, seconds: float = 0.0) -> Fault:
    """Carried out and answered only when the event is set or the clock has gone on; also when the caller has left."""
    return Fault(Harm.HOLD, until=until, seconds=seconds)


@dataclass
class _Planned:
    fault: Fault
    skip: int
    times: int | None


@dataclass(frozen=True)
class Taken:
    """A fault whose turn has come; `place` is where it stood, None where it stays there."""

    fault: Fault
    place: tuple[str, str | None] | None


@dataclass
class Plan:
    """The faults to come, by the name of a call and, where given, by whom it is about."""

    _waiting: dict[tuple[str, str | None], deque[_Planned]] = field(default_factory=dict)

    def put(self, name: str, fault: Fault, *, about: str | None, times: int | None, skip: int) -> None:
        self._waiting.setdefault((name, about), deque()).append(_Planned(fault, skip, times))

    def take(self, name: str, about: str | None) -> Taken | None:
        """The fault of this call. Faults about one person come before those of everybody, `*` stands for any call."""
        keys = [(name, about), ("*", about)] if about is not None else []
        for key in [*keys, (name, None), ("*", None)]:
            if (found := self._step(key)) is not None:
                return found
        return None

    def give_back(self, taken: Taken) -> None:
        """It was to come after its call, which was not carried out: it is for the next one."""
        if taken.place is not None:
            self._waiting.setdefault(taken.place, deque()).appendleft(_Planned(taken.fault, 0, 1))

    def clear(self, name: str | None = None) -> None:
        """Nothing goes wrong any more, with this call or with all."""
        for key in [key for key in self._waiting if name in {None, key[0]}]:
            del self._waiting[key]

    def _step(self, key: tuple[str, str | None]) -> Taken | None:
        queue = self._waiting.get(key)
        if not queue:
            return None
        first = queue[0]
        if first.skip > 0:
            first.skip -= 1
            return None
        if first.times is None:
            return Taken(first.fault, None)
        first.times -= 1
        if first.times == 0:
            queue.popleft()
        return Taken(first.fault, key)
