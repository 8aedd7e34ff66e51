"""People of the roster, read whole: the person with credentials, study records and exemptions in one go."""

import itertools
import unicodedata
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import TextClause, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import (
    Credential,
    CredentialStatus,
    CriterionCode,
    DocumentId,
    Exemption,
    Gender,
    KindCode,
    ManagedBy,
    Person,
    PersonCode,
    PositionGroup,
    Role,
    StudyRecord,
    UnitCode,
)
from knowledge.folding import fold_words
from storage.characters import storable
from storage.driver import driver_of
from storage.encryption import Vault
from storage.foreseen import NOT_FORESEEN, Foreseen
from storage.tables import people

ROWS_AT_ONCE: Final = 2000
READERS: Final = itertools.count()
WHOLE: Final = """
SELECT p.code, p.name, p.born_on, p.gender, p.unit, p.position, p.position_group, p.managed_by, p.is_leader,
    p.in_post_since, p.roles, p.scope,
    (SELECT json_agg(json_build_array(kind, level, issuer, number, issued_on, expires_on, status)
                     ORDER BY kind, issued_on, number)
     FROM credentials WHERE person = p.code),
    (SELECT json_agg(json_build_array(criterion, requested_on, refused_on, answered_on, assigned_on, declined_on,
                                      not_attended_on) ORDER BY id)
     FROM study_records WHERE person = p.code),
    (SELECT json_agg(json_build_array(criterion, document, point, valid_from, valid_to)
                     ORDER BY criterion, document, valid_from)
     FROM exemptions WHERE person = p.code)
"""
_PERSON: Final = f"{WHOLE} FROM people p"
_BY_CODE: Final[TextClause] = text(f"{_PERSON} WHERE upper(p.code) = upper(:code)")
_BY_CODES: Final[TextClause] = text(f"{_PERSON} WHERE p.code = ANY(CAST(:codes AS text[]))")
_BY_NAME: Final[TextClause] = text(
    f"{_PERSON} WHERE string_to_array(p.name_folded, ' ') @> CAST(:words AS text[]) AND p.name_folded ~ :in_order"
    " AND (CAST(:units AS text[]) IS NULL OR p.unit = ANY(CAST(:units AS text[])))"
    " ORDER BY p.code LIMIT :limit"
)
# Each word typed begins a word of the name, in order; or all of it begins the code.
_SEARCH: Final[TextClause] = text(
    f"{_PERSON} WHERE (p.name_folded ~ :begins OR starts_with(upper(p.code), upper(:code)))"
    " AND p.unit = ANY(CAST(:units AS text[])) ORDER BY p.name_folded, p.code LIMIT :limit"
)
# The same condition as in the index that finds them without reading the whole roster.
_STAFF: Final[TextClause] = text(f"{_PERSON} WHERE p.roles && '{{hr,quan_tri,bao_ve_du_lieu}}' ORDER BY p.code")
_EVERYBODY: Final = f"{_PERSON} ORDER BY p.code"
_OF_UNITS: Final = f"{_PERSON} WHERE p.unit = ANY(%(units)s) ORDER BY p.code"

# Looking a value up is several times quicker than asking the enum, and half a million are read at a time.
_GENDERS: Final = {one.value: one for one in Gender}
_MANAGED_BY: Final = {one.value: one for one in ManagedBy}
_STATUSES: Final = {one.value: one for one in CredentialStatus}


class ProfilesDrawer:
    """Keeps the promises of the desk's `Profiles`."""

    def __init__(self, connection: AsyncConnection, vault: Vault, foreseen: Foreseen | None = None) -> None:
        self._connection = connection
        self._vault = vault
        self._foreseen = foreseen or Foreseen()

    async def find_person(self, code: PersonCode) -> Person | None:
        brought = self._foreseen.take("person", code)
        if brought is not NOT_FORESEEN:
            return person_of(brought)
        found = await self._connection.execute(_BY_CODE, {"code": _clean(code)})
        row = found.one_or_none()
        return person_of(row) if row is not None else None

    async def find_people(self, codes: Collection[PersonCode]) -> dict[PersonCode, Person]:
        """Those of these codes, written as in the roster, who are in it."""
        found = await self._connection.execute(_BY_CODES, {"codes": list(map(storable, codes))})
        return {one.code: one for one in map(person_of, found)}

    async def list_people_by_name(
        self, words: str, limit: int, units: Collection[UnitCode] | None = None
    ) -> Sequence[Person]:
        folded = fold_words(words).split()
        if not folded:
            return ()
        in_order = r"\m" + r"\M.*\m".join(folded) + r"\M"
        within = None if units is None else list(units)
        found = await self._connection.execute(
            _BY_NAME, {"words": folded, "in_order": in_order, "units": within, "limit": limit}
        )
        return [person_of(row) for row in found]

    async def search_people(self, words: str, limit: int, units: Collection[UnitCode]) -> Sequence[Person]:
        folded = fold_words(words).split()
        if not folded:
            return ()
        begins = r"\m" + r".*\m".join(folded)
        values = {"begins": begins, "code": _clean(words), "units": list(units), "limit": limit}
        return [person_of(row) for row in await self._connection.execute(_SEARCH, values)]

    async def list_staff(self) -> Sequence[Person]:
        found = await self._connection.execute(_STAFF)
        return [person_of(row) for row in found]

    async def stream_people(self, units: Collection[UnitCode] | None) -> AsyncIterator[Person]:
        driver = await driver_of(self._connection)
        # Each reader has its own cursor on the server, so two may read at the same time.
        async with driver.cursor(f"people_{next(READERS)}", binary=True) as cursor:
            cursor.itersize = ROWS_AT_ONCE
            if units is None:
                await cursor.execute(_EVERYBODY)
            else:
                await cursor.execute(_OF_UNITS, {"units": list(units)})
            async for row in cursor:
                yield person_of(row)

    async def list_codes_by_phone(self, phone: str) -> Sequence[PersonCode]:
        try:
            indexes = self._vault.phone_indexes(phone)
        except ValueError:
            return ()
        found = await self._connection.execute(
            select(people.c.code).where(people.c.phone_index.in_(indexes)).order_by(people.c.code)
        )
        return [PersonCode(code) for code in found.scalars()]

    async def find_phone(self, code: PersonCode) -> str | None:
        """The roster phone number of this person in clear, or None."""
        found = await self._connection.execute(select(people.c.phone_encrypted).where(people.c.code == code))
        sealed = found.scalar_one_or_none()
        return self._vault.decrypt(sealed) if sealed is not None else None


def _clean(code: str) -> str:
    return unicodedata.normalize("NFC", storable(code)).strip()


def person_of(row: Any) -> Person:
    """The person of a row that begins with the columns of `WHOLE`, and has no others."""
    (
        code, name, born_on, gender, unit, position, position_group, managed_by, is_leader,
        in_post_since, roles, scope, credentials, study, exemptions,
    ) = row  # fmt: skip
    return Person(
        code=PersonCode(code),
        name=name,
        born_on=born_on,
        gender=_GENDERS[gender],
        unit=UnitCode(unit),
        position=position,
        position_group=PositionGroup(position_group),
        managed_by=_MANAGED_BY[managed_by],
        is_leader=is_leader,
        in_post_since=in_post_since,
        roles=frozenset(map(Role, roles)),
        scope=UnitCode(scope) if scope is not None else None,
        credentials=tuple(map(_credential, credentials or ())),
        study=tuple(map(_study, study or ())),
        exemptions=tuple(map(_exemption, exemptions or ())),
    )


def _credential(values: list[Any]) -> Credential:
    kind, level, issuer, number, issued_on, expires_on, status = values
    return Credential(
        kind=KindCode(kind),
        level=level,
        issuer=issuer,
        number=number,
        issued_on=_day(issued_on),
        expires_on=_day(expires_on),
        status=_STATUSES[status],
    )


def _study(values: list[Any]) -> StudyRecord:
    criterion, *days = values
    requested_on, refused_on, answered_on, assigned_on, declined_on, not_attended_on = map(_day, days)
    return StudyRecord(
        criterion=CriterionCode(criterion) if criterion is not None else None,
        requested_on=requested_on,
        refused_on=refused_on,
        answered_on=answered_on,
        assigned_on=assigned_on,
        declined_on=declined_on,
        not_attended_on=not_attended_on,
    )


def _exemption(values: list[Any]) -> Exemption:
    criterion, document, point, valid_from, valid_to = values
    return Exemption(
        criterion=CriterionCode(criterion),
        document=DocumentId(document),
        point=point,
        valid_from=_day(valid_from),
        valid_to=_day(valid_to),
    )


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written is not None else None
