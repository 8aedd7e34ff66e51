"""A head looks at their unit and reminds it, HR gives out codes: only for their own people, seen before, on record."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook

from handlers.asking import Channel
from handlers.heads.unit import Shown, read_shown
from handlers.heads.unit_seen import Filter
from handlers.notices.composing import Dropped, Present
from handlers.notices.unit_reminders import compose
from handlers.reply import Outcome, Reply
from knowledge.digesting import Stage
from knowledge.facts import CriterionCode, Person, PersonCode, Role, UnitCode
from knowledge.library import Library
from knowledge.rulebook import RuleBook
from storage.records import Account, Delivery, DeliveryState, Notice, NoticeKind
from tests.handlers.desks import TriedDesk
from tests.handlers.visits import TODAY, actions, words
from tests.knowledge.test_escalating import CHIEF, CLERK, DIRECTOR, OFFICIAL, make_book
from tests.people import DIVISION, NEIGHBOUR, OFFICE, credential

NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)
OTHER = replace(OFFICIAL, code=PersonCode("CB002"), name="Trần Thị Hai")
DONE = replace(OFFICIAL, code=PersonCode("CB003"), name="Lê Đủ", credentials=(credential("vstep", "bac_3"),))
FAR_AWAY = replace(OFFICIAL, code=PersonCode("CB900"), name="Phạm Nơi Khác", unit=NEIGHBOUR.code)
BESIDE = replace(OFFICE, code=UnitCode("SO-BEN-CANH"), name="Sở Bên Cạnh")
STRANGER = replace(OFFICIAL, code=PersonCode("CB901"), name="Vũ Không Chức", unit=NEIGHBOUR.code)
HR = replace(CLERK, scope=OFFICE.code)
ELSEWHERE = replace(CLERK, code=PersonCode("HR009"), unit=NEIGHBOUR.code, scope=NEIGHBOUR.code)
PEOPLE = (OFFICIAL, OTHER, DONE, CHIEF, DIRECTOR, HR, FAR_AWAY, STRANGER, ELSEWHERE)

OF_UNIT = (
    "unit.glance",
    "unit.list",
    "unit.filter",
    "unit.file",
    "unit.picture",
    "unreached",
    "unreached.file",
    "digest.list",
)
REMIND = ("remind.unit", "remind.yes|u:", "remind.person|CB001", "remind.yes|p:CB001")
CODES = ("codes.sheet", "codes.print|u~~0", "codes.one|CB001", "codes.print|p~CB001~0")


def make_desk(library: Library) -> TriedDesk:
    tried = TriedDesk(make_book(library, (*make_book(library).rules.units, NEIGHBOUR)), None, people=PEOPLE)
    for person in (OFFICIAL, CHIEF):
        account = Account("telegram", f"t-{person.code}", person.code, NOW)
        tried.drawers.accounts.kept[account.channel, account.address] = account
    return tried


@pytest.fixture
def desk(library: Library) -> TriedDesk:
    return make_desk(library)


def said_actions(desk: TriedDesk) -> list[tuple[str, str]]:
    return [(one.actor, one.action) for one in desk.drawers.audit.entries]


# --- rights


@pytest.mark.parametrize("token", [*OF_UNIT, *REMIND, *CODES, "people.find", "desk.people"])
async def test_nothing_is_shown_or_done_when_the_visitor_has_nobody(desk: TriedDesk, token: str) -> None:
    reply = await desk.press(token, person=STRANGER)

    assert reply.outcome is Outcome.DENIED
    assert not any(one.name in words(reply) for one in PEOPLE if one is not STRANGER)
    assert reply.file is None
    assert reply.code_sheet is None
    assert not desk.drawers.broadcast_outbox.put
    assert not desk.drawers.link_codes.issued
    refused = {action for _actor, action in said_actions(desk)}
    assert token == "remind.person|CB001" or refused & {"look_refused", "code_refused"}


@pytest.mark.parametrize(
    ("who", "token"),
    [
        *((DIRECTOR, f"{one}|{NEIGHBOUR.code}") for one in OF_UNIT),
        (DIRECTOR, f"remind.unit|{NEIGHBOUR.code}"),
        (DIRECTOR, f"remind.yes|u:{NEIGHBOUR.code}"),
        (DIRECTOR, "remind.person|CB900"),
        (DIRECTOR, "remind.yes|p:CB900"),
        (HR, "remind.unit"),
        (HR, "remind.yes|p:CB001"),
        (HR, f"codes.sheet|{NEIGHBOUR.code}"),
        (HR, f"codes.print|u~{NEIGHBOUR.code}~0"),
        (HR, "codes.one|CB900"),
        (HR, "codes.print|p~CB900~0"),
        (DIRECTOR, "codes.one|CB001"),
        (DIRECTOR, "codes.sheet"),
        (ELSEWHERE, f"unit.glance|{OFFICE.code}"),
        (ELSEWHERE, "codes.one|CB001"),
    ],
    ids=str,
)
async def test_units_of_others_are_refused(desk: TriedDesk, who: Person, token: str) -> None:
    reply = await desk.press(token, person=who)

    assert reply.outcome is Outcome.DENIED
    assert FAR_AWAY.name not in words(reply)
    assert reply.file is None
    assert reply.code_sheet is None
    assert not desk.drawers.broadcast_outbox.put
    assert not desk.drawers.link_codes.issued


async def test_chief_of_a_division_sees_no_more_of_the_department(desk: TriedDesk) -> None:
    reply = await desk.press(f"unit.glance|{OFFICE.code}", person=CHIEF)

    assert DIVISION.name in reply.title
    assert DIRECTOR.name not in words(reply) or DIRECTOR.name == CHIEF.name


# --- looking


async def test_glance_counts_names_who_is_due_next_and_leads_on(desk: TriedDesk) -> None:
    reply = await desk.press("unit.glance", person=DIRECTOR)

    assert "Sở Mẫu: 2/6 người" in reply.title
    assert OFFICIAL.name in words(reply)
    assert "31/12/2026" in words(reply)
    assert {"unit.list", "unit.file", "unit.picture", "unreached", "remind.unit", "unit.glance"} <= actions(reply)
    assert said_actions(desk) == [(DIRECTOR.code, "looked_at_unit")]


async def test_list_holds_whom_the_filter_picks(desk: TriedDesk) -> None:
    later = await desk.press(
        Shown("", Filter(CriterionCode("ngoai_ngu"), Stage.LATER)).choice("x", "unit.list")[0].token, person=CHIEF
    )
    overdue = await desk.press("unit.list|~~o", person=CHIEF)

    assert {OFFICIAL.code, OTHER.code} == {one.subject for one in later.choices if one.action == "person"}
    assert "person" not in actions(overdue)


@pytest.mark.parametrize(
    "shown",
    [
        Shown(),
        Shown("SO-MAU", Filter(CriterionCode("tin_hoc"), Stage.OVERDUE, 30), 4),
        Shown("", Filter(due_within=90)),
        Shown("", Filter(stage=Stage.WAITING), 1),
    ],
)
def test_button_means_what_it_was_made_for(shown: Shown) -> None:
    assert read_shown(shown.subject) == shown


def test_button_that_cannot_hold_it_is_not_offered() -> None:
    assert Shown("X" * 60).choice("Xem", "unit.list") == []


@pytest.mark.parametrize("written", ["~~~~", "a~b~c~d~e", "~~~-3~x", "~" * 40, "A~ngoai_ngu~z~999999~99999"])
def test_forged_button_is_read_without_harm(written: str) -> None:
    assert read_shown(written).page >= 0


async def test_file_has_real_dates_and_one_row_for_each_open_thing(desk: TriedDesk) -> None:
    reply = await desk.press("unit.file", person=CHIEF)

    assert reply.file is not None
    rows = list(load_workbook(BytesIO(reply.file.content)).worksheets[0].iter_rows(values_only=True))
    texts = [row for row in rows if OTHER.name in row]
    assert len(texts) == 1
    assert any(isinstance(one, datetime) and one.date() == date(2026, 12, 31) for one in texts[0])
    assert ("CB010", "exported_unit") in said_actions(desk)


async def test_picture_names_its_bars(desk: TriedDesk) -> None:
    reply = await desk.press("unit.picture", person=CHIEF)

    assert reply.picture is not None
    assert reply.picture.labels == ("Ngoại ngữ",)
    assert len(reply.picture.legend) == len(reply.picture.bars[0])


async def test_unreached_are_named_with_the_reason(desk: TriedDesk) -> None:
    reply = await desk.press("unreached", person=HR)

    assert OTHER.name in words(reply)
    assert "chưa liên kết kênh nào" in words(reply)
    assert "codes.sheet" in actions(reply)
    assert "codes.sheet" not in actions(await desk.press("unreached", person=CHIEF))


# --- reminding


async def test_unit_is_reminded_once_a_week_after_a_preview(desk: TriedDesk) -> None:
    asked = await desk.press("remind.unit", person=CHIEF)
    assert "1 người" in asked.title
    assert OTHER.name in words(asked)  # nothing reaches them
    assert not desk.drawers.broadcast_outbox.put

    sent = await desk.press("remind.yes|u:", person=CHIEF)
    again = await desk.press("remind.yes|u:", person=DIRECTOR)

    ((number, put),) = desk.drawers.broadcast_outbox.put.items()
    (notice,) = desk.drawers.broadcast_outbox.notices[number]
    assert (put.person, put.sender, notice.kind) == (OFFICIAL.code, "telegram:1", NoticeKind.UNIT_REMINDER)
    assert put.merge_day is not None
    assert put.merge_day.weekday() < 5  # a working day, though it was pressed on a Saturday
    assert "1 người" in sent.title
    assert OFFICIAL.name in words(again)
    assert "remind.yes" not in actions(again)
    assert ("CB010", "reminded_unit") in said_actions(desk)
    assert desk.sending.started == ["telegram:1"]


@pytest.mark.parametrize(("days", "is_reminded"), [(6, False), (7, True)], ids=["6 days after", "7 days after"])
async def test_rest_of_a_week_is_kept(desk: TriedDesk, days: int, is_reminded: bool) -> None:
    desk.drawers.reach.reminded[OFFICIAL.code] = NOW - timedelta(days=days)

    await desk.press("remind.yes|p:CB001", person=CHIEF)

    assert bool(desk.drawers.broadcast_outbox.put) is is_reminded


async def test_who_has_paused_reminders_is_left_out(desk: TriedDesk) -> None:
    desk.drawers.reach.quiet.add(OFFICIAL.code)

    reply = await desk.press("remind.person|CB001", person=CHIEF)

    assert "tạm dừng" in words(reply)
    assert "remind.yes" not in actions(reply)


@pytest.mark.parametrize("person", [OFFICIAL, DONE], ids=["something is open", "all is done by then"])
async def test_reminder_says_who_and_how_many_and_never_what(library: Library, person: Person) -> None:
    rules = make_book(library).on(TODAY)
    notice = Notice(1, NoticeKind.UNIT_REMINDER, "k", "", (person.code,), {"by": "CB010", "unit": DIVISION.code}, NOW)
    delivery = Delivery(7, person.code, NOW, DeliveryState.CLAIMED)

    said = await compose(notice, delivery, Present(person, rules, NOW))

    if person is DONE:
        assert said == Dropped("closed")
        return
    assert isinstance(said, Reply)
    assert DIVISION.name in said.title
    assert "31/12/2026" in words(said)
    assert "ngoại ngữ" not in words(said).lower()


def from_head_of(unit: UnitCode) -> Notice:
    payload = {"by": "CB010", "unit": unit}
    return Notice(1, NoticeKind.UNIT_REMINDER, "k", "", (OFFICIAL.code,), payload, NOW)


async def said_to(person: Person, unit: UnitCode, book: RuleBook, *, is_quiet: bool = False) -> Reply | object:
    delivery = Delivery(7, person.code, NOW, DeliveryState.CLAIMED)
    return await compose(from_head_of(unit), delivery, Present(person, book.on(TODAY), NOW, is_quiet=is_quiet))


@pytest.mark.parametrize("unit", [DIVISION.code, OFFICE.code], ids=["their unit", "the unit above"])
async def test_reminder_is_dropped_for_whoever_has_left_the_units_of_that_head(
    library: Library, unit: UnitCode
) -> None:
    book = make_book(library, (*make_book(library).rules.units, BESIDE))

    assert isinstance(await said_to(OFFICIAL, unit, book), Reply)
    assert await said_to(replace(OFFICIAL, unit=BESIDE.code), unit, book) == Dropped("moved")
    assert await said_to(replace(OFFICIAL, unit=OFFICE.code), DIVISION.code, book) == Dropped("moved")


async def test_reminder_holds_where_the_unit_was_taken_over_by_another(library: Library) -> None:
    ended = replace(DIVISION, valid_to=TODAY - timedelta(days=1), successor=UnitCode("PHONG-MOI"))
    heir = replace(DIVISION, code=UnitCode("PHONG-MOI"), name="Phòng Mới")
    book = make_book(library, (OFFICE, ended, heir, BESIDE))

    assert isinstance(await said_to(OFFICIAL, DIVISION.code, book), Reply)
    assert isinstance(await said_to(replace(OFFICIAL, unit=heir.code), DIVISION.code, book), Reply)


async def test_reminder_is_dropped_for_whoever_has_paused_since(library: Library) -> None:
    assert await said_to(OFFICIAL, DIVISION.code, make_book(library), is_quiet=True) == Dropped("quiet")


async def test_head_of_two_units_speaks_to_each_for_their_own(library: Library) -> None:
    units = tuple(
        replace(one, head=CHIEF.code if one.code in {DIVISION.code, BESIDE.code} else one.head)
        for one in (*make_book(library).rules.units, BESIDE)
    )
    beside = replace(FAR_AWAY, unit=BESIDE.code)
    tried = TriedDesk(make_book(library, units), None, people=(OFFICIAL, CHIEF, beside))
    for person in (OFFICIAL, beside):
        account = Account("telegram", f"t-{person.code}", person.code, NOW)
        tried.drawers.accounts.kept[account.channel, account.address] = account

    await tried.press("remind.yes|u:", person=CHIEF)

    outbox = tried.drawers.broadcast_outbox
    assert {put.person: outbox.notices[number][0].payload["unit"] for number, put in outbox.put.items()} == {
        OFFICIAL.code: DIVISION.code,
        beside.code: BESIDE.code,
    }


# --- codes


async def test_code_is_shown_once_and_its_issue_is_on_record(desk: TriedDesk) -> None:
    reply = await desk.press("codes.one|CB001", person=HR)

    code = desk.drawers.link_codes.issued[OFFICIAL.code]
    assert code in words(reply)
    assert code not in reply.title
    assert (HR.code, "issued_code") in said_actions(desk)
    assert not any(code in str(entry) for entry in desk.drawers.audit.entries)


async def test_sheet_is_for_those_without_a_chat_and_printed_once(desk: TriedDesk) -> None:
    asked = await desk.press("codes.sheet", person=HR)
    token = next(one.token for one in asked.choices if one.action == "codes.print")

    first, second = await desk.press(token, person=HR), await desk.press(token, person=HR)

    assert first.code_sheet is not None
    assert {one.code for one in first.code_sheet.cards} == {OTHER.code, DONE.code, DIRECTOR.code}
    assert first.code_sheet.cards[0].expires_at - NOW == timedelta(days=7)
    assert second.code_sheet is None
    assert "codes.sheet" in actions(second)


async def test_no_code_is_made_where_no_sheet_can_be_handed_over(desk: TriedDesk) -> None:
    reply = await desk.press("codes.print|u~~0", person=HR, channel=Channel.ZALO_BOT)

    assert (reply.outcome, reply.code_sheet) == (Outcome.DENIED, None)
    assert not desk.drawers.link_codes.issued


async def test_person_is_found_by_parts_of_the_name_only_within_scope(desk: TriedDesk) -> None:
    hr = replace(HR, roles=frozenset({Role.HR}))
    asked = await desk.press("people.find", person=hr, thread="t")
    found = await desk.say("tran ha", person=hr, thread="t")

    assert asked.pending is not None
    assert OTHER.name in found.title
    await desk.press("people.find", person=hr, thread="t")
    assert (await desk.say("pham noi", person=hr, thread="t")).outcome is Outcome.DENIED


BOSS = replace(HR, code=PersonCode("HR100"), name="Ngô Toàn Tỉnh", scope=None)
ABOVE = {
    "HR of the province": replace(OTHER, code=PersonCode("CB701"), roles=frozenset({Role.HR}), scope=None),
    "HR of another unit": replace(OTHER, code=PersonCode("CB702"), roles=frozenset({Role.HR}), scope=NEIGHBOUR.code),
    "an administrator": replace(OTHER, code=PersonCode("CB703"), roles=frozenset({Role.ADMINISTRATOR})),
    "a data officer": replace(OTHER, code=PersonCode("CB704"), roles=frozenset({Role.DATA_OFFICER})),
}


@pytest.fixture
def staffed(library: Library) -> TriedDesk:
    """The same units, with people who may do more than the HR in charge of where they sit."""
    book = make_book(library, (*make_book(library).rules.units, NEIGHBOUR))
    return TriedDesk(book, None, people=(*PEOPLE, BOSS, *ABOVE.values()))


@pytest.mark.parametrize("who", ABOVE)
@pytest.mark.parametrize("token", ["codes.one|{code}", "codes.print|p~{code}~0"])
async def test_nobody_gives_a_code_to_whoever_may_do_more_than_they_do(
    staffed: TriedDesk, who: str, token: str
) -> None:
    reply = await staffed.press(token.format(code=ABOVE[who].code), person=HR)

    assert (reply.outcome, reply.code_sheet) == (Outcome.DENIED, None)
    assert ABOVE[who].name in words(reply)
    assert "nhacchuan code" in words(reply)
    assert not staffed.drawers.link_codes.issued
    assert (HR.code, "code_refused") in said_actions(staffed)


@pytest.mark.parametrize(
    ("who", "is_given"),
    [
        ("HR of the province", True),
        ("HR of another unit", True),
        ("an administrator", False),
        ("a data officer", False),
    ],
)
async def test_whoever_is_in_charge_of_all_of_it_gives_that_code(staffed: TriedDesk, who: str, is_given: bool) -> None:
    await staffed.press(f"codes.one|{ABOVE[who].code}", person=BOSS)
    assert (ABOVE[who].code in staffed.drawers.link_codes.issued) is is_given


async def test_a_head_and_hr_of_no_more_than_the_issuer_serves_get_their_codes(staffed: TriedDesk) -> None:
    for person in (DIRECTOR, CHIEF):
        await staffed.press(f"codes.one|{person.code}", person=HR)
    assert set(staffed.drawers.link_codes.issued) == {DIRECTOR.code, CHIEF.code}


async def test_a_sheet_leaves_out_whoever_may_do_more_and_says_how_many_and_why(staffed: TriedDesk) -> None:
    asked = await staffed.press("codes.sheet", person=HR)
    printed = await staffed.press(next(one.token for one in asked.choices if one.action == "codes.print"), person=HR)

    assert printed.code_sheet is not None
    left_out = {one.code for one in (BOSS, *ABOVE.values())}
    assert not left_out & {one.code for one in printed.code_sheet.cards}
    assert not left_out & set(staffed.drawers.link_codes.issued)
    for reply in (asked, printed):
        assert any(str(len(left_out)) in line.text and "nhacchuan code" in line.text for line in reply.lines)


async def test_a_code_says_who_gave_it(desk: TriedDesk) -> None:
    await desk.press("codes.one|CB001", person=HR)
    await desk.press("codes.print|p~CB002~0", person=HR)

    issued = desk.drawers.link_codes
    assert {issued.outcomes[code].vouched_by for code in issued.issued.values()} == {frozenset({HR.code})}
