"""HR sees, answers and hands on what their scope allows by today's roster, one after another, each look recorded."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from handlers.asking import Channel
from handlers.inquiries import territory_of
from handlers.reply import Background, Outcome, Statement
from knowledge.facts import Role, TerritoryCode, UnitCode
from storage.records import Account, InquiryState, LetterKind, LetterState, MessageKind, Untold
from tests.fakes import FakeClock
from tests.handlers.inbox_people import (
    ADDRESSES,
    ADMINISTRATOR,
    ASKER,
    COMMUNE_HR,
    DIVISION_HR,
    EVERYBODY,
    HEAD,
    OFFICE_HR,
    OTHER,
    PROVINCE_HR,
    QUESTION,
    Room,
    audited,
)
from tests.handlers.visits import TODAY, actions, with_standards, words
from tests.people import COMMUNE, UNITS
from tests.storage.test_inquiries import ASKED

ANSWERING = ("inbox.open", "inbox.reply", "inbox.ask", "inbox.close", "inbox.send", "inbox.reassign")
OUTSIDE = [
    pytest.param(None, id="a stranger"),
    pytest.param(ASKER, id="the asker"),
    pytest.param(OTHER, id="an official"),
    pytest.param(HEAD, id="the head of the unit"),
    pytest.param(DIVISION_HR, id="HR of another unit"),
    pytest.param(ADMINISTRATOR, id="an administrator while HR is there"),
]


@pytest.fixture
def room(loaded, reader):
    return Room(loaded, reader)


@pytest.mark.parametrize("who", OUTSIDE)
@pytest.mark.parametrize("action", ANSWERING)
async def test_nobody_outside_the_scope_sees_or_does_anything(room, who, action):
    code = await room.asks()
    before = room.inquiries.kept[code]
    reply = await room.presses(f"{action}|{code}", who)
    assert reply.outcome is Outcome.DENIED
    assert QUESTION not in words(reply)
    assert room.inquiries.kept[code] == before
    if who is not None:
        assert (who.code, "look_refused", "inquiry") == audited(room)[-1]


@pytest.mark.parametrize("who", OUTSIDE)
async def test_nothing_of_it_is_listed_to_anybody_outside_the_scope(room, who):
    code = await room.asks()
    assert code not in words(await room.says("/hopthu", who))


@pytest.mark.parametrize("who", [OFFICE_HR, PROVINCE_HR], ids=["HR of the unit", "HR of the province"])
async def test_hr_in_scope_finds_the_question_and_the_look_is_recorded(room, who):
    code = await room.asks()
    listed = await room.says("/hopthu", who)
    assert code in words(listed)
    assert QUESTION not in words(listed)
    assert not [one for one in audited(room) if one[1] == "looked_at_inquiry"]

    opened = await room.chooses(listed, "inbox.open", who)

    assert QUESTION in words(opened)
    assert "Trần Thị Hỏi" in words(opened)
    assert "kho chưa có văn bản" in words(opened)
    assert "person" in actions(opened)
    assert audited(room)[-1] == (who.code, "looked_at_inquiry", ASKER.code)


async def test_a_question_of_a_stranger_is_for_hr_of_the_province_alone(room):
    code = await room.asks(None)
    assert code in words(await room.says("/hopthu", PROVINCE_HR))
    assert code not in words(await room.says("/hopthu", OFFICE_HR))
    assert "person" not in actions(await room.presses(f"inbox.open|{code}", PROVINCE_HR))


async def test_administrators_see_what_nobody_else_serves(loaded, reader):
    room = Room(loaded, reader, (ASKER, ADMINISTRATOR, DIVISION_HR))
    code = await room.asks()
    assert code in words(await room.says("/hopthu", ADMINISTRATOR))
    assert QUESTION in words(await room.presses(f"inbox.open|{code}", ADMINISTRATOR))


async def test_the_first_due_comes_first_and_the_overdue_are_marked(room):
    for n in range(5):
        await room.asks(text=f"blorf {n} gnarp")
    for n in range(2):
        await room.asks(OTHER, text=f"blorf {n} gnarp")
    late = room.inquiries.kept["C2C2C7"]
    room.inquiries.kept["C2C2C7"] = replace(late, due_on=TODAY.replace(day=18))

    first = await room.says("/hopthu", OFFICE_HR)

    assert "7 câu hỏi, 1 câu quá hạn (trang 1/2)" in words(first)
    assert words(first).index("C2C2C7") < words(first).index("C2C2C2")
    assert any(one.label.startswith("⚠ C2C2C7") for one in first.choices)
    second = await room.chooses(first, "inbox", OFFICE_HR)
    assert "trang 2/2" in words(second)


async def test_an_empty_inbox_says_so(room):
    assert "Không có câu hỏi nào" in words(await room.says("/hopthu", OFFICE_HR))


# --- answering


async def test_an_answer_is_shown_then_sent_and_told_without_its_words(room):
    code = await room.asks()
    await room.presses(f"inbox.reply|{code}", OFFICE_HR)
    shown = await room.says("Có tính, theo quy định của tỉnh.", OFFICE_HR)
    assert "Có tính" in words(shown)
    assert {"inbox.send", "inbox.reply", "inbox.open"} <= actions(shown)
    assert room.inquiries.kept[code].state is InquiryState.OPEN

    await room.chooses(shown, "inbox.send", OFFICE_HR)

    assert room.inquiries.kept[code].state is InquiryState.ANSWERED
    letter = room.letters.kept[-1]
    assert (letter.kind, letter.channel, letter.address, letter.person) == (
        LetterKind.ANSWERED,
        "web",
        f"chat-{ASKER.code}",
        ASKER.code,
    )
    assert audited(room)[-1] == (OFFICE_HR.code, "answered_inquiry", ASKER.code)


@pytest.mark.parametrize(
    ("linked", "told_at"),
    [
        ([("telegram", "blocked"), ("zalo_oa", "88")], ("zalo_oa", "88")),
        ([("web", f"chat-{ASKER.code}", "blocked"), ("zalo_oa", "88")], ("zalo_oa", "88")),
        ([("telegram", "77")], ("telegram", "77")),
        ([("telegram", "77"), ("web", f"chat-{ASKER.code}")], ("web", f"chat-{ASKER.code}")),
        ([], ("web", f"chat-{ASKER.code}")),
    ],
    ids=[
        "they left that chat, blocked another and have a third",
        "that chat takes nothing any more",
        "they left that chat and have another",
        "they are still there",
        "they have none at all",
    ],
)
async def test_the_asker_is_told_where_they_can_read_it(room, linked, told_at):
    code = await room.asks()
    for channel, address, *blocked in linked:
        since = datetime(2026, 11, 20, tzinfo=UTC) if blocked or address == "blocked" else None
        room.tried.drawers.accounts.kept[channel, address] = Account(
            channel, address, person=ASKER.code, unreachable_at=since
        )

    await room.answers(code, "Có tính.")

    letter = room.letters.kept[-1]
    assert (letter.channel, letter.address) == told_at
    assert "Chưa báo được" in words(await room.presses(f"inbox.open|{code}", OFFICE_HR))


async def test_what_waits_in_another_chat_of_the_asker_goes_when_they_take_the_question_back(room):
    code = await room.asks()
    room.tried.drawers.accounts.kept["telegram", "77"] = Account("telegram", "77", person=ASKER.code)
    await room.answers(code, "Đồng chí học trường nào?", begins="inbox.ask")
    to_hr = replace(room.letters.kept[-1], person=OFFICE_HR.code, address="78")
    room.letters.kept.append(to_hr)
    assert [one.address for one in room.letters.kept] == ["77", "78"]

    await room.presses(f"inquiry.withdraw|{code}", ASKER)

    assert room.letters.kept == [to_hr]


async def test_an_answer_without_a_basis_is_the_opinion_of_who_wrote_it(room):
    code = await room.asks()
    await room.answers(code, "Có tính.")
    said = words(await room.says(code, ASKER))
    assert "Theo ý kiến của Phạm Thị Tổ Chức, Sở Mẫu, ngày 21/11/2026" in said


async def test_an_answer_with_a_basis_that_resolves_is_cited(room):
    code = await room.asks()
    await room.answers(code, "Trường hợp này theo điểm 4.\ncăn cứ: công văn 2123 điểm 4")
    kept = room.inquiries.kept[code].messages[-1]
    assert (kept.document, kept.point, kept.text) == ("2123/UBND-NC", "4", "Trường hợp này theo điểm 4.")
    shown = await room.says(code, ASKER)
    law = [one for one in shown.lines if isinstance(one, Statement | Background)]
    assert [cite.document for one in law for cite in one.cites] == ["2123/UBND-NC"]
    assert "Theo ý kiến của" not in words(shown)


@pytest.mark.parametrize("basis", ["công văn 2123 điểm 99", "công văn 8765/UBND-NC", "luật nào đó"])
async def test_a_basis_that_does_not_resolve_leaves_an_opinion_and_says_so(room, basis):
    code = await room.asks()
    await room.presses(f"inbox.reply|{code}", OFFICE_HR)
    shown = await room.says(f"Có tính.\ncăn cứ: {basis}", OFFICE_HR)
    assert "Không tìm thấy căn cứ" in words(shown)
    await room.chooses(shown, "inbox.send", OFFICE_HR)
    assert room.inquiries.kept[code].messages[-1].document is None
    assert "Theo ý kiến của" in words(await room.says(code, ASKER))


async def test_what_is_typed_again_replaces_what_was_typed(room):
    code = await room.asks()
    await room.presses(f"inbox.reply|{code}", OFFICE_HR)
    await room.says("Nhầm.", OFFICE_HR)
    shown = await room.says("Đúng.", OFFICE_HR)
    await room.chooses(shown, "inbox.send", OFFICE_HR)
    assert room.inquiries.kept[code].messages[-1].text == "Đúng."


async def test_giving_up_sends_nothing(room):
    code = await room.asks()
    await room.presses(f"inbox.reply|{code}", OFFICE_HR)
    assert QUESTION in words(await room.says("thôi", OFFICE_HR))
    assert not room.letters.kept
    assert "Không có nội dung nào để gửi" in words(await room.presses(f"inbox.send|{code}", OFFICE_HR))


async def test_an_endless_answer_is_refused_with_a_sentence(room):
    code = await room.asks()
    await room.presses(f"inbox.reply|{code}", OFFICE_HR)
    reply = await room.says("x" * 2_001, OFFICE_HR)
    assert "Xin rút gọn" in words(reply)
    assert reply.pending is not None


async def test_a_draft_for_one_question_is_never_sent_to_another(room):
    first, second = await room.asks(), await room.asks(OTHER)
    await room.presses(f"inbox.reply|{first}", OFFICE_HR)
    await room.says("Cho câu thứ nhất.", OFFICE_HR)
    assert "Không có nội dung nào" in words(await room.presses(f"inbox.send|{second}", OFFICE_HR))
    assert not room.letters.kept


async def test_a_question_can_be_closed_with_a_reason(room):
    code = await room.asks()
    await room.answers(code, "Câu hỏi ngoài lĩnh vực.", begins="inbox.close")
    assert room.inquiries.kept[code].state is InquiryState.CLOSED
    assert room.letters.kept[-1].kind is LetterKind.CLOSED
    assert "ngoài lĩnh vực" in words(await room.says(code, ASKER))


# --- races and lost rights


async def test_the_second_of_two_who_answer_is_told(room):
    code = await room.asks()
    for who in (OFFICE_HR, PROVINCE_HR):
        await room.presses(f"inbox.reply|{code}", who)
        await room.says(f"Trả lời của {who.name}", who)
    await room.presses(f"inbox.send|{code}", OFFICE_HR)

    late = await room.presses(f"inbox.send|{code}", PROVINCE_HR)

    assert "Đã có người trả lời" in words(late)
    assert "Trả lời của Phạm Thị Tổ Chức" in words(late)
    assert [one.text for one in room.inquiries.kept[code].messages] == ["Trả lời của Phạm Thị Tổ Chức"]
    assert len(room.letters.kept) == 1


async def test_who_writes_while_the_asker_takes_it_back_is_told(room):
    code = await room.asks()
    await room.presses(f"inbox.reply|{code}", OFFICE_HR)
    await room.says("Có tính.", OFFICE_HR)
    await room.presses(f"inquiry.withdraw|{code}", ASKER)
    late = await room.presses(f"inbox.send|{code}", OFFICE_HR)
    assert "vừa rút lại" in words(late)
    assert QUESTION not in words(late)
    assert not room.letters.kept


async def test_who_writes_while_the_asker_adds_something_sees_it_first(room):
    code = await room.asks()
    await room.presses(f"inbox.reply|{code}", OFFICE_HR)
    await room.says("Có tính.", OFFICE_HR)
    await room.presses(f"inquiry.add|{code}", ASKER)
    await room.says("Bằng cấp năm 2009.", ASKER)

    shown = await room.presses(f"inbox.send|{code}", OFFICE_HR)

    assert "Bằng cấp năm 2009" in words(shown)
    assert "Có tính." in words(shown)
    assert room.inquiries.kept[code].state is InquiryState.OPEN
    await room.chooses(shown, "inbox.send", OFFICE_HR)
    assert room.inquiries.kept[code].messages[-1].text == "Có tính."


@pytest.mark.parametrize(
    "lost", [{"scope": DIVISION_HR.scope}, {"roles": frozenset({Role.OFFICIAL})}], ids=["the scope", "the role"]
)
async def test_who_loses_the_right_while_writing_sends_nothing(room, lost):
    code = await room.asks()
    await room.presses(f"inbox.reply|{code}", OFFICE_HR)
    await room.says("Có tính.", OFFICE_HR)
    room.tried.drawers.profiles.people[OFFICE_HR.code] = replace(OFFICE_HR, **lost)
    reply = await room.presses(f"inbox.send|{code}", OFFICE_HR)
    assert reply.outcome is Outcome.DENIED
    assert room.inquiries.kept[code].state is InquiryState.OPEN
    assert not room.letters.kept


# --- handing on


async def test_a_question_is_handed_to_a_colleague_in_scope_who_is_told(room):
    room.tried.drawers.accounts.kept["telegram", "88"] = Account("telegram", "88", person=PROVINCE_HR.code)
    code = await room.asks()
    offered = await room.presses(f"inbox.reassign|{code}", OFFICE_HR)
    assert [one.subject for one in offered.choices if one.action == "inbox.assign"] == [f"{code}#{PROVINCE_HR.code}"]
    await room.chooses(offered, "inbox.assign", OFFICE_HR)
    assert room.inquiries.kept[code].assigned_to == PROVINCE_HR.code
    assert (room.letters.kept[-1].kind, room.letters.kept[-1].address) == (LetterKind.ASSIGNED, "88")
    assert "giao cho đồng chí" in words(await room.says("/hopthu", PROVINCE_HR))
    assert audited(room)[-1] == (OFFICE_HR.code, "reassigned_inquiry", ASKER.code)


@pytest.mark.parametrize(("other", "told"), [("zalo_oa", ["zalo_oa"]), (None, [])], ids=["has another", "has none"])
async def test_a_colleague_who_blocked_a_chat_is_told_in_another_and_never_said_to_be_told_in_none(room, other, told):
    kept = room.tried.drawers.accounts.kept
    code = await room.asks()
    kept["telegram", "88"] = Account("telegram", "88", person=PROVINCE_HR.code, unreachable_at=datetime.now(UTC))
    if other is not None:
        kept[other, "89"] = Account(other, "89", person=PROVINCE_HR.code)
    said = await room.presses(f"inbox.assign|{code}#{PROVINCE_HR.code}", OFFICE_HR)
    assert [one.channel for one in room.letters.kept if one.kind is LetterKind.ASSIGNED] == told
    assert ("được báo trong cuộc trò chuyện đã liên kết" in words(said)) is bool(told)


async def test_a_colleague_can_be_named_by_typing_the_code(room):
    code = await room.asks()
    await room.presses(f"inbox.reassign|{code}", OFFICE_HR)
    await room.says("hr002", OFFICE_HR)
    assert room.inquiries.kept[code].assigned_to == PROVINCE_HR.code


@pytest.mark.parametrize("who", [DIVISION_HR, HEAD, ASKER], ids=["HR of another unit", "the head", "the asker"])
async def test_a_question_is_not_handed_to_anybody_outside_the_scope(room, who):
    code = await room.asks()
    reply = await room.presses(f"inbox.assign|{code}#{who.code}", OFFICE_HR)
    assert reply.outcome is Outcome.DENIED
    assert room.inquiries.kept[code].assigned_to is None


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (LetterState.UNCLEAR, "mất xác nhận"),
        (LetterState.REFUSED, "không nhận tin"),
        (LetterState.WAITING, "Chưa báo được"),
        (LetterState.DELIVERED, "Đã báo cho người hỏi"),
    ],
)
async def test_hr_sees_what_became_of_the_letter_to_the_asker(room, state, said):
    code = await room.asks()
    await room.answers(code, "Đồng chí học trường nào?", begins="inbox.ask")
    room.letters.kept = [replace(one, state=state) for one in room.letters.kept]
    assert said in words(await room.presses(f"inbox.open|{code}", OFFICE_HR))


# --- reminders


@pytest.fixture
def reached(room):
    """HR and administrators with linked chats."""
    for n, one in enumerate((OFFICE_HR, PROVINCE_HR, ADMINISTRATOR)):
        room.tried.drawers.accounts.kept["telegram", str(n)] = Account("telegram", str(n), person=one.code)
    return room


async def remind(room, day, hour=9, minute=0):
    now = FakeClock(day).now().replace(hour=hour, minute=minute)
    return await room.tried.desk.remind(now)


DUE = TODAY.replace(day=25)
AFTER = TODAY.replace(day=26)  # a Thursday


async def test_nobody_is_reminded_on_the_last_day_itself(reached):
    await reached.asks()
    assert await remind(reached, DUE) == 0


async def test_everybody_in_charge_gets_one_letter_of_the_day_about_all_that_is_overdue(reached):
    await reached.asks()
    await reached.asks(OTHER)
    assert await remind(reached, AFTER) == 2
    assert [(one.person, one.number) for one in reached.letters.kept] == [(OFFICE_HR.code, 2), (PROVINCE_HR.code, 2)]
    assert await remind(reached, AFTER) == 0


@pytest.mark.parametrize(
    ("day", "hour", "minute"),
    [(26, 7, 29), (26, 17, 1), (28, 9, 0), (29, 9, 0)],
    ids=["before work", "after work", "on Saturday", "on Sunday"],
)
async def test_nobody_is_reminded_outside_working_hours_and_nothing_is_forgotten(reached, day, hour, minute):
    await reached.asks()
    assert await remind(reached, TODAY.replace(day=day), hour, minute) == 0
    assert await remind(reached, TODAY.replace(day=30)) == 2


async def test_after_an_outage_of_weeks_one_letter_comes_and_not_many(reached):
    await reached.asks()
    assert await remind(reached, TODAY.replace(month=12, day=21)) == 2


async def test_administrators_are_told_after_five_reminders_and_then_serve_it_too(reached):
    code = await reached.asks()
    days = [TODAY.replace(day=26), TODAY.replace(day=27), TODAY.replace(day=30)]
    days += [TODAY.replace(month=12, day=day) for day in (1, 2)]
    for day in days:
        assert await remind(reached, day) == 2
    assert await remind(reached, TODAY.replace(month=12, day=3)) == 1
    assert reached.letters.kept[-1].person == ADMINISTRATOR.code
    assert QUESTION in words(await reached.presses(f"inbox.open|{code}", ADMINISTRATOR))


async def test_administrators_are_told_at_once_when_no_hr_can_be_reached(room):
    room.tried.drawers.accounts.kept["telegram", "9"] = Account("telegram", "9", person=ADMINISTRATOR.code)
    await room.asks()
    assert await remind(room, AFTER) == 1
    assert room.letters.kept[-1].person == ADMINISTRATOR.code


BLOCKED = datetime(2026, 11, 20, tzinfo=UTC)


def block(room, *people):
    """Their chats take no messages any more."""
    for place, one in room.tried.drawers.accounts.kept.items():
        if one.person in {person.code for person in people}:
            room.tried.drawers.accounts.kept[place] = replace(one, unreachable_at=BLOCKED)


async def test_reminders_go_to_the_chat_that_takes_them(reached):
    block(reached, OFFICE_HR)
    reached.tried.drawers.accounts.kept["zalo_oa", "88"] = Account("zalo_oa", "88", person=OFFICE_HR.code)
    await reached.asks()
    assert await remind(reached, AFTER) == 2
    assert [(one.person, one.channel) for one in reached.letters.kept] == [
        (OFFICE_HR.code, "zalo_oa"),
        (PROVINCE_HR.code, "telegram"),
    ]


async def test_administrators_are_told_at_once_when_no_chat_of_hr_takes_messages(reached):
    block(reached, OFFICE_HR, PROVINCE_HR)
    await reached.asks()
    assert await remind(reached, AFTER) == 1
    assert reached.letters.kept[-1].person == ADMINISTRATOR.code


async def test_others_in_charge_are_reminded_when_the_one_it_was_handed_to_cannot_be_told(reached):
    code = await reached.asks()
    await reached.presses(f"inbox.assign|{code}#{PROVINCE_HR.code}", OFFICE_HR)
    block(reached, PROVINCE_HR)
    await remind(reached, AFTER)
    overdue = [one.person for one in reached.letters.kept if one.kind is LetterKind.OVERDUE]
    assert overdue == [OFFICE_HR.code]


async def test_only_the_one_it_was_handed_to_is_reminded(reached):
    code = await reached.asks()
    await reached.presses(f"inbox.assign|{code}#{PROVINCE_HR.code}", OFFICE_HR)
    await remind(reached, AFTER)
    overdue = [one for one in reached.letters.kept if one.kind is LetterKind.OVERDUE]
    assert [one.person for one in overdue] == [PROVINCE_HR.code]


async def test_what_waits_for_the_asker_reminds_nobody(reached):
    code = await reached.asks()
    await reached.answers(code, "Trường nào?", begins="inbox.ask")
    assert await remind(reached, AFTER) == 0
    assert reached.inquiries.kept[code].messages[-1].kind is MessageKind.ASK_BACK


async def test_an_answer_with_a_basis_says_within_its_statement_whose_words_it_is(room):
    code = await room.asks()
    await room.answers(code, "Theo tôi thì đã đủ.\ncăn cứ: 2123 điểm 3")
    shown = await room.presses(f"inquiry|{code}", ASKER)
    [said] = [line for line in shown.lines if isinstance(line, Statement)]
    assert "Theo tôi thì đã đủ." in said.text
    assert OFFICE_HR.name in said.text


# --- an asker who moves, or goes

MOVED = replace(ASKER, unit=COMMUNE.code, position="Chuyên viên xã")


@pytest.fixture
def moving(loaded, reader):
    """A room whose asker is about to move to the commune, with HR of both places."""
    return Room(loaded, reader, (*EVERYBODY, COMMUNE_HR))


def move(room):
    room.tried.drawers.profiles.people[ASKER.code] = MOVED


async def test_whoever_moves_takes_the_question_along(moving):
    code = await moving.asks()
    assert (await moving.presses(f"inbox.open|{code}", COMMUNE_HR)).outcome is Outcome.DENIED
    move(moving)

    assert code not in words(await moving.says("/hopthu", OFFICE_HR))
    assert code in words(await moving.says("/hopthu", COMMUNE_HR))
    opened = await moving.presses(f"inbox.open|{code}", COMMUNE_HR)
    assert QUESTION in words(opened)
    assert COMMUNE.name in words(opened)
    assert audited(moving)[-1] == (COMMUNE_HR.code, "looked_at_inquiry", ASKER.code)
    await moving.answers(code, "Có tính.", COMMUNE_HR)
    assert moving.inquiries.kept[code].state is InquiryState.ANSWERED


@pytest.mark.parametrize("action", ANSWERING)
async def test_hr_whom_the_asker_left_sees_and_does_nothing_more(moving, action):
    code = await moving.asks()
    move(moving)
    await moving.presses(f"inquiry.add|{code}", ASKER)
    await moving.says("Tôi mới sang xã, chưa thi được", ASKER)
    before = moving.inquiries.kept[code]

    reply = await moving.presses(f"{action}|{code}", OFFICE_HR)

    assert reply.outcome is Outcome.DENIED
    assert all(one not in words(reply) for one in (QUESTION, MOVED.position, COMMUNE.name, "chưa thi được"))
    assert moving.inquiries.kept[code] == before
    assert audited(moving)[-1] == (OFFICE_HR.code, "look_refused", "inquiry")


async def test_an_answer_begun_before_the_asker_moved_is_not_sent(moving):
    code = await moving.asks()
    await moving.presses(f"inbox.reply|{code}", OFFICE_HR)
    shown = await moving.says("Có tính.", OFFICE_HR)
    move(moving)
    assert (await moving.chooses(shown, "inbox.send", OFFICE_HR)).outcome is Outcome.DENIED
    assert moving.inquiries.kept[code].state is InquiryState.OPEN
    assert not moving.letters.kept


async def test_hr_whom_the_asker_left_is_not_told_what_the_asker_adds(moving):
    moving.tried.drawers.accounts.kept["telegram", "1"] = Account("telegram", "1", person=OFFICE_HR.code)
    code = await moving.asks()
    await moving.presses(f"inbox.assign|{code}#{OFFICE_HR.code}", PROVINCE_HR)
    moving.letters.kept.clear()
    move(moving)
    await moving.presses(f"inquiry.add|{code}", ASKER)
    await moving.says("Tôi mới sang xã", ASKER)
    assert not moving.letters.kept
    # Nor does whoever has it now read that somebody else looks after it.
    assert OFFICE_HR.name not in words(await moving.presses(f"inbox.open|{code}", COMMUNE_HR))


async def test_a_letter_left_for_hr_before_the_asker_moved_is_not_told(moving):
    address = ADDRESSES[OFFICE_HR.code]
    moving.tried.drawers.accounts.kept["web", address] = Account("web", address, person=OFFICE_HR.code)
    first, second = await moving.asks(), await moving.asks(OTHER)
    for code in (first, second):
        await moving.presses(f"inbox.assign|{code}#{OFFICE_HR.code}", PROVINCE_HR)
    move(moving)
    untold = [await moving.tried.desk.find_untold(one, moving.tried.drawers) for one in moving.letters.kept]
    assert untold == [Untold.NOT_THEIRS, None]

    # Nor where whoever it is for reads it at their next turn.
    here = {"channel": Channel.COMMAND_LINE, "address": "local"}
    moving.letters.kept = [replace(one, **here) for one in moving.letters.kept]
    told = words(await moving.tried.say("/help", person=OFFICE_HR, **here))
    assert (first in told, second in told) == (False, True)
    assert [(one.state, one.reason) for one in moving.letters.kept] == [
        (LetterState.REFUSED, Untold.NOT_THEIRS.value),
        (LetterState.DELIVERED, ""),
    ]


async def test_hr_of_where_the_asker_is_now_is_reminded(moving):
    for n, one in enumerate((OFFICE_HR, COMMUNE_HR)):
        moving.tried.drawers.accounts.kept["telegram", str(n)] = Account("telegram", str(n), person=one.code)
    await moving.asks()
    move(moving)
    assert await remind(moving, AFTER) == 1
    assert moving.letters.kept[-1].person == COMMUNE_HR.code


async def test_who_has_the_chat_next_sees_nothing_that_was_asked_by_who_left_the_roster(room):
    code = await room.asks()
    await room.answers(code, "Có tính.")
    del room.tried.drawers.profiles.people[ASKER.code]
    assert await room.tried.desk.find_untold(room.letters.kept[-1], room.tried.drawers) is Untold.NOT_THEIRS
    room.inquiries.kept[code] = replace(room.inquiries.kept[code], person=None)
    here = {"address": ADDRESSES[ASKER.code], "thread": f"web:{ADDRESSES[ASKER.code]}"}
    for who in (OTHER, None):
        shown = await room.presses(f"inquiry|{code}", who, **here)
        assert shown.outcome is Outcome.DENIED
        listed = await room.presses("inquiry", who, **here)
        assert QUESTION not in words(shown) + words(listed)
        assert code not in words(listed)


async def test_hr_answers_who_left_the_roster_and_nobody_in_that_chat_is_told(room):
    code = await room.asks()
    del room.tried.drawers.profiles.people[ASKER.code]
    opened = await room.presses(f"inbox.open|{code}", OFFICE_HR)
    assert "person" not in actions(opened)
    await room.answers(code, "Có tính.")
    assert room.inquiries.kept[code].state is InquiryState.ANSWERED
    assert not room.letters.kept


def test_answers_are_looked_at_by_the_documents_of_the_unit_that_took_over_the_askers(library):
    gone = replace(COMMUNE, code=UnitCode("XA-CU"), territory=TerritoryCode("thai-binh"))
    gone = replace(gone, valid_to=TODAY - timedelta(days=1), successor=COMMUNE.code)
    today = with_standards(library, units=(*UNITS, gone)).on(TODAY)
    asked = replace(ASKED, unit=gone.code, territory=gone.territory)
    assert territory_of(asked, today) == COMMUNE.territory
    assert territory_of(replace(asked, unit=None), today) == gone.territory
