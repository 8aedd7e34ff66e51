"""Two persons are two: whoever gave the code by which a chat was linked is never taken for somebody else there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from handlers.asking import Channel
from handlers.hr.proposals_rights import explain_refusal, may_decide, signatory_of
from handlers.hr.proposals_time import BASIS, DAY, DEED, OFF, REASON
from handlers.letters import write_letter
from handlers.officials.later_chats import LIST, UNLINK
from handlers.reply import Outcome
from handlers.study.desk import sides_of
from handlers.vouching import could_be, explain_not_another, in_chat_of, is_another, name_leaving
from knowledge.facts import Person, PersonCode, Role
from knowledge.rulebook import RulesOn
from storage.records import Account, LetterKind, Proposal, ProposalKind, ProposalState
from tests.handlers import visits
from tests.handlers.desks import TriedDesk
from tests.handlers.visits import NOTICE_VERSION, TODAY, actions, words
from tests.people import official

ANH = official(code=PersonCode("HR001"), name="Trần Thị Anh", roles=frozenset({Role.HR}))
BINH = official(code=PersonCode("HR002"), name="Lê Văn Bình", roles=frozenset({Role.HR}))
CHI = official(code=PersonCode("HR003"), name="Đỗ Thị Chi", roles=frozenset({Role.HR}))
CLERK = official(code=PersonCode("CB900"), name="Vũ Văn Chuyên Viên")
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)
OWN, GIVEN, THIRD = "own-phone", "given-by-code", "given-to-third"
STORM = {DEED: OFF, DAY: "2027-03-19", REASON: "Nghỉ phòng bão số 9", BASIS: "Công điện 12/CĐ-UBND"}


@pytest.fixture
def desk(library, reader) -> TriedDesk:
    tried = TriedDesk(visits.with_standards(library), reader, people=(ANH, BINH, CHI, CLERK))
    for address, person in ((OWN, ANH), ("own-b", BINH)):
        _put(tried, address, person.code)
    return tried


def _put(desk: TriedDesk, address: str, person: PersonCode | None = None, linked_at: datetime | None = NOW) -> None:
    account = Account("web", address, person, linked_at if person else None, NOTICE_VERSION, NOW)
    desk.drawers.accounts.kept["web", address] = account


def _today(desk: TriedDesk) -> RulesOn:
    return visits.with_standards(desk.desk.library).on(TODAY)


def _proposal(by: Person, today: RulesOn) -> Proposal:
    return Proposal(ProposalKind.CALENDAR_DAY, STORM, None, signatory_of(by, today), NOW)


async def _take_code(desk: TriedDesk, by: str, whom: PersonCode, address: str) -> None:
    """One chat gives a code for somebody, and another redeems it."""
    await desk.press(f"codes.one|{whom}", address=by)
    _put(desk, address)
    await desk.press(f"link.agree|{desk.drawers.link_codes.issued[whom]}", address=address)
    assert desk.drawers.accounts.kept["web", address].person == whom


async def _propose(desk: TriedDesk, address: str) -> int:
    """A proposal as the desk keeps it that is made in this chat."""
    account = desk.drawers.accounts.kept["web", address]
    assert account.person is not None
    by = await desk.drawers.profiles.find_person(account.person)
    return await desk.drawers.proposals.add(_proposal(in_chat_of(by, account.vouched_by), _today(desk)))


async def _state(desk: TriedDesk, number: int) -> ProposalState:
    return (await desk.drawers.proposals.find(number)).state


@pytest.mark.parametrize(
    ("second", "first", "is_so"),
    [
        pytest.param(BINH, ANH, True, id="two who linked by themselves"),
        pytest.param(ANH, ANH, False, id="one and the same"),
        pytest.param(in_chat_of(BINH, frozenset({ANH.code})), ANH, False, id="the first gave the second's code"),
        pytest.param(ANH, in_chat_of(BINH, frozenset({ANH.code})), False, id="the second gave the first's code"),
        pytest.param(
            in_chat_of(BINH, frozenset({ANH.code})), in_chat_of(CHI, frozenset({ANH.code})), False, id="one gave both"
        ),
        pytest.param(
            in_chat_of(CHI, frozenset({ANH.code, BINH.code})), ANH, False, id="the first gave the code of who gave it"
        ),
        pytest.param(in_chat_of(BINH, frozenset({CHI.code})), ANH, True, id="a third gave the second's code"),
    ],
)
def test_a_second_person_is_nobody_who_could_be_the_first(second, first, is_so):
    assert is_another(second, first.code, first.vouched_by) is is_so


def test_why_somebody_is_not_another_is_said_in_a_sentence_of_its_own():
    by_anh = in_chat_of(BINH, frozenset({ANH.code}))
    said = {
        explain_not_another(by_anh, ANH.code, ANH.name),
        explain_not_another(ANH, BINH.code, ANH.name, by_anh.vouched_by),
        explain_not_another(by_anh, CHI.code, ANH.name, by_anh.vouched_by),
    }
    assert len(said) == 3
    assert all(ANH.name in one for one in said)


async def test_whoever_proposes_cannot_confirm_as_a_colleague_for_whom_they_gave_the_code(desk):
    await _take_code(desk, OWN, BINH.code, GIVEN)
    number = await _propose(desk, OWN)

    listed = await desk.press("proposals", address=GIVEN)
    seen = await desk.press(f"proposal|{number}", address=GIVEN)
    version = desk.drawers.rules.declared.version
    forged = await desk.press(f"proposal.confirm|{number}.{version}", address=GIVEN)

    proposal = await desk.drawers.proposals.find(number)
    why = explain_refusal(in_chat_of(BINH, frozenset({ANH.code})), proposal)
    assert why in words(listed)
    assert ("proposal", str(number)) in {(one.action, one.subject) for one in listed.choices}
    assert "proposal.confirm" not in actions(seen)
    assert why in words(seen)
    assert (forged.outcome, forged.title) == (Outcome.DENIED, why)
    assert await _state(desk, number) is ProposalState.WAITING


async def test_whoever_proposes_as_a_colleague_cannot_confirm_as_themself(desk):
    await _take_code(desk, OWN, BINH.code, GIVEN)
    number = await _propose(desk, GIVEN)

    forged = await desk.press(f"proposal.confirm|{number}.{desk.drawers.rules.declared.version}", address=OWN)

    assert forged.outcome is Outcome.DENIED
    assert await _state(desk, number) is ProposalState.WAITING


async def test_whoever_proposed_as_a_colleague_hears_how_that_colleague_could_decide(desk):
    await _take_code(desk, OWN, BINH.code, GIVEN)
    number = await _propose(desk, GIVEN)
    own = await _propose(desk, "own-b")

    assert name_leaving() in words(await desk.press(f"proposal|{number}", address=GIVEN))
    assert name_leaving() not in words(await desk.press(f"proposal|{own}", address="own-b"))


async def test_a_code_that_is_given_where_a_code_led_stands_for_both(desk):
    await _take_code(desk, OWN, BINH.code, GIVEN)
    await _take_code(desk, GIVEN, CHI.code, THIRD)

    assert desk.drawers.accounts.kept["web", THIRD].vouched_by == {ANH.code, BINH.code}
    number = await _propose(desk, OWN)
    forged = await desk.press(f"proposal.confirm|{number}.{desk.drawers.rules.declared.version}", address=THIRD)
    assert forged.outcome is Outcome.DENIED


@pytest.mark.parametrize("deed", ["proposal.confirm", "proposal.refuse"])
async def test_the_colleague_decides_where_they_linked_by_themself(desk, deed):
    await _take_code(desk, OWN, BINH.code, GIVEN)
    number = await _propose(desk, OWN)
    subject = f"{number}.{desk.drawers.rules.declared.version}" if deed == "proposal.confirm" else f"{number}"

    reply = await desk.press(f"{deed}|{subject}", address="own-b")

    assert reply.outcome is not Outcome.DENIED


async def test_another_way_of_linking_replaces_the_mark(desk):
    await _take_code(desk, OWN, BINH.code, GIVEN)
    await desk.press("data.withdraw.yes", address=GIVEN)
    assert desk.drawers.accounts.kept["web", GIVEN].vouched_by == frozenset()
    _put(desk, GIVEN)
    issued = await desk.drawers.link_codes.issue(BINH.code, NOW)  # as the administrator does, by a command
    await desk.press(f"link.agree|{issued.code}", address=GIVEN)

    assert desk.drawers.accounts.kept["web", GIVEN].person == BINH.code
    assert desk.drawers.accounts.kept["web", GIVEN].vouched_by == frozenset()


def test_staff_that_is_told_of_a_proposal_may_decide_it_elsewhere(library):
    today = visits.with_standards(library).on(TODAY)
    proposal = _proposal(ANH, today)
    assert may_decide(BINH, proposal, today)
    assert not may_decide(in_chat_of(BINH, could_be(ANH)), proposal, today)


def test_study_of_whoever_gave_the_code_is_not_decided_there(library):
    today = visits.with_standards(library).on(TODAY)
    assert sides_of(BINH, ANH, today)
    assert not sides_of(in_chat_of(BINH, frozenset({ANH.code})), ANH, today)


# --- chats that were linked before hear of it


async def test_every_chat_linked_before_is_told_when_another_is_linked_whatever_reminders_they_wished(desk):
    quiet = replace(desk.drawers.accounts.kept["web", "own-b"], withheld=("reminders",))
    desk.drawers.accounts.kept["web", "own-b"] = quiet
    desk.drawers.accounts.kept["telegram", "t-b"] = Account("telegram", "t-b", BINH.code, NOW)

    await _take_code(desk, OWN, BINH.code, GIVEN)

    told = [one for one in desk.drawers.letters.kept if one.kind is LetterKind.LINKED]
    assert {(one.channel, one.address, one.person) for one in told} == {
        ("web", "own-b", BINH.code),
        ("telegram", "t-b", BINH.code),
    }
    letter = write_letter(replace(told[0], about=Channel.TELEGRAM.value))
    assert "Telegram" in letter.title
    assert str(told[0].left_at.year) in letter.title
    assert {LIST, "data"} <= actions(letter)


async def test_a_chat_linked_later_is_unlinked_from_an_earlier_one_and_never_the_other_way(desk):
    _put(desk, "own-b", BINH.code, NOW - timedelta(days=9))
    await _take_code(desk, OWN, BINH.code, GIVEN)

    assert UNLINK not in actions(await desk.press(LIST, address=GIVEN))
    await desk.press(UNLINK, address=GIVEN)
    assert desk.drawers.accounts.kept["web", "own-b"].person == BINH.code

    assert LIST in actions(await desk.press("data", address="own-b"))
    assert UNLINK in actions(await desk.press(LIST, address="own-b"))
    await desk.press(UNLINK, address="own-b")
    assert desk.drawers.accounts.kept["web", GIVEN].person is None
    assert desk.drawers.accounts.kept["web", "own-b"].person == BINH.code
    assert (BINH.code, "unlinked_later") in [(one.actor, one.action) for one in desk.drawers.audit.entries]


async def test_nothing_is_unlinked_where_no_chat_says_since_when(desk):
    await _take_code(desk, OWN, BINH.code, GIVEN)
    await desk.press(UNLINK, person=BINH)
    assert desk.drawers.accounts.kept["web", GIVEN].person == BINH.code
