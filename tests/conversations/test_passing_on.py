"""A question goes to HR, is answered, and its asker is told where they asked: the same way at every door."""

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from bot.letters import Postman
from bot.on_telegram.letters import TelegramCarrier
from bot.wiring import Office
from bot.wiring_letters import LettersInDatabase
from handlers.asking import Channel, Incoming
from handlers.reply import Reply
from knowledge.facts import PersonCode
from storage.records import Letter, LetterKind, LetterState
from tests.conversations.doors import DOORS
from tests.conversations.test_dialogues import Links, link
from tests.databases import make_home
from tests.offices import StandingClock, sample_office
from tests.standins.telegram_api import TelegramApi

ASKER_OF_HR = PersonCode("CB001")
WORKING_TIME = datetime(2026, 12, 1, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
HR, ASKER = PersonCode("CB015"), Links("CB004", "Phạm Mẫu Năm Chấm")
QUESTION = "công văn 9999/UBND-NC nói gì vậy"
_CODE = re.compile(r"Mã theo dõi: (\w{6})")


@pytest.fixture(scope="module")
async def office(server_url: str) -> AsyncIterator[Office]:
    with make_home("inbox") as home:
        async with sample_office(server_url, home) as opened:
            yield opened


class AtWork(StandingClock):
    """A working day on which every question of these tests is overdue."""

    def now(self) -> datetime:
        return WORKING_TIME


class AtHr:
    """HR of the whole province, in a chat of their own."""

    def __init__(self, office: Office, door: str) -> None:
        self._office = office
        self._place = f"hr-{door}"

    async def says(self, text: str) -> Reply:
        return await self._answer(text=text)

    async def presses(self, token: str) -> Reply:
        return await self._answer(choice=token)

    async def _answer(self, **said: str) -> Reply:
        asked = Incoming(Channel.WEB, self._place, person=HR, thread=f"web:{self._place}", **said)
        return await self._office.desk.answer(asked)


def words(reply: Reply) -> str:
    return "\n".join([reply.title, *(line.text for line in reply.lines)])


@pytest.mark.parametrize("door", DOORS)
async def test_a_question_is_passed_on_answered_and_told_at_every_door(door, office):
    hr = AtHr(office, door)
    async with DOORS[door](office) as guest:
        await link(ASKER, guest, office)
        assert "Trong kho không có văn bản" in await guest.says(QUESTION)
        shown = await guest.presses("Chuyển cho cán bộ tổ chức")
        assert QUESTION in shown
        assert "Phạm Mẫu Năm Chấm" in shown
        passed = await guest.presses("Đồng ý chuyển")
        found = _CODE.search(passed)
        assert found is not None, passed
        code = found[1]

        assert code in words(await hr.says("có câu hỏi nào đang chờ trả lời không"))
        assert QUESTION in words(await hr.presses(f"inbox.open|{code}"))
        await hr.presses(f"inbox.ask|{code}")
        await hr.says("Đồng chí hỏi cho kỳ xét nào?")
        await hr.presses(f"inbox.send|{code}")

        assert f"cho biết thêm về câu hỏi {code}" in await guest.is_told(office)
        assert "kỳ xét nào" in await guest.says(code)
        await guest.presses("Trả lời cán bộ")
        assert "Đã bổ sung" in await guest.says("Kỳ xét năm 2026.")

        assert "Kỳ xét năm 2026" in words(await hr.presses(f"inbox.open|{code}"))
        await hr.presses(f"inbox.reply|{code}")
        await hr.says("Không được cộng điểm.")
        await hr.presses(f"inbox.send|{code}")

        told = await guest.is_told(office)
        assert f"Câu hỏi {code} của đồng chí đã có trả lời." in told
        assert "Không được cộng điểm" not in told
        answer = await guest.presses("Xem trả lời")
        assert "Không được cộng điểm." in answer
        assert "Theo ý kiến của Trần Mẫu Toàn Tỉnh" in answer
        assert "đã đóng" in await guest.presses("Đã rõ")


async def test_the_command_line_hands_over_and_tells_at_the_next_turn(office):
    def asked(text: str) -> Incoming:
        return Incoming(Channel.COMMAND_LINE, "local", text=text, person=PersonCode("CB001"))

    reply = await office.desk.answer(asked("chuyển câu hỏi của tôi cho cán bộ phụ trách"))
    assert (reply.outcome, reply.intent, reply.handed_to) == ("handed_over", "ask_person", "Sở Mẫu Một")
    again = await office.desk.answer(asked("chuyển câu hỏi của tôi cho cán bộ phụ trách"))
    assert again.handed_to == reply.handed_to
    found = _CODE.search(words(reply))
    assert found is not None
    hr = AtHr(office, "cli")
    await hr.presses(f"inbox.reply|{found[1]}")
    await hr.says("Xin gọi phòng tổ chức.")
    await hr.presses(f"inbox.send|{found[1]}")

    elsewhere = Incoming(Channel.COMMAND_LINE, "local", text="/help", person=PersonCode("CB002"))
    assert found[1] not in words(await office.desk.answer(elsewhere))
    assert f"Câu hỏi {found[1]} của đồng chí đã có trả lời." in words(await office.desk.answer(asked("/help")))
    assert found[1] not in words(await office.desk.answer(asked("/help")))


async def test_hr_is_reminded_by_a_letter_in_their_own_chat_and_once_a_day(office):
    passed = await office.desk.answer(
        Incoming(
            Channel.WEB, "v1", text="chuyển câu hỏi này cho sở nội vụ: toeic 700 có tính không", person=ASKER_OF_HR
        )
    )
    assert passed.handed_to == "Sở Mẫu Một"
    async with TelegramApi() as api:
        hr = api.visitor("Một Sở", user_id=9_100)
        hr.says("/start")
        async with office._database.transaction() as drawers:
            await drawers.accounts.link("telegram", "9100", PersonCode("CB016"), office.clock.now())
        assert await office.desk.remind(WORKING_TIME) >= 1
        assert await office.desk.remind(WORKING_TIME) == 0
        mail = LettersInDatabase(office._database, office.desk, AtWork())
        carrier = TelegramCarrier(api.token, api.base, office.describe)
        await Postman(mail, [carrier]).go_round()
        await carrier.close()
        assert "quá hạn trả lời" in await hr.reads()
        assert hr.buttons() == ["Hộp thư câu hỏi"]


async def test_a_letter_to_hr_whom_the_asker_has_left_never_goes_out(office):
    words_asked = "chuyển câu hỏi này cho sở nội vụ: ielts 6.0 có tính không"
    passed = await office.desk.answer(Incoming(Channel.WEB, "v2", text=words_asked, person=ASKER_OF_HR))
    found = _CODE.search(words(passed))
    assert found is not None
    hr, place = PersonCode("CB016"), ("telegram", "9200")
    letter = Letter(*place, LetterKind.DETAILS, office.clock.now(), hr, found[1])
    mail = LettersInDatabase(office._database, office.desk, office.clock)

    async def left_while_asker_is_in(unit: str) -> None:
        async with office._database.transaction() as drawers:
            changed = text("UPDATE people SET unit = :unit WHERE code = :code")
            await drawers.connection.execute(changed, {"unit": unit, "code": ASKER_OF_HR})
            await drawers.letters.leave(letter)

    await left_while_asker_is_in("SO-MAU-2")
    assert await mail.begin("telegram", ["9200"]) is None
    async with office._database.transaction() as drawers:
        (kept,) = await drawers.letters.list_about(found[1])
    assert (kept.state, kept.reason) == (LetterState.REFUSED, "not_theirs")

    await left_while_asker_is_in("SO-MAU-1")
    assert await mail.begin("telegram", ["9200"]) is not None


async def test_a_letter_of_a_matter_that_cannot_be_read_holds_up_none_behind_it(office):
    asked = Incoming(
        Channel.WEB, "v3", text="chuyển câu hỏi này cho sở nội vụ: vstep có tính không", person=ASKER_OF_HR
    )
    broken = _CODE.search(words(await office.desk.answer(asked)))
    assert broken is not None
    earlier = office.clock.now() - timedelta(hours=2)
    letters = [
        Letter("telegram", "9400", LetterKind.DETAILS, earlier, HR, broken[1]),
        Letter("telegram", "9400", LetterKind.DECIDED, earlier + timedelta(hours=1), HR, number=3),
    ]
    async with office._database.transaction() as drawers:
        unreadable = text("UPDATE inquiries SET texts = 'sealed with a key that is lost'::bytea WHERE code = :code")
        await drawers.connection.execute(unreadable, {"code": broken[1]})
        for one in letters:
            await drawers.letters.leave(one)

    begun = await LettersInDatabase(office._database, office.desk, office.clock).begin("telegram", ["9400"])

    assert begun is not None
    async with office._database.transaction() as drawers:
        (kept,) = await drawers.letters.list_about(broken[1])
        assert begun.id != kept.id
        assert (kept.state, kept.reason) == (LetterState.WAITING, "not_checked")
        await drawers.connection.execute(text("DELETE FROM inquiries WHERE code = :code"), {"code": broken[1]})


async def test_a_letter_waits_for_what_is_refused_for_a_while_until_it_is_old(office):
    mail = LettersInDatabase(office._database, office.desk, office.clock)
    for n, days in enumerate((59, 61)):
        left = office.clock.now() - timedelta(days=days)
        async with office._database.transaction() as drawers:
            await drawers.letters.leave(Letter("telegram", f"age-{n}", LetterKind.UNANSWERED, left, HR, number=1))
    young, old = [await mail.begin("telegram", [f"age-{n}"]) for n in range(2)]
    assert young is not None
    assert old is not None
    assert (young.is_old, old.is_old) == (False, True)


async def test_a_letter_that_a_chat_refused_goes_there_again_once_its_reader_writes_from_there(office):
    place, left = ("telegram", "9300"), office.clock.now() - timedelta(hours=2)
    async with office._database.transaction() as drawers:
        await drawers.accounts.link(*place, HR, left)
        await drawers.letters.leave(Letter(*place, LetterKind.DECIDED, left, HR, number=3))
        (started,) = await drawers.letters.start("telegram", ["9300"], 1, left)
        await drawers.letters.finish(started.id, LetterState.REFUSED, left, "chat_unknown")
        await drawers.accounts.mark_unreachable(*place, left)

    async def find_again() -> int:
        async with office._database.transaction() as drawers:
            now = office.clock.now()
            return await drawers.letters.find_chats_again(["telegram"], now - timedelta(days=1), now, now)

    assert await find_again() == 0
    await office.desk.answer(Incoming(Channel.TELEGRAM, "9300", text="/help", thread="telegram:9300"))
    assert (await find_again(), await find_again()) == (1, 0)


async def test_tidying_keeps_what_still_waits(office):
    asked = Incoming(
        Channel.COMMAND_LINE, "tidy", text="chuyển câu hỏi của tôi cho cán bộ phụ trách", person=ASKER_OF_HR
    )
    found = _CODE.search(words(await office.desk.answer(asked)))
    assert found is not None
    await office.tidy()
    shown = await office.desk.answer(Incoming(Channel.COMMAND_LINE, "tidy", text=found[1], person=ASKER_OF_HR))
    assert "chờ trả lời" in words(shown)
