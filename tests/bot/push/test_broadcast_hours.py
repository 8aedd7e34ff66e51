"""A broadcast keeps to working hours whenever it is sent: resumed at night, or held up until the evening."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.push.composing import Deferred, NoticeComposer, Premises, Written
from handlers.notices.table import BY_KIND, join
from knowledge.facts import PersonCode
from storage.records import Account, Delivery, DeliveryState, Notice, NoticeKind
from tests.handlers import visits
from tests.people import official

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
PERSON = official()
PAYLOAD = {"text": "Mai họp lúc 8 giờ.", "unit": "Sở Mẫu", "asks_receipt": False, "within": [], "missing": []}


class At:
    is_fixed = False

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return self._moment

    def today(self) -> date:
        return self._moment.date()


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-23T09:00", None),
        ("2026-11-23T17:00", None),
        ("2026-11-23T17:01", "2026-11-24T07:30"),
        ("2026-11-21T09:00", "2026-11-23T07:30"),
        ("2026-11-23T06:00", "2026-11-23T07:30"),
    ],
)
async def test_broadcast_leaves_in_working_hours_and_waits_otherwise(library, now, until):
    moment = datetime.fromisoformat(now).replace(tzinfo=HERE)
    rules = visits.with_standards(library).on(moment.date())
    account = Account("telegram", "a1", PERSON.code)

    class Records:
        async def look_up(self, deliveries):
            del deliveries
            return Premises({PERSON.code: PERSON}, {("telegram", "a1"): account}, {}, rules)

    composer = NoticeComposer(Records(), BY_KIND, join, clock=At(moment))
    notice = Notice(1, NoticeKind.BROADCAST, "broadcast:1:CB001", "", (PersonCode("CB001"),), PAYLOAD, moment)
    delivery = Delivery(
        7, PERSON.code, moment, DeliveryState.CLAIMED, (notice,), "telegram:1", "telegram", "a1", broadcast=1
    )

    (composed,) = await composer.compose([delivery])

    if until is None:
        assert isinstance(composed, Written)
    else:
        assert isinstance(composed, Deferred)
        assert not composed.is_merged
        assert composed.until == datetime.fromisoformat(until).replace(tzinfo=HERE)
