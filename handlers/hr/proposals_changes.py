"""What a proposal would change, read anew from what was typed: the rules after it, and whose verdicts would differ."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date

from handlers.hr.proposals_given import REPLACES, ROWS, SHEET, YES, TableChange, compare, key_of, read_rows, with_table
from handlers.hr.proposals_rounds import DEED, NEW
from handlers.hr.proposals_time import DayChange, HoursChange, read_day, read_hours, with_day
from handlers.phrases import _
from handlers.ports import Entries, Profiles
from handlers.problem_words import say_problem
from handlers.wording import start_sentence
from knowledge.changes import verdict_of
from knowledge.effects import Shift, shifts_of
from knowledge.evaluate import evaluate
from knowledge.facts import (
    DeclaredRules,
    DocumentId,
    Person,
    RecognitionRow,
    ReviewRound,
    Ruling,
    RulingId,
    Signatory,
    TitleStandard,
    UnitCode,
)
from knowledge.local_time import day_in_vietnam
from knowledge.rulebook import RuleBook, RulesOn
from storage.records import Proposal, ProposalKind, RulingDraft

SHEETS = {
    ProposalKind.RULING: "y_kien",
    ProposalKind.RECOGNITION_ROW: "cong_nhan",
    ProposalKind.STANDARD: "tieu_chuan",
    ProposalKind.ROUND: "dot_ra_soat",
}
WITHDRAWN = "y_kien"  # the cell that names the ruling to be withdrawn
_UNNUMBERED = RulingId("YK-…")  # sorts after every number that was given
# How many people are read, and of how many the verdicts are reckoned, before somebody confirms; the rest is said to be
# left out. A visitor waits for it.
_MOST_PEOPLE = 20_000
_MOST_JUDGED = 3_000


@dataclass(frozen=True, slots=True)
class Change:
    """A proposal as it would take effect on `day`: one of `ruling` (new), `row`, `table`, `round`, `withdrawn`, `time`.

    `after` are the rules then.

    `replaced` is the row of the same key that it takes the place of.
    """

    day: date
    after: RuleBook
    ruling: Ruling | None = None
    row: RecognitionRow | TitleStandard | None = None
    withdrawn: Ruling | None = None
    replaced: RecognitionRow | TitleStandard | None = None
    declares: DocumentId | None = None
    table: TableChange | None = None
    round: ReviewRound | None = None
    round_before: ReviewRound | None = None
    time: DayChange | HoursChange | None = None


@dataclass(frozen=True, slots=True)
class Effects:
    """How many people were reckoned, for how many something changes, and how often each change of state occurs.

    `of_deadlines`: another deadline is meant, `of_days` another safe day or result.
    """

    people: int = 0
    changed: int = 0
    is_partial: bool = False
    of_deadlines: bool = False
    of_days: bool = False
    shifts: Counter[Shift] = field(default_factory=Counter)


async def read_change(proposal: Proposal, confirmer: Signatory, today: RulesOn, entries: Entries) -> Change | str:
    """What it would change if it took effect today; the sentence that says why it cannot, where it cannot."""
    book = today.book
    if proposal.kind is ProposalKind.WITHDRAWAL:
        known = find_ruling(proposal.cells.get(WITHDRAWN, ""), today)
        if known is None or known.withdrawn_on is not None:
            return _("That ruling has been withdrawn already.")
        rulings = tuple(replace(one, withdrawn_on=today.day) if one == known else one for one in book.rules.rulings)
        return Change(today.day, _book_of(book, replace(book.rules, rulings=rulings)), withdrawn=known)
    if proposal.kind is ProposalKind.TABLE:
        return await _read_table(proposal, today, entries)
    if proposal.kind in {ProposalKind.CALENDAR_DAY, ProposalKind.SENDING_HOURS}:
        return _read_time(proposal, today)
    entry = await entries.read(SHEETS[proposal.kind], proposal.cells, book.library, home=book.home, today=today.day)
    if entry.problems:
        return start_sentence(say_problem(entry.problems[0]))
    match entry.row:
        case RulingDraft() as draft:
            ruling = _ruling(draft, proposal, confirmer, today.day)
            if ruling.valid_to is not None and ruling.valid_to < ruling.valid_from:
                return _("Its last day in force has passed; please propose it anew with a later one.")
            rules = replace(book.rules, rulings=(*book.rules.rulings, ruling))
            day = max(today.day, ruling.valid_from)
            return Change(day, _book_of(book, rules), ruling=ruling, declares=entry.declares)
        case RecognitionRow() | TitleStandard() as row:
            replaced = find_same(row, book.rules)
            day = max(today.day, row.valid_from or today.day)
            after = _book_of(book, _with_row(book.rules, row, replaced))
            return Change(day, after, row=row, replaced=replaced, declares=entry.declares)
        case ReviewRound() as review:
            return _read_round(review, proposal, today, entry.declares)
        case _:
            raise TypeError(proposal.kind)  # every sheet above makes one of these


def find_ruling(written: str, rules: RulesOn) -> Ruling | None:
    """The ruling of this id, or None."""
    return next((one for one in rules.book.rules.rulings if one.id == written.strip().upper()), None)


def find_same(row: RecognitionRow | TitleStandard, rules: DeclaredRules) -> RecognitionRow | TitleStandard | None:
    """The row with the same key, in whose place this one would come; None for none."""
    if isinstance(row, TitleStandard):
        return next((one for one in rules.standards if key_of(one) == key_of(row)), None)
    return next((one for one in rules.recognition if key_of(one) == key_of(row)), None)


def _read_round(review: ReviewRound, proposal: Proposal, today: RulesOn, declares: DocumentId | None) -> Change | str:
    rules = today.book.rules
    before = next((one for one in rules.rounds if one.code == review.code), None)
    if proposal.cells.get(DEED) == NEW and before is not None:
        return _("There is a review round {code} already; please choose another code.").format(code=review.code)
    if before == review:
        return _("Nothing in it differs any more from what is in force.")
    after = replace(rules, rounds=(*(one for one in rules.rounds if one.code != review.code), review))
    day = max(today.day, review.opens_on or today.day)
    return Change(day, _book_of(today.book, after), round=review, round_before=before, declares=declares)


def _read_time(proposal: Proposal, today: RulesOn) -> Change | str:
    book = today.book
    if proposal.kind is ProposalKind.SENDING_HOURS:
        hours = read_hours(proposal.cells, today)
        if isinstance(hours, str):
            return hours
        return Change(today.day, _book_of(book, replace(book.rules, sending_hours=hours.own)), time=hours)
    day = read_day(proposal.cells, today)
    return day if isinstance(day, str) else Change(today.day, _book_of(book, with_day(book.rules, day)), time=day)


async def _read_table(proposal: Proposal, today: RulesOn, entries: Entries) -> Change | str:
    given = read_rows(proposal.cells.get(ROWS, ""))
    if given is None:
        return _("The rows of this table cannot be read any more; please propose it anew.")
    book = today.book
    table = await entries.read_table(
        proposal.cells.get(SHEET, ""), given, book.library, home=book.home, today=today.day
    )
    wrong = next((one for row in table.rows for one in row.problems), None)
    if wrong is not None:
        return start_sentence(say_problem(wrong))
    change = compare(table, book.rules, replaces=proposal.cells.get(REPLACES) == YES)
    if change.is_empty:
        return _("Nothing in it differs any more from what is in force.")
    return change_of(change, today)


def change_of(table: TableChange, today: RulesOn) -> Change:
    """The rules once a table is in force. Rows that begin later are looked at on the first day of the latest."""
    begins = [one.valid_from for one in table.stored if one.valid_from is not None]
    day = max(today.day, min(begins, default=today.day))
    return Change(day, _book_of(today.book, with_table(today.book.rules, table)), table=table)


async def count_effects(
    change: Change, scope: UnitCode | None, today: RulesOn, profiles: Profiles, most: int = _MOST_JUDGED
) -> Effects:
    """Whose verdicts differ on the first day of the change, over the people whom it reaches; at most so many."""
    before, after = today.book.on(change.day), change.after.on(change.day)
    units = None if scope is None else today.units_within((scope,))
    people = judged = changed = 0
    if isinstance(change.time, HoursChange):
        return Effects()  # nobody's verdict rests on the hour at which something is sent
    of_deadlines, of_days = change.round is not None, change.time is not None
    counted: Counter[Shift] = Counter()
    async for person in profiles.stream_people(units):
        if people == _MOST_PEOPLE or judged == most:
            return Effects(people, changed, is_partial=True, of_deadlines=of_deadlines, of_days=of_days, shifts=counted)
        people += 1
        if not _may_touch(change, person):
            continue
        judged += 1
        if of_deadlines:
            changed += _deadlines(person, before) != _deadlines(person, after)
            continue
        if of_days:
            changed += _days(person, before) != _days(person, after)
            continue
        shifts = shifts_of(person, before, after)
        changed += bool(shifts)
        counted.update(shifts)
    return Effects(people, changed, of_deadlines=of_deadlines, of_days=of_days, shifts=counted)


def _deadlines(person: Person, rules: RulesOn) -> dict[object, object]:
    return {one.criterion: (one.deadline, one.round) for one in evaluate(person, rules)}


def _days(person: Person, rules: RulesOn) -> dict[object, object]:
    return {one.criterion: verdict_of(one) for one in evaluate(person, rules)}


def _may_touch(change: Change, person: Person) -> bool:
    """Whether the change can bear on this person at all. A row of a table may, by being loaded, on anybody."""
    ruling = change.ruling or change.withdrawn
    if ruling is not None:
        return any(one.kind == ruling.kind for one in person.credentials)
    if change.table is not None:
        groups = {
            one.position_group
            for one in (*change.table.stored, *change.table.removed)
            if isinstance(one, TitleStandard)
        }
        return not groups or person.position_group in groups
    return not isinstance(change.row, TitleStandard) or change.row.position_group == person.position_group


def _ruling(draft: RulingDraft, proposal: Proposal, confirmer: Signatory, on: date) -> Ruling:
    """The ruling as of its confirmation: never in force on days before anybody confirmed it."""
    return Ruling(
        id=_UNNUMBERED,
        criterion=draft.criterion,
        kind=draft.kind,
        counts_as=draft.counts_as,
        given_by=proposal.proposed_by,
        given_on=day_in_vietnam(proposal.proposed_at),
        confirmed_by=confirmer,
        confirmed_on=on,
        valid_from=max(draft.valid_from or on, on),
        valid_to=draft.valid_to,
        level_from=draft.level_from,
        level_to=draft.level_to,
        months_valid=draft.months_valid if draft.counts_as is not None else None,
        issued_from=draft.issued_from,
        issued_to=draft.issued_to,
        document=draft.document,
        point=draft.point if draft.document is not None else None,
        reason=draft.reason,
        scope=proposal.scope,
    )


def _with_row(
    rules: DeclaredRules, row: RecognitionRow | TitleStandard, replaced: RecognitionRow | TitleStandard | None
) -> DeclaredRules:
    if isinstance(row, TitleStandard):
        return replace(rules, standards=(*(one for one in rules.standards if one != replaced), row))
    return replace(rules, recognition=(*(one for one in rules.recognition if one != replaced), row))


def _book_of(book: RuleBook, rules: DeclaredRules) -> RuleBook:
    return RuleBook.of(book.library, rules, book.calendar, book.home)
