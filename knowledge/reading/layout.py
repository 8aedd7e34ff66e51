"""The parts of a document on paper: its head, whom it goes to, its body, its foot, and what is attached."""

import re
from dataclasses import dataclass
from functools import lru_cache

from knowledge.reading.lines import Line, Lines
from knowledge.reading.markers import Rank, find_marker
from knowledge.reading.words import load_words, one_of

MOST_ANNEXES = 200  # a circular has some dozens of forms attached
_HEAD_LINES = 120  # a head with a long list of addressees; what comes later is no head
_TITLE_REACH = 14  # lines after the title of an annex in which it says of what it is one
_MOSTLY_UPPER = 0.75
_LONGEST_TITLE = 90


@dataclass(frozen=True, slots=True)
class Annex:
    """Something attached: what it is called, the number it bears, where it begins and its body ends."""

    kind: str
    number: str | None
    title_start: int
    start: int
    end: int
    attached: tuple[int, int] | None  # "(Ban hành kèm theo …)", where it names its document


@dataclass(frozen=True, slots=True)
class Layout:
    """Places in the text. `head` are the lines before the addressees or the grounds; `foot` all after the body."""

    head: tuple[Line, ...]
    addressees: tuple[Line, ...]
    body: tuple[int, int]
    foot: tuple[Line, ...]
    annexes: tuple[Annex, ...]
    feet_of_annexes: tuple[Line, ...]


@dataclass(frozen=True)
class Patterns:
    """What the parts are known by."""

    addressees: re.Pattern[str]
    receivers: re.Pattern[str]
    grounds: re.Pattern[str]
    enacting: re.Pattern[str]
    attached: re.Pattern[str]
    annex: re.Pattern[str]
    annex_kind: re.Pattern[str]
    signing: re.Pattern[str]
    title: re.Pattern[str]


@lru_cache(maxsize=1)
def patterns() -> Patterns:
    """The patterns of `words.yaml`, made once; all but `signing` are for text made alike."""
    words = load_words()
    signing = "|".join(re.escape(written) for written, _meaning in words.signing_for)
    title = words.one_of("titles")
    return Patterns(
        addressees=re.compile(rf"(?:[-–+*]\s*)?{words.one_of('addressee_words')}\s*[:;.]?\s*\*?"),
        receivers=re.compile(rf"{words.one_of('receiver_words')}\s*(?::|;|\.|$|\s)"),
        grounds=re.compile(rf"(?:[-–+]\s*)?{one_of(words['basis_words'][:3])}\s"),
        enacting=re.compile(rf"{words.one_of('enacting_words')}\s*:"),
        attached=re.compile(rf"\(?\s*{words.one_of('attached_words')}\b"),
        annex=re.compile(rf"{words.one_of('annex_words')}\s*(?:so\s*)?(?P<number>\d{{1,3}}[a-z]?|[ivxl]{{1,6}})?\b"),
        annex_kind=re.compile(rf"(?P<kind>{words.one_of('annex_kinds')})\b"),
        signing=re.compile(rf"(?:{signing})(?:\s?\.\s?|\s+)(?=[A-ZÀ-ỸĐ])"),
        title=re.compile(rf"(?:q\.?\s*)?{title}(?:\s+{words.one_of('bodies')}[^\n]{{0,60}})?\.?$"),
    )


def lay_out(text: str, lines: Lines) -> Layout:
    """Find the parts. What a document does not have is empty."""
    all_lines = lines.all
    annex_starts = _annex_starts(all_lines)[:MOST_ANNEXES]
    first_annex = annex_starts[0] if annex_starts else len(all_lines)
    head_end, body_from, addressees = _head(all_lines[:first_annex], lines)
    body_to = _body_end(all_lines, body_from, first_annex)
    last = all_lines[body_to - 1].end if body_to > body_from else _at(all_lines, body_from, text)
    annexes: list[Annex] = []
    feet: list[Line] = []
    for number, start in enumerate(annex_starts):
        stop = annex_starts[number + 1] if number + 1 < len(annex_starts) else len(all_lines)
        annexes.append(_annex(all_lines, start, stop, text))
        feet += [line for line in all_lines[start:stop] if line.start >= annexes[-1].end]
    start_at = _at(all_lines, body_from, text)
    return Layout(
        head=all_lines[:head_end],
        addressees=addressees,
        body=(start_at, max(start_at, last)),
        foot=all_lines[max(body_to, body_from) : first_annex],
        annexes=tuple(annexes),
        feet_of_annexes=tuple(feet),
    )


def is_upper(words: str) -> bool:
    """Whether nearly all its letters are capitals, as in heads and titles."""
    letters = [letter for letter in words if letter.isalpha()]
    return bool(letters) and sum(letter.isupper() for letter in letters) >= _MOSTLY_UPPER * len(letters)


def is_signing(line: Line) -> bool:
    """Whether a signature begins here: "TM. …", or the office of the signer alone on a line."""
    if not is_upper(line.words) or len(line.words) > _LONGEST_TITLE:
        return False
    return bool(patterns().signing.match(line.words)) or bool(patterns().title.fullmatch(line.alike))


def _at(lines: tuple[Line, ...], place: int, text: str) -> int:
    return lines[place].start if place < len(lines) else len(text)


def _annex_starts(lines: tuple[Line, ...]) -> list[int]:
    known = patterns()
    starts: list[int] = []
    has_body = False
    for at, line in enumerate(lines):
        marker = find_marker(line)
        has_body = has_body or (marker is not None and marker.is_counted) or bool(known.receivers.match(line.alike))
        if not has_body or not is_upper(line.words) or len(line.words) > _LONGEST_TITLE:
            continue
        if known.annex.match(line.alike) or (
            known.annex_kind.match(line.alike)
            and any(known.attached.match(one.alike) for one in lines[at + 1 : at + 1 + _TITLE_REACH])
        ):
            starts.append(at)
    return starts


def _head(lines: tuple[Line, ...], all_lines: Lines) -> tuple[int, int, tuple[Line, ...]]:
    """Where the head ends, where the body begins, and the lines of the addressees between them."""
    known = patterns()
    first_point = next((at for at, line in enumerate(lines) if _opens_body(line)), len(lines))
    zone = lines[: min(first_point, _HEAD_LINES)]
    kept = [at for at, line in enumerate(zone) if known.addressees.match(line.alike)]
    if kept:
        end = _addressees_end(lines, kept[-1], first_point, all_lines)
        return kept[-1], end, lines[kept[-1] : end]
    enacting = [at for at, line in enumerate(zone) if known.enacting.fullmatch(line.alike) and is_upper(line.words)]
    grounds = next((at for at, line in enumerate(zone) if known.grounds.match(line.alike)), None)
    head_end = grounds if grounds is not None else min(len(zone), first_point)
    if enacting:
        return min(head_end, enacting[-1]), enacting[-1] + 1, ()
    return head_end, head_end if grounds is None else grounds, ()


def _opens_body(line: Line) -> bool:
    marker = find_marker(line)
    return marker is not None and marker.is_counted and marker.is_first and marker.rank <= Rank.NUMBER


def _addressees_end(lines: tuple[Line, ...], start: int, first_point: int, all_lines: Lines) -> int:
    """The line after the last addressee: dashes one after another, or what stands behind the words themselves."""
    at = start + 1
    said = patterns().addressees.match(lines[start].alike)
    is_open = said is None or said.end() >= len(lines[start].words)  # nothing behind them: a list follows
    while at < min(len(lines), first_point):
        before, line = lines[at - 1], lines[at]
        marker = find_marker(line)
        if marker is not None and not marker.is_counted:
            at += 1
            continue
        follows = all_lines.continues(before, line) and not before.words.endswith((".", ":"))
        if not follows and not (is_open and at == start + 1):
            break
        at += 1
    return at


def _body_end(lines: tuple[Line, ...], start: int, stop: int) -> int:
    for at in range(start, stop):
        if patterns().receivers.match(lines[at].alike) and not lines[at].words[:1].islower():
            return at
        if is_signing(lines[at]) and at > start:
            return at
    return stop


def _annex(lines: tuple[Line, ...], start: int, stop: int, text: str) -> Annex:
    known = patterns()
    title = lines[start]
    plain = known.annex.match(title.alike)
    of_kind = known.annex_kind.match(title.alike)
    said = (plain or of_kind or title.alike)[0]
    kind = next((name for form, name in _annex_names() if form.match(said)), title.words)
    attached = None
    body = start + 1
    for at in range(start + 1, min(stop, start + 1 + _TITLE_REACH)):
        if known.attached.match(lines[at].alike):
            attached = _until_bracket(text, lines[at])
            body = at + 1
            while body < stop and lines[body].start < attached[1]:
                body += 1
            break
    end = _body_end(lines, body, stop)
    last = lines[end - 1].end if end > body else lines[min(body, stop) - 1].end
    first = lines[body].start if body < stop else last
    number = plain["number"].upper() if plain and plain["number"] else None
    return Annex(kind, number, title.start, min(first, last), max(first, last), attached)


@lru_cache(maxsize=1)
def _annex_names() -> tuple[tuple[re.Pattern[str], str], ...]:
    words = load_words()
    return tuple((re.compile(one_of([name])), name) for name in (*words["annex_kinds"], *words["annex_words"]))


def _until_bracket(text: str, line: Line) -> tuple[int, int]:
    close = text.find(")", line.start, line.start + 600)
    return line.start, max(line.end, close + 1)
