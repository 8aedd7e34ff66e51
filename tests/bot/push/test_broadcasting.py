"""A broadcast by the whole house: two of HR at the desk, a worker, a stand-in of Telegram, and what people then see."""

import asyncio
import io
import re
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest
from openpyxl import load_workbook
from psycopg import sql

from bot.commands import broadcasting
from bot.commands.working import OfficeTasks, make_senders, pace_of
from bot.errors import InputError
from bot.push.fleet import Habits, Round, Worker
from bot.wiring import Office, open_office
from handlers.asking import Channel, Incoming
from handlers.reply import Reply
from knowledge.facts import PersonCode, Role
from storage.database import open_database
from storage.migrating import migrate
from tests.databases import named
from tests.handlers.visits import words
from tests.offices import settings_for, share_cache
from tests.standins.telegram_api import DEFAULT_TOKEN, TelegramApi
from tests.standins.telegram_api.faults import lost_answer
from tests.storage.filling import HEALTH, HEALTH_OFFICE, LAN, put_people, put_units

PEOPLE = 30
QUICK = Habits(heartbeat=1.0, look=0.3, poll=1.0, grace=5.0)
TEXT = "Kính gửi {ho_ten}: mai họp lúc 8 giờ. <i>Không</i> đi muộn & mang theo sổ."


class MondayMorning:
    """Nine o'clock on a Monday, and time passes."""

    is_fixed = False

    def __init__(self) -> None:
        self._began = time.monotonic()

    def today(self) -> date:
        return date(2026, 11, 23)

    def now(self) -> datetime:
        passed = timedelta(seconds=time.monotonic() - self._began)
        return datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")) + passed


class House:
    """The office with its chats, and a worker that runs while the block lasts."""

    def __init__(self, office: Office, api: TelegramApi) -> None:
        self.office, self.api = office, api
        self.author, self.second = api.visitor("Tác Giả"), api.visitor("Người Duyệt")
        self.visitors = [api.visitor(f"Người {number:02}") for number in range(PEOPLE)]

    async def presses(self, person: str, token: str) -> Reply:
        asked = Incoming(Channel.COMMAND_LINE, "cli", choice=token, person=PersonCode(person), thread=person)
        return await self.office.desk.answer(asked)

    async def approves(self) -> None:
        cells = f'{{"noi_dung": "{TEXT}", "xac_nhan": "co", "don_vi": "SYT-VP", "gui": "gui"}}'
        await self.presses("HR001", f"broadcast.whole|{cells}")
        seen = await self.presses("HR002", "proposal|1")
        approve = next(one.token for one in seen.choices if one.action == "broadcast.approve")
        assert "đã được duyệt" in (await self.presses("HR002", approve)).title

    def shown(self) -> list[str]:
        """What stands in the chats of the recipients."""
        return [message.text for one in self.visitors for message in one.chat.messages]

    async def until(self, is_so, seconds: float = 30.0) -> None:
        async with asyncio.timeout(seconds):
            while not is_so():  # noqa: ASYNC110  the worker makes it so
                await asyncio.sleep(0.05)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        stop = asyncio.Event()
        async with AsyncExitStack() as stack:
            (sender,) = make_senders(self.office)
            stack.push_async_callback(sender.close)
            speed = pace_of(self.office, sender)
            pump = await stack.enter_async_context(self.office.push.pumping(sender, per_second=speed))
            keeper = self.office.push.keep_broadcasts((sender,), {sender.identity: speed}, every=timedelta(seconds=0.3))
            worker = Worker(
                self.office.connection_words,
                OfficeTasks(self.office, {sender.identity: pump}, {}),
                habits=QUICK,
                rounds=(Round("cards", 0.2, keeper.show), Round("recalls", 0.3, keeper.recall)),
            )
            running = asyncio.ensure_future(worker.run(stop))
            try:
                yield
            finally:
                stop.set()
                await running


@pytest.fixture
async def house(server_url, vault, tmp_path) -> AsyncIterator[House]:
    name = f"broadcast_{uuid.uuid4().hex}"
    url = named(server_url, name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name))
        )
    share_cache(tmp_path)
    try:
        async with TelegramApi() as api:
            settings = settings_for(
                url, tmp_path, telegram_token=DEFAULT_TOKEN, telegram_api=api.base, telegram_per_second=20
            )
            async with open_database(url, vault=vault) as database:
                await migrate(database)
            async with open_office(settings, clock=MondayMorning()) as office:
                made = House(office, api)
                async with open_database(url, vault=vault) as database, database.transaction() as drawers:
                    await _fill(drawers, made)
                yield made
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


async def _fill(drawers, house: House) -> None:
    """Two of HR and so many recipients, all linked but the last one, who is on paper."""
    hr = replace(LAN, roles=frozenset({Role.HR}))
    others = [
        replace(LAN, code=PersonCode(f"NV{number:02}"), name=f"Người Số {number:02}", unit=HEALTH_OFFICE.code)
        for number in range(PEOPLE + 1)
    ]
    await put_units(drawers, HEALTH, HEALTH_OFFICE)
    two = [
        replace(hr, code=PersonCode("HR001"), name="Tác Giả"),
        replace(hr, code=PersonCode("HR002"), name="Người Duyệt"),
    ]
    await put_people(drawers, [*two, *others])
    chats = [("HR001", house.author), ("HR002", house.second)]
    chats += [(one.code, visitor) for one, visitor in zip(others, house.visitors, strict=False)]
    for code, visitor in chats:
        await drawers.accounts.save_consent("telegram", str(visitor.chat.id), "1", house.office.clock.now())
        await drawers.accounts.link("telegram", str(visitor.chat.id), PersonCode(code), house.office.clock.now())


async def test_broadcast_is_sent_shown_paused_resumed_recalled_and_its_result_read(house):
    house.visitors[3].chat.is_blocked = True
    house.api.fail_chat(house.visitors[5].chat.id, lost_answer())
    await house.approves()

    async with house.working():
        await house.until(lambda: len(house.shown()) >= 4)
        await house.presses("HR001", "broadcast.pause|1")
        await asyncio.sleep(0.3)  # what was leaving has left
        paused_at = len(house.shown())
        await asyncio.sleep(1.0)
        assert len(house.shown()) == paused_at < PEOPLE - 1
        (card,) = house.second.chat.messages
        await house.until(lambda: "tạm dừng" in card.text)

        await house.presses("HR002", "broadcast.resume|1")
        await house.until(lambda: "đã gửi xong" in card.text)
        assert "Đã xong: 30/30" in card.text
        assert "Đã gửi đến: 28" in card.text
        assert "Bị từ chối: 1" in card.text
        assert "Chưa rõ đã đến hay chưa: 1" in card.text
        assert len(house.second.chat.messages) == len(house.author.chat.messages) == 1

        got = house.visitors[0].chat.messages[0]
        assert got.text == (
            "Thông báo của Sở Y tế\n\nKính gửi Người Số 00: mai họp lúc 8 giờ. <i>Không</i> đi muộn & mang theo sổ."
        )
        (receipt,) = got.inline_buttons
        assert receipt["text"] == "Đã nhận"
        await house.presses("NV00", receipt["callback_data"])
        assert "Đã bấm “Đã nhận”: 1" in words(await house.presses("HR002", "broadcast|1"))

        await house.presses("HR001", "broadcast.recall.yes|1")
        await house.until(lambda: sum("Đã thu hồi" in one for one in house.shown()) == PEOPLE - 1)
        await house.until(lambda: "đã được thu hồi" in card.text)

    # Written over where it stood, and a message of its own for the one of which nobody knows whether it arrived.
    assert sorted({len(one.chat.messages) for one in house.visitors}) == [0, 1, 2]
    assert len(house.visitors[5].chat.messages) == 2
    assert "Đã thay nội dung tại chỗ: 28; còn phải thay: 0" in words(await house.presses("HR001", "broadcast|1"))
    _check_result((await house.presses("HR001", "broadcast.result|1")).file.content)


def _check_result(content: bytes) -> None:
    book = load_workbook(io.BytesIO(content))
    rows = {row[1]: row for row in book["Kết quả"].iter_rows(min_row=2, values_only=True)}
    assert len(rows) == PEOPLE + 1
    assert rows["NV00"][5:8:2] == ("đã đến", "Telegram")
    assert rows["NV00"][10] == "đã thay nội dung"
    assert rows["NV03"][5:9:3] == ("bị từ chối", "người nhận đã chặn tin")
    assert rows["NV05"][5] == "chưa rõ"
    assert rows["NV30"][5] == "không liên hệ được"
    paper = [row[1] for row in book["Danh sách giấy"].iter_rows(min_row=2, values_only=True)]
    assert paper == ["NV03", "NV05", "NV30"]


async def test_command_line_writes_shows_approves_refuses_and_follows(house, capsys, tmp_path):
    author, second, official = [await broadcasting.find_teller(house.office, one) for one in ("HR001", "HR002", "NV00")]

    async def told(work) -> str:
        await work
        return capsys.readouterr().out

    cells = {"noi_dung": TEXT, "don_vi": "SYT-VP"}
    assert "31 người: 30 người liên hệ được" in await told(broadcasting.write(author, cells, is_sent=False))
    assert "Đề xuất 1" in await told(broadcasting.write(author, cells, is_sent=True))
    assert "Đề xuất 2" in await told(broadcasting.write(author, cells, is_sent=True))
    assert "đã bị từ chối" in await told(broadcasting.refuse(second, 2, "Chưa cần gửi lúc này"))
    shown = await told(broadcasting.approve(second, 1, None))
    signs = re.search(r"--seen (\w+)", shown)[1]
    with pytest.raises(InputError, match="không tự"):
        await broadcasting.approve(author, 1, signs)
    with pytest.raises(InputError, match="Chỉ bộ phận tổ chức"):
        await broadcasting.press(official, "broadcast", 1)
    assert "đã thay đổi" in await told(broadcasting.approve(second, 1, "00000000"))
    assert "30 tin đang được gửi" in await told(broadcasting.approve(second, 1, signs))
    assert "Còn lại: 30" in await told(broadcasting.press(author, "broadcast", 1))
    await told(broadcasting.press(author, "broadcast.cancel.yes", 1))
    out = tmp_path / "result.xlsx"
    assert "Không gửi nữa: 30" in await told(broadcasting.write_result(author, 1, out))
    assert load_workbook(out)["Kết quả"]["I2"].value == "tổ chức cán bộ đã hủy"
    assert (await house.office.verify_audit()).is_intact
    with pytest.raises(InputError, match="KHONG"):
        await broadcasting.find_teller(house.office, "KHONG")


def test_words_of_a_broadcast_come_from_a_file_a_template_or_the_command(tmp_path):
    file = tmp_path / "words.txt"
    file.write_text("Xin chào đồng chí", encoding="utf-8")

    assert broadcasting.read_text(None, file, None) == "Xin chào đồng chí"
    assert "{ho_ten}" in broadcasting.read_text(None, None, "con_thieu")
    with pytest.raises(InputError, match="con_thieu"):
        broadcasting.read_text(None, None, "khong_co")
    with pytest.raises(InputError):
        broadcasting.read_text(None, tmp_path / "none.txt", None)
