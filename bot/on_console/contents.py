"""The table of contents: every page of the console, and the menu."""

from collections.abc import Sequence

from bot.on_console import overview, people, person, system
from bot.on_console.pages import Page
from bot.on_console.seats import OF_MACHINE, WITH_PEOPLE, Seat
from handlers.phrases import mark

PAGES: Sequence[Page] = (
    *overview.PAGES,
    *people.PAGES,
    *person.PAGES,
    *system.PAGES,
)

# Page, its words, who may see it; whoever comes in begins with the first that is theirs.
MENU: Sequence[tuple[str, str, frozenset[Seat]]] = (
    ("overview", mark("Overview"), WITH_PEOPLE),
    ("people", mark("People"), WITH_PEOPLE),
    ("system", mark("System"), OF_MACHINE),
)
