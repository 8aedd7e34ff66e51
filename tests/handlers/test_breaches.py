"""A breach: its clock from detection, steps, warnings once at each mark, and the draft of the report."""

from dataclasses import replace
from datetime import datetime, time, timedelta

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
    read_detected,
    remind,
    take_step,
)
from handlers.notices.composing import Dropped, Present
from handlers.notices.privacy import compose
from handlers.notifying import Notifying
from knowledge.facts import PersonCode, Role
from knowledge.local_time import VIETNAM
from storage.records import Account, Delivery, DeliveryState, Notice, NoticeKind
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
        return (super().now() + self.ahead).astimezone(VIETNAM)

    def turn_to(self, moment):
        self.ahead = moment - super().now()


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


@pytest.mark.parametrize(
    ("found_at", "days_on", "hour"),
    [
        pytest.param("2026-11-20T18:30", 0, (18, 30), id="after work"),
        pytest.param("2026-11-21T10:00", 0, (10, 0), id="on a Saturday"),
        pytest.param("2027-02-06T09:00", 0, (9, 0), id="on the new year's day of the moon"),
        pytest.param("2026-11-21T22:00", 1, (6, 0), id="late on a Saturday"),
        pytest.param("2026-11-22T02:00", 0, (6, 0), id="in the night to a Sunday"),
    ],
)
async def test_a_warning_leaves_on_days_off_as_well_and_waits_for_the_morning_alone(
    desk, today, found_at, days_on, hour
):
    moment = datetime.fromisoformat(found_at).replace(tzinfo=VIETNAM)
    desk.clock.turn_to(moment)
    await open_breach("Mất máy", None, "CB080", today, desk)
    due = {delivery.due_at for delivery, _notices in desk.by.outbox.put_in}
    assert due == {datetime.combine(moment.date() + timedelta(days=days_on), time(*hour), VIETNAM)}


async def test_every_mark_of_a_weekend_leaves_when_it_comes(desk, today):
    began = datetime(2026, 11, 20, 18, 30, tzinfo=VIETNAM)
    for hours in (0, 24, 48, 60, 69, 72):
        desk.clock.turn_to(began + timedelta(hours=hours))
        await (remind(today, desk) if hours else open_breach("Mất máy", None, "CB080", today, desk))
    left = [(notices[0].payload["mark"], delivery.due_at - began) for delivery, notices in desk.by.outbox.put_in]
    assert sorted(set(left)) == [(mark, timedelta(hours=72 - mark)) for mark in (0, 3, 12, 24, 48, 72)]


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
    officer = next(one for one in (ADMIN, HR) if one.code == sent.payload["to"])
    said = words(await compose(notice, delivery, Present(officer, today, desk.clock.now())))
    assert "72 giờ" in said
    assert "Bí mật" not in said
    assert (await compose(notice, delivery, Present(official(), today, desk.clock.now()))).reason == "not_theirs"


@pytest.mark.parametrize(
    ("later", "mark", "said"),
    [
        pytest.param(timedelta(hours=9), 72, "63 giờ", id="it waited for the morning"),
        pytest.param(timedelta(hours=61), 12, "11 giờ", id="it waited within a mark"),
        pytest.param(timedelta(hours=72), 0, "đã hết", id="it is over"),
    ],
)
async def test_what_is_left_is_counted_when_it_is_said(today, later, mark, said):
    assert said in words(await _say(today, mark, later))


async def test_the_last_hour_is_neither_over_nor_none(today):
    told = {words(await _say(today, 3, timedelta(hours=72, minutes=-one))) for one in (119, 59, 1)}
    over = words(await _say(today, 0, timedelta(hours=72)))
    assert len(told) == 2
    assert over not in told


@pytest.mark.parametrize(
    ("mark", "later", "is_said"),
    [(72, 23, True), (72, 24, False), (48, 60, False), (24, 60, False), (12, 60, True), (3, 72, False)],
)
async def test_of_marks_that_wait_only_the_newest_is_said(today, mark, later, is_said):
    told = await _say(today, mark, timedelta(hours=later))
    assert (told == Dropped("superseded")) is not is_said


async def test_a_warning_that_was_stored_without_its_moment_states_no_number(today):
    now = datetime(2026, 11, 20, 18, 30, tzinfo=VIETNAM)
    notice = Notice(1, NoticeKind.PRIVACY, "k", "breach", (), {"breach": 7, "hours": 72, "to": ADMIN.code}, now)
    said = words(await compose(notice, _delivery(now), Present(ADMIN, today, now)))
    assert "7" in said
    assert "72" not in said


async def _say(today, mark, later):
    """What becomes of the warning at this mark, of a breach detected so long ago."""
    began = datetime(2026, 11, 20, 18, 30, tzinfo=VIETNAM)
    due = today.library.privacy.breach.due_at(began)
    payload = {"breach": 1, "due": due.isoformat(), "mark": mark, "to": ADMIN.code}
    notice = Notice(1, NoticeKind.PRIVACY, "k", "breach", (ADMIN.code,), payload, began)
    return await compose(notice, _delivery(began), Present(ADMIN, today, began + later))


def _delivery(at):
    return Delivery(1, ADMIN.code, at, DeliveryState.WAITING)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("", None),
        ("2026-11-19T23:05", "2026-11-19T16:05+00:00"),
        ("2026-11-19T23:05:30", "2026-11-19T16:05:30+00:00"),
        (" 2026-11-19 23:05 ", "2026-11-19T16:05+00:00"),
        ("19/11/2026 23:05", "2026-11-19T16:05+00:00"),
    ],
)
def test_the_moment_of_detection_is_read_by_the_clock_of_viet_nam(written, moment):
    assert read_detected(written) == (datetime.fromisoformat(moment) if moment else None)


@pytest.mark.parametrize("written", ["hôm qua", "2026-13-40T99:00", "T", "2026-11-19"])
def test_what_is_no_moment_is_refused_with_one_sentence(written):
    with pytest.raises(NotABreachError, match=r"2026-11-21 14:30"):
        read_detected(written)


@pytest.mark.parametrize("written", ["0001-01-01T00:00", "2025-11-19T23:05", "9999-12-31T23:59"])
async def test_a_mistyped_year_is_refused(desk, today, written):
    with pytest.raises(NotABreachError, match=r"\w"):
        await open_breach("Mất máy", read_detected(written), "CB080", today, desk)
    assert desk.breaches.breaches == {}
