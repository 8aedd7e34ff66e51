"""The steps in which a ruling, a row of a recognition table or a standard is typed; every answer is checked at once.

What is filled in are cells by the names of the workbook's columns, checked by the rules of the workbook.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from handlers.forms import LONGEST_ENTRY, Asked, Refused, Step, Values
from handlers.phrases import _
from handlers.ports import Entries
from handlers.problem_words import say_problem
from handlers.reply import Line
from handlers.wording import start_sentence
from knowledge.credentials import Criterion, Kind, ScaleType
from knowledge.facts import CriterionCode, KindCode
from knowledge.folding import fold_words
from knowledge.levels import expected_levels
from knowledge.rulebook import RulesOn
from knowledge.understanding.rulings_said import (
    read_days,
    read_ground,
    read_kind,
    read_level,
    read_levels,
    read_months,
)

_ANY = "-"  # a pressed answer: no limit
NOT_RECOGNISED = "khong"
SEND = "gui"
_SENDING = frozenset({SEND, "gui di", "gui nguoi thu hai", "gui nguoi thu hai xac nhan", "dong y", "ok"})
_OFTEN_ASKED = ("ielts", "toeic", "toefl_ibt", "aptis", "cambridge", "hsk", "tin_hoc_abc", "mos", "ic3")
_SHORTEST_REASON = 10

Filled = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Typed:
    """What the steps of one form need: the sheet whose rules hold, today's rules, and who checks cells."""

    sheet: str
    today: RulesOn
    entries: Entries

    async def check(self, values: Values, filled: Mapping[str, str]) -> Filled | Refused:
        """The cells if they can stand beside what was filled in before; else the first thing that is wrong."""
        cells = {key: value for key, value in {**values, **filled}.items() if value}
        entry = await self.entries.read(
            self.sheet,
            cells,
            self.today.library,
            home=self.today.book.home,
            today=self.today.day,
            is_whole=False,
        )
        if not entry.problems:
            return filled
        own = [problem for problem in entry.problems if problem.column in filled]
        return Refused(start_sentence(say_problem((own or list(entry.problems))[0])))

    def kind(self, values: Values) -> Kind:
        """The kind that was chosen."""
        return self.today.library.kinds[KindCode(values["loai"])]

    def criterion(self, values: Values) -> Criterion:
        """The criterion that was chosen."""
        return self.today.library.criteria[CriterionCode(values["tieu_chi"])]


def ask_kind(typed: Typed) -> Step:
    """Which kind of certificate."""

    async def ask(_values: Values) -> Asked:
        kinds = typed.today.library.kinds
        offered = tuple((kinds[KindCode(one)].name, one) for one in _OFTEN_ASKED if one in kinds)
        return Asked(_("Which kind of certificate is it about? Choose one or type its name."), answers=offered)

    async def read(said: str, _values: Values) -> Filled | Refused:
        library = typed.today.library
        kind = library.kinds.get(KindCode(said)) or read_kind(said, library)
        if kind is None or kind.criterion is None:
            return Refused(_("No kind of certificate known here is called that; please type its usual name."))
        if kind.is_direct and typed.sheet == "y_kien":
            text = _("{certificate} carries its level itself and needs no ruling; please name another kind.")
            return Refused(text.format(certificate=kind.name))
        # What was said of levels before belonged to the kind chosen before.
        stale = dict.fromkeys(("muc_tu", "muc_den", "dat_muc"))
        return {**stale, "loai": str(kind.code), "tieu_chi": str(kind.criterion)}

    return Step("kind", ("loai", "tieu_chi"), ask, read)


def ask_levels(typed: Typed) -> Step:
    """Which levels or scores of it."""

    async def ask(values: Values) -> Asked:
        kind = typed.kind(values)
        expected = expected_levels(kind, typed.criterion(values))
        scale = (Line(_("Levels of this kind: {levels}").format(levels=expected)),) if expected else ()
        return Asked(
            _("{certificate}: from which level to which? For example: “from 4.5 to 5.0”, “5.0 or higher”.").format(
                certificate=kind.name
            ),
            scale,
            ((_("Every level"), _ANY),),
        )

    async def read(said: str, values: Values) -> Filled | Refused:
        kind = typed.kind(values)
        if said == _ANY:
            return {"muc_tu": "", "muc_den": ""}
        ends = read_levels(said, kind, typed.criterion(values))
        if ends is None and kind.scale.type is ScaleType.FREE and len(said) <= LONGEST_ENTRY:
            return await typed.check(values, {"muc_tu": said, "muc_den": said})
        if ends is None:
            return Refused(_("I could not read a level there; both ends of a range belong to it."))
        return await typed.check(values, {"muc_tu": ends.low, "muc_den": ends.high})

    def is_needed(values: Values) -> bool:
        return typed.kind(values).scale.type is not ScaleType.FIXED

    return Step("levels", ("muc_tu", "muc_den"), ask, read, is_needed)


def ask_issue_window(typed: Typed) -> Step:
    """Issued between which days."""
    question = _window_question(
        lambda: _("Issued between which days? For example: “from 01/01/2024”, “from 01/01/2024 to 31/12/2025”."),
        lambda: _("Whenever it was issued"),
    )
    return Step("issued", ("cap_tu_ngay", "cap_den_ngay"), question, _read_window(typed, "cap_tu_ngay", "cap_den_ngay"))


def ask_counts_as(typed: Typed, *, may_be_nothing: bool) -> Step:
    """As which level it counts."""

    async def ask(values: Values) -> Asked:
        criterion = typed.criterion(values)
        levels = [(one.name, str(one.code)) for one in criterion.levels]
        nothing = [(_("Not recognised"), NOT_RECOGNISED)] if may_be_nothing else []
        return Asked(
            _("{criterion}: as which level does it count?").format(criterion=criterion.name),
            answers=(*levels, *nothing),
        )

    async def read(said: str, values: Values) -> Filled | Refused:
        criterion = typed.criterion(values)
        if may_be_nothing and said == NOT_RECOGNISED:
            return {"dat_muc": "", "thoi_han_thang": ""}
        level = said if said in {one.code for one in criterion.levels} else read_level(said, criterion)
        if level is None:
            names = ", ".join(one.name for one in criterion.levels)
            return Refused(_("Please choose one of these levels: {levels}.").format(levels=names))
        kept = values.get("dat_muc")
        months: Filled = {"thoi_han_thang": None} if kept == "" else {}  # it counts now, so it is asked how long
        checked = await typed.check(values, {"dat_muc": str(level)})
        return checked if isinstance(checked, Refused) else {**checked, **months}

    return Step("counts", ("dat_muc",), ask, read)


def ask_months(typed: Typed) -> Step:
    """How long it counts from its day of issue."""

    async def ask(_values: Values) -> Asked:
        return Asked(
            _("For how many months from its day of issue does it count?"),
            answers=((_("24 months"), "24"), (_("36 months"), "36"), (_("Without an end"), _ANY)),
        )

    async def read(said: str, values: Values) -> Filled | Refused:
        months = "" if said == _ANY else read_months(said)
        if months is None:
            return Refused(_("Please type a number of months or years, for example: 24 months."))
        return await typed.check(values, {"thoi_han_thang": months})

    return Step("months", ("thoi_han_thang",), ask, read)


def ask_ground(typed: Typed) -> Step:
    """The document it rests on, or the reason in words."""

    async def ask(_values: Values) -> Asked:
        return Asked(
            _("On which basis? Type the number of the document (and the point), or the reason in your own words."),
            (Line(_("For example: {number}, point 2.").format(number=_any_number(typed))),),
        )

    async def read(said: str, values: Values) -> Filled | Refused:
        ground = read_ground(said, typed.today.library)
        if ground.document:
            return await typed.check(values, {"can_cu": ground.document, "diem": ground.point, "ly_do": ""})
        if len(ground.reason) < _SHORTEST_REASON:
            return Refused(_("Please name a document or give the reason in a whole sentence."))
        return await typed.check(values, {"can_cu": "", "diem": "", "ly_do": said})

    return Step("ground", ("can_cu", "diem", "ly_do"), ask, read)


def ask_document(typed: Typed, document: str, point: str | None, title: Callable[[], str]) -> Step:
    """The document that a row stands in."""

    async def ask(_values: Values) -> Asked:
        return Asked(title())

    async def read(said: str, values: Values) -> Filled | Refused:
        ground = read_ground(said, typed.today.library)
        if not ground.document:
            text = _("Please type the number of the document, such as {number}.")
            return Refused(text.format(number=_any_number(typed)))
        filled = {document: ground.document} if point is None else {document: ground.document, point: ground.point}
        return await typed.check(values, filled)

    return Step("document", (document,) if point is None else (document, point), ask, read)


def ask_validity(typed: Typed) -> Step:
    """In force between which days, from today on."""
    question = _window_question(
        lambda: _("In force between which days? For example: “to 31/12/2027”, “from 01/01/2027 to 31/12/2027”."),
        lambda: _("From its confirmation on, without an end"),
    )
    read_window = _read_window(typed, "hieu_luc_tu", "hieu_luc_den")

    async def read(said: str, values: Values) -> Filled | Refused:
        filled = await read_window(said, values)
        if isinstance(filled, Refused):
            return filled
        for column in ("hieu_luc_tu", "hieu_luc_den"):
            if _is_past(filled.get(column) or "", typed.today):
                return Refused(_("A ruling has no force on days before it is confirmed; please name later days."))
        return filled

    return Step("validity", ("hieu_luc_tu", "hieu_luc_den"), question, read)


def ask_days(typed: Typed, first: str, last: str, title: Callable[[], str], *, needs_first: bool) -> Step:
    """In force between which days, whenever that is."""
    question = _window_question(title, lambda: _("Without a beginning and without an end"), offers_any=not needs_first)
    read_window = _read_window(typed, first, last)

    async def read(said: str, values: Values) -> Filled | Refused:
        filled = await read_window(said, values)
        if needs_first and not isinstance(filled, Refused) and not filled.get(first):
            return Refused(_("The first day must be named, for example: from 01/01/2026."))
        return filled

    return Step("days", (first, last), question, read)


def ask_criterion(typed: Typed) -> Step:
    """Which criterion."""

    async def ask(_values: Values) -> Asked:
        known = typed.today.library.criteria.values()
        return Asked(_("Which criterion?"), answers=tuple((one.name, str(one.code)) for one in known))

    async def read(said: str, _values: Values) -> Filled | Refused:
        found = [one for one in typed.today.library.criteria.values() if _is_named(one, said)]
        if not found:
            names = ", ".join(one.name for one in typed.today.library.criteria.values())
            return Refused(_("Please choose one of these criteria: {criteria}.").format(criteria=names))
        return {"tieu_chi": str(found[0].code), "muc_toi_thieu": None}

    return Step("criterion", ("tieu_chi",), ask, read)


def ask_minimum(typed: Typed) -> Step:
    """The lowest level that is enough."""

    async def ask(values: Values) -> Asked:
        criterion = typed.criterion(values)
        text = _("{criterion}: which level at least?").format(criterion=criterion.name)
        return Asked(text, answers=tuple((one.name, str(one.code)) for one in criterion.levels))

    async def read(said: str, values: Values) -> Filled | Refused:
        criterion = typed.criterion(values)
        level = said if said in {one.code for one in criterion.levels} else read_level(said, criterion)
        return await typed.check(values, {"muc_toi_thieu": str(level) if level is not None else said})

    return Step("minimum", ("muc_toi_thieu",), ask, read)


def ask_group(typed: Typed, offered: Sequence[tuple[str, str]]) -> Step:
    """Which position group."""

    async def ask(_values: Values) -> Asked:
        return Asked(_("Which position group? Choose one or type its code as in the roster."), answers=tuple(offered))

    async def read(said: str, values: Values) -> Filled | Refused:
        by_name = {label.lower(): value for label, value in offered}
        return await typed.check(values, {"nhom_chuc_danh": by_name.get(said.lower(), said)})

    return Step("group", ("nhom_chuc_danh",), ask, read)


def ask_to_send(preview: Callable[[Values], Awaitable[Asked]]) -> Step:
    """The whole of it, to be sent to the second person or not."""

    async def ask(values: Values) -> Asked:
        shown = await preview(values)
        return Asked(shown.title, shown.lines, ((_("Send to a second person"), SEND),))

    async def read(said: str, _values: Values) -> Filled | Refused:
        if fold_words(said) not in _SENDING:
            return Refused(_("Please press one of the buttons: send it, go back or cancel."))
        return {"gui": SEND}

    return Step("send", ("gui",), ask, read)


def _window_question(
    title: Callable[[], str], anytime: Callable[[], str], *, offers_any: bool = True
) -> Callable[[Values], Awaitable[Asked]]:
    async def ask(_values: Values) -> Asked:
        return Asked(title(), answers=((anytime(), _ANY),) if offers_any else ())

    return ask


def _read_window(typed: Typed, first: str, last: str) -> Callable[[str, Values], Awaitable[Filled | Refused]]:
    async def read(said: str, values: Values) -> Filled | Refused:
        if said == _ANY:
            return {first: "", last: ""}
        ends = read_days(said)
        if ends is None:
            return Refused(_("I could not read a day there; please write day/month/year, such as 31/12/2026."))
        return await typed.check(values, {first: ends.low, last: ends.high})

    return read


def _any_number(typed: Typed) -> str:
    """A number to show how numbers look."""
    return next((str(one) for one in typed.today.library.documents if one[0].isdigit()), "")


def _is_past(written: str, today: RulesOn) -> bool:
    """Whether a day that was checked already lies before today."""
    parts = written.replace(".", "/").replace("-", "/").split("/")
    if len(parts) != 3:  # noqa: PLR2004 (day, month, year)
        return False
    ordered = parts if len(parts[0]) == 4 else parts[::-1]  # noqa: PLR2004 (a year has four letters)
    return tuple(map(int, ordered)) < (today.day.year, today.day.month, today.day.day)


def _is_named(criterion: Criterion, said: str) -> bool:
    names = {str(criterion.code), criterion.name.lower(), *(one.lower() for one in criterion.aliases)}
    return said.lower() in names
