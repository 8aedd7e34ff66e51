"""How a command ends when something goes wrong: what is ours to mend is tried again, what is set wrongly is not."""

import asyncio
import re

import pytest
import typer

from bot import command_line
from bot.commands.serving import Gates
from bot.errors import FAULT_OF_OURS, InputError, ServiceError, SilentError
from tests.offices import ROOT

REFUSED, AWAY, CRASH = InputError("the token is refused"), ServiceError("the server is away"), KeyError("s3cret")


def group(*errors):
    return ExceptionGroup("tasks side by side", errors)


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        pytest.param(group(group(REFUSED)), 1, ["the token is refused"], id="a refusal of a task within a task"),
        pytest.param(group(group(AWAY), REFUSED), 3, ["the server is away"], id="of two refusals the first"),
        pytest.param(group(group(SilentError())), 1, [], id="one of which everything is printed"),
        pytest.param(CRASH, FAULT_OF_OURS, ["KeyError"], id="what nobody foresaw"),
        pytest.param(group(group(CRASH)), FAULT_OF_OURS, ["KeyError"], id="the same within a task"),
        pytest.param(
            group(REFUSED, group(CRASH)), FAULT_OF_OURS, ["the token is refused", "KeyError"], id="beside a refusal"
        ),
    ],
)
def test_ending_tells_what_is_set_wrongly_from_a_fault_of_ours(error, code, said, monkeypatch, capsys):
    app = typer.Typer(pretty_exceptions_enable=False)

    @app.command()
    def go(how: str, far: str):
        raise error

    monkeypatch.setattr(command_line, "app", app)
    assert command_line.run_words(["a", "b"]) == code
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(said)
    assert all(word in line for word, line in zip(said, lines, strict=True))
    assert not any("s3cret" in line for line in lines)


@pytest.mark.parametrize("unit", ["serve", "work"])
def test_service_is_started_again_after_a_fault_of_ours_and_not_where_that_mends_nothing(unit):
    words = (ROOT / "deploy" / "systemd" / f"nhacchuan-{unit}@.service").read_text("utf-8")
    never_after = re.findall(r"^RestartPreventExitStatus=(.+)$", words, re.MULTILINE)[0].split()
    assert "Restart=always" in words
    assert set(never_after) == {str(InputError.code), "2"}
    assert not {str(FAULT_OF_OURS), str(ServiceError.code)} & set(never_after)


class RefusedDoor:
    """A door whose platform refuses us, told by a task of a task."""

    async def keep_open(self, stop):
        raise group(group(REFUSED))


async def test_refusal_of_a_door_comes_out_alone_however_deep_it_was_raised():
    gates = Gates([RefusedDoor()])
    gates.are_ours.set()
    with pytest.raises(InputError, match="refused"):
        await gates.keep_open(asyncio.Event())
    assert gates.are_closed.is_set()
