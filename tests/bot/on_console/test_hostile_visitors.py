"""People who want what is not theirs: forged buttons, hostile names, patterns and headers, at an open office."""

import asyncio
import csv
import re
import zipfile
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack
from dataclasses import replace
from io import BytesIO, StringIO

import pytest
from aiohttp import FormData
from sqlalchemy import select
from yarl import URL

from bot.on_console.at_desk import hand_over
from bot.on_console.contents import PAGES
from bot.on_console.seats import Seat
from bot.on_console.showing import STATIC as CONSOLE_STATIC
from bot.on_web.page import STATIC as CHAT_STATIC
from bot.pacing import Paces
from bot.unhurried import BURST
from handlers.asking import Channel, Incoming
from handlers.reply import File, Outcome, Reply
from handlers.routing import BY_ACTION, BY_COMMAND
from knowledge.study_cases import StudyAct
from storage.tables import metadata, people
from tests.bot.on_console.matrix import MATRIX
from tests.bot.on_console.opening import (
    ADMINISTRATOR,
    DATA_OFFICER,
    HEAD,
    HEAD_OF_AGENCY,
    HR_OF_AGENCY,
    HR_OF_PROVINCE,
    OFFICIAL,
    Browser,
    OpenConsole,
    open_console,
)
from tests.bot.on_console.planted import INVENTED, OF_DOCUMENT, PLACES, THEIR_UNIT, VICTIM, Planted, plant
from tests.offices import sample_office

ADDRESS = "chat-of-the-hostile"
# Every question leaves its trace there; none of it is anybody else's.
CHANGED_BY_ASKING = {"audit_entries", "audit_head", "console_entries"}
OPENS = "<i hostile="  # what a page holds where something was not escaped
PUBLIC = re.compile("|".join(f"{OPENS}{one.replace(' ', '-')}>" for one in OF_DOCUMENT))  # is for everybody to read
# Actions of everybody that end what the visitor has; tried with subjects of others they would end the visitor's own.
OWN_END = {"data.delete.yes", "data.delete.all", "data.withdraw.yes"}
ON_PROPOSALS = {"broadcast.proposal", "broadcast.approve", "broadcast.unreached"}
# What everybody may take with them of their own.
OWN_PAPERS = ("data.export", "data.paper")
# What somebody fills in, as they type it and as a page may show it.
MARKUP = f"\"'>{OPENS}lời-điền-vào>"
ESCAPED = f"{OPENS.replace('<', '&lt;')}lời-điền-vào&gt;"
ROUND = {"viec": "mo", "ma_dot": "DOT-MOI", "ten": "Đợt", "can_cu": "02-QĐi/TU", "han": "2027-06-30"}
LATER = {"viec": "gia_han", "ma_dot": "DOT-MAU-0", "han": "2027-06-30"}
DAY_OFF = {"kind": "day", "viec": "nghi", "ngay": "2027-03-19"}
HOURS = {"kind": "hours", "viec": "gio", "tu": "08:30", "den": "16:00"}
STANDARD = {
    "nhom_chuc_danh": "nhom_moi", "tieu_chi": "tin_hoc", "muc_toi_thieu": "co_ban", "can_cu": "02-QĐi/TU",
    "tu_ngay": "01/01/2026",
}  # fmt: skip
RECOGNISED = {
    "van_ban": "1769/UBND-KGVX", "tieu_chi": "ngoai_ngu", "loai": "toeic", "muc_tu": "450", "dat_muc": "bac_3",
}  # fmt: skip
# Whoever reaches none of what is planted; each with whom they may see, by unit.
REACHING_NOTHING = {
    "a stranger": (None, ()),
    "an official": (OFFICIAL, ()),
    "a head of an agency": (HEAD_OF_AGENCY, ("PHONG-MAU-1", "SO-MAU-1", "TT-MAU")),
    "HR of another agency": (HR_OF_AGENCY, ("PHONG-MAU-1", "SO-MAU-1", "TT-MAU")),
}


@pytest.fixture(scope="module")
async def planted(server_url, tmp_path_factory) -> AsyncIterator[tuple[OpenConsole, Planted]]:
    """A console with things of an official and of HR of the province, all of whose words are markup."""
    async with (
        sample_office(server_url, tmp_path_factory.mktemp("planted")) as office,
        open_console(office) as opened,
    ):
        yield opened, await plant(office, lambda place: f"{place} \"'>{OPENS}{place.replace(' ', '-')}>")


def words_of(reply: Reply) -> str:
    """All that a reply says, also in what it hands over."""
    parts = [repr(replace(reply, file=None)), *(line.text for line in reply.lines)]
    files = [reply.file, *(reply.paper.beside if reply.paper is not None else ())]
    return " ".join([*parts, *(_text_of(one) for one in files if one is not None)])


def _text_of(file: File) -> str:
    if not zipfile.is_zipfile(BytesIO(file.content)):
        return file.content.decode("utf-8", "replace")
    with zipfile.ZipFile(BytesIO(file.content)) as parts:
        return " ".join(parts.read(one).decode("utf-8", "replace") for one in parts.namelist())


async def _rows(office, own: Collection[str]) -> set[str]:
    """What is kept but for what is the visitor's own, as it is written there."""
    found = set()
    async with office.open_cabinet() as cabinet:
        for table in metadata.sorted_tables:
            if table.name not in CHANGED_BY_ASKING:
                rows = await cabinet.connection.exec_driver_sql(f'SELECT t::text FROM "{table.name}" t')  # noqa: S608
                found |= {f"{table.name} {row}" for row in rows.scalars()}
    return {row for row in found if VICTIM in row or not any(one in row for one in own)}


def _subjects(action: str, there: Planted) -> list[str]:
    """What of the planted an action may be about, as the buttons of those who may press it say it."""
    kind, one = action.partition(".")[0], there
    certificate = [f"{one.evidence}", f"{one.evidence}:{one.file}"]
    question = [one.inquiry, *([f"{one.inquiry}#{HR_OF_AGENCY}"] if action == "inbox.assign" else [])]
    acts = StudyAct if action in {"study.do", "study.say", "study.revise"} else ()
    broadcast = [f"{one.broadcast}", f"{one.broadcast}.{one.delivery}"]
    whom = [THEIR_UNIT, VICTIM, f"p:{VICTIM}", f"u:{THEIR_UNIT}", f"p~{VICTIM}~0", f"u~{THEIR_UNIT}~0"]
    by_kind = {
        "evidence": certificate,
        "review": certificate,
        "inquiry": question,
        "inbox": question,
        "frequent": question,
        "study": [f"{one.study}", *(f"{one.study}:1:{act}" for act in acts)],
        "proposal": [f"{one.proposal}"],
        "broadcast": [f"{one.proposal}", f"{one.proposal}.x"] if action in ON_PROPOSALS else broadcast,
        "data": [f"{one.request}"],
        "unclear": [f"{one.delivery}"],
        "notice": [f"{one.delivery}"],
        "unit": [THEIR_UNIT],
        "unreached": [THEIR_UNIT],
        "remind": whom,
        "codes": whom,
    }
    return by_kind.get(kind, [VICTIM])


@pytest.mark.parametrize("who", REACHING_NOTHING)
async def test_no_forged_button_and_no_command_reaches_what_is_others(planted, who):
    console, there = planted
    visitor, units_seen = REACHING_NOTHING[who]
    async with console.office.open_cabinet() as cabinet:
        found = list(await cabinet.connection.execute(select(people.c.code, people.c.name, people.c.unit)))
    seen = {code: name for code, name, unit in found if code == visitor or unit in units_seen}
    others = {name for _code, name, _unit in found} - set(seen.values())
    before = await _rows(console.office, [ADDRESS, *seen])
    said = [
        *({"choice": f"{action}|{one}"} for action in BY_ACTION if action not in OWN_END
          for one in _subjects(action, there)),
        *({"text": f"/{command} {VICTIM}"} for command in BY_COMMAND),
    ]  # fmt: skip
    for each in said:
        reply = await console.office.desk.answer(Incoming(Channel.WEB, ADDRESS, person=visitor, **each))
        told = PUBLIC.sub("", words_of(reply))
        assert not [name for name in others if name in told], each
        assert OPENS not in told, each
        is_handed_over = (reply.file, reply.paper, reply.code_sheet, reply.picture) != (None,) * 4
        assert not is_handed_over or units_seen or each.get("choice", "").startswith(OWN_PAPERS), each
    changed = before ^ await _rows(console.office, [ADDRESS, *seen])
    assert not changed, sorted(changed)[:5]


@pytest.fixture(scope="module")
async def inside(planted) -> AsyncIterator[list[tuple[frozenset[Seat], Browser]]]:
    """Whoever sees most of each page of the console, by their seat."""
    console, _there = planted
    async with AsyncExitStack() as stack:
        people_in = [
            (frozenset({Seat.HR, Seat.PROVINCE}), HR_OF_PROVINCE),
            (frozenset({Seat.ADMINISTRATOR}), ADMINISTRATOR),
            (frozenset({Seat.DATA_OFFICER}), DATA_OFFICER),
        ]
        yield [(seats, await stack.enter_async_context(console.inside(one))) for seats, one in people_in]


async def test_words_of_others_are_shown_as_text_on_every_page(planted, inside):
    console, there = planted
    shown = ""
    for page in PAGES:
        browser = next(one for seats, one in inside if seats & page.may)
        for path in _paths(console, page.name, there) if page.method == "GET" else ():
            status, written = await _read(browser, path)
            assert status in {200, 303, 404}, path
            assert OPENS not in written, path
            shown += written
    escaped = OPENS.replace("<", "&lt;")
    missing = [one for one in PLACES if f"{escaped}{one.replace(' ', '-')}" not in shown]
    assert not missing, "shown nowhere, so that nothing was tried"


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        pytest.param("rounds/check", ROUND | {"ten": MARKUP, "hau_qua": MARKUP}, id="a round"),
        pytest.param("rounds/check", dict.fromkeys(ROUND, MARKUP) | {"viec": "mo"}, id="a round, all wrong"),
        pytest.param("rounds/check", LATER | {"ly_do": MARKUP}, id="more time"),
        pytest.param("settings/time/check", DAY_OFF | {"ly_do": MARKUP, "can_cu": MARKUP}, id="a day off"),
        pytest.param("settings/time/check", DAY_OFF | {"ngay": MARKUP, "ly_do": MARKUP}, id="a day that is none"),
        pytest.param("settings/time/check", HOURS | {"ly_do": MARKUP}, id="hours"),
        pytest.param("broadcasts/preview", {"noi_dung": f"{MARKUP} {MARKUP}"}, id="a broadcast"),
        pytest.param("privacy/new", dict.fromkeys(("person", "right", "day", "words"), MARKUP), id="a request"),
    ],
)
async def test_words_of_a_form_are_shown_as_text_where_they_are_looked_at_again(inside, path, fields):
    browser = next(one for seats, one in inside if (Seat.DATA_OFFICER if "privacy" in path else Seat.HR) in seats)
    status, page = await browser.post(f"/console/{path}", **fields)
    assert status in {200, 400}
    assert OPENS not in page
    assert ESCAPED in page


@pytest.mark.parametrize(
    ("sheet", "row", "is_right"),
    [
        pytest.param("tieu_chuan", STANDARD | {"diem": MARKUP}, True, id="standards"),
        pytest.param("tieu_chuan", dict.fromkeys(STANDARD, MARKUP), False, id="standards, all wrong"),
        pytest.param("tieu_chuan", STANDARD | {MARKUP: MARKUP}, False, id="standards with a column of one's own"),
        pytest.param("cong_nhan", RECOGNISED | {"ghi_chu": MARKUP}, True, id="recognition"),
        pytest.param("cong_nhan", dict.fromkeys(RECOGNISED, MARKUP), False, id="recognition, all wrong"),
    ],
)
async def test_words_of_a_table_from_a_file_are_shown_as_text_where_it_is_checked(inside, sheet, row, is_right):
    browser = next(one for seats, one in inside if Seat.PROVINCE in seats)
    text = StringIO()
    csv.writer(text).writerows([list(row), list(row.values())])
    form = FormData({"mark": browser.mark, "sheet": sheet, "thay": ""}, quote_fields=False)
    form.add_field("file", text.getvalue().encode(), filename=f"{OPENS}tên-tệp>.csv", content_type="text/csv")
    where, headers = f"{browser.console.url}/console/standards/check", {"Origin": browser.console.url}
    async with browser.session.post(where, data=form, headers=headers) as answer:
        page = await answer.text()
    assert OPENS not in page
    assert ESCAPED in page
    assert ESCAPED.replace("lời-điền-vào", "tên-tệp") in page
    assert ('name="dong"' in page) is is_right


async def _read(browser: Browser, path: str) -> tuple[int, str]:
    async with browser.session.get(browser.console.url + path, allow_redirects=False) as answer:
        return answer.status, (await answer.read()).decode(errors="replace")  # certificates are no text


def _paths(console: OpenConsole, name: str, there: Planted) -> list[str]:
    """The addresses of a page: those of the matrix, and those of what is planted."""
    numbers = there.evidence, there.study, there.proposal, there.broadcast, there.request, there.breach
    found = []
    for row in MATRIX[name]:
        given = [dict(row.path)]
        if "number" in row.path:
            given += [{**row.path, "number": str(one)} for one in set(numbers)]
        if "code" in row.path:
            given += [{**row.path, "code": one} for one in (there.inquiry, VICTIM)]
        queries = {row.query, f"number={INVENTED}"} if name == "document" else {row.query}
        places = [console.app.router[f"console.{name}"].url_for(**one) for one in given]
        found += [f"{place}?{query}" if query else str(place) for place in places for query in queries]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("%", id="everything, in LIKE"),
        pytest.param("_", id="any letter, in LIKE"),
        pytest.param(".*", id="everything, as a pattern"),
        pytest.param("(((((", id="a pattern that is none"),
        pytest.param("' OR '1'='1", id="everything, in SQL"),
        pytest.param("x'; DROP TABLE people; --", id="the end of the table"),
        pytest.param("\\", id="an escape without end"),
    ],
)
async def test_what_is_typed_into_the_search_is_looked_for_and_nothing_more(console, words):
    async with (
        console.inside(HR_OF_AGENCY) as browser,
        browser.session.get(
            f"{console.url}/console/people", params={"words": words, "q": words, "name": words, "search": words}
        ) as answer,
    ):
        page = await answer.text()
        assert answer.status in {200, 400}
        own = set(re.findall(r"CB\d{3}", (await browser.get("/console/people"))[1]))
    assert set(re.findall(r"CB\d{3}", page)) <= own, "beyond the agency's own people"
    asked = Incoming(Channel.WEB, "hostile", text=f"tìm {words}", person=HEAD)
    assert (await console.office.desk.answer(asked)).title
    async with console.office.open_cabinet() as cabinet:
        assert await cabinet.profiles.find_person("CB001") is not None


@pytest.mark.parametrize(
    "name",
    [
        pytest.param('a"; filename="b.exe', id="a second name"),
        pytest.param("a\r\nSet-Cookie: x=1", id="a second header"),
        pytest.param("../../etc/cron.d/x", id="a place above"),
        pytest.param("Bằng\u202egpj.exe", id="letters that turn round"),
    ],
)
def test_the_name_of_a_file_stays_one_name_in_its_header(name):
    header = hand_over(File(name, b"x", "application/pdf")).headers["Content-Disposition"]

    assert re.fullmatch(r'attachment; filename="[^"\r\n/\\]*"', header), header


async def test_the_console_lets_no_script_run_but_its_own(console):
    async with console.inside(None) as browser, browser.session.get(f"{console.url}/console") as answer:
        policy = dict(one.split(" ", 1) for one in answer.headers["Content-Security-Policy"].split("; "))
        page = await answer.text()
    assert (policy["default-src"], policy["script-src"], policy["base-uri"]) == ("'none'", "'self'", "'none'")
    assert "unsafe" not in str(policy)
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|javascript:", page)


async def test_a_foreign_host_and_a_foreign_origin_are_refused_in_one_line_each(console, caplog):
    async with console.inside(None) as browser:
        status, _page = await browser.get("/console", Host="evil.example")
        assert status == 421
        status, _page = await browser.post("/console/code", origin="https://evil.example")
        assert status == 403
    assert all("\n" not in record.getMessage() for record in caplog.records)


async def _ask_as_written(url: URL, path: str) -> tuple[int, bytes]:
    """Status and body of what a path brings that goes out as it is written: clients tidy one up before that."""
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {url.authority}\r\nConnection: close\r\n\r\n".encode())
    head, _end, body = (await asyncio.wait_for(reader.read(), 10)).partition(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    return int(head.split()[1]), body


@pytest.mark.parametrize(("prefix", "folder"), [("/console/static", CONSOLE_STATIC), ("/static", CHAT_STATIC)])
async def test_paths_lead_nowhere_above_what_is_served(console, prefix, folder):
    url, served, above = URL(console.url), next(folder.glob("*.css")).name, folder.parent / "__init__.py"
    assert (await _ask_as_written(url, f"{prefix}/{served}"))[0] == 200, "so a refusal below is that of the path"
    signs, ways_up = ("/", "%2f", "%252f", "\\", "%5c"), ("..", "%2e%2e", ".%2E", "%252e%252e", "x/../..")
    paths = [f"{prefix}{before}{up}{sign}{above.name}" for before in ("/", "%2f") for up in ways_up for sign in signs]
    for path in (*paths, f"{prefix}/{above}", f"{prefix}/%2f{above}", f"{prefix}/%00", f"{prefix}/{served}%00.py"):
        status, body = await _ask_as_written(url, path)
        assert status in {400, 403, 404}, path
        assert above.read_bytes() not in body, path


@pytest.mark.parametrize("channel", [Channel.TELEGRAM, Channel.ZALO_OA, Channel.ZALO_BOT])
async def test_the_desk_of_each_platform_slows_whoever_asks_without_end(console, channel):
    desk = console.office.desk_at(channel)
    asked = Incoming(channel, ADDRESS, choice="forged")
    replies = [await desk.answer(asked) for _time in range(BURST + 2)]
    assert not any(one.is_silent for one in replies[:-1])
    assert replies[-2].outcome is Outcome.DENIED
    assert replies[-1].is_silent


async def test_one_person_is_slowed_in_the_console_whatever_browsers_they_sit_at_and_others_are_not(console):
    office, pace = console.office, Paces(4, 60.0, monotonic=lambda: 0.0)  # coming in takes one
    async with (
        open_console(office, pace) as slow,
        slow.inside(HEAD) as first,
        slow.inside(HEAD) as second,
        slow.inside(HR_OF_AGENCY) as other,
    ):
        for browser in (first, second):
            status, _page = await browser.get("/console/people")
            assert status == 200
        for browser in (first, second):
            async with browser.session.get(f"{slow.url}/console/people") as answer:
                assert (answer.status, answer.headers["Retry-After"]) == (429, "60")
                assert "CB0" not in await answer.text()
            status, _page = await browser.post("/console/cases/acknowledge")
            assert status == 429
        status, _page = await other.get("/console/people")
        assert status == 200


async def test_guesses_at_the_console_are_stopped_by_network_whatever_browser_asks(console):
    async with console.office.open_cabinet() as cabinet:
        await cabinet.console.note_wrong("", console.office.clock.now())
        await cabinet.connection.exec_driver_sql("UPDATE network_tries SET wrong_tries = 300")
    try:
        async with console.inside(None) as browser:
            await browser.get("/console")
            status, page = await browser.post("/console/code", code="2345 6789")
            assert status == 429
            assert "quá nhiều" in page.casefold() or "Too many" in page
    finally:
        async with console.office.open_cabinet() as cabinet:
            await cabinet.connection.exec_driver_sql("DELETE FROM network_tries")
