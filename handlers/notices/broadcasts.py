"""The words of a broadcast and of its recall, written for one recipient from what is true when it leaves."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from handlers.asking import Choice
from handlers.notices.composing import Dropped, Present, seen
from handlers.phrases import _, show_day, show_moment
from handlers.reply import Line, Reply
from handlers.wording import name_unit
from knowledge.audience import Audience, is_still_true
from knowledge.broadcasting import FIELDS, count_fields, fill, nearest_due
from knowledge.evaluate import evaluate
from knowledge.facts import CriterionCode, Person, PersonCode, UnitCode
from knowledge.rulebook import RulesOn
from storage.records import (
    Broadcast,
    Delivery,
    NewDelivery,
    NewNotice,
    Notice,
    NoticeKind,
    Reached,
)

MOVED, CLOSED = "moved", "closed"  # why one is dropped: out of the units that it was for, nothing missing any more
_CORRECTION_URGENCY = 4  # before broadcasts
_MOST_DIGITS = 5  # of a count or of days that are left
_BEGINNING = 60  # letters of a recalled broadcast by which people recognise it


async def compose_broadcast(notice: Notice, delivery: Delivery, present: Present) -> Reply | Dropped:
    """The broadcast as this recipient reads it, unless it is not for them any more."""
    payload, person, rules = notice.payload, present.person, present.rules
    within = frozenset(map(UnitCode, payload.get("within", ())))
    if within and not rules.units_above(person.unit) & within:
        return Dropped(MOVED)
    if not is_still_true(person, _asked_of(payload), rules):
        return Dropped(CLOSED)
    choices = (seen(delivery.id),) if payload.get("asks_receipt") else ()
    return write_broadcast(str(payload["text"]), str(payload["unit"]), person, rules, choices)


async def compose_correction(notice: Notice, delivery: Delivery, present: Present) -> Reply | Dropped:
    """That a broadcast is not to be followed, where it cannot be written over."""
    del delivery, present
    return write_recalled(str(notice.payload["unit"]), str(notice.payload["sent"]), str(notice.payload["beginning"]))


def write_broadcast(text: str, unit: str, person: Person, rules: RulesOn, choices: tuple[Choice, ...] = ()) -> Reply:
    """HR's own words under the name of the unit that speaks, with the fields filled in for this person."""
    filled = fill(text, _values(person, rules)) if count_fields(text) else text
    return Reply(title=_("Notice from {unit}").format(unit=unit), lines=(Line(filled),), choices=choices)


def write_longest(text: str, unit: str, people: Iterable[Person], rules: RulesOn, *, asks_receipt: bool) -> Reply:
    """The longest that a broadcast can become for these people: every field as long as it is for any of them."""
    values = dict.fromkeys(FIELDS, "")
    if count_fields(text):
        unknown = _("no deadline yet")
        values["so_noi_dung_thieu"] = "0" * _MOST_DIGITS
        values["han_gan_nhat"] = max(show_day(rules.day), unknown, key=len)
        values["so_ngay_con_lai"] = max("0" * _MOST_DIGITS, unknown, key=len)
        for person in people:
            for name, value in _named(person, rules).items():
                values[name] = max(values[name], value, key=len)
    choices = (seen(0),) if asks_receipt else ()
    return Reply(_("Notice from {unit}").format(unit=unit), (Line(fill(text, values)),), choices=choices)


def write_recalled(unit: str, sent: str, beginning: str) -> Reply:
    """What stands in the place of a recalled broadcast, or corrects it."""
    return Reply(
        title=_("Recalled: notice from {unit}").format(unit=unit),
        lines=(
            Line(
                _(
                    "The notice of {moment} that begins “{beginning}” has been recalled. Please do not act on it."
                ).format(moment=sent, beginning=beginning)
            ),
        ),
    )


def make_corrections(
    broadcast: Broadcast, people: Iterable[tuple[PersonCode, str, Reached, datetime | None]], due_at: datetime
) -> list[tuple[NewDelivery, Sequence[NewNotice]]]:
    """The messages that tell of a recall: to whom, by which identity of ours, to which chat, when it went to them."""
    made: list[tuple[NewDelivery, Sequence[NewNotice]]] = []
    for person, sender, where, sent_at in people:
        payload = {
            "unit": broadcast.made_by.unit_name,
            "sent": show_moment(sent_at or broadcast.approved_at),
            "beginning": begin_of(broadcast.text),
        }
        # The cabinet knows by the key who has been corrected, and how many.
        notice = NewNotice(NoticeKind.CORRECTION, f"correction:{broadcast.number}:{person}", payload=payload)
        delivery = NewDelivery(
            person, due_at, sender, where.channel, where.address, where.locale, urgency=_CORRECTION_URGENCY
        )
        made.append((delivery, (notice,)))
    return made


def begin_of(text: str) -> str:
    """The first words of a broadcast, as HR wrote them, by which it is recognised."""
    first = " ".join(text.split())
    return first if len(first) <= _BEGINNING else first[:_BEGINNING].rsplit(" ", 1)[0] + "…"


def _asked_of(payload: Mapping[str, Any]) -> Audience:
    due_within = payload.get("due_within")
    return Audience(
        missing=frozenset(map(CriterionCode, payload.get("missing", ()))),
        due_within=int(due_within) if due_within is not None else None,
    )


def _values(person: Person, rules: RulesOn) -> dict[str, str]:
    findings = evaluate(person, rules)
    nearest = nearest_due(findings)
    return {
        **_named(person, rules),
        "so_noi_dung_thieu": str(sum(one.is_gap for one in findings)),
        "han_gan_nhat": show_day(nearest.deadline) if nearest and nearest.deadline else _("no deadline yet"),
        "so_ngay_con_lai": str(nearest.days_left) if nearest else _("no deadline yet"),
    }


def _named(person: Person, rules: RulesOn) -> dict[str, str]:
    return {"ho_ten": person.name, "chuc_danh": person.position, "don_vi": name_unit(rules, person.unit)}
