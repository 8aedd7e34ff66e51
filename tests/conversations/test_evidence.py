"""A certificate with its picture over real doors and one database: handed in at one, verified at another."""

import base64
import json
import re
from collections.abc import AsyncIterator
from datetime import date
from io import BytesIO

import pytest
from PIL import Image

from bot.commands.broadcasting import find_teller
from bot.commands.evidence import decide, print_waiting, show_one
from bot.errors import InputError
from bot.wiring import Office
from handlers.phrases import locale_of
from knowledge.evaluate import evaluate
from knowledge.findings import State
from tests.bot.handed_in.hostile import HTML, pdf, photo_with_place, text_of
from tests.conversations.doors import TelegramGuest, WebGuest, ZaloOaGuest, at_telegram, at_web, at_zalo_oa, link
from tests.databases import make_home
from tests.offices import TODAY, sample_office


@pytest.fixture(scope="module")
async def office(server_url: str) -> AsyncIterator[Office]:
    with make_home("evidence") as home:
        async with sample_office(server_url, home) as opened:
            yield opened


def number_in(answer: str) -> str:
    """Its number, whichever other tests handed something in before."""
    found = re.search(r"Minh chứng số (\d+)", answer)
    assert found is not None, answer
    return found[1]


async def state_of(office: Office, code: str, criterion: str) -> State:
    person = await office.find_person(code)
    assert person is not None
    rules = (await office.rule_book()).on(TODAY)
    return next(one.state for one in evaluate(person, rules) if one.criterion == criterion)


async def test_a_photo_from_telegram_is_verified_in_the_web_chat_and_the_verdict_follows(office: Office) -> None:
    async with at_telegram(office) as official, at_web(office) as hr:
        assert isinstance(official, TelegramGuest)
        assert isinstance(hr, WebGuest)
        assert "đã liên kết" in await official.hands_in(photo_with_place())  # of a stranger nothing is fetched
        await link(official, "CB002", office)
        await link(hr, "CB015", office)
        assert await state_of(office, "CB002", "ngoai_ngu") is State.MISSING

        assert "Đã lưu tệp" in await official.hands_in(photo_with_place(), text="ielts 6.0 cấp ngày 12/5/2026 số A-9")
        assert "không phải ảnh" in await official.hands_in(HTML, "chung-chi.jpg")
        assert "1 tệp" in await official.says("Hội đồng Anh")
        number = number_in(await official.presses("Nộp"))
        assert await state_of(office, "CB002", "ngoai_ngu") is State.PENDING

        await hr.says("/duyet")
        shown = await hr.presses(f"Số {number} · Trần Thị Mẫu")
        assert "Đã đạt với IELTS 6.0" in shown
        await hr.presses("Mở ảnh 1")
        assert hr.file is not None
        with Image.open(BytesIO(base64.b64decode(hr.file["data"]))) as picture:
            assert (picture.size, dict(picture.getexif())) == ((40, 60), {})
        await hr.presses("Quay lại minh chứng")
        assert "Đã xác minh" in await hr.presses("Xác minh")

        told = await official.is_told(office)
        assert f"minh chứng số {number}" in told
        assert "IELTS" not in told
        assert "đã xác minh" in await official.presses("Xem")
    assert await state_of(office, "CB002", "ngoai_ngu") is State.MET
    assert (await office.verify_audit()).is_intact


async def test_a_picture_and_a_pdf_from_zalo_are_verified_in_the_web_chat(office: Office) -> None:
    async with at_zalo_oa(office) as official, at_web(office) as hr:
        assert isinstance(official, ZaloOaGuest)
        assert isinstance(hr, WebGuest)
        await link(official, "CB003", office)
        await link(hr, "CB015", office)
        await official.hands_in(photo_with_place(), text="toeic 700 cấp ngày 12/5/2026 số Z-1, nơi cấp: IIG")
        assert "2 tệp" in await official.hands_in(pdf(), "toeic.pdf")
        assert "không phải ảnh" in await official.hands_in(HTML, "toeic.pdf")
        number = number_in(await official.presses("Nộp"))
        await hr.says("/duyet")
        assert "TOEIC 700" in await hr.presses(f"Số {number} · Lê Mẫu Bốn Chấm")
        await hr.presses("Mở ảnh 1")
        assert hr.file is not None
        await hr.presses("Quay lại minh chứng")
        assert "Đã xác minh" in await hr.presses("Xác minh")
        assert f"minh chứng số {number}" in await official.is_told(office)
        assert "đã xác minh" in await official.presses("Xem")


async def test_a_pdf_from_the_web_chat_is_rejected_with_a_reason_that_is_read_there(office: Office) -> None:
    async with at_web(office) as official, at_telegram(office) as hr:
        assert isinstance(official, WebGuest)
        await link(official, "CB017", office)
        await link(hr, "CB015", office)
        await official.says("nộp chứng chỉ toeic 600 cấp ngày 12/5/2026 số hiệu T-9, nơi cấp: IIG")
        assert "Đã lưu tệp" in await official.hands_in(pdf(script="app.alert(1)"), "anh.jpg")
        number = number_in(await official.presses("Nộp"))

        await hr.says("chứng chỉ nào đang chờ tôi xác minh")
        listed = await hr.says("/duyet")
        assert f"Số {number}" in listed
        await hr.presses(next(one for one in hr._visitor.buttons() if one.startswith(f"Số {number} ")))
        await hr.presses("Mở PDF 1")
        await hr.says("/duyet")
        await hr.presses(next(one for one in hr._visitor.buttons() if one.startswith(f"Số {number} ")))
        await hr.presses("Từ chối, nêu lý do")
        assert "Đã từ chối" in await hr.says("Chứng chỉ này không có trên trang tra cứu của đơn vị cấp")

        assert f"minh chứng số {number}" in await official.is_told(office)
        assert "không có trên trang tra cứu" in await official.presses("Xem")
        await official.presses("Mở PDF 1")
        assert official.file is not None
        content = base64.b64decode(official.file["data"])
        assert "Certificate page 1" in text_of(content)[0]
        assert b"JavaScript" not in content


# --- at the command line, and in the plan of the day


@pytest.fixture
async def number(office: Office) -> int:
    """The number of a certificate that waits since Friday."""
    async with office.open_cabinet() as cabinet:
        added = await cabinet.connection.exec_driver_sql(
            "INSERT INTO evidence (person, kind, credential_number, issued_on, is_new, state, version, submitted_at,"
            " changed_at) VALUES ('CB002', 'ic3', 'A-' || md5(random()::text), '2026-05-12', true, 'waiting', 1,"
            " '2026-11-20 09:00+07', '2026-11-20 09:00+07') RETURNING number"
        )
        return int(added.scalar_one())


async def test_hr_lists_shows_and_decides_at_the_command_line(
    office: Office, number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with locale_of("vi"):
        hr, stranger = await find_teller(office, "CB015"), await find_teller(office, "CB003")
        await print_waiting(hr, as_json=True)
        assert [one["number"] for one in json.loads(capsys.readouterr().out)] == [number]
        await show_one(hr, number)
        shown = capsys.readouterr().out
        assert "IC3" in shown
        assert f"nhacchuan evidence verify|reject|ask {number} --by CB015 --seen 1" in shown

        for who, seen, words in ((stranger, 1, None), (hr, 7, None)):
            with pytest.raises(InputError):
                await decide(who, number, "verify", seen, words)
        with pytest.raises(InputError):
            await decide(hr, number, "reject", None, "x")
        await decide(hr, number, "reject", None, "Số hiệu không đúng với bản chính")
        assert "Số hiệu không đúng" in capsys.readouterr().out
        with pytest.raises(InputError):
            await decide(hr, number, "verify", None, None)
        await print_waiting(hr, as_json=False)
        assert "0 minh chứng đang chờ" in capsys.readouterr().out
    async with office.open_cabinet() as cabinet:
        done = {(who, what) for _at, who, what in await cabinet.audit.list_about("CB002", 50)}
    assert {("CB015", "looked_at_evidence"), ("CB015", "rejected_evidence")} <= done


async def test_hr_is_told_in_the_message_of_the_day_once_and_once_more_when_it_waits_for_long(
    office: Office, number: int
) -> None:
    async def owed(day: int) -> list[tuple[str, str, str]]:
        async with office.push.read_plan(date(2026, 11, day)) as (_telling, _agenda, planned):
            return [(one.owed.to, one.owed.stage, one.text) async for one in planned if one.owed.kind == "evidence"]

    monday = await owed(23)
    assert ("CB015", "new") in {one[:2] for one in monday}
    assert all("Có 1 minh chứng" in text for _to, _stage, text in monday)
    await office.push.plan_and_store(date(2026, 11, 23), {"telegram": "telegram:1"})
    assert (await owed(23), await owed(25)) == ([], [])
    assert ("CB015", "late") in {one[:2] for one in await owed(26)}
    async with office.open_cabinet() as cabinet:
        await cabinet.connection.exec_driver_sql("DELETE FROM evidence WHERE number = %s", (number,))
    assert await owed(26) == []
