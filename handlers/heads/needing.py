"""Who of my people needs a decision of mine, and which one? The list behind the weekly digest."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from handlers import next_steps
from handlers.asking import PUSHED, Choice
from handlers.heads.escalation_words import first_deadline, state_lacking
from handlers.heads.escalations import Desk
from handlers.heads.others import refuse
from handlers.notices.digests import describe_stages
from handlers.phrases import _, ngettext, show_day, show_number
from handlers.reply import Line, Reply
from handlers.rights import units_headed, units_in_scope
from handlers.visit import Visit
from handlers.wording import name_criteria
from knowledge.cases import Trigger
from knowledge.digesting import stage_of
from knowledge.escalating import Offered
from knowledge.evaluate import evaluate
from knowledge.facts import Person, PersonCode
from knowledge.findings import Finding
from knowledge.rulebook import RulesOn
from knowledge.triggers import list_cases

_MOST_PEOPLE = 5_000
_MOST_LISTED = 10
_MOST_CHOICES = 5
_DECISIONS = (Trigger.UNANSWERED, Trigger.UNDECIDED)


@dataclass(frozen=True, slots=True)
class _Needing:
    person: Person
    trigger: Trigger
    lacking: tuple[Finding, ...]

    @property
    def due(self) -> date:
        return first_deadline(self.lacking)


@dataclass
class _Seen:
    """Everybody in the reader's scope, counted; the reader is no case of their own."""

    reader: PersonCode
    rules: RulesOn
    offered: Offered
    people: list[PersonCode] = field(default_factory=list)
    stages: Counter[tuple[str | None, str]] = field(default_factory=Counter)
    overdue: set[PersonCode] = field(default_factory=set)
    _needing: list[_Needing] = field(default_factory=list)

    def see(self, person: Person) -> None:
        rules = self.rules
        self.people.append(person.code)
        findings = evaluate(person, rules)
        found = ((one.criterion, stage_of(one, rules.library.policy.escalation)) for one in findings)
        self.stages.update((criterion, stage.value) for criterion, stage in found if stage is not None)
        if person.code == self.reader:
            return
        offered = self.offered.get(person.code, frozenset())
        for case in list_cases(person, findings, rules, is_reachable=True, offered=offered):
            if case.trigger in _DECISIONS:
                about = tuple(one for one in findings if one.criterion in case.criteria)
                self._needing.append(_Needing(person, case.trigger, about))
            elif case.trigger is Trigger.OVERDUE:
                self.overdue.add(person.code)

    def list_needing(self) -> list[_Needing]:
        return sorted(self._needing, key=lambda one: (_DECISIONS.index(one.trigger), one.due, one.person.code))


async def list_needing(visit: Visit, reader: Person, desk: Desk) -> Reply:
    """Who needs a decision?"""
    rules = visit.rules
    today = rules.book.on(visit.today)
    scope = units_in_scope(reader, today)
    if not scope:
        await desk.audit.record(reader.code, "look_refused", "unit", desk.clock.now(), {"channel": visit.asked.channel})
        return refuse(visit)
    seen = _Seen(reader.code, rules, await desk.cases.list_offered())
    async for one in desk.profiles.stream_people(scope):
        if len(seen.people) >= _MOST_PEOPLE:
            return Reply(
                title=_("Your scope holds too many people for a chat. Please name a unit."),
                choices=(next_steps.unit_gaps(), next_steps.help_me()),
            )
        seen.see(one)
    await desk.audit.record(reader.code, "looked_at_unit", "decisions", desk.clock.now(), {"people": len(seen.people)})
    needing = seen.list_needing()
    lines = [_describe(one, rules) for one in needing[:_MOST_LISTED]]
    if len(needing) > _MOST_LISTED:
        lines.append(Line(_("and {n} more people.").format(n=show_number(len(needing) - _MOST_LISTED))))
    unreached = len(seen.people) - len(await desk.cases.find_reached(seen.people, PUSHED))
    lines += _count(len(seen.overdue), unreached)
    counted, picture = describe_stages([[*key, n] for key, n in seen.stages.items()], rules.library)
    return Reply(_title(needing), (*lines, *counted), choices=_choices(needing, reader, today), picture=picture)


def _title(needing: Sequence[_Needing]) -> str:
    people = len({one.person.code for one in needing})
    if not people:
        return _("Nobody of your people waits for a decision on study.")
    return ngettext("{n} person needs a decision on study", "{n} people need a decision on study", people).format(
        n=show_number(people)
    )


def _describe(one: _Needing, rules: RulesOn) -> Line:
    texts = {
        Trigger.UNANSWERED: _("{name} ({code}): the request to study waits for an answer; {what}"),
        Trigger.UNDECIDED: _("{name} ({code}): to be sent to study or not; {what}; deadline {day}"),
    }
    text = texts[one.trigger].format(
        name=one.person.name,
        code=one.person.code,
        what=name_criteria(rules.library, one.lacking),
        day=show_day(one.due) if one.due != date.max else "–",
    )
    return state_lacking(text, one.lacking, rules)


def _count(overdue: int, unreached: int) -> list[Line]:
    lines: list[Line] = []
    if overdue:
        lines.append(Line(_("{n} people are past a deadline.").format(n=show_number(overdue))))
    if unreached:
        text = _("{n} people have no channel by which reminders reach them.")
        lines.append(Line(text.format(n=show_number(unreached))))
    return lines


def _choices(needing: Sequence[_Needing], reader: Person, today: RulesOn) -> tuple[Choice, ...]:
    """A head decides: each person can be proposed for study; who serves as HR opens the person."""
    headed = units_headed(reader, today)
    acts: dict[Choice, None] = {}
    for one in needing[:_MOST_CHOICES]:
        named = f"{one.person.name} ({one.person.code})"
        if one.trigger is Trigger.UNANSWERED:
            acts[next_steps.study_waiting()] = None
        elif one.person.unit in headed:
            acts[Choice(_("Study: {name}").format(name=named), "study.propose", one.person.code)] = None
        else:
            acts[Choice(named, "person", one.person.code)] = None
    return (*acts, next_steps.unit_gaps())
