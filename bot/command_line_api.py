"""The words and options of `api-key` and `hook`. What they do stands in `bot.commands.api_keys`."""

from typing import Annotated

import typer

from bot import heap
from bot.settings import read_settings

api_key_app = typer.Typer(help="Keys by which other programs read: gaps, deadlines, deliveries.", no_args_is_help=True)
hook_app = typer.Typer(help="Hooks: other systems that are told when a verdict changes.", no_args_is_help=True)

UnitsOption = Annotated[list[str] | None, typer.Option("--unit", help="Code of a unit; all below it too. Repeat it.")]
AllOption = Annotated[bool, typer.Option("--all", help="The whole province.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]
NumberArgument = Annotated[int, typer.Argument(help="Its number.", min=1, max=999_999_999)]


@api_key_app.command("add")
def add_key(
    label: Annotated[str, typer.Argument(help="Which program it is for.")],
    *,
    unit: UnitsOption = None,
    is_all: AllOption = False,
    days: Annotated[int, typer.Option("--days", help="For how many days it opens.")] = 365,
) -> None:
    """Make a key and show it once."""
    from bot.commands import api_keys  # noqa: PLC0415  heavy, see `bot.command_line`

    heap.run(api_keys.add_key(read_settings(), label, unit or [], is_all=is_all, days=days))


@api_key_app.command("list")
def list_keys(*, as_json: JsonOption = False) -> None:
    """All keys: for whom, until when, last used when."""
    from bot.commands import api_keys  # noqa: PLC0415  heavy

    heap.run(api_keys.list_keys(read_settings(), as_json=as_json))


@api_key_app.command("revoke")
def revoke_key(number: NumberArgument) -> None:
    """Let a key open nothing any more, at once."""
    from bot.commands import api_keys  # noqa: PLC0415  heavy

    heap.run(api_keys.revoke_key(read_settings(), number))


@api_key_app.command("confirm")
def confirm_key(number: NumberArgument) -> None:
    """Let a key that a restore brought back open again: nobody had revoked it since the backup."""
    from bot.commands import api_keys  # noqa: PLC0415  heavy

    heap.run(api_keys.confirm_key(read_settings(), number))


@hook_app.command("add")
def add_hook(
    url: Annotated[str, typer.Argument(help="An https:// address that takes POST requests.")],
    *,
    unit: UnitsOption = None,
    is_all: AllOption = False,
    private: Annotated[bool, typer.Option("--private", help="It may lie inside your own network.")] = False,
) -> None:
    """Have an address told of changed verdicts from now on, and show once the secret that proves what it is told."""
    from bot.commands import api_keys  # noqa: PLC0415  heavy

    heap.run(api_keys.add_hook(read_settings(), url, unit or [], is_all=is_all, may_be_private=private))


@hook_app.command("list")
def list_hooks(*, as_json: JsonOption = False) -> None:
    """All hooks, what waits for each, and since when one fails."""
    from bot.commands import api_keys  # noqa: PLC0415  heavy

    heap.run(api_keys.list_hooks(read_settings(), as_json=as_json))


@hook_app.command("remove")
def remove_hook(number: NumberArgument) -> None:
    """Tell an address nothing any more."""
    from bot.commands import api_keys  # noqa: PLC0415  heavy

    heap.run(api_keys.remove_hook(read_settings(), number))


@hook_app.command("confirm")
def confirm_hook(number: NumberArgument) -> None:
    """Tell an address that a restore brought back again: nobody had removed it since the backup."""
    from bot.commands import api_keys  # noqa: PLC0415  heavy

    heap.run(api_keys.confirm_hook(read_settings(), number))
