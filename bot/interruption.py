"""What a visitor is told whose answer may or may not have left when a process of ours died."""

from handlers.phrases import _
from handlers.reply import Outcome, Reply


def say_interrupted() -> Reply:
    """The answer is not given a second time unasked: it may stand there already."""
    return Reply(
        _(
            "I was interrupted while answering your last message. If you do not see the answer above, please send"
            " the message once more."
        ),
        outcome=Outcome.NOT_UNDERSTOOD,
    )
