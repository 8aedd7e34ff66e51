"""What ends a command, with its exit code: 1 the input is wrong, 2 wrong use, 3 a service is out of reach.

And 70 where the fault is ours: whoever keeps us running starts us again after it, as after 3, and not after 1 and 2.
"""

from typing import Final

FAULT_OF_OURS: Final = 70  # as `sysexits.h` has it


class CommandError(Exception):
    """A sentence for whoever typed the command. `code` is the exit code, `fault` a word for the doctor."""

    code = 1

    def __init__(self, *words: object, fault: str = "") -> None:
        super().__init__(*words)
        self.fault = fault


class InputError(CommandError):
    """The input is wrong; the sentence says where."""

    code = 1


class UsageError(CommandError):
    """The command was used wrongly."""

    code = 2


class ServiceError(CommandError):
    """A service that is needed is out of reach."""

    code = 3


class SilentError(InputError):
    """The input is wrong and every mistake has been printed already."""


def first_in(group: BaseExceptionGroup[CommandError]) -> CommandError:
    """The first of a group, however deep it lies: what tasks that work side by side raise comes in groups of groups."""
    first: CommandError | BaseExceptionGroup[CommandError] = group
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first
