"""The list of rulings as other programs read it."""

from datetime import date

from bot.commands.rulings import ruling_as_json
from tests.people import row, rule_book, ruling


def test_ruling_is_written_with_its_days_signatures_and_standing(library):
    given = ruling(low="5.0", valid_to=date(2027, 12, 31), withdrawn_on=date(2026, 11, 20))
    today = rule_book(library, rulings=(given,), recognition=(row("ielts", "bac_3", "4.5"),)).on(date(2026, 11, 21))

    written = ruling_as_json(given, today)

    assert written["id"] == "YK-2026-0001"
    assert (written["in_force_from"], written["in_force_to"]) == ("2026-11-01", "2026-11-19")
    assert written["given_by"] == {"person": "HR001", "name": "Trần Thị Tổ Chức", "unit": "Sở Mẫu"}
    assert (written["applies"], written["idle"], written["outranked_by"]) == (False, True, ["1769/UBND-KGVX"])
    assert written["basis"] is None
