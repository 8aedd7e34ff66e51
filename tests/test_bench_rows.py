"""The table of `make bench` leaves out nothing that was measured of the doors and the console, nor invents a name."""

import pytest
from rich.table import Table

from tests.bench import console
from tests.bench.__main__ import _BENCHES, Bench, Ended, _add_figures
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


def bars_of(module: str) -> dict[str, str]:
    return {key: bar for one in _BENCHES if one.module == module for key, _name, bar in one.figures}


def test_the_default_app_and_the_worker_have_the_bars_of_serving():
    bars = bars_of("tests.bench.starting")

    assert (bars["run_s"], bars["run_mb"]) == (bars["serve_s"], bars["serve_mb"]) == ("≤ 3", "≤ 250")
    assert bars["work_mb"] == bars["serve_mb"]


def test_nobody_may_be_lost_or_answered_twice_at_50_a_second():
    bars = bars_of("tests.bench.telegram_door")

    assert {bars["ours_50_lost"], bars["ours_50_doubled"]} == {"= 0"}


@pytest.mark.parametrize(
    ("found", "marks", "short_of"),
    [
        pytest.param({"a": 7, "b": 1, "c": 1}, ["✓", "✓", ""], 0, id="all hold"),
        pytest.param({"a": 9, "b": 1, "c": 1}, ["✗", "✓", ""], 1, id="one falls short"),
        pytest.param({"b": 1, "c": 1}, ["✗", "✓", ""], 1, id="one was not measured"),
        pytest.param({"a": 7, "b": 1}, ["✓", "✗", ""], 1, id="its bar was not measured"),
        pytest.param({}, ["✗", "✗", ""], 2, id="nothing was"),
    ],
)
def test_what_has_a_bar_and_was_not_measured_falls_short(found: dict[str, object], marks: list[str], short_of: int):
    one = Bench("any", figures=(("a", "first", "≤ 8"), ("b", "second", "= {c}"), ("d", "third", "–")))
    table = Table("what", "measured", "should be", "")

    assert len(_add_figures(table, one, Ended(found, "", 1.0), is_short=False)) == short_of
    assert list(table.columns[3].cells) == marks
