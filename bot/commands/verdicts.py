"""`gaps`: verdicts for one person, a unit and all below it, or everybody."""

import json
import sys
from collections.abc import AsyncIterator
from datetime import date

from bot.commands.roster import get_person
from bot.errors import InputError
from bot.json_views import finding_as_json
from bot.render import render_text
from bot.settings import Settings
from bot.wiring import Office, open_office
from handlers.heads.others import describe_person
from handlers.phrases import _
from handlers.verdicts import explain_state
from knowledge.evaluate import evaluate
from knowledge.facts import Person, UnitCode
from knowledge.rulebook import RulesOn


async def list_gaps(
    settings: Settings, *, person: str | None, unit: str | None, on: date | None, as_json: bool
) -> None:
    """Print verdicts; neither `person` nor `unit` means everybody. Raises InputError for an unknown code."""
    async with open_office(settings, keeps_threads=False) as office:
        book = await office.rule_book()
        rules = book.on(on or office.clock.today())
        subject, people = await _choose(office, rules, person, unit)
        # Before anything is shown: whoever stops reading half-way has looked all the same.
        await office.record_look(subject)
        if as_json:
            await _print_json(people, rules)
        else:
            await _print_text(people, rules, office)


async def _choose(
    office: Office, rules: RulesOn, person: str | None, unit: str | None
) -> tuple[str, AsyncIterator[Person]]:
    """Whom the look is about, by the code on record, and their people."""
    if person is not None:
        found = await get_person(office, person)
        return found.code, _only(found)
    if unit is None:
        return "all", office.stream_people(None)
    root = rules.find_unit(UnitCode(unit))
    if root is None:
        raise InputError(_("There is no unit with the code {code} in the roster.").format(code=unit))
    return root.code, office.stream_people(rules.units_within([root.code]))


async def _only(person: Person) -> AsyncIterator[Person]:
    yield person


async def _print_json(people: AsyncIterator[Person], rules: RulesOn) -> None:
    """One list, written as it is found, so that a province never stands in memory."""
    separator = "["
    async for person in people:
        for finding in evaluate(person, rules):
            view = finding_as_json(finding, lambda one: explain_state(one, rules.library))
            sys.stdout.write(f"{separator}\n{json.dumps(view, ensure_ascii=False)}")
            separator = ","
    sys.stdout.write("[]\n" if separator == "[" else "\n]\n")


async def _print_text(people: AsyncIterator[Person], rules: RulesOn, office: Office) -> None:
    async for person in people:
        sys.stdout.write(render_text(describe_person(person, rules), office.describe) + "\n\n")
