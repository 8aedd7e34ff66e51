"""The file that a reply hands over: the one that it brings, its paper made into a document, or its chart drawn."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from bot.calendars import CALENDAR, write_calendar
from bot.drawing import draw
from bot.papers.parts import Describe
from handlers.reply import File, Paper, Reply

ZIP = "application/zip"
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

    return _with_beside(reply.paper, write_docx(reply.paper, describe))


def _with_beside(paper: Paper, written: bytes) -> File:
    """The document; with what goes beside it, all of them as one .zip."""
    document = File(f"{paper.name}.docx", written, DOCX)
    if not paper.beside:
        return document
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED, compresslevel=9) as archive:
        for one in (document, *paper.beside):
            archive.writestr(one.name, one.content)
    return File(paper.file_name, packed.getvalue(), ZIP)
