"""The signed ends of the audit chain reach HR of the province without anybody at the server's terminal."""

from datetime import datetime, time, timedelta

import pypdfium2
import pytest

from bot.papers.audit_sheet import read_lines
from bot.push.composing import NoticeComposer, Written
from bot.wiring_push import PremisesInDatabase
from handlers.audit_words import SHORTEST, line_of
from handlers.notices.table import BY_KIND, join
from knowledge.digesting import week_of
from knowledge.facts import PersonCode
from knowledge.local_time import VIETNAM
from storage.records import Delivery, DeliveryState, Notice, NoticeKind
from tests.bot.on_console.opening import HR_OF_PROVINCE, words_of


@pytest.fixture(scope="module")
async def end(console):
    """The end of today, signed as if it were over."""
    office = console.office
    now = office.clock.now()
    async with office.open_cabinet() as cabinet:
        await cabinet.audit.record("command_line", "load", "nothing", now)
        await cabinet.audit.seal_days(now + timedelta(days=1), office.vault.seal_keys[0], now)
        (newest,) = await cabinet.audit.list_seals(1)
        return newest


async def print_ends(browser, console, query):
    async with browser.session.get(f"{console.url}/console/audit/ends?{query}") as answer:
        assert answer.status == 200
        return answer.content_type, await answer.read()


async def test_hash_of_a_day_stands_on_the_audit_page_and_its_line_on_the_front_page(console, end):
    async with console.inside(HR_OF_PROVINCE) as hr:
        _status, page = await hr.get("/console/audit")
        assert line_of(end.day, end.number, end.hash) in words_of(page)
        assert f"day={end.day.isoformat()}" in page
        _status, front = await hr.get("/console/overview")
        assert line_of(end.day, end.number, end.hash[:SHORTEST]) in words_of(front)


@pytest.mark.parametrize("by", ["%Y-%m-%d", "%Y-%m"], ids=["a day", "a month"])
async def test_sheet_to_print_holds_what_can_be_compared(console, end, by):
    name = "day" if by.endswith("d") else "month"
    async with console.inside(HR_OF_PROVINCE) as hr:
        kind, sheet = await print_ends(hr, console, f"{name}={end.day:{by}}")
    assert kind == "application/pdf"
    printed = pypdfium2.PdfDocument(sheet)[0].get_textpage().get_text_bounded()
    assert (end.day, end.number, end.hash) in read_lines(printed)
    assert end.public_key.hex() in "".join(printed.split())
    async with console.office.open_cabinet() as cabinet:
        assert await cabinet.audit.find_hash(end.number) == end.hash


async def test_printing_is_in_the_audit_and_a_time_without_ends_is_said(console, end):
    async with console.inside(HR_OF_PROVINCE) as hr:
        await print_ends(hr, console, "")
        kind, told = await print_ends(hr, console, "month=1999-01")
        assert kind == "text/html"
        assert 'role="alert"' in told.decode()
        _status, page = await hr.get("/console/audit?action=printed_audit_ends")
        assert "printed_audit_ends" in words_of(page)


class NextMonday:
    """The first working morning after the day whose end was signed."""

    is_fixed = True

    def __init__(self, day):
        self.day = day + timedelta(days=7 - day.weekday())

    def today(self):
        return self.day

    def now(self):
        return datetime.combine(self.day, time(9), tzinfo=VIETNAM)


async def test_weekly_digest_takes_the_end_out_of_the_database_to_hr_of_the_province(console, end):
    office, clock = console.office, NextMonday(end.day)
    async with office.open_cabinet() as cabinet:
        await cabinet.accounts.link("telegram", "ends", PersonCode(HR_OF_PROVINCE), clock.now())
    week, empty = week_of(clock.day), {"people": 0, "counts": [], "cases": {}, "units": [], "desk": {"unclear": 1}}
    payload = {"day": clock.day.isoformat(), **empty}
    notice = Notice(1, NoticeKind.DIGEST, f"digest:{week}", week, (), payload, clock.now())
    delivery = Delivery(
        1, PersonCode(HR_OF_PROVINCE), clock.now(), DeliveryState.CLAIMED, (notice,), "telegram:1", "telegram", "ends"
    )
    premises = PremisesInDatabase(office.push.database, office.reference, clock)
    [written] = await NoticeComposer(premises, BY_KIND, join, clock=clock).compose([delivery])
    assert isinstance(written, Written), written
    told = "\n".join(line.text for line in written.reply.lines)
    assert (end.day, end.number, end.hash[:SHORTEST]) in read_lines(told)
