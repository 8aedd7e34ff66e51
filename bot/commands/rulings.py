"""`rulings`: what HR has ruled on certificates, and whether each ruling still decides anything."""

import json
from typing import Any

from bot.settings import Settings
from bot.wiring import open_office
from handlers.hr.rulings import describe_in_list
from handlers.phrases import _
from knowledge.facts import Ruling, Signatory
from knowledge.outranking import outranked
from knowledge.rulebook import RulesOn
from knowledge.rulings import last_day_of


async def show_rulings(settings: Settings, *, as_json: bool) -> None:
    """Print every ruling, the withdrawn ones too, the oldest first."""
    async with open_office(settings, keeps_threads=False) as office:
        today = (await office.rule_book()).on(office.clock.today())
    rulings = today.book.rules.rulings
    if as_json:
        print(json.dumps([ruling_as_json(one, today) for one in rulings], ensure_ascii=False, indent=2))
    elif not rulings:
        print(_("No ruling has been recorded."))
    else:
        print("\n".join(describe_in_list(one, today) for one in rulings))


def ruling_as_json(ruling: Ruling, today: RulesOn) -> dict[str, Any]:
    """A ruling in the form that other programs read."""
    last = last_day_of(ruling)
    above = outranked(ruling, today)
    return {
        "id": ruling.id,
        "criterion": ruling.criterion,
        "kind": ruling.kind,
        "counts_as": ruling.counts_as,
        "level_from": ruling.level_from,
        "level_to": ruling.level_to,
        "months_valid": ruling.months_valid,
        "issued_from": ruling.issued_from.isoformat() if ruling.issued_from is not None else None,
        "issued_to": ruling.issued_to.isoformat() if ruling.issued_to is not None else None,
        "in_force_from": ruling.valid_from.isoformat(),
        "in_force_to": last.isoformat() if last is not None else None,
        "basis": {"document": ruling.document, "point": ruling.point} if ruling.document is not None else None,
        "reason": ruling.reason,
        "scope": ruling.scope,
        "given_by": _signed(ruling.given_by),
        "given_on": ruling.given_on.isoformat(),
        "confirmed_by": _signed(ruling.confirmed_by),
        "confirmed_on": ruling.confirmed_on.isoformat(),
        "withdrawn_on": ruling.withdrawn_on.isoformat() if ruling.withdrawn_on is not None else None,
        "applies": ruling.applies_on(today.day),
        "idle": above.is_idle,
        "outranked_by": sorted({row.document for row in above.rows}),
    }


def _signed(one: Signatory) -> dict[str, str]:
    return {"person": one.person, "name": one.name, "unit": one.unit_name}
