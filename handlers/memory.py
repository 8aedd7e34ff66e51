"""What a conversation was last about, as plain data that can be kept between visits."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from knowledge.facts import CriterionCode, DocumentId, KindCode, LevelCode, PositionGroup, TerritoryCode, UnitCode
from knowledge.understanding.meaning import Context, DocumentMention, Entities, Intent, KindMention


def remember(intent: Intent, entities: Entities) -> dict[str, Any]:
    """The state to keep: intent and named things, nothing that was typed."""
    return {
        "intent": intent.value,
        "documents": [[one.typed, one.document] for one in entities.documents],
        "points": list(entities.points),
        "kinds": [[one.kind, one.level] for one in entities.kinds],
        "criteria": list(entities.criteria),
        "level": entities.level,
        "issued_on": entities.issued_on.isoformat() if entities.issued_on is not None else None,
        "issued_year": entities.issued_year,
        "as_of": entities.as_of.isoformat() if entities.as_of is not None else None,
        "position_groups": list(entities.position_groups),
        "units": list(entities.units),
        "territories": list(entities.territories),
        "offices": list(entities.offices),
    }


def recall(state: Mapping[str, Any] | None) -> Context | None:
    """The context of a kept state; None for none or for one of an older form."""
    if state is None or "intent" not in state:
        return None
    try:
        return Context(Intent(state["intent"]), _entities(state))
    except (KeyError, TypeError, ValueError):
        return None


def _entities(state: Mapping[str, Any]) -> Entities:
    return Entities(
        documents=tuple(DocumentMention(typed, DocumentId(one) if one else None) for typed, one in state["documents"]),
        points=tuple(state["points"]),
        kinds=tuple(KindMention(KindCode(kind), level) for kind, level in state["kinds"]),
        criteria=tuple(CriterionCode(one) for one in state["criteria"]),
        level=LevelCode(state["level"]) if state["level"] else None,
        issued_on=date.fromisoformat(state["issued_on"]) if state["issued_on"] else None,
        issued_year=state["issued_year"],
        as_of=date.fromisoformat(state["as_of"]) if state["as_of"] else None,
        position_groups=tuple(PositionGroup(one) for one in state["position_groups"]),
        units=tuple(UnitCode(one) for one in state["units"]),
        territories=tuple(TerritoryCode(one) for one in state["territories"]),
        offices=tuple(state["offices"]),
    )
