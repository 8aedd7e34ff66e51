"""What a first look at the database brought already, so that it is not asked for again."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, Final

NOT_FORESEEN: Final = object()


@dataclass(slots=True)
class Foreseen:
    """Rows that the first look of a transaction brought. Each is given once: later on it may have been changed."""

    _rows: dict[Hashable, Any] = field(default_factory=dict)

    def take(self, *key: Hashable) -> Any:
        """The row of this key, None where there is none, or NOT_FORESEEN."""
        return self._rows.pop(key, NOT_FORESEEN)

    def bring(self, row: Any, *key: Hashable) -> None:
        """Have this row at hand."""
        self._rows[key] = row
