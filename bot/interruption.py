"""What a visitor is told whose answer may or may not have left before we could keep that it did."""

from typing import Final

from handlers.phrases import _
from handlers.reply import Outcome, Reply

RESTORED: Final = "restored"  # in the place of an answer's mark, where a backup was put back


def say_interrupted(mark: str = "") -> Reply:
    """The answer is not given a second time unasked: it may stand there already."""
    if mark == RESTORED:
        told = _(
            "The system was put back to an earlier state, and it is not known whether a message of yours was answered."
            " If you miss an answer, please send the message once more."
        )
    else:
        told = _(
            "I was interrupted while answering your last message. If you do not see the answer above, please send"
            " the message once more."
        )
    return Reply(told, outcome=Outcome.NOT_UNDERSTOOD)
