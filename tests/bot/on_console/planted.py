"""Things of one official, and of HR of the province, at which others try what is not theirs."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from bot.wiring import Office
from handlers.hr.broadcasts_steps import TEXT
from handlers.hr.proposals_words import PEOPLE
from knowledge.cases import Case, KeptCase, Told, Trigger
from knowledge.facts import Credential, CriterionCode, KindCode, PersonCode, Signatory, UnitCode
from knowledge.reading.accepted import AcceptedDocument
from knowledge.study_cases import Course, StudyAct, StudyCase, StudyEvent, StudyState
from storage.records import (
    Breach,
    Broadcast,
    DataRequest,
    EarlierQuestion,
    Evidence,
    Inquiry,
    InquiryMessage,
    InquiryReason,
    MessageKind,
    NewDelivery,
    NewNotice,
    NoticeKind,
    Proposal,
    ProposalKind,
    ProposalState,
    Remark,
)
from storage.tables import people, units
from tests.added import GRANTS, grants
from tests.offices import TODAY

VICTIM = PersonCode("CB006")  # of an agency that nobody below HR of the province sees
THEIR_UNIT, THEIR_HEAD = UnitCode("SO-MAU-2"), PersonCode("CB024")
INVENTED = GRANTS  # the number of a document that HR of the province read in
# What a document that was read in says is for everybody to read: of its record, and of its first point.
OF_DOCUMENT = (
    "tên văn bản",
    "cơ quan ban hành",
    "trích yếu",
    "người ký văn bản",
    "nơi nhận",
    "nhãn điểm",
    "tóm tắt điểm",
    "thời hạn điểm",
    "ai làm",
    "ai chịu",
    "hậu quả",
    "ai trả lời",
    "báo lên đâu",
)
# Where words of somebody stand, and are shown somewhere in the console.
PLACES = (
    *OF_DOCUMENT,
    "chức vụ",
    "câu hỏi",
    "câu trước",
    "giá trị đúng",
    "lớp",
    "lời máy",
    "lời thêm",
    "lời yêu cầu",
    "người xin học",
    "nơi cấp",
    "phòng",
    "số hiệu",
    "sự cố",
    "thông báo chờ",
    "thông báo đang gửi",
    "tên đơn vị ký",
    "tên cán bộ",
    "tên đơn vị",
    "chức vụ đang giữ",
)
HR, SECOND = PersonCode("CB015"), PersonCode("CB018")


@dataclass(frozen=True)
class Planted:
    """The numbers and codes by which the things are known."""

    evidence: int
    file: int
    inquiry: str
    study: int
    proposal: int
    broadcast: int
    delivery: int
    request: int
    breach: int


async def plant(office: Office, say: Any = str) -> Planted:
    """Plant one of each kind; `say` makes the words of a place by its name."""
    now, home = office.clock.now(), (await office.rule_book()).home
    hr, second = (Signatory(one, one, UnitCode("SNV-MAU"), say("tên đơn vị ký")) for one in (HR, SECOND))
    await office.accept_document(_spoiled(grants(), say))
    async with office.open_cabinet() as cabinet:
        own = {"name": say("tên cán bộ"), "position": say("chức vụ đang giữ")}
        await cabinet.connection.execute(update(people).where(people.c.code == VICTIM).values(own))
        theirs = update(units).where(units.c.code == THEIR_UNIT)
        await cabinet.connection.execute(theirs.values(name=say("tên đơn vị")))
        await cabinet.accounts.save_consent("web", "chat-CB006", "2020-01-01", now)
        await cabinet.accounts.link("web", "chat-CB006", VICTIM, now)
        file = await cabinet.evidence.add_file(VICTIM, b"\xff\xd8\xff picture of a certificate", "image/jpeg", now)
        held = Credential(KindCode("ielts"), "6.0", say("nơi cấp"), say("số hiệu"), TODAY - timedelta(300))
        evidence = await cabinet.evidence.submit(Evidence(VICTIM, held, now, now), [file.id])
        asked = Inquiry(
            "", "web", "chat-CB006", VICTIM, THEIR_UNIT, home, say("câu hỏi"), (EarlierQuestion(say("câu trước")),),
            InquiryReason.REQUESTED, now, TODAY + timedelta(3), "1", answer=say("lời máy"),
        )  # fmt: skip
        inquiry = await cabinet.inquiries.add(asked)
        await cabinet.inquiries.save(inquiry, now, InquiryMessage(MessageKind.DETAILS, now, say("lời thêm"), VICTIM))
        course = Course(say("lớp"), TODAY, TODAY + timedelta(60))
        event = StudyEvent(
            StudyAct.REQUESTED, now, TODAY, VICTIM, say("người xin học"), say("chức vụ"), say("phòng"), course=course
        )
        study = await cabinet.study.add_case(
            StudyCase(VICTIM, CriterionCode("ngoai_ngu"), course, StudyState.WAITING, (event,)), []
        )
        cells = {TEXT: say("thông báo chờ"), PEOPLE: "7"}
        waiting = Proposal(ProposalKind.BROADCAST, cells, None, hr, now)
        proposal = await cabinet.proposals.add(waiting)
        going = await cabinet.proposals.add(replace(waiting, cells={TEXT: say("thông báo đang gửi"), PEOPLE: "7"}))
        await cabinet.proposals.decide(going, ProposalState.CONFIRMED, SECOND, now)
        await cabinet.broadcasts.add(Broadcast(going, say("thông báo đang gửi"), True, {}, None, hr, now, second, now))
        to = NewDelivery(VICTIM, now, "web:1", "web", "chat-CB006", broadcast=going)
        told = NewNotice(NoticeKind.BROADCAST, "planted", payload={"text": say("thông báo đang gửi")})
        await cabinet.outbox.put_many([(to, [told])], now)
        found = await cabinet.connection.exec_driver_sql("UPDATE deliveries SET state = 'unclear' RETURNING id")
        delivery = found.scalar_one()
        request = await cabinet.privacy.add_request(
            DataRequest(VICTIM, "web", "correct", now, TODAY, TODAY + timedelta(5), field="ho_ten",
                        value=say("giá trị đúng"), words=say("lời yêu cầu"))
        )  # fmt: skip
        breach = await cabinet.privacy.open_breach(Breach(now, now, SECOND, now + timedelta(3), say("sự cố")))
        case = Case(VICTIM, Trigger.OVERDUE, "DOT-MAU-0", (CriterionCode("ngoai_ngu"),))
        above = (Told("unit:SO-MAU-2", TODAY, (THEIR_HEAD, HR)),)
        await cabinet.escalations.keep([KeptCase(case, TODAY, told=above)])
        await cabinet.escalations.remark([Remark(VICTIM, THEIR_HEAD, now, say("ý kiến"))])
        await cabinet.calendars.issue(VICTIM, now)
        await cabinet.link_codes.issue(VICTIM, now)
    assert evidence is not None
    assert study is not None
    return Planted(
        evidence.number, file.id, inquiry.code, study.number, proposal, going, delivery, request.number,
        breach.number,
    )  # fmt: skip


def _spoiled(accepted: AcceptedDocument, say: Any) -> AcceptedDocument:
    """A document whose record and first point say somebody's words wherever they say any."""
    first, *others = accepted.document.points
    point = replace(
        first,
        label=say("nhãn điểm"),
        summary=say("tóm tắt điểm"),
        deadline=replace(first.deadline, wording=say("thời hạn điểm")),
        who=(say("ai làm"),),
        binds=(say("ai chịu"),),
        consequence=say("hậu quả"),
        accountable=say("ai trả lời"),
        escalates_to=(say("báo lên đâu"),),
    )
    document = replace(
        accepted.document,
        title=say("tên văn bản"),
        issuer=say("cơ quan ban hành"),
        about=say("trích yếu"),
        signer=say("người ký văn bản"),
        addressees=(say("nơi nhận"),),
        points=(point, *others),
    )
    return AcceptedDocument(document, accepted.text, accepted.spans)
