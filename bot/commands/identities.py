"""`identities`: our bots and accounts on the platforms, and how one that is used no more is given up."""

import json
from typing import Any

from bot.settings import Settings
from bot.wiring import open_office
from handlers.phrases import _, ngettext, show_moment


async def show_identities(settings: Settings, *, as_json: bool) -> None:
    """Each identity with its people, and when a worker that sends by it was last heard of."""
    async with open_office(settings) as office:
        found = await office.list_identities()
    if as_json:
        rows: list[dict[str, Any]] = [
            {
                "identity": one.identity,
                "channel": one.channel,
                "is_first": one.is_first,
                "people": people,
                "heard_at": one.heard_at.isoformat(),
                "retired_at": one.retired_at.isoformat() if one.retired_at is not None else None,
            }
            for one, people in found
        ]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if not found:
        print(_("No bot and no account has been opened yet."))
    for one, people in found:
        heard = show_moment(one.heard_at)
        line = ngettext(
            "{identity}: {count} person linked, last heard of {heard}",
            "{identity}: {count} people linked, last heard of {heard}",
            people,
        ).format(identity=one.identity, count=people, heard=heard)
        print(line + (_(" (given up)") if one.retired_at is not None else ""))


async def retire(settings: Settings, identity: str) -> None:
    """Reach nobody by an identity any more, so that people are told by their other accounts or stand on the list."""
    async with open_office(settings) as office:
        left = await office.retire_identity(identity)
    print(
        ngettext(
            "{identity} is given up: {count} account is not written to any more.",
            "{identity} is given up: {count} accounts are not written to any more.",
            left,
        ).format(identity=identity, count=left)
    )
