"""A strict stand-in of Zalo's Official Account API with its OAuth and webhook: loopback only, no real credential.

    async with ZaloOa(clock=Clock(start=…)) as oa:
        client = OurClient(openapi=oa.openapi_base, oauth=oa.oauth_base, token=oa.access_token)
        await oa.save_webhook(our_url)
        lan = oa.person("Lan")
        lan.follows()
        lan.says("Tôi còn thiếu gì?")
        assert "chứng chỉ" in await lan.reads()
        lan.taps("Hạn của tôi")

Wrong shapes, texts over 2,000, tokens in the wrong place and unknown addresses are refused with the documented codes
and kept in `violations`; leaving the block then fails. See README.md one folder above.
By itself: `python -m tests.standins.zalo_oa --port 8083 --webhook http://127.0.0.1:8000/zalo`.
"""

from tests.standins.zalo_oa.events import sign
from tests.standins.zalo_oa.oa_switches import OaSwitches
from tests.standins.zalo_oa.people import Person, Row
from tests.standins.zalo_oa.server import ZaloOa

__all__ = ["OaSwitches", "Person", "Row", "ZaloOa", "sign"]
