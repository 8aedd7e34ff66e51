"""Which units a head or HR means: pressed, named in full or in part, else all of theirs; never any that is not."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers import next_steps
from handlers.asking import Choice
from handlers.heads.others import refuse
from handlers.phrases import _, ngettext
from handlers.ports import Audit, Clock
from handlers.reply import Line, Reply
from handlers.rights import units_in_scope
from handlers.visit import Visit
from knowledge.facts import Person, Unit, UnitCode
from knowledge.rulebook import RulesOn
from knowledge.understanding.unit_said import find_units_said, find_unknown_unit

_MOST_IN_TITLE = 3
_MOST_AUDITED = 20  # units named in one entry of the audit chain


@dataclass(frozen=True, slots=True)
class Meant:
    """Units with all below them, within what the asker may see. `top` is the one unit above the others, if there is."""

    codes: frozenset[UnitCode]
    tops: tuple[Unit, ...]
    is_all: bool  # of the asker's: no unit was named

    @property
    def top(self) -> UnitCode | None:
        """The one unit under which all of them lie."""
        return self.tops[0].code if len(self.tops) == 1 else None

    @property
    def code(self) -> str:
        """What a button says to mean them again: nothing for all of the asker's."""
        return "" if self.is_all or self.top is None else self.top

    @property
    def name(self) -> str:
        """Their names, the first few."""
        shown = ", ".join(one.name for one in self.tops[:_MOST_IN_TITLE])
        more = len(self.tops) - _MOST_IN_TITLE
        text = ngettext("{names} and {n} other unit", "{names} and {n} other units", more)
        return text.format(names=shown, n=more) if more > 0 else shown

    @property
    def subject(self) -> str:
        """What the audit chain says was looked at."""
        more = len(self.tops) - _MOST_AUDITED
        return ",".join([*(one.code for one in self.tops[:_MOST_AUDITED]), *([f"+{more}"] if more > 0 else [])])


def units_of(reader: Person, today: RulesOn, code: str = "", *, scope: frozenset[UnitCode] | None = None) -> Meant:
    """The unit of this code with all below, as far as it is the reader's; without a code all of theirs.

    Empty (`codes`) for a unit that is not theirs. `scope` where less than all that they may see is meant.
    """
    scope = units_in_scope(reader, today) if scope is None else scope
    codes = scope & today.units_within((UnitCode(code),)) if code else scope
    return Meant(codes, tuple(tops_of(codes, today)), is_all=not code)


def units_named(visit: Visit, scope: frozenset[UnitCode], today: RulesOn) -> Meant | Reply:
    """The units of a typed question; a question back where a name is none of the roster's."""
    roots: Sequence[UnitCode] = visit.named.units
    if not roots and visit.text:
        known = (unit for code in sorted(scope) if (unit := today.find_unit(code)) is not None and unit.code == code)
        roots = find_units_said(visit.text, ((unit.code, unit.name) for unit in known))
    if roots:
        codes = scope & today.units_within(roots)
        return Meant(codes, tuple(tops_of(codes, today)), is_all=False)
    words = visit.meaning.unit_words if visit.meaning is not None else None
    if scope and (unknown := words or find_unknown_unit(visit.text)) is not None:
        return ask_which_unit(unknown)
    return Meant(scope, tuple(tops_of(scope, today)), is_all=True)


async def find_meant(
    visit: Visit,
    reader: Person,
    code: str,
    *,
    audit: Audit,
    clock: Clock,
    scope: frozenset[UnitCode] | None = None,
) -> Meant | Reply:
    """The units that are meant; the same refusal, on record, for one that is not theirs and one that is not there.

    `code` is that of a pressed button, `scope` what may be meant where that is not all that they may see.
    """
    today = visit.rules.book.on(visit.today)
    scope = units_in_scope(reader, today) if scope is None else scope
    meant = (
        units_named(visit, scope, today)
        if visit.meaning is not None and not code
        else units_of(reader, today, code, scope=scope)
    )
    if isinstance(meant, Reply):
        return meant
    if not meant.codes:
        await audit.record(reader.code, "look_refused", "unit", clock.now(), {"channel": visit.asked.channel})
        return refuse(visit)
    return meant


def choose_part(action: str, meant: Meant, today: RulesOn, most: int, prefix: str = "") -> list[Choice]:
    """Buttons for the units right below, each meaning itself with all below it."""
    tops = {one.code for one in meant.tops}
    below = [unit for code in sorted(meant.codes) if (unit := today.find_unit(code)) is not None and unit.code == code]
    parts = [one for one in below if one.parent in tops] if len(tops) == 1 else list(meant.tops)
    return [Choice(one.name, action, f"{prefix}{one.code}") for one in parts[:most]]


def too_many(meant: Meant, action: str, today: RulesOn) -> Reply:
    """So many people are no answer in a chat: a part must be chosen."""
    return Reply(
        title=_("Your scope holds too many people for a chat. Please name a unit."),
        choices=(*choose_part(action, meant, today, 8), next_steps.help_me()),
    )


def tops_of(scope: frozenset[UnitCode], today: RulesOn) -> list[Unit]:
    """The units of today under which all of these lie."""
    units = {unit.code: unit for unit in map(today.find_unit, scope) if unit is not None}
    return [unit for code, unit in sorted(units.items()) if unit.parent not in scope]


def ask_which_unit(words: str) -> Reply:
    """A unit was named that is not in the roster."""
    return Reply(
        title=_("No unit of the roster is called {words}. Which unit do you mean?").format(words=words),
        lines=(Line(_("Please write its full name or its code; without a unit, all people of your scope are meant.")),),
        choices=(next_steps.unit_gaps(), next_steps.help_me()),
    )
