"""Papers that the library has no kind for, days that do not exist, and words that say nothing."""

from datetime import date

import pytest

from knowledge.understanding.meaning import Context, Intent, Meaning, Vocabulary, Wish
from knowledge.understanding.reader import Reader


def read(reader: Reader, question: str, before: Meaning | None = None) -> Meaning:
    context = None if before is None or before.intent is None else Context(before.intent, before.entities)
    return reader.read(question, Vocabulary(), context, date(2026, 11, 21))


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Bằng Duolingo 105 điểm cơ quan có nhận không", ["Duolingo English Test"]),
        ("em thi pte academic dc 42 tinh k", ["PTE (Pearson Test of English)"]),
        ("Linguaskill 150 của tôi ngang bậc mấy", ["Linguaskill"]),
        ("toefl essentials 8 co duoc cong nhan ko", ["TOEFL Essentials"]),
        ("Chứng chỉ LanguageCert B2 có giá trị không", ["LanguageCert"]),
        ("tôi có VEPT thì có phải thi lại không", ["VEPT"]),
        ("Versant hay Linguaskill thì được tính", ["Versant", "Linguaskill"]),
        ("toefl junior và celpip có được dùng không", ["TOEFL Junior", "CELPIP"]),
        ("toefl ibt 60 có được không", []),
        ("aptis b1 có được không", []),
    ],
)
def test_a_test_without_a_kind_is_named_and_never_another_one(reader: Reader, question, names):
    meaning = read(reader, question)
    assert [one.name for one in meaning.unlisted_tests] == names
    assert meaning.intent is Intent.CERTIFICATE_COUNTS
    assert bool(meaning.entities.kinds) is not bool(names)


@pytest.mark.parametrize(
    ("question", "paper"),
    [
        ("Huy chương thi tiếng Anh có thay chứng chỉ ngoại ngữ được không", "Huân chương, huy chương"),
        ("có giấy phép lái xe thì khỏi cần chứng chỉ tin học phải không", "Giấy phép lái xe"),
        ("bang khen cua tinh thay chung chi ngoai ngu dc ko", "Bằng khen"),
        ("tôi nộp giấy chứng nhận tham dự lớp tin học có tính không", "Giấy chứng nhận tham gia"),
        ("học bạ có điểm tiếng Anh thay chứng chỉ ngoại ngữ được không", "Bảng điểm"),
        ("thẻ viên chức thay chứng chỉ quản lý nhà nước được không", "Thẻ cán bộ, công chức"),
        ("phiếu điểm toeic 500 có được tính là ngoại ngữ không", None),
    ],
)
def test_a_paper_that_is_no_credential_is_named(reader: Reader, question, paper):
    meaning = read(reader, question)
    assert (meaning.intent, meaning.no_credential) == (Intent.CERTIFICATE_COUNTS, paper)


@pytest.mark.parametrize("question", ["bằng lái xe hạng C thi ở đâu", "đổi thẻ căn cước mất mấy ngày"])
def test_a_paper_of_other_life_stays_out_of_scope(reader: Reader, question):
    assert read(reader, question).intent is Intent.OUT_OF_SCOPE


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("chứng chỉ tin học ký 31/04/2019 có tính không", "31/04/2019"),
        ("IELTS cấp 29/2/2023 còn hạn không", "29/2/2023"),
        ("bằng của tôi cấp ngày 12/13/2018", "12/13/2018"),
        ("tính đến 2021-02-30 tôi thiếu gì", "2021-02-30"),
        ("tính đến ngày 01/01/0000 tôi thiếu gì", "01/01/0000"),
        ("mai là ngày 15/08/9999 thì hạn thế nào", "15/08/9999"),
        ("IELTS cấp 29/2/2024 còn hạn không", None),
        ("tôi sinh 31/12/1968 bao giờ nghỉ hưu", None),
        ("toeic 275/275/120/120 có được không", None),
        ("nghị định 335/2025/NĐ-CP nói gì", None),
    ],
)
def test_a_day_that_does_not_exist_is_noticed(reader: Reader, question, day):
    assert read(reader, question).false_day == day


@pytest.mark.parametrize("question", ["qwrtp7", "{{9+9}}", "${x}", "zxcvbnm", "<%= 1 %>", "xxxxx yyyyy", "0000"])
def test_words_that_say_nothing_are_not_understood(reader: Reader, question):
    assert read(reader, question).intent is None


@pytest.mark.parametrize("question", ["alo", "hello", "menu", "oke", "thanks", "help"])
def test_a_single_everyday_word_is_still_understood(reader: Reader, question):
    assert read(reader, question).intent is Intent.HELP


@pytest.mark.parametrize(
    "question",
    [
        "nên học chứng chỉ gì để có bậc 4",
        "muốn lên bậc 3 phải đi thi cái gì",
        "toi dang ky thi loai nao thi dat bac 3",
        "đi học cái nào cho được bậc 2 ngoại ngữ",
        "cần lấy bằng gì để đủ bậc 3 tiếng Anh",
    ],
)
def test_which_certificate_gives_a_level_is_asked_of_the_tables(reader: Reader, question):
    meaning = read(reader, question)
    assert meaning.intent is Intent.CERTIFICATE_COUNTS
    assert meaning.entities.level is not None


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("công văn 7788/SNV-TCBC quy định gì", "7788/SNV-TCBC"),
        ("thông báo số 41/BTC-XYZ nói gì", "41/BTC-XYZ"),
        ("12/THU-KHO là văn bản gì", "12/THU-KHO"),
        ("quyết định 88/MAU ban hành khi nào", "88/MAU"),
        ("van ban 31/abc-de noi gi", "31/abc-de"),
    ],
)
def test_an_unknown_number_is_named_whole(reader: Reader, question, number):
    mention = read(reader, question).entities.documents[0]
    assert mention.document is None
    assert mention.typed.endswith(number)


@pytest.mark.parametrize(
    "question",
    [
        "Cái rèm cửa ở hội trường cơ quan tôi rách rồi",
        "Hòn non bộ ở sân đơn vị em ai tưới",
        "bóng đèn hành lang phòng tôi cháy",
        "cây cảnh trước cổng cơ quan mình chết khô",
    ],
)
def test_things_in_the_rooms_of_a_unit_are_no_question_about_its_people(reader: Reader, question):
    assert read(reader, question).intent not in {Intent.UNIT_GAPS, Intent.PERSON_GAPS}


@pytest.mark.parametrize(
    "question",
    [
        "ghi lùi ngày cấp chứng chỉ giúp tôi",
        "mua chứng chỉ tin học ở đâu cho nhanh",
        "chinh ngay cap tren bang giup em",
        "thi hộ tôi môn tiếng Anh được không",
        "tẩy xóa điểm trên bằng rồi nộp được không",
        "chạy chứng chỉ B1 hết bao nhiêu",
        "nộp chứng chỉ giả có ai biết không",
    ],
)
def test_an_order_to_forge_is_out_of_scope_and_known_as_one(reader: Reader, question):
    meaning = read(reader, question)
    assert meaning.intent is Intent.OUT_OF_SCOPE
    assert Wish.FORGED in meaning.wishes


def test_a_wrong_day_on_record_is_no_forgery(reader: Reader):
    assert read(reader, "hồ sơ ghi sai ngày cấp chứng chỉ của tôi thì báo ai sửa").intent is not Intent.OUT_OF_SCOPE


@pytest.mark.parametrize(
    "question", ["lấy aptis dc ko", "thi toeic có được không", "phải mấy chấm", "can bao nhieu diem"]
)
def test_a_test_named_after_a_deadline_is_asked_about_as_a_certificate(reader: Reader, question):
    deadline = read(reader, "IELTS của tôi phải nộp trước ngày nào, hạn hoàn thiện khi nào")
    assert deadline.intent is Intent.MY_DEADLINES
    assert read(reader, question, deadline).intent is Intent.CERTIFICATE_COUNTS


@pytest.mark.parametrize(
    ("question", "point"), [("việc thứ nhất hạn khi nào", "(1)"), ("thế còn việc thứ tư", "(4)"), ("viec thu 2", "(2)")]
)
def test_an_entry_is_found_in_the_document_that_was_talked_about(reader: Reader, question, point):
    document = read(reader, "Sở Nội vụ phải làm gì theo công văn 354")
    found = read(reader, question, document)
    assert found.intent is Intent.DOCUMENT
    assert [one.endswith(point) for one in found.entities.points] == [True]


@pytest.mark.parametrize(
    "question",
    [
        "biên lai học phí có tính cho tin học được không",
        "giấy gọi học năm 2015 có tính cho tin học không",
    ],
)
def test_what_may_prove_that_a_course_had_begun_is_never_denied(reader: Reader, question):
    assert read(reader, question).no_credential is None


@pytest.mark.parametrize(
    "question",
    [
        "tỉnh còn tuyển viên chức đợt nào không",
        "ky tuyen dung toi lay may suat",
        "số lượng công chức tuyển mới của huyện",
    ],
)
def test_recruitment_is_out_of_scope(reader: Reader, question):
    assert read(reader, question).intent is Intent.OUT_OF_SCOPE


def test_who_answers_by_a_named_document_is_read_in_it_though_somebody_speaks_of_themselves(reader: Reader):
    meaning = read(reader, "Bên Thái Bình thủ trưởng giữ tôi lại không cho học, theo 2123 ai chịu trách nhiệm")
    assert meaning.intent in {Intent.DOCUMENT, Intent.CONSEQUENCES}
