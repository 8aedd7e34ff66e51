"""HR and heads ask for a file in their own words or with buttons; everybody else is refused."""

from typing import Any

import pytest

from handlers.reply import Outcome
from handlers.reports.asked import ReportKind
from knowledge.facts import CriterionCode, ManagedBy, Role
from knowledge.understanding.meaning import Entities, Intent, Meaning
from tests.fakes import ReadsAs
from tests.handlers.desks import TriedDesk
from tests.handlers.visits import code
from tests.people import DIVISION, official

HEAD = official(code=code("CB100"), roles=frozenset({Role.OFFICIAL, Role.HEAD}))
MEMBER = official()
BELOW = official(code=code("CB002"), unit=DIVISION.code)


class AlwaysReports(ReadsAs):
    """Reads everything as asking for a report, with what it is told that the words name."""

    def __init__(self) -> None:
        self.named: dict[str, Any] = {}

    @property
    def meaning(self) -> Meaning:
        return Meaning(intent=Intent.HR_REPORTS, confidence=1.0, entities=Entities(**self.named))


@pytest.fixture
def desk(loaded) -> TriedDesk:
    return TriedDesk(loaded, AlwaysReports(), people=(HEAD, MEMBER, BELOW))


def exported(desk: TriedDesk) -> dict[str, Any]:
    (entry,) = [one for one in desk.drawers.audit.entries if one.action == "exported_report"]
    return {"subject": entry.subject, **entry.details}


@pytest.mark.parametrize(
    ("said", "named", "kind", "form", "more"),
    [
        ("xuất danh sách còn thiếu", {}, ReportKind.MISSING, "xlsx", {}),
        (
            "in ds còn thiếu ngoại ngữ bản word",
            {"criteria": (CriterionCode("ngoai_ngu"),)},
            ReportKind.MISSING,
            "docx",
            {"criterion": "ngoai_ngu"},
        ),
        ("xuat ds thieu cua phong", {"units": (DIVISION.code,)}, ReportKind.MISSING, "xlsx", {"subject": "PHONG-MAU"}),
        ("xuất danh sách thiếu diện ban cán sự", {}, ReportKind.MISSING, "xlsx", {"managed_by": "bcsd_ubnd_tinh"}),
        ("báo cáo năm", {}, ReportKind.YEARLY, "xlsx", {"on": "2026-11-21"}),
        ("báo cáo năm 2025", {}, ReportKind.YEARLY, "xlsx", {"on": "2025-12-31"}),
        ("xuat bc nam ra word", {}, ReportKind.YEARLY, "docx", {}),
        ("danh sách còn đủ 05 năm công tác chưa hoàn thiện", {}, ReportKind.SERVICE_LEFT, "xlsx", {}),
        ("xuất kết quả đợt DOT-1", {}, ReportKind.ROUND, "xlsx", {"round": "DOT-1"}),
        ("xuất bản ghi nhắc CB001", {"person_words": "CB001"}, ReportKind.REMINDERS, "xlsx", {"subject": "CB001"}),
    ],
)  # fmt: skip
async def test_the_report_meant_is_handed_over_when_it_is_asked_for(desk, said, named, kind, form, more):
    desk.reader.named = named
    reply = await desk.say(said, person=HEAD)
    assert (reply.file is not None, reply.paper is not None) == (form == "xlsx", form == "docx")
    made = exported(desk)
    assert (made["report"], made["form"]) == (kind.value, form)
    assert more.items() <= made.items()


@pytest.mark.parametrize("said", ["/baocao", "xuất báo cáo", "!report.make|của-ai:xlsx"])
async def test_all_reports_are_offered_when_it_is_not_said_which(desk, said):
    reply = await (desk.press(said[1:], person=HEAD) if said.startswith("!") else desk.say(said, person=HEAD))
    tokens = {one.token for one in reply.choices}
    assert {"report.make|missing:xlsx", "report.make|yearly:docx", "report.make|round:xlsx"} <= tokens
    assert all(len(one.encode()) <= 64 for one in tokens)


async def test_a_round_is_chosen_first_and_then_handed_over(desk):
    reply = await desk.press("report.make|round:docx", person=HEAD)
    (choice,) = reply.choices
    reply = await desk.press(choice.token, person=HEAD)
    assert reply.paper is not None
    assert exported(desk)["round"] == "DOT-1"


@pytest.mark.parametrize("said", ["/baocao", "xuất danh sách còn thiếu"])
async def test_an_official_is_refused_and_the_try_recorded(desk, said):
    reply = await desk.say(said, person=MEMBER)
    assert (reply.outcome, reply.file) == (Outcome.DENIED, None)
    assert [one.action for one in desk.drawers.audit.entries] == ["look_refused"]


def test_each_way_of_managing_a_post_has_words():
    from handlers.reports.chat import _MANAGED

    assert {one for one, _words in _MANAGED} == set(ManagedBy)


@pytest.mark.parametrize("intent", [Intent.HR_REPORTS, Intent.UNIT_GAPS])
async def test_there_is_no_list_of_who_retires_and_that_is_said(loaded, intent: Intent) -> None:
    class Reads(AlwaysReports):
        def read(self, *_said: object) -> Meaning:
            return Meaning(intent=intent, confidence=1.0)

    desk = TriedDesk(loaded, Reads(), people=(HEAD, MEMBER, BELOW))

    reply = await desk.say("những ai nghỉ hưu năm sau", person=HEAD)

    assert reply.title == "Chưa có danh sách những người sắp nghỉ hưu."
    assert {one.subject for one in reply.choices} >= {"service-left:xlsx", "service-left:docx"}
    assert desk.drawers.audit.entries == []
