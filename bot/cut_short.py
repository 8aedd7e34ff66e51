"""An answer of several messages of which the beginning has gone out and the rest cannot."""

from typing import Final

from bot.failures import ChannelRefusedError, DeliveryFailedError
from bot.wiring_errors import CabinetAwayError

# Once something left, whatever stops the rest stops it for good: all of it again would show its beginning twice, and
# what follows a gap would mislead. The database is among them: a token or an allowance may have to be read there.
STOPS_THE_REST: Final = (DeliveryFailedError, ChannelRefusedError, CabinetAwayError)


def name_cause(failed: Exception) -> str:
    """What stopped it, for the log: the platform's own word where there is one."""
    return getattr(failed, "code", "") or type(failed).__name__
