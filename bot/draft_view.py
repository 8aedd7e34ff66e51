"""A proposal for the library written as YAML, with a comment at each key, for a person to correct."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from bot.draft_words import describe_doubt
from handlers.phrases import _, show_day
from knowledge.documents import DeadlineKind, PointDeadline
from knowledge.reading.draft import Doubt, Draft, Found, TimeMention
from knowledge.reading.proposal import Proposal, ProposedPoint, fingerprint
from knowledge.reading.times import list_outside

_LONGEST_COMMENT = 90


def render_draft(proposal: Proposal, draft: Draft, file: Path) -> str:
    """The draft, readable back as it stands."""
    return "\n".join([*_opening(proposal, file), *_fields(proposal), *_points(proposal), *_left_over(draft)]) + "\n"


def _opening(proposal: Proposal, file: Path) -> Iterator[str]:
    yield _comment(_("Draft of the record, read from {file}. Nothing is stored yet.").format(file=file.name))
    yield "# " + _(
        "Correct what is wrong, save it as DRAFT.yaml, then: nhacchuan document add {file} --draft DRAFT.yaml --accept"
    ).format(file=file.name)
    yield _comment(_("Lines with “UNSURE” need your eye; everything else too, if you have the time."))
    if proposal.known is not None:
        told = _("The library knows {document} already: it keeps its own record and gets the text of this file.")
        yield f"# {told.format(document=proposal.known.id)}"
        if proposal.dated.value is not None and proposal.known.dated not in {None, proposal.dated.value}:
            other = _("UNSURE: the library knows it as of {day}.").format(day=show_day(_day(proposal.known.dated)))
            yield f"# {other}"
    yield _comment(_("mark of the text; leave it as it is"))
    yield f"text: {_plain(fingerprint(proposal.text))}"


def _day(day: date | None) -> date:
    return day or date.min


def _fields(proposal: Proposal) -> Iterator[str]:
    yield from _field("id", proposal.id, _("Number and symbol, or the name agreed for it"))
    yield from _field("kind", proposal.kind, _("Kind of document"))
    yield from _field("issuer", proposal.issuer, _("Who issued it"))
    yield from _field("title", proposal.title, _("Subject"))
    yield from _field("dated", proposal.dated, _("Date"))
    yield from _field("in_force_from", proposal.in_force_from, _("In force from"))
    yield from _field("signer", proposal.signer, _("Who signed it"))
    binding = _(
        "Territories it binds, by their codes; for the whole country: leave the list empty and say is_national: true"
    )
    yield from _field("territories", proposal.territories, binding)
    yield f"is_national: {_plain(proposal.is_national)}"
    yield _comment(_("Short names that people use for it"))
    yield f"aliases: {_plain(proposal.aliases)}"
    yield _comment(_("To whom it is addressed"))
    yield f"addressees: {_plain(proposal.addressees)}"
    yield _comment(_("Documents that it names"))
    yield f"mentions: {_plain(proposal.mentions)}"


def _field(key: str, found: Found[object], about: str) -> Iterator[str]:
    yield f"# {about}"
    value = sorted(found.value) if isinstance(found.value, tuple | frozenset) else found.value
    yield f"{key}: {_plain(value)}{_unsure(found.doubt)}"


def _points(proposal: Proposal) -> Iterator[str]:
    yield "# " + _("Points. “summary” is told in answers, the words at “place” (from letter, to letter) are quoted.")
    if not proposal.points:
        yield f"points: []{_unsure(Doubt.NOT_FOUND)}"
        return
    yield "points:"
    for one in proposal.points:
        yield from _point(one)


def _point(one: ProposedPoint) -> Iterator[str]:
    point = one.point
    yield f"  - id: {_plain(point.id)}{_unsure(one.doubt)}"
    yield f"    label: {_plain(point.label)}"
    if point.parent is not None:
        yield f"    parent: {_plain(point.parent)}"
    yield f"    summary: {_plain(point.summary)}"
    if point.who:
        yield f"    who: {_plain(point.who)}"
    if point.deadline != PointDeadline(DeadlineKind.NONE):
        yield f"    deadline: {_deadline(point.deadline)}{_unsure(one.deadline_doubt)}"
    if point.cites:
        yield f"    cites: {_plain(point.cites)}"
    yield f"    place: {_plain(one.place)}"


def _deadline(deadline: PointDeadline) -> str:
    default = PointDeadline(DeadlineKind.NONE)
    names = (
        "kind",
        "wording",
        "day",
        "year",
        "month",
        "day_of_month",
        "quarter",
        "is_included",
        "event",
        "working_days",
    )
    values = {name: getattr(deadline, name) for name in names}
    kept = {name: one for name, one in values.items() if name == "kind" or one != getattr(default, name)}
    return "{" + ", ".join(f"{name}: {_plain(one)}" for name, one in kept.items()) + "}"


def _left_over(draft: Draft) -> Iterator[str]:
    """Days and periods that stand in no deadline, so that a person sees that none was passed over."""
    told = [one for one in list_outside(draft.times, draft.points) if not one.is_citing]
    if told:
        yield _comment(_("Days and periods in the text that are no deadline of a point, as far as was read:"))
        yield from (f"#   {line}" for line in _times(told))


def _times(told: Iterable[TimeMention]) -> Iterator[str]:
    for one in told:
        words = " ".join(one.wording.split())[:_LONGEST_COMMENT]
        yield f"{one.start}: {words}{_unsure(one.doubt)}"


def _comment(said: str) -> str:
    return f"# {said}"


def _unsure(doubt: Doubt | None) -> str:
    if doubt is None:
        return ""
    reason = describe_doubt(doubt)
    told = reason if doubt is Doubt.FROM_LIBRARY else _("UNSURE: {reason}").format(reason=reason)
    return f"  # {told}"


def _plain(value: object) -> str:
    """A value on one line: JSON is YAML, but for days, which YAML has and JSON has not."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_plain(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)
