"""How far a broadcast is gone, in the words that its card and its answer share. Pure."""

from datetime import datetime

from handlers.asking import Choice
from handlers.notices.broadcasts import begin_of
from handlers.phrases import _, ngettext, show_moment, show_number
from handlers.reply import Line, Reply
from knowledge.sending_plan import minutes_for
from storage.records import Broadcast, BroadcastState, Progress


def describe_progress(broadcast: Broadcast, progress: Progress, now: datetime, per_second: float) -> Reply:
    """Done, refused, unclear, left and how long that takes; with what can be done about it."""
    return Reply(
        title=_title(broadcast, progress),
        lines=(
            Line(_("“{beginning}”").format(beginning=begin_of(broadcast.text))),
            *(Line(one, is_item=True) for one in _counts(broadcast, progress)),
            *(Line(one) for one in _what_is_left(broadcast, progress, now, per_second)),
            *(Line(one) for one in _recalled(broadcast, progress)),
        ),
        choices=_choices(broadcast, progress),
    )


def _title(broadcast: Broadcast, progress: Progress) -> str:
    text = {
        BroadcastState.SENDING: _("Broadcast {number} is finished")
        if not progress.left
        else _("Broadcast {number} is being sent"),
        BroadcastState.PAUSED: _("Broadcast {number} is paused"),
        BroadcastState.CANCELLED: _("Broadcast {number} was cancelled"),
        BroadcastState.RECALLED: _("Broadcast {number} is recalled")
        if progress.is_over
        else _("Broadcast {number} is being recalled"),
    }[broadcast.state]
    return text.format(number=broadcast.number)


def _counts(broadcast: Broadcast, progress: Progress) -> list[str]:
    done = progress.total - progress.left - progress.unreachable
    counts = [
        _("Done: {n} of {total}").format(n=show_number(done), total=show_number(progress.total - progress.unreachable)),
        _("Delivered: {n}").format(n=show_number(progress.delivered)),
        _("Refused: {n}").format(n=show_number(progress.refused)),
        _("Unclear: {n}").format(n=show_number(progress.unclear)),
        _("Left: {n}").format(n=show_number(progress.left)),
    ]
    if broadcast.asks_receipt:
        counts.append(_("Confirmed as received: {n}").format(n=show_number(progress.acknowledged)))
    if progress.dropped:
        counts.append(_("Dropped: {n}").format(n=show_number(progress.dropped)))
    if progress.unreachable:
        counts.append(_("Not reachable (paper list): {n}").format(n=show_number(progress.unreachable)))
    return counts


def _what_is_left(broadcast: Broadcast, progress: Progress, now: datetime, per_second: float) -> list[str]:
    if broadcast.state is not BroadcastState.SENDING or not progress.left:
        return []
    if progress.last_due_at is not None and progress.last_due_at > now:
        return [
            _("Goes on in working hours; the last ones from {moment}.").format(moment=show_moment(progress.last_due_at))
        ]
    minutes = max(1, minutes_for(progress.left, per_second))
    text = ngettext("About {n} minute left.", "About {n} minutes left.", minutes)
    return [text.format(n=show_number(minutes))]


def _recalled(broadcast: Broadcast, progress: Progress) -> list[str]:
    if broadcast.state is not BroadcastState.RECALLED:
        return []
    written = _("Written over where they stand: {n}; still to be: {left}; not possible: {kept}.")
    said = [
        written.format(
            n=show_number(progress.recalled), left=show_number(progress.to_recall), kept=show_number(progress.kept)
        )
    ]
    if progress.corrected or progress.to_correct:
        text = _("Correction notices delivered: {n}; still to be: {left}.")
        said.append(text.format(n=show_number(progress.corrected), left=show_number(progress.to_correct)))
    return said


def _choices(broadcast: Broadcast, progress: Progress) -> tuple[Choice, ...]:
    number = str(broadcast.number)
    choices = [Choice(_("How far it is"), "broadcast", number)]
    if broadcast.state is BroadcastState.SENDING and progress.left:
        choices.append(Choice(_("Pause"), "broadcast.pause", number))
    if broadcast.state is BroadcastState.PAUSED:
        choices.append(Choice(_("Resume"), "broadcast.resume", number))
    if broadcast.state in {BroadcastState.SENDING, BroadcastState.PAUSED} and progress.left:
        choices.append(Choice(_("Cancel the rest"), "broadcast.cancel", number))
    if broadcast.state is not BroadcastState.RECALLED and progress.delivered + progress.unclear:
        choices.append(Choice(_("Recall"), "broadcast.recall", number))
    if progress.unclear:
        choices.append(Choice(_("Settle the unclear ones"), "broadcast.unclear", number))
    choices.append(Choice(_("Result (.xlsx)"), "broadcast.result", number))
    return tuple(choices)
