"""The weekly digest, put into words when it is sent: counts by criterion and stage, and a small picture of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from handlers import next_steps
from handlers.asking import Choice
from handlers.audit_words import SHORTEST, line_of
from handlers.notices.composing import Dropped, Present, seen
from handlers.notices.escalations import describe_counts
from handlers.phrases import _, ngettext, show_day, show_number
from handlers.reply import Chart, Line, Reply
from handlers.rights import province_of, serves_home, serves_whole_province, units_in_scope, units_served
from handlers.wording import name_criterion
from knowledge.cases import Trigger
from knowledge.digesting import Stage, week_of
from knowledge.facts import CriterionCode, Person, UnitCode
from knowledge.library import Library
from knowledge.owed import Owed
from knowledge.rulebook import RulesOn
from storage.records import Delivery, Notice

# The parts of a bar, and how stages fall into them.
_PARTS = ((Stage.OVERDUE,), (Stage.NEAR,), (Stage.LATER, Stage.UNDATED, Stage.EXPIRING), (Stage.WAITING, Stage.OPEN))
_MOST_UNITS = 3
ENDS_TOLD = 7  # of the days of a week


async def compose(notice: Notice, delivery: Delivery, present: Present) -> Reply | Dropped:
    """How does my unit, or the province that I serve, stand this week? Dropped where it is mine no more, or over."""
    payload, rules = notice.payload, present.rules
    if notice.stage != week_of(rules.day):  # counts of a week that is over would be told as this one's
        return Dropped("passed")
    units = [UnitCode(code) for code in payload["units"]]
    if not _is_theirs(units, payload.get("served"), present.person, rules):
        return Dropped("moved")
    names = [unit.name for code in units if (unit := rules.find_unit(code)) is not None]
    named = ", ".join([*names[:_MOST_UNITS], *([f"+{len(names) - _MOST_UNITS}"] if len(names) > _MOST_UNITS else [])])
    as_of = _("As of {day}").format(day=show_day(date.fromisoformat(payload["day"])))
    counted, picture = describe_stages(payload["counts"], rules.library, as_of)
    lines = [_people(payload["people"])] if payload["people"] else []
    policy = rules.library.policy.escalation
    lines += _describe_needs(payload, policy.undecided_days_before)  # what asks for a decision, before all figures
    lines += counted if payload["people"] else []
    lines += _describe_ends(present) if not units and serves_home(present.person, rules) else []
    monday = rules.day - timedelta(days=rules.day.weekday())
    title = _("Weekly digest of title standards, week from {day}").format(day=show_day(monday))
    if named:
        title = _("Weekly digest of title standards, week from {day}: {units}").format(
            day=show_day(monday), units=named
        )
    return Reply(
        title,
        tuple(lines),
        choices=(*_choices(payload), seen(delivery.id)),
        picture=picture,
    )


def _is_theirs(units: Sequence[UnitCode], served: str | None, person: Person, rules: RulesOn) -> bool:
    """Whether somebody still sees all that was counted: these units, or a whole province; and serves what they served.

    What waits for HR was counted for `served`, a unit or a province; None for whoever served none, or an older notice.
    """
    if not units_in_scope(person, rules) >= set(units) or not (units or serves_whole_province(person)):
        return False
    if served is None:
        return True
    if served in rules.book.units:
        return served in units_served(person, rules)
    return serves_whole_province(person) and province_of(person.unit, rules) == served


def _describe_ends(present: Present) -> list[Line]:
    """The ends of the audit chain that were signed since the last digest: HR holds them where no one can change them.

    Nobody who rules the server can take back what stands in a chat. So many signs of each are enough to compare.
    """
    week = timedelta(days=ENDS_TOLD)
    ends = [one for one in present.seals if timedelta() <= present.rules.day - one.day <= week]
    if not ends:
        return []
    head = _("Signed ends of the records of who did what, by day. Please keep this message: it shows later changes.")
    lines = [line_of(one.day, one.number, one.hash[:SHORTEST]) for one in ends]
    return [Line(head), *(Line(line, is_item=True) for line in lines)]


def preview(owed: Owed) -> str:
    """The same as far as it is known when it is planned."""
    lines = [_people(owed.payload["people"])] if owed.payload["people"] else []
    return " ".join(line.text for line in [*lines, *_describe_needs(owed.payload, None)])


def describe_stages(
    counts: Sequence[Sequence[Any]], library: Library, title: str = ""
) -> tuple[list[Line], Chart | None]:
    """Counts (criterion, stage, how many) in words, one line for each criterion, and the picture of them."""
    rows = _rows(counts)
    return _describe_rows(rows, library), _draw(rows, library, title)


def name_stage(stage: Stage, n: int) -> str:
    """So many in a stage, inside a sentence."""
    texts = {
        Stage.OVERDUE: _("{n} past the deadline"),
        Stage.NEAR: _("{n} due soon"),
        Stage.LATER: _("{n} due later"),
        Stage.UNDATED: _("{n} without a deadline"),
        Stage.WAITING: _("{n} waiting to be verified"),
        Stage.OPEN: _("{n} not yet decided"),
        Stage.EXPIRING: _("{n} soon expiring"),
    }
    return texts[stage].format(n=show_number(n))


def _people(people: int) -> Line:
    text = ngettext(
        "{n} person has something to complete, to clear up or to renew.",
        "{n} people have something to complete, to clear up or to renew.",
        people,
    )
    return Line(text.format(n=show_number(people)))


_Rows = Mapping[CriterionCode | None, Mapping[Stage, int]]


def _rows(counts: Sequence[Sequence[Any]]) -> _Rows:
    rows: dict[CriterionCode | None, dict[Stage, int]] = defaultdict(dict)
    for criterion, stage, n in counts:
        rows[CriterionCode(criterion) if criterion is not None else None][Stage(stage)] = n
    return dict(sorted(rows.items(), key=lambda row: (-sum(row[1].values()), row[0] or "")))


def _describe_rows(rows: _Rows, library: Library) -> list[Line]:
    """One line for each criterion, in the order of the bars of the picture."""
    return [
        Line(
            _("{criterion}: {stages}.").format(criterion=_name(criterion, library), stages=_list_stages(stages)),
            is_item=True,
        )
        for criterion, stages in rows.items()
    ]


def _name(criterion: CriterionCode | None, library: Library) -> str:
    return name_criterion(library, criterion) if criterion is not None else _("Standards not loaded")


def _list_stages(stages: Mapping[Stage, int]) -> str:
    return ", ".join(name_stage(stage, stages[stage]) for stage in Stage if stages.get(stage))


def _draw(rows: _Rows, library: Library, title: str) -> Chart | None:
    bars = tuple(tuple(sum(stages.get(one, 0) for one in part) for part in _PARTS) for stages in rows.values())
    if not bars:
        return None
    said = [f"{_name(criterion, library)}: {_list_stages(stages)}" for criterion, stages in rows.items()]
    return Chart(
        bars,
        _("Bar chart by criterion. {rows}.").format(rows="; ".join(said)),
        title=title,
        labels=tuple(_name(criterion, library) for criterion in rows),
        legend=(_("past the deadline"), _("due soon"), _("due later, or no deadline"), _("waits for HR or a rule")),
    )


def _describe_needs(payload: Mapping[str, Any], undecided_days: int | None) -> list[Line]:
    """Who needs what decision, counted; then what waits for HR."""
    cases = {Trigger(trigger): n for trigger, n in payload["cases"].items() if Trigger(trigger) is not Trigger.OVERDUE}
    lines = describe_counts(cases, undecided_days)
    desk = payload["desk"]
    texts = (
        ("evidence", _("{n} certificates wait to be verified.")),
        ("unproven", _("{n} certificates in the roster wait for verification, with nothing handed in for them.")),
        ("inquiries", _("{n} questions wait for an answer of HR.")),
        ("proposals", _("{n} proposals wait for a second person of HR.")),
        ("unclear", _("{n} messages of which it is not known whether they arrived.")),
    )
    return [
        *lines,
        *(Line(text.format(n=show_number(desk[name])), is_item=True) for name, text in texts if desk.get(name)),
    ]


def _choices(payload: Mapping[str, Any]) -> list[Choice]:
    choices = [next_steps.needing()] if payload["people"] else []
    if payload["desk"].get("evidence") or payload["desk"].get("unproven"):
        choices.append(next_steps.review())
    if payload["desk"].get("inquiries"):
        choices.append(next_steps.inbox())
    if payload["desk"].get("proposals"):
        choices.append(next_steps.rulings())
    return choices
