"""Who does what a point asks for, in the words of the text; a proposal, for offices are named in many ways."""

import re
from functools import lru_cache

from knowledge.reading.alike import fold_in_place
from knowledge.reading.words import load_words

_MOST = 4
_LONGEST = 160
_OWN = 4_000  # letters of a point that are looked at


def list_actors(text: str, start: int, end: int, *, is_title: bool) -> tuple[str, ...]:
    """The actors that the words between two places name, leaders first; a title that is an office names it."""
    end = min(end, start + _OWN)
    said = fold_in_place(text[start:end])
    known = _patterns()
    found: list[str] = []
    if is_title and (title := known.title.fullmatch(said.strip())) and len(said) <= _LONGEST:
        return _tidy([text[start:end].strip()[title.start("who") :]])
    for pattern in (known.leads, known.doers, known.opens):
        for match in pattern.finditer(said):
            first = start + match.start("who")
            if text[first].isupper() and not known.never.match(match["who"]):
                found.append(text[first : start + match.end("who")])
            if len(found) == _MOST:
                return _tidy(found)
    return _tidy(found)


class _Patterns:
    def __init__(self) -> None:
        words = load_words()
        gap = r"\s{1,4}"
        head = r"^\W*(?:[\d.]+\s?[-.)]+\s*|[a-z]\)\s*)?"
        given = rf"(?:{words.one_of('given_words')}{gap})?"
        self.never = re.compile(rf"{words.one_of('no_actor')}(?:$|(?<=hanh)\b)")
        self.title = re.compile(
            rf"(?:[\d.]+\s?[-.)]*\s*)?(?P<who>{words.one_of('actors')}\b[^.;]{{0,{_LONGEST}}}?)\s*:?"
        )
        # Whoever leads is named right before, at the start of the point or of a sentence, or in brackets.
        self.leads = re.compile(
            rf"(?:{head}|[.;:(]\s{{0,4}}){given}(?P<who>[^.;:()]{{3,{_LONGEST}}}?),?{gap}{words.one_of('leads_words')}\b"
        )
        self.doers = re.compile(rf"{words.one_of('doers_words')}\s*:\s*(?P<who>[^.;()]{{3,{_LONGEST}}})")
        verbs = words.one_of("carries_words", "leads_words", "with_words")
        lead = head + given
        self.opens = re.compile(
            rf"{lead}(?P<who>{words.one_of('actors')}\b[^.;:()]{{0,{_LONGEST}}}?)(?:\s*:|,?{gap}{verbs}\b)"
        )


@lru_cache(maxsize=1)
def _patterns() -> _Patterns:
    return _Patterns()


def _tidy(found: list[str]) -> tuple[str, ...]:
    kept: dict[str, str] = {}
    for one in found:
        words = " ".join(one.split()).strip(" ,;:.-")
        kept.setdefault(fold_in_place(words), words)
    return tuple(list(kept.values())[:_MOST])
