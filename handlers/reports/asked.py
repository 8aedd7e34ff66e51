"""Which reports there are, what each of them can be narrowed by, and one report as it is asked for. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from handlers.phrases import _
from knowledge.facts import CriterionCode, ManagedBy, PersonCode, RoundCode, UnitCode


class ReportKind(StrEnum):
    """The reports, by the names that they have at the command line."""

    MISSING = "missing"  # who still lacks a title standard
    SERVICE_LEFT = "service-left"  # of those, whom a document's duty names by the years that they still serve
    ROUND = "round"  # what became of a review round
    REMINDERS = "reminders"  # what one person was told, when, by which channel
    YEARLY = "yearly"  # how a year stands on a day


class Grouping(StrEnum):
    """By what the rows of a list stand together."""

    UNIT = "unit"
    MANAGED_BY = "managed-by"
    CRITERION = "criterion"


class FileForm(StrEnum):
    """How a report is written."""

    XLSX = "xlsx"
    DOCX = "docx"


class Field(StrEnum):
    """What a report can be narrowed by."""

    ON = "on"
    UNIT = "unit"
    MANAGED_BY = "managed_by"
    CRITERION = "criterion"
    PERSON = "person"
    ROUND = "round"


@dataclass(frozen=True, slots=True)
class ReportAsked:
    """A report as somebody asks for it; None: not narrowed, and of today.

    `by` is how a list is grouped; without it a paper groups by unit, and a workbook has its rows as they are read.
    """

    kind: ReportKind
    on: date | None = None
    unit: UnitCode | None = None
    managed_by: ManagedBy | None = None
    criterion: CriterionCode | None = None
    person: PersonCode | None = None
    round: RoundCode | None = None
    by: Grouping | None = None


@dataclass(frozen=True, slots=True)
class ReportForm:
    """A report that can be asked for: its title, its fields, and those that must be filled in."""

    kind: ReportKind
    title: str
    fields: tuple[Field, ...]
    needs: tuple[Field, ...] = ()


class ReportRefusedError(Exception):
    """No such report can be made for this asker; the message is one sentence for them."""


GROUPED = frozenset({ReportKind.MISSING, ReportKind.SERVICE_LEFT})
_OF_PEOPLE = (Field.ON, Field.UNIT, Field.MANAGED_BY, Field.CRITERION)


def list_forms() -> Sequence[ReportForm]:
    """Every report, in the order in which they are offered."""
    return (
        ReportForm(ReportKind.MISSING, name_kind(ReportKind.MISSING), _OF_PEOPLE),
        ReportForm(ReportKind.SERVICE_LEFT, name_kind(ReportKind.SERVICE_LEFT), _OF_PEOPLE),
        ReportForm(ReportKind.ROUND, name_kind(ReportKind.ROUND), (Field.ROUND, Field.ON, Field.UNIT), (Field.ROUND,)),
        ReportForm(ReportKind.REMINDERS, name_kind(ReportKind.REMINDERS), (Field.PERSON,), (Field.PERSON,)),
        ReportForm(ReportKind.YEARLY, name_kind(ReportKind.YEARLY), (Field.ON, Field.UNIT)),
    )


def name_kind(kind: ReportKind) -> str:
    """A report by its title."""
    return {
        ReportKind.MISSING: _("List of officials who still lack a title standard"),
        ReportKind.SERVICE_LEFT: _("List of officials with enough years of service left who have not completed it"),
        ReportKind.ROUND: _("Results of a review round"),
        ReportKind.REMINDERS: _("Record of the reminders to one official"),
        ReportKind.YEARLY: _("Yearly report on title standards"),
    }[kind]


def ensure_filled(asked: ReportAsked) -> None:
    """Raises ReportRefusedError where something is missing, or is given that this report cannot be narrowed by."""
    form = next(one for one in list_forms() if one.kind is asked.kind)
    if any(getattr(asked, field.value) is None for field in form.needs):
        said = {
            Field.ROUND: _("This report is about one review round: please name its code."),
            Field.PERSON: _("This report is about one official: please name the staff code."),
        }
        raise ReportRefusedError(said[form.needs[0]])
    if asked.by is not None and asked.kind not in GROUPED:
        text = _("“{report}” is no list that can be grouped.")
        raise ReportRefusedError(text.format(report=form.title))
    extra = [field for field in Field if getattr(asked, field.value) is not None and field not in form.fields]
    if extra:
        text = _("“{report}” cannot be narrowed by {field}.")
        raise ReportRefusedError(text.format(report=form.title, field=name_field(extra[0])))


def name_field(field: Field) -> str:
    """What a report is narrowed by, inside a sentence."""
    return {
        Field.ON: _("a day"),
        Field.UNIT: _("a unit"),
        Field.MANAGED_BY: _("who manages the post"),
        Field.CRITERION: _("a criterion"),
        Field.PERSON: _("an official"),
        Field.ROUND: _("a review round"),
    }[field]
