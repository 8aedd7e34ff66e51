"""The words and options of `evidence`. What they do stands in `bot.commands.evidence`."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import heap
from bot.settings import read_settings

if TYPE_CHECKING:
    from bot.commands.broadcasting import Teller

evidence_app = typer.Typer(help="Certificates that officials handed in and that wait for HR.", no_args_is_help=True)

ByOption = Annotated[str, typer.Option("--by", help="Code of the HR person in whose name it is done.")]
NumberArgument = Annotated[int, typer.Argument(help="Number of the certificate.", min=1, max=999_999_999)]
SeenOption = Annotated[
    int | None, typer.Option("--seen", help="Only as it was shown: the number that `show` ends with.")
]
WordsOption = Annotated[str, typer.Option("--words", help="What the official reads: the reason, or the question.")]


@evidence_app.command("list")
def list_all(
    by: ByOption, *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")] = False
) -> None:
    """What waits for this person of HR, the oldest first."""
    from bot.commands.evidence import print_waiting  # noqa: PLC0415  heavy, see `bot.command_line`

    _run_as(by, lambda teller: print_waiting(teller, as_json=as_json))


@evidence_app.command("show")
def show(number: NumberArgument, by: ByOption) -> None:
    """One of them, with what verifying it would change in the verdict."""
    from bot.commands.evidence import show_one  # noqa: PLC0415  heavy, see `bot.command_line`

    _run_as(by, lambda teller: show_one(teller, number))


@evidence_app.command("file")
def file(
    number: NumberArgument,
    by: ByOption,
    place: Annotated[int, typer.Option("--file", help="Which of its pictures or PDFs.", min=1)] = 1,
    out: Annotated[Path | None, typer.Option("--out", help="Where to write it.")] = None,
) -> None:
    """Write a picture or PDF of it to a file; that is recorded."""
    from bot.commands.evidence import write_picture  # noqa: PLC0415  heavy, see `bot.command_line`

    _run_as(by, lambda teller: write_picture(teller, number, place, out))


@evidence_app.command("verify")
def verify(number: NumberArgument, by: ByOption, seen: SeenOption = None) -> None:
    """It is right and counts from now on; of a kind that two people check, the first leaves it to the second."""
    _decide(by, number, "verify", seen)


@evidence_app.command("reject")
def reject(number: NumberArgument, by: ByOption, words: WordsOption, seen: SeenOption = None) -> None:
    """It does not count; the official is told why."""
    _decide(by, number, "reject", seen, words)


@evidence_app.command("ask")
def ask(number: NumberArgument, by: ByOption, words: WordsOption, seen: SeenOption = None) -> None:
    """Ask the official something about it; until then it waits for them."""
    _decide(by, number, "ask", seen, words)


def _decide(by: str, number: int, deed: str, seen: int | None, words: str | None = None) -> None:
    from bot.commands.evidence import decide  # noqa: PLC0415  heavy, see `bot.command_line`

    _run_as(by, lambda teller: decide(teller, number, deed, seen, words))


def _run_as(by: str, work: "Callable[[Teller], Awaitable[None]]") -> None:
    from bot.commands.broadcasting import run_as  # noqa: PLC0415  heavy, see `bot.command_line`

    heap.run(run_as(read_settings(), by, work))
