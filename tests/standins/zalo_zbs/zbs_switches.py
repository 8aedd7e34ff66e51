"""Where sources about template messages disagree or are silent. Defaults are what most of them say."""

from dataclasses import dataclass
from typing import Literal

from tests.standins.zalo_ground import Switches


@dataclass
class ZbsSwitches(Switches):
    """Behaviours of the template message platform that a client must bear either way."""

    night_rule: Literal["none", "-133"] = "none"  # missing from the newer table
    night_spares_otp: bool = True
    night_push: Literal["held until 06:00", "at once"] = "held until 06:00"
    duplicate_tracking: Literal["accepted", "-132"] = "accepted"
    accepts_leading_zero: bool = False
    receipt_shape: Literal["nested", "flat"] = "nested"
