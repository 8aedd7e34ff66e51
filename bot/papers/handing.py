"""The file that a reply hands over: the one that it brings, its paper made into a document, or its chart drawn."""

from bot.calendars import CALENDAR, write_calendar
from bot.drawing import draw
from bot.papers.parts import Describe
from handlers.reply import File, Reply

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def file_of(reply: Reply, describe: Describe) -> File | None:
    """The file to hand over with this reply, or None. `describe` reads a citation out."""
    if reply.file is not None:
        return reply.file
    if reply.calendar is not None:
        return File(f"{reply.calendar.name}.ics", write_calendar(reply.calendar), CALENDAR)
    if reply.code_sheet is not None:
        from bot.papers.code_sheet import write_code_sheet  # noqa: PLC0415  as below

        return write_code_sheet(reply.code_sheet)
    if reply.paper is None:
        return draw(reply.picture) if reply.picture is not None else None
    from bot.papers.writing import write_docx  # noqa: PLC0415  most processes write no paper, and need not load it all

    return File(f"{reply.paper.name}.docx", write_docx(reply.paper, describe), DOCX)
