"""Requests to study that wait for a head, told to whoever decides now and has not been told. Pure.

Heads change, people move and posts fall vacant while a request waits. Whoever plans shows everybody to
`StudyRequests`; it lists the request for each decider of the day, by the key under which the first ones were told.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from knowledge.facts import Person, PersonCode, Role, UnitCode
from knowledge.findings import Finding
from knowledge.owed import Owed
from knowledge.posts import Posts
from knowledge.rulebook import RulesOn
from knowledge.study_cases import StudyCase, StudyState
from knowledge.studying import answer_due_on, find_request, list_deciders

_MOST_HR = 3


def key_of(number: int, version: int, to: PersonCode) -> str:
    """By it somebody is told once of what a study case has come to."""
    return f"study:{number}:{version}:{to}"


@dataclass
class StudyRequests:
    """Watches the one pass over everybody, then lists each waiting request for those who decide on it now.

    `told` are the keys of what was told by letter, which the outbox does not know. Where nobody heads the official any
    more to whom it could go, HR is told of a request that had been put to a head.
    """

    rules: RulesOn
    waiting: Sequence[StudyCase]
    told: Collection[str] = ()
    posts: Posts = field(init=False)
    _people: dict[PersonCode, Person] = field(default_factory=dict, init=False)
    _heads: dict[UnitCode, list[PersonCode]] = field(default_factory=dict, init=False)
    _wanted: set[PersonCode] = field(init=False)

    def __post_init__(self) -> None:
        """Know whose cases wait and whom units name, so that everybody else is passed by quickly."""
        self.posts = Posts(self.rules)
        named = {unit.head for unit in self.rules.book.rules.units if unit.head is not None}
        self._wanted = {one.person for one in self.waiting} | named

    def see(self, person: Person, findings: Sequence[Finding] | None, rules: RulesOn, *, is_reachable: bool) -> None:
        """One person of the roster."""
        del findings, rules, is_reachable
        if not self.waiting:
            return
        self.posts.see(person)
        if person.code in self._wanted:
            self._people[person.code] = person
        if Role.HEAD in person.roles:
            self._people[person.code] = person
            self._heads.setdefault(person.unit, []).append(person.code)

    def list_notices(self) -> list[Owed]:
        """What is owed on the day, by case; nothing on a day on which nobody works."""
        if not self.rules.calendar.is_working(self.rules.day):
            return []
        return [owed for case in self.waiting for owed in self._list_of(case) if owed.key not in self.told]

    def _list_of(self, case: StudyCase) -> Iterable[Owed]:
        official, request = self._people.get(case.person), find_request(case)
        if official is None or request is None or case.state is not StudyState.WAITING or request.on > self.rules.day:
            return
        heads = [one for one in list_deciders(official, self.rules, self._heads) if one in self._people]
        to = heads or (self._find_clerks(official) if request.put_to else ())
        due = answer_due_on(case, self.rules)
        payload: Mapping[str, object] = {
            "case": case.number,
            "version": case.version,
            "due": due.isoformat() if due is not None else None,
            "asked": request.on.isoformat() if request.put_to else None,
            "is_vacant": not heads,
        }
        for one in to:
            key = key_of(case.number, case.version, one)
            yield Owed("study", one, key, request.act.value, (case.person,), payload)

    def _find_clerks(self, official: Person) -> Sequence[PersonCode]:
        near = self.posts.clerks_near(official.unit, official.code)
        if near is not None:
            return near[1][:_MOST_HR]
        province = self.posts.province_of(official.unit)
        served = self.posts.list_clerks().items()
        return [code for code, unit in served if unit == province and code != official.code][:_MOST_HR]
