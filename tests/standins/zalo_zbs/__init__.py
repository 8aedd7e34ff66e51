"""A strict stand-in of Zalo's template messages (ZBS, formerly ZNS), by phone and by user id, beside an account.

    oa = ZaloOa(clock=Clock(start=…))
    async with ZaloZbs(oa) as zbs:
        zbs.template("123456", [Param("customer_name", max_length=30)])
        lan = oa.person("Lan", phone="84912345678")
        client = OurClient(business=zbs.business_base, openapi=oa.openapi_base, token=oa.access_token)

It lives on the port of the account's stand-in and shares its tokens, clock, wallet, webhook and record. See README.md
one folder above. By itself, with an account: `python -m tests.standins.zalo_zbs --port 8084`.
"""

from tests.standins.zalo_zbs.server import ZaloZbs
from tests.standins.zalo_zbs.templates import Param, Sent, Template
from tests.standins.zalo_zbs.zbs_switches import ZbsSwitches

__all__ = ["Param", "Sent", "Template", "ZaloZbs", "ZbsSwitches"]
