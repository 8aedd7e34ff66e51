"""The evaluation set itself: large enough, in equal styles, and nothing in it was learned from."""

from collections import Counter

import pytest

from knowledge.folding import fold_words
from knowledge.understanding.examples import load_examples
from knowledge.understanding.marks import has_marks
from knowledge.understanding.meaning import Intent
from tests.evaluation.questions import SETS, STYLES, THREADS, Question, load_questions


@pytest.fixture(scope="module")
def questions() -> tuple[Question, ...]:
    return load_questions()


def test_the_set_is_as_large_as_promised(questions):
    single = [one for one in questions if one.group != THREADS]
    threads = {one.thread for one in questions if one.group == THREADS}
    assert len(single) >= 600
    assert len(threads) >= 60
    assert sum(one.group == "refusals" for one in single) >= 100
    assert sum(one.group == "premises" for one in single) >= 50


def test_the_styles_have_equal_parts(questions):
    counts = Counter(one.style for one in questions)
    assert set(counts) == set(STYLES)
    assert min(counts.values()) >= 0.3 * len(questions)


def test_no_question_is_learned_from(questions):
    learned = {fold_words(one.text) for one in load_examples()}
    assert [one.ask for one in questions if one.group != THREADS and fold_words(one.ask) in learned] == []


@pytest.mark.parametrize(
    ("name", "least"),
    [
        pytest.param("second", 400, id="the second set"),
        pytest.param("third", 380, id="the third set"),
        pytest.param("fourth", 320, id="the fourth set"),
    ],
)
def test_no_question_of_a_later_set_is_learned_from_or_in_the_first(questions, name, least):
    known = {fold_words(one.text) for one in load_examples()}
    known |= {fold_words(one.ask) for one in questions if one.group != THREADS}
    later = load_questions(SETS[name])
    assert len(later) >= least
    assert [one.ask for one in later if one.group != THREADS and fold_words(one.ask) in known] == []


def test_no_question_is_asked_twice(questions):
    counts = Counter(fold_words(one.ask) + (one.person or "") + str(one.on) + one.style
                     for one in questions if one.group != THREADS)  # fmt: skip
    assert [words for words, count in counts.items() if count > 1] == []


def test_unmarked_questions_have_no_marks(questions):
    unmarked = [one.ask for one in questions if one.style == "unmarked"]
    assert [ask for ask in unmarked if any(map(has_marks, ask.lower().split()))] == []


def test_every_intent_is_asked_for(questions):
    asked = {intent for one in questions for intent in (*one.expected.intent, *one.expected.outcome)}
    assert {intent.value for intent in Intent} - asked == set()
