"""Whom a staff code at the command line means."""

from bot.errors import InputError
from bot.wiring import Office
from handlers.phrases import _
from knowledge.facts import Person


async def get_person(office: Office, code: str) -> Person:
    """Whoever has this code in the roster. Raises InputError where nobody does."""
    found = await office.find_person(code)
    if found is None:
        raise InputError(unknown_person(code))
    return found


def unknown_person(code: str) -> str:
    """The sentence for a code that is not in the roster."""
    return _("There is no official with the code {code} in the roster.").format(code=code)
