"""Help, terms explained, and how to go about it: asking to be sent to study, handing in evidence."""

from collections.abc import Callable

from handlers import next_steps
from handlers.asking import Choice
from handlers.case_words import describe_verdict
from handlers.cases import Case, own_case
from handlers.contacts import describe_contact
from handlers.phrases import _
from handlers.reply import Line, Outcome, Record, Reply
from handlers.stating import state
from handlers.visit import Visit
from handlers.wording import name_document, start_sentence
from knowledge.documents import Document, Point
from knowledge.facts import CredentialStatus, Role
from knowledge.findings import Reason
from knowledge.folding import fold, fold_words
from knowledge.understanding.meaning import Wish
from knowledge.understanding.syllables import is_syllable
from knowledge.understanding.terms import Term

_LACKS_PROOF = {Reason.COURSE_START_UNPROVEN, Reason.ISSUE_DATE_UNKNOWN}

_THANKS = frozenset(
    {
        "cam on", "cam on nhe", "cam on nhieu", "cam on dong chi", "cam on ban", "cam on a", "ok cam on", "da cam on",
        "ok", "oke", "ok nhe", "ok roi", "da", "vang", "vang a", "da vang", "co", "roi", "duoc roi", "hieu roi",
        "toi hieu roi", "da hieu", "tot qua", "tot", "thanks", "thank you", "tks",
    }
)  # fmt: skip
_FOREIGN_FROM = 3  # words

FindTerm = Callable[[str], Term | None]


def show_help(visit: Visit) -> Reply:
    """What can I ask here? Whoever only thanks or nods is not told all of it."""
    if visit.meaning is not None and fold_words(visit.text) in _THANKS:
        return Reply(
            title=_("You are welcome. Type here whatever else you need."),
            choices=(next_steps.my_gaps(), next_steps.my_deadlines(), next_steps.help_me())
            if visit.person is not None
            else (next_steps.link_account(), next_steps.all_documents(), next_steps.help_me()),
        )
    examples = [
        _("What am I still missing?"),
        _("By when must I complete it?"),
        _("Does IELTS 5.0 of 12/05/2024 count?"),
        _("What does point 3 of letter 2123 say?"),
        _("Who answers for it if I was not sent to study?"),
    ]
    choices: tuple[Choice, ...] = (
        (next_steps.my_gaps(), next_steps.my_deadlines(), next_steps.all_documents())
        if visit.person is not None
        else (next_steps.link_account(), next_steps.all_documents(), next_steps.my_data())
    )
    if visit.person is not None and Role.HR in visit.person.roles:
        choices = (*choices, next_steps.inbox(), next_steps.review(), next_steps.rulings(), next_steps.broadcasts())
    if visit.person is not None and {Role.HR, Role.HEAD} & visit.person.roles:
        choices = (next_steps.work_with_people(), *choices, next_steps.study_waiting(), next_steps.reports())
    return Reply(
        title=_(
            "I tell officials which title standards they lack, which "
            "certificates count, and by when, with the legal basis."
        ),
        lines=(
            Line(_("You can type as you speak, with or without marks. For example:")),
            *(Line(f"“{example}”", is_item=True) for example in examples),
            Line(_("Answers are for reference and do not replace a decision of the competent authority.")),
        ),
        choices=choices,
    )


def explain_term(visit: Visit, *, find_term: FindTerm) -> Reply:
    """What does this term mean?"""
    term = find_term(visit.text)
    if term is None:
        return not_understood(visit)
    library = visit.rules.library
    line = Line(term.explanation)
    document = library.find_document(term.document) if term.document is not None else None
    if document is not None:
        line = state(term.explanation, (library.cite(document.id, term.point),), visit)
    return Reply(
        title=start_sentence(term.name),
        lines=(line,),
        choices=(next_steps.my_gaps(), next_steps.all_documents(), next_steps.help_me()),
    )


def explain_study_request(visit: Visit) -> Reply:
    """How do I ask to be sent to study, and why keep the record?"""
    library = visit.rules.library
    document_id, point_id = library.accountability
    document = library.get_document(document_id)
    point = document.point(point_id)
    lines: list[Line] = [
        Line(
            _(
                "Write to the head of your unit: which criterion, which course, "
                "from when to when. Ask for a dated answer."
            ),
            is_item=True,
        ),
        Line(_("Keep the request and the answer: they show who did their part."), is_item=True),
    ]
    if point is not None and document.binds(visit.territory) and document.exists_on(visit.on):
        lines.append(state(point.summary, (library.cite(document_id, point_id),), visit, is_item=True))
    elif point is not None and not document.binds(visit.territory) and _expects(document, visit):
        lines.insert(0, _describe_reach_of(document, point, visit))
    return Reply(
        title=_("How to ask to be sent to study"),
        lines=tuple(lines),
        choices=(
            next_steps.my_gaps() if visit.person is not None else next_steps.link_account(),
            next_steps.consequences(),
            next_steps.whom_to_ask(),
        ),
    )


def _expects(document: Document, visit: Visit) -> bool:
    """Whether somebody may take it that the document reaches the place asked about."""
    return bool(visit.named.territories) or document.id in {one.document for one in visit.named.documents}


def _describe_reach_of(document: Document, point: Point, visit: Visit) -> Line:
    """That the point on who answers for it does not reach the territory asked about."""
    library = visit.rules.library
    text = _("{document}, {point}, on who answers where nobody is sent to study, binds in {where} only, not in {here}.")
    said = text.format(
        document=name_document(document),
        point=point.label,
        where=", ".join(library.territories[one].name for one in sorted(document.territories)),
        here=library.territories[visit.territory].name,
    )
    return Record(said, (library.cite(document.id, point.id),))


def explain_evidence(visit: Visit) -> Reply:
    """How do I hand in a new certificate?"""
    return Reply(
        title=_("A new certificate"),
        lines=(
            Line(
                _("Hand a certified copy to HR of your unit: kind, level or score, number, issuer and day of issue."),
                is_item=True,
            ),
            Line(_("It counts once HR has verified it; until then it is shown as waiting."), is_item=True),
            Line(_("Do not send pictures of identity papers here."), is_item=True),
            *_handed_in(visit),
            describe_contact(visit),
        ),
        choices=(next_steps.my_certificates(), next_steps.my_gaps(), next_steps.whom_to_ask()),
    )


def _handed_in(visit: Visit) -> list[Line]:
    """How those of the visitor's own certificates stand that wait, were refused, or lack a proof that settles them."""
    held = visit.person.credentials if visit.person is not None else ()
    cases = [case for one in held if (case := own_case(one, visit)) is not None]
    return [describe_verdict(case, visit) for case in cases if _is_open(case)]


def _is_open(case: Case) -> bool:
    lacks_proof = case.judged is not None and case.judged.reason in _LACKS_PROOF
    return lacks_proof or case.credential.status is not CredentialStatus.VERIFIED


def is_foreign(text: str) -> bool:
    """Whether it was typed in another language: most words can be no Vietnamese ones."""
    words = [word for word in fold(text).split() if word.isalpha()]
    strange = sum(not is_syllable(word) for word in words)
    return len(words) >= _FOREIGN_FROM and text.isascii() and 2 * strange >= len(words)


def _foreign() -> Reply:
    return Reply(
        title=_("I understand questions in Vietnamese only, with or without marks. The choices below work as well."),
        lines=(Line("Please ask in Vietnamese, or choose one of the buttons; your HR can also answer in person."),),
        choices=(next_steps.my_gaps(), next_steps.my_deadlines(), next_steps.all_documents(), next_steps.whom_to_ask()),
        outcome=Outcome.NOT_UNDERSTOOD,
    )


def not_understood(visit: Visit) -> Reply:
    """The question could not be read with enough certainty: say so, and offer what is nearest."""
    if visit.meaning is not None and is_foreign(visit.text):
        return _foreign()
    return Reply(
        title=_("I am not sure what you are asking, so I would rather not guess."),
        lines=(Line(_("Please say it another way, or choose one of these:")),),
        choices=(next_steps.my_gaps(), next_steps.all_documents(), next_steps.help_me()),
        outcome=Outcome.NOT_UNDERSTOOD,
    )


def no_such_day(visit: Visit) -> Reply:
    """A day was written that the calendar does not have, or that nobody can mean."""
    written = visit.meaning.false_day if visit.meaning is not None else None
    return Reply(
        title=_("{day} is no day of the calendar that can be meant here; please check it and ask again.").format(
            day=written or ""
        ),
        choices=(next_steps.my_gaps(), next_steps.all_documents(), next_steps.help_me()),
        outcome=Outcome.NOT_UNDERSTOOD,
    )


def too_long(_visit: Visit) -> Reply:
    """More was sent than a question can be."""
    return Reply(
        title=_("Your message is too long to be read as a question. Please ask in a few sentences."),
        choices=(next_steps.my_gaps(), next_steps.all_documents(), next_steps.help_me()),
        outcome=Outcome.NOT_UNDERSTOOD,
    )


def out_of_scope(visit: Visit) -> Reply:
    """Not what this office is for."""
    if is_foreign(visit.text) and Wish.FORGED not in visit.wishes:
        return _foreign()
    title = _(
        "That is outside what I can answer: I only deal with title standards, certificates and deadlines of officials."
    )
    lines: tuple[Line, ...] = ()
    if Wish.FORGED in visit.wishes:
        text = _(
            "Papers are not made, bought or altered here, nor are days and results changed. What is wrong on record "
            "is corrected by HR from the original."
        )
        lines = (Line(text),)
    return Reply(
        title=title,
        lines=lines,
        choices=(next_steps.my_gaps(), next_steps.all_documents(), next_steps.help_me()),
        outcome=Outcome.OUT_OF_SCOPE,
    )
