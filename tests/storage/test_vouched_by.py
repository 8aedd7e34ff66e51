"""Whose linking codes led to where the first of two acted is kept with what waits; chats of before are marked."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from knowledge.facts import Credential, KindCode, PersonCode, Signatory, UnitCode
from storage.database import open_database
from storage.drawers import Drawers
from storage.encryption import Vault
from storage.migrating import migrate
from storage.records import DataRequest, Evidence, EvidenceState, Letter, LetterKind, Proposal, ProposalKind
from tests.storage.filling import LAN, put_people, put_units

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
ANH, BINH = PersonCode("HR001"), PersonCode("HR002")
BY = frozenset({ANH, BINH})


async def test_it_is_kept_with_a_proposal(drawers: Drawers) -> None:
    signed = Signatory(BINH, "Bình", UnitCode("SO-A"), "Sở A", BY)
    number = await drawers.proposals.add(Proposal(ProposalKind.ROUND, {}, None, signed, NOW))
    kept = await drawers.proposals.find(number)
    assert kept is not None
    assert kept.proposed_by == signed
    assert [one.proposed_by for one in await drawers.proposals.list_waiting(9)] == [signed]


async def test_it_is_kept_with_the_first_check_of_evidence_and_the_first_word_on_a_request(drawers: Drawers) -> None:
    await put_units(drawers)
    await put_people(drawers, [LAN])
    held = Credential(KindCode("ielts"), level="6.0", number="X1", issued_on=date(2026, 1, 5))
    made = await drawers.evidence.submit(Evidence(LAN.code, held, submitted_at=NOW, changed_at=NOW), [])
    checked = replace(made, state=EvidenceState.CHECKED, version=2, checked_by=BINH, checked_vouched_by=BY)
    await drawers.evidence.settle(checked)
    found = await drawers.evidence.find(made.number)
    assert found is not None
    assert found.checked_vouched_by == BY

    wanted = DataRequest(LAN.code, "paper", "delete", NOW, NOW.date(), NOW.date())
    opened = await drawers.privacy.add_request(wanted)
    agreed = await drawers.privacy.save_request(replace(opened, agreed_by=BINH, agreed_vouched_by=BY))
    assert agreed.agreed_vouched_by == BY
    asked = await drawers.privacy.add_request(replace(wanted, asked_vouched_by=BY))
    assert (asked.asked_vouched_by, opened.asked_vouched_by) == (BY, frozenset())


async def test_whose_codes_led_to_every_chat_of_somebody_is_known(drawers: Drawers) -> None:
    await put_units(drawers)
    await put_people(drawers, [LAN])
    assert await drawers.privacy.list_vouchers([LAN.code]) == {}
    await drawers.accounts.link("web", "a", LAN.code, NOW, BY)
    await drawers.accounts.link("web", "b", LAN.code, NOW, {ANH})
    assert await drawers.privacy.list_vouchers([LAN.code]) == {LAN.code: {ANH}}
    await drawers.accounts.link("web", "c", LAN.code, NOW)
    assert await drawers.privacy.list_vouchers([LAN.code]) == {LAN.code: frozenset()}


async def test_a_letter_keeps_the_word_that_it_tells(drawers: Drawers) -> None:
    await drawers.letters.leave(Letter("web", "w", LetterKind.LINKED, NOW, LAN.code, about="telegram"))
    (letter,) = await drawers.letters.collect("web", "w", LAN.code, NOW)
    assert (letter.kind, letter.about) == (LetterKind.LINKED, "telegram")


@pytest.mark.parametrize(
    ("linked_by", "given_by", "expected"),
    [("code", ANH, [ANH]), ("code", "command_line", []), ("phone", ANH, [])],
    ids=["a code of HR", "a code of the administrator", "a phone number"],
)
async def test_chats_that_were_linked_before_are_marked_by_what_the_audit_chain_says(
    empty_database_url: str, vault: Vault, linked_by: str, given_by: str, expected: list[str]
) -> None:
    async with open_database(empty_database_url, vault=vault) as database:
        await migrate(database, "0031")
        async with database.transaction() as drawers:
            await put_units(drawers)
            await put_people(drawers, [LAN])
            await drawers.connection.execute(
                text("INSERT INTO accounts (channel, address, person, linked_at, changed_at) "
                     "VALUES ('web', 'w', :person, :at, :at)"), {"person": LAN.code, "at": NOW},
            )  # fmt: skip
            await drawers.connection.execute(
                text("INSERT INTO link_codes (hash, person, issued_at, expires_at) VALUES ('x', :person, :at, :end)"),
                {"person": LAN.code, "at": NOW, "end": NOW + timedelta(days=7)},
            )
            await drawers.audit.record(given_by, "issued_code", LAN.code, NOW - timedelta(minutes=5))
            details = {"channel": "web", "by": linked_by}
            await drawers.audit.record(LAN.code, "linked", LAN.code, NOW + timedelta(milliseconds=9), details)
        await migrate(database)
        async with database.transaction() as drawers:
            marks = await drawers.connection.execute(text("SELECT vouched_by FROM accounts"))
            assert marks.scalar_one() == expected
            codes = await drawers.connection.execute(text("SELECT vouched_by FROM link_codes"))
            assert codes.scalar_one() == ([] if given_by == "command_line" else [given_by])


@pytest.mark.parametrize(
    ("linked_by", "given_by", "linked_on", "state", "entered_by", "expected"),
    [
        ("code", ANH, "web", "open", None, [ANH]),
        ("code", ANH, "web", "open", BINH, []),
        ("code", ANH, "web", "done", None, []),
        ("code", ANH, "telegram", "open", None, []),
        ("code", "command_line", "web", "open", None, []),
        ("phone", ANH, "web", "open", None, []),
    ],
    ids=["a code of HR", "on paper", "settled", "another channel", "a code of the administrator", "a phone number"],
)
async def test_open_requests_of_before_are_marked_by_whose_code_led_to_a_chat_of_their_channel(
    empty_database_url: str,
    vault: Vault,
    linked_by: str,
    given_by: str,
    linked_on: str,
    state: str,
    entered_by: str | None,
    expected: list[str],
) -> None:
    """However it went on with that chat: here it is linked no more."""
    async with open_database(empty_database_url, vault=vault) as database:
        await migrate(database, "0033")
        async with database.transaction() as drawers:
            await put_units(drawers)
            await put_people(drawers, [LAN])
            await drawers.connection.execute(
                text("INSERT INTO data_requests (person, channel, asked_right, field, state, opened_at, first_on, "
                     "due_on, closed_at, entered_by) VALUES (:person, 'web', 'correct', 'dien_thoai', :state, :at, "
                     ":day, :day, :closed, :by)"),
                {"person": LAN.code, "state": state, "at": NOW, "day": NOW.date(), "by": entered_by,
                 "closed": None if state == "open" else NOW},
            )  # fmt: skip
            await drawers.audit.record(given_by, "issued_code", LAN.code, NOW - timedelta(minutes=9))
            details = {"channel": linked_on, "by": linked_by}
            await drawers.audit.record(LAN.code, "linked", LAN.code, NOW - timedelta(minutes=5), details)
            await drawers.audit.record(BINH, "issued_code", LAN.code, NOW - timedelta(minutes=3))  # redeemed by nobody
            await drawers.audit.record(LAN.code, "linked", LAN.code, NOW + timedelta(minutes=5), details)
        await migrate(database)
        async with database.transaction() as drawers:
            marks = await drawers.connection.execute(text("SELECT asked_vouched_by FROM data_requests"))
            assert marks.scalar_one() == expected


async def test_an_open_request_of_before_is_marked_with_all_behind_a_chat_that_is_marked_already(
    empty_database_url: str, vault: Vault
) -> None:
    async with open_database(empty_database_url, vault=vault) as database:
        await migrate(database, "0033")
        async with database.transaction() as drawers:
            await put_units(drawers)
            await put_people(drawers, [LAN])
            await drawers.accounts.link("web", "a", LAN.code, NOW - timedelta(days=1), BY)
            await drawers.accounts.link("web", "b", LAN.code, NOW + timedelta(days=1), {PersonCode("HR003")})
            await drawers.connection.execute(
                text("INSERT INTO data_requests (person, channel, asked_right, state, opened_at, first_on, due_on) "
                     "VALUES (:person, 'web', 'delete', 'open', :at, :day, :day)"),
                {"person": LAN.code, "at": NOW, "day": NOW.date()},
            )  # fmt: skip
        await migrate(database)
        async with database.transaction() as drawers:
            marks = await drawers.connection.execute(text("SELECT asked_vouched_by FROM data_requests"))
            assert marks.scalar_one() == sorted(BY)
