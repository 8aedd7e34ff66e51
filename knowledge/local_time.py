"""The time by which people work: whatever clock a moment was taken by, its day and hour are those of Viet Nam."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

VIETNAM: Final = ZoneInfo("Asia/Ho_Chi_Minh")


def day_in_vietnam(moment: datetime) -> date:
    """The day that it was in Viet Nam at a moment."""
    return moment.astimezone(VIETNAM).date()
