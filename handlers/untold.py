"""Whether a letter may still be told: since it was left the right to it may have ended, or the matter itself."""

from dataclasses import dataclass

from handlers.hr.proposals_rights import may_decide
from handlers.inquiries import serves
from handlers.ports import Breaches, DataRequests, Inquiries, Profiles, Proposals
from knowledge.facts import Person
from knowledge.rulebook import RulesOn
from storage.records import Inquiry, InquiryState, Letter, LetterKind, ProposalState, Untold

_TO_HR = frozenset({LetterKind.ASSIGNED, LetterKind.DETAILS})


@dataclass(frozen=True, slots=True)
class Kept:
    """The drawers that say how what letters tell of stands now."""

    profiles: Profiles
    inquiries: Inquiries
    proposals: Proposals
    requests: DataRequests
    breaches: Breaches


async def find_untold(letter: Letter, today: RulesOn, kept: Kept) -> Untold | None:
    """Why a letter is told no more; None where it is."""
    if letter.inquiry is not None:
        return await _of_inquiry(letter, letter.inquiry, today, kept)
    match letter.kind:
        case LetterKind.PROPOSAL:
            return await _of_proposal(letter, today, kept)
        case LetterKind.DATA_REQUEST if letter.number:
            request = await kept.requests.find_request(letter.number)
            is_true = request is not None and request.is_open
        case LetterKind.BREACH:
            is_true = letter.number in {one.number for one in await kept.breaches.list_breaches(only_open=True)}
        case _:
            is_true = True
    return None if is_true else Untold.NO_LONGER_TRUE


async def _of_inquiry(letter: Letter, code: str, today: RulesOn, kept: Kept) -> Untold | None:
    """Since it was left the asker may have moved, and somebody else may have it."""
    inquiry = await kept.inquiries.find(code)
    if inquiry is None:
        return Untold.NOT_THEIRS
    if letter.kind not in _TO_HR:
        if inquiry.is_of_former:
            return Untold.NOT_THEIRS
        is_asked = letter.kind is not LetterKind.ASKED_BACK or inquiry.state is InquiryState.ASKED_BACK
        is_over = not is_asked or inquiry.state is InquiryState.WITHDRAWN
        return Untold.NO_LONGER_TRUE if is_over else None
    reader = await _find_reader(letter, kept)
    if reader is None or not serves(reader, inquiry, today):
        return Untold.NOT_THEIRS
    return None if inquiry.is_open and _is_with(inquiry, letter, reader) else Untold.NO_LONGER_TRUE


def _is_with(inquiry: Inquiry, letter: Letter, reader: Person) -> bool:
    """Whether the question is theirs to answer; while nobody has it, what was added goes to who wrote last."""
    is_nobodys = inquiry.assigned_to is None and letter.kind is LetterKind.DETAILS
    return is_nobodys or inquiry.assigned_to == reader.code


async def _of_proposal(letter: Letter, today: RulesOn, kept: Kept) -> Untold | None:
    proposal = await kept.proposals.find(letter.number)
    if proposal is None or proposal.state is not ProposalState.WAITING:
        return Untold.NO_LONGER_TRUE
    reader = await _find_reader(letter, kept)
    return None if reader is not None and may_decide(reader, proposal, today) else Untold.NOT_THEIRS


async def _find_reader(letter: Letter, kept: Kept) -> Person | None:
    return await kept.profiles.find_person(letter.person) if letter.person is not None else None
