"""What was said before an interruption is not taken for an answer to what stands there now."""

from collections.abc import Mapping
from typing import Any, Final

from handlers.asking import Incoming
from handlers.memory import recall_pending
from handlers.phrases import _
from handlers.reply import Outcome, Reply
from handlers.typed_choices import list_offered, read_choice, read_mark

_SHOWN: Final = 60


def is_lost(asked: Incoming, kept: Mapping[str, Any] | None) -> bool:
    """Whether these words, which came late, mean something only by what was asked or offered before them.

    A question, a command and a pressed button say by themselves what they are for. A bare "2", "yes" or what one
    writes into a form would be taken for an answer to what the conversation has come to meanwhile.
    """
    text = (asked.text or "").strip()
    if not text or text.startswith("/") or asked.file is not None:
        return False
    is_mark = any(read_mark(text, has_letters=one) is not None for one in (False, True))
    return is_mark or recall_pending(kept) is not None or read_choice(text, kept) is not None


def ask_again(asked: Incoming, kept: Mapping[str, Any] | None) -> Reply:
    """Say that nothing was done, and show again what stands there."""
    words = " ".join((asked.text or "").split())
    shown = words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
    title = _(
        "“{words}” came while I was interrupted, so nothing was done. If you still want it, please send it again."
    )
    return Reply(
        title.format(words=shown),
        outcome=Outcome.NOT_UNDERSTOOD,
        choices=tuple(list_offered(kept)),
        pending=recall_pending(kept),
    )
