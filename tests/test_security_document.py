"""docs/security.md names where each attack stops and which test shows it: what it names exists."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "security.md"
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
MODULE = re.compile(r"`((?:bot|handlers|knowledge|storage|tests)/[\w/]+\.(?:py|js))`")
SECRET_NAME = re.compile(r"(^|_)(secret|signature|seals?|sealed|mac|mark_of|digest|hexdigest)$")
# Made without a key: of what the asker was shown, of an entry of the chain, of a verdict as it was kept.
NO_SECRET = {"handlers/officials/asking_people.py", "storage/audit.py", "storage/verdicts.py"}
# Whoever must prove something: a webhook, Zalo by its signature, a visitor, a session's form, the key of a backup.
COMPARING = {
    "bot/on_console/browser.py",
    "bot/on_web/visitors.py",
    "bot/on_zalo/signing.py",
    "bot/webhooks.py",
    "storage/backups/sealed.py",
}
MARKING = {"bot/on_api/page.py", "bot/on_console/broadcasts.py"}
PLATFORMS = ("Telegram", "Official Account", "Zalo bot")


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


def test_whoever_proves_something_is_checked_in_constant_time():
    """By place, so that neither a renamed value nor a new check of a secret goes by."""
    checking = {path for path in _modules("bot", "handlers", "storage") if "hmac.compare_digest(" in _read(path)}
    assert checking == COMPARING


def test_secrets_are_compared_in_constant_time():
    found = []
    for path in [ROOT / one for one in _modules("bot", "handlers", "storage")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Compare) and any(isinstance(one, ast.Eq | ast.NotEq) for one in node.ops):
                names = [_name_of(side) for side in (node.left, *node.comparators)]
                plain = any(isinstance(side, ast.Constant) for side in (node.left, *node.comparators))
                if not plain and any(SECRET_NAME.search(name) for name in names):
                    found.append(f"{path.relative_to(ROOT).as_posix()}:{node.lineno}")
    found = [one for one in found if one.partition(":")[0] not in NO_SECRET]
    assert found == [], "hmac.compare_digest takes as long for every wrong one"


def test_pages_escape_whatever_they_are_given():
    """Nothing is put on a page as markup but what is made here of escaped parts."""
    sources = [*_modules("bot", "handlers", "storage"), *_modules("bot", kind="html")]
    marked = {path for path in sources if re.search(r"(?<!Inline)(?<!Keyboard)\bMarkup\(", _read(path))}
    assert marked == MARKING
    assert [path for path in sources if re.search(r"\|\s*safe\b|autoescape\s*(=\s*F|false)", _read(path))] == []
    made = [path for path in sources if "jinja2.Environment(" in _read(path)]
    assert [path for path in made if "autoescape=True" not in _read(path)] == []


def test_every_platform_asks_a_desk_that_slows():
    found = []
    for path in _modules("bot"):
        for node in ast.walk(ast.parse(_read(path))):
            if isinstance(node, ast.Call) and _name_of(node.func).endswith("Reception"):
                desk = next(one.value for one in node.keywords if one.arg == "desk")
                found.append((path, ast.unparse(desk).partition("(")[0]))
    assert len(found) >= len(PLATFORMS)
    assert {desk for _path, desk in found} == {"office.desk_at"}, found


def _modules(*rooms: str, kind: str = "py") -> list[str]:
    return sorted(path.relative_to(ROOT).as_posix() for room in rooms for path in (ROOT / room).rglob(f"*.{kind}"))


def _read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def _name_of(side: ast.expr) -> str:
    if isinstance(side, ast.Call):
        return _name_of(side.func)
    if isinstance(side, ast.Name):
        return side.id
    return side.attr if isinstance(side, ast.Attribute) else ""
