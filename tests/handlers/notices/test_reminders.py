"""The words of a reminder at the moment of sending: numbers and days, no details; nothing where it is not true."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from handlers.notices import changes, reminders
from handlers.notices.composing import Dropped, Present
from handlers.notices.table import BY_KIND, join
from handlers.reply import Reply
from knowledge.evaluate import evaluate
from knowledge.facts import Person, PersonCode
from knowledge.findings import State
from knowledge.reminders import Reminding
from knowledge.rulebook import RuleBook
from storage.records import Delivery, DeliveryState, Notice, NoticeKind
from tests.people import credential, official

DAY = date(2026, 12, 1)
NOW = datetime(2026, 12, 1, 2, tzinfo=UTC)
DELIVERY = Delivery(7, PersonCode("CB001"), NOW, DeliveryState.CLAIMED)


def notice(payload: object, kind: NoticeKind = NoticeKind.REMINDER) -> Notice:
    return Notice(1, kind, "key", "T-30", (PersonCode("CB001"),), payload, NOW)  # type: ignore[arg-type]


def planned(person: Person, book: RuleBook) -> list[Notice]:
    reminding = Reminding(book.library.policy.reminders, {}, DAY)
    owed = reminding.list_owed(person.code, evaluate(person, book.on(DAY)), frozenset(), None)
    return [notice(one.payload) for one in owed]


async def compose(one: Notice, person: Person, book: RuleBook, day: date = DAY) -> Reply | Dropped:
    return await reminders.compose(one, DELIVERY, Present(person, book.on(day), NOW))


async def test_a_reminder_tells_how_many_and_until_when_and_nothing_else(loaded: RuleBook) -> None:
    person = official()
    every = planned(person, loaded)
    said = await compose(every[0], person, loaded)

    assert isinstance(said, Reply)
    assert said.title.startswith(f"Đồng chí có {len(every)} nội dung cần hoàn thiện, hạn gần nhất ")
    assert [one.token for one in said.choices] == ["gaps.mine", "notice.ack|7"]
    assert [one.label for one in said.choices] == ["Xem chi tiết", "Đã nhận"]
    assert said.citations == ()
    for criterion in loaded.library.criteria.values():
        assert criterion.name.lower() not in said.title.lower()


async def test_several_reminders_are_one_message_that_says_it_once(loaded: RuleBook) -> None:
    person = official()
    said = [await compose(one, person, loaded) for one in planned(person, loaded)]
    assert len(said) > 1

    one = join([reply for reply in said if isinstance(reply, Reply)])

    assert one == said[0]


async def test_it_is_dropped_when_the_gap_has_closed(loaded: RuleBook) -> None:
    person = official()
    (first, *_others) = [one for one in planned(person, loaded) if one.payload["criterion"] == "tin_hoc"]
    closed = replace(person, credentials=(*person.credentials, credential("cntt_co_ban", None, date(2020, 1, 1))))

    assert await compose(first, closed, loaded) == Dropped("closed")


async def test_it_is_dropped_when_the_round_was_extended_or_closed(loaded: RuleBook) -> None:
    person = official()
    first = planned(person, loaded)[0]
    extended = replace(
        loaded,
        rules=replace(
            loaded.rules, rounds=tuple(replace(one, deadline=date(2027, 6, 30)) for one in loaded.rules.rounds)
        ),
    )
    ended = replace(loaded, rules=replace(loaded.rules, rounds=()))

    assert await compose(first, person, extended) == Dropped("extended")
    assert await compose(first, person, ended) == Dropped("closed")


@pytest.mark.parametrize(
    ("payload", "is_told"),
    [({"is_insisted": False}, False), ({"is_insisted": True}, True), ({}, True)],
    ids=["far ahead", "insisted on", "planned by an earlier version"],
)
async def test_who_has_paused_since_it_was_planned_is_told_what_is_insisted_on(
    loaded: RuleBook, payload: dict[str, bool], is_told: bool
) -> None:
    person = official()
    first = planned(person, loaded)[0]
    assert first.payload["is_insisted"] is False
    kept = {name: value for name, value in first.payload.items() if name != "is_insisted"}

    present = Present(person, loaded.on(DAY), NOW, is_quiet=True)
    said = await reminders.compose(notice({**kept, **payload}), DELIVERY, present)

    assert (said != Dropped("quiet")) is is_told
    assert isinstance(said, Reply) is is_told


async def test_it_is_dropped_when_the_person_has_retired(loaded: RuleBook) -> None:
    person = official()
    retired = replace(person, born_on=date(1950, 1, 1))

    assert await compose(planned(person, loaded)[0], retired, loaded) == Dropped("gone")


@pytest.mark.parametrize(
    ("ahead", "overdue", "expected"),
    [
        ((30, 7), (), ["Đồng chí có 2 nội dung cần hoàn thiện, hạn gần nhất 08/12/2026."]),
        ((), (-1,), ["Đồng chí còn 1 nội dung cần hoàn thiện, hạn 30/11/2026 đã qua."]),
        (
            (0,),
            (-31, -1),
            [
                "Đồng chí có 1 nội dung cần hoàn thiện, hạn gần nhất 01/12/2026.",
                "Ngoài ra: Đồng chí còn 2 nội dung cần hoàn thiện, hạn 30/11/2026 đã qua.",
            ],
        ),
    ],
)
def test_what_is_ahead_comes_before_what_is_past_its_day(ahead, overdue, expected) -> None:
    assert list(reminders.words(ahead, overdue, DAY)) == expected


def test_what_no_rule_decides_yet_is_to_be_cleared_up_and_not_said_to_be_lacking(loaded: RuleBook) -> None:
    findings = evaluate(official(), loaded.on(DAY))
    open_still = tuple(
        replace(one, state=State.UNDETERMINED) if one.state is State.MISSING else one for one in findings
    )

    assert "cần hoàn thiện, " in " ".join(reminders.sentences(findings, DAY))
    assert "cần hoàn thiện hoặc làm rõ, hạn" in " ".join(reminders.sentences(open_still, DAY))
    assert "cần hoàn thiện hoặc làm rõ, hạn" in reminders.words((), (-1,), DAY, is_sure=False)[0]


async def test_a_change_is_told_beside_a_reminder_with_each_button_once(loaded: RuleBook) -> None:
    person = official()
    present = Present(person, loaded.on(DAY), NOW)
    changed = await changes.compose(notice({"told": "0123456789abcdef"}, NoticeKind.CHANGE), DELIVERY, present)
    reminded = await compose(planned(person, loaded)[0], person, loaded)
    assert isinstance(changed, Reply)
    assert isinstance(reminded, Reply)

    one = join([reminded, changed])

    assert [line.text for line in one.lines] == [changed.title]
    assert [choice.token for choice in one.choices] == ["gaps.mine", "changes.mine|0123456789abcdef", "notice.ack|7"]


def test_every_kind_has_a_writer() -> None:
    assert set(BY_KIND) == set(NoticeKind)
