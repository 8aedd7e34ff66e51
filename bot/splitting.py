"""Cutting a long text into messages: at paragraph, sentence, then word ends, measured as the platforms measure."""

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_SMALLEST_LIMIT = 16
_PARAGRAPH_END = re.compile(r"\n\s*\n")
_LINE_END = re.compile(r"\n")
_SENTENCE_END = re.compile(r"[.!?;…][\"”’')\]]*\s")
_WORD_END = re.compile(r"\s")
# A cut of a better kind is taken only if it does not leave the part nearly empty.
_CUTS = ((_PARAGRAPH_END, 0.3), (_LINE_END, 0.3), (_SENTENCE_END, 0.3), (_WORD_END, 0.0))
_TAG_OR_ENTITY = re.compile(r"<(?P<close>/)?(?P<name>[a-z][a-z-]*)(?P<rest>[^<>]*)>|&(?:#\d+|#x[0-9a-fA-F]+|\w+);")
_ZERO_WIDTH_JOINER = "\u200d"
_FIRST_ASTRAL = 0x10000


def count_units(text: str) -> int:
    """Length in UTF-16 code units, which is how Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split_text(text: str, limit: int) -> list[str]:
    """Plain text in parts of at most `limit` UTF-16 units; only white space at cuts is dropped, no part is empty."""
    return [text[start:end] for start, end in _cut_all(text, limit)]


def split_html(text: str, limit: int) -> list[str]:
    """The same for Telegram's HTML, measured as shown; tags open at a cut are closed and opened again after it."""
    if count_units(text) <= limit and _is_whole(text):
        return [text]  # as nearly every answer is
    letters = list(_letters(text))
    shown = "".join(letter.shown for letter in letters)
    return [_rebuild(letters[start:end]) for start, end in _cut_all(shown, limit)]


def _is_whole(text: str) -> bool:
    """Whether a text shows something, begins and ends with it, and closes every tag that it opens, in their order."""
    open_tags: list[str] = []
    for tag in _TAG_OR_ENTITY.finditer(text):
        if tag["name"] is None:
            continue
        if not tag["close"]:
            open_tags.append(tag["name"])
        elif not open_tags or open_tags.pop() != tag["name"]:
            return False
    shown = html.unescape(_TAG_OR_ENTITY.sub(lambda found: "" if found["name"] else found[0], text))
    return not open_tags and bool(shown) and not (shown[0].isspace() or shown[-1].isspace())


def _cut_all(text: str, limit: int) -> Iterator[tuple[int, int]]:
    if limit < _SMALLEST_LIMIT:
        raise ValueError(f"a part of {limit} units holds no words")
    start, end = _without_space(text, 0, len(text))
    while start < end:
        cut = min(end, start + _fitting(text[start:end], limit))
        if cut < end:
            cut = start + _best_cut(text[start : min(end, cut + 1)], cut - start)
        yield _without_space(text, start, cut)
        start, end = _without_space(text, cut, end)


def _without_space(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _fitting(text: str, limit: int) -> int:
    """How many letters from the start fit into the limit."""
    used = 0
    for index, letter in enumerate(text):
        used += 2 if ord(letter) >= _FIRST_ASTRAL else 1
        if used > limit:
            return index
    return len(text)


def _best_cut(window: str, fits: int) -> int:
    """Where to cut a window that is one letter longer than what fits."""
    for ending, least in _CUTS:
        ends = [found.end() for found in ending.finditer(window) if found.start() <= fits]
        good = [end for end in ends if min(end, fits) > least * fits]
        if good:
            return min(good[-1], fits)
    return _between_letters(window, fits)


def _between_letters(window: str, fits: int) -> int:
    """The last place that parts no letter from its marks and no joined emoji; `fits` where there is none."""
    for cut in range(fits, 0, -1):
        if not _belongs_to_previous(window[cut]) and window[cut - 1] != _ZERO_WIDTH_JOINER:
            return cut
    return fits


def _belongs_to_previous(letter: str) -> bool:
    return letter == _ZERO_WIDTH_JOINER or unicodedata.category(letter) in {"Mn", "Me", "Sk"}


@dataclass(frozen=True, slots=True)
class _Letter:
    """One shown letter, as written in the source, with the tags open around it."""

    shown: str
    source: str
    tags: tuple[str, ...]


def _letters(text: str) -> Iterator[_Letter]:
    tags: tuple[str, ...] = ()
    position = 0
    for found in _TAG_OR_ENTITY.finditer(text):
        yield from (_Letter(letter, letter, tags) for letter in text[position : found.start()])
        position = found.end()
        if found["name"] is None:
            yield from _entity(found[0], tags)
        elif found["close"]:
            tags = tags[:-1]
        else:
            tags = (*tags, found[0])
    yield from (_Letter(letter, letter, tags) for letter in text[position:])


def _entity(source: str, tags: tuple[str, ...]) -> Iterator[_Letter]:
    shown = html.unescape(source)
    if len(shown) == 1:
        yield _Letter(shown, source, tags)
    else:  # not one that HTML knows: it stands for itself
        yield from (_Letter(letter, letter, tags) for letter in source)


def _rebuild(letters: list[_Letter]) -> str:
    written: list[str] = []
    open_tags: tuple[str, ...] = ()
    for letter in letters:
        written.append(_change_tags(open_tags, letter.tags))
        written.append(letter.source)
        open_tags = letter.tags
    written.append(_change_tags(open_tags, ()))
    return "".join(written)


def _change_tags(before: tuple[str, ...], after: tuple[str, ...]) -> str:
    shared = 0
    while shared < min(len(before), len(after)) and before[shared] == after[shared]:
        shared += 1
    closed = "".join(f"</{_tag_name(tag)}>" for tag in reversed(before[shared:]))
    return closed + "".join(after[shared:])


def _tag_name(tag: str) -> str:
    return re.split(r"[\s>]", tag[1:], maxsplit=1)[0]
