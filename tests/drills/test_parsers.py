"""What comes from outside, malformed, in small; the figures that must hold are those of `make drills`."""

import pytest

from tests.drills import parsers
from tests.drills.parsers import PARSERS, bring_some

CHEAP = ("zalo bot events", "zalo account events", "webhook bodies", "documents txt", "api queries")


@pytest.mark.parametrize("name", CHEAP)
def test_no_parser_fails_otherwise_than_it_may(name):
    assert bring_some(PARSERS[name], 40, 7) == (40, [])


@pytest.mark.parametrize(
    ("name", "last"),
    [("documents txt", "read"), ("documents docx", "read"), ("documents pdf", "read"), ("evidence files", "make_anew")],
)
def test_much_of_what_is_brought_comes_as_far_as_the_last_reader(name, last, monkeypatch):
    reached = []
    monkeypatch.setattr(parsers, last, lambda *given: reached.append(given))

    bring_some(PARSERS[name], 40, 7)

    assert len(reached) >= 8
