"""The exam as a gate: what the product promises to answer rightly, at the desk, over the invented province."""

from collections.abc import AsyncIterator

import pytest

from bot.render import render_html, render_text
from bot.wiring import Office
from handlers.asking import Channel, Incoming
from handlers.reply import Outcome
from tests.databases import make_home
from tests.evaluation.asking import Marked, right_and_all, sit
from tests.evaluation.questions import STYLES, THREADS, load_questions
from tests.offices import sample_office

PROMISED = {"own_record": 0.98, "documents": 0.96, "certificates": 0.97, THREADS: 0.95, "refusals": 0.95}


@pytest.fixture(scope="module")
async def office(server_url: str) -> AsyncIterator[Office]:
    with make_home("exam") as home:
        async with sample_office(server_url, home) as opened:
            yield opened


@pytest.fixture(scope="module")
async def marked(office: Office) -> list[Marked]:
    return [one async for one in sit(office, load_questions())]


@pytest.mark.parametrize("group", PROMISED)
def test_a_group_of_questions_is_answered_as_well_as_promised(group, marked):
    of_group = [one for one in marked if one.question.group == group]
    right, whole = right_and_all(of_group)
    assert right >= PROMISED[group] * whole, wrong(of_group)


def test_hardly_any_question_with_an_answer_is_refused(marked):
    answerable = [one for one in marked if one.question.group != "refusals"]
    refused = [one for one in answerable if one.is_wrong_refusal]
    assert len(refused) <= 0.02 * len(answerable), wrong(refused)


def test_nothing_is_cited_that_does_not_exist(marked):
    assert [(one.question.ask, one.invented) for one in marked if one.invented] == []


def test_questions_without_marks_are_answered_as_well_as_those_with_marks(marked):
    shares = {}
    for style in STYLES:
        right, whole = right_and_all([one for one in marked if one.question.style == style])
        shares[style] = right / whole
    assert shares["marked"] - shares["unmarked"] <= 0.02


def wrong(marked: list[Marked]) -> str:
    """The wrong answers, one a line."""
    return "\n".join(
        f"{one.question.ask!r} ({one.question.person}): {'; '.join(one.faults)}" for one in marked if one.faults
    )


HOSTILE = {
    "letters that end strings": "\x00tôi còn thiếu gì\x00",
    "text turned around": "\u202etôi còn thiếu gì\u202c",
    "letters that join nothing": "tôi\u200b còn\u200d thiếu\ufeff gì",
    "colours of a terminal": "\x1b[31mcông văn 2123 nói gì\x1b[0m",
    "a hundred thousand letters": "a" * 100_000,
    "a question repeated until it fills a book": "tôi còn thiếu gì " * 6_000,
    "half a letter": "\ud800 hạn của tôi",
    "nothing but space": "\n\n\t\r \u3000",
    "pictures": "😀" * 3_000,
    "marks without letters": "\u0301" * 3_000,
    "markup": "<script>alert(1)</script> công văn 2123 nói gì &amp; <b>",
    "places for values": "%s %d {0} {name} {document}",
    "an order to a database": "'; DROP TABLE people; --",
    "slashes": "/" * 3_000,
    "a command with an endless subject": "/lienket " + "A" * 100_000,
    "wide digits": "công văn ２１２３ nói gì",
    "addresses without end": "a@" * 1_900,
    "digits without end": "1/" * 1_900,
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("person", [None, "CB001"])
async def test_hostile_words_are_answered_or_refused_and_shown_clean(name, person, office):
    asked = Incoming(Channel.WEB, "hostile", text=HOSTILE[name], person=person, thread=f"web:hostile-{person}")
    reply = await office.desk.answer(asked)
    shown = render_text(reply, office.describe)
    assert shown
    assert not [letter for letter in shown if (ord(letter) < 32 and letter != "\n") or letter in "\u202e\u200b\ufeff"]
    assert "<script>" not in render_html(reply, office.describe)
    again = Incoming(Channel.WEB, "hostile", text="công văn 2123 nói gì", person=person, thread=f"web:hostile-{person}")
    assert (await office.desk.answer(again)).outcome is Outcome.ANSWERED
