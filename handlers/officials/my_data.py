"""What do you hold on me? View, export, unlink this chat."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from handlers import letting_go, next_steps
from handlers.asking import Channel, Choice
from handlers.data_copy import make_copy
from handlers.evidence_words import describe_in_list
from handlers.inquiries import name_state
from handlers.letting_go import Kept, let_go, put_out
from handlers.officials.later_chats import see_later
from handlers.officials.linking import read_whole_notice
from handlers.officials.surer_chats import describe_chats, list_surer, offer_to_leave
from handlers.phrases import _, mark, show_day, show_day_of, show_number
from handlers.ports import Accounts, Audit, Clock, Consents, EvidenceKept, Inquiries, PersonalData
from handlers.privacy import describe_notice_shortly, describe_period
from handlers.reply import Line, Reply
from handlers.visit import Visit
from handlers.wording import name_channel, name_credential, name_managed_by, name_unit
from knowledge.facts import Credential, CredentialStatus, Person
from knowledge.privacy import Purpose
from storage.records import Account

LEAVE = "data.leave"
FORM_CORRECT = "data.correct"
FORM_RESTRICT = "data.restrict"
_MOST_LOOKS = 5
_MOST_INQUIRIES = 20
_ACTIONS = {
    "looked_at_person": mark("looked at this record"),
    "looked_at_verdicts": mark("looked at this record"),
    "linked": mark("linked a chat"),
    "unlinked_later": mark("unlinked chats that were linked after the one used"),
    "preferred_channel": mark("chose where to be written to first"),
    "issued_code": mark("issued a linking code"),
    "exported_own_data": mark("exported this data"),
    "withdrew_consent": mark("withdrew consent"),
    "agreed": mark("gave consent"),
    "deleted_own_data": mark("deleted what could be deleted"),
    "data_request_entered": mark("wrote down a request about this data that came on paper or in person"),
    "data_request_agreed": mark("agreed as the first of two to a request about this data"),
    "data_request_opened": mark("asked HR something about this data"),
    "data_request_answered": mark("gave a first answer about this data"),
    "data_request_done": mark("settled a request about this data"),
    "data_request_refused": mark("did not accept a request about this data"),
    "data_request_extended": mark("extended a request about this data once"),
    "data_request_taken_back": mark("took a request about this data back"),
    "copied_data": mark("made a copy of this data for the person"),
    "looked_at_data_request": mark("looked at a request about this data"),
    "corrected_record": mark("corrected this record"),
    "passed_on_question": mark("passed a question on to HR"),
    "looked_at_inquiry": mark("looked at a question passed on"),
    "answered_inquiry": mark("answered a question passed on"),
    "asked_back_inquiry": mark("asked back about a question passed on"),
    "closed_inquiry": mark("closed a question passed on"),
    "reassigned_inquiry": mark("handed a question passed on to a colleague"),
    "added_to_inquiry": mark("added to a question passed on"),
    "closed_own_inquiry": mark("found an answer clear"),
    "withdrew_inquiry": mark("took a question back"),
    "exported_calendar": mark("downloaded the deadlines for a calendar"),
    "issued_calendar": mark("was given an address for a calendar"),
    "revoked_calendar": mark("took the address of a calendar back"),
    "exported_report": mark("exported the record of reminders"),
    "moved_reminder_hour": mark("moved the hour of reminders"),
    "paused_reminders": mark("paused reminders"),
    "resumed_reminders": mark("wanted reminders again"),
    "looked_at_study": mark("looked at a study case"),
    "printed_study": mark("printed a study case"),
    "handed_in_file": mark("handed in a picture or PDF of a certificate"),
    "submitted_evidence": mark("handed in a certificate"),
    "withdrew_evidence": mark("took a certificate back"),
    "looked_at_evidence": mark("looked at a certificate that was handed in"),
    "opened_evidence_file": mark("opened a picture or PDF of a certificate"),
    "verified_evidence": mark("verified a certificate"),
    "checked_evidence": mark("checked a certificate as the first of two"),
    "rejected_evidence": mark("rejected a certificate"),
    "asked_back_evidence": mark("asked back about a certificate"),
    "study_requested": mark("asked to be sent to study"),
    "study_proposed": mark("proposed to send the official to study"),
    "study_change_asked": mark("asked for a change"),
    "study_changed": mark("changed the request and put it to the head again"),
    "study_sent": mark("decided to send the official to study"),
    "study_refused": mark("refused to send the official to study"),
    "study_accepted": mark("accepted to go and study"),
    "study_declined": mark("declined to go and study"),
    "study_withdrawn": mark("withdrew it"),
    "study_said_attended": mark("said that they attended (waits for confirmation)"),
    "study_said_passed": mark("said that they passed (waits for confirmation)"),
    "study_attended": mark("recorded that the official attended"),
    "study_not_attended": mark("recorded that the official did not attend"),
    "study_passed": mark("recorded that the official passed"),
}


async def view_my_data(
    visit: Visit,
    person: Person,
    *,
    accounts: Accounts,
    inquiries: Inquiries,
    evidence: EvidenceKept,
    personal: PersonalData,
    audit: Audit,
) -> Reply:
    """The record as it stands, the linked chats, everything else by groups, and who looked at it last."""
    handed_in = await evidence.list_of(person.code, _MOST_INQUIRIES)
    linked = await accounts.list_accounts(person.code)
    asked = await inquiries.list_asked(visit.asked.channel, visit.asked.address, person.code, _MOST_INQUIRIES)
    looks = await audit.list_about(person.code, _MOST_LOOKS)
    lines = [
        _item(_("Staff code"), person.code),
        _item(_("Name"), person.name),
        _item(_("Date of birth"), show_day(person.born_on)),
        _item(_("Position"), f"{person.position} ({name_managed_by(person.managed_by)})"),
        _item(_("Unit"), name_unit(visit.rules, person.unit)),
        *(_describe_credential(one, visit) for one in person.credentials),
        _item(_("Linked chats"), ", ".join(name_channel(one.channel) for one in linked) or _("none")),
    ]
    lines += [
        _item(
            _("Question passed on to HR"), f"{one.code}, {show_day_of(one.opened_at)}: {name_state(one, visit.today)}"
        )
        for one in asked
    ]
    lines += [_item(_("Certificate that was handed in"), describe_in_list(one, visit.rules)) for one in handed_in]
    lines += await _describe_groups(visit, person, personal)
    lines += [
        Line(_("{day}: {who} – {what}").format(day=show_day_of(at), who=who, what=_name_action(what)), is_item=True)
        for at, who, what in looks
    ]
    lines.append(Line(_("Your phone number is stored encrypted. Whatever is wrong you can have corrected here.")))
    return Reply(
        title=_("Your data here"),
        lines=tuple(lines),
        choices=(
            Choice(_("Export my data"), "data.export"),
            Choice(_("Have something corrected"), FORM_CORRECT),
            next_steps.my_consents(),
            Choice(_("Restrict or object"), FORM_RESTRICT),
            Choice(_("Delete my data"), "data.delete"),
            Choice(_("My requests"), "data.requests"),
            *_offer_to_leave(person),
            Choice(_("Withdraw consent and unlink"), "data.withdraw"),
            *((see_later(),) if len(linked) > 1 else ()),
            next_steps.my_gaps(),
        ),
    )


async def _describe_groups(visit: Visit, person: Person, personal: PersonalData) -> list[Line]:
    """Everything that is kept, in groups: how much, for what, how long."""
    library = visit.rules.library
    counts = await personal.count(person.code)
    held = [one for one in library.privacy.groups if counts.get(one.code)]
    lines = [
        Line(
            _("{group}: {n} – for: {purpose}; kept: {period}").format(
                group=one.name,
                n=show_number(counts[one.code]),
                purpose=library.privacy.purpose(one.purpose).name,
                period=describe_period(library, one.code),
            ),
            is_item=True,
        )
        for one in held
    ]
    return [Line(_("All that is kept about you, by groups (number of entries):")), *lines] if lines else []


async def export_my_data(
    visit: Visit, person: Person, *, personal: PersonalData, audit: Audit, clock: Clock, is_paper_alone: bool = False
) -> Reply:
    """All of it as one file: to read and print, and beside it what a machine reads, unless the paper alone is asked."""
    now = clock.now()
    kept = await personal.collect(person.code)
    form = "docx" if is_paper_alone else "zip"
    await audit.record(person.code, "exported_own_data", person.code, now, {"form": form})
    closing = _("Printed on {day} at the request of the person themself.").format(day=show_day_of(now))
    paper = make_copy(visit, person, kept, now, closing)
    if is_paper_alone:
        return Reply(
            title=_("Your data as a Word file"),
            choices=(Choice(_("Export my data"), "data.export"), next_steps.my_data()),
            paper=replace(paper, beside=()),
        )
    return Reply(
        title=_("Your data as one file"),
        lines=(Line(_("In it: a Word file to read and print, and a data file (JSON) for programs.")),),
        choices=(Choice(_("Only the Word file"), "data.paper"), next_steps.my_data(), next_steps.my_gaps()),
        paper=paper,
    )


def ask_to_confirm_withdrawal(visit: Visit, surer: Sequence[Account] = ()) -> Reply:
    """Withdrawal needs a second press; what follows is told before.

    `surer`: chats that prove more surely who they are, where there are any: nothing is taken back then but in this one.
    """
    return Reply(
        title=_("Withdraw consent and unlink this chat?"),
        lines=(
            *(() if surer else _tell_withdrawal(visit)),
            Line(_("This chat will no longer know who you are. Your record with HR stays as the law requires of it.")),
            *(_tell_of_this_chat(surer) if surer else _tell_of_all()),
            Line(_("No reminders come to this chat any more; deadlines run on, and HR tells you in another way.")),
        ),
        choices=(
            *_offer_to_leave(visit.person),
            Choice(_("Yes, withdraw"), "data.withdraw.yes"),
            next_steps.my_data(),
        ),
    )


def _tell_withdrawal(visit: Visit) -> tuple[Line, ...]:
    rules = visit.rules.library.privacy
    return (Line(rules.purpose(Purpose.ANSWERS).withdrawal),) if rules.purposes else ()


def _tell_of_all() -> tuple[Line, ...]:
    return (
        Line(_("Questions that you passed on to HR are taken back, and their texts dropped.")),
        Line(_("Certificates that wait to be verified are taken back, and their pictures deleted.")),
    )


def _tell_of_this_chat(surer: Sequence[Account]) -> tuple[Line, ...]:
    """What goes with a chat to which a colleague's code led, and where the rest can be taken back."""
    return (
        Line(
            _(
                "Questions that were passed on in this chat and still wait are taken back. What you asked elsewhere, "
                "every certificate that was handed in and your calendar stay."
            )
        ),
        Line(
            _(
                "This chat was linked with a code that a colleague gave. To take back the rest too, withdraw in a chat "
                "that proves more surely who you are:"
            )
        ),
        *describe_chats(surer),
    )


def _offer_to_leave(person: Person | None) -> tuple[Choice, ...]:
    """Where a colleague's code led to this chat: a way to link it without one that costs nothing of one's own."""
    if person is None or not person.vouched_by:
        return ()
    return (offer_to_leave(),)


def ask_to_leave(visit: Visit, vouching: Collection[Channel]) -> Reply:
    """Unlinking to link anew needs a second press: what stays is told before, and what the chat is linked with then."""
    if visit.asked.channel in vouching:
        then = _(
            "Then link it by your own phone number, or with a code from the administrator; a code from a colleague "
            "leaves it as it is now."
        )
    else:
        then = _(
            "Then link it with a code from the administrator, so ask for that first; a code from a colleague leaves it "
            "as it is now."
        )
    return Reply(
        title=_("Unlink this chat to link it anew?"),
        lines=(
            Line(_("Certificates that you handed in, questions that you passed on and your calendar all stay.")),
            Line(_("Until it is linked again, this chat does not know who you are; what was said here is forgotten.")),
            Line(then),
        ),
        choices=(Choice(_("Yes, unlink this chat"), LEAVE), next_steps.my_data()),
    )


async def withdraw(
    visit: Visit, person: Person, kept: Kept, *, consents: Consents, audit: Audit, clock: Clock
) -> Reply:
    """Unlink this chat, forget its consent and what it was last about, and take back what was passed on.

    Where other chats prove more surely who they are, only what was passed on in this one: see `surer_chats`.
    """
    place, today, now = (visit.asked.channel, visit.asked.address), visit.rules.book.on(visit.today), clock.now()
    if await list_surer(visit, person, kept.accounts):
        await put_out(place, person, today, kept, consents, now)
    else:
        await let_go(place, person, today, kept, consents, now)
    await audit.record(person.code, "withdrew_consent", person.code, clock.now(), {"channel": visit.asked.channel})
    return _unlinked()


async def leave(visit: Visit, kept: Kept, *, consents: Consents, audit: Audit, clock: Clock) -> Reply:
    """Leave this chat as one leaves a shared computer: whoever sits there next is a stranger.

    Nothing is taken back that was passed on or handed in: to leave is not to want it no more. Where nobody known is
    linked, what was agreed to and spoken of there is forgotten all the same.
    """
    person, now = visit.person, clock.now()
    place = visit.asked.channel, visit.asked.address
    await letting_go.leave(place, person, visit.rules.book.on(visit.today), kept, consents, now)
    if person is not None:
        details = {"channel": visit.asked.channel, "left": True}
        await audit.record(person.code, "withdrew_consent", person.code, now, details)
    return _unlinked()


def _unlinked() -> Reply:
    return Reply(
        title=_("Done: this chat is no longer linked, and your consent is withdrawn."),
        choices=(next_steps.link_account(), next_steps.help_me()),
    )


def explain_privacy(visit: Visit) -> Reply:
    """The privacy notice, for a visitor who is not linked."""
    return Reply(
        title=_("How personal data is handled here"),
        lines=(
            Line(_("This chat is not linked: nothing on record is shown here.")),
            *describe_notice_shortly(visit),
        ),
        choices=(read_whole_notice(), next_steps.link_account(), next_steps.help_me()),
    )


def _name_action(action: str) -> str:
    """What was done, in words; an action of another version stays as recorded."""
    return _(_ACTIONS[action]) if action in _ACTIONS else action


def _item(name: str, value: str) -> Line:
    return Line(f"{name}: {value}", is_item=True)


def _describe_credential(one: Credential, visit: Visit) -> Line:
    status = {
        CredentialStatus.VERIFIED: _("verified"),
        CredentialStatus.WAITING: _("waiting to be verified"),
        CredentialStatus.REJECTED: _("rejected"),
    }[one.status]
    return _item(
        _("Certificate"), f"{name_credential(visit.rules.library, one.kind, one.level, one.issued_on)} ({status})"
    )
