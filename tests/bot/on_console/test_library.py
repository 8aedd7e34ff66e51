"""The page of a document says what must be known before it is relied on."""

from html import unescape

import pytest

from tests.bot.on_console.opening import HR_OF_PROVINCE


@pytest.mark.parametrize(
    ("number", "limits"),
    [
        ("676/QĐ-UBND", ("Chỉ áp dụng cho tỉnh Hải Dương cũ", "không áp dụng cho")),
        ("2123/UBND-NC", ()),
    ],
)
async def test_a_document_of_elsewhere_is_shown_with_its_limits(console, number, limits):
    async with console.inside(HR_OF_PROVINCE) as hr:
        status, page = await hr.get(f"/console/library/document?number={number}")
    shown = unescape(page)
    assert status == 200
    assert all(one in shown for one in limits)
    assert ("không áp dụng cho" in shown) is bool(limits)
