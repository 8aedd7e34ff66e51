"""HR writes to many people: one writes, another sees exactly what would go out and approves, both see its progress."""

import io
from dataclasses import replace
from datetime import date

import pytest
from openpyxl import load_workbook

from handlers.letters import write_letter
from handlers.reply import Outcome, Reply
from handlers.sending_lines import SendingLine
from knowledge.facts import Person, PersonCode, Role
from storage.records import Account, BroadcastState, DeliveryState, ProposalState
from tests.handlers import visits
from tests.handlers.desks import TriedDesk
from tests.handlers.visits import actions, words
from tests.people import COMMUNE, DIVISION, OFFICE, credential, official

AUTHOR = official(code=PersonCode("HR001"), name="Trần Thị Tổ Chức", roles=frozenset({Role.HR}))
SECOND = official(code=PersonCode("HR002"), name="Lê Văn Thứ Hai", roles=frozenset({Role.HR}))
OF_OFFICE = official(code=PersonCode("HR003"), name="Đỗ Thị Sở", roles=frozenset({Role.HR}), scope=OFFICE.code)
ELSEWHERE = official(code=PersonCode("HR005"), name="Bùi Thị Xã", roles=frozenset({Role.HR}), scope=COMMUNE.code)
KEEPER = official(
    code=PersonCode("QT001"), name="Hoàng Quản Trị", roles=frozenset({Role.ADMINISTRATOR}), unit=COMMUNE.code
)
GAP = official(code=PersonCode("CB001"), name="Nguyễn Văn Mẫu", unit=DIVISION.code)
IT = credential("cntt_co_ban", issued=date(2019, 1, 10))
HOLDER = official(code=PersonCode("CB002"), name="Phạm Thị Có {ho_ten}", unit=DIVISION.code, credentials=(IT,))
UNLINKED = official(code=PersonCode("CB003"), name="Vũ Văn Giấy", unit=DIVISION.code)
OUTSIDE = official(code=PersonCode("CB004"), name="Ngô Thị Xã", unit=COMMUNE.code)
TEXT = "Kính gửi {ho_ten}, đồng chí còn {so_noi_dung_thieu} nội dung. Xem https://example.org <b>ngay</b>."


class Room:
    """A desk with HR around it, each in a conversation of their own."""

    def __init__(self, desk: TriedDesk) -> None:
        self.desk, self.drawers = desk, desk.drawers
        self.outbox = desk.drawers.broadcast_outbox

    async def says(self, person: Person, *texts: str) -> Reply:
        for text in texts:
            reply = await self.desk.say(text, person=person, thread=f"t-{person.code}")
        return reply

    async def presses(self, person: Person, *tokens: str) -> Reply:
        for token in tokens:
            reply = await self.desk.press(token, person=person, thread=f"t-{person.code}")
        return reply

    async def previews(self, person: Person = AUTHOR, *conditions: str, text: str = TEXT, receipt: str = "co") -> Reply:
        """Everything up to the preview; a condition is pressed as `column:value`."""
        await self.presses(person, "broadcast.new")
        await self.says(person, text)
        await self.presses(person, f"broadcast.form|receipt:{receipt}")
        for one in conditions:
            column, _colon, value = one.partition(":")
            await self.presses(person, f"broadcast.form|whom:{column}", f"broadcast.form|condition:{value}")
        return await self.presses(person, "broadcast.form|whom:xong")

    async def proposes(self, person: Person = AUTHOR, *conditions: str, **more: str) -> Reply:
        await self.previews(person, *(conditions or (f"don_vi:{DIVISION.code}",)), **more)
        return await self.presses(person, "broadcast.form|send:gui")

    async def approves(self, person: Person = SECOND, number: int = 1) -> Reply:
        seen = await self.presses(person, f"proposal|{number}")
        token = next((one.token for one in seen.choices if one.action == "broadcast.approve"), None)
        return seen if token is None else await self.presses(person, token)

    def links(self, *people: Person) -> None:
        for one in people:
            address = f"a-{one.code}"
            self.drawers.accounts.kept["telegram", address] = Account("telegram", address, one.code)

    def recorded(self) -> list[tuple[str, str]]:
        return [(one.actor, one.action) for one in self.drawers.audit.entries]


@pytest.fixture
def room(library, reader) -> Room:
    people = (AUTHOR, SECOND, OF_OFFICE, ELSEWHERE, KEEPER, GAP, HOLDER, UNLINKED, OUTSIDE)
    made = Room(TriedDesk(visits.with_standards(library), reader, people=people))
    made.links(GAP, HOLDER, OUTSIDE)
    return made


# --- written


async def test_preview_tells_how_many_by_unit_and_channel_and_when(room):
    shown = words(await room.previews(AUTHOR, f"don_vi:{DIVISION.code}"))

    assert "3 người: 2 người liên hệ được" in shown
    assert "Phòng Mẫu: 3" in shown
    assert "Telegram: 2 người, bắt đầu 07:30 23/11/2026, xong 07:30 23/11/2026" in shown  # the 21st is a Saturday
    assert "Vũ Văn Giấy (CB003, Phòng Mẫu)" in shown


async def test_preview_shows_the_text_as_recipients_will_read_it(room):
    shown = words(await room.previews(AUTHOR, f"don_vi:{DIVISION.code}"))

    assert (
        "Thông báo của Sở Mẫu\nKính gửi Nguyễn Văn Mẫu, đồng chí còn 4 nội dung. Xem https://example.org <b>" in shown
    )
    assert "Kính gửi Phạm Thị Có {ho_ten}, đồng chí còn 3 nội dung" in shown  # what is filled in is not filled again


async def test_question_in_the_middle_is_answered_and_the_broadcast_gone_on_with(room):
    await room.presses(AUTHOR, "broadcast.new")
    await room.says(AUTHOR, TEXT)
    await room.presses(AUTHOR, "broadcast.form|receipt:co")

    answered = await room.says(AUTHOR, "công văn 2123 điểm 3 nói gì?")
    assert "2123/UBND-NC" in answered.title
    assert "broadcast.form" in actions(answered)
    await room.says(AUTHOR, "/trogiup")
    assert "Gửi cho ai" in (await room.says(AUTHOR, "tiếp tục")).title


async def test_question_where_the_text_is_asked_for_is_the_text(room):
    await room.presses(AUTHOR, "broadcast.new")
    assert "Đã nhận" in (await room.says(AUTHOR, "Đồng chí đã biết điểm 3 công văn 2123 nói gì chưa?")).title


async def test_field_that_nobody_knows_is_refused_with_those_that_are(room):
    await room.presses(AUTHOR, "broadcast.new")

    reply = await room.says(AUTHOR, "Gửi {luong} của đồng chí trong tháng này")

    assert "“{luong}” không phải" in reply.title
    assert "{so_noi_dung_thieu}" in reply.title


@pytest.mark.parametrize("text", ["Gửi {ho_ten đồng chí nhé", "ngắn", "dài " * 700, "{ho_ten} " * 13])
async def test_text_that_cannot_be_sent_is_refused(room, text):
    await room.presses(AUTHOR, "broadcast.new")

    reply = await room.says(AUTHOR, text)

    assert reply.pending.step == "text"
    assert "noi_dung" not in reply.pending.values


async def test_template_can_be_chosen(room):
    await room.presses(AUTHOR, "broadcast.new", "broadcast.form|text:mau:con_thieu", "broadcast.form|receipt:khong")

    shown = words(await room.presses(AUTHOR, "broadcast.form|whom:tieu_chi", "broadcast.form|condition:tin_hoc"))

    assert "Còn nội dung cần hoàn thiện về: tin học" in shown


@pytest.mark.parametrize(
    ("conditions", "people"),
    [
        pytest.param(("tieu_chi:tin_hoc", f"don_vi:{DIVISION.code}"), 2, id="missing a criterion"),
        pytest.param(("trong_ngay:40 ngay", f"don_vi:{DIVISION.code}"), 3, id="deadline within days"),
        pytest.param(("kenh:telegram",), 3, id="reachable on a channel"),
        pytest.param((f"don_vi:{OFFICE.code}",), 7, id="a unit with all below it"),
        pytest.param(("nhom_chuc_danh:truong_phong_so",), 9, id="a position group"),
        pytest.param(("tieu_chi:tin_hoc", "kenh:telegram", f"don_vi:{DIVISION.code}"), 1, id="several together"),
    ],
)
async def test_conditions_choose_the_audience(room, conditions, people):
    shown = words(await room.previews(AUTHOR, *conditions))

    assert f"{people} người: " in shown


async def test_who_has_not_confirmed_an_earlier_broadcast_can_be_chosen(room):
    await room.proposes()
    await room.approves()
    room.drawers.broadcasts.silent[1] = frozenset({GAP.code})

    shown = words(await room.previews(AUTHOR, "chua_xac_nhan:1"))

    assert "1 người: 1 người liên hệ được" in shown


async def test_words_fill_the_audience_in(room):
    await room.presses(AUTHOR, "broadcast.new")
    await room.says(AUTHOR, TEXT)
    await room.presses(AUTHOR, "broadcast.form|receipt:co")

    reply = await room.says(AUTHOR, "những người còn thiếu tin học, hạn trong 40 ngày")

    assert reply.pending.values["tieu_chi"] == "tin_hoc"
    assert reply.pending.values["trong_ngay"] == "40"


async def test_hr_of_one_unit_writes_to_nobody_outside_it(room):
    await room.presses(OF_OFFICE, "broadcast.new")
    await room.says(OF_OFFICE, TEXT)
    await room.presses(OF_OFFICE, "broadcast.form|receipt:co", "broadcast.form|whom:don_vi")

    refused = await room.says(OF_OFFICE, COMMUNE.code)
    everybody = words(await room.presses(OF_OFFICE, "broadcast.form|condition:bo", "broadcast.form|whom:tat_ca"))

    assert "không thuộc các đơn vị" in refused.title
    assert "7 người: " in everybody
    assert "Ngô Thị Xã" not in everybody


async def test_preview_of_an_audience_without_anybody_says_so_and_offers_to_choose_others(room):
    shown = await room.previews(AUTHOR, "trong_ngay:7 ngay")
    chosen = await room.presses(AUTHOR, "broadcast.form|send:chon_lai")

    assert "Không có ai" in shown.title
    assert "Có hạn trong vòng 7 ngày tới." in words(shown)
    assert "broadcast.form|send:gui" not in {one.token for one in shown.choices}
    assert "Gửi cho ai" in chosen.title
    assert "Có hạn trong vòng 7 ngày tới." in words(chosen)


async def test_nothing_is_kept_of_an_audience_without_anybody(room):
    reply = await room.proposes(AUTHOR, "trong_ngay:7 ngay")

    assert "Không có ai" in reply.title
    assert not room.drawers.proposals.kept


async def test_installation_without_a_channel_says_so(room):
    room.desk.sending.lines = ()

    reply = await room.presses(AUTHOR, "broadcast.new")

    assert "Chưa có kênh nào" in reply.title


async def test_quota_and_price_of_the_channel_are_told(room):
    line = SendingLine("telegram:1", "telegram", 10.0, per_day=2, describe_price=lambda n: f"Giá cho {n} tin: 0")
    room.desk.sending.lines = (line,)

    shown = words(await room.previews(AUTHOR, "kenh:telegram"))

    assert "Giá cho 3 tin: 0" in shown
    assert "2/2 tin" in shown
    assert "2 ngày" in shown


async def test_what_goes_beyond_the_allowance_of_the_month_is_told(room):
    room.desk.sending.lines = (SendingLine("telegram:1", "telegram", 10.0, per_month=2),)

    shown = words(await room.previews(AUTHOR, "kenh:telegram"))

    assert "1 tin vượt quá 2 tin mà kênh này được gửi trong một tháng" in shown


async def test_text_too_long_with_the_longest_names_is_refused_before_it_is_sent_to_anybody(room):
    """Measured with the longest name of those who are written to, which no sample needs to show."""
    measured: list[str] = []

    def fits(reply: Reply) -> bool:
        measured.append(words(reply))
        return False

    room.desk.sending.lines = (SendingLine("telegram:1", "telegram", 10.0, fits=fits),)

    shown = await room.previews(AUTHOR, "kenh:telegram")
    again = await room.presses(AUTHOR, "broadcast.form|send:viet_lai")
    refused = await room.proposes()

    assert "không vừa một tin nhắn trên Telegram" in shown.title
    assert "broadcast.form|send:gui" not in {one.token for one in shown.choices}
    assert f"Kính gửi {HOLDER.name}" in measured[0]
    assert "Nội dung thông báo là gì" in again.title
    assert "không vừa" in refused.title
    assert not room.drawers.proposals.kept


# --- approved


async def test_second_person_approves_and_it_goes_out(room):
    await room.proposes()

    done = await room.approves()

    assert "Thông báo 1 đã được duyệt; 2 tin" in done.title
    put = room.outbox.put
    assert {(one.person, one.sender, one.address, one.broadcast) for one in put.values()} == {
        ("CB001", "telegram:1", "a-CB001", 1),
        ("CB002", "telegram:1", "a-CB002", 1),
        ("CB003", None, None, 1),
    }
    assert {room.outbox.notices[one][0].key for one in put} == {f"broadcast:1:CB00{n}" for n in (1, 2, 3)}
    assert room.desk.sending.started == ["telegram:1"]
    assert room.recorded() == [
        ("HR001", "previewed_broadcast"),
        ("HR001", "proposed_broadcast"),
        ("HR002", "viewed_proposal"),
        ("HR002", "approved_broadcast"),
    ]


async def test_notice_holds_no_record_of_anybody(room):
    await room.proposes()
    await room.approves()

    payload = room.outbox.notices[1][0].payload

    assert payload["text"] == TEXT
    assert set(payload) == {"broadcast", "text", "unit", "asks_receipt", "within", "missing", "due_within"}


async def test_author_cannot_approve(room):
    await room.proposes()

    seen = await room.presses(AUTHOR, "proposal|1")
    denied = await room.presses(AUTHOR, "broadcast.approve|1.00000000")

    assert "broadcast.approve" not in actions(seen)
    assert denied.outcome is Outcome.DENIED
    assert not room.outbox.put


@pytest.mark.parametrize("who", [ELSEWHERE, GAP], ids=["hr of another unit", "an official"])
async def test_who_does_not_serve_it_cannot_approve(room, who):
    await room.proposes()

    denied = await room.presses(who, "broadcast.approve|1.00000000")

    assert denied.outcome is Outcome.DENIED
    assert room.drawers.proposals.kept[1].state is ProposalState.WAITING
    assert not room.outbox.put


async def test_administrator_may_approve(room):
    await room.proposes()

    assert "đã được duyệt" in (await room.approves(KEEPER)).title


async def test_hr_of_the_unit_may_approve_what_stays_within_it(room):
    await room.proposes()

    assert "đã được duyệt" in (await room.approves(OF_OFFICE)).title


async def test_audience_that_changed_since_the_preview_is_told_and_shown(room):
    await room.proposes()
    room.drawers.profiles.people[PersonCode("CB009")] = replace(GAP, code=PersonCode("CB009"), name="Người Mới")

    shown = words(await room.presses(SECOND, "proposal|1"))

    assert "khi soạn là 3 người, nay là 4" in shown


async def test_audience_that_changed_since_it_was_seen_is_shown_again_before_approval(room):
    await room.proposes()
    seen = await room.presses(SECOND, "proposal|1")
    token = next(one.token for one in seen.choices if one.action == "broadcast.approve")
    room.drawers.profiles.people[PersonCode("CB009")] = replace(GAP, code=PersonCode("CB009"), name="Người Mới")

    again = await room.presses(SECOND, token)

    assert "đã thay đổi" in again.lines[0].text
    assert not room.outbox.put
    assert "đã được duyệt" in (await room.approves()).title


async def test_only_the_first_approval_counts(room):
    await room.proposes()
    seen = await room.presses(KEEPER, "proposal|1")
    token = next(one.token for one in seen.choices if one.action == "broadcast.approve")
    await room.approves()

    late = await room.presses(KEEPER, token)

    assert "đã được" in late.title
    assert len(room.outbox.put) == 3


async def test_author_who_lost_the_role_has_nothing_approved(room):
    await room.proposes()
    room.drawers.profiles.people[AUTHOR.code] = replace(AUTHOR, roles=frozenset())

    reply = await room.presses(SECOND, "proposal|1")

    assert "broadcast.approve" not in actions(reply)
    assert not room.outbox.put


async def test_refused_broadcast_is_not_sent_and_its_author_reads_why(room):
    room.links(AUTHOR)
    await room.proposes()

    await room.presses(SECOND, "proposal|1", "proposal.refuse|1")
    await room.says(SECOND, "Chưa đúng đối tượng cần gửi")

    assert room.drawers.proposals.kept[1].state is ProposalState.REFUSED
    assert "Chưa đúng đối tượng" in words(await room.presses(AUTHOR, "proposal|1"))
    assert not room.outbox.put


async def test_colleague_is_told_by_a_letter_that_leads_to_it(room):
    room.drawers.accounts.kept["web", "w2"] = Account("web", "w2", SECOND.code)

    await room.proposes()
    (letter,) = room.drawers.letters.kept
    seen = await room.presses(SECOND, write_letter(letter).choices[0].token)

    assert "broadcast.approve" in actions(seen)


async def test_list_of_those_not_reachable_comes_as_a_file(room):
    await room.proposes()

    reply = await room.presses(SECOND, "broadcast.unreached|1")

    (sheet,) = load_workbook(io.BytesIO(reply.file.content))
    assert [row[1] for row in sheet.iter_rows(values_only=True)] == ["Mã", "CB003"]


# --- on its way


@pytest.fixture
async def sending(room) -> Room:
    room.links(SECOND)
    await room.proposes()
    await room.approves()
    return room


async def test_progress_is_told(sending):
    sending.outbox.end("CB001", DeliveryState.DELIVERED)

    shown = words(await sending.presses(AUTHOR, "broadcast|1"))

    assert "Đã xong: 1/2" in shown
    assert "Còn lại: 1" in shown
    assert "giấy): 1" in shown


async def test_progress_is_shown_to_whoever_approved(sending):
    assert [(one.broadcast, one.address) for one in sending.drawers.broadcasts.cards] == [(1, "a-HR002")]


async def test_paused_and_resumed(sending):
    paused = await sending.presses(SECOND, "broadcast.pause|1")
    assert sending.outbox.held == {1, 2}
    assert "tạm dừng" in paused.title

    await sending.presses(AUTHOR, "broadcast.resume|1")
    assert not sending.outbox.held
    assert sending.drawers.broadcasts.kept[1].state is BroadcastState.SENDING


async def test_cancelled_only_after_it_was_asked_and_what_left_stays(sending):
    sending.outbox.end("CB001", DeliveryState.DELIVERED)

    asked = await sending.presses(AUTHOR, "broadcast.cancel|1")
    assert sending.outbox.states[2] is DeliveryState.WAITING
    await sending.presses(AUTHOR, next(one.token for one in asked.choices if one.action == "broadcast.cancel.yes"))

    assert sending.outbox.states[1] is DeliveryState.DELIVERED
    assert sending.outbox.states[2] is DeliveryState.DROPPED
    again = await sending.presses(AUTHOR, "broadcast.resume|1")
    assert "Không có gì thay đổi" in words(again)


async def test_recall_drops_what_waits_and_corrects_what_cannot_be_written_over(sending):
    sending.outbox.end("CB001", DeliveryState.UNCLEAR)

    await sending.presses(AUTHOR, "broadcast.recall|1", "broadcast.recall.yes|1")

    assert sending.outbox.states[2] is DeliveryState.DROPPED
    correction = sending.outbox.put[4]
    assert (correction.person, correction.broadcast) == ("CB001", None)
    assert sending.outbox.notices[4][0].key == "correction:1:CB001"


async def test_recall_takes_up_what_another_process_writes_over(sending):
    sending.desk.sending.lines = (SendingLine("zalo_bot:1", "zalo_bot", 1.0),)

    await sending.presses(AUTHOR, "broadcast.recall|1", "broadcast.recall.yes|1")

    assert sending.drawers.broadcasts.editable == ("telegram",)


async def test_unclear_one_is_sent_again_only_by_hrs_word(sending):
    number = sending.outbox.end("CB001", DeliveryState.UNCLEAR)
    sending.desk.sending.started.clear()

    listed = await sending.presses(AUTHOR, "broadcast.unclear|1")
    assert "Nguyễn Văn Mẫu" in words(listed)
    reply = await sending.presses(AUTHOR, f"broadcast.missed|1.{number}")

    assert sending.outbox.states[number] is DeliveryState.WAITING
    assert sending.desk.sending.started == ["telegram:1"]
    assert "gửi lại" in reply.title


async def test_unclear_one_that_arrived_is_noted(sending):
    number = sending.outbox.end("CB001", DeliveryState.UNCLEAR)

    await sending.presses(AUTHOR, f"broadcast.arrived|1.{number}")

    assert sending.outbox.states[number] is DeliveryState.DELIVERED
    assert ("HR001", "settled_received") in sending.recorded()


async def test_result_has_everybody_and_the_paper_list(sending):
    sending.outbox.end("CB001", DeliveryState.DELIVERED)
    sending.outbox.end("CB002", DeliveryState.UNCLEAR)

    reply = await sending.presses(AUTHOR, "broadcast.result|1")

    book = load_workbook(io.BytesIO(reply.file.content))
    assert book.sheetnames == ["Kết quả", "Danh sách giấy"]
    assert [row[1] for row in book["Kết quả"].iter_rows(values_only=True)] == ["Mã", "CB001", "CB002", "CB003"]
    assert [row[1] for row in book["Danh sách giấy"].iter_rows(values_only=True)] == ["Mã", "CB002", "CB003"]


@pytest.mark.parametrize(
    ("reason", "on_paper"),
    [("unlinked", True), ("unreachable", True), ("moved", False), ("closed", False), ("cancelled", False)],
)
async def test_whoever_lost_the_chat_before_it_went_out_is_on_the_paper_list(sending, reason, on_paper):
    sending.outbox.end("CB001", DeliveryState.DROPPED, reason)

    reply = await sending.presses(AUTHOR, "broadcast.result|1")

    paper = load_workbook(io.BytesIO(reply.file.content))["Danh sách giấy"]
    assert ("CB001" in [row[1] for row in paper.iter_rows(values_only=True)]) is on_paper


async def test_whoever_moved_away_since_is_counted_and_not_named_by_the_hr_whom_they_left(sending):
    number = sending.outbox.end("CB001", DeliveryState.UNCLEAR)
    sending.outbox.end("CB002", DeliveryState.UNCLEAR)
    people = sending.drawers.profiles.people
    people["CB001"] = replace(people["CB001"], unit=COMMUNE.code)

    result = await sending.presses(OF_OFFICE, "broadcast.result|1")
    sheets = load_workbook(io.BytesIO(result.file.content))
    assert {row[1] for sheet in sheets for row in sheet.iter_rows(values_only=True)} == {"Mã", "CB002", "CB003"}
    listed = await sending.presses(OF_OFFICE, "broadcast.unclear|1")
    assert "CB002" in words(listed)
    for shown in (result, listed):
        assert _counts_left_out(shown)
        assert "CB001" not in words(shown)
        assert "Nguyễn Văn Mẫu" not in words(shown)

    for named in (str(number), "CB001", "CB999"):
        refused = await sending.presses(OF_OFFICE, f"broadcast.missed|1.{named}")
        assert refused.title == (await sending.presses(OF_OFFICE, "broadcast.missed|1.999")).title
    assert sending.outbox.states[number] is DeliveryState.UNCLEAR
    whole = await sending.presses(AUTHOR, "broadcast.result|1")
    assert "CB001" in [row[1] for row in load_workbook(io.BytesIO(whole.file.content)).worksheets[0].values]


async def test_only_whoever_moved_away_is_unclear_and_the_hr_whom_they_left_is_told_how_many(sending):
    sending.outbox.end("CB001", DeliveryState.UNCLEAR)
    people = sending.drawers.profiles.people
    people["CB001"] = replace(people["CB001"], unit=COMMUNE.code)

    listed = await sending.presses(OF_OFFICE, "broadcast.unclear|1")

    assert _counts_left_out(listed)
    assert not {"broadcast.arrived", "broadcast.missed"} & actions(listed)
    assert "CB001" not in words(listed)


@pytest.mark.parametrize("action", ["broadcast", "broadcast.pause", "broadcast.recall.yes", "broadcast.result"])
@pytest.mark.parametrize("who", [ELSEWHERE, GAP], ids=["hr of another unit", "an official"])
async def test_who_does_not_serve_it_neither_sees_nor_changes_it(sending, action, who):
    reply = await sending.presses(who, f"{action}|1")

    assert reply.outcome is Outcome.DENIED
    assert sending.drawers.broadcasts.kept[1].state is BroadcastState.SENDING


@pytest.mark.parametrize(
    ("said", "action"),
    [
        ("thông báo số 1 gửi đến đâu rồi", "broadcast.pause"),
        ("tạm dừng gửi thông báo số 1", "broadcast.resume"),
        ("thông báo số 1 gửi được bao nhiêu người rồi", "broadcast.pause"),
        ("thu hồi thông báo số 1", "broadcast.recall.yes"),
        ("/thongbao", "broadcast.new"),
        ("danh sách thông báo đã gửi", "broadcast.new"),
        ("gửi thông báo cho toàn sở", "broadcast.form"),
    ],
)
async def test_broadcasts_are_spoken_of_in_words(sending, said, action):
    assert action in actions(await sending.says(AUTHOR, said))


@pytest.mark.parametrize("said", ["gửi thông báo cho toàn sở", "/thongbao"])
async def test_official_is_refused_politely(room, said):
    assert (await room.says(GAP, said)).outcome is Outcome.DENIED


def _counts_left_out(reply: Reply) -> bool:
    """Whether one recipient is counted whom nothing names."""
    return any(line.text.startswith("1 ") for line in reply.lines)


@pytest.mark.parametrize(
    "token", ["broadcast|99", "broadcast.pause|x", "broadcast.missed|1.9", "broadcast.approve|7.x"]
)
async def test_forged_button_changes_nothing(room, token):
    assert not (await room.presses(AUTHOR, token)).file
    assert not room.outbox.put


# --- all at once, as the command line gives it


async def test_whole_broadcast_is_shown_and_sent_to_a_second_person(room):
    cells = '{{"noi_dung": "{text}", "xac_nhan": "co", "don_vi": "PHONG-MAU"{gui}}}'

    shown = await room.presses(AUTHOR, "broadcast.whole|" + cells.format(text=TEXT, gui=""))
    kept = await room.presses(AUTHOR, "broadcast.whole|" + cells.format(text=TEXT, gui=', "gui": "gui"'))

    assert "3 người: " in words(shown)
    assert "1" in kept.title
    assert room.drawers.proposals.kept[1].cells["so_nguoi"] == "3"


async def test_whole_broadcast_takes_names_as_the_steps_do(room):
    given = (
        f'{{"noi_dung": "{TEXT}", "don_vi": "Phòng Mẫu", "tieu_chi": "tin học", "trong_ngay": "60 ngày", "gui": "gui"}}'
    )

    await room.presses(AUTHOR, f"broadcast.whole|{given}")

    cells = room.drawers.proposals.kept[1].cells
    assert (cells["don_vi"], cells["tieu_chi"], cells["trong_ngay"]) == ("PHONG-MAU", "tin_hoc", "60")


@pytest.mark.parametrize(
    "given", ["{", "[]", '{"noi_dung": "Gửi {x} cho đồng chí"}', '{"noi_dung": "Gửi đồng chí", "don_vi": "KHONG-CO"}']
)
async def test_whole_broadcast_that_is_wrong_is_not_kept(room, given):
    await room.presses(AUTHOR, f"broadcast.whole|{given}")

    assert not room.drawers.proposals.kept
