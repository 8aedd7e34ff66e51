"""A reminder, put into words when it is sent: how many things are open and until when, never which ones."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from handlers.asking import Choice
from handlers.notices.composing import Dropped, Present, seen
from handlers.phrases import _, ngettext, show_day, show_number
from handlers.reply import Line, Reply
from knowledge.evaluate import evaluate
from knowledge.findings import Finding, State
from knowledge.reminders import is_actionable, is_insisted, still_owed
from storage.records import Delivery, Notice

QUIET = "quiet"  # why one is dropped: the recipient has paused reminders


async def compose(notice: Notice, delivery: Delivery, present: Present) -> Reply | Dropped:
    """What is still open for me, and until when?"""
    findings = evaluate(present.person, present.rules)
    if not findings:  # past retirement
        return Dropped("gone")
    reason = still_owed(notice.payload, findings, present.rules.day)
    if reason is not None:
        return Dropped(reason)
    if present.is_quiet and not is_insisted(notice.payload):  # since it was planned; told after the pause if still owed
        return Dropped(QUIET)
    first, *others = sentences(findings, present.rules.day)
    return Reply(first, tuple(map(Line, others)), choices=(see_details(), seen(delivery.id)))


def sentences(findings: Sequence[Finding], on: date) -> tuple[str, ...]:
    """What is pushed: what is ahead first, then what is past its day. Empty where nothing can be done."""
    return words(*days_left(findings), on, is_sure=is_sure(findings))


def days_left(findings: Iterable[Finding]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The days to each deadline of what can be done something about: those ahead, then those that have passed."""
    left = sorted(one.days_left for one in findings if one.days_left is not None and is_actionable(one))
    return tuple(days for days in left if days >= 0), tuple(days for days in left if days < 0)


def is_sure(findings: Iterable[Finding]) -> bool:
    """Whether each thing that is reminded of is known to be lacking, and none waits to be cleared up first."""
    return not any(one.state is State.UNDETERMINED for one in findings if is_actionable(one))


def words(ahead: tuple[int, ...], overdue: tuple[int, ...], on: date, *, is_sure: bool = True) -> tuple[str, ...]:
    """The sentences for things due in so many days, and for things that were due so many days ago."""
    told: list[str] = []
    if ahead:
        text = ngettext(
            "{n} thing waits for you to complete or to clear up, due by {day}.",
            "{n} things wait for you to complete or to clear up, the first due by {day}.",
            len(ahead),
        )
        if is_sure:
            text = ngettext(
                "{n} thing waits for you to complete, due by {day}.",
                "{n} things wait for you to complete, the first due by {day}.",
                len(ahead),
            )
        told.append(text.format(n=show_number(len(ahead)), day=show_day(on + timedelta(days=min(ahead)))))
    if overdue:
        text = ngettext(
            "{n} thing waits for you to complete or to clear up; its deadline, {day}, has passed.",
            "{n} things wait for you to complete or to clear up; their deadline, the last one {day}, has passed.",
            len(overdue),
        )
        if is_sure:
            text = ngettext(
                "{n} thing waits for you to complete; its deadline, {day}, has passed.",
                "{n} things wait for you to complete; their deadline, the last one {day}, has passed.",
                len(overdue),
            )
        past = text.format(n=show_number(len(overdue)), day=show_day(on + timedelta(days=max(overdue))))
        # Nobody is to wonder whether these are among those that are ahead.
        told.append(_("Besides: {told}").format(told=past) if ahead else past)
    return tuple(told)


def see_details() -> Choice:
    """The button that shows everything to whoever is proven to be the recipient."""
    return Choice(_("See details"), "gaps.mine")
