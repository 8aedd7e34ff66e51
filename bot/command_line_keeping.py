"""The words and options of backups and of the audit chain. What they do stands in `bot.commands`."""

from pathlib import Path
from typing import Annotated

import typer

from bot import heap
from bot.settings import read_settings

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]


def backup(
    target: Annotated[Path, typer.Argument(help="The file to write, or a directory of backups.")],
    *,
    keep: Annotated[
        int | None, typer.Option("--keep", min=1, help="Of a directory: how many of the newest backups stay.")
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Restore it elsewhere and compare; a backup that is there is only tried.")
    ] = False,
) -> None:
    """Copy everything into one sealed file; the secret key is not in it."""
    from bot.commands import backups  # noqa: PLC0415  heavy, see `bot.command_line`

    heap.run(backups.take(read_settings(), target, keep=keep, verifies=verify))


def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    *,
    replace: Annotated[bool, typer.Option("--replace", help="In the place of the data that is there.")] = False,
    hold: Annotated[bool, typer.Option("--hold", help="Plan nothing until you say so: nhacchuan resume.")] = False,
) -> None:
    """Put a backup back; what may have gone out since it was taken is named and not sent again."""
    from bot.commands import backups  # noqa: PLC0415  heavy

    heap.run(backups.put_back(read_settings(), file, replaces=replace, holds=hold))


def resume() -> None:
    """Let planning go on after a restore with --hold."""
    from bot.commands import backups  # noqa: PLC0415  heavy

    heap.run(backups.resume(read_settings()))


def audit_verify(
    *,
    against: Annotated[
        str | None, typer.Option("--against", help="Lines of a sheet that was kept on paper, or a file with them.")
    ] = None,
) -> None:
    """Read the whole audit chain and tell whether every link holds."""
    from bot.commands.audit_chain import verify_audit  # noqa: PLC0415  heavy

    heap.run(verify_audit(read_settings(), against))


def audit_seal(
    *, out: Annotated[Path | None, typer.Option("--out", help="The sheet to print and keep (.pdf).")] = None
) -> None:
    """Sign the ends of the chain of the days that are over, and print them for paper."""
    from bot.commands.audit_chain import seal_ends  # noqa: PLC0415  heavy

    heap.run(seal_ends(read_settings(), out))


def audit_heads(*, as_json: JsonOption = False) -> None:
    """The ends of the chain that were signed, the newest first."""
    from bot.commands.audit_chain import show_heads  # noqa: PLC0415  heavy

    heap.run(show_heads(read_settings(), as_json=as_json))


def add_commands(app: typer.Typer, audit_app: typer.Typer) -> None:
    """Put them into the table of contents."""
    for one in (backup, restore, resume):
        app.command()(one)
    audit_app.command("verify")(audit_verify)
    audit_app.command("seal")(audit_seal)
    audit_app.command("heads")(audit_heads)
