"""Which of several documents is meant: a question names more than one, or a number that more than one bears. Pure."""

from collections.abc import Sequence

from handlers import next_steps
from handlers.contacts import describe_contact
from handlers.document_words import SIDES_OF_THE_RECORD, as_it_binds, describe_content, describe_sides
from handlers.phrases import _
from handlers.reply import Line, Record, Reply
from handlers.visit import Visit
from handlers.wording import name_document_fully
from knowledge.documents import Document
from knowledge.folding import fold_number
from knowledge.understanding.meaning import Aspect

_MOST = 4  # documents that are told one by one


def with_the_others(lines: tuple[Line, ...], documents: list[Document], visit: Visit) -> tuple[Line, ...]:
    """The lines on the first document with what must be known of the others, before whom to ask."""
    more = [] if visit.subject else _namesakes(documents[0], visit)
    if not documents[0].text_held or {Aspect.IN_FORCE, Aspect.CITES} & visit.aspects:
        more += _describe_others(documents[1:], visit)
    at = len(lines) - 1 if lines[-1:] == (describe_contact(visit),) else len(lines)
    return (*lines[:at], *more, *lines[at:])


def list_alike(documents: list[Document], visit: Visit) -> list[Document]:
    """The documents that the words naming the first one stand for: a number that is the name of none of them alone."""
    if visit.subject:
        return []
    words = {one.typed for one in visit.named.documents if one.document == documents[0].id}
    meant = {one.document for one in visit.named.documents if one.typed in words}
    return [one for one in documents if one.id in meant]


def answer_alike(alike: list[Document], others: list[Document], visit: Visit) -> Reply:
    """What is known of each document that bears the number, since the question does not say which one it means."""
    typed = next(one.typed for one in visit.named.documents if one.document == alike[0].id)
    lines: list[Line] = [Line(_("Please say which one you mean, by its full number or by a button below."))]
    for document in alike[:_MOST]:
        lines += _describe_briefly(document, visit)
    lines += _describe_others(others, visit)
    if Aspect.IN_FORCE in visit.aspects:
        lines.append(describe_contact(visit))
    shown = [*alike, *others][:_MOST]
    return Reply(
        title=_("Several documents in the library bear the number “{number}”.").format(number=typed),
        lines=tuple(lines),
        choices=(*(next_steps.document(one.id) for one in shown), next_steps.all_documents()),
    )


def _describe_briefly(document: Document, visit: Visit) -> list[Line]:
    """The title, what limits the document, and what the question asks of its record."""
    sides = visit.aspects & SIDES_OF_THE_RECORD
    title, *rest = describe_sides(document, sides, visit) if sides else describe_content(document, visit)
    told = [one for one in rest if not one.is_background] if sides else rest  # how others speak of it is too long here
    return [title, *as_it_binds(document, told, visit)]


def _describe_others(others: Sequence[Document], visit: Visit) -> list[Line]:
    return [line for one in others[:_MOST] for line in _describe_briefly(one, visit)]


def _namesakes(document: Document, visit: Visit) -> list[Line]:
    """The other papers of its kind with the same number and year, where the question typed no more than those."""
    number = fold_number(document.id.rpartition("/")[0]).lstrip("0")
    typed = [one.typed for one in visit.named.documents if one.document == document.id]
    if not number or "/" not in document.id.rpartition("/")[0]:
        return []
    if not any(fold_number(one).endswith(number) for one in typed):
        return []
    library = visit.rules.library
    same = [
        one
        for one in library.documents.values()
        if one.id != document.id
        and one.kind == document.kind
        and fold_number(one.id.rpartition("/")[0]).lstrip("0") == number
    ]
    if not same:
        return []
    names = "; ".join(name_document_fully(one) for one in same)
    text = _("The same number is also borne by: {documents}. If you mean that one, please give its full number.")
    return [Record(text.format(documents=names), tuple(library.cite(one.id) for one in same))]
