"""A day that somebody takes for their deadline is confirmed or denied, and whether it counts is told."""

from datetime import date

import pytest

from handlers.officials.gaps import list_my_deadlines
from handlers.phrases import _
from knowledge.understanding.meaning import Wish
from tests.handlers.test_unlisted_papers import understood
from tests.handlers.visits import cited, visit, with_standards, words
from tests.people import official, review

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


@pytest.mark.parametrize(
    ("more", "asked", "decisive", "written"),
    [
        (
            {"deadline": date(2027, 1, 2)},
            date(2026, 12, 31),
            "Whoever is done by {asked} is in time; the day written is another one.",
            "As written: {day} at the latest; the last day is {last}.",
        ),
        (
            {"deadline": date(2027, 1, 1), "deadline_included": False},
            date(2026, 12, 31),
            "Whoever is done by {asked} is in time; the day written is another one.",
            "As written: before {day}; the last day is {last}.",
        ),
        (
            {"deadline": date(2027, 1, 2)},
            date(2027, 1, 5),
            "Whoever is done only by {asked} is too late.",
            "As written: {day} at the latest; the last day is {last}.",
        ),
    ],
)
def test_whether_another_day_is_in_time_is_said_with_the_day_written_and_the_last_one(
    library, more, asked, decisive, written
):
    one = review(**more)
    last = one.deadline if one.deadline_included else date(2026, 12, 31)
    visited = visit(with_standards(library, rounds=(one,)), official(), text="hạn đúng không", dates=(asked,))
    said = words(list_my_deadlines(understood(visited, wishes=CONFIRMED), official()))

    shown = {name: day.strftime("%d/%m/%Y") for name, day in (("asked", asked), ("day", one.deadline), ("last", last))}
    assert _(decisive).format(**shown) in said
    assert _(written).format(**shown) in said


def test_day_without_a_year_is_the_next_one_of_that_name(library):
    book = with_standards(library, rounds=(review(deadline=date(2027, 1, 2)),))
    for text, day in (("31/12 phải không", "31/12/2026"), ("hạn 5/1 đúng không", "05/01/2027")):
        said = words(list_my_deadlines(understood(visit(book, official(), text=text), wishes=CONFIRMED), official()))
        assert day in said
    leap = understood(visit(book, official(), text="29/2 đúng không"), wishes=CONFIRMED)
    assert _("No: {day} is not a deadline of yours.").format(day="29/02") in words(list_my_deadlines(leap, official()))
