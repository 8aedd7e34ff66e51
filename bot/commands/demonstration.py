"""`demo`: the invented province, a short real conversation, then the web chat in which visitors choose who they are."""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from bot.commands.asking import as_text
from bot.commands.serving import serve_office
from bot.errors import InputError
from bot.loading import render_report
from bot.on_web.door import DemoPerson
from bot.settings import Settings
from bot.wiring import Office, open_office
from handlers.asking import Channel, Incoming
from handlers.phrases import _, mark
from knowledge.facts import PersonCode

_UNITS = "don_vi"
_SAMPLE = Path(__file__).parents[2] / "examples" / "tinh-mau"


@dataclass(frozen=True, slots=True)
class _Turn:
    """Somebody of the sample asks something, in Vietnamese as it is typed; `person` None = not linked."""

    person: str | None
    says: str


# The conversation shown, and the people whom a visitor may play with why each is interesting.
_CONVERSATION = (
    _Turn(None, "toi con thieu gi?"),
    _Turn("CB002", "tôi còn thiếu gì, hạn nào?"),
    _Turn("CB003", "ielts 4.0 của tôi có được tính không"),
    _Turn("CB002", "công văn 2123 điểm 4 nói gì?"),
    _Turn("CB002", "đồng chí CB003 còn thiếu gì?"),
)
_PEOPLE = (
    ("CB002", mark("lacks a language certificate")),
    ("CB003", mark("IELTS 4.0 fits no row of the sample's recognition table")),
    ("CB004", mark("IELTS 5.0 counts as level 3")),
    ("CB005", mark("a certificate that soon runs out")),
    ("CB009", mark("an old IT certificate that needs proof")),
    ("CB010", mark("a position whose standards are not loaded")),
    ("CB011", mark("works in Thái Bình")),
    ("CB014", mark("head of a department: may ask about the unit")),
    ("CB015", mark("HR for the whole province")),
)


async def demonstrate(settings: Settings, *, once: bool) -> None:
    """Load the sample with its dates counted from today, talk, then serve. Raises InputError without the sample."""
    console = Console(soft_wrap=False, highlight=False)
    console.print(Panel(_("INVENTED DATA: people, units and documents of this province do not exist.")))
    async with open_office(settings) as office:
        await _load_sample(office, console)
        for turn in _CONVERSATION:
            await _talk(turn, office, console)
        if not once:
            await serve_office(office, await _demo_people(office))


async def _load_sample(office: Office, console: Console) -> None:
    workbook = office.settings.home / "tinh-mau.xlsx"
    await _make_sample(workbook, office.clock.today())
    await _ensure_nothing_else_is_held(office, workbook)
    report = await office.load(workbook, dry_run=False, replacing=frozenset(), progress=lambda _sheet, _rows: None)
    if report.is_refused:
        raise InputError("\n".join(render_report(report)))
    for line in render_report(report):
        console.print(Text(line, style="dim"))


async def _ensure_nothing_else_is_held(office: Office, workbook: Path) -> None:
    """Invented people never go among real ones, nor may anybody choose to be one of them."""
    held = len((await office.rule_book()).rules.units)
    if held == 0:
        return
    rehearsed = await office.load(workbook, dry_run=True, replacing=frozenset(), progress=lambda _sheet, _rows: None)
    of_sample = sum(one.changed + one.unchanged for one in rehearsed.sheets if one.sheet == _UNITS)
    if rehearsed.is_refused or of_sample != held:
        raise InputError(
            _(
                "This database holds other data than the invented sample, so the demonstration has changed nothing. "
                "Give it a place of its own: another NHACCHUAN_HOME, and NHACCHUAN_DATABASE_URL empty."
            )
        )


async def _make_sample(workbook: Path, today: date) -> None:
    script = _SAMPLE / "make.py"
    if not script.exists():
        raise InputError(_("The sample province is not here; run the demonstration from a checkout of the project."))
    command = [sys.executable, str(script), "--today", today.isoformat(), "--out", str(workbook)]
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _out, told = await process.communicate()
    if process.returncode:
        raise InputError(
            _("The sample could not be made: {reason}").format(reason=told.decode(errors="replace")[-500:])
        )


async def _talk(turn: _Turn, office: Office, console: Console) -> None:
    person = await office.find_person(turn.person) if turn.person is not None else None
    who = f"{person.name} – {person.position}" if person is not None else _("Somebody not linked yet")
    asked = Incoming(
        channel=Channel.COMMAND_LINE,
        address="demo",
        text=turn.says,
        person=person.code if person is not None else None,
        locale=office.settings.locale,
    )
    reply = await office.desk.answer(asked)
    console.print()
    console.print(Text(f"{who}: ", style="bold") + Text(turn.says))
    console.print(Panel(Text(as_text(reply, office))))


async def _demo_people(office: Office) -> Sequence[DemoPerson]:
    people = [(await office.find_person(code), why) for code, why in _PEOPLE]
    return [DemoPerson(PersonCode(one.code), one.name, one.position, _(why)) for one, why in people if one is not None]
