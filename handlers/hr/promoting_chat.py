"""HR promotes in the chat what it has answered in the inbox, sees what is promoted, and withdraws it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from handlers import next_steps
from handlers.asking import Choice
from handlers.forms import Asked, Form, Refused, Step, Values, answer
from handlers.frequent import without_names
from handlers.hr import inbox
from handlers.hr.promoting import (
    BeyondScopeError,
    Draft,
    NotPromotedError,
    check_draft,
    find_given,
    promote,
    withdraw,
)
from handlers.phrases import _, show_day
from handlers.ports import Audit, Clock, Questions
from handlers.reply import Line, Outcome, Pending, Reply
from handlers.stating import state
from handlers.visit import Visit
from knowledge.facts import FrequentAnswer, Person, Role
from storage.records import Inquiry, InquiryMessage, MessageKind

FORM = "frequent"
_AS_IT_IS = "="
_YES = "yes"
_ALONE = "alone"  # yes, but without the wording of whoever asked
_MOST_LISTED = 12
_LONGEST_LABEL = 60
_LONG_ENOUGH = "…" * 20  # stands for what has not been filled in yet, while one answer is checked

_Read = Callable[[str, Values], Awaitable[Mapping[str, str | None] | Refused]]


@dataclass(frozen=True, slots=True)
class Desk:
    """The drawers that promoting needs."""

    inbox: inbox.Desk
    questions: Questions
    audit: Audit
    clock: Clock


async def start(visit: Visit, desk: Desk) -> Values | Reply:
    """The form's first values for the answered question of `visit.subject`; a reply where there is nothing to do."""
    found = await inbox.find_served(visit, visit.subject, desk.inbox)
    if not isinstance(found, Inquiry):
        return found
    await inbox.record("looked_at_inquiry", found, visit, desk.inbox)
    if visit.person is None or Role.HR not in visit.person.roles:
        return refuse()
    try:
        check_draft(Draft(_LONG_ENOUGH, _LONG_ENOUGH), visit.person, visit.rules.book.on(visit.today))
    except BeyondScopeError as error:
        return Reply(title=str(error), choices=_steps(), outcome=Outcome.DENIED)
    given = _answer_of(found)
    if given is None or found.question is None:
        return Reply(
            title=_("Question {code} has no answer that could be given again.").format(code=found.code),
            choices=(next_steps.inbox(),),
        )
    cited = f"{given.document}#{given.point or ''}" if given.document is not None else ""
    return {
        "code": found.code,
        "asked": without_names(found.question, None),
        "given": given.text or "",
        "cited": cited.rstrip("#"),
    }


async def go_on(visit: Visit, person: Person, kept: Pending | None, desk: Desk) -> Reply:
    """What was typed or pressed goes to the form, as long as the question is theirs: its words stand in the form."""
    if Role.HR not in person.roles:
        return refuse()
    if kept is not None and kept.form == FORM and "code" in kept.values:
        found = await inbox.find_served(visit, kept.values["code"], desk.inbox)
        if not isinstance(found, Inquiry):
            return found
    return await answer(form(visit, person, desk), visit, kept)


def form(visit: Visit, person: Person, desk: Desk) -> Form:
    """The question in general words, the answer, and a last look before everybody gets it."""

    async def ask_question(values: Values) -> Asked:
        return Asked(
            _("How should the question read? Please write it so that it names nobody."),
            (Line(_("It was asked so: “{question}”").format(question=values.get("asked", "")), is_item=True),),
            ((_("As it was asked"), _AS_IT_IS),),
        )

    async def ask_answer(values: Values) -> Asked:
        return Asked(
            _("How should the answer read?"),
            (Line(_("It was answered so: “{answer}”").format(answer=values.get("given", "")), is_item=True),),
            ((_("As it was answered"), _AS_IT_IS),),
        )

    async def preview(values: Values) -> Asked:
        return _last_look(values.get("question", ""), _checked(values, person, visit), visit)

    def reading(filled: str, shown: str) -> _Read:
        async def read(said: str, values: Values) -> Mapping[str, str | None] | Refused:
            words = values.get(shown, "") if said == _AS_IT_IS else said
            trial = {"question": _LONG_ENOUGH, "answer": _LONG_ENOUGH, **values, filled: words}
            try:
                _checked(trial, person, visit)
            except NotPromotedError as error:
                return Refused(str(error))
            return {filled: words}

        return read

    async def confirm(said: str, _values: Values) -> Mapping[str, str | None] | Refused:
        return {"sure": said} if said in {_YES, _ALONE} else Refused(_("Please press one of the buttons."))

    async def finish(values: Values) -> Reply:
        try:
            known = _checked(values, person, visit)
        except NotPromotedError as error:
            return Reply(title=str(error), choices=_steps())
        number = await promote(known, person, questions=desk.questions, audit=desk.audit, clock=desk.clock)
        return Reply(
            title=_("Promoted as answer {n}.").format(n=number),
            lines=(Line(_("The doctor command asks it again as a test; please withdraw it when it no longer holds.")),),
            choices=_steps(),
        )

    return Form(
        FORM,
        (
            Step("question", ("question",), ask_question, reading("question", "asked")),
            Step("answer", ("answer",), ask_answer, reading("answer", "given")),
            Step("sure", ("sure",), preview, confirm),
        ),
        finish,
        lambda: Reply(title=_("Nothing was promoted."), choices=_steps()),
        needs=("code",),
    )


async def list_promoted(visit: Visit, desk: Desk) -> Reply:
    """Which answers are given again, and a button to withdraw each."""
    del desk
    if visit.person is None or Role.HR not in visit.person.roles:
        return refuse()
    known = [one for one in visit.rules.book.rules.frequent if one.withdrawn_on is None]
    if not known:
        return Reply(title=_("No answer has been promoted yet."), choices=(next_steps.inbox(), next_steps.help_me()))
    newest = sorted(known, key=lambda one: -one.number)[:_MOST_LISTED]
    return Reply(
        title=_("{n} answers are given again to whoever asks the same").format(n=len(known)),
        lines=tuple(
            Line(
                _("{n}. {question} ({name}, {day})").format(
                    n=one.number, question=one.question, name=one.given_by, day=show_day(one.given_on)
                ),
                is_item=True,
            )
            for one in newest
        ),
        choices=tuple(Choice(_label(one), "frequent.show", str(one.number)) for one in newest),
    )


async def show(visit: Visit, desk: Desk) -> Reply:
    """One promoted answer as people read it."""
    del desk
    if visit.person is None or Role.HR not in visit.person.roles:
        return refuse()
    known = find_given(visit.subject, visit.rules)
    if known is None:
        return _unknown(visit)
    return Reply(
        title=known.question,
        lines=_preview(known, visit),
        choices=(Choice(_("Withdraw this answer"), "frequent.withdraw", str(known.number)), *_steps()),
    )


async def withdraw_one(visit: Visit, desk: Desk) -> Reply:
    """Give it no more. Only HR whose scope holds that of the answer may."""
    person = visit.person
    if person is None or Role.HR not in person.roles:
        return refuse()
    today = visit.rules.book.on(visit.today)
    known = find_given(visit.subject, today)
    if known is None:
        return _unknown(visit)
    try:
        await withdraw(known.number, person, today, questions=desk.questions, audit=desk.audit, clock=desk.clock)
    except BeyondScopeError as error:
        return Reply(title=str(error), choices=_steps(), outcome=Outcome.DENIED)
    except NotPromotedError as error:
        return Reply(title=str(error), choices=_steps())
    return Reply(title=_("Answer {n} is withdrawn; nobody gets it any more.").format(n=known.number), choices=_steps())


def _checked(values: Values, by: Person, visit: Visit) -> FrequentAnswer:
    question, asked = values.get("question", ""), values.get("asked", "")
    draft = Draft(
        question,
        values.get("answer", ""),
        values.get("cited") or None,
        variants=(asked,) if asked and asked != question and values.get("sure") != _ALONE else (),
    )
    return check_draft(draft, by, visit.rules.book.on(visit.today))


def _last_look(question: str, known: FrequentAnswer, visit: Visit) -> Asked:
    """All that would be kept: the asker's own words too, which can be left out."""
    answers = [(_("Yes, answer it so"), _YES)]
    lines = [Line(f"“{question}”"), *_preview(known, visit)]
    if known.variants:
        text = _("Known by it will also be the asker's own words; please see that they name nobody: “{question}”")
        lines.append(Line(text.format(question=known.variants[0]), is_item=True))
        answers.append((_("Yes, without the asker's words"), _ALONE))
    title = _("Whoever asks the same and gets no answer from the library will read this:")
    return Asked(title, tuple(lines), tuple(answers))


def _preview(known: FrequentAnswer, visit: Visit) -> tuple[Line, ...]:
    by = Line(_("Given by {name}, {unit}, on {day}.").format(
        name=known.given_by, unit=known.given_for, day=show_day(known.given_on)
    ))  # fmt: skip
    if known.document is None:
        return Line(f"“{known.answer}”"), by, Line(_("No document is named for it: it is said to be HR's own word."))
    cite = visit.rules.library.cite_loosely(known.document, known.point)
    return state(known.answer, (cite,), visit), by


def _unknown(visit: Visit) -> Reply:
    return Reply(
        title=_("There is no promoted answer with the number {n}.").format(n=visit.subject[:20]), choices=_steps()
    )


def _answer_of(inquiry: Inquiry) -> InquiryMessage | None:
    """The last answer that HR wrote, if its words are kept."""
    written = [one for one in inquiry.messages if one.kind is MessageKind.REPLY and one.text]
    return written[-1] if written else None


def _label(one: FrequentAnswer) -> str:
    words = one.question if len(one.question) <= _LONGEST_LABEL else f"{one.question[:_LONGEST_LABEL]}…"
    return f"{one.number}. {words}"


def _steps() -> tuple[Choice, ...]:
    return (
        Choice(_("Answers given again"), "frequent.list"),
        next_steps.inbox(),
        next_steps.help_me(),
    )


def refuse() -> Reply:
    """Not HR."""
    return Reply(
        title=_("Only HR may promote an answer."),
        choices=(next_steps.my_gaps(), next_steps.help_me()),
        outcome=Outcome.DENIED,
    )
