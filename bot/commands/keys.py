"""`rotate-key`: a new secret key seals from now on, everything is sealed anew, and the old key goes."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from bot.errors import InputError
from bot.settings import Settings
from bot.wiring import open_office
from bot.wiring_keys import KeysInDatabase, Resealed
from handlers.phrases import _, ngettext, show_number

_PATIENCE = 75.0  # seconds: longer than a statement may take, and than a process is believed to live
_LOOK_EVERY = 1.0


async def rotate_key(
    settings: Settings, *, drop: bool, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Begin, or go on where it was cut off; with `drop` whatever still hangs on the old key ends. Raises InputError."""
    async with open_office(settings, keeps_threads=False) as office:
        keys = office.keys
        if await keys.begin():
            print(_("A new key seals from now on; the old one still opens. Running processes follow by themselves."))
        else:
            print(_("Going on with the change of keys that was begun."))
        first = await keys.reseal(_tell_nothing)
        await _wait_for_others(keys, pause)
        second = await keys.reseal_again(_tell_nothing)
        _tell_resealed(Resealed(first.changed + second.changed, second.strange))
        waiting = await keys.find_dependants()
        if any(waiting.values()) and not drop:
            _tell_waiting(waiting)
            return
        _tell_ended(waiting)
        if await keys.drop():
            print(_("The old key is gone from secret.key. Destroy its copies, but keep it with backups made before."))
        else:
            print(_("Nothing needs the old key. Take it out of NHACCHUAN_SECRET_KEY and restart every process."))


async def _wait_for_others(keys: KeysInDatabase, pause: Callable[[float], Awaitable[None]]) -> None:
    """Until nobody can write anything more that an older key sealed. Raises InputError where somebody goes on."""
    waited, hindrances = 0.0, await keys.list_hindrances()
    while hindrances and waited < _PATIENCE:
        await pause(_LOOK_EVERY)
        waited += _LOOK_EVERY
        hindrances = await keys.list_hindrances()
    if hindrances:
        told = _("The old key is kept, and nothing is lost: {reasons}. Then run this again.")
        raise InputError(told.format(reasons="; ".join(hindrances)))


def _tell_nothing(_place: str, _rows: int) -> None: ...


def _tell_resealed(done: Resealed) -> None:
    sealed = ngettext("{n} value was sealed anew.", "{n} values were sealed anew.", done.changed)
    print(sealed.format(n=show_number(done.changed)))
    if done.strange:
        told = ngettext(
            "{n} value could be opened by none of the keys and was left as it is.",
            "{n} values could be opened by none of the keys and were left as they are.",
            done.strange,
        )
        print(told.format(n=show_number(done.strange)))


def _tell_waiting(waiting: Mapping[str, int]) -> None:
    print(
        _(
            "The old key stays for what only its owner can show again: calendars not read since: {calendars}; "
            "linking codes: {codes}; console sessions: {sessions}; people linked in the web chat, for 30 days: "
            "{visitors}. Run this again later, or now with --drop: then these end and have to be made anew."
        ).format(**waiting)
    )


def _tell_ended(waiting: Mapping[str, int]) -> None:
    if any(waiting.values()):
        print(
            _(
                "Ended with the old key: calendars {calendars}, linking codes {codes}, console sessions {sessions}, "
                "web chats {visitors} at most."
            ).format(**waiting)
        )
