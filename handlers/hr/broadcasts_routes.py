"""Which handler answers what HR says or presses about broadcasts: its part of the contents."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from handlers.forms import answer
from handlers.hr import broadcasts, broadcasts_approving, broadcasts_running, proposals, rulings_routes
from handlers.hr.broadcasts import Desk
from handlers.hr.broadcasts_steps import TEXT_STEP
from handlers.hr.proposals_rights import may_broadcast
from handlers.memory import recall_open_form
from handlers.officials import guidance, linking
from handlers.pressed import read_number
from handlers.proven import for_proven
from handlers.reply import Reply
from handlers.visit import Visit
from knowledge.understanding.broadcasts_said import BroadcastWish, find_broadcast, read_broadcast_wish
from knowledge.understanding.meaning import Wish
from storage.records import ProposalKind

if TYPE_CHECKING:
    from handlers.routing import Ports

_SURE = 0.9

_Asked = Callable[[Visit, Desk], Awaitable[Reply]]
_Handler = Callable[[Visit, "Ports"], Awaitable[Reply]]


def _hr(handler: _Asked) -> _Handler:
    """Whether the visitor is of HR, the handler itself decides."""
    return for_proven(lambda visit, _person, desk: handler(visit, desk), desk_of)


async def _fill(visit: Visit, ports: "Ports") -> Reply:
    """What was typed or pressed goes to the broadcast that this conversation is writing."""
    person = visit.person
    if person is None:
        return linking.ask_to_link(visit)
    if not may_broadcast(person):
        return broadcasts.refuse(visit)
    kept = await recall_open_form(visit, ports.threads)
    return await answer(await broadcasts.form(visit, person, desk_of(ports)), visit, kept)


async def _view(visit: Visit, desk: Desk) -> Reply:
    """A proposal of whatever kind, where it can be seen whole."""
    number = read_number(visit.subject.partition(".")[0])
    proposal = await desk.eyes.proposals.find(number) if number is not None else None
    if proposal is not None and proposal.kind is ProposalKind.BROADCAST:
        return await broadcasts_approving.view_proposal(visit, desk)
    return await proposals.view(visit, desk.eyes)


async def _settle_arrived(visit: Visit, desk: Desk) -> Reply:
    return await broadcasts_running.settle(visit, desk, has_arrived=True)


async def _settle_missed(visit: Visit, desk: Desk) -> Reply:
    return await broadcasts_running.settle(visit, desk, has_arrived=False)


async def _told(visit: Visit, desk: Desk) -> Reply:
    """What HR says about broadcasts: write one, or see, pause, resume, cancel or recall one that is named."""
    is_sure = visit.meaning is None or visit.meaning.confidence >= _SURE
    if not may_broadcast(visit.person) and not is_sure and Wish.TO_MANY not in visit.wishes:
        return guidance.not_understood(visit)  # an official hardly means HR's work; rather that than a refusal
    wish, number = read_broadcast_wish(visit.text), find_broadcast(visit.text)
    if wish is None:
        return await broadcasts.start(visit, desk)
    if wish is BroadcastWish.WAITING:
        return (
            await proposals.list_waiting(visit, desk.eyes) if may_broadcast(visit.person) else broadcasts.refuse(visit)
        )
    if number is None or wish is BroadcastWish.LIST:
        return await broadcasts_running.list_broadcasts(visit, desk)
    return await _OF_ONE[wish](replace(visit, subject=number), desk)


# What is said is asked back where it cannot be undone.
_OF_ONE: Mapping[BroadcastWish, _Asked] = {
    BroadcastWish.PAUSE: broadcasts_running.pause,
    BroadcastWish.RESUME: broadcasts_running.resume,
    BroadcastWish.CANCEL: broadcasts_running.ask_to_cancel,
    BroadcastWish.RECALL: broadcasts_running.ask_to_recall,
    BroadcastWish.RESULT: broadcasts_running.result,
    BroadcastWish.STATUS: broadcasts_running.show,
}


def is_about_one(visit: Visit) -> bool:
    """Whether HR asks about one of its broadcasts by a number that no document here has ("thông báo số 5")."""
    if not may_broadcast(visit.person) or any(one.document is not None for one in visit.named.documents):
        return False
    return read_broadcast_wish(visit.text) in _OF_ONE and find_broadcast(visit.text) is not None


def desk_of(ports: "Ports") -> Desk:
    """The drawers that broadcasts need."""
    return Desk(
        eyes=rulings_routes.desk_of(ports),
        broadcasts=ports.broadcasts,
        outbox=ports.broadcast_outbox,
        sending=ports.sending,
        sheets=ports.sheets,
        read_entities=ports.read_entities,
    )


told: _Handler = _hr(_told)

FORMS: Mapping[str, _Handler] = {broadcasts.FORM: _fill}

# A broadcast half written is no reason not to be answered; but where its text is asked for, a question may be the text.
MAY_BE_LEFT = frozenset({broadcasts.FORM})
TAKES_ANY_WORDS = frozenset({TEXT_STEP})

# The buttons of the form have its name for their action.
ACTIONS: Mapping[str, _Handler] = {
    "broadcasts": _hr(broadcasts_running.list_broadcasts),
    "broadcast": _hr(broadcasts_running.show),
    "broadcast.new": _hr(broadcasts.start),
    "broadcast.whole": _hr(broadcasts.write_whole),
    # The button of a letter, which does not know what the proposal is.
    "proposal": _hr(_view),
    "broadcast.proposal": _hr(broadcasts_approving.view_proposal),
    "broadcast.approve": _hr(broadcasts_approving.approve),
    "broadcast.unreached": _hr(broadcasts_approving.view_unreached),
    "broadcast.pause": _hr(broadcasts_running.pause),
    "broadcast.resume": _hr(broadcasts_running.resume),
    "broadcast.cancel": _hr(broadcasts_running.ask_to_cancel),
    "broadcast.cancel.yes": _hr(broadcasts_running.cancel),
    "broadcast.recall": _hr(broadcasts_running.ask_to_recall),
    "broadcast.recall.yes": _hr(broadcasts_running.recall),
    "broadcast.unclear": _hr(broadcasts_running.list_unclear),
    "broadcast.arrived": _hr(_settle_arrived),
    "broadcast.missed": _hr(_settle_missed),
    "broadcast.result": _hr(broadcasts_running.result),
    **FORMS,
}
