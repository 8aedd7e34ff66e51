"""The steps in which a broadcast is written and its audience chosen; every answer is checked at once.

What is filled in are cells, as `handlers.hr.broadcasts_audience` reads them.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from handlers.forms import Asked, Refused, Step, Values
from handlers.hr.broadcasts_audience import (
    CHANNELS,
    CRITERIA,
    FILTERS,
    GROUPS,
    SILENT_ON,
    UNITS,
    WITHIN_DAYS,
    describe_audience,
    join,
    name_channel,
    name_unit,
    read_audience,
)
from handlers.inquiries import clean
from handlers.phrases import _
from handlers.reply import Line
from knowledge.broadcasting import FIELDS, MOST_FIELDS, count_fields, find_unknown_fields, load_templates
from knowledge.facts import Person, UnitCode
from knowledge.folding import fold_words
from knowledge.rulebook import RulesOn
from knowledge.understanding.meaning import Entities
from storage.records import Broadcast

TEXT, RECEIPT, SEND_CELL = "noi_dung", "xac_nhan", "gui"
SEND: Final = "gui"
_ASKING, _CHOSEN = "hoi", "chon_xong"
_TEMPLATE = "mau:"
_SKIP, _DONE, _ALL = "bo", "xong", "tat_ca"
_SHORTEST, LONGEST_TEXT = 10, 2_000
_MOST_DAYS = 366
_MOST_OFFERED = 8
_LONGEST_TOKEN = 64
_NUMBER = re.compile(r"\d{1,9}")
_YES = frozenset({"co", "dong y", "can", "co can"})
_NO = frozenset({"khong", "khong can"})
_DONE_WORDS = frozenset({"xong", "du roi", "xem truoc", "tiep", "tiep tuc", "ok"})
_ALL_WORDS = frozenset({"tat ca", "toan bo", "moi nguoi", "tat ca moi nguoi", "toan so", "toan don vi", "toan tinh"})
_SENDING = frozenset({SEND, "gui di", "gui nguoi thu hai", "gui nguoi thu hai duyet", "dong y", "ok", "gui duyet"})

Filled = Mapping[str, str | None]
Ask = Callable[[Values], Awaitable[Asked]]


@dataclass(frozen=True, slots=True)
class Writing:
    """What the steps need: who writes, today's rules, which units they serve, what words name, what is offered."""

    author: Person
    today: RulesOn
    units: frozenset[UnitCode]
    read_entities: Callable[[str], Entities]
    channels: Sequence[str]
    earlier: Sequence[Broadcast]


def ask_text() -> Step:
    """What it says: typed, or a template."""

    async def ask(_values: Values) -> Asked:
        names = ", ".join(f"{{{one}}}" for one in FIELDS)
        return Asked(
            _("What should the broadcast say? Type the text, or choose a template."),
            (Line(_("These fields are filled in for each recipient: {fields}.").format(fields=names)),),
            tuple((one.name, f"{_TEMPLATE}{one.code}") for one in load_templates()),
        )

    async def read(said: str, _values: Values) -> Filled | Refused:
        chosen = next((one for one in load_templates() if said == f"{_TEMPLATE}{one.code}"), None)
        text = chosen.text if chosen is not None else clean(said)
        wrong = check_text(text)
        return Refused(wrong) if wrong is not None else {TEXT: text}

    return Step("text", (TEXT,), ask, read)


def check_text(text: str) -> str | None:
    """Why this cannot be sent, in one sentence; None where it can."""
    unknown = find_unknown_fields(text)
    if unknown:
        known = ", ".join(f"{{{one}}}" for one in FIELDS)
        said = _("“{{{field}}}” is not a field that can be filled in; these are: {known}.")
        if unknown[0] in {"{", "}"}:
            return _("A brace stands alone in the text; fields are: {known}.").format(known=known)
        return said.format(field=unknown[0], known=known)
    if len(text) < _SHORTEST:
        return _("Please write at least one whole sentence.")
    if len(text) > LONGEST_TEXT:
        return _("The text has {n} characters; at most {most} fit into one message.").format(
            n=len(text), most=LONGEST_TEXT
        )
    if count_fields(text) > MOST_FIELDS:
        return _("At most {most} fields fit into one text.").format(most=MOST_FIELDS)
    return None


def ask_receipt() -> Step:
    """Whether recipients are asked to say that they received it."""

    async def ask(_values: Values) -> Asked:
        return Asked(
            _("Should every recipient press “Received”?"), answers=((_("Yes, ask for it"), "co"), (_("No"), "khong"))
        )

    async def read(said: str, _values: Values) -> Filled | Refused:
        folded = fold_words(said)
        if folded not in _YES | _NO:
            return Refused(_("Please answer yes or no."))
        return {RECEIPT: "co" if folded in _YES else "khong"}

    return Step("receipt", (RECEIPT,), ask, read)


def ask_condition(writing: Writing) -> Step:
    """The value of the condition that was chosen; it is asked only while one is."""
    questions: Mapping[str, tuple[Ask, Callable[[str], str | Refused]]] = {
        UNITS: (_ask_units(writing), lambda said: _read_units(said, writing)),
        GROUPS: (_ask_groups(writing), lambda said: _read_groups(said, writing)),
        CRITERIA: (_ask_criteria(writing), lambda said: _read_criteria(said, writing)),
        WITHIN_DAYS: (_ask_days, _read_days),
        SILENT_ON: (_ask_earlier(writing), lambda said: _read_earlier(said, writing)),
        CHANNELS: (_ask_channels(writing), lambda said: _read_channels(said, writing)),
    }

    async def ask(values: Values) -> Asked:
        asked = await questions[values[_ASKING]][0](values)
        return Asked(asked.title, asked.lines, (*asked.answers, (_("Without this condition"), _SKIP)))

    async def read(said: str, values: Values) -> Filled | Refused:
        column = values[_ASKING]
        if said == _SKIP:
            return {column: None, _ASKING: None}
        value = questions[column][1](said)
        return value if isinstance(value, Refused) else {column: value, _ASKING: None}

    return Step("condition", ("khong_bao_gio",), ask, read, lambda values: values.get(_ASKING) in questions)


def ask_whom(writing: Writing) -> Step:
    """Whom it is for: conditions are added until nothing more is wanted."""

    async def ask(values: Values) -> Asked:
        audience = read_audience(values)
        chosen = [Line(one, is_item=True) for one in describe_audience(audience, writing.author.scope, writing.today)]
        return Asked(
            _("Whom is it for? Add conditions, or see the preview."),
            (Line(_("Chosen so far:")), *chosen),
            (
                (_("See the preview"), _DONE),
                (_("By unit"), UNITS),
                (_("By position"), GROUPS),
                (_("Something to complete in…"), CRITERIA),
                (_("Deadline within…"), WITHIN_DAYS),
                (_("Has not confirmed an earlier broadcast"), SILENT_ON),
                (_("Reachable on…"), CHANNELS),
                (_("Everybody in my scope"), _ALL),
            ),
        )

    async def read(said: str, _values: Values) -> Filled | Refused:
        folded = fold_words(said)
        if said in FILTERS:
            return {_ASKING: said}
        if said == _DONE or folded in _DONE_WORDS:
            return {_CHOSEN: "co"}
        if said == _ALL or folded in _ALL_WORDS:
            return {**dict.fromkeys(FILTERS), _CHOSEN: "co"}
        named = conditions_in(said, writing)
        return named or Refused(_("I found no unit, position, criterion or number of days in that; press a button."))

    return Step("whom", (_CHOSEN,), ask, read)


def ask_to_send(preview: Ask) -> Step:
    """All of it as it would go out, to be sent to the second person or not."""

    async def ask(values: Values) -> Asked:
        shown = await preview(values)
        return Asked(shown.title, shown.lines, ((_("Send to a second person"), SEND), *shown.answers))

    async def read(said: str, _values: Values) -> Filled | Refused:
        if said == _ASKING:
            return {_CHOSEN: None}
        if fold_words(said) not in _SENDING:
            return Refused(_("Please press one of the buttons: send it, go back or cancel."))
        return {SEND_CELL: SEND}

    return Step("send", (SEND_CELL,), ask, read)


def conditions_in(said: str, writing: Writing) -> dict[str, str | None]:
    """The conditions that words name: units of the author's scope, positions, criteria, a number of days."""
    entities = writing.read_entities(said)
    found: dict[str, str | None] = {
        UNITS: join([one for one in entities.units if one in writing.units]),
        GROUPS: join(entities.position_groups),
        CRITERIA: join(entities.criteria),
        WITHIN_DAYS: _days_in(said),
    }
    return {column: value for column, value in found.items() if value}


def check_cells(cells: Mapping[str, str], writing: Writing) -> str | None:
    """Why these cells, given all at once, cannot be a broadcast; None where they can."""
    readers: Mapping[str, Callable[[str], str | Refused]] = {
        UNITS: lambda said: _read_units(said, writing),
        GROUPS: lambda said: _read_groups(said, writing),
        CRITERIA: lambda said: _read_criteria(said, writing),
        WITHIN_DAYS: _read_days,
        SILENT_ON: lambda said: _read_earlier(said, writing),
        CHANNELS: lambda said: _read_channels(said, writing),
    }
    wrong = check_text(cells.get(TEXT, ""))
    for column, read in readers.items():
        if wrong is None and cells.get(column):
            value = read(cells[column])
            wrong = value.why if isinstance(value, Refused) else None
    return wrong


# --- the conditions one by one


def _ask_units(writing: Writing) -> Ask:
    async def ask(_values: Values) -> Asked:
        units = [one for one in writing.today.book.rules.units if one.code in writing.units]
        tops = [one for one in units if one.parent is None or one.parent not in writing.units]
        below = [one for one in units if one.parent in {top.code for top in tops}]
        offered = tops if len(tops) > 1 else [*tops, *below]
        return Asked(
            _("Which unit? All units below it are meant too. Choose one, or type names or codes."),
            answers=_fitting((one.name, one.code) for one in offered),
        )

    return ask


def _read_units(said: str, writing: Writing) -> str | Refused:
    written = [one.strip() for one in said.split(",")]
    by_code = {one.upper(): one for one in writing.today.book.units}
    codes = [by_code[one.upper()] for one in written if one.upper() in by_code]
    if len(codes) < len(written):
        codes = [*codes, *writing.read_entities(said).units]
    if not codes:
        return Refused(_("No unit of the roster is called that; please type its name or code."))
    outside = [one for one in codes if one not in writing.units]
    if outside:
        text = _("{unit} is not among the units that you serve.")
        return Refused(text.format(unit=name_unit(outside[0], writing.today)))
    return join(codes)


def _ask_groups(writing: Writing) -> Ask:
    async def ask(_values: Values) -> Asked:
        book = writing.today.book
        groups = sorted({group for group, _name in book.rules.group_names} | set(book.standards_by_group))
        return Asked(
            _("Which position? Choose one, or type its name or code."),
            answers=_fitting((book.group_name(one), str(one)) for one in groups),
        )

    return ask


def _read_groups(said: str, writing: Writing) -> str | Refused:
    book = writing.today.book
    known = {group for group, _name in book.rules.group_names} | set(book.standards_by_group)
    folded = fold_words(said)
    found = [one for one in (part.strip() for part in said.split(",")) if one in known]
    found = found or [str(one) for one in sorted(known) if fold_words(book.group_name(one)) == folded]
    found = found or [str(one) for one in writing.read_entities(said).position_groups]
    return join(found) if found else Refused(_("No position of the roster is called that."))


def _ask_criteria(writing: Writing) -> Ask:
    async def ask(_values: Values) -> Asked:
        known = writing.today.library.criteria.values()
        return Asked(
            _("Who still has something to complete in which criterion?"),
            answers=_fitting((one.name, str(one.code)) for one in known),
        )

    return ask


def _read_criteria(said: str, writing: Writing) -> str | Refused:
    known = writing.today.library.criteria
    found = [one for one in (part.strip() for part in said.split(",")) if one in known]
    found = found or [str(one) for one in writing.read_entities(said).criteria]
    names = ", ".join(one.name for one in known.values())
    return (
        join(found) if found else Refused(_("Please choose one of these criteria: {criteria}.").format(criteria=names))
    )


async def _ask_days(_values: Values) -> Asked:
    offered = tuple((_("{n} days").format(n=days), f"{days} ngay") for days in (7, 14, 30, 60, 90))
    return Asked(_("Deadline within how many days from today?"), answers=offered)


def _read_days(said: str) -> str | Refused:
    found = _NUMBER.findall(said)
    if len(found) != 1 or not 0 <= int(found[0]) <= _MOST_DAYS:
        return Refused(_("Please type a number of days, at most {most}.").format(most=_MOST_DAYS))
    return str(int(found[0]))


def _ask_earlier(writing: Writing) -> Ask:
    async def ask(_values: Values) -> Asked:
        asking = [one for one in writing.earlier if one.asks_receipt]
        offered = _fitting((f"{one.number}: {one.text[:30]}…", str(one.number)) for one in asking)
        return Asked(_("Which earlier broadcast have they not confirmed? Choose it, or type its number."), (), offered)

    return ask


def _read_earlier(said: str, writing: Writing) -> str | Refused:
    found = _NUMBER.findall(said)
    known = {str(one.number) for one in writing.earlier}
    if len(found) != 1 or str(int(found[0])) not in known:
        return Refused(_("There is no earlier broadcast of this number within your scope."))
    return str(int(found[0]))


def _ask_channels(writing: Writing) -> Ask:
    async def ask(_values: Values) -> Asked:
        return Asked(
            _("Reachable on which channel?"), answers=tuple((name_channel(one), one) for one in writing.channels)
        )

    return ask


def _read_channels(said: str, writing: Writing) -> str | Refused:
    folded = fold_words(said)
    found = [one for one in writing.channels if folded in {fold_words(one), fold_words(name_channel(one))}]
    found = found or [one for one in (part.strip() for part in said.split(",")) if one in writing.channels]
    return join(found) if found else Refused(_("Nothing can be sent by that channel here."))


def _days_in(said: str) -> str | None:
    found = re.search(r"(?<![\w/.-])(\d{1,3}) ngay\b", fold_words(said))
    return str(int(found[1])) if found and int(found[1]) <= _MOST_DAYS else None


def _fitting(offered: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The first few that a button has room for; the others are typed."""
    room = _LONGEST_TOKEN - len("broadcast.form|condition:")
    return tuple(pair for pair in offered if len(pair[1].encode()) <= room)[:_MOST_OFFERED]
