"""The words and options of `privacy` and `breach`. What they do stands in `bot.commands.privacy`."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bot import heap
from bot.settings import read_settings

privacy_app = typer.Typer(help="Personal data: running clocks, the log of processing, clean-ups.", no_args_is_help=True)
breach_app = typer.Typer(help="Breaches of personal data: the clock, the steps, the report.", no_args_is_help=True)

JsonOption = Annotated[bool, typer.Option("--json", help="For other programs.")]
NumberArgument = Annotated[int, typer.Argument(help="Number of the breach.", min=1, max=999_999_999)]
DayOption = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d", "%d/%m/%Y"], help="A day.")]
OutOption = Annotated[Path | None, typer.Option("--out", help="The file to write.")]


@privacy_app.command("clocks")
def clocks(*, as_json: JsonOption = False) -> None:
    """Show every request about personal data whose clocks run, the first due first."""
    from bot.commands.privacy import list_clocks  # noqa: PLC0415  heavy

    heap.run(list_clocks(read_settings(), as_json=as_json))


@privacy_app.command("enter")
def enter(  # noqa: PLR0913  each is one thing that stands on the paper
    person: Annotated[str, typer.Argument(help="Staff code of whoever made the request.")],
    right: Annotated[str, typer.Argument(help="view, export, correct, delete, withdraw, restrict or object.")],
    *,
    by: Annotated[str, typer.Option("--by", help="Staff code of whoever enters it.")],
    received: DayOption = None,
    way: Annotated[
        str, typer.Option("--way", help="How it came: on_paper, in_person, by_telephone or by_mail.")
    ] = "on_paper",
    field: Annotated[str, typer.Option("--field", help="The column to correct, or the consent to withdraw.")] = "",
    value: Annotated[str, typer.Option("--value", help="What is right.")] = "",
    words: Annotated[str, typer.Option("--words", help="What exactly the person wants.")] = "",
) -> None:
    """Enter a request that came on paper, in person or by telephone; its clocks run from the day on which it came."""
    from bot.commands.privacy import enter_request  # noqa: PLC0415  heavy

    given = {"person": person, "right": right, "way": way, "field": field, "value": value, "words": words}
    heap.run(enter_request(read_settings(), by, received.date() if received is not None else None, given))


@privacy_app.command("log")
def log(*, since: DayOption = None, until: DayOption = None, out: OutOption = None) -> None:
    """Write who processed what for which purpose (.csv); without --out, print it. Default: the last 30 days."""
    from bot.commands.privacy import write_log  # noqa: PLC0415  heavy

    first = since.date() if since is not None else None
    heap.run(write_log(read_settings(), first, until.date() if until is not None else None, out))


@privacy_app.command("tidy")
def tidy() -> None:
    """Forget now what has had its time; the engine does it every day by itself."""
    from bot.commands.privacy import clean_up  # noqa: PLC0415  heavy

    heap.run(clean_up(read_settings()))


@breach_app.command("open")
def open_one(
    title: Annotated[str, typer.Argument(help="In a few words: what was found.")],
    *,
    detected: Annotated[
        str | None, typer.Option("--detected", help="When, e.g. 2026-11-21 14:30; default now.")
    ] = None,
) -> None:
    """Begin the clock of a breach; administrators and data officers are told."""
    from bot.commands.privacy import open_breach  # noqa: PLC0415  heavy

    heap.run(open_breach(read_settings(), title, detected))


@breach_app.command("step")
def step(
    number: NumberArgument,
    code: Annotated[str, typer.Argument(help="Code of the step, as `breach list` shows it.")],
    *,
    note: Annotated[str, typer.Option("--note", help="What came of it.")] = "",
) -> None:
    """Keep that a step was taken."""
    from bot.commands.privacy import take_step  # noqa: PLC0415  heavy

    heap.run(take_step(read_settings(), number, code, note))


@breach_app.command("close")
def close(number: NumberArgument) -> None:
    """End a breach; steps that were not taken stay visible as such."""
    from bot.commands.privacy import close_breach  # noqa: PLC0415  heavy

    heap.run(close_breach(read_settings(), number))


@breach_app.command("list")
def list_all(*, as_json: JsonOption = False) -> None:
    """Show every breach with its clock and steps."""
    from bot.commands.privacy import list_breaches  # noqa: PLC0415  heavy

    heap.run(list_breaches(read_settings(), as_json=as_json))


@breach_app.command("paper")
def paper(number: NumberArgument, *, out: OutOption = None) -> None:
    """Write the draft of the report (.docx): what is known, and blanks for what is not."""
    from bot.commands.privacy import write_report  # noqa: PLC0415  heavy

    heap.run(write_report(read_settings(), number, out))
