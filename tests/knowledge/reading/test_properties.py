"""Whatever the text: reading ends, soon, without an error, and says only places that are in the text."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.reading.cleaning import clean
from knowledge.reading.reader import read
from tests.reading import INVENTED_TEXTS, places_after_cleaning

_PIECES = (
    "Điều 1.|1.|2.1.|a)|-|+|(1)|(2)|I.|Chương II|Kính gửi:|Nơi nhận:|TM.|KT.|CHỦ TỊCH|QUYẾT ĐỊNH|PHỤ LỤC|(kèm theo|Số:"
    "|12/QĐ-UBND|ngày 31/12/2033|trước ngày|trong quý I năm 2033|hằng năm|sau khi có|ỦY BAN NHÂN DÂN|TỈNH SÔNG TRĂNG"
    "|V/v|Về việc|:|;|.|   |*|**|Sở Nội vụ chủ trì|05 ngày làm việc kể từ ngày nhận|đ)|Đến năm 2033:"
)
_WORDS = st.sampled_from([*_PIECES.split("|"), "\n", "\n\n", "\t"])
_TEXTS = st.one_of(
    st.text(max_size=400),
    st.lists(_WORDS, max_size=60).map(" ".join),
    st.lists(st.one_of(_WORDS, st.text(max_size=12)), max_size=60).map("\n".join),
)


@settings(max_examples=250, deadline=None)
@given(_TEXTS)
def test_any_text_is_read_and_every_place_lies_in_it(written):
    text = clean(written)
    draft = read(text)

    for one in (
        draft.number,
        draft.symbol,
        draft.kind,
        draft.issuer,
        draft.dated,
        draft.subject,
        draft.signer,
        *draft.addressees,
    ):
        if one.start is not None and one.end is not None:
            assert 0 <= one.start <= one.end <= len(text)
    for point in draft.points:
        assert 0 <= point.start < point.own_end <= point.end <= len(text)
    for mention in draft.times:
        assert 0 <= mention.wording_start <= mention.start < mention.end <= len(text)
    for cited in draft.cites:
        assert text[cited.start : cited.end]


@settings(max_examples=250, deadline=None)
@given(_TEXTS)
def test_points_have_different_ids_and_stand_within_the_point_above(written):
    points = read(clean(written)).points
    known = {one.id: one for one in points}

    assert len(known) == len(points)
    for one in points:
        if one.parent is not None:
            assert known[one.parent].start <= one.start <= one.end <= known[one.parent].end


@settings(max_examples=200, deadline=None)
@given(_TEXTS)
def test_cleaning_twice_changes_nothing_more(written):
    assert clean(clean(written)) == clean(written)


@pytest.mark.parametrize("text", INVENTED_TEXTS, ids=lambda text: text.split("\n", 1)[0][:30])
def test_cleaning_leaves_every_word_of_a_document(text):
    cleaned = clean(text)
    places_after_cleaning(text, cleaned)
    assert "".join(cleaned.split()) == "".join(text.split())


SIZE = 60_000
HOSTILE = {
    "digits": "1" * SIZE,
    "digits with spaces": "1 " * SIZE,
    "slashes": "1/" * SIZE,
    "spaces": " " * SIZE + "x",
    "open brackets": "(" * SIZE,
    "one long line of capitals": "ỦY BAN NHÂN DÂN " * (SIZE // 16),
    "announced points": "1. Xin:\n" * (SIZE // 8),
    "nested numbers": "\n".join(".".join(["1"] * (n % 6 + 1)) + ". Xin:" for n in range(SIZE // 12)),
    "loose paragraphs": "1. Mở.\n" + "Đoạn này.\n\n" * (SIZE // 11),
    "annexes": "1. Mở.\n" + "PHỤ LỤC\n(kèm theo)\n" * (SIZE // 19),
    "rows in rows": "1. Trưởng\n- a: (1) b; (2) c\n+ d\n" * (SIZE // 32),
    "marks": "**a** " * (SIZE // 6),
    "periods": "trong thời hạn 5 ngày kể từ ngày " * (SIZE // 33),
    "a symbol without end": "1/" + "AB-" * (SIZE // 3),
}


@pytest.mark.parametrize("written", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_read_in_bounded_time(written):
    began = time.perf_counter()
    read(clean(written))
    assert time.perf_counter() - began < 15  # a tenth of a second to two seconds, on a machine that is busy
