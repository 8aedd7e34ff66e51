"""Certificates handed in and verified, walked through as dialogues: officials and HR at one desk."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from handlers.hr.evidence import effect_of
from handlers.letting_go import Kept, erase
from handlers.reply import Outcome, Reply
from handlers.vouching import explain_not_another, in_chat_of, name_leaving
from knowledge.facts import Credential, CredentialStatus, KindCode, Person, PersonCode, Role
from knowledge.findings import State
from storage.records import Account, EvidenceState, LetterKind
from tests.handlers import visits
from tests.handlers.desks import TriedDesk
from tests.handlers.visits import actions, words
from tests.people import DISTRICT, DIVISION, OFFICE, credential, official

ME = official(unit=DIVISION.code)
HR = official(code=PersonCode("HR001"), name="Phạm Thị Nhân", roles=frozenset({Role.HR}))
SECOND = official(code=PersonCode("HR002"), name="Vũ Văn Hai", roles=frozenset({Role.HR}), scope=OFFICE.code)
FAR = official(code=PersonCode("HR003"), name="Bùi Thị Xa", roles=frozenset({Role.HR}), scope=DISTRICT.code)
HEAD = official(code=PersonCode("GD001"), name="Đỗ Văn Trưởng", roles=frozenset({Role.HEAD}))
FOURTH = official(code=PersonCode("HR004"), name="Tạ Thị Bốn", roles=frozenset({Role.HR}))
STRANGER = official(code=PersonCode("CB009"), name="Lê Văn Ba")
PEOPLE = (ME, HR, SECOND, FAR, FOURTH, HEAD, STRANGER)
AT_ONCE = "tôi nộp chứng chỉ ielts 6.0 cấp ngày 12/5/2025 số hiệu A-12345 do Hội đồng Anh cấp"


class House:
    """A desk with its people, each in a conversation of their own."""

    def __init__(self, book, reader: object, people: tuple[Person, ...] = PEOPLE) -> None:
        self.tried = TriedDesk(book, reader, people=people)
        self.kept = self.tried.drawers.evidence

    async def says(self, who: Person, *said: str) -> Reply:
        return [await self.tried.say(one, person=who, thread=who.code) for one in said][-1]

    async def presses(self, who: Person, *tokens: str) -> Reply:
        return [await self.tried.press(one, person=who, thread=who.code) for one in tokens][-1]

    async def hands_in(self, who: Person, content: bytes = b"picture", text: str = "", **more) -> Reply:
        return await self.tried.hand_in(content, text, person=who, thread=who.code, **more)

    async def hand_in(self) -> None:
        """ME hands in an IELTS 6.0 with a picture."""
        await self.says(ME, AT_ONCE)
        await self.hands_in(ME)
        await self.presses(ME, "evidence.form|sure:gui")

    def state(self, number: int = 1) -> EvidenceState:
        return self.kept.kept[number].state

    def credentials(self, who: Person = ME):
        return self.tried.drawers.profiles.people[who.code].credentials

    @property
    def audit(self) -> list[tuple[str, str, str]]:
        return [(one.actor, one.action, one.subject) for one in self.tried.drawers.audit.entries]


@pytest.fixture
def house(library, reader) -> House:
    return House(visits.with_table(library), reader)


# --- handing in


async def test_everything_typed_at_once_leaves_only_the_file_to_be_asked_for(house):
    asked = await house.says(ME, AT_ONCE)
    assert asked.pending is not None
    assert asked.pending.step == "files"
    assert "căn cước" in words(asked)

    shown = await house.hands_in(ME)
    assert "mã hóa" in shown.title
    for part in ("IELTS", "6.0", "12/05/2025", "A-12345", "Hội đồng Anh", "1 tệp"):
        assert part in words(shown)
    assert not house.kept.kept

    done = await house.says(ME, "nộp")
    assert "Minh chứng số 1" in done.title
    (held,) = house.credentials()
    assert (held.kind, held.level, held.status) == ("ielts", "6.0", CredentialStatus.WAITING)
    assert house.audit == [("CB001", "handed_in_file", "CB001"), ("CB001", "submitted_evidence", "CB001")]
    assert "đang chờ" in words(await house.says(ME, "tôi còn thiếu gì")).lower()


async def test_a_certificate_is_filled_in_step_by_step(house):
    first = await house.says(ME, "tôi muốn nộp chứng chỉ mới")
    assert "Chứng chỉ VSTEP" in {one.label for one in first.choices}
    level = await house.presses(ME, "evidence.form|kind:vstep")
    assert {one.label for one in level.choices} >= {"Bậc 3"}
    assert "Chưa" not in (await house.presses(ME, "evidence.form|level:bac_3")).title
    assert "chưa đọc được" in (await house.says(ME, "hôm nọ")).title
    assert "chưa đọc được" in (await house.says(ME, "22/11/2026")).title  # a day to come
    assert "Số hiệu" in (await house.says(ME, "5 tháng 12 năm 2025")).title
    assert "Đơn vị" in (await house.says(ME, "không có")).title
    assert "ảnh" in (await house.says(ME, "Trường Chính trị tỉnh")).title
    assert "chính ảnh chụp" in (await house.says(ME, "ảnh đây")).title
    assert "Nộp" in (await house.says(ME, "bỏ qua")).title
    await house.says(ME, "đồng ý")
    kept = house.kept.kept[1].credential
    assert (kept.level, kept.number, kept.issued_on) == ("Bậc 3", None, date(2025, 12, 5))


@pytest.mark.parametrize(
    ("kind", "said", "level"),
    [
        ("ielts", "được 6.5", "6.5"),
        ("ielts", "6,5", "6.5"),
        ("toeic", "600 điểm", "600"),
        ("vstep", "b1", "Bậc 3"),
        ("tin_hoc_abc", "trình độ B", "B"),
    ],
)
async def test_a_level_is_read_as_people_write_it(house, kind, said, level):
    await house.presses(ME, "evidence.begin", f"evidence.form|kind:{kind}")
    asked = await house.says(ME, said)
    assert asked.pending is not None
    assert asked.pending.values.get("level", "").endswith(level)


@pytest.mark.parametrize("said", ["12.0", "bậc mười", "cao lắm"])
async def test_a_level_that_cannot_stand_on_it_is_refused_with_what_can(house, said):
    await house.presses(ME, "evidence.begin", "evidence.form|kind:ielts")
    asked = await house.says(ME, said)
    assert asked.pending is not None
    assert asked.pending.step == "level"
    assert "0–9" in asked.title


async def test_any_part_of_the_summary_is_changed_by_button_or_by_word(house):
    await house.says(ME, AT_ONCE)
    await house.says(ME, "không")
    assert "ngày nào" in (await house.presses(ME, "evidence.form|sure:sua.issued")).title
    assert "01/06/2025" in words(await house.says(ME, "1/6/2025"))
    assert "Số hiệu" in (await house.says(ME, "sửa số hiệu")).title
    assert "B-9" in words(await house.says(ME, "B-9"))
    assert "ghi mức" in (await house.presses(ME, "evidence.form|sure:sua.kind", "evidence.form|kind:toeic")).title


@pytest.mark.parametrize("said", ["hủy", "thôi", "huy"])
async def test_nothing_is_kept_when_it_is_given_up(house, said):
    await house.says(ME, AT_ONCE)
    assert "Chưa nộp gì" in (await house.says(ME, said)).title
    assert not house.kept.kept
    assert not house.credentials()


async def test_another_question_in_the_middle_is_answered(house):
    await house.says(ME, "nộp chứng chỉ toeic")
    assert "gaps.mine" not in actions(answered := await house.says(ME, "tôi còn thiếu gì?"))
    assert answered.intent == "my_gaps"


async def test_how_and_where_is_explained_with_a_button_to_begin(house):
    told = await house.says(ME, "nộp chứng chỉ ở đâu")
    assert {"evidence.begin", "evidence.mine"} <= actions(told)
    assert "Một chứng chỉ mới" in told.title or told.pending is None


async def test_the_same_certificate_is_kept_once(house):
    await house.hand_in()
    again = await house.says(ME, AT_ONCE, "bỏ qua", "nộp")
    assert "không lập thêm" in again.title
    assert len(house.kept.kept) == 1


async def test_what_is_verified_on_record_is_not_handed_in_again(library, reader):
    me = replace(ME, credentials=(credential("ielts", "6.0", number="A-12345"),))
    house = House(visits.with_table(library), reader, (me, HR))
    again = await house.says(ME, AT_ONCE, "bỏ qua", "nộp")
    assert "đã được xác minh" in again.title
    assert not house.kept.kept


async def test_one_can_be_taken_back_with_its_files(house):
    await house.hand_in()
    assert "Đã rút lại" in (await house.presses(ME, "evidence.withdraw|1")).title
    assert house.state() is EvidenceState.WITHDRAWN
    assert not house.credentials()
    assert not house.kept.files
    assert "đã có kết luận" in (await house.presses(ME, "evidence.withdraw|1")).title


# --- files


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("wrong_kind", "không phải ảnh"),
        ("broken", "bị hỏng"),
        ("huge", "quá lớn"),
        ("locked", "mật khẩu"),
        ("active", "mã chương trình"),
        ("too_many_pages", "quá nhiều trang"),
        ("heic", "HEIC"),
        ("too_heavy", "quá nhiều thời gian"),
    ],
)
async def test_a_file_that_is_refused_changes_nothing(house, content, said):
    before = await house.says(ME, AT_ONCE)
    refused = await house.hands_in(ME, content.encode())
    assert said in refused.title
    assert refused.pending == before.pending
    assert not house.kept.files
    assert not house.audit


async def test_more_than_ten_megabytes_are_refused_whatever_was_said_of_the_size(house):
    for said_size in (None, 10, 11 * 1024 * 1024):
        refused = await house.hands_in(ME, b"picture" + bytes(10 * 1024 * 1024), size=said_size)
        assert "10 MB" in refused.title
    assert not house.kept.files


async def test_a_picture_with_words_begins_a_form_by_itself(house):
    asked = await house.hands_in(ME, text="ielts 6.0 cap 12/5/2025")
    assert asked.pending is not None
    assert asked.pending.step == "number"
    assert asked.pending.values["files"] == "1"


async def test_a_fifth_file_is_not_kept(house):
    await house.says(ME, AT_ONCE)
    for _each in range(4):
        await house.hands_in(ME)
    assert "Đã đủ 4 tệp" in (await house.hands_in(ME)).title
    assert len(house.kept.files) == 4


async def test_nothing_is_fetched_for_somebody_who_is_not_linked(house):
    refused = await house.tried.hand_in(b"broken")
    assert "đã liên kết" in refused.title
    assert "link" in actions(refused)


async def test_a_flood_of_files_is_stopped(house):
    now = house.tried.desk._clock.now()
    house.kept.files = {n: (ME.code, None, "image/jpeg", now - timedelta(hours=2), b"x") for n in range(30)}
    assert "nhiều tệp" in (await house.hands_in(ME)).title
    assert len(house.kept.files) == 30


# --- the review


async def test_hr_sees_what_it_would_change_and_the_verdict_follows(house):
    house.tried.desk._senders = {"telegram": "telegram:1"}
    house.tried.drawers.accounts.kept["telegram", "t"] = Account("telegram", "t", ME.code)
    await house.hand_in()

    listed = await house.says(HR, "/duyet")
    assert "1 minh chứng chờ xác minh" in listed.title
    assert "Nguyễn Văn Mẫu" in words(listed)
    opened = await house.presses(HR, "review.open|1")
    assert "Đang chờ: IELTS 6.0" in words(opened)
    assert "Đã đạt với IELTS 6.0" in words(opened)
    file = await house.presses(HR, "review.file|1:1")
    assert file.file is not None
    assert (file.file.name, file.file.content, file.file.media_type) == (
        "minh-chung-1-1.jpg",
        b"picture",
        "image/jpeg",
    )

    done = await house.presses(HR, "review.verify|1:1")
    assert "Đã xác minh" in done.title
    assert house.credentials()[0].status is CredentialStatus.VERIFIED
    assert "IELTS" not in {one.text for one in (await house.says(ME, "tôi còn thiếu gì")).lines}
    (delivery, (notice,)) = house.tried.drawers.outbox.put_in[0]
    assert (delivery.person, delivery.sender, notice.key) == (ME.code, "telegram:1", "evidence:1:2")
    assert dict(notice.payload) == {"evidence": 1}
    assert [one[1] for one in house.audit if one[0] == "HR001"] == [
        "listed_evidence",
        "looked_at_evidence",
        "opened_evidence_file",
        "verified_evidence",
    ]
    assert "đã xác minh" in words(await house.says(ME, "chứng chỉ tôi nộp đến đâu rồi"))


async def test_a_rejection_needs_its_reason_which_the_official_reads(house):
    house.tried.drawers.accounts.kept["web", "w"] = Account("web", "w", ME.code)
    await house.hand_in()
    await house.presses(HR, "review.open|1")
    assert "Vì sao" in (await house.presses(HR, "review.reject|1:1")).title
    assert "thành câu" in (await house.says(HR, "k")).title
    assert house.state() is EvidenceState.WAITING
    assert "Đã từ chối" in (await house.says(HR, "Ảnh mờ, không đọc được số hiệu")).title
    (held,) = house.credentials()
    assert held.status is CredentialStatus.REJECTED
    (letter,) = house.tried.drawers.letters.kept
    assert (letter.kind, letter.person, letter.number) == (LetterKind.EVIDENCE, ME.code, 1)
    seen = await house.presses(ME, "evidence.open|1")
    assert "“Ảnh mờ, không đọc được số hiệu”" in words(seen)
    again = await house.says(ME, AT_ONCE, "bỏ qua", "nộp")
    assert "Minh chứng số 2" in again.title


async def test_a_question_is_asked_answered_and_decided(house):
    await house.hand_in()
    await house.presses(HR, "review.ask|1:1")
    await house.says(HR, "Đề nghị gửi thêm mặt sau của chứng chỉ")
    assert house.state() is EvidenceState.ASKED_BACK
    assert "Không có minh chứng nào" in (await house.says(HR, "/duyet")).title

    asked = await house.presses(ME, "evidence.again|1")
    assert "mặt sau" in words(asked)
    await house.hands_in(ME, b"picture of the back")
    done = await house.says(ME, "nộp")
    assert "Minh chứng số 1" in done.title
    assert "2 tệp" in words(done)
    stale = await house.presses(HR, "review.verify|1:1")
    assert "đã thay đổi" in stale.title
    await house.presses(HR, "review.verify|1:3")
    assert house.state() is EvidenceState.VERIFIED


async def ask_back(house: House) -> None:
    await house.hand_in()
    await house.presses(HR, "review.ask|1:1")
    await house.says(HR, "Đề nghị gửi thêm mặt sau của chứng chỉ")


async def test_whoever_is_asked_is_not_waited_for_by_the_office_meanwhile(house):
    await ask_back(house)
    assert house.credentials() == ()
    (finding,) = [one for one in (await house.says(ME, "tôi còn thiếu gì")).findings if one.criterion == "ngoai_ngu"]
    assert finding.state is State.MISSING


async def test_what_the_official_leaves_unanswered_is_with_hr_again(house):
    await ask_back(house)
    assert not (await house.says(HR, "/duyet")).lines
    one = house.kept.kept[1]
    house.kept.kept[1] = replace(one, changed_at=one.changed_at - timedelta(days=14))
    listed = await house.says(HR, "/duyet")
    assert [each.subject for each in listed.choices if each.action == "review.open"] == ["1"]


@pytest.mark.parametrize("is_marked", [False, True])
async def test_what_the_official_leaves_unanswered_is_verified_all_the_same(house, *, is_marked):
    await ask_back(house)
    if is_marked:
        house.kept.marked.add(KindCode("ielts"))
    opened = await house.presses(HR, "review.open|1")
    assert "review.verify" in {one.action for one in opened.choices}
    await house.presses(HR, "review.verify|1:2")
    assert house.state() is (EvidenceState.CHECKED if is_marked else EvidenceState.VERIFIED)


async def test_what_the_official_leaves_unanswered_is_rejected_all_the_same(house):
    await ask_back(house)
    await house.presses(HR, "review.reject|1:2")
    await house.says(HR, "Đã hỏi mà không có trả lời")
    assert house.state() is EvidenceState.REJECTED
    assert [one.status for one in house.credentials()] == [CredentialStatus.REJECTED]


async def test_certificates_of_the_roster_that_nobody_has_proven_are_counted_to_hr(library, reader):
    of_roster = credential("ielts", "6.0", number="A-1", issued_on=date(2025, 5, 12), status=CredentialStatus.WAITING)
    house = House(visits.with_table(library), reader, (replace(ME, credentials=(of_roster,)), HR, FAR))
    listed = await house.says(HR, "/duyet")
    assert len(listed.lines) == 1
    assert "1" in listed.lines[0].text
    assert not (await house.says(FAR, "/duyet")).lines


async def test_pictures_sent_together_are_answered_once_and_what_is_not_kept_is_named(house):
    await house.says(ME, AT_ONCE)
    first = await house.hands_in(ME, b"picture 1", group="77")
    assert "gửi cùng lúc" in words(first)
    assert [(await house.hands_in(ME, b"picture", group="77")).is_silent for _n in range(2)] == [True, True]
    assert not (await house.hands_in(ME, b"picture of another day", group="78")).is_silent
    assert len(house.kept.files) == 4
    too_many = await house.hands_in(ME, b"picture 5", group="78")
    assert not too_many.is_silent
    assert "4 tệp" in too_many.title


async def test_a_picture_that_comes_once_more_is_kept_once_and_answered_as_it_was_to_be(house):
    await house.says(ME, AT_ONCE)
    came = [{"group": "77", "message": "1"}, {"group": "77", "message": "2"}, {"message": "3"}]
    answered = [not (await house.hands_in(ME, **one)).is_silent for one in came]
    assert answered == [True, False, True]
    again = [await house.hands_in(ME, is_belated=True, **one) for one in came]
    assert [not one.is_silent for one in again] == answered
    assert "gửi cùng lúc" in words(again[0])
    assert "3 tệp" in words(again[2])
    assert len(house.kept.files) == 3


async def test_a_marked_kind_needs_two_people(house):
    assert "review.kinds" in actions(await house.says(HR, "/duyet"))
    await house.presses(HR, "review.mark|ielts:1")
    await house.hand_in()
    first = await house.presses(HR, "review.verify|1:1")
    assert "người thứ hai" in first.title
    assert (house.state(), house.credentials()[0].status) == (EvidenceState.CHECKED, CredentialStatus.WAITING)
    assert not house.tried.drawers.outbox.put_in
    assert "người thứ hai" in (await house.presses(HR, "review.verify|1:2")).title
    assert house.state() is EvidenceState.CHECKED
    await house.presses(SECOND, "review.verify|1:2")
    assert house.state() is EvidenceState.VERIFIED
    assert ("HR001", "marked_evidence_kind", "ielts") in house.audit
    assert [one[0] for one in house.audit if one[1] in {"checked_evidence", "verified_evidence"}] == ["HR001", "HR002"]


@pytest.mark.parametrize("is_mirrored", [False, True], ids=["first as oneself", "first as the colleague"])
async def test_whoever_checked_first_does_not_verify_in_a_chat_linked_with_their_code(house, is_mirrored):
    chats = house.tried.drawers.accounts.kept
    chats["web", "own"] = Account("web", "own", HR.code)
    chats["web", "given"] = Account("web", "given", SECOND.code, vouched_by=frozenset({HR.code}))
    first, second = ("given", "own") if is_mirrored else ("own", "given")
    await house.presses(HR, "review.mark|ielts:1")
    await house.hand_in()
    await house.tried.press("review.verify|1:1", address=first)

    seen = await house.tried.press("review.open|1", address=second)
    refused = await house.tried.press("review.verify|1:2", address=second)

    assert house.state() is EvidenceState.CHECKED
    assert "review.verify" not in actions(seen)
    assert refused.title in words(seen)
    assert (SECOND.name if is_mirrored else HR.name) in refused.title
    await house.presses(FOURTH, "review.verify|1:2")
    assert house.state() is EvidenceState.VERIFIED


async def test_nobody_decides_on_the_certificate_of_whoever_gave_the_code_of_their_chat(house):
    await house.hand_in()
    chat = Account("web", "given", SECOND.code, vouched_by=frozenset({ME.code}))
    house.tried.drawers.accounts.kept["web", "given"] = chat

    listed = await house.tried.press("review", address="given")
    opened = await house.tried.press("review.open|1", address="given")
    picture = await house.tried.press("review.file|1:1", address="given")

    assert "review.open" in actions(listed)
    assert {one.outcome for one in (opened, picture)} == {Outcome.DENIED}
    assert opened.title == picture.title == explain_not_another(in_chat_of(SECOND, chat.vouched_by), ME.code, ME.name)
    assert "look_refused" not in {action for _actor, action, _subject in house.audit}
    assert (await house.tried.press("review.verify|1:1", address="given")).outcome is Outcome.DENIED
    assert ("HR002", "decision_refused", "evidence") in house.audit
    assert house.state() is EvidenceState.WAITING


async def test_whoever_checked_first_by_a_colleagues_code_checks_anew_without_it_and_the_colleague_is_the_second(house):
    chats = house.tried.drawers.accounts.kept
    chats["web", "own"] = Account("web", "own", HR.code)
    chats["web", "given"] = Account("web", "given", SECOND.code, vouched_by=frozenset({HR.code, FOURTH.code}))
    chats["web", "phone"] = Account("web", "phone", SECOND.code)
    await house.presses(HR, "review.mark|ielts:1")
    await house.hand_in()
    await house.tried.press("review.verify|1:1", address="given")
    assert name_leaving() in (await house.tried.press("review.verify|1:2", address="given")).title
    assert house.kept.kept[1].checked_vouched_by == {HR.code, FOURTH.code}, "the same chat makes nothing anew"

    assert "review.verify" in actions(await house.tried.press("review.open|1", address="phone"))
    await house.tried.press("review.verify|1:2", address="phone")
    kept = house.kept.kept[1]
    assert (kept.state, kept.checked_by, kept.checked_vouched_by) == (EvidenceState.CHECKED, SECOND.code, frozenset())
    assert "review.verify" not in actions(await house.tried.press("review.open|1", address="phone"))

    await house.tried.press("review.verify|1:3", address="own")
    assert house.state() is EvidenceState.VERIFIED


async def test_a_first_check_is_not_made_anew_where_more_codes_led_to(house):
    chats = house.tried.drawers.accounts.kept
    chats["web", "given"] = Account("web", "given", SECOND.code, vouched_by=frozenset({HR.code}))
    await house.presses(HR, "review.mark|ielts:1")
    await house.hand_in()
    await house.presses(SECOND, "review.verify|1:1")
    await house.tried.press("review.verify|1:2", address="given")
    kept = house.kept.kept[1]
    assert (kept.state, kept.version, kept.checked_vouched_by) == (EvidenceState.CHECKED, 2, frozenset())


async def test_who_lets_one_person_be_enough_does_not_decide_alone_on_what_waits(house):
    await house.presses(HR, "review.mark|ielts:1")
    await house.hand_in()
    await house.presses(HR, "review.mark|ielts:0")
    assert "người thứ hai" in (await house.presses(HR, "review.verify|1:1")).title
    assert house.state() is EvidenceState.CHECKED
    assert "người thứ hai" in (await house.presses(HR, "review.verify|1:2")).title
    await house.presses(SECOND, "review.verify|1:2")
    assert house.state() is EvidenceState.VERIFIED


async def test_hr_who_names_an_official_sees_the_one_that_waits_of_them(house):
    await house.hand_in()
    assert (await house.says(HR, "tu choi mc cua cb001")).title.startswith("Minh chứng số 1")
    assert "1 minh chứng" in (await house.says(HR, "/duyet")).title


async def test_hr_who_asks_about_two_people_sees_the_kinds(house):
    await house.presses(HR, "review.mark|ielts:1")
    for words_said in ("loai nao phai 2 ng duyet", "loại minh chứng nào phải hai người duyệt"):
        assert "IELTS" in (await house.says(HR, words_said)).title


async def test_only_hr_of_the_province_says_which_kinds_two_people_check(house):
    for who in (SECOND, ME, HEAD):
        assert (await house.presses(who, "review.mark|ielts:1")).outcome is Outcome.DENIED
    assert not house.kept.marked


@pytest.mark.parametrize(
    "who", [ME, HEAD, STRANGER, FAR], ids=["the official", "a head", "a colleague", "HR elsewhere"]
)
@pytest.mark.parametrize("token", ["review.open|1", "review.file|1:1", "review.verify|1:1", "review.reject|1:1"])
async def test_nobody_else_sees_or_decides_anything(house, who, token):
    await house.hand_in()
    reply = await house.presses(who, token)
    if token == "review.reject|1:1" and who is FAR:
        reply = await house.says(who, "Không đúng người, không đúng giấy")
    assert reply.outcome is Outcome.DENIED
    assert reply.file is None
    assert "IELTS" not in words(reply)
    assert house.state() is EvidenceState.WAITING


async def test_nobody_else_sees_what_an_official_handed_in(house):
    await house.hand_in()
    for token in ("evidence.open|1", "evidence.file|1:1", "evidence.withdraw|1", "evidence.again|1"):
        assert (await house.presses(STRANGER, token)).outcome is Outcome.DENIED
    own = await house.presses(ME, "evidence.file|1:1")
    assert own.file is not None
    assert own.file.content == b"picture"


async def test_nobody_decides_on_their_own(library, reader):
    house = House(visits.with_table(library), reader)
    await house.says(HR, AT_ONCE, "bỏ qua", "nộp")
    assert "Không có minh chứng nào" in (await house.says(HR, "/duyet")).title
    assert (await house.presses(HR, "review.verify|1:1")).outcome is Outcome.DENIED


async def test_the_queue_has_pages(house):
    for number in range(8):
        await house.says(
            ME, f"nộp ielts 6.0 cấp ngày 12/5/2025 số hiệu A-{number} do Hội đồng Anh cấp", "bỏ qua", "nộp"
        )
    first = await house.says(HR, "/duyet")
    assert "trang 1/2" in first.title
    second = await house.presses(HR, "review|2")
    assert [one.subject for one in second.choices if one.action == "review.open"] == ["7", "8"]


def test_the_effect_is_that_of_the_real_verdict(library):
    today = visits.with_table(library).on(visits.TODAY)
    ielts = credential("ielts", "6.0", number="A-1", issued_on=date(2025, 5, 12))
    enough = effect_of(ielts, ME, today)
    assert (enough.now.state, enough.verified.state, enough.changes) == (State.MISSING, State.MET, True)
    expired = effect_of(replace(ielts, issued_on=date(2020, 5, 12)), ME, today)
    assert (expired.verified.state, expired.changes) == (State.EXPIRED, True)
    earlier = replace(ielts, issued_on=date(2020, 5, 12), expires_on=date(2022, 5, 12), status=CredentialStatus.WAITING)
    renewed = effect_of(ielts, replace(ME, credentials=(earlier,)), today)
    assert renewed.verified.state is State.MET  # its own last day, not that of the issue before
    over = replace(ielts, expires_on=date(2026, 1, 1), status=CredentialStatus.WAITING)
    assert effect_of(ielts, replace(ME, credentials=(over,)), today).verified.state is State.EXPIRED
    better = replace(ME, credentials=(credential("vstep", "bac_3"),))
    assert not effect_of(replace(ielts, level="4.5"), better, today).changes


# --- never an identity card; nothing half done is lost


async def test_an_identity_card_is_refused_by_its_words_and_nothing_of_it_is_kept(house):
    await house.says(ME, AT_ONCE)
    told = await house.hands_in(ME, text="ảnh căn cước của tôi")
    assert "không gửi căn cước" in told.title
    assert not house.kept.files
    assert "không gửi căn cước" in (await house.says(ME, "gui cccd duoc khong")).title


@pytest.mark.parametrize("said", ["không nhớ", "ko biet"])
async def test_a_day_that_nobody_remembers_is_explained_and_yesterday_is_a_day(house, said):
    await house.says(ME, "tôi nộp chứng chỉ ielts 6.0")
    assert "không thể bỏ qua" in (await house.says(ME, said)).title
    assert "ố hiệu" in (await house.says(ME, "hom qua")).title


async def test_a_question_in_the_middle_is_answered_and_the_form_goes_on_where_it_was(house):
    await house.says(ME, "tôi nộp chứng chỉ ielts 6.0 cấp ngày 12/5/2025")
    answered = await house.says(ME, "hạn của tôi là khi nào?")
    assert answered.intent == "my_deadlines"
    assert "evidence.form|:" in {one.token for one in answered.choices}
    assert "ố hiệu" in (await house.says(ME, "tiep tuc")).title
    await house.says(ME, "A-12345", "Hội đồng Anh", "không")
    await house.presses(ME, "gaps.mine")
    await house.presses(ME, "evidence.form|sure:gui")
    assert house.state() is EvidenceState.WAITING


async def test_what_was_given_up_is_not_gone_on_with(house):
    await house.says(ME, "tôi nộp chứng chỉ ielts 6.0", "hạn của tôi là khi nào?")
    await house.presses(ME, "evidence.form|:")
    await house.says(ME, "hủy")
    assert "evidence.form|:" not in {one.token for one in (await house.presses(ME, "gaps.mine")).choices}
    assert "không còn mở" in (await house.presses(ME, "evidence.form|:")).title


# --- when its time is over, and on deletion


async def test_of_what_was_decided_long_ago_nothing_is_said_that_is_no_longer_known(house):
    await house.hand_in()
    one = house.kept.kept[1]
    emptied = replace(one, state=EvidenceState.VERIFIED, credential=Credential(one.credential.kind), words=None)
    house.kept.kept[1] = emptied
    house.kept.files.clear()
    seen = words(await house.presses(ME, "evidence.open|1"))
    assert "không còn được lưu" in seen
    assert "IELTS" in seen
    assert "Số hiệu" not in seen
    assert "IELTS" in words(await house.presses(ME, "evidence.mine"))
    of_hr = await house.presses(HR, "review.open|1")
    assert "không còn được lưu" in words(of_hr)


async def test_a_deletion_takes_back_what_waits_also_of_whoever_has_no_chat(house, library):
    await house.hand_in()
    assert house.credentials()
    desk = house.tried.drawers
    drawers = Kept(desk.accounts, desk.threads, desk.inquiries, desk.letters, desk.evidence, desk.calendars)
    today = visits.with_table(library).on(visits.TODAY)
    assert not await erase(ME, today, drawers, desk.personal_data, desk.privacy, house.kept.kept[1].submitted_at)
    assert house.state() is EvidenceState.WITHDRAWN
    assert house.credentials() == ()
    assert desk.personal_data.erased == [ME.code]
