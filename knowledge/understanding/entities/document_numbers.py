"""Document numbers as people type them, and the document each stands for where the library knows it."""

import re
from dataclasses import dataclass, replace
from itertools import chain

from knowledge.documents import Document
from knowledge.facts import DocumentId
from knowledge.folding import fold
from knowledge.library import Library
from knowledge.understanding.cues import Cues
from knowledge.understanding.marks import can_be
from knowledge.understanding.meaning import DocumentMention
from knowledge.understanding.phrase_table import PhraseTable
from knowledge.understanding.syllables import is_syllable
from knowledge.understanding.text import Text, Word, make_text

_NUMBER = re.compile(r"^(\d{1,5})([a-z]?)$")
_ROMAN = re.compile(r"^[ivx]{1,5}$")
_BETWEEN = re.compile(r"^\s?[/\-–.]?\s?$")
_OWN_MAKING = re.compile(r"\d{1,5}/[^\W\d_]{2,}-[^\W\d_]{2,}")  # "15/ABC-XY": nothing but a number of a document
_LOOSE = re.compile(r"^\s+$")
_YEARS = range(1950, 2060)
_NEAR = 12  # words around a bare number that say what it numbers
_DISTINCTIVE = 3  # digits from which a number alone can point to one document


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A mention and where it stands in the text."""

    mention: DocumentMention
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Number:
    """A number with the symbols behind it and the kind of document named before it."""

    digits: str
    suffix: str
    year: int | None
    symbols: tuple[str, ...]
    is_tight: bool  # written with / or - and not with spaces only
    first: int
    last: int
    kind: str | None = None
    kind_first: int | None = None

    @property
    def leading(self) -> str:
        return (self.digits.lstrip("0") or "0") + self.suffix


class DocumentNumbers:
    """Finds document numbers in a text."""

    def __init__(self, library: Library, cues: Cues, short: frozenset[str] = frozenset()) -> None:
        """`short` are abbreviations, which may stand beside a number as the words do that they stand for."""
        self._library = library
        self._families = {word: one.family for one in cues.document_kinds for word in one.words}
        self._kinds = sorted(((make_text(word).words, word) for word in self._families), key=lambda one: -len(one[0]))
        self._short_kinds = cues.short_document_kinds
        self._number_words = frozenset(fold(word) for word in cues.number_words)
        self._strong = frozenset(cues.strong_symbols)
        self._symbols = self._strong | frozenset(cues.weak_symbols)
        self._never_before = _words_of(cues.no_document_before)
        self._never_tight = _words_of(cues.no_tight_number_before)
        self._papers = _words_of(cues.certificate_words)
        self._never_after = PhraseTable((word, word) for word in cues.no_document_after)
        points = {word for word, kind in cues.point_words.items() if kind in {"point", "clause", "section"}}
        self._verbs = PhraseTable((verb, verb) for verb in cues.document_verbs if verb not in points)
        trade = (*cues.domain_words, *cues.certificate_words, *_names_of_things(library))
        self._trade = PhraseTable(dict.fromkeys((word, word) for word in trade))
        small = chain(
            cues.fillers, cues.search_stops, cues.document_verbs, cues.number_words, cues.point_words, cues.ordinals
        )
        kinds = (*self._families, *self._short_kinds)
        beside = chain(small, trade, kinds, cues.self_words, cues.document_leads, *cues.aspects.values())
        self._beside = PhraseTable(dict.fromkeys((word, word) for word in beside))
        self._short = short
        self._negations = frozenset(cues.no_document_after) & short
        self._point_words = {fold(word) for word in points}
        self._by_leading: dict[str, list[tuple[Document, int | None, frozenset[str]]]] = {}
        for document in library.documents.values():
            parsed = _parse_id(document.id)
            if parsed:
                leading, year, symbols = parsed
                self._by_leading.setdefault(leading, []).append((document, year, symbols))
        self._names = PhraseTable(
            (alias, document.id)
            for document in library.documents.values()
            for alias in (document.id, *document.aliases)
            if self._names_a_document(alias) or (alias == document.id and self._is_whole_number(alias))
        )

    def _names_a_document(self, name: str) -> bool:
        """Whether a name says by itself that a document is meant ("khung 6 bậc" is also just a thing)."""
        words = {word.marked for word in make_text(name).words}
        kinds = {word.marked for kind_words, _ in self._kinds for word in kind_words[:1]}
        return len(words) > 1 and bool(words & (kinds | set(self._short_kinds)))

    def _is_whole_number(self, name: str) -> bool:
        """Whether an id is a number with a symbol of its own making, by which HR may have declared a document."""
        parsed = _parse_id(name)
        return parsed is not None and not parsed[2] <= self._symbols

    def find(self, text: Text) -> tuple[FoundDocument, ...]:
        """Every document that the text names, known or not, in the order of the text.

        A number that several documents bear, and that is the name of none, stands for each of them: one mention each,
        all with the same words.
        """
        found: list[FoundDocument] = []
        at = 0
        while at < len(text.words):
            number = self._number_at(text, at)
            if number is None or not self._is_document(text, number):
                at += 1
                continue
            start = text.words[number.kind_first if number.kind_first is not None else number.first].start
            end = text.words[number.last - 1].end
            typed = text.typed[start:end]
            found += [
                FoundDocument(DocumentMention(typed, one), start, end) for one in self._resolve(number) or (None,)
            ]
            at = number.last
        for match in self._names.find(text):
            if all(match.end <= one.start or one.end <= match.start for one in found):
                mention = DocumentMention(text.typed[match.start : match.end], match.value)
                found.append(FoundDocument(mention, match.start, match.end))
        return tuple(sorted(found, key=lambda one: one.start))

    def find_named(self, text: Text) -> tuple[FoundDocument, ...]:
        """Documents told by a name of theirs alone ("Bộ luật Lao động")."""
        return tuple(
            FoundDocument(DocumentMention(text.typed[match.start : match.end], match.value), match.start, match.end)
            for match in self._names.find(text)
        )

    def _number_at(self, text: Text, at: int) -> _Number | None:
        words = text.words
        number = _NUMBER.match(words[at].folded)
        if not number:
            return None
        year: int | None = None
        symbols: list[str] = []
        is_tight = False
        last = at + 1
        sure = last  # how far the number reaches for certain; weak symbols after mere spaces wait for a strong one
        while last < len(words):
            between = text.folded[words[last - 1].end : words[last].start]
            piece = words[last].folded
            if not _BETWEEN.match(between) or (_LOOSE.match(between) and _has_tone(words[last])):
                break
            if not symbols and year is None and piece.isdigit() and int(piece) in _YEARS and not _LOOSE.match(between):
                year = int(piece)
            elif piece in self._symbols or (not _LOOSE.match(between) and self._is_invented(text, at, last, symbols)):
                symbols.append(piece)  # "/UBND-XYZ": an invented tail still belongs to the number
            else:
                break
            is_tight = is_tight or not _LOOSE.match(between)
            last += 1
            if not _LOOSE.match(between) or piece in self._strong:
                sure = last
        symbols = symbols[: len(symbols) - (last - sure)]
        last = sure
        if year is not None and not symbols and last - at > 2:  # noqa: PLR2004 - a number, a year, and more digits: a date
            return None
        kind, kind_first = self._kind_before(words, at)
        return _Number(number[1], number[2], year, tuple(symbols), is_tight, at, last, kind, kind_first)

    def _is_invented(self, text: Text, at: int, last: int, symbols: list[str]) -> bool:
        """Whether a piece that is no known symbol belongs to the number all the same: written as symbols are."""
        words, piece = text.words, text.words[last]
        if not piece.folded.isalpha():
            return False
        if _OWN_MAKING.match(text.typed, words[at].start):
            return True
        is_shouted = text.typed[piece.start : piece.end].isupper()
        if not symbols:
            return is_shouted and len(piece.folded) > 1 and bool(self._kind_before(words, at)[0])
        return last + 1 == len(words) or is_shouted or not is_syllable(piece.folded)

    def _kind_before(self, words: tuple[Word, ...], at: int) -> tuple[str | None, int | None]:
        end = at - 1 if at and words[at - 1].folded in self._number_words else at
        for kind_words, kind in self._kinds:
            first = end - len(kind_words)
            if first >= 0 and all(
                one.folded == other.folded and can_be(one.marked, other.marked)
                for one, other in zip(words[first:end], kind_words, strict=True)
            ):
                return kind, first
        if end and (short := self._short_kinds.get(words[end - 1].marked)):
            return short, end - 1
        if end > 1 and words[end - 2].folded == "c" and words[end - 1].folded == "v":
            return self._short_kinds["cv"], end - 2
        return ("", end) if end < at else (None, None)

    def _is_document(self, text: Text, number: _Number) -> bool:
        words = text.words
        if not number.symbols and number.year is None and _is_bracketed(text, number):
            return False  # "văn bản (1)" is an entry of a list
        before = words[number.first - 1].folded if number.first else ""
        counts = self._starts_with(self._never_after, text, number.last)
        is_year = int(number.digits) in _YEARS and not number.suffix
        long_enough = len(number.digits) >= _DISTINCTIVE
        if number.symbols and number.is_tight:
            return before not in self._never_tight or long_enough
        if (
            number.symbols
            and self._strong.intersection(number.symbols)
            and (number.kind or (long_enough and not is_year))
        ):
            return before not in self._never_before
        if number.kind:
            return (long_enough and not is_year) or number.year is not None or not counts
        if before in self._never_before or not long_enough or is_year or self._is_part_of_more(text, number):
            return False
        return self._bare_is_document(text, number, counts=counts)

    def _bare_is_document(self, text: Text, number: _Number, *, counts: bool) -> bool:
        words = text.words
        says_number = number.kind == ""
        if (
            says_number
            and number.kind_first
            and words[number.kind_first - 1].folded in self._never_before | self._papers
        ):
            return False
        is_negation = words[number.last : number.last + 1] and words[number.last].marked in self._negations
        if counts and not self._starts_point(words, number.last) and not (is_negation and number.last + 1 < len(words)):
            return False  # "giá 354 k" is money, "354 k bắt buộc" is not
        if says_number or number.leading in self._by_leading:
            return not self._is_of_other_life(text, number)
        return self._starts_with(self._verbs, text, number.last)

    def _is_of_other_life(self, text: Text, number: _Number) -> bool:
        """Whether a bare number numbers or counts what is no document: "xe buýt 354", "đặt 354 cái bánh"."""
        first = number.kind_first if number.kind_first is not None else number.first
        begin, end = max(0, first - _NEAR), number.last + _NEAR
        near = text.of_words(text.words[begin:end])
        known = {begin + at for match in self._beside.find(near) for at in range(match.first, match.last)}
        strange_before = first > 0 and first - 1 not in known and not self._is_short(text.words[first - 1])
        if strange_before or number.last >= len(text.words) or number.last in known:
            return strange_before
        rest = text.of_words((*text.words[begin:first], *text.words[number.last : end]))
        return not self._is_short(text.words[number.last]) and not self._trade.find(rest)

    def _is_short(self, word: Word) -> bool:
        """Whether it is an abbreviation, a number or a slip of the thumb, of which nothing can be concluded."""
        return word.marked in self._short or not is_syllable(word.folded)

    @staticmethod
    def _starts_with(table: PhraseTable[str], text: Text, at: int) -> bool:
        words = text.words[at : at + 4]
        rest = Text(text.typed, text.marked, text.folded, words, tuple(word.folded for word in words))
        return any(match.first == 0 for match in table.find(rest))

    def _starts_point(self, words: tuple[Word, ...], at: int) -> bool:
        if words[at].folded not in self._point_words or at + 1 >= len(words):
            return False
        return words[at + 1].folded[0].isdigit() or bool(_ROMAN.match(words[at + 1].marked))

    @staticmethod
    def _is_part_of_more(text: Text, number: _Number) -> bool:
        """Whether the digits belong to a decimal, a date, a time, an amount or a longer code."""
        start, end = text.words[number.first].start, text.words[number.last - 1].end
        near = text.folded[max(0, start - 2) : start], text.folded[end : end + 2]
        return bool(
            re.search(r"[\d][.,/:\-+*x=]$|[+*=]\s?$|[$#]$", near[0]) or re.match(r"[.,/:\-+*x=]\d|\s?[+*=%$]", near[1])
        )

    def _resolve(self, number: _Number) -> tuple[DocumentId, ...]:
        """The document that is meant; several, the newest first, where the number fits each."""
        typed = number.digits + number.suffix + (str(number.year) if number.year else "") + "".join(number.symbols)
        if number.symbols and (known := self._library.find_document(typed)):
            return (known.id,)
        fitting = self._fitting(number)
        if not fitting and number.symbols and not number.is_tight and len(number.digits) >= _DISTINCTIVE:
            fitting = self._fitting(replace(number, symbols=()))  # "354 tu ngay nao" speaks of a day, not of a symbol
        if len(fitting) > 1 and number.kind and not number.symbols:
            named = self._library.find_document(f"{number.kind} {typed}")
            if named is not None and named.id in fitting:
                return (named.id,)
        return tuple(sorted(fitting, key=lambda one: (-(fitting[one] or 0), one)))

    def _fitting(self, number: _Number) -> dict[DocumentId, int | None]:
        """The documents that bear the number, each with the year in its own."""
        return {
            document.id: year
            for document, year, symbols in self._by_leading.get(number.leading, ())
            if symbols >= frozenset(number.symbols)
            and (number.year is None or number.year == year)
            and self._kind_fits(number, document)
        }

    def _kind_fits(self, number: _Number, document: Document) -> bool:
        if number.symbols:
            return True
        own = fold(document.kind)
        named = fold(number.kind or "")
        if named and (own.startswith(named) or named.startswith(own)):
            return True
        # A number of three digits is remembered better than the kind of paper; a decree is never meant by a letter.
        if len(number.digits) < _DISTINCTIVE:
            return False
        family = self._families.get(number.kind or "", "any")
        own_family = next((one for word, one in self._families.items() if fold(word) == own), "any")
        return family == "any" or (family == "letter" and own_family != "law")


def _names_of_things(library: Library) -> tuple[str, ...]:
    """What the library calls certificates, criteria, levels and places."""
    criteria = library.criteria.values()
    return (
        *(name for one in library.kinds.values() for name in (one.name, *one.aliases)),
        *(name for one in criteria for name in (one.name, *one.aliases)),
        *(name for one in criteria for level in one.levels for name in (level.name, *level.aliases)),
        *(name for one in library.territories.values() for name in (one.name, *one.aliases)),
    )


def _has_tone(word: Word) -> bool:
    """Whether the word as typed is more than plain letters and đ: no piece of a symbol is."""
    return not word.marked.replace("đ", "d").isascii()


def _is_bracketed(text: Text, number: _Number) -> bool:
    start, end = text.words[number.first].start, text.words[number.last - 1].end
    return text.folded[start - 1 : start] == "(" and text.folded[end : end + 1] == ")"


def _parse_id(document: str) -> tuple[str, int | None, frozenset[str]] | None:
    words = [word.folded for word in make_text(document).words]
    number = _NUMBER.match(words[0]) if words else None
    if not number:
        return None
    rest = words[1:]
    year = int(rest[0]) if rest and rest[0].isdigit() and int(rest[0]) in _YEARS else None
    return (number[1].lstrip("0") or "0") + number[2], year, frozenset(rest[1:] if year else rest)


def _words_of(phrases: tuple[str, ...]) -> frozenset[str]:
    """First or only words, folded: neighbours are compared one word at a time."""
    return frozenset(make_text(phrase).words[-1].folded for phrase in phrases)
