"""Templates and fields of broadcasts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.broadcasting import FIELDS, MOST_FIELDS, count_fields, fill, find_unknown_fields, load_templates


def test_templates_know_their_fields_and_fit_into_a_message():
    for one in load_templates():
        assert not find_unknown_fields(one.text)
        assert count_fields(one.text) <= MOST_FIELDS
        assert len(one.text) < 1000
        assert len(f"broadcast.form|text:mau:{one.code}".encode()) <= 64


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("Kính gửi {ho_ten}, {don_vi}", ()),
        ("{luong} {ho_ten} {luong}", ("luong",)),
        ("{ho_ten", ("{",)),
        ("a } b", ("}",)),
        ("{{ho_ten}}", ("{", "}")),
        ("{}", ("",)),
        ("{ho_ten.__class__}", ("ho_ten.__class__",)),
    ],
)
def test_what_is_no_field_is_found(text, unknown):
    assert find_unknown_fields(text) == unknown


@given(st.dictionaries(st.sampled_from(FIELDS), st.text()), st.text())
def test_filling_in_is_done_once_whatever_is_filled_in(values, text):
    plain = text.replace("{", "").replace("}", "")

    assert fill(plain + "{ho_ten}", {**values, "ho_ten": "{don_vi}"}) == plain + "{don_vi}"
    assert fill(plain, values) == plain
