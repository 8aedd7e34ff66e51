"""`code`: a linking code at the command line."""

from bot.commands.roster import get_person
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
