"""Slips with linking codes: each with its person, its code and until when, in Vietnamese letters, eight to a page."""

from datetime import UTC, datetime, timedelta

import pypdfium2
import pytest

from bot.linking import bot_link
from bot.papers.code_sheet import write_code_sheet
from bot.settings import Settings
from handlers.reply import CodeCard, CodeSheet

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
POST = "Chuyên viên chính phụ trách công tác tổ chức cán bộ, thi đua khen thưởng và bảo vệ chính trị nội bộ của cơ quan"


def make_sheet(people: int, link: str = "") -> CodeSheet:
    cards = [
        CodeCard(f"Đỗ Ướt {n}", f"CB{n:03}", POST, "Sở Mẫu", f"7KX4PQ{n:02}", NOW + timedelta(days=7))
        for n in range(people)
    ]
    return CodeSheet(tuple(cards), "Sở Mẫu", NOW, "Lê Mẫu (CB016)", link)


@pytest.mark.parametrize("link", ["https://t.me/mau_bot?start={code}", "https://zalo.me/123", ""])
def test_each_slip_can_be_read_and_stands_on_its_own(link: str) -> None:
    file = write_code_sheet(make_sheet(9, link))

    pages = pypdfium2.PdfDocument(file.content)
    texts = [pages[n].get_textpage().get_text_range() for n in range(len(pages))]
    assert len(texts) == 2
    assert "Đỗ Ướt 8" in texts[1]
    assert "Đỗ Ướt 8" not in texts[0]
    assert "7KX4 PQ08" in texts[1]
    assert "09:00 30/11/2026" in texts[1]
    assert "Lê Mẫu (CB016)" in texts[0]


def test_link_brings_the_code_along_where_the_channel_can(tmp_path) -> None:
    def link(**set_to: str) -> str:
        return bot_link(Settings(_env_file=None, home=tmp_path, **set_to))  # type: ignore[call-arg,arg-type]

    assert link(telegram_name="@mau_bot") == "https://t.me/mau_bot?start={code}"
    assert link(zalo_oa_app_id="1", zalo_oa_id="22", zalo_oa_app_secret="3") == "https://zalo.me/22"
    assert link() == ""
