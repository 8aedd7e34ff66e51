"""What is true is read again when a message is about to leave."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.push.composing import Deferred, NoticeComposer, Premises, Unsaid, Written
from handlers.notices.composing import Dropped, Partly
from handlers.notices.table import join
from handlers.phrases import _
from handlers.reply import Reply
from knowledge.facts import PersonCode
from knowledge.rulebook import RulesOn
from storage.records import Account, Delivery, DeliveryState, Notice, NoticeKind
from tests.handlers import visits
from tests.people import official

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
MONDAY = date(2026, 11, 23)
LAN = official()


@dataclass
class Clock:
    moment: datetime
    is_fixed = False

    def now(self) -> datetime:
        return self.moment

    def today(self) -> date:
        return self.moment.date()


@dataclass
class Records:
    """What is found of Lan, as each test has it."""

    people: dict = field(default_factory=lambda: {LAN.code: LAN})
    account: Account | None = field(default_factory=lambda: Account("telegram", "42", LAN.code))
    own_hours: dict = field(default_factory=dict)
    rules: RulesOn | None = None

    async def look_up(self, deliveries) -> Premises:
        accounts = {("telegram", "42"): self.account} if self.account is not None else {}
        return Premises(self.people, accounts, self.own_hours, rules=self.rules)


def at(hour: int, minute: int = 0, day: date = MONDAY) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=VIETNAM)


def notice(number: int, words: str) -> Notice:
    return Notice(number, NoticeKind.REMINDER, f"k{number}", "", (LAN.code,), {"words": words}, at(8))


def delivery(*notices: Notice, merge_day: date | None = MONDAY, **more) -> Delivery:
    return Delivery(
        7, PersonCode(LAN.code), at(8), DeliveryState.CLAIMED, notices or (notice(1, "a"),), "telegram:1",
        "telegram", "42", "vi", merge_day, **more,
    )  # fmt: skip


async def say(told, _delivery, present):
    words = told.payload["words"]
    if words == "defect":
        raise ValueError(words)
    assert present.person == LAN
    if words == "partly":
        return Partly(Reply(words), (["CB002", "overdue", "DOT-1", "unit:A"],))
    return Dropped(words) if words in {"closed", "extended"} else Reply(_("Yes") if words == "yes" else words)


@pytest.fixture
def compose(library):
    """Write the words of one delivery, on Monday at nine unless another moment is given."""

    async def composed(one: Delivery, records: Records | None = None, moment: datetime | None = None):
        known = records or Records()
        known.rules = visits.with_standards(library).on(MONDAY)
        composer = NoticeComposer(
            known,
            {NoticeKind.REMINDER: say},
            join,
            clock=Clock(moment or at(9)),
        )
        [said] = await composer.compose([one])
        return said

    return composed


async def test_notices_of_a_day_are_one_message(compose):
    composed = await compose(delivery(notice(1, "Một"), notice(2, "Hai")))

    assert isinstance(composed, Written)
    assert (composed.reply.title, [line.text for line in composed.reply.lines]) == ("Một", ["Hai"])
    assert composed.left_out == {}


async def test_what_is_no_longer_true_is_left_out(compose):
    composed = await compose(delivery(notice(1, "closed"), notice(2, "Hai"), notice(3, "extended")))

    assert isinstance(composed, Written)
    assert composed.reply.title == "Hai"
    assert composed.left_out == {1: "closed", 3: "extended"}


async def test_cases_that_a_notice_leaves_out_are_named_with_it(compose):
    composed = await compose(delivery(notice(1, "Một"), notice(2, "partly")))

    assert isinstance(composed, Written)
    assert [line.text for line in composed.reply.lines] == ["partly"]
    assert composed.left_out == {}
    assert composed.untold == {2: (["CB002", "overdue", "DOT-1", "unit:A"],)}


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        (Records(people={}), "gone"),
        (Records(account=None), "unlinked"),
        (Records(account=Account("telegram", "42", PersonCode("CB002"))), "unlinked"),
        (Records(account=Account("telegram", "42", LAN.code, unreachable_at=at(8))), "unreachable"),
    ],
    ids=["left the roster", "account forgotten", "account of somebody else now", "blocks us"],
)
async def test_nothing_is_said_to_whoever_is_not_there_any_more(compose, records, reason):
    assert await compose(delivery(), records) == Unsaid(reason)


async def test_nothing_is_said_when_nothing_is_left(compose):
    assert await compose(delivery(notice(1, "closed"))) == Unsaid("closed")
    assert await compose(replace(delivery(), notices=())) == Unsaid("nothing_left")


async def test_words_are_in_the_language_of_the_account(compose):
    account = Account("telegram", "42", LAN.code, locale="en")

    composed = await compose(delivery(notice(1, "yes")), Records(account=account))

    assert isinstance(composed, Written)
    assert (composed.reply.title, composed.locale) == ("Yes", "en")


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        (at(6), at(7, 30)),
        (at(17, 1, date(2026, 11, 25)), at(7, 30, date(2026, 11, 26))),
        (at(9, day=date(2026, 11, 22)), at(7, 30)),
        (at(20, day=date(2026, 12, 31)), at(7, 30, date(2027, 1, 4))),
    ],
    ids=["before work", "after work", "on Sunday", "before a holiday and a weekend"],
)
async def test_a_daily_message_waits_for_working_hours(compose, moment, until):
    composed = await compose(delivery(merge_day=moment.date()), moment=moment)

    assert isinstance(composed, Deferred)
    assert (composed.until, composed.is_merged) == (until, True)
    assert composed.next_day(until) > until


async def test_the_persons_own_hour_counts(compose):
    records = Records(own_hours={LAN.code: time(14)})

    composed = await compose(delivery(), records)

    assert isinstance(composed, Deferred)
    assert composed.until == at(14)
    assert isinstance(await compose(delivery(), records, at(14, 1)), Written)


async def test_the_message_of_an_earlier_day_becomes_that_of_today(compose):
    composed = await compose(delivery(merge_day=date(2026, 11, 20)))

    assert isinstance(composed, Deferred)
    assert composed.until == at(9)


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        (at(20, 59), None),
        (at(21), at(6, day=date(2026, 11, 24))),
        (at(3, day=date(2026, 11, 24)), at(6, day=date(2026, 11, 24))),
        (at(6, day=date(2026, 11, 24)), None),
        (at(8, day=date(2026, 11, 25)), None),
        (at(20, day=date(2026, 11, 25)), at(7, 30, date(2026, 11, 26))),
        (at(3, day=date(2026, 11, 26)), at(7, 30, date(2026, 11, 26))),
        (at(9, day=date(2026, 11, 28)), at(7, 30, date(2026, 11, 30))),
    ],
    ids=[
        "the evening", "the night", "the small hours", "the end of the night", "the next working day after a day off",
        "later than that, in the evening", "later than that, by night", "days later, on a Saturday",
    ],
)  # fmt: skip
async def test_a_message_by_itself_leaves_at_once_by_day_and_in_working_hours_when_it_is_late(compose, moment, until):
    composed = await compose(delivery(merge_day=None), moment=moment)

    if until is None:
        assert isinstance(composed, Written)
    else:
        assert isinstance(composed, Deferred)
        assert (composed.until, composed.is_merged) == (until, False)


async def test_one_that_cannot_be_written_is_told_apart(compose):
    assert isinstance(await compose(delivery(notice(1, "defect"))), ValueError)
