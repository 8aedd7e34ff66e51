"""People who want what is not theirs: forged buttons, hostile names, patterns and headers, at an open office."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select, update

from bot.on_console.at_desk import hand_over
from handlers.asking import Channel, Incoming
from handlers.reply import File, Reply
from handlers.routing import BY_ACTION, BY_COMMAND
from storage.tables import people, units
from tests.bot.on_console.opening import HEAD, HR_OF_AGENCY, HR_OF_PROVINCE, OFFICIAL

SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(2)>'
# Actions of everybody that end what the visitor has; tried with subjects of others they would end the visitor's own.
OWN_END = {"data.delete.yes", "data.delete.all", "data.withdraw.yes"}


def words_of(reply: Reply) -> str:
    return " ".join([reply.title, *(line.text for line in reply.lines), *(choice.label for choice in reply.choices)])


@pytest.mark.parametrize(
    ("visitor", "subjects"),
    [
        pytest.param(None, ("CB001",), id="a stranger"),
        pytest.param(OFFICIAL, ("CB001", "1"), id="an official"),
    ],
)
async def test_no_forged_button_and_no_command_names_anybody_else(console, visitor, subjects):
    async with console.office.open_cabinet() as cabinet:
        found = await cabinet.connection.execute(select(people.c.code, people.c.name))
        names = {name for code, name in found if code != visitor}
        own = (await cabinet.connection.execute(select(people.c.name).where(people.c.code == visitor))).scalar()
    names -= {own}
    tokens = [f"{action}|{subject}" for action in BY_ACTION if action not in OWN_END for subject in subjects]
    for token in tokens:
        asked = Incoming(Channel.WEB, "hostile", choice=token, person=visitor)
        said = words_of(await console.office.desk.answer(asked))
        assert not [name for name in names if name in said], token
    for command in BY_COMMAND:
        asked = Incoming(Channel.WEB, "hostile", text=f"/{command} CB001", person=visitor)
        said = words_of(await console.office.desk.answer(asked))
        assert not [name for name in names if name in said], command


@asynccontextmanager
async def renamed(console, code: str, name: str, unit: str) -> AsyncIterator[None]:
    """Somebody and their unit are called otherwise inside the block."""
    async with console.office.open_cabinet() as cabinet:
        before = (
            await cabinet.connection.execute(
                select(people.c.name, people.c.name_folded, people.c.position, people.c.unit, units.c.name)
                .join(units, units.c.code == people.c.unit)
                .where(people.c.code == code)
            )
        ).one()
        is_them, is_theirs = people.c.code == code, units.c.code == before[3]
        await cabinet.connection.execute(update(people).where(is_them).values(name=name, position=name))
        await cabinet.connection.execute(update(units).where(is_theirs).values(name=unit))
    try:
        yield
    finally:
        async with console.office.open_cabinet() as cabinet:
            given = {"name": before[0], "name_folded": before[1], "position": before[2]}
            await cabinet.connection.execute(update(people).where(is_them).values(given))
            await cabinet.connection.execute(update(units).where(is_theirs).values(name=before[4]))


async def test_names_of_people_and_units_are_shown_as_text_on_every_page_that_has_them(console):
    async with renamed(console, "CB002", SCRIPT, IMAGE), console.inside(HR_OF_PROVINCE) as browser:
        pages = {}
        for path in ("/console/people", "/console/people/CB002", "/console/overview", "/console/audit"):
            _status, pages[path] = await browser.get(path)
            assert SCRIPT not in pages[path], path
            assert IMAGE not in pages[path], path
    shown = pages["/console/people/CB002"]
    assert "&lt;script&gt;" in shown
    assert "&lt;img src=x" in shown


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("%", id="everything, in LIKE"),
        pytest.param("_", id="any letter, in LIKE"),
        pytest.param(".*", id="everything, as a pattern"),
        pytest.param("(((((", id="a pattern that is none"),
        pytest.param("' OR '1'='1", id="everything, in SQL"),
        pytest.param("x'; DROP TABLE people; --", id="the end of the table"),
        pytest.param("\\", id="an escape without end"),
    ],
)
async def test_what_is_typed_into_the_search_is_looked_for_and_nothing_more(console, words):
    async with (
        console.inside(HR_OF_AGENCY) as browser,
        browser.session.get(
            f"{console.url}/console/people", params={"words": words, "q": words, "name": words, "search": words}
        ) as answer,
    ):
        page = await answer.text()
        assert answer.status in {200, 400}
        own = set(re.findall(r"CB\d{3}", (await browser.get("/console/people"))[1]))
    assert set(re.findall(r"CB\d{3}", page)) <= own, "beyond the agency's own people"
    asked = Incoming(Channel.WEB, "hostile", text=f"tìm {words}", person=HEAD)
    assert (await console.office.desk.answer(asked)).title
    async with console.office.open_cabinet() as cabinet:
        assert await cabinet.profiles.find_person("CB001") is not None


@pytest.mark.parametrize(
    "name",
    [
        pytest.param('a"; filename="b.exe', id="a second name"),
        pytest.param("a\r\nSet-Cookie: x=1", id="a second header"),
        pytest.param("../../etc/cron.d/x", id="a place above"),
        pytest.param("Bằng\u202egpj.exe", id="letters that turn round"),
    ],
)
def test_the_name_of_a_file_stays_one_name_in_its_header(name):
    header = hand_over(File(name, b"x", "application/pdf")).headers["Content-Disposition"]

    assert re.fullmatch(r'attachment; filename="[^"\r\n/\\]*"', header), header


async def test_a_host_and_an_origin_with_lines_in_them_forge_no_line_of_the_log(console, caplog):
    async with console.inside(None) as browser:
        status, _page = await browser.get("/console", Host="evil.example")
        assert status == 421
        status, _page = await browser.post("/console/code", origin="https://evil.example")
        assert status == 403
    assert all("\n" not in record.getMessage() for record in caplog.records)


async def test_paths_lead_nowhere_above_what_is_served(console):
    async with console.inside(None) as browser:
        above = "/static/../../settings.py", "/static/%2e%2e/door.py", "/console/static/..%2fapp.py", "/static/%00"
        for path in above:
            async with browser.session.get(console.url + path, allow_redirects=False) as answer:
                assert answer.status in {400, 403, 404}, path
                assert b"import" not in await answer.read()


async def test_guesses_at_the_console_are_stopped_by_network_whatever_browser_asks(console):
    async with console.office.open_cabinet() as cabinet:
        await cabinet.console.note_wrong("", console.office.clock.now())
        await cabinet.connection.exec_driver_sql("UPDATE network_tries SET wrong_tries = 300")
    try:
        async with console.inside(None) as browser:
            await browser.get("/console")
            status, page = await browser.post("/console/code", code="2345 6789")
            assert status == 429
            assert "quá nhiều" in page.casefold() or "Too many" in page
    finally:
        async with console.office.open_cabinet() as cabinet:
            await cabinet.connection.exec_driver_sql("DELETE FROM network_tries")
