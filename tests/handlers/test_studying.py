"""Sending to study, walked through as dialogues: officials, heads and HR at one desk, from the request to the end."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from handlers.heads.study_decisions import find_open_of
from handlers.reply import Outcome, Reply
from handlers.study.desk import Desk
from handlers.vouching import name_leaving
from knowledge.facts import Person, PersonCode, Role
from knowledge.rulebook import RuleBook
from knowledge.study_cases import StudyState
from storage.records import Account, LetterKind
from tests.handlers import visits
from tests.handlers.desks import TriedDesk
from tests.handlers.visits import actions, cited, words
from tests.people import COMMUNE, DISTRICT, DIVISION, NEIGHBOUR, OFFICE, UNITS, official

ME = official(unit=DIVISION.code)
DIRECTOR = official(code=PersonCode("GD001"), name="Đỗ Văn Trưởng", position="Giám đốc")
SUCCESSOR = official(code=PersonCode("GD002"), name="Lý Thị Mới", position="Giám đốc")
SECOND = official(code=PersonCode("PG001"), name="Trần Văn Phó", unit=DIVISION.code, roles=frozenset({Role.HEAD}))
HR = official(code=PersonCode("HR001"), name="Phạm Thị Nhân", roles=frozenset({Role.HR}))
STRANGER = official(code=PersonCode("CB009"), name="Lê Văn Ba")
PEOPLE = (ME, DIRECTOR, SUCCESSOR, HR, STRANGER)
HEADED = tuple(replace(one, head=DIRECTOR.code) if one is OFFICE else one for one in UNITS)
ASKED = "đề nghị cử đi học tiếng Anh tháng 3"
SOON = date(2026, 12, 2)


class House:
    """A desk with its people, each in a conversation of their own."""

    def __init__(self, book: RuleBook, reader: object, people: tuple[Person, ...] = PEOPLE) -> None:
        self.tried = TriedDesk(book, reader, people=people)
        self.accounts = self.tried.drawers.accounts

    async def says(self, who: Person, *said: str) -> Reply:
        replies = [await self.tried.say(one, person=who, thread=who.code) for one in said]
        return replies[-1]

    async def presses(self, who: Person, token: str) -> Reply:
        return await self.tried.press(token, person=who, thread=who.code)

    def reaches(self, who: Person, channel: str = "telegram") -> None:
        self.accounts.kept[channel, f"{channel}-{who.code}"] = Account(channel, f"{channel}-{who.code}", who.code)

    def comes(self, day: date) -> None:
        self.tried.desk._clock.day = day

    def state(self, number: int = 1) -> StudyState:
        return self.tried.drawers.study.kept[number].state

    @property
    def audit(self) -> list[str]:
        return [one.action for one in self.tried.drawers.audit.entries]


def book_of(library, units=HEADED, **more) -> RuleBook:
    return visits.with_standards(library, units=units, **more)


@pytest.fixture
def house(library, reader) -> House:
    return House(book_of(library), reader)


async def test_a_request_typed_at_once_is_looked_at_sent_decided_and_told(house):
    house.tried.desk._senders = {"telegram": "telegram:1"}
    house.reaches(DIRECTOR)
    house.reaches(ME, "web")

    preview = await house.says(ME, ASKED)
    sent = await house.says(ME, "gửi đề nghị")

    assert "tiếng Anh, 01/03/2027 – 31/03/2027" in words(preview)
    assert "Đỗ Văn Trưởng (GD001)" in words(preview)
    assert "đến hết ngày 27/11/2026" in words(sent)
    assert "Đã báo cho: Đỗ Văn Trưởng." in words(sent)
    (delivery, (notice,)) = house.tried.drawers.outbox.put_in[0]
    assert (delivery.person, delivery.sender, notice.key) == (DIRECTOR.code, "telegram:1", "study:1:1:GD001")

    listed = await house.says(DIRECTOR, "có ai xin đi học chờ tôi duyệt")
    opened = await house.presses(DIRECTOR, "study.open|1")
    decided = await house.presses(DIRECTOR, "study.do|1:1:sent")

    assert "Nguyễn Văn Mẫu (CB001)" in words(listed)
    assert {"study.do", "study.say", "study.paper"} <= actions(opened)
    assert "quyết định cử cán bộ đi học" in decided.title
    assert house.state() is StudyState.SENT
    (letter,) = house.tried.drawers.letters.kept
    assert (letter.kind, letter.person, letter.number) == (LetterKind.STUDY, ME.code, 1)
    assert {"study_requested", "listed_study", "looked_at_study", "study_sent"} <= set(house.audit)


async def test_a_request_is_filled_in_step_by_step_from_the_gaps(house):
    first = await house.says(ME, "tôi muốn đi học")
    assert {choice.label for choice in first.choices} >= {"Ngoại ngữ", "Tin học"}
    assert "2123/UBND-NC" in cited(first)
    course = await house.says(ME, "Ngoại ngữ")
    assert course.pending is not None
    assert "thời gian học" in (await house.says(ME, "3 thang")).title
    days = await house.says(ME, "Tiếng Anh bậc 3, Trường Chính trị tỉnh")
    assert "ngày nào" in days.title
    assert "đã qua" in (await house.says(ME, "01/03/2020 đến 30/03/2020")).title
    assert "Chưa đọc được ngày" in (await house.says(ME, "sang năm đi")).title
    assert "gửi" in (await house.says(ME, "quý II")).title.lower()
    done = await house.presses(ME, "study.form|sure:gui")
    assert "01/04/2027 – 30/06/2027" in words(done)


async def test_a_second_request_for_the_same_criterion_shows_the_first_from_any_channel(house):
    await house.says(ME, ASKED, "gửi")
    again = await house.tried.say("xin đi học ngoại ngữ", person=ME, thread="another channel")
    assert "không lập thêm" in words(again)
    assert len(house.tried.drawers.study.kept) == 1


async def test_two_forms_filled_in_at_once_make_one_request(house):
    for thread in ("one", "other"):
        await house.tried.say(ASKED, person=ME, thread=thread)
    await house.tried.press("study.form|sure:gui", person=ME, thread="one")
    second = await house.tried.press("study.form|sure:gui", person=ME, thread="other")
    assert "không lập thêm" in words(second)
    assert len(house.tried.drawers.study.kept) == 1


async def test_a_refusal_needs_its_reason_and_makes_the_head_answer(house):
    await house.says(ME, ASKED, "gửi")
    await house.presses(DIRECTOR, "study.open|1")
    assert "Bắt buộc nêu lý do" in (await house.presses(DIRECTOR, "study.say|1:1:refused")).title
    assert house.state() is StudyState.WAITING
    for no_reason in ("ko", "khong", "Không."):
        assert "câu" in (await house.says(DIRECTOR, no_reason)).title
    assert house.state() is StudyState.WAITING
    await house.says(DIRECTOR, "Đơn vị đang thiếu người trực")
    seen = await house.presses(ME, "study.open|1")
    assert "“Đơn vị đang thiếu người trực”" in words(seen)
    assert "trách nhiệm thuộc về thủ trưởng" in words(seen)
    assert "2123/UBND-NC" in cited(seen)
    assert house.state() is StudyState.REFUSED


async def test_a_refusal_given_up_changes_nothing(house):
    await house.says(ME, ASKED, "gửi")
    await house.presses(DIRECTOR, "study.say|1:1:refused")
    assert "Chưa ghi nhận" in (await house.says(DIRECTOR, "thôi")).title
    assert house.state() is StudyState.WAITING


async def test_a_change_asked_for_is_made_and_put_to_the_head_again(house):
    await house.says(ME, ASKED, "gửi")
    await house.presses(DIRECTOR, "study.say|1:1:change_asked")
    await house.says(DIRECTOR, "Đề nghị chuyển sang quý II")
    assert house.state() is StudyState.TO_CHANGE
    await house.presses(ME, "study.revise|1:2:changed")
    done = await house.says(ME, "Tiếng Anh bậc 3", "quý II", "gửi")
    assert "gửi lại đề nghị" in done.title
    assert "Tiếng Anh bậc 3, 01/04/2027 – 30/06/2027" in words(done)
    assert house.state() is StudyState.WAITING


async def test_an_unanswered_request_is_told_to_both_sides_with_the_point_that_says_so(house):
    await house.says(ME, ASKED, "gửi")
    house.comes(SOON)
    for who, told in ((ME, "của đồng chí bị từ chối hoặc không được trả lời"), (DIRECTOR, "không được trả lời")):
        seen = await house.presses(who, "study.open|1")
        assert "Đã quá 5 ngày làm việc" in words(seen)
        assert "không thể hiện thủ trưởng nhận được đề nghị vào lúc nào" in words(seen)
        assert told in words(seen)
        assert "2123/UBND-NC" in cited(seen)
    late = await house.presses(DIRECTOR, "study.do|1:1:sent")
    assert "trách nhiệm" not in words(late)


async def test_an_unanswered_request_beyond_the_reach_of_the_point_blames_nobody(library, reader):
    boss = official(code=PersonCode("TB001"), name="Mai Văn Bình", unit=NEIGHBOUR.code)
    units = tuple(replace(one, head=boss.code) if one is NEIGHBOUR else one for one in UNITS)
    me = replace(ME, unit=NEIGHBOUR.code)
    house = House(book_of(library, units), reader, (me, boss))
    await house.says(me, ASKED, "gửi")
    house.comes(SOON)
    seen = await house.presses(me, "study.open|1")
    assert "tính là không được trả lời" in words(seen)
    assert "trách nhiệm" not in words(seen)
    assert cited(seen) == set()


@pytest.mark.parametrize("token", ["study.do|1:1:sent", "study.say|1:1:refused", "study.do|1:1:withdrawn"])
async def test_an_old_button_says_what_has_happened_since(house, token):
    await house.says(ME, ASKED, "gửi")
    await house.presses(DIRECTOR, "study.do|1:1:sent")
    who = ME if "withdrawn" in token else DIRECTOR
    again = await house.presses(who, token)
    assert "Không có gì thay đổi" in again.title
    assert "Từ đó đến nay" in words(again)
    assert house.state() is StudyState.SENT
    assert house.audit.count("study_sent") == 1


async def test_the_button_of_a_push_shows_the_case_before_anything_is_decided(house):
    await house.says(ME, ASKED, "gửi")
    shown = await house.presses(DIRECTOR, "study.do|1::sent")
    assert "xem nội dung trước" in shown.title
    assert house.state() is StudyState.WAITING


async def test_a_request_is_withdrawn_while_it_is_undecided(house):
    await house.says(ME, ASKED, "gửi")
    await house.presses(ME, "study.do|1:1:withdrawn")
    assert house.state() is StudyState.WITHDRAWN
    assert (
        "không cử" not in " ".join(one.label for one in (await house.presses(DIRECTOR, "study.open|1")).choices).lower()
    )


async def test_a_head_proposes_and_the_official_declines_with_a_reason(house):
    preview = await house.says(DIRECTOR, "cử CB001 đi học lớp tin học cơ bản tháng 12")
    assert "Nguyễn Văn Mẫu (CB001)" in preview.title
    await house.says(DIRECTOR, "Gửi đề xuất")
    await house.presses(ME, "study.say|1:1:declined")
    done = await house.says(ME, "Tôi đang điều trị dài ngày")
    assert house.state() is StudyState.DECLINED
    assert "trách nhiệm thuộc về đồng chí" in words(done)


async def test_whoever_was_sent_says_that_they_attended_and_hr_confirms_it(house):
    await house.says(DIRECTOR, "cử CB001 đi học lớp tin học cơ bản tháng 12", "Gửi đề xuất")
    await house.presses(ME, "study.do|1:1:accepted")
    early = await house.presses(ME, "study.do|1:2:said_attended")
    assert "không làm được" in early.title
    house.comes(SOON)
    said = await house.presses(ME, "study.do|1:2:said_attended")
    assert "chờ xác nhận" in words(said)
    await house.presses(HR, "study.do|1:3:attended")
    await house.presses(DIRECTOR, "study.do|1:4:passed")
    assert house.state() is StudyState.PASSED


async def test_an_absence_recorded_blames_the_official_until_it_is_set_right(house):
    await house.says(DIRECTOR, "cử CB001 đi học lớp tin học cơ bản tháng 12", "Gửi đề xuất")
    await house.presses(ME, "study.do|1:1:accepted")
    house.comes(SOON)
    await house.presses(HR, "study.do|1:2:not_attended")
    assert "trách nhiệm thuộc về đồng chí" in words(await house.presses(ME, "study.open|1"))
    await house.presses(ME, "study.do|1:3:said_attended")
    await house.presses(DIRECTOR, "study.do|1:4:attended")
    assert "trách nhiệm" not in words(await house.presses(ME, "study.open|1"))


# --- who may see and decide


@pytest.mark.parametrize("token", ["study.open|1", "study.paper|1", "study.do|1:1:sent", "study.say|1:1:refused"])
async def test_nobody_else_sees_a_case_and_the_look_is_recorded(house, token):
    await house.says(ME, ASKED, "gửi")
    refused = await house.presses(STRANGER, token)
    assert refused.outcome is Outcome.DENIED
    assert "Mẫu" not in words(refused).replace("Sở Mẫu", "")
    assert house.audit[-1] == "look_refused"
    assert words(refused) == words(await house.presses(STRANGER, token.replace("|1", "|99")))
    assert house.state() is StudyState.WAITING


async def test_a_visitor_who_is_nobody_known_is_asked_to_link(house):
    assert (await house.tried.press("study.open|1")).outcome is Outcome.DENIED
    explained = await house.tried.say("tôi muốn được cử đi học")
    assert "Cách đề nghị cử đi học" in explained.title
    assert "link" in actions(explained)


async def test_hr_sees_and_records_but_does_not_decide_for_the_head(house):
    await house.says(ME, ASKED, "gửi")
    opened = await house.presses(HR, "study.open|1")
    assert not {"study.do", "study.say"} & actions(opened)
    assert "không làm được" in (await house.presses(HR, "study.do|1:1:sent")).title
    assert house.state() is StudyState.WAITING


@pytest.mark.parametrize("said", ["cử CB001 đi học ngoại ngữ", "có ai xin đi học chờ tôi duyệt", "cử CB999 đi học"])
async def test_an_official_without_people_is_refused(house, said):
    assert (await house.says(STRANGER, said)).outcome is Outcome.DENIED


async def test_a_new_head_decides_what_the_former_one_left(house):
    await house.says(ME, ASKED, "gửi")
    house.tried.declare(
        units=tuple(replace(one, head=SUCCESSOR.code) if one.code == OFFICE.code else one for one in UNITS)
    )
    assert (await house.presses(DIRECTOR, "study.do|1:1:sent")).outcome is Outcome.DENIED
    assert "quyết định cử" in (await house.presses(SUCCESSOR, "study.do|1:1:sent")).title


async def test_of_two_heads_the_first_decides_and_the_second_is_told(library, reader):
    units = tuple(
        replace(one, head=DIRECTOR.code) if one.code in {OFFICE.code, DIVISION.code} else one for one in UNITS
    )
    house = House(book_of(library, units), reader, (*PEOPLE, SECOND))
    preview = await house.says(ME, ASKED)
    assert "Đỗ Văn Trưởng (GD001)" in words(preview)
    assert "Trần Văn Phó (PG001)" in words(preview)
    await house.says(ME, "gửi")
    await house.presses(SECOND, "study.do|1:1:sent")
    assert "Trần Văn Phó (PG001)" in words(await house.presses(DIRECTOR, "study.do|1:1:sent"))
    assert house.audit.count("study_sent") == 1


async def test_whoever_moves_takes_the_request_to_the_head_of_the_new_unit(library, reader):
    chair = official(code=PersonCode("CT001"), name="Cao Thị Xã", unit=COMMUNE.code)
    units = tuple(replace(one, head=chair.code) if one.code == COMMUNE.code else one for one in HEADED)
    house = House(book_of(library, units), reader, (*PEOPLE, chair))
    await house.says(ME, ASKED, "gửi")
    people = house.tried.drawers.profiles.people
    people[ME.code] = replace(people[ME.code], unit=DISTRICT.code)  # dissolved: the commune took over
    assert (await house.presses(DIRECTOR, "study.open|1")).outcome is Outcome.DENIED
    assert "quyết định cử" in (await house.presses(chair, "study.do|1:1:sent")).title


async def test_nobody_decides_on_their_own_request(library, reader):
    units = tuple(replace(one, head=ME.code) if one.code == DIVISION.code else one for one in HEADED)
    house = House(book_of(library, units), reader)
    assert "Đỗ Văn Trưởng (GD001)" in words(await house.says(ME, ASKED))
    await house.says(ME, "gửi")
    await house.presses(ME, "study.do|1:1:sent")
    assert house.state() is StudyState.WAITING
    assert "Không có hồ sơ" in (await house.presses(ME, "study.waiting")).title


async def test_without_any_head_the_request_is_kept_and_hr_told(library, reader):
    house = House(book_of(library, UNITS), reader, (ME, HR))
    house.reaches(HR, "web")
    preview = await house.says(ME, ASKED)
    assert "chưa có thủ trưởng" in words(preview)
    sent = await house.says(ME, "gửi")
    assert "Đã báo cho: Phạm Thị Nhân." in words(sent)
    house.comes(SOON)
    assert "trách nhiệm" not in words(await house.presses(ME, "study.open|1"))


async def test_whoever_cannot_be_reached_is_named_and_kept_as_unreachable(house):
    sent = await house.says(ME, ASKED, "gửi")
    assert "chưa liên lạc được với Đỗ Văn Trưởng" in words(sent)
    (delivery, _notices) = house.tried.drawers.outbox.put_in[0]
    assert (delivery.person, delivery.sender, delivery.address) == (DIRECTOR.code, None, None)


FORMER = tuple(replace(one, head=SUCCESSOR.code) if one.code == OFFICE.code else one for one in HEADED)


def loses_the_post(house: House) -> None:
    house.tried.declare(units=FORMER)


def moves_away(house: House) -> None:
    people = house.tried.drawers.profiles.people
    people[ME.code] = replace(people[ME.code], unit=COMMUNE.code)


@pytest.mark.parametrize("happens", [loses_the_post, moves_away])
@pytest.mark.parametrize(
    "goes_on", ["study.proposing|:", "study.proposing|criterion:ngoai_ngu", "Ngoại ngữ", "quay lại"]
)
async def test_a_proposal_left_open_shows_nothing_once_the_official_is_below_no_more(house, happens, goes_on):
    first = await house.presses(DIRECTOR, f"study.propose|{ME.code}")
    assert {"Ngoại ngữ", "Tin học"} <= {one.label for one in first.choices}
    await house.says(ME, ASKED, "gửi")
    happens(house)
    before = len(house.audit)

    said = await (house.presses if "|" in goes_on else house.says)(DIRECTOR, goes_on)

    assert said.outcome is Outcome.DENIED
    assert "study.proposing" not in actions(said)
    assert "Mẫu" not in words(said).replace("Sở Mẫu", "")
    assert "tiếng Anh" not in words(said)
    assert house.audit[before:] == ["look_refused"]
    assert said.pending is None
    closed = await house.presses(DIRECTOR, "study.proposing|criterion:ngoai_ngu")
    assert "không còn mở" in closed.title


async def test_a_proposal_that_names_nobody_yet_is_refused_to_who_heads_nobody_any_more(house):
    await house.presses(DIRECTOR, "study.propose")
    loses_the_post(house)
    assert (await house.says(DIRECTOR, ME.code)).outcome is Outcome.DENIED
    assert house.audit[-1] == "look_refused"


async def test_what_a_proposal_shows_of_the_official_is_recorded_as_a_look(house):
    await house.says(ME, ASKED, "gửi")
    before = len(house.audit)
    await house.presses(DIRECTOR, f"study.propose|{ME.code}")
    shown = await house.presses(DIRECTOR, "study.proposing|criterion:ngoai_ngu")
    assert "không lập thêm" in words(shown)
    assert house.audit[before:] == ["looked_at_person", "looked_at_study"]
    looks = house.tried.drawers.audit.entries[before:]
    assert {(one.actor, one.subject) for one in looks} == {(DIRECTOR.code, ME.code)}


@pytest.mark.parametrize(("who", "is_shown"), [(DIRECTOR, True), (SUCCESSOR, False), (HR, False)])
async def test_an_open_case_is_shown_instead_of_a_second_one_only_to_who_heads_the_official(house, who, is_shown):
    await house.says(ME, ASKED, "gửi")
    drawers, visit = house.tried.drawers, visits.visit(house.tried._book, who)
    desk = Desk(
        cases=drawers.study,
        profiles=drawers.profiles,
        accounts=drawers.accounts,
        staff=drawers.profiles,
        outbox=drawers.outbox,
        letters=drawers.letters,
        audit=drawers.audit,
        clock=house.tried.desk._clock,
        senders={},
    )
    before = len(house.audit)
    shown = await find_open_of({"person": ME.code, "criterion": "ngoai_ngu"}, who, visit, desk)
    assert (shown is not None) is is_shown
    assert house.audit[before:] == (["looked_at_study"] if is_shown else [])


async def test_who_serves_an_official_as_hr_and_heads_others_is_shown_what_is_on_record(library, reader):
    both = official(code=PersonCode("HR002"), name="Phạm Thị Hai", unit=NEIGHBOUR.code, roles=frozenset({Role.HR}))
    units = tuple(replace(one, head=both.code) if one.code == NEIGHBOUR.code else one for one in HEADED)
    house = House(book_of(library, units), reader, (*PEOPLE, both))
    await house.says(ME, ASKED, "gửi")
    told = await house.says(both, "cử CB001 đi học tin học")
    assert told.pending is None
    assert "chờ thủ trưởng trả lời" in words(told)


# --- talk around it


async def test_the_way_of_a_request_is_followed_in_words(house):
    assert "Chưa có đề nghị" in (await house.says(ME, "đề nghị đi học của tôi đến đâu rồi")).title
    await house.says(ME, ASKED, "gửi")
    followed = await house.says(ME, "đề nghị đi học của tôi được duyệt chưa")
    assert "chờ thủ trưởng trả lời" in words(followed)
    assert "study.open" in actions(followed)


async def test_another_question_leaves_the_form_and_is_answered(house):
    await house.says(ME, "tôi xin đi học ngoại ngữ")
    asked = await house.says(ME, "hạn của tôi đến ngày nào?")
    assert asked.intent == "my_deadlines"
    assert house.tried.drawers.study.kept == {}


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("de nghi cua toi den dau roi", "Chưa có đề nghị"),
        ("toi rut lai de nghi di hoc", "Chưa có đề nghị"),
    ],
)
async def test_what_is_asked_of_an_earlier_request_never_becomes_the_name_of_a_course(house, said, answered):
    await house.says(ME, "tôi xin đi học ngoại ngữ")

    asked = await house.says(ME, said)

    assert answered in asked.title
    assert asked.pending is None


async def test_how_to_go_about_it_is_explained_with_a_button_to_begin(house):
    explained = await house.says(ME, "làm thế nào để xin đi học ngoại ngữ")
    assert "study" in actions(explained)
    begun = await house.presses(ME, "study|ngoai_ngu")
    assert begun.pending is not None
    assert begun.pending.values == {"criterion": "ngoai_ngu"}


async def test_heads_list_ended_cases_too(house):
    await house.says(ME, ASKED, "gửi")
    await house.presses(ME, "study.do|1:1:withdrawn")
    assert "Không có hồ sơ" in (await house.presses(DIRECTOR, "study.waiting")).title
    assert "Số 1" in words(await house.presses(DIRECTOR, "study.waiting|all"))


@pytest.mark.parametrize("said", ["danh sách đề nghị cử đi học", "ai xin đi học đang chờ duyệt", "cử CB001 đi học"])
async def test_hr_is_shown_what_is_on_record(house, said):
    await house.says(ME, ASKED, "gửi")
    assert "chờ thủ trưởng trả lời" in words(await house.says(HR, said))


async def test_the_record_comes_as_a_paper_with_times_names_and_basis(house):
    await house.says(ME, ASKED, "gửi")
    house.comes(SOON)
    reply = await house.presses(HR, "study.paper|1")
    paper = reply.paper
    assert paper is not None
    assert paper.name == "cu-di-hoc-1-CB001"
    facts, events = paper.tables
    assert ("Lớp, khóa học", "tiếng Anh") in facts.rows
    assert events.rows[0][1:3] == ("16:00 21/11/2026", "Nguyễn Văn Mẫu (CB001), Trưởng phòng, Phòng Mẫu")
    assert {cite.document for cite in paper.cites} == {"2123/UBND-NC"}
    assert "Phạm Thị Nhân (HR001)" in paper.closing
    assert house.audit[-1] == "printed_study"


@pytest.mark.parametrize("by", ["button", "name", "code"])
async def test_a_head_whose_chat_was_linked_by_somebody_of_theirs_hears_why_nothing_is_proposed_there(
    library, reader, by
):
    house = House(book_of(library), reader)
    house.accounts.kept["web", "given"] = Account("web", "given", DIRECTOR.code, vouched_by=frozenset({HR.code}))
    place = {"address": "given", "thread": "web:given"}
    if by == "name":
        reply = await house.tried.say(f"cử {HR.code} đi học", **place)
    else:
        reply = await house.tried.press(f"study.propose|{HR.code if by == 'button' else ''}", **place)
        reply = await house.tried.say(HR.code, **place) if by == "code" else reply

    assert name_leaving() in words(reply)
    assert "Không có cán bộ nào" not in words(reply)
    assert "look_refused" not in [one.action for one in house.tried.drawers.audit.entries]


@pytest.mark.parametrize("deed", ["study.do|1:2:withdrawn", "study.revise|1:2:changed"])
async def test_a_request_is_not_undone_in_a_chat_to_which_a_colleagues_code_led(library, reader, deed):
    house = House(visits.with_standards(library, units=HEADED), reader)
    await house.says(ME, ASKED, "gửi đề nghị")
    await house.presses(DIRECTOR, "study.say|1:1:change_asked")
    await house.says(DIRECTOR, "đề nghị chọn lớp buổi tối, tháng 4")
    waits = house.state()
    _link_two(house)

    reply = await house.tried.press(deed, address="given", thread="given")

    assert (reply.outcome, reply.pending, house.state()) == (Outcome.DENIED, None, waits)
    await house.tried.press("study.do|1:2:withdrawn", address="own", thread="own")
    assert house.state() is StudyState.WITHDRAWN


async def test_nobody_says_that_they_do_not_go_in_a_chat_to_which_a_colleagues_code_led(library, reader):
    house = House(visits.with_standards(library, units=HEADED), reader)
    await house.says(ME, ASKED, "gửi đề nghị")
    await house.presses(DIRECTOR, "study.do|1:1:sent")
    sent = house.state()
    begun = await house.tried.press("study.say|1:2:declined", address="given", thread="given", person=ME)
    assert begun.pending is not None
    _link_two(house)  # also where the question was put before

    said = await house.tried.say("tôi bận việc nhà nên không đi", address="given", thread="given")
    reply = await house.tried.press("study.say|1:2:declined", address="given", thread="given")

    assert (said.outcome, reply.outcome, house.state()) == (Outcome.DENIED, Outcome.DENIED, sent)


def _link_two(house: House) -> None:
    """The official's own chat, and a later one to which a code led that HR gave."""
    early, late = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)
    for account in (
        Account("web", "own", ME.code, early, visits.NOTICE_VERSION, early),
        Account("web", "given", ME.code, late, visits.NOTICE_VERSION, late, vouched_by=frozenset({HR.code})),
    ):
        house.accounts.kept["web", account.address] = account
