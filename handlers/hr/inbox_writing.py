"""HR writes to the asker: answer, question back, or why it is closed. What was typed is shown before it is sent."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from handlers import next_steps
from handlers.asking import Choice
from handlers.forms import LONGEST_ENTRY, ends_form
from handlers.hr.inbox import Desk, find_served, open_one, record, show, tell_changed
from handlers.inquiries import clean, describe_message, find_asker_place, territory_of
from handlers.memory import recall_pending
from handlers.phrases import _
from handlers.ports import Threads
from handlers.reply import Line, Pending, Reply
from handlers.visit import Visit
from handlers.wording import name_unit
from knowledge.documents import Citation
from knowledge.facts import DocumentId
from knowledge.folding import fold
from knowledge.library import UnknownCitationError
from knowledge.understanding.meaning import Entities
from storage.records import Inquiry, InquiryMessage, InquiryState, Letter, LetterKind, MessageKind

FORM = "inbox.words"
ReadEntities = Callable[[str], Entities]

# What is written → the action by which it is begun, the state it leads to, the letter that tells of it, the audit.
_BEGUN_BY = {MessageKind.REPLY: "inbox.reply", MessageKind.ASK_BACK: "inbox.ask", MessageKind.CLOSE: "inbox.close"}
_LEADS_TO = {
    MessageKind.REPLY: (InquiryState.ANSWERED, LetterKind.ANSWERED, "answered_inquiry"),
    MessageKind.ASK_BACK: (InquiryState.ASKED_BACK, LetterKind.ASKED_BACK, "asked_back_inquiry"),
    MessageKind.CLOSE: (InquiryState.CLOSED, LetterKind.CLOSED, "closed_inquiry"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """What HR typed, freed of the basis named in it. `is_lost`: a basis was named that does not resolve."""

    text: str
    document: DocumentId | None = None
    point: str | None = None
    is_lost: bool = False


async def ask_for_words(visit: Visit, desk: Desk, kind: MessageKind) -> Reply:
    """I want to answer, ask back, or close it."""
    found = await find_served(visit, visit.subject, desk)
    if not isinstance(found, Inquiry):
        return found
    if not found.is_open:
        return await tell_changed(found, visit, desk)
    lines = [Line(_("Type “{word}” to end this without sending anything.").format(word=_("stop")))]
    if kind is MessageKind.REPLY:
        lines.insert(
            0,
            Line(
                _(
                    "If a document decides it, end with a line “{marker} number and point”, for example “{marker} "
                    "2123 point 3”. Without it the answer is marked as your opinion."
                ).format(marker=_("basis:"))
            ),
        )
    return Reply(
        title=_ask(kind).format(code=found.code),
        lines=tuple(lines),
        choices=(Choice(_("Back to the question"), "inbox.open", found.code),),
        pending=Pending(FORM, kind, {"code": found.code, "version": str(found.version)}),
    )


async def preview(visit: Visit, desk: Desk, *, read_entities: ReadEntities) -> Reply:
    """What was typed, as the asker will read it; typing again replaces it."""
    pending = visit.pending
    if pending is None:
        return await open_one(visit, desk)
    code = pending.values.get("code", "")
    found = await find_served(visit, code, desk)
    if not isinstance(found, Inquiry):
        return found
    if ends_form(visit.text):
        return await open_one(replace(visit, subject=code), desk)
    typed = clean(visit.text)
    if len(typed) > LONGEST_ENTRY:
        title = _("This is too long: {n} characters, at most {most}. Please shorten it.")
        return Reply(
            title=title.format(n=len(typed), most=LONGEST_ENTRY),
            choices=(Choice(_("Back to the question"), "inbox.open", code),),
            pending=pending,
        )
    kind = MessageKind(pending.step)
    words = _read_words(typed, kind, visit, read_entities)
    if not words.text:
        return replace(await ask_for_words(replace(visit, subject=code), desk, kind), pending=pending)
    message = _message(kind, words, visit, desk)
    today = visit.rules.book.on(visit.today)
    lines = describe_message(message, today, territory_of(found, today))
    if words.is_lost:
        lines.append(Line(_("The basis you named was not found in the library, so this is marked as your opinion.")))
    values = {**pending.values, "text": words.text, "document": words.document or "", "point": words.point or ""}
    return Reply(
        title=_("The asker of {code} will read this. Send it?").format(code=code),
        lines=tuple(lines),
        choices=(
            Choice(_("Send"), "inbox.send", code),
            Choice(_("Write anew"), _BEGUN_BY[kind], code),
            Choice(_("Cancel"), "inbox.open", code),
        ),
        pending=Pending(FORM, kind, values),
    )


async def send(visit: Visit, desk: Desk, *, threads: Threads) -> Reply:
    """Yes, send it; unless the question changed since HR began to write, or is no longer theirs."""
    kept = await threads.recall(visit.asked.thread) if visit.asked.thread is not None else None
    draft = recall_pending(kept)
    found = await find_served(visit, visit.subject, desk, to_change=True)
    if not isinstance(found, Inquiry):
        return found
    if draft is None or draft.form != FORM or draft.values.get("code") != found.code or "text" not in draft.values:
        await record("looked_at_inquiry", found, visit, desk)
        shown = await show(found, visit, desk)
        return replace(shown, lines=(Line(_("There is nothing written to send. Please write it again.")), *shown.lines))
    if not found.is_open:
        return await tell_changed(found, visit, desk)
    if str(found.version) != draft.values.get("version"):
        return await _show_again(found, draft, visit, desk)

    kind, now = MessageKind(draft.step), desk.clock.now()
    values = draft.values
    words = Words(
        values["text"], DocumentId(values["document"]) if values["document"] else None, values["point"] or None
    )
    state, letter, action = _LEADS_TO[kind]
    saved = await desk.inquiries.save(replace(found, state=state), now, _message(kind, words, visit, desk))
    told = _("Sent. The asker of {code} is told where they asked.")
    if found.is_of_former:  # somebody else may have that chat by now
        told = _("Kept. The asker of {code} is not on record any more: nobody is told of it here.")
    else:
        channel, address = await find_asker_place(found, desk.accounts)
        await desk.letters.leave(Letter(channel, address, letter, now, found.person, found.code, locale=found.locale))
    await record(action, saved, visit, desk)
    return Reply(
        title=told.format(code=found.code),
        choices=(next_steps.inbox(), Choice(_("Back to the question"), "inbox.open", found.code)),
    )


async def _show_again(inquiry: Inquiry, draft: Pending, visit: Visit, desk: Desk) -> Reply:
    """The question changed while HR wrote: show it, and keep what was written to be sent after all."""
    shown = await tell_changed(inquiry, visit, desk)
    written = Line(_("What you wrote, not sent: “{text}”").format(text=draft.values["text"]))
    return replace(
        shown,
        lines=(shown.lines[0], written, *shown.lines[1:]),
        choices=(Choice(_("Send what I wrote"), "inbox.send", inquiry.code), *shown.choices),
        pending=replace(draft, values={**draft.values, "version": str(inquiry.version)}),
    )


def _ask(kind: MessageKind) -> str:
    match kind:
        case MessageKind.ASK_BACK:
            return _("Please type what you need to know from the asker of {code}.")
        case MessageKind.CLOSE:
            return _("Please type in a sentence why question {code} is closed; the asker reads it.")
        case _:
            return _("Please type the answer to question {code}, in one message.")


def _message(kind: MessageKind, words: Words, visit: Visit, desk: Desk) -> InquiryMessage:
    person = visit.person
    return InquiryMessage(
        kind,
        desk.clock.now(),
        words.text,
        who=person.code if person is not None else None,
        name=person.name if person is not None else "",
        unit=name_unit(visit.rules.book.on(visit.today), person.unit) if person is not None else "",
        document=words.document,
        point=words.point,
    )


def _read_words(typed: str, kind: MessageKind, visit: Visit, read_entities: ReadEntities) -> Words:
    """The answer, and the basis that its last line names."""
    above, _line, last = typed.rpartition("\n")
    marker = fold(_("basis:"))
    at = fold(last).find(marker)
    if kind is not MessageKind.REPLY or at < 0:
        return Words(typed)
    # Folding keeps the number of letters of composed text, so the place is the same in what was typed.
    text = f"{above}\n{last[:at]}".strip() if len(fold(last)) == len(last) else above.strip()
    cite = _find_citation(fold(last)[at + len(marker) :], visit, read_entities)
    if cite is None:
        return Words(typed, is_lost=True)
    return Words(text, cite.document, cite.point)


def _find_citation(named: str, visit: Visit, read_entities: ReadEntities) -> Citation | None:
    """The citation that these words name, if it resolves."""
    entities = read_entities(named)
    documents = [one.document for one in entities.documents if one.document is not None]
    library = visit.rules.library
    if not documents:
        known = library.find_document(named)
        documents = [known.id] if known is not None else []
    if len(documents) != 1 or _names_another_point(named, entities):
        return None
    try:
        return library.cite(documents[0], entities.points[0] if entities.points else None)
    except UnknownCitationError:
        return None


def _names_another_point(named: str, entities: Entities) -> bool:
    """Whether a number is left over that is neither the document's nor that of a point it has."""
    left = fold(named)
    for one in entities.documents:
        left = left.replace(fold(one.typed), " ")
    return not entities.points and any(sign.isdigit() for sign in left)
