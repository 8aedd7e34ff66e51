"""A notice about a study case names neither the official nor the course, and leads to what it is about."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType

import pytest

from handlers.notices.composing import Dropped, Present
from handlers.notices.study import compose, preview
from handlers.notices.table import BY_KIND
from handlers.reply import Reply
from knowledge.facts import Person, PersonCode, Role
from knowledge.owed import Owed
from knowledge.study_cases import StudyAct
from storage.records import Delivery, DeliveryState, Notice, NoticeKind
from tests.handlers import visits
from tests.handlers.visits import TODAY, words
from tests.people import COMMUNE, official

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
ME = official()
HEAD = official(code=PersonCode("GD001"), name="Đỗ Văn Trưởng", roles=frozenset({Role.HEAD}))


async def told(
    library,
    act: StudyAct,
    to: Person,
    due: str | None = None,
    waiting: Mapping[int, int] = MappingProxyType({7: 1}),
    official_now: Person = ME,
    **more: object,
) -> Reply | Dropped:
    payload = {"case": 7, "version": 1, "due": due, **more}
    notice = Notice(1, NoticeKind.STUDY, "k", act.value, (ME.code,), payload, NOW)
    delivery = Delivery(1, to.code, NOW, DeliveryState.CLAIMED)
    present = Present(to, visits.bare(library).on(TODAY), NOW, about={ME.code: official_now}, waiting=waiting)
    return await compose(notice, delivery, present)


async def test_a_head_is_asked_with_a_day_and_buttons(library):
    reply = await told(library, StudyAct.REQUESTED, HEAD, "2026-11-27")
    assert isinstance(reply, Reply)
    assert "số 7" in words(reply)
    assert "27/11/2026" in words(reply)
    tokens = [choice.token for choice in reply.choices]
    assert tokens == ["study.open|7", "study.do|7::sent", "study.say|7::refused", "study.say|7::change_asked"]


async def test_a_head_who_is_told_late_reads_that_the_day_has_passed(library):
    reply = await told(library, StudyAct.REQUESTED, HEAD, "2026-11-20")

    assert isinstance(reply, Reply)
    assert "đã quá hạn trả lời 20/11/2026" in words(reply)


@pytest.mark.parametrize("act", list(StudyAct))
@pytest.mark.parametrize("to", [ME, HEAD], ids=["the official", "the head"])
async def test_every_notice_has_words_without_a_name_or_a_course(library, act, to):
    reply = await told(library, act, to)
    assert isinstance(reply, Reply)
    assert ME.name not in words(reply)
    assert "Ngoại ngữ" not in words(reply)
    assert reply.choices[0].token == "study.open|7"


async def test_whoever_heads_nobody_any_more_is_not_told(library):
    former = replace(HEAD, roles=frozenset({Role.OFFICIAL}))
    assert await told(library, StudyAct.REQUESTED, former) == Dropped("no_head")


@pytest.mark.parametrize("act", [StudyAct.REQUESTED, StudyAct.WITHDRAWN])
async def test_whoever_heads_others_by_now_is_not_told_of_one_of_their_people(library, act):
    elsewhere = replace(ME, unit=COMMUNE.code)
    assert await told(library, act, HEAD, official_now=elsewhere) == Dropped("no_head")


@pytest.mark.parametrize("waiting", [{}, {7: 3}], ids=["answered", "changed since"])
async def test_a_request_that_waits_no_more_is_not_told(library, waiting):
    assert await told(library, StudyAct.REQUESTED, HEAD, "2026-11-27", waiting) == Dropped("answered")


def test_study_has_its_place_among_the_notices():
    assert BY_KIND[NoticeKind.STUDY] is compose


async def test_a_head_asked_in_the_place_of_another_reads_from_when_the_days_count(library):
    reply = await told(library, StudyAct.REQUESTED, HEAD, "2026-11-20", asked="2026-11-13", is_vacant=False)

    assert isinstance(reply, Reply)
    assert "20/11/2026" in words(reply)
    assert "13/11/2026" in words(reply)


async def test_hr_is_told_of_a_vacant_post_and_offered_no_decision(library):
    reply = await told(library, StudyAct.REQUESTED, HEAD, "2026-11-27", asked="2026-11-13", is_vacant=True)

    assert isinstance(reply, Reply)
    assert [choice.token for choice in reply.choices] == ["study.open|7"]


def test_plan_shows_a_request_in_its_own_words():
    owed = Owed("study", HEAD.code, "k", "requested", (ME.code,), {
        "case": 7, "version": 1, "due": "2026-11-27", "asked": "2026-11-20", "is_vacant": False,
    })  # fmt: skip

    assert "27/11/2026" in preview(owed)
    assert "20/11/2026" in preview(owed)
    assert "27/11/2026" not in preview(replace(owed, payload={**owed.payload, "is_vacant": True}))
