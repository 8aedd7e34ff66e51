"""Why a platform refused a message: the words that are kept with it, the same for every channel.

`handlers.hr.broadcasts_result` tells them to HR.
"""

from typing import Final

BLOCKED: Final = "blocked"  # the recipient has
DEACTIVATED: Final = "deactivated"
CHAT_UNKNOWN: Final = "chat_unknown"
UNKNOWN_USER: Final = "unknown_user"
OUTSIDE_WINDOW: Final = "outside_window"  # they have not been heard of for too long, and no template is configured
BAD_REQUEST: Final = "bad_request"  # a defect of our message
NOT_EDITABLE: Final = "not_editable"
NOT_PAID: Final = "not_paid"
TEMPLATE_REFUSED: Final = "template_refused"
ALLOWANCE_USED: Final = "allowance_used"
NIGHT: Final = "night"
PLATFORM_FAILED: Final = "platform_failed"  # it says that it did not send it, and not why; twice

# These say something about us, and nothing about the person.
OURS: Final = frozenset({BAD_REQUEST, NOT_EDITABLE, NOT_PAID, PLATFORM_FAILED, TEMPLATE_REFUSED})
# And these hold until somebody has paid or mended it: then the same words are taken.
PASSING: Final = frozenset({NOT_PAID, PLATFORM_FAILED, TEMPLATE_REFUSED})
