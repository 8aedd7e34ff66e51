"""A breach of personal data: its clock from detection, the steps of the data, warnings, and the draft of the report."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from handlers.inquiries import clean
from handlers.notifying import Notifying, notify
from handlers.phrases import _, show_day_of, show_moment
from handlers.ports import Audit, Breaches, Clock, Staff
from handlers.reply import Letterhead, Line, Paper, PaperTable
from handlers.rights import serves_home
from handlers.stating import state_for
from knowledge.facts import Role
from knowledge.local_time import VIETNAM, day_in_vietnam
from knowledge.privacy import BreachRules, BreachStep
from knowledge.rulebook import RulesOn
from storage.records import Breach, BreachStepDone, LetterKind, NewNotice, NoticeKind

_LONGEST = 2_000
_LONG_AGO = timedelta(days=365)
_MOMENTS = ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M:%S")
_BLANK = "……………………………………"


class NotABreachError(ValueError):
    """There is no such breach, or what was given for it cannot be taken; str() is one sentence for the reader."""

    def __init__(self, about: int | str) -> None:
        super().__init__(
            _("There is no open breach {number}.").format(number=about) if isinstance(about, int) else about
        )


@dataclass(frozen=True, slots=True)
class Desk:
    """The drawers that breaches need, and how people are warned."""

    breaches: Breaches
    staff: Staff
    audit: Audit
    clock: Clock
    by: Notifying


async def open_breach(title: str, detected_at: datetime | None, by: str, today: RulesOn, desk: Desk) -> Breach:
    """Begin the clock; without a moment it was detected now."""
    words, now = clean(title)[:_LONGEST], desk.clock.now()
    detected = detected_at or now
    if not words:
        raise NotABreachError(_("Please say in a few words what was found."))
    if detected > now:
        raise NotABreachError(_("A breach cannot have been detected later than now."))
    if detected < now - _LONG_AGO:
        text = _("{day} is more than a year ago; please check the year.")
        raise NotABreachError(text.format(day=show_day_of(detected)))
    due = today.library.privacy.breach.due_at(detected)
    kept = await desk.breaches.open_breach(Breach(detected, now, by, due, words))
    await desk.audit.record(by, "breach_opened", f"breach:{kept.number}", now, {"due": due.isoformat()})
    await remind(today, desk)
    return kept


def read_detected(written: str) -> datetime | None:
    """When it was detected, by the clock of Việt Nam, as forms and people write it; None for nothing written: now."""
    if not written.strip():
        return None
    for form in _MOMENTS:
        try:
            return datetime.strptime(written.strip(), form).replace(tzinfo=VIETNAM)
        except ValueError:
            continue
    raise NotABreachError(_("{given} is no moment; write it like 2026-11-21 14:30.").format(given=written))


async def take_step(number: int, step: str, note: str, by: str, today: RulesOn, desk: Desk) -> Breach:
    """Keep that a step was taken, with a note of what came of it."""
    known = {one.code for one in today.library.privacy.breach.steps}
    if step not in known:
        text = _("There is no step {step}. Steps: {known}.")
        raise NotABreachError(text.format(step=step, known=", ".join(sorted(known))))
    await _get_open(number, desk)
    now = desk.clock.now()
    await desk.breaches.take_step(number, BreachStepDone(step, by, now, clean(note)[:_LONGEST]))
    await desk.audit.record(by, "breach_step", f"breach:{number}", now, {"step": step})
    return await _get_open(number, desk)


async def close(number: int, by: str, today: RulesOn, desk: Desk) -> Breach:
    """End it; whichever steps were not taken stay visible as such."""
    del today
    now = desk.clock.now()
    found = await _get_open(number, desk)
    await desk.breaches.close_breach(number, by, now)
    details = {"steps": sorted({one.step for one in found.steps})}
    await desk.audit.record(by, "breach_closed", f"breach:{number}", now, details)
    return next(one for one in await desk.breaches.list_breaches() if one.number == number)


async def remind(today: RulesOn, desk: Desk) -> int:
    """Warn at each mark of the clock, once, administrators, data officers and HR of this province; how many."""
    rules, now, told = today.library.privacy.breach, desk.clock.now(), 0
    for one in await desk.breaches.list_breaches(only_open=True):
        mark = rules.warning_of(one.due_at, now)
        mark = rules.hours if mark is None else mark
        if not await desk.breaches.mark_warned(one.number, mark):
            continue
        for officer in await desk.staff.list_staff():
            if not (serves_home(officer, today) or officer.roles & {Role.ADMINISTRATOR, Role.DATA_OFFICER}):
                continue
            key = f"privacy:breach:{one.number}:{mark}:{officer.code}"
            payload = {"breach": one.number, "due": one.due_at.isoformat(), "mark": mark, "to": officer.code}
            notice = NewNotice(NoticeKind.PRIVACY, key, "breach", (officer.code,), payload)
            told += await notify(officer, notice, LetterKind.BREACH, one.number, today, desk.by, waits_for_work=False)
    return told


async def _get_open(number: int, desk: Desk) -> Breach:
    found = next((one for one in await desk.breaches.list_breaches(only_open=True) if one.number == number), None)
    if found is None:
        raise NotABreachError(number)
    return found


def hours_left(breach: Breach, now: datetime) -> int:
    """Whole hours until it must be reported; negative once that has passed."""
    return (breach.due_at - now) // timedelta(hours=1)


def describe_clock(breach: Breach, now: datetime) -> str:
    """How its clock stands, in words."""
    if breach.closed_at is not None:
        return _("closed on {day}").format(day=show_day_of(breach.closed_at))
    left = hours_left(breach, now)
    if left < 0:
        return _("overdue since {moment}").format(moment=show_moment(breach.due_at))
    return _("{n} hours left, until {moment}").format(n=left, moment=show_moment(breach.due_at))


def describe(breach: Breach, rules: BreachRules, now: datetime) -> Iterator[str]:
    """The breach with its clock and every step, a line each."""
    yield _("Breach {number}: {title}").format(number=breach.number, title=breach.title)
    clock = describe_clock(breach, now)
    yield _("Detected at {moment}; {clock}").format(moment=show_moment(breach.detected_at), clock=clock)
    taken = {one.step: one for one in breach.steps}
    for step in rules.steps:
        done = taken.get(step.code)
        note = f" – {done.note}" if done is not None and done.note else ""
        yield f"  [{'x' if done is not None else ' '}] {step.code}: {step.name}{note}"


def as_values(breach: Breach) -> dict[str, Any]:
    """The breach as other programs read it."""
    return {
        "number": breach.number,
        "title": breach.title,
        "detected": breach.detected_at.isoformat(),
        "due": breach.due_at.isoformat(),
        "closed": breach.closed_at.isoformat() if breach.closed_at is not None else None,
        "steps": [{"step": one.step, "by": one.done_by, "at": one.done_at.isoformat()} for one in breach.steps],
    }


def list_steps(breach: Breach, today: RulesOn) -> Sequence[tuple[BreachStep, datetime, BreachStepDone | None]]:
    """Every step with until when it is best taken, and how it was, if it was."""
    rules = today.library.privacy.breach
    taken = {one.step: one for one in breach.steps}
    return [
        (step, breach.detected_at + timedelta(hours=step.within_hours or rules.hours), taken.get(step.code))
        for step in rules.steps
    ]


def draft_report(breach: Breach, today: RulesOn, now: datetime) -> Paper:
    """The draft of what is reported: what is known, and blanks for what is not."""
    rules = today.library.privacy.breach
    notes = {one.step: one.note for one in breach.steps}
    known = (
        (_("Found"), breach.title),
        (_("Detected at"), show_moment(breach.detected_at)),
        (_("To be reported by"), show_moment(breach.due_at)),
        (_("Kind and scope of the data"), notes.get("assess") or _BLANK),
        (_("Number of people concerned"), _BLANK),
        (_("Possible harm"), _BLANK),
        (_("What was done at once"), notes.get("contain") or _BLANK),
        (_("How the cause is mended"), notes.get("mend") or _BLANK),
        (_("Reason, where it is reported late"), _BLANK),
        (_("Contact of the data officer"), _BLANK),
    )
    steps = tuple(
        (step.name, show_moment(done.done_at) if done is not None else _("not yet"), done.note if done else "")
        for step, _due, done in list_steps(breach, today)
    )
    cites = [today.library.cite(basis) for basis in rules.basis]
    told = _("It is reported within {n} hours of its detection, to: {whom}.").format(n=rules.hours, whom=rules.to)
    return Paper(
        name=f"bao-cao-su-co-{breach.number}",
        title=_("Report of a breach of personal data (draft)"),
        subtitle=_("Breach {number}").format(number=breach.number),
        letterhead=Letterhead("", "", "", day_in_vietnam(now)),
        tables=(
            PaperTable(known, title=_("What is known"), widths=(5.5, 11.0)),
            PaperTable(steps, header=(_("Step"), _("Taken"), _("Note")), title=_("Steps"), widths=(8.0, 3.5, 5.0)),
        ),
        paragraphs=(
            state_for(told, cites, today, today.book.home) if cites else Line(told),
            Line(
                _("Not known here for certain: {text} Ask: {whom}.").format(
                    text=rules.not_known, whom=today.library.privacy.ask
                )
            ),
        ),
        closing=_("Draft made on {moment}; blanks are to be filled in by hand.").format(moment=show_moment(now)),
        printed_at=now,
    )
