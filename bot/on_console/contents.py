"""The table of contents: every page of the console, and the menu."""

from collections.abc import Sequence

from bot.on_console import (
    audit,
    broadcasts,
    cases,
    evidence,
    library,
    overview,
    people,
    person,
    privacy,
    proposals,
    questions,
    reports,
    rounds,
    settings,
    shown,
    standards,
    system,
    unclear,
    working_time,
)
from bot.on_console.pages import Page
from bot.on_console.seats import EVERYBODY, OF_HR, OF_MACHINE, OF_RECORDS, WITH_PEOPLE, Seat
from handlers.phrases import mark

PAGES: Sequence[Page] = (
    *overview.PAGES,
    *people.PAGES,
    *person.PAGES,
    *library.PAGES,
    *audit.PAGES,
    *evidence.PAGES,
    *questions.PAGES,
    *cases.PAGES,
    *broadcasts.PAGES,
    *unclear.PAGES,
    *reports.PAGES,
    *rounds.PAGES,
    *settings.PAGES,
    *working_time.PAGES,
    *standards.PAGES,
    *proposals.PAGES,
    *privacy.PAGES,
    *system.PAGES,
    *shown.PAGES,
)

# Page, its words, who may see it; whoever comes in begins with the first that is theirs.
MENU: Sequence[tuple[str, str, frozenset[Seat]]] = (
    ("overview", mark("Overview"), WITH_PEOPLE),
    ("people", mark("Officials"), WITH_PEOPLE),
    ("evidence", mark("Certificates to verify"), OF_HR),
    ("questions", mark("Questions"), questions.OF_QUESTIONS),
    ("cases", mark("Escalations"), WITH_PEOPLE),
    ("broadcasts", mark("Broadcasts"), OF_HR | OF_MACHINE),
    ("unclear", mark("Did it arrive?"), OF_HR),
    ("reports", mark("Reports"), WITH_PEOPLE),
    ("rounds", mark("Review rounds"), OF_HR),
    ("standards", mark("Standards"), OF_HR),
    ("proposals", mark("For a second person"), OF_HR | OF_MACHINE),
    ("settings", mark("Settings"), OF_HR | OF_MACHINE),
    ("privacy", mark("Personal data"), privacy.OF_PRIVACY),
    ("library", mark("Library"), EVERYBODY),
    ("audit", mark("Audit"), OF_RECORDS),
    ("system", mark("System"), OF_MACHINE),
)
