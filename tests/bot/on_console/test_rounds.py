"""A new review round is written in the browser, looked at, and changed before anybody is asked to confirm it."""

import re
from html import unescape

from tests.bot.on_console.opening import HR_OF_PROVINCE

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
CHOSEN = re.compile(r'value="([^"]+)" (?:selected|checked)')


async def test_a_new_round_keeps_what_was_chosen_when_it_is_changed_before_it_is_sent(console):
    async with console.inside(HR_OF_PROVINCE) as hr:
        _status, empty = await hr.get("/console/rounds/new")
        written = {
            "viec": "mo",
            "ma_dot": "DOT-MOI",
            "ten": "Đợt mới",
            "can_cu": "02-QĐi/TU",
            "han": "2027-06-30",
            "mo_tu_ngay": "2026-12-01",
            "ma_don_vi": "SNV-MAU",
            "nhom_chuc_danh": re.search(r'name="nhom_chuc_danh".*?value="(\w+)"', empty)[1],
            "dien_quan_ly": re.search(r'name="dien_quan_ly".*?value="(\w+)"', empty)[1],
            "tieu_chi": "ngoai_ngu",
        }
        _status, seen = await hr.post("/console/rounds/check", **written)
        brought = {name: unescape(value) for name, value in HIDDEN.findall(seen) if name != "mark"}
        assert brought["han"] == "30/06/2027"
        _status, again = await hr.post("/console/rounds/send", **brought, edit="1")
    chosen = set(CHOSEN.findall(again))
    assert {written[name] for name in ("ma_don_vi", "nhom_chuc_danh", "dien_quan_ly", "tieu_chi")} <= chosen
    assert 'name="han" required value="2027-06-30"' in again
    assert 'name="mo_tu_ngay" value="2026-12-01"' in again
    assert "khong" not in chosen  # the day of the deadline was not ticked, and stays so
    assert 'name="tinh_ca_ngay_han" value="co">' in again
