"""The front desk: who is there, what is meant, which handler answers; then what the conversation was about is kept."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol

from handlers import belated, console_entry, evidence_routes, next_steps, untold
from handlers.asking import Channel, Choice, Incoming, IncomingFile
from handlers.evidence_routes import MAY_BE_LEFT as EVIDENCE_MAY_BE_LEFT
from handlers.frequent import MAY_BE_PROMOTED, answer_again, without_names
from handlers.handed_in import Examine, FileRefusal, HandedIn, take
from handlers.heads.named import name_someone
from handlers.hr import broadcasts_routes, reminding, rulings_routes
from handlers.hr.rulings_routes import find_ruling_named
from handlers.hr.rulings_routes import named as named_ruling
from handlers.in_step import in_step
from handlers.inquiries import clean, is_own, read_code
from handlers.letters import write_letter
from handlers.memory import (
    keep_aside,
    keep_pending,
    keep_questions,
    named_by_choice,
    recall,
    recall_aside,
    recall_pending,
    remember,
)
from handlers.officials import asking_people, documents, guidance, quoting
from handlers.officials.evidence import has_room
from handlers.officials.linking import AWAITING_CODE, VOUCH_FOR_NUMBERS, looks_like_code
from handlers.phrases import _, locale_of, show_day
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
    OverdueInquiries,
    PersonalData,
    Privacy,
    Profiles,
    Proposals,
    Questions,
    Receipts,
    Reminders,
    Rules,
    Rulings,
    Sending,
    Sheets,
    Staff,
    StudyCases,
    Threads,
    Told,
    UnclearMessages,
    UnitReach,
    Visits,
    WorkingTime,
)
from handlers.privacy import notice_version
from handlers.reply import Line, Outcome, Pending, Reply
from handlers.routing import BY_ACTION, BY_COMMAND, BY_FORM, BY_INTENT, Handler, Ports, ports_over
from handlers.sending_lines import NothingToSendBy
from handlers.study.routes import MAY_BE_LEFT
from handlers.typed_choices import keep_offered, read_choice
from handlers.visit import Visit
from handlers.vouching import in_chat_of
from knowledge.facts import DeclaredRules, Person, PositionGroup, UnitCode
from knowledge.library import Library
from knowledge.privacy import Purpose
from knowledge.rulebook import RuleBook
from knowledge.understanding.entities.reading import Named
from knowledge.understanding.evidence_said import EvidenceWish, read_evidence_wish, says_none
from knowledge.understanding.frequent import FrequentAnswers
from knowledge.understanding.meaning import Context, Entities, Intent, Meaning, Vocabulary
from knowledge.understanding.retrieval import PointSearch
from knowledge.understanding.study_said import StudyWish, asks_something, read_study_wish
from storage.records import Account, EarlierQuestion, Letter, Untold

_LONGEST_QUESTION = 4_000  # characters; what is longer is a document or an accident
_SPOKEN_BY = "spoken_by"
_MAY_BE_PASSED_ON = {Outcome.NOT_UNDERSTOOD, Outcome.NO_BASIS}
_READ_AT_NEXT_TURN = {Channel.TERMINAL, Channel.COMMAND_LINE}  # doors that bring nothing by themselves
_ASK_NOTHING = {
    Intent.FOLLOW_INQUIRY,
    Intent.HR_INBOX,
    Intent.HR_EVIDENCE,
    Intent.HR_RULINGS,
    Intent.HR_BROADCAST,
    Intent.HR_REPORTS,
    Intent.HEAD_STUDY,
    Intent.UNIT_REMIND,
    Intent.HR_CODES,
    Intent.REMINDERS,
    Intent.HELP,
    Intent.LINK,
    Intent.MY_DATA,
}
_STAY_IN_A_FORM = {None, Intent.ASK_TO_STUDY, Intent.HEAD_STUDY, Intent.OUT_OF_SCOPE}
# What may say whom a broadcast is for ("ai còn thiếu ngoại ngữ").
_STAY_IN_A_BROADCAST = {
    None,
    Intent.HR_BROADCAST,
    Intent.HR_REPORTS,
    Intent.UNIT_GAPS,
    Intent.UNIT_REMIND,
    Intent.PERSON_GAPS,
    Intent.OUT_OF_SCOPE,
}
_STAY_IN_EVIDENCE = {None, Intent.SUBMIT_EVIDENCE, Intent.OUT_OF_SCOPE}
# Forms that are gone on with after something else was asked or pressed in the middle of them.
_GONE_ON_WITH = EVIDENCE_MAY_BE_LEFT | MAY_BE_LEFT | broadcasts_routes.MAY_BE_LEFT | frozenset(rulings_routes.FORMS)
_OF_AN_EARLIER_REQUEST = {StudyWish.FOLLOW, StudyWish.WITHDRAW, StudyWish.DONE}
_SURELY_A_QUESTION = 0.8
_FORGETTING = {BY_ACTION[one][0] for one in ("data.withdraw.yes", "data.delete.yes", "data.delete.all")}
_WITHDRAWING = BY_ACTION["data.consent.no"][0]
_LEAVE_THE_SUBJECT = {None, Intent.HELP, Intent.OUT_OF_SCOPE}
_MOST_UNITS_BY_NAME = 5_000  # a question may name a unit; beyond this many, only by code


class Drawers(Protocol):
    """The cabinet's drawers within one transaction."""

    @property
    def profiles(self) -> Profiles: ...
    @property
    def rules(self) -> Rules: ...
    @property
    def accounts(self) -> Accounts: ...
    @property
    def link_codes(self) -> LinkCodes: ...
    @property
    def threads(self) -> Threads: ...
    @property
    def questions(self) -> Questions: ...
    @property
    def rulings(self) -> Rulings: ...
    @property
    def proposals(self) -> Proposals: ...
    @property
    def working_time(self) -> WorkingTime: ...
    @property
    def entries(self) -> Entries: ...
    @property
    def told(self) -> Told: ...
    @property
    def inquiries(self) -> Inquiries: ...
    @property
    def guesses(self) -> Guesses: ...
    @property
    def overdue(self) -> OverdueInquiries: ...
    @property
    def letters(self) -> Letters: ...
    @property
    def escalations(self) -> Escalations: ...
    @property
    def staff(self) -> Staff: ...
    @property
    def study(self) -> StudyCases: ...
    @property
    def evidence(self) -> EvidenceKept: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def reminders(self) -> Reminders: ...
    @property
    def receipts(self) -> Receipts: ...
    @property
    def broadcasts(self) -> BroadcastsKept: ...
    @property
    def broadcast_outbox(self) -> BroadcastOutbox: ...
    @property
    def unclear(self) -> UnclearMessages: ...
    @property
    def reach(self) -> UnitReach: ...
    @property
    def sheets(self) -> Sheets: ...
    @property
    def deliveries(self) -> Deliveries: ...
    @property
    def calendars(self) -> Calendars: ...
    @property
    def console(self) -> ConsoleEntries: ...
    @property
    def visits(self) -> Visits: ...
    @property
    def privacy(self) -> Privacy: ...
    @property
    def personal_data(self) -> PersonalData: ...
    @property
    def corrections(self) -> Corrections: ...
    @property
    def audit(self) -> Audit: ...


class Reader(Protocol):
    """Understands questions."""

    def read(self, text: str, vocabulary: Vocabulary, context: Context | None, today: date) -> Meaning:
        """What the text means; never raises for what a visitor typed. It is understood from what it names."""
        ...

    def find_named(self, text: str, vocabulary: Vocabulary, today: date) -> Named:
        """What the text names."""
        ...

    def understand(self, named: Named, context: Context | None) -> Meaning:
        """What is meant by a text that names this."""
        ...


class RuleBooks(Protocol):
    """Makes the rule book of what HR has declared."""

    def __call__(self, rules: DeclaredRules) -> RuleBook:
        """The rule book of one version."""
        ...


FindSearch = Callable[[], PointSearch]  # where most questions need none it is made by the first that does


class Growing(Protocol):
    """Makes reader and search for a library, grown by documents or not; slow, called off the event loop."""

    def __call__(self, library: Library, /) -> tuple[Reader, FindSearch]:
        """Both for this library."""
        ...


@dataclass(frozen=True, slots=True)
class _Heard:
    """What was said or pressed, resolved to its handler."""

    handler: Handler
    intent: Intent | None
    meaning: Meaning | None = None
    subject: str = ""
    pending: Pending | None = None


@dataclass(frozen=True, slots=True)
class _Declared:
    """What is made once of everything that HR has declared under one version."""

    version: int
    book: RuleBook
    vocabulary: Vocabulary
    reader: Reader
    find_search: FindSearch
    frequent: FrequentAnswers


class FrontDesk:
    """Answers everything that comes in by any door."""

    def __init__(  # noqa: PLR0913  what the house hands to it, each by its name
        self,
        *,
        open_drawers: Callable[[], AbstractAsyncContextManager[Drawers]],
        make_rule_book: RuleBooks,
        grow: Growing,
        find_term: guidance.FindTerm,
        clock: Clock,
        senders: Mapping[str, str] | None = None,
        make_sending: Callable[[Any], Sending] | None = None,
        examine: Examine | None = None,
        console: str = "",
        address: str = "",
        bot_link: str = "",
        vouching: Collection[Channel] = VOUCH_FOR_NUMBERS,
    ) -> None:
        self._open_drawers = open_drawers
        self._make_rule_book = make_rule_book
        self._find_term = find_term
        self._clock = clock
        self._make_sending = make_sending or _sends_nothing
        self._examine = examine or _takes_nothing
        self._senders = senders or {}  # our own channel identities that messages are sent from, by channel
        self._vouching = vouching  # channels that say whether a shared number is the sender's own
        self.bot_link = bot_link  # what opens the bot with a linking code, for printed slips
        self._address = address  # the web server's as seen from outside, for what others read there
        self._console = console  # the address at which its pages are opened
        self._grow = grow
        self._declared: _Declared | None = None

    @property
    def library(self) -> Library | None:
        """The library with the documents that HR declared, as of the last answer; None before the first."""
        return self._declared.book.library if self._declared is not None else None

    async def prepare(self) -> None:
        """Make ready what every answer needs, so that the first visitor does not wait for it."""
        async with self._open_drawers() as drawers:
            await self._rules(drawers.rules)

    def prepare_rest(self) -> None:
        """Make ready what only some answers need; slow, for a thread beside the first answers."""
        if self._declared is not None:
            self._declared.find_search()

    async def answer(self, asked: Incoming) -> Reply:
        """The reply to one thing said or pressed."""
        with locale_of(asked.locale):
            handed_in = await self._take_file(asked, asked.file) if asked.file is not None else None
            async with self._open_drawers() as drawers:
                return await self._answer(asked, drawers, handed_in)

    async def _take_file(self, asked: Incoming, file: IncomingFile) -> HandedIn | None:
        """What came of a file: fetched for nobody but an official, and while no transaction waits for it."""
        async with self._open_drawers() as drawers:
            person, _account = await self._identify(asked, drawers)
            if person is None:
                return None
            if not await has_room(person, drawers.evidence, self._clock):
                return FileRefusal.TOO_MANY
        return await take(file, self._examine)

    async def _answer(self, asked: Incoming, drawers: Drawers, handed_in: HandedIn | None) -> Reply:
        if asked.person is None:
            await drawers.visits.foresee(asked.channel, asked.address, asked.thread)
        person, account = await self._identify(asked, drawers)
        declared = await self._rules(drawers.rules)
        book = declared.book
        kept = await self._recall(asked, person, drawers.threads)
        if asked.is_belated and self._is_lost(asked, kept, declared):
            return belated.ask_again(asked, kept)
        heard = await self._hear(asked, declared, kept, is_linked=person is not None)
        if heard.intent is Intent.PERSON_GAPS and await _is_code_of_own_inquiry(asked, person, drawers.inquiries):
            heard = _Heard(*BY_ACTION["inquiry"], subject=read_code(asked.text or "") or "")
        if person is not None and heard.meaning is not None:
            heard = await self._naming(heard, heard.meaning, asked, person, drawers, book)
        on = _day_asked(asked, heard.meaning) or self._clock.today()
        visit = Visit(
            asked=asked,
            today=self._clock.today(),
            rules=book.on(on),
            person=person,
            meaning=heard.meaning,
            subject=heard.subject,
            pending=heard.pending,
            handed_in=handed_in,
        )
        reply = await heard.handler(visit, self._ports(drawers, declared.find_search))
        await in_step()
        if heard.meaning is not None:
            above = visit.rules.units_above(visit.person.unit) if visit.person is not None else None
            reply = _answer_again(reply, visit, declared.frequent, above)
            await self._note(reply, visit, heard, drawers.questions)
        if asked.channel in _READ_AT_NEXT_TURN:
            reply = await self._with_letters(reply, visit, drawers)
        if account is not None and person is not None:
            reply = await self._with_new_notice(reply, visit, account, drawers.accounts)
        reply = self._finish(reply, heard)
        aside = _set_aside(kept, heard, reply)
        if aside is not None and recall_pending(kept) is not None:
            reply = replace(reply, choices=(*reply.choices, next_steps.go_on(aside.form)))
        if asked.thread is not None:
            state = (
                _state(kept, heard, reply, book.library)
                | ({} if _keeps_no_questions(account, heard) else _questions(kept, heard, visit, reply))
                | ({} if heard.handler in _FORGETTING else _spoken_by(person))
                | keep_offered(reply.choices)
                | keep_aside(aside)
            )
            await drawers.threads.keep(asked.thread, state, self._clock.now())
        return reply

    async def _with_new_notice(self, reply: Reply, visit: Visit, account: Account, accounts: Accounts) -> Reply:
        """Told once that the privacy notice has a newer wording than the one that was agreed to."""
        newest = notice_version(visit)
        if account.consent_version in {None, newest} or account.told_version == newest or not newest:
            return reply
        await accounts.mark_told(account.channel, account.address, newest, self._clock.now())
        text = _("How your personal data is handled has a new wording; what you agreed to before still holds.")
        see = Choice(_("See the new wording"), "data.new")
        return replace(reply, lines=(*reply.lines, Line(text)), choices=(*reply.choices, see))

    async def _recall(self, asked: Incoming, person: Person | None, threads: Threads) -> Mapping[str, Any] | None:
        """What the conversation was about; forgotten first where it was somebody else's, whoever recalls it later."""
        if asked.thread is None:
            return None
        kept = await threads.recall(asked.thread)
        before = (kept or {}).get(_SPOKEN_BY)
        if before is None or (person is not None and person.code == before):
            return kept
        await threads.keep(asked.thread, {}, self._clock.now())
        return None

    async def _naming(
        self, heard: _Heard, meaning: Meaning, asked: Incoming, person: Person, drawers: Drawers, book: RuleBook
    ) -> _Heard:
        """What was heard, with a person of the roster recognised whom the words name without a title."""
        today = book.on(self._clock.today())
        named = await name_someone(
            meaning,
            asked.text or "",
            person,
            today,
            profiles=drawers.profiles,
            read=self._read,
        )
        if named is meaning or named.intent is None:
            return heard
        return _Heard(BY_INTENT[named.intent], named.intent, named)

    async def rehearse(self, asked: Incoming, unit: UnitCode | None) -> Reply:
        """What a stranger, or somebody of this unit without a record, would be answered; nothing is kept of it."""
        with locale_of(asked.locale):
            async with self._open_drawers() as drawers:
                declared = await self._rules(drawers.rules)
                heard = await self._hear(asked, declared, None, is_linked=False)
                rules = declared.book.on(_day_asked(asked, heard.meaning) or self._clock.today())
                visit = Visit(asked=asked, today=self._clock.today(), rules=rules, meaning=heard.meaning)
                reply = await heard.handler(visit, self._ports(drawers, declared.find_search))
                above = rules.units_above(unit) if unit is not None else None
                return _answer_again(reply, visit, declared.frequent, above)

    async def serve(self, drawers: Drawers) -> Ports:
        """What handlers may touch, for pages that open the drawers themselves."""
        declared = await self._rules(drawers.rules)
        return self._ports(drawers, declared.find_search)

    async def find_untold(self, letter: Letter, drawers: Drawers) -> Untold | None:
        """Why a letter is not told any more to whom it is for; None where it is."""
        today = (await self._rules(drawers.rules)).book.on(self._clock.today())
        kept = untold.Kept(
            profiles=drawers.profiles,
            inquiries=drawers.inquiries,
            proposals=drawers.proposals,
            requests=drawers.privacy,
            breaches=drawers.privacy,
        )
        return await untold.find_untold(letter, today, kept)

    async def remind(self, now: datetime) -> int:
        """Leave letters about answers of people that are overdue; how many. `now` is the time where people work."""
        async with self._open_drawers() as drawers:
            declared = await self._rules(drawers.rules)
            desk = reminding.Desk(
                overdue=drawers.overdue, letters=drawers.letters, staff=drawers.staff, accounts=drawers.accounts
            )
            return await reminding.remind_overdue(declared.book.on(now.date()), now, desk)

    async def _with_letters(self, reply: Reply, visit: Visit, drawers: Drawers) -> Reply:
        """With what waits for this visitor, where nobody can bring it to them."""
        person = visit.person.code if visit.person is not None else None
        now, told = self._clock.now(), list[Reply]()
        for one in await drawers.letters.collect(visit.asked.channel, visit.asked.address, person, now):
            why = await self.find_untold(one, drawers)
            if why is None:
                told.append(write_letter(one))
            else:
                await drawers.letters.keep_untold(one.id, why, now)
        return replace(
            reply,
            lines=(*reply.lines, *(Line(one.title) for one in told)),
            choices=(*reply.choices, *(choice for one in told for choice in one.choices)),
        )

    async def _identify(self, asked: Incoming, drawers: Drawers) -> tuple[Person | None, Account | None]:
        """Who it is, and the account of this channel identity that says so."""
        code, account = asked.person, None
        if code is None:
            account = await drawers.accounts.find_account(asked.channel, asked.address)
            code = account.person if account is not None else None
            if account is not None and account.unreachable_at is not None:
                await drawers.accounts.mark_reachable(asked.channel, asked.address, at=self._clock.now())
        person = await drawers.profiles.find_person(code) if code is not None else None
        if person is not None and account is not None:
            person = in_chat_of(person, account.vouched_by)
        return person, account

    async def _rules(self, rules: Rules) -> _Declared:
        """The rule book, made anew only when HR has declared something new."""
        version = await rules.version()
        if self._declared is None or self._declared.version != version:
            declared = await rules.load()
            book = self._make_rule_book(declared)
            vocabulary = _vocabulary(book)
            reader, find_search = await self._grown(book)
            frequent = FrequentAnswers(
                declared.frequent,
                lambda words: reader.read(words, vocabulary, None, self._clock.today()).entities,
            )
            self._declared = _Declared(declared.version, book, vocabulary, reader, find_search, frequent)
        return self._declared

    async def _grown(self, book: RuleBook) -> tuple[Reader, FindSearch]:
        """Reader and search that know the documents of this rule book: the last ones where it knows no others."""
        last = self._declared
        if last is not None and _same_documents(last.book, book):
            return last.reader, last.find_search
        return await asyncio.to_thread(self._grow, book.library)

    async def _hear(
        self, asked: Incoming, declared: _Declared, kept: Mapping[str, Any] | None, *, is_linked: bool
    ) -> _Heard:
        if asked.phone is not None:
            return _Heard(*BY_ACTION["link.phone"])
        if asked.file is not None:
            return _Heard(evidence_routes.take_file, Intent.SUBMIT_EVIDENCE)
        if asked.choice is not None:
            return _hear_choice(asked.choice)
        text = (asked.text or "").strip()
        command = _hear_command(text)
        if command is not None:
            return command
        if len(text) > _LONGEST_QUESTION:
            return _Heard(_too_long, None)
        return await self._hear_words(text, declared, kept, is_linked=is_linked)

    async def _hear_words(
        self, text: str, declared: _Declared, kept: Mapping[str, Any] | None, *, is_linked: bool
    ) -> _Heard:
        typed = read_choice(text, kept)
        chosen = _hear_choice(typed) if typed is not None else None
        pending = recall_pending(kept)
        if pending is not None and pending.form in BY_FORM and not self._is_left(pending, text, declared):
            return chosen or _Heard(*BY_FORM[pending.form], pending=pending)
        letters = console_entry.read_asked(text)
        if letters is not None:
            return _Heard(*BY_ACTION[console_entry.FORM], subject=letters)
        ruling = find_ruling_named(text)
        if ruling is not None:
            return _Heard(named_ruling, Intent.DOCUMENT, subject=ruling)
        await in_step()
        named = declared.reader.find_named(text, declared.vocabulary, self._clock.today())
        await in_step()
        meaning = declared.reader.understand(named, recall(kept))
        await in_step()
        if chosen is not None and not (_is_question(chosen) and chosen.intent is meaning.intent):
            return chosen
        awaits_code = kept is not None and kept.get("awaiting") == AWAITING_CODE
        if awaits_code and not is_linked and looks_like_code(text) and not _names_a_thing(meaning.entities):
            return _Heard(*BY_ACTION["link.code"], subject=text)
        if not awaits_code and read_code(text) is not None and not _names_a_thing(meaning.entities, meaning.intent):
            return _Heard(*BY_ACTION["inquiry"], subject=read_code(text) or "")
        if meaning.false_day is not None:
            return _Heard(_false_day, meaning.intent, meaning)
        if meaning.intent is None:
            return _Heard(_not_understood, None, meaning)
        return _Heard(BY_INTENT[meaning.intent], meaning.intent, meaning)

    def _is_lost(self, asked: Incoming, kept: Mapping[str, Any] | None, declared: _Declared) -> bool:
        """Whether what came late was an answer to what stood there then, and not a question of its own."""
        pending = recall_pending(kept)
        if pending is not None and self._is_left(pending, (asked.text or "").strip(), declared):
            return False
        return belated.is_lost(asked, kept)

    def _is_left(self, pending: Pending, text: str, declared: _Declared) -> bool:
        """Whether a form that a mere question may have begun is left by another one, which is answered instead."""
        if pending.form in EVIDENCE_MAY_BE_LEFT and says_none(text):  # "không có" is an answer there
            return False
        if pending.form in EVIDENCE_MAY_BE_LEFT:
            is_earlier, stay = read_evidence_wish(text) is EvidenceWish.FOLLOW, _STAY_IN_EVIDENCE
        elif pending.form in MAY_BE_LEFT:
            is_earlier, stay = read_study_wish(text) in _OF_AN_EARLIER_REQUEST, _STAY_IN_A_FORM
        elif pending.form in broadcasts_routes.MAY_BE_LEFT and pending.step not in broadcasts_routes.TAKES_ANY_WORDS:
            is_earlier, stay = False, _STAY_IN_A_BROADCAST
        else:
            return False
        if is_earlier:
            return True
        if not asks_something(text):
            return False
        meaning = declared.reader.read(text, declared.vocabulary, None, self._clock.today())
        return meaning.intent not in stay and meaning.confidence >= _SURELY_A_QUESTION

    async def _note(self, reply: Reply, visit: Visit, heard: _Heard, questions: Questions) -> None:
        has_answer = reply.outcome not in MAY_BE_PROMOTED
        await questions.note(
            at=self._clock.now(),
            channel=visit.asked.channel.value,
            intent=heard.intent.value if heard.intent is not None else "",
            outcome=reply.outcome.value,
            question=None if has_answer else without_names(visit.text, visit.named.person_words),
        )

    def _ports(self, drawers: Drawers, find_search: FindSearch) -> Ports:
        return ports_over(
            drawers,
            {"sending": lambda: self._make_sending(drawers), "search": find_search},
            senders=self._senders,
            address=self._address,
            console_address=self._console,
            bot_link=self.bot_link,
            vouching=self._vouching,
            clock=self._clock,
            find_term=self._find_term,
            read_entities=self._read_entities,
        )

    def _read(self, text: str) -> Meaning:
        """What words mean by themselves, outside any conversation."""
        declared = self._declared
        if declared is None:
            return Meaning(None, 0.0, Entities())
        return declared.reader.read(text, declared.vocabulary, None, self._clock.today())

    def _read_entities(self, text: str) -> Entities:
        """The things that words name, whatever they are for."""
        declared = self._declared
        if declared is None:
            return Entities()
        return declared.reader.read(text, declared.vocabulary, None, self._clock.today()).entities

    def _finish(self, reply: Reply, heard: _Heard) -> Reply:
        lines = reply.lines
        if self._clock.is_fixed:
            note = _("Rehearsal: the day is set to {day}.").format(day=show_day(self._clock.today()))
            lines = (*lines, Line(note))
        confidence = heard.meaning.confidence if heard.meaning is not None else 1.0
        intent = heard.intent.value if heard.intent is not None else ""
        choices = reply.choices
        is_doubtful = reply.outcome is Outcome.OUT_OF_SCOPE and confidence < _SURELY_A_QUESTION
        if reply.outcome in _MAY_BE_PASSED_ON or is_doubtful:
            choices = (*choices, next_steps.pass_on())
        return replace(reply, lines=lines, choices=choices, intent=reply.intent or intent, confidence=confidence)


def _sends_nothing(_drawers: Any) -> Sending:
    return NothingToSendBy()


async def _takes_nothing(_content: bytes) -> HandedIn:
    return FileRefusal.GONE


def _spoken_by(person: Person | None) -> dict[str, Any]:
    """Whose conversation it is, so that nobody who has the chat after them goes on with it; empty for a stranger."""
    return {_SPOKEN_BY: str(person.code)} if person is not None else {}


def _same_documents(one: RuleBook, other: RuleBook) -> bool:
    """Whether two rule books know the same documents in the same words."""
    same_added = one.rules.added_documents == other.rules.added_documents
    return same_added and one.library.documents.keys() == other.library.documents.keys()


def _answer_again(
    reply: Reply, visit: Visit, frequent: FrequentAnswers, units_above: frozenset[UnitCode] | None
) -> Reply:
    """What HR has answered before to the same question, where the desk itself has no answer."""
    if reply.outcome not in MAY_BE_PROMOTED:
        return reply
    known = frequent.find(visit.text, visit.named, visit.on, units_above)
    return answer_again(visit, known) if known is not None else reply


async def _is_code_of_own_inquiry(asked: Incoming, person: Person | None, inquiries: Inquiries) -> bool:
    """Whether what looks like a staff code is the code of a question that this visitor passed on."""
    code = read_code(asked.text or "")
    inquiry = await inquiries.find(code) if code is not None else None
    return inquiry is not None and is_own(inquiry, asked, person)


async def _too_long(visit: Visit, ports: Ports) -> Reply:
    del ports
    return guidance.too_long(visit)


async def _false_day(visit: Visit, ports: Ports) -> Reply:
    del ports
    return guidance.no_such_day(visit)


async def _not_understood(visit: Visit, ports: Ports) -> Reply:
    if (found := documents.find_unasked(visit, ports.search)) is not None:
        return found
    return quoting.answer_in_words(visit, ports.search) or guidance.not_understood(visit)


def _hear_choice(token: str) -> _Heard:
    action, subject = Choice.split(token)
    known = BY_ACTION.get(action)
    if known is None:  # a button of an older version, or a forged one
        return _Heard(_not_understood, None)
    return _Heard(*known, subject=subject)


def _is_question(chosen: _Heard) -> bool:
    """Whether the label of a choice is a question that is understood, and remembered, like any other."""
    return not chosen.subject and chosen.intent not in _ASK_NOTHING


def _hear_command(text: str) -> _Heard | None:
    if not text.startswith("/"):
        return None
    word, _space, rest = text[1:].partition(" ")
    action = BY_COMMAND.get(word.partition("@")[0].lower())
    if word.lower() == "start" and looks_like_code(rest):  # the bot was opened by the link of a printed slip
        return _Heard(*BY_ACTION["link.code"], subject=rest.strip())
    if action is None:
        return None
    if action == "link" and rest.strip():
        return _Heard(*BY_ACTION["link.code"], subject=rest.strip())
    if action == console_entry.FORM and rest.strip():
        return _Heard(*BY_ACTION[action], subject=rest.strip().upper())
    if action == "inquiry" and rest.strip():
        return _Heard(*BY_ACTION["inquiry"], subject=read_code(rest) or rest.strip())
    return _Heard(*BY_ACTION[action])


def _names_a_thing(entities: Entities, intent: Intent | None = None) -> bool:
    """Whether it is a question after all: "TOEIC 600", "cv 2123" and a staff code have the shape of a code."""
    return bool(entities.kinds or entities.documents) or intent is Intent.PERSON_GAPS


def _day_asked(asked: Incoming, meaning: Meaning | None) -> date | None:
    """The day that the question names, else the day that the caller asks about."""
    named = meaning.entities.as_of if meaning is not None else None
    return named or asked.on


def _state(kept: Mapping[str, Any] | None, heard: _Heard, reply: Reply, library: Library) -> dict[str, Any]:
    """What the conversation is about now: thanks, chat and what was not understood leave that as it was."""
    state: dict[str, Any] = {}
    before = recall(kept)
    if before is not None and heard.meaning is not None and heard.intent in _LEAVE_THE_SUBJECT:
        state = remember(before.intent, before.entities)
        state["cited"] = (kept or {}).get("cited", [])
    elif heard.intent is not None:
        pressed = named_by_choice(heard.intent, heard.subject, library)
        named = heard.meaning.entities if heard.meaning is not None else pressed
        state = remember(heard.intent, named, reply.citations)
    state |= keep_pending(reply.pending)
    asks_for_code = heard.intent is Intent.LINK and reply.outcome in {Outcome.ANSWERED, Outcome.DENIED}
    return {**state, "awaiting": AWAITING_CODE} if asks_for_code else state


def _set_aside(kept: Mapping[str, Any] | None, heard: _Heard, reply: Reply) -> Pending | None:
    """The form that was left for something else and may be gone on with; None once it is over or another is begun."""
    left = recall_pending(kept) or recall_aside(kept)
    if left is None or reply.pending is not None or left.form not in _GONE_ON_WITH:
        return None
    return None if heard.handler is BY_FORM[left.form][0] or heard.handler in _FORGETTING else left


def _keeps_no_questions(account: Account | None, heard: _Heard) -> bool:
    """Whether somebody does not want the last questions kept, has just said so, or has just left."""
    withheld = account.withheld if account is not None else ()
    says_so = heard.handler is _WITHDRAWING and heard.subject == Purpose.CONVERSATION
    return says_so or Purpose.CONVERSATION.value in withheld or heard.handler in _FORGETTING


def _questions(kept: Mapping[str, Any] | None, heard: _Heard, visit: Visit, reply: Reply) -> dict[str, Any]:
    """The last questions of the conversation, for whoever may be asked instead; gone once passed on or withdrawn."""
    if reply.outcome is Outcome.HANDED_OVER:
        return {}
    is_question = heard.meaning is not None and heard.intent not in _ASK_NOTHING
    if heard.intent is Intent.ASK_PERSON:
        is_question = is_question and asking_people.holds_question(visit)
    if looks_like_code(visit.text) and " " not in visit.text.strip() and not _names_a_thing(visit.named):
        is_question = False  # a code typed when none was awaited
    typed = clean(visit.text)
    asked = EarlierQuestion(typed, reply.outcome, reply.title) if is_question and typed else None
    return keep_questions(kept, asked)


def _vocabulary(book: RuleBook) -> Vocabulary:
    groups = sorted(book.standards_by_group)
    units = list(book.rules.units)[:_MOST_UNITS_BY_NAME]
    return Vocabulary(
        position_groups=tuple((PositionGroup(one), book.group_name(one)) for one in groups),
        units=tuple((UnitCode(one.code), one.name) for one in units),
    )
