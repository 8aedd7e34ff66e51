"""A walk through every table of the desk: all that can be meant, pressed, commanded or filled in, by everybody."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
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


ANSWERING = {Outcome.ANSWERED, Outcome.NO_BASIS, Outcome.HANDED_OVER}
MOST_PRESSED = 3  # of one button or step, by one walker
WALKERS = [pytest.param(one, id=one.code if one is not None else "a stranger") for one in walking.ASKING]


class Walk:
    """One person's walk through the desk on one day: every answer is checked, and every table entry noted."""

    def __init__(self, book: RuleBook, person: Person | None, on: date, tried: TriedDesk | None = None) -> None:
        self.book, self.person, self.on = book, person, on
        self.thread = person.code if person is not None else "w"
        self.tried = tried or TriedDesk(book, walking.Meant(), people=walking.PEOPLE)
        self.meant = self.tried.reader

    async def ask(self, intent: Intent, named: Mapping[str, Any]) -> Reply:
        self.meant.take(intent, named)
        text = f"Hỏi về {intent.value}, tiêu chuẩn chức danh"
        reply = await self.tried.say(text, person=self.person, on=self.on, thread=self.thread)
        self.check(reply, f"{intent.value} of {named}", self.meant.meaning)
        return reply

    async def press(self, action: str, subject: str) -> Reply:
        reply = await self.tried.press(f"{action}|{subject}", person=self.person, on=self.on, thread=self.thread)
        self.check(reply, f"{action}|{subject}", None)
        return reply

    async def fill(self, pending: Pending, words: str) -> Reply:
        """Type words where the desk waits for them, as if this very step had just been asked."""
        drawers = self.tried.drawers
        await drawers.threads.keep(self.thread, keep_pending(pending), FakeClock(TODAY).now())
        reply = await self.tried.say(words, person=self.person, on=self.on, thread=self.thread)
        typed_before = " ".join(walking.show_iso_days(pending.values.values()))
        self.check(reply, f"{pending.form}/{pending.step}: {words!r} {typed_before}", None)
        return reply

    def check(self, reply: Reply, said: str, meaning: Meaning | None) -> None:
        asked = Incoming(Channel.WEB, "w1")
        at = Visit(asked, TODAY, self.book.on(self.on), self.person, meaning)
        cases = self.tried.drawers.study.kept.values()
        handed_in = self.tried.drawers.evidence.kept.values()
        walking.ensure_sound(reply, at, walking.PEOPLE, f"{self.on} {said}", cases, handed_in)


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


@pytest.mark.parametrize("world", walking.WORLDS)
async def test_whatever_is_pressed_or_filled_in_states_only_law_that_is_proven(library, world):
    """All walk through one office, so that HR finds what officials left there; then once more, to see what became."""
    stroll = Stroll(walking.list_worlds(library)[world], walking.WORLDS[world][-1])
    await walking.send_out(stroll.tried.drawers)
    await stroll.answer_one(walking.PEOPLE[0], walking.SERVING[0])
    await stroll.open_pictures(walking.PEOPLE[0], walking.SERVING[0])
    for person in (None, *walking.PEOPLE, *walking.PEOPLE[:1]):
        await stroll.through(person)
    await stroll.through_the_rest((None, walking.PEOPLE[0], *walking.SERVING))
    if world == "in order":
        # What only ever refuses is not seen by the walk: it needs a walker or a sample of its own.
        assert {*BY_ACTION} - stroll.actions == set()
        assert {*BY_INTENT} - stroll.intents == set()


class Stroll:
    """Everybody's walk through one office on one day: all buttons, those that replies offer, and all forms."""

    def __init__(self, book: RuleBook, on: date) -> None:
        self.book, self.on = book, on
        self.tried = TriedDesk(book, walking.Meant(), people=walking.PEOPLE)
        self.tried.drawers.escalations.kept = walking.list_told(book)
        walking.hand_in(self.tried.drawers.evidence)
        self.tried.drawers.unclear.kept = walking.list_lost()
        self.actions: set[str] = set()
        self.intents: set[Intent] = {Intent.OUT_OF_SCOPE}  # which is to be refused
        self.forms: set[str] = set()

    async def through(self, person: Person | None) -> None:
        walk = Walk(self.book, person, self.on, self.tried)
        to_press = [(action, subject) for action in BY_ACTION for subject in walking.SUBJECTS]
        to_fill: list[Pending] = []
        offered: Counter[str] = Counter()
        for intent in BY_INTENT:
            reply = await walk.ask(intent, {})
            self.intents |= {intent} if reply.outcome in ANSWERING else set()
            self._take_up(reply, to_press, to_fill, offered)
        while to_press or to_fill:
            if to_fill:
                replies = await self._fill(walk, to_fill.pop())
            else:
                action, subject = to_press.pop()
                replies = [await self._note(walk, action, subject)]
            for reply in replies:
                self._take_up(reply, to_press, to_fill, offered)
        left = await walk.ask(Intent.ASK_PERSON, {})  # and leaves a question for whoever walks next
        if left.pending is not None:
            left = await walk.fill(left.pending, "Đồng chí cho hỏi việc này giải quyết thế nào?")
        for choice in left.choices:  # who withdrew it on the way is asked first
            if choice.action == "pass_on.yes":
                await self._note(walk, choice.action, choice.subject)

    async def answer_one(self, asker: Person, serving: Person) -> None:
        """What only an answered question leads to: whether it was clear, and the answer for everybody who asks it."""
        asking = Walk(self.book, asker, self.on, self.tried)
        answering = Walk(self.book, serving, self.on, self.tried)
        await asking.ask(Intent.ASK_PERSON, {})
        code = list(self.tried.drawers.inquiries.kept)[-1]
        written = await answering.press("inbox.reply", code)
        assert written.pending is not None
        await answering.fill(written.pending, "Đồng chí gửi bản sao giúp.")
        for action in ("inbox.send", "frequent.promote"):
            await self._note(answering, action, code)
        for action in ("inquiry.unclear", "inquiry.clear"):
            await self._note(asking, action, code)

    async def open_pictures(self, official: Person, serving: Person) -> None:
        """What is gone once the official has taken back what they handed in, as everybody does on their walk."""
        await self._note(Walk(self.book, official, self.on, self.tried), "evidence.file", "1:1")
        await self._note(Walk(self.book, serving, self.on, self.tried), "review.file", "1:1")

    async def through_the_rest(self, people: Iterable[Person | None]) -> None:
        """The forms that no button led into, with what is filled in before one gets there no longer existing."""
        left = {*BY_FORM} - self.forms
        for person in people:
            walk = Walk(self.book, person, self.on, self.tried)
            for form in left:
                await self._fill(walk, Pending(form, values=walking.FILLED_IN_BEFORE))

    async def _note(self, walk: Walk, action: str, subject: str) -> Reply:
        reply = await walk.press(action, subject)
        self.actions |= {action} if reply.outcome in ANSWERING else set()
        self.forms |= {reply.pending.form} if reply.pending is not None else set()
        return reply

    async def _fill(self, walk: Walk, pending: Pending) -> list[Reply]:
        return [await walk.fill(pending, words) for words in walking.TYPED]

    def _take_up(
        self, reply: Reply, to_press: list[tuple[str, str]], to_fill: list[Pending], offered: Counter[str]
    ) -> None:
        """What the reply leads on to, each button and each step of a form a few times."""
        for choice in reply.choices:
            offered[choice.action] += 1
            if offered[choice.action] <= MOST_PRESSED:
                to_press.append((choice.action, choice.subject))
        if reply.pending is not None:
            self.forms.add(reply.pending.form)
            step = f"{reply.pending.form}/{reply.pending.step}"
            offered[step] += 1
            if offered[step] <= MOST_PRESSED:
                to_fill.append(reply.pending)


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
