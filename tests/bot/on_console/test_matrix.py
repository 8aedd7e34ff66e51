"""Every role on every address: nothing is shown to whom it is not for, and nobody outside of one's units is named."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from bot.on_console.contents import MENU, PAGES
from bot.on_console.pages import Page
from bot.on_console.seats import Member, find_member
from knowledge.facts import Person
from tests.bot.on_console.matrix import MATRIX, Row
from tests.bot.on_console.opening import ROLES, Browser, words_of

OUTSIDE = {"entrance", "code", "enter", "enter.now", "leave", "language"}  # for whoever is not in; tried in entering
BY_NAME = {one.name: one for one in PAGES}
TRIED = [(name, row) for name, rows in MATRIX.items() for row in rows]


@pytest.fixture(scope="module")
async def browsers(console) -> AsyncIterator[dict[str, Browser]]:
    """One browser of each role, inside where they may be."""
    async with AsyncExitStack() as stack:
        yield {role: await stack.enter_async_context(console.inside(person)) for role, person in ROLES.items()}


@pytest.fixture(scope="module")
async def everybody(console) -> list[Person]:
    return [one async for one in console.office.stream_people(None)]


@pytest.fixture(scope="module")
async def members(console, everybody) -> dict[str, Member | None]:
    """What each role is, by the roster."""
    today = (await console.office.rule_book()).on(console.office.clock.today())
    people = {one.code: one for one in everybody}
    return {role: find_member(people[code], today) if code else None for role, code in ROLES.items()}


def test_every_address_has_a_row(console):
    named = {
        (route.name or "").removeprefix("console.")
        for route in console.app.router.routes()
        if route.resource is not None and route.resource.canonical.startswith("/console") and route.name is not None
    }
    unnamed = [
        route.resource.canonical
        for route in console.app.router.routes()
        if route.resource is not None and route.resource.canonical.startswith("/console") and route.name is None
    ]
    assert set(unnamed) <= {"/console/static"}
    assert named == OUTSIDE | BY_NAME.keys()
    assert BY_NAME.keys() == MATRIX.keys()
    assert {name for name, _words, _may in MENU} <= BY_NAME.keys()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("name", "row"), TRIED, ids=[f"{name}-{place}" for place, (name, _row) in enumerate(TRIED)])
async def test_an_address_answers_only_whom_it_is_for(console, browsers, members, everybody, role, name, row):
    page, member = BY_NAME[name], members[role]
    about = next((one for one in everybody if one.code == row.of_person), None)
    expected = _expected(page, row, member, about, role)
    status, shown = await _try(console, browsers[role], page, row)
    assert status == expected, words_of(shown)[:600]
    if member is not None:
        _ensure_nobody_else_is_named(shown, member, everybody, row)


def _expected(page: Page, row: Row, member: Member | None, about: Person | None, role: str) -> int:
    if member is None:
        return 303  # to the entrance
    if not member.seats & page.may:
        return 403
    if about is not None and about.unit not in member.units and about.code != member.person.code:
        return 404
    return row.seen if page.method == "GET" else row.done_by.get(role, row.done)


async def _try(console, browser: Browser, page: Page, row: Row) -> tuple[int, str]:
    path = str(console.app.router[f"console.{page.name}"].url_for(**row.path))
    if page.method == "GET":
        return await browser.get(f"{path}?{row.query}" if row.query else path)
    return await browser.post(path, **row.fields)


def _ensure_nobody_else_is_named(shown: str, member: Member, everybody: list[Person], row: Row) -> None:
    said = words_of(shown)
    given = " ".join([*row.path.values(), row.query])
    for one in everybody:
        if one.unit in member.units or one.code == member.person.code:
            continue
        assert one.name not in said, f"{one.name} is named"
        assert row.holds_codes or one.code not in said or one.code in given, f"{one.code} is named"


@pytest.mark.parametrize("name", [one.name for one in PAGES if one.method == "POST"])
async def test_a_form_without_the_mark_of_the_session_is_refused(console, browsers, members, name):
    page = BY_NAME[name]
    role = next(role for role, member in members.items() if member is not None and member.seats & page.may)
    path = str(console.app.router[f"console.{name}"].url_for(**MATRIX[name][0].path))
    assert (await browsers[role].post(path, mark="0" * 64))[0] == 403
    assert (await browsers[role].post(path, origin="https://evil.example"))[0] == 403
