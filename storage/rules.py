"""What HR has declared: units, standards, recognition rows, rounds, rulings, and the number of their version."""

from dataclasses import dataclass
from datetime import date, time
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import (
    AddedDocument,
    CriterionCode,
    DeclaredDay,
    DeclaredRules,
    DocumentId,
    FrequentAnswer,
    KindCode,
    LevelCode,
    ManagedBy,
    PersonCode,
    PositionGroup,
    RecognitionRow,
    ReviewRound,
    RoundCode,
    RoundFilter,
    TerritoryCode,
    TitleStandard,
    Unit,
    UnitCode,
    UnitKind,
)
from storage.foreseen import NOT_FORESEEN, Foreseen
from storage.rulings import ruling_of
from storage.tables import rules_version

# One statement sees one moment, so rules and version always belong together.
_ALL: Final = text("""
SELECT version,
    (SELECT json_agg(json_build_array(code, name, kind, territory, parent, head, valid_from, valid_to, successor)
                     ORDER BY code) FROM units),
    (SELECT json_agg(json_build_array(position_group, criterion, minimum, document, point, valid_from, valid_to, note)
                     ORDER BY position_group, criterion, valid_from) FROM standards),
    (SELECT json_agg(json_build_array(document, criterion, kind, counts_as, level_from, level_to, months_valid,
                                      issued_from, issued_to, valid_from, valid_to, note)
                     ORDER BY document, criterion, kind, level_from, issued_from) FROM recognition),
    (SELECT json_agg(json_build_array(code, name, document, point, deadline, deadline_included, position_groups,
                                      managed_by, units, criteria, service_left_from_years, consequence, opens_on,
                                      is_open) ORDER BY code) FROM rounds),
    (SELECT json_agg(json_build_array(position_group, position) ORDER BY position_group) FROM (
        SELECT position_group, mode() WITHIN GROUP (ORDER BY position) AS position FROM people GROUP BY position_group
    ) AS named),
    (SELECT json_agg(json_build_array(number, record::text, text, spans) ORDER BY number)
     FROM added_documents JOIN document_texts USING (number)),
    (SELECT json_agg(json_build_array(number, question, answer, given_by_name, given_for, given_on, variants, document,
                                      point, scope, withdrawn_on) ORDER BY number) FROM frequent_answers),
    (SELECT json_agg(json_build_array(id, criterion, kind, counts_as, level_from, level_to, months_valid, document,
                                      point, reason, scope, given_by, given_by_name, given_for, given_for_name,
                                      confirmed_by, confirmed_by_name, confirmed_for, confirmed_for_name, given_on,
                                      confirmed_on, issued_from, issued_to, valid_from, valid_to,
                                      withdrawn_on) ORDER BY id)
     FROM rulings),
    (SELECT json_agg(json_build_array(day, is_working, reason, basis) ORDER BY day) FROM calendar_days
     WHERE withdrawn_at IS NULL),
    (SELECT json_build_array(begins, ends) FROM sending_hours WHERE ended_at IS NULL)
FROM rules_version
""")


@dataclass(slots=True)
class RulesMemory:
    """The rules last read by this process. A version number is never used twice, so they stay true for it."""

    last: DeclaredRules | None = None


class RulesDrawer:
    """Keeps the promises of the desk's `Rules`."""

    def __init__(self, connection: AsyncConnection, memory: RulesMemory, foreseen: Foreseen | None = None) -> None:
        self._connection = connection
        self._memory = memory
        self._foreseen = foreseen or Foreseen()

    async def version(self) -> int:
        brought = self._foreseen.take("version")
        if brought is not NOT_FORESEEN:
            return int(brought)
        found = await self._connection.execute(select(rules_version.c.version))
        return int(found.scalar_one())

    async def load(self) -> DeclaredRules:
        last = self._memory.last
        if last is not None and last.version == await self.version():
            return last
        found = await self._connection.execute(_ALL)
        version, units, standards, recognition, rounds, names, added, frequent, ruled, days, hours = found.one()
        self._memory.last = read = DeclaredRules(
            version=version,
            units=tuple(map(_unit, units or ())),
            standards=tuple(map(_standard, standards or ())),
            recognition=tuple(map(_recognition, recognition or ())),
            rounds=tuple(map(_round, rounds or ())),
            group_names=tuple((PositionGroup(group), name) for group, name in names or ()),
            added_documents=tuple(map(_added, added or ())),
            frequent=tuple(map(_frequent, frequent or ())),
            rulings=tuple(map(ruling_of, ruled or ())),
            calendar_days=tuple(DeclaredDay(date.fromisoformat(day), *others) for day, *others in days or ()),
            sending_hours=(time.fromisoformat(hours[0]), time.fromisoformat(hours[1])) if hours is not None else None,
        )
        return read


def _unit(values: list[Any]) -> Unit:
    code, name, kind, territory, parent, head, valid_from, valid_to, successor = values
    return Unit(
        code=UnitCode(code),
        name=name,
        kind=UnitKind(kind),
        territory=TerritoryCode(territory),
        parent=UnitCode(parent) if parent is not None else None,
        head=PersonCode(head) if head is not None else None,
        valid_from=_day(valid_from),
        valid_to=_day(valid_to),
        successor=UnitCode(successor) if successor is not None else None,
    )


def _standard(values: list[Any]) -> TitleStandard:
    position_group, criterion, minimum, document, point, valid_from, valid_to, note = values
    return TitleStandard(
        position_group=PositionGroup(position_group),
        criterion=CriterionCode(criterion),
        minimum=LevelCode(minimum),
        document=DocumentId(document),
        point=point,
        valid_from=date.fromisoformat(valid_from),
        valid_to=_day(valid_to),
        note=note,
    )


def _recognition(values: list[Any]) -> RecognitionRow:
    document, criterion, kind, counts_as, level_from, level_to, months_valid, *days, note = values
    issued_from, issued_to, valid_from, valid_to = map(_day, days)
    return RecognitionRow(
        document=DocumentId(document),
        criterion=CriterionCode(criterion),
        kind=KindCode(kind),
        counts_as=LevelCode(counts_as),
        level_from=level_from,
        level_to=level_to,
        months_valid=months_valid,
        issued_from=issued_from,
        issued_to=issued_to,
        valid_from=valid_from,
        valid_to=valid_to,
        note=note,
    )


def _round(values: list[Any]) -> ReviewRound:
    code, name, document, point, deadline, included, groups, managed_by, units, criteria, *rest = values
    service_left_from_years, consequence, opens_on, is_open = rest
    return ReviewRound(
        code=RoundCode(code),
        name=name,
        document=DocumentId(document),
        point=point,
        deadline=date.fromisoformat(deadline),
        deadline_included=included,
        audience=RoundFilter(
            position_groups=frozenset(map(PositionGroup, groups)),
            managed_by=frozenset(map(ManagedBy, managed_by)),
            units=frozenset(map(UnitCode, units)),
        ),
        criteria=frozenset(map(CriterionCode, criteria)),
        service_left_from_years=service_left_from_years,
        consequence=consequence,
        opens_on=_day(opens_on),
        is_open=is_open,
    )


def _added(values: list[Any]) -> AddedDocument:
    number, record, words, spans = values
    return AddedDocument(DocumentId(number), record, words, tuple((point, start, end) for point, start, end in spans))


def _frequent(values: list[Any]) -> FrequentAnswer:
    number, question, answer, given_by, given_for, given_on, variants, document, point, scope, withdrawn_on = values
    return FrequentAnswer(
        number=number,
        question=question,
        answer=answer,
        given_by=given_by,
        given_for=given_for,
        given_on=date.fromisoformat(given_on),
        variants=tuple(variants),
        document=DocumentId(document) if document is not None else None,
        point=point,
        scope=UnitCode(scope) if scope is not None else None,
        withdrawn_on=_day(withdrawn_on),
    )


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written is not None else None
