"""The result of a broadcast as a workbook: everybody with what became of it, and who must be told on paper."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from handlers.hr.broadcasts_audience import Member
from handlers.phrases import _
from handlers.ports import Sheets
from handlers.reply import File
from handlers.wording import name_channel, name_unit
from knowledge.rulebook import RulesOn
from storage.records import BroadcastRow, DeliveryState

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ON_PAPER = {DeliveryState.UNREACHABLE, DeliveryState.UNCLEAR, DeliveryState.REFUSED}
_CHAT_LOST = {"unlinked", "unreachable"}  # why one was dropped though it still was for its recipient
Row = Sequence[str | int | datetime | None]


def write_result(number: int, rows: Sequence[BroadcastRow], sheets: Sheets) -> File:
    """The file of a broadcast."""
    content = sheets.write(
        [
            (_("Result"), _result_headings(), _result_rows(rows)),
            (_("Paper list"), _paper_headings(), _paper_rows(rows)),
        ]
    )
    return File(_("broadcast-{number}.xlsx").format(number=number), content, MEDIA_TYPE)


def write_unreached(number: str, members: Iterable[Member], rules: RulesOn, sheets: Sheets) -> File:
    """The paper list of a broadcast that has not been approved yet."""
    rows: Iterator[Row] = (
        (
            place,
            one.person.code,
            one.person.name,
            one.person.position,
            name_unit(rules, one.person.unit),
            name_outcome(DeliveryState.UNREACHABLE),
            None,
            None,
        )
        for place, one in enumerate(members, start=1)
    )
    content = sheets.write([(_("Paper list"), _paper_headings(), rows)])
    return File(_("not-reachable-{number}.xlsx").format(number=number), content, MEDIA_TYPE)


def name_outcome(state: DeliveryState) -> str:
    """What became of a message, in words."""
    return {
        DeliveryState.WAITING: _("waits"),
        DeliveryState.CLAIMED: _("waits"),
        DeliveryState.STARTED: _("is being sent"),
        DeliveryState.DELIVERED: _("delivered"),
        DeliveryState.REFUSED: _("refused"),
        DeliveryState.UNCLEAR: _("unclear"),
        DeliveryState.DROPPED: _("dropped"),
        DeliveryState.UNREACHABLE: _("not reachable"),
    }[state]


def name_reason(reason: str) -> str:
    """Why, in words; a word of the platform that is not known here stays as it is."""
    known = {
        "blocked": _("the recipient has blocked the messages"),
        "deactivated": _("the account no longer exists"),
        "chat_unknown": _("the platform does not know this chat"),
        "bad_request": _("the message was not accepted; the operator has been told"),
        "outside_window": _("has not been active on Zalo for seven days, and no template message is set up"),
        "unknown_user": _("Zalo does not know this person"),
        "not_paid": _("Zalo cannot bill the message; the operator has been told"),
        "template_refused": _("Zalo refuses the template message; the operator has been told"),
        "platform_failed": _("the platform could not send it"),
        "allowance_used": _("the messages that this channel may send are used up; it waits for more"),
        "quota": _("the platform asks to wait before more messages are sent"),
        "night": _("waits for the morning"),
        **_zalo_reasons(),
        "cancelled": _("cancelled by HR"),
        "recalled": _("recalled by HR"),
        "moved": _("has left the units it was for"),
        "closed": _("has nothing left to complete"),
        "quiet": _("has paused reminders"),
        "gone": _("is no longer in the roster"),
        "unlinked": _("has unlinked the chat"),
        "unreachable": _("what is sent there is refused"),
        "settled": _("settled by HR"),
        "sent_again": _("sent again by HR's word"),
        "acknowledged": _("confirmed by the recipient"),
        "lost": _("sent, its confirmation was lost"),
        "timeout": _("sent, its confirmation was lost"),
    }
    return known.get(reason, reason)


def _zalo_reasons() -> dict[str, str]:
    """What Zalo says of a person by numbers alone, which never mean two things here."""
    takes_nothing = _("takes no messages of this kind on Zalo")
    no_account = _("the phone number has no Zalo account that can receive it")
    return {
        "-213": _("does not follow the account on Zalo"),
        "-218": _("Zalo takes no more messages to this person for now"),
        "-227": _("the Zalo account is locked, or has long not been used"),
        **dict.fromkeys(("-217", "-244", "-114", "-139", "-140", "-141"), takes_nothing),
        **dict.fromkeys(("-108", "-110", "-118", "-119"), no_account),
        **dict.fromkeys(("-1471", "-1472"), _("Zalo takes no more messages to this person for now")),
    }


def _headings_of_people() -> list[tuple[str, int]]:
    return [
        (_("No."), 6),
        (_("Code"), 12),
        (_("Full name"), 28),
        (_("Position"), 26),
        (_("Unit"), 34),
        (_("State"), 16),
    ]


def _result_headings() -> list[tuple[str, int]]:
    return [
        *_headings_of_people(),
        (_("Time"), 20),
        (_("Channel"), 12),
        (_("Reason"), 34),
        (_("Confirmed as received"), 20),
        (_("After the recall"), 20),
    ]


def _result_rows(rows: Sequence[BroadcastRow]) -> Iterator[Row]:
    recalls = {"done": _("written over"), "waiting": _("waits"), "refused": _("not possible")}
    for place, one in enumerate(rows, start=1):
        yield (
            place,
            one.person,
            one.name or "",
            one.position or "",
            one.unit_name or "",
            name_outcome(one.state),
            one.done_at,
            name_channel(one.channel) if one.channel else "",
            name_reason(one.reason),
            one.acknowledged_at,
            recalls.get(one.recall or "", ""),
        )


def _paper_headings() -> list[tuple[str, int]]:
    return [
        *_headings_of_people(),
        (_("Received (yes/no)"), 18),
        (_("Signature"), 24),
    ]


def _paper_rows(rows: Sequence[BroadcastRow]) -> Iterator[Row]:
    missed = [one for one in rows if _is_on_paper(one) and one.acknowledged_at is None]
    for place, one in enumerate(missed, start=1):
        state = name_outcome(one.state)
        yield place, one.person, one.name or "", one.position or "", one.unit_name or "", state, None, None


def _is_on_paper(row: BroadcastRow) -> bool:
    return row.state in _ON_PAPER or (row.state is DeliveryState.DROPPED and row.reason in _CHAT_LOST)
