"""Who of my people needs a decision of mine, and which one? The list behind the weekly digest."""

from collections.abc import Sequence
from datetime import date

from handlers import next_steps
from handlers.asking import PUSHED, Choice
from handlers.heads.escalation_words import first_deadline, state_lacking
from handlers.heads.escalations import Desk
from handlers.heads.unit import LIST, Shown
from handlers.heads.unit_seen import Filter, Needing, look
from handlers.heads.units_meant import find_meant, too_many
from handlers.phrases import _, ngettext, show_day, show_number
from handlers.reply import Line, Reply
from handlers.rights import units_headed
from handlers.visit import Visit
from handlers.wording import name_criteria
from knowledge.cases import Trigger
from knowledge.digesting import Stage
from knowledge.facts import Person
from knowledge.rulebook import RulesOn

_MOST_LISTED = 10
_MOST_CHOICES = 5


async def list_needing(visit: Visit, reader: Person, desk: Desk) -> Reply:
    """Who needs a decision?"""
    rules = visit.rules
    today = rules.book.on(visit.today)
    meant = await find_meant(visit, reader, visit.subject, audit=desk.audit, clock=desk.clock)
    if isinstance(meant, Reply):
        return meant
    seen = await look(meant.codes, reader.code, rules, profiles=desk.profiles, cases=desk.cases)
    if seen is None:
        return too_many(meant, "digest.list", today)
    await desk.audit.record(reader.code, "looked_at_unit", "decisions", desk.clock.now(), {"people": len(seen.people)})
    needing = seen.list_needing()
    lines = [_describe(one, rules) for one in needing[:_MOST_LISTED]]
    if len(needing) > _MOST_LISTED:
        lines.append(Line(_("and {n} more people.").format(n=show_number(len(needing) - _MOST_LISTED))))
    unreached = len(seen.people) - len(await desk.cases.find_reached(seen.people, PUSHED))
    lines += _count(len(seen.overdue), unreached)
    overdue = Shown(meant.code, Filter(stage=Stage.OVERDUE)).choice(_("Who is past the deadline?"), LIST)
    acts = _choices(needing, reader, today)
    choices = (*acts, *(overdue if seen.overdue else ()), next_steps.unit_glance(meant.code))
    return Reply(_title(needing), tuple(lines), choices=choices)


def _title(needing: Sequence[Needing]) -> str:
    people = len({one.person.code for one in needing})
    if not people:
        return _("Nobody of your people waits for a decision on study.")
    return ngettext("{n} person needs a decision on study", "{n} people need a decision on study", people).format(
        n=show_number(people)
    )


def _describe(one: Needing, rules: RulesOn) -> Line:
    texts = {
        Trigger.UNANSWERED: _("{name} ({code}): the request to study waits for an answer; {what}"),
        Trigger.UNDECIDED: _("{name} ({code}): to be sent to study or not; {what}; deadline {day}"),
    }
    text = texts[one.trigger].format(
        name=one.person.name,
        code=one.person.code,
        what=name_criteria(rules.library, one.lacking),
        day=show_day(first_deadline(one.lacking)) if first_deadline(one.lacking) != date.max else "–",
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


def _choices(needing: Sequence[Needing], reader: Person, today: RulesOn) -> tuple[Choice, ...]:
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
    return tuple(acts)
