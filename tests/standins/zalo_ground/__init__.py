"""What the three Zalo stand-ins stand on: time that tests move, faults, the record of calls, webhooks, HTTP control."""

from tests.standins.zalo_ground import faults
from tests.standins.zalo_ground.calls import Call, masked
from tests.standins.zalo_ground.clock import HANOI, Clock
from tests.standins.zalo_ground.courier import Attempt, Delivery
from tests.standins.zalo_ground.faults import Fault, Harm
from tests.standins.zalo_ground.serving import Refused, StandIn
from tests.standins.zalo_ground.switches import Switches

__all__ = [
    "HANOI",
    "Attempt",
    "Call",
    "Clock",
    "Delivery",
    "Fault",
    "Harm",
    "Refused",
    "StandIn",
    "Switches",
    "faults",
    "masked",
]
