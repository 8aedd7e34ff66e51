"""Several certificates in one question, and levels that several kinds of certificate carry."""

from datetime import date

import pytest

from knowledge.understanding.entities.manners import Manner, find_manners
from knowledge.understanding.entities.several import is_loosely_named
from knowledge.understanding.meaning import Entities, Issue, KindMention, Vocabulary
from knowledge.understanding.reader import Reader

TODAY = date(2026, 11, 21)


def entities(reader: Reader, question: str) -> Entities:
    return reader.read(question, Vocabulary(), None, TODAY).entities


def issues(found: Entities) -> list[tuple[str, Issue]]:
    """Each kind with its own time of issue, or with that of the whole question."""
    whole = Issue(found.issued_on, found.issued_year, found.issued_month)
    return [(str(one.kind), one.issue if one.issue is not None else whole) for one in found.kinds]


@pytest.mark.parametrize(
    ("question", "year", "month"),
    [
        pytest.param("IELTS 5.0 cấp 3/2026 có được tính không?", 2026, 3, id="a month"),
        pytest.param("ielts 5.0 cap 3/2026 dc tinh ko", 2026, 3, id="a month without marks"),
    ],
)
def test_a_month_of_issue_is_no_level_of_school(reader: Reader, question, year, month):
    found = entities(reader, question)

    assert (found.criteria, found.level) == ((), None)
    assert (found.issued_year, found.issued_month) == (year, month)


def test_a_letter_of_a_level_is_no_day_of_a_month(reader: Reader):
    found = entities(reader, "toi moi thi bang tieng anh b1 thang 5/2026")

    assert (found.issued_on, found.issued_year, found.issued_month) == (None, 2026, 5)


@pytest.mark.parametrize(
    ("question", "issued"),
    [
        pytest.param(
            "IELTS 6.0 cấp năm 2025 và tin học A cấp năm 2012 có được tính không?",
            [("ielts", Issue(year=2025)), ("tin_hoc_abc", Issue(year=2012))],
            id="each has its own",
        ),
        pytest.param(
            "tin hoc b nam 2017 va ielts 5.5 nam 2015",
            [("tin_hoc_abc", Issue(year=2017)), ("ielts", Issue(year=2015))],
            id="years alone",
        ),
        pytest.param(
            "vstep b1 2022 voi mos 2019",
            [("vstep", Issue(year=2022)), ("mos", Issue(year=2019))],
            id="years beside",
        ),
        pytest.param(
            "tin hoc b 2005 voi bang c 2001",
            [
                ("tin_hoc_abc", Issue(year=2005)),
                ("ngoai_ngu_abc", Issue(year=2001)),
                ("tin_hoc_abc", Issue(year=2001)),
            ],
            id="a letter of either subject",
        ),
        pytest.param(
            "chung chi tin hoc cap nam 2012 va toeic 600 cap 2023",
            [("toeic", Issue(year=2023))],
            id="one is named by its subject alone",
        ),
        pytest.param(
            "ielts 5.0 cấp ngày 12/5/2025 và tin học b có được tính không",
            [("ielts", Issue(on=date(2025, 5, 12))), ("tin_hoc_abc", Issue())],
            id="the day of one is not that of the other",
        ),
        pytest.param(
            "IELTS và TOEIC cấp năm 2025",
            [("ielts", Issue(year=2025)), ("toeic", Issue(year=2025))],
            id="one behind all is that of all",
        ),
    ],
)
def test_each_certificate_has_its_own_time_of_issue(reader: Reader, question, issued):
    assert issues(entities(reader, question)) == issued


@pytest.mark.parametrize(
    ("question", "beside"),
    [
        pytest.param("chung chi tin hoc cap nam 2012 va toeic 600 cap 2023", {"tin_hoc"}, id="dated"),
        pytest.param("ielts 6.0 và chứng chỉ tin học có được tính không", {"tin_hoc"}, id="joined"),
        pytest.param("ielts 6.0 có thay được chứng chỉ tin học không", set(), id="what it is to stand in for"),
    ],
)
def test_a_certificate_may_be_named_by_its_subject_alone(reader: Reader, question, beside):
    (kind,) = entities(reader, question).kinds

    assert kind.beside == beside


EITHER = ("vstep", "khung_6_bac", "cefr_66")


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        pytest.param("bang b1 cua toi co duoc tinh khong", EITHER, id="the paper alone"),
        pytest.param("chung chi a2", EITHER, id="another level"),
        pytest.param("b2 tieng anh", EITHER, id="the language alone"),
        pytest.param("bang b1 tieng anh cap 2022", EITHER, id="paper, language and year"),
        pytest.param("chứng chỉ b1 theo qđ 66", ("cefr_66",), id="the decree"),
        pytest.param("tiếng anh thực hành b1", ("cefr_66",), id="the programme of the decree"),
        pytest.param("chứng chỉ B1 châu âu", ("cefr_66",), id="the framework of the decree"),
        pytest.param("bằng tiếng pháp b1", ("cefr_66",), id="not about English"),
        pytest.param("b1 chau au (PET)", ("cefr_66", "cambridge"), id="the test beside it tells whose"),
    ],
)
def test_a_mere_level_may_be_of_several_kinds(reader: Reader, question, kinds):
    assert tuple(str(one.kind) for one in entities(reader, question).kinds) == kinds


def test_the_level_is_that_of_each_kind(reader: Reader):
    assert entities(reader, "bằng B1").kinds == (
        KindMention("vstep", "bac_3"),
        KindMention("khung_6_bac", "bac_3"),
        KindMention("cefr_66", "b1"),
    )


@pytest.mark.parametrize(
    ("said", "is_loose"),
    [
        pytest.param("b1 chau au", True, id="the framework"),
        pytest.param("b1 khung châu âu theo qđ 66", False, id="the decree"),
        pytest.param("bằng b1", False, id="nothing but the level"),
        pytest.param("châu âu", False, id="no level"),
    ],
)
def test_a_level_may_be_named_loosely(said, is_loose):
    assert is_loosely_named(said, "b1") is is_loose


@pytest.mark.parametrize(
    ("said", "manners"),
    [
        pytest.param("thi online chung chi toeic 600 cap 5/2026", {Manner.ONLINE}, id="online"),
        pytest.param("bằng đại học từ xa", {Manner.ONLINE}, id="at a distance"),
        pytest.param("ielts mua trên mạng", {Manner.ONLINE, Manner.BOUGHT}, id="bought"),
        pytest.param("ielts 5.0 có được tính không", set(), id="neither"),
    ],
)
def test_the_way_of_getting_a_certificate_is_found(said, manners):
    assert find_manners(said) == manners
