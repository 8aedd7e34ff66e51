"""What comes from outside, malformed, in small; the figures that must hold are those of `make drills`."""

import pytest

from tests.drills.parsers import PARSERS, bring_some

CHEAP = ("zalo bot events", "zalo account events", "webhook bodies", "documents txt", "api queries")


@pytest.mark.parametrize("name", CHEAP)
def test_no_parser_fails_otherwise_than_it_may(name):
    assert bring_some(PARSERS[name], 40, 7) == (40, [])
