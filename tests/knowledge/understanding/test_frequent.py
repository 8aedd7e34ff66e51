"""Questions asked again: which promoted answer fits, and which unanswered ones are alike."""

from datetime import UTC, date, datetime, timedelta

import pytest

from knowledge.facts import FrequentAnswer
from knowledge.understanding.frequent import FrequentAnswers, group_alike, write_evaluation
from knowledge.understanding.meaning import Vocabulary
from tests.evaluation.questions import load_questions

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)


def known(question: str, **more) -> FrequentAnswer:
    made = {"number": 1, "answer": "Nộp tại phòng một cửa của sở.", "given_by": "Trần Mẫu", "given_for": "Sở Nội vụ"}
    return FrequentAnswer(question=question, given_on=date(2026, 11, 1), **(made | more))


@pytest.fixture
def find(reader):
    def found(question: str, *answers: FrequentAnswer, on: date = TODAY, above: frozenset | None = None):
        read = lambda words: reader.read(words, Vocabulary(), None, TODAY).entities  # noqa: E731
        return FrequentAnswers(answers, read).find(question, read(question), on, above)

    return found


ASKED = "Bản sao chứng chỉ IELTS 5.0 nộp ở phòng nào của sở?"


@pytest.mark.parametrize(
    "question",
    [
        ASKED,
        "ban sao chung chi ielts 5.0 nop o phong nao cua so",
        "bản sao chứng chỉ ielts 5.0 thì nộp ở phòng nào của sở ạ",
        "nộp bản sao chứng chỉ IELTS 5.0 ở phòng nào của sở",
    ],
)
def test_the_same_question_gets_the_promoted_answer_however_it_is_typed(find, question):
    assert find(question, known(ASKED)) is not None


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("Bản sao chứng chỉ IELTS 6.0 nộp ở phòng nào của sở?", "another score"),
        ("Bản sao chứng chỉ TOEIC 500 nộp ở phòng nào của sở?", "another kind"),
        ("Bản sao chứng chỉ IELTS 5.0 có giá trị mấy năm?", "another question"),
        ("Bản sáo chứng chỉ IELTS 5.0 nộp ở phòng nào của sở?", "a word whose marks make it another"),
    ],
)
def test_another_question_does_not_get_it(find, question, why):
    assert find(question, known(ASKED)) is None, why


def test_an_answer_reaches_only_its_scope(find):
    answer = known(ASKED, scope="SO-A")
    assert find(ASKED, answer, above=frozenset({"PHONG-1", "SO-A"})) is answer
    assert find(ASKED, answer, above=frozenset({"PHONG-2", "SO-B"})) is None
    assert find(ASKED, answer, above=None) is None


@pytest.mark.parametrize(
    ("on", "is_given"),
    [(date(2026, 10, 31), False), (date(2026, 11, 1), True), (date(2030, 1, 1), True)],
)
def test_an_answer_is_given_for_days_from_its_own_on(find, on, is_given):
    assert (find(ASKED, known(ASKED), on=on) is not None) is is_given


def test_an_answer_withdrawn_is_given_for_no_day_any_more(find):
    assert find(ASKED, known(ASKED, withdrawn_on=date(2026, 11, 20)), on=date(2026, 11, 10)) is None


def test_another_wording_that_was_kept_is_known_too(find):
    answer = known(ASKED, variants=("đem giấy ielts 5.0 đi đâu để nộp",))
    assert find("dem giay ielts 5.0 di dau de nop", answer) is answer


def test_alike_questions_are_counted_together_and_the_most_frequent_comes_first():
    asked = [
        (NOW - timedelta(days=3), "not_understood", "nộp bản sao ở phòng nào"),
        (NOW - timedelta(days=2), "no_basis", "nop ban sao o phong nao"),
        (NOW - timedelta(days=1), "not_understood", "bảng điểm học bạ có cần công chứng không"),
        (NOW, "not_understood", "nộp bản sao ở phòng nào ạ"),
    ]
    first, second = group_alike(asked)
    assert (first.count, first.question, first.first, first.last) == (3, asked[3][2], asked[0][0], NOW)
    assert first.outcomes == {"not_understood": 2, "no_basis": 1}
    assert second.count == 1


def test_questions_that_name_other_numbers_are_not_alike():
    asked = [(NOW, "no_basis", "công văn 4411 nói gì về tin học"), (NOW, "no_basis", "công văn 4412 nói gì về tin học")]
    assert [one.count for one in group_alike(asked)] == [1, 1]


def test_promoted_questions_join_the_evaluation_set_in_its_own_form(tmp_path):
    answers = [known(ASKED, document="2123/UBND-NC", point="3", variants=("hỏi cách khác thì sao",))]
    (tmp_path / "promoted.yaml").write_text(write_evaluation(answers), encoding="utf-8")
    first, second = load_questions(tmp_path)
    assert first.ask == ASKED
    assert first.expected.cites == ("2123/UBND-NC#3",)
    assert second.expected.says == ("Nộp tại phòng một cửa của sở.",)


@pytest.mark.parametrize(
    ("question", "asked_before", "why"),
    [
        ("Chồng tôi đi học có được hỗ trợ tiền không?", "Vợ tôi đi học có được hỗ trợ tiền không?", "of somebody else"),
        ("bao ve co phai hoc lop boi duong khong", "Lái xe có phải học lớp bồi dưỡng không?", "of another post"),
        ("tôi không được đi học", "Tôi được đi học không?", "it denies what was asked"),
    ],
)
def test_a_question_with_another_word_in_its_place_does_not_get_it(find, question, asked_before, why):
    assert find(question, known(asked_before)) is None, why


@pytest.mark.parametrize(
    "question", ["vo em di hoc co duoc ho tro tien khong a", "Vợ tôi đi học có được hỗ trợ tiền không vậy?"]
)
def test_politeness_and_abbreviations_make_no_other_question(find, question):
    assert find(question, known("Vợ tôi đi học có được hỗ trợ tiền không?")) is not None
