"""What entries of the audit chain are about, in words, and its ends as they are kept outside of it. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from handlers.phrases import _, gettext, mark, show_day
from storage.records import AuditCheck, AuditVerdict, ChainFault

_WORDS: Final[Mapping[str, str]] = {
    "looked_at_person": mark("looked at a record"),
    "looked_at_verdicts": mark("looked at results"),
    "looked_at_unit": mark("looked at a unit"),
    "listed_people": mark("listed officials"),
    "look_refused": mark("a look was refused"),
    "exported_unit": mark("exported the list of a unit"),
    "exported_report": mark("exported a report"),
    "looked_at_unreached": mark("looked at who is not reached"),
    "exported_unreached": mark("exported the list of who is not reached"),
    "reminded_unit": mark("reminded a unit"),
    "console_asked": mark("asked for a way into the console"),
    "console_entered": mark("came into the console"),
    "console_left": mark("left the console"),
    "console_ended": mark("a session of the console was ended"),
    "console_refused": mark("was refused at the console"),
    "looked_at_audit": mark("looked at the audit"),
    "verified_audit": mark("verified the audit chain"),
    "printed_audit_ends": mark("printed signed ends of the audit chain"),
    "listed_evidence": mark("listed certificates that wait"),
    "looked_at_evidence": mark("looked at a certificate handed in"),
    "opened_evidence_file": mark("opened a file handed in"),
    "submitted_evidence": mark("handed in a certificate"),
    "handed_in_file": mark("handed in a file"),
    "withdrew_evidence": mark("took a certificate back"),
    "verified_evidence": mark("verified a certificate"),
    "rejected_evidence": mark("rejected a certificate"),
    "asked_back_evidence": mark("asked back about a certificate"),
    "listed_study": mark("listed study cases"),
    "looked_at_study": mark("looked at a study case"),
    "viewed_proposal": mark("looked at a proposal"),
    "took_back_proposal": mark("took a proposal back"),
    "expired_proposal": mark("a proposal ended by itself"),
    "decision_refused": mark("was not allowed to decide"),
    "proposed_ruling": mark("proposed a ruling"),
    "confirmed_ruling": mark("confirmed a ruling"),
    "refused_ruling": mark("refused a ruling"),
    "proposed_withdrawal": mark("proposed to withdraw a ruling"),
    "confirmed_withdrawal": mark("confirmed the withdrawal of a ruling"),
    "proposed_table": mark("proposed a table"),
    "confirmed_table": mark("confirmed a table"),
    "refused_table": mark("refused a table"),
    "proposed_standard": mark("proposed a standard"),
    "confirmed_standard": mark("confirmed a standard"),
    "proposed_recognition_row": mark("proposed a row of recognition"),
    "confirmed_recognition_row": mark("confirmed a row of recognition"),
    "proposed_round": mark("proposed a change of a review round"),
    "confirmed_round": mark("confirmed a change of a review round"),
    "refused_round": mark("refused a change of a review round"),
    "proposed_calendar_day": mark("proposed a day off or worked"),
    "confirmed_calendar_day": mark("confirmed a day off or worked"),
    "refused_calendar_day": mark("refused a day off or worked"),
    "proposed_sending_hours": mark("proposed hours of sending"),
    "confirmed_sending_hours": mark("confirmed hours of sending"),
    "refused_sending_hours": mark("refused hours of sending"),
    "declared_day": mark("declared a day at the command line"),
    "set_sending_hours": mark("set hours of sending at the command line"),
    "checked_round": mark("looked at what a round would change"),
    "checked_table": mark("looked at what a table would change"),
    "checked_working_time": mark("looked at what a day or hours would change"),
    "looked_at_standards": mark("looked at the standards"),
    "proposed_broadcast": mark("proposed a broadcast"),
    "previewed_broadcast": mark("looked at a broadcast before sending"),
    "approved_broadcast": mark("approved a broadcast"),
    "refused_broadcast": mark("refused a broadcast"),
    "broadcast_paused": mark("paused a broadcast"),
    "broadcast_sending": mark("resumed a broadcast"),
    "broadcast_cancelled": mark("cancelled the rest of a broadcast"),
    "broadcast_recalled": mark("recalled a broadcast"),
    "took_broadcast_result": mark("took the result of a broadcast"),
    "took_unreachable_list": mark("took the list of who is not reachable"),
    "looked_at_unclear": mark("looked at unclear messages"),
    "settled_received": mark("settled a message as received"),
    "settled_not_received": mark("settled a message as not received"),
    "acknowledged_delivery": mark("confirmed having received a message"),
    "acknowledged_escalation": mark("acknowledged a report"),
    "commented_escalation": mark("commented on a report"),
    "looked_at_inquiry": mark("looked at a question passed on"),
    "passed_on_question": mark("passed a question on"),
    "answered_inquiry": mark("answered a question passed on"),
    "asked_back_inquiry": mark("asked back about a question"),
    "closed_inquiry": mark("closed a question passed on"),
    "reassigned_inquiry": mark("handed a question to a colleague"),
    "promoted_answer": mark("gave an answer to everybody"),
    "withdrew_answer": mark("took an answer back"),
    "set_reminder_stages": mark("set when people are reminded"),
    "removed_reminder_stages": mark("took such stages back"),
    "issued_code": mark("issued a linking code"),
    "printed_codes": mark("printed linking codes"),
    "code_refused": mark("was refused a linking code"),
    "linked": mark("linked a chat"),
    "link_refused": mark("could not link a chat"),
    "agreed": mark("gave consent"),
    "withdrew_consent": mark("withdrew consent"),
    "unlinked_later": mark("unlinked chats that were linked after the one used"),
    "exported_own_data": mark("exported their own data"),
    "exported_processing_log": mark("exported the log of processing"),
    "deleted_own_data": mark("deleted what could be deleted"),
    "corrected_record": mark("corrected a record at somebody's request"),
    "copied_data": mark("made a copy of somebody's data for them"),
    "listed_data_requests": mark("listed requests about personal data"),
    "looked_at_data_request": mark("looked at a request about personal data"),
    "data_request_opened": mark("asked for something about their own data"),
    "data_request_entered": mark("entered a request about personal data made on paper"),
    "data_request_taken_back": mark("took back a request about personal data"),
    "breach_opened": mark("opened a breach of personal data"),
    "breach_step": mark("recorded a step taken after a breach"),
    "breach_closed": mark("closed a breach of personal data"),
    "processing": mark("looked at the log of processing"),
    "working_time": mark("looked at days off and hours of sending"),
    "people": mark("looked at the list of people"),
    "overview": mark("looked at the overview"),
    "audit": mark("looked at the audit in the console"),
    "asked_for_codes": mark("asked for linking codes"),
    "paused_reminders": mark("paused their own reminders"),
    "resumed_reminders": mark("resumed their own reminders"),
    "moved_reminder_hour": mark("set the hour of their own reminders"),
    "preferred_channel": mark("chose where they are reminded"),
    "exported_calendar": mark("took their deadlines as a calendar"),
    "issued_calendar": mark("got an address of their calendar"),
    "revoked_calendar": mark("ended the address of their calendar"),
    "added_hook": mark("had another system told of changes"),
    "removed_hook": mark("ended telling another system"),
    "connected_zalo": mark("connected a Zalo Official Account"),
    "retired_identity": mark("retired a bot or an account"),
    "added_document": mark("added a document"),
    "replaced_document": mark("replaced a document"),
    "removed_document": mark("removed a document"),
    "looked_at_unanswered": mark("looked at questions without an answer"),
    "restored": mark("restored from a backup"),
    "load": mark("loaded a workbook"),
    "made_api_key": mark("made a key for another system"),
    "revoked_api_key": mark("took a key of another system back"),
    "confirmed_api_key": mark("let a key of another system open again after a restore"),
    "confirmed_hook": mark("let another system be told again after a restore"),
}


_FAULTS = {
    ChainFault.MISSING: mark("an entry is missing"),
    ChainFault.OUT_OF_LINE: mark("it does not follow the entry before"),
    ChainFault.CHANGED: mark("its contents were changed"),
    ChainFault.NEWEST_GONE: mark("the newest entries are not those that the chain ends with"),
    ChainFault.UNGUARDED: mark("nothing guards it any more ({about})"),
    ChainFault.OTHER_CHAIN: mark("it is not the chain that was signed on {about}"),
    ChainFault.SIGNATURE_CHANGED: mark("what was signed on {about} was changed"),
    ChainFault.OTHER: mark("it does not hold; run nhacchuan audit verify to see why"),
}


_GROUP: Final = 8
SHORTEST: Final = 16  # signs of a hash that somebody has to copy to prove something


def line_of(day: date, number: int, end: str) -> str:
    """One signed end as it is shown, sent and printed, and as it is typed in again to be compared."""
    grouped = " ".join(end[at : at + _GROUP] for at in range(0, len(end), _GROUP))
    return f"{day.isoformat()} {number} {grouped}"


def say_fault(found: AuditVerdict | AuditCheck) -> str:
    """Why the chain is broken, in words; empty where it is not."""
    if found.reason is None:
        return ""
    about = found.about
    if found.reason in {ChainFault.OTHER_CHAIN, ChainFault.SIGNATURE_CHANGED}:
        about = show_day(date.fromisoformat(about))
    return _(_FAULTS[found.reason]).format(about=about)


def name_action(action: str) -> str:
    """What was done, in words; empty for what has none yet, so that its code stands alone."""
    return gettext(_WORDS[action]) if action in _WORDS else ""
