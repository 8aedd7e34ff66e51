"""A day that somebody takes for their deadline is confirmed or denied, and whether it counts is told."""

from datetime import date

import pytest

from handlers.officials.gaps import list_my_deadlines
from knowledge.understanding.meaning import Wish
from tests.handlers.test_unlisted_papers import understood
from tests.handlers.visits import cited, visit, with_standards, words
from tests.people import official

CONFIRMED = frozenset({Wish.CONFIRMED})


def told(library, text: str, wishes: frozenset[Wish], **named) -> str:
    asked = understood(visit(with_standards(library), official(), text=text, **named), wishes=wishes)
    reply = list_my_deadlines(asked, official())
    assert cited(reply)
    return words(reply)


def test_the_own_day_is_confirmed_with_whether_it_counts(library):
    plain = told(library, "", frozenset())
    assert "ngày đó vẫn được tính" not in plain
    assert "31/12/2026 là hạn của đồng chí; ngày đó vẫn được tính" in told(library, "31/12 phải không", CONFIRMED)


def test_another_day_is_denied(library):
    assert "30/06 không phải là hạn của đồng chí" in told(library, "30/6 đúng không", CONFIRMED)
    assert "31/12/2026 là hạn" not in told(library, "", CONFIRMED, dates=(date(2026, 6, 30),))


@pytest.mark.parametrize("text", ["nộp đúng ngày còn kịp không", "45/13 gồm cả ngày đó chứ"])
def test_whether_the_last_day_counts_is_told_without_naming_it(library, text):
    assert "ngày đó vẫn được tính" in told(library, text, frozenset({Wish.DAY_COUNTED}))
