"""The reader of the packaged library and examples, built once; learned only when examples or code have changed."""

import pytest

from knowledge.library import Library
from knowledge.understanding.reader import Reader, build_reader
from knowledge.understanding.retrieval import PointSearch


@pytest.fixture(scope="session")
def reader(library: Library) -> Reader:
    return build_reader(library)


@pytest.fixture(scope="session")
def search(library: Library) -> PointSearch:
    return PointSearch(library)
