"""A walk through every table of the desk: all that can be meant, pressed, commanded or filled in, by everybody."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest

from handlers.asking import Channel, Incoming
from handlers.memory import keep_pending
from handlers.reply import Outcome, Pending, Reply
from handlers.routing import BY_ACTION, BY_COMMAND, BY_FORM, BY_INTENT
from handlers.visit import Visit
from knowledge.facts import Person
from knowledge.rulebook import RuleBook
from knowledge.understanding.meaning import Intent, Meaning
from tests.fakes import FakeClock
from tests.handlers import walking
from tests.handlers.desks import TriedDesk
from tests.handlers.visits import TODAY


@pytest.fixture(scope="session", params=walking.WORLDS)
def world(request, library) -> tuple[RuleBook, tuple[date, ...]]:
    """What HR may have loaded: nothing, all in order, and what no order foresees; and the days asked about."""
    return walking.list_worlds(library)[request.param], walking.WORLDS[request.param]


WALKERS = [pytest.param(None, id="a stranger"), *(pytest.param(one, id=one.code) for one in walking.PEOPLE)]


class Walk:
    """One person's walk through the desk on one day: every answer is checked, and every table entry noted."""

    def __init__(self, book: RuleBook, person: Person | None, on: date) -> None:
        self.book, self.person, self.on = book, person, on
        self.meant = walking.Meant()
        self.tried = TriedDesk(book, self.meant, people=walking.PEOPLE)

    async def ask(self, intent: Intent, named: Mapping[str, Any]) -> Reply:
        self.meant.take(intent, named)
        text = f"Hỏi về {intent.value}"
        reply = await self.tried.say(text, person=self.person, on=self.on, thread="w")
        self.check(reply, f"{intent.value} of {named}", self.meant.meaning)
        return reply

    async def press(self, action: str, subject: str) -> Reply:
        reply = await self.tried.press(f"{action}|{subject}", person=self.person, on=self.on, thread="w")
        self.check(reply, f"{action}|{subject}", None)
        return reply

    async def fill(self, pending: Pending, words: str) -> Reply:
        """Type words where the desk waits for them, as if this very step had just been asked."""
        drawers = self.tried.drawers
        await drawers.threads.keep("w", keep_pending(pending), FakeClock(TODAY).now())
        reply = await self.tried.say(words, person=self.person, on=self.on, thread="w")
        self.check(reply, f"{pending.form}/{pending.step}: {words!r}", None)
        return reply

    def check(self, reply: Reply, said: str, meaning: Meaning | None) -> None:
        asked = Incoming(Channel.WEB, "w1")
        at = Visit(asked, TODAY, self.book.on(self.on), self.person, meaning)
        walking.ensure_sound(reply, at, walking.PEOPLE, f"{self.on} {said}")


def walk_through(world: tuple[RuleBook, tuple[date, ...]], person: Person | None) -> Iterator[Walk]:
    book, days = world
    for on in days:
        yield Walk(book, person, on)


@pytest.mark.parametrize("person", WALKERS)
async def test_whatever_is_asked_states_only_law_that_is_proven(world, person):
    for walk in walk_through(world, person):
        for intent in BY_INTENT:
            for named in walking.NAMED:
                await walk.ask(intent, named)


@pytest.mark.parametrize("person", WALKERS)
async def test_whatever_is_pressed_or_filled_in_states_only_law_that_is_proven(world, person):
    for walk in walk_through(world, person):
        waited: dict[tuple[str, str], Pending] = {}
        for action in BY_ACTION:
            for subject in walking.SUBJECTS:
                reply = await walk.press(action, subject)
                if reply.pending is not None:
                    waited.setdefault((reply.pending.form, reply.pending.step), reply.pending)
        await fill_in(walk, waited)


async def fill_in(walk: Walk, waited: dict[tuple[str, str], Pending]) -> None:
    """Every step that the desk waited at, each once, and the steps that lead on from there."""
    done: set[tuple[str, str]] = set()
    while left := [key for key in waited if key not in done]:
        done.add(left[0])
        for words in walking.TYPED:
            reply = await walk.fill(waited[left[0]], words)
            if reply.pending is not None:
                waited.setdefault((reply.pending.form, reply.pending.step), reply.pending)


async def test_everything_in_the_tables_answers_somebody_on_the_walk(library):
    """What only ever refuses, or is never led into, is not seen by the walk: it needs a walker or sample of its own."""
    answering = {Outcome.ANSWERED, Outcome.NO_BASIS, Outcome.HANDED_OVER}
    book = walking.list_worlds(library)["in order"]
    actions: set[str] = set()
    intents: set[Intent] = {Intent.OUT_OF_SCOPE}  # which is to be refused
    forms: set[str] = set()
    for person in (None, *walking.PEOPLE):
        walk = Walk(book, person, TODAY)
        pressed = [(one, await walk.press(one, subject)) for one in BY_ACTION for subject in walking.SUBJECTS]
        asked = [(one, await walk.ask(one, named)) for one in BY_INTENT for named in walking.NAMED]
        actions |= {one for one, reply in pressed if reply.outcome in answering}
        intents |= {one for one, reply in asked if reply.outcome in answering}
        forms |= {reply.pending.form for _one, reply in [*pressed, *asked] if reply.pending is not None}
    assert (actions, intents, forms) == (set(BY_ACTION), set(BY_INTENT), set(BY_FORM))


@pytest.mark.parametrize("person", WALKERS)
async def test_every_command_states_only_law_that_is_proven(world, person):
    for walk in walk_through(world, person):
        for command in BY_COMMAND:
            reply = await walk.tried.say(f"/{command}", person=person, on=walk.on)
            walk.check(reply, f"/{command}", None)


LAW_IN_PLAIN_WORDS = [
    pytest.param("Theo Công văn 2123/UBND-NC, đồng chí phải hoàn thành.", id="a document's number"),
    pytest.param("Đồng chí xem 02-QĐi/TU.", id="a Party document's number"),
    pytest.param("Theo điểm 3 thì đồng chí phải hoàn thành.", id="a point"),
    pytest.param("Điều 23 nói như vậy.", id="an article"),
    pytest.param("Hạn của đồng chí là 01/10/2020.", id="a day that is nobody's own"),
]


@pytest.mark.parametrize("text", LAW_IN_PLAIN_WORDS)
def test_law_in_plain_words_is_caught(text):
    with pytest.raises(AssertionError):
        walking.ensure_no_law(text, {"21/11/2026"}, "here")


def test_words_of_the_office_pass_when_they_state_no_law():
    walking.ensure_no_law("Ví dụ: “Điểm 3 của 2123/UBND-NC nói gì?” Hôm nay là 21/11/2026.", {"21/11/2026"}, "here")
