"""Linking codes from HR: one in the chat, or a sheet to print for a unit. A code is a secret: on record, shown once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from handlers import next_steps
from handlers.asking import Channel, Choice
from handlers.heads.others import find_other, refuse
from handlers.heads.units_meant import Meant, choose_part, find_meant
from handlers.phrases import _, ngettext, show_moment, show_number
from handlers.ports import Audit, Clock, LinkCodes, Profiles, UnitReach
from handlers.pressed import read_number
from handlers.reply import CodeCard, CodeSheet, Line, Outcome, Reply
from handlers.rights import serves_whole_province, units_in_scope, units_served
from handlers.visit import Visit
from handlers.vouching import could_be
from handlers.wording import name_unit
from knowledge.facts import Person, PersonCode, Role, UnitCode
from knowledge.rulebook import RulesOn

ONE, SHEET, PRINT = "codes.one", "codes.sheet", "codes.print"
SHEET_LIFE = timedelta(days=7)  # long enough to hand a printed sheet out
_MOST_CARDS = 300
_MOST_PARTS = 8
_BETWEEN = "~"
_OFFICES = frozenset({Role.ADMINISTRATOR, Role.DATA_OFFICER})


@dataclass(frozen=True, slots=True)
class Desk:
    """The drawers that this needs."""

    profiles: Profiles
    link_codes: LinkCodes
    reach: UnitReach
    audit: Audit
    clock: Clock
    bot_link: str = ""


def may_issue(person: Person, today: RulesOn) -> bool:
    """Whether somebody serves others as HR."""
    return bool(units_served(person, today))


def exceeds(person: Person, issuer: Person, served: frozenset[UnitCode], today: RulesOn) -> bool:
    """Whether somebody may see or do what the issuer, who serves these units, may not: who has their code could too."""
    is_wider = serves_whole_province(person) and not serves_whole_province(issuer)
    has_office = bool((person.roles & _OFFICES) - issuer.roles)
    return is_wider or has_office or not units_in_scope(person, today) <= served


@dataclass(frozen=True, slots=True)
class _Meant:
    """The units meant among those served, whom of their people a sheet is for, and how many it is not for, and why."""

    units: Meant
    unlinked: Sequence[Person]
    linked: int
    wider: int

    def describe_left_out(self) -> list[Line]:
        """How many get no code, each with the reason."""
        lines = []
        if self.linked:
            text = ngettext(
                "{n} person has linked a chat already and gets none.",
                "{n} people have linked a chat already and get none.",
                self.linked,
            )
            lines.append(Line(text.format(n=show_number(self.linked)), is_item=True))
        if self.wider:
            text = ngettext(
                "{n} person has wider rights than you and gets none: somebody in charge of all of it gives that code, "
                "or the administrator by the command nhacchuan code.",
                "{n} people have wider rights than you and get none: somebody in charge of all of it gives those "
                "codes, or the administrator by the command nhacchuan code.",
                self.wider,
            )
            lines.append(Line(text.format(n=show_number(self.wider)), is_item=True))
        return lines


async def issue_one(visit: Visit, hr: Person, desk: Desk) -> Reply:
    """A code for this one person, for a few minutes."""
    words = visit.subject or visit.named.person_words or ""
    found = await find_served(visit, hr, words, desk)
    if isinstance(found, Reply):
        return found
    issued = await desk.link_codes.issue(found.code, desk.clock.now(), vouched_by=could_be(hr))
    await _record(hr, [found.code], "chat", desk)
    expires = show_moment(issued.expires_at)
    return Reply(
        _("A linking code for {name} ({code})").format(name=found.name, code=found.code),
        (
            Line(_("Code: {secret}").format(secret=issued.code)),
            Line(_("It works once, until {moment}. Codes given before do not work any more.").format(moment=expires)),
            Line(
                _(
                    "Give it to {name} alone, by yourself. They open the bot, choose “Link my account” and type it."
                ).format(name=found.name)
            ),
            Line(_("Whoever has this code can see this person's record, so please delete this message afterwards.")),
        ),
        choices=(
            Choice(_("A slip to print, for 7 days"), PRINT, _stamped("p", found.code, desk)),
            next_steps.unit_glance(),
        ),
    )


async def ask_for_sheet(visit: Visit, hr: Person, desk: Desk) -> Reply:
    """A sheet of codes for a unit: for how many, and what happens to codes given before?"""
    found = await _people(visit, hr, visit.subject, desk)
    if isinstance(found, Reply):
        return found
    meant, unlinked, lines = found.units, found.unlinked, found.describe_left_out()
    if not unlinked:
        none = _("{units}: there is nobody to whom you can give a code.")
        title = none if found.wider else _("{units}: everybody has linked a chat.")
        return Reply(
            title.format(units=meant.name),
            tuple(lines),
            choices=(next_steps.cannot_be_reached(meant.code),),
        )
    if len(unlinked) > _MOST_CARDS:
        text = _("A sheet holds at most {n} people. Please choose a part of the unit.")
        parts = choose_part(SHEET, meant, visit.rules.book.on(visit.today), _MOST_PARTS)
        return Reply(text.format(n=show_number(_MOST_CARDS)), tuple(lines), choices=tuple(parts))
    lines += [
        Line(
            _("Each code works once, for {n} days; codes given to them before do not work any more.").format(
                n=SHEET_LIFE.days
            ),
            is_item=True,
        ),
        Line(_("The sheet is made once and not kept: to print it again means new codes."), is_item=True),
        Line(
            _(
                "Whoever has a code can see that person's record: cut the sheet, hand each slip over in "
                "person, keep no copy."
            ),
            is_item=True,
        ),
    ]
    title = ngettext(
        "Print a linking code for {n} person of {units}?",
        "Print linking codes for {n} people of {units}?",
        len(unlinked),
    )
    return Reply(
        title.format(n=show_number(len(unlinked)), units=meant.name),
        tuple(lines),
        choices=(
            Choice(_("Make the sheet (PDF)"), PRINT, _stamped("u", meant.code, desk)),
            next_steps.cannot_be_reached(meant.code),
        ),
    )


async def print_sheet(visit: Visit, hr: Person, desk: Desk) -> Reply:
    """Yes: fresh codes on a sheet."""
    if visit.asked.channel is Channel.ZALO_BOT:  # no file can be handed over there, and old codes would be gone
        return Reply(
            _("A sheet cannot be handed over in this chat, so no code was made. Please ask for it in the web chat."),
            choices=(next_steps.help_me(),),
            outcome=Outcome.DENIED,
        )
    kind, code, stamp = (*visit.subject.split(_BETWEEN), "", "")[:3]
    # The chain is written by one after another: whoever presses at the same moment finds the sheet of the first.
    await desk.audit.record(hr.code, "asked_for_codes", "codes", desk.clock.now(), {"channel": visit.asked.channel})
    printed = await desk.audit.list_about(_printed(kind, code), 1)
    if printed and printed[0][0].timestamp() >= (read_number(stamp) or 0):
        return _printed_already(kind, code, show_moment(printed[0][0]))
    if kind == "p":
        one = await find_served(visit, hr, code, desk)
        if isinstance(one, Reply):
            return one
        people, units, left_out = [one], name_unit(visit.rules, one.unit), []
    else:
        found = await _people(visit, hr, code, desk)
        if isinstance(found, Reply):
            return found
        people, units, left_out = list(found.unlinked), found.units.name, found.describe_left_out()
    if not people or len(people) > _MOST_CARDS:
        return await ask_for_sheet(visit, hr, desk)
    now = desk.clock.now()
    by = could_be(hr)
    issued = [(one, await desk.link_codes.issue(one.code, now, SHEET_LIFE, vouched_by=by)) for one in people]
    await _record(hr, [one.code for one in people], "sheet", desk)
    await desk.audit.record(hr.code, "printed_codes", _printed(kind, code), now, {"people": len(people)})
    cards = tuple(
        CodeCard(one.name, one.code, one.position, name_unit(visit.rules, one.unit), made.code, made.expires_at)
        for one, made in issued
    )
    title = ngettext("The sheet with {n} linking code", "The sheet with {n} linking codes", len(cards))
    return Reply(
        title.format(n=show_number(len(cards))),
        (
            Line(_("The codes work until {moment}.").format(moment=show_moment(cards[0].expires_at))),
            Line(_("Please print it now, hand each slip over in person, and delete the file and this message.")),
            *left_out,
        ),
        choices=(next_steps.unit_glance(),),
        code_sheet=CodeSheet(cards, units, now, f"{hr.name} ({hr.code})", desk.bot_link),
    )


async def find_served(visit: Visit, hr: Person, words: str, desk: Desk) -> Person | Reply:
    """The one person of these words whom this person serves as HR, and whose rights are no wider; else what to say."""
    today = visit.rules.book.on(visit.today)
    served = units_served(hr, today)
    if not served:
        return await _refuse(visit, hr, desk)
    if not words:
        return ask_whom()
    found = await find_other(visit, hr, words, profiles=desk.profiles, audit=desk.audit, clock=desk.clock, action=ONE)
    if isinstance(found, Person) and (found.unit not in served or found.code == hr.code):
        return await _refuse(visit, hr, desk)
    if isinstance(found, Person) and exceeds(found, hr, served, today):
        return await _refuse_wider(visit, hr, found, desk)
    return found


def ask_whom() -> Reply:
    """For whom is the code?"""
    return Reply(
        _("For whom is the linking code? Please type the name or staff code, or name a unit to print a sheet."),
        choices=(Choice(_("A sheet for my units"), SHEET), next_steps.help_me()),
    )


async def _people(visit: Visit, hr: Person, unit: str, desk: Desk) -> _Meant | Reply:
    """The units meant among those served, their people without any chat, and who gets no code."""
    today = visit.rules.book.on(visit.today)
    served = units_served(hr, today)
    if not served:
        return await _refuse(visit, hr, desk)
    meant = await find_meant(visit, hr, unit, audit=desk.audit, clock=desk.clock, scope=served)
    if isinstance(meant, Reply):
        return meant
    people = [one async for one in desk.profiles.stream_people(meant.codes) if one.code != hr.code]
    linked = await desk.reach.find_linked([one.code for one in people])
    unlinked = [one for one in people if one.code not in linked]
    given = [one for one in unlinked if not exceeds(one, hr, served, today)]
    return _Meant(meant, given, len(linked), len(unlinked) - len(given))


def _stamped(kind: str, code: str, desk: Desk) -> str:
    """A button that prints once: it says when it was offered, and a sheet printed since then makes it void."""
    return _BETWEEN.join((kind, code, str(int(desk.clock.now().timestamp()))))


def _printed(kind: str, code: str) -> str:
    return f"codes:{kind}:{code}"


def _printed_already(kind: str, code: str, moment: str) -> Reply:
    again = Choice(_("New codes, the printed ones stop working"), SHEET if kind == "u" else ONE, code)
    return Reply(
        _("That sheet was printed at {moment}; it is made only once.").format(moment=moment),
        (Line(_("To print it again, all its codes must be made anew.")),),
        choices=(again, next_steps.unit_glance()),
    )


async def _refuse(visit: Visit, person: Person, desk: Desk) -> Reply:
    await desk.audit.record(person.code, "code_refused", "person", desk.clock.now(), {"channel": visit.asked.channel})
    return Reply(
        _("Only HR gives out linking codes, to the people whom it serves."),
        refuse(visit).lines[1:],
        choices=(next_steps.link_account(), next_steps.whom_to_ask(), next_steps.help_me()),
        outcome=Outcome.DENIED,
    )


async def _refuse_wider(visit: Visit, hr: Person, person: Person, desk: Desk) -> Reply:
    """Whoever holds a code can do all that its person may: nobody gives out more than they have."""
    details = {"channel": visit.asked.channel, "why": "wider"}
    await desk.audit.record(hr.code, "code_refused", person.code, desk.clock.now(), details)
    text = _(
        "The rights of {name} are wider than yours: somebody in charge of all of it gives this code, or the "
        "administrator by the command nhacchuan code."
    )
    return Reply(
        text.format(name=person.name),
        choices=(next_steps.unit_glance(), next_steps.help_me()),
        outcome=Outcome.DENIED,
    )


async def _record(hr: Person, people: Sequence[PersonCode], by: str, desk: Desk) -> None:
    """For each person, that a code was given out and to whom; never the code."""
    for code in people:
        await desk.audit.record(hr.code, "issued_code", code, desk.clock.now(), {"by": by})
