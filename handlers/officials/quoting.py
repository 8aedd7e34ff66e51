"""Read me point P of document N word for word; and what is quoted where the words themselves answer a question."""

import re
from collections.abc import Iterator
from dataclasses import replace

from handlers import next_steps
from handlers.asking import Choice
from handlers.document_words import describe_limits
from handlers.phrases import _
from handlers.point_words import describe_deadline_of
from handlers.reply import Line, Record, Reply
from handlers.stating import state
from handlers.visit import Visit
from handlers.wording import name_alone, name_document, name_point, start_sentence
from knowledge.documents import Document, Point
from knowledge.held_text import HeldText
from knowledge.understanding.meaning import Intent
from knowledge.understanding.retrieval import PointSearch

_PAGE = 1_200  # letters that one reply quotes; a longer point goes on with a button
_HEADING = 200  # letters; own words as short as this only introduce what stands below
_MOST_BELOW = 4
BEYOND_DOUBT = 0.75  # of a search score: so near that a question is about the text after all
_PAGE_MARK = "@"  # in a choice: everything below the point too, from this page on
_BREAKS = re.compile(r"\s")


def find_text(document: Document, visit: Visit) -> HeldText | None:
    """The words of a document, where they are held."""
    return visit.rules.library.texts.get(document.id)


def has_words(document: Document, point: Point, visit: Visit) -> bool:
    """Whether a point can be quoted."""
    text = find_text(document, visit)
    return text is not None and point.id in text.spans


def split_subject(subject: str) -> tuple[str, int | None]:
    """The point that a choice stands for, and the page of it; no page: what fits best."""
    point, mark, page = subject.partition(_PAGE_MARK)
    return point, int(page) if mark and page.isdecimal() else None


def quote_point(document: Document, point: Point, visit: Visit, page: int | None = None) -> Reply | None:
    """The point word for word with its citation; None where its words are not held.

    A long one is told without what stands below it, which is offered to be read on.
    """
    text = find_text(document, visit)
    whole = text.quote(point.id) if text is not None else None
    if text is None or whole is None:
        return None
    alone = text.quote_alone(point.id)
    is_cut = page is None and len(whole) > _PAGE and alone is not None and _HEADING < len(alone) <= _PAGE
    title = start_sentence(_("word for word: {point}").format(point=name_point(document, point)))
    if is_cut:
        below = [one for one in document.points if one.parent == point.id and one.id in text.spans]
        choices = (
            next_steps.quote(document.id, f"{point.id}{_PAGE_MARK}0", _("With everything below it")),
            *(_quote_choice(document, one) for one in below[:_MOST_BELOW]),
        )
        return _quoted(title, document, point.id, alone or "", visit, choices)
    return _page_of(title, document, point.id, whole, page or 0, visit)


def quote_document(document: Document, visit: Visit, page: int | None = None) -> Reply | None:
    """The whole text page by page; None where its words are not held."""
    text = find_text(document, visit)
    whole = text.quote() if text is not None else None
    if not whole:
        return None
    title = start_sentence(_("word for word: {point}").format(point=name_alone(document)))
    return _page_of(title, document, None, whole, page or 0, visit)


def quote_found(document: Document, point: Point | None, words: str, visit: Visit) -> Reply:
    """The words that a question without a document was found to speak of."""
    if point is not None and (quoted := quote_point(document, point, visit)) is not None:
        return quoted
    title = start_sentence(_("word for word: {point}").format(point=name_alone(document)))
    return _quoted(title, document, None, next(_pages(words)), visit, (next_steps.document(document.id),))


def answer_in_words(visit: Visit, search: PointSearch, least: float = 0.0) -> Reply | None:
    """Words of an added text that a question repeats, whatever it was taken for; None where none come near enough.

    Documents that bind here come first; those of elsewhere are quoted as background.
    """
    if not visit.text or not visit.rules.library.texts:
        return None
    issued = [one for one in visit.rules.library.documents.values() if one.exists_on(visit.on)]
    here = {one.id for one in issued if one.binds(visit.territory)}
    for within in (here, {one.id for one in issued} - here):
        found = next(iter(search.search(visit.text, documents=within)), None)
        if found is not None and found.is_in_words and found.score >= least:
            document = visit.rules.library.documents[found.document]
            quoted = quote_found(document, document.point(found.point), found.words, visit)
            return replace(quoted, intent=Intent.DOCUMENT.value)
    return None


def quote_briefly(document: Document, point: Point, visit: Visit) -> list[Line]:
    """The words of a point as one line, where they are few enough to stand before what the library says of it."""
    text = find_text(document, visit)
    words = text.quote_alone(point.id) if text is not None else None
    if words is None or len(words) > _PAGE:
        return []
    return [state(f"“{words}”", (visit.rules.library.cite(document.id, point.id),), visit)]


def admit_no_words(document: Document, point: Point | None, visit: Visit) -> Line:
    """That only the library's summary can be given, not the words."""
    cite = (visit.rules.library.cite(document.id, point.id if point is not None else None),)
    named = name_point(document, point) if point is not None else name_document(document)
    text = _("{point} cannot be quoted word for word: its text is not kept here. What the library says of it:")
    return Record(start_sentence(text.format(point=named)), cite)


def quote_choice(document: Document, point: Point, visit: Visit) -> tuple[Choice, ...]:
    """The button to read a point word for word, where that can be done."""
    if not has_words(document, point, visit):
        return ()
    return (next_steps.quote(document.id, point.id, _("Read it word for word")),)


def _quote_choice(document: Document, point: Point) -> Choice:
    return next_steps.quote(document.id, point.id, start_sentence(point.label))


def _page_of(title: str, document: Document, point: str | None, whole: str, page: int, visit: Visit) -> Reply:
    pages = list(_pages(whole))
    page = min(page, len(pages) - 1)
    if len(pages) > 1:
        title = _("{title} (part {page} of {pages})").format(title=title, page=page + 1, pages=len(pages))
    following = page + 1 < len(pages)
    more = next_steps.quote(document.id, f"{point or ''}{_PAGE_MARK}{page + 1}", _("Read on"))
    known = document.point(point) if point is not None else None
    about = next_steps.document(document.id) if known is None else _about(document, known)
    return _quoted(title, document, point, pages[page], visit, (more, about) if following else (about,))


def _about(document: Document, point: Point) -> Choice:
    return next_steps.point(document.id, point.id, _("About {point}").format(point=point.label))


def _quoted(
    title: str, document: Document, point: str | None, words: str, visit: Visit, choices: tuple[Choice, ...]
) -> Reply:
    cite = visit.rules.library.cite(document.id, point)
    lines: list[Line] = [*describe_limits(document, visit), state(f"“{words}”", (cite,), visit)]
    known = document.point(point) if point is not None else None
    deadline = describe_deadline_of(known, visit) if known is not None else ""
    if deadline:  # words that name a day say nothing of whether it has passed
        lines.append(state(deadline, (cite,), visit))
    return Reply(title=title, lines=tuple(lines), choices=choices)


def _pages(words: str) -> Iterator[str]:
    """The words in parts of a page at most, cut where a paragraph, a sentence or at least a word ends."""
    at = 0
    while len(words) - at > _PAGE:
        ends = [one.start() for one in _BREAKS.finditer(words, at + 1, at + _PAGE)]
        late = [end for end in ends if end > at + _PAGE // 2]
        paragraphs = [end for end in late if words[end] == "\n"]
        cut = (paragraphs or [end for end in late if words[end - 1] in ".;:"] or ends or [at + _PAGE])[-1]
        yield words[at:cut].strip()
        at = cut
    yield words[at:].strip()
