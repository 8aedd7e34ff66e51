"""Why a platform refused a message: the words that are kept with it, the same for every channel.

`handlers.hr.broadcasts_result` tells them to HR.
"""

from typing import Final

BLOCKED: Final = "blocked"  # the recipient has
DEACTIVATED: Final = "deactivated"
CHAT_UNKNOWN: Final = "chat_unknown"
BAD_REQUEST: Final = "bad_request"  # a defect of our message
NOT_EDITABLE: Final = "not_editable"
