"""Unlinking a chat where somebody else may sit leaves the person's own as it is, in the tables too."""

from dataclasses import replace

import pytest

from handlers.letting_go import Kept, let_go_of_all, put_out
from knowledge.facts import PersonCode
from knowledge.library import Library
from storage.drawers import Drawers
from storage.records import Inquiry, InquiryState, Letter, LetterKind
from tests.handlers.visits import TODAY, with_standards
from tests.storage.filling import LAN, another, put_people, put_units
from tests.storage.test_inquiries import ASKED, NOON


@pytest.fixture
async def office(drawers: Drawers) -> Drawers:
    await put_units(drawers)
    await put_people(drawers, [LAN, another("CB002")])
    for address in ("42", "strange"):
        await drawers.accounts.save_consent("telegram", address, "1", NOON)
        await drawers.accounts.link("telegram", address, LAN.code, NOON)
    return drawers


async def test_only_what_this_person_asked_there_is_taken_back(office: Drawers, library: Library) -> None:
    there = await office.inquiries.add(replace(ASKED, address="strange"))
    others = [
        await office.inquiries.add(ASKED),
        await office.inquiries.add(replace(ASKED, channel="web", address="strange")),
        await office.inquiries.add(replace(ASKED, address="strange", person=None)),
        await office.inquiries.add(replace(ASKED, address="strange", person=PersonCode("CB002"))),
        await office.inquiries.add(replace(ASKED, address="strange", state=InquiryState.ANSWERED)),
    ]
    await office.calendars.issue(LAN.code, NOON)
    kept = Kept(office.accounts, office.threads, office.inquiries, office.letters, office.evidence, office.calendars)

    taken = await put_out(("telegram", "strange"), LAN, with_standards(library).on(TODAY), kept, office.privacy, NOON)

    assert taken == 1
    assert await _standing(office, there) == (InquiryState.WITHDRAWN, False)
    assert [await _standing(office, one) for one in others] == [(one.state, True) for one in others]
    assert [one.address for one in await office.accounts.list_accounts(LAN.code)] == ["42"]
    assert await office.calendars.find_issued(LAN.code) == NOON


async def test_the_word_that_a_chat_was_linked_is_not_told_again_of_one_that_was_put_out(
    office: Drawers, library: Library
) -> None:
    linked = Letter("telegram", "strange", LetterKind.LINKED, NOON, LAN.code, about="zalo_oa")
    await office.letters.leave(linked)
    await office.letters.leave(Letter("telegram", "strange", LetterKind.EVIDENCE, NOON, LAN.code, number=5))
    kept = Kept(office.accounts, office.threads, office.inquiries, office.letters, office.evidence, office.calendars)

    await put_out(("telegram", "strange"), LAN, with_standards(library).on(TODAY), kept, office.privacy, NOON)

    waiting = await office.letters.start("telegram", None, 10, NOON)
    assert [(one.address, one.kind) for one in waiting] == [("42", LetterKind.EVIDENCE)]


@pytest.mark.parametrize("has_another", [False, True], ids=["no other", "another takes it"])
async def test_what_waits_in_a_chat_that_is_left_goes_to_none_that_takes_nothing_unasked_but_what_answers_a_question(
    office: Drawers, library: Library, has_another: bool
) -> None:
    await office.accounts.withhold("telegram", "42", ("reminders",), NOON)
    if has_another:
        await office.accounts.link("zalo_oa", "z", LAN.code, NOON)
    inquiry = await office.inquiries.add(ASKED)
    there = Letter("telegram", "strange", LetterKind.EVIDENCE, NOON, LAN.code, number=5)
    await office.letters.leave(there)
    await office.letters.leave(replace(there, kind=LetterKind.ANSWERED, inquiry=inquiry.code))
    kept = Kept(office.accounts, office.threads, office.inquiries, office.letters, office.evidence, office.calendars)

    await put_out(("telegram", "strange"), LAN, with_standards(library).on(TODAY), kept, office.privacy, NOON)

    told = {
        (one.address, one.kind)
        for channel in ("telegram", "zalo_oa")
        for one in await office.letters.start(channel, None, 10, NOON)
    }
    every = {("z", LetterKind.EVIDENCE), ("z", LetterKind.ANSWERED)}
    assert told == (every if has_another else {("42", LetterKind.ANSWERED)})


async def test_letting_go_of_all_leaves_the_word_that_a_chat_was_linked_to_whoever_sits_there(
    office: Drawers, library: Library
) -> None:
    for address in ("42", "strange"):
        await office.letters.leave(Letter("telegram", address, LetterKind.LINKED, NOON, LAN.code, about="zalo_oa"))
        await office.letters.leave(Letter("telegram", address, LetterKind.EVIDENCE, NOON, LAN.code, number=5))
    kept = Kept(office.accounts, office.threads, office.inquiries, office.letters, office.evidence, office.calendars)
    today = with_standards(library).on(TODAY)

    await let_go_of_all(LAN, today, kept, office.privacy, NOON, asked_in=("telegram", "strange"))

    waiting = await office.letters.start("telegram", None, 10, NOON)
    assert [(one.address, one.kind, one.person) for one in waiting] == [("42", LetterKind.LINKED, None)]


async def _standing(office: Drawers, asked: Inquiry) -> tuple[InquiryState, bool]:
    found = await office.inquiries.find(asked.code)
    assert found is not None
    return found.state, found.question is not None
