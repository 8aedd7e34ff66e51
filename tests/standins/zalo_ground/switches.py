"""Switches: where sources about Zalo disagree or say nothing, each stand-in can behave in every documented way."""

from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin, get_type_hints


@dataclass
class Switches:
    """A set of switches with names and allowed values; change them at any time."""

    def change(self, **given: Any) -> None:
        """Set switches by name. An unknown name or a value that does not fit changes nothing and raises ValueError."""
        kinds = get_type_hints(type(self))
        for name, value in given.items():
            if name not in kinds:
                raise ValueError(f"there is no switch {name!r}")
            if not _fits(value, kinds[name]):
                raise ValueError(f"{name} cannot be {value!r}")
        for name, value in given.items():
            setattr(self, name, value)

    def as_json(self) -> dict[str, Any]:
        """All switches as they stand."""
        return dict(vars(self))


def _fits(value: Any, kind: Any) -> bool:
    if get_origin(kind) is Literal:
        return value in get_args(kind) and not isinstance(value, bool)
    if get_args(kind):
        return any(_fits(value, one) for one in get_args(kind))
    if kind is bool or isinstance(value, bool):
        return kind is bool and isinstance(value, bool)
    return isinstance(value, (int, float) if kind is float else kind)
