"""A proposal that a page left open is gone on with only as long as the official is below whoever fills it in."""

import re
from html import unescape

from sqlalchemy import update

from knowledge.facts import PersonCode
from storage.tables import people
from tests.bot.on_console.opening import HEAD, words_of

BELOW, ELSEWHERE = PersonCode("CB002"), "SNV-MAU"
KEPT = re.compile(r'<input type="hidden" name="(form|step|values|seal)" value="([^"]*)">')


async def test_a_page_left_open_names_nothing_of_who_is_below_no_more(console):
    office = console.office
    official = await office.find_person(BELOW)
    async with console.inside(HEAD) as head:
        await head.get("/console/study")
        status, page = await head.post("/console/study", token=f"study.propose|{BELOW}")
        assert status == 200
        assert "study.proposing|criterion:" in page
        kept = {name: unescape(value) for name, value in KEPT.findall(page)}
        await _move(office, ELSEWHERE)
        try:
            for step in ({"token": "study.proposing|:"}, {"says": "1", "words": "Ngoại ngữ"}):
                status, page = await head.post("/console/study", **kept, **step)
                assert status == 404, step
                assert "study.proposing" not in page
                assert official.name not in words_of(page)
        finally:
            await _move(office, official.unit)


async def _move(office, unit):
    async with office.open_cabinet() as cabinet:
        await cabinet.connection.execute(update(people).where(people.c.code == BELOW).values(unit=unit))
