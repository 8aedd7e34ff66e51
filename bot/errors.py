"""What ends a command, with its exit code: 1 the input is wrong, 2 wrong use, 3 a service is out of reach."""


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
