"""Who may sit at the console and for whom: read anew from roster and rules at every request. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from handlers.phrases import _
from handlers.rights import serves_everybody, serves_home, units_headed, units_in_scope, units_served
from knowledge.facts import Person, Role, UnitCode
from knowledge.rulebook import RulesOn


class Seat(StrEnum):
    """In which office somebody sits at the console; one person may have several."""

    HEAD = "head"
    HR = "hr"
    PROVINCE = "province"  # HR of the whole province: what concerns everybody
    ADMINISTRATOR = "administrator"
    DATA_OFFICER = "data_officer"  # requests about personal data, breaches, the log of processing; nobody's verdicts


EVERYBODY = frozenset(Seat)
WITH_PEOPLE = frozenset({Seat.HEAD, Seat.HR})
OF_HR = frozenset({Seat.HR})
OF_PROVINCE = frozenset({Seat.PROVINCE})
OF_MACHINE = frozenset({Seat.ADMINISTRATOR})
OF_RECORDS = frozenset({Seat.PROVINCE, Seat.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody at the console: their seats, and the units whose people they may see."""

    person: Person
    seats: frozenset[Seat]
    units: frozenset[UnitCode]
    sees_all: bool = False

    @property
    def filter(self) -> frozenset[UnitCode] | None:
        """The units that a list must stay within; None where that is every unit there is."""
        return None if self.sees_all else self.units

    @property
    def office(self) -> str:
        """The seats in words."""
        words = {
            Seat.HEAD: _("head of unit"),
            Seat.HR: _("HR"),
            Seat.PROVINCE: _("HR of the whole province"),
            Seat.ADMINISTRATOR: _("administrator"),
            Seat.DATA_OFFICER: _("data officer"),
        }
        hidden = {Seat.HR} if Seat.PROVINCE in self.seats else set()
        return ", ".join(word for seat, word in words.items() if seat in self.seats - hidden)


def find_member(person: Person, today: RulesOn) -> Member | None:
    """The seats that somebody has today; None for who has none."""
    seats = set()
    if units_headed(person, today):
        seats.add(Seat.HEAD)
    if units_served(person, today):
        seats.add(Seat.HR)
        if serves_home(person, today):
            seats.add(Seat.PROVINCE)
    if Role.ADMINISTRATOR in person.roles:
        seats.add(Seat.ADMINISTRATOR)
    if Role.DATA_OFFICER in person.roles:
        seats.add(Seat.DATA_OFFICER)
    if not seats:
        return None
    units = units_in_scope(person, today)
    return Member(person, frozenset(seats), units, sees_all=serves_everybody(person, today))
