"""Who in my unit is missing what, and whose certificates soon count no longer? Every look is in the audit chain."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from handlers import next_steps
from handlers.asking import Choice
from handlers.heads.unit_seen import MOST_PEOPLE
from handlers.heads.units_meant import Meant, find_meant, too_many
from handlers.phrases import _, ngettext, show_day
from handlers.ports import Audit, Clock, Profiles
from handlers.reply import Line, Reply
from handlers.stating import Ground, state_on
from handlers.verdicts import grounds_of, is_doubtful, territory_of
from handlers.visit import Visit
from handlers.wording import name_criteria, name_criterion
from knowledge.evaluate import evaluate
from knowledge.facts import Person
from knowledge.findings import Finding, State
from knowledge.rulebook import RulesOn
from knowledge.understanding.meaning import Wish

_MOST_LISTED = 10


async def list_unit_gaps(visit: Visit, person: Person, *, profiles: Profiles, audit: Audit, clock: Clock) -> Reply:
    """Who in my unit is missing what?"""
    meant = await find_meant(visit, person, "", audit=audit, clock=clock)
    if isinstance(meant, Reply):
        return meant
    judged: list[tuple[Person, tuple[Finding, ...]]] = []
    async for one in profiles.stream_people(meant.codes):
        judged.append((one, evaluate(one, visit.rules)))
        if len(judged) > MOST_PEOPLE:
            return too_many(meant, "unit.glance", visit.rules.book.on(visit.today))
    await audit.record(person.code, "looked_at_unit", meant.subject, clock.now(), {"people": len(judged)})
    if Wish.EXPIRING in visit.wishes:
        return _describe_expiring(judged, meant.name, visit)
    return _describe_unit(judged, meant, visit)


def _describe_unit(judged: Sequence[tuple[Person, tuple[Finding, ...]]], meant: Meant, visit: Visit) -> Reply:
    behind = [(one, [finding for finding in findings if finding.is_gap]) for one, findings in judged]
    behind = [(one, gaps) for one, gaps in behind if gaps]
    behind.sort(key=lambda each: (_first_due(each[1]), each[0].code))
    lines = _count_by_criterion([gap for _one, gaps in behind for gap in gaps], visit.rules)
    lines += [describe_member(one, gaps, visit.rules) for one, gaps in behind[:_MOST_LISTED]]
    if len(behind) > _MOST_LISTED:
        lines.append(Line(_("and {n} more people.").format(n=len(behind) - _MOST_LISTED)))
    return Reply(
        title=_("{units}: {behind} of {all} people have something to complete or clear up, as of {day}").format(
            units=meant.name, behind=len(behind), all=len(judged), day=show_day(visit.on)
        ),
        lines=tuple(lines),
        choices=(
            *(Choice(f"{one.name} ({one.code})", "person", one.code) for one, _gaps in behind[:3]),
            *((next_steps.needing(),) if behind else ()),
            next_steps.unit_glance(meant.code),
        ),
    )


def _describe_expiring(judged: Sequence[tuple[Person, tuple[Finding, ...]]], units: str, visit: Visit) -> Reply:
    """Only those whose certificates still count and soon no longer do, the first to end first."""
    ending = [(_ends_on(one), person, one) for person, findings in judged for one in findings]
    ending = [each for each in ending if each[2].state is State.EXPIRING]
    ending.sort(key=lambda each: (each[0], each[1].code))
    lines: list[Line] = []
    for day, person, finding in ending[:_MOST_LISTED]:
        text = _("{name} ({code}): {what} counts only until {day}").format(
            name=person.name,
            code=person.code,
            what=name_criteria(visit.rules.library, [finding]),
            day=show_day(day),
        )
        lines.append(state_on(text, grounds_of(finding, visit.rules), visit.rules, is_item=True))
    if len(ending) > _MOST_LISTED:
        lines.append(Line(_("and {n} more certificates.").format(n=len(ending) - _MOST_LISTED)))
    title = ngettext(
        "{units}: {n} certificate soon expires, as of {day}",
        "{units}: {n} certificates soon expire, as of {day}",
        len(ending),
    )
    if not ending:
        title = _("{units}: no certificate that counts for a standard soon expires, as of {day}")
    return Reply(
        title=title.format(units=units, n=len(ending), day=show_day(visit.on)),
        lines=tuple(lines),
        choices=(next_steps.unit_gaps(), next_steps.my_gaps()),
    )


def _ends_on(finding: Finding) -> date:
    return finding.held.valid_to if finding.held is not None and finding.held.valid_to is not None else date.max


def _first_due(gaps: Sequence[Finding]) -> date:
    return min((gap.deadline for gap in gaps if gap.deadline is not None), default=date.max)


def _count_by_criterion(gaps: Sequence[Finding], rules: RulesOn) -> list[Line]:
    counts = Counter(gap.criterion for gap in gaps if gap.criterion is not None)
    lines: list[Line] = []
    for criterion, _count in counts.most_common():
        alike = [gap for gap in gaps if gap.criterion == criterion]
        for some in filter(None, _parted(alike, rules)):
            grounds = [Ground(cite, territory_of(gap, rules)) for gap in some for cite in gap.basis[:1]]
            text = _("{criterion}: {n} people").format(criterion=name_criterion(rules.library, criterion), n=len(some))
            lines.append(state_on(text, grounds, rules, is_item=True))
    return lines


def _parted(gaps: Sequence[Finding], rules: RulesOn) -> tuple[list[Finding], list[Finding]]:
    """Gaps whose basis holds, and those whose basis does not: the latter are counted apart, as background."""
    return [one for one in gaps if not is_doubtful(one, rules)], [one for one in gaps if is_doubtful(one, rules)]


def describe_member(one: Person, gaps: Sequence[Finding], rules: RulesOn) -> Line:
    """One person of a list: what is to be completed or cleared up, and by when."""
    names = name_criteria(rules.library, gaps)
    what = names or _("standards not loaded")
    due = _first_due(gaps)
    if due == date.max:
        text = _("{name} ({code}): {what}").format(name=one.name, code=one.code, what=what)
    else:
        text = _("{name} ({code}): {what}; deadline {day}").format(
            name=one.name, code=one.code, what=what, day=show_day(due)
        )
    cites = [(cite, gap) for gap in gaps for cite in (*gap.basis[:1], gap.deadline_basis) if cite is not None]
    grounds = [Ground(cite, territory_of(gap, rules)) for cite, gap in cites]
    return state_on(text, grounds, rules, is_item=True) if grounds else Line(text, is_item=True)
