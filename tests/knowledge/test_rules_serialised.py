"""Rules written down are read again as they were, are named alike everywhere, and are refused where they do not fit."""

import json
import subprocess
import sys
import zlib
from dataclasses import replace
from datetime import date

import pytest

from knowledge.calendar import WorkingCalendar
from knowledge.facts import AddedDocument, DeclaredRules, DocumentId, FrequentAnswer, PositionGroup
from knowledge.library import Library
from knowledge.rulebook import RuleBook
from knowledge.rules_serialised import (
    FORM,
    UnreadableRulesError,
    fingerprint_of,
    read_rules,
    without_words,
    write_rules,
)
from tests.knowledge.test_changes import ROUNDS, ROWS, RULINGS, STANDARDS, SWITCH
from tests.people import HUNG_YEN, UNITS

RULES = DeclaredRules(4, UNITS, STANDARDS, ROWS, ROUNDS, ((PositionGroup("truong_phong_so"), "Trưởng phòng"),))
SAME_EVERYWHERE = """
from knowledge.loader import load_library
from knowledge.rules_serialised import fingerprint_of
from tests.knowledge.test_rules_serialised import a_book
print(fingerprint_of(a_book(load_library())))
"""


def a_book(library: Library, *, switches: frozenset[str] = frozenset({SWITCH}), **changes: object) -> RuleBook:
    rules = replace(RULES, rulings=RULINGS[1:], **changes)  # type: ignore[arg-type]
    return RuleBook.of(library, rules, WorkingCalendar(library.calendar, switches), HUNG_YEN)


def rewritten(content: bytes, change: object) -> bytes:
    """The words with a change made by hand, as another release would have written them."""
    words = json.loads(zlib.decompress(content))
    change(words)  # type: ignore[operator]
    return zlib.compress(json.dumps(words).encode())


def test_rules_are_read_as_they_were_written(library: Library) -> None:
    book = a_book(library)

    read = read_rules(FORM, write_rules(book))

    assert without_words(read) == replace(without_words(book), calendar=read.calendar)
    assert read.calendar.switches == {SWITCH}
    assert fingerprint_of(read) == fingerprint_of(book)


def test_the_fingerprint_is_the_same_in_every_process(library: Library) -> None:
    """Sets have another order in each, and JSON written from them would have, too."""
    found = [
        subprocess.run(
            [sys.executable, "-c", SAME_EVERYWHERE],
            check=True,
            capture_output=True,
            text=True,
            env={"PYTHONHASHSEED": one},
        ).stdout.strip()
        for one in ("1", "2")
    ]

    assert found == [fingerprint_of(a_book(library))] * 2


def test_another_version_of_the_same_rules_has_the_same_fingerprint(library: Library) -> None:
    answer = FrequentAnswer(1, "Hỏi?", "Đáp.", "Lê Thị Mẫu", "Sở Mẫu", date(2026, 11, 1))

    assert fingerprint_of(a_book(library, version=99, group_names=(), frequent=(answer,))) == fingerprint_of(
        a_book(library)
    )


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"standards": STANDARDS[1:]}, id="a standard less"),
        pytest.param({"recognition": ROWS[1:]}, id="a row less"),
        pytest.param({"rounds": (replace(ROUNDS[0], deadline=date(2027, 1, 1)), *ROUNDS[1:])}, id="a later round"),
        pytest.param({"units": UNITS[1:]}, id="a unit less"),
        pytest.param({"switches": frozenset()}, id="a switch of the calendar off"),
    ],
)
def test_any_change_of_a_rule_makes_another_fingerprint(library: Library, changes: dict[str, object]) -> None:
    assert fingerprint_of(a_book(library, **changes)) != fingerprint_of(a_book(library))  # type: ignore[arg-type]


def test_a_ruling_withdrawn_makes_another_fingerprint(library: Library) -> None:
    assert fingerprint_of(RuleBook.of(library, RULES, WorkingCalendar(library.calendar), HUNG_YEN)) != fingerprint_of(
        RuleBook.of(library, replace(RULES, rulings=RULINGS[:1]), WorkingCalendar(library.calendar), HUNG_YEN)
    )


def test_a_document_read_in_is_kept_as_the_record_it_has_become(library: Library) -> None:
    record = {
        "id": "5/QĐ-MAU", "kind": "Quyết định", "issuer": "UBND tỉnh Mẫu", "title": "Mẫu", "about": "Mẫu.",
        "territories": ["hung-yen"], "confidence": "added", "source": "mau.txt", "dated": "2026-01-05",
    }  # fmt: skip
    added = AddedDocument(DocumentId("5/QĐ-MAU"), json.dumps(record), "Toàn văn rất dài. " * 9000)
    book = a_book(library, added_documents=(added,))
    assert DocumentId("5/QĐ-MAU") in book.library.documents

    content = write_rules(book)
    read = read_rules(FORM, content)

    assert "Toàn văn" not in zlib.decompress(content).decode()
    assert read.library.documents == book.library.documents
    assert fingerprint_of(book) != fingerprint_of(a_book(library))


def test_words_without_a_field_of_today_are_filled_in_when_read(library: Library) -> None:
    def without_rulings(words: dict[str, dict[str, object]]) -> None:
        del words["declared"]["rulings"]
        del words["library"]["policy"]["notices_from"]  # type: ignore[attr-defined]

    read = read_rules(FORM, rewritten(write_rules(a_book(library)), without_rulings))

    assert read.rules.rulings == ()
    assert read.library.policy == library.policy


@pytest.mark.parametrize(
    ("form", "content"),
    [
        pytest.param(FORM + 1, None, id="a form of a later release"),
        pytest.param(FORM, b"", id="nothing"),
        pytest.param(FORM, zlib.compress(b"[]"), id="something else"),
        pytest.param(FORM, b"\x78\x9c broken", id="damaged words"),
    ],
)
def test_words_that_do_not_fit_are_refused(library: Library, form: int, content: bytes | None) -> None:
    with pytest.raises(UnreadableRulesError):
        read_rules(form, write_rules(a_book(library)) if content is None else content)


def test_words_of_a_field_that_is_gone_or_required_since_are_refused(library: Library) -> None:
    def without_documents(words: dict[str, dict[str, object]]) -> None:
        del words["library"]["documents"]

    with pytest.raises(UnreadableRulesError):
        read_rules(FORM, rewritten(write_rules(a_book(library)), without_documents))
