"""What an account has granted us: for those who keep it and load no more of Zalo."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

_RENEW_AFTER: Final = timedelta(hours=20)
_RENEW_SHARE: Final = 0.8


@dataclass(frozen=True, slots=True)
class Pair:
    """An access token and the one refresh token that can follow it. Neither is ever shown."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    obtained_at: datetime
    access_until: datetime
    refresh_until: datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """What the account has granted us, as it is kept.

    `generation` counts pairs. `begun_at`: a refresh of this pair was begun and its answer never kept. `lost_at`: the
    grant counts no more, and only a new consent helps; `reason` says how it was lost. `pair.access` may be empty.
    """

    pair: Pair
    generation: int
    begun_at: datetime | None = None
    lost_at: datetime | None = None
    reason: str = ""

    @property
    def renew_at(self) -> datetime:
        """When the access token is to be replaced."""
        life = self.pair.access_until - self.pair.obtained_at
        return self.pair.obtained_at + min(_RENEW_AFTER, life * _RENEW_SHARE)
