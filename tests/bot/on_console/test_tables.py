"""A whole table brought from a file: what is wrong stands beside its row, and a second person decides on the rest."""

import re
from io import BytesIO

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


async def _bring(browser, content: str | bytes, status: int = 200) -> str:
    form = aiohttp.FormData({"mark": browser.mark, "sheet": "tieu_chuan", "thay": ""})
    file = BytesIO(content.encode() if isinstance(content, str) else content)
    form.add_field("file", file, filename="bang.csv", content_type="text/csv")
    where = f"{browser.console.url}/console/standards/check"
    async with browser.session.post(where, data=form, headers={"Origin": browser.console.url}) as answer:
        assert answer.status == status
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


async def test_every_wrong_row_is_named_when_there_are_more_problems_than_a_load_keeps(hr):
    page = await _bring(hr, HEADER + "sai,sai,sai,sai,sai\n" * 600)
    assert page.count('<tr class="wrong">') == 600
    assert "tu_ngay: " in page


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), ".xls"),
        (HEADER, "Không có dòng nào"),
        ("a,b\n1,2\n", "can_cu: "),
    ],
    ids=["an old workbook", "only names of columns", "other columns"],
)
async def test_what_is_wrong_with_the_file_is_said_when_it_holds_no_table(hr, content, said):
    page = await _bring(hr, content)
    assert said in words_of(page)
    assert 'name="dong"' not in page


async def test_the_most_is_said_when_a_file_is_too_large(hr):
    assert "tối đa 10 MB" in words_of(await _bring(hr, bytes(10 * 2**20), status=413))
