"""A backup holds everything and shows nothing; it is put back whole or not at all, and nothing of it happens twice."""

import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text

from bot import interruption
from bot.wiring_database import finish_restore
from knowledge.facts import PersonCode
from storage.backups.manifest import Manifest, read_manifest, write_manifest
from storage.backups.programs import BackupError, find_clients
from storage.backups.restoring import NewerBackupError, NotEmptyError, Wishes, look_into, restore_backup
from storage.backups.sealed import DamagedBackupError, NotABackupError, SealedWriter, WrongKeyError, read_frames
from storage.backups.taking import keep_newest, list_backups, name_of, take_backup
from storage.backups.verifying import drop_left_proofs, prove_backup
from storage.database import Database, open_database
from storage.embedded import EmbeddedServer
from storage.encryption import Vault
from storage.migrating import migrate
from storage.records import BackupKept, DeliveryState, Letter, LetterKind, NewDelivery, NewNotice, NoticeKind
from tests.databases import make_home, named
from tests.offices import ROOT
from tests.storage.filling import LAN, put_people, put_units

TAKEN = datetime(2026, 11, 23, 3, tzinfo=UTC)
RESTORED = TAKEN + timedelta(hours=4)
TODAY, TOMORROW = date(2026, 11, 23), date(2026, 11, 24)
SENDER = "telegram:123456789"


@pytest.fixture(scope="module")
def spare_url(server_url: str) -> Iterator[str]:
    """A database of this module alone, in which nothing is connected between tests."""
    name = f"backup_{uuid.uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name))
        )
    yield named(server_url, name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
async def taken(spare_url: str, vault: Vault, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    """A backup of a morning on which messages are under way."""
    async with open_database(spare_url, vault=vault) as database:
        await migrate(database)
        await fill(database)
    file = tmp_path_factory.mktemp("backups") / name_of(TAKEN)
    return file, take(spare_url, vault, file)


def take(url: str, vault: Vault, file: Path) -> Manifest:
    return take_backup(url, vault, file, now=TAKEN, app_version="0.1.0", noticing=lambda _found: None)


async def fill(database: Database) -> None:
    async with database.transaction() as drawers:
        await put_units(drawers)
        await put_people(drawers, [replace(LAN, code=PersonCode(f"CB{n:03}")) for n in range(1, 7)])
        await drawers.accounts.link("telegram", "42", LAN.code, TAKEN)
        await drawers.link_codes.issue(LAN.code, TAKEN)
        await drawers.calendars.issue(LAN.code, TAKEN)
        await drawers.api_keys.add("a key", "phần mềm", None, TAKEN, RESTORED + timedelta(days=9))
        await drawers.letters.leave(Letter("telegram", "42", LetterKind.PROPOSAL, TAKEN, key="letter"))
        await drawers.letters.leave(Letter("web", "42", LetterKind.PROPOSAL, TAKEN, key="letter on the web"))
        for number, (day, due_at, sender) in enumerate(
            [
                (TODAY, TAKEN + timedelta(hours=1), SENDER),  # due between the backup and the restore
                (TODAY, TAKEN + timedelta(hours=9), SENDER),  # the message of that day, which may have been hastened
                (TOMORROW, TAKEN + timedelta(days=1), SENDER),  # surely not gone
                (TODAY, TAKEN, None),  # nobody to be reached then
                (TODAY, TAKEN - timedelta(hours=1), SENDER),  # gone before
            ],
            start=1,
        ):
            delivery = NewDelivery(
                PersonCode(f"CB{number:03}"), due_at, sender, sender and "telegram", sender and f"chat-{number}",
                merge_day=day,
            )  # fmt: skip
            assert await drawers.outbox.put(delivery, [NewNotice(NoticeKind.REMINDER, f"n{number}", payload={})], TAKEN)
        await drawers.connection.exec_driver_sql(
            "UPDATE deliveries SET state = 'delivered', done_at = now() WHERE person = 'CB005'"
        )
        for key, mark, wait in (("1.1", "", 0), ("1.2", "answer", 0), ("1.3", "", 3600), ("1.4", "", 8 * 3600)):
            await drawers.updates.keep("telegram", [(key, "{}")], "holder")
            await drawers.updates.begin_sending("telegram", [(key, mark)] if mark else [], "holder")
            due_at = text("UPDATE seen_updates SET due_at = :at, holder = NULL WHERE update_id = :key")
            if wait:
                await drawers.connection.execute(due_at, {"at": TAKEN + timedelta(seconds=wait), "key": key})
        await drawers.updates.keep("telegram", [("1.5", "{}")], "holder")
        await drawers.updates.finish_kept("telegram", ["1.5"], "holder")
        await drawers.audit.record("HR01", "load", "roster", TAKEN)


async def test_a_backup_is_proven_by_restoring_it_elsewhere(taken: tuple[Path, Manifest], vault: Vault) -> None:
    file, manifest = taken

    proof = await prove_backup(file, vault, RESTORED)

    assert proof.is_whole, proof.wrong
    assert proof.manifest == manifest
    assert (manifest.chain_number, manifest.counts["people"], manifest.counts["deliveries"]) == (1, 6, 5)
    content = file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    assert not any(shown in content for shown in (b"CB001", "Nguyễn".encode(), b"PGDMP", manifest.chain_hash.encode()))


async def test_what_may_have_gone_out_since_is_named_and_nothing_is_sent_twice(
    taken: tuple[Path, Manifest], spare_url: str, vault: Vault
) -> None:
    file, _manifest = taken
    restore_backup(spare_url, vault, file, Wishes(RESTORED, replaces=True))
    async with open_database(spare_url, vault=vault) as database:
        async with database.transaction() as drawers:
            assert await drawers.restores.find_uncleaned() is not None
        await finish_restore(database, RESTORED)
        async with database.transaction() as drawers:
            people = [PersonCode(f"CB00{n}") for n in range(1, 6)]
            found = {person: await drawers.outbox.list_of(person) for person in people}
            became = {person: (one[0].state, one[0].reason) for person, one in found.items()}
            assert became == {
                "CB001": (DeliveryState.UNCLEAR, "restored"),
                "CB002": (DeliveryState.UNCLEAR, "restored"),
                "CB003": (DeliveryState.WAITING, ""),
                "CB004": (DeliveryState.UNREACHABLE, "restored"),
                "CB005": (DeliveryState.DELIVERED, ""),
            }
            # Whoever links a chat now is not told what they may have been told on the day after the backup.
            await drawers.accounts.link("telegram", "44", PersonCode("CB004"), RESTORED)
            await drawers.outbox.find_chats_again({"telegram": SENDER}, TODAY, RESTORED)
            assert (await drawers.outbox.list_of(PersonCode("CB004")))[0].state is DeliveryState.UNREACHABLE
            again = NewDelivery(LAN.code, RESTORED, SENDER, "telegram", "42")
            number = await drawers.outbox.put(again, [NewNotice(NoticeKind.STUDY, "new", payload={})], RESTORED)
            assert number is not None
            assert number > 10_000_000, "numbers that were given since are not given again"
            codes = await drawers.connection.exec_driver_sql("SELECT count(*) FROM link_codes")
            assert codes.scalar_one() == 0
            assert await drawers.calendars.find_issued(LAN.code) is None, "it may have been taken back since"
            assert len(await drawers.api_keys.list_suspended(RESTORED)) == 1, "it may have been revoked since"
            letters = await drawers.connection.exec_driver_sql("SELECT channel, state FROM letters ORDER BY channel")
            assert letters.all() == [("telegram", "unclear"), ("web", "waiting")]
            kept = await drawers.connection.exec_driver_sql(
                "SELECT update_id, sending FROM seen_updates WHERE body IS NOT NULL ORDER BY update_id"
            )
            assert kept.all() == [
                ("1.1", interruption.RESTORED),
                ("1.2", "answer"),
                ("1.3", interruption.RESTORED),
                ("1.4", None),
            ]
            verdict = await drawers.audit.verify()
            assert (verdict.is_intact, verdict.entries) == (True, 2), "the restore is the second entry"
            assert not await drawers.fleet.begin_day(TOMORROW), "nothing is planned before it is settled"
            unsettled = await drawers.restores.find_unsettled()
            assert unsettled is not None
            await drawers.restores.settle(unsettled, RESTORED, 0)
            assert await drawers.fleet.begin_day(TOMORROW)


LIVED = "UPDATE deliveries SET slot_at = %s, started_at = %s, done_at = %s WHERE person = 'CB005'"
EMPTY = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"


LATER, SOON = TAKEN + timedelta(days=1, hours=1), TAKEN + timedelta(minutes=2)


@pytest.mark.parametrize(
    ("in_backup", "in_replaced", "now"),
    [
        pytest.param(LATER, None, SOON, id="a house a day ahead of the clock"),
        pytest.param(None, LATER, SOON, id="the replaced house shows how long it lived on"),
        pytest.param(None, None, TAKEN - timedelta(hours=2), id="a clock before the backup tells nothing"),
    ],
)
async def test_a_clock_that_runs_slow_at_the_restore_lets_nothing_go_out_twice(
    taken: tuple[Path, Manifest],
    spare_url: str,
    vault: Vault,
    in_backup: datetime,
    in_replaced: datetime,
    now: datetime,
) -> None:
    file, _manifest = taken
    with psycopg.connect(spare_url, autocommit=True) as connection:
        if in_replaced is None:
            connection.execute(EMPTY)
        else:
            connection.execute(LIVED, (TAKEN, in_replaced, in_replaced))
    restore_backup(spare_url, vault, file, Wishes(now, replaces=True))
    if in_backup is not None:
        with psycopg.connect(spare_url, autocommit=True) as connection:
            connection.execute(LIVED, (TAKEN, in_backup, in_backup))
    async with open_database(spare_url, vault=vault) as database:
        await migrate(database)
        await finish_restore(database, now)
        async with database.transaction() as drawers:
            tomorrow = await drawers.outbox.list_of(PersonCode("CB003"))
            assert [(one.state, one.reason) for one in tomorrow] == [(DeliveryState.UNCLEAR, "restored")]
            left = await drawers.connection.exec_driver_sql("SELECT count(*) FROM deliveries WHERE state = 'waiting'")
            assert left.scalar_one() == 0


async def test_what_cannot_be_restored_changes_nothing(
    taken: tuple[Path, Manifest], spare_url: str, vault: Vault, tmp_path: Path
) -> None:
    file, manifest = taken
    content = file.read_bytes()

    def made(name: str, given: bytes) -> Path:
        (tmp_path / name).write_bytes(given)
        return tmp_path / name

    def sealed(revision: str, dump: bytes) -> Path:
        path = tmp_path / f"{revision}.backup"
        with path.open("wb") as out:
            writer = SealedWriter(out, vault.backup_keys[0])
            writer.write_frame(write_manifest(replace(manifest, revision=revision)))
            writer.write(dump)
            writer.finish()
        return path

    def fingerprint() -> list[tuple[object, ...]]:
        with psycopg.connect(spare_url) as connection:
            return connection.execute("SELECT id, person, state, reason FROM deliveries ORDER BY id").fetchall()

    before = fingerprint()
    over, middle = Wishes(RESTORED, replaces=True), len(content) // 2
    for path, wishes, error in (
        (file, Wishes(RESTORED), NotEmptyError),
        (made("cut", content[:-20]), over, DamagedBackupError),
        (made("half", content[:middle]), over, DamagedBackupError),
        (
            made("bit", content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]),
            over,
            DamagedBackupError,
        ),
        (made("more", content + b"x"), over, DamagedBackupError),
        (made("other", b"PK not ours"), over, NotABackupError),
        (sealed("9999", b"from the future"), over, NewerBackupError),
        (sealed(manifest.revision, b"no dump at all"), over, BackupError),
        (tmp_path / "absent", over, BackupError),
    ):
        with pytest.raises(error):
            restore_backup(spare_url, vault, path, wishes)
    with pytest.raises(WrongKeyError):
        look_into(file, Vault(["another key than that of then"]))
    assert look_into(file, Vault(["a newer key than that of then", "a key for tests, not a secret"])) == manifest
    with psycopg.connect(spare_url) as busy:
        busy.execute("SELECT 1")
        with pytest.raises(BackupError, match="stop every nhacchuan process"):
            restore_backup(spare_url, vault, file, over)
    with psycopg.connect(spare_url, autocommit=True) as stranger:
        stranger.execute("CREATE TABLE payroll (id int)")
    with pytest.raises(NotEmptyError, match="payroll"):
        restore_backup(spare_url, vault, file, over)
    with psycopg.connect(spare_url, autocommit=True) as stranger:
        stranger.execute("DROP TABLE payroll")
    assert fingerprint() == before


def test_an_older_program_cannot_copy_a_newer_server() -> None:
    with pytest.raises(BackupError, match="install the client programs of PostgreSQL 99"):
        find_clients(99)


def test_frames_come_back_as_they_were_whatever_their_length(tmp_path: Path) -> None:
    key = b"k" * 32
    with (tmp_path / "f").open("wb") as out:
        writer = SealedWriter(out, key)
        writer.write_frame(b"first")
        for length in (0, 1, 262_143, 262_145, 600_000):
            writer.write(b"x" * length)
        writer.finish()

    first, *others = read_frames(tmp_path / "f", [b"o" * 32, key])

    assert first == b"first"
    assert b"".join(others) == b"x" * sum((0, 1, 262_143, 262_145, 600_000))


def made(directory: Path, *days: int) -> list[Path]:
    """Files under the names of backups that were taken so many days later."""
    files = [directory / name_of(TAKEN + timedelta(days=day)) for day in days]
    for one in files:
        one.touch()
    return files


def kept(file: Path, *, proven: bool = True) -> BackupKept:
    return BackupKept(TAKEN, file.name, 1, 1, TAKEN if proven else None)


def test_only_so_many_of_the_newest_backups_stay(tmp_path: Path) -> None:
    files = made(tmp_path, *range(5))
    (tmp_path / "mine.backup").touch()

    gone = keep_newest(files[-1], 2, [])

    assert gone == files[:3]
    assert list_backups(tmp_path) == files[3:]
    assert (tmp_path / "mine.backup").exists()


def test_the_backup_just_taken_stays_and_one_of_a_clock_that_was_ahead_goes_in_its_turn(tmp_path: Path) -> None:
    first, ahead, after, strange, newest = made(tmp_path, 0, 1500, 2, 3, 4)
    noted = [kept(one) for one in (first, ahead, after, newest)]

    assert keep_newest(newest, 3, noted) == [first, ahead]
    assert keep_newest(newest, 1, noted) == [after, strange]
    assert list_backups(tmp_path) == [newest]


def test_a_strange_backup_that_is_named_for_a_moment_to_come_counts_for_none(tmp_path: Path) -> None:
    before, strange, newest = made(tmp_path, 0, 1500, 3)

    assert keep_newest(newest, 2, [kept(newest)]) == []
    assert keep_newest(newest, 1, [kept(newest)]) == [before]
    assert list_backups(tmp_path) == [newest, strange]


def test_no_proven_backup_goes_for_one_that_nobody_tried(tmp_path: Path) -> None:
    older, proven, *tried_by_nobody = files = made(tmp_path, *range(5))
    noted = [kept(older), kept(proven), *(kept(one, proven=False) for one in tried_by_nobody)]

    assert keep_newest(files[-1], 1, noted) == [older, *tried_by_nobody[:-1]]
    assert list_backups(tmp_path) == [proven, files[-1]]


# --- what somebody who was killed leaves


@contextmanager
def living(*words: str) -> Iterator[subprocess.Popen[str]]:
    """A process that stands in the middle of what these lines do, until it is killed."""
    lines = "\n".join((*words, "    print('there', flush=True); time.sleep(600)"))
    with subprocess.Popen([sys.executable, "-c", lines], stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "there\n"
        try:
            yield child
        finally:
            child.kill()


def test_half_a_backup_is_removed_by_the_next_one_once_its_writer_is_dead(
    taken: tuple[Path, Manifest], spare_url: str, vault: Vault, tmp_path: Path
) -> None:
    del taken
    of_an_earlier_version = tmp_path / f".{name_of(TAKEN)}.unproven.part"
    of_another_program = tmp_path / ".theirs.part"
    for one in (of_an_earlier_version, of_another_program):
        one.write_bytes(b"half")
    writing = (
        "import time, pathlib, storage.backups.taking as taking",
        f"with taking._drafted(pathlib.Path({str(tmp_path / 'killed.backup')!r})) as out:",
    )
    with living(*writing):
        take(spare_url, vault, tmp_path / "first.backup")
        assert len(list(tmp_path.glob(".killed*"))) == 1, "somebody is writing it"
        with pytest.raises(BackupError, match="another process"):
            take(spare_url, vault, tmp_path / "killed.backup")
    assert not of_an_earlier_version.exists()
    take(spare_url, vault, tmp_path / "second.backup")

    assert {one.name for one in tmp_path.iterdir()} == {"first.backup", "second.backup", of_another_program.name}


async def test_the_unsealed_copy_of_a_killed_proof_is_removed_and_that_of_a_living_one_stays(
    taken: tuple[Path, Manifest], vault: Vault
) -> None:
    with make_home() as scratch:
        proving = (
            "import time, pathlib, storage.backups.verifying as verifying",
            f"with verifying._passing_place(pathlib.Path({str(scratch)!r})):",
        )
        with living(*proving):
            (held,) = list_in(scratch)
            drop_left_proofs(scratch)
            assert held.is_dir(), "its prover lives"
        with EmbeddedServer(held / "home"):
            drop_left_proofs(scratch)
            assert held.is_dir(), "its server lives"

        assert (await prove_backup(taken[0], vault, RESTORED, beside=scratch)).is_whole

        assert list_in(scratch) == []


def list_in(directory: Path) -> list[Path]:
    return list(directory.glob("nhacchuan-verify-*"))


async def test_a_backup_whose_sealed_values_no_key_opens_is_not_proven(
    taken: tuple[Path, Manifest], spare_url: str, vault: Vault, tmp_path: Path
) -> None:
    file, _manifest = taken
    restore_backup(spare_url, vault, file, Wishes(RESTORED, replaces=True))
    strange = Vault(["a key that was made where that of the data was missing"])
    take(spare_url, strange, tmp_path / "strange.backup")

    proof = await prove_backup(tmp_path / "strange.backup", strange, RESTORED)

    assert not proof.is_whole
    assert ["opens what is sealed" in one for one in proof.wrong] == [True]


async def test_a_backup_of_an_earlier_version_is_proven_as_it_would_be_put_back(
    spare_url: str, vault: Vault, tmp_path: Path
) -> None:
    with psycopg.connect(spare_url, autocommit=True) as connection:
        connection.execute(EMPTY)
    async with open_database(spare_url, vault=vault) as database:
        await migrate(database, "0019")

    take(spare_url, vault, tmp_path / "old.backup")

    assert (await prove_backup(tmp_path / "old.backup", vault, RESTORED)).is_whole


def test_a_manifest_that_says_nothing_is_damage() -> None:
    with pytest.raises(DamagedBackupError):
        read_manifest(b"{}")
