"""The words and options of `broadcast`. What they do stands in `bot.commands.broadcasting`."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import heap
from bot.errors import UsageError
from bot.settings import read_settings
from handlers.phrases import _

if TYPE_CHECKING:
    from bot.commands.broadcasting import Teller

broadcast_app = typer.Typer(
    help="Broadcasts: HR writes to many people at once, a second person of HR approves.", no_args_is_help=True
)

ByOption = Annotated[str, typer.Option("--by", help="Code of the HR person in whose name it is done.")]
NumberArgument = Annotated[int, typer.Argument(help="Number of the broadcast.", min=1, max=999_999_999)]
TextOption = Annotated[str | None, typer.Option("--text", help="The words, with fields in braces.")]
FileOption = Annotated[Path | None, typer.Option("--file", help="A UTF-8 text file with the words.")]
TemplateOption = Annotated[str | None, typer.Option("--template", help="Code of a template.")]
ReceiptOption = Annotated[bool, typer.Option("--ack", help="Ask every recipient to press “Đã nhận”.")]
UnitOption = Annotated[str | None, typer.Option("--unit", help="Codes of units, comma-separated; all below too.")]
GroupOption = Annotated[str | None, typer.Option("--group", help="Codes of position groups.")]
MissingOption = Annotated[str | None, typer.Option("--missing", help="Codes of criteria with something to complete.")]
WithinOption = Annotated[int | None, typer.Option("--due-within", help="Deadline within so many days.", min=0)]
SilentOption = Annotated[int | None, typer.Option("--not-acknowledged", help="Number of an earlier broadcast.", min=1)]
ChannelOption = Annotated[str | None, typer.Option("--channel", help="Reachable on this channel.")]


@broadcast_app.command("new")
def new(  # noqa: PLR0913  one option each
    by: ByOption,
    *,
    text: TextOption = None,
    file: FileOption = None,
    template: TemplateOption = None,
    ack: ReceiptOption = False,
    unit: UnitOption = None,
    group: GroupOption = None,
    missing: MissingOption = None,
    due_within: WithinOption = None,
    not_acknowledged: SilentOption = None,
    channel: ChannelOption = None,
) -> None:
    """Write a broadcast and send it to a second person of HR; nothing goes out before that person approves."""
    from bot.commands.broadcasting import write  # noqa: PLC0415  heavy, see `bot.command_line`

    cells = _cells(
        text,
        file,
        template,
        ack=ack,
        unit=unit,
        group=group,
        missing=missing,
        due_within=due_within,
        not_acknowledged=not_acknowledged,
        channel=channel,
    )
    _run_as(by, lambda teller: write(teller, cells, is_sent=True))


@broadcast_app.command("preview")
def preview(  # noqa: PLR0913  one option each
    by: ByOption,
    number: Annotated[int | None, typer.Argument(help="Number of a broadcast that waits for approval.")] = None,
    *,
    text: TextOption = None,
    file: FileOption = None,
    template: TemplateOption = None,
    ack: ReceiptOption = False,
    unit: UnitOption = None,
    group: GroupOption = None,
    missing: MissingOption = None,
    due_within: WithinOption = None,
    not_acknowledged: SilentOption = None,
    channel: ChannelOption = None,
) -> None:
    """Show to how many it would go, by which channel, when, and as three recipients would read it; keep nothing."""
    from bot.commands.broadcasting import press, write  # noqa: PLC0415  heavy, see `bot.command_line`

    if number is not None:
        _run_as(by, lambda teller: press(teller, "broadcast.proposal", number))
        return
    cells = _cells(
        text,
        file,
        template,
        ack=ack,
        unit=unit,
        group=group,
        missing=missing,
        due_within=due_within,
        not_acknowledged=not_acknowledged,
        channel=channel,
    )
    _run_as(by, lambda teller: write(teller, cells, is_sent=False))


@broadcast_app.command("approve")
def approve(
    number: NumberArgument,
    by: ByOption,
    seen: Annotated[str | None, typer.Option("--seen", help="The signs with which the preview ended.")] = None,
) -> None:
    """Approve what was seen, and let it go out; without --seen only show it."""
    from bot.commands.broadcasting import approve as approve_it  # noqa: PLC0415  heavy

    _run_as(by, lambda teller: approve_it(teller, number, seen))


@broadcast_app.command("refuse")
def refuse(
    number: NumberArgument, by: ByOption, reason: Annotated[str, typer.Option("--reason", help="Why, in a sentence.")]
) -> None:
    """Refuse a broadcast that waits for approval."""
    from bot.commands.broadcasting import refuse as refuse_it  # noqa: PLC0415  heavy

    _run_as(by, lambda teller: refuse_it(teller, number, reason))


@broadcast_app.command("status")
def status(by: ByOption, number: Annotated[int | None, typer.Argument(help="Without it: all of them.")] = None) -> None:
    """How far a broadcast is, or all of them."""
    _press(by, "broadcast" if number is not None else "broadcasts", number or "")


@broadcast_app.command("pause")
def pause(number: NumberArgument, by: ByOption) -> None:
    """Send nothing more of it for now."""
    _press(by, "broadcast.pause", number)


@broadcast_app.command("resume")
def resume(number: NumberArgument, by: ByOption) -> None:
    """Go on with a paused one."""
    _press(by, "broadcast.resume", number)


@broadcast_app.command("cancel")
def cancel(number: NumberArgument, by: ByOption) -> None:
    """Drop what has not left."""
    _press(by, "broadcast.cancel.yes", number)


@broadcast_app.command("recall")
def recall(number: NumberArgument, by: ByOption) -> None:
    """Write over what arrived where the channel allows it, and tell the others that it does not hold."""
    _press(by, "broadcast.recall.yes", number)


@broadcast_app.command("unclear")
def unclear(number: NumberArgument, by: ByOption) -> None:
    """Those of whom nobody knows whether it arrived."""
    _press(by, "broadcast.unclear", number)


@broadcast_app.command("settle")
def settle(
    number: NumberArgument,
    person: Annotated[str, typer.Argument(help="Code of the official of whom it was unclear.")],
    by: ByOption,
    received: Annotated[
        bool, typer.Option("--received/--not-received", help="What the official says; in the second case sent again.")
    ],
) -> None:
    """Settle an unclear one by what the official says."""
    _press(by, "broadcast.arrived" if received else "broadcast.missed", f"{number}.{person}")


@broadcast_app.command("result")
def result(
    number: NumberArgument,
    by: ByOption,
    file: Annotated[Path | None, typer.Option("--out", help="The workbook to write (.xlsx).")] = None,
) -> None:
    """Write what became of it for everybody, with the paper list, into a workbook."""
    from bot.commands.broadcasting import write_result  # noqa: PLC0415  heavy, see `bot.command_line`

    _run_as(by, lambda teller: write_result(teller, number, file))


@broadcast_app.command("templates")
def templates() -> None:
    """The templates that there are."""
    from bot.commands.broadcasting import print_templates  # noqa: PLC0415  heavy, see `bot.command_line`

    print_templates()


def _cells(  # noqa: PLR0913  one option each
    text: str | None,
    file: Path | None,
    template: str | None,
    *,
    ack: bool,
    unit: str | None,
    group: str | None,
    missing: str | None,
    due_within: int | None,
    not_acknowledged: int | None,
    channel: str | None,
) -> dict[str, str]:
    from bot.commands.broadcasting import read_text  # noqa: PLC0415  heavy, see `bot.command_line`

    if sum(one is not None for one in (text, file, template)) != 1:
        raise UsageError(_("Name exactly one of --text, --file and --template."))
    given = {
        "noi_dung": read_text(text, file, template),
        "xac_nhan": "co" if ack else "khong",
        "don_vi": unit,
        "nhom_chuc_danh": group,
        "tieu_chi": missing,
        "trong_ngay": str(due_within) if due_within is not None else None,
        "chua_xac_nhan": str(not_acknowledged) if not_acknowledged is not None else None,
        "kenh": channel,
    }
    return {column: value for column, value in given.items() if value}


def _press(by: str, action: str, number: int | str) -> None:
    from bot.commands.broadcasting import press  # noqa: PLC0415  heavy, see `bot.command_line`

    _run_as(by, lambda teller: press(teller, action, number))


def _run_as(by: str, work: "Callable[[Teller], Awaitable[None]]") -> None:
    from bot.commands.broadcasting import run_as  # noqa: PLC0415  heavy, see `bot.command_line`

    heap.run(run_as(read_settings(), by, work))
