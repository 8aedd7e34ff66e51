"""What do you hold on me: view, export, withdraw."""

import json
from datetime import UTC, date, datetime

from handlers.letting_go import Kept
from handlers.officials.my_data import (
    ask_to_confirm_withdrawal,
    explain_privacy,
    export_my_data,
    view_my_data,
    withdraw,
)
from knowledge.facts import CredentialStatus, CriterionCode, DocumentId, Exemption, StudyRecord
from storage.records import Account, Letter, LetterKind
from tests.calendars import FakeCalendars
from tests.evidence_kept import FakeEvidence
from tests.fakes import FakeAccounts, FakeAudit, FakeClock, FakeProfiles, FakeThreads
from tests.handlers.visits import NOTICE_VERSION, TODAY, actions, visit, words
from tests.inboxes import FakeInquiries, FakeLetters
from tests.people import credential, official
from tests.privacy_kept import FakePersonalData, FakePrivacy

CLOCK = FakeClock(TODAY)
NONE = FakeEvidence(FakeProfiles())
MOMENT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
LINKED = Account("web", "w1", official().code, MOMENT, NOTICE_VERSION, MOMENT)
PERSON = official(
    credentials=(
        credential("vstep", "bac_3"),
        credential("ielts", "5.0", status=CredentialStatus.WAITING),
        credential("ic3", status=CredentialStatus.REJECTED),
    ),
    study=(StudyRecord(requested_on=date(2026, 10, 1)),),
    exemptions=(Exemption(CriterionCode("tin_hoc"), DocumentId("2123/UBND-NC")),),
)


async def test_record_is_shown_with_every_certificate_and_how_it_stands(loaded):
    reply = await view_my_data(
        visit(loaded, PERSON),
        PERSON,
        accounts=FakeAccounts(LINKED),
        inquiries=FakeInquiries(),
        evidence=NONE,
        personal=FakePersonalData(audit=[("audit_entries", {})] * 3),
        audit=FakeAudit(),
    )
    said = words(reply)

    for part in ("CB001", "Nguyễn Văn Mẫu", "20/05/1985", "Sở Mẫu", "web"):
        assert part in said
    for part in ("(đã xác minh)", "(chờ xác minh)", "(không được chấp nhận)"):
        assert part in said
    assert "Nhật ký kiểm tra: 3" in said
    assert actions(reply) == {
        "data.export",
        "data.correct",
        "data.consents",
        "data.restrict",
        "data.delete",
        "data.requests",
        "data.withdraw",
        "gaps.mine",
    }


async def test_looks_at_the_record_are_shown_in_words(loaded):
    audit = FakeAudit()
    await audit.record("CB009", "looked_at_person", "CB001", MOMENT)
    await audit.record("CB009", "something_new", "CB001", MOMENT)
    reply = await view_my_data(
        visit(loaded, PERSON),
        PERSON,
        accounts=FakeAccounts(),
        inquiries=FakeInquiries(),
        evidence=NONE,
        personal=FakePersonalData(),
        audit=audit,
    )

    assert "20/11/2026: CB009 – đã xem hồ sơ này" in words(reply)
    assert "something_new" in words(reply)
    assert "looked_at_person" not in words(reply)


async def test_unknown_unit_is_shown_by_its_code(loaded):
    person = official(unit="KHONG-CO")
    reply = await view_my_data(
        visit(loaded, person),
        person,
        accounts=FakeAccounts(),
        inquiries=FakeInquiries(),
        evidence=NONE,
        personal=FakePersonalData(audit=[("audit_entries", {})] * 3),
        audit=FakeAudit(),
    )

    assert "Đơn vị: KHONG-CO" in words(reply)


async def test_export_is_a_file_that_a_machine_reads_with_everything_that_is_held(loaded):
    audit = FakeAudit()
    held = FakePersonalData(roster=[("people", {"name": PERSON.name, "born_on": "1985-05-20"})])
    reply = await export_my_data(visit(loaded, PERSON), PERSON, personal=held, audit=audit, clock=CLOCK)
    data = json.loads(reply.paper.beside[0].content)

    assert reply.paper.file_name == "du-lieu-CB001.zip"
    assert reply.paper.beside[0].name == "du-lieu-CB001.json"
    assert data["ho_ten"] == "Nguyễn Văn Mẫu"
    group = data["nhom_du_lieu"][0]
    assert (group["nhom"], group["ten"]) == ("roster", "Hồ sơ do cán bộ tổ chức lập")
    assert group["du_lieu"] == [{"bang": "people", "name": "Nguyễn Văn Mẫu", "born_on": "1985-05-20"}]
    assert [one.action for one in audit.entries] == ["exported_own_data"]


async def test_the_same_is_printed_as_a_paper_with_the_notice(loaded):
    held = FakePersonalData(roster=[("people", {"name": PERSON.name, "scope": None})])
    person = visit(loaded, PERSON)
    reply = await export_my_data(person, PERSON, personal=held, audit=FakeAudit(), clock=CLOCK, is_paper_alone=True)
    assert reply.paper.file_name == "du-lieu-CB001.docx"

    assert reply.paper.tables[0].rows == (("people", "name: Nguyễn Văn Mẫu"),)
    assert any("Im lặng không phải" in line.text for line in reply.paper.paragraphs)


def test_withdrawal_asks_once_more(loaded):
    assert actions(ask_to_confirm_withdrawal(visit(loaded, PERSON))) == {"data.withdraw.yes", "data"}


async def test_withdrawal_forgets_the_link_the_consent_and_the_conversation(loaded):
    accounts, threads, audit, privacy = FakeAccounts(LINKED), FakeThreads(), FakeAudit(), FakePrivacy()
    threads.kept["t"] = {"intent": "my_gaps"}
    letters = FakeLetters()
    for address in ("w1", "elsewhere"):
        await letters.leave(Letter("web", address, LetterKind.ASSIGNED, MOMENT, PERSON.code))
    reply = await withdraw(
        visit(loaded, PERSON),
        PERSON,
        Kept(accounts, threads, FakeInquiries(), letters, NONE, FakeCalendars()),
        consents=privacy,
        audit=audit,
        clock=CLOCK,
    )

    assert {one.act for one in privacy.consents} == {"withdrawn"}
    assert "đã được rút" in reply.title
    assert [one.address for one in letters.kept] == ["elsewhere"]
    assert accounts.kept[("web", "w1")] == Account("web", "w1")
    assert threads.forgotten == [("web", "w1")]
    assert [one.action for one in audit.entries] == ["withdrew_consent"]


def test_stranger_reads_the_notice_and_no_record(bare):
    reply = explain_privacy(visit(bare))

    assert "chưa liên kết" in words(reply)
    assert "link" in actions(reply)
