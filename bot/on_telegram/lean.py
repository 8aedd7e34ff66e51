"""aiogram without the forms of Telegram that nobody uses: imported in a second and 40 MB, in place of four and 145.

aiogram makes a checker for each of its 500 forms when it is imported, and each checker holds those of every form within
it. Here each is made when it is first used, by pydantic's own way for forms that are not complete yet. To be loaded
before aiogram; where aiogram is there already, nothing is changed.
"""

import sys
from typing import Any

from pydantic import BaseModel


def import_aiogram() -> None:
    """Import aiogram, its forms to be completed when they are needed."""
    if "aiogram" in sys.modules:
        return
    names: dict[str, Any] = {}
    complete = BaseModel.__dict__["model_rebuild"]

    def note(cls: type[BaseModel], /, *, _types_namespace: dict[str, Any] | None = None, **how: Any) -> bool | None:
        if _types_namespace is None:
            return _outcome(complete.__func__(cls, **how))
        names.update(_types_namespace)
        return None

    def complete_with_names(
        cls: type[BaseModel], /, *, _types_namespace: dict[str, Any] | None = None, **how: Any
    ) -> bool | None:
        how.pop("_parent_namespace_depth", None)
        return _outcome(complete.__func__(cls, _types_namespace=_types_namespace or names, **how))

    of_everybody = BaseModel.model_config
    BaseModel.model_config = {**of_everybody, "defer_build": True}  # methods inherit it, as the types have it already
    BaseModel.model_rebuild = classmethod(note)  # type: ignore[method-assign, assignment]
    try:
        from aiogram.methods.base import Response, TelegramMethod  # noqa: PLC0415  this is the place for it
        from aiogram.types.base import TelegramObject  # noqa: PLC0415
    finally:
        BaseModel.model_rebuild = complete  # type: ignore[method-assign]
        BaseModel.model_config = of_everybody
    for of_aiogram in (TelegramObject, TelegramMethod, Response):
        of_aiogram.model_rebuild = classmethod(complete_with_names)  # type: ignore[method-assign, assignment]


def make_ready(*more: type[BaseModel]) -> None:
    """Complete the forms of every day, so that the first visitor does not wait for it."""
    from aiogram.methods import Response, SendMessage  # noqa: PLC0415  after what is above
    from aiogram.types import Message, Update  # noqa: PLC0415

    every_day: tuple[type[BaseModel], ...] = (Update, SendMessage, Response[Message], *more)
    for one in every_day:
        one.model_rebuild()


def _outcome(made: Any) -> bool | None:
    return None if made is None else bool(made)
