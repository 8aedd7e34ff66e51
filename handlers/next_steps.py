"""The choices offered under replies: each a label in the visitor's words and the action it stands for."""

from handlers.asking import Choice
from handlers.forms import RESUME
from handlers.phrases import _
from knowledge.facts import CriterionCode, DocumentId, KindCode, PersonCode


def my_gaps() -> Choice:
    """What am I missing."""
    return Choice(_("What am I missing?"), "gaps.mine")


def my_deadlines() -> Choice:
    """By when must I."""
    return Choice(_("My deadlines"), "deadlines.mine")


def my_position() -> Choice:
    """What does my position require."""
    return Choice(_("What my position requires"), "position.mine")


def my_certificates() -> Choice:
    """Which of my certificates count."""
    return Choice(_("Which of my certificates count?"), "certificates.mine")


def consequences() -> Choice:
    """What happens otherwise, who answers for it."""
    return Choice(_("What if I do not complete it?"), "consequences")


def whom_to_ask() -> Choice:
    """Whom do I ask."""
    return Choice(_("Whom do I ask?"), "contact")


def how_to_study() -> Choice:
    """How do I ask to be sent to study."""
    return Choice(_("How to ask to be sent to study"), "study")


def ask_to_study(criterion: CriterionCode | None = None) -> Choice:
    """I ask to be sent to study, for this criterion where it is known."""
    return Choice(_("Ask to be sent to study"), "study", criterion or "")


def my_study() -> Choice:
    """My requests to be sent to study, and what became of them."""
    return Choice(_("My study requests"), "study.mine")


def my_reminders() -> Choice:
    """When am I reminded."""
    return Choice(_("My reminders"), "reminders.mine")


def hand_in() -> Choice:
    """I want to hand in a certificate."""
    return Choice(_("Hand in a certificate"), "evidence.begin")


def my_evidence() -> Choice:
    """What became of the certificates that I handed in."""
    return Choice(_("Certificates that I handed in"), "evidence.mine")


def review() -> Choice:
    """HR: which certificates wait for me."""
    return Choice(_("Certificates to verify"), "review")


def study_waiting() -> Choice:
    """Who of mine asks to be sent to study."""
    return Choice(_("Study requests of my people"), "study.waiting")


def propose_study(person: PersonCode | None = None) -> Choice:
    """I want to send somebody, or this very person, to study."""
    return Choice(_("Propose somebody for study"), "study.propose", person or "")


def how_to_hand_in() -> Choice:
    """How do I hand in a new certificate."""
    return Choice(_("I have a new certificate"), "evidence")


def certificate(kind: KindCode, label: str) -> Choice:
    """Does this kind count."""
    return Choice(label, "certificate", kind)


def document(document_id: DocumentId, label: str | None = None) -> Choice:
    """What does this document say."""
    return Choice(label or _("About {document}").format(document=document_id), "document", document_id)


def point(document_id: DocumentId, point_id: str, label: str) -> Choice:
    """What does this point say."""
    return Choice(label, "document.point", f"{document_id}#{point_id}")


def quote(document_id: DocumentId, place: str, label: str) -> Choice:
    """Read me this place of the document word for word."""
    return Choice(label, "document.quote", f"{document_id}#{place}")


def all_documents() -> Choice:
    """Which documents are held."""
    return Choice(_("Documents in the library"), "documents")


def cannot_be_reached(unit: str = "") -> Choice:
    """Who of mine, or of this unit, cannot be reached."""
    return Choice(_("Who cannot be reached?"), "unreached", unit)


def may_not_have_arrived() -> Choice:
    """HR: of which messages it is not known whether they arrived."""
    return Choice(_("Messages that may not have arrived"), "unclear")


def data_office() -> Choice:
    """HR: which requests about personal data run."""
    return Choice(_("Requests about personal data"), "data.office")


def my_consents() -> Choice:
    """What did I agree to in this chat."""
    return Choice(_("What I agreed to"), "data.consents")


def service_left() -> Choice:
    """How long do I still serve."""
    return Choice(_("My years of service left"), "service")


def link_account() -> Choice:
    """Link my account."""
    return Choice(_("Link my account"), "link")


def my_data() -> Choice:
    """What do you hold on me."""
    return Choice(_("My data and privacy"), "data")


def unit_gaps() -> Choice:
    """Who in my unit is missing what."""
    return Choice(_("Who in my unit is missing what?"), "unit")


def unit_glance(unit: str = "") -> Choice:
    """How does my unit, or this one, stand?"""
    return Choice(_("My unit at a glance"), "unit.glance", unit)


def go_on(form: str) -> Choice:
    """Go on with the form that was left for something else."""
    return Choice(_("Go on where I stopped"), form, RESUME)


def work_with_people() -> Choice:
    """What can I do as a head or HR."""
    return Choice(_("Work with your people"), "desk.people")


def needing() -> Choice:
    """Who of my people needs a decision of mine."""
    return Choice(_("Who needs a decision?"), "digest.list")


def help_me() -> Choice:
    """What can I ask."""
    return Choice(_("What can I ask?"), "help")


def pass_on() -> Choice:
    """Let a person answer this."""
    return Choice(_("Pass it on to HR"), "pass_on")


def my_inquiries() -> Choice:
    """What became of what I passed on."""
    return Choice(_("My questions to HR"), "inquiry")


def rulings() -> Choice:
    """What HR has ruled, and what waits for a second person."""
    return Choice(_("Rulings and proposals"), "rulings")


def broadcasts() -> Choice:
    """What was written to many people, and writing to them."""
    return Choice(_("Broadcasts"), "broadcasts")


def inbox() -> Choice:
    """Which questions wait for HR."""
    return Choice(_("Inbox of questions"), "inbox")


def reports() -> Choice:
    """Lists and reports as files."""
    return Choice(_("Lists and reports"), "report")


def my_calendar() -> Choice:
    """My deadlines in my own calendar."""
    return Choice(_("Add to my calendar"), "calendar.mine")
