"""What a post is asked for on a day: the same for everybody who holds such a post in such a place, so found once.

Units are alike that lie in one territory and that the same rounds and rulings reach; posts are alike of one position
group, managed by the same body, of leaders or of others. Nothing else of a person is read here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from knowledge.accountability import find_accountable
from knowledge.deadlines import Due
from knowledge.documents import Citation
from knowledge.facts import (
    CriterionCode,
    LevelCode,
    ManagedBy,
    Person,
    PositionGroup,
    ReviewRound,
    TerritoryCode,
    TitleStandard,
    UnitCode,
)
from knowledge.findings import Accountable
from knowledge.recognition import Question
from knowledge.retirement import earliest_retirement
from knowledge.rulebook import LiveDuty, RulesOn

_MOST_POSTS = 16384  # where every unit has rounds of its own, each of its posts is one by itself


@dataclass(frozen=True, slots=True, eq=False)
class Deadline:
    """A day by which a gap is to be closed, for whoever retires on `serves_to` or later; None: for everybody.

    `basis` is what a verdict rests on that nothing else decided: the requirement and what sets the day.
    """

    due: Due
    serves_to: date | None
    days_left: int
    safe_day: date
    basis: tuple[Citation, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """One criterion that a post is asked for, the deadlines for it, the soonest first, and who answers unless asked.

    `unanswered` is who answers for a gap of somebody without any record of study.
    """

    standard: TitleStandard
    required_by: Citation
    basis: tuple[Citation, ...]
    asked: Question
    deadlines: tuple[Deadline, ...]
    unanswered: Accountable | None

    def find_deadline(self, retires_on: date) -> Deadline | None:
        """The earliest one of somebody who serves until that day, or None (contracts, §7 rule 8)."""
        for one in self.deadlines:
            if one.serves_to is None or one.serves_to <= retires_on:
                return one
        return None


Demands = dict[CriterionCode, Demand]


Questions = dict[tuple[CriterionCode, LevelCode], Question]


@dataclass(frozen=True, slots=True, eq=False)
class Alike:
    """Places that are alike, spoken for by the first of them.

    `questions` are those asked so far wherever credentials are judged as they are here: rounds do not matter to them.
    """

    unit: UnitCode
    territory: TerritoryCode
    rounds: tuple[ReviewRound, ...]
    questions: Questions


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where a unit of the roster is found on the day: the unit in force, its territory, and the places like it."""

    unit: UnitCode
    territory: TerritoryCode
    alike: Alike


Post = tuple[Alike, PositionGroup, ManagedBy, bool]


def place_of(code: UnitCode, rules: RulesOn) -> Place:
    """The place of people whom the roster has in this unit."""
    known = rules.places.get(code)
    if known is None:
        known = rules.places[code] = _find_place(code, rules)
    return known


def demands_on(person: Person, place: Place, rules: RulesOn) -> Demands:
    """What is asked of this person's post, in the order of the criteria; empty where no standard is loaded for it."""
    post = place.alike, person.position_group, person.managed_by, person.is_leader
    known = rules.posts.get(post)
    if known is None:
        if len(rules.posts) >= _MOST_POSTS:
            rules.posts.clear()
        standards = rules.standards_for(person.position_group, place.territory)
        known = rules.posts[post] = {code: _demand(one, person, place.alike, rules) for code, one in standards.items()}
    return known


def reaches_unit(review: ReviewRound, unit: UnitCode, territory: TerritoryCode, rules: RulesOn) -> bool:
    """Whether a round is for people of this unit; units that it names are those of the day when it was written."""
    roots = review.audience.units
    if not rules.library.binds(review.document, territory):
        return False
    heirs = {heir.code for root in roots if (heir := rules.find_unit(root)) is not None}
    return not roots or bool(rules.units_above(unit) & (roots | heirs))


def names_post(review: ReviewRound, person: Person) -> bool:
    """Whether a round is for posts like this person's, wherever they are."""
    groups, managed_by = review.audience.position_groups, review.audience.managed_by
    return (not groups or person.position_group in groups) and (not managed_by or person.managed_by in managed_by)


def _find_place(code: UnitCode, rules: RulesOn) -> Place:
    found, territory = rules.find_unit(code), rules.territory_of(code)
    unit = found.code if found is not None else code
    rounds = [n for n, one in enumerate(rules.open_rounds) if reaches_unit(one, unit, territory, rules)]
    rulings = [n for n, one in enumerate(rules.scoped_rulings) if rules.reaches(one, territory, unit)]
    reached = territory, tuple(rounds), tuple(rulings)
    if reached not in rules.alike:
        questions = rules.questions.setdefault((territory, tuple(rulings)), {})
        rules.alike[reached] = Alike(unit, territory, tuple(rules.open_rounds[n] for n in rounds), questions)
    return Place(unit, territory, rules.alike[reached])


def _demand(standard: TitleStandard, person: Person, alike: Alike, rules: RulesOn) -> Demand:
    wanted = standard.criterion, standard.minimum
    if wanted not in alike.questions:
        criterion = rules.library.criteria[standard.criterion]
        alike.questions[wanted] = Question(criterion, standard.minimum, alike.territory, rules, alike.unit)
    required_by = rules.library.cite_loosely(standard.document, standard.point)
    found = sorted(_deadlines(standard, person, alike, rules), key=lambda one: _sooner(one[0]))
    return Demand(
        standard=standard,
        required_by=required_by,
        basis=(required_by,),
        asked=alike.questions[wanted],
        deadlines=tuple(_deadline(due, serves_to, required_by, rules) for due, serves_to in found),
        unanswered=find_accountable((), standard.criterion, alike.territory, rules),
    )


def _deadline(due: Due, serves_to: date | None, required_by: Citation, rules: RulesOn) -> Deadline:
    last_day = due.last_day
    basis = tuple(dict.fromkeys((required_by, due.basis)))
    return Deadline(due, serves_to, (last_day - rules.day).days, rules.safe_day(last_day), basis)


def _deadlines(
    standard: TitleStandard, person: Person, alike: Alike, rules: RulesOn
) -> Iterator[tuple[Due, date | None]]:
    """Duties of documents, then rounds, for such a post and this criterion; each with how long one must still serve."""
    for live in rules.live_duties:
        if _falls_on(live, standard, person, alike.territory, rules):
            years = live.duty.service_left_years
            yield _due_of_duty(live, rules), earliest_retirement(years, live.day) if years is not None else None
    for review in alike.rounds:
        if names_post(review, person) and (not review.criteria or standard.criterion in review.criteria):
            years = review.service_left_from_years
            yield (
                _due_of_round(review, rules),
                earliest_retirement(years, review.deadline) if years is not None else None,
            )


def _falls_on(
    live: LiveDuty, standard: TitleStandard, person: Person, territory: TerritoryCode, rules: RulesOn
) -> bool:
    duty = live.duty
    return (
        rules.library.binds(live.document, territory)
        and person.managed_by in duty.managed_by
        and (person.is_leader or not duty.leaders_only)
        and standard.document == duty.standards_document
    )


def _sooner(due: Due) -> tuple[date, date, str]:
    return due.day, due.last_day, due.round or ""


def _due_of_round(review: ReviewRound, rules: RulesOn) -> Due:
    return Due(
        day=review.deadline,
        is_included=review.deadline_included,
        basis=rules.library.cite_loosely(review.document, review.point),
        round=review.code,
        consequence=review.consequence,
    )


def _due_of_duty(live: LiveDuty, rules: RulesOn) -> Due:
    return Due(
        day=live.day,
        is_included=live.is_included,
        basis=rules.library.cite(live.document, live.point.id),
        consequence=live.point.consequence,
    )
