"""What a conversation was last about, as plain data that can be kept between visits."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from handlers.ports import Threads
from handlers.reply import Pending
from handlers.visit import Visit
from handlers.why_subjects import read_subject
from knowledge.documents import Citation
from knowledge.facts import (
    CriterionCode,
    DocumentId,
    Gender,
    KindCode,
    LevelCode,
    PositionGroup,
    TerritoryCode,
    UnitCode,
)
from knowledge.library import Library
from knowledge.understanding.meaning import Aspect, Context, DocumentMention, Entities, Intent, KindMention
from storage.records import EarlierQuestion

_MOST_CITED = 3  # of an answer, that "that document" may point to


def remember(intent: Intent, entities: Entities, cited: Iterable[Citation] = ()) -> dict[str, Any]:
    """The state to keep: the intent, the things named and what the answer rested on, never the whole question."""
    places = dict.fromkeys((str(one.document), one.point or "") for one in cited)
    return {
        "intent": intent.value,
        "cited": [list(one) for one in list(places)[:_MOST_CITED]],
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
        "issue_places": list(entities.issue_places),
        "offices": list(entities.offices),
        "dates": [one.isoformat() for one in entities.dates],
        "issued_month": entities.issued_month,
        "position_words": entities.position_words,
        "person_words": entities.person_words,
        "speaks_of_self": entities.speaks_of_self,
        "years": entities.years,
        "aspects": list(entities.aspects),
        "born_on": entities.born_on.isoformat() if entities.born_on is not None else None,
        "born_year": entities.born_year,
        "born_month": entities.born_month,
        "gender": entities.gender,
    }


def keep_pending(pending: Pending | None) -> dict[str, Any]:
    """What the desk waits for, to be kept beside the rest of the state; empty where it waits for nothing."""
    if pending is None:
        return {}
    return {"pending": {"form": pending.form, "step": pending.step, "values": dict(pending.values)}}


def recall_pending(state: Mapping[str, Any] | None) -> Pending | None:
    """What the desk waits for by a kept state; None for nothing, or for a state of an older form."""
    kept = (state or {}).get("pending")
    if not isinstance(kept, dict):
        return None
    try:
        return Pending(kept["form"], kept["step"], kept["values"])
    except KeyError:
        return None


def keep_aside(form: Pending | None) -> dict[str, Any]:
    """A form that was left for something else, to be kept beside the rest of the state; empty for none."""
    return {"aside": keep_pending(form)} if form is not None else {}


def recall_aside(state: Mapping[str, Any] | None) -> Pending | None:
    """The form that was left for something else by a kept state; None for none."""
    kept = (state or {}).get("aside")
    return recall_pending(kept) if isinstance(kept, dict) else None


def keep_questions(
    state: Mapping[str, Any] | None, asked: EarlierQuestion | None, *, longest: int = 500, most: int = 3
) -> dict[str, Any]:
    """The last questions as typed, this one included, to be kept beside the rest of the state; empty for none."""
    kept = [*recall_questions(state), *([asked] if asked is not None else [])][-most:]
    if not kept:
        return {}
    return {"questions": [[one.text[:longest], one.outcome, one.answer[:longest]] for one in kept]}


def recall_questions(state: Mapping[str, Any] | None) -> list[EarlierQuestion]:
    """The last questions of a kept state, the oldest first; none for a state of an older form."""
    kept = (state or {}).get("questions")
    if not isinstance(kept, list):
        return []
    try:
        return [EarlierQuestion(text, outcome, answer) for text, outcome, answer in kept]
    except (TypeError, ValueError):
        return []


async def recall_open_form(visit: Visit, threads: Threads) -> Pending | None:
    """The form that this conversation has open, or left for something else, whether its answer was typed or pressed."""
    if visit.pending is not None or visit.asked.thread is None:
        return visit.pending
    state = await threads.recall(visit.asked.thread)
    return recall_pending(state) or recall_aside(state)


def named_by_choice(intent: Intent, subject: str, library: Library) -> Entities:
    """What a pressed choice is about, so that a follow-up can point back to it; nothing for a subject not known."""
    named, _mark, place = subject.partition("#")
    point = place.partition("@")[0]  # of a quotation, the page stands behind
    if intent is Intent.DOCUMENT and named in library.documents:
        document = DocumentId(named)
        return Entities(documents=(DocumentMention(named, document),), points=(point,) if point else ())
    if intent is Intent.CERTIFICATE_COUNTS and subject in library.kinds:
        return Entities(kinds=(KindMention(KindCode(subject)),))
    if intent is Intent.PERSON_GAPS and subject:
        return Entities(person_words=subject)
    if intent is Intent.EXPLAIN_VERDICT:
        return read_subject(subject, library)
    return Entities()


def recall(state: Mapping[str, Any] | None) -> Context | None:
    """The context of a kept state; None for none or for one of an older form."""
    if state is None or "intent" not in state:
        return None
    try:
        cited = tuple((DocumentId(document), point) for document, point in state.get("cited", ()))
        return Context(Intent(state["intent"]), _entities(state), cited)
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
        issue_places=tuple(TerritoryCode(one) for one in state.get("issue_places", ())),
        offices=tuple(state["offices"]),
        dates=tuple(date.fromisoformat(one) for one in state["dates"]),
        issued_month=state["issued_month"],
        position_words=state["position_words"],
        person_words=state["person_words"],
        speaks_of_self=state["speaks_of_self"],
        years=state["years"],
        aspects=tuple(Aspect(one) for one in state["aspects"]),
        born_on=date.fromisoformat(state["born_on"]) if state["born_on"] else None,
        born_year=state["born_year"],
        born_month=state["born_month"],
        gender=Gender(state["gender"]) if state["gender"] else None,
    )
