"""A question about another province is never answered from the table at home, and one's own record says whose rules."""

import pytest

from handlers.elsewhere import answered_there, find_elsewhere, say_where
from handlers.officials.certificates import judge_certificates
from handlers.officials.gaps import list_my_gaps
from handlers.reply import Outcome
from tests.handlers.visits import cited, visit, with_table, words
from tests.people import NEIGHBOUR, credential, official

IELTS = (("ielts", "4.5"),)
TABLE = "1769/UBND-KGVX"


async def judge(book, person=None, **named):
    async def answer(moved):
        return judge_certificates(moved)

    return await answered_there(answer)(visit(book, person, kinds=IELTS, **named))


async def test_a_certificate_at_home_is_judged_by_the_table_at_home(library):
    reply = await judge(with_table(library), territories=("hung-yen",))

    assert TABLE in cited(reply)
    assert reply.outcome is Outcome.ANSWERED


@pytest.mark.parametrize("place", ["quang-ngai", "hai-phong", "kon-tum"])
async def test_a_certificate_elsewhere_is_not_judged_by_the_table_at_home(library, place):
    reply = await judge(with_table(library), territories=(place,))

    assert TABLE not in cited(reply)
    assert reply.outcome is Outcome.NO_BASIS
    assert "hỏi về" in reply.title


async def test_where_a_certificate_was_taken_does_not_move_the_question(library):
    reply = await judge(with_table(library), territories=("hai-phong",), issue_places=("hai-phong",))

    assert TABLE in cited(reply)


def test_of_home_and_another_province_the_other_is_asked_about(library):
    asked = find_elsewhere(visit(with_table(library), territories=("hung-yen", "quang-ngai")))

    assert asked == "quang-ngai"


def test_ones_own_territory_is_not_elsewhere(library):
    there = official(unit=NEIGHBOUR.code)

    assert find_elsewhere(visit(with_table(library), there, territories=("thai-binh",))) is None


def test_an_answer_on_the_own_record_says_whose_rules_it_follows(library):
    here = visit(with_table(library), official(), territories=("quang-ngai",))

    assert "không theo quy định của Quảng Ngãi" in words(say_where(list_my_gaps(here, here.person), here))


async def test_a_certificate_of_ones_own_is_looked_up_by_level_and_year(library):
    mine = official(credentials=(credential("ielts", "4.5"),))
    book = with_table(library)

    own = await judge(book, mine, speaks_of_self=True)
    general = await judge(book, mine)

    assert "chưa rõ ngày cấp" not in words(own)
    assert "chưa rõ ngày cấp" in words(general)
