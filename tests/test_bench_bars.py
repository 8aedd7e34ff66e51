"""The marks of `make bench`: a figure beside what it should be."""

import pytest

from tests.bench.bars import compare


@pytest.mark.parametrize(
    ("figure", "bar", "wish", "holds"),
    [
        pytest.param(25.0, "≤ 25", "≤ 25", True, id="just at the bar"),
        pytest.param(25.1, "≤ 25", "≤ 25", False, id="above the most"),
        pytest.param(0.34, "≥ 0.35", "≥ 0.35", False, id="below the least"),
        pytest.param(0, "= 0", "= 0", True, id="none lost"),
        pytest.param("99.9 %", "= 100 %", "= 100 %", False, id="a share with its sign"),
        pytest.param(2000, "= {touched}, those touched", "= 2000, those touched", True, id="another figure as the bar"),
        pytest.param(2000, "= {gone}", "= –", None, id="another figure that was not measured"),
        pytest.param(None, "≤ 25", "≤ 25", None, id="not measured"),
        pytest.param(7, "–", "–", None, id="no bar"),
        pytest.param(1999, "≤ 2,000 ms", "≤ 2,000 ms", True, id="thousands with a comma"),
    ],
)
def test_a_figure_is_marked_by_its_bar(figure: object, bar: str, wish: str, holds: bool | None) -> None:
    verdict = compare(figure, bar, {"touched": 2000, "gone": None})

    assert (verdict.wish, verdict.holds) == (wish, holds)
