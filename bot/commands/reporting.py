"""`report`: a list or report as a workbook or an official paper, for the operator."""

from pathlib import Path

from bot.commands.files import write_file
from bot.errors import InputError, UsageError
from bot.settings import Settings
from bot.wiring import open_office
from bot.wiring_reports import BY_OPERATOR
from handlers.phrases import _
from handlers.reports.asked import FileForm, Grouping, ReportAsked, ReportKind, ReportRefusedError
from knowledge.facts import ManagedBy


def read_kind(written: str) -> ReportKind:
    """The report of this name. Raises UsageError naming those that there are."""
    try:
        return ReportKind(written.strip().lower())
    except ValueError:
        known = ", ".join(one.value for one in ReportKind)
        raise UsageError(_("{given} is no report; known are: {known}.").format(given=written, known=known)) from None


def read_managed_by(written: str | None) -> ManagedBy | None:
    """Who manages the post. Raises UsageError naming the codes that there are."""
    try:
        return ManagedBy(written.strip().lower()) if written is not None else None
    except ValueError:
        known = ", ".join(one.value for one in ManagedBy)
        raise UsageError(_("--managed-by must be one of: {known}.").format(known=known)) from None


def read_grouping(written: str | None) -> Grouping | None:
    """By what a list is grouped. Raises UsageError naming what there is."""
    try:
        return Grouping(written.strip().lower()) if written is not None else None
    except ValueError:
        known = ", ".join(one.value for one in Grouping)
        raise UsageError(_("--by must be one of: {known}.").format(known=known)) from None


def read_form(file: Path) -> FileForm:
    """How the report is written, by the end of the file's name. Raises UsageError for any other."""
    try:
        return FileForm(file.suffix.lower().removeprefix("."))
    except ValueError:
        raise UsageError(_("A report is written to a file whose name ends in .xlsx or .docx.")) from None


async def write_report(settings: Settings, asked: ReportAsked, file: Path) -> None:
    """Make the report and leave it there. Raises InputError saying why there is none."""
    form = read_form(file)
    async with open_office(settings, keeps_threads=False) as office:
        try:
            made = await office.reports.make(asked, form, asker=None, via=BY_OPERATOR)
        except ReportRefusedError as error:
            raise InputError(str(error)) from error
    write_file(file, made.content)
    print(_("The report is in {file}.").format(file=file))
