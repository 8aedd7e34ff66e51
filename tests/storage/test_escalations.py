"""Cases are remembered with whom they were told to, and a notice that was dropped told nobody."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from knowledge.cases import Case, KeptCase, Told, Trigger, rung_of_head
from knowledge.facts import CriterionCode, PersonCode, UnitCode
from storage.drawers import Drawers
from storage.records import NewDelivery, NewNotice, NoticeKind, Remark
from tests.storage.filling import HEALTH, LAN, put_people, put_units

MONDAY = date(2026, 12, 7)
NOW = datetime(2026, 12, 7, 1, tzinfo=UTC)
HEAD, OFFICIAL = PersonCode("CB014"), PersonCode("CB001")
CASE = Case(OFFICIAL, Trigger.OVERDUE, "DOT-1@2026-12-01", (CriterionCode("ngoai_ngu"), CriterionCode("tin_hoc")))


async def tell(drawers: Drawers, on: date = MONDAY, to: PersonCode = HEAD) -> int:
    notice = NewNotice(NoticeKind.ESCALATION, f"escalation:{to}:{on}", about=(OFFICIAL,))
    delivery = NewDelivery(to, NOW, sender="telegram:1", channel="telegram", address="14", merge_day=on)
    made = await drawers.outbox.put(delivery, [notice], NOW)
    assert made is not None
    return made


def told_case(on: date = MONDAY) -> KeptCase:
    return KeptCase(CASE, MONDAY, told=(Told("unit:SO-MAU-1", on, (HEAD,)),))


async def test_a_case_is_found_again_with_whom_it_was_told_to(drawers: Drawers) -> None:
    await tell(drawers)
    await drawers.escalations.keep([told_case()])

    (kept,) = (await drawers.escalations.load_memory(MONDAY))[OFFICIAL]

    assert kept.number
    assert (kept.case, kept.told) == (CASE, told_case().told)
    assert [one.case for one in await drawers.escalations.list_told_to(HEAD, MONDAY)] == [CASE]
    assert not await drawers.escalations.list_told_to(OFFICIAL, MONDAY)


async def test_a_rung_counts_as_not_told_when_its_notice_was_dropped_before_it_went_out(drawers: Drawers) -> None:
    number = await tell(drawers)
    await drawers.escalations.keep([told_case()])

    await drawers.outbox.drop(number, "gone", NOW)

    (kept,) = (await drawers.escalations.load_memory(MONDAY))[OFFICIAL]
    assert kept.told == ()
    assert not await drawers.escalations.list_told_to(HEAD, MONDAY)


async def test_what_waited_for_weeks_and_told_nobody_is_not_taken_for_told_long_ago(drawers: Drawers) -> None:
    number = await tell(drawers)
    await drawers.escalations.keep([told_case()])
    await drawers.outbox.drop(number, "gone", NOW)
    (kept,) = (await drawers.escalations.load_memory(MONDAY + timedelta(days=60)))[OFFICIAL]
    assert kept.told == ()


async def test_what_the_former_head_was_told_stays_beside_what_the_new_one_is_told(drawers: Drawers) -> None:
    """Also where both were told on one day, which was planned again after the post had changed hands."""
    new = PersonCode("CB016")
    told = tuple(Told(rung_of_head(UnitCode("SO-MAU-1"), head), MONDAY, (head,)) for head in (HEAD, new))
    await tell(drawers)
    await tell(drawers, to=new)
    await drawers.escalations.keep([KeptCase(CASE, MONDAY, told=told[:1])])

    await drawers.escalations.keep([KeptCase(CASE, MONDAY, told=told)])

    assert (await drawers.escalations.load_memory(MONDAY))[OFFICIAL][0].told == told
    for head in (HEAD, new):
        assert [one.case for one in await drawers.escalations.list_told_to(head, MONDAY)] == [CASE]


async def test_what_told_nobody_is_forgotten_with_the_next_telling_and_never_counts_as_settled(
    drawers: Drawers,
) -> None:
    new, next_day = PersonCode("CB016"), date(2026, 12, 8)
    number = await tell(drawers)
    await drawers.escalations.keep([told_case()])
    await drawers.outbox.drop(number, "moved", NOW)
    (kept,) = (await drawers.escalations.load_memory(next_day))[OFFICIAL]
    await tell(drawers, next_day, new)
    of_new = Told(rung_of_head(UnitCode("SO-MAU-1"), new), next_day, (new,))

    await drawers.escalations.keep([replace(kept, told=(*kept.told, of_new))])

    assert (await drawers.escalations.load_memory(date(2027, 2, 1)))[OFFICIAL][0].told == (of_new,)


async def test_a_case_left_out_of_a_message_counts_as_not_told_to_whoever_it_went_to(drawers: Drawers) -> None:
    """The message went out for the other case, and neither a later try nor the memory has the one left out."""
    clerk, other = PersonCode("CB015"), Case(PersonCode("CB002"), Trigger.OVERDUE, CASE.subject, CASE.criteria)
    rung = "unit:SO-MAU-1"
    cases = [[one.person, one.trigger.value, one.subject, rung] for one in (CASE, other)]
    notices = {}
    for to in (HEAD, clerk):
        told = NewNotice(NoticeKind.ESCALATION, f"escalation:{to}:{MONDAY}", payload={"cases": cases, "counts": {}})
        number = await drawers.outbox.put(NewDelivery(to, NOW, "telegram:1", "telegram", to), [told], NOW)
        found = await drawers.outbox.find(number or 0)
        assert found is not None
        notices[to] = found.notices[0].id
    step = Told(rung, MONDAY, (HEAD, clerk))
    await drawers.escalations.keep([KeptCase(CASE, MONDAY, told=(step,)), KeptCase(other, MONDAY, told=(step,))])

    await drawers.escalations.leave_out(HEAD, {notices[HEAD]: cases[:1]})
    memory = await drawers.escalations.load_memory(MONDAY)
    assert memory[OFFICIAL][0].told == (Told(rung, MONDAY, (clerk,)),)
    await drawers.escalations.leave_out(clerk, {notices[clerk]: cases[:1]})

    memory = await drawers.escalations.load_memory(MONDAY)
    assert (memory[OFFICIAL][0].told, memory[other.person][0].told) == ((), (step,))
    (of_head, *_rest) = await drawers.outbox.list_of(HEAD)
    assert of_head.notices[0].payload == {"cases": cases[1:], "counts": {}}
    assert [one.case for one in await drawers.escalations.list_told_to(HEAD, MONDAY)] == [other]


async def test_a_case_goes_on_under_its_number_when_it_closes_and_opens_again(drawers: Drawers) -> None:
    await tell(drawers)
    await drawers.escalations.keep([told_case()])
    (kept,) = (await drawers.escalations.load_memory(MONDAY))[OFFICIAL]

    closed = KeptCase(CASE, MONDAY, date(2026, 12, 8), kept.told, kept.number)
    await drawers.escalations.keep([closed])

    assert (await drawers.escalations.load_memory(MONDAY))[OFFICIAL] == [closed]
    assert not await drawers.escalations.list_told_to(HEAD, MONDAY)
    await drawers.escalations.keep([KeptCase(CASE, date(2026, 12, 10), None, kept.told, kept.number)])
    (again,) = (await drawers.escalations.load_memory(MONDAY))[OFFICIAL]
    assert (again.number, again.open_since, again.closed_on) == (kept.number, date(2026, 12, 10), None)


async def test_what_was_said_is_sealed_and_read_again(drawers: Drawers) -> None:
    await drawers.escalations.remark([Remark(OFFICIAL, HEAD, NOW, "Đã có kế hoạch."), Remark(OFFICIAL, HEAD, NOW)])

    said = await drawers.escalations.list_remarks([OFFICIAL])

    assert [one.words for one in said] == ["Đã có kế hoạch.", None]
    raw = await drawers.connection.exec_driver_sql("SELECT words FROM escalation_words WHERE words IS NOT NULL")
    assert "kế hoạch".encode() not in bytes(raw.scalar_one())


@pytest.mark.parametrize("count", ["count_inquiries", "count_proposals", "count_own_proposals", "count_unclear"])
async def test_an_empty_desk_has_no_work(drawers: Drawers, count: str) -> None:
    assert await getattr(drawers.escalations, count)() == {}
    assert await drawers.escalations.list_offered() == {}


async def test_received_under_the_message_counts_as_acknowledged(drawers: Drawers) -> None:
    number = await tell(drawers)
    await drawers.escalations.keep([told_case()])
    assert not await drawers.escalations.list_remarks([OFFICIAL])

    await drawers.connection.exec_driver_sql("UPDATE deliveries SET state = 'delivered'")
    assert await drawers.outbox.acknowledge(number, HEAD, NOW)

    assert await drawers.escalations.list_remarks([OFFICIAL]) == [Remark(OFFICIAL, HEAD, NOW)]


async def test_a_missed_day_is_known_only_where_earlier_ones_were_planned(drawers: Drawers) -> None:
    friday, tuesday = date(2026, 12, 4), date(2026, 12, 8)
    assert not await drawers.escalations.was_missed(MONDAY, tuesday)

    await drawers.fleet.finish_day(friday, NOW, NOW, {})
    assert await drawers.escalations.was_missed(MONDAY, tuesday)

    await drawers.fleet.finish_day(MONDAY, NOW, NOW, {})
    assert not await drawers.escalations.was_missed(MONDAY, tuesday)


async def test_what_waits_is_counted_by_unit(drawers: Drawers) -> None:
    await put_units(drawers, HEALTH)
    await put_people(drawers, [LAN])
    at = {"at": NOW}
    for order in (
        (
            "INSERT INTO study_cases (person, criterion, course, state, changed_at)"
            " VALUES ('CB001', 'ngoai_ngu', 'Lớp B1', 'proposed', :at), ('CB001', 'tin_hoc', 'Lớp', 'refused', :at)"
        ),
        (
            "INSERT INTO proposals (kind, payload, scope, proposed_by, proposed_by_name, proposed_for,"
            " proposed_for_name, proposed_at) VALUES ('standard', '{}', NULL, 'CB015', 'A', 'SYT', 'Sở', :at)"
        ),
        (
            "INSERT INTO deliveries (person, sender, locale, state, due_at)"
            " VALUES ('CB001', 'telegram:1', 'vi', 'unclear', :at)"
        ),
        "INSERT INTO accounts (channel, address, person, changed_at) VALUES ('telegram', '1', 'CB001', :at)",
    ):
        await drawers.connection.execute(text(order), at)

    kept = drawers.escalations
    assert await kept.list_offered() == {OFFICIAL: frozenset({"ngoai_ngu"})}
    assert (await kept.count_proposals(), await kept.count_own_proposals()) == ({None: 1}, {"CB015": 1})
    assert await kept.count_unclear() == {HEALTH.code: 1}
    assert await kept.find_reached([OFFICIAL, HEAD], ["telegram"]) == {OFFICIAL}
    await drawers.accounts.mark_unreachable("telegram", "1", NOW)
    assert await kept.find_reached([OFFICIAL, HEAD], ["telegram"]) == frozenset()


async def test_ended_cases_are_forgotten_after_their_time(drawers: Drawers) -> None:
    await drawers.escalations.keep([KeptCase(CASE, MONDAY, date(2026, 12, 8))])
    await drawers.escalations.remark([Remark(OFFICIAL, HEAD, NOW, "Đã rõ.")])

    await drawers.escalations.prune(date(2026, 12, 8), NOW)
    assert await drawers.escalations.load_memory(MONDAY)

    await drawers.escalations.prune(date(2026, 12, 8), datetime(2026, 12, 9, tzinfo=UTC))
    assert await drawers.escalations.list_remarks([OFFICIAL]), "what was said stays as long as the case"

    await drawers.escalations.prune(date(2026, 12, 9), datetime(2026, 12, 9, tzinfo=UTC))
    assert await drawers.escalations.load_memory(MONDAY) == {}
    assert not await drawers.escalations.list_remarks([OFFICIAL])
