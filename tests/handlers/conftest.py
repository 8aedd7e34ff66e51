"""The worlds that the desk is asked in, and the reader that understands questions."""

import pytest

from knowledge.library import Library
from knowledge.rulebook import RuleBook
from knowledge.understanding.reader import Reader, build_reader
from tests.handlers import visits


@pytest.fixture(scope="session")
def bare(library: Library) -> RuleBook:
    return visits.bare(library)


@pytest.fixture(scope="session")
def loaded(library: Library) -> RuleBook:
    """Standards and a round, no recognition table."""
    return visits.with_standards(library)


@pytest.fixture(scope="session")
def recognised(library: Library) -> RuleBook:
    """Standards, a round and the table of 1769/UBND-KGVX."""
    return visits.with_table(library)


@pytest.fixture(scope="session")
def reader(library: Library) -> Reader:
    return build_reader(library)
