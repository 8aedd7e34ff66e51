"""Hours of sending are proposed on one desk and confirmed on another, and what waits is seen where it will hold."""

import re
from html import unescape

from tests.bot.on_console.opening import ADMINISTRATOR, HR_OF_PROVINCE, words_of

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
LAST = re.compile(r"/console/proposals/(\d+)")


def brought(page: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in HIDDEN.findall(page) if name != "mark"}


async def propose(browser, **fields: str) -> str:
    """What the page of working time shows once these are sent to a second person."""
    _status, seen = await browser.post("/console/settings/time/check", **fields)
    assert "Những thay đổi" in seen, words_of(seen)[:400]
    _status, sent = await browser.post("/console/settings/time/send", **brought(seen))
    assert "đang chờ người thứ hai" in words_of(sent)
    return (await browser.get("/console/settings/time"))[1]


async def confirm(browser, page: str) -> None:
    """Say yes to the proposal that this page shows last."""
    number = LAST.findall(page)[-1]
    _status, seen = await browser.get(f"/console/proposals/{number}")
    _status, said = await browser.post(f"/console/proposals/{number}/confirm", seen=brought(seen)["seen"])
    assert "Đã xác nhận" in words_of(said)


async def test_hours_hold_once_an_administrator_confirmed_them_and_end_the_other_way_round(console):
    async with console.inside(HR_OF_PROVINCE) as hr, console.inside(ADMINISTRATOR) as administrator:
        waiting = await propose(hr, kind="hours", viec="gio", tu="08:30", den="16:00", ly_do="Giờ mùa đông")
        assert "Giờ gửi tin" in words_of(waiting)
        assert "từ 07:30 đến 17:00" in words_of(waiting)
        await confirm(administrator, waiting)
        _status, shown = await hr.get("/console/settings")
        assert "từ 08:30 đến 16:00" in words_of(shown)

        await confirm(hr, await propose(administrator, kind="hours", viec="bo", ly_do="Hết mùa đông"))
        _status, shown = await hr.get("/console/settings")
        assert "từ 07:30 đến 17:00" in words_of(shown)


async def test_a_day_that_only_hr_declares_is_refused_to_an_administrator(console):
    day = {"kind": "day", "viec": "nghi", "ngay": "2027-03-19", "ly_do": "Bão", "can_cu": "12/CĐ-UBND"}
    async with console.inside(HR_OF_PROVINCE) as hr, console.inside(ADMINISTRATOR) as administrator:
        _status, seen = await hr.post("/console/settings/time/check", **day)
        _status, refused = await administrator.post("/console/settings/time/check", **day)
    assert "Thứ Sáu, 19/03/2027" in words_of(seen)
    assert "Chỉ bộ phận tổ chức phụ trách toàn tỉnh" in words_of(refused)
