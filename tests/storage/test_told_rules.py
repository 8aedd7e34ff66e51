"""Who is told of a change, over a real store: the first load tells nobody, a later one exactly whom it touches."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, update

from bot.wiring_rules import Reference, RulesScribe
from knowledge.calendar import WorkingCalendar
from knowledge.changes import Difference
from knowledge.facts import PersonCode
from knowledge.rules_serialised import read_rules
from storage.database import Database
from storage.drawers import Drawers
from storage.encryption import Vault
from storage.tables import accounts, rulings, told_rules
from storage.workbook.load import load_workbook
from tests.storage.filling import LAN, put_people, put_units
from tests.storage.workbook.books import (
    CREDENTIAL,
    CREDENTIAL_HEADER,
    HOME,
    NOW,
    PERSON,
    PERSON_HEADER,
    RECOGNITION,
    RECOGNITION_HEADER,
    ROUND,
    ROUND_HEADER,
    STANDARD,
    STANDARD_HEADER,
    TODAY,
    UNIT,
    UNIT_HEADER,
    WHOLE,
    Sheets,
    changed,
    library,
    write_csv,
)

RAISED: Sheets = {"tieu_chuan": [STANDARD_HEADER, changed(STANDARD, STANDARD_HEADER, muc_toi_thieu="bac_4")]}
AS_BEFORE: Sheets = {"tieu_chuan": WHOLE["tieu_chuan"]}
SECOND = changed(PERSON, PERSON_HEADER, ma_can_bo="CB002", ho_ten="Trần Thị Mẫu", dien_thoai=None)
NEWCOMER: Sheets = {"can_bo": [PERSON_HEADER, SECOND]}
LATER = changed(ROUND, ROUND_HEADER, han=date(2027, 3, 31))
SWITCHED_ON = frozenset({"ngay_van_hoa_24_11"})


class Province:
    """A store that is loaded as the command loads it, and who would be told of what."""

    def __init__(self, database: Database, vault: Vault, folder: Path) -> None:
        self.database = database
        self._vault = vault
        self._folder = folder
        self._loads = 0
        self.reference = self.under(frozenset())

    @staticmethod
    def under(switches: frozenset[str]) -> Reference:
        return Reference(library(), WorkingCalendar(library().calendar, switches), HOME)

    async def load(self, *several: Sheets, dry_run: bool = False, replace: str | None = None) -> None:
        self._loads += 1
        sheets: Mapping[str, Any] = {name: rows for one in several for name, rows in one.items()}
        report = await load_workbook(
            self.database,
            write_csv(self._folder / str(self._loads), sheets),
            library(),
            HOME,
            self._vault,
            dry_run=dry_run,
            replace=frozenset({replace} if replace else ()),
            progress=lambda _sheet, _rows: None,
            now=NOW,
            actor="operator",
            scribe=RulesScribe(self.reference),
        )
        assert not report.is_refused, report.problems

    async def noticed(self) -> dict[str, list[str | None]]:
        """Whose verdicts differ from what they were told by, by code, with the criteria."""
        async with self.database.transaction() as drawers:
            await drawers.told.see_one_moment()
            last = await drawers.told.find_last()
            assert last is not None
            now = self.reference.rule_book(await drawers.rules.load())
            difference = Difference(read_rules(last.rules.form, last.rules.content), now, TODAY)
            found = [
                (one.person.code, [change.criterion for change in difference.changes_of(one.person)])
                async for one in drawers.reminders.stream_recipients(())
                if one.came_in < last.number
            ]
        return {code: criteria for code, criteria in found if criteria}

    async def tell(self) -> None:
        """As the sender does when the notices are kept."""
        async with self.database.transaction() as drawers:
            await drawers.told.keep_loads_out()
            await drawers.told.advance(await self.written(drawers), NOW)

    async def written(self, drawers: Drawers) -> Any:
        return RulesScribe(self.reference).write(await drawers.rules.load())

    async def count_told(self) -> int:
        async with self.database.connect() as connection:
            return (await connection.execute(select(func.count()).select_from(told_rules))).scalar_one()


@pytest.fixture
async def province(database: Database, vault: Vault, tmp_path: Path) -> Province:
    """An empty store."""
    return Province(database, vault, tmp_path)


@pytest.fixture
async def loaded(province: Province) -> Province:
    """The store after its first load."""
    await province.load(WHOLE)
    return province


async def test_the_first_load_tells_nobody_of_the_rules_that_it_brings(loaded: Province) -> None:
    assert await loaded.count_told() == 1
    assert await loaded.noticed() == {}


async def test_a_load_without_people_leaves_nobody_told(province: Province) -> None:
    await province.load({"don_vi": [UNIT_HEADER, changed(UNIT, UNIT_HEADER, thu_truong=None)], **AS_BEFORE})

    assert await province.count_told() == 0


async def test_a_rehearsal_leaves_nobody_told(province: Province) -> None:
    await province.load(WHOLE, dry_run=True)

    assert await province.count_told() == 0


async def test_loading_back_to_the_old_rules_leaves_nothing_to_tell(loaded: Province) -> None:
    await loaded.load(RAISED)
    assert await loaded.noticed() == {"CB001": ["ngoai_ngu"]}

    await loaded.load(AS_BEFORE)

    assert await loaded.noticed() == {}
    assert await loaded.count_told() == 1


@pytest.mark.parametrize(
    ("sheets", "replace", "expected"),
    [
        pytest.param(
            {"cong_nhan": [RECOGNITION_HEADER, changed(RECOGNITION, RECOGNITION_HEADER, loai="vstep", muc_tu="bac_3",
                                                       muc_den="bac_3")]},
            "cong_nhan", {"CB001": ["ngoai_ngu"]}, id="the row for one's certificate is withdrawn",
        ),
        pytest.param(
            {"cong_nhan": [RECOGNITION_HEADER, changed(RECOGNITION, RECOGNITION_HEADER, thoi_han_thang=12)]},
            None, {"CB001": ["ngoai_ngu"]}, id="the row counts for a shorter time",
        ),
        pytest.param({"dot_ra_soat": [ROUND_HEADER, LATER]}, None, {"CB002": ["ngoai_ngu"]}, id="a round is extended"),
        pytest.param(
            {"dot_ra_soat": [ROUND_HEADER, changed(ROUND, ROUND_HEADER, trang_thai="dong")]},
            None, {"CB002": ["ngoai_ngu"]}, id="a round is closed",
        ),
        pytest.param(
            {"dot_ra_soat": [ROUND_HEADER, changed(ROUND, ROUND_HEADER, ma_dot="DOT-2", han=date(2026, 12, 1))]},
            None, {"CB002": ["ngoai_ngu"]}, id="an earlier round is opened",
        ),
        pytest.param(
            {"don_vi": [UNIT_HEADER, changed(UNIT, UNIT_HEADER, dia_ban="thai-binh")]},
            None, {"CB001": ["ngoai_ngu"], "CB002": ["ngoai_ngu"]}, id="the unit moves to where nobody answers",
        ),
        pytest.param(
            {"don_vi": [UNIT_HEADER, changed(UNIT, UNIT_HEADER, ke_thua_boi="PM", ten_don_vi="Sở khác")]},
            None, {}, id="a merger that changes no verdict",
        ),
        pytest.param(
            {"can_bo": [PERSON_HEADER, changed(PERSON, PERSON_HEADER, ho_ten="Tên khác")],
             "van_bang": [CREDENTIAL_HEADER, changed(CREDENTIAL, CREDENTIAL_HEADER, trang_thai="tu_choi")]},
            None, {}, id="the person's own record changes",
        ),
    ],
)  # fmt: skip
async def test_exactly_those_are_told_whom_a_load_touches(
    province: Province, sheets: Sheets, replace: str | None, expected: dict[str, list[str]]
) -> None:
    await province.load({**WHOLE, "can_bo": [PERSON_HEADER, PERSON, SECOND]})

    await province.load(sheets, replace=replace)

    assert await province.noticed() == expected


async def test_a_ruling_given_and_a_switch_of_the_calendar_are_told_too(province: Province) -> None:
    others = changed(CREDENTIAL, CREDENTIAL_HEADER, ma_can_bo="CB002", loai="hsk", muc="hsk_4", so_hieu="H-1")
    await province.load(
        {
            **WHOLE,
            "can_bo": [PERSON_HEADER, PERSON, SECOND],
            "van_bang": [CREDENTIAL_HEADER, CREDENTIAL, others],
            "dot_ra_soat": [ROUND_HEADER, changed(ROUND, ROUND_HEADER, han=date(2026, 11, 24))],
        }
    )

    province.reference = Province.under(SWITCHED_ON)
    assert await province.noticed() == {"CB002": ["ngoai_ngu"]}
    province.reference = Province.under(frozenset())
    assert await province.noticed() == {}
    async with province.database.transaction() as drawers:
        await drawers.connection.execute(insert(rulings).values(RULING))
    assert await province.noticed() == {"CB002": ["ngoai_ngu"]}
    async with province.database.transaction() as drawers:
        await drawers.connection.execute(update(rulings).values(withdrawn_on=TODAY))
    assert await province.noticed() == {}


RULING = {
    "id": "YK-1/2026", "year": 2026, "number": 1, "criterion": "ngoai_ngu", "kind": "hsk", "counts_as": "bac_3",
    "valid_from": date(2026, 11, 1), "reason": "theo hồ sơ", "given_by": "HR01", "given_by_name": "Lê Thị Mẫu",
    "given_for": "SM", "given_for_name": "Sở Mẫu", "given_on": date(2026, 11, 1), "confirmed_by": "HR02",
    "confirmed_by_name": "Đỗ Văn Mẫu", "confirmed_for": "SM", "confirmed_for_name": "Sở Mẫu",
    "confirmed_on": date(2026, 11, 1),
}  # fmt: skip


# --- who was there ---


async def test_who_comes_with_the_new_rules_is_not_told_of_them(loaded: Province) -> None:
    await loaded.load(RAISED, NEWCOMER)

    assert await loaded.noticed() == {"CB001": ["ngoai_ngu"]}
    await loaded.tell()
    assert await loaded.noticed() == {}
    await loaded.load(AS_BEFORE)
    assert await loaded.noticed() == {"CB001": ["ngoai_ngu"], "CB002": ["ngoai_ngu"]}


async def test_who_comes_while_nothing_waits_is_told_of_the_next_change(loaded: Province) -> None:
    await loaded.load(NEWCOMER)
    await loaded.load(RAISED)

    assert await loaded.noticed() == {"CB001": ["ngoai_ngu"], "CB002": ["ngoai_ngu"]}


async def test_who_was_there_stays_so_when_the_record_changes_and_not_when_it_is_removed(loaded: Province) -> None:
    other = changed(PERSON, PERSON_HEADER, chuc_danh="Trưởng phòng khác")
    await loaded.load(RAISED, {"can_bo": [PERSON_HEADER, other, SECOND]})
    async with loaded.database.transaction() as drawers:
        (last,) = await drawers.told.list_told()
        was_there = [await drawers.told.was_there(PersonCode(one), last) for one in ("CB001", "CB002", "CB003")]

    assert was_there == [True, False, False]


# --- what was told before ---


async def test_an_upgrade_takes_the_rules_that_hold_as_told_before_the_first_load_changes_them(
    loaded: Province,
) -> None:
    async with loaded.database.transaction() as drawers:
        await drawers.connection.execute(delete(told_rules))

    await loaded.load(RAISED, NEWCOMER)

    assert await loaded.noticed() == {"CB001": ["ngoai_ngu"]}


async def test_rules_that_cannot_be_read_any_more_tell_nobody_and_are_replaced_by_the_next_load(
    loaded: Province,
) -> None:
    await loaded.load(RAISED)
    async with loaded.database.transaction() as drawers:
        await drawers.connection.execute(update(told_rules).values(content=b"of another release", fingerprint="x"))

    await loaded.load(NEWCOMER)

    assert await loaded.noticed() == {}


async def test_people_told_once_are_told_no_more_and_earlier_rules_are_kept_for_those_who_ask(loaded: Province) -> None:
    for round_ in range(9):
        deadline = date(2027, 1, 1) + timedelta(days=round_)
        await loaded.load({"dot_ra_soat": [ROUND_HEADER, changed(ROUND, ROUND_HEADER, han=deadline)]})
        await loaded.tell()
        await loaded.tell()
        assert await loaded.noticed() == {}

    async with loaded.database.transaction() as drawers:
        kept = await drawers.told.list_told()
    assert len(kept) == 7
    assert [one.number for one in kept] == sorted((one.number for one in kept), reverse=True)
    assert len({one.rules.fingerprint for one in kept}) == 7


async def test_notices_are_dropped_with_the_transaction_that_says_they_were_told(loaded: Province) -> None:
    await loaded.load(RAISED)

    async def tell_and_fail() -> None:
        async with loaded.database.transaction() as drawers:
            await drawers.told.keep_loads_out()
            await drawers.told.advance(await loaded.written(drawers), NOW)
            raise RuntimeError("the notices could not be kept")

    with pytest.raises(RuntimeError):
        await tell_and_fail()
    assert await loaded.noticed() == {"CB001": ["ngoai_ngu"]}


async def test_the_channel_linked_last_is_named_of_those_that_can_be_sent_to(drawers: Drawers) -> None:
    await put_units(drawers)
    await put_people(drawers, [LAN])
    for channel, linked in (("telegram", 3), ("zalo_oa", 2), ("web", 1)):
        await drawers.connection.execute(
            insert(accounts).values(
                channel=channel, address="1", person=LAN.code, linked_at=NOW - timedelta(days=linked), changed_at=NOW
            )
        )
    found = {
        channels: [one.channel async for one in drawers.reminders.stream_recipients(channels)]
        for channels in (("telegram",), ("telegram", "zalo_oa"), ("viber",))
    }

    assert found == {("telegram",): ["telegram"], ("telegram", "zalo_oa"): ["zalo_oa"], ("viber",): [None]}
