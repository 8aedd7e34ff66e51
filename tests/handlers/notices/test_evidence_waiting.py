"""A notice of evidence that waits says how much, never whose, and only what is so when it is sent."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from handlers.notices.composing import Dropped, Present
from handlers.notices.evidence_waiting import preview
from handlers.notices.table import BY_KIND
from handlers.reply import Reply
from knowledge.facts import Person, PersonCode, Role
from knowledge.owed import Owed
from storage.records import Delivery, DeliveryState, Notice, NoticeKind
from tests.handlers import visits
from tests.handlers.visits import TODAY, words
from tests.people import official

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
ME = official()
HR = official(code=PersonCode("HR001"), name="Vũ Thị Tổ Chức", roles=frozenset({Role.HR}))
PAYLOAD = {"days": 3, "of": [[7, 1, "late"], [8, 1, "new"]]}
WAITS = {7: (1, ME.code), 8: (1, ME.code)}


async def told(library, waits=WAITS, to: Person = HR, whose: Person = ME) -> Reply | Dropped:
    notice = Notice(1, NoticeKind.EVIDENCE_WAITING, "k", "late", (ME.code,), PAYLOAD, NOW)
    delivery = Delivery(1, to.code, NOW, DeliveryState.CLAIMED)
    present = Present(to, visits.bare(library).on(TODAY), NOW, about={ME.code: whose}, evidence=waits)
    return await BY_KIND[notice.kind](notice, delivery, present)


async def test_it_says_how_much_and_leads_to_the_list(library):
    reply = await told(library)
    assert isinstance(reply, Reply)
    assert "Có 2 minh chứng" in reply.title
    assert "1 minh chứng đã chờ quá 3 ngày làm việc" in words(reply)
    assert ME.name not in words(reply)
    assert ME.code not in words(reply)
    assert [choice.token for choice in reply.choices] == ["review", "notice.ack|1"]
    assert preview(Owed("evidence", HR.code, "k", "late", (), PAYLOAD)).startswith("Có 2 minh chứng")


async def test_what_was_decided_meanwhile_or_changed_is_left_out(library):
    reply = await told(library, {7: (2, ME.code), 8: (1, ME.code)})
    assert isinstance(reply, Reply)
    assert "Có 1 minh chứng" in reply.title
    assert "đã chờ quá" not in words(reply)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"waits": {}}, "closed"),
        ({"to": replace(HR, roles=frozenset())}, "moved"),
        ({"to": ME}, "moved"),
        ({"whose": replace(ME, unit="ELSEWHERE")}, "closed"),
        ({"whose": replace(ME, code=HR.code)}, "closed"),
    ],
    ids=["all decided", "no HR any more", "somebody else", "out of their scope", "their own"],
)
async def test_nothing_is_told_that_is_theirs_no_more(library, given, reason):
    assert await told(library, **given) == Dropped(reason)
