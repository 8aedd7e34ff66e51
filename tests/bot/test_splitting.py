"""Long texts in parts: nothing lost, nothing too long, nothing broken."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.splitting import count_units, split_html, split_text
from tests.standins.telegram_api.markup import read_html

letters = st.text(alphabet=st.sampled_from("ab ă\n.!?;\t😀👨\u200d&<>\u0301"), max_size=400)
limits = st.integers(min_value=16, max_value=120)


def without_space(text: str) -> str:
    return "".join(text.split())


@settings(deadline=None)  # machines that run everything at once are slow
@given(letters, limits)
def test_nothing_is_lost_or_too_long_whatever_the_text(text, limit):
    parts = split_text(text, limit)
    assert without_space("".join(parts)) == without_space(text)
    assert all(part == part.strip() != "" for part in parts)
    assert all(count_units(part) <= limit for part in parts)


pieces = st.recursive(
    st.text(alphabet=st.sampled_from("ab ă.\n😀"), max_size=40) | st.sampled_from(["&amp;", "&lt;", "&gt;", "&quot;"]),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag.split(' ', maxsplit=1)[0]}>",
        st.sampled_from(["b", "i", "u", 'a href="https://chinhphu.vn"']),
        st.lists(inner, max_size=4),
    ),
    max_leaves=25,
)


@settings(deadline=None)  # machines that run everything at once are slow
@given(st.lists(pieces, max_size=6).map("".join), limits)
def test_tags_stay_balanced_and_entities_whole_whatever_the_html(text, limit):
    parts = split_html(text, limit)
    shown = [read_html(part) for part in parts]  # raises where a part is not valid by itself
    whole = read_html(text)
    assert without_space("".join(one.text for one in shown)) == without_space(whole.text)
    assert all(one.text.strip() and count_units(one.text) <= limit for one in shown)
    kinds = {entity["type"] for entity in whole.entities if whole.text.strip()}
    assert {entity["type"] for one in shown for entity in one.entities} <= kinds


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param("one two\n\nthree four five", ["one two", "three four five"], id="between paragraphs first"),
        pytest.param("One two. Three four five", ["One two.", "Three four five"], id="then between sentences"),
        pytest.param("one two three four five", ["one two three", "four five"], id="then between words"),
        pytest.param("a" * 40, ["a" * 16, "a" * 16, "a" * 8], id="inside a word only when it is longer than a part"),
        pytest.param("exactly sixteen!", ["exactly sixteen!"], id="not at all when it fits exactly"),
        pytest.param("x exactly sixteen", ["x exactly", "sixteen"], id="one letter too many"),
        pytest.param("  \n ", [], id="white space alone makes no part"),
        pytest.param("😀" * 9, ["😀" * 8, "😀"], id="an emoji counts two"),
        pytest.param("a" * 15 + "ă" * 3, ["a" * 15 + "ă", "ăă"], id="composed letters count one"),
        pytest.param("a" * 15 + "e\u0301b", ["a" * 15, "e\u0301b"], id="a mark stays with its letter"),
        pytest.param("a" * 14 + "👨\u200d👩", ["a" * 14, "👨\u200d👩"], id="a joined emoji stays whole"),
    ],
)
def test_text_is_cut_at_the_best_place(text, parts):
    assert split_text(text, 16) == parts


def test_bold_goes_on_when_a_cut_falls_inside_it():
    assert split_html("<b>one two three <i>four five</i></b>", 16) == [
        "<b>one two three</b>",
        "<b><i>four five</i></b>",
    ]


def test_a_limit_is_refused_when_no_word_fits_it():
    with pytest.raises(ValueError, match="holds no words"):
        split_text("text", 3)
