"""What the loader accepts, and what it says about files that are wrong."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.documents import DeadlineKind
from knowledge.facts import CriterionCode, DocumentId, KindCode, TerritoryCode
from knowledge.library import Library
from knowledge.loader import LibraryError, load_library

SMALL: dict[str, Any] = {
    "documents/letters.yaml": [
        {
            "id": "1/A",
            "kind": "Công văn",
            "issuer": "Sở A",
            "title": "Về việc A",
            "about": "Nói về A.",
            "territories": ["here"],
            "confidence": "seed",
            "source": "bản giấy",
            "dated": date(2020, 1, 2),
            "text_held": True,
            "aliases": ["công văn 1", "cv 1/A"],
            "mentions": ["2/B"],
            "points": [
                {"id": "1", "label": "điểm 1", "summary": "Việc thứ nhất.", "owners": ["office_a"], "cites": ["2/B"]},
                {
                    "id": "1.a",
                    "label": "điểm 1, ý a",
                    "parent": "1",
                    "summary": "Việc nhỏ.",
                    "deadline": {"kind": "before", "day": date(2021, 3, 1), "is_included": False},
                    "duty": {"managed_by": ["cap_xa"], "leaders_only": True, "standards_document": "2/B"},
                },
            ],
        },
        {
            "id": "2/B",
            "kind": "Quy định",
            "issuer": "Bộ B",
            "title": "Về B",
            "about": "Nói về B.",
            "territories": [],
            "is_national": True,
            "confidence": "cited_only",
            "source": "1/A",
        },
    ],
    "criteria.yaml": [{"code": "skill", "name": "Kỹ năng", "levels": [{"code": "low", "name": "Thấp"}]}],
    "kinds.yaml": [
        {"code": "paper", "name": "Giấy", "criterion": "skill", "scale": {"type": "criterion"}, "is_direct": True}
    ],
    "territories.yaml": [
        {"code": "here", "name": "Đây", "province": "Đây", "province_before": "Đây", "merged_on": None, "basis": "2/B"}
    ],
    "offices.yaml": [{"id": "office_a", "name": "Sở A", "basis": "1/A", "basis_point": "1"}],
    "conversions.yaml": [
        {
            "kind": "paper",
            "criterion": "skill",
            "counts_as": "low",
            "issued_before": date(2016, 8, 10),
            "document": "1/A",
            "point": "1",
            "in_force_from": date(2016, 8, 10),
        }
    ],
    "deciders.yaml": [
        {"territory": "here", "document": "2/B", "criteria": ["skill"], "named_in": "1/A", "named_in_point": "1"}
    ],
    "equivalences.yaml": [
        {"document": "2/B", "point": "3", "kind": "paper", "written": "4", "stands_for": "B", "purpose": "học"}
    ],
    "guidance.yaml": [{"document": "1/A", "point": "1", "statement": "Giấy còn giá trị.", "kinds": ["paper"]}],
    "retirement.yaml": [
        {
            "asked_from": None,
            "asked_to": date(2020, 12, 31),
            "steps": [{"year": 1960, "gender": "nam", "age_months": 720}],
            "document": None,
            "point": None,
        },
        {
            "asked_from": date(2021, 1, 1),
            "asked_to": None,
            "steps": [{"year": 2021, "gender": "nam", "age_months": 723}],
            "document": "2/B",
            "point": "169",
        },
    ],
    "contacts.yaml": [{"territory": "here", "office": "office_a"}],
    "escalation.yaml": [
        {
            "territory": "here",
            "managed_by": "cap_xa",
            "offices": ["office_a"],
            "valid_from": None,
            "valid_to": None,
            "document": "1/A",
            "point": "1",
        }
    ],
    "calendar.yaml": [{"day": date(2026, 1, 2), "is_working": False, "reason": "nghỉ bù", "source": "thông báo"}],
    "policy.yaml": {
        "expiring_within_days": 90,
        "study_answer_grace_working_days": 10,
        "inquiry_answer_grace_working_days": 3,
        "inquiry_reminders_at_most": 5,
        "inquiry_texts_kept_days": 365,
        "conversations_kept_days": 30,
        "working_hours": ["07:30", "17:00"],
        "accountability": {"document": "1/A", "point": "1"},
    },
}

Load = Callable[[dict[str, Any]], Library]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Write files into a folder and load it as a library."""

    def write_and_load(files: dict[str, Any]) -> Library:
        (tmp_path / "documents").mkdir()
        for name, content in files.items():
            (tmp_path / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        return load_library(tmp_path)

    return write_and_load


def errors_of(load: Load, files: dict[str, Any]) -> list[str]:
    with pytest.raises(LibraryError) as refused:
        load(files)
    assert str(refused.value) == "\n".join(refused.value.errors)
    return list(refused.value.errors)


def test_everything_is_where_it_is_looked_up_when_files_are_right(load: Load) -> None:
    library = load(deepcopy(SMALL))

    letter = library.documents[DocumentId("1/A")]
    point = letter.point("1.a")
    assert point is not None
    assert point.deadline.kind is DeadlineKind.BEFORE
    assert point.deadline.day == date(2021, 3, 1)
    assert point.duty is not None
    assert point.duty.managed_by == {"cap_xa"}
    assert letter.territories == {"here"}
    assert library.find_document("CV 1 a") is letter
    assert library.kinds[KindCode("paper")].criterion == "skill"
    assert library.criteria[CriterionCode("skill")].levels[0].name == "Thấp"
    assert library.territories[TerritoryCode("here")].merged_on is None
    assert library.accountability == ("1/A", "1")
    assert library.policy.expiring_within_days == 90
    assert len(library.retirement) == 2


def _point(files: dict[str, Any], number: int = 0) -> dict[str, Any]:
    return files["documents/letters.yaml"][0]["points"][number]


def _letter(files: dict[str, Any], number: int = 0) -> dict[str, Any]:
    return files["documents/letters.yaml"][number]


WRONG: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "a key that nobody knows": (
        lambda files: _point(files).update(sumary="x"),
        "documents/letters.yaml: 1/A, points[1].sumary: this key is not known here; correct its name or leave it out",
    ),
    "a key that is missing": (
        lambda files: _letter(files).pop("issuer"),
        "documents/letters.yaml: 1/A, issuer: this key is missing and is expected",
    ),
    "a number where words are expected": (
        lambda files: _point(files).update(summary=5),
        "documents/letters.yaml: 1/A, points[1].summary: Input should be a valid string, found “5”",
    ),
    "words where yes or no is expected": (
        lambda files: _letter(files).update(text_held="có"),
        "documents/letters.yaml: 1/A, text_held: Input should be a valid boolean, found “có”",
    ),
    "a day that does not exist": (
        lambda files: _letter(files).update(dated="2020-02-30"),
        "documents/letters.yaml: 1/A, dated: ",
    ),
    "a kind of deadline that does not exist": (
        lambda files: _point(files, 1)["deadline"].update(kind="soon"),
        "documents/letters.yaml: 1/A, points[1.a].deadline.kind: ",
    ),
    "a fact marked as recalled": (
        lambda files: _letter(files).update(confidence="recalled"),
        "documents/letters.yaml: 1/A, confidence: ",
    ),
    "a mention of an unknown document": (
        lambda files: _letter(files).update(mentions=["9/Z"]),
        "documents/letters.yaml: 1/A, mentions: the library has no document 9/Z; add it or correct the number",
    ),
    "a point that cites an unknown document": (
        lambda files: _point(files).update(cites=["9/Z"]),
        "documents/letters.yaml: 1/A, points[1].cites: the library has no document 9/Z; add it or correct the number",
    ),
    "a duty whose standards are unknown": (
        lambda files: _point(files, 1)["duty"].update(standards_document="9/Z"),
        "documents/letters.yaml: 1/A, points[1.a].duty.standards_document: the library has no document 9/Z;",
    ),
    "a duty without a day": (
        lambda files: _point(files, 1).pop("deadline"),
        "documents/letters.yaml: 1/A, points[1.a].duty: a duty needs a deadline with a day",
    ),
    "a successor document that is unknown": (
        lambda files: _letter(files).update(replaced_by="9/Z"),
        "documents/letters.yaml: 1/A, replaced_by: the library has no document 9/Z;",
    ),
    "a point of another table that the document does not list": (
        lambda files: files["guidance.yaml"][0].update(point="7"),
        "guidance.yaml: [0].document: 1/A has no point 7 among those listed",
    ),
    "a point named without its document": (
        lambda files: files["contacts.yaml"][0].update(point="7"),
        "contacts.yaml: [0].document: names point 7 of no document; name the document too",
    ),
    "accountability at a point that does not exist": (
        lambda files: files["policy.yaml"]["accountability"].update(point="7"),
        "policy.yaml: accountability: 1/A has no point 7 among those listed",
    ),
    "two points of one id": (
        lambda files: _point(files, 1).update(id="1", parent=None),
        "documents/letters.yaml: 1/A, points[1]: stands 2 times and is expected once",
    ),
    "two documents of one id": (
        lambda files: _letter(files, 1).update(id="1/A"),
        "documents/: 1/A stands 2 times and is expected once",
    ),
    "a parent that does not exist": (
        lambda files: _point(files, 1).update(parent="5"),
        "documents/letters.yaml: 1/A, points[1.a].parent: there is no point 5 in this document",
    ),
    "points that are each other's parents": (
        lambda files: _point(files).update(parent="1.a"),
        "documents/letters.yaml: 1/A, points[1].parent: the points above this one lead back to it",
    ),
    "a number that already names another document": (
        lambda files: _letter(files, 1).update(aliases=["CÔNG VĂN  1"]),
        "documents/letters.yaml: 2/B, aliases: “CÔNG VĂN  1” already names 1/A; choose another",
    ),
    "a document that binds nobody": (
        lambda files: _letter(files).update(territories=[]),
        "documents/letters.yaml: 1/A, territories: name at least one territory, or say is_national: true",
    ),
    "an unknown territory": (
        lambda files: _letter(files).update(territories=["there"]),
        "documents/letters.yaml: 1/A, territories: there is no territory there",
    ),
    "an unknown owner": (
        lambda files: _point(files).update(owners=["office_z"]),
        "documents/letters.yaml: 1/A, points[1].owners: there is no office office_z",
    ),
    "a text said to be held without points": (
        lambda files: _letter(files).update(points=[]),
        "documents/letters.yaml: 1/A, text_held: a document whose text is held lists its points",
    ),
    "a text said to be held that is only cited": (
        lambda files: _letter(files).update(confidence="cited_only"),
        "documents/letters.yaml: 1/A, text_held: a document that is cited_only has no text here; say false",
    ),
    "an end before its beginning": (
        lambda files: _letter(files).update(in_force_from=date(2021, 1, 1), in_force_to=date(2020, 1, 1)),
        "documents/letters.yaml: 1/A, in_force_to: 2020-01-01 is before its beginning, 2021-01-01",
    ),
    "“before” that includes its day": (
        lambda files: _point(files, 1)["deadline"].update(is_included=True),
        "documents/letters.yaml: 1/A, points[1.a].deadline.is_included: “before” leaves the named day out; say false",
    ),
    "a quarter without its year": (
        lambda files: _point(files).update(deadline={"kind": "quarter", "quarter": 2}),
        "documents/letters.yaml: 1/A, points[1].deadline.year: a deadline of kind quarter needs it",
    ),
    "a fifth quarter": (
        lambda files: _point(files).update(deadline={"kind": "quarter", "quarter": 5, "year": 2019}),
        "documents/letters.yaml: 1/A, points[1].deadline.quarter: a quarter from 1 to 4 is expected, found 5",
    ),
    "a day that no year has": (
        lambda files: _point(files).update(deadline={"kind": "yearly", "month": 4, "day_of_month": 31}),
        "documents/letters.yaml: 1/A, points[1].deadline.day_of_month: a yearly deadline has a month and a day in it",
    ),
    "an office whose successor is unknown": (
        lambda files: files["offices.yaml"][0].update(successor="office_z", valid_to=date(2025, 6, 30)),
        "offices.yaml: office_a, successor: there is no office office_z",
    ),
    "an office that takes over from itself": (
        lambda files: files["offices.yaml"][0].update(successor="office_a", valid_to=date(2025, 6, 30)),
        "offices.yaml: office_a, successor: the successors lead back to it",
    ),
    "an office with a successor and no last day": (
        lambda files: files["offices.yaml"].append({"id": "office_b", "name": "Sở B", "successor": "office_a"}),
        "offices.yaml: office_b, valid_to: an office with a successor has a last day",
    ),
    "a conversion to a level that its criterion does not have": (
        lambda files: files["conversions.yaml"][0].update(counts_as="high"),
        "conversions.yaml: [0].counts_as: skill has no level high",
    ),
    "an equivalence of an unknown kind": (
        lambda files: files["equivalences.yaml"][0].update(kind="stone"),
        "equivalences.yaml: [0].kind: there is no kind stone",
    ),
    "a decider of an unknown criterion": (
        lambda files: files["deciders.yaml"][0].update(criteria=["luck"]),
        "deciders.yaml: [0].criteria: there is no criterion luck",
    ),
    "a kind that is direct for no criterion": (
        lambda files: files["kinds.yaml"][0].update(criterion=None),
        "kinds.yaml: paper, criterion: this kind carries a level of a criterion; name the criterion",
    ),
    "a score without its range": (
        lambda files: files["kinds.yaml"][0]["scale"].update(type="number"),
        "kinds.yaml: paper, scale: a score needs its lowest and highest possible value",
    ),
    "retirement steps out of order": (
        lambda files: files["retirement.yaml"][0]["steps"].append({"year": 1950, "gender": "nu", "age_months": 660}),
        "retirement.yaml: [0].steps: the steps are expected in order of years",
    ),
    "two retirement ages for one year": (
        lambda files: files["retirement.yaml"][0]["steps"].append({"year": 1960, "gender": "nam", "age_months": 1}),
        "retirement.yaml: [0].steps: one step for each year and gender is expected",
    ),
    "guidance that ends before it begins": (
        lambda files: files["guidance.yaml"][0].update(valid_from=date(2021, 1, 1), valid_to=date(2020, 1, 1)),
        "guidance.yaml: [0].valid_to: 2020-01-01 is before its beginning, 2021-01-01",
    ),
    "a scale that always has an unknown level": (
        lambda files: files["kinds.yaml"][0].update(scale={"type": "fixed", "fixed_level": "high"}),
        "kinds.yaml: paper, scale.fixed_level: skill has no level high",
    ),
    "an ordered scale without levels": (
        lambda files: files["kinds.yaml"][0].update(scale={"type": "ordered"}),
        "kinds.yaml: paper, scale.levels: an ordered scale lists its levels, lowest first",
    ),
    "an alias of signs only": (
        lambda files: _letter(files).update(aliases=["–"]),
        "documents/letters.yaml: 1/A, aliases: “–” has no letter or digit to find it by",
    ),
    "two retirement schedules on one day": (
        lambda files: files["retirement.yaml"][1].update(asked_from=date(2020, 12, 31)),
        "retirement.yaml: [1] is used on days on which [0] is used too",
    ),
    "two escalations for the same people on one day": (
        lambda files: files["escalation.yaml"].append(deepcopy(files["escalation.yaml"][0])),
        "escalation.yaml: [1] holds on days on which [0] holds too, for the same people",
    ),
    "one day twice in the calendar": (
        lambda files: files["calendar.yaml"].append(deepcopy(files["calendar.yaml"][0])),
        "calendar.yaml: 2026-01-02 (switch None) stands 2 times and is expected once",
    ),
    "a mapping where a list is expected": (
        lambda files: files.update({"contacts.yaml": {"territory": "here"}}),
        "contacts.yaml: a list of records is expected, found a mapping",
    ),
    "a missing file": (
        lambda files: files.pop("contacts.yaml"),
        "contacts.yaml: the file is missing; a library has it even if its list is empty",
    ),
    "a policy without accountability": (
        lambda files: files["policy.yaml"].pop("accountability"),
        "policy.yaml: accountability: a mapping of keys is expected, found nothing",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_named_with_its_place_when(case: str, load: Load) -> None:
    spoil, expected = WRONG[case]
    files = deepcopy(SMALL)
    spoil(files)

    errors = errors_of(load, files)

    assert any(error.startswith(expected) for error in errors), errors


def test_every_mistake_of_every_file_is_told_at_once(load: Load) -> None:
    files = deepcopy(SMALL)
    _point(files).update(summary=5)
    _letter(files, 1).update(is_national="yes")
    files["kinds.yaml"][0].update(criterion="luck")

    errors = errors_of(load, files)

    assert len(errors) == 3
    assert {error.split(":")[0] for error in errors} == {"documents/letters.yaml", "kinds.yaml"}


def test_a_refused_record_is_not_reported_again_where_it_is_named(load: Load) -> None:
    files = deepcopy(SMALL)
    _letter(files, 1).update(title=7)

    errors = errors_of(load, files)

    assert errors == ["documents/letters.yaml: 2/B, title: Input should be a valid string, found “7”"]


def test_a_key_written_twice_is_an_error_with_its_line(load: Load, tmp_path: Path) -> None:
    load(deepcopy(SMALL))
    (tmp_path / "offices.yaml").write_text("- id: office_a\n  name: Sở A\n  name: Sở B\n", encoding="utf-8")

    with pytest.raises(LibraryError) as refused:
        load_library(tmp_path)

    assert refused.value.errors == ("offices.yaml, line 1: not readable as YAML, the key name is written twice",)


@pytest.mark.parametrize("text", ["- id: [", "- !!python/object:os.system {}"])
def test_what_is_not_plain_yaml_is_refused(text: str, load: Load, tmp_path: Path) -> None:
    load(deepcopy(SMALL))
    (tmp_path / "offices.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(LibraryError) as refused:
        load_library(tmp_path)

    (error,) = refused.value.errors
    assert error.startswith("offices.yaml, line ")
    assert "not readable as YAML" in error


def test_bytes_that_are_not_utf8_are_refused(load: Load, tmp_path: Path) -> None:
    load(deepcopy(SMALL))
    (tmp_path / "offices.yaml").write_bytes(b"- id: \xff")

    with pytest.raises(LibraryError) as refused:
        load_library(tmp_path)

    assert refused.value.errors == ("offices.yaml: the file is expected in UTF-8",)


def test_an_unreadable_folder_of_documents_is_told_once(load: Load, tmp_path: Path) -> None:
    load(deepcopy(SMALL))
    (tmp_path / "documents" / "letters.yaml").write_text("id: 1/A", encoding="utf-8")

    with pytest.raises(LibraryError) as refused:
        load_library(tmp_path)

    assert refused.value.errors == ("documents/letters.yaml: a list of records is expected, found a mapping",)


def test_an_empty_file_is_not_an_empty_list(load: Load, tmp_path: Path) -> None:
    load(deepcopy(SMALL))
    (tmp_path / "contacts.yaml").write_text("", encoding="utf-8")
    (tmp_path / "policy.yaml").write_text("[]", encoding="utf-8")

    with pytest.raises(LibraryError) as refused:
        load_library(tmp_path)

    assert set(refused.value.errors) == {
        "contacts.yaml: a list of records is expected, found nothing",
        "policy.yaml: a mapping is expected, found a list",
    }


def test_files_are_read_anew_at_every_load(load: Load, tmp_path: Path) -> None:
    load(deepcopy(SMALL))
    policy = {**SMALL["policy.yaml"], "expiring_within_days": 30}
    (tmp_path / "policy.yaml").write_text(yaml.safe_dump(policy, allow_unicode=True), encoding="utf-8")

    assert load_library(tmp_path).policy.expiring_within_days == 30
