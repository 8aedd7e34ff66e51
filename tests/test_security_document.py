"""docs/security.md names where each attack stops and which test shows it: what it names exists."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "security.md"
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
MODULE = re.compile(r"`((?:bot|handlers|knowledge|storage|tests)/[\w/]+\.(?:py|js))`")
SECRET_NAME = re.compile(r"(^|_)(secret|signature|seal|mac|digest)$")
NO_SECRET = {"handlers/officials/asking_people.py"}  # its seal is made of what the asker was shown, without a key


def rows() -> list[tuple[str, str]]:
    """Heading and line of every attack."""
    found, heading = [], ""
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ")
        elif line.startswith("| ") and "| where it stops |" not in line and "| has |" not in line:
            found.append((heading, line))
    return [(heading, line) for heading, line in found if not heading.startswith("Who")]


@pytest.mark.parametrize("line", [line for _heading, line in rows()], ids=lambda line: line.split(" | ")[0][2:])
def test_an_attack_names_a_place_and_a_test_that_exist(line):
    tests, modules = TEST.findall(line), MODULE.findall(line)
    assert tests, "no test"
    assert modules, "no place"
    for path, name in tests:
        assert re.search(rf"def {name}\(", (ROOT / path).read_text(encoding="utf-8")), f"{path}::{name}"
    for path in modules:
        assert (ROOT / path).is_file(), path


def test_every_subject_of_the_threat_model_has_lines():
    headings = {heading for heading, _line in rows()}
    assert len(rows()) >= 60
    assert len(headings) >= 8


def test_secrets_are_compared_in_constant_time():
    found = []
    for path in [*(ROOT / "bot").rglob("*.py"), *(ROOT / "handlers").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Compare) and any(isinstance(one, ast.Eq | ast.NotEq) for one in node.ops):
                names = [_name_of(side) for side in (node.left, *node.comparators)]
                plain = any(isinstance(side, ast.Constant) for side in (node.left, *node.comparators))
                if not plain and any(SECRET_NAME.search(name) for name in names):
                    found.append(f"{path.relative_to(ROOT).as_posix()}:{node.lineno}")
    found = [one for one in found if one.partition(":")[0] not in NO_SECRET]
    assert found == [], "hmac.compare_digest takes as long for every wrong one"


def _name_of(side: ast.expr) -> str:
    if isinstance(side, ast.Name):
        return side.id
    return side.attr if isinstance(side, ast.Attribute) else ""
