"""What was one official told, when, by which channel, and did it arrive? Evidence for whoever answers for it.

It tells what the messages were about, never the address that they went to.
"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import date

from handlers.hr.broadcasts_result import name_outcome, name_reason
from handlers.phrases import _, show_day
from handlers.reply import Line
from handlers.reports.asked import ReportKind
from handlers.reports.gap_rows import count_table
from handlers.reports.report import Closing, Column, Report, Row
from handlers.wording import name_channel, name_criterion, name_unit
from knowledge.facts import CriterionCode, Person
from knowledge.rulebook import RulesOn
from storage.records import Delivery, DeliveryState, Notice, NoticeKind

MOST_DELIVERIES = 2_000  # of one person; ten years of them are some hundreds


def tell_reminders(official: Person, deliveries: Sequence[Delivery], rules: RulesOn) -> Report:
    """One row for each thing told, the oldest first."""
    in_order = sorted(deliveries, key=lambda one: one.id)
    return Report(
        kind=ReportKind.REMINDERS,
        name=f"nhac-viec-{official.code}-{rules.day:%Y%m%d}",
        paper_kind=_("Record"),
        title=_("Reminders to {name} ({code}), {position}, {unit}").format(
            name=official.name,
            code=official.code,
            position=official.position,
            unit=name_unit(rules, official.unit),
        ),
        as_of=rules.day,
        scope=f"{official.name} ({official.code})",
        columns=(
            Column(_("No."), 6, 1.1),
            Column(_("Message"), 10, 1.8),
            Column(_("Kind"), 24, 3.2),
            Column(_("What it was about"), 60, 6.9),
            Column(_("Stage"), 12, 1.5),
            Column(_("Channel"), 18, 2.6),
            Column(_("Sent at"), 20, 2.6),
            Column(_("Outcome"), 18, 2.2),
            Column(_("Reason"), 34),
            Column(_("Confirmed by the recipient at"), 20, 3.0),
        ),
        rows=_rows(in_order, rules),
        close=lambda: _close(in_order),
    )


async def _rows(deliveries: Sequence[Delivery], rules: RulesOn) -> AsyncIterator[Row]:
    number = 0
    for one in deliveries:
        for notice in one.notices:
            number += 1
            yield (
                number,
                one.id,
                name_notice(notice.kind),
                describe_notice(notice, rules),
                notice.stage if notice.kind is NoticeKind.REMINDER else "",
                name_channel(one.channel) if one.channel else "",
                one.done_at or one.started_at,
                name_outcome(one.state),
                name_reason(one.reason),
                one.acknowledged_at,
            )


def _close(deliveries: Sequence[Delivery]) -> Closing:
    outcomes = Counter(name_outcome(one.state) for one in deliveries)
    confirmed = sum(one.acknowledged_at is not None for one in deliveries)
    text = _("{n} messages on record; the recipient has confirmed {confirmed} of them as received.")
    notes = [
        Line(_("“Unclear”: the request left and its answer was lost; it may have arrived, and was not sent again."))
    ]
    if len(deliveries) == MOST_DELIVERIES:
        notes.append(Line(_("Only the newest {n} messages are listed.").format(n=MOST_DELIVERIES)))
    if any(one.state is DeliveryState.UNREACHABLE for one in deliveries):
        notes.append(Line(_("“Not reachable”: no channel reached the official; the paper list names them.")))
    return Closing(
        told=(text.format(n=len(deliveries), confirmed=confirmed),),
        tables=(count_table(_("By outcome"), _("Outcome"), outcomes),),
        notes=tuple(notes),
    )


def name_notice(kind: NoticeKind) -> str:
    """What a message is."""
    return {
        NoticeKind.REMINDER: _("reminder of a deadline"),
        NoticeKind.UNIT_REMINDER: _("reminder by the head of the unit"),
        NoticeKind.EVIDENCE: _("decision of HR on a certificate"),
        NoticeKind.EVIDENCE_WAITING: _("certificates that wait to be verified"),
        NoticeKind.ESCALATION: _("notice to those above"),
        NoticeKind.DIGEST: _("weekly digest"),
        NoticeKind.CHANGE: _("notice of changed rules"),
        NoticeKind.STUDY: _("about being sent to study"),
        NoticeKind.BROADCAST: _("broadcast of HR"),
        NoticeKind.CORRECTION: _("correction of a broadcast"),
    }.get(kind, kind.value)


def describe_notice(notice: Notice, rules: RulesOn) -> str:
    """What it told of; of a reminder the criterion and the deadline."""
    payload = notice.payload
    if not payload:  # its time is over: only its kind and its day are kept
        return ""
    match notice.kind:
        case NoticeKind.REMINDER:
            return _describe_reminder(str(payload.get("criterion", "")), str(payload.get("source", "")), rules)
        case NoticeKind.BROADCAST | NoticeKind.CORRECTION if payload.get("broadcast"):
            return _("Broadcast No. {number}").format(number=payload["broadcast"])
        case NoticeKind.STUDY if payload.get("case"):
            return _("Study case No. {number}").format(number=payload["case"])
        case NoticeKind.ESCALATION:
            return _("Cases of {n} people").format(n=len(notice.about))
        case _:
            return ""


def _describe_reminder(criterion: str, source: str, rules: RulesOn) -> str:
    known = CriterionCode(criterion)
    named = name_criterion(rules.library, known) if known in rules.library.criteria else criterion
    what, _at, day = source.rpartition("@")
    review = next((one.name for one in rules.book.rules.rounds if one.code == what), None)
    place = review or what.replace("#", ", ").removesuffix(", ")
    try:
        last_day = show_day(date.fromisoformat(day))
    except ValueError:
        return f"{named}; {place}" if place else named
    return _("{criterion}: deadline {day} ({place})").format(criterion=named, day=last_day, place=place)
