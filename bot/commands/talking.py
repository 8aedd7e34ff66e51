"""`chat`: the terminal door."""

import sys
from datetime import date

from bot import on_terminal
from bot.commands.asking import record_looks
from bot.commands.roster import get_person
from bot.settings import Settings
from bot.wiring import open_office
from knowledge.facts import PersonCode


async def talk(settings: Settings, person: str | None, on: date | None) -> None:
    """Talk until the visitor leaves. Raises InputError for a person who is not in the roster."""
    async with open_office(settings, keeps_threads=False) as office:
        if person is not None:
            await get_person(office, person)
        await record_looks(office, [person])
        visit = on_terminal.Visit(
            person=PersonCode(person) if person is not None else None, on=on, locale=settings.locale
        )
        await office.desk.prepare()
        await on_terminal.chat(visit, desk=office.desk, describe=office.describe, source=sys.stdin, screen=sys.stdout)
