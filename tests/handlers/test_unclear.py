"""Messages that may not have arrived: HR says how they ended; nothing is doubled by itself, nobody else sees them."""

from datetime import UTC, datetime

import pytest

from handlers.reply import Outcome
from knowledge.facts import PersonCode
from knowledge.library import Library
from storage.records import Delivery, DeliveryState, Notice, NoticeKind
from tests.handlers.desks import TriedDesk
from tests.handlers.test_units import CHIEF, ELSEWHERE, FAR_AWAY, HR, OFFICIAL, make_desk
from tests.handlers.visits import TODAY, actions, words

NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)
NOTICE = Notice(1, NoticeKind.REMINDER, "k", "T-30", (OFFICIAL.code,), {}, NOW)


def lost(number: int, person: PersonCode = OFFICIAL.code, broadcast: int | None = None) -> Delivery:
    state = DeliveryState.UNCLEAR
    return Delivery(
        number, person, NOW, state, (NOTICE,), "telegram:1", "telegram", "t", started_at=NOW, broadcast=broadcast
    )


@pytest.fixture
def desk(library: Library) -> TriedDesk:
    tried = make_desk(library)
    tried.drawers.unclear.kept = {1: lost(1), 2: lost(2, FAR_AWAY.code), 3: lost(3, broadcast=7)}
    return tried


async def test_hr_reads_whose_message_what_and_when_and_only_of_their_people(desk):
    shown = await desk.press("unclear", person=HR)
    assert "nhắc hạn" in words(shown)
    assert OFFICIAL.name in words(shown)
    assert FAR_AWAY.name not in words(shown)
    tokens = {one.token for one in shown.choices}
    assert {"unclear.arrived|1", "unclear.again|1", "broadcast.unclear|7"} <= tokens
    assert "looked_at_unclear" in {one.action for one in desk.drawers.audit.entries}


async def test_what_arrived_is_delivered_and_nothing_is_sent(desk):
    said = await desk.press("unclear.arrived|1", person=HR)
    assert "đã nhận" in said.title
    assert desk.drawers.unclear.kept[1].state is DeliveryState.DELIVERED
    assert not desk.sending.started
    (entry,) = [one for one in desk.drawers.audit.entries if one.action == "settled_received"]
    assert (entry.actor, entry.subject) == (HR.code, "message:1")


async def test_what_did_not_arrive_leaves_again_once_whoever_presses_twice(desk):
    await desk.press("unclear.again|1", person=HR)
    again = await desk.press("unclear.again|1", person=HR)
    assert "trước đó" in again.title
    assert desk.drawers.unclear.kept[1].state is DeliveryState.WAITING
    settled = [one for one in desk.drawers.audit.entries if one.action == "settled_not_received"]
    assert len(settled) == 1


@pytest.mark.parametrize(
    "token", ["unclear", "unclear.arrived|1", "unclear.again|1", "unclear.again|99", "unclear.again|x"]
)
@pytest.mark.parametrize("who", [OFFICIAL, CHIEF], ids=["an official", "a head"])
async def test_nobody_but_hr_settles_anything(desk, who, token):
    refused = await desk.press(token, person=who)
    assert refused.outcome is Outcome.DENIED
    assert OFFICIAL.name not in words(refused) or who is OFFICIAL
    assert desk.drawers.unclear.kept[1].state is DeliveryState.UNCLEAR


async def test_hr_of_another_unit_learns_nothing_of_it(desk):
    assert (await desk.press("unclear.arrived|1", person=ELSEWHERE)).outcome is Outcome.DENIED
    assert OFFICIAL.name not in words(await desk.press("unclear", person=ELSEWHERE))


async def test_one_of_a_broadcast_is_settled_where_the_broadcast_stands(desk):
    told = await desk.press("unclear.again|3", person=HR)
    assert "broadcast.unclear" in actions(told)
    assert desk.drawers.unclear.kept[3].state is DeliveryState.UNCLEAR
