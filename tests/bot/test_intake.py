"""What a platform brings is kept before it is thanked, done once, and found again whatever becomes of a process."""

import asyncio
import math
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from bot.gathering import Gathered
from bot.intake import (
    _FEW_ADOPTED,
    _LONGEST_WAIT,
    _MOST_ADOPTED,
    _MOST_BEGUN,
    _MOST_LEAVING,
    _MOST_OF_ONE,
    _MOST_TRIES,
    _MOST_UNSENT_BYTES,
    _SUSPECT_AFTER,
    STAY_EVERY,
    Intake,
    TakenOverError,
)
from bot.seen import InboxInMemory
from bot.turns import Turns
from bot.wiring_errors import CabinetAwayError
from bot.wiring_intake import InboxInDatabase
from handlers.reply import File, Reply
from storage.encryption import Vault
from storage.updates import seen_updates

CHANNEL = "zalo_oa"


class Desk:
    """Does what it is told with what comes."""

    def __init__(self, script=None):
        self.came = []
        self.done = asyncio.Event()
        self._script = script

    async def visit(self, in_hand):
        self.came.append((in_hand.raw["text"], in_hand.sending))
        if self._script is not None:
            await self._script(in_hand)
        self.done.set()


@asynccontextmanager
async def process(inbox, desk, **given):
    async with Intake(CHANNEL, inbox, desk.visit, **{"stay_every": 0.01} | given) as intake:
        yield intake


async def dies(inbox, desk):
    """A process that takes one update up and dies while it is answered: nothing is laid down, nobody says goodbye."""
    intake = Intake(CHANNEL, inbox, desk.visit)
    await intake._stay()
    await inbox.keep(CHANNEL, [("m1", '{"text": "chào"}')], intake.holder)
    return intake


@pytest.fixture
def inbox(database):
    return InboxInDatabase(database, silence=timedelta(seconds=0.2))


async def test_update_is_done_once_however_often_it_is_brought(inbox, database):
    desk = Desk()
    async with process(inbox, desk) as intake:
        news = await asyncio.gather(*(intake.take(f"m{n % 3}", {"text": str(n % 3)}) for n in range(9)))
    assert sorted(one for one, _sending in desk.came) == ["0", "1", "2"]
    assert sorted(news) == [False] * 6 + [True] * 3
    async with database.transaction() as drawers:
        rows = (await drawers.connection.execute(seen_updates.select())).all()
    assert all(row.body is None and row.answered_at is not None and row.holder is None for row in rows)


async def test_what_is_kept_is_sealed(inbox, database):
    await dies(inbox, Desk())
    async with database.transaction() as drawers:
        (row,) = (await drawers.connection.execute(seen_updates.select())).all()
    assert b"ch" not in row.body[:4]
    assert b"text" not in row.body
    await inbox.leave("nobody")


async def until(holds):
    """Until it is so, of which no bell is rung."""
    while not await holds():  # noqa: ASYNC110  neither an inbox nor a database rings one
        await asyncio.sleep(0.005)


async def until_empty(inbox):
    """Until nobody waits in this inbox in memory."""
    while inbox.waiting:  # noqa: ASYNC110  it rings no bell
        await asyncio.sleep(0.005)


class Watch:
    """What an intake reads the time from."""

    def __init__(self):
        self.now = 100.0

    def monotonic(self):
        return self.now


@pytest.fixture
def watch(monkeypatch):
    watch = Watch()
    monkeypatch.setattr("bot.intake.time", watch)
    return watch


async def stays(intake, watch, *, rounds):
    """It goes round so often, and says that it lives; how many it took up."""
    taken = 0
    for _each in range(rounds):
        await intake._stay()
        taken += await intake._adopt()
        watch.now += STAY_EVERY
    return taken


async def is_silent(database, holder, seconds):
    """Nothing has been heard of a holder for so long."""
    async with database.transaction() as drawers:
        await drawers.connection.execute(
            text("UPDATE update_holders SET alive_at = alive_at - :for * interval '1 second' WHERE holder = :holder"),
            {"holder": holder, "for": seconds},
        )


async def test_who_comes_back_first_from_an_outage_leaves_the_others_what_they_have_and_takes_it_from_the_dead(
    database, watch
):
    inbox = InboxInDatabase(database)
    first = await dies(inbox, Desk())
    second = Intake(CHANNEL, inbox, Desk().visit)
    assert await stays(second, watch, rounds=5) == 0

    watch.now += 20
    await is_silent(database, first.holder, 20)
    assert await stays(second, watch, rounds=1) == 0, "it has been silent itself"
    await first._stay()
    assert await stays(second, watch, rounds=5) == 0, "the other lives"

    await is_silent(database, first.holder, 20)
    assert await stays(second, watch, rounds=1) == 1
    await inbox.leave(second.holder)


async def test_who_has_just_come_takes_what_silent_ones_have_a_few_rounds_later_and_what_is_laid_down_at_once(
    database, watch
):
    inbox = InboxInDatabase(database)
    dead, gone = await dies(inbox, Desk()), "gone"
    await is_silent(database, dead.holder, 60)
    await inbox.keep(CHANNEL, [("m2", "{}")], gone)
    await inbox.keep(CHANNEL, [("m3", "{}")], None)
    new = Intake(CHANNEL, inbox, Desk().visit)
    assert [await stays(new, watch, rounds=1) for _each in range(4)] == [2, 0, 0, 1]
    await inbox.leave(new.holder)


async def test_who_waited_long_for_the_database_judges_nobody_by_the_time_it_waited(database, watch):
    inbox = InboxInDatabase(database)
    first = await dies(inbox, Desk())
    second = Intake(CHANNEL, inbox, Desk().visit)
    await stays(second, watch, rounds=5)
    for one in (first, second):  # while the second asks, and nobody hears it
        await is_silent(database, one.holder, 20)
    assert await second._adopt() == 0
    await inbox.leave(second.holder)


async def test_nobody_takes_up_what_it_has_however_long_it_was_silent(inbox, database):
    only = await dies(inbox, Desk())
    await is_silent(database, only.holder, 60)
    assert await inbox.adopt(CHANNEL, only.holder, 10) == []
    await inbox.leave(only.holder)  # as is forgotten whoever was silent for a day
    assert await inbox.adopt(CHANNEL, only.holder, 10) == []


async def test_update_of_a_dead_process_is_taken_up_by_another(inbox):
    await dies(inbox, Desk())
    desk = Desk()
    async with process(inbox, desk, stay_every=0.05), asyncio.timeout(5):
        await desk.done.wait()
    assert desk.came == [("chào", "")]


async def test_update_of_a_process_that_lives_stays_its_own(inbox):
    first = await dies(inbox, Desk())
    desk = Desk()
    async with process(inbox, desk) as second:
        for _round in range(5):
            await first._stay()
            assert await second.inbox.adopt(CHANNEL, "third", 10) == []
    assert desk.came == []


async def test_mark_of_an_answer_that_may_have_left_is_known_to_whoever_takes_over(inbox):
    first = await dies(inbox, Desk())
    assert await inbox.begin_sending(CHANNEL, [("m1", "mark")], first.holder) == {"m1"}
    desk = Desk()
    async with process(inbox, desk, stay_every=0.05), asyncio.timeout(5):
        await desk.done.wait()
    assert desk.came == [("chào", "mark")]


async def test_answer_leaves_though_the_server_ended_the_line_while_its_mark_was_kept(inbox, database):
    async def is_ended():
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        async with database.transaction() as drawers:
            return (await drawers.connection.execute(text(f"{cut} AND datname = current_database()"))).scalar()

    first = await dies(inbox, Desk())
    async with asyncio.timeout(5):
        async with database.transaction() as drawers:
            await drawers.connection.execute(seen_updates.select().with_for_update())
            beginning = asyncio.ensure_future(inbox.begin_sending(CHANNEL, [("m1", "mark")], first.holder))
            await until(is_ended)
        assert await beginning == {"m1"}


async def test_nothing_leaves_from_a_process_that_was_taken_to_be_dead(inbox):
    first = await dies(inbox, Desk())
    desk = Desk()
    async with process(inbox, desk, stay_every=0.05), asyncio.timeout(5):
        await desk.done.wait()
        assert not await inbox.begin_sending(CHANNEL, [("m1", "mark")], first.holder)


async def test_update_that_failed_is_taken_up_again_after_its_time(inbox, database):
    async def put_off(in_hand):
        if len(desk.came) == 1:
            in_hand.postpone(3600)

    async def is_put_off():
        async with database.transaction() as drawers:
            return (await drawers.connection.execute(seen_updates.select())).one().due_at is not None

    desk = Desk(put_off)
    async with process(inbox, desk) as intake, asyncio.timeout(5):
        await intake.take("m1", {"text": "chào"})
        await until(is_put_off)
        desk.done.clear()
        assert await inbox.adopt(CHANNEL, "other", 10) == []
        async with database.transaction() as drawers:
            await drawers.connection.execute(text("UPDATE seen_updates SET due_at = now()"))
        await desk.done.wait()
    assert [one for one, _sending in desk.came] == ["chào", "chào"]


async def test_update_that_fails_each_time_is_given_up_in_the_end(database, capsys, caplog):
    async def fail(_in_hand):
        raise ValueError("private words")

    inbox, desk = InboxInMemory(), Desk(fail)
    async with process(inbox, desk) as intake, asyncio.timeout(5):
        await intake.take("m1", {"text": "chào"})
        while inbox.waiting:  # noqa: ASYNC110  an inbox rings no bell
            await asyncio.sleep(0.01)
    shown = capsys.readouterr().out + caplog.text
    assert "given_up" in shown
    assert "private words" not in shown
    assert len(desk.came) == 13


class Waits(InboxInMemory):
    """Keeps for how long each was put off, and how many were asked for at most."""

    def __init__(self):
        super().__init__()
        self.waits = []
        self.most = []

    async def adopt(self, channel, holder, most, **how):
        self.most.append(most)
        return await super().adopt(channel, holder, most, **how)

    async def postpone(self, channel, key, holder, seconds, mark=""):
        self.waits.append(seconds)
        await super().postpone(channel, key, holder, seconds, mark)


@pytest.mark.parametrize("is_cabinet", [False, True], ids=["the platform", "the cabinet"])
async def test_who_asked_is_answered_however_often_a_platform_or_the_cabinet_was_away(is_cabinet, capsys, caplog):
    async def answer(in_hand):
        if len(desk.came) <= 3 * _MOST_TRIES:
            if is_cabinet:
                raise CabinetAwayError
            in_hand.put_off()

    inbox, desk = Waits(), Desk(answer)
    async with process(inbox, desk, stay_every=0.001) as intake, asyncio.timeout(5):
        await intake.take("m1", {"text": "chào"})
        await until_empty(inbox)
    assert len(desk.came) == 3 * _MOST_TRIES + 1
    assert "given_up" not in capsys.readouterr().out + caplog.text
    assert inbox.waits == sorted(inbox.waits), "more rarely each time"
    assert (inbox.waits[0], inbox.waits[-1]) == (15, _LONGEST_WAIT), "and never more rarely than every few minutes"


async def test_of_what_waits_for_a_platform_it_is_kept_that_it_was_tried_and_not_how_often(inbox, database):
    async def put_off(in_hand):
        in_hand.postpone(0)

    async def is_tried():
        return len(desk.came) > _MOST_TRIES

    desk = Desk(put_off)
    async with process(inbox, desk) as intake, asyncio.timeout(10):
        await intake.take("m1", {"text": "chào"})
        await until(is_tried)
    async with database.transaction() as drawers:
        (row,) = (await drawers.connection.execute(seen_updates.select())).all()
    assert (row.tries, row.answered_at) == (1, None), "what waits is forgotten after its period once it was tried"


async def test_what_failed_for_a_day_is_tried_once_more_and_may_wait_for_a_platform_even_then(inbox, database):
    async def put_off(in_hand):
        if len(desk.came) < 4:
            in_hand.postpone(0)

    async def is_answered():
        async with database.transaction() as drawers:
            return not await drawers.updates.count_waiting()

    await inbox.keep(CHANNEL, [("m1", '{"text": "chào"}')], None)
    async with database.transaction() as drawers:
        await drawers.connection.execute(update(seen_updates).values(tries=_MOST_TRIES))
    desk = Desk(put_off)
    async with process(inbox, desk), asyncio.timeout(5):
        await until(is_answered)
    assert len(desk.came) == 4


async def test_while_a_platform_is_away_few_are_tried_and_all_once_it_takes_one():
    async def answer(in_hand):
        if is_away:
            in_hand.put_off()
        else:
            await in_hand.begin_sending("mark")

    inbox, desk, is_away = Waits(), Desk(answer), True
    for n in range(3 * _FEW_ADOPTED):
        await inbox.keep(CHANNEL, [(f"m{n}", f'{{"text": "{n}"}}')], None)
    async with process(inbox, desk, stay_every=0.001), asyncio.timeout(5):
        await until(lambda: _at_once(len(inbox.most) > 5))
        assert (inbox.most[0], set(inbox.most[2:])) == (_MOST_ADOPTED, {_FEW_ADOPTED})
        is_away = False
        await until_empty(inbox)
        seen = len(inbox.most)
        await until(lambda: _at_once(len(inbox.most) > seen))
    assert inbox.most[-1] == _MOST_ADOPTED


async def _at_once(value):
    return value


async def test_who_leaves_in_an_orderly_way_has_held_up_only_what_it_was_at(inbox):
    """So that no message is blamed for as many restarts as happen while it waits."""

    async def think(in_hand):
        if in_hand.raw["text"] == "0":
            await asyncio.Event().wait()
        in_hand.ensure_staying()

    desk = Desk(think)
    async with process(inbox, desk, grace=0.05, stay_every=60) as intake:
        await intake.take("m0", {"text": "0"})
        await until(lambda: _at_once(desk.came))
        intake.is_leaving = True
        await intake.take("m1", {"text": "1"})
    leaving = await inbox.adopt(CHANNEL, "next", 10)
    assert {one.key: one.was_held for one in leaving} == {"m0": True, "m1": False}
    await inbox.leave("next")


async def test_what_is_unfinished_when_the_grace_is_over_is_anybodys_at_once(inbox):
    async def never(_in_hand):
        await asyncio.Event().wait()

    async with process(inbox, Desk(never), grace=0.05) as intake:
        await intake.take("m1", {"text": "chào"})
    assert [one.key for one in await inbox.adopt(CHANNEL, "next", 10)] == ["m1"]
    await inbox.leave("next")


async def test_update_is_not_taken_in_when_the_cabinet_is_out_of_reach_and_new_when_it_comes_again(inbox):
    class Away(InboxInDatabase):
        is_away = True

        async def keep(self, *given):
            new = await super().keep(*given)
            if self.is_away:
                raise ConnectionError("the answer was lost")
            return new

    away, desk = Away(inbox._database, timedelta(seconds=0.2)), Desk()
    async with process(away, desk) as intake, asyncio.timeout(5):
        with pytest.raises(ConnectionError):
            await intake.take("m1", {"text": "chào"})
        away.is_away = False
        await intake.take("m1", {"text": "chào"})
        await desk.done.wait()
    assert desk.came == [("chào", "")]


class Hiccup(InboxInMemory):
    """Does what it is asked to, and while `is_away` nobody hears of it."""

    is_away = False
    stayed = 0

    async def keep(self, *given):
        new = await super().keep(*given)
        self._say(new)
        return new

    async def adopt(self, *given, **how):
        adopted = await super().adopt(*given, **how)
        self._say(adopted)
        return adopted

    async def stay(self, holder):
        self.stayed += 1

    async def rounds(self, number):
        """So many rounds go by."""
        seen = self.stayed
        while self.stayed < seen + number:  # noqa: ASYNC110  an inbox rings no bell
            await asyncio.sleep(0.001)

    def _say(self, what):
        if self.is_away and what:
            self.is_away = False
            raise ConnectionError("the answer was lost")


async def test_update_that_is_brought_again_in_a_bad_moment_while_it_is_answered_is_answered_once():
    class Away(Hiccup):
        def _say(self, what):
            if self.is_away:
                self.is_away = False
                raise ConnectionError("the answer was lost")

    async def think(in_hand):
        hiccup.is_away = True
        with pytest.raises(ConnectionError):
            await intake.take("m1", {"text": "chào"})
        await hiccup.rounds(3)
        await in_hand.begin_sending("mark")

    hiccup, desk = Away(), Desk(think)
    async with process(hiccup, desk) as intake, asyncio.timeout(5):
        await intake.take("m1", {"text": "chào"})
        await desk.done.wait()
        await hiccup.rounds(3)
    assert desk.came == [("chào", "")]


async def test_update_is_answered_of_whose_taking_up_nobody_heard_the_end():
    hiccup, desk = Hiccup(), Desk()
    await hiccup.keep(CHANNEL, [("m1", '{"text": "chào"}')], None)
    hiccup.is_away = True
    async with process(hiccup, desk), asyncio.timeout(5):
        await desk.done.wait()
        await hiccup.rounds(3)
    assert (desk.came, hiccup.waiting) == ([("chào", "")], {})


async def test_update_that_was_lost_and_comes_back_while_it_is_answered_is_answered_once():
    async def think(in_hand):
        await hiccup.let_go(CHANNEL, in_hand._intake.holder, ())  # as if another had taken it up and put it off
        await hiccup.rounds(3)
        await in_hand.begin_sending("mark")

    hiccup, desk = Hiccup(), Desk(think)
    async with process(hiccup, desk) as intake, asyncio.timeout(5):
        await intake.take("m1", {"text": "chào"})
        await desk.done.wait()
        await hiccup.rounds(3)
    assert (desk.came, hiccup.waiting) == ([("chào", "")], {})


async def test_what_no_key_opens_keeps_nobody_waiting_and_is_given_up_in_the_end(inbox, database):
    async def read():
        async with database.transaction() as drawers:
            row = seen_updates.select().where(seen_updates.c.update_id == "m0")
            return (await drawers.connection.execute(row)).one()

    async def is_put_off():
        return (await read()).due_at is not None and len(desk.came) == 2

    async def is_given_up():
        return (await read()).answered_at is not None

    await inbox.keep(CHANNEL, [(f"m{n}", f'{{"text": "{n}"}}') for n in range(3)], None)
    foreign = Vault(["a key of somebody else"]).encrypt('{"text": "0"}')
    async with database.transaction() as drawers:
        await drawers.connection.execute(
            update(seen_updates).where(seen_updates.c.update_id == "m0").values(body=foreign, tries=0)
        )
    desk = Desk()
    async with process(inbox, desk), asyncio.timeout(5):
        await until(is_put_off)
        row = await read()
        assert (row.tries, row.body, row.answered_at) == (1, foreign, None)
        async with database.transaction() as drawers:
            await drawers.connection.execute(
                update(seen_updates).where(seen_updates.c.update_id == "m0").values(due_at=None, tries=12)
            )
        await until(is_given_up)
    assert sorted(desk.came) == [("1", ""), ("2", "")]


async def test_one_that_brings_every_process_down_is_given_up_and_those_beside_it_are_answered(inbox, database):
    """A process that is cut off without grace leaves its updates as one that died does."""
    await inbox.keep(CHANNEL, [(f"m{n}", f'{{"text": "{n}"}}') for n in range(5)], "dead")

    async def visit(in_hand):
        nonlocal is_coming_down
        is_coming_down |= in_hand.raw["text"] == "0"
        if is_coming_down:
            await asyncio.Event().wait()

    async def is_over():
        async with database.transaction() as drawers:
            is_done = not await drawers.updates.count_waiting()
        return is_done or (is_coming_down and len(desk.came) >= most)

    desk, processes, is_done = Desk(visit), 0, False
    async with asyncio.timeout(10):
        while not is_done:
            processes, is_coming_down = processes + 1, False
            most = len(desk.came) + (5 if processes <= _SUSPECT_AFTER else 1)
            async with process(InboxInDatabase(database), desk, grace=0):
                await until(is_over)
            is_done = not is_coming_down
    said = [one for one, _sending in desk.came]
    assert {one: said.count(one) for one in said} == {"0": 12, "1": 4, "2": 4, "3": 4, "4": 4}


async def test_desk_is_asked_once_however_often_sending_fails_and_anew_by_another_process():
    asked, sent = [], []

    async def answer(in_hand):
        async def ask():
            asked.append(in_hand.raw["text"])
            return Reply(f"answer {len(asked)}")

        reply = await in_hand.answer_once(ask)
        if fails:
            fails.pop()
            in_hand.postpone(0)
            failed.set()
        else:
            sent.append(reply.title)

    inbox, failed, fails = InboxInMemory(), asyncio.Event(), [1, 2, 3]
    async with asyncio.timeout(5):
        async with process(inbox, desk := Desk(answer)) as intake:
            await intake.take("m1", {"text": "một"})
            await until_empty(inbox)
        assert (asked, sent, len(desk.came)) == (["một"], ["answer 1"], 4)

        fails.append(1)
        failed.clear()
        async with process(inbox, Desk(answer), stay_every=60) as intake:
            await intake.take("m2", {"text": "hai"})
            await failed.wait()
        async with process(inbox, Desk(answer)):
            await until_empty(inbox)
    assert (asked, sent) == (["một", "hai", "hai"], ["answer 1", "answer 3"])


async def test_update_that_could_not_be_kept_at_first_is_done_once_when_it_comes_again():
    class Away(InboxInMemory):
        is_away = True
        stayed = 0

        async def keep(self, *given):
            if self.is_away:
                raise ConnectionError("the database is changing its place")
            return await super().keep(*given)

        async def stay(self, holder):
            self.stayed += 1

    async def think(in_hand):
        seen = away.stayed
        while away.stayed < seen + 3:  # noqa: ASYNC110  meanwhile it is looked what of the doubtful was kept
            await asyncio.sleep(0.01)
        await in_hand.begin_sending("mark")

    away, desk = Away(), Desk(think)
    async with process(away, desk) as intake, asyncio.timeout(5):
        with pytest.raises(ConnectionError):
            await intake.take("m1", {"text": "chào"})
        away.is_away = False
        assert await intake.take("m1", {"text": "chào"})
        await desk.done.wait()
    assert desk.came == [("chào", "")]


async def test_only_a_few_answers_have_left_and_are_not_laid_down_at_any_moment():
    inbox, may_end, sent = InboxInMemory(), asyncio.Event(), []

    async def send_slowly(in_hand):
        await in_hand.begin_sending("mark")
        await in_hand.begin_sending("mark")  # an apology in place of the answer has the turn of the answer
        sent.append(in_hand.raw["text"])
        await may_end.wait()

    async with process(inbox, Desk(send_slowly)) as intake, asyncio.timeout(5):
        await asyncio.gather(*(intake.take(f"m{n}", {"text": f"{n}"}) for n in range(3 * _MOST_LEAVING)))
        while len(sent) < _MOST_LEAVING:  # noqa: ASYNC110  an inbox rings no bell
            await asyncio.sleep(0)
        marked = [one for one, _whose in inbox.waiting.values() if one.sending]
        assert (len(marked), len(inbox.waiting)) == (_MOST_LEAVING, 3 * _MOST_LEAVING)
        may_end.set()
    assert (len(sent), inbox.waiting) == (3 * _MOST_LEAVING, {})


async def test_answer_leaves_besides_the_others_when_their_platform_takes_too_long(monkeypatch):
    monkeypatch.setattr("bot.intake._LONGEST_TURN", 0.05)
    may_end, sent = asyncio.Event(), []

    async def send_slowly(in_hand):
        await in_hand.begin_sending("mark")
        sent.append(in_hand.raw["text"])
        if len(sent) > _MOST_LEAVING:
            may_end.set()
        await may_end.wait()

    async with process(InboxInMemory(), Desk(send_slowly)) as intake, asyncio.timeout(5):
        await asyncio.gather(*(intake.take(f"m{n}", {"text": f"{n}"}) for n in range(_MOST_LEAVING + 1)))
        await may_end.wait()
    assert len(sent) == _MOST_LEAVING + 1


async def test_taken_over_update_is_not_laid_down_by_whoever_lost_it(inbox):
    async def lose(in_hand):
        await inbox.leave(in_hand._intake.holder)
        async with asyncio.timeout(5):
            while not await inbox.adopt(CHANNEL, "other", 10):  # noqa: ASYNC110  an inbox rings no bell
                await asyncio.sleep(0.01)
        with pytest.raises(TakenOverError):
            await in_hand.begin_sending("mark")
        raise TakenOverError

    desk = Desk(lose)
    intake = Intake(CHANNEL, inbox, desk.visit, stay_every=60)
    async with intake:
        await intake.take("m1", {"text": "chào"})
    assert await inbox.begin_sending(CHANNEL, [("m1", "mark")], "other") == {"m1"}
    await inbox.leave("other")


@asynccontextmanager
async def gathering(do, **given):
    gathered = Gathered(do, **given)
    running = asyncio.ensure_future(gathered.run())
    yield gathered
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_calls_gather_while_one_is_under_way():
    batches = []
    go_on = asyncio.Event()

    async def do(ones):
        batches.append(list(ones))
        await go_on.wait()
        return [one * 2 for one in ones]

    async with gathering(do, most=3) as gathered:
        adding = [asyncio.ensure_future(gathered.add(n)) for n in range(7)]
        await asyncio.sleep(0)
        go_on.set()
        assert await asyncio.gather(*adding) == [0, 2, 4, 6, 8, 10, 12]
    assert [one for batch in batches for one in batch] == list(range(7))
    assert len(batches) == 3


async def test_everybody_of_a_call_that_failed_hears_of_it_and_the_next_works():
    async def fail(ones):
        if 1 in ones:
            raise ConnectionError
        return ones

    async with gathering(fail) as gathered:
        got = await asyncio.gather(*(gathered.add(n) for n in (0, 1, 2)), return_exceptions=True)
        assert all(isinstance(one, ConnectionError) for one in got)
        assert await gathered.add(5) == 5


async def test_whoever_waits_hears_of_it_when_gathering_ends():
    async def never(_ones):
        await asyncio.Event().wait()

    async with gathering(never) as gathered:
        waiting = [asyncio.ensure_future(gathered.add(n)) for n in range(2)]
        await asyncio.sleep(0.01)
        waiting.append(asyncio.ensure_future(gathered.add(3)))
        await asyncio.sleep(0)
    got = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(one, ConnectionError) for one in got)


async def test_whoever_leaves_finishes_what_is_under_way_and_leaves_the_rest_to_others_at_once():
    inbox = InboxInMemory()
    at_the_desk, go_on = asyncio.Event(), asyncio.Event()
    turn = asyncio.Lock()

    async def think(in_hand):
        async with turn:
            in_hand.ensure_staying()
            at_the_desk.set()
            await go_on.wait()

    old, new = Desk(think), Desk()
    async with asyncio.timeout(5):
        async with Intake(CHANNEL, inbox, old.visit) as intake:
            await asyncio.gather(*(intake.take(f"m{n}", {"text": str(n)}) for n in range(5)))
            await at_the_desk.wait()
            asyncio.get_running_loop().call_soon(go_on.set)
        assert len(inbox.waiting) == 4
        async with Intake(CHANNEL, inbox, new.visit):
            while inbox.waiting:  # noqa: ASYNC110  what is in memory tells nobody
                await asyncio.sleep(0.01)
    assert [text for text, _sending in new.came] == ["1", "2", "3", "4"]


async def test_many_of_one_conversation_hold_up_nobody_else_and_are_done_in_their_order():
    turns, go_on, b_is_done, all_are_done = Turns(), asyncio.Event(), asyncio.Event(), asyncio.Event()
    count = _MOST_BEGUN + 50

    async def answer(in_hand):
        words = in_hand.raw["text"]
        async with turns.of(words[0]):
            if words == "a0":
                await go_on.wait()
        if words == "b":
            b_is_done.set()
        if words == f"a{count - 1}":
            all_are_done.set()

    desk = Desk(answer)
    async with (
        process(InboxInMemory(), desk, conversation_of=lambda raw: raw["text"][0]) as intake,
        asyncio.timeout(10),
    ):
        await asyncio.gather(*(intake.take(f"a{n}", {"text": f"a{n}"}) for n in range(count)))
        await intake.take("b", {"text": "b"})
        await b_is_done.wait()
        assert len(desk.came) == _MOST_OF_ONE + 1
        go_on.set()
        await all_are_done.wait()
    assert [words for words, _mark in desk.came if words != "b"] == [f"a{n}" for n in range(count)]
    assert not intake._of_one
    assert not intake._behind
    assert intake._begun == 0


async def test_update_of_which_nobody_can_tell_the_conversation_is_done():
    desk = Desk()
    async with process(InboxInMemory(), desk, conversation_of=lambda raw: raw["nobody"]) as intake:
        await intake.take("m1", {"text": "chào"})
        async with asyncio.timeout(5):
            await desk.done.wait()
    assert desk.came == [("chào", "")]


def test_answers_that_wait_are_forgotten_where_they_are_too_large_or_too_old():
    intake = Intake(CHANNEL, InboxInMemory(), Desk().visit)
    intake._unsent["old"] = -math.inf, Reply("Chào")
    file = File("a.pdf", bytes(_MOST_UNSENT_BYTES // 2), "application/pdf")
    for name in ("first", "second", "third"):
        intake._remember_unsent(name, Reply("Đây", file=file))
    found = [name for name in ("old", "first", "second", "third") if intake._find_unsent(name) is not None]
    assert found == ["second", "third"]
