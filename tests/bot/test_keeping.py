"""How the cabinet is kept: restored in the middle of a day, its chain read, signed, printed and compared."""

import asyncio
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil
import psycopg
import pytest
from prometheus_client import CollectorRegistry
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.commands import audit_chain
from bot.commands.backups import put_back, resume, take
from bot.commands.doctor_keeping import check_keeping
from bot.errors import CommandError, InputError
from bot.keeping_meters import KeepingMeters
from bot.papers.audit_sheet import list_unread, read_lines, write_audit_sheet
from bot.push.daily import DailyPlan
from bot.wiring import open_office
from bot.wiring_intake import InboxInDatabase
from bot.wiring_keeping import Keeper, back_up, read_standing, settle_restore
from handlers.audit_words import line_of
from storage.backups.taking import alone_in, name_of
from tests.databases import make_home
from tests.offices import sample_office

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
SENDERS = {"telegram": "telegram:1", "zalo_oa": "zalo_oa:1", "zalo_bot": "zalo_bot:1"}


class Clock:
    """Stands where it is put."""

    is_fixed = False

    def __init__(self, now):
        self.moment = now

    def today(self):
        return self.moment.date()

    def now(self):
        return self.moment


@pytest.fixture(scope="module")
async def settings(server_url):
    """The settings of the invented province, with nothing connected to its database between tests."""
    with make_home() as home:
        async with sample_office(server_url, home) as office:
            kept = office.settings.model_copy(update={"today": MONDAY.date(), "backup_dir": home / "backups"})
            await office._database.engine.dispose()
            yield kept


def states(settings):
    with psycopg.connect(settings.database_url.get_secret_value()) as connection:
        return dict(connection.execute("SELECT state, count(*) FROM deliveries GROUP BY state").fetchall())


def told(settings):
    """Who was told what by now, however it ended."""
    with psycopg.connect(settings.database_url.get_secret_value()) as connection:
        return dict(
            connection.execute(
                "SELECT n.key, d.state FROM notices n JOIN carried c ON c.notice = n.id"
                " JOIN deliveries d ON d.id = c.delivery WHERE n.freed_at IS NULL"
            ).fetchall()
        )


async def plan(settings, moment):
    async with open_office(settings, clock=Clock(moment), keeps_threads=False) as office:
        return await DailyPlan(office.push, SENDERS, office.clock).ensure_today()


async def test_nothing_that_may_have_gone_out_since_the_backup_is_planned_again(settings, tmp_path, capsys):
    with psycopg.connect(settings.database_url.get_secret_value()) as connection:
        connection.execute(
            "INSERT INTO accounts (channel, address, person, linked_at, changed_at)"
            " SELECT 'telegram', 'chat-' || code, code, now(), now() FROM people"
        )
    copy = tmp_path / "before.backup"
    await take(settings, copy, keep=None, verifies=False)
    assert await plan(settings, MONDAY), "the day was planned, and all of it sent, after the backup was taken"
    with psycopg.connect(settings.database_url.get_secret_value()) as connection:
        connection.execute("UPDATE deliveries SET state = 'delivered', done_at = now()")
    lost = told(settings)
    assert len(lost) > 3

    await put_back(settings.model_copy(update={"today": None}), copy, replaces=True, holds=True)
    with psycopg.connect(settings.database_url.get_secret_value()) as connection:
        connection.execute("UPDATE restores SET taken_at = %s, restored_at = %s", (MONDAY, MONDAY + timedelta(hours=8)))
    assert not await plan(settings, MONDAY + timedelta(hours=9)), "held until an operator says so"
    async with open_office(settings, clock=Clock(MONDAY + timedelta(hours=9)), keeps_threads=False) as office:
        assert await settle_restore(office) is None
        assert not {one.name: one.is_well for one in await check_keeping(office)}["restore"]
    await resume(settings.model_copy(update={"today": MONDAY.date()}))

    named = told(settings)
    assert lost.keys() <= named.keys()
    assert {named[key] for key in lost} <= {"unclear", "unreachable"}
    # `resume` goes by the time of day at which this runs: what it noted must not lie ahead of who asks next.
    assert not await plan(settings, MONDAY.replace(hour=23, minute=59)), "the day counts as planned"
    assert await plan(settings, MONDAY + timedelta(days=1))
    again = [key for key, state in told(settings).items() if key in lost and state == "waiting"]
    assert again == []
    assert states(settings)["unclear"] > 3
    assert len(capsys.readouterr().out.splitlines()) > 3, "the operator is told"


async def test_the_chain_is_read_and_signed_every_day_and_a_broken_one_is_told_once(settings):
    url = settings.database_url.get_secret_value()
    clock = Clock(MONDAY + timedelta(days=3))
    async with open_office(settings, clock=clock, keeps_threads=False) as office:
        verdict = await Keeper(office).verify_chain()
        assert verdict is not None
        assert verdict.is_intact
        assert await Keeper(office).verify_chain() is None, "not again on the same day"
        assert {one.name: one.is_well for one in await check_keeping(office)}["audit"]

        with psycopg.connect(url) as connection:
            connection.execute("SET LOCAL session_replication_role = replica")
            connection.execute("UPDATE audit_entries SET actor = 'HR99' WHERE number = 1")
            connection.execute("UPDATE people SET roles = roles || '{quan_tri}' WHERE code = 'CB001'")
            connection.execute("DELETE FROM letters")
        for _day in range(2):
            clock.moment += timedelta(days=1)
            found = await Keeper(office).verify_chain()
            assert found is not None
            assert found.broken_at == 1
        told = {one.name: (one.is_well, one.found) for one in await check_keeping(office)}
        assert not told["audit"][0]
        inbox = InboxInDatabase(office._database)
        await inbox.keep("telegram", [("m1", "{}"), ("m2", "{}")], "me")
        for key in ("m1", "m2"):
            await inbox.give_up("telegram", key, "me")
        await inbox.leave("me")
    with psycopg.connect(url) as connection:
        given_up = connection.execute("SELECT person FROM letters WHERE kind = 'given_up'").fetchall()
        assert given_up.count(("CB001",)) == 1, "administrators are told once a day"
        assert connection.execute("SELECT count(*) FROM seen_updates WHERE body IS NOT NULL").fetchone() == (0,)
        letters = connection.execute("SELECT person, number FROM letters WHERE kind = 'audit_broken'").fetchall()
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute("UPDATE audit_entries SET actor = 'command_line' WHERE number = 1")
    assert ("CB001", 1) in letters
    assert len({person for person, _number in letters}) == len(letters)


async def test_what_stands_on_paper_is_found_in_the_chain_or_missed(settings, tmp_path, capsys):
    sheet, paper = tmp_path / "sheet.pdf", tmp_path / "paper.txt"
    await audit_chain.seal_ends(settings, sheet)
    assert sheet.read_bytes().startswith(b"%PDF")
    capsys.readouterr()
    await audit_chain.seal_ends(settings, None)
    paper.write_text(capsys.readouterr().out, encoding="utf-8")

    await audit_chain.verify_audit(settings, str(paper))
    with pytest.raises(InputError, match="1"):
        await audit_chain.verify_audit(settings, "2026-11-21 1 00000000 11111111 22222222")
    with pytest.raises(InputError):
        await audit_chain.verify_audit(settings, "nothing of the kind")
    await audit_chain.show_heads(settings, as_json=True)


async def test_the_nightly_backup_is_taken_once_proven_and_kept(settings):
    clock = Clock(MONDAY.replace(hour=0) + timedelta(days=9))
    async with open_office(settings, clock=clock, keeps_threads=False) as office:
        keeper = Keeper(office)
        await keeper.take_nightly()
        assert not settings.backup_dir.exists(), "not before the night"
        clock.moment += timedelta(hours=2)
        with alone_in(settings.backup_dir):
            await keeper.take_nightly()
            assert list(settings.backup_dir.glob("*.backup")) == [], "of several workers one takes it"
        await keeper.take_nightly()
        await keeper.take_nightly()
        assert len(list(settings.backup_dir.glob("*.backup"))) == 1
        told = {one.name: (one.is_well, one.found) for one in await check_keeping(office)}
        assert told["backups"][0], told


async def test_whatever_keeps_the_nightly_backup_from_being_taken_is_noted_and_told(settings):
    clock = Clock(MONDAY.replace(hour=2) + timedelta(days=12))
    nowhere = settings.model_copy(update={"backup_dir": Path("no such\0directory")})
    async with open_office(nowhere, clock=clock, keeps_threads=False) as office:
        with capture_logs() as logged:
            await Keeper(office).take_nightly()
        told = {one.name: (one.is_well, one.found) for one in await check_keeping(office)}
        standing = await read_standing(office)
    assert "backup.failed" in {one["event"] for one in logged if one["log_level"] == "error"}
    assert not told["backups"][0]
    assert standing.failed.reason == "ValueError", "what nobody foresaw is told by its kind"
    registry = CollectorRegistry()
    KeepingMeters(registry).show(standing.check, standing.sealed, standing.backup, standing.failed)
    assert registry.get_sample_value("nhacchuan_backup_failed") == 1


async def test_backup_that_does_not_hold_is_noted_and_no_older_one_goes_for_it(settings, tmp_path, capsys):
    older = [tmp_path / name_of(datetime.now(UTC) - timedelta(days=n)) for n in (3, 2, 1)]
    for one in older:
        one.write_text("proven then")
    with broken_chain(settings), pytest.raises(InputError, match="unproven"):
        await take(settings, tmp_path, keep=2, verifies=True)
    assert [one for one in older if not one.is_file()] == []
    assert len(list(tmp_path.glob("*.backup"))) == len(older), "what was not proven counts for none"
    assert "entry 1" in noted(settings)[0]

    seen = set()

    async def go_on():
        while True:
            seen.update(names_of_children())
            await asyncio.sleep(0.005)

    async with asyncio.TaskGroup() as group:
        going = group.create_task(go_on())
        await take(settings.model_copy(update={"today": None}), tmp_path, keep=2, verifies=True)
        going.cancel()
    assert {"pg_dump", "psql"} <= seen, "others are answered while a backup is copied and tried"
    left = sorted(tmp_path.glob("nhacchuan-*"))
    assert left[0] == older[-1]
    assert [one.suffix for one in left] == [".backup", ".backup"], "and nothing that was never proven is left"
    assert noted(settings) == ("", left[1].name, True)
    assert left[1].name in capsys.readouterr().out


@contextmanager
def broken_chain(settings):
    def write(actor):
        with psycopg.connect(settings.database_url.get_secret_value()) as connection:
            connection.execute("SET LOCAL session_replication_role = replica")
            order = "UPDATE audit_entries SET actor = %s WHERE number = 1 RETURNING actor"
            ((before,),) = connection.execute("SELECT actor FROM audit_entries WHERE number = 1").fetchall()
            connection.execute(order, (actor,))
        return before

    before = write("HR99")
    yield
    write(before)


def names_of_children():
    for one in psutil.Process().children():
        with suppress(psutil.Error):  # it has just ended
            yield one.name()


def noted(settings):
    """The reason of the last backup, its name, and whether it was proven."""
    order = "SELECT reason, name, verified_at IS NOT NULL FROM backups ORDER BY number DESC LIMIT 1"
    with psycopg.connect(settings.database_url.get_secret_value()) as connection:
        return connection.execute(order).fetchone()


async def test_what_was_noted_while_the_clock_was_ahead_keeps_nothing_from_being_done(settings, tmp_path):
    kept = settings.model_copy(update={"backup_dir": tmp_path / "kept", "backup_keep": 1})
    right = MONDAY.replace(hour=2) + timedelta(days=30)
    clock = Clock(right.replace(year=2033))
    with psycopg.connect(settings.database_url.get_secret_value()) as connection:
        connection.execute("DELETE FROM backups")
    async with open_office(kept, clock=clock, keeps_threads=False) as office:
        await Keeper(office).look()
        (ahead,) = names_in(kept.backup_dir)
        assert "2033" in ahead

        clock.moment = right
        standing = await read_standing(office)
        assert (standing.check, standing.backup) == (None, None)
        found = {one.name: (one.is_well, one.found) for one in await check_keeping(office)}
        assert not found["audit"][0]
        assert not found["backups"][0]
        assert "2033" in found["backups"][1]

        await Keeper(office).look()
        assert names_in(kept.backup_dir) == [name_of(right)], "the one just proven stays, and it alone"
        standing = await read_standing(office)
        assert (standing.check.checked_at, standing.backup.taken_at) == (right, right)

        clock.moment += timedelta(days=1)
        nowhere = office.settings.model_copy(update={"backup_dir": Path("no such\0directory")})
        await Keeper(replace(office, settings=nowhere)).take_nightly()
        standing = await read_standing(office)
    registry = CollectorRegistry()
    KeepingMeters(registry).show(standing.check, standing.sealed, standing.backup, standing.failed)
    assert registry.get_sample_value("nhacchuan_backup_failed") == 1
    assert registry.get_sample_value("nhacchuan_backup_taken_timestamp_seconds") == right.timestamp()


def names_in(directory):
    return [one.name for one in sorted(directory.glob("*.backup"))]


async def test_a_backup_is_proven_after_the_only_hook_was_removed(settings, tmp_path):
    async with open_office(settings, clock=Clock(MONDAY), keeps_threads=False) as office:
        async with office._database.transaction() as drawers:
            number = await drawers.hooks.add("https://example.vn/hook", "a secret", None, may_be_private=False)
        async with office._database.transaction() as drawers:
            assert await drawers.hooks.remove(number, MONDAY)
    file, _manifest = await back_up(settings, tmp_path / "proven.backup", MONDAY, proves=True)
    assert file.exists()


async def test_nothing_is_taken_with_a_key_that_is_not_the_one_of_the_data(settings, tmp_path):
    target, home = tmp_path / "backups", tmp_path / "home"
    strange = settings.model_copy(update={"secret_key": SecretStr("a key that somebody made up by mistake")})
    with pytest.raises(InputError, match=r"secret\.key"):
        await take(strange, target, keep=None, verifies=False)
    keyless = settings.model_copy(update={"secret_key": None, "home": home})
    for one in (take(keyless, target, keep=None, verifies=True), put_back(keyless, target, replaces=True, holds=True)):
        with pytest.raises(InputError, match=r"secret\.key"):
            await one
    assert not target.exists()
    assert not home.exists(), "no key was made"


async def test_only_a_directory_of_backups_is_kept_small_and_never_of_the_newest_proven(settings, tmp_path):
    for target in (tmp_path / "one.backup", tmp_path / name_of(MONDAY)):
        target.with_name(name_of(MONDAY - timedelta(days=1))).touch()
        with pytest.raises(InputError, match="--keep"):
            await take(settings, target, keep=1, verifies=False)
        with suppress(CommandError):
            await back_up(settings, target, MONDAY, keep=1)
        assert target.with_name(name_of(MONDAY - timedelta(days=1))).exists()

    several = tmp_path / "several"
    for n, proves in enumerate((True, False, False)):
        await back_up(settings, several, MONDAY + timedelta(days=n), keep=1, proves=proves)
    assert names_in(several) == [name_of(MONDAY), name_of(MONDAY + timedelta(days=2))]


async def test_a_file_that_is_there_is_not_written_over(settings, tmp_path):
    there = tmp_path / "there.backup"
    there.write_text("precious")
    with pytest.raises(CommandError):
        await take(settings, there, keep=None, verifies=False)
    with pytest.raises(InputError):
        await take(settings, there, keep=None, verifies=True)
    assert there.read_text() == "precious"


def test_a_line_of_paper_is_read_however_it_was_copied():
    end = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    day = MONDAY.date()

    assert read_lines(line_of(day, 1234, end)) == [(day, 1234, end)]
    assert read_lines(f"  {day.isoformat()}  1234  9F86D081 884C7D65 ") == [(day, 1234, end[:16])]
    assert read_lines(f"{day.isoformat()} 1234 9f86") == []
    mistyped = f"{line_of(day, 1234, end)}\n2026-11-2O 1235 {end}\nNhắc Chuẩn"
    assert list_unread(mistyped) == [f"2026-11-2O 1235 {end}"], "what was not compared is not passed over"
    assert write_audit_sheet([(day, 1234, end, b"s" * 64)], b"p" * 32, MONDAY, place="Hưng Yên").name.endswith(".pdf")
