"""Reports hold the rows that the screen would show, within the asker's scope, and say on what they rest."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook

from handlers.heads.unit_seen import look
from handlers.phrases import locale_of
from handlers.reply import File, Paper
from handlers.reports.asked import FileForm, Grouping, ReportAsked, ReportKind, ReportRefusedError, list_forms
from handlers.reports.gap_rows import gap_columns, person_columns
from handlers.reports.making import Asking, Desk, make_report
from handlers.rights import units_in_scope
from knowledge.facts import CriterionCode, ManagedBy, Person, PersonCode, Role, RoundCode, StudyRecord, UnitCode
from knowledge.rulebook import RuleBook
from storage.records import Delivery, DeliveryState, Notice, NoticeKind
from storage.workbook.result_file import SheetsWriter
from tests.calendars import FakeDeliveries
from tests.cases import FakeEscalations
from tests.fakes import FakeAudit, FakeClock, FakeProfiles
from tests.handlers.visits import IN_2020, TODAY, code
from tests.people import DIVISION, NEIGHBOUR, OFFICE, credential, official

HEAD = official(code=code("CB100"), name="Trần Thủ Trưởng", roles=frozenset({Role.OFFICIAL, Role.HEAD}))
HR = official(code=code("CB200"), name="Lê Tổ Chức", roles=frozenset({Role.OFFICIAL, Role.HR}))
NOBODY = official(code=code("CB300"), name="Phạm Cán Bộ")
WHOLE = (
    credential("bang_cap", "dai_hoc"),
    credential("llct", "trung_cap"),
    credential("vstep", "bac_3"),
    credential("cntt_co_ban"),
)
PEOPLE = (
    official(credentials=WHOLE[:2]),  # lacks languages and IT
    official(code=code("CB002"), name="=HYPERLINK(1)", unit=DIVISION.code, credentials=WHOLE[:3]),
    official(code=code("CB003"), credentials=WHOLE),
    official(code=code("CB004"), unit=NEIGHBOUR.code, managed_by=ManagedBy.UNIT),
    official(code=code("CB005"), born_on=date(1961, 1, 1), credentials=()),  # retired in 2026, and soon in 2020
)


@pytest.fixture
def desk() -> Desk:
    return Desk(FakeProfiles(PEOPLE), FakeDeliveries(), SheetsWriter(), FakeAudit(), FakeClock(TODAY))


def make(
    book: RuleBook, desk: Desk, asked: ReportAsked, form: FileForm = FileForm.XLSX, asker: Person | None = HEAD
) -> File | Paper:
    with locale_of("en"):
        return asyncio.run(make_report(asked, form, Asking(asker, "web"), book, desk))


def rows_of(made: File | Paper) -> list[tuple[object, ...]]:
    """The rows below the headings of the first sheet."""
    assert isinstance(made, File)
    sheet = load_workbook(BytesIO(made.content)).worksheets[0]
    return list(sheet.iter_rows(min_row=5, values_only=True))


def codes_in(made: File | Paper) -> set[object]:
    return {row[1] for row in rows_of(made)}


async def test_the_list_has_the_numbers_that_the_screen_has(desk, loaded):
    today = loaded.on(TODAY)
    shown = await look(units_in_scope(HEAD, today), HEAD.code, today, profiles=desk.profiles, cases=FakeEscalations())
    with locale_of("en"):
        made = await make_report(ReportAsked(ReportKind.MISSING), FileForm.DOCX, Asking(HEAD, "web"), loaded, desk)
    assert isinstance(made, Paper)
    counts = f"{len(shown.behind)} of {len(shown.people)} people have something"
    assert counts.startswith("2 of 4")
    assert any(one.startswith(counts) and "3 items" in one for one in made.opening)


@pytest.mark.parametrize("by", list(Grouping), ids=str)
def test_a_list_is_grouped_on_paper_and_in_the_workbook(desk, loaded, by):
    asked = ReportAsked(ReportKind.MISSING, by=by)
    place = {Grouping.UNIT: 4, Grouping.MANAGED_BY: 5, Grouping.CRITERION: 6}[by]
    with locale_of("en"):
        headings = [one.heading for one in (*person_columns(), *gap_columns())]
    book = make(loaded, desk, asked, asker=HR)
    assert isinstance(book, File)
    (heading, *rows) = load_workbook(BytesIO(book.content)).worksheets[0].iter_rows(min_row=4, values_only=True)
    groups = [row[heading.index(headings[place])] for row in rows if row[0]]
    assert groups == sorted(groups)
    assert [row[0] for row in rows if row[0]] == list(range(1, len(groups) + 1))

    paper = make(loaded, desk, asked, FileForm.DOCX, HR)
    assert isinstance(paper, Paper)
    (listed,) = [one for one in paper.tables if one.header[:2] == ("No.", "Code")]
    said_above = [row[0] for row in listed.rows if len(row) == 1]
    if len(set(groups)) > 1:
        assert said_above == [f"{one}: {groups.count(one)} items" for one in dict.fromkeys(groups)]
        assert headings[place] not in listed.header  # it stands above the rows, and not in each of them
    assert [row[0] for row in listed.rows if len(row) > 1] == [str(n) for n in range(1, len(groups) + 1)]


def test_what_is_too_long_for_paper_or_for_groups_is_said_in_one_sentence(desk, loaded, monkeypatch):
    monkeypatch.setattr("handlers.reports.papers.MOST_ROWS", 2)
    monkeypatch.setattr("handlers.reports.sheets.MOST_GROUPED", 2)
    with pytest.raises(ReportRefusedError, match=r"more than 2 rows; please take it as a workbook"):
        make(loaded, desk, ReportAsked(ReportKind.MISSING), FileForm.DOCX)
    with pytest.raises(ReportRefusedError, match=r"more than 2 rows, too many to be grouped"):
        make(loaded, desk, ReportAsked(ReportKind.MISSING, by=Grouping.UNIT))
    with pytest.raises(ReportRefusedError, match="no list that can be grouped"):
        make(loaded, desk, ReportAsked(ReportKind.YEARLY, by=Grouping.UNIT))
    assert not desk.audit.entries


def test_only_people_of_the_asker_are_listed_and_the_export_is_recorded(desk, loaded):
    made = make(loaded, desk, ReportAsked(ReportKind.MISSING))
    assert codes_in(made) == {"CB001", "CB002"}
    (entry,) = desk.audit.entries
    assert (entry.actor, entry.action, entry.subject) == ("CB100", "exported_report", "SO-MAU")
    assert entry.details["rows"] == 3
    assert entry.details["report"] == "missing"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param({"criterion": CriterionCode("ngoai_ngu")}, {"CB001"}, id="one criterion"),
        pytest.param({"unit": DIVISION.code}, {"CB002"}, id="a unit below"),
        pytest.param({"managed_by": ManagedBy.UNIT}, set(), id="nobody of the scope is managed so"),
    ],
)
def test_the_list_is_narrowed_by_what_is_asked(desk, loaded, asked, expected):
    assert codes_in(make(loaded, desk, ReportAsked(ReportKind.MISSING, **asked))) == expected


@pytest.mark.parametrize(
    ("asked", "asker"),
    [
        pytest.param(ReportAsked(ReportKind.MISSING), NOBODY, id="an official without a scope"),
        pytest.param(ReportAsked(ReportKind.MISSING, unit=NEIGHBOUR.code), HEAD, id="a unit outside the scope"),
        pytest.param(ReportAsked(ReportKind.MISSING, unit=UnitCode("KHONG-CO")), HEAD, id="a unit that is none"),
        pytest.param(ReportAsked(ReportKind.REMINDERS, person=PersonCode("CB004")), HEAD, id="somebody outside"),
        pytest.param(ReportAsked(ReportKind.REMINDERS, person=PersonCode("CB999")), HEAD, id="somebody unknown"),
        pytest.param(ReportAsked(ReportKind.REMINDERS), HEAD, id="nobody named"),
        pytest.param(ReportAsked(ReportKind.ROUND, round=RoundCode("DOT-9")), HEAD, id="a round that is none"),
        pytest.param(ReportAsked(ReportKind.YEARLY, criterion=CriterionCode("tin_hoc")), HEAD, id="no such field"),
        pytest.param(ReportAsked(ReportKind.MISSING, criterion=CriterionCode("x")), HEAD, id="no such criterion"),
    ],
)
def test_a_report_is_refused_and_nothing_recorded(desk, loaded, asked, asker):
    with pytest.raises(ReportRefusedError):
        make(loaded, desk, asked, asker=asker)
    assert not desk.audit.entries


def test_a_workbook_has_real_days_a_filter_and_no_formula(desk, loaded):
    made = make(loaded, desk, ReportAsked(ReportKind.MISSING))
    assert isinstance(made, File)
    sheet = load_workbook(BytesIO(made.content)).worksheets[0]
    heading = [cell.value for cell in sheet[4]]
    deadline = sheet.cell(5, heading.index("Deadline") + 1)
    assert (deadline.value, deadline.number_format) == (datetime(2026, 12, 31), "dd/mm/yyyy")  # noqa: DTZ001  as in a workbook
    assert sheet.auto_filter.ref == "A4:Q7"
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("A5", "$4:$4")
    assert sheet.page_setup.orientation == "landscape"
    name = next(row[2] for row in sheet.iter_rows(min_row=5) if row[1].value == "CB002")
    assert (name.value, name.data_type, name.quotePrefix) == ("=HYPERLINK(1)", "s", True)


# --- years of service left: the points and the years come from the library ---

IN_TIME = (
    official(credentials=WHOLE[:3]),
    official(code=code("CB006"), managed_by=ManagedBy.DISTRICT, credentials=WHOLE[:3]),
    official(code=code("CB007"), managed_by=ManagedBy.PROVINCIAL_PARTY_STANDING_COMMITTEE, credentials=WHOLE[:3]),
    official(code=code("CB008"), is_leader=False, credentials=WHOLE[:3]),
    official(code=code("CB009"), credentials=WHOLE),
    official(code=code("CB010"), born_on=date(1965, 10, 1), credentials=WHOLE[:3]),  # 60 in October 2025: five years
    official(code=code("CB011"), born_on=date(1965, 8, 31), credentials=WHOLE[:3]),  # some weeks less
    official(code=code("CB012"), unit=NEIGHBOUR.code, credentials=WHOLE[:3]),  # the letter does not bind there
)


def test_the_duty_names_leaders_with_enough_years_left_who_lack_its_standards(desk, loaded):
    desk = replace(desk, profiles=FakeProfiles(IN_TIME))
    made = make(loaded, desk, ReportAsked(ReportKind.SERVICE_LEFT, on=IN_2020), asker=None)
    assert codes_in(made) == {"CB001", "CB006", "CB010"}


def test_the_paper_names_the_points_and_that_their_day_has_passed(desk, loaded):
    desk = replace(desk, profiles=FakeProfiles(IN_TIME))
    made = make(loaded, desk, ReportAsked(ReportKind.SERVICE_LEFT), FileForm.DOCX, None)
    assert isinstance(made, Paper)
    named = [(one.document.id, one.point) for one in made.grounds]
    assert named[:2] == [("2123/UBND-NC", "2"), ("2123/UBND-NC", "3")]
    assert "01/10/2020, has passed" in made.paragraphs[0].text
    assert "05 years" in made.subtitle


def test_nothing_is_listed_where_no_document_asks_for_years(desk, loaded):
    before = ReportAsked(ReportKind.SERVICE_LEFT, on=date(2019, 1, 1))
    with pytest.raises(ReportRefusedError, match="01/01/2019"):
        make(loaded, desk, before, asker=None)


# --- the other three ---


def test_a_round_is_told_of_everybody_whom_it_concerns(desk, loaded):
    made = make(loaded, desk, ReportAsked(ReportKind.ROUND, round=RoundCode("dot-1")), asker=None)
    assert codes_in(made) == {"CB001", "CB002", "CB003"}  # its document binds nobody elsewhere; the retired are out
    assert isinstance(made, File)
    summary = load_workbook(BytesIO(made.content)).worksheets[1]
    told = [row[0] for row in summary.iter_rows(values_only=True)]
    assert "1 of 3 people concerned have completed what the round asks for (33.3 %)." in told


def test_reminders_are_told_with_channel_time_and_outcome(desk, loaded):
    sent = datetime(2026, 11, 2, 1, tzinfo=UTC)
    notice = Notice(
        1,
        NoticeKind.REMINDER,
        "k",
        "T-60",
        (code("CB001"),),
        {"criterion": "ngoai_ngu", "source": "DOT-1@2026-12-31"},
        sent,
    )
    desk.deliveries.sent = [
        Delivery(
            7, code("CB001"), sent, DeliveryState.DELIVERED, (notice,), channel="telegram", address="4711", done_at=sent
        ),
        Delivery(9, code("CB001"), sent, DeliveryState.UNCLEAR, (notice,), channel="zalo_oa", address="4711"),
    ]
    made = make(loaded, desk, ReportAsked(ReportKind.REMINDERS, person=code("CB001")))
    first, second = rows_of(made)
    assert "Ngoại ngữ: deadline 31/12/2026 (Đợt DOT-1)" in first
    assert datetime(2026, 11, 2, 8) in first  # noqa: DTZ001  as in a workbook
    assert {"Telegram", "delivered"} <= set(first)
    assert "unclear" in second
    assert not any("4711" in str(cell) for cell in (*first, *second))


def test_a_year_counts_units_study_and_reminders(desk, loaded):
    asked_in = StudyRecord(requested_on=date(2026, 3, 1), refused_on=date(2026, 3, 5))
    earlier = StudyRecord(requested_on=date(2025, 3, 1))
    desk = replace(desk, profiles=FakeProfiles((replace(PEOPLE[0], study=(asked_in, earlier)), *PEOPLE[1:])))
    desk.deliveries.counted = [(DeliveryState.DELIVERED, True, 3), (DeliveryState.DELIVERED, False, 4)]
    made = make(loaded, desk, ReportAsked(ReportKind.YEARLY), FileForm.DOCX, HR)
    assert isinstance(made, Paper)
    units = {row[1]: row[2:] for row in made.tables[0].rows}
    assert units[OFFICE.name][:4] == ("2", "1", "1", "0")
    counts = {table.title: dict(row[:2] for row in table.rows) for table in made.tables[1:]}
    study = counts["Being sent to study, from the beginning of the year"]
    assert (study["asked or proposed"], study["refused"]) == ("1", "1")
    told = counts["Messages with reminders, from the beginning of the year"]
    assert told == {"delivered": "7", "confirmed by the recipient": "3"}


def test_every_report_has_a_title_and_knows_its_fields():
    forms = list_forms()
    assert [one.kind for one in forms] == list(ReportKind)
    assert all(one.title and set(one.needs) <= set(one.fields) for one in forms)
