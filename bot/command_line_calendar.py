"""The words and options of `calendar`. What they do stands in `bot.commands.working_time`."""

from typing import Annotated

import typer

from bot import heap
from bot.errors import UsageError
from bot.settings import read_settings
from handlers.phrases import _

calendar_app = typer.Typer(
    help="Days off or worked over the library's calendar, and the hours of sending.", no_args_is_help=True
)

DayArgument = Annotated[str, typer.Argument(help="The day: 2026-12-31 or 31/12/2026.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why, such as the name of the holiday.")]


@calendar_app.command("show")
def show(*, as_json: Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")] = False) -> None:
    """Print the days that HR declared, the holidays of the year ahead, and the hours of sending."""
    from bot.commands.working_time import show as print_all  # noqa: PLC0415  heavy, see `bot.command_line`

    heap.run(print_all(read_settings(), as_json=as_json))


@calendar_app.command("declare")
def declare(
    day: DayArgument,
    *,
    reason: ReasonOption,
    basis: Annotated[str, typer.Option("--basis", help="Number of the document it rests on, or its words.")],
    off: Annotated[bool, typer.Option("--off", help="Nobody works on it.")] = False,
    worked: Annotated[bool, typer.Option("--worked", help="It is worked instead of another day.")] = False,
) -> None:
    """Declare a day off or worked; it holds at once, and the operator answers for it."""
    from bot.commands.working_time import declare as declare_it  # noqa: PLC0415  heavy, see `bot.command_line`

    if off == worked:
        raise UsageError(_("Say either --off or --worked."))
    heap.run(declare_it(read_settings(), day, is_working=worked, reason=reason, basis=basis))


@calendar_app.command("withdraw")
def withdraw(day: DayArgument, *, reason: ReasonOption) -> None:
    """Let the calendar of the library hold again on a day."""
    from bot.commands.working_time import withdraw as withdraw_it  # noqa: PLC0415  heavy, see `bot.command_line`

    heap.run(withdraw_it(read_settings(), day, reason=reason))


@calendar_app.command("hours")
def hours(
    begin: Annotated[str | None, typer.Option("--from", help="Nothing goes out unasked before, such as 08:00.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Nor after, such as 16:30.")] = None,
    *,
    reason: ReasonOption,
    resets: Annotated[bool, typer.Option("--default", help="The hours of the policy hold again.")] = False,
) -> None:
    """Set narrower hours of sending than the policy's, or take them back."""
    from bot.commands.working_time import set_hours  # noqa: PLC0415  heavy, see `bot.command_line`

    if resets == (begin is not None or end is not None):
        raise UsageError(_("Say either --from and --to, or --default."))
    heap.run(set_hours(read_settings(), begin, end, reason=reason))
