"""Levels as people write them: what is read, what is refused, what lies in a range."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.credentials import Criterion, Kind, ScaleType
from knowledge.facts import CriterionCode, KindCode
from knowledge.levels import direct_level, expected_levels, is_blank, is_valid_level, is_within, read_level
from knowledge.loader import load_library

LAW = load_library()
KINDS = sorted(LAW.kinds.values(), key=lambda kind: kind.code)
NAMED = [kind for kind in KINDS if kind.scale.type in {ScaleType.CRITERION, ScaleType.ORDERED}]


def kind_of(code: str) -> tuple[Kind, Criterion | None]:
    kind = LAW.kinds[KindCode(code)]
    return kind, None if kind.criterion is None else LAW.criteria[kind.criterion]


def names_of(kind: Kind, criterion: Criterion | None):
    return criterion.levels if kind.scale.type is ScaleType.CRITERION and criterion else kind.scale.levels


@pytest.mark.parametrize(
    ("code", "written", "expected"),
    [
        pytest.param("ielts", "4.0", "4", id="a point"),
        pytest.param("ielts", "4,0", "4", id="a comma, as Excel in Vietnamese writes it"),
        pytest.param("ielts", "IELTS 5.5", "5.5", id="with the name of the test"),
        pytest.param("ielts", "5.5 điểm", "5.5", id="with the word for points"),
        pytest.param("ielts", "Overall 6,5", "6.5", id="with the word overall"),
        pytest.param("ielts", "5.5/9", "5.5", id="out of the maximum"),
        pytest.param("ielts", "5,25", "5.25", id="a quarter of a band"),
        pytest.param("toeic", "550/990", "550", id="TOEIC out of the maximum"),
        pytest.param("toeic", "toeic 550", "550", id="TOEIC with its name"),
        pytest.param("toefl_ibt", "TOEFL iBT 45", "45", id="TOEFL iBT with its name"),
        pytest.param("toefl_ibt", "TOEFL-iBT: 45", "45", id="TOEFL iBT with punctuation"),
        pytest.param("tcf", "350", "350", id="TCF"),
        pytest.param("ielts", "9", "9", id="the highest possible score"),
        pytest.param("ielts", "0", "0", id="the lowest possible score"),
    ],
)
def test_score_is_read_when_written_in_any_usual_way(code, written, expected):
    level = read_level(*kind_of(code), written)
    assert level is not None
    assert level.scores == (Decimal(expected),)


@pytest.mark.parametrize(
    ("code", "written", "expected"),
    [
        pytest.param("vstep", "bậc 3", "bac_3", id="bậc 3"),
        pytest.param("vstep", "bac 3", "bac_3", id="without marks"),
        pytest.param("vstep", "BAC_3", "bac_3", id="the code in capitals"),
        pytest.param("vstep", "B1", "bac_3", id="the CEFR name of the framework level"),
        pytest.param("vstep", "Bậc 3 (B1)", "bac_3", id="both names"),
        pytest.param("vstep", "bậc 3/6", "bac_3", id="out of six"),
        pytest.param("vstep", "VSTEP B2", "bac_4", id="with the name of the test"),
        pytest.param("khung_6_bac", "Khung năng lực ngoại ngữ 6 bậc - bậc 3", "bac_3", id="the six is not the level"),
        pytest.param("llct", "Trung cấp", "trung_cap", id="political theory"),
        pytest.param("llct", "Trung cấp lý luận chính trị - hành chính", "trung_cap", id="its long name"),
        pytest.param("llct", "CCLLCT", "cao_cap", id="its abbreviation"),
        pytest.param("qlnn", "chuyên viên", "chuyen_vien", id="chuyên viên"),
        pytest.param("qlnn", "Chuyên viên chính", "chuyen_vien_chinh", id="the longer name wins"),
        pytest.param("qlnn", "ngạch chuyên viên cao cấp", "chuyen_vien_cao_cap", id="with the word for rank"),
        pytest.param("bang_cap", "Đại học", "dai_hoc", id="university"),
        pytest.param("bang_cap", "bằng thạc sỹ", "thac_si", id="the other spelling of master"),
        pytest.param("bang_cap", "12/12", "thpt", id="school years"),
        pytest.param("bdld", "cấp phòng", "cap_phong", id="leadership course"),
        pytest.param("qpan", "Đối tượng 3", "doi_tuong_3", id="defence course"),
        pytest.param("hsk", "HSK 3", "hsk_3", id="HSK"),
        pytest.param("hsk", "3", "hsk_3", id="HSK as a bare number"),
        pytest.param("topik", "cấp 4", "topik_4", id="TOPIK as cấp"),
        pytest.param("jlpt", "N4", "n4", id="JLPT"),
        pytest.param("testdaf", "TDN 3", "tdn_3", id="TestDaF"),
        pytest.param("cambridge", "Preliminary (PET)", "pet", id="Cambridge by both names"),
        pytest.param("cambridge", "B1 Preliminary", "pet", id="Cambridge by its new name"),
        pytest.param("cefr_66", "B1", "b1", id="B1 of QĐ 66 stays on its own scale"),
        pytest.param("ngoai_ngu_abc", "Trình độ B", "b", id="A/B/C with the word for level"),
        pytest.param("ngoai_ngu_abc", "chứng chỉ B tiếng Anh", "b", id="A/B/C in a phrase"),
        pytest.param("tin_hoc_abc", "C", "c", id="IT A/B/C"),
        pytest.param("cntt_co_ban", None, "co_ban", id="a kind that is its level, blank"),
        pytest.param("cntt_co_ban", "Đạt", "co_ban", id="a kind that is its level, with a mark"),
        pytest.param("cntt_nang_cao", "nâng cao", "nang_cao", id="a kind that is its level, named"),
    ],
)
def test_level_is_read_when_written_in_any_usual_way(code, written, expected):
    level = read_level(*kind_of(code), written)
    assert level is not None
    assert level.code == expected


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("L275 R275 S120 W120", id="letters"),
        pytest.param("275/275/120/120", id="slashes"),
        pytest.param("275, 275, 120, 120", id="commas"),
        pytest.param("Nghe 275, Đọc 275, Nói 120, Viết 120", id="Vietnamese labels"),
        pytest.param("W:120 S:120 R:275 L:275", id="another order with labels"),
        pytest.param("TOEIC 4 kỹ năng: 275-275-120-120", id="the four of the name is no score"),
        pytest.param("toeic 4kn 275 275 120 120", id="the short name"),
    ],
)
def test_four_skills_are_read_when_written_in_any_usual_way(written):
    level = read_level(*kind_of("toeic_4kn"), written)
    assert level is not None
    assert level.scores == (275, 275, 120, 120)


@pytest.mark.parametrize(
    ("code", "written"),
    [
        pytest.param("ielts", "dưới 5.5", id="below a score is no score"),
        pytest.param("ielts", "5.5 trở lên", id="a score and more is no score"),
        pytest.param("ielts", "4.0-5.0", id="a range is no score"),
        pytest.param("ielts", "-5.5", id="negative"),
        pytest.param("ielts", "9.5", id="above the highest possible score"),
        pytest.param("ielts", "B1", id="a level of another scale"),
        pytest.param("ielts", "năm chấm năm", id="a score in words"),
        pytest.param("toefl_ibt", "450", id="a score of another TOEFL"),
        pytest.param("toeic_4kn", "550", id="one score for four skills"),
        pytest.param("toeic_4kn", "LR 550 SW 240", id="two sums for four skills"),
        pytest.param("toeic_4kn", "L275 R275 S120", id="three skills"),
        pytest.param("toeic_4kn", "L275 L275 S120 W120", id="one skill twice"),
        pytest.param("toeic_4kn", "L275 275 S120 W120", id="one label missing"),
        pytest.param("toeic_4kn", "600/275/120/120", id="an impossible score in one skill"),
        pytest.param("vstep", "3", id="a bare number may be a score of the test"),
        pytest.param("vstep", "bậc 7", id="a level that does not exist"),
        pytest.param("vstep", "bậc 2, bậc 3", id="two levels"),
        pytest.param("vstep", "dưới bậc 3", id="below a level"),
        pytest.param("llct", "đang học cao cấp", id="still studying"),
        pytest.param("bang_cap", "Trung cấp lý luận chính trị", id="political theory is no degree"),
        pytest.param("ngoai_ngu_abc", "B1", id="B1 is not B"),
        pytest.param("cntt_co_ban", "nâng cao", id="a kind that names another level than its own"),
        pytest.param("jlpt", "N6", id="a level below the lowest"),
    ],
)
def test_level_is_refused_when_it_cannot_be_one_level_of_this_kind(code, written):
    kind, criterion = kind_of(code)
    assert read_level(kind, criterion, written) is None
    assert not is_valid_level(kind, criterion, written)
    assert not is_blank(written)


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_blank_is_valid_but_no_level_when_the_kind_has_levels(blank):
    for kind in KINDS:
        criterion = kind_of(kind.code)[1]
        assert is_blank(blank)
        assert is_valid_level(kind, criterion, blank)
        assert (read_level(kind, criterion, blank) is not None) is (kind.scale.type is ScaleType.FIXED)


@pytest.mark.parametrize(
    ("code", "written", "low", "high", "expected"),
    [
        pytest.param("ielts", "3.5", "4.0", "5.0", False, id="a score below"),
        pytest.param("ielts", "4", "4.0", "5.0", True, id="the lower end is in"),
        pytest.param("ielts", "5,0", "4.0", "5.0", True, id="the upper end is in"),
        pytest.param("ielts", "5.5", "4.0", "5.0", False, id="a score above"),
        pytest.param("ielts", "9", "4.0", None, True, id="no upper end"),
        pytest.param("ielts", "0", "", "5.0", True, id="no lower end"),
        pytest.param("ielts", "0", None, None, True, id="no ends"),
        pytest.param("ielts", "5", "bậc 3", None, False, id="an unreadable end contains nothing"),
        pytest.param("vstep", "bậc 4", "bac_3", None, True, id="a higher level"),
        pytest.param("vstep", "B1", "bậc 3", "bậc 3", True, id="ends by another name"),
        pytest.param("vstep", "bậc 2", "bậc 3", None, False, id="a lower level"),
        pytest.param("jlpt", "N3", "N4", None, True, id="a smaller number is higher in JLPT"),
        pytest.param("jlpt", "N5", "N4", None, False, id="a greater number is lower in JLPT"),
        pytest.param("cntt_co_ban", None, "co_ban", "co_ban", True, id="a kind that is its level"),
        pytest.param("toeic_4kn", "275/275/120/120", "L275 R275 S120 W120", None, True, id="each skill reaches"),
        pytest.param("toeic_4kn", "490/450/119/170", "275/275/120/120", None, False, id="one skill short"),
        pytest.param("toeic_4kn", "490/450/130/170", "275/275/120/120", "399/384/159/149", True, id="one skill in"),
        pytest.param("toeic_4kn", "400/385/160/150", "275/275/120/120", "399/384/159/149", False, id="all above"),
        pytest.param("ic3", "IC3 GS4", "ic3 gs4", None, True, id="free words, however typed"),
        pytest.param("ic3", "IC3 GS5", "ic3 gs4", "IC3-GS5", True, id="free words equal to the other end"),
        pytest.param("ic3", "IC3 GS3", "ic3 gs4", "IC3-GS5", False, id="free words equal to neither"),
        pytest.param("mos", "Excel", None, None, True, id="free words without ends"),
    ],
)
def test_level_lies_in_the_range_when_both_ends_are_counted_in(code, written, low, high, expected):
    kind, criterion = kind_of(code)
    level = read_level(kind, criterion, written)
    assert level is not None
    assert is_within(kind, criterion, level, low, high) is expected


@pytest.mark.parametrize(
    ("code", "written", "expected"),
    [
        pytest.param("vstep", "B1", "bac_3", id="a framework certificate"),
        pytest.param("bang_cap", "thạc sĩ", "thac_si", id="a degree"),
        pytest.param("cntt_nang_cao", "", "nang_cao", id="a kind that is its level"),
        pytest.param("llct", "tiến sĩ", None, id="a level of another criterion"),
        pytest.param("vstep", None, None, id="nothing written"),
        pytest.param("ielts", "9.0", None, id="a kind that needs a recognition table"),
        pytest.param("cefr_66", "B1", None, id="B1 of QĐ 66 is not bậc 3 by itself"),
        pytest.param("tin_hoc_abc", "C", None, id="IT A/B/C counts by conversion only"),
    ],
)
def test_direct_level_is_given_when_the_kind_carries_it_itself(code, written, expected):
    assert direct_level(*kind_of(code), written) == expected


def test_no_direct_level_is_given_when_another_criterion_is_asked():
    vstep, _ = kind_of("vstep")
    assert direct_level(vstep, LAW.criteria[CriterionCode("tin_hoc")], "bậc 3") is None
    assert direct_level(vstep, None, "bậc 3") is None


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("vstep", "Bậc 1, Bậc 2, Bậc 3, Bậc 4, Bậc 5, Bậc 6"),
        ("ielts", "0–9"),
        ("toeic", "10–990"),
        ("toeic_4kn", "Nghe/Đọc/Nói/Viết: 0–495"),
        ("jlpt", "N5, N4, N3, N2, N1"),
        ("cntt_co_ban", "Cơ bản"),
        ("mos", ""),
    ],
)
def test_expected_levels_are_told_in_readable_words_when_a_table_is_wrong(code, expected):
    assert expected_levels(*kind_of(code)) == expected


@pytest.mark.parametrize("kind", NAMED, ids=lambda kind: kind.code)
def test_every_name_of_a_level_reads_as_that_level_when_written_alone(kind):
    criterion = kind_of(kind.code)[1]
    for rank, level in enumerate(names_of(kind, criterion)):
        for name in (level.code, level.name, *level.aliases):
            read = read_level(kind, criterion, name)
            assert read is not None, name
            assert (read.code, read.rank) == (level.code, rank), name


@given(st.data())
def test_ranges_agree_with_the_order_of_levels_when_any_three_are_taken(data):
    kind = data.draw(st.sampled_from(NAMED))
    criterion = kind_of(kind.code)[1]
    levels = names_of(kind, criterion)
    places = st.integers(min_value=0, max_value=len(levels) - 1)
    held, low, high = data.draw(places), data.draw(places), data.draw(places)
    read = read_level(kind, criterion, levels[held].name)
    assert read is not None
    assert is_within(kind, criterion, read, levels[low].name, levels[high].name) is (low <= held <= high)


@given(
    score=st.decimals(min_value=0, max_value=9, places=1),
    low=st.decimals(min_value=0, max_value=9, places=1),
    high=st.decimals(min_value=0, max_value=9, places=1),
    comma=st.booleans(),
)
def test_scores_compare_as_numbers_when_written_with_point_or_comma(score, low, high, comma):
    kind, criterion = kind_of("ielts")
    written = str(score).replace(".", ",") if comma else str(score)
    read = read_level(kind, criterion, written)
    assert read is not None
    assert is_within(kind, criterion, read, str(low), str(high)) is (low <= score <= high)


@given(written=st.text(max_size=40))
def test_reading_never_fails_when_anything_at_all_is_written(written):
    for kind in KINDS:
        criterion = kind_of(kind.code)[1]
        level = read_level(kind, criterion, written)
        if level is not None:
            assert is_within(kind, criterion, level, None, None)
            assert is_within(kind, criterion, level, written, written)
