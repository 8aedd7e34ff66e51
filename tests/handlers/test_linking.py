"""Linking: notice and consent first, then a code or the visitor's own phone number."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from handlers.asking import Channel
from handlers.officials import linking
from handlers.officials.linking import (
    agree,
    ask_to_link,
    decline,
    looks_like_code,
    prefer_here,
    start_linking,
    use_code,
    use_phone,
)
from handlers.reply import Outcome
from knowledge.privacy import AT_LINKING
from storage.records import Account, Redemption, RedemptionOutcome
from tests.fakes import FakeAccounts, FakeAudit, FakeClock, FakeLinkCodes, FakeProfiles
from tests.handlers.visits import NOTICE_VERSION, TODAY, actions, cited, visit, words
from tests.inboxes import FakeLetters
from tests.people import official
from tests.privacy_kept import FakePrivacy

CLOCK = FakeClock(TODAY)
CONSENTED = Account("web", "w1", consent_version=NOTICE_VERSION)
ON_TELEGRAM = Account("telegram", "w1", consent_version=NOTICE_VERSION)
RIGHT = {"ABC23456": Redemption(RedemptionOutcome.LINKED, official().code)}


class Case:
    """What one attempt to link touches."""

    def __init__(self, *accounts: Account, phones=None, **codes: Redemption) -> None:
        self.accounts = FakeAccounts(*accounts)
        self.link_codes = FakeLinkCodes(**codes)
        self.profiles = FakeProfiles([official()], phones)
        self.audit = FakeAudit()
        self.letters = FakeLetters()

    async def use_code(self, at_desk, code: str):
        return await use_code(at_desk, code, self.link_codes, self._desk)

    async def use_phone(self, at_desk, phone: str = "0912", **vouching):
        return await use_phone(at_desk, phone, self._desk, **vouching)

    @property
    def _desk(self) -> linking.Desk:
        return linking.Desk(self.accounts, self.profiles, self.letters, self.audit, CLOCK)

    @property
    def person(self):
        return next(iter(self.accounts.kept.values())).person


async def test_notice_comes_first_when_nobody_consented_yet(bare):
    reply = await start_linking(visit(bare), accounts=FakeAccounts())

    assert actions(reply) == {"link.agree", "link.agree.only", "link.decline", "link.notice"}
    assert cited(reply) == {"91/2025/QH15", "356/2025/NĐ-CP"}
    assert "Im lặng không phải là đồng ý" in words(reply)


async def test_the_first_layer_fits_a_screen_and_every_word_is_one_press_away(bare):
    at_desk = visit(bare)
    short = await start_linking(at_desk, accounts=FakeAccounts())
    assert len(words(short)) < 1_000
    for said in ("Dữ liệu:", "Để làm gì:", "Ai xem:", "Lưu bao lâu:", "Quyền của đồng chí:"):
        assert said in words(short)
    whole = linking.show_whole_notice(replace(at_desk, subject="ABC23456"))
    rules = bare.library.privacy
    told = [line for one in AT_LINKING for line in rules.wording(one, at_desk.today)]
    assert all(line in words(whole) for line in told)
    assert {one.subject for one in whole.choices if one.action.startswith("link.agree")} == {"ABC23456"}


async def test_who_agrees_to_the_first_layer_agrees_to_the_whole_wording(bare):
    at_desk, privacy = visit(bare), FakePrivacy()
    await agree(at_desk, accounts=FakeAccounts(), consents=privacy, clock=CLOCK)
    rules = at_desk.rules.library.privacy
    assert {one.purpose: one.digest for one in privacy.consents} == {
        one.value: rules.digest(one, at_desk.today) for one in AT_LINKING
    }


async def test_notice_comes_again_when_its_wording_changed(bare):
    old = Account("web", "w1", consent_version="2020-01-01")

    assert "link.agree" in actions(await start_linking(visit(bare), accounts=FakeAccounts(old)))


async def test_code_is_asked_for_when_consent_was_given(bare):
    reply = await start_linking(visit(bare), accounts=FakeAccounts(CONSENTED))

    assert "mã dùng một lần" in words(reply)
    assert not reply.asks_contact


async def test_own_phone_number_may_be_shared_only_where_the_channel_vouches_for_it(bare):
    consented = Account("telegram", "w1", consent_version=NOTICE_VERSION)
    reply = await start_linking(visit(bare, channel=Channel.TELEGRAM), accounts=FakeAccounts(consented))

    assert reply.asks_contact


async def test_linked_visitor_is_told_that_they_are_linked_whatever_they_try(bare):
    case = Case(CONSENTED, **RIGHT)
    linked = visit(bare, official())
    agreed = await agree(linked, accounts=case.accounts, consents=FakePrivacy(), clock=CLOCK)
    replies = [
        await start_linking(linked, accounts=case.accounts),
        await case.use_code(linked, "ABC23456"),
        await case.use_phone(linked),
    ]

    assert {reply.title for reply in replies} == {"Cuộc trò chuyện này đã liên kết với đồng chí Nguyễn Văn Mẫu."}
    assert "Đã ghi nhận cho cuộc trò chuyện này, đồng chí Nguyễn Văn Mẫu." in agreed.title
    assert case.link_codes.tried == []


async def test_agreeing_records_the_version_and_asks_for_the_code(bare):
    accounts, privacy = FakeAccounts(), FakePrivacy()
    reply = await agree(visit(bare), accounts=accounts, consents=privacy, clock=CLOCK)

    assert accounts.kept[("web", "w1")].consent_version == NOTICE_VERSION
    assert accounts.kept[("web", "w1")].takes_notices
    assert {one.purpose: one.act for one in privacy.consents} == {
        "record": "informed",
        "answers": "agreed",
        "reminders": "agreed",
        "conversation": "informed",
    }
    assert "mã dùng một lần" in words(reply)


async def test_agreeing_to_questions_only_sends_nothing_unasked(bare):
    accounts, privacy = FakeAccounts(), FakePrivacy()
    await agree(visit(bare), accounts=accounts, consents=privacy, clock=CLOCK, with_reminders=False)

    assert accounts.kept[("web", "w1")].withheld == ("reminders",)
    assert not accounts.kept[("web", "w1")].takes_notices


def test_declining_links_nothing(bare):
    assert "Chưa liên kết, chưa lưu gì" in decline(visit(bare)).title


async def test_code_without_consent_is_kept_unused_behind_the_notice(bare):
    case = Case(**RIGHT)
    reply = await case.use_code(visit(bare), "ABC23456")

    assert case.link_codes.tried == []
    assert next(one for one in reply.choices if one.action == "link.agree").subject == "ABC23456"


async def test_right_code_links_and_is_in_the_audit_chain(bare):
    case = Case(CONSENTED, **RIGHT)
    reply = await case.use_code(visit(bare), "ABC23456")

    assert "Chào đồng chí Nguyễn Văn Mẫu" in reply.title
    assert case.person == "CB001"
    assert [(one.actor, one.action) for one in case.audit.entries] == [("CB001", "linked")]


async def test_right_code_of_somebody_who_left_the_roster_greets_by_code(bare):
    case = Case(CONSENTED, ABC23456=Redemption(RedemptionOutcome.LINKED, "CB777"))

    assert "CB777" in (await case.use_code(visit(bare), "ABC23456")).title


REFUSED = [
    pytest.param(Redemption(RedemptionOutcome.WRONG, tries_left=4), "Còn 4 lần thử", id="wrong"),
    pytest.param(Redemption(RedemptionOutcome.WRONG), "Còn 0 lần thử", id="wrong, none left"),
    pytest.param(Redemption(RedemptionOutcome.EXPIRED), "đã hết hạn hoặc đã dùng", id="expired or used"),
    pytest.param(
        Redemption(RedemptionOutcome.LOCKED, locked_until=datetime(2026, 11, 21, 10, 5, tzinfo=UTC)),
        "17:05 21/11/2026",
        id="locked until a moment",
    ),
    pytest.param(Redemption(RedemptionOutcome.LINKED), "Mã không đúng", id="linked to nobody"),
]


@pytest.mark.parametrize(("outcome", "decisive"), REFUSED)
async def test_code_that_does_not_work_says_why_and_links_nobody(bare, outcome, decisive):
    case = Case(CONSENTED, XYZ23456=outcome)
    reply = await case.use_code(visit(bare), "XYZ23456")

    assert reply.outcome is Outcome.DENIED
    assert decisive in reply.title
    assert case.person is None
    assert [one.action for one in case.audit.entries] == ["link_refused"]


async def test_phone_without_consent_shows_the_notice(bare):
    assert "link.agree" in actions(await Case(phones={"0912": ["CB001"]}).use_phone(visit(bare)))


async def test_phone_of_exactly_one_person_links(bare):
    case = Case(ON_TELEGRAM, phones={"0912": ["CB001"]})

    assert "Chào đồng chí" in (await case.use_phone(visit(bare, channel=Channel.TELEGRAM))).title
    assert case.person == "CB001"
    assert case.audit.entries[0].details["by"] == "phone"


async def test_phone_of_somebody_without_record_greets_by_code(bare):
    assert (
        "CB777"
        in (await Case(ON_TELEGRAM, phones={"0912": ["CB777"]}).use_phone(visit(bare, channel=Channel.TELEGRAM))).title
    )


async def test_phone_links_on_a_channel_of_which_the_operator_says_that_it_vouches(bare):
    case = Case(Account("zalo_oa", "w1", consent_version=NOTICE_VERSION), phones={"0912": ["CB001"]})
    trusted = frozenset({Channel.ZALO_OA})
    offered = await start_linking(visit(bare, channel=Channel.ZALO_OA), accounts=case.accounts, vouching=trusted)
    await case.use_phone(visit(bare, channel=Channel.ZALO_OA), vouching=trusted)

    assert (offered.asks_contact, case.person) == (True, "CB001")


async def test_phone_links_nobody_where_the_channel_does_not_vouch_for_it(bare):
    case = Case(Account("zalo_oa", "w1", consent_version=NOTICE_VERSION), phones={"0912": ["CB001"]})
    reply = await case.use_phone(visit(bare, channel=Channel.ZALO_OA))

    assert reply.outcome is Outcome.DENIED
    assert case.person is None
    assert [one.action for one in case.audit.entries] == ["link_refused"]


@pytest.mark.parametrize("codes", [[], ["CB001", "CB002"]], ids=["nobody", "two people"])
async def test_phone_that_is_not_of_exactly_one_person_links_nobody_and_says_no_number(bare, codes):
    case = Case(ON_TELEGRAM, phones={"0912": codes})
    reply = await case.use_phone(visit(bare, channel=Channel.TELEGRAM))

    assert reply.outcome is Outcome.DENIED
    assert case.person is None
    assert case.audit.entries[0].details == {"matches": len(codes)}
    assert "0912" not in words(reply)


def test_personal_question_of_a_stranger_is_refused_with_the_way_to_link(bare):
    reply = ask_to_link(visit(bare))

    assert reply.outcome is Outcome.DENIED
    assert "link" in actions(reply)


CODES = [
    pytest.param("K3N7P9QX", True, id="a code"),
    pytest.param("k3n7 p9qx", True, id="with a space, small"),
    pytest.param("ABCDEFGH", True, id="capitals only"),
    pytest.param("abcdefgh", False, id="a word"),
    pytest.param("hạn của tôi", False, id="a question"),
    pytest.param("12", False, id="too short"),
]


@pytest.mark.parametrize(("text", "is_code"), CODES)
def test_text_looks_like_a_code_only_when_it_has_the_shape_of_one(text, is_code):
    assert looks_like_code(text) is is_code


async def test_person_is_asked_where_to_be_written_to_first_when_another_channel_is_linked(bare):
    elsewhere = Account("telegram", "t1", official().code)
    case = Case(CONSENTED, elsewhere, **RIGHT)
    assert "link.prefer" in actions(await case.use_code(visit(bare), "ABC23456"))
    alone = Case(CONSENTED, **RIGHT)
    assert "link.prefer" not in actions(await alone.use_code(visit(bare), "ABC23456"))


async def test_person_is_written_to_here_first_when_they_say_so(bare):
    case = Case(CONSENTED)
    await prefer_here(visit(bare, person=official()), accounts=case.accounts, audit=case.audit, clock=CLOCK)
    assert case.accounts.preferred == ("web", "w1")
    stranger = await prefer_here(visit(bare), accounts=case.accounts, audit=case.audit, clock=CLOCK)
    assert stranger.outcome is Outcome.DENIED
