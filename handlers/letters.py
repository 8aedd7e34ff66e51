"""A letter in words, written when it is delivered: as little as can be, and a button to what it is about. Pure."""

from handlers import next_steps
from handlers.asking import Choice
from handlers.notices.privacy import about_breach, about_new, about_own
from handlers.officials.later_chats import see_later
from handlers.phrases import _, ngettext, show_moment, show_number
from handlers.reply import Line, Reply
from handlers.wording import name_channel
from storage.records import Letter, LetterKind


def write_letter(letter: Letter) -> Reply:  # noqa: C901, PLR0911, PLR0912  one branch for each kind
    """The letter, in the language being spoken."""
    code = letter.inquiry or ""
    at_hr = Choice(_("Open question {code}").format(code=code), "inbox.open", code)
    match letter.kind:
        case LetterKind.ANSWERED:
            return Reply(_("Your question {code} has been answered.").format(code=code), choices=(_own(letter),))
        case LetterKind.ASKED_BACK:
            text = _("HR needs to know more about your question {code}.")
            return Reply(text.format(code=code), choices=(_own(letter),))
        case LetterKind.CLOSED:
            return Reply(_("Your question {code} was closed by HR.").format(code=code), choices=(_own(letter),))
        case LetterKind.ASSIGNED:
            return Reply(_("Question {code} was handed to you.").format(code=code), choices=(at_hr,))
        case LetterKind.DETAILS:
            return Reply(_("The asker has added to question {code}.").format(code=code), choices=(at_hr,))
        case LetterKind.OVERDUE:
            text = ngettext(
                "{n} question in the inbox waits for an answer beyond its day.",
                "{n} questions in the inbox wait for an answer beyond their day.",
                letter.number,
            )
            return Reply(text.format(n=letter.number), choices=(next_steps.inbox(),))
        case LetterKind.PROPOSAL:
            return Reply(
                _("A proposal waits for your confirmation."),
                choices=(Choice(_("See it"), "proposal", str(letter.number)),),
            )
        case LetterKind.DECIDED:
            text = _("Your proposal {number} has been decided.")
            see = Choice(_("See it"), "proposal", str(letter.number))
            return Reply(text.format(number=letter.number), choices=(see,))
        case LetterKind.STUDY:
            text = _("Something new on study case {number}: please have a look.")
            see = Choice(_("See it"), "study.open", str(letter.number))
            return Reply(text.format(number=letter.number), choices=(see,))
        case LetterKind.EVIDENCE:
            text = _("HR has looked at the certificate that you handed in (number {number}).")
            see = Choice(_("See it"), "evidence.open", str(letter.number))
            return Reply(text.format(number=letter.number), choices=(see,))
        case LetterKind.DATA:
            return about_own(letter.number)
        case LetterKind.DATA_REQUEST:
            return about_new(letter.number)
        case LetterKind.BREACH:
            return about_breach(letter.number, None)
        case LetterKind.ZALO_LOST:
            return _zalo_lost()
        case LetterKind.AUDIT_BROKEN:
            return _audit_broken(letter.number)
        case LetterKind.UNANSWERED:
            return Reply(
                _("Messages that could not be answered before they had to be deleted: {n}.").format(
                    n=show_number(letter.number)
                ),
                (Line(_("Nobody told those who wrote them. On the server, run: nhacchuan doctor")),),
            )
        case LetterKind.GIVEN_UP:
            return Reply(
                _("Today at least one message of somebody was given up: it was tried for a day and never answered."),
                (
                    Line(_("Its writer was told nothing. Whoever says so should ask again.")),
                    Line(_("On the server, look in the log for “intake.failed” and “intake.given_up”.")),
                ),
            )
        case LetterKind.BACKUP_FAILED:
            return Reply(
                _("Tonight's backup of the database could not be taken, or did not hold when it was tried."),
                (Line(_("On the server, run: nhacchuan doctor")),),
            )
        case LetterKind.LINKED:
            text = _(
                "Another chat was linked to your record: {channel}, {moment}. If that was not you, unlink it here (or "
                "under “My data”) and tell HR of your unit."
            )
            told = text.format(channel=name_channel(letter.about or ""), moment=show_moment(letter.left_at))
            return Reply(told, choices=(see_later(), next_steps.my_data()))


def _audit_broken(number: int) -> Reply:
    steps = (
        _("Let nobody change anything on the server, and keep a copy of the database as it is: nhacchuan backup FILE"),
        _("On the server, run: nhacchuan audit verify"),
        _("Compare with the sheets that HR keeps on paper: nhacchuan audit verify --against FILE"),
        _("Find out who had access to the server, and restore the last backup whose chain is intact."),
    )
    return Reply(
        _("The audit chain is broken at entry {n}: somebody changed it past the product.").format(n=number),
        tuple(Line(f"{place}. {step}") for place, step in enumerate(steps, start=1)),
    )


def _zalo_lost() -> Reply:
    steps = (
        _("On the server, run: nhacchuan zalo connect"),
        _("Open the link that it shows, in a browser signed in to Zalo as an administrator of the account."),
        _("Agree to everything that is asked for."),
        _("Run: nhacchuan doctor"),
    )
    return Reply(
        _(
            "Zalo does not accept our permission for the Official Account any more: nobody is answered or"
            " written to on Zalo until an administrator of the account agrees again."
        ),
        tuple(Line(f"{number}. {step}") for number, step in enumerate(steps, start=1)),
    )


def _own(letter: Letter) -> Choice:
    label = _("See the answer") if letter.kind is LetterKind.ANSWERED else _("See it")
    return Choice(label, "inquiry", letter.inquiry or "")
