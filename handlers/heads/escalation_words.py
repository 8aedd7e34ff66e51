"""Cases that went up, in words for a reader proven to be in charge: who, what is lacking, what was decided. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from handlers.phrases import _, show_day
from handlers.reply import Line
from handlers.stating import Ground, state_on
from handlers.verdicts import territory_of
from handlers.wording import name_criteria, name_criterion
from knowledge.cases import Case, Told, Trigger
from knowledge.chain_above import offices_above
from knowledge.documents import Citation
from knowledge.facts import Person, StudyRecord
from knowledge.findings import Finding
from knowledge.rulebook import RulesOn


@dataclass(frozen=True, slots=True)
class Open:
    """A person with cases that the reader was told of and that are still open, and what they lack."""

    person: Person
    cases: tuple[Case, ...]
    told: tuple[Told, ...]
    lacking: tuple[Finding, ...]

    @property
    def due(self) -> date:
        """The first day of what they lack."""
        return first_deadline(self.lacking)


def first_deadline(lacking: Iterable[Finding]) -> date:
    """The deadline that comes first; a day that never comes where none has one."""
    return min((one.deadline for one in lacking if one.deadline is not None), default=date.max)


def describe(one: Open, rules: RulesOn) -> Line:
    """One person of the list: what is lacking, why it goes up, until when."""
    text = _("{name} ({code}), {position}: {what}; {why}")
    if one.due != date.max:
        text = _("{name} ({code}), {position}: {what}; {why}; deadline {day}")
    text = text.format(
        name=one.person.name,
        code=one.person.code,
        position=one.person.position,
        what=name_criteria(rules.library, one.lacking),
        why=", ".join(dict.fromkeys(name_trigger(case.trigger) for case in one.cases)),
        day=show_day(one.due) if one.due != date.max else "",
    )
    return state_lacking(text, one.lacking, rules)


def state_lacking(text: str, lacking: Iterable[Finding], rules: RulesOn) -> Line:
    """A line about somebody with the basis of each thing that they lack, and of its deadline."""
    grounds = [Ground(cite, territory_of(finding, rules)) for finding in lacking for cite in _cites(finding)]
    return state_on(text, grounds, rules, is_item=True) if grounds else Line(text, is_item=True)


def _cites(finding: Finding) -> list[Citation]:
    return [cite for cite in (*finding.basis[:1], finding.deadline_basis) if cite is not None]


def name_trigger(trigger: Trigger) -> str:
    """Why a case goes up, inside a sentence."""
    return {
        Trigger.OVERDUE: _("past the deadline"),
        Trigger.UNANSWERED: _("request to study not answered"),
        Trigger.UNDECIDED: _("no decision on study"),
        Trigger.UNREACHABLE: _("no channel reaches them"),
    }[trigger]


def describe_study(study: Sequence[StudyRecord], one: Open, rules: RulesOn) -> list[Line]:
    """What was asked and decided, the latest last; that nothing was is said too."""
    about = {criterion for case in one.cases for criterion in case.criteria}
    said: list[tuple[date, str]] = []
    for record in study:
        if record.criterion is not None and record.criterion not in about:
            continue
        for day, text in (
            (record.requested_on, _("{day}: asked to be sent to study.")),
            (record.refused_on, _("{day}: the request was refused.")),
            (record.assigned_on, _("{day}: sent to study.")),
            (record.declined_on, _("{day}: declined to go.")),
            (record.not_attended_on, _("{day}: did not attend.")),
        ):
            if day is not None and day <= rules.day:
                said.append((day, text.format(day=show_day(day))))
    if not said:
        text = _("On record nobody has asked for or decided on study of this person for: {criteria}.")
        names = "; ".join(name_criterion(rules.library, criterion).lower() for criterion in sorted(about))
        return [Line(text.format(criteria=names))]
    return [Line(text, is_item=True) for _day, text in sorted(said)]


def order_of(person: Person, rules: RulesOn) -> Mapping[str, int]:
    """The place of each post above a person: units from their own upwards, then offices."""
    line = rules.line_above(person.unit)
    rungs = [f"unit:{code}" for code in line] + [f"staff:{code}" for code in line] + ["staff"]
    offices = offices_above(person.unit, person.managed_by, rules)
    rungs += [f"office:{rung.office.id}" for rung in offices if rung.office is not None]
    return {rung: place for place, rung in enumerate(rungs)}


def place_of(told: Told, order: Mapping[str, int]) -> int:
    """The place of a rung once told; one that is above the person no more counts as high as it may have stood.

    So nobody comes to see, by a unit that was merged or a post that another body manages now, what went above them.
    """
    if told.post in order:
        return order[told.post]
    if told.post.startswith("unit:"):
        return max((place for known, place in order.items() if known.startswith("unit:")), default=0)
    return len(order)
