"""What administrators are told of the installation, by letter."""

from datetime import datetime
from typing import Final

import structlog

from knowledge.facts import Role
from storage.drawers import Drawers
from storage.records import Letter, LetterKind

_LETTER_CHANNELS: Final = ("telegram", "zalo_oa", "zalo_bot", "web")
_log = structlog.get_logger("bot.keeping")


async def tell_administrators(drawers: Drawers, kind: LetterKind, key: str, at: datetime, number: int = 0) -> None:
    """Leave a letter to every administrator, once."""
    untold = 0
    for person in await drawers.staff.list_staff():
        if Role.ADMINISTRATOR not in person.roles:
            continue
        accounts = [one for one in await drawers.accounts.list_accounts(person.code) if one.unreachable_at is None]
        open_ones = [one for one in accounts if one.channel in _LETTER_CHANNELS]
        if not open_ones:
            untold += 1
            continue
        where = min(open_ones, key=lambda one: _LETTER_CHANNELS.index(one.channel))
        letter = Letter(
            where.channel, where.address, kind, at, person=person.code, number=number, key=f"{key}:{person.code}",
            locale=where.locale or "vi",
        )  # fmt: skip
        await drawers.letters.leave(letter)
    if untold:
        _log.error("keeping.administrators_not_told", people=untold, because="no channel reaches them")
