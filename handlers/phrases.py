"""Every sentence a person reads passes here: catalogue look-up in the locale of the visitor, days and numbers.

The catalogues live with the doors; whoever starts the program says where (`use_catalogues`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from babel.dates import format_date
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

from knowledge.local_time import VIETNAM, day_in_vietnam

DEFAULT_LOCALE = "vi"
SOURCE_LOCALE = "en"
_DOMAIN = "messages"

_catalogues: dict[str, NullTranslations] = {SOURCE_LOCALE: NullTranslations()}
_locale: ContextVar[str] = ContextVar("locale", default=DEFAULT_LOCALE)


class CataloguesMissingError(RuntimeError):
    """Compiled catalogues are not where they should be; "make texts" builds them."""


def use_catalogues(directory: Path) -> None:
    """Load every compiled catalogue under `directory`. Raises CataloguesMissingError when Vietnamese is not there."""
    found = sorted(directory.glob(f"*/LC_MESSAGES/{_DOMAIN}.mo"))
    for compiled in found:
        with compiled.open("rb") as file:
            _catalogues[compiled.parent.parent.name] = Translations(file, _DOMAIN)
    if DEFAULT_LOCALE not in _catalogues:
        raise CataloguesMissingError(f"no compiled catalogue under {directory}; run: make texts")


@contextmanager
def locale_of(locale: str) -> Iterator[None]:
    """Speak this locale inside the block; an unknown one falls back to Vietnamese."""
    before = _locale.set(locale if locale in _catalogues else DEFAULT_LOCALE)
    try:
        yield
    finally:
        _locale.reset(before)


def current_locale() -> str:
    """The locale being spoken."""
    return _locale.get()


def gettext(message: str) -> str:
    """The sentence in the locale being spoken."""
    return _catalogues.get(_locale.get(), _catalogues[SOURCE_LOCALE]).ugettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The sentence for this count in the locale being spoken."""
    return _catalogues.get(_locale.get(), _catalogues[SOURCE_LOCALE]).ungettext(singular, plural, count)


def show_day(day: date) -> str:
    """A day as people here write it: 31/12/2026."""
    return _day_in(_locale.get(), day)


@lru_cache(maxsize=4096)
def _day_in(locale: str, day: date) -> str:
    return format_date(day, "dd/MM/yyyy", locale=locale)  # which parses locale and pattern anew each time


def show_moment(moment: datetime) -> str:
    """A day and time in Việt Nam: 08:05 31/12/2026."""
    return f"{moment.astimezone(VIETNAM):%H:%M} {show_day_of(moment)}"


def show_day_of(moment: datetime) -> str:
    """The day that it was in Việt Nam at this moment; what is read from the database may be in another zone."""
    return show_day(day_in_vietnam(moment))


def show_number(number: float) -> str:
    """A number with the separators of the locale."""
    return format_decimal(number, locale=_locale.get())


def mark(message: str) -> str:
    """Mark a sentence for the catalogues where it stands in a table; it is looked up when shown."""
    return message


_ = gettext
