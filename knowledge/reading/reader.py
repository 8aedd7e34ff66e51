"""Reads the text of an official document into a draft. Text in, draft out: no files, no library, no clock."""

import bisect
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from knowledge.documents import PointDeadline
from knowledge.reading.actors import list_actors
from knowledge.reading.alike import fold_in_place
from knowledge.reading.citing import list_cited
from knowledge.reading.deadlines import deadline_of
from knowledge.reading.draft import (
    Bound,
    CitedNumber,
    Doubt,
    Draft,
    DraftPoint,
    Found,
    TimeKind,
    TimeMention,
)
from knowledge.reading.head import Head, kind_of_symbol, read_head
from knowledge.reading.layout import Annex, Layout, lay_out
from knowledge.reading.lines import Lines, list_lines
from knowledge.reading.naming import Namer
from knowledge.reading.numbers import TIGHT, is_symbol, symbol_written, written
from knowledge.reading.offices import find_issuer
from knowledge.reading.outline import outline, walk
from knowledge.reading.signing import read_addressees, read_receivers, read_signature
from knowledge.reading.times import list_times
from knowledge.reading.words import load_words

_OF_OFFICE = re.compile(r"\bcua\s{1,4}(?P<office>[^.;()\n]{3,120})")
_EFFECT_REACH = 80


def read(text: str) -> Draft:
    """Read a clean text (`knowledge.reading.cleaning.clean`). Never raises; what is not there is marked not found."""
    lines = list_lines(text)
    layout = lay_out(text, lines)
    head = read_head(text, layout.head, has_addressees=bool(layout.addressees))
    signer, title, signs_for = read_signature(text, layout.foot)
    if signer.value is None and layout.feet_of_annexes:
        signer, title, signs_for = read_signature(text, layout.feet_of_annexes)
    times = list_times(text)
    head, office = _helped_by_annex(text, head, layout.annexes, times)
    points = _points(text, lines, layout, head.kind.value)
    cites = list_cited(text, head.number.value, times)
    return Draft(
        text=text,
        number=head.number,
        symbol=head.symbol,
        kind=head.kind,
        issuer=find_issuer(text, head.offices, office, signs_for),
        dated=head.dated,
        in_force_from=_effect(text, times, head.dated),
        subject=head.subject,
        signer=signer,
        signer_title=title,
        signs_for=signs_for,
        addressees=read_addressees(text, layout.addressees),
        receivers=read_receivers(text, layout.foot),
        points=_filled(text, points, times, cites, lines.width),
        times=times,
        cites=cites,
    )


def _helped_by_annex(
    text: str, head: Head, annexes: Sequence[Annex], times: Sequence[TimeMention]
) -> tuple[Head, Found[str]]:
    """The head with what "(Ban hành kèm theo Quyết định số … ngày … của …)" says, where the head does not say it."""
    office: Found[str] = Found(None)
    for annex in annexes:
        if annex.attached is None:
            continue
        start, end = annex.attached
        named = next((one for one in TIGHT.finditer(text, start, end) if is_symbol(one["symbol"])), None)
        if named is None:
            continue
        if head.number.value is None and head.symbol.value in {None, symbol_written(named["symbol"])}:
            symbol = (f"{named['year']}/" if named["year"] else "") + symbol_written(named["symbol"])
            head = replace(
                head,
                number=Found(written(named), named.start(), named.end(), Doubt.FROM_ANNEX),
                symbol=Found(symbol, named.start("symbol"), named.end("symbol"), Doubt.FROM_ANNEX),
            )
            if head.kind.value is None and (kind := kind_of_symbol(symbol)) is not None:
                head = replace(head, kind=Found(kind, doubt=Doubt.FROM_SYMBOL))
        day = next((one for one in times if one.kind is TimeKind.DAY and named.end() <= one.start < end), None)
        if head.dated.value is None and day is not None and day.value is not None and day.doubt is None:
            head = replace(head, dated=Found(date.fromisoformat(day.value), day.start, day.end, Doubt.FROM_ANNEX))
        of = _OF_OFFICE.search(fold_in_place(text[start:end]), named.end() - start)
        if of and office.value is None:
            first, last = start + of.start("office"), start + of.end("office")
            office = Found(" ".join(text[first:last].split()), first, last)
    return head, office


def _points(text: str, lines: Lines, layout: Layout, kind: str | None) -> list[DraftPoint]:
    namer = Namer(text, kind, has_annex=bool(layout.annexes))
    named = namer.name(outline(text, lines, *layout.body), "", None)
    only_articles = all(one.id.startswith("D") for one in named if one.parent is None)
    for number, annex in enumerate(layout.annexes, start=1):
        nodes = outline(text, lines, annex.start, annex.end)
        # The points of a single plan under a decision go by their own numbers, as people cite them.
        is_plain = only_articles and len(layout.annexes) == 1 and not any(node.rank == _ARTICLE for node in walk(nodes))
        label = load_words().tables["labels"]["annex"].format(kind=annex.kind)
        prefix = (
            "" if is_plain else f"{_initials(annex.kind)}{annex.number or (number if len(layout.annexes) > 1 else '')}."
        )
        named += namer.name(nodes, prefix, None if is_plain else f"{label} {annex.number or ''}".strip())
    return named


_ARTICLE = 3
_GOAL = re.compile(r"(?:^|\.)\d{4}$")  # the id of a point that only names a year
_FULL = 0.8  # of the usual width: a line that long goes on in the next one


def _initials(kind: str) -> str:
    return "".join(word[0].upper() for word in kind.split())


def _filled(
    text: str, points: list[DraftPoint], times: Sequence[TimeMention], cites: Sequence[CitedNumber], width: int | None
) -> tuple[DraftPoint, ...]:
    """The points with deadline, actors and cited numbers of their own words; who acts is handed down."""
    starts = [one.start for one in times]
    cited = [one.start for one in cites]
    has_children = {one.parent for one in points}
    who: dict[str, tuple[str, ...]] = {}
    goals: dict[str, PointDeadline] = {}
    filled: list[DraftPoint] = []
    for point in points:
        end = point.own_end
        own = times[bisect.bisect_left(starts, point.start) : bisect.bisect_left(starts, end)]
        deadline, doubt = deadline_of(text, point.start, own)
        if deadline is None and point.parent in goals:  # what stands under "- Đến năm …:" is to be reached by then
            deadline = goals[point.parent]
        if deadline is not None and _GOAL.search(point.id):
            goals[point.id] = deadline
        numbers = cites[bisect.bisect_left(cited, point.start) : bisect.bisect_left(cited, end)]
        actors = _actors_of(text, point, width, has_more=point.id in has_children)
        who[point.id] = actors or who.get(point.parent or "", ())
        filled.append(
            replace(
                point,
                deadline=deadline,
                deadline_doubt=doubt,
                who=who[point.id],
                cites=tuple(dict.fromkeys(one.number for one in numbers)),
            )
        )
    return tuple(filled)


def _actors_of(text: str, point: DraftPoint, width: int | None, *, has_more: bool) -> tuple[str, ...]:
    if point.id.endswith("kt"):  # the closing words are spoken by the issuer to all
        return ()
    line_end = text.find("\n", point.start, point.own_end)
    title_end = line_end if line_end >= 0 else point.own_end
    title = text[point.start : title_end].rstrip()
    is_broken = width is not None and len(title) >= _FULL * width
    is_title = (has_more or line_end >= 0) and not is_broken and not title.endswith((".", ";"))
    if is_title and (named := list_actors(text, point.start, title_end, is_title=True)):
        return named
    return list_actors(text, point.start, point.own_end, is_title=False)


def _effect(text: str, times: Sequence[TimeMention], dated: Found[date]) -> Found[date]:
    """The day from which it is in force, where the text says "có hiệu lực … kể từ ngày …"."""
    says = re.compile(load_words().one_of("in_force_words"))
    for one in times:
        if one.bound is not Bound.FROM and one.kind is not TimeKind.DAY:
            continue
        before = fold_in_place(text[max(0, one.wording_start - _EFFECT_REACH) : one.wording_start])
        if not says.search(before) or one.is_citing:
            continue
        if one.kind is TimeKind.DAY and one.value and one.doubt is None:
            return Found(date.fromisoformat(one.value), one.start, one.end)
        if one.kind is TimeKind.EVENT and dated.value is not None:  # "kể từ ngày ký"
            return Found(dated.value, one.start, one.end, dated.doubt)
    return Found(dated.value, dated.start, dated.end, Doubt.FROM_FORM if dated.value else Doubt.NOT_FOUND)
