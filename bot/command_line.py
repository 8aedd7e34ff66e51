"""The command line: words, options and exit codes. What a command does stands in `bot.commands`.

The heavy parts (database, channels, classifier) are imported by the command that needs them, so that `--help` and
mistakes in typing are answered at once.
"""

import os
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot import heap
from bot.command_line_api import api_key_app, hook_app
from bot.command_line_broadcasts import broadcast_app
from bot.command_line_calendar import calendar_app
from bot.command_line_evidence import evidence_app
from bot.command_line_keeping import add_commands
from bot.command_line_privacy import breach_app, privacy_app
from bot.errors import FAULT_OF_OURS, CommandError, InputError, SilentError, UsageError, first_in
from bot.settings import read_settings
from handlers.phrases import CataloguesMissingError, _, locale_of, use_catalogues
from handlers.reports.asked import ReportAsked
from knowledge.facts import CriterionCode, PersonCode, RoundCode, UnitCode

DEBUG = "--debug"
_LOCALES = Path(__file__).parent / "locales"
_DAY_FORMS = ("%Y-%m-%d", "%d/%m/%Y")
_INTERRUPTED = 130
_WORDS_OF_A_GROUP = 1  # a group of commands alone, or nothing, shows the help

app = typer.Typer(
    name="nhacchuan",
    help="Title standards of Vietnamese officials: what is missing, which certificates count, by when, on which basis.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    epilog="--debug anywhere shows the traceback of an unexpected error.",
)
document_app = typer.Typer(help="Read official documents into the library.", no_args_is_help=True)
audit_app = typer.Typer(help="The audit chain.", no_args_is_help=True)
app.add_typer(document_app, name="document")
app.add_typer(audit_app, name="audit")
answer_app = typer.Typer(help="Answers that HR promoted for everybody who asks the same.", no_args_is_help=True)
app.add_typer(answer_app, name="answer")
reminders_app = typer.Typer(help="Reminders: when people are reminded.", no_args_is_help=True)
app.add_typer(reminders_app, name="reminders")
app.add_typer(broadcast_app, name="broadcast")
app.add_typer(calendar_app, name="calendar")
app.add_typer(evidence_app, name="evidence")
app.add_typer(api_key_app, name="api-key")
app.add_typer(hook_app, name="hook")
app.add_typer(privacy_app, name="privacy")
app.add_typer(breach_app, name="breach")
study_app = typer.Typer(help="Who is sent to study: requests, decisions, and what is on record.", no_args_is_help=True)
app.add_typer(study_app, name="study")
zalo_app = typer.Typer(help="Zalo's Official Account.", no_args_is_help=True)
app.add_typer(zalo_app, name="zalo")


def main() -> NoReturn:
    """Run the command that was typed and end the process with its exit code."""
    heap.load_on()
    words = sys.argv[1:]
    if words and "--help" not in words:
        from bot.logs import set_up_from_environment  # noqa: PLC0415  see the module's docstring

        set_up_from_environment()
    sys.exit(run_words(words))


def run_words(words: Sequence[str]) -> int:
    """Run one command; mistakes become one sentence and the exit code returned, never a traceback."""
    debug = DEBUG in words
    try:
        use_catalogues(_LOCALES)
        with locale_of(os.environ.get("NHACCHUAN_LOCALE") or "vi"):
            return _run_command([word for word in words if word != DEBUG])
    except CataloguesMissingError as error:
        print(error, file=sys.stderr)
        return InputError.code
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # whoever read us has left; there is nobody to tell
        return 0
    except Exception as error:
        if debug:
            raise
        print(_apology(error), file=sys.stderr)
        return FAULT_OF_OURS


def _run_command(words: list[str]) -> int:
    try:
        if "--help" in words or len(words) <= _WORDS_OF_A_GROUP:
            from bot.command_line_words import translated  # noqa: PLC0415  see the module's docstring

            translated(app)(words)
        else:
            app(words)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    except CommandError as error:
        return _refuse(error)
    except ExceptionGroup as group:
        refused, unforeseen = group.split(CommandError)
        code = _refuse(first_in(refused)) if refused is not None else FAULT_OF_OURS
        if unforeseen is not None:
            raise unforeseen from None
        return code
    return 0


def _refuse(error: CommandError) -> int:
    """Say the one sentence; the exit code."""
    if not isinstance(error, SilentError):
        print(error, file=sys.stderr)
    return error.code


def _apology(error: Exception) -> str:
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    with locale_of(os.environ.get("NHACCHUAN_LOCALE") or "vi"):
        return _("Something went wrong on our side ({kind}). Run again with --debug for the details.").format(
            kind=type(error).__name__
        )


def _load_telegram() -> None:
    from bot.on_telegram.lean import import_aiogram  # noqa: PLC0415  before any door imports aiogram

    import_aiogram()


def _read_day(written: str | None) -> date | None:
    if written is None:
        return None
    for form in _DAY_FORMS:
        try:
            return datetime.strptime(written, form).date()  # noqa: DTZ007  a day has no time zone
        except ValueError:
            continue
    raise UsageError(_("{given} is not a day; write 2026-12-31 or 31/12/2026.").format(given=written))


AsOption = Annotated[str | None, typer.Option("--as", help="Code of the official who asks.")]
OnOption = Annotated[str | None, typer.Option("--on", help="The day asked about: 2026-12-31 or 31/12/2026.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]


@app.command()
def init() -> None:
    """Create or migrate the database."""
    from bot.wiring import initialise  # noqa: PLC0415  see the module's docstring

    heap.run(initialise(read_settings()))
    print(_("The database is ready."))


@app.command()
def load(
    path: Annotated[Path, typer.Argument(help="A workbook (.xlsx) or a folder of .csv files.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, store nothing.")] = False,
    replace: Annotated[
        list[str] | None, typer.Option("--replace", help="Sheet whose stored rows go if the file does not have them.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Load HR's workbook: all of it, or nothing and every mistake with its sheet, row and column."""
    from bot.commands.loading import load as load_into  # noqa: PLC0415  see the module's docstring

    sheets = frozenset(one for given in replace or () for one in given.split(","))
    heap.run(load_into(read_settings(), path, dry_run=dry_run, replacing=sheets, as_json=as_json))


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question, in plain Vietnamese.")] = None,
    person: AsOption = None,
    on: OnOption = None,
    as_json: JsonOption = False,
    batch: Annotated[Path | None, typer.Option("--batch", help="A file of questions, one JSON object a line.")] = None,
) -> None:
    """Ask one question, or a file of them, and get the answer every door would give."""
    from bot.commands import asking  # noqa: PLC0415  see the module's docstring

    if (question is None) == (batch is None):
        raise UsageError(_("Type a question, or name a file with --batch."))
    if batch is not None:
        heap.run(asking.ask_batch(read_settings(), batch))
    else:
        heap.run(asking.ask(read_settings(), asking.Asked(question or "", person, _read_day(on)), as_json=as_json))


@app.command()
def gaps(
    person: AsOption = None,
    unit: Annotated[str | None, typer.Option("--unit", help="Code of a unit; all below it too.")] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Everybody in the roster.")] = False,
    on: OnOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print verdicts for one official, a unit, or everybody."""
    from bot.commands.verdicts import list_gaps  # noqa: PLC0415  see the module's docstring

    if sum((person is not None, unit is not None, everybody)) != 1:
        raise UsageError(_("Name exactly one of --as CODE, --unit CODE and --all."))
    heap.run(list_gaps(read_settings(), person=person, unit=unit, on=_read_day(on), as_json=as_json))


@app.command()
def report(  # noqa: PLR0913,PLR0917  one option each
    kind: Annotated[str, typer.Argument(help="missing, service-left, round, reminders or yearly.")],
    out: Annotated[Path, typer.Option("--out", help="The file to write: .xlsx or .docx.")],
    unit: Annotated[str | None, typer.Option("--unit", help="Code of a unit; all below it too.")] = None,
    managed_by: Annotated[str | None, typer.Option("--managed-by", help="Who manages the post, by its code.")] = None,
    criterion: Annotated[str | None, typer.Option("--criterion", help="Only this criterion, by its code.")] = None,
    on: OnOption = None,
    person: Annotated[str | None, typer.Option("--person", help="Code of the official reminded.")] = None,
    of_round: Annotated[str | None, typer.Option("--round", help="Code of the review round.")] = None,
    by: Annotated[str | None, typer.Option("--by", help="Group a list by: unit, managed-by or criterion.")] = None,
) -> None:
    """Write a list or report as a workbook, or as an official paper to be numbered and signed."""
    from bot.commands import reporting  # noqa: PLC0415  see the module's docstring

    asked = ReportAsked(
        kind=reporting.read_kind(kind),
        on=_read_day(on),
        unit=UnitCode(unit.strip()) if unit is not None else None,
        managed_by=reporting.read_managed_by(managed_by),
        criterion=CriterionCode(criterion.strip().lower()) if criterion is not None else None,
        person=PersonCode(person.strip()) if person is not None else None,
        round=RoundCode(of_round.strip()) if of_round is not None else None,
        by=reporting.read_grouping(by),
    )
    heap.run(reporting.write_report(read_settings(), asked, out))


@app.command()
def documents(
    number: Annotated[str | None, typer.Argument(help="Number of a document, however it is typed.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List the law library, or show one document with its points, dates and relations."""
    from bot.commands.library import show_documents  # noqa: PLC0415  see the module's docstring

    heap.run(show_documents(read_settings(), number, as_json=as_json))


@app.command()
def rulings(as_json: JsonOption = False) -> None:
    """List what HR has ruled on certificates, and whether each ruling still decides anything."""
    from bot.commands.rulings import show_rulings  # noqa: PLC0415  see the module's docstring

    heap.run(show_rulings(read_settings(), as_json=as_json))


@app.command()
def chat(person: AsOption = None, on: OnOption = None) -> None:
    """Talk in the terminal."""
    from bot.commands.talking import talk  # noqa: PLC0415  see the module's docstring

    heap.run(talk(read_settings(), person, _read_day(on)))


@app.command()
def code(person: Annotated[str, typer.Argument(metavar="CODE", help="Code of the official.")]) -> None:
    """Make a one-time linking code for an official, to be handed over by HR."""
    from bot.commands.codes import issue_code  # noqa: PLC0415  see the module's docstring

    heap.run(issue_code(read_settings(), person))


@app.command()
def serve() -> None:
    """Open the doors: web chat, console and API; Telegram and Zalo where they are set."""
    _load_telegram()
    from bot.commands.serving import serve as open_doors  # noqa: PLC0415  see the module's docstring

    heap.run(open_doors(read_settings()))


@app.command()
def run() -> None:
    """Everything in one process: the doors, the planner and the sender."""
    _load_telegram()
    from bot.commands.serving import run as run_all  # noqa: PLC0415  see the module's docstring

    heap.run(run_all(read_settings()))


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="End after the conversation.")] = False,
) -> None:
    """Load the invented sample province, show a short conversation, then open the web chat."""
    _load_telegram()
    from bot.commands.demonstration import demonstrate  # noqa: PLC0415  see the module's docstring

    heap.run(demonstrate(read_settings(), once=once))


@app.command()
def doctor(as_json: JsonOption = False) -> None:
    """Check settings, library, database and channels, and say how to mend each."""
    _load_telegram()
    from bot.commands.doctor import examine  # noqa: PLC0415  see the module's docstring

    heap.run(examine(read_settings(), as_json=as_json))


@app.command("rotate-key")
def rotate_key_command(
    drop: Annotated[
        bool, typer.Option("--drop", help="Let the old key go at once, whatever still hangs on it.")
    ] = False,
) -> None:
    """Replace the secret key: a new one seals, everything is sealed anew, the old one goes; nobody is stopped."""
    from bot.commands.keys import rotate_key  # noqa: PLC0415  see the module's docstring

    heap.run(rotate_key(read_settings(), drop=drop))


@app.command()
def plan(on: OnOption = None, as_json: JsonOption = False) -> None:
    """What would go out on a day, to whom and why: reminders, notices to those above, digests, changed rules."""
    from bot.commands.planning import show_plan  # noqa: PLC0415  see the module's docstring

    heap.run(show_plan(read_settings(), on=_read_day(on), as_json=as_json))


@reminders_app.command("policy")
def reminders_policy(  # noqa: PLR0913,PLR0917  one option each
    of_round: Annotated[str | None, typer.Option("--round", help="Only for this review round.")] = None,
    criterion: Annotated[str | None, typer.Option("--criterion", help="Only for this criterion.")] = None,
    before: Annotated[str | None, typer.Option("--before", help="Days before the deadline, such as 60,30,7.")] = None,
    after: Annotated[str | None, typer.Option("--after", help="Days after it, such as 1,7.")] = None,
    then_every: Annotated[int | None, typer.Option("--then-every", help="After those, every so many days.")] = None,
    then_at_most: Annotated[int | None, typer.Option("--then-at-most", help="And so often at most.")] = None,
    resets: Annotated[bool, typer.Option("--default", help="Take back what was set for this.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show at how many days before and after a deadline people are reminded, or set it."""
    from bot.commands.reminders import Wanted, show_or_set  # noqa: PLC0415  see the module's docstring

    wanted = Wanted(of_round, criterion, before, after, then_every, then_at_most, resets)
    heap.run(show_or_set(read_settings(), wanted, as_json=as_json))


@app.command()
def work() -> None:
    """Only planner and sender; run as many as needed against one database."""
    from bot.commands.working import work as keep_working  # noqa: PLC0415  see the module's docstring

    heap.run(keep_working(read_settings()))


@app.command()
def queue(
    as_json: JsonOption = False,
    by: Annotated[
        str, typer.Option("--by", metavar="CODE", help="HR person: lists the unclear messages to their people by name.")
    ] = "",
    settle: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="Unclear message that HR asked about; with --by.", min=1)
    ] = None,
    received: Annotated[
        bool | None,
        typer.Option("--received/--not-received", help="What the official says; in the second case sent again, once."),
    ] = None,
) -> None:
    """How the sending stands: what waits for how long, how quickly it goes, what is unclear or stuck."""
    from bot.commands import queue as of  # noqa: PLC0415  see the module's docstring

    if by or settle is not None or received is not None:
        heap.run(of.settle_unclear(read_settings(), by, settle, has_arrived=received))
    else:
        heap.run(of.show_queue(read_settings(), as_json=as_json))


@app.command()
def identities(
    as_json: JsonOption = False,
    retire: Annotated[
        str, typer.Option(metavar="IDENTITY", help="Give this one up: nobody sends by it any more.")
    ] = "",
) -> None:
    """Our bots and accounts on the platforms, the people linked at each, and when each was last heard of."""
    from bot.commands import identities as of  # noqa: PLC0415  see the module's docstring

    if retire:
        heap.run(of.retire(read_settings(), retire))
    else:
        heap.run(of.show_identities(read_settings(), as_json=as_json))


@document_app.command("add")
def document_add(
    file: Annotated[Path, typer.Argument(help="An official document: .txt, .docx or .pdf with text.")],
    draft: Annotated[Path | None, typer.Option("--draft", help="The draft as you corrected it (YAML).")] = None,
    accept: Annotated[bool, typer.Option("--accept", help="Store the record and the text.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of one added before.")] = False,
    number: Annotated[
        str | None, typer.Option("--number", help="Number, or the name agreed for a text that bears none.")
    ] = None,
    territories: Annotated[
        str | None, typer.Option("--territories", help="Territories it binds, for example hung-yen,thai-binh.")
    ] = None,
    national: Annotated[bool, typer.Option("--national", help="It binds the whole country.")] = False,
) -> None:
    """Read an official document: print a draft record to correct, or store it with --accept.

    Without options the draft is printed and nothing is stored; what the reader is unsure of is marked. Save it, correct
    it, and store it with --draft DRAFT.yaml --accept. --accept alone stores it as read, unless number, kind, issuer,
    date or territories are missing or unsure. A scan, a locked file and a file with macros are refused.
    """
    from bot.commands.documents_in import Adding, add_document  # noqa: PLC0415  see the module's docstring

    if draft is not None and (number or territories or national):
        raise UsageError(
            _("--number, --territories and --national go with a file alone; with --draft, write them there.")
        )
    places = tuple(one.strip() for one in (territories or "").split(",") if one.strip())
    if places and national:
        raise UsageError(_("Say either --territories or --national."))
    heap.run(add_document(read_settings(), Adding(file, draft, accept, replace, number, places, national)))


@document_app.command("remove")
def document_remove(
    number: Annotated[str, typer.Argument(help="Number of a document that was added, however it is typed.")],
) -> None:
    """Take an added document out of the library, record and text."""
    from bot.commands.library import remove_document  # noqa: PLC0415  see the module's docstring

    heap.run(remove_document(read_settings(), number))


@app.command()
def questions(
    unanswered: Annotated[
        bool, typer.Option("--unanswered", help="Questions without an answer, alike ones together, and shares by week.")
    ] = False,
    since: Annotated[str | None, typer.Option("--since", help="Only from this day on.")] = None,
    promoted: Annotated[bool, typer.Option("--promoted", help="The answers that HR promoted.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Ask every promoted question again; exit code 1 if one fails.")
    ] = False,
    export: Annotated[
        Path | None, typer.Option("--export", help="Write the promoted questions in the form of the evaluation set.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """What was left without an answer, and whether what was answered once is answered again."""
    from bot.commands import questions as asked  # noqa: PLC0415  see the module's docstring

    if sum((unanswered, promoted, check, export is not None)) != 1:
        raise UsageError(_("Name exactly one of --unanswered, --promoted, --check and --export FILE."))
    if unanswered:
        heap.run(asked.list_unanswered(read_settings(), _read_day(since), as_json=as_json))
    elif promoted:
        heap.run(asked.list_promoted(read_settings(), as_json=as_json))
    elif export is not None:
        heap.run(asked.export_promoted(read_settings(), export))
    else:
        heap.run(asked.check_promoted(read_settings()))


ByOption = Annotated[str, typer.Option("--by", help="Code of the HR person in whose name it is done.")]


@answer_app.command("add")
def answer_add(
    by: ByOption,
    question: Annotated[str, typer.Option("--question", help="The question, naming nobody.")],
    answer: Annotated[str, typer.Option("--answer", help="The answer, word for word.")],
    cited: Annotated[
        str | None, typer.Option("--cite", help="NUMBER or NUMBER#POINT; without it the answer is HR's own word.")
    ] = None,
    variants: Annotated[
        list[str] | None, typer.Option("--variant", help="Another wording that people ask in; may be repeated.")
    ] = None,
) -> None:
    """Promote an answer: whoever asks the same and gets no answer from the library gets this one."""
    from bot.commands.questions import add_answer  # noqa: PLC0415  see the module's docstring
    from handlers.hr.promoting import Draft  # noqa: PLC0415

    heap.run(add_answer(read_settings(), by, Draft(question, answer, cited, tuple(variants or ()))))


@answer_app.command("withdraw")
def answer_withdraw(
    number: Annotated[int, typer.Argument(help="Number of the promoted answer.")], by: ByOption
) -> None:
    """Give a promoted answer no more."""
    from bot.commands.questions import withdraw_answer  # noqa: PLC0415  see the module's docstring

    heap.run(withdraw_answer(read_settings(), number, by))


@study_app.command("list")
def study_list(
    unit: Annotated[str | None, typer.Option("--unit", help="Only of this unit and all below it.")] = None,
    person: Annotated[str | None, typer.Option("--person", help="Only of this official.")] = None,
    with_ended: Annotated[bool, typer.Option("--all", help="The ended cases too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Study cases, those that wait for a head first."""
    from bot.commands.study import list_cases  # noqa: PLC0415  see the module's docstring

    if unit is not None and person is not None:
        raise UsageError(_("Say either --unit or --person."))
    heap.run(list_cases(read_settings(), unit=unit, person=person, with_ended=with_ended, as_json=as_json))


@study_app.command("record")
def study_record(  # noqa: PLR0913, PLR0917  what a paper says: each is a field of the record
    act: Annotated[str, typer.Argument(help="What happened: requested, sent, refused, declined, attended …")],
    by: ByOption,
    paper: Annotated[str, typer.Option("--paper", help="The paper that says so: its number and day.")],
    on: Annotated[str, typer.Option("--on", help="The day on which it happened.")],
    case: Annotated[int | None, typer.Option("--case", help="Number of the study case; without it a new one.")] = None,
    person: Annotated[str | None, typer.Option("--person", help="Of a new case: code of the official.")] = None,
    criterion: Annotated[str | None, typer.Option("--criterion", help="Of a new case: code of the criterion.")] = None,
    course: Annotated[str | None, typer.Option("--course", help="Name of the course.")] = None,
    from_day: Annotated[str | None, typer.Option("--from", help="First day of the course.")] = None,
    to_day: Annotated[str | None, typer.Option("--to", help="Last day of the course.")] = None,
    who: Annotated[str | None, typer.Option("--who", help="Code of the head who decided, or was asked.")] = None,
    words: Annotated[str, typer.Option("--words", help="The reason, or what is to be changed.")] = "",
) -> None:
    """Enter what was asked or decided on paper, outside the chat."""
    from bot.commands.study import read_entry, record  # noqa: PLC0415  see the module's docstring

    days = (_read_day(on), _read_day(from_day), _read_day(to_day))
    entry = read_entry(act, paper, days, case=case, person=person, criterion=criterion, course=course)
    heap.run(record(read_settings(), entry, by, who=who, words=words))


@study_app.command("paper")
def study_paper(
    number: Annotated[int, typer.Argument(help="Number of the study case.")],
    file: Annotated[Path, typer.Argument(help="The Word document to write (.docx).")],
) -> None:
    """Write the record of a study case as a Word document."""
    from bot.commands.study import write_record  # noqa: PLC0415  see the module's docstring

    heap.run(write_record(read_settings(), number, file))


@zalo_app.command("connect")
def zalo_connect(
    code: Annotated[str | None, typer.Option("--code", help="What Zalo's page answered: the code or address.")] = None,
    callback: Annotated[str | None, typer.Option("--callback", help="The callback saved in the console.")] = None,
    with_challenge: Annotated[bool, typer.Option("--pkce", help="Send a code challenge of its own.")] = False,
) -> None:
    """Let an administrator of the Official Account agree, and keep the tokens."""
    from bot.commands.zalo_connect import connect  # noqa: PLC0415  see the module's docstring

    heap.run(connect(read_settings(), given=code, callback=callback, with_challenge=with_challenge))


add_commands(app, audit_app)


if __name__ == "__main__":
    main()
