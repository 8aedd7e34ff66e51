"""A walk through the office: many questions by many people, and every statement of law checked on the way."""

from datetime import date

import pytest

from handlers.contacts import describe_contact
from handlers.reply import Line, Outcome, Reply
from handlers.visit import Visit
from knowledge.facts import Gender, ManagedBy, Person, PersonCode, PositionGroup, Role, StudyRecord
from tests.handlers.desks import TriedDesk
from tests.handlers.visits import IN_2020, TODAY, visit
from tests.people import COMMUNE, DISTRICT, DIVISION, NEIGHBOUR, credential, official

QUESTIONS = (
    "tôi còn thiếu gì",
    "hạn của tôi là ngày nào",
    "ngoại ngữ của tôi thiếu gì",
    "chứng chỉ nào của tôi được tính",
    "ielts 5.0 có được tính không",
    "toeic 600 cấp ngày 12/5/2025 có được tính không",
    "chứng chỉ tin học B cấp năm 2015 có được công nhận không",
    "chứng chỉ tin học B cấp năm 2018 có được công nhận không",
    "vstep bậc 3 có được tính không",
    "ic3 có được tính không",
    "hsk 4 có được tính không",
    "những chứng chỉ ngoại ngữ nào được công nhận",
    "chức danh của tôi cần gì",
    "phó giám đốc sở cần tiêu chuẩn gì",
    "nếu không hoàn thiện thì sao",
    "ai chịu trách nhiệm nếu thủ trưởng không cho đi học",
    "công văn 2123 nói gì",
    "công văn 2123 điểm 2 nói gì",
    "công văn 2123 còn hiệu lực không",
    "công văn 2123 ai ký",
    "công văn 354 có hạn nào",
    "công văn 1769 nói gì",
    "quy định 02-QĐi/TU nói gì",
    "thông tư liên tịch 17/2016 điều 23 nói gì",
    "công văn 9999/UBND-NC nói gì",
    "thủ trưởng không cho đi học thì văn bản nào nói",
    "có những văn bản nào",
    "tôi hỏi ai",
    "ban cán sự đảng ubnd tỉnh giờ là cơ quan nào",
    "bao giờ tôi nghỉ hưu",
    "tôi còn đủ 5 năm công tác không",
    "tôi muốn được cử đi học",
    "tôi muốn nộp chứng chỉ mới",
    "cho tôi gặp người phụ trách",
    "CB002 còn thiếu gì",
    "đơn vị tôi còn ai thiếu gì",
    "bạn làm được gì",
    "thời tiết hôm nay thế nào",
)
FOREIGN = {"676/QĐ-UBND", "CV-BTVTU-QNg/2021", "CV-BTCTU-QNg/2024"}
FOREIGN_NAMES = ("Quảng Ngãi", "Hải Dương")

CERTIFICATES = (
    credential("ielts", "5.0", date(2025, 5, 1)),
    credential("tin_hoc_abc", "B", date(2018, 1, 1)),
    credential("bang_cap", "dai_hoc"),
)
REFUSED = (StudyRecord(requested_on=date(2020, 8, 20), refused_on=date(2020, 8, 25)),)
PERSONAS: tuple[Person, ...] = (
    official(credentials=CERTIFICATES),
    official(code=PersonCode("CB002"), unit=DIVISION.code, managed_by=ManagedBy.DISTRICT, gender=Gender.FEMALE),
    official(code=PersonCode("CB003"), managed_by=ManagedBy.PROVINCIAL_PARTY_STANDING_COMMITTEE, study=REFUSED),
    official(code=PersonCode("CB004"), unit=NEIGHBOUR.code, credentials=CERTIFICATES),
    official(
        code=PersonCode("CB005"),
        position_group=PositionGroup("chuyen_vien"),
        is_leader=False,
        managed_by=ManagedBy.UNIT,
    ),
    official(code=PersonCode("CB006"), unit=DISTRICT.code, managed_by=ManagedBy.DISTRICT),
    official(code=PersonCode("CB007"), born_on=date(1958, 1, 1)),
    official(code=PersonCode("CB008"), roles=frozenset({Role.HR})),
    official(code=PersonCode("CB009"), roles=frozenset({Role.HEAD})),
    official(code=PersonCode("CB010"), unit=COMMUNE.code, managed_by=ManagedBy.COMMUNE),
)
VISITORS = [pytest.param(None, id="a stranger"), *(pytest.param(one, id=one.code) for one in PERSONAS)]
# What the desk says of itself, of the record or of what it does not hold rests on no document.
FREE_OF_LAW = (
    "Theo hồ sơ, đồng chí công tác tại",
    "Nếu đồng chí còn thiếu tiêu chuẩn chức danh, việc đó được báo cáo theo thứ tự",
    "Công văn 2123/UBND-NC không nêu cấp nhận báo cáo",
    "Chưa thể nói chức danh này cần gì: chưa nạp",
    "Chưa nạp tiêu chuẩn cho chức danh này",
    "Kho chưa có",
    "Kho chưa có mức yêu cầu",
    "Ngoài ra, kho nắm nội dung chính",
    "Chưa kết luận được: kho chưa có văn bản nào của địa bàn này",
    "Ngoại ngữ: kho chưa có văn bản nào của địa bàn này",
    "Với thời điểm này, kho chưa có văn bản căn cứ",
    "Theo tuổi nghỉ hưu",  # by ages whose law is not held, which the next line says
    "Đã qua ngày nghỉ hưu",
    "Tính đến ngày",
    "Không thể nói gì về nội dung",
    "Chưa kết luận được: mức của",
    "Bằng Đại học cấp ngày 10/01/2019 tự ghi mức",
    "Đã nạp tiêu chuẩn cho các nhóm chức danh",
    "Ban Cán sự Đảng Ủy ban nhân dân tỉnh Hưng Yên đang hoạt động",
)
FREE_ENDINGS = ("chưa được tính vào ngày này: được cấp sau đó.",)  # a matter of the calendar
SPEAKS_OF_LAW = {
    "my_gaps",
    "my_deadlines",
    "certificate_counts",
    "position_requirements",
    "consequences",
    "document",
    "library",
    "who_to_ask",
    "service_left",
}


def is_contact(line: Line, at: Visit) -> bool:
    return line.text in {describe_contact(at, one).text for one in (None, *at.rules.library.criteria)}


def ensure_sound(reply: Reply, at: Visit, question: str) -> None:
    library, here = at.rules.library, at.territory
    is_law = reply.intent in SPEAKS_OF_LAW and reply.outcome in {Outcome.ANSWERED, Outcome.NO_BASIS}
    for line in reply.lines:
        if is_contact(line, at):
            continue
        if is_law and type(line) is Line:
            is_free = line.text.startswith(FREE_OF_LAW) or line.text.endswith(FREE_ENDINGS)
            assert is_free, f"{question}: no basis for {line.text!r}"
        for cite in line.cites:
            document = library.get_document(cite.document)
            assert cite.held == document.text_held
            assert library.cite_loosely(cite.document, cite.point) == cite, f"{question}: {cite} does not resolve"
            if not line.is_background:
                assert document.binds(here) or "chỉ áp dụng cho" in _limits(reply), f"{question}: {cite} does not bind"
            assert document.exists_on(at.on) or "chưa được ban hành" in _limits(reply) or _is_successor(line), (
                f"{question}: {cite} was not issued on {at.on}"
            )
    cited = {cite.document for cite in reply.citations}
    assert not cited & FOREIGN, f"{question}: another province's document"
    assert not any(name in line.text for line in reply.lines for name in FOREIGN_NAMES), question


def _limits(reply: Reply) -> str:
    return " ".join(line.text for line in reply.lines[:3])


def _is_successor(line: Line) -> bool:
    return "đã kết thúc hoạt động" in line.text


@pytest.mark.parametrize(("world", "on"), [("bare", TODAY), ("loaded", IN_2020), ("recognised", TODAY)])
@pytest.mark.parametrize("person", VISITORS)
async def test_every_statement_of_law_has_a_basis_that_resolves_binds_and_existed(request, reader, world, person, on):
    book = request.getfixturevalue(world)
    desk = TriedDesk(book, reader, people=PERSONAS)
    for question in QUESTIONS:
        reply = await desk.say(question, person=person, on=on)
        ensure_sound(reply, visit(book, person, on=on), question)
        if reply.outcome is Outcome.ANSWERED and reply.intent in SPEAKS_OF_LAW and reply.findings:
            assert reply.citations, question


@pytest.mark.parametrize("person", VISITORS)
async def test_nobody_but_the_entitled_reads_another_name(loaded, reader, person):
    desk = TriedDesk(loaded, reader, people=PERSONAS)
    for question in QUESTIONS:
        reply = await desk.say(question, person=person)
        others = {one.person for one in reply.findings} - {person.code if person is not None else None, None}
        entitled = person is not None and person.roles & {Role.HR, Role.HEAD}
        assert entitled or not others, question
