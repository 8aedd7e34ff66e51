"""`api-key` and `hook`: which other programs may read, and which are told when a verdict changes."""

import json
from collections.abc import Sequence
from datetime import datetime

from bot.errors import UsageError
from bot.settings import Settings
from bot.wiring import Office, open_office
from bot.wiring_api import describe_scope
from handlers.phrases import _, ngettext, show_day, show_moment, show_number
from knowledge.local_time import VIETNAM


async def add_key(settings: Settings, label: str, units: Sequence[str], *, is_all: bool, days: int) -> None:
    """Print a new key, once. Raises InputError or UsageError."""
    async with open_office(settings, keeps_threads=False) as office:
        number, key, until = await office.shared_store.add_key(label, _scope(units, is_all=is_all), days)
    print(_("Key {number}, until {day}. It is shown this once; keep it where only the program reads it:").format(
        number=number, day=show_day(until)))  # fmt: skip
    print(key)


async def list_keys(settings: Settings, *, as_json: bool) -> None:
    """Print the keys, without the keys themselves."""
    async with open_office(settings, keeps_threads=False) as office:
        found = await office.shared_store.list_keys()
        now = office.clock.now()
    if as_json:
        rows = [
            {
                "number": one.number,
                "label": one.label,
                "units": list(one.units) if one.units is not None else None,
                "made_at": _written(one.made_at),
                "expires_at": _written(one.expires_at),
                "revoked_at": _written(one.revoked_at),
                "used_at": _written(one.used_at),
                "suspended_at": _written(one.suspended_at),
            }
            for one in found
        ]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for one in found:
        if one.revoked_at is not None:
            standing = _("revoked on {day}").format(day=show_moment(one.revoked_at))
        elif one.suspended_at is not None:
            standing = _("suspended since a backup was put back on {day}: confirm it, or revoke it").format(
                day=show_moment(one.suspended_at))  # fmt: skip
        elif one.expires_at <= now:
            standing = _("expired on {day}").format(day=show_moment(one.expires_at))
        else:
            standing = _("until {day}").format(day=show_moment(one.expires_at))
        used = show_moment(one.used_at) if one.used_at is not None else _("never")
        text = _("{number}. {label}: {scope}; {standing}; last used: {used}")
        scope = describe_scope(one.units)
        print(text.format(number=one.number, label=one.label, scope=scope, standing=standing, used=used))
    if not found:
        print(_("There is no key."))


async def revoke_key(settings: Settings, number: int) -> None:
    """Let a key open nothing any more. Raises InputError."""
    async with open_office(settings, keeps_threads=False) as office:
        await office.shared_store.revoke_key(number)
    print(_("Key {number} opens nothing any more.").format(number=number))


async def confirm_key(settings: Settings, number: int) -> None:
    """Let a suspended key open again what it opened. Raises InputError."""
    async with open_office(settings, keeps_threads=False) as office:
        await office.shared_store.confirm_key(number)
    print(_("Key {number} opens again what it opened before.").format(number=number))


async def add_hook(settings: Settings, url: str, units: Sequence[str], *, is_all: bool, may_be_private: bool) -> None:
    """Print the number and secret of a new hook, once. Raises InputError or UsageError."""
    async with open_office(settings, keeps_threads=False) as office:
        number, secret = await office.shared_store.add_hook(
            url, _scope(units, is_all=is_all), may_be_private=may_be_private
        )
    print(_("Hook {number}. The secret that proves what it is told is shown this once:").format(number=number))
    print(secret)


async def list_hooks(settings: Settings, *, as_json: bool) -> None:
    """Print the hooks and what waits for each."""
    async with open_office(settings, keeps_threads=False) as office:
        found = await office.shared_store.list_hooks()
    if as_json:
        rows = [
            {
                "number": one.number,
                "url": one.url,
                "units": list(one.units) if one.units is not None else None,
                "private": one.may_be_private,
                "made_at": _written(one.made_at),
                "told_at": _written(one.told_at),
                "waiting": one.waiting,
                "given_up": one.given_up,
                "suspended_at": _written(one.suspended_at),
                "failing_since": _written(one.failed_since),
                "reason": one.reason or None,
            }
            for one in found
        ]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for one in found:
        print(f"{one.number}. {one.url} ({describe_scope(one.units)})")
        if one.suspended_at is not None:
            print(_("   Suspended since a backup was put back on {moment}: confirm it, or remove it.").format(
                moment=show_moment(one.suspended_at)))  # fmt: skip
        if one.failed_since is not None:
            print(_("   It has taken nothing since {moment} ({reason}).").format(
                moment=show_moment(one.failed_since), reason=one.reason))  # fmt: skip
        if one.waiting or one.given_up:
            print(_("   Waiting to be told: {waiting}; given up: {given_up}.").format(
                waiting=show_number(one.waiting), given_up=show_number(one.given_up)))  # fmt: skip
    if not found:
        print(_("There is no hook."))


async def remove_hook(settings: Settings, number: int) -> None:
    """Tell a hook no more. Raises InputError."""
    async with open_office(settings, keeps_threads=False) as office:
        await office.shared_store.remove_hook(number)
    print(_("Hook {number} is told nothing any more.").format(number=number))


async def confirm_hook(settings: Settings, number: int) -> None:
    """Tell a suspended hook again. Raises InputError."""
    async with open_office(settings, keeps_threads=False) as office:
        await office.shared_store.confirm_hook(number)
    print(_("Hook {number} is told again, also of what has waited.").format(number=number))


async def describe_suspended(office: Office) -> str:
    """What a restore brought back and nobody has confirmed, in words; empty where there is nothing."""
    async with office.open_cabinet() as drawers:
        keys = await drawers.api_keys.list_suspended(office.clock.now())
        hooks = [one for one in await drawers.hooks.list_all() if one.suspended_at is not None]
    if not keys and not hooks:
        return ""
    text = _("Suspended since a backup was put back, and confirmed by nobody: {keys} keys, {hooks} hooks.")
    return text.format(keys=show_number(len(keys)), hooks=show_number(len(hooks)))


async def describe_hooks(office: Office) -> tuple[bool, str]:
    """Whether every hook takes what it is told and nothing was given up, and that in words."""
    found = await office.shared_store.list_hooks()
    told = []
    for one in found:
        if one.failed_since is not None:
            told.append(_("Hook {number} has taken nothing since {moment} ({reason}).").format(
                number=one.number, moment=show_moment(one.failed_since), reason=one.reason))  # fmt: skip
        if one.given_up:
            text = ngettext(
                "Hook {number}: {n} change was given up.", "Hook {number}: {n} changes were given up.", one.given_up
            )
            told.append(text.format(number=one.number, n=show_number(one.given_up)))
    well = ngettext(
        "{n} hook is told of changed verdicts", "{n} hooks are told of changed verdicts", len(found)
    ).format(n=len(found))
    return not told, " ".join(told) or well


def _scope(units: Sequence[str], *, is_all: bool) -> list[str] | None:
    """Units named one by one or divided by commas; None for everything. Raises UsageError for both or neither."""
    named = [one.strip() for given in units for one in given.split(",") if one.strip()]
    if is_all == bool(named):
        raise UsageError(_("Say either --unit CODE (it may be repeated) or --all."))
    return None if is_all else named


def _written(at: datetime | None) -> str | None:
    return at.astimezone(VIETNAM).isoformat(timespec="seconds") if at is not None else None
