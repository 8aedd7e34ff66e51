"""Order within one conversation: one message at a time across all tabs, each answered once, at a human pace."""

import asyncio
import math
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bot.on_web.door import Pace

_REMEMBERED_ANSWERS = 8
_IDLE_CONVERSATIONS = 500


class Conversation:
    """One visitor's conversation: whose turn it is, and the last answers in case the connection broke meanwhile."""

    def __init__(self, allowance: "Allowance") -> None:
        self.allowance = allowance
        self.turn = asyncio.Lock()
        self.present = 0
        self._answers: OrderedDict[str, dict[str, Any]] = OrderedDict()

    def find_answer(self, message_id: str | None) -> dict[str, Any] | None:
        return self._answers.get(message_id) if message_id is not None else None

    def remember(self, message_id: str | None, answer: dict[str, Any]) -> None:
        if message_id is None:
            return
        self._answers[message_id] = answer
        while len(self._answers) > _REMEMBERED_ANSWERS:
            self._answers.popitem(last=False)

    def forget(self) -> None:
        """Give none of the last answers again."""
        self._answers.clear()


class Conversations:
    """All conversations of this process; those without a connection are forgotten once there are too many."""

    def __init__(self, make_allowance: "Callable[[], Allowance]") -> None:
        self._make_allowance = make_allowance
        self._by_visitor: OrderedDict[str, Conversation] = OrderedDict()

    @contextmanager
    def joined(self, visitor: str) -> Iterator[Conversation]:
        """Give the visitor's conversation, kept for at least as long as the block."""
        conversation = self._by_visitor.get(visitor) or Conversation(self._make_allowance())
        self._by_visitor[visitor] = conversation
        self._by_visitor.move_to_end(visitor)
        conversation.present += 1
        try:
            yield conversation
        finally:
            conversation.present -= 1
            self._forget_idle()

    def _forget_idle(self) -> None:
        idle = [visitor for visitor, one in self._by_visitor.items() if not one.present]
        for visitor in idle[: max(0, len(idle) - _IDLE_CONVERSATIONS)]:
            del self._by_visitor[visitor]


class Allowance:
    """How much one visitor may still say now; it refills with time up to the burst."""

    def __init__(self, pace: Pace, monotonic: Callable[[], float]) -> None:
        self._pace = pace
        self._monotonic = monotonic
        self._left = float(pace.burst)
        self._counted_at = monotonic()

    def seconds_to_wait(self) -> int:
        """0 and one message used up, or the whole seconds after which one is allowed again."""
        now = self._monotonic()
        refilled = self._left + (now - self._counted_at) / self._pace.seconds_per_message
        self._left = min(float(self._pace.burst), refilled)
        self._counted_at = now
        if self._left >= 1:
            self._left -= 1
            return 0
        return max(1, math.ceil((1 - self._left) * self._pace.seconds_per_message))
