"""What is wrong with a workbook is said in one line that names the place, the mistake and how to mend it."""

from string import Formatter

import pytest

from bot.loading import PRINTED_AT_MOST, render_problem, render_report
from handlers.phrases import SOURCE_LOCALE, locale_of
from handlers.problem_words import SENTENCES
from storage.workbook.load import LoadReport
from storage.workbook.merging import SheetReport
from storage.workbook.problems import Problem, ProblemKind


@pytest.fixture(autouse=True)
def speak_english() -> object:
    with locale_of(SOURCE_LOCALE):
        yield


@pytest.mark.parametrize("kind", list(ProblemKind))
def test_every_kind_of_problem_has_its_sentence(kind: ProblemKind) -> None:
    problem = Problem("can_bo", kind, 5, "ngay_sinh", "GIÁ TRỊ", ("một", "hai"), "KHÁC")
    sentence = SENTENCES[kind]

    said = render_problem(problem)

    assert said.startswith("can_bo!5 ngay_sinh: ")
    assert "{" not in said
    assert {name for _, name, _, _ in Formatter().parse(sentence) if name} <= {"value", "other", "expected"}


def test_no_sentence_is_left_over() -> None:
    assert set(SENTENCES) == {kind.value for kind in ProblemKind}


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        pytest.param(
            Problem("can_bo", ProblemKind.NOT_A_DATE, 5, "ngay_sinh", "31/02/1980"),
            "can_bo!5 ngay_sinh: “31/02/1980” is not a date; write day/month/year, such as 31/12/2026",
            id="a cell",
        ),
        pytest.param(
            Problem("can_bo", ProblemKind.NOT_ONE_OF, 7, "gioi_tinh", "x", ("nam", "nu")),
            "can_bo!7 gioi_tinh: “x” is not accepted here; write one of: nam, nu",
            id="a closed set",
        ),
        pytest.param(
            Problem("van_bang", ProblemKind.UNKNOWN_PERSON, 2, "ma_can_bo", "cb001", other="CB001"),
            "van_bang!2 ma_can_bo: there is no person with the code “cb001”; “CB001” was probably meant: write it in"
            " the same letters",
            id="a code in other letters",
        ),
        pytest.param(
            Problem("don_vi", ProblemKind.WRONG_ENCODING, 12),
            "don_vi!12: this line is not in UTF-8, so Vietnamese letters would be lost; in Excel choose Save As, “CSV"
            " UTF-8 (Comma delimited)”",
            id="a line of a file",
        ),
        pytest.param(
            Problem("so.xlsx", ProblemKind.PATH_NOT_FOUND),
            "so.xlsx: there is no such file or folder; check the path",
            id="the whole file",
        ),
    ],
)
def test_the_line_names_place_and_remedy(problem: Problem, said: str) -> None:
    assert render_problem(problem) == said


def test_long_lists_are_cut_when_they_are_shown() -> None:
    problem = Problem("van_bang", ProblemKind.NOT_ONE_OF, 2, "loai", "x", tuple(f"k{n}" for n in range(100)))

    assert render_problem(problem).endswith("k39, …")


def test_a_refused_load_lists_the_first_mistakes_and_counts_the_rest() -> None:
    one = Problem("can_bo", ProblemKind.MISSING_VALUE, 2, "ho_ten")

    lines = list(render_report(LoadReport(problems=(one,) * 300, problem_count=1300)))

    assert len(lines) == PRINTED_AT_MOST + 2
    assert lines[-2] == "… and 1,100 more mistakes that are not listed here"
    assert lines[-1] == "1,300 mistakes. Nothing was stored; mend them and load the file again."


def test_a_load_says_what_changed() -> None:
    hint = Problem("dot_ra_soat", ProblemKind.UNKNOWN_GROUP, 2, "doi_tuong", "x")
    report = LoadReport((SheetReport("can_bo", 1000, 2, 3, 4),), warnings=(hint,), declared_documents=("01/MẪU-UBND",))

    lines = list(render_report(report))

    assert lines[0].startswith("Please check: dot_ra_soat!2 doi_tuong: ")
    assert lines[1:] == [
        "can_bo: 1,000 added, 2 changed, 3 unchanged, 4 removed",
        "Documents declared by HR whose text is not held: 01/MẪU-UBND",
        "Everything is stored.",
    ]


@pytest.mark.parametrize(
    ("report", "last"),
    [
        (
            LoadReport((SheetReport("can_bo", 1),), is_rehearsal=True),
            "This was a rehearsal: everything is right and nothing was stored.",
        ),
        (
            LoadReport((SheetReport("can_bo", unchanged=1),)),
            "The store already held all of this; nothing changed.",
        ),
    ],
)
def test_a_load_that_stored_nothing_says_so(report: LoadReport, last: str) -> None:
    assert list(render_report(report))[-1] == last
