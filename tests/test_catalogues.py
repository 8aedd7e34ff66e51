"""The catalogues: the template is fresh, Vietnamese is complete, and placeholders are the same on both sides."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
LOCALES = ROOT / "bot" / "locales"
PLACEHOLDER = re.compile(r"{(\w*)}")


def read(path: Path):
    with path.open("rb") as file:
        return read_po(file)


def sources(catalogue) -> set[tuple[str, ...]]:
    return {one.id if isinstance(one.id, tuple) else (one.id,) for one in catalogue if one.id}


def strings(message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, (tuple, list)) else (message.string,)


@pytest.fixture(scope="module")
def vietnamese():
    return read(LOCALES / "vi" / "LC_MESSAGES" / "messages.po")


def test_template_is_what_extraction_gives_today(tmp_path):
    fresh = tmp_path / "messages.pot"
    command = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "-F", str(LOCALES / "babel.cfg")]
    subprocess.run(
        [*command, "-k", "mark", "--no-location", "--sort-output", "-o", str(fresh), "bot", "handlers"],
        cwd=ROOT,
        check=True,
    )
    assert sources(read(fresh)) == sources(read(LOCALES / "messages.pot")), "run: make texts"


def test_vietnamese_has_every_sentence(vietnamese):
    assert sources(vietnamese) == sources(read(LOCALES / "messages.pot")), "run: make texts"
    empty = [one.id for one in vietnamese if one.id and not all(strings(one))]
    assert not empty
    assert not [one.id for one in vietnamese if one.id and one.fuzzy]


def test_translation_keeps_the_placeholders_of_its_source(vietnamese):
    for one in vietnamese:
        if one.id:
            source = one.id[-1] if isinstance(one.id, tuple) else one.id
            for string in strings(one):
                assert sorted(set(PLACEHOLDER.findall(string))) == sorted(set(PLACEHOLDER.findall(source))), one.id


def test_vietnamese_calls_hr_by_its_name(vietnamese):
    """Officials know "bộ phận tổ chức cán bộ"; the English letters stand in no sentence that they read."""
    assert not [one.id for one in vietnamese if one.id and any(re.search(r"\bHR\b", text) for text in strings(one))]


def test_compiled_catalogue_is_newer_than_its_source():
    folder = LOCALES / "vi" / "LC_MESSAGES"
    compiled = folder / "messages.mo"
    assert compiled.exists(), "run: make texts"
