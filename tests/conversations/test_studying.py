"""Sending to study over real doors and one database: asked at one, decided at another, proven to the end."""

from collections.abc import AsyncIterator
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document

from bot.command_line import run_words
from bot.commands.study import read_entry
from bot.errors import UsageError
from bot.papers.handing import file_of
from bot.wiring import Office
from handlers.asking import Channel, Incoming
from handlers.hr.study_entering import Entry, NotEnteredError
from knowledge.evaluate import evaluate
from knowledge.facts import Person, PersonCode
from knowledge.findings import Accountable
from knowledge.study_cases import Course, StudyAct, StudyState
from tests.conversations.doors import at_telegram, at_terminal, at_web, link
from tests.databases import make_home
from tests.offices import TODAY, sample_office

COURSE = Course("Tiếng Anh B1", date(2026, 10, 5), date(2026, 12, 20))
PAPER = "Quyết định cử đi học số 9, ngày 01/10/2026"


@pytest.fixture(scope="module")
async def office(server_url: str) -> AsyncIterator[Office]:
    with make_home("study") as home:
        async with sample_office(server_url, home) as opened:
            yield opened


async def accountable(office: Office, code: str, criterion: str) -> Accountable | None:
    person = await find(office, code)
    rules = (await office.rule_book()).on(TODAY)
    return next(one.accountable for one in evaluate(person, rules) if one.criterion == criterion)


async def find(office: Office, code: str) -> Person:
    person = await office.find_person(code)
    assert person is not None
    return person


async def test_a_request_goes_from_one_door_to_another_and_its_decision_back(office: Office) -> None:
    async with at_terminal(office) as asker, at_web(office) as head, at_telegram(office) as phone:
        await link(asker, "CB002", office)
        await link(phone, "CB002", office)  # the same official at a second door
        await link(head, "CB001", office)

        assert "Gửi đến: Nguyễn Văn Mẫu (CB001)" in await asker.says("đề nghị cử đi học tiếng Anh tháng 3")
        assert "Đã báo cho: Nguyễn Văn Mẫu" in await asker.presses("Gửi đề nghị")
        assert "không lập thêm" in await phone.says("tôi xin đi học ngoại ngữ")

        assert "có nội dung mới" in await head.is_told(office)
        opened = await head.presses("Xem")
        assert "chờ thủ trưởng trả lời" in opened
        assert "đề nghị được cử đi học" in opened
        await head.presses("Yêu cầu điều chỉnh")
        assert "yêu cầu điều chỉnh" in await head.says("Chuyển sang quý II để kịp bàn giao việc")

        assert "Chuyển sang quý II" in await phone.says("đề nghị đi học của tôi đến đâu rồi") + await phone.presses(
            "Xem hồ sơ cử đi học số 1"
        )
        await phone.presses("Điều chỉnh đề nghị")
        await phone.says("Tiếng Anh bậc 3, Trường Chính trị tỉnh")
        await phone.says("quý II")
        assert "gửi lại đề nghị" in await phone.presses("Gửi đề nghị")

        await head.says("/cudihoc")
        await head.presses("Xem hồ sơ cử đi học số 1")
        assert "quyết định cử cán bộ đi học" in await head.presses("Đồng ý cử đi học")
        assert "đã được cử đi học" in await asker.says("/dihoc")

    verdict = await office.verify_audit()
    assert verdict.is_intact


async def test_the_record_is_handed_over_as_a_word_document(office: Office) -> None:
    asked = Incoming(Channel.WEB, "w", choice="study.paper|1", person=PersonCode("CB002"))
    file = file_of(await office.desk.answer(asked), office.describe)
    assert file is not None
    read = Document(BytesIO(file.content))
    assert "quyết định cử" in read.tables[1].rows[-1].cells[3].text.lower()
    assert any("Công văn 2123/UBND-NC" in one.text for one in read.paragraphs)


# --- what was decided on paper


async def enter(office: Office, act: str, on: date, by: str = "CB015", **more: object) -> StudyState:
    entry = Entry(StudyAct(act), on, PAPER, **more)  # type: ignore[arg-type]
    case, _told = await office.study.enter(entry, await find(office, by))
    return case.state


async def test_papers_are_entered_and_verdicts_follow_them(office: Office) -> None:
    begun = {"person": "CB017", "criterion": "ngoai_ngu", "course": COURSE, "who": "CB019"}
    assert await enter(office, "sent", date(2026, 10, 1), **begun) is StudyState.SENT
    ((case, _official),) = await office.study.list_cases(None, "CB017", with_ended=True)
    assert await accountable(office, "CB017", "ngoai_ngu") is Accountable.UNASSIGNED

    assert await enter(office, "not_attended", date(2026, 11, 2), case=case.number) is StudyState.NOT_ATTENDED
    assert await accountable(office, "CB017", "ngoai_ngu") is Accountable.OFFICIAL
    assert await office.study.list_cases(None, "CB017", with_ended=False) == []
    found = await office.study.find_for_paper(case.number)
    assert found is not None
    assert found[0].events[0].paper == PAPER


WRONG = [
    pytest.param({"by": "CB002"}, "không phụ trách", id="by somebody who is not HR"),
    pytest.param({"by": "CB016"}, "không phụ trách", id="by HR of another unit"),
    pytest.param({"person": "CB999"}, "CB999", id="of nobody on the roster"),
    pytest.param({"criterion": "toan"}, "toan", id="for what is no criterion"),
    pytest.param({"criterion": None}, "--criterion", id="for no criterion"),
    pytest.param({"who": None}, "--who", id="decided by nobody"),
    pytest.param({"who": "CB017"}, "--who", id="decided by the official"),
    pytest.param({"on": date(2027, 1, 1)}, "01/01/2027", id="on a day to come"),
    pytest.param({"act": "refused"}, "--case", id="a refusal of no case"),
    pytest.param({"case": 99}, "99", id="of a case that is not there"),
]


@pytest.mark.parametrize(("changed", "said"), WRONG)
async def test_a_wrong_entry_says_what_is_wrong_and_changes_nothing(office: Office, changed: dict, said: str) -> None:
    entry = {
        "act": "sent",
        "on": date(2026, 10, 1),
        "person": "CB017",
        "criterion": "tin_hoc",
        "course": COURSE,
        "who": "CB019",
    }
    before = len(await office.study.list_cases(None, None, with_ended=True))
    with pytest.raises(NotEnteredError, match=said):
        await enter(office, **{**entry, **changed})
    assert len(await office.study.list_cases(None, None, with_ended=True)) == before


async def test_nothing_is_entered_before_what_happened_last_or_out_of_order(office: Office) -> None:
    ((case, _official),) = await office.study.list_cases(None, "CB017", with_ended=True)
    with pytest.raises(NotEnteredError, match="trước"):
        await enter(office, "attended", date(2026, 10, 30), case=case.number)
    with pytest.raises(NotEnteredError, match=str(case.number)):
        await enter(office, "refused", date(2026, 11, 3), case=case.number, words="Không còn lớp", who="CB019")


@pytest.mark.parametrize(
    ("act", "days", "said"),
    [
        ("foo", (TODAY, None, None), "requested"),
        ("said_attended", (TODAY, None, None), "requested"),
        ("sent", (None, None, None), "--on"),
        ("sent", (TODAY, date(2027, 2, 1), date(2027, 1, 1)), "kết thúc"),
    ],
)
def test_wrong_use_is_told_before_anything_is_opened(act: str, days: tuple, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_entry(act, PAPER, days, case=None, person="CB017", criterion="tin_hoc", course="Tin học")


def test_the_commands_know_their_words(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run_words(["study", "record", "foo", "--by", "CB015", "--paper", "x", "--on", "2026-10-01"]) == 2
    assert run_words(["study", "list", "--unit", "A", "--person", "B"]) == 2
    assert run_words(["study", "--help"]) == 0
    assert "paper" in capsys.readouterr().out
