"""The menu says where one is, on pages below its entries too, and holds what is one's own."""

import re

import pytest

from tests.bot.on_console.opening import ADMINISTRATOR, HR_OF_PROVINCE

MARKED = re.compile(r'<a href="/console/(\w+)" aria-current="(\w+)"')


@pytest.mark.parametrize(
    ("path", "marked"),
    [
        pytest.param("people", ("people", "page"), id="a page of the menu"),
        pytest.param("people/CB002", ("people", "true"), id="one official"),
        pytest.param("settings/time", ("settings", "true"), id="a page of the settings"),
        pytest.param("library/document?number=2123/UBND-NC", ("library", "true"), id="one document"),
        pytest.param("study", ("cases", "true"), id="who is sent to study stands below escalations"),
        pytest.param("proposals/999999", ("proposals", "true"), id="what is not there any more"),
    ],
)
async def test_the_entry_of_a_page_is_marked(console, path, marked):
    async with console.inside(HR_OF_PROVINCE) as hr:
        _status, page = await hr.get(f"/console/{path}")
    assert set(MARKED.findall(page)) == {marked}


async def test_an_administrator_finds_what_waits_and_the_settings(console):
    async with console.inside(ADMINISTRATOR) as administrator:
        _status, page = await administrator.get("/console/proposals")
        status, _page = await administrator.get("/console/settings/time")
    assert 'href="/console/settings"' in page
    assert status == 200
