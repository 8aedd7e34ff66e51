"""A ruling from the first sentence to the answer that it gives: three people, two doors, one database."""

from collections.abc import AsyncIterator

import pytest

from bot.wiring import Office
from tests.conversations.doors import at_terminal, at_web, link
from tests.databases import make_home
from tests.offices import sample_office

QUESTION = "TOPIK 3 có được tính không?"


@pytest.fixture(scope="module")
async def office(server_url: str) -> AsyncIterator[Office]:
    with make_home("office") as home:
        async with sample_office(server_url, home) as opened:
            yield opened


async def test_ruling_is_proposed_at_one_door_confirmed_at_another_and_answers_the_next(office: Office) -> None:
    async with at_terminal(office) as author, at_web(office) as second, at_web(office) as asker:
        await link(author, "CB016", office)
        await link(second, "CB015", office)
        await link(asker, "CB001", office)
        assert "Theo ý kiến" not in await asker.says(QUESTION)

        said = "ghi ý kiến: TOPIK 3 trở lên tính là bậc 3, lý do: Sở đã thống nhất với các trường"
        preview = await author.says(said)
        sent = await author.presses("Gửi người thứ hai xác nhận")
        own = await author.presses("Đề xuất chờ xác nhận")
        assert "trở lên được tính là ngoại ngữ: Bậc 3. Lý do: Sở đã thống nhất với các trường." in preview
        assert "Đã báo cho 1 đồng nghiệp" in sent
        assert "Của đồng chí" in own
        assert "không tự xác nhận được" in await author.presses("Xem đề xuất 1")

        await second.says("/ykien")
        await second.presses("Đề xuất chờ xác nhận")
        seen = await second.presses("Xem đề xuất 1")
        assert "Áp dụng cho" in seen
        assert "người có kết quả khác đi" in seen
        assert "YK-2026-0001" in await second.presses("Xác nhận")
        assert "đã được CB015 xác nhận" in await author.presses("Rút lại")

        answer = await asker.says(QUESTION)
        assert "Theo ý kiến của" in answer
        assert "Ý kiến YK-2026-0001 ngày 21/11/2026 của" in answer

    verdict = await office.verify_audit()
    assert verdict.is_intact
