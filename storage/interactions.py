"""When somebody did something in a chat last."""

from datetime import datetime

from sqlalchemy import Executable, func
from sqlalchemy.dialects.postgresql import insert

from storage.characters import storable
from storage.tables import interactions


def noted(channel: str, address: str, at: datetime) -> Executable:
    """The order that keeps it; an earlier moment than the known one changes nothing."""
    acted = insert(interactions).values(channel=channel, address=storable(address), last_at=at)
    latest = {"last_at": func.greatest(interactions.c.last_at, acted.excluded.last_at)}
    return acted.on_conflict_do_update(index_elements=["channel", "address"], set_=latest)
