"""The foot of a document: for whom it is signed, by which office-holder, by whom; and who receives it."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from knowledge.reading.alike import fold_in_place
from knowledge.reading.draft import Doubt, Found
from knowledge.reading.layout import is_upper, patterns
from knowledge.reading.lines import Line
from knowledge.reading.markers import find_marker
from knowledge.reading.offices import properly, title_properly
from knowledge.reading.words import load_words

_COLUMNS = re.compile(r"\t+|\s{3,}")
_NAME_WORDS = range(2, 7)
_LONGEST_NAME = 40
_NAME = re.compile(r"[A-ZÀ-ỸĐ][a-zà-ỹđ]*|[A-ZÀ-ỸĐ]+")
# Behind an item of the list of receivers: an office in capitals, or a name.
_TAIL = re.compile(
    r"(?<=[;.:,])\s+(?:[A-ZÀ-ỸĐ]{2,}(?:\s+[A-ZÀ-ỸĐ]{2,}){1,6}|[A-ZÀ-ỸĐ][a-zà-ỹđ]*(?:\s+[A-ZÀ-ỸĐ][a-zà-ỹđ]*){2,4})$"
)
_RANKS = re.compile(
    r"^(?:(?:gs|pgs|ts|ths|bs|bsckii|bscki|ks|cn|nsnd|tskh|dai ta|thuong ta|trung ta|thieu tuong)[.\s]+)+"
)


def read_signature(text: str, lines: Iterable[Line]) -> tuple[Found[str], Found[str], Found[str]]:
    """Signer, the signer's office, and the body signed for; what the foot does not have is not found."""
    pieces = list(_pieces(text, lines))
    begins = next((at for at, piece in enumerate(pieces) if _signs(piece.value or "") or _is_title(piece)), None)
    if begins is None:
        return _missing(), _missing(), _missing()
    signs_for = _missing(Doubt.NOT_FOUND)
    title: Found[str] = _missing()
    name: Found[str] = _missing()
    for piece in pieces[begins:]:
        words = piece.value or ""
        form = _signs(words)
        if form is not None:
            _start, form_end = form
            rest = words[form_end:].strip(" .")
            kept, tail = _split_title(rest)
            start = (piece.start or 0) + words.find(rest, form_end)
            if signs_for.value is None and not _is_office_holder(kept):
                signs_for = Found(properly(kept), start, start + len(kept))
            if tail or _is_office_holder(kept):
                held = tail or kept
                at = (piece.start or 0) + words.rfind(held)
                title = Found(title_properly(held), at, at + len(held))
        elif _is_title(piece) and name.value is None:
            title = Found(title_properly(words.strip(" .")), piece.start, (piece.start or 0) + len(words.rstrip(" .")))
        elif title.value is not None and name.value is None and _is_name(words):
            name = piece
    return name, title, signs_for


def read_receivers(text: str, lines: Iterable[Line]) -> tuple[Found[str], ...]:
    """Those who get the document, from the list at its foot."""
    found: list[Found[str]] = []
    is_open = False
    for piece in _pieces(text, lines):
        words = piece.value or ""
        said = patterns().receivers.match(fold_in_place(words))
        if said:
            is_open = True
            continue
        if is_open and words.startswith(("-", "–", "+", "•")):
            item = words.lstrip("-–+• ")
            start = (piece.start or 0) + len(words) - len(item)
            item = item.rstrip(" ;.,")
            if item:
                found.append(Found(item, start, start + len(item)))
    return tuple(found)


def read_addressees(text: str, lines: Iterable[Line]) -> tuple[Found[str], ...]:
    """Those to whom a letter is addressed."""
    found: list[Found[str]] = []
    for number, line in enumerate(lines):
        start = line.start
        if number == 0:
            said = patterns().addressees.match(line.alike)
            start += said.end() if said else 0
            if not text[start : line.end].strip(" *:"):
                continue
        marker = find_marker(line) if number else None
        if marker is None and found and number > 1:
            last = found.pop()
            found.append(Found(text[last.start : line.end], last.start, line.end))
            continue
        first = start + (marker.length if marker is not None else 0)
        found.append(Found(text[first : line.end], first, line.end))
    return tuple(one for one in (_tidied(item) for item in found) if one.value)


def _tidied(item: Found[str]) -> Found[str]:
    words = item.value or ""
    lead = len(words) - len(words.lstrip(" -*:"))
    kept = words[lead:].rstrip(" ;.,*")
    start = (item.start or 0) + lead
    return Found(" ".join(kept.split()), start, start + len(kept))


def _missing(doubt: Doubt | None = Doubt.NOT_FOUND) -> Found[str]:
    return Found(None, doubt=doubt)


def _pieces(text: str, lines: Iterable[Line]) -> Iterator[Found[str]]:
    """The columns of each line; "- Như trên; TM. …" on one line is two columns as well."""
    for line in lines:
        at = line.start
        for column in [*_COLUMNS.finditer(line.words), None]:
            end = line.start + column.start() if column else line.end
            words = text[at:end]
            inner = _inner_column(words)
            yield from _stripped(at, words[:inner])
            if inner is not None:
                yield from _stripped(at + inner, words[inner:])
            at = line.start + column.end() if column else end


def _inner_column(words: str) -> int | None:
    """Where a second column begins that was read into the same line as an item of the first."""
    signing = _inner_signing().search(words)
    if signing and is_upper(words[signing.start() :]):
        return signing.start()
    is_item = words.startswith(("-", "–", "+")) or patterns().receivers.match(fold_in_place(words)) is not None
    tail = _TAIL.search(words) if is_item else None
    return tail.start() if tail else None


def _stripped(start: int, words: str) -> Iterator[Found[str]]:
    kept = words.strip(" *\t")
    if kept:
        first = start + words.find(kept)
        yield Found(kept, first, first + len(kept))


def _signs(words: str) -> tuple[int, int] | None:
    found = patterns().signing.match(words)
    return (found.start(), found.end()) if found and is_upper(words) else None


def _is_title(piece: Found[str]) -> bool:
    words = piece.value or ""
    return is_upper(words) and bool(patterns().title.fullmatch(fold_in_place(words).strip(" .")))


def _is_office_holder(words: str) -> bool:
    return bool(patterns().title.fullmatch(fold_in_place(words)))


def _split_title(rest: str) -> tuple[str, str]:
    """Divide "CHỦ TỊCH PHÓ CHỦ TỊCH" into the one signed for and the one who signs; a body's name likewise."""
    said = fold_in_place(rest)
    for found in _inner_title().finditer(said):
        if found.start() > 0:
            return rest[: found.start()].strip(), rest[found.start() :].strip()
    return rest, ""


def _is_name(words: str) -> bool:
    said = fold_in_place(words)
    if len(words) > _LONGEST_NAME or _not_a_name().search(said) or (words.isupper() and _office().match(said)):
        return False
    bare = words[_end_of_ranks(said) :]
    parts = bare.split()
    return len(parts) in _NAME_WORDS and all(_NAME.fullmatch(part) for part in parts)


def _end_of_ranks(said: str) -> int:
    found = _RANKS.match(said)
    return found.end() if found else 0


@lru_cache(maxsize=1)
def _not_a_name() -> re.Pattern[str]:
    words = load_words()
    return re.compile(rf"{words.one_of('not_names', 'receiver_words')}|^{words.one_of('titles')}$")


@lru_cache(maxsize=1)
def _office() -> re.Pattern[str]:
    return re.compile(rf"{load_words().one_of('bodies')}\b")


@lru_cache(maxsize=1)
def _inner_title() -> re.Pattern[str]:
    return re.compile(rf"(?<=\s){load_words().one_of('titles')}$")


@lru_cache(maxsize=1)
def _inner_signing() -> re.Pattern[str]:
    forms = "|".join(re.escape(written) for written, _meaning in load_words().signing_for if len(written) > 1)
    return re.compile(rf"(?<=[\s;.])(?:{forms})\.\s?(?=[A-ZÀ-ỸĐ]{{2}})")
