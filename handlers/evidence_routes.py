"""Which handler answers what is said, pressed or sent about certificates handed in: its part of the contents."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from handlers import next_steps
from handlers.forms import answer, begin
from handlers.hr import evidence_chat
from handlers.hr.evidence import Decision, may_mark, may_review
from handlers.hr.evidence import Desk as ReviewDesk
from handlers.memory import recall_open_form
from handlers.officials import evidence, guidance, linking
from handlers.officials.certificates import list_my_certificates
from handlers.phrases import _
from handlers.proven import for_proven
from handlers.reply import Line, Reply
from handlers.visit import Visit
from knowledge.facts import Person
from knowledge.understanding.evidence_said import (
    EvidenceWish,
    read_evidence_wish,
    speaks_of_identity_papers,
    speaks_of_two_people,
)

if TYPE_CHECKING:
    from handlers.routing import Ports

_Handler = Callable[[Visit, "Ports"], Awaitable[Reply]]


async def hand_in(visit: Visit, ports: "Ports") -> Reply:
    """I want to hand in a certificate; or: how, where; or: what became of it? Strangers are told how it is done."""
    person = visit.person
    if person is None:
        return guidance.explain_evidence(visit)
    if speaks_of_identity_papers(visit.text) and not visit.named.kinds:
        return await evidence.refuse_identity_papers(visit, person, None, _desk(ports))
    wish = read_evidence_wish(visit.text)
    if wish is EvidenceWish.FOLLOW:
        return await _follow(visit, person, ports)
    if wish is EvidenceWish.EXPLAIN or visit.elsewhere is not None:
        told = guidance.explain_evidence(visit)
        here = Line(_("You can hand it in here as well, with a photo or a PDF: press the button below."), is_item=True)
        choices = (next_steps.hand_in(), next_steps.my_evidence(), *told.choices)
        return replace(told, lines=(here, *told.lines), choices=choices)
    return await evidence.start(visit, person, _desk(ports), visit.text)


async def _follow(visit: Visit, person: Person, ports: "Ports") -> Reply:
    """What became of it? Where nothing was handed in here, it was elsewhere: the record tells."""
    handed_in = await evidence.list_mine(visit, person, _desk(ports))
    if person.credentials and not await ports.evidence.list_of(person.code, 1):
        on_record = list_my_certificates(visit, person)
        choices = (next_steps.hand_in(), next_steps.my_gaps())
        lines = (Line(on_record.title), *on_record.lines)
        return replace(on_record, title=handed_in.title, lines=lines, choices=choices)
    return handed_in


async def begin_form(visit: Visit, ports: "Ports") -> Reply:
    """I want to hand in a certificate: the button, or the command."""
    if visit.person is None:
        return linking.ask_to_link(visit)
    return await evidence.start(visit, visit.person, _desk(ports))


async def take_file(visit: Visit, ports: "Ports") -> Reply:
    """A picture or PDF came."""
    if visit.person is None:
        return evidence.refuse_stranger(visit)
    kept = await recall_open_form(visit, ports.threads)
    return await evidence.take_file(visit, visit.person, kept, _desk(ports))


async def told_review(visit: Visit, ports: "Ports") -> Reply:
    """Which certificates wait for me to verify them?"""
    if visit.person is not None and not may_review(visit.person) and visit.meaning is not None:
        is_own = read_evidence_wish(visit.text) is EvidenceWish.FOLLOW
        return await hand_in(visit, ports) if is_own else evidence_chat.refuse()
    today = visit.rules.book.on(visit.today)
    if visit.person is not None and may_mark(visit.person, today) and speaks_of_two_people(visit.text):
        return await REVIEW_ACTIONS["review.kinds"](replace(visit, subject=""), ports)
    if visit.person is not None and visit.named.person_words:
        named = visit.named.person_words
        opened = await evidence_chat.open_named(visit, visit.person, named, _review_desk(ports))
        if opened is not None:
            return opened
    return await _review(visit, ports)


async def _fill(visit: Visit, ports: "Ports") -> Reply:
    if visit.person is None:
        return linking.ask_to_link(visit)
    kept = await recall_open_form(visit, ports.threads)
    if visit.pending is not None and speaks_of_identity_papers(visit.text):
        return await evidence.refuse_identity_papers(visit, visit.person, kept, _desk(ports))
    return await answer(evidence.form(visit, visit.person, _desk(ports)), visit, kept)


def _start_words(decision: Decision) -> _Handler:
    async def start(visit: Visit, ports: "Ports") -> Reply:
        if visit.person is None:
            return linking.ask_to_link(visit)
        if not may_review(visit.person):
            return evidence_chat.refuse()
        form = evidence_chat.words_form(visit, visit.person, _review_desk(ports))
        return await begin(form, evidence_chat.start_words(visit, decision))

    return start


async def _fill_words(visit: Visit, ports: "Ports") -> Reply:
    if visit.person is None:
        return linking.ask_to_link(visit)
    if not may_review(visit.person):
        return evidence_chat.refuse()
    kept = await recall_open_form(visit, ports.threads)
    return await answer(evidence_chat.words_form(visit, visit.person, _review_desk(ports)), visit, kept)


def _desk(ports: "Ports") -> evidence.Desk:
    return evidence.Desk(
        evidence=ports.evidence,
        accounts=ports.accounts,
        audit=ports.audit,
        clock=ports.clock,
        read_entities=ports.read_entities,
        consents=ports.privacy,
    )


def _review_desk(ports: "Ports") -> ReviewDesk:
    return ReviewDesk(
        evidence=ports.evidence,
        profiles=ports.profiles,
        accounts=ports.accounts,
        outbox=ports.outbox,
        letters=ports.letters,
        audit=ports.audit,
        clock=ports.clock,
        senders=ports.senders,
    )


_review = for_proven(evidence_chat.list_waiting, _review_desk)

FORMS: Mapping[str, _Handler] = {evidence.FORM: _fill}
REVIEW_FORMS: Mapping[str, _Handler] = {evidence_chat.WORDS: _fill_words}

# Another question in the middle of it is answered instead of being taken for a name or a number.
MAY_BE_LEFT = frozenset({evidence.FORM})

OWN_ACTIONS: Mapping[str, _Handler] = {
    "evidence": hand_in,
    "evidence.begin": begin_form,
    "evidence.mine": for_proven(evidence.list_mine, _desk),
    "evidence.open": for_proven(evidence.open_mine, _desk),
    "evidence.file": for_proven(evidence.show_file, _desk),
    "evidence.again": for_proven(evidence.start_again, _desk),
    "evidence.withdraw": for_proven(evidence.withdraw, _desk),
    evidence.FORM: _fill,
}
REVIEW_ACTIONS: Mapping[str, _Handler] = {
    "review": _review,
    "review.open": for_proven(evidence_chat.open_one, _review_desk),
    "review.file": for_proven(evidence_chat.show_file, _review_desk),
    "review.verify": for_proven(evidence_chat.verify, _review_desk),
    "review.reject": _start_words(Decision.REJECT),
    "review.ask": _start_words(Decision.ASK_BACK),
    "review.kinds": for_proven(evidence_chat.list_kinds, _review_desk),
    "review.mark": for_proven(evidence_chat.mark, _review_desk),
    evidence_chat.WORDS: _fill_words,
}
