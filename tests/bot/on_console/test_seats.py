"""Who sits at the console is looked at anew for each page: a session outlives no post."""

from dataclasses import replace
from datetime import date

from bot.on_console.seats import Seat, find_member
from knowledge.facts import PersonCode, Role
from tests.people import DISTRICT, UNITS, official, rule_book

ME = PersonCode("CB009")


def test_the_head_of_a_unit_that_is_merged_away_sits_there_no_more(library):
    units = tuple(replace(one, head=ME) if one.code == DISTRICT.code else one for one in UNITS)
    book, head = rule_book(library, units=units), official(code=ME, unit=DISTRICT.code, roles=frozenset({Role.HEAD}))

    before = find_member(head, book.on(date(2025, 6, 30)))
    assert before is not None
    assert Seat.HEAD in before.seats
    after = find_member(head, book.on(date(2025, 7, 1)))
    assert after is None or not after.units
