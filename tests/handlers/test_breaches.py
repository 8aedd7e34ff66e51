"""A breach: its clock from detection, steps, warnings once at each mark, and the draft of the report."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.papers.writing import write_docx
from handlers.hr.breaches import (
    Desk,
    NotABreachError,
    close,
    describe,
    draft_report,
    hours_left,
    open_breach,
    remind,
    take_step,
)
from handlers.notices.privacy import compose
from handlers.notifying import Notifying
from knowledge.facts import PersonCode, Role
from storage.records import Account, Notice, NoticeKind
from tests.fakes import FakeAccounts, FakeAudit, FakeClock, FakeProfiles
from tests.handlers.visits import TODAY, with_standards, words
from tests.inboxes import FakeLetters
from tests.people import official
from tests.privacy_kept import FakePrivacy
from tests.studies import FakeOutbox

ADMIN = replace(official(), code=PersonCode("CB080"), roles=frozenset({Role.ADMINISTRATOR}))
HR = replace(official(), code=PersonCode("CB090"), roles=frozenset({Role.HR}), scope=None)


class MovingClock(FakeClock):
    """A clock that is moved by hours."""

    ahead = timedelta()

    def now(self):
        return super().now() + self.ahead


@pytest.fixture
def desk() -> Desk:
    clock = MovingClock(TODAY)
    accounts = FakeAccounts(*(Account("telegram", one.code, one.code) for one in (ADMIN, HR)))
    by = Notifying(accounts, FakeOutbox(), FakeLetters(), clock, {"telegram": "telegram:1"})
    people = FakeProfiles([ADMIN, HR, official()])
    return Desk(breaches=FakePrivacy(), staff=people, audit=FakeAudit(), clock=clock, by=by)


@pytest.fixture
def today(library):
    return with_standards(library).on(TODAY)


async def test_the_clock_runs_from_detection_and_everybody_in_charge_is_told_once_at_each_mark(desk, today):
    detected = desk.clock.now() - timedelta(hours=20)
    breach = await open_breach("Tệp danh sách gửi nhầm", detected, "CB080", today, desk)
    assert breach.due_at == detected + timedelta(hours=72)
    assert hours_left(breach, desk.clock.now()) == 52
    assert len(desk.by.outbox.put_in) == 2
    assert await remind(today, desk) == 0

    desk.clock.ahead = timedelta(hours=6)
    assert await remind(today, desk) == 2
    assert await remind(today, desk) == 0
    desk.clock.ahead = timedelta(hours=60)
    assert await remind(today, desk) == 2


async def test_steps_are_kept_with_who_took_them_and_those_not_taken_stay_visible(desk, today):
    breach = await open_breach("Mất máy", None, "CB080", today, desk)
    await take_step(breach.number, "contain", "Đã khóa tài khoản", "CB090", today, desk)
    ended = await close(breach.number, "CB080", today, desk)
    told = "\n".join(describe(ended, today.library.privacy.breach, desk.clock.now()))
    assert "[x] contain" in told
    assert "[ ] report" in told
    assert [one.action for one in desk.audit.entries] == ["breach_opened", "breach_step", "breach_closed"]


@pytest.mark.parametrize(("title", "ahead"), [("", 0), ("Mất máy", 2)], ids=["nothing said", "detected after now"])
async def test_what_is_no_breach_is_refused_with_one_sentence(desk, today, title, ahead):
    with pytest.raises(NotABreachError, match=r"\w"):
        await open_breach(title, desk.clock.now() + timedelta(hours=ahead), "CB080", today, desk)
    assert desk.breaches.breaches == {}


async def test_an_unknown_step_or_number_is_refused(desk, today):
    with pytest.raises(NotABreachError):
        await take_step(9, "contain", "", "CB080", today, desk)
    with pytest.raises(NotABreachError):
        await take_step(9, "nothing", "", "CB080", today, desk)


async def test_the_draft_has_what_is_known_and_blanks_for_what_is_not(desk, today):
    breach = await open_breach("Tệp danh sách gửi nhầm", None, "CB080", today, desk)
    paper = draft_report(breach, today, desk.clock.now())
    cells = [cell for table in paper.tables for row in table.rows for cell in row]
    assert "Tệp danh sách gửi nhầm" in cells
    assert any(cell.startswith("………") for cell in cells)
    assert write_docx(paper, lambda cite: cite.document).startswith(b"PK")


async def test_a_warning_is_for_its_recipient_alone_and_says_nothing_of_what_was_found(desk, today):
    await open_breach("Bí mật", None, "CB080", today, desk)
    delivery, notices = desk.by.outbox.put_in[0]
    sent = notices[0]
    notice = Notice(1, NoticeKind.PRIVACY, sent.key, sent.stage, sent.about, sent.payload, desk.clock.now())
    present = type("Present", (), {"person": next(one for one in (ADMIN, HR) if one.code == sent.payload["to"])})()
    said = words(await compose(notice, delivery, present))
    assert "72 giờ" in said
    assert "Bí mật" not in said
    stranger = type("Present", (), {"person": official()})()
    assert (await compose(notice, delivery, stranger)).reason == "not_theirs"
