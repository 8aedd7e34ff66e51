"""I hand in a certificate, step by step, with pictures or a PDF of it; what became of those handed in before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from handlers import next_steps
from handlers.asking import Choice
from handlers.evidence_words import (
    describe_credential,
    describe_in_list,
    describe_submission,
    file_to_show,
    list_file_choices,
    name_certificate,
)
from handlers.forms import Form, Values, begin
from handlers.handed_in import CleanFile, FileRefusal, say_refusal
from handlers.officials import linking
from handlers.officials.evidence_steps import (
    MOST_FILES,
    ReadEntities,
    ask_files,
    ask_issued,
    ask_issuer,
    ask_kind,
    ask_level,
    ask_number,
    ask_sure,
    credential_of,
    files_of,
    said_at_once,
)
from handlers.officials.surer_chats import list_surer, refuse_here
from handlers.phrases import _, ngettext
from handlers.ports import Accounts, Audit, Clock, Consents, EvidenceFiles, EvidenceKept
from handlers.pressed import read_number
from handlers.privacy import consents_of, rules_of
from handlers.reply import Line, Outcome, Pending, Reply
from handlers.visit import Visit
from knowledge.facts import Person
from knowledge.privacy import Purpose
from knowledge.understanding.evidence_said import speaks_of_identity_papers
from storage.records import ConsentAct, Evidence, EvidenceState

FORM = "evidence.form"
_MOST_LISTED = 10
_MOST_CHOICES = 5
_MOST_A_DAY = 30  # files of one person, whatever becomes of them
_A_DAY = timedelta(days=1)
_GROUP = "group"  # of the last file: of several that were sent together one answer is enough
# Messages whose files are kept, and those of them that get an answer: one that comes once more, because its answer did
# not leave, is known, adds no file, and is answered as it was to be.
_CAME = "came"
_ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Desk:
    """The drawers that evidence needs, and who reads what words name."""

    evidence: EvidenceKept
    accounts: Accounts
    audit: Audit
    clock: Clock
    read_entities: ReadEntities
    consents: Consents | None = None


def form(visit: Visit, person: Person, desk: Desk) -> Form:
    """Kind, level, day of issue, number, issuer, files, and a last look; the same to change one that HR asked about."""
    today = visit.rules.book.on(visit.today)

    async def preview(values: Values) -> Sequence[Line]:
        files = await desk.evidence.list_loose(person.code, files_of(values))
        told = rules_of(visit).wording(Purpose.EVIDENCE, visit.today) if files and rules_of(visit).purposes else ()
        return [*describe_credential(credential_of(values), len(files), today), *map(Line, told)]

    async def finish(values: Values) -> Reply:
        return await _submit(values, visit, person, desk)

    return Form(
        FORM,
        (
            ask_kind(person, today, desk.read_entities),
            ask_level(today, desk.read_entities),
            ask_issued(today.day),
            ask_number(),
            ask_issuer(),
            ask_files(),
            ask_sure(preview),
        ),
        finish,
        lambda: Reply(
            title=_("Nothing was handed in."), choices=(next_steps.my_evidence(), next_steps.my_certificates())
        ),
    )


async def start(visit: Visit, person: Person, desk: Desk, said: str = "") -> Reply:
    """I want to hand in a certificate, of which these words may say something already."""
    values = said_at_once(said, visit.rules.book.on(visit.today), desk.read_entities)
    return await begin(form(visit, person, desk), values)


async def take_file(visit: Visit, person: Person, kept: Pending | None, desk: Desk) -> Reply:
    """A picture or PDF came: it belongs to the form that is open, or begins one."""
    is_open = kept is not None and kept.form == FORM
    if speaks_of_identity_papers(visit.text):
        return await refuse_identity_papers(visit, person, kept, desk)
    values: dict[str, str] = dict(kept.values) if kept is not None and is_open else {}
    if visit.text:
        said = said_at_once(visit.text, visit.rules.book.on(visit.today), desk.read_entities)
        values = {**said, **values}
    came = visit.asked.file
    group, message = (came.group, came.message) if came is not None else ("", "")
    if message and message in _messages(values, _CAME):
        return await _tell_kept(values, visit, person, desk, is_first=message in _messages(values, _ANSWERED))
    file = visit.handed_in
    if not isinstance(file, CleanFile):
        why = say_refusal(file if file is not None else FileRefusal.GONE)
        return await _with_title(why, values, visit, person, desk) if is_open else _not_taken(why)
    files = files_of(values)
    if len(files) >= MOST_FILES:
        text = ngettext(
            "{n} file is enough; this one was not kept.", "{n} files are enough; this one was not kept.", MOST_FILES
        )
        return await _with_title(text.format(n=MOST_FILES), values, visit, person, desk)
    added = await desk.evidence.add_file(person.code, file.content, file.media_type, desk.clock.now())
    await desk.audit.record(
        person.code, "handed_in_file", person.code, desk.clock.now(), {"file": added.id, "size": added.size}
    )
    is_first = not group or values.get(_GROUP) != group
    values |= {"files": ",".join(str(one) for one in (*files, added.id)), _GROUP: group}
    if message:
        values[_CAME] = ",".join((*_messages(values, _CAME), message))
        if is_first:
            values[_ANSWERED] = ",".join((*_messages(values, _ANSWERED), message))
    return await _tell_kept(values, visit, person, desk, is_first=is_first)


async def _tell_kept(values: Values, visit: Visit, person: Person, desk: Desk, *, is_first: bool) -> Reply:
    """The file is kept; said of the first of several that were sent together, for all of them."""
    values = {name: value for name, value in values.items() if name != "sure"}
    told = await _with_title(_("The file is kept, encrypted."), values, visit, person, desk)
    if is_first and visit.asked.file is not None and visit.asked.file.group:
        once = _("Files that you sent together are kept in the same way; I name only those that cannot be kept.")
        told = replace(told, lines=(Line(once), *told.lines))
    return replace(told, is_silent=not is_first)


def _messages(values: Values, which: str) -> list[str]:
    return [one for one in values.get(which, "").split(",") if one]


async def refuse_identity_papers(visit: Visit, person: Person, kept: Pending | None, desk: Desk) -> Reply:
    """A paper that says who somebody is is never kept; the form that is open goes on."""
    told = _("Never send an identity card or passport here: it is not needed. Nothing of it was kept.")
    if kept is not None and kept.form == FORM:
        return await _with_title(told, kept.values, visit, person, desk)
    note = Line(
        _("Only a photo or PDF of the certificate itself is handed in; HR knows who you are by your linked chat.")
    )
    return Reply(told, (note,), choices=(next_steps.hand_in(), next_steps.my_gaps()))


async def has_room(person: Person, files: EvidenceFiles, clock: Clock) -> bool:
    """Whether another file of this person may be fetched today."""
    return await files.count_since(person.code, clock.now() - _A_DAY) < _MOST_A_DAY


async def list_mine(visit: Visit, person: Person, desk: Desk) -> Reply:
    """What became of the certificates that I handed in?"""
    found = await desk.evidence.list_of(person.code, _MOST_LISTED)
    if not found:
        return Reply(
            title=_("You have not handed in any certificate here."),
            choices=(next_steps.hand_in(), next_steps.my_certificates(), next_steps.my_gaps()),
        )
    title = ngettext("{n} certificate that you handed in", "{n} certificates that you handed in", len(found))
    return Reply(
        title=title.format(n=len(found)),
        lines=tuple(Line(describe_in_list(one, visit.rules), is_item=True) for one in found),
        choices=(*(see(one) for one in found[:_MOST_CHOICES]), next_steps.hand_in(), next_steps.my_gaps()),
    )


async def open_mine(visit: Visit, person: Person, desk: Desk) -> Reply:
    """Show me this one, with what I may do to it."""
    found = await _find_mine(visit.subject, person, desk)
    return _show(found, visit) if found is not None else _not_mine()


async def show_file(visit: Visit, person: Person, desk: Desk) -> Reply:
    """Show me the picture or PDF that I handed in."""
    number, _mark, file = visit.subject.partition(":")
    found = await _find_mine(number, person, desk)
    known = read_number(file)
    one = next((one for one in found.files if one.id == known), None) if found is not None else None
    content = await desk.evidence.read_file(found.number, one.id) if found is not None and one is not None else None
    if found is None or one is None or content is None:
        return _not_mine()
    details = {"evidence": found.number, "file": one.id}
    await desk.audit.record(person.code, "opened_evidence_file", person.code, desk.clock.now(), details)
    shown = file_to_show(found, one, content, visit.rules)
    return Reply(title=shown.description, file=shown, choices=(see(found), next_steps.my_evidence()))


async def withdraw(visit: Visit, person: Person, desk: Desk) -> Reply:
    """I take back what I handed in: its files are dropped at once."""
    found = await _find_mine(visit.subject, person, desk, to_change=True)
    if found is None:
        return _not_mine()
    if not found.is_undecided:
        return replace(_show(found, visit), title=_("HR has decided on it already; nothing was changed."))
    if surer := await list_surer(visit, person, desk.accounts):
        return refuse_here(surer)
    now = desk.clock.now()
    gone = replace(found, state=EvidenceState.WITHDRAWN, version=found.version + 1, changed_at=now, words=None)
    await desk.evidence.settle(gone)
    await desk.audit.record(person.code, "withdrew_evidence", person.code, now, {"evidence": found.number})
    return Reply(
        title=_("Certificate {number} is taken back, and its files are deleted.").format(number=found.number),
        choices=(next_steps.hand_in(), next_steps.my_evidence()),
    )


async def start_again(visit: Visit, person: Person, desk: Desk) -> Reply:
    """HR asked about it: the form once more with what was filled in, to be completed and sent again."""
    found = await _find_mine(visit.subject, person, desk)
    if found is None:
        return _not_mine()
    if found.state is not EvidenceState.ASKED_BACK:
        return replace(_show(found, visit), title=_("HR does not wait for anything more of this one."))
    held = found.credential
    values = {
        "evidence": str(found.number),
        "version": str(found.version),
        "kind": str(held.kind),
        "level": held.level or "",
        "number": held.number or "",
        "issuer": held.issuer or "",
    }
    if held.issued_on is not None:
        values["issued"] = held.issued_on.isoformat()
    asked = await begin(form(visit, person, desk), values)
    said = Line(_("HR asks: “{words}”").format(words=found.words or ""))
    return replace(asked, lines=(said, *asked.lines))


def see(found: Evidence) -> Choice:
    """Show me this one."""
    return Choice(_("Open number {number}").format(number=found.number), "evidence.open", str(found.number))


def refuse_stranger(visit: Visit) -> Reply:
    """Files of somebody who is not linked are not even fetched."""
    asked = linking.ask_to_link(visit)
    return replace(asked, title=_("I keep files only of officials whose chat is linked to their record."))


async def _with_title(title: str, values: Values, visit: Visit, person: Person, desk: Desk) -> Reply:
    """The step that is asked, under what has just happened."""
    asked = await begin(form(visit, person, desk), values)
    return replace(asked, title=title, lines=(Line(asked.title), *asked.lines))


async def _submit(values: Values, visit: Visit, person: Person, desk: Desk) -> Reply:
    credential = credential_of(values)
    now = desk.clock.now()
    files = files_of(values)
    made = Evidence(person.code, credential, submitted_at=now, changed_at=now)
    if "evidence" in values:
        before = await _find_mine(values["evidence"], person, desk, to_change=True)
        if before is None or before.state is not EvidenceState.ASKED_BACK or str(before.version) != values["version"]:
            shown = _show(before, visit) if before is not None else _not_mine()
            return replace(shown, title=_("It has changed since; nothing was sent."))
        made = replace(before, credential=credential, state=EvidenceState.WAITING, version=before.version + 1)
        made = replace(made, submitted_at=now, changed_at=now, words=None, checked_by=None)
        kept = await desk.evidence.submit_again(made, files)
    else:
        kept = await desk.evidence.submit(made, files)
    if kept is None:
        return await _tell_known(made, visit, person, desk)
    if files and desk.consents is not None:
        await desk.consents.note_consents(consents_of(visit, {Purpose.EVIDENCE: ConsentAct.AGREED}, now))
    details = {"evidence": kept.number, "kind": str(credential.kind), "files": len(kept.files)}
    await desk.audit.record(person.code, "submitted_evidence", person.code, now, details)
    shown = _show(kept, visit)
    title = _("Handed in: {certificate}. Its number is {number}.").format(
        certificate=name_certificate(credential, visit.rules), number=kept.number
    )
    note = Line(_("HR of your unit checks it. You are told here; until then it is shown as waiting."))
    return replace(shown, title=title, lines=(note, *shown.lines))


async def _tell_known(made: Evidence, visit: Visit, person: Person, desk: Desk) -> Reply:
    """The same credential waits already, or HR has verified it."""
    found = await desk.evidence.find_open(person.code, made.credential)
    if found is not None and found.number != made.number:
        title = _("This certificate was handed in already; no second one was made.")
        return replace(_show(found, visit), title=title)
    return Reply(
        title=_("{certificate} is on record as verified already; nothing was handed in.").format(
            certificate=name_certificate(made.credential, visit.rules)
        ),
        choices=(next_steps.my_certificates(), next_steps.my_gaps(), next_steps.whom_to_ask()),
    )


async def _find_mine(number: str, person: Person, desk: Desk, *, to_change: bool = False) -> Evidence | None:
    known = read_number(number)
    found = await desk.evidence.find(known, to_change=to_change) if known is not None else None
    return found if found is not None and found.person == person.code else None


def _show(found: Evidence, visit: Visit) -> Reply:
    choices: list[Choice] = []
    if found.state is EvidenceState.ASKED_BACK:
        choices.append(Choice(_("Complete it and send again"), "evidence.again", str(found.number)))
    choices += list_file_choices(found, "evidence.file")
    if found.is_undecided:
        choices.append(Choice(_("Take it back"), "evidence.withdraw", str(found.number)))
    if found.state is EvidenceState.REJECTED:
        choices.append(next_steps.hand_in())
    return Reply(
        title=name_certificate(found.credential, visit.rules),
        lines=tuple(describe_submission(found, visit.rules)),
        choices=(*choices, next_steps.my_evidence(), next_steps.my_gaps()),
    )


def _not_mine() -> Reply:
    return Reply(
        title=_("There is no such certificate among those that you handed in."),
        choices=(next_steps.my_evidence(), next_steps.hand_in()),
        outcome=Outcome.DENIED,
    )


def _not_taken(why: str) -> Reply:
    return Reply(title=why, choices=(next_steps.hand_in(), next_steps.my_gaps()), outcome=Outcome.DENIED)
