"""Review rounds: the list, a new one, more time with the reason, the end; each for a second person to confirm."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from bot.on_console.at_desk import field, fields, group, open_ports, show_reply, visit_of
from bot.on_console.pages import Asked, NotHereError, Page, deed, page
from bot.on_console.people import list_units
from bot.on_console.seats import OF_HR, OF_PROVINCE
from handlers.hr.proposals import propose as propose_it
from handlers.hr.proposals_changes import Change, count_effects, read_change
from handlers.hr.proposals_rights import signatory_of
from handlers.hr.proposals_rounds import CLOSE, DEED, EXTEND, NEW, REASON, cells_of
from handlers.hr.proposals_words import describe_audience_of, describe_change, describe_effects
from handlers.hr.rulings_routes import desk_of
from handlers.phrases import _
from handlers.wording import name_managed_by
from knowledge.facts import ManagedBy, ReviewRound
from storage.records import Proposal, ProposalKind

_SHORTEST_REASON = 5
_TYPED: Final = ("ma_dot", "ten", "can_cu", "diem", "han", "nam_cong_tac_con_lai_tu", "hau_qua", "mo_tu_ngay")
_AUDIENCE: Final = ("nhom_chuc_danh", "dien_quan_ly", "ma_don_vi")
_KEPT: Final = (*_TYPED, "doi_tuong", "tieu_chi", "tinh_ca_ngay_han", "trang_thai", DEED, REASON)


async def list_all(asked: Asked) -> web.Response:
    """Every round, the open ones first."""
    today = asked.today
    rounds = sorted(today.book.rules.rounds, key=lambda one: (not one.is_open, one.deadline, one.code))
    rows = [(one, describe_audience_of(one, today), _state(one, asked)) for one in rounds]
    return asked.show("rounds.html", rows=rows, may_change=_may_change(asked))


async def show(asked: Asked) -> web.Response:
    """One round, and what can be done about it."""
    return _show(asked, _find(asked))


async def ask_new(asked: Asked) -> web.Response:
    """A new round."""
    return _ask_new(asked, {})


async def check(asked: Asked) -> web.Response:
    """What it would change, before anybody is asked to confirm it."""
    what = field(asked, DEED)
    if what == NEW:
        return await _check(asked, {**_read_new(asked), DEED: NEW})
    one = _find_named(asked, field(asked, "ma_dot"))
    reason = field(asked, REASON, 1_000)
    if what not in {EXTEND, CLOSE}:
        return _show(asked, one)
    if len(reason) < _SHORTEST_REASON:
        return _show(asked, one, _("Please give the reason in one sentence."))
    cells = {**cells_of(one), DEED: what, REASON: reason}
    cells |= {"han": _plain_day(field(asked, "han", 10))} if what == EXTEND else {"trang_thai": CLOSE}
    return await _check(asked, cells)


async def send(asked: Asked) -> web.Response:
    """Send it to a second person."""
    cells = {name: field(asked, name) for name in _KEPT if field(asked, name)}
    if field(asked, "edit") and cells.get(DEED) == NEW:
        return _ask_new(asked, cells)
    change = await _read(asked, cells)
    if isinstance(change, str):
        return await _check(asked, cells)
    ports = await open_ports(asked)
    reply = await propose_it(visit_of(asked), asked.person, _proposal(asked, cells), desk_of(ports))
    return show_reply(asked, reply, "proposals")


async def _check(asked: Asked, cells: dict[str, str]) -> web.Response:
    change = await _read(asked, cells)
    if isinstance(change, str):
        if cells.get(DEED) == NEW:
            return _ask_new(asked, cells, change)
        return _show(asked, _find_named(asked, cells.get("ma_dot", "")), change)
    effects = await count_effects(change, None, asked.today, asked.cabinet.profiles)
    said = [*describe_change(change, visit_of(asked)), *describe_effects(effects, asked.today)]
    await asked.record("checked_round", f"round:{cells['ma_dot']}", {"what": cells[DEED]})
    return asked.show(
        "round_checked.html",
        lines=group(asked, said),
        reason=cells.get(REASON, ""),
        cells={name: value for name, value in cells.items() if value},
        is_new=cells[DEED] == NEW,
    )


async def _read(asked: Asked, cells: dict[str, str]) -> Change | str:
    proposal = _proposal(asked, cells)
    return await read_change(proposal, proposal.proposed_by, asked.today, asked.cabinet.entries)


def _proposal(asked: Asked, cells: dict[str, str]) -> Proposal:
    return Proposal(
        kind=ProposalKind.ROUND,
        cells=cells,
        scope=None,
        proposed_by=signatory_of(asked.person, asked.today),
        proposed_at=asked.door.clock.now(),
    )


def _read_new(asked: Asked) -> dict[str, str]:
    """The form of a new round as cells of the workbook."""
    chosen = {name: fields(asked, name) for name in _AUDIENCE}
    cells = {name: field(asked, name) for name in _TYPED}
    cells["han"], cells["mo_tu_ngay"] = _plain_day(cells["han"]), _plain_day(cells["mo_tu_ngay"])
    cells["doi_tuong"] = "; ".join(f"{name}={'|'.join(codes)}" for name, codes in chosen.items() if codes)
    cells["tieu_chi"] = ", ".join(fields(asked, "tieu_chi"))
    cells["tinh_ca_ngay_han"] = "co" if field(asked, "tinh_ca_ngay_han") else "khong"
    return {name: value for name, value in cells.items() if value}


def _plain_day(written: str) -> str:
    """A day of a date field as the workbook writes it; anything else as it was typed."""
    parts = written.split("-")
    return "/".join(reversed(parts)) if len(parts) == 3 and all(one.isdecimal() for one in parts) else written  # noqa: PLR2004


def _day_of_field(written: str) -> str:
    """A day of the workbook as a date field holds it; nothing where it is none, for such a field shows only days."""
    parts = written.split("/")
    is_day = len(parts) == 3 and all(one.isdecimal() for one in parts)  # noqa: PLR2004  day, month, year
    return f"{parts[2]:0>4}-{parts[1]:0>2}-{parts[0]:0>2}" if is_day else ""


def _chosen_of(cells: Mapping[str, str]) -> dict[str, set[str]]:
    """What was chosen in each list of the form, read back from the cells."""
    parts = (one.strip().partition("=") for one in cells.get("doi_tuong", "").split(";"))
    named = {name: set(codes.split("|")) for name, _equals, codes in parts}
    chosen = {name: named.get(name, set()) for name in _AUDIENCE}
    chosen["tieu_chi"] = {one.strip() for one in cells.get("tieu_chi", "").split(",")}
    return chosen


def _state(one: ReviewRound, asked: Asked) -> tuple[str, str]:
    if not one.is_open:
        return _("closed"), ""
    if one.opens_on is not None and one.opens_on > asked.today.day:
        return _("not open yet"), ""
    return (_("deadline passed"), "bad") if one.deadline < asked.today.day else (_("open"), "good")


def _may_change(asked: Asked) -> bool:
    return bool(asked.member.seats & OF_PROVINCE)


def _find(asked: Asked) -> ReviewRound:
    return _find_named(asked, asked.request.match_info["code"])


def _find_named(asked: Asked, code: str) -> ReviewRound:
    found = next((one for one in asked.today.book.rules.rounds if one.code == code), None)
    if found is None:
        raise NotHereError
    return found


def _show(asked: Asked, one: ReviewRound, problem: str | None = None) -> web.Response:
    return asked.show(
        "round.html",
        one=one,
        audience=describe_audience_of(one, asked.today),
        state=_state(one, asked),
        may_change=_may_change(asked) and one.is_open,
        problem=problem,
        given=asked.form,
    )


def _ask_new(asked: Asked, cells: dict[str, str], problem: str | None = None) -> web.Response:
    book = asked.today.book
    groups = sorted({one for one, _name in book.rules.group_names} | set(book.standards_by_group))
    return asked.show(
        "round_new.html",
        cells=cells,
        days={name: _day_of_field(cells.get(name, "")) for name in ("han", "mo_tu_ngay")},
        chosen=_chosen_of(cells),
        problem=problem,
        units=list_units(asked),
        groups=[(one, book.group_name(one)) for one in groups],
        classes=[(one.value, name_managed_by(one)) for one in ManagedBy],
        criteria=[(one.code, one.name) for one in asked.today.library.criteria.values()],
    )


PAGES: tuple[Page, ...] = (
    page("/rounds", "rounds", OF_HR, list_all),
    page("/rounds/new", "rounds.new", OF_PROVINCE, ask_new),
    page("/rounds/of/{code}", "round", OF_HR, show),
    deed("/rounds/check", "rounds.check", OF_PROVINCE, check),
    deed("/rounds/send", "rounds.send", OF_PROVINCE, send),
)
