"""A change of verdict in words: where one stood and where one stands now, and what in the rules made it so. Pure."""

from collections.abc import Iterator
from datetime import date

from handlers.phrases import _, show_day
from handlers.verdicts import explain_state
from handlers.wording import name_cited, name_criterion, name_level, start_sentence
from knowledge.causes import Cause, CauseKind
from knowledge.changes import Change
from knowledge.findings import Accountable, Finding, State
from knowledge.library import Library

# What a reader looks for first; the rest is told only where nothing of it differs.
_TOLD = ("required", "deadline", "counts_as", "valid_to", "accountable")
_ELSE_TOLD = ("safe_day", "round", "basis")


def name_subject(change: Change, library: Library) -> str:
    """What the change is about: the criterion, or the standards of the position as a whole."""
    if change.criterion is None:
        return _("Standards of the position")
    return name_criterion(library, change.criterion)


def summarise(change: Change, library: Library) -> tuple[str, str]:
    """Old and new in a few words each: the state, and whatever else is not the same on both sides."""
    old, new = (dict(_facets(side, library)) for side in (change.old, change.new))
    told = [one for one in _TOLD if old.get(one) != new.get(one)]
    if not told and change.old is not None and change.new is not None and change.old.state is change.new.state:
        told = [one for one in _ELSE_TOLD if old.get(one) != new.get(one)]
        if not told:
            return explain_state(change.old, library), explain_state(change.new, library)
    return _join(old, told), _join(new, told)


def explain_cause(cause: Cause, library: Library) -> str:  # noqa: PLR0911, PLR0912, C901 (a table of sentences)
    """What happened in the rules, in one sentence. `library` must know every document that is cited."""
    document = name_cited(library, cause.cite) if cause.cite is not None else ""
    kind = library.kinds.get(cause.kind) if cause.kind is not None else None
    certificate = kind.name if kind is not None else _("certificates of this criterion")
    match cause.happened:
        case CauseKind.STANDARD_ADDED:
            return _("The standard of {document} is new.").format(document=document)
        case CauseKind.STANDARD_CHANGED:
            return _("The standard has changed; it is now that of {document}.").format(document=document)
        case CauseKind.STANDARD_ENDED:
            return _("The standard of {document} no longer applies.").format(document=document)
        case CauseKind.RECOGNITION_ADDED:
            return _("{document} now says what counts for {certificate}.").format(
                document=document, certificate=certificate
            )
        case CauseKind.RECOGNITION_CHANGED:
            return _("What {document} says of {certificate} has changed.").format(
                document=document, certificate=certificate
            )
        case CauseKind.RECOGNITION_WITHDRAWN:
            return _("What {document} said of {certificate} no longer applies.").format(
                document=document, certificate=certificate
            )
        case CauseKind.RULING_GIVEN:
            return _("There is a ruling on {certificate}: {document}.").format(
                document=document, certificate=certificate
            )
        case CauseKind.RULING_WITHDRAWN:
            return _("The ruling {document} on {certificate} no longer applies.").format(
                document=document, certificate=certificate
            )
        case CauseKind.ROUND_OPENED:
            return _("Review round “{name}” now applies, with the deadline {day}.").format(
                name=cause.name, day=_day(cause.now)
            )
        case CauseKind.ROUND_EXTENDED:
            return _("The deadline of review round “{name}” was extended from {was} to {now}.").format(
                name=cause.name, was=_day(cause.was), now=_day(cause.now)
            )
        case CauseKind.ROUND_CHANGED if cause.was != cause.now:
            return _("The deadline of review round “{name}” was moved from {was} to {now}.").format(
                name=cause.name, was=_day(cause.was), now=_day(cause.now)
            )
        case CauseKind.ROUND_CHANGED:
            return _("The conditions of review round “{name}” have changed.").format(name=cause.name)
        case CauseKind.ROUND_CLOSED:
            return _("Review round “{name}” with the deadline {day} is closed.").format(
                name=cause.name, day=_day(cause.was)
            )
        case CauseKind.UNIT_MERGED:
            return _("The unit has been taken over by {unit}.").format(unit=cause.name)
        case CauseKind.UNIT_MOVED:
            return _("The place of the unit among the units has changed.")
        case CauseKind.DOCUMENT_ADDED:
            return _("{document} was added to the library.").format(document=document)
        case CauseKind.DOCUMENT_CHANGED:
            return _("What the library records of {document} has changed.").format(document=document)
        case CauseKind.DOCUMENT_REMOVED:
            return _("{document} was taken out of the library.").format(document=document)
        case CauseKind.RETIREMENT_CHANGED:
            return _("The schedule of retirement ages has changed.")
        case CauseKind.CALENDAR_CHANGED if cause.now is not None:
            return _("In the calendar of working days, {day} has changed.").format(day=_day(cause.now))
        case CauseKind.CALENDAR_CHANGED:
            return _("The calendar of working days has changed.")
        case _:
            return _("The rules in the library have changed.")


def _day(day: date | None) -> str:
    return show_day(day) if day is not None else "–"


def explain_causes(change: Change, library: Library) -> str:
    """All causes of a change, one sentence after another."""
    return " ".join(start_sentence(explain_cause(one, library)) for one in change.why)


def name_state(state: State) -> str:
    """A state in two or three words."""
    return {
        State.MET: _("met"),
        State.EXPIRING: _("met, to be renewed soon"),
        State.PENDING: _("waiting for verification"),
        State.UNDETERMINED: _("not yet decided"),
        State.EXPIRED: _("expired"),
        State.NOT_RECOGNISED: _("not recognised"),
        State.MISSING: _("not met"),
        State.EXEMPT: _("exempt"),
    }[state]


def _facets(finding: Finding | None, library: Library) -> Iterator[tuple[str, str]]:
    """The sides of a verdict that a reader can compare, in words."""
    if finding is None:
        yield "state", _("not asked")
        return
    yield "state", name_state(finding.state)
    if finding.criterion is not None:
        level = name_level(library, finding.criterion, finding.required)
        yield "required", _("{level} required").format(level=level)
    if finding.is_gap:
        yield "deadline", _name_deadline(finding)
    yield "round", _("by no review round") if finding.round is None else _("round {code}").format(code=finding.round)
    if finding.safe_day is not None:
        yield "safe_day", _("safe day {day}").format(day=show_day(finding.safe_day))
    if finding.held is not None and finding.criterion is not None and finding.held.counts_as is not None:
        level = name_level(library, finding.criterion, finding.held.counts_as)
        yield "counts_as", _("counts as {level}").format(level=level)
    if finding.held is not None and finding.held.valid_to is not None:
        yield "valid_to", _("valid to {day}").format(day=show_day(finding.held.valid_to))
    if finding.accountable is not None:
        yield "accountable", _name_accountable(finding.accountable)
    if finding.basis:
        bases = dict.fromkeys(name_cited(library, cite) for cite in finding.basis)
        yield "basis", _("by {documents}").format(documents=", ".join(bases))


def _name_deadline(finding: Finding) -> str:
    if finding.deadline is None:
        return _("no deadline")
    if finding.deadline_included:
        return _("deadline {day}").format(day=show_day(finding.deadline))
    return _("deadline before {day}").format(day=show_day(finding.deadline))


def _name_accountable(accountable: Accountable) -> str:
    return {
        Accountable.OFFICIAL: _("the official answers"),
        Accountable.HEAD: _("the head answers"),
        Accountable.UNASSIGNED: _("nobody answers yet"),
    }[accountable]


def _join(facets: dict[str, str], told: list[str]) -> str:
    return "; ".join([facets["state"], *(facets[one] for one in told if one in facets)])
