"""HR records rulings, rows and standards; another person of HR sees what they change and confirms, or nobody does."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from handlers.hr.proposals_changes import Change, count_effects
from handlers.hr.proposals_words import describe_effects
from handlers.letters import write_letter
from handlers.reply import Outcome, Reply
from knowledge.facts import Person, PersonCode, Role
from storage.records import Account, LetterKind, ProposalState
from tests.fakes import FakeProfiles
from tests.handlers import visits
from tests.handlers.desks import TriedDesk
from tests.handlers.visits import actions, words
from tests.people import COMMUNE, DIVISION, OFFICE, credential, official, row, ruling

AUTHOR = official(code=PersonCode("HR001"), name="Trần Thị Tổ Chức", roles=frozenset({Role.HR}))
SECOND = official(code=PersonCode("HR002"), name="Lê Văn Thứ Hai", roles=frozenset({Role.HR}))
OF_OFFICE = official(code=PersonCode("HR003"), name="Đỗ Thị Sở", roles=frozenset({Role.HR}), scope=OFFICE.code)
OF_DIVISION = official(code=PersonCode("HR004"), name="Vũ Văn Phòng", roles=frozenset({Role.HR}), scope=DIVISION.code)
ELSEWHERE = official(code=PersonCode("HR005"), name="Bùi Thị Xã", roles=frozenset({Role.HR}), scope=COMMUNE.code)
HOLDER = official(credentials=(credential("ielts", "5.0", date(2024, 5, 12)),))
SENTENCE = "ghi ý kiến: IELTS 5.0 trở lên cấp từ 01/01/2024 tính là bậc 3, căn cứ 2288/UBND-NC, hiệu lực đến 31/12/2027"


class Room:
    """A desk with HR around it, each in a conversation of their own."""

    def __init__(self, desk: TriedDesk) -> None:
        self.desk = desk
        self.drawers = desk.drawers

    async def says(self, person: Person, *texts: str) -> Reply:
        for text in texts:
            reply = await self.desk.say(text, person=person, thread=f"t-{person.code}")
        return reply

    async def presses(self, person: Person, token: str) -> Reply:
        return await self.desk.press(token, person=person, thread=f"t-{person.code}")

    async def proposes(self, person: Person = AUTHOR) -> int:
        await self.says(person, SENTENCE)
        await self.presses(person, "ruling.form|send:gui")
        return len(self.drawers.proposals.kept)

    async def confirms(self, person: Person, number: int = 1) -> Reply:
        seen = await self.presses(person, f"proposal|{number}")
        token = next((one.token for one in seen.choices if one.action == "proposal.confirm"), None)
        return seen if token is None else await self.presses(person, token)

    def recorded(self) -> list[tuple[str, str]]:
        return [(one.actor, one.action) for one in self.drawers.audit.entries]


@pytest.fixture
def room(library, reader) -> Room:
    people = (AUTHOR, SECOND, OF_OFFICE, OF_DIVISION, ELSEWHERE, HOLDER)
    return Room(TriedDesk(visits.with_standards(library), reader, people=people))


async def test_ruling_answers_the_next_person_when_a_second_has_confirmed(room):
    before = await room.says(HOLDER, "IELTS 5.0 cấp 12/05/2024 có được tính không?")
    await room.proposes()
    waiting = await room.says(HOLDER, "IELTS 5.0 cấp 12/05/2024 có được tính không?")
    confirmed = await room.confirms(SECOND)
    after = await room.says(HOLDER, "IELTS 5.0 cấp 12/05/2024 có được tính không?")

    assert before.outcome is waiting.outcome is Outcome.NO_BASIS
    assert "YK-2026-0001" in confirmed.title
    assert after.outcome is Outcome.ANSWERED
    assert "Theo ý kiến của Sở Mẫu ngày 21/11/2026: IELTS 5.0" in words(after)
    assert after.findings[0].basis[0].document == "YK-2026-0001"
    assert room.recorded() == [
        ("HR001", "proposed_ruling"),
        ("HR002", "viewed_proposal"),
        ("HR002", "confirmed_ruling"),
    ]


async def test_second_person_sees_what_would_change_before_confirming(room):
    await room.proposes()

    seen = await room.presses(SECOND, "proposal|1")

    assert "IELTS từ 5 trở lên, cấp từ 01/01/2024 được tính là ngoại ngữ: Bậc 3" in words(seen)
    assert "đến hết 31/12/2027" in words(seen)
    assert "1 người có kết quả khác đi" in words(seen)
    assert "Ngoại ngữ: chưa kết luận được → đạt: 1 người" in words(seen)
    assert {"proposal.confirm", "proposal.refuse"} <= actions(seen)


async def test_who_may_confirm_is_told_in_their_chat(room):
    room.drawers.accounts.kept["web", "w2"] = Account("web", "w2", SECOND.code)
    room.drawers.accounts.kept["web", "w3"] = Account("web", "w3", OF_OFFICE.code)

    await room.proposes()

    assert [one.person for one in room.drawers.letters.kept] == [SECOND.code]
    assert write_letter(room.drawers.letters.kept[0]).choices[0].token == "proposal|1"


async def test_who_may_confirm_is_told_in_the_chat_that_takes_messages_and_counted_only_with_one(room):
    blocked = datetime(2026, 11, 20, tzinfo=UTC)
    room.drawers.accounts.kept["telegram", "2"] = Account("telegram", "2", SECOND.code, unreachable_at=blocked)

    await room.proposes()
    assert not room.drawers.letters.kept
    assert room.drawers.audit.entries[-1].details == {"told": 0}

    room.drawers.accounts.kept["zalo_oa", "2"] = Account("zalo_oa", "2", SECOND.code)
    await room.proposes()
    assert [(one.channel, one.person) for one in room.drawers.letters.kept] == [("zalo_oa", SECOND.code)]


async def test_author_is_told_that_it_was_decided(room):
    room.drawers.accounts.kept["web", "w1"] = Account("web", "w1", AUTHOR.code)
    await room.proposes()
    room.drawers.letters.kept.clear()

    await room.confirms(SECOND)

    (letter,) = room.drawers.letters.kept
    assert (letter.person, letter.kind) == (AUTHOR.code, LetterKind.DECIDED)
    assert "đã được quyết định" in write_letter(letter).title


@pytest.mark.parametrize("said", ["xem đề xuất số 1", "xac nhan de xuat 1", "từ chối đề xuất 1"])
async def test_proposal_named_by_its_number_is_looked_at_first(room, said):
    await room.proposes()

    reply = await room.says(SECOND, said)

    assert {"proposal.confirm", "proposal.refuse"} <= actions(reply)
    assert room.drawers.proposals.kept[1].state is ProposalState.WAITING


async def test_whole_ruling_can_be_sent_by_a_word(room):
    await room.says(AUTHOR, SENTENCE, "gửi")

    assert room.drawers.proposals.kept[1].cells["muc_tu"] == "5.0"


# --- who may not ---


@pytest.mark.parametrize("said", [SENTENCE, "danh sách ý kiến công nhận", "thêm dòng bảng công nhận", "/ykien"])
async def test_who_is_not_of_hr_is_refused_politely(room, said):
    reply = await room.says(HOLDER, said)

    assert reply.outcome is Outcome.DENIED
    assert "Chỉ cán bộ làm công tác tổ chức" in reply.title


BUTTONS_OF_HR = (
    "rulings",
    "rulings.new",
    "rulings.row",
    "rulings.standard",
    "ruling|YK-2026-0001",
    "ruling.withdraw|YK-2026-0001",
    "proposals",
    "proposal|1",
    "proposal.confirm|1.1",
    "proposal.refuse|1",
    "proposal.takeback|1",
    "ruling.form|kind:ielts",
    "row.form|kind:ielts",
    "standard.form|criterion:tin_hoc",
    "proposal.refusing|reason:.",
)


@pytest.mark.parametrize("token", BUTTONS_OF_HR)
async def test_button_of_hr_is_refused_to_others(room, token):
    await room.proposes()

    assert (await room.presses(HOLDER, token)).outcome is Outcome.DENIED


@pytest.mark.parametrize("token", ["rulings", "proposal.confirm|1.1", "ruling.form|kind:ielts"])
async def test_stranger_is_asked_to_link_first(room, token):
    await room.proposes()

    reply = await room.desk.press(token, thread="t-stranger")

    assert "link" in actions(reply) | {one.action.split(".")[0] for one in reply.choices}
    assert room.drawers.proposals.kept[1].state is ProposalState.WAITING


async def test_author_cannot_confirm(room):
    await room.proposes()

    seen = await room.presses(AUTHOR, "proposal|1")
    forced = await room.presses(AUTHOR, "proposal.confirm|1.1")

    assert "proposal.confirm" not in actions(seen)
    assert forced.outcome is Outcome.DENIED
    assert room.drawers.proposals.kept[1].state is ProposalState.WAITING
    assert ("HR001", "decision_refused") in room.recorded()


async def test_author_cannot_confirm_from_another_account_either(room):
    await room.proposes()

    forced = await room.desk.press("proposal.confirm|1.1", person=AUTHOR, thread="other", address="w9")

    assert forced.outcome is Outcome.DENIED


@pytest.mark.parametrize(
    ("author", "second", "may"),
    [
        pytest.param(AUTHOR, OF_OFFICE, False, id="the whole province is not confirmed from one unit"),
        pytest.param(OF_OFFICE, AUTHOR, True, id="a unit is confirmed from above"),
        pytest.param(OF_OFFICE, OF_DIVISION, False, id="not from below"),
        pytest.param(OF_DIVISION, OF_OFFICE, True, id="from the unit above"),
        pytest.param(OF_OFFICE, ELSEWHERE, False, id="not from a unit beside"),
    ],
)
async def test_second_person_must_serve_all_that_it_reaches(room, author, second, may):
    await room.proposes(author)

    reply = await room.confirms(second)
    forced = await room.presses(second, "proposal.confirm|1.1")

    assert (room.drawers.proposals.kept[1].state is ProposalState.CONFIRMED) == may
    assert (reply.outcome is Outcome.ANSWERED) == may
    assert (forced.outcome is Outcome.DENIED) != may


async def test_who_has_lost_the_role_cannot_confirm(room):
    await room.proposes()
    await room.presses(SECOND, "proposal|1")
    room.drawers.profiles.people[SECOND.code] = replace(SECOND, roles=frozenset({Role.OFFICIAL}))

    reply = await room.presses(SECOND, "proposal.confirm|1.1")

    assert reply.outcome is Outcome.DENIED
    assert room.drawers.proposals.kept[1].state is ProposalState.WAITING


async def test_nothing_is_confirmed_for_an_author_who_serves_no_longer(room):
    await room.proposes()
    room.drawers.profiles.people[AUTHOR.code] = replace(AUTHOR, roles=frozenset({Role.OFFICIAL}))

    reply = await room.confirms(SECOND)

    assert "không còn làm công tác tổ chức" in words(reply)
    assert room.drawers.proposals.kept[1].state is ProposalState.WAITING


async def test_second_of_two_confirmers_is_told_who_was_first(room):
    third = official(code=PersonCode("HR006"), name="Ngô Văn Ba", roles=frozenset({Role.HR}))
    room.drawers.profiles.people[third.code] = third
    await room.proposes()
    seen = [await room.presses(one, "proposal|1") for one in (SECOND, third)]
    tokens = [next(one.token for one in reply.choices if one.action == "proposal.confirm") for reply in seen]

    await room.presses(SECOND, tokens[0])
    late = await room.presses(third, tokens[1])

    assert "đã được HR002 xác nhận" in late.title
    assert len(room.drawers.rules.declared.rulings) == 1


async def test_rules_that_changed_meanwhile_are_shown_anew_before_confirming(room):
    await room.proposes()
    await room.presses(SECOND, "proposal|1")
    room.desk.declare(recognition=(row("ielts", "bac_2", "4.5"),))

    reply = await room.presses(SECOND, "proposal.confirm|1.1")

    assert "mời đồng chí xem lại" in words(reply)
    assert "Bảng của 1769/UBND-KGVX được xét trước" in words(reply)
    assert room.drawers.proposals.kept[1].state is ProposalState.WAITING


async def test_proposal_ends_by_itself_when_nobody_decides(room):
    await room.proposes()
    kept = room.drawers.proposals.kept
    kept[1] = replace(kept[1], proposed_at=kept[1].proposed_at - timedelta(days=31))

    reply = await room.presses(SECOND, "proposal.confirm|1.1")

    assert kept[1].state is ProposalState.EXPIRED
    assert "hết hạn" in reply.title


# --- refusing, taking back, withdrawing ---


async def test_refusal_needs_a_reason_and_changes_nothing(room):
    await room.proposes()
    asked = await room.presses(SECOND, "proposal.refuse|1")
    short = await room.says(SECOND, "no")
    refused = await room.says(SECOND, "Chưa có văn bản của tỉnh.")
    told = await room.presses(AUTHOR, "proposal|1")

    assert "Vì sao" in asked.title
    assert "một câu" in short.title
    assert "đã bị từ chối" in refused.title
    assert "Chưa có văn bản của tỉnh." in words(told)
    assert not room.drawers.rules.declared.rulings
    assert ("HR002", "refused_ruling") in room.recorded()


async def test_author_takes_a_proposal_back_and_others_cannot(room):
    await room.proposes()

    denied = await room.presses(SECOND, "proposal.takeback|1")
    done = await room.presses(AUTHOR, "proposal.takeback|1")

    assert denied.outcome is Outcome.DENIED
    assert "rút lại" in done.title
    assert room.drawers.proposals.kept[1].state is ProposalState.WITHDRAWN


async def test_ruling_is_withdrawn_by_four_eyes_too(room):
    await room.proposes()
    await room.confirms(SECOND)
    asked = await room.presses(SECOND, "ruling.withdraw|YK-2026-0001")
    await room.says(SECOND, "Tỉnh đã có bảng công nhận.")
    own = await room.presses(SECOND, "proposal.confirm|2.3")
    seen = await room.presses(AUTHOR, "proposal|2")
    await room.confirms(AUTHOR, 2)
    after = await room.says(HOLDER, "IELTS 5.0 cấp 12/05/2024 có được tính không?")

    assert "Vì sao rút ý kiến YK-2026-0001" in asked.title
    assert own.outcome is Outcome.DENIED
    assert "Tỉnh đã có bảng công nhận." in words(seen)
    assert "đạt → chưa kết luận được: 1 người" in words(seen)
    assert after.outcome is Outcome.NO_BASIS
    assert room.drawers.rules.declared.rulings[0].withdrawn_on == visits.TODAY


async def test_list_tells_what_is_in_force_idle_and_withdrawn(room):
    room.desk.declare(
        rulings=(
            ruling(low="5.0"),
            ruling("hsk", id="YK-2026-0002", withdrawn_on=date(2026, 11, 10)),
            ruling("topik", id="YK-2026-0003"),
        ),
        recognition=(row("ielts", "bac_3", "4.5"),),
    )

    reply = await room.says(AUTHOR, "/ykien")

    said = words(reply)
    assert "YK-2026-0001: IELTS từ 5.0 trở lên được tính là ngoại ngữ: Bậc 3 (không còn dùng đến" in said
    assert "YK-2026-0002: HSK (tiếng Trung) được tính là ngoại ngữ: Bậc 3 (đã rút, không áp dụng từ 10/11/2026)" in said
    assert "YK-2026-0003: TOPIK (tiếng Hàn) được tính là ngoại ngữ: Bậc 3 (đang có hiệu lực)" in said


# --- the form, step by step ---


async def test_every_step_is_asked_and_the_whole_is_shown_before_it_is_sent(room):
    await room.presses(AUTHOR, "rulings.new")
    steps = ["aptis", "B2 trở lên", "trong năm 2025", "bậc 4", "2 năm", "Sở đã thống nhất với trường", "đến 31/12/2027"]
    preview = await room.says(AUTHOR, *steps)

    assert "Aptis từ B2 trở lên, cấp từ 01/01/2025 đến hết 31/12/2025 được tính là ngoại ngữ: Bậc 4" in words(preview)
    assert "24 tháng" in words(preview)
    assert "Lý do: Sở đã thống nhất với trường" in words(preview)
    assert not room.drawers.proposals.kept


@pytest.mark.parametrize(
    ("before", "bad", "why"),
    [
        pytest.param((), "con mèo", "Không có loại chứng chỉ nào", id="a kind nobody knows"),
        pytest.param((), "vstep", "tự mang mức", id="a kind that needs no ruling"),
        pytest.param(("ielts",), "rất cao", "Chưa đọc được mức", id="no level"),
        pytest.param(("ielts",), "9.5 trở lên", "không phải mức có thật", id="a score off the scale"),
        pytest.param(("ielts",), "từ 6.0 đến 5.0", "5.0", id="levels in the wrong order"),
        pytest.param(("ielts", "5.0"), "hôm qua", "Chưa đọc được ngày", id="no day"),
        pytest.param(("ielts", "5.0"), "31/02/2025", "31/02/2025", id="a day that does not exist"),
        pytest.param(("ielts", "5.0", "mọi ngày"), "giỏi", "chọn một trong các mức", id="no level of the criterion"),
        pytest.param(("ielts", "5.0", "mọi ngày", "bậc 3"), "lâu", "số tháng", id="no count of months"),
        pytest.param(("ielts", "5.0", "mọi ngày", "bậc 3", "24"), "vì thế", "một câu đầy đủ", id="no reason"),
        pytest.param(
            ("ielts", "5.0", "mọi ngày", "bậc 3", "24", "Sở đã thống nhất"),
            "từ 01/01/2020",
            "từ hôm nay trở đi",
            id="days before anybody confirmed",
        ),
    ],
)
async def test_bad_answer_gets_one_sentence_and_the_same_step_again(room, before, bad, why):
    await room.presses(AUTHOR, "rulings.new")
    asked = await room.says(AUTHOR, *before) if before else await room.presses(AUTHOR, "rulings.new")

    reply = await room.says(AUTHOR, bad)

    assert why in reply.title
    assert reply.pending == asked.pending
    assert asked.title in words(reply)


async def test_going_back_asks_the_step_before_and_keeps_the_rest(room):
    await room.says(AUTHOR, SENTENCE)
    back = await room.presses(AUTHOR, "ruling.form|send:.back")
    mended = await room.says(AUTHOR, "đến 30/06/2027")

    assert "hiệu lực" in back.title
    assert "đến hết 30/06/2027" in words(mended)
    assert "IELTS từ 5" in words(mended)


@pytest.mark.parametrize("said", ["hủy", "thôi", "HUY"])
async def test_form_is_given_up_by_a_word(room, said):
    await room.presses(AUTHOR, "rulings.new")

    reply = await room.says(AUTHOR, said)

    assert reply.pending is None
    assert "không có gì thay đổi" in reply.title


async def test_button_of_a_form_that_is_closed_changes_nothing(room):
    reply = await room.presses(AUTHOR, "ruling.form|send:gui")

    assert "không còn mở" in reply.title
    assert not room.drawers.proposals.kept


async def test_button_of_another_step_asks_the_open_step_again(room):
    await room.presses(AUTHOR, "rulings.new")
    asked = await room.presses(AUTHOR, "ruling.form|kind:ielts")

    reply = await room.presses(AUTHOR, "ruling.form|counts:bac_3")

    assert "thuộc bước khác" in words(reply)
    assert reply.pending == asked.pending


async def test_sentence_that_leaves_the_basis_out_is_asked_for_it(room):
    reply = await room.says(AUTHOR, "ghi ý kiến: HSK 4 trở lên tính là bậc 3")

    assert "Căn cứ vào đâu" in reply.title


async def test_reach_is_what_the_author_serves(room):
    await room.proposes(OF_DIVISION)

    assert room.drawers.proposals.kept[1].scope == DIVISION.code
    assert "Phòng Mẫu" in words(await room.presses(OF_DIVISION, "proposal|1"))


async def test_ruling_of_a_unit_is_nobodys_rule_elsewhere(room):
    await room.proposes(OF_DIVISION)
    await room.confirms(OF_OFFICE)

    outside = await room.says(HOLDER, "IELTS 5.0 cấp 12/05/2024 có được tính không?")
    room.drawers.profiles.people[HOLDER.code] = replace(HOLDER, unit=DIVISION.code)
    inside = await room.says(HOLDER, "IELTS 5.0 cấp 12/05/2024 có được tính không?")

    assert outside.outcome is Outcome.NO_BASIS
    assert "Theo ý kiến" not in words(outside)
    assert "Theo ý kiến của Sở Mẫu" in words(inside)


# --- rows and standards ---


async def test_row_of_a_recognition_table_takes_effect_when_confirmed(room):
    room.desk.declare(rulings=(ruling(low="4.5", high="5.0"),))
    await room.presses(AUTHOR, "rulings.row")
    preview = await room.says(
        AUTHOR, "1769/UBND-KGVX", "ielts", "từ 4.5 đến 5.0", "mọi ngày", "bậc 3", "24", "mọi ngày"
    )
    await room.presses(AUTHOR, "row.form|send:gui")
    before = room.drawers.rules.declared.recognition
    await room.confirms(SECOND)

    assert "không còn dùng đến: YK-2026-0001" in words(preview)
    assert "1769/UBND-KGVX: IELTS, từ 4.5 đến 5: được tính là Bậc 3, có giá trị 24 tháng kể từ ngày cấp" in words(
        preview
    )
    assert not before
    assert room.drawers.rules.declared.recognition[0].level_from == "4.5"
    assert ("HR002", "confirmed_recognition_row") in room.recorded()


async def test_standard_takes_effect_when_confirmed(room):
    await room.presses(AUTHOR, "rulings.standard")
    preview = await room.says(AUTHOR, "truong_phong_so", "tin học", "nâng cao", "02-QĐi/TU", "từ 01/01/2026")
    await room.presses(AUTHOR, "standard.form|send:gui")
    seen = await room.presses(SECOND, "proposal|1")
    await room.confirms(SECOND)

    assert "tin học từ Nâng cao trở lên" in words(preview)
    assert "người có kết quả khác đi" in words(seen)
    assert room.drawers.rules.declared.standards[-1].minimum == "nang_cao"


@pytest.mark.parametrize("token", ["rulings.row", "rulings.standard"])
async def test_table_is_not_changed_by_who_serves_one_unit(room, token):
    assert (await room.presses(OF_OFFICE, token)).outcome is Outcome.DENIED


# --- asked by its number ---


@pytest.mark.parametrize(
    "said", ["ý kiến YK-2026-0001 nói gì", "yk 2026 1 quy dinh gi", "YK-2026-0001 còn hiệu lực không?"]
)
async def test_anybody_is_told_what_a_ruling_that_reaches_them_says(room, said):
    room.desk.declare(rulings=(ruling(low="5.0"),))

    reply = await room.says(HOLDER, said)

    assert "Theo ý kiến của Sở Mẫu ngày 01/11/2026: IELTS từ 5.0 trở lên" in words(reply)
    assert [cite.document for cite in reply.citations] == ["YK-2026-0001"]
    assert not reply.lines[0].is_background


async def test_ruling_of_another_unit_is_told_as_background_only(room):
    room.desk.declare(rulings=(ruling(scope=DIVISION.code),))

    typed = await room.says(HOLDER, "ý kiến YK-2026-0001 nói gì")
    pressed = await room.presses(HOLDER, "document|YK-2026-0001")

    assert typed.lines[0].is_background
    assert pressed.lines[0].is_background


async def test_ruling_that_does_not_exist_has_no_basis(room):
    assert (await room.says(HOLDER, "ý kiến YK-2026-0009 nói gì")).outcome is Outcome.NO_BASIS


async def test_hr_withdraws_a_ruling_by_its_number(room):
    room.desk.declare(rulings=(ruling(),))

    reply = await room.says(AUTHOR, "rút ý kiến YK-2026-0001")

    assert "Vì sao rút ý kiến YK-2026-0001" in reply.title


async def test_kind_asked_about_in_general_is_told_by_its_rulings(room):
    room.desk.declare(rulings=(ruling("hsk", low="hsk_4"),))

    reply = await room.says(HOLDER, "HSK có được tính không?")

    assert reply.outcome is Outcome.ANSWERED
    assert "Theo ý kiến của Sở Mẫu ngày 01/11/2026: HSK (tiếng Trung) từ" in words(reply)


# --- what nobody would type ---

HOSTILE = (
    "\u202eabc\u202c",
    "\x00\x07",
    "9" * 400,
    "31/31/31313",
    "từ đến từ đến",
    "-",
    ".back.cancel",
    "'; DROP TABLE rulings; --",
    "😀" * 50,
    "1/1/1 - 99/99/9999",
    "từ 0001 đến 9999",
    "trước 01/01/0001",
    "sau 31/12/9999",
    "a" * 3_900,
)


@pytest.mark.parametrize("form", ["rulings.new", "rulings.row", "rulings.standard"])
async def test_hostile_answers_never_break_a_form(room, form):
    good = {
        "kind": "ielts",
        "levels": "5.0",
        "issued": "mọi ngày",
        "counts": "bậc 3",
        "months": "24",
        "ground": "Sở đã thống nhất với tỉnh",
        "document": "1769/UBND-KGVX",
        "group": "truong_phong_so",
        "criterion": "tin học",
        "minimum": "cơ bản",
        "days": "từ 01/01/2026",
        "validity": "đến 31/12/2027",
    }
    reply = await room.presses(AUTHOR, form)
    while reply.pending is not None and reply.pending.step != "send":
        step = reply.pending.step
        for said in HOSTILE:
            await room.presses(AUTHOR, form)  # begin anew, so that a hostile answer that is taken does no harm
            room.drawers.threads.kept[f"t-{AUTHOR.code}"] = {
                "pending": {"form": reply.pending.form, "step": step, "values": dict(reply.pending.values)}
            }
            answer = await room.says(AUTHOR, said)
            assert answer.title
        room.drawers.threads.kept[f"t-{AUTHOR.code}"] = {
            "pending": {"form": reply.pending.form, "step": step, "values": dict(reply.pending.values)}
        }
        reply = await room.says(AUTHOR, good[step])
    assert not room.drawers.proposals.kept


async def test_effects_say_at_least_when_people_are_left_out(library):
    today = visits.with_standards(library).on(visits.TODAY)
    after = visits.with_standards(library, rulings=(ruling(),))
    people = [replace(HOLDER, code=PersonCode(f"CB{n:03}")) for n in range(5)]
    change = Change(visits.TODAY, after, ruling=ruling())

    whole = await count_effects(change, None, today, FakeProfiles(people))
    part = await count_effects(change, None, today, FakeProfiles(people), most=2)

    assert (whole.people, whole.changed, whole.is_partial) == (5, 5, False)
    assert (part.people, part.changed, part.is_partial) == (2, 2, True)
    assert "ít nhất 2 người" in describe_effects(part, today)[0].text


@pytest.mark.parametrize(
    ("form", "step", "asked_next"),
    [
        pytest.param("ruling.form", "counts", "levels", id="the first answer that is missing is taken"),
        pytest.param("ruling.withdrawing", "reason", None, id="a withdrawal of nothing is closed"),
        pytest.param("proposal.refusing", "reason", None, id="a refusal of nothing is closed"),
    ],
)
async def test_form_kept_by_another_version_is_begun_anew_or_closed(room, form, step, asked_next):
    room.drawers.threads.kept[f"t-{AUTHOR.code}"] = {"pending": {"form": form, "step": step, "values": {}}}

    reply = await room.says(AUTHOR, "ielts")

    assert (reply.pending.step if reply.pending is not None else None) == asked_next
