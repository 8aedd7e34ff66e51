"""Proposals and their effects in words. Pure."""

from dataclasses import replace

from handlers.case_words import describe_rows
from handlers.change_words import name_state
from handlers.hr.proposals_changes import WITHDRAWN, Change, Effects
from handlers.hr.proposals_given import ROWS, SHEET, TableChange, read_rows
from handlers.hr.proposals_rounds import CLOSE, DEED, EXTEND, NEW
from handlers.hr.proposals_time import DayChange, HoursChange
from handlers.hr.proposals_time_words import describe_day_change, describe_hours_change, name_time_change
from handlers.phrases import _, ngettext, show_day, show_day_of, show_number
from handlers.reply import Line
from handlers.visit import Visit
from handlers.wording import name_criterion, name_level, name_managed_by, name_unit, start_sentence
from knowledge.effects import Shift
from knowledge.facts import DocumentId, RecognitionRow, ReviewRound, Ruling, TitleStandard, UnitCode
from knowledge.findings import State
from knowledge.outranking import list_overlapping, outranked
from knowledge.rulebook import RulesOn
from knowledge.rulings import last_day_of
from storage.records import Proposal, ProposalKind

PEOPLE = "so_nguoi"  # the cell that says to how many people a broadcast would go
_MOST_SHIFTS = 8
_MOST_OVERLAPS = 3
_MOST_ROWS = 12


def describe_change(change: Change, visit: Visit) -> list[Line]:
    """Exactly what would be different, before anybody's verdict is looked at."""
    after = change.after.on(change.day)
    if change.withdrawn is not None:
        text = _("Ruling {id} would apply no more from {day} on: {what}.")
        what = describe_ruling(change.withdrawn, after)
        said = text.format(id=change.withdrawn.id, day=show_day(change.day), what=what)
        return [Line(said, is_item=True)]
    if change.ruling is not None:
        return _describe_new_ruling(change.ruling, after)
    if change.table is not None:
        return describe_table(change.table, change, visit)
    if change.round is not None:
        return describe_round(change.round, change.round_before, after)
    if isinstance(change.time, DayChange):
        return describe_day_change(change.time, visit.rules.book.on(change.day), change.after)
    if isinstance(change.time, HoursChange):
        return describe_hours_change(change.time, visit.rules.book.on(change.day), change.after)
    if change.row is None:
        return []
    lines = [Line(_("New: {what}").format(what=_describe_row(change.row, visit, after)), is_item=True)]
    if change.replaced is not None:
        old = _describe_row(change.replaced, visit, visit.rules.book.on(change.day))
        lines.append(Line(_("It takes the place of: {what}").format(what=old), is_item=True))
    lines.append(Line(_describe_days(change.row), is_item=True))
    idle = _list_made_idle(change, visit)
    if idle:
        text = _("These rulings would be idle then: {ids}.")
        lines.append(Line(text.format(ids=", ".join(one.id for one in idle)), is_item=True))
    return lines


def _list_made_idle(change: Change, visit: Visit) -> list[Ruling]:
    before, after = visit.rules.book.on(change.day), change.after.on(change.day)
    applying = [one for one in after.book.rules.rulings if one.applies_on(change.day)]
    return [one for one in applying if outranked(one, after).is_idle and not outranked(one, before).is_idle]


def describe_ruling(ruling: Ruling, rules: RulesOn) -> str:
    """What a ruling says, in its own words."""
    return rules.library.get_document(DocumentId(ruling.id)).title


def describe_reach(scope: UnitCode | None, rules: RulesOn) -> str:
    """Whom it reaches, in words."""
    if scope is None:
        return _("Reaches the whole province.")
    return _("Reaches {unit} and all units below it.").format(unit=name_unit(rules, scope))


def describe_validity(ruling: Ruling) -> str:
    """Between which days a ruling applies."""
    first, last = show_day(ruling.valid_from), last_day_of(ruling)
    if last is None:
        return _("In force from {first}, without an end.").format(first=first)
    return _("In force from {first} to {last}, both included.").format(first=first, last=show_day(last))


def describe_effects(effects: Effects, rules: RulesOn) -> list[Line]:
    """For how many people something changes, and how their states move."""
    if effects.of_days:
        text = _("Reckoned for {n} people: {changed} of them get another safe day or result.")
        if effects.is_partial:
            text = _("Reckoned for the first {n} people only: at least {changed} get another safe day or result.")
    elif not effects.people:
        return []
    elif effects.of_deadlines:
        text = _("Reckoned for {n} people: {changed} of them get another deadline.")
        if effects.is_partial:
            text = _("Reckoned for the first {n} people only: at least {changed} of them get another deadline.")
    elif effects.is_partial:
        text = _("Reckoned for the first {n} people only: at least {changed} of them get another result.")
    else:
        text = _("Reckoned for {n} people: {changed} of them get another result.")
    lines = [Line(text.format(n=effects.people, changed=effects.changed))]
    moved = effects.shifts.most_common()
    lines += [Line(_describe_shift(shift, count, rules), is_item=True) for shift, count in moved[:_MOST_SHIFTS]]
    if len(moved) > _MOST_SHIFTS:
        lines.append(Line(_("and {n} more kinds of change.").format(n=len(moved) - _MOST_SHIFTS)))
    return lines


def name_proposal(proposal: Proposal) -> str:
    """A proposal in a few words: its number, what it is about, who made it and when."""
    return _("Proposal {number}: {what}, by {name} of {unit}, {day}").format(
        number=proposal.number,
        what=name_what(proposal),
        name=proposal.proposed_by.name,
        unit=proposal.proposed_by.unit_name,
        day=show_day_of(proposal.proposed_at),
    )


def name_what(proposal: Proposal) -> str:
    """What a proposal is about."""
    return {
        ProposalKind.RULING: _("a new ruling"),
        ProposalKind.RECOGNITION_ROW: _("a row of a recognition table"),
        ProposalKind.STANDARD: _("a title standard"),
        ProposalKind.TABLE: _name_table(proposal),
        ProposalKind.ROUND: _name_round(proposal),
        ProposalKind.CALENDAR_DAY: name_time_change(proposal.cells),
        ProposalKind.SENDING_HOURS: _("the hours of sending"),
        ProposalKind.WITHDRAWAL: _("withdrawal of ruling {id}").format(id=proposal.cells.get(WITHDRAWN, "")),
        ProposalKind.BROADCAST: _("a broadcast to {n} people").format(
            n=show_number(int(proposal.cells.get(PEOPLE, "0")))
        ),
    }[proposal.kind]


def name_table(sheet: str) -> str:
    """A sheet of the workbook in words."""
    return _("title standards") if sheet == "tieu_chuan" else _("recognition table")


def _name_table(proposal: Proposal) -> str:
    rows = len(read_rows(proposal.cells.get(ROWS, "")) or ())
    text = ngettext("a table ({table}, {n} row)", "a table ({table}, {n} rows)", rows)
    return text.format(table=name_table(proposal.cells.get(SHEET, "")), n=show_number(rows))


def describe_table(table: TableChange, change: Change, visit: Visit) -> list[Line]:
    """How many rows a table brings, and the first of them."""
    text = _("{table}: {added} rows added, {changed} changed, {removed} removed, {same} as before.")
    counts = {"added": len(table.added), "changed": len(table.changed), "removed": len(table.removed)}
    shown = {name: show_number(count) for name, count in counts.items()}
    lines = [
        Line(text.format(table=start_sentence(name_table(table.sheet)), **shown, same=show_number(table.unchanged)))
    ]
    said = describe_rows_of(table, change, visit)
    lines += [Line(one, is_item=True) for one in said[:_MOST_ROWS]]
    if len(said) > _MOST_ROWS:
        lines.append(Line(_("and {n} more rows.").format(n=show_number(len(said) - _MOST_ROWS)), is_item=True))
    return lines


def describe_rows_of(table: TableChange, change: Change, visit: Visit) -> list[str]:
    """Every row that would differ, in words."""
    before, after = visit.rules.book.on(change.day), change.after.on(change.day)
    said = [_("New: {what}").format(what=_describe_row(one, visit, after)) for one in table.added]
    for old, new in table.changed:
        text = _("Changed: {before} → {after}")
        said.append(text.format(before=_describe_whole(old, visit, before), after=_describe_whole(new, visit, after)))
    said += [_("Removed: {what}").format(what=_describe_row(one, visit, before)) for one in table.removed]
    return said


def _name_round(proposal: Proposal) -> str:
    text = {
        NEW: _("a new review round, {code}"),
        EXTEND: _("a later deadline for review round {code}"),
        CLOSE: _("the end of review round {code}"),
    }.get(proposal.cells.get(DEED, NEW), _("review round {code}"))
    return text.format(code=proposal.cells.get("ma_dot", ""))


def describe_round(one: ReviewRound, before: ReviewRound | None, rules: RulesOn) -> list[Line]:
    """A round as it would be, and what it was."""
    lines = [Line(_("Review round {code}: {name}").format(code=one.code, name=one.name), is_item=True)]
    basis = one.document if one.point is None else f"{one.document} ({one.point})"
    lines.append(Line(_("Basis: {basis}").format(basis=basis), is_item=True))
    if before is not None and before.deadline != one.deadline:
        text = _("Deadline: {before} → {after}")
        lines.append(Line(text.format(before=show_day(before.deadline), after=show_day(one.deadline)), is_item=True))
    else:
        lines.append(Line(_("Deadline: {day}").format(day=show_day(one.deadline)), is_item=True))
    if not one.deadline_included:
        lines.append(Line(_("The day itself is not included any more."), is_item=True))
    lines += [Line(said, is_item=True) for said in describe_audience_of(one, rules)]
    if one.consequence:
        lines.append(Line(_("Consequence: {words}").format(words=one.consequence), is_item=True))
    if not one.is_open:
        lines.append(Line(_("The round is closed: it is nobody's deadline any more."), is_item=True))
    return lines


def describe_audience_of(one: ReviewRound, rules: RulesOn) -> list[str]:
    """Whom a round concerns, and which criteria."""
    who, said = one.audience, []
    if who.units:
        said.append(_("Units: {names}").format(names=", ".join(name_unit(rules, code) for code in sorted(who.units))))
    if who.position_groups:
        names = ", ".join(rules.book.group_name(group) for group in sorted(who.position_groups))
        said.append(_("Positions: {names}").format(names=names))
    if who.managed_by:
        names = ", ".join(name_managed_by(body) for body in sorted(who.managed_by))
        said.append(_("Managed by: {names}").format(names=names))
    if not said:
        said.append(_("Everybody in the province"))
    if one.criteria:
        names = ", ".join(name_criterion(rules.library, code) for code in sorted(one.criteria))
        said.append(_("Criteria: {names}").format(names=names))
    if one.service_left_from_years:
        text = _("Only who still serves at least {n} years")
        said.append(text.format(n=one.service_left_from_years))
    return said


def _describe_whole(row: RecognitionRow | TitleStandard, visit: Visit, rules: RulesOn) -> str:
    return f"{_describe_row(row, visit, rules)} ({_describe_days(row).rstrip('.')})"


def _describe_new_ruling(ruling: Ruling, after: RulesOn) -> list[Line]:
    document = after.library.get_document(DocumentId(ruling.id))
    lines = [Line(document.points[0].summary, is_item=True)]
    lines += [Line(describe_validity(ruling), is_item=True), Line(describe_reach(ruling.scope, after), is_item=True)]
    above = outranked(ruling, after)
    if above.rows:
        names = ", ".join(dict.fromkeys(one.document for one in above.rows))
        text = _("The table of {documents} stands before it wherever its rows fit.")
        lines.append(Line(text.format(documents=names), is_item=True))
    overlaps = list_overlapping(ruling, after)
    if overlaps:
        names = ", ".join(one.id for one in overlaps[:_MOST_OVERLAPS])
        text = ngettext(
            "Where both fit, it stands before the earlier ruling {ids}.",
            "Where several fit, it stands before the earlier rulings {ids}.",
            len(overlaps),
        )
        lines.append(Line(text.format(ids=names), is_item=True))
    return lines


def _describe_row(row: RecognitionRow | TitleStandard, visit: Visit, rules: RulesOn) -> str:
    if isinstance(row, RecognitionRow):
        said = describe_rows([row], replace(visit, rules=rules))[0].text
        return _("{document}: {row}").format(document=row.document, row=said.rstrip("."))
    return _("{document}: {position}, {criterion} {level} or higher").format(
        document=row.document if row.point is None else f"{row.document} ({row.point})",
        position=rules.book.group_name(row.position_group),
        criterion=name_criterion(rules.library, row.criterion).lower(),
        level=name_level(rules.library, row.criterion, row.minimum),
    )


def _describe_days(row: RecognitionRow | TitleStandard) -> str:
    first, last = row.valid_from, row.valid_to
    if first is not None and last is not None:
        text = _("In force from {first} to {last}, both included.")
        return text.format(first=show_day(first), last=show_day(last))
    if first is not None:
        return _("In force from {first}, without an end.").format(first=show_day(first))
    if last is not None:
        return _("In force until {last}.").format(last=show_day(last))
    return _("In force without a beginning and without an end.")


def _describe_shift(shift: Shift, count: int, rules: RulesOn) -> str:
    about = _("all criteria") if shift.criterion is None else name_criterion(rules.library, shift.criterion)
    return ngettext(
        "{criterion}: {before} → {after}: {n} person", "{criterion}: {before} → {after}: {n} people", count
    ).format(criterion=about, before=_name(shift.before), after=_name(shift.after), n=count)


def _name(state: State | None) -> str:
    return _("not asked") if state is None else name_state(state)
