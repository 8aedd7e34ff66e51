"""How this process writes its log: one line for each event, on standard error, and nothing personal in it.

What broke is told by its kind and the places that it passed, never by its message, which may hold words or numbers of
people. Libraries that log in the old way are told of in the same lines, by their own fixed words.
"""

import logging
import os
import re
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any, Final, TextIO

import structlog
from dotenv import dotenv_values
from structlog.typing import Processor

from bot.failures import where_of
from bot.settings import Settings

_LEVELS: Final = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_FIRST: Final = ("timestamp", "level", "event")
_LONGEST: Final = 300  # letters of one value
_LIBRARY: Final = "library"  # the event of everything that another library logs
_TOKEN: Final = re.compile(r"\d{6,}:[\w-]{16,}|\b[\w-]{40,}\b")
_PHONE: Final = re.compile(r"(?<![\w.:/-])(?:\+?84|0)(?:[ .-]?\d){8,10}(?!\w)")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_HIDDEN: Final = "…"


def set_up_from_environment() -> None:
    """Begin to write as NHACCHUAN_LOG_FORMAT and NHACCHUAN_LOG_LEVEL say; what they say wrongly the settings tell."""
    set_up(form=_given("log_format"), level=_given("log_level"))


def set_up(*, form: str, level: str, stream: TextIO | None = None) -> None:
    """Write events of this level and above as `json` or as `text` (key=value)."""
    processors = _processors(form)
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS.get(level, logging.INFO)),
        logger_factory=structlog.PrintLoggerFactory(file=stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [OfLibraries()]
    root.setLevel(logging.WARNING)


def _given(name: str) -> str:
    variable, default = f"NHACCHUAN_{name.upper()}", str(Settings.model_fields[name].default)
    file = Settings.model_config.get("env_file")
    written: Mapping[str, str | None] = {}
    if variable not in os.environ and isinstance(file, str) and Path(file).is_file():
        written = dotenv_values(file, interpolate=False)
    return os.environ.get(variable) or written.get(variable) or default


def _processors(form: str) -> list[Processor]:
    write: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.processors.LogfmtRenderer(key_order=_FIRST, drop_missing=True, bool_as_flag=False)
    )
    return [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_message,
        _without_secrets,
        write,
    ]


def _without_message(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception becomes its kind and its places."""
    failure = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if failure is True:
        failure = sys.exc_info()
    if isinstance(failure, tuple):
        failure = failure[1]
    if isinstance(failure, BaseException):
        event["error"] = type(failure).__name__
        event["where"] = where_of(failure)
    return event


def _without_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last net: whatever looks like a token or a phone number is not written, whoever passes it in."""
    for name, value in event.items():
        if name not in _FIRST:
            event[name] = _cleaned(value)
    return event


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return _PHONE.sub(_HIDDEN, _TOKEN.sub(_HIDDEN, _CONTROL.sub(" ", value)))[:_LONGEST]
    if isinstance(value, list | tuple):
        return [_cleaned(one) for one in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return _cleaned(str(value))


class OfLibraries(logging.Handler):
    """What other libraries log: who, and the fixed part of what they say; values are left out, they may be personal."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger()
        said = str(record.msg).partition("\n")[0]
        method = "error" if record.levelno >= logging.ERROR else "warning"
        getattr(log, method)(_LIBRARY, name=record.name, said=said, exc_info=record.exc_info)
