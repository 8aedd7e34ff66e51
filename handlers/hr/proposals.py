"""What waits for a second person of HR: seen with all that it would change, then confirmed or refused, once."""

from dataclasses import dataclass, replace
from datetime import timedelta

from handlers import next_steps
from handlers.asking import Choice
from handlers.contacts import describe_contact
from handlers.forms import LONGEST_ENTRY, Asked, Form, Refused, Step, Values
from handlers.hr.first_of_two import say_to_first
from handlers.hr.proposals_changes import Change, count_effects, read_change
from handlers.hr.proposals_given import TableChange
from handlers.hr.proposals_rights import (
    explain_refusal,
    may_broadcast,
    may_decide,
    reaches,
    signatory_of,
    sort_waiting,
)
from handlers.hr.proposals_time import DayChange, HoursChange, show_time
from handlers.hr.proposals_words import describe_change, describe_effects, name_proposal
from handlers.inquiries import find_address
from handlers.phrases import _, ngettext, show_day, show_moment, show_number
from handlers.ports import Accounts, Audit, Clock, Entries, Letters, Profiles, Proposals, Rulings, Staff, WorkingTime
from handlers.pressed import read_number
from handlers.reply import Line, Outcome, Reply
from handlers.visit import Visit
from knowledge.facts import Person, RecognitionRow
from knowledge.rulebook import RulesOn
from storage.records import Letter, LetterKind, Proposal, ProposalKind, ProposalState

REFUSING = "proposal.refusing"
_WAITS = timedelta(days=30)  # after which a proposal that nobody decided ends by itself
_MOST_LISTED = 50
_MOST_CHOICES = 5
_SHORTEST_REASON = 5
_WITH_REASON = {
    *(ProposalKind.WITHDRAWAL, ProposalKind.ROUND),
    *(ProposalKind.CALENDAR_DAY, ProposalKind.SENDING_HOURS),
}


@dataclass(frozen=True, slots=True)
class Desk:
    """The drawers that four eyes need."""

    profiles: Profiles
    rulings: Rulings
    proposals: Proposals
    working_time: WorkingTime
    entries: Entries
    staff: Staff
    accounts: Accounts
    letters: Letters
    audit: Audit
    clock: Clock


def waiting() -> Choice:
    """What waits."""
    return Choice(_("What waits for a second person"), "proposals")


def refuse(visit: Visit) -> Reply:
    """Not for this visitor."""
    return Reply(
        title=_("Only HR may record rulings and standards, each with a second person of HR who confirms."),
        lines=(describe_contact(visit),),
        choices=(next_steps.help_me(),),
        outcome=Outcome.DENIED,
    )


async def propose(visit: Visit, person: Person, proposal: Proposal, desk: Desk) -> Reply:
    """Keep a proposal, and tell those who may confirm it."""
    today = visit.rules.book.on(visit.today)
    if not reaches(person, proposal, today):
        return refuse_reach()
    number = await desk.proposals.add(proposal)
    told = await _tell(replace(proposal, number=number), today, desk)
    await desk.audit.record(
        person.code, f"proposed_{proposal.kind.value}", f"proposal:{number}", desk.clock.now(), {"told": told}
    )
    until = (
        _("Nothing is sent until another person of HR, whose scope covers it, has approved it.")
        if proposal.kind is ProposalKind.BROADCAST
        else _("Nothing changes until another person of HR, whose scope covers it, has confirmed it.")
    )
    lines = [Line(until)]
    if told:
        text = ngettext("{n} colleague has been told.", "{n} colleagues have been told.", told)
        lines.append(Line(text.format(n=told)))
    else:
        nobody = _("No colleague with a linked chat can be told; please let one of them know yourself.")
        lines.append(Line(say_to_first(nobody, proposal.proposed_by.vouched_by)))
    return Reply(
        title=_("Proposal {number} waits for a second person.").format(number=number),
        lines=tuple(lines),
        choices=(waiting(), next_steps.rulings()),
    )


def refuse_reach() -> Reply:
    """It reaches further than the visitor serves."""
    return Reply(
        title=_("This reaches the whole province, further than the units that you serve."),
        choices=(waiting(), next_steps.rulings()),
        outcome=Outcome.DENIED,
    )


async def list_waiting(visit: Visit, desk: Desk) -> Reply:
    """What waits for me to confirm, what of mine waits for others, and what may I not decide here, and why?"""
    person = visit.person
    if person is None or not may_broadcast(person):  # administrators decide on broadcasts, and see nothing else here
        return refuse(visit)
    today = visit.rules.book.on(visit.today)
    await _expire(desk)
    waits = sort_waiting(person, await desk.proposals.list_waiting(_MOST_LISTED), today)
    for_me, mine, barred = waits.for_me, waits.mine, waits.barred
    if not for_me and not mine and not barred:
        return Reply(title=_("No proposal waits for you."), choices=(next_steps.rulings(),))
    lines = [Line(_("They wait for you:"))] if for_me else []
    lines += [Line(name_proposal(one), is_item=True) for one in for_me]
    lines += [Line(_("Yours, which wait for a colleague:"))] if mine else []
    lines += [Line(name_proposal(one), is_item=True) for one in mine]
    for why in dict.fromkeys(why for _one, why in barred):
        lines.append(Line(_("They wait for a second person. {why}").format(why=why)))
        lines += [Line(name_proposal(one), is_item=True) for one, reason in barred if reason == why]
    listed = [*for_me, *mine, *(one for one, _why in barred)]
    return Reply(
        title=ngettext("{n} proposal waits for you", "{n} proposals wait for you", len(for_me)).format(n=len(for_me))
        if for_me
        else _("No proposal waits for you."),
        lines=tuple(lines),
        choices=(*(_see(one) for one in listed[:_MOST_CHOICES]), next_steps.rulings()),
    )


async def view(visit: Visit, desk: Desk) -> Reply:
    """What exactly would this proposal change, and for how many?"""
    found = await _open_change(visit, desk)
    if isinstance(found, Reply):
        return found
    person, proposal, today = found
    change = await read_change(proposal, signatory_of(person, today), today, desk.entries)
    await desk.audit.record(
        person.code,
        "viewed_proposal",
        f"proposal:{proposal.number}",
        desk.clock.now(),
        {"channel": visit.asked.channel},
    )
    return await _show(visit, (person, proposal, today), change, desk)


async def confirm(visit: Visit, desk: Desk) -> Reply:
    """Yes: let it take effect. Only what was seen is confirmed: after any change of the rules it is shown anew."""
    found = await _open_change(visit, desk)
    if isinstance(found, Reply):
        return found
    person, proposal, today = found
    if not may_decide(person, proposal, today):
        return await deny(person, proposal, "confirm", desk)
    author = await desk.profiles.find_person(proposal.proposed_by.person)
    if author is None or not reaches(author, proposal, today):
        return _stale(
            _("Whoever proposed this does not serve as HR for it any more; it cannot be confirmed."), proposal
        )
    change = await read_change(proposal, signatory_of(person, today), today, desk.entries)
    if isinstance(change, str):
        return _stale(change, proposal)
    if _version_seen(visit) != today.book.rules.version:
        shown = await _show(visit, found, change, desk)
        note = Line(_("The rules have changed since you looked; please look again before you confirm."))
        return replace(shown, lines=(note, *shown.lines))
    if not await desk.proposals.decide(proposal.number, ProposalState.CONFIRMED, person.code, desk.clock.now()):
        return await decided_meanwhile(proposal, desk)
    title, subject = await _take_effect(change, author, person, desk)
    await tell_author(author, proposal, desk)
    await desk.audit.record(
        person.code,
        f"confirmed_{proposal.kind.value}",
        f"proposal:{proposal.number}",
        desk.clock.now(),
        {"proposed_by": proposal.proposed_by.person, "about": subject},
    )
    return Reply(title=title, choices=(next_steps.rulings(), waiting()))


async def take_back(visit: Visit, desk: Desk) -> Reply:
    """The author takes the proposal back."""
    found = await open_proposal(visit, desk)
    if isinstance(found, Reply):
        return found
    person, proposal, _today = found
    if person.code != proposal.proposed_by.person:
        return await deny(person, proposal, "take_back", desk)
    if not await desk.proposals.decide(proposal.number, ProposalState.WITHDRAWN, person.code, desk.clock.now()):
        return await decided_meanwhile(proposal, desk)
    await desk.audit.record(person.code, "took_back_proposal", f"proposal:{proposal.number}", desk.clock.now())
    text = _("Proposal {number} has been taken back; nothing was changed.")
    return Reply(title=text.format(number=proposal.number), choices=(next_steps.rulings(), waiting()))


async def start_refusing(visit: Visit, desk: Desk) -> Form | Reply:
    """The form that asks why a proposal is refused."""
    found = await open_proposal(visit, desk)
    if isinstance(found, Reply):
        return found
    person, proposal, today = found
    if not may_decide(person, proposal, today):
        return await deny(person, proposal, "refuse", desk)
    return refusing_form(visit, desk)


def refusing_form(visit: Visit, desk: Desk) -> Form:
    """Why is it refused? Its only step; the number of the proposal is filled in before."""

    async def ask(values: Values) -> Asked:
        text = _("Why do you refuse proposal {number}? Whoever proposed it will read your reason.")
        return Asked(text.format(number=values["number"]))

    async def read(said: str, _values: Values) -> dict[str, str | None] | Refused:
        if not _SHORTEST_REASON <= len(said) <= LONGEST_ENTRY:
            return Refused(_("Please give the reason in one sentence."))
        return {"reason": said}

    async def finish(values: Values) -> Reply:
        return await _refuse_for(replace(visit, subject=values["number"]), values["reason"], desk)

    return Form(REFUSING, (Step("reason", ("reason",), ask, read),), finish, give_up, ("number",))


def give_up() -> Reply:
    """A form was given up."""
    return Reply(title=_("Given up; nothing was changed."), choices=(next_steps.rulings(), waiting()))


async def _refuse_for(visit: Visit, reason: str, desk: Desk) -> Reply:
    found = await open_proposal(visit, desk)
    if isinstance(found, Reply):
        return found
    person, proposal, today = found
    if not may_decide(person, proposal, today):
        return await deny(person, proposal, "refuse", desk)
    now = desk.clock.now()
    if not await desk.proposals.decide(proposal.number, ProposalState.REFUSED, person.code, now, reason):
        return await decided_meanwhile(proposal, desk)
    author = await desk.profiles.find_person(proposal.proposed_by.person)
    if author is not None:
        await tell_author(author, proposal, desk)
    await desk.audit.record(person.code, f"refused_{proposal.kind.value}", f"proposal:{proposal.number}", now)
    text = _("Proposal {number} is refused; nothing was changed.")
    return Reply(title=text.format(number=proposal.number), choices=(waiting(), next_steps.rulings()))


# --- what they share ---

_Found = tuple[Person, Proposal, RulesOn]


async def open_proposal(visit: Visit, desk: Desk) -> _Found | Reply:
    """The proposal that is meant, of whatever kind, for somebody of HR who may look at it; else what to say."""
    person = visit.person
    if person is None or not may_broadcast(person):
        return refuse(visit)
    today = visit.rules.book.on(visit.today)
    await _expire(desk)
    number = read_number(visit.subject.partition(".")[0])
    proposal = await desk.proposals.find(number) if number is not None else None
    if proposal is None:
        return Reply(title=_("There is no such proposal."), choices=(waiting(), next_steps.rulings()))
    is_own = proposal.proposed_by.person == person.code
    if not is_own and not reaches(person, proposal, today):
        return await deny(person, proposal, "view", desk)
    if proposal.state is not ProposalState.WAITING:
        return _settled(proposal)
    return person, proposal, today


async def _open_change(visit: Visit, desk: Desk) -> _Found | Reply:
    """The same for a change of the rules; a broadcast is looked at and approved where it can be seen whole."""
    found = await open_proposal(visit, desk)
    if isinstance(found, Reply) or found[1].kind is not ProposalKind.BROADCAST:
        return found
    return Reply(title=name_proposal(found[1]), choices=(_see(found[1]), waiting()))


async def _show(visit: Visit, found: _Found, change: Change | str, desk: Desk) -> Reply:
    person, proposal, today = found
    if isinstance(change, str):
        return _stale(change, proposal)
    effects = await count_effects(change, proposal.scope, today, desk.profiles)
    lines = [*describe_change(change, replace(visit, rules=today)), *describe_effects(effects, today)]
    if proposal.cells.get("ly_do") and proposal.kind in _WITH_REASON:
        lines.insert(1, Line(_("Reason: {reason}").format(reason=proposal.cells.get("ly_do", "")), is_item=True))
    seen = f"{proposal.number}.{today.book.rules.version}"
    number = str(proposal.number)
    if may_decide(person, proposal, today):
        choices = [Choice(_("Confirm"), "proposal.confirm", seen), Choice(_("Refuse"), "proposal.refuse", number)]
    else:
        lines.append(Line(explain_refusal(person, proposal)))
        choices = []
    if person.code == proposal.proposed_by.person:
        choices.append(Choice(_("Take it back"), "proposal.takeback", number))
    return Reply(title=name_proposal(proposal), lines=tuple(lines), choices=(*choices, waiting(), next_steps.rulings()))


async def _take_effect(change: Change, author: Person, confirmer: Person, desk: Desk) -> tuple[str, str]:
    """Write what was confirmed; what to say of it, and the code of what was changed."""
    if change.withdrawn is not None:
        is_ended = await desk.rulings.withdraw(change.withdrawn.id, change.day)
        text = (
            _("Confirmed: ruling {id} applies no more from {day} on.")
            if is_ended
            else _("Ruling {id} had been withdrawn before; nothing more was changed on {day}.")
        )
        return text.format(id=change.withdrawn.id, day=show_day(change.day)), change.withdrawn.id
    if change.ruling is not None:
        ruling = await desk.rulings.add(change.ruling, declares=change.declares)
        text = _("Confirmed: it is ruling {id}, in force from {day} on.")
        return text.format(id=ruling.id, day=show_day(ruling.valid_from)), ruling.id
    if change.table is not None:
        return await _take_table(change.table, desk)
    if change.time is not None:
        return await _take_time(change.time, author, confirmer, desk)
    if change.round is not None:
        await desk.entries.store(change.round, declares=change.declares, at=desk.clock.now())
        return _("Confirmed: review round {code} is as shown now.").format(code=change.round.code), change.round.code
    row = change.row
    if row is None:
        raise TypeError(change)  # a change is always of one of these kinds
    if isinstance(row, RecognitionRow):
        subject = f"{row.document}:{row.kind}"
    else:
        subject = f"{row.position_group}:{row.criterion}"
    await desk.entries.store(row, declares=change.declares, at=desk.clock.now())
    return _("Confirmed: the row is in the table now."), "".join(subject.split())


async def _take_time(time: DayChange | HoursChange, author: Person, confirmer: Person, desk: Desk) -> tuple[str, str]:
    now = desk.clock.now()
    if isinstance(time, HoursChange):
        await desk.working_time.set_hours(time.own, author.code, confirmer.code, now)
        begin, end = time.after
        text = _("Confirmed: reminders and broadcasts go out from {begin} to {end} now.")
        return text.format(begin=show_time(begin), end=show_time(end)), "sending_hours"
    if time.after is not None:
        await desk.working_time.declare(time.after, author.code, confirmer.code, now)
        text = _("Confirmed: {day} is a working day.") if time.after.is_working else _("Confirmed: {day} is a day off.")
    else:
        await desk.working_time.withdraw(time.day, confirmer.code, now)
        text = _("Confirmed: the calendar of the library holds again on {day}.")
    return text.format(day=show_day(time.day)), f"day:{time.day.isoformat()}"


async def _take_table(table: TableChange, desk: Desk) -> tuple[str, str]:
    now = desk.clock.now()
    for gone in table.removed:
        await desk.entries.remove(gone)
    for row in table.stored:
        await desk.entries.store(row, declares=None, at=now)
    for number in table.declares:
        await desk.entries.declare(number, now)
    text = _("Confirmed: {n} rows of the table are in force now.")
    return text.format(n=show_number(len(table.stored))), table.sheet


async def _tell(proposal: Proposal, today: RulesOn, desk: Desk) -> int:
    """Leave a letter for everybody who may confirm it and has a chat that takes messages; how many."""
    serving = [one for one in await desk.staff.list_staff() if may_decide(one, proposal, today)]
    return sum([await _leave(LetterKind.PROPOSAL, one, proposal, desk) for one in serving])


async def tell_author(author: Person, proposal: Proposal, desk: Desk) -> None:
    """Leave a letter that the proposal has been decided."""
    await _leave(LetterKind.DECIDED, author, proposal, desk)


async def _leave(kind: LetterKind, to: Person, proposal: Proposal, desk: Desk) -> bool:
    account = await find_address(to, desk.accounts)
    if account is None:
        return False
    return await desk.letters.leave(
        Letter(
            channel=account.channel,
            address=account.address,
            kind=kind,
            left_at=desk.clock.now(),
            person=to.code,
            number=proposal.number,
            key=f"{kind.value}:{proposal.number}:{to.code}",
            locale=account.locale or "vi",
        )
    )


async def _expire(desk: Desk) -> None:
    now = desk.clock.now()
    for number in await desk.proposals.expire(now - _WAITS, now):
        await desk.audit.record("system", "expired_proposal", f"proposal:{number}", now)


async def deny(person: Person, proposal: Proposal, what: str, desk: Desk) -> Reply:
    """Not by this person; the attempt is kept."""
    await desk.audit.record(
        person.code, "decision_refused", f"proposal:{proposal.number}", desk.clock.now(), {"what": what}
    )
    return Reply(
        title=explain_refusal(person, proposal), choices=(waiting(), next_steps.rulings()), outcome=Outcome.DENIED
    )


async def decided_meanwhile(proposal: Proposal, desk: Desk) -> Reply:
    """Somebody was quicker."""
    return _settled(await desk.proposals.find(proposal.number) or proposal)


def _settled(proposal: Proposal) -> Reply:
    text = {
        ProposalState.CONFIRMED: _("Proposal {number} has been confirmed already, by {who}, {when}."),
        ProposalState.REFUSED: _("Proposal {number} has been refused already, by {who}, {when}."),
        ProposalState.WITHDRAWN: _("Proposal {number} has been taken back by {who}, {when}."),
        ProposalState.EXPIRED: _("Proposal {number} waited too long and has ended; please propose it anew."),
        ProposalState.WAITING: _("Proposal {number} still waits; please try again."),
    }[proposal.state]
    when = show_moment(proposal.decided_at) if proposal.decided_at is not None else ""
    lines = (Line(_("Reason: {reason}").format(reason=proposal.reason)),) if proposal.reason else ()
    return Reply(
        title=text.format(number=proposal.number, who=proposal.decided_by, when=when),
        lines=lines,
        choices=(waiting(), next_steps.rulings()),
    )


def _stale(why: str, proposal: Proposal) -> Reply:
    return Reply(
        title=name_proposal(proposal),
        lines=(Line(_("It cannot take effect: {why}").format(why=why)),),
        choices=(Choice(_("Refuse"), "proposal.refuse", str(proposal.number)), waiting(), next_steps.rulings()),
    )


def _version_seen(visit: Visit) -> int | None:
    return read_number(visit.subject.partition(".")[2])


def _see(proposal: Proposal) -> Choice:
    action = "broadcast.proposal" if proposal.kind is ProposalKind.BROADCAST else "proposal"
    return Choice(_("See proposal {number}").format(number=proposal.number), action, str(proposal.number))
