"""Give me the list, as a file: in chat, for HR and heads, each within their own units."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from handlers import next_steps
from handlers.asking import Choice
from handlers.console_entry import offer
from handlers.heads.others import find_other
from handlers.phrases import _, show_day
from handlers.reply import File, Line, Outcome, Reply
from handlers.reports.asked import (
    FileForm,
    ReportAsked,
    ReportForm,
    ReportKind,
    ReportRefusedError,
    list_forms,
    name_kind,
)
from handlers.reports.making import Asking, Desk, make_report
from handlers.rights import units_in_scope
from handlers.visit import Visit, criteria_asked
from knowledge.facts import CriterionCode, ManagedBy, Person, ReviewRound, RoundCode, UnitCode
from knowledge.folding import fold_words
from knowledge.understanding.meaning import Wish

MAKE = "report.make"
_MOST_PEOPLE = 20_000  # above this it takes too long for a chat
_MOST_ROUNDS = 8
_BETWEEN = ":"

_WORD = re.compile(r"\b(word|docx|doc|ban giay|van ban word|de ky|trinh ky)\b")
_KINDS = (
    (ReportKind.REMINDERS, re.compile(r"\b(nhac|nhac nho|nhac viec)\b")),
    (ReportKind.ROUND, re.compile(r"\b(dot|dot ra soat|ra soat)\b")),
    (
        ReportKind.SERVICE_LEFT,
        re.compile(r"\b(con (du |tren |it nhat )?(0?5|nam) nam|(0?5|nam) nam (cong tac|nua)|nam cong tac)\b"),
    ),
    (
        ReportKind.YEARLY,
        re.compile(
            r"\b(bao cao (tong ket )?nam|hang nam|thuong nien|cuoi nam|ca nam|tong ket nam|bc nam|nam nay|nam 20\d\d)\b"
        ),
    ),
    (
        ReportKind.MISSING,
        re.compile(r"\b(thieu|chua (du|dat|hoan thien|hoan thanh|co)|con no|no chung chi|danh sach|ds)\b"),
    ),
)
_RETIRING = re.compile(r"\b(nghi huu|ve huu|nghi che do|den tuoi huu|toi tuoi huu)\b")
_YEAR = re.compile(r"\bnam (20\d\d)\b")
_MANAGED = (
    (ManagedBy.PROVINCIAL_PARTY_STANDING_COMMITTEE, re.compile(r"\b(ban thuong vu tinh uy|btv tinh uy|btvtu|btv)\b")),
    (ManagedBy.PROVINCIAL_GOVERNMENT_PARTY_COMMITTEE, re.compile(r"\b(ban can su|bcs|bcsd)\b")),
    (ManagedBy.DISTRICT, re.compile(r"\bdien (cap )?huyen\b")),
    (ManagedBy.COMMUNE, re.compile(r"\bdien (cap )?xa\b")),
    (ManagedBy.UNIT, re.compile(r"\bdien don vi\b")),
)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A report and how it is to be written."""

    asked: ReportAsked
    form: FileForm


async def list_kinds(visit: Visit, person: Person, desk: Desk) -> Reply:
    """Which reports can I have?"""
    if not units_in_scope(person, visit.rules.book.on(visit.today)):
        return await _refuse(visit, person, desk)
    forms = list_forms()
    return Reply(
        title=_("Which report would you like? It holds the people of your units only, as of today."),
        lines=(
            *(Line(one.title, is_item=True) for one in forms),
            Line(
                _(
                    "You may also write it, for example: “list of those lacking languages at unit SYT, Word”, or name "
                    "a day: “as of 01/12/2026”."
                )
            ),
        ),
        choices=(*(choice for one in forms for choice in _choices_of(one)), *offer(visit)),
    )


def asks_who_retires(visit: Visit) -> bool:
    """Whether words ask for those who retire, and not for what somebody lacks."""
    return Wish.GAPS not in visit.wishes and _RETIRING.search(fold_words(visit.text)) is not None


def tell_who_retires(visit: Visit) -> Reply:
    """Who of mine retires soon? There is no such list."""
    served = next(one for one in list_forms() if one.kind is ReportKind.SERVICE_LEFT)
    return Reply(
        title=_("There is no list of the people who are about to retire."),
        lines=(
            Line(
                _(
                    "The report “By years of service left” gives the retirement day of everybody it lists; the "
                    "console shows it on the page of each official."
                )
            ),
        ),
        choices=(*_choices_of(served), *offer(visit)),
    )


async def make_typed(visit: Visit, person: Person, desk: Desk) -> Reply:
    """The report that words ask for; where they do not say which, the choice between all."""
    today = visit.rules.book.on(visit.today)
    if not units_in_scope(person, today):
        return await _refuse(visit, person, desk)
    folded = fold_words(visit.text)
    if asks_who_retires(visit):
        return tell_who_retires(visit)
    kind = next((kind for kind, words in _KINDS if words.search(folded)), None)
    if kind is None:
        return await list_kinds(visit, person, desk)
    form = FileForm.DOCX if _WORD.search(folded) else FileForm.XLSX
    asked = ReportAsked(kind, on=visit.on if visit.on != visit.today else None)
    match kind:
        case ReportKind.ROUND:
            named = next((one for one in _rounds(visit) if _is_named(one, folded)), None)
            return await _make_round(named.code if named is not None else None, form, visit, person, desk)
        case ReportKind.REMINDERS:
            words = visit.named.person_words
            return await _make_reminders(words, form, visit, person, desk)
        case ReportKind.YEARLY:
            on = asked.on or _end_of_year(folded, visit.today)
            return await _make(_Wanted(replace(asked, on=on, unit=_unit(visit)), form), visit, person, desk)
        case _:
            criteria = criteria_asked(visit)
            narrowed = replace(
                asked,
                unit=_unit(visit),
                criterion=criteria[0] if len(criteria) == 1 else None,
                managed_by=next((one for one, words in _MANAGED if words.search(folded)), None),
            )
            return await _make(_Wanted(narrowed, form), visit, person, desk)


async def make_pressed(visit: Visit, person: Person, desk: Desk) -> Reply:
    """A pressed report: kind, form, and what it is about."""
    if not units_in_scope(person, visit.rules.book.on(visit.today)):
        return await _refuse(visit, person, desk)
    kind, form, about = _read_subject(visit.subject)
    if kind is None:
        return await list_kinds(visit, person, desk)
    match kind:
        case ReportKind.ROUND:
            return await _make_round(about or None, form, visit, person, desk)
        case ReportKind.REMINDERS:
            return await _make_reminders(about or None, form, visit, person, desk)
        case _:
            criterion = CriterionCode(about) if about else None
            return await _make(_Wanted(ReportAsked(kind, criterion=criterion), form), visit, person, desk)


async def _make_round(code: str | None, form: FileForm, visit: Visit, person: Person, desk: Desk) -> Reply:
    if code is not None:
        return await _make(_Wanted(ReportAsked(ReportKind.ROUND, round=RoundCode(code)), form), visit, person, desk)
    rounds = _rounds(visit)[:_MOST_ROUNDS]
    if not rounds:
        return Reply(title=_("There is no review round yet."), choices=(next_steps.reports(), next_steps.unit_gaps()))
    return Reply(
        title=_("Of which review round?"),
        choices=tuple(Choice(one.name, MAKE, _subject(ReportKind.ROUND, form, one.code)) for one in rounds),
    )


async def _make_reminders(words: str | None, form: FileForm, visit: Visit, person: Person, desk: Desk) -> Reply:
    if words is None:
        return Reply(
            title=_("The reminders to whom? Please write, for example: “record of reminders to CB001”."),
            choices=(next_steps.reports(), next_steps.unit_gaps()),
        )
    found = await find_other(visit, person, words, profiles=desk.profiles, audit=desk.audit, clock=desk.clock)
    if isinstance(found, Reply):
        return found
    return await _make(_Wanted(ReportAsked(ReportKind.REMINDERS, person=found.code), form), visit, person, desk)


async def _make(wanted: _Wanted, visit: Visit, person: Person, desk: Desk) -> Reply:
    asking = Asking(person, visit.asked.channel.value, _MOST_PEOPLE)
    try:
        made = await make_report(wanted.asked, wanted.form, asking, visit.rules.book, desk)
    except ReportRefusedError as error:
        return Reply(title=str(error), choices=(next_steps.reports(), next_steps.unit_gaps()), outcome=Outcome.DENIED)
    day = wanted.asked.on or visit.today
    title = _("{report}, as of {day}").format(report=name_kind(wanted.asked.kind), day=show_day(day))
    choices = (*_other_form(wanted), next_steps.reports(), next_steps.unit_gaps())
    if isinstance(made, File):
        return Reply(title=title, choices=choices, file=made)
    return Reply(
        title=title,
        lines=(Line(_("It is a draft: number, signer and recipients are left for you to fill in.")),),
        choices=choices,
        paper=made,
    )


async def _refuse(visit: Visit, person: Person, desk: Desk) -> Reply:
    await desk.audit.record(person.code, "look_refused", "report", desk.clock.now(), {"channel": visit.asked.channel})
    return Reply(
        _("Lists and reports are for heads and HR, each within their own units."),
        choices=(next_steps.my_gaps(), next_steps.my_data(), next_steps.help_me()),
        outcome=Outcome.DENIED,
    )


def _rounds(visit: Visit) -> list[ReviewRound]:
    """All rounds, open ones first, then those whose deadline is the latest."""
    rounds = visit.rules.book.rules.rounds
    return sorted(rounds, key=lambda one: (not one.is_open, -one.deadline.toordinal(), one.code))


def _is_named(one: ReviewRound, folded: str) -> bool:
    return any(fold_words(words) in folded for words in (one.code, one.name))


def _end_of_year(folded: str, today: date) -> date | None:
    """The last day of a year named that is over; None for this one, which stands as it is today."""
    named = _YEAR.search(folded)
    return date(int(named[1]), 12, 31) if named is not None and int(named[1]) < today.year else None


def _unit(visit: Visit) -> UnitCode | None:
    return visit.named.units[0] if visit.named.units else None


def _choices_of(form: ReportForm) -> Sequence[Choice]:
    if form.kind is ReportKind.REMINDERS:
        return ()
    excel = Choice(_("{report} (Excel)").format(report=_short(form.kind)), MAKE, _subject(form.kind, FileForm.XLSX))
    word = Choice(_("{report} (Word)").format(report=_short(form.kind)), MAKE, _subject(form.kind, FileForm.DOCX))
    return excel, word


def _short(kind: ReportKind) -> str:
    """A report on a button."""
    return {
        ReportKind.MISSING: _("Still lacking"),
        ReportKind.SERVICE_LEFT: _("By years of service left"),
        ReportKind.ROUND: _("Review round"),
        ReportKind.REMINDERS: _("Reminders"),
        ReportKind.YEARLY: _("Yearly report"),
    }[kind]


def _other_form(wanted: _Wanted) -> tuple[Choice, ...]:
    """The same once more in the other form, where a button can say all that was asked."""
    asked = wanted.asked
    if asked.on is not None or asked.unit is not None or asked.managed_by is not None:
        return ()
    other = FileForm.DOCX if wanted.form is FileForm.XLSX else FileForm.XLSX
    label = _("The same in Word") if other is FileForm.DOCX else _("The same in Excel")
    return (Choice(label, MAKE, _subject(asked.kind, other, asked.round or asked.person or asked.criterion or "")),)


def _subject(kind: ReportKind, form: FileForm, about: str = "") -> str:
    return _BETWEEN.join([kind.value, form.value, *([about] if about else [])])


def _read_subject(subject: str) -> tuple[ReportKind | None, FileForm, str]:
    """What a button stands for; a kind that is not known (forged, or of another version) is None."""
    kind, _colon, rest = subject.partition(_BETWEEN)
    form, _colon, about = rest.partition(_BETWEEN)
    known = kind in {one.value for one in ReportKind} and form in {one.value for one in FileForm}
    return (ReportKind(kind), FileForm(form), about) if known else (None, FileForm.XLSX, "")
