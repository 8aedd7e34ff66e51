"""Replies as text and as Telegram's HTML: order, footnotes, background apart, escaping."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.render import number_citations, render_html, render_text
from handlers.phrases import locale_of
from handlers.reply import Background, Line, Record, Reply
from knowledge.documents import Citation
from knowledge.facts import DocumentId
from knowledge.proof import Doubt
from tests.standins.telegram_api.markup import read_html


def cite(number: str, point: str | None = None) -> Citation:
    return Citation(DocumentId(number), point, held=True)


LETTER, TABLE, NATIONAL = cite("2123/UBND-NC", "3"), cite("1769/UBND-KGVX"), cite("17/2016", "Điều 23")


@pytest.fixture(autouse=True)
def speak_english():
    with locale_of("en"):
        yield


def describe(citation: Citation) -> str:
    return f"Letter {citation.document}"


FULL = Reply(
    "You lack one thing",
    lines=(
        Record("Required: level 3.", (LETTER,)),
        Record("language: missing", (TABLE, LETTER), is_item=True),
        Line("IT: fine", is_item=True),
        Background("Elsewhere this counts.", (NATIONAL,), Doubt.GUIDANCE),
        Line("Ask your department."),
    ),
)


EXPECTED = """\
You lack one thing

Required: level 3. [1]
• language: missing [2] [1]
• IT: fine

Ask your department.

For reference (not a basis of the decision)
Elsewhere this counts. [3]

Basis:
[1] Letter 2123/UBND-NC
[2] Letter 1769/UBND-KGVX

Sources of the reference:
[3] Letter 17/2016"""


def test_statements_come_first_and_background_apart_when_a_reply_has_both():
    assert render_text(FULL, describe) == EXPECTED


def test_html_shows_the_same_words_when_rendered_for_telegram():
    assert read_html(render_html(FULL, describe)).text == render_text(FULL, describe)


def test_a_basis_stays_a_basis_when_background_cites_it_too():
    reply = Reply("t", lines=(Background("b", (LETTER,), Doubt.GUIDANCE), Record("s", (TABLE,))), also_cites=(LETTER,))
    assert "Basis:\n[1] Letter 1769/UBND-KGVX\n[2] Letter 2123/UBND-NC" in render_text(reply, describe)
    assert "Sources" not in render_text(reply, describe)


def test_only_words_are_shown_when_nothing_is_cited():
    assert render_text(Reply("Hello", lines=(Line("How are you?"),)), describe) == "Hello\n\nHow are you?"
    assert render_html(Reply("", lines=(Line("only a line"),)), describe) == "only a line"


def test_markup_is_shown_as_typed_when_it_comes_from_outside():
    reply = Reply("<b>&amp;</b>", lines=(Record("<script>alert(1)</script> & <a href='x'>", (cite("<i>1"),)),))
    assert read_html(render_html(reply, describe)).text == render_text(reply, describe)


words = st.text(alphabet=st.characters(codec="utf-8"), min_size=1).filter(lambda text: text.strip())
citations = st.builds(cite, st.sampled_from(["1/A", "2/B", "3/C", "4/D"]), st.none() | st.just("1"))
sources = st.lists(citations, max_size=3).map(tuple)
lines = st.one_of(
    st.builds(Line, words, is_item=st.booleans()),
    st.builds(Record, words, sources, is_item=st.booleans()),
    st.builds(Background, words, sources, st.sampled_from(Doubt), is_item=st.booleans()),
)


@settings(deadline=None)  # machines that run everything at once are slow
@given(title=words, said=st.lists(lines, max_size=8).map(tuple), also=st.lists(citations, max_size=3).map(tuple))
def test_every_word_and_citation_is_shown_once_whatever_the_reply(title, said, also):
    with locale_of("en"):
        reply = Reply(title, lines=said, also_cites=also)
        shown = render_text(reply, describe)
        assert all(line.text in shown for line in said)
        numbers = number_citations(reply)
        assert set(numbers) == set(reply.citations)
        assert sorted(numbers.values()) == list(range(1, len(numbers) + 1))
        assert read_html(render_html(reply, describe)).text == shown
