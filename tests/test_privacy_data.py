"""The data about personal data is whole, the guide for data officers says what it says, and every act has a purpose."""

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary

from handlers.audit_words import name_action
from handlers.phrases import locale_of
from handlers.privacy import describe_period, name_ground
from knowledge.library import Library
from knowledge.privacy import KeptGroup, find_faults
from storage.tables import evidence

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
# Acts on the machine and its rules themselves, which touch nobody's data.
NOBODYS = {
    "verified_audit", "looked_at_audit", "overview", "standards", "people", "audit", "system", "made_api_key",
    "revoked_api_key", "confirmed_api_key", "confirmed_hook", "added_hook", "removed_hook", "connected_zalo",
    "retired_identity", "added_document", "replaced_document", "removed_document", "looked_at_standards",
    "declared_day", "set_sending_hours", "working_time", "restored", "took_back_proposal", "viewed_proposal",
    "expired_proposal", "processing", "audit_broken",
}  # fmt: skip


def _acts() -> set[str]:
    """Names of acts that our code puts into the audit chain as they stand."""
    found: set[str] = set()
    for room in ("bot", "handlers", "storage"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                    continue
                if node.func.attr != "record" or len(node.args) < 3:
                    continue
                act = node.args[1]
                if isinstance(act, ast.Constant) and isinstance(act.value, str):
                    found.add(act.value)
    return found


def test_every_act_that_is_recorded_serves_a_purpose_or_touches_nobody(library: Library):
    unknown = {one for one in _acts() - NOBODYS if library.privacy.purpose_of_action(one) is None}
    assert not unknown


def test_every_act_that_is_recorded_is_named_in_words():
    assert not {one for one in _acts() if not name_action(one)}


@pytest.mark.parametrize("part", ["purposes", "groups", "periods", "rights", "steps"])
def test_the_guide_names_all_that_the_data_has(library: Library, part: str):
    rules = library.privacy
    rows = {
        "purposes": [f"| {one.name} | {_ground(one.ground)} |" for one in rules.purposes],
        "groups": [_row(one, library) for one in rules.groups],
        "periods": [f"| {one.what} | {one.days} |" for one in rules.periods],
        "rights": [f"| {one.name} | {one.days} |" for one in rules.rights],
        "steps": [f"| `{one.code}` | {one.name} |" for one in rules.breach.steps],
    }[part]
    missing = [row for row in rows if row not in GUIDE]
    assert not missing


def _row(group: KeptGroup, library: Library) -> str:
    """What the guide says of a group: for what, how long, and what a deletion does to it."""
    with locale_of("vi"):
        period = describe_period(library, group.code)
    done = "xóa ngay" if group.is_gone else f"giữ: {group.why}"
    return f"| {group.name} | {library.privacy.purpose(group.purpose).name} | {period} | {done} |"


def test_the_guide_says_which_parts_of_evidence_are_sealed_and_which_are_not():
    sealed = next(line for line in GUIDE.splitlines() if line.startswith("- Mã hóa bằng khóa"))
    plain = next(line for line in GUIDE.splitlines() if line.startswith("- Không mã hóa"))
    words = {"level": "mức", "issuer": "nơi cấp", "credential_number": "số hiệu", "issued_on": "ngày cấp"}
    in_bytes = {column.name for column in evidence.columns if isinstance(column.type, LargeBinary)}
    assert in_bytes == {"sealed"}
    assert words.keys() <= {column.name for column in evidence.columns}
    assert "lời cuối của cán bộ tổ chức về minh chứng" in sealed
    assert "ảnh và tệp minh chứng" in sealed
    assert all(word in plain and word not in sealed for word in words.values())


def test_the_guide_names_everybody_who_is_warned_of_a_breach():
    warned = next(line for line in GUIDE.splitlines() if "còn 48, 24, 12, 3 giờ" in line)
    for who in ("Quản trị", "cán bộ tổ chức toàn tỉnh", "cán bộ phụ trách bảo vệ dữ liệu"):
        assert who in warned


@pytest.mark.parametrize("words", ["{no_such_period} ngày", "{0} ngày", "{"])
def test_a_group_that_names_no_period_of_the_data_is_a_fault(library: Library, words: str):
    rules = library.privacy
    wrong = replace(rules, groups=(replace(rules.groups[0], kept=words),))
    assert "group roster: names a period that there is not" in find_faults(wrong, library.documents)


def _ground(ground) -> str:
    with locale_of("vi"):
        return name_ground(ground)


def test_the_guide_has_no_row_more_than_the_data(library: Library):
    rules = library.privacy
    table = GUIDE.split("## 3.")[1].split("## 4.")[0]
    rows = re.findall(r"^\| (?!Cái gì|---)(.+?) \| (\d+) \|", table, re.MULTILINE)
    assert {what for what, _days in rows} == {one.what for one in rules.periods}


def test_the_guide_says_the_clock_of_a_breach_and_what_is_not_known(library: Library):
    rules = library.privacy
    assert f"{rules.breach.hours} giờ" in GUIDE
    for text in (rules.rights_not_known, rules.breach.not_known, *(one.not_known for one in rules.purposes)):
        assert text in GUIDE
