"""Days, months and years in a question, and what each of them is: an issue date, a day asked about, or only a date."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from knowledge.folding import fold
from knowledge.understanding.cues import Cues
from knowledge.understanding.phrase_table import Match, PhraseTable
from knowledge.understanding.text import Text, has_digit

_YEARS = range(1950, 2101)
_THINKABLE_YEARS = range(1900, 2101)  # of a day that can stand in a question, if only as one of birth
_ISSUE_REACH = 20  # letters after a date within which "tôi thi …" makes it the day of issue
_NEAR_WORDS = 4  # how many words may stand between a cue and its date


class Role(Enum):
    """What a date in a question is."""

    ISSUE = 1
    LIFE = 2  # birth
    CAREER = 5  # appointment, recruitment: nothing asked about
    AS_OF = 3
    PLAIN = 4


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date with its place; month or day are None where only the year or the month was written."""

    year: int
    month: int | None
    day: int | None
    role: Role
    start: int
    end: int

    @property
    def exact(self) -> date | None:
        """The day, where a day was written."""
        return date(self.year, self.month, self.day) if self.month and self.day else None

    @property
    def last_day(self) -> date:
        """The day itself, or the last one of the month or year."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])


class Dates:
    """Finds dates in a text."""

    def __init__(self, cues: Cues) -> None:
        words = {name: fold(word) for name, word in cues.date_words.items()}
        day, month, year, half = words["day"], words["month"], words["year"], words["half"]
        to = "(?:" + "|".join(fold(word) for word in cues.date_leads) + ")"
        any_year = rf"(?:{year} )?(?P<y>\d{{4}})"
        any_day, any_month = r"(?P<d>\d{1,2})", r"(?P<m>\d{1,2})"
        self._patterns = tuple(
            re.compile(pattern)
            for pattern in (
                rf"(?<![\d/])(?:{day} )?{any_day} ?[/\-.] ?{any_month} ?[/\-.] ?(?P<y>\d{{4}}|\d{{2}})(?![\d/])",
                r"(?<!\d)(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?!\d)",
                rf"(?<!\w)(?:(?:{day}|{half}) )?{any_day} {month} {any_month}(?: ?[/\-.,]? ?{any_year})?(?!\d)",
                rf"{month} (?P<m>\d{{1,2}})(?: ?[/\-.] ?| {year} | )(?P<y>\d{{4}})(?!\d)",
                r"(?<![\d/.\-])(?P<m>\d{1,2})/(?P<y>\d{4})(?![\d/\-])",
                rf"\b{to} (?P<d>\d{{1,2}})[/\-.](?P<m>\d{{1,2}})(?![\d/.])",
                rf"\b{year} (?P<y>\d{{4}})(?!\d)",
                r"(?<![\d/.,\-])(?P<y>(?:19[5-9]|20[0-4])\d)(?![\d/.,%\-]\d|\d)",
            )
        )
        parts = r"(?P<d>\d{1,2}){0}(?P<m>\d{1,2}){0}(?P<y>\d{4})(?![\d/])"
        self._whole_days = (
            re.compile(r"(?<![\d/.\-])" + parts.replace("{0}", " ?[/-] ?")),
            re.compile(rf"(?<!\d)(?P<d>\d{{1,2}}) {month} (?P<m>\d{{1,2}}) {year} (?P<y>\d{{4}})(?!\d)"),
            re.compile(r"(?<![\d/.\-])(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?![\d/\-])"),
        )
        self._year_word = year
        self._cues: PhraseTable[Role] = PhraseTable(
            [(word, Role.ISSUE) for word in cues.issue_words]
            + [(word, Role.LIFE) for word in cues.birth_words]
            + [(word, Role.CAREER) for word in cues.appointment_words]
            + [(word, Role.AS_OF) for word in cues.as_of_words]
        )
        self._firm: PhraseTable[str] = PhraseTable((word, word) for word in cues.as_of_firm_words)
        self._tails: PhraseTable[str] = PhraseTable((word, word) for word in cues.as_of_tails)
        self._plain_before = frozenset(fold(word) for word in cues.plain_date_before)

    def find(self, text: Text, today: date, certificates: list[tuple[int, int]]) -> tuple[FoundDate, ...]:
        """Every valid date; days that do not exist are left out. `certificates` are spans of named kinds."""
        if not has_digit(text.folded):  # as in most questions
            return ()
        cues = self._cues.find(text)
        tails = self._tails.find(text)
        found: list[FoundDate] = []
        taken: list[tuple[int, int]] = []
        for start, end, year, month, day in self._written(text, today):
            if any(start < other_end and other_start < end for other_start, other_end in taken):
                continue
            taken.append((start, end))
            if _is_valid(year, month, day):
                found.append(FoundDate(year, month, day, Role.PLAIN, start, end))
        found.sort(key=lambda one: one.start)
        ends = [0, *(one.end for one in found)]
        return tuple(
            replace(one, role=self._role(text, one, since, cues, tails, certificates))
            for one, since in zip(found, ends, strict=False)
        )

    def find_false_day(self, text: Text) -> str | None:
        """What is written like a whole day, with its year, and is none that anybody can mean: "31/02/2020"."""
        if not has_digit(text.folded):
            return None
        for pattern in self._whole_days:
            for match in pattern.finditer(text.folded):
                year, month, day = (int(match[part]) for part in ("y", "m", "d"))
                if year not in _THINKABLE_YEARS or not _exists(year, month, day):
                    return text.typed[match.start() : match.end()]
        return None

    def _written(self, text: Text, today: date) -> Iterator[tuple[int, int, int, int | None, int | None]]:
        for pattern in self._patterns:
            for match in pattern.finditer(text.folded):
                parts = match.groupdict()
                year = int(parts["y"]) if parts.get("y") else today.year
                if parts.get("y") and len(parts["y"]) == 2:  # noqa: PLR2004 - two digits of a year
                    year += 2000 if year <= today.year % 100 + 10 else 1900
                month, day = (int(parts[name]) if parts.get(name) else None for name in ("m", "d"))
                yield match.start(), match.end(), year, month, day

    def _role(
        self,
        text: Text,
        written: FoundDate,
        since: int,
        cues: list[Match[Role]],
        tails: list[Match[str]],
        certificates: list[tuple[int, int]],
    ) -> Role:
        start, end, is_year = written.start, written.end, written.month is None
        before = [
            cue for cue in cues if since <= cue.start < start and _words_between(text, cue.end, start) <= _NEAR_WORDS
        ]
        roles = {cue.value for cue in before}
        firm = any(
            since <= cue.start < start and _words_between(text, cue.end, start) <= 1 for cue in self._firm.find(text)
        )
        if firm:
            return Role.AS_OF
        for role in (Role.LIFE, Role.ISSUE, Role.CAREER):
            if role in roles:
                return role
        is_beside = any(0 <= start - cert_end <= len(self._year_word) + 2 for _, cert_end in certificates)
        if is_year and is_beside:  # "còn tin học B năm 2011": the year of the certificate, not the day asked about
            return Role.ISSUE
        if Role.AS_OF in roles:
            return Role.AS_OF
        word_before = text.words_before(start, 1)
        if is_beside:
            return Role.PLAIN
        if word_before and word_before[0].folded in self._plain_before:
            return Role.PLAIN
        is_first = not word_before
        if certificates and any(cue.value is Role.ISSUE and end <= cue.start <= end + _ISSUE_REACH for cue in cues):
            return Role.ISSUE
        if any(0 <= tail.start - end <= 1 for tail in tails) or (is_first and text.words_after(end, 1)):
            return Role.AS_OF
        return Role.PLAIN


def _words_between(text: Text, start: int, end: int) -> int:
    return sum(start <= word.start and word.end <= end for word in text.words)


def _is_valid(year: int, month: int | None, day: int | None) -> bool:
    if year not in _YEARS or (month is not None and not 1 <= month <= 12):  # noqa: PLR2004 - months of a year
        return False
    return _exists(year, month or 1, day or 1)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
