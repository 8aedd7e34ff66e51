"""`code` and `audit verify`: what HR and operators do at the command line."""

from bot.commands.roster import get_person
from bot.errors import InputError
from bot.settings import Settings
from bot.wiring import open_office
from handlers.phrases import _, show_moment


async def issue_code(settings: Settings, code: str) -> None:
    """Print a one-time linking code. Raises InputError for a person who is not in the roster."""
    async with open_office(settings) as office:
        person = await get_person(office, code)
        issued = await office.issue_code(person.code)
    print(
        _("Code for {name} ({code}): {secret} – works once, until {moment}. Hand it over yourself.").format(
            name=person.name, code=person.code, secret=issued.code, moment=show_moment(issued.expires_at)
        )
    )


async def verify_audit(settings: Settings) -> None:
    """Print whether the audit chain is intact. Raises InputError naming the first broken link."""
    async with open_office(settings) as office:
        verdict = await office.verify_audit()
    if not verdict.is_intact:
        raise InputError(
            _("The audit chain is broken at entry {n}: {reason}").format(n=verdict.broken_at, reason=verdict.reason)
        )
    print(_("The audit chain is intact: {n} entries.").format(n=verdict.entries))
