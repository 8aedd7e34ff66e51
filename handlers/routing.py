"""The table of contents: which handler answers which intent, pressed choice or command."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from handlers import (
    calendar_routes,
    console_entry,
    escalation_routes,
    evidence_routes,
    privacy_routes,
    reminder_routes,
    report_routes,
    unit_routes,
)
from handlers.asking import Channel
from handlers.elsewhere import answered_there, say_where
from handlers.forms import begin
from handlers.heads import others
from handlers.hr import broadcasts_routes, inbox, inbox_writing, promoting_chat, rulings_routes
from handlers.inquiries import serves
from handlers.memory import recall_open_form
from handlers.officials import (
    asking_people,
    certificates,
    changes,
    consequences,
    deadlines_there,
    documents,
    explaining,
    following,
    gaps,
    guidance,
    linking,
    my_calendar,
    offices,
    orienting,
    position,
    premises,
    quoting,
    retirement,
)
from handlers.ports import (
    Accounts,
    Audit,
    BroadcastOutbox,
    BroadcastsKept,
    Calendars,
    Clock,
    ConsoleEntries,
    Corrections,
    Deliveries,
    Entries,
    Escalations,
    EvidenceKept,
    Guesses,
    Inquiries,
    Letters,
    LinkCodes,
    Outbox,
    PersonalData,
    Privacy,
    Profiles,
    Proposals,
    Questions,
    Receipts,
    Reminders,
    Rulings,
    Sending,
    Sheets,
    Staff,
    StudyCases,
    Threads,
    Told,
    UnclearMessages,
    UnitReach,
    WorkingTime,
)
from handlers.reply import Outcome, Reply
from handlers.study import routes as study_routes
from handlers.visit import Visit
from handlers.why_subjects import asks_why
from knowledge.documents import Confidence
from knowledge.facts import Person
from knowledge.understanding.data_said import DataWish, read_data_wish
from knowledge.understanding.meaning import Intent, Wish
from knowledge.understanding.retrieval import PointSearch
from storage.records import MessageKind


@dataclass(frozen=True, slots=True)
class Ports:
    """What one visit may touch, in one transaction; each handler is handed only what its signature names."""

    profiles: Profiles
    accounts: Accounts
    link_codes: LinkCodes
    threads: Threads
    questions: Questions
    rulings: Rulings
    proposals: Proposals
    working_time: WorkingTime
    entries: Entries
    told: Told
    inquiries: Inquiries
    guesses: Guesses
    letters: Letters
    escalations: Escalations
    staff: Staff
    study: StudyCases
    evidence: EvidenceKept
    outbox: Outbox
    reminders: Reminders
    receipts: Receipts
    senders: Mapping[str, str]
    broadcasts: BroadcastsKept
    broadcast_outbox: BroadcastOutbox
    sending: Sending
    unclear: UnclearMessages
    reach: UnitReach
    sheets: Sheets
    deliveries: Deliveries
    calendars: Calendars
    address: str
    console: ConsoleEntries
    console_address: str
    bot_link: str
    vouching: Collection[Channel]
    privacy: Privacy
    personal_data: PersonalData
    corrections: Corrections
    audit: Audit
    clock: Clock
    search: PointSearch
    find_term: guidance.FindTerm
    read_entities: inbox_writing.ReadEntities


class _LatePorts(Ports):
    """Ports of which each is made, or fetched from the drawers, when a handler first reaches for it."""

    __slots__ = ("_drawers", "_made_late")
    _drawers: Any
    _made_late: Mapping[str, Callable[[], Any]]

    def __getattr__(self, name: str) -> Any:
        if name in {"_drawers", "_made_late"}:
            raise AttributeError(name)
        port = self._made_late[name]() if name in self._made_late else getattr(self._drawers, name)
        object.__setattr__(self, name, port)
        return port


def ports_over(drawers: Any, made_late: Mapping[str, Callable[[], Any]], **given: Any) -> Ports:
    """What is given here, as it is or made when needed; everything else out of the drawers, by the same names."""
    ports = object.__new__(_LatePorts)
    for name, value in (("_drawers", drawers), ("_made_late", made_late), *given.items()):
        object.__setattr__(ports, name, value)
    return ports


Handler = Callable[[Visit, Ports], Awaitable[Reply]]
_Open = Callable[[Visit], Reply]
_Personal = Callable[[Visit, Person], Reply]


def _open(handler: _Open) -> Handler:
    """For everybody, and in need of nothing but the library."""

    async def answer(visit: Visit, ports: Ports) -> Reply:
        del ports
        return handler(visit)

    return answer


def _personal(handler: _Personal) -> Handler:
    """Only for a visitor who is proven to be somebody."""

    async def answer(visit: Visit, ports: Ports) -> Reply:
        del ports
        return (
            say_where(handler(visit, visit.person), visit) if visit.person is not None else linking.ask_to_link(visit)
        )

    return answer


def _corrected(handler: Handler) -> Handler:
    """With what a named document does not say, where the question has it say so, before everything else."""

    async def answer(visit: Visit, ports: Ports) -> Reply:
        reply = await handler(visit, ports)
        if reply.outcome in {Outcome.ANSWERED, Outcome.NO_BASIS}:
            reply = replace(reply, lines=tuple(dict.fromkeys((*premises.correct(visit), *reply.lines))))
        return reply

    return answer


def _there(handler: Handler) -> Handler:
    """By the rules of the territory that the question names."""

    async def answer(visit: Visit, ports: Ports) -> Reply:
        return await answered_there(lambda moved: handler(moved, ports))(visit)

    return answer


async def _console(visit: Visit, ports: Ports) -> Reply:
    desk = console_entry.Desk(
        entries=ports.console, audit=ports.audit, clock=ports.clock, address=ports.console_address
    )
    return await console_entry.open_console(visit, desk)


def _asking(handler: Callable[[Visit, asking_people.Desk], Awaitable[Reply]]) -> Handler:
    """Passing a question on to people."""

    async def answer(visit: Visit, ports: Ports) -> Reply:
        desk = asking_people.Desk(
            inquiries=ports.inquiries,
            staff=ports.staff,
            threads=ports.threads,
            consents=ports.privacy,
            audit=ports.audit,
            clock=ports.clock,
        )
        return await handler(visit, desk)

    return answer


def _following(handler: Callable[[Visit, following.Desk], Awaitable[Reply]]) -> Handler:
    """What became of a question passed on."""

    async def answer(visit: Visit, ports: Ports) -> Reply:
        desk = following.Desk(
            inquiries=ports.inquiries,
            guesses=ports.guesses,
            letters=ports.letters,
            accounts=ports.accounts,
            staff=ports.staff,
            audit=ports.audit,
            clock=ports.clock,
        )
        return await handler(visit, desk)

    return answer


async def _follow(visit: Visit, ports: Ports) -> Reply:
    """HR who types the code of a question that they serve opens it; for everybody else it is one of their own."""
    code = following.named_code(visit)
    if visit.person is not None and inbox.may_serve(visit.person) and code is not None:
        served = await ports.inquiries.find(code.upper())
        if served is not None and serves(visit.person, served, visit.rules.book.on(visit.today)):
            return await inbox.open_one(replace(visit, subject=served.code), _inbox_desk(ports))
    return await _following(following.follow)(visit, ports)


def _inbox(handler: Callable[[Visit, inbox.Desk], Awaitable[Reply]]) -> Handler:
    """The inbox of HR."""

    async def answer(visit: Visit, ports: Ports) -> Reply:
        return await handler(visit, _inbox_desk(ports))

    return answer


def _writing(kind: MessageKind) -> Handler:
    """HR begins to write to whoever asked."""
    return _inbox(lambda visit, desk: inbox_writing.ask_for_words(visit, desk, kind))


def _inbox_desk(ports: Ports) -> inbox.Desk:
    return inbox.Desk(
        inquiries=ports.inquiries,
        letters=ports.letters,
        profiles=ports.profiles,
        staff=ports.staff,
        accounts=ports.accounts,
        audit=ports.audit,
        clock=ports.clock,
    )


async def _preview_words(visit: Visit, ports: Ports) -> Reply:
    return await inbox_writing.preview(visit, _inbox_desk(ports), read_entities=ports.read_entities)


async def _send_words(visit: Visit, ports: Ports) -> Reply:
    return await inbox_writing.send(visit, _inbox_desk(ports), threads=ports.threads)


def _promoting(handler: Callable[[Visit, promoting_chat.Desk], Awaitable[Reply]]) -> Handler:
    """Answers that HR gives again."""

    async def answer(visit: Visit, ports: Ports) -> Reply:
        return await handler(visit, _promoting_desk(ports))

    return answer


def _promoting_desk(ports: Ports) -> promoting_chat.Desk:
    return promoting_chat.Desk(_inbox_desk(ports), ports.questions, ports.audit, ports.clock)


async def _start_promoting(visit: Visit, ports: Ports) -> Reply:
    desk = _promoting_desk(ports)
    values = await promoting_chat.start(visit, desk)
    if isinstance(values, Reply) or visit.person is None:
        return values if isinstance(values, Reply) else linking.ask_to_link(visit)
    return await begin(promoting_chat.form(visit, visit.person, desk), values)


async def _fill_promotion(visit: Visit, ports: Ports) -> Reply:
    if visit.person is None:
        return linking.ask_to_link(visit)
    kept = await recall_open_form(visit, ports.threads)
    return await promoting_chat.go_on(visit, visit.person, kept, _promoting_desk(ports))


async def _document(visit: Visit, ports: Ports) -> Reply:
    if broadcasts_routes.is_about_one(visit):
        return await broadcasts_routes.told(visit, ports)
    ruling = rulings_routes.find_ruling_asked(visit)
    if ruling is not None:
        return await rulings_routes.named(replace(visit, subject=ruling), ports)
    return documents.answer_document(visit, search=ports.search)


def _unless_in_words(handler: Handler) -> Handler:
    """Unless the question repeats the words of an added document, of which no handler knows anything else."""

    async def answer(visit: Visit, ports: Ports) -> Reply:
        stands_alone = visit.meaning is not None and not visit.meaning.is_follow_up and not visit.named.documents
        if stands_alone and (said := quoting.answer_in_words(visit, ports.search, quoting.BEYOND_DOUBT)) is not None:
            document = visit.rules.library.get_document(said.citations[-1].document)
            if document.confidence is Confidence.ADDED:
                return said
        return await handler(visit, ports)

    return answer


def _unless_found(handler: Handler) -> Handler:
    """Unless a question that was not surely understood is answered by a document beyond doubt."""

    async def answer(visit: Visit, ports: Ports) -> Reply:
        if {Wish.LISTED, Wish.GAPS} <= visit.wishes:
            return await handler(visit, ports)  # names are asked for, whatever a document says of such lists
        return documents.find_unasked(visit, ports.search) or await handler(visit, ports)

    return answer


def _unless_there(handler: Handler) -> Handler:
    """Unless a document of another territory that the question names says it."""

    async def answer(visit: Visit, ports: Ports) -> Reply:
        known = [one.document for one in visit.named.documents if one.document is not None]
        if known and not any(visit.rules.library.binds(one, visit.own_territory) for one in known):
            return documents.answer_document(visit, search=ports.search)
        if visit.named.documents or visit.named.speaks_of_self:
            return await handler(visit, ports)
        return documents.find_there(visit, ports.search) or await handler(visit, ports)

    return answer


def _led(handler: Handler) -> Handler:
    """Unless the question is led by what somebody has heard, which is answered as such."""

    async def answer(visit: Visit, ports: Ports) -> Reply:
        return orienting.orient(visit) or await handler(visit, ports)

    return answer


async def _position(visit: Visit, ports: Ports) -> Reply:
    """Where the standards of a position are not loaded, what is known of such positions beside them."""
    if (led := orienting.orient(visit, orienting.OF_ONES_OWN)) is not None:
        return led
    reply = await _of_position(visit, ports)
    if reply.outcome is Outcome.NO_BASIS:
        return orienting.orient(visit, orienting.UNLESS_KNOWN) or reply
    return reply


async def _out_of_scope(visit: Visit, ports: Ports) -> Reply:
    in_words = quoting.answer_in_words(visit, ports.search, least=quoting.BEYOND_DOUBT)
    return in_words or guidance.out_of_scope(visit)


async def _quotation(visit: Visit, ports: Ports) -> Reply:
    return documents.quote_document(visit, search=ports.search)


async def _term(visit: Visit, ports: Ports) -> Reply:
    return guidance.explain_term(visit, find_term=ports.find_term)


async def _changes(visit: Visit, ports: Ports) -> Reply:
    if visit.person is None:
        return linking.ask_to_link(visit)
    return await changes.tell_my_changes(visit, visit.person, told=ports.told)


async def _deadlines(visit: Visit, ports: Ports) -> Reply:
    if visit.meaning is not None and my_calendar.is_asked(visit.text):
        return await calendar_routes.hand_out(visit, ports)
    if deadlines_there.asks_there(visit):
        return deadlines_there.tell_deadlines_there(visit)
    return await _personal(gaps.list_my_deadlines)(visit, ports)


async def _gaps(visit: Visit, ports: Ports) -> Reply:
    if changes.is_asked(visit):
        return await _changes(visit, ports)
    return await _personal(gaps.list_my_gaps)(visit, ports)


async def _link(visit: Visit, ports: Ports) -> Reply:
    if visit.person is not None and read_data_wish(visit.text) is DataWish.WITHDRAW:
        return await privacy_routes.ACTIONS["data.withdraw"](visit, ports)
    return await linking.start_linking(visit, accounts=ports.accounts, vouching=ports.vouching)


async def _agree_only(visit: Visit, ports: Ports) -> Reply:
    return await _agree(visit, ports, with_reminders=False)


async def _agree(visit: Visit, ports: Ports, *, with_reminders: bool = True) -> Reply:
    reply = await linking.agree(
        visit,
        accounts=ports.accounts,
        consents=ports.privacy,
        clock=ports.clock,
        with_reminders=with_reminders,
        vouching=ports.vouching,
    )
    return await _code(visit, ports) if visit.subject and visit.person is None else reply


async def _code(visit: Visit, ports: Ports) -> Reply:
    return await linking.use_code(visit, visit.subject or visit.text, ports.link_codes, _linking(ports))


def _linking(ports: Ports) -> linking.Desk:
    return linking.Desk(ports.accounts, ports.profiles, ports.letters, ports.audit, ports.clock)


async def _prefer_here(visit: Visit, ports: Ports) -> Reply:
    return await linking.prefer_here(visit, accounts=ports.accounts, audit=ports.audit, clock=ports.clock)


async def _phone(visit: Visit, ports: Ports) -> Reply:
    return await linking.use_phone(visit, visit.asked.phone or "", _linking(ports), vouching=ports.vouching)


async def _service(visit: Visit, ports: Ports) -> Reply:
    if retirement.names_a_birth(visit.named):
        return retirement.tell_retirement_by_birth(visit)
    return await _personal(offices.tell_service_left)(visit, ports)


async def _person(visit: Visit, ports: Ports) -> Reply:
    if visit.person is None:
        return others.refuse(visit)
    if visit.meaning is not None and asks_why(visit.text):
        return await _explain(visit, ports)
    return await others.list_gaps_of(visit, visit.person, profiles=ports.profiles, audit=ports.audit, clock=ports.clock)


async def _explain(visit: Visit, ports: Ports) -> Reply:
    return await explaining.explain_verdict(visit, profiles=ports.profiles, audit=ports.audit, clock=ports.clock)


async def _study(visit: Visit, ports: Ports) -> Reply:
    if visit.person is None or visit.named.territories:
        return await _there(_open(guidance.explain_study_request))(visit, ports)
    return await study_routes.ask_to_study(visit, ports)


_of_position = _unless_found(_unless_in_words(_corrected(_there(_open(position.list_requirements)))))

BY_INTENT: Mapping[Intent, Handler] = {
    Intent.MY_GAPS: _led(_gaps),
    Intent.MY_DEADLINES: _led(_corrected(_deadlines)),
    Intent.CERTIFICATE_COUNTS: _led(_unless_found(_corrected(_there(_open(certificates.judge_certificates))))),
    Intent.POSITION_REQUIREMENTS: _position,
    Intent.CONSEQUENCES: _led(
        _unless_there(_unless_found(_unless_in_words(_corrected(_there(_open(consequences.explain_consequences))))))
    ),
    Intent.DOCUMENT: _corrected(_document),
    Intent.LIBRARY: _unless_found(_unless_in_words(_open(documents.list_library))),
    Intent.WHO_TO_ASK: _led(_unless_found(_unless_in_words(_there(_open(offices.tell_whom_to_ask))))),
    Intent.SERVICE_LEFT: _led(_service),
    Intent.EXPLAIN_TERM: _unless_found(_unless_in_words(_term)),
    Intent.HELP: _open(guidance.show_help),
    Intent.LINK: _link,
    Intent.MY_DATA: privacy_routes.typed,
    Intent.PERSON_GAPS: _unless_found(_person),
    Intent.UNIT_GAPS: _unless_found(unit_routes.told_of_unit),
    Intent.UNIT_REMIND: unit_routes.told_to_remind,
    Intent.HR_CODES: unit_routes.told_of_codes,
    Intent.ASK_TO_STUDY: _unless_found(_unless_in_words(_study)),
    Intent.SUBMIT_EVIDENCE: evidence_routes.hand_in,
    Intent.HR_EVIDENCE: evidence_routes.told_review,
    Intent.ASK_PERSON: _asking(asking_people.ask_a_person),
    Intent.FOLLOW_INQUIRY: _follow,
    Intent.EXPLAIN_VERDICT: _explain,
    Intent.HR_INBOX: _inbox(inbox.list_waiting),
    Intent.HR_RULINGS: rulings_routes.told,
    Intent.HR_REPORTS: report_routes.typed,
    Intent.HR_BROADCAST: unit_routes.told_to_many,
    Intent.REMINDERS: reminder_routes.typed,
    Intent.HEAD_STUDY: study_routes.study_of_mine,
    Intent.OUT_OF_SCOPE: _led(_unless_found(_out_of_scope)),
}

# A pressed choice: its handler, and the intent that a follow-up in the conversation then continues.
BY_ACTION: Mapping[str, tuple[Handler, Intent]] = {
    "gaps.mine": (BY_INTENT[Intent.MY_GAPS], Intent.MY_GAPS),
    changes.ACTION: (_changes, Intent.MY_GAPS),
    "deadlines.mine": (BY_INTENT[Intent.MY_DEADLINES], Intent.MY_DEADLINES),
    "position.mine": (BY_INTENT[Intent.POSITION_REQUIREMENTS], Intent.POSITION_REQUIREMENTS),
    "certificates.mine": (_personal(certificates.list_my_certificates), Intent.CERTIFICATE_COUNTS),
    "certificate": (BY_INTENT[Intent.CERTIFICATE_COUNTS], Intent.CERTIFICATE_COUNTS),
    "consequences": (BY_INTENT[Intent.CONSEQUENCES], Intent.CONSEQUENCES),
    "document": (_document, Intent.DOCUMENT),
    "document.point": (_document, Intent.DOCUMENT),
    "document.quote": (_quotation, Intent.DOCUMENT),
    "documents": (BY_INTENT[Intent.LIBRARY], Intent.LIBRARY),
    "contact": (BY_INTENT[Intent.WHO_TO_ASK], Intent.WHO_TO_ASK),
    "service": (BY_INTENT[Intent.SERVICE_LEFT], Intent.SERVICE_LEFT),
    "study": (BY_INTENT[Intent.ASK_TO_STUDY], Intent.ASK_TO_STUDY),
    "help": (BY_INTENT[Intent.HELP], Intent.HELP),
    "link": (_link, Intent.LINK),
    "link.agree": (_agree, Intent.LINK),
    "link.agree.only": (_agree_only, Intent.LINK),
    "link.notice": (_open(linking.show_whole_notice), Intent.LINK),
    "link.prefer": (_prefer_here, Intent.LINK),
    "link.decline": (_open(linking.decline), Intent.HELP),  # no code is awaited any more
    "link.code": (_code, Intent.LINK),
    "link.phone": (_phone, Intent.LINK),
    console_entry.FORM: (_console, Intent.HELP),
    **{
        action: (handler, Intent.MY_DATA)
        for action, handler in ({**privacy_routes.ACTIONS, **privacy_routes.FORMS}).items()
    },
    "unit": (unit_routes.told_of_unit, Intent.UNIT_GAPS),
    "person": (_person, Intent.PERSON_GAPS),
    "why": (_explain, Intent.EXPLAIN_VERDICT),
    "pass_on": (_asking(asking_people.ask_to_pass_on), Intent.ASK_PERSON),
    "pass_on.yes": (_asking(asking_people.pass_on), Intent.ASK_PERSON),
    "pass_on.no": (_open(lambda _visit: asking_people.keep_here()), Intent.HELP),
    "inquiry": (BY_INTENT[Intent.FOLLOW_INQUIRY], Intent.FOLLOW_INQUIRY),
    "inquiry.add": (_following(following.ask_for_words), Intent.FOLLOW_INQUIRY),
    "inquiry.clear": (_following(following.confirm_clear), Intent.FOLLOW_INQUIRY),
    "inquiry.unclear": (_following(following.ask_what_is_unclear), Intent.FOLLOW_INQUIRY),
    "inquiry.withdraw": (_following(following.withdraw), Intent.FOLLOW_INQUIRY),
    "inbox": (BY_INTENT[Intent.HR_INBOX], Intent.HR_INBOX),
    "inbox.open": (_inbox(inbox.open_one), Intent.HR_INBOX),
    "inbox.reply": (_writing(MessageKind.REPLY), Intent.HR_INBOX),
    "inbox.ask": (_writing(MessageKind.ASK_BACK), Intent.HR_INBOX),
    "inbox.close": (_writing(MessageKind.CLOSE), Intent.HR_INBOX),
    "inbox.send": (_send_words, Intent.HR_INBOX),
    "inbox.reassign": (_inbox(inbox.ask_whom_to_assign), Intent.HR_INBOX),
    "inbox.assign": (_inbox(inbox.assign), Intent.HR_INBOX),
    "frequent.promote": (_start_promoting, Intent.HR_INBOX),
    promoting_chat.FORM: (_fill_promotion, Intent.HR_INBOX),
    "frequent.list": (_promoting(promoting_chat.list_promoted), Intent.HR_INBOX),
    "frequent.show": (_promoting(promoting_chat.show), Intent.HR_INBOX),
    "frequent.withdraw": (_promoting(promoting_chat.withdraw_one), Intent.HR_INBOX),
    **{action: (handler, Intent.SUBMIT_EVIDENCE) for action, handler in evidence_routes.OWN_ACTIONS.items()},
    **{action: (handler, Intent.HR_EVIDENCE) for action, handler in evidence_routes.REVIEW_ACTIONS.items()},
    **{action: (handler, Intent.HR_RULINGS) for action, handler in rulings_routes.ACTIONS.items()},
    **{action: (handler, Intent.HR_BROADCAST) for action, handler in broadcasts_routes.ACTIONS.items()},
    **{action: (handler, Intent.ASK_TO_STUDY) for action, handler in study_routes.OWN_ACTIONS.items()},
    **{action: (handler, Intent.HR_REPORTS) for action, handler in report_routes.ACTIONS.items()},
    **{action: (handler, Intent.MY_DEADLINES) for action, handler in calendar_routes.ACTIONS.items()},
    **{action: (handler, Intent.REMINDERS) for action, handler in reminder_routes.ACTIONS.items()},
    **{action: (handler, Intent.HEAD_STUDY) for action, handler in study_routes.HEADS_ACTIONS.items()},
    **{action: (handler, Intent.UNIT_GAPS) for action, handler in escalation_routes.ACTIONS.items()},
    **{action: (handler, Intent.UNIT_GAPS) for action, handler in unit_routes.UNIT_ACTIONS.items()},
    **{action: (handler, Intent.PERSON_GAPS) for action, handler in unit_routes.FIND_ACTIONS.items()},
    **{action: (handler, Intent.UNIT_REMIND) for action, handler in unit_routes.REMIND_ACTIONS.items()},
    **{action: (handler, Intent.HR_CODES) for action, handler in unit_routes.CODE_ACTIONS.items()},
}

# A form that waits for typed words: its handler, and the intent that a follow-up then continues.
BY_FORM: Mapping[str, tuple[Handler, Intent]] = {
    asking_people.FORM: (_asking(asking_people.read_question), Intent.ASK_PERSON),
    console_entry.FORM: (_console, Intent.HELP),
    following.FORM: (_following(following.read_words), Intent.FOLLOW_INQUIRY),
    inbox.ASSIGNING: (_inbox(inbox.assign_typed), Intent.HR_INBOX),
    inbox_writing.FORM: (_preview_words, Intent.HR_INBOX),
    promoting_chat.FORM: (_fill_promotion, Intent.HR_INBOX),
    **{form: (handler, Intent.SUBMIT_EVIDENCE) for form, handler in evidence_routes.FORMS.items()},
    **{form: (handler, Intent.HR_EVIDENCE) for form, handler in evidence_routes.REVIEW_FORMS.items()},
    **{form: (handler, Intent.HR_RULINGS) for form, handler in rulings_routes.FORMS.items()},
    **{form: (handler, Intent.HR_BROADCAST) for form, handler in broadcasts_routes.FORMS.items()},
    **{form: (handler, Intent.ASK_TO_STUDY) for form, handler in study_routes.FORMS.items()},
    **{form: (handler, Intent.UNIT_GAPS) for form, handler in escalation_routes.FORMS.items()},
    **{form: (handler, Intent.PERSON_GAPS) for form, handler in unit_routes.FORMS.items()},
    **{form: (handler, Intent.MY_DATA) for form, handler in privacy_routes.FORMS.items()},
}

# Commands of chat platforms; what follows one is its subject.
BY_COMMAND: Mapping[str, str] = {
    "start": "help",
    "trogiup": "help",
    "help": "help",
    "conthieu": "gaps.mine",
    "han": "deadlines.mine",
    "vanban": "documents",
    "lienket": "link",
    "quyenriengtu": "data",
    "dulieu": "data",
    "yeucaudulieu": "data.office",
    "cauhoi": "inquiry",
    "hopthu": "inbox",
    "console": "console",
    "thuonggap": "frequent.list",
    "ykien": "rulings",
    "thongbao": "broadcasts",
    "dihoc": "study.mine",
    "nopminhchung": "evidence.begin",
    "duyet": "review",
    "nhacviec": "reminders.mine",
    "baocao": "report",
    "lich": "calendar.mine",
    "cudihoc": "study.waiting",
    "capduoi": "escalation.list",
    "canquyet": "digest.list",
    "donvi": "unit.glance",
    "nhacdonvi": "remind.unit",
    "timcanbo": "people.find",
    "malienket": "codes.sheet",
    "quanly": "desk.people",
    "tinchuaro": "unclear",
}
