"""What is pushed to heads and HR: counts, an office with its basis, and never a name or what is lacking."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from handlers.audit_words import SHORTEST, line_of
from handlers.notices import digests, escalations
from handlers.notices.composing import Dropped, Partly, Present
from handlers.notices.table import join
from handlers.reply import Reply
from knowledge.digesting import DeskWork, Digests
from knowledge.escalating import Escalations
from knowledge.evaluate import evaluate
from knowledge.facts import Person, PersonCode, Role, UnitCode
from knowledge.library import Library
from knowledge.owed import Owed
from knowledge.rulebook import RulesOn
from storage.records import AuditSeal, Delivery, DeliveryState, Notice, NoticeKind
from tests.handlers.visits import cited, words
from tests.knowledge.test_escalating import CHIEF, CLERK, EVERYBODY, NEAR, OFFICIAL, UNITS, make_book
from tests.people import DIVISION, credential, review

NOW = datetime(2026, 12, 7, 1, tzinfo=UTC)
DONE = replace(OFFICIAL, credentials=(credential("vstep", "bac_3"),))


def plan(rules: RulesOn, watcher: Escalations | Digests, people: tuple[Person, ...] = EVERYBODY) -> list[Owed]:
    for one in people:
        watcher.see(one, evaluate(one, rules), rules, is_reachable=True)
    return watcher.list_notices()


async def send(
    owed: Owed, to: Person, rules: RulesOn, people: tuple[Person, ...] = EVERYBODY
) -> Reply | Partly | Dropped:
    """The notice as it leaves, with these people as they are now."""
    notice = Notice(1, NoticeKind(owed.kind), owed.key, owed.stage, owed.about, owed.payload, NOW)
    compose = escalations.compose if owed.kind == "escalation" else digests.compose
    about = {one.code: one for one in people}
    reached = frozenset(about)
    return await compose(
        notice, Delivery(7, to.code, NOW, DeliveryState.CLAIMED), Present(to, rules, NOW, about, reached)
    )


async def test_push_tells_how_many_and_why_but_nobody_and_nothing_by_name(library: Library) -> None:
    rules = make_book(library).on(NEAR)
    (owed,) = plan(rules, Escalations(rules, {}))

    said = await send(owed, CHIEF, rules)

    assert isinstance(said, Reply)
    assert "1 người" in said.title
    assert "còn không quá 30 ngày" in words(said)
    assert OFFICIAL.name not in words(said)
    assert "goại ngữ" not in words(said)
    assert [choice.token for choice in said.choices] == ["escalation.list", "notice.ack|7"]


@pytest.mark.parametrize(
    ("people", "recipient", "reason"),
    [
        pytest.param((DONE, CHIEF), CHIEF, "closed", id="the gap was closed since"),
        pytest.param((CHIEF,), CHIEF, "gone", id="the person has left"),
        pytest.param(EVERYBODY, replace(CHIEF, code=PersonCode("CB011")), "moved", id="heads that unit no more"),
        pytest.param(
            (replace(OFFICIAL, unit=UnitCode("SO-TB")), CHIEF), CHIEF, "moved", id="the person serves elsewhere now"
        ),
    ],
)
async def test_notice_is_dropped_when(
    library: Library, people: tuple[Person, ...], recipient: Person, reason: str
) -> None:
    rules = make_book(library).on(NEAR)
    (owed,) = plan(rules, Escalations(rules, {}))

    assert await send(owed, recipient, rules, people) == Dropped(reason)


async def test_only_those_still_open_are_counted_and_the_others_are_given_back_as_not_told(library: Library) -> None:
    rules = make_book(library).on(NEAR)
    second = replace(OFFICIAL, code=PersonCode("CB002"))
    (owed,) = plan(rules, Escalations(rules, {}), (*EVERYBODY, second))

    said = await send(owed, CHIEF, rules, (DONE, CHIEF, second))

    assert isinstance(said, Partly)
    assert "1 người" in said.reply.title
    assert {entry[0] for entry in said.untold} == {OFFICIAL.code}
    assert all(list(entry) in owed.payload["cases"] for entry in said.untold)


async def test_hr_is_told_for_which_office_and_by_which_point(library: Library) -> None:
    rules = make_book(library, tuple(replace(unit, head=None) for unit in UNITS)).on(NEAR)
    (owed,) = plan(rules, Escalations(rules, {}))

    said = await send(owed, CLERK, rules)

    assert isinstance(said, Reply)
    assert "Sở Nội vụ tỉnh Hưng Yên" in words(said)
    assert [(cite.document, cite.point) for cite in said.citations] == [("2123/UBND-NC", "2.g3")]
    assert "thôi chức vụ" not in words(said)


async def test_body_above_is_told_with_what_its_name_rests_on(library: Library) -> None:
    """2123/UBND-NC names another body, of which this one took over."""
    rules = make_book(library, tuple(replace(unit, head=None) for unit in UNITS)).on(date(2026, 12, 15))
    memory = Escalations(make_book(library, tuple(replace(unit, head=None) for unit in UNITS)).on(NEAR), {})
    plan(memory.rules, memory)
    kept = [replace(one, number=1) for one in memory.list_changes()]
    (owed,) = plan(rules, Escalations(rules, {OFFICIAL.code: kept}))

    said = await send(owed, CLERK, rules)

    assert isinstance(said, Reply)
    assert owed.stage == "leadership"
    assert "Đảng ủy" in words(said)
    assert "tiếp nối" in words(said)


def test_plan_shows_the_same_words_without_looking_anybody_up(library: Library) -> None:
    rules = make_book(library).on(NEAR)
    (owed,) = plan(rules, Escalations(rules, {}))
    (first, *_others) = plan(rules, Digests(rules))

    assert "1 người" in escalations.preview(owed)
    assert OFFICIAL.name not in escalations.preview(owed) + digests.preview(first)


async def test_digest_says_each_bar_of_its_picture_in_words(library: Library) -> None:
    rules = make_book(library).on(NEAR)
    first = plan(rules, Digests(rules, DeskWork(inquiries={DIVISION.code: 2})))[-1]

    said = await send(first, CLERK, rules)

    assert isinstance(said, Reply)
    assert said.picture is not None
    assert words(said).index("câu hỏi đang chờ") < words(said).index(
        "Ngoại ngữ: 1 "
    )  # what waits for somebody, before figures
    assert said.picture.bars == ((0, 1, 0, 0),)
    assert "Ngoại ngữ: 1 sắp đến hạn" in words(said)
    assert "Ngoại ngữ: 1 sắp đến hạn" in said.picture.description
    assert OFFICIAL.name not in words(said) + said.picture.description
    assert [choice.action for choice in said.choices] == ["digest.list", "inbox", "notice.ack"]
    assert not cited(said)


def sealed_on(day: date, number: int) -> AuditSeal:
    return AuditSeal(day, number, f"{number:04d}" * 16, NOW, b"", b"")


async def test_digest_of_the_whole_province_brings_the_signed_ends_of_the_week_and_no_other_does(
    library: Library,
) -> None:
    rules = make_book(library).on(NEAR)
    owed = {one.to: one for one in plan(rules, Digests(rules))}
    seals = [sealed_on(rules.day - timedelta(days=n), 90 - n) for n in (1, 2, 8)]
    told = {}
    for to in (CLERK, CHIEF):
        one = owed[to.code]
        notice = Notice(1, NoticeKind(one.kind), one.key, one.stage, one.about, one.payload, NOW)
        delivery = Delivery(7, to.code, NOW, DeliveryState.CLAIMED)
        said = await digests.compose(notice, delivery, Present(to, rules, NOW, seals=seals))
        assert isinstance(said, Reply)
        told[to.code] = [line.text for line in said.lines]

    assert told[CLERK.code][-2:] == [line_of(one.day, one.number, one.hash[:SHORTEST]) for one in seals[:2]]
    assert not any("00890089" in line for line in told[CHIEF.code])
    assert await send(owed[CLERK.code], CLERK, rules) is not None, "without ends nothing is said of them"


async def test_digest_is_dropped_when_the_unit_is_another_heads(library: Library) -> None:
    rules = make_book(library).on(NEAR)
    first, *_others = plan(rules, Digests(rules))

    assert await send(first, replace(CHIEF, code=PersonCode("CB011")), rules) == Dropped("moved")
    hr = plan(rules, Digests(rules))[-1]
    assert await send(hr, replace(CLERK, roles=frozenset({Role.OFFICIAL})), rules) == Dropped("moved")


async def test_digest_of_a_week_that_is_over_is_not_told_as_this_weeks(library: Library) -> None:
    book = make_book(library)
    first, *_others = plan(book.on(NEAR), Digests(book.on(NEAR)))

    assert isinstance(await send(first, CHIEF, book.on(date(2026, 12, 11))), Reply)
    assert await send(first, CHIEF, book.on(date(2026, 12, 14))) == Dropped("passed")


async def test_both_in_one_message_keep_the_picture_and_one_receipt(library: Library) -> None:
    rules = make_book(library).on(NEAR)
    both = [await send(plan(rules, watcher)[0], CHIEF, rules) for watcher in (Escalations(rules, {}), Digests(rules))]

    said = join([one for one in both if isinstance(one, Reply)])

    assert said.picture is not None
    assert [choice.action for choice in said.choices] == ["unit.glance", "notice.ack"]  # one way in to both lists


async def test_no_push_speaks_of_removal(library: Library) -> None:
    rules = make_book(library, rounds=(review(deadline=date(2026, 12, 31), consequence="Xem xét cho thôi chức vụ"),))
    on = rules.on(NEAR)
    for watcher in (Escalations(on, {}), Digests(on)):
        for owed in plan(on, watcher):
            said = await send(owed, next(one for one in EVERYBODY if one.code == owed.to), on)
            assert isinstance(said, Reply)
            assert "thôi chức vụ" not in words(said)
