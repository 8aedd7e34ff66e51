"""What is missing from the roster and the rules so that people would be judged, reminded and heard; and who is here."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

SILENCE: Final = timedelta(seconds=15)  # whoever has not said for longer that it lives is taken to be dead
_MOMENT: Final = text("SELECT clock_timestamp()")
_POLLERS: Final = text("""
SELECT split_part(holder, ' polls ', 2) FROM update_holders
WHERE alive_at > clock_timestamp() - :silence AND position(' polls ' in holder) > 0
GROUP BY 1 HAVING count(*) > 1 ORDER BY 1
""")
_IN_FORCE: Final = "(valid_from IS NULL OR valid_from <= :on) AND (valid_to IS NULL OR valid_to >= :on)"
_COUNTS: Final = text(
    f"""
SELECT (SELECT count(*) FROM people), (SELECT count(*) FROM people WHERE 'hr' = ANY(roles)),
    (SELECT count(*) FROM people p WHERE 'hr' = ANY(roles)
        AND EXISTS (SELECT FROM accounts a WHERE a.person = p.code AND a.unreachable_at IS NULL
            AND 'reminders' <> ALL(a.withheld))),
    (SELECT count(*) FROM recognition WHERE {_IN_FORCE})
"""  # noqa: S608  nothing of anybody's is in it
)
_WITHOUT_HEAD: Final = text(
    f"""
SELECT code FROM units u WHERE {_IN_FORCE} AND head IS NULL
    AND EXISTS (SELECT FROM people p WHERE p.unit = u.code) ORDER BY code
"""  # noqa: S608  nothing of anybody's is in it
)
_NOBODY_ABOVE: Final = text(
    f"""
WITH RECURSIVE above (unit, here, head) AS (
    SELECT u.code, u.parent, u.head FROM units u
    WHERE {_IN_FORCE} AND EXISTS (SELECT FROM people p WHERE p.unit = u.code)
    UNION SELECT a.unit, u.parent, u.head FROM above a JOIN units u ON u.code = a.here WHERE a.head IS NULL
)
SELECT unit FROM above GROUP BY unit HAVING bool_and(head IS NULL) ORDER BY unit
"""  # noqa: S608  nothing of anybody's is in it
)
_ENDED: Final = text("""
SELECT code FROM units u WHERE valid_to < :on AND EXISTS (SELECT FROM people p WHERE p.unit = u.code) ORDER BY code
""")
_GROUPS_WITHOUT: Final = text(
    f"""
SELECT DISTINCT position_group FROM people p WHERE NOT EXISTS
    (SELECT FROM standards s WHERE s.position_group = p.position_group AND {_IN_FORCE}) ORDER BY 1
"""  # noqa: S608  nothing of anybody's is in it
)
_OF_NOBODY: Final = text(
    f"""
SELECT DISTINCT position_group FROM standards s WHERE {_IN_FORCE}
    AND NOT EXISTS (SELECT FROM people p WHERE p.position_group = s.position_group) ORDER BY 1
"""  # noqa: S608  nothing of anybody's is in it
)
_OVERDUE: Final = text("SELECT code FROM rounds WHERE is_open AND deadline < :on ORDER BY deadline, code")


@dataclass(frozen=True, slots=True)
class Wholeness:
    """Codes of units, groups of positions and rounds that something is missing from, and how many people serve.

    `polled_twice` are our own identities from which more than one living process fetches messages.
    """

    people: int
    hr: int
    hr_linked: int
    recognition_rows: int
    without_head: tuple[str, ...]
    nobody_above: tuple[str, ...]
    ended_with_people: tuple[str, ...]
    groups_without_standards: tuple[str, ...]
    standards_of_nobody: tuple[str, ...]
    overdue_rounds: tuple[str, ...]
    polled_twice: tuple[str, ...]


async def read_moment(connection: AsyncConnection) -> datetime:
    """The moment by the database's own clock."""
    moment: datetime = (await connection.execute(_MOMENT)).scalar_one()
    return moment


async def read_wholeness(connection: AsyncConnection, on: date) -> Wholeness:
    """How whole the roster and the rules are on a day."""

    async def codes(order: Any) -> tuple[str, ...]:
        return tuple((await connection.execute(order, {"on": on})).scalars())

    people, hr, hr_linked, recognition_rows = (await connection.execute(_COUNTS, {"on": on})).one()
    polled = (await connection.execute(_POLLERS, {"silence": SILENCE})).scalars()
    return Wholeness(
        people=people,
        hr=hr,
        hr_linked=hr_linked,
        recognition_rows=recognition_rows,
        without_head=await codes(_WITHOUT_HEAD),
        nobody_above=await codes(_NOBODY_ABOVE),
        ended_with_people=await codes(_ENDED),
        groups_without_standards=await codes(_GROUPS_WITHOUT),
        standards_of_nobody=await codes(_OF_NOBODY),
        overdue_rounds=await codes(_OVERDUE),
        polled_twice=tuple(polled),
    )
