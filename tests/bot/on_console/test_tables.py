"""A whole table brought from a file: what is wrong stands beside its row, and a second person decides on the rest."""

import re

import aiohttp
import pytest

from tests.bot.on_console.opening import HR_OF_PROVINCE, words_of

HEADER = "nhom_chuc_danh,tieu_chi,muc_toi_thieu,can_cu,tu_ngay\n"
WRONG = HEADER + "truong_phong,ngoai_ngu,bac_9,02-QĐi/TU,01/01/2026\ntruong_phong,tin_hoc,co_ban,02-QĐi/TU,31/02/2026\n"
RIGHT = HEADER + "nhom_moi_thu,tin_hoc,co_ban,02-QĐi/TU,01/01/2026\n"
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


@pytest.fixture
async def hr(console):
    async with console.inside(HR_OF_PROVINCE) as browser:
        yield browser


async def _bring(browser, content: str) -> str:
    form = aiohttp.FormData({"mark": browser.mark, "sheet": "tieu_chuan", "thay": ""})
    form.add_field("file", content.encode(), filename="bang.csv", content_type="text/csv")
    where = f"{browser.console.url}/console/standards/check"
    async with browser.session.post(where, data=form, headers={"Origin": browser.console.url}) as answer:
        assert answer.status == 200
        return await answer.text()


async def test_what_is_wrong_stands_beside_its_row_when_a_file_is_checked(hr):
    page = await _bring(hr, WRONG)
    assert page.count('<tr class="wrong">') == 2
    assert 'name="dong"' not in page
    assert "bac_9" in page


async def test_a_table_waits_for_a_second_person_when_it_is_sent(hr):
    page = await _bring(hr, RIGHT)
    brought = dict(HIDDEN.findall(page))
    status, sent = await hr.post(
        "/console/standards/send", sheet="tieu_chuan", dong=brought["dong"].replace("&#34;", '"'), thay="", name="b.csv"
    )
    assert status == 200
    number = re.search(r"<h1>[^<]*?(\d+)", sent)[1]
    _status, shown = await hr.get(f"/console/proposals/{number}")
    assert "/confirm" not in shown
    assert "nhom moi thu" in shown
    status, done = await hr.post(f"/console/proposals/{number}/take-back")
    assert status == 200
    assert number in words_of(done)
