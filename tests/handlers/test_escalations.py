"""A head or HR opens what they were told of: names only for whoever is proven and still in charge; act and comment."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from handlers.heads import escalations, needing
from handlers.heads.escalations import Desk
from handlers.officials.my_data import view_my_data
from handlers.reply import Outcome, Pending, Reply
from handlers.visit import Visit
from knowledge.cases import Case, KeptCase, Told, Trigger, rung_of_head
from knowledge.facts import CriterionCode, Person, PersonCode, Role, StudyRecord, Unit
from knowledge.library import Library
from knowledge.rulebook import RuleBook
from storage.records import Remark
from tests.cases import FakeEscalations
from tests.evidence_kept import FakeEvidence
from tests.fakes import FakeAccounts, FakeAudit, FakeClock, FakeProfiles
from tests.handlers.visits import actions, visit, words
from tests.inboxes import FakeInquiries
from tests.knowledge.test_escalating import (
    CHIEF,
    CLERK,
    DIRECTOR,
    EVERYBODY,
    LANGUAGE,
    NEAR,
    OFFICIAL,
    REMOVAL,
    UNITS,
    make_book,
)
from tests.people import DIVISION, credential, review
from tests.privacy_kept import FakePersonalData

LATER = date(2026, 12, 15)
CASE = Case(OFFICIAL.code, Trigger.UNDECIDED, "DOT-1@2026-12-31", (LANGUAGE,))
BY_CHIEF = Told("unit:PHONG-MAU", NEAR, (CHIEF.code,))
BY_DIRECTOR = Told("unit:SO-MAU", LATER, (DIRECTOR.code,))
BY_CLERK = Told("office:so_noi_vu_hung_yen", date(2026, 12, 23), (CLERK.code,))


class Tried:
    """The desk of one day over what was told so far."""

    def __init__(self, book: RuleBook, *told: Told, day: date = LATER, people: tuple[Person, ...] = EVERYBODY) -> None:
        self.book, self.day = book, day
        self.cases = FakeEscalations(KeptCase(CASE, NEAR, told=told, number=1), reached={OFFICIAL.code})
        self.audit = FakeAudit()
        self.desk = Desk(self.cases, FakeProfiles(people), self.audit, FakeClock(day))

    def visit(self, person: Person | None, **more: Any) -> Visit:
        return visit(self.book, person, on=self.day, today=self.day, **more)

    async def open(self, reader: Person) -> Reply:
        return await escalations.open_one(self.visit(reader, subject=OFFICIAL.code), reader, self.desk)

    async def list(self, reader: Person) -> Reply:
        return await escalations.list_mine(self.visit(reader), reader, self.desk)


async def test_list_names_people_and_what_they_lack_when_its_reader_was_told(library: Library) -> None:
    tried = Tried(make_book(library), BY_CHIEF)

    said = await tried.list(CHIEF)

    assert OFFICIAL.name in words(said)
    assert "ngoại ngữ" in words(said)
    assert "31/12/2026" in words(said)
    assert {"escalation.open", "escalation.ack"} <= actions(said)
    assert [entry.action for entry in tried.audit.entries] == ["looked_at_unit"]


@pytest.mark.parametrize(
    ("reader", "people", "units"),
    [
        pytest.param(OFFICIAL, EVERYBODY, UNITS, id="the person concerned"),
        pytest.param(DIRECTOR, EVERYBODY, UNITS, id="a head above who was not told yet"),
        pytest.param(CHIEF, EVERYBODY, (UNITS[0], replace(DIVISION, head=DIRECTOR.code)), id="head of it no more"),
        pytest.param(
            CHIEF, (replace(OFFICIAL, credentials=(credential("vstep", "bac_3"),)), CHIEF), UNITS, id="it has ended"
        ),
    ],
)
async def test_nothing_is_named_when_the_reader_is(
    library: Library, reader: Person, people: tuple[Person, ...], units: tuple[Unit, ...]
) -> None:
    tried = Tried(make_book(library, units), BY_CHIEF, people=people)

    for said in (await tried.list(reader), await tried.open(reader)):
        assert OFFICIAL.name not in words(said)
        assert "escalation.open" not in actions(said)
    asked = await escalations.ask_for_comment(tried.visit(reader, subject=OFFICIAL.code), reader, tried.desk)
    assert asked.pending is None


async def test_detail_shows_what_was_decided_and_offers_to_act(library: Library) -> None:
    refused = replace(OFFICIAL, study=(StudyRecord(LANGUAGE, requested_on=date(2026, 12, 1)),), credentials=())
    tried = Tried(make_book(library), BY_CHIEF, people=(refused, CHIEF))

    said = await tried.open(CHIEF)

    assert "01/12/2026: đề nghị được cử đi học" in words(said)
    assert {"study.waiting", "study.propose", "escalation.comment", "escalation.ack"} <= actions(said)
    assert [entry.action for entry in tried.audit.entries] == ["looked_at_person"]


async def test_what_was_decided_on_something_else_is_not_denied(library: Library) -> None:
    elsewhere = StudyRecord(CriterionCode("tin_hoc"), requested_on=date(2026, 12, 1), refused_on=date(2026, 12, 2))
    tried = Tried(make_book(library), BY_CHIEF, people=(replace(OFFICIAL, study=(elsewhere,)), CHIEF))

    said = words(await tried.open(CHIEF))

    assert "chưa ghi nhận đề nghị hay quyết định nào về việc cử người này đi học để hoàn thiện: ngoại ngữ." in said


async def test_reader_sees_who_was_told_below_and_never_above(library: Library) -> None:
    tried = Tried(make_book(library), BY_CHIEF, BY_DIRECTOR, BY_CLERK, day=date(2026, 12, 24))
    await escalations.acknowledge(tried.visit(CHIEF, subject=OFFICIAL.code), CHIEF, tried.desk)
    for reader, typed in ((CHIEF, "Chưa có lớp."), (DIRECTOR, "Sẽ bố trí."), (CLERK, "Đề nghị báo cáo.")):
        pending = Pending(escalations.FORM, "words", {"person": OFFICIAL.code})
        asked = replace(tried.visit(reader, text=typed), pending=pending, meaning=None)
        await escalations.read_comment(asked, reader, tried.desk)

    chief, director, clerk = [words(await tried.open(reader)) for reader in (CHIEF, DIRECTOR, CLERK)]

    assert "Chưa có lớp." in chief
    assert not [one for one in ("Sẽ bố trí.", "Đề nghị báo cáo.", "15/12/2026", "23/12/2026") if one in chief]
    assert "07/12/2026" in director
    assert "đã xác nhận" in director
    assert "Chưa có lớp." in director
    assert "Đề nghị báo cáo." not in director
    assert all(one in clerk for one in ("Chưa có lớp.", "Sẽ bố trí.", "15/12/2026"))


async def test_new_head_reads_what_the_former_one_said_and_those_above_see_that_both_were_told(
    library: Library,
) -> None:
    former, new = replace(CHIEF, code=PersonCode("CB009")), CHIEF
    told = tuple(
        Told(rung_of_head(DIVISION.code, head.code), on, (head.code,))
        for head, on in ((former, NEAR), (new, date(2026, 12, 9)))
    )
    tried = Tried(make_book(library), *told, BY_DIRECTOR, people=(*EVERYBODY, former))
    tried.cases.remarks += [
        Remark(OFFICIAL.code, former.code, datetime(2026, 12, 8, tzinfo=UTC), "Chờ lớp tháng 12."),
        Remark(OFFICIAL.code, former.code, datetime(2026, 12, 20, tzinfo=UTC), "Cấp trên cho ý kiến."),
        Remark(OFFICIAL.code, DIRECTOR.code, datetime(2026, 12, 15, tzinfo=UTC), "Sẽ bố trí."),
    ]

    of_new, of_director = words(await tried.open(new)), words(await tried.open(DIRECTOR))

    assert "Chờ lớp tháng 12." in of_new
    assert "07/12/2026" in of_new
    assert not [one for one in ("Sẽ bố trí.", "15/12/2026", "09/12/2026", "Cấp trên cho ý kiến.") if one in of_new]
    assert all(one in of_director for one in ("Chờ lớp tháng 12.", "07/12/2026", "09/12/2026", former.code, new.code))
    assert OFFICIAL.name not in words(await tried.list(former)), "who heads it no more"


async def test_head_who_came_back_is_not_told_of_whoever_came_between_as_before_them(library: Library) -> None:
    between = replace(CHIEF, code=PersonCode("CB009"))
    told = tuple(
        Told(rung_of_head(DIVISION.code, head.code), on, (head.code,))
        for head, on in ((CHIEF, NEAR), (between, date(2026, 12, 9)))
    )
    tried = Tried(make_book(library), *told, people=(*EVERYBODY, between))

    assert "09/12/2026" not in words(await tried.open(CHIEF))


@pytest.mark.parametrize(
    ("above", "reader"),
    [
        pytest.param(replace(BY_CLERK, rung="office:named_no_more"), DIRECTOR, id="an office that another body has"),
        pytest.param(replace(BY_CLERK, rung="unit:merged"), DIRECTOR, id="a unit that was merged"),
    ],
)
async def test_what_went_above_by_a_rung_that_is_no_more_stays_unseen(
    library: Library, above: Told, reader: Person
) -> None:
    tried = Tried(make_book(library), BY_CHIEF, BY_DIRECTOR, above, day=date(2026, 12, 24))

    said = words(await tried.open(reader))

    assert "07/12/2026" in said
    assert not [one for one in ("23/12/2026", CLERK.code) if one in said]


async def test_ending_a_comment_shows_the_person_again_and_the_look_is_recorded(library: Library) -> None:
    tried = Tried(make_book(library), BY_CHIEF)
    pending = Pending(escalations.FORM, "words", {"person": OFFICIAL.code})
    ended = replace(tried.visit(CHIEF, text="thôi"), pending=pending, meaning=None)

    said = await escalations.read_comment(ended, CHIEF, tried.desk)

    assert OFFICIAL.name in words(said)
    assert [(one.action, one.subject) for one in tried.audit.entries] == [("looked_at_person", OFFICIAL.code)]


async def test_official_finds_no_trace_of_it_in_their_own_data(library: Library) -> None:
    tried = Tried(make_book(library), BY_CHIEF, BY_DIRECTOR, BY_CLERK)
    for reader in (CHIEF, DIRECTOR, CLERK):
        await tried.list(reader)
        await escalations.acknowledge(tried.visit(reader), reader, tried.desk)
        pending = Pending(escalations.FORM, "words", {"person": OFFICIAL.code})
        asked = replace(tried.visit(reader, text="Ghi chú."), pending=pending, meaning=None)
        await escalations.read_comment(asked, reader, tried.desk)

    said = await view_my_data(
        tried.visit(OFFICIAL),
        OFFICIAL,
        accounts=FakeAccounts(),
        inquiries=FakeInquiries(),
        evidence=FakeEvidence(FakeProfiles()),
        personal=FakePersonalData(),
        audit=tried.audit,
    )

    assert not [entry for entry in tried.audit.entries if entry.subject == OFFICIAL.code]
    assert "escal" not in words(said)
    assert "Ghi chú." not in words(said)


async def test_acknowledging_twice_is_kept_once_and_ends_nothing(library: Library) -> None:
    tried = Tried(make_book(library), BY_CHIEF)

    for _time in range(2):
        await escalations.acknowledge(tried.visit(CHIEF), CHIEF, tried.desk)

    assert [(one.about, one.by, one.words) for one in tried.cases.remarks] == [(OFFICIAL.code, CHIEF.code, None)]
    assert OFFICIAL.name in words(await tried.list(CHIEF))


@pytest.mark.parametrize(
    ("typed", "is_kept"),
    [
        pytest.param("Đã có kế hoạch.", True, id="words"),
        pytest.param("thôi", False, id="the word that ends it"),
        pytest.param("x" * 1_001, False, id="too long"),
    ],
)
async def test_comment_is_kept_only_when_it_is_one(library: Library, typed: str, *, is_kept: bool) -> None:
    tried = Tried(make_book(library), BY_CHIEF)
    asked = await escalations.ask_for_comment(tried.visit(CHIEF, subject=OFFICIAL.code), CHIEF, tried.desk)

    typing = replace(tried.visit(CHIEF, text=typed), pending=asked.pending, meaning=None)
    said = await escalations.read_comment(typing, CHIEF, tried.desk)

    assert bool(tried.cases.remarks) is is_kept
    assert said.outcome is Outcome.ANSWERED


async def test_removal_is_shown_only_of_whom_it_covers(library: Library) -> None:
    book = make_book(library, rounds=(review(deadline=date(2026, 12, 31), consequence=REMOVAL),))

    covered = await Tried(book, BY_CHIEF).open(CHIEF)
    plain = replace(OFFICIAL, is_leader=False)
    uncovered = await Tried(book, BY_CHIEF, people=(plain, CHIEF)).open(CHIEF)

    assert "cho thôi chức vụ" in words(covered)
    assert "thôi chức vụ" not in words(uncovered)


async def test_administrator_who_stands_in_for_hr_sees_no_names(library: Library) -> None:
    administrator = replace(CHIEF, code=PersonCode("QT001"), roles=frozenset({Role.ADMINISTRATOR}))
    tried = Tried(make_book(library), Told("staff", NEAR, (administrator.code,)))

    said = await tried.list(administrator)

    assert OFFICIAL.name not in words(said)
    assert "1 người" in said.title
    assert OFFICIAL.name not in words(await tried.open(administrator))


async def test_many_people_come_in_pages(library: Library) -> None:
    others = tuple(replace(OFFICIAL, code=PersonCode(f"CB1{n:02}"), name=f"Người {n:02}") for n in range(12))
    tried = Tried(make_book(library), people=(CHIEF, *others))
    tried.cases.kept = [KeptCase(replace(CASE, person=one.code), NEAR, told=(BY_CHIEF,)) for one in others]

    first = await tried.list(CHIEF)
    second = await escalations.list_mine(tried.visit(CHIEF, subject="1"), CHIEF, tried.desk)

    assert ("Người 09" in words(first), "Người 10" in words(first)) == (True, False)
    assert ("Người 09" in words(second), "Người 11" in words(second)) == (False, True)


# --- who needs a decision


async def test_head_sees_who_needs_which_decision(library: Library) -> None:
    asked = replace(
        OFFICIAL,
        code=PersonCode("CB002"),
        name="Trần Thị Hỏi",
        study=(StudyRecord(LANGUAGE, requested_on=date(2026, 11, 16)),),
    )
    tried = Tried(make_book(library), people=(OFFICIAL, asked, CHIEF, DIRECTOR, CLERK))

    said = await needing.list_needing(tried.visit(CHIEF), CHIEF, tried.desk)

    assert "2 người" in said.title
    assert "Trần Thị Hỏi (CB002): đề nghị đi học đang chờ trả lời" in words(said)
    assert {"study.waiting", "study.propose"} <= actions(said)
    assert [entry.action for entry in tried.audit.entries] == ["looked_at_unit"]


async def test_hr_opens_people_instead_of_deciding_for_their_head(library: Library) -> None:
    tried = Tried(make_book(library))

    said = await needing.list_needing(tried.visit(CLERK), CLERK, tried.desk)

    assert "study.propose" not in actions(said)
    assert "person" in actions(said)


async def test_official_is_refused_who_needs_a_decision(library: Library) -> None:
    tried = Tried(make_book(library))

    said = await needing.list_needing(tried.visit(OFFICIAL), OFFICIAL, tried.desk)

    assert said.outcome is Outcome.DENIED
    assert [entry.action for entry in tried.audit.entries] == ["look_refused"]
