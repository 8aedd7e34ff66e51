"""The review queue in the chat: what waits, one submission beside what it would change, its files, the decision."""

from dataclasses import replace

from handlers import next_steps
from handlers.asking import Choice
from handlers.console_entry import offer
from handlers.evidence_words import (
    describe_in_list,
    describe_submission,
    list_file_choices,
    name_evidence_state,
)
from handlers.forms import LONGEST_ENTRY, Asked, Form, Refused, Step, Values
from handlers.hr.evidence import (
    LONGEST_WORDS,
    SHORTEST_WORDS,
    Barred,
    Decided,
    Decision,
    Desk,
    Effect,
    Hindrance,
    Queue,
    Seen,
    decide,
    effect_of,
    list_queue,
    look,
    mark_kind,
    may_mark,
    may_review,
    open_file,
)
from handlers.inquiries import clean
from handlers.phrases import _, ngettext, show_number
from handlers.pressed import read_number
from handlers.reply import Line, Outcome, Reply
from handlers.verdicts import describe_finding
from handlers.visit import Visit
from handlers.wording import name_unit
from knowledge.facts import KindCode, Person
from knowledge.rulebook import RulesOn
from storage.records import EvidenceState

WORDS = "review.words"
_LONGEST_TOKEN = 64  # bytes of a button
_KINDS_PER_PAGE = 10
_MOST_SEARCHED = 200


async def list_waiting(visit: Visit, person: Person, desk: Desk) -> Reply:
    """Which certificates wait for me to verify them?"""
    if not may_review(person):
        return refuse()
    today = visit.rules.book.on(visit.today)
    queue = await list_queue(person, today, desk, page=read_number(visit.subject) or 1)
    marking = (Choice(_("Kinds that two people check"), "review.kinds"),) if may_mark(person, today) else ()
    if not queue.total:
        return Reply(
            title=_("No certificate waits to be verified."),
            lines=_tell_unproven(queue),
            choices=(*marking, next_steps.inbox(), next_steps.help_me()),
        )
    title = ngettext(
        "{n} certificate waits to be verified (page {page} of {pages})",
        "{n} certificates wait to be verified (page {page} of {pages})",
        queue.total,
    )
    turns = [
        Choice(label, "review", str(to))
        for label, to in ((_("← Older"), queue.page - 1), (_("Newer →"), queue.page + 1))
        if 1 <= to <= queue.pages
    ]
    text = _("{entry}. {name}, {unit}")
    return Reply(
        title=title.format(n=queue.total, page=queue.page, pages=queue.pages),
        lines=(
            *(
                Line(
                    text.format(
                        entry=describe_in_list(one, today), name=official.name, unit=name_unit(today, official.unit)
                    ),
                    is_item=True,
                )
                for one, official in queue.rows
            ),
            *_tell_unproven(queue),
        ),
        choices=(
            *(
                Choice(
                    _("No. {number} · {name}").format(number=one.number, name=official.name),
                    "review.open",
                    str(one.number),
                )
                for one, official in queue.rows
            ),
            *turns,
            *marking,
            *offer(visit),
        ),
    )


def _tell_unproven(queue: Queue) -> tuple[Line, ...]:
    return (Line(explain_unproven(queue.unproven)),) if queue.unproven else ()


def explain_unproven(n: int) -> str:
    """What waits on record with nothing to decide on, and what ends that."""
    text = ngettext(
        "{n} certificate in the roster waits for verification, with nothing handed in for it: whoever holds it may"
        " not be reminded. Please check it and load it with its state in column trang_thai, or ask its holder to hand"
        " it in.",
        "{n} certificates in the roster wait for verification, with nothing handed in for them: whoever holds them"
        " may not be reminded. Please check them and load them with their state in column trang_thai, or ask their"
        " holders to hand them in.",
        n,
    )
    return text.format(n=show_number(n))


async def open_named(visit: Visit, person: Person, words: str, desk: Desk) -> Reply | None:
    """The one that waits of the official with this code; None where none or several do."""
    today = visit.rules.book.on(visit.today)
    queue = await list_queue(person, today, desk, per_page=_MOST_SEARCHED)
    numbers = [one.number for one, official in queue.rows if official.code.upper() == words.strip().upper()]
    seen = await look(person, numbers[0], today, desk) if len(numbers) == 1 else None
    return _show_found(seen, visit.rules) if seen is not None else None


async def open_one(visit: Visit, person: Person, desk: Desk) -> Reply:
    """Show me this submission, and what it would change."""
    if not may_review(person):
        return refuse()
    today = visit.rules.book.on(visit.today)
    return _show_found(await look(person, read_number(visit.subject), today, desk), visit.rules)


async def show_file(visit: Visit, person: Person, desk: Desk) -> Reply:
    """Show me its picture or PDF."""
    if not may_review(person):
        return refuse()
    number, _mark, file = visit.subject.partition(":")
    found = await open_file(person, read_number(number), read_number(file), visit.rules.book.on(visit.today), desk)
    if isinstance(found, Barred):
        return _barred(found)
    if found is None:
        return replace(_no_such(), title=_("There is no such file, or it has been deleted after the decision."))
    back = Choice(_("Back to the certificate"), "review.open", number)
    return Reply(title=found.description, file=found, choices=(back, next_steps.review()))


async def verify(visit: Visit, person: Person, desk: Desk) -> Reply:
    """It is right: let it count."""
    if not may_review(person):
        return refuse()
    number, _mark, version = visit.subject.partition(":")
    return await _carry_out(visit, person, number, version, Decision.VERIFY, "", desk)


def words_form(visit: Visit, person: Person, desk: Desk) -> Form:
    """The reason of a rejection, or what the official is asked."""

    async def ask(values: Values) -> Asked:
        if Decision(values["decision"]) is Decision.REJECT:
            return Asked(_("Why is it rejected? The official reads the reason."))
        return Asked(_("What do you need to know, or what is missing? The official reads it."))

    async def read(said: str, _values: Values) -> dict[str, str | None] | Refused:
        words = " ".join(clean(said).split())
        if not SHORTEST_WORDS <= len(words) <= min(LONGEST_WORDS, LONGEST_ENTRY):
            text = _("Please write it in a sentence of at most {n} letters; the official reads it.")
            return Refused(text.format(n=LONGEST_WORDS))
        return {"words": words}

    async def finish(values: Values) -> Reply:
        decision = Decision(values["decision"])
        return await _carry_out(visit, person, values["number"], values["version"], decision, values["words"], desk)

    return Form(
        WORDS,
        (Step("words", ("words",), ask, read),),
        finish,
        lambda: Reply(title=_("Nothing was decided."), choices=(next_steps.review(),)),
        needs=("number", "version", "decision"),
    )


def start_words(visit: Visit, decision: Decision) -> Values:
    """The first values of a decision that needs words."""
    number, _mark, version = visit.subject.partition(":")
    return {"number": number, "version": version, "decision": decision.value}


async def list_kinds(visit: Visit, person: Person, desk: Desk) -> Reply:
    """Which kinds do two people check? HR of the whole province says so."""
    today = visit.rules.book.on(visit.today)
    if not may_mark(person, today):
        return refuse()
    marked = await desk.evidence.list_marked()
    kinds = sorted(today.library.kinds.values(), key=lambda one: (one.code not in marked, one.name))
    page = read_number(visit.subject) or 0
    shown = kinds[page * _KINDS_PER_PAGE : (page + 1) * _KINDS_PER_PAGE]
    label = {True: _("✓ {kind}: one person is enough"), False: _("{kind}: let two people check")}
    choices = [
        Choice(
            label[one.code in marked].format(kind=one.name), "review.mark", f"{one.code}:{int(one.code not in marked)}"
        )
        for one in shown
    ]
    if (page + 1) * _KINDS_PER_PAGE < len(kinds):
        choices.append(Choice(_("More kinds"), "review.kinds", str(page + 1)))
    names = ", ".join(today.library.kinds[one].name for one in sorted(marked) if one in today.library.kinds)
    return Reply(
        title=_("Two people of HR check these kinds: {kinds}.").format(kinds=names or _("none")),
        choices=(*[one for one in choices if len(one.token.encode()) <= _LONGEST_TOKEN], next_steps.review()),
    )


async def mark(visit: Visit, person: Person, desk: Desk) -> Reply:
    """Let two people check this kind, or one again."""
    kind, _mark, needs_two = visit.subject.partition(":")
    today = visit.rules.book.on(visit.today)
    if not await mark_kind(person, KindCode(kind), today, desk, needs_two=needs_two == "1"):
        return refuse()
    return await list_kinds(replace(visit, subject=""), person, desk)


def refuse() -> Reply:
    """Not HR, or not known to be."""
    return Reply(
        title=_("Verifying certificates is for HR, from a chat linked to their record."),
        choices=(next_steps.my_evidence(), next_steps.hand_in(), next_steps.help_me()),
        outcome=Outcome.DENIED,
    )


async def _carry_out(
    visit: Visit, person: Person, number: str, version: str, decision: Decision, words: str, desk: Desk
) -> Reply:
    today = visit.rules.book.on(visit.today)
    done = await decide(person, read_number(number), read_number(version), decision, words, today, desk)
    if isinstance(done, Decided):
        return _tell_done(done, visit.rules)
    if isinstance(done, Barred):
        return _barred(done)
    if done is Hindrance.NOT_FOUND:
        return _no_such()
    seen = await look(person, read_number(number), today, desk)
    shown = _show_found(seen, visit.rules)
    said = {
        Hindrance.CHANGED: _("It has changed since you looked at it; nothing was decided. Please look again."),
        Hindrance.SECOND_PERSON: seen.why_not if isinstance(seen, Seen) else shown.title,
        Hindrance.WORDS_MISSING: _("The official must be told why; nothing was decided."),
    }
    return replace(shown, title=said[done], lines=(Line(shown.title), *shown.lines))


def _tell_done(done: Decided, rules: RulesOn) -> Reply:
    one = done.seen.evidence
    shown = _show(done.seen, rules)
    titles = {
        EvidenceState.VERIFIED: _("Certificate No. {number} is verified and counts from now on."),
        EvidenceState.CHECKED: _("Certificate No. {number} is checked; a second person of HR has to verify it."),
        EvidenceState.REJECTED: _("Certificate No. {number} is rejected."),
        EvidenceState.ASKED_BACK: _("Your question about certificate No. {number} is kept."),
    }
    if done.is_anew:
        titles[one.state] = _("Certificate No. {number} is checked anew; a second person of HR has to verify it.")
    lines: tuple[Line, ...] = ()
    if one.state is not EvidenceState.CHECKED:
        told = _("{name} is told in their chat.") if done.is_told else _("{name} has no linked chat; please tell them.")
        lines = (Line(told.format(name=done.seen.official.name)),)
    return replace(
        shown,
        title=titles[one.state].format(number=one.number),
        lines=(*lines, *shown.lines),
        choices=(next_steps.review(),),
    )


def _show_found(seen: Seen | Barred | None, rules: RulesOn) -> Reply:
    if isinstance(seen, Barred):
        return _barred(seen)
    return _show(seen, rules) if seen is not None else _no_such()


def _show(seen: Seen, rules: RulesOn) -> Reply:
    """As of the day asked about, as every verdict is told; what may be done to it goes by the real day."""
    one, official = seen.evidence, seen.official
    effect = effect_of(one.credential, official, rules)
    title = _("Certificate No. {number} of {name} ({code}): {state}")
    lines = [
        Line(_("{position}, {unit}").format(position=official.position, unit=name_unit(rules, official.unit))),
        *describe_submission(one, rules),
        *describe_effect(effect, rules, is_decided=not one.is_undecided),
    ]
    if seen.needs_two and one.is_undecided:
        lines.append(Line(_("Two people of HR check this kind of certificate.")))
    if seen.why_not:
        lines.append(Line(seen.why_not))
    choices = list_file_choices(one, "review.file")
    if one.is_undecided:
        subject = f"{one.number}:{one.version}"
        if seen.may_verify:
            choices.append(Choice(_("Verify"), "review.verify", subject))
        choices.append(Choice(_("Reject, with the reason"), "review.reject", subject))
        choices.append(Choice(_("Ask the official"), "review.ask", subject))
    choices.append(Choice(_("Record of {name}").format(name=official.name), "person", official.code))
    return Reply(
        title=title.format(number=one.number, name=official.name, code=official.code, state=name_evidence_state(one)),
        lines=tuple(lines),
        choices=(*(each for each in choices if len(each.token.encode()) <= _LONGEST_TOKEN), next_steps.review()),
    )


def describe_effect(effect: Effect, today: RulesOn, *, is_decided: bool = False) -> list[Line]:
    """The verdict as it stands and once the certificate is verified, each with what it rests on."""
    if effect.now is None or effect.verified is None:
        return [Line(_("Nothing in the verdict depends on it: the position requires nothing of this kind."))]
    if is_decided:
        return [Line(_("The verdict now:")), describe_finding(effect.now, today)]
    if not effect.changes:
        return [Line(_("Verifying it changes nothing in the verdict:")), describe_finding(effect.now, today)]
    return [
        Line(_("The verdict now:")),
        describe_finding(effect.now, today),
        Line(_("The verdict once it is verified:")),
        describe_finding(effect.verified, today),
    ]


def _barred(found: Barred) -> Reply:
    return replace(_no_such(), title=found.why)


def _no_such() -> Reply:
    return Reply(
        title=_("There is no such certificate among those that wait for you."),
        choices=(next_steps.review(), next_steps.help_me()),
        outcome=Outcome.DENIED,
    )
