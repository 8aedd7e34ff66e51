"""What the doors of platforms tell of themselves: each answer, failure and second once, and nothing of anybody."""

import asyncio

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from bot.door_meters import CountedInbox, DoorCount, DoorMeters, WaitingMeters
from bot.intake import _MOST_TRIES, Intake
from bot.seen import InboxInMemory

CHANNEL = "zalo_oa"


class Watch:
    """A clock that is moved by hand."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def registry():
    return CollectorRegistry()


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def inbox(registry, watch):
    return DoorCount(DoorMeters(registry), CHANNEL, watch).over(InboxInMemory())


def told(registry, name, **labels):
    return registry.get_sample_value(f"nhacchuan_door_{name}", {"channel": CHANNEL, **labels})


def failures(registry):
    return [told(registry, "failures_total", what=what) for what in ("defect", "put_off", "given_up")]


async def take(inbox, visit, *texts):
    done = asyncio.Event()

    async def visit_once(in_hand):
        try:
            await visit(in_hand)
        finally:
            done.set()

    async with Intake(CHANNEL, inbox, visit_once, stay_every=60) as intake:
        for text in texts:
            await intake.take(f"m-{text}", {"text": text})
        async with asyncio.timeout(5):
            await done.wait()


async def test_answer_is_counted_with_the_seconds_from_taking_in_to_handing_over(inbox, registry, watch):
    async def answer(in_hand):
        await in_hand.begin_sending("mark")
        watch.now += 4

    await take(inbox, answer, "chào")
    assert told(registry, "answers_total") == told(registry, "answer_seconds_count") == 1
    assert told(registry, "answer_seconds_sum") == 4
    assert told(registry, "answer_seconds_bucket", le="3.0") == 0
    assert failures(registry) == [0, 0, 0]


async def test_what_asked_for_no_answer_is_no_answer(inbox, registry):
    async def read(in_hand):
        assert in_hand.raw

    await take(inbox, read, "đã nhận")
    assert told(registry, "answers_total") == 0
    assert failures(registry) == [0, 0, 0]


@pytest.mark.parametrize("is_defect", [False, True], ids=["the platform takes nothing", "the visit breaks"])
async def test_answer_that_did_not_leave_is_counted_as_put_off(inbox, registry, is_defect):
    async def fail(in_hand):
        await in_hand.begin_sending("mark")
        if is_defect:
            raise ValueError
        in_hand.put_off()

    await take(inbox, fail, "chào")
    assert told(registry, "answers_total") == 0
    assert failures(registry) == [0, 1, 0]


async def test_message_given_up_after_a_day_of_tries_is_counted(inbox, registry):
    await inbox.keep(CHANNEL, [("m1", "{}")], "me")
    for _try in range(_MOST_TRIES):
        await inbox.postpone(CHANNEL, "m1", "me", 1)
        await inbox.adopt(CHANNEL, "me", 1)
    await inbox.give_up(CHANNEL, "m1", "me")
    await inbox.postpone(CHANNEL, "m2", "me", 0)  # what was in doubt was never in hand
    assert failures(registry) == [0, _MOST_TRIES, 1]


async def test_answer_that_another_process_gave_is_not_ours(inbox, registry):
    await inbox.keep(CHANNEL, [("m1", "{}")], None)
    assert not await inbox.begin_sending(CHANNEL, [("m1", "mark")], "me")
    await inbox.finish_kept(CHANNEL, ["m1"], "me")
    assert told(registry, "answers_total") == 0


async def test_each_apology_has_a_reference_and_is_a_defect(registry):
    count = DoorMeters(registry).of(CHANNEL)
    assert len({count.make_reference() for _n in range(3)}) == 3
    assert failures(registry) == [3, 0, 0]


async def test_what_others_took_over_is_forgotten_in_the_end(registry, monkeypatch):
    monkeypatch.setattr("bot.door_meters._MOST", 3)
    inbox = DoorMeters(registry).of(CHANNEL).over(InboxInMemory())
    assert isinstance(inbox, CountedInbox)
    await inbox.keep(CHANNEL, [(f"m{n}", "{}") for n in range(5)], "me")
    await inbox.begin_sending(CHANNEL, [(f"m{n}", "mark") for n in range(5)], "me")
    await inbox.finish_kept(CHANNEL, [f"m{n}" for n in range(5)], "me")
    assert told(registry, "answers_total") == 3


async def test_labels_name_channels_and_kinds_alone(inbox, registry):
    async def answer(in_hand):
        await in_hand.begin_sending("mark of Lan")

    await take(inbox, answer, "Lan 0912345678")
    WaitingMeters(registry, ["telegram"]).show({CHANNEL: (2, 61.5)})
    written = generate_latest(registry).decode()
    assert "Lan" not in written
    assert "0912345678" not in written
    assert 'nhacchuan_updates_unanswered{channel="zalo_oa"} 2.0' in written
    assert 'nhacchuan_updates_oldest_seconds{channel="zalo_oa"} 61.5' in written
    assert 'nhacchuan_updates_unanswered{channel="telegram"} 0.0' in written


def test_who_was_answered_waits_no_more(registry):
    meters = WaitingMeters(registry, [])
    meters.show({CHANNEL: (2, 61.5)})
    meters.show({})
    assert CHANNEL not in generate_latest(registry).decode()
