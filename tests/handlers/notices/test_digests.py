"""The weekly digest when it is sent: told only while its recipient still sees all that was counted."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from handlers.notices import digests
from handlers.notices.composing import Dropped, Present
from handlers.reply import Reply
from knowledge.digesting import DeskWork, Digests
from knowledge.evaluate import evaluate
from knowledge.facts import Person, Role, Unit
from knowledge.library import Library
from storage.records import Delivery, DeliveryState, Notice, NoticeKind
from tests.handlers.test_second_province import FAR_OFFICE
from tests.knowledge.test_escalating import CHIEF, CLERK, DIRECTOR, OFFICIAL, UNITS, make_book
from tests.people import DIVISION, NEIGHBOUR, OFFICE

MONDAY = date(2026, 12, 7)
NOW = datetime(2026, 12, 7, 2, tzinfo=UTC)
HR = frozenset({Role.HR})
OF_OFFICE = replace(CLERK, scope=OFFICE.code)
HEAD_AND_HR = replace(DIRECTOR, roles=DIRECTOR.roles | HR, scope=OFFICE.code)
FAR = (*UNITS, FAR_OFFICE)


async def tell(
    library: Library, planned: Person, now: Person, units: tuple[Unit, ...] = UNITS, *, is_old: bool = False
) -> Reply | Dropped:
    """Planned for the one, sent to the same person as they are by then; `is_old`: planned before it said who served."""
    rules = make_book(library, units).on(MONDAY)
    watcher = Digests(rules, DeskWork(evidence={DIVISION.code: 77}))
    for one in (OFFICIAL, planned):
        watcher.see(one, evaluate(one, rules), rules, is_reachable=True)
    owed = next(one for one in watcher.list_notices() if one.to == planned.code)
    payload = {key: value for key, value in owed.payload.items() if not (is_old and key == "served")}
    notice = Notice(1, NoticeKind(owed.kind), owed.key, owed.stage, owed.about, payload, NOW)
    told = await digests.compose(
        notice, Delivery(7, planned.code, NOW, DeliveryState.CLAIMED), Present(now, rules, NOW)
    )
    assert isinstance(told, Reply | Dropped)
    return told


@pytest.mark.parametrize("is_old", [False, True])
@pytest.mark.parametrize(
    "now",
    [
        pytest.param(replace(CLERK, scope=OFFICE.code), id="serves one unit by now"),
        pytest.param(replace(CLERK, roles=frozenset({Role.OFFICIAL})), id="serves nobody any more"),
    ],
)
async def test_counts_of_a_province_are_not_told_to_who_serves_it_whole_no_more(
    library: Library, now: Person, *, is_old: bool
) -> None:
    assert await tell(library, CLERK, now, is_old=is_old) == Dropped("moved")


@pytest.mark.parametrize(
    ("planned", "now"),
    [
        pytest.param(CLERK, replace(CLERK, unit=FAR_OFFICE.code), id="serves another province"),
        pytest.param(OF_OFFICE, replace(OF_OFFICE, scope=NEIGHBOUR.code), id="serves another unit"),
        pytest.param(
            HEAD_AND_HR, replace(HEAD_AND_HR, roles=DIRECTOR.roles), id="heads the unit, but serves it no more"
        ),
    ],
)
async def test_what_waits_for_hr_is_not_told_to_who_serves_there_no_more(
    library: Library, planned: Person, now: Person
) -> None:
    assert await tell(library, planned, now, FAR) == Dropped("moved")


@pytest.mark.parametrize(
    ("planned", "now"),
    [
        pytest.param(CLERK, CLERK, id="HR of the province"),
        pytest.param(OF_OFFICE, OF_OFFICE, id="HR of a unit"),
        pytest.param(OF_OFFICE, CLERK, id="HR of a unit who serves the whole province by now"),
        pytest.param(HEAD_AND_HR, HEAD_AND_HR, id="head and HR of a unit"),
        pytest.param(CHIEF, CHIEF, id="a head"),
    ],
)
@pytest.mark.parametrize("is_old", [False, True])
async def test_digest_is_told_to_who_still_answers_for_it(
    library: Library, planned: Person, now: Person, *, is_old: bool
) -> None:
    assert isinstance(await tell(library, planned, now, is_old=is_old), Reply)
