"""`queue`: how the sending stands, for operators and for other programs."""

import json
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.commands.api_keys import describe_hooks
from bot.commands.broadcasting import press, run_as
from bot.errors import UsageError
from bot.push.figures import AllowanceLine, Figures, QueueLine
from bot.settings import Settings
from bot.wiring import open_office
from handlers.hr import unclear
from handlers.phrases import _, ngettext, show_day, show_moment, show_number
from knowledge.local_time import VIETNAM

_WIDTH_OF_A_FILE = 140


async def show_queue(settings: Settings, *, as_json: bool) -> None:
    """Print the figures. It changes nothing."""
    async with open_office(settings, keeps_threads=False) as office:
        figures = await office.push.read_figures()
        hooks = await office.shared_store.list_hooks()
        are_hooks_well, about_hooks = await describe_hooks(office)
    if as_json:
        failing = [one.number for one in hooks if one.failed_since is not None]
        waiting = {str(one.number): {"waiting": one.waiting, "given_up": one.given_up} for one in hooks}
        view = figures_as_json(figures) | {"hooks": waiting, "hooks_failing": failing}
        print(json.dumps(view, ensure_ascii=False, indent=2))
    else:
        _print(figures)
        if not are_hooks_well:
            print(about_hooks)


async def settle_unclear(settings: Settings, by: str, number: int | None, *, has_arrived: bool | None) -> None:
    """List the unclear messages to the people of this HR person, or settle one of them by what its recipient says."""
    if not by:
        raise UsageError(_("Say in whose name: --by CODE of an HR person."))
    if (number is None) is not (has_arrived is None):
        raise UsageError(_("Say both which message and how it ended: --settle NUMBER --received or --not-received."))
    action = unclear.LIST if number is None else unclear.ARRIVED if has_arrived else unclear.AGAIN
    await run_as(settings, by, lambda teller: press(teller, action, number if number is not None else ""))


def figures_as_json(figures: Figures) -> dict[str, Any]:
    """The figures as other programs read them."""
    states: dict[str, dict[str, int]] = {}
    for (identity, state), count in figures.states.items():
        states.setdefault(identity or "none", {})[state] = count
    return {
        "at": figures.at.isoformat(),
        "identities": [_line_as_json(one) for one in figures.queues],
        "deliveries": states,
        "refused_last_week": dict(figures.refused),
        "oldest_due_seconds": round(figures.oldest_wait(), 1),
        "unclear": list(figures.unclear),
        "stuck": figures.stuck,
        "workers": {"heard": figures.workers, "silent": figures.silent},
        "jobs": dict(figures.jobs),
        "planned": {
            "today": figures.is_today_planned,
            "working_day": figures.is_working_day,
            "last_day": figures.planned_day.isoformat() if figures.planned_day is not None else None,
            "at": _moment(figures.planned_at),
            "counts": dict(figures.planned_counts),
        },
        "allowances": [
            {
                "identity": one.sender,
                "of": "day" if one.is_daily else "month",
                "sent": one.sent,
                "most": one.most,
                "most_unasked": one.most_pushed,
                "last_day": one.last_day.isoformat() if one.last_day is not None else None,
            }
            for one in figures.allowances
        ],
    }


def _line_as_json(line: QueueLine) -> dict[str, Any]:
    return {
        "identity": line.sender,
        "due": line.due,
        "later": line.later,
        "held": line.held,
        "under_way": line.under_way,
        "stuck": line.stuck,
        "oldest_due_at": _moment(line.oldest_due_at),
        "delivered_last_minute": line.delivered_last_minute,
        "delivered_last_hour": line.delivered_last_hour,
        "paused_until": _moment(line.paused_until),
        "pause_reason": line.pause_reason,
    }


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(VIETNAM).isoformat() if at is not None else None


# --- for people ---


def _print(figures: Figures) -> None:
    console = Console(markup=False, highlight=False)
    if not console.is_terminal:
        console = Console(width=_WIDTH_OF_A_FILE, markup=False, highlight=False)
    if figures.queues:
        console.print(_table(figures))
    else:
        print(_("Nothing waits to be sent."))
    for sentence in describe(figures):
        print(sentence)


def _table(figures: Figures) -> Table:
    table = Table()
    headings = (_("sent by"), _("due"), _("later"), _("held"), _("under way"), _("stuck"), _("oldest due since"))
    for heading in (*headings, _("last minute"), _("last hour"), _("paused until")):
        table.add_column(heading)
    for one in figures.queues:
        numbers = map(show_number, (one.due, one.later, one.held, one.under_way, one.stuck))
        oldest = show_moment(one.oldest_due_at) if one.oldest_due_at is not None else ""
        rates = map(show_number, (one.delivered_last_minute, one.delivered_last_hour))
        paused = show_moment(one.paused_until) if one.paused_until is not None else ""
        table.add_row(one.sender, *numbers, oldest, *rates, f"{paused} {describe_pause(one.pause_reason)}".strip())
    return table


def describe(figures: Figures) -> list[str]:
    """The figures beside the table, a sentence each; what is nought and well is not told."""
    told = [describe_plan(figures), describe_workers(figures)]
    if figures.unclear:
        told.append(
            ngettext(
                "{n} message of which nobody knows whether it arrived: {numbers}",
                "{n} messages of which nobody knows whether they arrived: {numbers}",
                len(figures.unclear),
            ).format(n=show_number(len(figures.unclear)), numbers=", ".join(map(str, figures.unclear)))
        )
        told.append(_("HR settles them in chat (/tinchuaro), or by: nhacchuan queue --by CODE"))
    if figures.stuck:
        told.append(
            ngettext("{n} is stuck and will be taken over.", "{n} are stuck and will be taken over.", figures.stuck)
            .format(n=show_number(figures.stuck))
        )  # fmt: skip
    if figures.bad_requests:
        told.append(describe_bad_requests(figures))
    told += [describe_allowance(one) for one in figures.allowances]
    if failed := figures.jobs.get("failed", 0):
        told.append(
            ngettext(
                "{n} job failed in the last 30 days; the log says why.",
                "{n} jobs failed in the last 30 days; the log says why.",
                failed,
            ).format(n=show_number(failed))
        )
    return told


def describe_plan(figures: Figures) -> str:
    """Whether today was planned."""
    if figures.planned_day is not None and figures.planned_at is not None and figures.is_today_planned:
        return _("Today is planned ({moment}).").format(moment=show_moment(figures.planned_at))
    if not figures.is_working_day:
        return _("Today is a day off: nothing is planned.")
    if figures.planned_day is None:
        return _("Today is not planned yet, and no day was before.")
    return _("Today is not planned yet; the last day planned is {day}.").format(day=show_day(figures.planned_day))


def describe_workers(figures: Figures) -> str:
    """How many work, and how many have fallen silent."""
    text = ngettext("{n} worker at work", "{n} workers at work", figures.workers).format(n=show_number(figures.workers))
    if figures.silent:
        silent = ngettext("{n} silent", "{n} silent", figures.silent).format(n=show_number(figures.silent))
        text = f"{text}, {silent}"
    return f"{text}."


def describe_bad_requests(figures: Figures) -> str:
    """Messages that a platform called wrong."""
    return ngettext(
        "{n} message of the last seven days was refused as wrongly made: a defect of ours; see the log.",
        "{n} messages of the last seven days were refused as wrongly made: a defect of ours; see the log.",
        figures.bad_requests,
    ).format(n=show_number(figures.bad_requests))


def describe_allowance(line: AllowanceLine) -> str:
    """What is left of the messages of a month or a day, and how long that will do."""
    kept = line.most - line.most_pushed
    text = (
        _("{sender}: {n} of today's {most} messages sent, {kept} of them kept for conversation.")
        if line.is_daily
        else _("{sender}: {n} of this month's {most} messages sent, {kept} of them kept for conversation.")
    ).format(sender=line.sender, n=show_number(line.sent), most=show_number(line.most), kept=show_number(kept))
    if line.is_over:
        tomorrow = _("Nothing is sent unasked any more until tomorrow.")
        return " ".join(
            [text, tomorrow if line.is_daily else _("Nothing is sent unasked any more until the next month.")]
        )
    if line.last_day is not None:
        return " ".join([text, _("At this pace the last day is {day}.").format(day=show_day(line.last_day))])
    return " ".join([text, _("It will soon be used up.")]) if line.is_low else text


def describe_pause(reason: str | None) -> str:
    """Why nothing is sent for a while."""
    return {
        None: "",
        "asked": _("(the platform asks for it)"),
        "channel_refused": _("(the platform refuses the token)"),
        "out_of_reach": _("(out of reach)"),
    }.get(reason, reason or "")
