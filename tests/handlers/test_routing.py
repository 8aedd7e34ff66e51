"""The table of contents is whole: every intent, every choice and every command has a handler."""

import pytest

from handlers import next_steps
from handlers.asking import Choice
from handlers.routing import BY_ACTION, BY_COMMAND, BY_INTENT
from knowledge.facts import KindCode
from knowledge.understanding.meaning import Intent
from tests.handlers.desks import TriedDesk
from tests.people import official

LONGEST_TOKEN = 64  # bytes that Telegram leaves for a button


def test_every_intent_has_a_handler():
    assert set(BY_INTENT) == set(Intent)


def test_every_command_stands_for_a_choice():
    assert set(BY_COMMAND.values()) <= set(BY_ACTION)


def test_every_choice_that_can_be_offered_has_a_handler_and_fits_a_button(library):
    offered = [
        step()
        for name, step in vars(next_steps).items()
        if callable(step) and getattr(step, "__module__", "") == next_steps.__name__ and not step.__code__.co_argcount
    ]
    offered += [next_steps.certificate(KindCode(one), "x") for one in library.kinds]
    for document in library.documents.values():
        offered.append(next_steps.document(document.id))
        offered += [next_steps.point(document.id, point.id, "x") for point in document.points]

    assert len(offered) > len(library.documents)
    for choice in offered:
        assert choice.action in BY_ACTION, choice
        assert len(choice.token.encode()) <= LONGEST_TOKEN, choice
        assert Choice.split(choice.token) == (choice.action, choice.subject)


@pytest.mark.parametrize("person", [official(), None], ids=["an official", "a stranger"])
async def test_every_choice_offered_by_any_reply_leads_to_a_reply(loaded, reader, person):
    desk = TriedDesk(loaded, reader, people=(official(),))
    seen: set[str] = set()
    waiting = [step for step in BY_ACTION if not step.startswith(("data.withdraw", "link"))]
    while waiting:
        token = waiting.pop()
        seen.add(token)
        reply = await desk.press(token, person=person)
        assert reply.title
        for choice in reply.choices:
            assert choice.action in BY_ACTION
            assert len(choice.token.encode()) <= LONGEST_TOKEN
            assert choice.label
            if choice.token not in seen and len(seen) < 150 and not choice.action.startswith(("data.withdraw", "link")):
                waiting.append(choice.token)
    assert len(seen) > len(BY_ACTION)
