"""Stand-ins in memory for what reports and calendars need of the cabinet."""

from collections.abc import Collection, Sequence
from datetime import datetime

from knowledge.facts import PersonCode, UnitCode
from storage.records import Delivery, DeliveryState


class FakeDeliveries:
    """What was sent to people."""

    def __init__(self) -> None:
        self.sent: list[Delivery] = []
        self.counted: list[tuple[DeliveryState, bool, int]] = []

    async def list_of(self, person: PersonCode, limit: int) -> Sequence[Delivery]:
        return [one for one in reversed(self.sent) if one.person == person][:limit]

    async def count_reminders(
        self, units: Collection[UnitCode] | None, since: datetime, until: datetime
    ) -> Sequence[tuple[DeliveryState, bool, int]]:
        del units, since, until
        return self.counted


class FakeCalendars:
    """Addresses, each a count of those ever given."""

    def __init__(self) -> None:
        self.issued: dict[PersonCode, tuple[str, datetime]] = {}
        self.given = 0

    async def issue(self, person: PersonCode, at: datetime) -> str:
        self.given += 1
        self.issued[person] = f"token{self.given}", at
        return self.issued[person][0]

    async def revoke(self, person: PersonCode) -> bool:
        return self.issued.pop(person, None) is not None

    async def find_issued(self, person: PersonCode) -> datetime | None:
        return self.issued[person][1] if person in self.issued else None
