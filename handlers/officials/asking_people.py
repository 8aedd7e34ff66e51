"""Pass my question on to a person: what exactly goes to whom is shown, and goes only with the asker's consent."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handlers import next_steps
from handlers.asking import Choice
from handlers.contacts import describe_contact
from handlers.forms import ends_form
from handlers.inquiries import (
    LONGEST_QUESTION,
    MOST_OPEN,
    clean,
    count_questions,
    describe_question,
    list_serving,
    name_holder,
    see,
)
from handlers.memory import recall_pending, recall_questions
from handlers.phrases import _, show_day
from handlers.ports import Audit, Clock, Consents, Inquiries, Staff, Threads
from handlers.privacy import consents_of, rules_of, version_of
from handlers.reply import Line, Outcome, Pending, Reply
from handlers.visit import Visit
from handlers.wording import name_unit
from knowledge.facts import Person, UnitCode
from knowledge.privacy import Purpose
from knowledge.reminding import due_day
from knowledge.rulebook import RulesOn
from storage.records import ConsentAct, EarlierQuestion, Inquiry, InquiryReason

FORM = "inquiry.new"
_QUESTION, _CONFIRM = "question", "confirm"
_MOST_ASKED = 20
_SURELY_ASKED = 0.8  # what was hardly read as a request is shown before anything of it leaves
_FEW_WORDS = 14  # a request to pass something on; what is longer holds the question itself
_WHY = {one.value: one for one in (InquiryReason.NOT_UNDERSTOOD, InquiryReason.NO_BASIS)}


@dataclass(frozen=True, slots=True)
class Draft:
    """What would be passed on. `is_bare`: it is nothing but the request itself."""

    question: str
    answer: str = ""
    context: tuple[EarlierQuestion, ...] = ()
    why: InquiryReason = InquiryReason.REQUESTED
    is_bare: bool = False

    @property
    def seal(self) -> str:
        """A short word that stands for exactly this content, so that consent is to what was shown."""
        shown = [self.question, self.answer, *((one.text, one.answer) for one in self.context)]
        return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Desk:
    """The drawers that passing on needs."""

    inquiries: Inquiries
    staff: Staff
    threads: Threads
    consents: Consents
    audit: Audit
    clock: Clock


async def ask_a_person(visit: Visit, desk: Desk) -> Reply:
    """Let a person answer this. Asked for in words by somebody known, that is the consent; a stranger confirms."""
    draft = _draft_of_request(visit, await _recall(visit, desk.threads))
    is_sure = visit.meaning is None or visit.meaning.confidence >= _SURELY_ASKED
    if visit.person is not None and is_sure and not await _has_withdrawn(visit, desk):
        return await _hand_over(visit, draft, desk)
    return _ask_for_question() if draft.is_bare else await _preview(visit, draft, desk)


async def _has_withdrawn(visit: Visit, desk: Desk) -> bool:
    """Whether this was the last they said of it here: then they are asked, with its words, before anything leaves."""
    acts = await desk.consents.list_consents(visit.asked.channel, visit.asked.address)
    own = [one for one in acts if visit.person is not None and one.person == visit.person.code]
    last = [one.act for one in own if one.purpose == Purpose.QUESTIONS.value][-1:]
    return last == [ConsentAct.WITHDRAWN]


async def ask_to_pass_on(visit: Visit, desk: Desk) -> Reply:
    """Show what would be passed on of this conversation, and ask whether to."""
    draft = _draft_of_thread(await _recall(visit, desk.threads))
    return _ask_for_question() if draft is None else await _preview(visit, draft, desk)


async def read_question(visit: Visit, desk: Desk) -> Reply:
    """The question was typed after being asked for, or typed anew in place of the one shown."""
    if ends_form(visit.text):
        return keep_here()
    text = clean(visit.text)
    if not text or len(text) > LONGEST_QUESTION:
        return _too_long(len(text)) if text else _ask_for_question()
    earlier = _draft_of_thread(await _recall(visit, desk.threads))
    context = _last_two(earlier) if earlier is not None else ()
    return await _preview(visit, Draft(text, context=context), desk, is_typed=True)


async def pass_on(visit: Visit, desk: Desk) -> Reply:
    """Yes, pass on what was shown. If that is not what stands there any more, it is shown anew."""
    kept = await _recall(visit, desk.threads)
    draft = _draft_of_form(recall_pending(kept)) or _draft_of_thread(kept)
    if draft is None:
        return await _already(visit, desk) or _ask_for_question()
    if draft.seal != visit.subject:
        return await _preview(visit, draft, desk)
    return await _hand_over(visit, draft, desk)


def keep_here() -> Reply:
    """Nothing is passed on."""
    return Reply(
        title=_("Nothing was passed on."),
        choices=(next_steps.my_gaps(), next_steps.all_documents(), next_steps.help_me()),
    )


async def _hand_over(visit: Visit, draft: Draft, desk: Desk) -> Reply:
    waiting = [one for one in await _list_asked(visit, desk.inquiries) if one.is_open]
    today = visit.rules.book.on(visit.today)
    serving = await _list_serving(visit, desk.staff)
    holder = name_holder(serving, today)
    known = next((one for one in waiting if _is_same(one, draft, visit)), None)
    if known is not None:
        return _tell_handed_over(visit, known, holder, draft, serving, is_known=True)
    if len(waiting) >= MOST_OPEN:
        return _too_many(waiting)

    now = desk.clock.now()
    version = version_of(visit, Purpose.QUESTIONS)
    await desk.consents.note_consents(consents_of(visit, {Purpose.QUESTIONS: ConsentAct.AGREED}, now))
    inquiry = await desk.inquiries.add(
        Inquiry(
            code="",
            channel=visit.asked.channel,
            address=visit.asked.address,
            person=visit.person.code if visit.person is not None else None,
            unit=_unit_of(visit.person, today) if visit.person is not None else None,
            territory=today.territory_of(visit.person.unit) if visit.person is not None else today.book.home,
            question=draft.question,
            answer=draft.answer,
            context=draft.context,
            why=draft.why,
            opened_at=now,
            due_on=due_day(visit.today, today.calendar, today.library.policy),
            consent_version=version,
            for_administrators=not serving,
            locale=visit.asked.locale,
        )
    )
    details = {"inquiry": inquiry.code, "consent": version, "channel": visit.asked.channel}
    actor, subject = inquiry.person or str(visit.asked.channel), inquiry.person or inquiry.code
    await desk.audit.record(actor, "passed_on_question", subject, now, details)
    return _tell_handed_over(visit, inquiry, holder, draft, serving)


def _unit_of(person: Person, today: RulesOn) -> UnitCode:
    """The unit in force, or the one that the roster names where it is not known: by it a person's question is known."""
    unit = today.find_unit(person.unit)
    return unit.code if unit is not None else person.unit


def _is_same(known: Inquiry, draft: Draft, visit: Visit) -> bool:
    """Whether it is with HR already: the same words, or one more request of the day without anything new in it."""
    if known.question == draft.question:
        return True
    today = visit.rules.book.on(visit.today)
    return draft.is_bare and known.due_on >= due_day(visit.today, today.calendar, today.library.policy)


def _tell_handed_over(
    visit: Visit,
    inquiry: Inquiry,
    holder: str,
    draft: Draft,
    serving: Sequence[Person],
    *,
    is_known: bool = False,
) -> Reply:
    title = (
        _("This is already with {holder}. Code to follow it: {code}")
        if is_known
        else _("Passed on to {holder}. Code to follow it: {code}")
    )
    lines = [Line(_("This is what was passed on:")), *_describe_passed(visit, inquiry, draft)]
    if serving:
        text = _("HR is to answer by {day}. You are told here; you can also type the code at any time.")
    else:
        text = _(
            "No HR is in charge of your unit in the roster yet, so nobody is assigned; administrators see it from "
            "{day} at the latest. You can also type the code at any time."
        )
    lines.append(Line(text.format(day=show_day(inquiry.due_on))))
    if not serving:
        lines.append(describe_contact(visit))
    if draft.is_bare:
        lines.append(Line(_("You have not written a question yet: press “Add details” so that HR knows what it is.")))
    return Reply(
        title=title.format(holder=holder, code=inquiry.code),
        lines=tuple(lines),
        choices=(
            Choice(_("Add details"), "inquiry.add", inquiry.code),
            Choice(_("Take it back"), "inquiry.withdraw", inquiry.code),
            see(inquiry, _("Follow this question")),
        ),
        outcome=Outcome.HANDED_OVER,
        handed_to=holder,
    )


async def _preview(visit: Visit, draft: Draft, desk: Desk, *, is_typed: bool = False) -> Reply:
    today = visit.rules.book.on(visit.today)
    serving = await _list_serving(visit, desk.staff)
    lines = [
        Line(_("Exactly this is passed on to {holder}:").format(holder=name_holder(serving, today))),
        *describe_question(draft.question, draft.answer, draft.context),
        _describe_asker(visit),
        *(Line(text) for text in _wording(visit)),
    ]
    if is_typed:
        lines.append(Line(_("To change the question, simply type it again.")))
    if not serving:
        lines.append(Line(_("No HR is in charge of this in the roster yet; it may take longer.")))
        lines.append(describe_contact(visit))
    return Reply(
        title=_("Pass this question on to HR?"),
        lines=tuple(lines),
        choices=(Choice(_("I agree, pass it on"), "pass_on.yes", draft.seal), Choice(_("Do not"), "pass_on.no")),
        pending=Pending(FORM, _CONFIRM, _kept(draft)) if is_typed else None,
    )


def _wording(visit: Visit) -> tuple[str, ...]:
    rules = rules_of(visit)
    return rules.wording(Purpose.QUESTIONS, visit.today) if rules.purposes else ()


def _describe_passed(visit: Visit, inquiry: Inquiry, draft: Draft) -> list[Line]:
    shown = describe_question(draft.question, draft.answer, draft.context)
    if inquiry.question is not None and inquiry.question != draft.question:
        shown = describe_question(inquiry.question, inquiry.answer, inquiry.context)
    return [*shown, _describe_asker(visit)]


def _describe_asker(visit: Visit) -> Line:
    if visit.person is None:
        return Line(_("As from a visitor who is not linked, without a name."), is_item=True)
    unit = name_unit(visit.rules.book.on(visit.today), visit.person.unit)
    text = _("As from {name}, {position}, {unit}.")
    return Line(text.format(name=visit.person.name, position=visit.person.position, unit=unit), is_item=True)


def _ask_for_question() -> Reply:
    return Reply(
        title=_("Please type the question that HR should answer, in one message."),
        lines=(
            Line(_("You will see what is passed on before it goes. Type “{word}” to end this.").format(word=_("stop"))),
        ),
        choices=(next_steps.help_me(),),
        pending=Pending(FORM, _QUESTION),
    )


def _too_long(length: int) -> Reply:
    text = _("Your question has {n} characters; at most {most} can be passed on. Please shorten it.")
    return Reply(
        title=text.format(n=length, most=LONGEST_QUESTION),
        choices=(next_steps.help_me(),),
        pending=Pending(FORM, _QUESTION),
    )


def _too_many(waiting: Sequence[Inquiry]) -> Reply:
    return Reply(
        title=_("{questions} of yours are still with HR; please wait for an answer or take one back first.").format(
            questions=count_questions(len(waiting))
        ),
        choices=tuple(see(one) for one in waiting),
        outcome=Outcome.DENIED,
    )


async def _already(visit: Visit, desk: Desk) -> Reply | None:
    """A consent pressed twice: what it led to."""
    asked = await _list_asked(visit, desk.inquiries)
    if not asked or not asked[0].is_open or asked[0].question is None:
        return None
    known = asked[0]
    serving = await _list_serving(visit, desk.staff)
    holder = name_holder(serving, visit.rules.book.on(visit.today))
    draft = Draft(known.question or "", known.answer, known.context, known.why)
    return _tell_handed_over(visit, known, holder, draft, serving, is_known=True)


async def _list_asked(visit: Visit, inquiries: Inquiries) -> Sequence[Inquiry]:
    person = visit.person.code if visit.person is not None else None
    return await inquiries.list_asked(visit.asked.channel, visit.asked.address, person, _MOST_ASKED)


async def _list_serving(visit: Visit, staff: Staff) -> list[Person]:
    today = visit.rules.book.on(visit.today)
    unit = visit.person.unit if visit.person is not None else None
    territory = today.territory_of(unit) if unit is not None else today.book.home
    return list_serving(await staff.list_staff(), unit, territory, visit.person, today)


async def _recall(visit: Visit, threads: Threads) -> Mapping[str, Any] | None:
    return await threads.recall(visit.asked.thread) if visit.asked.thread is not None else None


def _draft_of_request(visit: Visit, kept: Mapping[str, Any] | None) -> Draft:
    """A request that says what it is about is the question itself; a bare one means the question before it."""
    earlier = _draft_of_thread(kept)
    text = clean(visit.text)[:LONGEST_QUESTION]
    if holds_question(visit):
        return Draft(text, context=_last_two(earlier) if earlier is not None else ())
    return earlier if earlier is not None else Draft(text, is_bare=True)


def holds_question(visit: Visit) -> bool:
    """Whether a request to pass something on says in itself what it is about."""
    named = visit.named
    names_a_thing = named.kinds or named.documents or named.criteria or named.position_groups or named.points
    return bool(names_a_thing) or len(visit.text.split()) > _FEW_WORDS


def _draft_of_thread(kept: Mapping[str, Any] | None) -> Draft | None:
    """The last question of the conversation, with those before it."""
    questions = recall_questions(kept)
    if not questions:
        return None
    last = questions[-1]
    why = _WHY.get(last.outcome, InquiryReason.REQUESTED)
    return Draft(last.text, last.answer, tuple(questions[:-1]), why)


def _last_two(draft: Draft) -> tuple[EarlierQuestion, ...]:
    return (*draft.context, EarlierQuestion(draft.question, draft.why, draft.answer))[-2:]


def _kept(draft: Draft) -> dict[str, str]:
    return {"question": draft.question, "context": json.dumps([[one.text, one.answer] for one in draft.context])}


def _draft_of_form(pending: Pending | None) -> Draft | None:
    if pending is None or pending.form != FORM or pending.step != _CONFIRM:
        return None
    context = tuple(EarlierQuestion(text, "", answer) for text, answer in json.loads(pending.values["context"]))
    return Draft(pending.values["question"], context=context)
