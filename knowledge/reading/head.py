"""The head of a document: number, symbol, kind, date, office and subject, in whatever order the columns were read."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import groupby, pairwise

from knowledge.reading.alike import fold_in_place
from knowledge.reading.draft import Doubt, Found
from knowledge.reading.layout import is_upper, patterns
from knowledge.reading.lines import Line
from knowledge.reading.numbers import BLANK, LOOSE, is_symbol, symbol_written, written
from knowledge.reading.words import Kind, load_words

_COLUMNS = re.compile(r"\t+|\s{3,}")
_LONGEST_PLACE = 45
_PLACE = re.compile(
    r"(?<!\S)(?:(?:[A-ZÀ-ỸĐ][a-zà-ỹđ]+|-|TP\.?)\s+){0,4}[A-ZÀ-ỸĐ][a-zà-ỹđ]+\s*,$"
)  # a name of a place, then a comma
_DOTS = r"[\s.…_]{0,12}"
_SUBJECT_LINES = 30
_OFFICE_LINES = 3  # that the name of an office takes at most


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands in one column of one line of the head."""

    start: int
    end: int
    words: str
    alike: str
    line: int
    after_gap: bool


@dataclass(frozen=True, slots=True)
class Head:
    """What was read; `offices` are the names in capitals, the highest first."""

    number: Found[str]
    symbol: Found[str]
    kind: Found[str]
    dated: Found[date]
    subject: Found[str]
    offices: tuple[Found[str], ...]


@dataclass(frozen=True)
class _Patterns:
    nation: re.Pattern[str]
    number: re.Pattern[str]
    dated: re.Pattern[str]
    undated: re.Pattern[str]
    subject: re.Pattern[str]
    leads: re.Pattern[str]
    opens: re.Pattern[str]
    office: re.Pattern[str]
    place: re.Pattern[str]
    kinds: tuple[tuple[re.Pattern[str], Kind], ...]


def read_head(text: str, lines: Iterable[Line], *, has_addressees: bool) -> Head:
    """Read the head; everything may be missing, each with its doubt."""
    pieces = list(_pieces(text, lines))
    number, symbol, number_piece = _number(text, pieces)
    dated = _dated(text, pieces)
    kind, kind_at = _kind(pieces, symbol.value, number.value, has_addressees=has_addressees)
    subject = _subject(pieces, kind_at, has_addressees=has_addressees)
    used = {number_piece}
    offices = _offices(pieces, used, kind_at, subject)
    return Head(number, symbol, kind, dated, subject, offices)


@lru_cache(maxsize=1)
def _patterns() -> _Patterns:
    words = load_words()
    day, month, year = (words.one_of(f"dates.{name}") for name in ("day", "month", "year"))
    number_word = words.one_of("number_words")
    kinds = words.one_of_names()
    return _Patterns(
        nation=re.compile(words.one_of("nation_words", "old_nation_words")),
        number=re.compile(rf"(?:{kinds}\s+)?{number_word}\s*[:.;]?\s*"),
        dated=re.compile(
            rf"(?:^|(?<=[\s,])){day}\s*(?P<d>\d{{1,2}})\s*(?:{month}\s*|[/.\-]\s?)(?P<m>\d{{1,2}})"
            rf"\s*(?:{year}\s*|[/.\-]\s?)(?P<y>\d{{4}})"
        ),
        undated=re.compile(
            rf"(?:^|(?<=[\s,])){day}{_DOTS}(?:\d{{1,2}})?{_DOTS}{month}{_DOTS}(?:\d{{1,2}})?{_DOTS}{year}"
        ),
        subject=re.compile(rf"(?:{words.one_of('subject_words')})\s*[:.]?\s*"),
        leads=re.compile(rf"{words.one_of('subject_leads')}\s+"),
        opens=re.compile(rf"{words.one_of('basis_words')}\b"),
        office=re.compile(rf"{words.one_of('bodies')}\b(?!\s+hanh\b)"),
        place=re.compile(rf"{words.one_of('places')}\s"),
        kinds=tuple(
            (re.compile(rf"{words.form(kind.name)}(?![a-z])"), kind)
            for kind in sorted(words.kinds, key=lambda one: -len(one.name))
        ),
    )


def _pieces(text: str, lines: Iterable[Line]) -> Iterator[Piece]:
    known = _patterns()
    for number, line in enumerate(lines):
        at = line.start
        gap = line.after_gap
        for column in [*_COLUMNS.finditer(line.words), None]:
            end = line.start + column.start() if column else line.end
            cuts = [at, end]
            said = fold_in_place(text[at:end])
            for found in known.nation.finditer(said):
                cuts += [at + found.start(), at + found.end()]
            day = known.dated.search(said) or known.undated.search(said)
            if day and (first := _place_start(text[at:end], day.start())) is not None:
                cuts += [at + first, at + day.end()]
            bounds = sorted(set(cuts))
            for first, last in pairwise(bounds):
                words = text[first:last]
                lead = len(words) - len(words.lstrip(" ,;*"))
                words = words.strip(" ,;*")
                if words:
                    yield Piece(first + lead, first + lead + len(words), words, fold_in_place(words), number, gap)
                    gap = False
            at = line.start + column.end() if column else end


def _place_start(words: str, at: int) -> int | None:
    """Where the place before a date begins: "Đà Lạt, ngày …"; None where the date only stands in a sentence."""
    before = words[:at].rstrip()
    if not before:
        return at
    if not before.endswith(","):
        return None
    names = _PLACE.search(before)
    return names.start() if names and at - names.start() <= _LONGEST_PLACE else None


def _number(text: str, pieces: list[Piece]) -> tuple[Found[str], Found[str], Piece | None]:
    blank: tuple[Found[str], Found[str], Piece | None] | None = None
    for piece in pieces:
        said = _patterns().number.match(piece.alike)
        start = piece.start + (said.end() if said else 0)
        found = LOOSE.match(text, start, piece.end)
        if found and is_symbol(found["symbol"]) and (said or found.end() == piece.end):
            symbol = (f"{found['year']}/" if found["year"] else "") + symbol_written(found["symbol"])
            return (
                Found(written(found), found.start(), found.end()),
                Found(symbol, found.start("symbol"), found.end("symbol")),
                piece,
            )
        if said and blank is None:
            line_end = text.find("\n", start)
            rest = BLANK.search(text, start, line_end if line_end >= 0 else len(text))
            if rest and is_symbol(rest["symbol"]) and not text[start : rest.start()].strip(" .…_"):
                at = rest.start("symbol"), rest.end("symbol")
                symbol = symbol_written(rest["symbol"])
                blank = Found(None, None, None, Doubt.INCOMPLETE), Found(symbol, *at), piece
    return blank or (Found(None, doubt=Doubt.NOT_FOUND), Found(None, doubt=Doubt.NOT_FOUND), None)


def _dated(text: str, pieces: list[Piece]) -> Found[date]:
    known = _patterns()
    for piece in pieces:
        found = known.dated.search(piece.alike)
        if found is None or _place_start(piece.words, found.start()) is None:
            continue
        start, end = piece.start + found.start(), piece.start + found.end()
        try:
            return Found(date(int(found["y"]), int(found["m"]), int(found["d"])), start, end)
        except ValueError:
            return Found(None, start, end, Doubt.IMPOSSIBLE)
    for first, last in _ends_of_lines(pieces):
        # Where a hand is to write the day in, the blanks look like the space between two columns.
        line = " ".join(fold_in_place(text[first.start : last.end]).split())
        if known.undated.search(line):
            return Found(None, first.start, last.end, Doubt.INCOMPLETE)
    return Found(None, doubt=Doubt.NOT_FOUND)


def _ends_of_lines(pieces: list[Piece]) -> Iterator[tuple[Piece, Piece]]:
    for _line, on_line in groupby(pieces, key=lambda piece: piece.line):
        together = list(on_line)
        yield together[0], together[-1]


def _kind(
    pieces: list[Piece], symbol: str | None, number: str | None, *, has_addressees: bool
) -> tuple[Found[str], int | None]:
    """The kind and the place of its title among the pieces."""
    known = _patterns()
    for at, piece in enumerate(pieces):
        if not is_upper(piece.words):
            continue
        for form, kind in known.kinds:
            found = form.match(piece.alike)
            if found and (found.end() == len(piece.alike) or piece.alike[found.end() :].strip(" :.") == ""):
                return Found(kind.name, piece.start, piece.end), at
    by_symbol = kind_of_symbol(symbol)
    if by_symbol is not None:
        return Found(by_symbol), None
    has_subject = any(known.subject.match(piece.alike) for piece in pieces)
    if has_addressees or has_subject:
        # The State's letters bear no kind in their symbol; without a number the form alone says what it is.
        return Found(load_words().letter, doubt=None if number or symbol else Doubt.FROM_FORM), None
    for at, piece in enumerate(pieces):
        for form, kind in known.kinds:
            if is_upper(piece.words) and form.match(piece.alike):
                return Found(kind.name, piece.start, piece.end, Doubt.FROM_FORM), at
    return Found(None, doubt=Doubt.NOT_FOUND), None


def kind_of_symbol(symbol: str | None) -> str | None:
    """The kind that a symbol names, or None: a Party symbol is one of its own kinds."""
    if not symbol:
        return None
    pieces = re.split(r"[/\-]", re.sub(r"^\d{4}/", "", symbol))
    is_party = len(pieces) > 1 and pieces[-1] in {"TU", "TW", "BCĐ", "ĐU", "HU", "ThU", "TVTU", "QUTW"}
    for kind in load_words().kinds:
        if pieces[0] in (kind.party if is_party else kind.symbols):
            return kind.name
    return None


def _subject(pieces: list[Piece], kind_at: int | None, *, has_addressees: bool) -> Found[str]:
    known = _patterns()
    for at, piece in enumerate(pieces):
        said = known.subject.match(piece.alike)
        if said:
            return _gathered(pieces, at, said.end())
    if kind_at is not None and not has_addressees:
        found = _title(pieces, kind_at)
        if found.value:
            return found
    leads = [at for at, piece in enumerate(pieces) if known.leads.match(piece.alike) and not is_upper(piece.words)]
    if leads:
        told = [_gathered(pieces, at, _end_of(known.leads, pieces[at])) for at in leads]
        return max(told, key=lambda one: len(one.value or ""))
    return Found(None, doubt=Doubt.NOT_FOUND)


def _end_of(pattern: re.Pattern[str], piece: Piece) -> int:
    found = pattern.match(piece.alike)
    return found.end() if found else 0


def _gathered(pieces: list[Piece], at: int, skipped: int) -> Found[str]:
    first = pieces[at]
    words = [first.words[skipped:]]
    end = first.end
    for piece in pieces[at + 1 : at + _SUBJECT_LINES]:
        if _is_of_head(piece):
            if piece.line > pieces[at].line + len(words):
                break
            continue
        if piece.after_gap and not piece.words[:1].islower():
            break
        if is_upper(piece.words) and not is_upper(first.words[skipped:] or "A"):
            break
        words.append(piece.words)
        end = piece.end
    value = " ".join(" ".join(words).split()).strip(" .;:-")
    start = first.start + skipped
    return Found(value, start, end) if value and start < end else Found(None, doubt=Doubt.NOT_FOUND)


def _is_of_head(piece: Piece) -> bool:
    known = _patterns()
    day = known.dated.search(piece.alike) or known.undated.search(piece.alike)
    is_place = day is not None and _place_start(piece.words, day.start()) is not None
    return bool(
        known.nation.match(piece.alike)
        or (is_place and len(piece.words) <= _LONGEST_PLACE + 35)
        or (known.number.match(piece.alike) and any(letter.isdigit() or letter == "/" for letter in piece.words[:25]))
        or patterns().addressees.match(piece.alike)
    )


def _title(pieces: list[Piece], kind_at: int) -> Found[str]:
    """What stands under the kind of a decision: its subject, up to the office that decides or to its grounds."""
    known = _patterns()
    gathered: list[Piece] = []
    for at, piece in enumerate(pieces[kind_at + 1 : kind_at + _SUBJECT_LINES], start=kind_at + 1):
        if known.nation.match(piece.alike) or _is_of_head(piece):
            continue
        is_office = is_upper(piece.words) and known.office.match(piece.alike) and _decides(pieces, at)
        if is_office or patterns().grounds.match(piece.alike) or patterns().attached.match(piece.alike):
            break
        if gathered and piece.words[:1].isupper() and known.opens.match(piece.alike) and not is_upper(piece.words):
            break
        if gathered and piece.after_gap and not piece.words[:1].islower() and not is_upper(piece.words):
            break
        gathered.append(piece)
    if not gathered:
        return Found(None, doubt=Doubt.NOT_FOUND)
    value = " ".join(" ".join(piece.words for piece in gathered).split()).strip(" .;:-")
    return Found(value or None, gathered[0].start, gathered[-1].end, None if value else Doubt.NOT_FOUND)


def _decides(pieces: list[Piece], at: int) -> bool:
    """Whether an office in capitals is the one that decides: its grounds follow, or nothing more of the head."""
    following = pieces[at + 1 : at + 1 + _OFFICE_LINES]
    for piece in following:
        if not is_upper(piece.words):
            return bool(patterns().grounds.match(piece.alike))
    return len(following) < _OFFICE_LINES


def _offices(
    pieces: list[Piece], used: set[Piece | None], kind_at: int | None, subject: Found[str]
) -> tuple[Found[str], ...]:
    known = _patterns()
    offices: list[Found[str]] = []
    open_line: int | None = None
    for at, piece in enumerate(pieces):
        is_inside_subject = subject.start is not None and subject.start <= piece.start < (subject.end or 0)
        if piece in used or at == kind_at or is_inside_subject or not is_upper(piece.words) or _is_of_head(piece):
            if not is_upper(piece.words) or at == kind_at:
                open_line = None
            continue
        if known.office.match(piece.alike):
            offices.append(Found(piece.words, piece.start, piece.end))
            open_line = piece.line
        elif offices and open_line is not None and piece.line - open_line <= 2:  # noqa: PLR2004 - the other column may stand between
            last = offices[-1]
            offices[-1] = replace(last, value=f"{last.value} {piece.words}", end=piece.end)
            open_line = piece.line
    kept: dict[str, Found[str]] = {}
    for one in offices:  # a stamp repeats the head; the later one is the head itself
        kept.pop(fold_in_place(one.value or ""), None)
        kept[fold_in_place(one.value or "")] = one
    return tuple(kept.values())
