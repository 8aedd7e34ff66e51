"""`documents`: the law library, listed or one document with everything that is held of it."""

import json
from functools import partial

from bot.citing import describe_citation
from bot.document_view import document_as_json
from bot.errors import InputError
from bot.render import render_text
from bot.settings import Settings
from bot.wiring import Office, open_office
from handlers.asking import Channel, Incoming
from handlers.document_words import SIDES_OF_THE_RECORD, describe_limits, describe_sides, summarise_points
from handlers.phrases import _, mark, show_day
from handlers.reply import Reply
from handlers.visit import Visit
from handlers.wording import name_document
from knowledge.documents import Document
from knowledge.facts import DocumentId
from knowledge.library import Library
from knowledge.rulebook import RuleBook

# What the library has of a document once its file is gone, by whether the record was made from the full text.
_OF_LEFT = {
    True: mark("The text of {document} was taken out; the library's own record of it stays."),
    False: mark("{document} was taken out; the library knows it by name only again."),
}


async def show_documents(settings: Settings, number: str | None, *, as_json: bool) -> None:
    """Print the library or one document of it. Raises InputError for a number that it does not know."""
    async with open_office(settings, keeps_threads=False) as office:
        book = await office.rule_book()
        chosen = _choose(number, book.library)
        if as_json:
            everywhere = tuple(book.library.territories)
            texts = book.library.texts
            declared = _declared_points(book)
            views = [
                document_as_json(
                    one, everywhere, texts[one.id].spans if one.id in texts else (), declared.get(one.id, ())
                )
                for one in chosen
            ]
            print(json.dumps(views, ensure_ascii=False, indent=2))
        elif number is None:
            print("\n".join(_in_one_line(one) for one in chosen))
            if book.library.unreadable:
                text = _(
                    "Added under another version and not readable by this one: {documents}. Please add them again."
                )
                print(text.format(documents=", ".join(book.library.unreadable)))
        else:
            print(render_text(_describe(chosen[0], book, office), partial(describe_citation, book.library)))


def _declared_points(book: RuleBook) -> dict[DocumentId, list[str]]:
    """Points that HR's tables name, by document: verdicts cite them."""
    declared: dict[DocumentId, set[str]] = {}
    named = [(one.document, one.point) for one in book.rules.standards]
    for document, point in [*named, *((one.document, one.point) for one in book.rules.rounds)]:
        if point is not None:
            declared.setdefault(document, set()).add(point)
    return {document: sorted(points) for document, points in declared.items()}


async def remove_document(settings: Settings, number: str) -> None:
    """Take an added document out and say what the library still knows of it. Raises InputError for no such."""
    async with open_office(settings, keeps_threads=False) as office:
        removed = await office.remove_document(number)
        book = await office.rule_book()
        left = book.library.find_document(removed)
        text = _("{document} was taken out of the library.") if left is None else _(_OF_LEFT[left.text_held])
        print(text.format(document=removed))


def _choose(number: str | None, library: Library) -> list[Document]:
    if number is None:
        return list(library.documents.values())
    found = library.find_document(number)
    if found is None:
        raise InputError(_("Document {number} is not in the library.").format(number=number))
    return [found]


def _in_one_line(document: Document) -> str:
    dated = show_day(document.dated) if document.dated is not None else "–"
    held = _("full text held") if document.text_held else _("full text not held")
    return f"{document.id}\t{dated}\t{held}\t{document.title}"


def _describe(document: Document, book: RuleBook, office: Office) -> Reply:
    today = office.clock.today()
    visit = Visit(asked=Incoming(Channel.COMMAND_LINE, "local"), today=today, rules=book.on(today))
    lines = [*describe_sides(document, SIDES_OF_THE_RECORD, visit), *describe_limits(document, visit)]
    lines += summarise_points(document, document.points, visit)
    return Reply(title=name_document(document), lines=tuple(lines))
