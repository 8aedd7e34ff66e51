"""A whole table and a review round wait for a second person, who sees what they change, and then take effect."""

from datetime import UTC, date, datetime

import pytest

from handlers.hr.proposals_given import REPLACES, ROWS, SHEET, YES, write_rows
from handlers.hr.proposals_rounds import DEED, EXTEND, NEW, REASON, cells_of
from knowledge.facts import DocumentId, PersonCode, ReviewRound, Role, RoundCode, Signatory
from storage.records import Proposal, ProposalKind
from tests.handlers import visits
from tests.handlers.desks import TriedDesk
from tests.handlers.visits import words
from tests.people import OFFICE, official

AUTHOR = official(code=PersonCode("HR001"), name="Trần Thị Tổ Chức", roles=frozenset({Role.HR}))
SECOND = official(code=PersonCode("HR002"), name="Lê Văn Thứ Hai", roles=frozenset({Role.HR}))
ONE = official(code=PersonCode("CB900"))
ROUND = ReviewRound(RoundCode("DOT-THU"), "Đợt thử", DocumentId("2123/UBND-NC"), "3", date(2027, 3, 31))
STANDARD = {
    "nhom_chuc_danh": ONE.position_group,
    "tieu_chi": "quoc_phong_an_ninh",
    "muc_toi_thieu": "doi_tuong_3",
    "can_cu": "02-QĐi/TU",
    "tu_ngay": "01/01/2026",
}


@pytest.fixture
def desk(library, reader) -> TriedDesk:
    return TriedDesk(visits.with_standards(library), reader, people=(AUTHOR, SECOND, ONE))


async def _propose(desk, kind, cells) -> int:
    by = Signatory(AUTHOR.code, AUTHOR.name, OFFICE.code, OFFICE.name)
    return await desk.drawers.proposals.add(Proposal(kind, cells, None, by, datetime(2026, 11, 21, 9, tzinfo=UTC)))


async def _confirm(desk, number, person=SECOND):
    seen = await desk.press(f"proposal|{number}", person=person)
    token = next((one.token for one in seen.choices if one.action == "proposal.confirm"), None)
    return seen, None if token is None else await desk.press(token, person=person)


async def test_a_table_takes_effect_when_a_second_person_has_seen_whom_it_touches(desk):
    cells = {SHEET: "tieu_chuan", ROWS: write_rows([(2, STANDARD)])}
    number = await _propose(desk, ProposalKind.TABLE, cells)
    before = desk.drawers.rules.declared.standards

    own, nothing = await _confirm(desk, number, AUTHOR)
    seen, confirmed = await _confirm(desk, number)

    assert nothing is None
    assert words(own)
    assert "3 người có kết quả khác đi" in words(seen)
    assert confirmed is not None
    assert len(desk.drawers.rules.declared.standards) == len(before) + 1


async def test_rows_that_are_not_in_the_table_go_when_it_replaces_all(desk):
    cells = {SHEET: "tieu_chuan", ROWS: write_rows([(2, STANDARD)]), REPLACES: YES}
    await _confirm(desk, await _propose(desk, ProposalKind.TABLE, cells))
    assert [one.criterion for one in desk.drawers.rules.declared.standards] == ["quoc_phong_an_ninh"]


async def test_a_table_cannot_take_effect_when_a_row_of_it_is_wrong(desk):
    cells = {SHEET: "tieu_chuan", ROWS: write_rows([(2, {**STANDARD, "muc_toi_thieu": "khong_co"})])}
    seen, confirmed = await _confirm(desk, await _propose(desk, ProposalKind.TABLE, cells))
    assert confirmed is None
    assert "khong_co" in words(seen)


async def test_a_round_gets_more_time_when_a_second_person_has_confirmed_it(desk):
    await _confirm(desk, await _propose(desk, ProposalKind.ROUND, {**cells_of(ROUND), DEED: NEW}))
    later = {**cells_of(ROUND), DEED: EXTEND, REASON: "lớp học mở muộn", "han": "30/06/2027"}
    seen, confirmed = await _confirm(desk, await _propose(desk, ProposalKind.ROUND, later))
    assert confirmed is not None
    assert "lớp học mở muộn" in words(seen)
    assert "31/03/2027 → 30/06/2027" in words(seen)
    assert next(one for one in desk.drawers.rules.declared.rounds if one.code == ROUND.code).deadline == date(
        2027, 6, 30
    )
