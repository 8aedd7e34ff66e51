"""How tests are shared out names what is there."""

import pytest

from tests.offices import ROOT
from tests.sharing import EACH_BY_ITSELF, LONGEST, TOGETHER, portion_of


def test_whatever_is_named_is_there():
    assert [one for one in (*LONGEST, *EACH_BY_ITSELF, TOGETHER) if not (ROOT / one).exists()] == []


@pytest.mark.parametrize(
    ("nodeid", "portion"),
    [
        pytest.param("tests/test_a.py::test_x[b::c]", "tests/test_a.py", id="a file stays together"),
        pytest.param(f"{TOGETHER}/test_menu.py::test_x", TOGETHER, id="and the files of one office"),
        pytest.param(
            "tests/drills/test_drills.py::test_x", "tests/drills/test_drills.py::test_x", id="a drill is alone"
        ),
    ],
)
def test_a_test_is_run_with_those_that_share_what_it_stands_on(nodeid, portion):
    assert portion_of(nodeid) == portion
