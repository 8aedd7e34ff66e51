"""`documents`: the law library, listed or one document with everything that is held of it."""

import json

from bot.document_view import document_as_json
from bot.errors import InputError
from bot.render import render_text
from bot.settings import Settings
from bot.wiring import Office, open_office
from handlers.asking import Channel, Incoming
from handlers.document_words import SIDES_OF_THE_RECORD, describe_limits, describe_sides, summarise_points
from handlers.phrases import _, show_day
from handlers.reply import Reply
from handlers.visit import Visit
from handlers.wording import name_document
from knowledge.documents import Document
from knowledge.library import Library
from knowledge.rulebook import RuleBook


async def show_documents(settings: Settings, number: str | None, *, as_json: bool) -> None:
    """Print the library or one document of it. Raises InputError for a number that it does not know."""
    async with open_office(settings, keeps_threads=False) as office:
        book = await office.rule_book()
        chosen = _choose(number, book.library)
        if as_json:
            everywhere = tuple(book.library.territories)
            views = [document_as_json(one, everywhere) for one in chosen]
            print(json.dumps(views, ensure_ascii=False, indent=2))
        elif number is None:
            print("\n".join(_in_one_line(one) for one in chosen))
        else:
            print(render_text(_describe(chosen[0], book, office), office.describe))


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
