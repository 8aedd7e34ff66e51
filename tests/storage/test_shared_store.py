"""What other systems may read by SQL, and what hooks are given of changed verdicts."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from sqlalchemy import insert, text, update

from knowledge.facts import PersonCode, UnitCode
from storage.hooks import collapse
from storage.migrating import migrate, migrate_down
from storage.tables import deliveries, standings, verdicts
from tests.storage.filling import HEALTH, HEALTH_OFFICE, LAN, another, put_people, put_units

NOON = datetime(2026, 11, 21, 5, tzinfo=UTC)
TODAY = date(2026, 11, 21)
VIEWS = {"compliance_gap", "compliance_deadline", "delivery_record"}
REFUSED = (
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.WrongObjectType,  # a view is not emptied
    psycopg.errors.ObjectNotInPrerequisiteState,  # nor written to, whoever asks
)
URL = "https://nhan-su.example/su-kien"


def verdict(person: str, criterion: str, state: str, **more):
    row = {"person": person, "criterion": criterion, "unit": "SYT", "state": state, "deadline_included": True}
    return row | {"basis": [["02-QĐi/TU", None]], "changed_on": TODAY} | more


async def fill(drawers) -> None:
    await put_units(drawers)
    await put_people(drawers, [LAN, another("CB002", unit=HEALTH_OFFICE.code)], phone="0912345678")
    await drawers.connection.execute(update(standings).values(as_of=TODAY, judged_at=NOON))
    rows = [
        verdict(
            "CB001",
            "ngoai_ngu",
            "missing",
            required="bac_3",
            deadline=date(2026, 12, 31),
            last_day=date(2026, 12, 31),
            round="DOT-2026-1",
            deadline_basis=["2123/UBND-NC", "3"],
        ),
        verdict("CB001", "tin_hoc", "met"),
        verdict("CB002", "tin_hoc", "expiring", unit="SYT-VP", held_until=date(2027, 1, 15)),
        verdict("CB002", "", "undetermined", unit="SYT-VP"),
    ]
    for row in rows:
        await drawers.connection.execute(insert(verdicts).values(row))
    await drawers.connection.execute(
        insert(deliveries).values(person="CB001", channel="telegram", address="4242", locale="vi", due_at=NOON)
    )


@pytest.fixture
async def reader(database, database_url):
    """A real connection of an account that was given the role, and nothing else."""
    async with database.transaction() as drawers:
        await fill(drawers)
        await drawers.connection.execute(text("DROP ROLE IF EXISTS hr_software"))
        await drawers.connection.execute(text("CREATE ROLE hr_software LOGIN PASSWORD 'x' IN ROLE nhacchuan_reader"))
    parts = urlsplit(database_url)
    place = parts.netloc.rpartition("@")[2]
    url = urlunsplit(parts._replace(netloc=f"hr_software:x@{place}"))
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection
    async with database.transaction() as drawers:
        await drawers.connection.execute(text("DROP ROLE hr_software"))


def relations(connection) -> list[str]:
    found = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')"
    )
    return [name for (name,) in found]


def test_reader_sees_the_views_and_no_table_when_connected_as_the_role(reader):
    seen, refused = set(), 0
    for name in relations(reader):
        try:
            reader.execute(f'SELECT * FROM "{name}" LIMIT 1').fetchall()  # noqa: S608  the names are the database's
            seen.add(name)
        except psycopg.errors.InsufficientPrivilege:
            refused += 1
    assert seen == VIEWS
    assert refused > 40


def test_reader_writes_nothing_when_connected_as_the_role(reader):
    for name in relations(reader):
        for order in ('INSERT INTO "{}" DEFAULT VALUES', 'DELETE FROM "{}"', 'TRUNCATE "{}"'):
            with pytest.raises(REFUSED):
                reader.execute(order.format(name))
    (owner,) = reader.execute("SELECT rolname FROM pg_roles WHERE rolsuper ORDER BY oid LIMIT 1").fetchone()
    for order in ("CREATE TABLE mine (a int)", "SELECT nextval('roster_moments')", f'SET ROLE "{owner}"'):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute(order)


def test_reader_finds_gaps_days_and_deliveries_without_anything_that_names_people(reader):
    gaps = reader.execute("SELECT person, criterion, state, days_left, basis FROM compliance_gap ORDER BY 1").fetchall()
    assert gaps == [
        ("CB001", "ngoai_ngu", "missing", 40, [{"document": "02-QĐi/TU", "point": None}]),
        ("CB002", None, "undetermined", None, [{"document": "02-QĐi/TU", "point": None}]),
    ]
    days = reader.execute("SELECT person, kind, deadline, days_left, document FROM compliance_deadline ORDER BY 1")
    assert days.fetchall() == [
        ("CB001", "completion", date(2026, 12, 31), 40, "2123/UBND-NC"),
        ("CB002", "expiry", date(2027, 1, 15), 55, None),
    ]
    sent = reader.execute("SELECT * FROM delivery_record").fetchone()
    assert "4242" not in map(str, sent)
    columns = reader.execute(
        "SELECT DISTINCT column_name FROM information_schema.columns WHERE table_name = ANY(%s)", [list(VIEWS)]
    )
    assert not {"name", "address", "phone_encrypted", "payload"} & {name for (name,) in columns}


def test_reader_learns_nothing_of_what_a_view_leaves_out_when_asking_with_a_function_of_its_own(reader):
    told = []
    reader.add_notice_handler(lambda notice: told.append(notice.message_primary))
    reader.execute("""
        CREATE FUNCTION pg_temp.tell(text, text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS
        $$ BEGIN RAISE NOTICE '% %', $1, $2; RETURN true; END $$
    """)
    reader.execute("SELECT count(*) FROM compliance_gap WHERE pg_temp.tell(person, state)")
    reader.execute("DROP FUNCTION pg_temp.tell")
    assert sorted(told) == ["CB001 missing", "CB002 undetermined"]


async def test_pages_hold_what_lies_within_units_and_go_on_where_they_ended(drawers):
    await fill(drawers)
    views = drawers.shared_views

    first = await views.list_gaps(None, {}, None, 1)
    second = await views.list_gaps(None, {}, ("CB001", "ngoai_ngu"), 5)

    assert [row["person"] for row in (*first, *second)] == ["CB001", "CB002"]
    assert [row["person"] for row in await views.list_gaps({HEALTH_OFFICE.code}, {}, None, 5)] == ["CB002"]
    assert await views.list_gaps({HEALTH_OFFICE.code}, {"person": "CB001"}, None, 5) == []
    assert await views.list_gaps(set(), {}, None, 5) == []
    due = await views.list_deadlines(None, {}, {"since": date(2027, 1, 1), "until": date(2027, 1, 15)}, None, 5)
    assert [row["kind"] for row in due] == ["expiry"]
    assert len(await views.list_deliveries({HEALTH.code}, {"person": "CB001"}, {"since": NOON}, None, 5)) == 1
    assert await views.list_deliveries({HEALTH_OFFICE.code}, {}, {}, None, 5) == []
    health = await views.find_health({HEALTH.code, HEALTH_OFFICE.code}, TODAY)
    assert (health.people, health.verdicts, health.gaps, health.as_of) == (2, 4, 2, TODAY)


async def test_changes_are_put_down_only_while_somebody_wants_to_be_told(database):
    async with database.transaction() as drawers:
        await fill(drawers)
        assert await drawers.hooks.take_changes() == []
        await drawers.hooks.add(URL, "secret", None, may_be_private=False)
    async with database.transaction() as drawers:
        change = update(verdicts).where(verdicts.c.criterion == "tin_hoc", verdicts.c.person == "CB001")
        await drawers.connection.execute(change.values(state="expired"))
        await drawers.connection.execute(change.values(safe_day=TODAY))  # the state stays
    async with database.transaction() as drawers:
        await drawers.connection.execute(text("DELETE FROM people WHERE code = 'CB002'"))
    async with database.transaction() as drawers:
        taken = await drawers.hooks.take_changes()
        assert {(one.person, one.criterion, one.before, one.after) for one in taken} == {
            ("CB001", "tin_hoc", "met", "expired"),
            ("CB002", "tin_hoc", "expiring", None),
            ("CB002", None, "undetermined", None),
        }
        assert await drawers.hooks.take_changes() == []


async def test_one_event_is_kept_of_a_change_however_often_it_is_put(database):
    async with database.transaction() as drawers:
        await fill(drawers)
        number = await drawers.hooks.add(URL, "secret", None, may_be_private=False)
    async with database.transaction() as drawers:
        await drawers.connection.execute(update(verdicts).where(verdicts.c.state == "met").values(state="expired"))
    async with database.transaction() as drawers:
        taken = await drawers.hooks.take_changes()
        await drawers.hooks.put_events(number, taken, TODAY)
        await drawers.hooks.put_events(number, taken, TODAY)
        assert len(await drawers.hooks.list_events(number, 10)) == 1
        assert await drawers.hooks.list_due() == [number]


async def test_a_hook_is_told_by_one_alone_and_again_when_its_lease_is_over(database):
    async with database.transaction() as drawers:
        number = await drawers.hooks.add(URL, "secret", None, may_be_private=False)
        held = await drawers.hooks.lease(number, timedelta(minutes=1), None)
        assert held is not None
        assert held[1:] == (URL, "secret", False)
    async with database.transaction() as drawers:
        assert await drawers.hooks.lease(number, timedelta(minutes=1), None) is None
        again = await drawers.hooks.lease(number, timedelta(minutes=2), held[0])
        assert again is not None
        await drawers.hooks.let_go(number, again[0])
        assert await drawers.hooks.lease(number, timedelta(0), None) is not None
    async with database.transaction() as drawers:
        assert await drawers.hooks.lease(number, timedelta(minutes=1), None) is not None


async def test_what_was_tried_for_too_long_is_given_up_and_what_was_never_tried_is_not(database):
    async with database.transaction() as drawers:
        await fill(drawers)
        number = await drawers.hooks.add(URL, "secret", None, may_be_private=False)
    async with database.transaction() as drawers:
        await drawers.connection.execute(update(verdicts).values(state="expired"))
        await drawers.hooks.put_events(number, await drawers.hooks.take_changes(), TODAY)
        first = (await drawers.hooks.list_events(number, 10))[0]
        await drawers.hooks.put_off(number, first.change.id, timedelta(hours=1), "500")
        await drawers.connection.execute(text("UPDATE hook_events SET changed_at = now() - interval '8 days'"))

        assert await drawers.hooks.give_up(timedelta(days=7)) == 1

        kept = (await drawers.hooks.list_all())[0]
        assert (kept.given_up, kept.waiting) == (1, 3)
        assert await drawers.hooks.remove(number, NOON)
        assert await drawers.hooks.list_all() == []
        assert not await drawers.hooks.remove(number, NOON)


async def test_a_hook_that_takes_nothing_is_left_alone_for_longer_each_time(database):
    seconds = "SELECT extract(epoch FROM paused_until - clock_timestamp()) FROM hooks"
    async with database.transaction() as drawers:
        number = await drawers.hooks.add(URL, "secret", None, may_be_private=False)
        waits = []
        for _ in range(9):
            await drawers.hooks.pause(number, timedelta(0), "500")
            waits.append(round(await drawers.connection.scalar(text(seconds))))
        await drawers.hooks.mark_told(number, [1])
        assert (await drawers.hooks.list_all())[0].failed_since is None
        await drawers.hooks.pause(number, timedelta(minutes=5), "429")
        waits.append(round(await drawers.connection.scalar(text(seconds))))
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 300]


def test_nothing_is_told_of_what_came_back_within_one_transaction():
    at = NOON
    rows = [
        (4, 2, "CB001", "tin_hoc", "SYT", None, "met", at),
        (3, 2, "CB001", "tin_hoc", "SYT", "met", None, at),
        (1, 1, "CB002", "", "SYT", "met", "expired", at),
        (5, 2, "CB002", "", "SNV", "expired", "missing", at),
    ]
    assert [(one.id, one.person, one.criterion, one.unit, one.before, one.after) for one in collapse(rows)] == [
        (1, PersonCode("CB002"), None, UnitCode("SYT"), "met", "expired"),
        (5, PersonCode("CB002"), None, UnitCode("SNV"), "expired", "missing"),
    ]


async def test_a_key_is_kept_as_a_hash_and_paced_across_all_who_ask(database):
    async with database.transaction() as drawers:
        keys = drawers.api_keys
        number = await keys.add("the key itself", "phần mềm", [HEALTH.code], NOON, NOON + timedelta(days=1))
        kept = await drawers.connection.scalar(text("SELECT api_keys::text FROM api_keys"))
        assert "the key itself" not in kept
        assert (await keys.find("another")) is None
        found = await keys.find("the key itself")
        assert found is not None
        assert (found.number, found.units, found.used_at) == (number, (HEALTH.code,), None)
    waits = []
    for _ in range(4):
        async with database.transaction() as drawers:
            waits.append(await drawers.api_keys.let_in(number, gap=timedelta(hours=1), burst=3))
    assert waits[:3] == [0.0, 0.0, 0.0]
    assert 3500 < waits[3] <= 3600
    async with database.transaction() as drawers:
        assert await drawers.api_keys.revoke(number, NOON)
        assert not await drawers.api_keys.revoke(number, NOON)


async def test_what_a_restore_brought_back_opens_and_tells_nothing_until_it_is_confirmed(database):
    async with database.transaction() as drawers:
        keys, hooks = drawers.api_keys, drawers.hooks
        number = await keys.add("another key", "phần mềm khác", None, NOON, NOON + timedelta(days=1))
        hook = await hooks.add("https://example.vn/hook", "secret", None, may_be_private=False)
        await drawers.connection.execute(text("UPDATE api_keys SET suspended_at = made_at"))
        await drawers.connection.execute(text("UPDATE hooks SET suspended_at = made_at"))
        assert [one.number for one in await keys.list_suspended(NOON)] == [number]
        assert await hooks.lease(hook, timedelta(minutes=1), None) is None
        assert await keys.confirm(number)
        assert not await keys.confirm(number)
        assert await hooks.confirm(hook)
        assert await hooks.lease(hook, timedelta(minutes=1), None) is not None
        assert (await keys.find("another key")).suspended_at is None
        assert await hooks.remove(hook, NOON)


async def test_the_role_is_left_with_nothing_when_the_step_is_climbed_down(empty_database_url, vault):
    from storage.database import open_database

    async with open_database(empty_database_url, vault=vault) as database:
        await migrate(database, "0019")
        await migrate_down(database, "0018")
        async with database.connect() as connection:
            left = await connection.scalar(
                text(
                    "SELECT count(*) FROM information_schema.role_table_grants WHERE grantee = 'nhacchuan_reader'"
                    " AND table_schema = 'public'"
                )
            )
        assert left == 0
