"""A case that goes to those above, put into words when it is sent: how many people and why, never who or what."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from handlers.asking import Choice
from handlers.notices.composing import Dropped, Partly, Present, seen
from handlers.phrases import _, ngettext, show_number
from handlers.reply import Line, Reply
from handlers.rights import units_in_scope
from handlers.stating import Ground, state_on
from knowledge.cases import Trigger
from knowledge.chain_above import find_note, offices_above
from knowledge.evaluate import evaluate
from knowledge.facts import Person, PersonCode, Role, UnitCode
from knowledge.owed import Owed
from knowledge.rulebook import RulesOn
from knowledge.triggers import list_cases
from storage.records import Delivery, Notice

LIST = "escalation.list"
_OFFICE = "office:"


async def compose(notice: Notice, delivery: Delivery, present: Present) -> Reply | Partly | Dropped:
    """What needs my attention as a head, or as HR for an office above?

    Cases that ended meanwhile, people who have gone, and units that are the recipient's no more are left out, and
    given back as not told.
    """
    open_now: dict[PersonCode, set[tuple[Trigger, str]]] = {}
    told: list[tuple[Person, Trigger, str]] = []
    untold: list[Sequence[str]] = []
    scope, reason = units_in_scope(present.person, present.rules), "gone"
    for entry in notice.payload["cases"]:
        code, trigger, subject, rung = entry
        person = present.about.get(PersonCode(code))
        if person is None:
            untold.append(entry)
            continue
        if not may_be_told(present.person, person, scope):
            untold.append(entry)
            reason = "moved"
            continue
        if person.code not in open_now:
            open_now[person.code] = _cases_of(person, present)
        if (Trigger(trigger), subject) in open_now[person.code]:
            told.append((person, Trigger(trigger), rung))
        else:
            untold.append(entry)
            reason = "closed"
    if not told:
        return Dropped(reason)
    counts = Counter(trigger for _code, trigger in {(person.code, trigger) for person, trigger, _rung in told})
    lines = [*describe_counts(counts, present.rules.library.policy.escalation.undecided_days_before)]
    lines += describe_offices([(person, rung) for person, _trigger, rung in told], present.rules, is_pushed=True)
    people = len({person.code for person, _trigger, _rung in told})
    reply = Reply(title(people), tuple(lines), choices=(see_list(), seen(delivery.id)))
    return Partly(reply, tuple(untold)) if untold else reply


def preview(owed: Owed) -> str:
    """The same as far as it is known when it is planned."""
    payload = owed.payload
    counts = Counter({Trigger(trigger): n for trigger, n in payload["counts"].items()})
    lines = [title(len(owed.about)), *(line.text for line in describe_counts(counts, None))]
    lines += [_for_office(office, n) for office, n in payload["offices"].items()]
    return " ".join(lines)


def title(people: int) -> str:
    """How many people need the recipient's attention."""
    return ngettext(
        "Title standards: {n} person of your units needs your attention.",
        "Title standards: {n} people of your units need your attention.",
        people,
    ).format(n=show_number(people))


def describe_counts(counts: Mapping[Trigger, int], undecided_days: int | None) -> list[Line]:
    """Why, the gravest first; what needs a decision says so."""
    near = _("{n} without a decision on study, though the deadline is near.")
    if undecided_days is not None:
        near = _("{n} without a decision on study, with at most {days} days to the deadline.")
    texts = {
        Trigger.OVERDUE: _("{n} past the deadline."),
        Trigger.UNANSWERED: _("{n} with a request to study that was not answered in time."),
        Trigger.UNDECIDED: near,
        Trigger.UNREACHABLE: _("{n} whom no channel reaches, so that reminders do not arrive."),
    }
    return [
        Line(texts[trigger].format(n=show_number(counts[trigger]), days=undecided_days), is_item=True)
        for trigger in Trigger
        if counts.get(trigger)
    ]


def see_list() -> Choice:
    """The button that shows who it is, to whoever is proven to be the recipient."""
    return Choice(_("See the list"), LIST)


def name_rung(rung: str) -> str | None:
    """The office for which HR is told of a case; None for a head, and where no document names an office."""
    return rung.removeprefix(_OFFICE) if rung.startswith(_OFFICE) else None


def describe_offices(told: Iterable[tuple[Person, str]], rules: RulesOn, *, is_pushed: bool = False) -> list[Line]:
    """For which offices HR is told of whom, named by which document and point, then what must be said with that.

    What is pushed says it only of the bodies above the office in charge, whose names the documents may not have.
    """
    counted: dict[str, set[PersonCode]] = defaultdict(set)
    grounds: dict[str, dict[Ground, None]] = defaultdict(dict)
    notes: dict[Line, None] = {}
    for person, rung in told:
        wanted, territory = name_rung(rung), rules.territory_of(person.unit)
        offices = offices_above(person.unit, person.managed_by, rules) if wanted is not None else ()
        for place, office in enumerate(offices):
            if office.office is None or office.office.id != wanted:
                continue
            counted[office.office.name].add(person.code)
            if office.basis is not None:
                grounds[office.office.name][Ground(office.basis, territory)] = None
            noted = find_note(person, rules) if place or not is_pushed else None
            if noted is not None:
                note, cite = noted
                notes[state_on(note, [Ground(cite, territory)], rules) if cite is not None else Line(note)] = None
    lines: list[Line] = []
    for name, people in counted.items():
        text, on = _for_office(name, len(people)), grounds[name]
        lines.append(state_on(text, on, rules, is_item=True) if on else Line(text, is_item=True))
    return [*lines, *notes]


def _for_office(office: str, people: int) -> str:
    text = _("Sent for the attention of {office}: {n} people.")
    return text.format(office=office, n=show_number(people))


def may_be_told(recipient: Person, person: Person, scope: frozenset[UnitCode]) -> bool:
    """Whether this person's cases are the recipient's: of their units, or of an administrator's; never their own."""
    if recipient.code == person.code:
        return False
    return person.unit in scope or Role.ADMINISTRATOR in recipient.roles


def _cases_of(person: Person, present: Present) -> set[tuple[Trigger, str]]:
    cases = list_cases(
        person,
        evaluate(person, present.rules),
        present.rules,
        is_reachable=person.code in present.reached,
        offered=present.offered.get(person.code, frozenset()),
    )
    return {(one.trigger, one.subject) for one in cases}
