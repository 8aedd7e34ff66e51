"""A small desk that says what a script says, and a web door opened in front of it."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
from prometheus_client import CollectorRegistry

from bot.on_web.door import DemoPerson, Pace, WebDoor, WebSettings
from bot.on_web.present import Present
from bot.on_web.server import make_app, serving
from handlers.asking import Choice, Incoming
from handlers.reply import Background, Chart, File, Line, Record, Reply
from knowledge.documents import Citation
from knowledge.facts import DocumentId, PersonCode
from knowledge.proof import Doubt

LETTER = Citation(DocumentId("2123/UBND-NC"), "điểm 3", held=True)
TABLE = Citation(DocumentId("1769/UBND-KGVX"), None, held=False)
NATIONAL = Citation(DocumentId("17/2016/TTLT-BGDĐT-BTTTT"), "Điều 23", held=True)

GAPS = Reply(
    title="Đồng chí còn thiếu 1 tiêu chí: ngoại ngữ",
    lines=(
        Record("Chức danh của đồng chí yêu cầu ngoại ngữ bậc 3.", (TABLE,)),
        Record("Hạn hoàn thành: 31/12/2026, còn 40 ngày.", (LETTER,), is_item=True),
        Line("Ngày làm việc cuối cùng trước hạn: 31/12/2026.", is_item=True),
        Background("Chứng chỉ ngoại ngữ A, B, C từng được cấp trước đây.", (NATIONAL,), Doubt.GUIDANCE),
    ),
    choices=(Choice("Đề nghị cử đi học", "study", "ngoai_ngu"), Choice("Hỏi người phụ trách", "ask_person")),
)
HARMFUL = '<img src=x onerror="document.title=1"><script>document.title=2</script>'


class ScriptedDesk:
    """Answers from a script by what was said or pressed; an exception in the script is raised."""

    def __init__(self, script: Mapping[str, Reply | Exception]) -> None:
        self.script = dict(script)
        self.heard: list[Incoming] = []
        self.hears = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.at_once = 0
        self.most_at_once = 0

    async def answer(self, asked: Incoming) -> Reply:
        self.heard.append(asked)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.hears.set()
        await asyncio.sleep(0)
        await self.may_answer.wait()
        self.at_once -= 1
        words = asked.text if asked.text is not None else f"[{asked.choice}]"
        reply = self.script.get(words, Reply(title=f"Nghe rõ: {words}"))
        if isinstance(reply, Exception):
            raise reply
        return reply


SCRIPT: dict[str, Reply | Exception] = {
    "tôi còn thiếu gì": GAPS,
    "[study|ngoai_ngu]": Reply(title="Đã ghi đề nghị cử đi học.", lines=(Line("Thủ trưởng sẽ trả lời."),)),
    "hỏng": RuntimeError("câu hỏi riêng tư"),
    "độc": Reply(title=HARMFUL, lines=(Record(HARMFUL, (LETTER,)),), choices=(Choice(HARMFUL, "x"),)),
    "tệp": Reply(title="Báo cáo đây", file=File("bao-cao.xlsx", b"PK\x03\x04", "application/xlsx")),
    "hình": Reply(title="Tuần này", picture=Chart(((3, 1, 0, 2),), "Ngoại ngữ: 3 đã quá hạn")),
}

PEOPLE = (
    DemoPerson(
        PersonCode("CB001"), "Trần Thị Mẫu", "Trưởng phòng, Sở Y tế", "Thiếu ngoại ngữ, hạn gần nhất trong tỉnh."
    ),
    DemoPerson(
        PersonCode("CB002"), "Nguyễn Văn Thử", "Phó Chủ tịch UBND xã", "Chứng chỉ tin học A cấp ngay trước ngày đổi."
    ),
    DemoPerson(PersonCode("CB003"), "Phạm Thị Ví Dụ", "Giám đốc Sở", "Xem được cả đơn vị và duyệt đề nghị đi học."),
)


@dataclass
class Opened:
    """An open door: where it is, the desk behind it, and a session with cookies of its own."""

    url: str
    desk: ScriptedDesk
    session: aiohttp.ClientSession
    app: aiohttp.web.Application
    time: list[float] = field(default_factory=lambda: [0.0])

    async def hang_up(self) -> None:
        """Close every connection, as a server does that is started anew."""
        await self.app.on_shutdown.send(self.app)

    @asynccontextmanager
    async def chat(self, **headers: str) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """A connection as the page makes it, in English; the welcome was heard."""
        headers = {"Origin": self.url, **headers}
        async with self.session.ws_connect(f"{self.url}/chat", headers=headers, max_msg_size=0) as line:
            await line.send_json({"type": "hello", "locale": "en"})
            assert (await hear(line))["type"] == "welcome"
            yield line


async def hear(line: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    """The next message of the server."""
    heard: dict[str, Any] = json.loads(await line.receive_str(timeout=10))
    return heard


async def say(line: aiohttp.ClientWebSocketResponse, text: str, message_id: str = "m1") -> dict[str, Any]:
    """Say something and hear what comes next."""
    await line.send_json({"type": "say", "id": message_id, "text": text})
    return await hear(line)


@asynccontextmanager
async def opened(
    *,
    people: tuple[DemoPerson, ...] | None = None,
    settings: WebSettings | None = None,
    reasons: Sequence[str] = (),
    routes: Sequence[aiohttp.web.RouteDef] = (),
    present: Present | None = None,
) -> AsyncIterator[Opened]:
    """A web door on a free port of loopback, in front of a scripted desk."""

    async def probe() -> Sequence[str]:
        return reasons

    desk = ScriptedDesk(SCRIPT)
    time = [0.0]
    numbers = itertools.count(1)
    door = WebDoor(
        settings=settings or WebSettings(cookie_key=b"k" * 32),
        desk=desk,
        describe=lambda cite: f"Văn bản {cite.document}" + (f", {cite.point}" if cite.point else ""),
        probe=probe,
        registry=CollectorRegistry(),
        demo_people=people,
        present=present or Present(),
        starters=lambda: (Choice("Tôi còn thiếu gì?", "my_gaps"), Choice("Hạn của tôi", "my_deadlines")),
        monotonic=lambda: time[0],
        new_visitor=lambda: f"visitor-{next(numbers):035d}",
        new_reference=lambda: "ref-1",
    )
    app = make_app(door, routes)
    async with (
        serving(app, "127.0.0.1", 0) as url,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session,
    ):
        yield Opened(url, desk, session, app, time)


def with_pace(pace: Pace) -> WebSettings:
    """Settings of the tests with another pace."""
    return replace(WebSettings(cookie_key=b"k" * 32), pace=pace)
