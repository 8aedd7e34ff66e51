"""The packaged library, read once for all tests of this room."""

import pytest

from knowledge.library import Library
from knowledge.loader import load_library


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library()
