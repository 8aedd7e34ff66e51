"""Letters that PostgreSQL cannot keep, taken out of what visitors and platforms send."""

from collections.abc import Mapping
from typing import Any


def storable(text: str) -> str:
    """The text without NUL and without halves of letters, neither of which the database can hold."""
    if text.isascii() and "\0" not in text:
        return text  # as what we write ourselves nearly always is
    return text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")


def storable_values(value: Any) -> Any:
    """The same for every text within a value made of mappings and lists."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, (list, tuple)):
        return [storable_values(one) for one in value]
    if isinstance(value, (dict, Mapping)):  # a plain one is known at once
        return {storable(str(key)): storable_values(one) for key, one in value.items()}
    return value
