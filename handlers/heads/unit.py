"""My unit: at a glance, as a list with filters and pages, as a file and as a picture. Every look is in the audit chain.

Heads see their units and HR those that they serve. `look_at` gives values, for whoever shows them in another
way than a chat does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from handlers import next_steps
from handlers.asking import PUSHED, Choice
from handlers.change_words import name_state
from handlers.console_entry import offer
from handlers.heads.unit_gaps import describe_member
from handlers.heads.unit_seen import Filter, Seen, Standing, look
from handlers.heads.units_meant import Meant, choose_part, find_meant, too_many
from handlers.notices.digests import describe_stages, name_stage
from handlers.notices.escalations import see_list
from handlers.phrases import _, ngettext, show_day, show_number
from handlers.ports import Audit, Clock, Escalations, Profiles, Sheets
from handlers.reply import File, Line, Reply
from handlers.rights import units_headed
from handlers.visit import Visit
from handlers.wording import name_criterion, name_unit
from knowledge.cases import Trigger
from knowledge.digesting import Stage
from knowledge.facts import CriterionCode, Person, UnitCode
from knowledge.findings import Finding
from knowledge.rulebook import RulesOn

GLANCE, LIST, FILTERS, FILE, PICTURE = "unit.glance", "unit.list", "unit.filter", "unit.file", "unit.picture"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PAGE = 10
_NAMES = 5
_NEXT_DUE = 3
_SOON = (30, 90)  # days offered to choose from
_MOST_PARTS = 8
_MOST_TOKEN = 64  # bytes that a button can hold
_BETWEEN = "~"
_LETTERS = dict(zip(Stage, "onlUwpx", strict=True))
_STAGES = {letter: stage for stage, letter in _LETTERS.items()}
_EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class Desk:
    """The drawers that this needs."""

    profiles: Profiles
    cases: Escalations
    sheets: Sheets
    audit: Audit
    clock: Clock


@dataclass(frozen=True, slots=True)
class Shown:
    """Which unit ("": all of the reader's), what of it, and which page: what a button says."""

    unit: str = ""
    wanted: Filter = _EVERYTHING
    page: int = 0

    @property
    def subject(self) -> str:
        """As the subject of a choice."""
        wanted = self.wanted
        parts = (
            self.unit,
            wanted.criterion or "",
            _LETTERS[wanted.stage] if wanted.stage is not None else "",
            str(wanted.due_within) if wanted.due_within is not None else "",
            str(self.page) if self.page else "",
        )
        return _BETWEEN.join(parts).rstrip(_BETWEEN)

    def choice(self, label: str, action: str) -> list[Choice]:
        """The choice with this subject; none where no button could hold it."""
        made = Choice(label, action, self.subject)
        return [made] if len(made.token.encode()) <= _MOST_TOKEN else []


def read_shown(subject: str) -> Shown:
    """What a button says; whatever in it says nothing is left out."""
    unit, criterion, stage, days, page = (*subject.split(_BETWEEN), "", "", "", "", "")[:5]
    wanted = Filter(
        CriterionCode(criterion) if criterion else None,
        _STAGES.get(stage),
        int(days) if days.isdecimal() and len(days) <= len("999") else None,
    )
    return Shown(unit, wanted, int(page) if page.isdecimal() and len(page) <= len("9999") else 0)


# --- values


async def look_at(meant: Meant, reader: Person, rules: RulesOn, desk: Desk) -> Seen | None:
    """Everybody of these units, the look recorded; None where they are too many for one answer."""
    seen = await look(meant.codes, reader.code, rules, profiles=desk.profiles, cases=desk.cases)
    if seen is not None:
        details = {"people": len(seen.people)}
        await desk.audit.record(reader.code, "looked_at_unit", meant.subject, desk.clock.now(), details)
    return seen


Member = tuple[Standing, tuple[Finding, ...]]


def write_members(members: Sequence[Member], rules: RulesOn, sheets: Sheets) -> bytes:
    """The workbook of a list: one row for each open thing, with real dates."""
    headings = [
        (_("No."), 6),
        (_("Code"), 12),
        (_("Full name"), 28),
        (_("Position"), 28),
        (_("Unit"), 32),
        (_("Criterion"), 28),
        (_("State"), 22),
        (_("Deadline"), 14),
        (_("Days left"), 10),
        (_("Basis"), 40),
    ]
    return sheets.write(
        [(_("As of {day}").format(day=show_day(rules.day)).replace("/", "-"), headings, _rows(members, rules))]
    )


# --- in the chat


async def glance(visit: Visit, reader: Person, desk: Desk) -> Reply:
    """How does my unit stand: how many, in which criterion, who is due next, what waits for me?"""
    found = await _see(visit, reader, read_shown(visit.subject).unit, desk)
    if isinstance(found, Reply):
        return found
    meant, seen = found
    rules = visit.rules
    counted, _picture = describe_stages(seen.counts(), rules.library)
    lines = list(counted)
    dated = seen.list_picked(Filter(due_within=_SOON[-1]))[:_NEXT_DUE]
    if dated:
        lines.append(Line(_("Due next:")))
        lines += [describe_member(one.person, found, rules) for one, found in dated]
    lines += _describe_decisions(seen)
    unreached = len(seen.people) - len(await desk.cases.find_reached(seen.people, PUSHED))
    if unreached:
        text = ngettext(
            "{n} person has no channel by which reminders reach them.",
            "{n} people have no channel by which reminders reach them.",
            unreached,
        )
        lines.append(Line(text.format(n=show_number(unreached))))
    title = _("{units}: {behind} of {all} people have something to complete or clear up, as of {day}")
    if not seen.behind:
        title = _("{units}: none of {all} people has anything to complete or clear up, as of {day}")
    told = await desk.cases.list_told_to(reader.code, visit.today)
    return Reply(
        title.format(units=meant.name, behind=len(seen.behind), all=len(seen.people), day=show_day(visit.on)),
        tuple(lines),
        choices=(
            *((next_steps.needing(),) if seen.needing else ()),
            *((see_list(),) if told and meant.is_all else ()),
            *Shown(meant.code).choice(_("The list"), LIST),
            *_acts(meant, reader, visit),
            *choose_part(GLANCE, meant, rules.book.on(visit.today), _MOST_PARTS),
            *offer(visit),
        ),
    )


async def list_people(visit: Visit, reader: Person, desk: Desk, *, wanted: Filter | None = None) -> Reply:
    """Who of my unit, page by page? `wanted` where the filter was typed and not pressed."""
    shown = read_shown(visit.subject)
    if wanted is not None:
        shown = replace(shown, wanted=wanted)
    found = await _see(visit, reader, shown.unit, desk)
    if isinstance(found, Reply):
        return found
    meant, seen = found
    shown = replace(shown, unit=meant.code if visit.meaning is not None else shown.unit)
    members = seen.list_picked(shown.wanted)
    pages = max(1, -(-len(members) // _PAGE))
    page = min(shown.page, pages - 1)
    here = members[page * _PAGE : (page + 1) * _PAGE]
    title = ngettext(
        "{units}: {n} person{filter}, as of {day}", "{units}: {n} people{filter}, as of {day}", len(members)
    )
    if not members:
        title = _("{units}: nobody{filter}, as of {day}")
    if pages > 1:
        title = _("{title} (page {page} of {pages})").format(title=title, page=page + 1, pages=pages)
    said = _describe_filter(shown.wanted, visit.rules)
    return Reply(
        title.format(units=meant.name, n=show_number(len(members)), filter=said, day=show_day(visit.on)),
        tuple(describe_member(one.person, gaps, visit.rules) for one, gaps in here),
        choices=(
            *(
                Choice(f"{one.person.name} ({one.person.code})", "person", one.person.code)
                for one, _gaps in here[:_NAMES]
            ),
            *(replace(shown, page=page + 1).choice(_("Next page"), LIST) if page + 1 < pages else ()),
            *(replace(shown, page=page - 1).choice(_("Page before"), LIST) if page else ()),
            *shown.choice(_("Choose what to list"), FILTERS),
            *(shown.choice(_("As a file (.xlsx)"), FILE) if members else ()),
            next_steps.unit_glance(shown.unit),
        ),
    )


async def choose_filter(visit: Visit, reader: Person, desk: Desk) -> Reply:
    """What of my unit do I want to see listed?"""
    shown = replace(read_shown(visit.subject), page=0)
    found = await _see(visit, reader, shown.unit, desk)
    if isinstance(found, Reply):
        return found
    meant, seen = found
    library, wanted = visit.rules.library, shown.wanted
    choices: list[Choice] = []
    for criterion in sorted({one for one, _stage in seen.stages if one is not None}):
        n = sum(bool(one.picked(Filter(criterion=criterion))) for one in seen.standings)
        label = _("{criterion}: {n} people").format(criterion=name_criterion(library, criterion), n=show_number(n))
        choices += replace(shown, wanted=replace(wanted, criterion=criterion)).choice(label, LIST)
    for stage in Stage:
        n = sum(bool(one.picked(Filter(stage=stage))) for one in seen.standings)
        if n:
            choices += replace(shown, wanted=replace(wanted, stage=stage)).choice(name_stage(stage, n), LIST)
    for days in _SOON:
        label = _("Due within {n} days").format(n=days)
        choices += replace(shown, wanted=replace(wanted, due_within=days, stage=None)).choice(label, LIST)
    for part in choose_part(LIST, meant, visit.rules.book.on(visit.today), _MOST_PARTS):
        choices += replace(shown, unit=part.subject).choice(part.label, LIST)
    if wanted != _EVERYTHING:
        choices += replace(shown, wanted=_EVERYTHING).choice(_("Everything that is open"), LIST)
    said = _describe_filter(wanted, visit.rules) or _(" with everything that is open")
    return Reply(
        _("{units}: what should be listed?").format(units=meant.name),
        (Line(_("Now: the list{filter}. Each choice narrows it further.").format(filter=said)),),
        choices=(*choices, next_steps.unit_glance(shown.unit)),
    )


async def hand_out_file(visit: Visit, reader: Person, desk: Desk, *, wanted: Filter | None = None) -> Reply:
    """The list as a workbook."""
    shown = read_shown(visit.subject)
    if wanted is not None:
        shown = replace(shown, wanted=wanted)
    found = await _see(visit, reader, shown.unit, desk)
    if isinstance(found, Reply):
        return found
    meant, seen = found
    members = seen.list_picked(shown.wanted)
    content = write_members(members, visit.rules, desk.sheets)
    details = {"people": len(members), "channel": visit.asked.channel}
    await desk.audit.record(reader.code, "exported_unit", meant.subject, desk.clock.now(), details)
    text = ngettext(
        "The list of {n} person{filter}: {units}, as of {day}",
        "The list of {n} people{filter}: {units}, as of {day}",
        len(members),
    )
    said = _describe_filter(shown.wanted, visit.rules)
    return Reply(
        text.format(n=show_number(len(members)), filter=said, units=meant.name, day=show_day(visit.on)),
        (Line(_("It holds personal data: please pass it on only to who must see it.")),),
        choices=(next_steps.unit_glance(meant.code), *shown.choice(_("The list"), LIST)),
        file=File(_("unit-{day}.xlsx").format(day=visit.on.isoformat()), content, XLSX),
    )


async def draw_week(visit: Visit, reader: Person, desk: Desk) -> Reply:
    """The picture of how my unit stands: by criterion, and how far each has come."""
    found = await _see(visit, reader, read_shown(visit.subject).unit, desk)
    if isinstance(found, Reply):
        return found
    meant, seen = found
    as_of = _("{units} – as of {day}").format(units=meant.name, day=show_day(visit.on))
    lines, picture = describe_stages(seen.counts(), visit.rules.library, as_of)
    if picture is None:
        lines = [Line(_("Nothing stands open, so there is nothing to draw."))]
    return Reply(
        as_of,
        tuple(lines),
        choices=(next_steps.unit_glance(meant.code), *Shown(meant.code).choice(_("The list"), LIST)),
        picture=picture,
    )


# --- below


async def _see(visit: Visit, reader: Person, unit: str, desk: Desk) -> tuple[Meant, Seen] | Reply:
    meant = await find_meant(visit, reader, unit, audit=desk.audit, clock=desk.clock)
    if isinstance(meant, Reply):
        return meant
    seen = await look_at(meant, reader, visit.rules, desk)
    return (meant, seen) if seen is not None else too_many(meant, GLANCE, visit.rules.book.on(visit.today))


def _acts(meant: Meant, reader: Person, visit: Visit) -> list[Choice]:
    """What can be done with the unit; reminding is for its head."""
    heads = units_headed(reader, visit.rules.book.on(visit.today))
    acts = [Choice(_("Remind the unit"), "remind.unit", meant.code)] if meant.codes & heads else []
    return [
        *acts,
        Choice(_("Picture of the week"), PICTURE, meant.code),
        *Shown(meant.code).choice(_("As a file (.xlsx)"), FILE),
        next_steps.cannot_be_reached(meant.code),
    ]


def _describe_decisions(seen: Seen) -> Iterator[Line]:
    by_kind = [one.trigger for one in seen.list_needing()]
    texts = {
        Trigger.UNANSWERED: _("{n} requests to study wait for an answer."),
        Trigger.UNDECIDED: _("{n} decisions on study are due: send to study or not."),
    }
    for trigger, text in texts.items():
        if n := by_kind.count(trigger):
            yield Line(text.format(n=show_number(n)))


def _describe_filter(wanted: Filter, rules: RulesOn) -> str:
    """The filter inside a sentence, with what leads over to it; nothing where all is meant."""
    said: list[str] = []
    if wanted.criterion is not None:
        said.append(name_criterion(rules.library, wanted.criterion).lower())
    if wanted.stage is not None:
        said.append(_name_stage(wanted.stage))
    if wanted.due_within is not None:
        said.append(_("due within {n} days").format(n=wanted.due_within))
    return _(" ({filters})").format(filters=", ".join(said)) if said else ""


def _name_stage(stage: Stage) -> str:
    return {
        Stage.OVERDUE: _("past the deadline"),
        Stage.NEAR: _("due soon"),
        Stage.LATER: _("due later"),
        Stage.UNDATED: _("without a deadline"),
        Stage.WAITING: _("waiting to be verified"),
        Stage.OPEN: _("not yet decided"),
        Stage.EXPIRING: _("soon expiring"),
    }[stage]


def _rows(members: Sequence[Member], rules: RulesOn) -> Iterator[Sequence[str | int | date | None]]:
    place = 0
    for one, findings in members:
        for finding in findings:
            place += 1
            yield (
                place,
                one.person.code,
                one.person.name,
                one.person.position,
                name_unit(rules, UnitCode(one.person.unit)),
                name_criterion(rules.library, finding.criterion) if finding.criterion is not None else "",
                name_state(finding.state),
                finding.deadline,
                finding.days_left,
                "; ".join(f"{cite.document}{f', {cite.point}' if cite.point else ''}" for cite in finding.basis[:1]),
            )
