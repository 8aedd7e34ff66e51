"""How doors call it that the cabinet is away or has no room: its own error, under a name of theirs."""

from storage.errors import DatabaseUnavailableError as CabinetAwayError

__all__ = ["CabinetAwayError"]
