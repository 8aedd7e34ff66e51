"""The steps in which a broadcast is written and its audience chosen; every answer is checked at once.

What is filled in are cells, as `handlers.hr.broadcasts_audience` reads them.
"""

from collections.abc import Mapping
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
    read_audience,
)
from handlers.hr.broadcasts_conditions import Ask, Writing, conditions, conditions_in
from handlers.inquiries import clean
from handlers.phrases import _
from handlers.reply import Line
from knowledge.broadcasting import FIELDS, MOST_FIELDS, count_fields, find_unknown_fields, load_templates
from knowledge.folding import fold_words

TEXT, RECEIPT, SEND_CELL = "noi_dung", "xac_nhan", "gui"
SEND: Final = "gui"
TEXT_STEP: Final = "text"
_ASKING, _CHOSEN = "hoi", "chon_xong"
CHOOSE_AGAIN, WRITE_AGAIN = "chon_lai", "viet_lai"
_TEMPLATE = "mau:"
_SKIP, _DONE, _ALL = "bo", "xong", "tat_ca"
_SHORTEST, LONGEST_TEXT = 10, 2_000
_YES = frozenset({"co", "dong y", "can", "co can"})
_NO = frozenset({"khong", "khong can"})
_DONE_WORDS = frozenset({"xong", "du roi", "xem truoc", "tiep", "tiep tuc", "ok"})
_ALL_WORDS = frozenset({"tat ca", "toan bo", "moi nguoi", "tat ca moi nguoi", "toan so", "toan don vi", "toan tinh"})
_SENDING = frozenset({SEND, "gui di", "gui nguoi thu hai", "gui nguoi thu hai duyet", "dong y", "ok", "gui duyet"})

Filled = Mapping[str, str | None]


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

    return Step(TEXT_STEP, (TEXT,), ask, read)


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
    questions = conditions(writing)

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
    """All of it as it would go out, to be sent to the second person or not.

    Answers that the preview has of its own stand instead of sending: it cannot be sent as it is.
    """

    async def ask(values: Values) -> Asked:
        shown = await preview(values)
        return Asked(shown.title, shown.lines, shown.answers or ((_("Send to a second person"), SEND),))

    async def read(said: str, _values: Values) -> Filled | Refused:
        if said == CHOOSE_AGAIN:
            return {_CHOSEN: None}
        if said == WRITE_AGAIN:
            return {TEXT: None}
        if fold_words(said) not in _SENDING:
            return Refused(_("Please press one of the buttons: send it, go back or cancel."))
        return {SEND_CELL: SEND}

    return Step("send", (SEND_CELL,), ask, read)


def read_cells(cells: Mapping[str, str], writing: Writing) -> dict[str, str] | str:
    """These cells, given all at once, as the steps would have filled them in; why they cannot be a broadcast."""
    text = clean(cells.get(TEXT, ""))
    wrong = check_text(text)
    filled = {**cells, TEXT: text}
    for column, (_asked, read) in conditions(writing).items():
        if wrong is None and cells.get(column):
            value = read(cells[column])
            if isinstance(value, Refused):
                wrong = value.why
            else:
                filled[column] = value
    return wrong if wrong is not None else filled
