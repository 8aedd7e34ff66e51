"""Official documents are read as a person reads them: the five held here, and our own in every form."""

from pathlib import Path

import pytest

from knowledge.documents import DeadlineKind
from knowledge.reading.cleaning import clean
from knowledge.reading.draft import Bound, Doubt, TimeKind
from knowledge.reading.files.opening import read_text_of
from knowledge.reading.reader import read
from tests.paper import docx_of, pdf, put
from tests.reading import FIELDS, SAMPLES, WHERE, official_documents, official_truths, sample_truths, score

OFFICIAL = list(official_truths())
INVENTED = list(sample_truths())


def broken_into_lines(text: str, width: int) -> str:
    """A text as paper has it: no empty lines, lines of one width, and a number on each page."""
    import textwrap

    lines: list[str] = []
    for paragraph in text.split("\n"):
        for line in textwrap.wrap(paragraph, width, break_on_hyphens=False):
            lines.append(line)
            if len(lines) % 43 == 42:
                lines.append(str(len(lines) // 43 + 2))
    return "\n".join(lines)


@pytest.mark.skipif(official_documents() is None, reason=f"the official documents are not here ({WHERE} names them)")
def test_the_five_documents_are_read_without_a_mistake():
    for truth in OFFICIAL:
        for what, one in score(truth, read(truth.text)).items():
            assert (one.precision, one.recall) == (1.0, 1.0), (what, one.wrong)


@pytest.mark.skipif(official_documents() is None, reason=f"the official documents are not here ({WHERE} names them)")
@pytest.mark.parametrize("width", [72, 90], ids=["narrow paper", "wide paper"])
def test_the_five_documents_are_read_alike_when_paper_breaks_their_lines(width):
    for truth in OFFICIAL:
        draft = read(clean(broken_into_lines(truth.text, width)))
        assert [one.id for one in draft.points] == [one for one, _at in truth.points], truth.name
        assert len(draft.times) == len(truth.times)


@pytest.mark.parametrize("truth", INVENTED, ids=lambda truth: truth.name)
def test_an_invented_document_is_read_without_a_mistake(truth):
    for what, one in score(truth, read(truth.text)).items():
        assert (one.precision, one.recall) == (1.0, 1.0), (what, one.wrong)


@pytest.mark.parametrize("truth", INVENTED, ids=lambda truth: truth.name)
@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_an_invented_document_is_read_alike_from_word_and_pdf(tmp_path: Path, truth, form):
    text = (SAMPLES / f"{truth.name}.txt").read_text(encoding="utf-8")
    content = docx_of(text) if form == "docx" else pdf([text.replace("\t", "    ")])
    draft = read(read_text_of(put(tmp_path, f"van-ban.{form}", content)))
    scores = score(truth, draft)

    assert [name for name in FIELDS if scores[name].recall < 1 or scores[name].precision < 1] == []
    assert [one.id for one in draft.points] == [one for one, _at in truth.points]
    assert len(draft.times) == len(truth.times)


@pytest.mark.parametrize("truth", INVENTED, ids=lambda truth: truth.name)
def test_kind_addressees_deadlines_and_actors_are_those_of_the_text(truth):
    draft = read(truth.text)

    assert draft.kind.value == truth.more["kind"]
    assert [one.value for one in draft.addressees] == truth.more["addressees"]
    if "in_force_from" in truth.more:
        assert draft.in_force_from.value == truth.more["in_force_from"]
    for point, expected in truth.more["deadlines"].items():
        deadline = draft.point(point).deadline
        assert {name: getattr(deadline, name) for name in expected} == expected
    for point, expected in truth.more["who"].items():
        assert list(draft.point(point).who) == expected


@pytest.mark.parametrize(
    ("words", "kind", "value", "bound"),
    [
        ("nộp trước ngày 30/6/2033", TimeKind.DAY, "2033-06-30", Bound.BEFORE),
        ("nộp đến hết ngày 01 tháng 7 năm 2033", TimeKind.DAY, "2033-07-01", Bound.UNTIL),
        ("nộp chậm nhất là ngày 1.7.2033", TimeKind.DAY, "2033-07-01", Bound.UNTIL),
        ("áp dụng kể từ ngày 01/7/2033", TimeKind.DAY, "2033-07-01", Bound.FROM),
        ("xong trong tháng 12/2033", TimeKind.MONTH, "2033-12", Bound.WITHIN),
        ("xong trong quý 3 năm 2033", TimeKind.QUARTER, "2033-Q3", Bound.WITHIN),
        ("xong trong năm 2033", TimeKind.YEAR, "2033", Bound.WITHIN),
        ("mục tiêu đến năm 2040", TimeKind.YEAR, "2040", Bound.UNTIL),
        ("trước ngày 15 tháng 12 hằng năm", TimeKind.YEARLY, "--12-15", Bound.BEFORE),
        ("nhiệm kỳ 2031 – 2036", TimeKind.YEARS, "2031-2036", Bound.ON),
        ("không quá 05 (năm) ngày làm việc", TimeKind.PERIOD, "P5WD", Bound.WITHIN),
        ("trong thời hạn 12 tháng", TimeKind.PERIOD, "P12M", Bound.WITHIN),
        ("sau khi có hướng dẫn", TimeKind.EVENT, None, Bound.AFTER),
        ("hoàn thành trước đại hội", TimeKind.EVENT, None, Bound.BEFORE),
        ("thực hiện thường xuyên", TimeKind.MANNER, None, Bound.ON),
    ],
)
def test_a_wording_of_time_is_read_with_its_bound(words, kind, value, bound):
    (found,) = read(f"1. Các đơn vị {words}.").times
    assert (found.kind, found.value, found.bound) == (kind, value, bound)


def test_a_day_that_does_not_exist_is_doubted_and_makes_no_deadline():
    draft = read("1. Các đơn vị nộp trước ngày 31/02/2033.")
    assert draft.times[0].doubt is Doubt.IMPOSSIBLE
    assert draft.points[0].deadline is None


def test_the_date_of_a_cited_document_is_no_deadline():
    draft = read("1. Theo Công văn số 12/SNV-CC ngày 05/3/2033 của Sở Nội vụ, các đơn vị làm ngay.")
    assert draft.times[0].is_citing
    assert draft.cites[0].dated is not None
    assert draft.points[0].deadline is None


def test_two_deadlines_in_one_point_are_doubted():
    draft = read("1. Các đơn vị nộp lần đầu trước ngày 01/3/2033 và lần sau trước ngày 01/9/2033.")
    assert draft.points[0].deadline_doubt is Doubt.SEVERAL


def test_a_missing_number_in_a_row_of_points_is_doubted():
    draft = read("Mở đầu.\n\n1. Việc một.\n\n2. Việc hai.\n\n4. Việc bốn.")
    assert [(one.id, one.doubt) for one in draft.points] == [("1", None), ("2", None), ("4", Doubt.GAP)]


def test_points_of_the_same_number_get_different_ids():
    draft = read("Mở đầu.\n\n1. Việc một.\n\n1. Việc một nữa.")
    assert [(one.id, one.doubt) for one in draft.points] == [("1", None), ("1-2", Doubt.TWICE)]


def test_a_period_counted_from_an_event_becomes_that_deadline():
    draft = read("1. Cơ quan trả lời trong thời hạn 7 ngày làm việc kể từ ngày nhận được đề nghị.")
    deadline = draft.points[0].deadline
    assert deadline is not None
    assert (deadline.kind, deadline.working_days, deadline.event) == (DeadlineKind.EVENT, 7, "nhận được đề nghị")


def test_nothing_is_invented_for_a_text_that_is_no_document():
    draft = read("Hôm nay trời đẹp.\nChúng tôi đi chợ.")
    values = [getattr(draft, name).value for name in FIELDS]
    assert values == [None] * len(FIELDS)
    assert draft.points == ()
