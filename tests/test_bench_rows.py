"""The table of `make bench` leaves out nothing that was measured of the doors and the console, nor invents a name."""

from tests.bench import console
from tests.bench.__main__ import _BENCHES
from tests.bench.telegram_door import DOORS, Round, flat

UNNAMED = ("_asked", "_per_second", "_cited")  # how it was asked, and what one figure sums up


def rows_of(module: str) -> set[str]:
    return {key for one in _BENCHES if one.module == module for key, _name, _bar in one.figures}


def test_every_figure_of_the_doors_has_its_row():
    each = {**Round({1: 0.0}, [0.1]).as_figures(), "cited": 1}
    backlogs = [{**each, "cpu_ms": 1.0}]
    found = {door: {"at_50": each, "at_200": each, "backlogs": backlogs, "saturated": 1, "rss_mb": 1} for door in DOORS}
    measured = {*flat(found, DOORS), "of_aiogram"}
    rows = rows_of("tests.bench.telegram_door")

    assert rows <= measured
    assert {one for one in measured - rows if not one.endswith(UNNAMED)} == set()


def test_every_page_of_the_console_that_is_measured_alone_has_its_row():
    alone = "overview", "people/CB0000077", "cases", "audit"
    summed = console.summarise({name: [1.0] for name in ("people name", *alone)})

    assert rows_of("tests.bench.console") == {name for name in summed if name not in {"pages", "slowest"}}
