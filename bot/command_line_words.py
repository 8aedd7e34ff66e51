"""The help of the command line in the language being spoken: its words are looked up when somebody asks for them."""

from collections.abc import Callable, Sequence
from typing import Any

import typer
from typer import rich_utils
from typer.main import Typer, get_command

from handlers.phrases import _, mark

# Every help text of the command line, so that it stands in the catalogues; a test compares them.
WORDS = (
    mark(
        "Title standards of Vietnamese officials: what is missing, which certificates count, by when, on which basis."
    ),
    mark("--debug anywhere shows the traceback of an unexpected error."),
    mark("Create or migrate the database."),
    mark("Load HR's workbook: all of it, or nothing and every mistake with its sheet, row and column."),
    mark("A workbook (.xlsx) or a folder of .csv files."),
    mark("Check everything, store nothing."),
    mark("Sheet whose stored rows go if the file does not have them."),
    mark("Print JSON for other programs."),
    mark("Certificates that officials handed in and that wait for HR."),
    mark("Number of the certificate."),
    mark("Only as it was shown: the number that `show` ends with."),
    mark("What the official reads: the reason, or the question."),
    mark("What waits for this person of HR, the oldest first."),
    mark("One of them, with what verifying it would change in the verdict."),
    mark("Which of its pictures or PDFs."),
    mark("Where to write it."),
    mark("Write a picture or PDF of it to a file; that is recorded."),
    mark("It is right and counts from now on; of a kind that two people check, the first leaves it to the second."),
    mark("It does not count; the official is told why."),
    mark("Ask the official something about it; until then it waits for them."),
    mark("Ask one question, or a file of them, and get the answer every door would give."),
    mark("The question, in plain Vietnamese."),
    mark("Code of the official who asks."),
    mark("The day asked about: 2026-12-31 or 31/12/2026."),
    mark("A file of questions, one JSON object a line."),
    mark("Print verdicts for one official, a unit, or everybody."),
    mark("Code of a unit; all below it too."),
    mark("Everybody in the roster."),
    mark("Write a list or report as a workbook, or as an official paper to be numbered and signed."),
    mark("missing, service-left, round, reminders or yearly."),
    mark("The file to write: .xlsx or .docx."),
    mark("Who manages the post, by its code."),
    mark("Only this criterion, by its code."),
    mark("Code of the official reminded."),
    mark("Code of the review round."),
    mark("Group a list by: unit, managed-by or criterion."),
    mark("List the law library, or show one document with its points, dates and relations."),
    mark("Number of a document, however it is typed."),
    mark("List what HR has ruled on certificates, and whether each ruling still decides anything."),
    mark("Talk in the terminal."),
    mark("Make a one-time linking code for an official, to be handed over by HR."),
    mark("Code of the official."),
    mark("Open the doors: web chat, console and API; Telegram and Zalo where they are set."),
    mark("Everything in one process: the doors, the planner and the sender."),
    mark("Load the invented sample province, show a short conversation, then open the web chat."),
    mark("End after the conversation."),
    mark("Check settings, library, database and channels, and say how to mend each."),
    mark("What would go out on a day, to whom and why: reminders, notices to those above, digests, changed rules."),
    mark("Only planner and sender; run as many as needed against one database."),
    mark("How the sending stands: what waits for how long, how quickly it goes, what is unclear or stuck."),
    mark("HR person: lists the unclear messages to their people by name."),
    mark("Unclear message that HR asked about; with --by."),
    mark("What the official says; in the second case sent again, once."),
    mark("What was left without an answer, and whether what was answered once is answered again."),
    mark("Questions without an answer, alike ones together, and shares by week."),
    mark("Only from this day on."),
    mark("The answers that HR promoted."),
    mark("Ask every promoted question again; exit code 1 if one fails."),
    mark("Write the promoted questions in the form of the evaluation set."),
    mark("Read official documents into the library."),
    mark(
        "Read an official document: print a draft record to correct, or store it with --accept.\n"
        "\n"
        "Without options the draft is printed and nothing is stored; what the reader is unsure of is marked. Save it, correct\n"  # noqa: E501  a sentence as it stands
        "it, and store it with --draft DRAFT.yaml --accept. --accept alone stores it as read, unless number, kind, issuer,\n"  # noqa: E501  a sentence as it stands
        "date or territories are missing or unsure. A scan, a locked file and a file with macros are refused."
    ),
    mark("An official document: .txt, .docx or .pdf with text."),
    mark("The draft as you corrected it (YAML)."),
    mark("Store the record and the text."),
    mark("Put it in the place of one added before."),
    mark("Number, or the name agreed for a text that bears none."),
    mark("Territories it binds, for example hung-yen,thai-binh."),
    mark("It binds the whole country."),
    mark("Take an added document out of the library, record and text."),
    mark("Number of a document that was added, however it is typed."),
    mark("The audit chain."),
    mark("Read the whole audit chain and tell whether every link holds."),
    mark("Answers that HR promoted for everybody who asks the same."),
    mark("Promote an answer: whoever asks the same and gets no answer from the library gets this one."),
    mark("Code of the HR person in whose name it is done."),
    mark("The question, naming nobody."),
    mark("The answer, word for word."),
    mark("NUMBER or NUMBER#POINT; without it the answer is HR's own word."),
    mark("Another wording that people ask in; may be repeated."),
    mark("Give a promoted answer no more."),
    mark("Number of the promoted answer."),
    mark("Reminders: when people are reminded."),
    mark("Show at how many days before and after a deadline people are reminded, or set it."),
    mark("Only for this review round."),
    mark("Only for this criterion."),
    mark("Days before the deadline, such as 60,30,7."),
    mark("Days after it, such as 1,7."),
    mark("After those, every so many days."),
    mark("And so often at most."),
    mark("Take back what was set for this."),
    mark("Broadcasts: HR writes to many people at once, a second person of HR approves."),
    mark("Write a broadcast and send it to a second person of HR; nothing goes out before that person approves."),
    mark("The words, with fields in braces."),
    mark("A UTF-8 text file with the words."),
    mark("Code of a template."),
    mark("Ask every recipient to press “Đã nhận”."),
    mark("Codes of units, comma-separated; all below too."),
    mark("Codes of position groups."),
    mark("Codes of criteria with something to complete."),
    mark("Deadline within so many days."),
    mark("Number of an earlier broadcast."),
    mark("Reachable on this channel."),
    mark("Show to how many it would go, by which channel, when, and as three recipients would read it; keep nothing."),
    mark("Number of a broadcast that waits for approval."),
    mark("Approve what was seen, and let it go out; without --seen only show it."),
    mark("Number of the broadcast."),
    mark("The signs with which the preview ended."),
    mark("Refuse a broadcast that waits for approval."),
    mark("Why, in a sentence."),
    mark("How far a broadcast is, or all of them."),
    mark("Without it: all of them."),
    mark("Send nothing more of it for now."),
    mark("Go on with a paused one."),
    mark("Drop what has not left."),
    mark("Write over what arrived where the channel allows it, and tell the others that it does not hold."),
    mark("Those of whom nobody knows whether it arrived."),
    mark("Settle an unclear one by what the official says."),
    mark("Code of the official of whom it was unclear."),
    mark("What the official says; in the second case sent again."),
    mark("Write what became of it for everybody, with the paper list, into a workbook."),
    mark("The workbook to write (.xlsx)."),
    mark("The templates that there are."),
    mark("Keys by which other programs read: gaps, deadlines, deliveries."),
    mark("Make a key and show it once."),
    mark("Which program it is for."),
    mark("Code of a unit; all below it too. Repeat it."),
    mark("The whole province."),
    mark("For how many days it opens."),
    mark("All keys: for whom, until when, last used when."),
    mark("Let a key open nothing any more, at once."),
    mark("Its number."),
    mark("Hooks: other systems that are told when a verdict changes."),
    mark("Have an address told of changed verdicts from now on, and show once the secret that proves what it is told."),
    mark("An https:// address that takes POST requests."),
    mark("It may lie inside your own network."),
    mark("All hooks, what waits for each, and since when one fails."),
    mark("Tell an address nothing any more."),
    mark("Who is sent to study: requests, decisions, and what is on record."),
    mark("Study cases, those that wait for a head first."),
    mark("Only of this unit and all below it."),
    mark("Only of this official."),
    mark("The ended cases too."),
    mark("Enter what was asked or decided on paper, outside the chat."),
    mark("What happened: requested, sent, refused, declined, attended …"),
    mark("The paper that says so: its number and day."),
    mark("The day on which it happened."),
    mark("Number of the study case; without it a new one."),
    mark("Of a new case: code of the official."),
    mark("Of a new case: code of the criterion."),
    mark("Name of the course."),
    mark("First day of the course."),
    mark("Last day of the course."),
    mark("Code of the head who decided, or was asked."),
    mark("The reason, or what is to be changed."),
    mark("Write the record of a study case as a Word document."),
    mark("Number of the study case."),
    mark("The Word document to write (.docx)."),
    mark("Zalo's Official Account."),
    mark("Let an administrator of the Official Account agree, and keep the tokens."),
    mark("What Zalo's page answered: the code or address."),
    mark("The callback saved in the console."),
    mark("Send a code challenge of its own."),
    mark("Copy everything into one sealed file; the secret key is not in it."),
    mark("The file to write, or a directory of backups."),
    mark("Of a directory: how many of the newest backups stay."),
    mark("Restore it elsewhere and compare; a backup that is there is only tried."),
    mark("Put a backup back; what may have gone out since it was taken is named and not sent again."),
    mark("A backup."),
    mark("In the place of the data that is there."),
    mark("Plan nothing until you say so: nhacchuan resume."),
    mark("Let planning go on after a restore with --hold."),
    mark("Lines of a sheet that was kept on paper, or a file with them."),
    mark("Sign the ends of the chain of the days that are over, and print them for paper."),
    mark("The sheet to print and keep (.pdf)."),
    mark("The ends of the chain that were signed, the newest first."),
    mark("Replace the secret key: a new one seals, everything is sealed anew, the old one goes; nobody is stopped."),
    mark("Let the old key go at once, whatever still hangs on it."),
    mark("Our bots and accounts on the platforms, the people linked at each, and when each was last heard of."),
    mark("Give this one up: nobody sends by it any more."),
    mark("Days off or worked over the library's calendar, and the hours of sending."),
    mark("Print the days that HR declared, the holidays of the year ahead, and the hours of sending."),
    mark("Declare a day off or worked; it holds at once, and the operator answers for it."),
    mark("The day: 2026-12-31 or 31/12/2026."),
    mark("Why, such as the name of the holiday."),
    mark("Number of the document it rests on, or its words."),
    mark("Nobody works on it."),
    mark("It is worked instead of another day."),
    mark("Let the calendar of the library hold again on a day."),
    mark("Set narrower hours of sending than the policy's, or take them back."),
    mark("Nothing goes out unasked before, such as 08:00."),
    mark("Nor after, such as 16:30."),
    mark("The hours of the policy hold again."),
    mark("Personal data: running clocks, the log of processing, clean-ups."),
    mark("Show every request about personal data whose clocks run, the first due first."),
    mark("For other programs."),
    mark("Write who processed what for which purpose (.csv); without --out, print it. Default: the last 30 days."),
    mark("A day."),
    mark("The file to write."),
    mark("Forget now what has had its time; the engine does it every day by itself."),
    mark("Breaches of personal data: the clock, the steps, the report."),
    mark("Begin the clock of a breach; administrators and data officers are told."),
    mark(
        "Enter a request that came on paper, in person or by telephone; its clocks run from the day on which it came."
    ),
    mark("Staff code of whoever made the request."),
    mark("view, export, correct, delete, withdraw, restrict or object."),
    mark("Staff code of whoever enters it."),
    mark("How it came: on_paper, in_person, by_telephone or by_mail."),
    mark("The column to correct, or the consent to withdraw."),
    mark("What is right."),
    mark("What exactly the person wants."),
    mark("Let a key that a restore brought back open again: nobody had revoked it since the backup."),
    mark("Tell an address that a restore brought back again: nobody had removed it since the backup."),
    mark("In a few words: what was found."),
    mark("When, e.g. 2026-11-21 14:30; default now."),
    mark("Keep that a step was taken."),
    mark("Number of the breach."),
    mark("Code of the step, as `breach list` shows it."),
    mark("What came of it."),
    mark("End a breach; steps that were not taken stay visible as such."),
    mark("Show every breach with its clock and steps."),
    mark("Write the draft of the report (.docx): what is known, and blanks for what is not."),
)


def translated(app: Typer) -> Callable[[Sequence[str]], Any]:
    """The commands of the app with all help in the language being spoken."""
    rich_utils.OPTIONS_PANEL_TITLE = _("Options")
    rich_utils.COMMANDS_PANEL_TITLE = _("Commands")
    rich_utils.ARGUMENTS_PANEL_TITLE = _("Arguments")
    rich_utils.ERRORS_PANEL_TITLE = _("Error")
    command: Any = get_command(app)
    _translate(command)
    return command  # type: ignore[no-any-return]


def list_words(command: Any) -> Sequence[str]:
    """Every help text of a command and of those below it."""
    said = [command.help, command.short_help, command.epilog, *(getattr(one, "help", None) for one in command.params)]
    below = [words for one in getattr(command, "commands", {}).values() for words in list_words(one)]
    return [*(one for one in said if one), *below]


def _translate(command: Any) -> None:
    command.help = _(command.help) if command.help else command.help
    command.short_help = _(command.short_help) if command.short_help else command.short_help
    command.epilog = _(command.epilog) if command.epilog else command.epilog
    for one in command.get_params(typer.Context(command)):
        given = getattr(one, "help", None)
        if given:
            one.help = _(given)
    for below in getattr(command, "commands", {}).values():
        _translate(below)


_OF_TYPER = (mark("Show this message and exit."),)
