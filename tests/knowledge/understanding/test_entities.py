"""What questions name: one line each, as typed, with what must be found."""

from datetime import date

import pytest

from knowledge.facts import Gender
from knowledge.understanding.meaning import Aspect, Entities, KindMention, Vocabulary
from knowledge.understanding.reader import Reader

TODAY = date(2026, 11, 21)
VOCABULARY = Vocabulary(
    position_groups=(("truong_phong_so", "Trưởng phòng sở"), ("chu_tich_xa", "Chủ tịch xã")),
    units=(("SYT", "Sở Y tế"), ("SNV", "Sở Nội vụ")),
)


def entities(reader: Reader, question: str) -> Entities:
    return reader.read(question, VOCABULARY, None, TODAY).entities


@pytest.mark.parametrize(
    ("question", "documents"),
    [
        ("cv 2123 ubnd nc nói gì", ["2123/UBND-NC"]),
        ("công văn số 2123/UBND-NC", ["2123/UBND-NC"]),
        ("Công văn 2123/UBND-NC".upper(), ["2123/UBND-NC"]),
        ("2123", ["2123/UBND-NC"]),
        ("cv2123 noi gi", ["2123/UBND-NC"]),
        ("c/v 354 ai ký", ["354-CV/TU"]),
        ("354", ["354-CV/TU"]),
        ("QĐ 676", ["676/QĐ-UBND"]),
        ("1769 có toàn văn không", ["1769/UBND-KGVX"]),
        ("02-QĐi/TU và 1090-QĐ/TU", ["02-QĐi/TU", "1090-QĐ/TU"]),
        ("nghị định 335/2025 nói gì", ["335/2025/NĐ-CP"]),
        ("thông tư liên tịch 17/2016", ["17/2016/TTLT-BGDĐT-BTTTT"]),
        ("9999/UBND-NC là gì", [None]),
        ("2123/QĐ-UBND là gì", [None]),
        ("nghị định 354 nói gì", [None]),
        ("số 9999 nói gì", [None]),
        ("qđ 676 bc truoc thang may", ["676/QĐ-UBND"]),
        ("nghị định 335/2025/NĐ-CP đã có hiệu lực chưa", ["335/2025/NĐ-CP"]),
        ("việc (2) văn bản (1) điểm 2.3 công văn 354", ["354-CV/TU"]),
        ("công văn Ban Tổ chức Tỉnh ủy tỉnh Quảng Ngãi năm 2024 gửi ai", ["CV-BTCTU-QNg/2024"]),
        ("thư của Quảng Ngãi", []),
        ("chuyến tàu 354 mấy giờ chạy", []),
        ("nhập 676 thùng mì tôm", []),
        ("354 bắt buộc học thêm bằng gì", ["354-CV/TU"]),
        ("khoản 3 quy định gì", []),
        ("tôi được 450 điểm", []),
        ("toeic 676", []),
        ("năm 2020 thì sao", []),
        ("có 354 cán bộ thiếu chuẩn", []),
        ("số điện thoại 0912345678", []),
        ("chứng chỉ số 12345", []),
        ("khung 6 bậc là gì", []),
        ("còn 5 năm công tác", []),
        ("ngày 9/8/2016", []),
        ("thong tu 02/2021 da bo chung chi tieng anh dung khong", ["02/2021/TT-BNV"]),
        ("tt 02/2021/tt-bgddt noi gi", ["02/2021/TT-BGDĐT"]),
        ("nghi dinh 29 con hieu luc ko", ["29/2024/NĐ-CP", "29/2012/NĐ-CP"]),
        (
            "nghi dinh 334 thay nghi dinh 29 roi phai ko",
            ["334/2025/NĐ-CP", "29/2024/NĐ-CP", "29/2012/NĐ-CP"],
        ),
    ],
)
def test_documents_are_found_however_the_number_is_typed(reader: Reader, question, documents):
    assert [one.document for one in entities(reader, question).documents] == documents


def test_an_unknown_number_keeps_how_it_was_typed(reader: Reader):
    assert entities(reader, "công văn số 9999/UBND-NC nói gì").documents[0].typed == "công văn số 9999/UBND-NC"


@pytest.mark.parametrize(
    ("question", "points"),
    [
        ("điểm 3 công văn 2123", ("3",)),
        ("diem 2.3 cv 2123", ("2.g3",)),
        ("gạch đầu dòng thứ 3 điểm 2 cv 2123", ("2.g3",)),
        ("gạch đầu dòng thứ ba điểm 2 của 2123", ("2.g3",)),
        ("354 mục 2.5 (3)", ("2.5.(3)",)),
        ("mục II.2.3 ý a qđ 676", ("II.2.3.a",)),
        ("điều 23 thông tư liên tịch 17/2016", ("Điều 23",)),
        ("Điều 23 quy định gì", ("23",)),
        ("354 2.3 nói gì", ("2.3",)),
        ("toeic 450 điểm", ()),
        ("điểm ielts 5.0 của tôi", ()),
        ("điểm năm 2020 của công văn 2123", ()),
        ("ý nghĩa của công văn 2123", ()),
    ],
)
def test_points_become_the_ids_of_the_library(reader: Reader, question, points):
    assert entities(reader, question).points == points


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("ielts 5.0", [("ielts", "5.0")]),
        ("ielts5.0 dc ko", [("ielts", "5.0")]),
        ("IELTS 6,5", [("ielts", "6.5")]),
        ("5.5 ielts", [("ielts", "5.5")]),
        ("toeic 450", [("toeic", "450")]),
        ("toeic 4 kỹ năng 275/275/120/120", [("toeic_4kn", "275/275/120/120")]),
        ("toeic nghe 275 đọc 280 nói 120 viết 130", [("toeic_4kn", "275/280/120/130")]),
        ("toefl 500", [("toefl_itp", "500"), ("toefl_pbt", "500")]),
        ("pet", [("cambridge", "pet")]),
        ("chứng chỉ B tiếng anh", [("ngoai_ngu_abc", "b")]),
        ("bang c anh van", [("ngoai_ngu_abc", "c")]),
        ("b tin hoc 2015", [("tin_hoc_abc", "b")]),
        ("chứng chỉ tin học a ạ", [("tin_hoc_abc", "a")]),
        ("cho hỏi về tin học ạ", []),
        ("chứng chỉ B thì sao", [("ngoai_ngu_abc", "b"), ("tin_hoc_abc", "b")]),
        ("chứng chỉ B1 châu âu", [("cefr_66", "b1")]),
        ("vstep bậc 3", [("vstep", "bac_3")]),
        ("vstep b1", [("vstep", "bac_3")]),
        ("trung cấp llct", [("llct", "trung_cap")]),
        ("cao cấp lý luận chính trị", [("llct", "cao_cap")]),
        ("lý luận chính trị của tôi", []),
        ("bằng đại học", [("bang_cap", "dai_hoc")]),
        ("hsk 3", [("hsk", "hsk_3")]),
        ("hsk3", [("hsk", "hsk_3")]),
        ("tiếng nhật N4", [("jlpt", "n4")]),
        ("chứng chỉ chuyên viên chính", [("qlnn", "chuyen_vien_chinh")]),
        ("chuyên viên chính cần gì", []),
        ("chứng chỉ ic3 thay tin học cơ bản được không", [("ic3", None)]),
        ("bằng lái xe b2", []),
        ("em còn thiếu bằng cấp gì", []),
        ("van bang cua toi da du chua", []),
    ],
)
def test_certificates_are_found_with_their_level(reader: Reader, question, kinds):
    assert entities(reader, question).kinds == tuple(KindMention(kind, level) for kind, level in kinds)


@pytest.mark.parametrize(
    ("question", "criteria", "level"),
    [
        ("tin học của tôi", ("tin_hoc",), None),
        ("bậc 3 có đủ không", ("ngoai_ngu",), "bac_3"),
        ("ngoại ngữ bac 3", ("ngoai_ngu",), "bac_3"),
        ("lý luận chính trị yêu cầu trung cấp hay cao cấp", ("ly_luan_chinh_tri",), "trung_cap"),
        ("nn va th", ("ngoai_ngu", "tin_hoc"), None),
    ],
)
def test_criteria_and_levels_are_found(reader: Reader, question, criteria, level):
    found = entities(reader, question)
    assert (found.criteria, found.level) == (criteria, level)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("chứng chỉ tin học b cấp năm 2015", {"issued_year": 2015}),
        ("b tin hoc 2015", {"issued_year": 2015}),
        ("cấp ngày 9/8/2016", {"issued_on": date(2016, 8, 9)}),
        ("toeic 500 thi ngày 9 tháng 8 năm 2016", {"issued_on": date(2016, 8, 9)}),
        ("vstep thi tháng 3/2024", {"issued_year": 2024, "issued_month": 3}),
        ("tôi thi đỗ vstep b1 hồi tháng 5/2023", {"issued_year": 2023, "issued_month": 5}),
        ("tính đến 15/9/2020 tôi còn thiếu gì", {"as_of": date(2020, 9, 15)}),
        ("ngày 15/9/2020 thì tôi còn thiếu gì", {"as_of": date(2020, 9, 15)}),
        ("hồi tháng 9 năm 2020 thì sao", {"as_of": date(2020, 9, 30)}),
        ("thế năm 2020 thì sao", {"as_of": date(2020, 12, 31)}),
        (
            "chứng chỉ b cấp năm 2015, tính đến 15/9/2020 có được tính không",
            {"issued_year": 2015, "as_of": date(2020, 9, 15)},
        ),
        ("hạn 30/6/2026 phải không", {}),
        ("công văn 2123 ngày 17/8/2020", {}),
        ("ngày 31/2/2020 thì sao", {}),
        ("nữ sinh năm 1970 khi nào nghỉ hưu", {"born_year": 1970, "gender": Gender.FEMALE}),
        ("sinh ngày 5/3/1968", {"born_on": date(1968, 3, 5)}),
        ("còn đủ 05 năm công tác", {"years": 5}),
        ("cấp 5 năm trước", {}),
    ],
)
def test_dates_are_told_apart_by_what_they_are(reader: Reader, question, expected):
    found = entities(reader, question)
    names = ("issued_on", "issued_year", "issued_month", "as_of", "born_on", "born_year", "gender", "years")
    assert {name: getattr(found, name) for name in names if getattr(found, name) is not None} == expected


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("CB001 còn thiếu gì", "CB001"),
        ("cb001 thieu gi", "cb001"),
        ("đồng chí Nguyễn Văn An thiếu gì", "đồng chí Nguyễn Văn An"),
        ("dong chi nguyen van an con thieu gi", "dong chi nguyen van an"),
        ("đ/c Lê Văn Tám còn thiếu gì", "đồng chí Lê Văn Tám"),
        ("chị Lan còn thiếu gì", "chị Lan"),
        ("sếp tôi đủ chuẩn chưa", "sếp tôi"),
        ("thủ trưởng tôi thiếu gì", "thủ trưởng tôi"),
        ("vợ tôi làm ở sở y tế", "vợ tôi"),
        ("chứng chỉ tiếng anh của tôi", None),
        ("anh cho em hỏi còn thiếu gì", None),
        ("hồ sơ của bí thư đảng ủy xã em đủ chuẩn chưa", "bí thư đảng ủy xã em"),
        ("truong phong cua so em con no gi", "truong phong cua so em"),
        ("chánh văn phòng sở mình thiếu gì", "chánh văn phòng sở mình"),
        ("tôi làm phó phòng sở tôi còn thiếu gì", None),
        ("chức danh giám đốc trung tâm tôi đủ chưa", None),
        ("cơ quan tôi", None),
        ("co quan toi con ai thieu", None),
        ("bên Thái Bình", None),
        ("tôi tên là Nguyễn Văn Nam", None),
        ("đã ba tháng rồi", None),
        ("ic3 và b2", None),
    ],
)
def test_other_persons_are_found(reader: Reader, question, words):
    assert entities(reader, question).person_words == words


@pytest.mark.parametrize(
    ("question", "is_self"),
    [
        ("tôi còn thiếu gì", True),
        ("em thiếu gì ạ", True),
        ("mk thiếu gì", True),
        ("sếp tôi thiếu gì", False),
        ("em ấy thiếu gì", False),
        ("trưởng phòng cần gì", False),
    ],
)
def test_the_visitor_is_told_from_others(reader: Reader, question, is_self):
    assert entities(reader, question).speaks_of_self is is_self


def test_positions_units_and_places_are_found(reader: Reader):
    found = entities(reader, "trưởng phòng sở ở Sở Y tế bên Thái Bình")
    assert found.position_groups == ("truong_phong_so",)
    assert found.position_words == "trưởng phòng sở"
    assert found.units == ("SYT",)
    assert found.territories == ("thai-binh",)


def test_offices_are_found_by_their_short_names(reader: Reader):
    assert entities(reader, "bcsđ ubnd tỉnh nay là gì").offices == ("bcsd_ubnd_tinh_hung_yen",)


def test_aspects_of_a_document_are_found(reader: Reader):
    found = entities(reader, "công văn 2123 ai ký, còn hiệu lực không, có toàn văn không")
    assert found.aspects == (Aspect.SIGNER, Aspect.IN_FORCE, Aspect.HELD)


@pytest.mark.parametrize(
    ("question", "criterion"),
    [("hàn quốc ở đâu", ()), ("trình độ tín học", ("tin_hoc",)), ("TIN HỌC", ("tin_hoc",)), ("tin hojc", ("tin_hoc",))],
    ids=["marks that say otherwise", "one slip of tone", "capitals", "raw Telex"],
)
def test_typed_marks_outrank_folded_likeness(reader: Reader, question, criterion):
    assert entities(reader, question).criteria == criterion
