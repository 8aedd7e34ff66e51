"""How the cabinet is kept: backups and what follows from a restore, the audit chain verified and signed every day."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from importlib.metadata import version
from pathlib import Path

import structlog

from bot.errors import InputError, ServiceError
from bot.settings import Settings
from bot.wiring import Office, checked_vault
from bot.wiring_administrators import tell_administrators
from bot.wiring_database import as_owner, find_way, finish_restore, prepare
from bot.wiring_push import PUSHED_CHANNELS
from handlers.phrases import _
from knowledge.local_time import VIETNAM
from storage.audit import public_key_of, sign
from storage.backups.manifest import Manifest
from storage.backups.programs import BackupError
from storage.backups.restoring import Wishes, restore_backup
from storage.backups.sealed import BackupFileError, WrongKeyError
from storage.backups.taking import keep_newest, name_of, take_backup
from storage.backups.verifying import Proof, prove_backup
from storage.drawers import Drawers
from storage.errors import DatabaseUnavailableError
from storage.migrating import newest_revision
from storage.records import AuditCheck, AuditSeal, AuditVerdict, BackupKept, LetterKind, Restore
from storage.roles import may_change_audit

__all__ = ["Manifest", "Wishes"]
_LOOK_EVERY = timedelta(hours=24)  # the audit chain is read from its beginning
_NIGHT = time(1)  # from then on a day's backup is due, and the day before is signed
_TRY_AGAIN = timedelta(minutes=30)
_MOST_DAYS = 31  # a clock that is further behind than that is seen by anybody
_log = structlog.get_logger("bot.keeping")


@dataclass(frozen=True, slots=True)
class Standing:
    """How the cabinet is kept: the last reading of the audit chain, the last end that was signed, the backups."""

    check: AuditCheck | None
    sealed: AuditSeal | None
    may_change_audit: bool
    backup: BackupKept | None
    failed: BackupKept | None
    restore: Restore | None
    is_unsettled: bool


# --- backups --------------------------------------------------------------------------------------------------------


def app_version() -> str:
    """The version of the program."""
    return version("nhacchuan")


async def back_up(settings: Settings, target: Path, now: datetime, *, keep: int | None = None) -> tuple[Path, Manifest]:
    """Take a backup into a file, or into a directory under a name of its time; of that directory only `keep` stay.

    Raises InputError or ServiceError; there is no file then.
    """
    file = _choose_file(target, now)
    vault = checked_vault(settings)
    try:
        with find_way(settings) as way:
            manifest = await asyncio.to_thread(
                take_backup,
                way.owner_url,
                vault,
                file,
                now=now,
                app_version=app_version(),
                noticing=lambda _found: None,
            )
            await _note(settings, BackupKept(now, file.name, file.stat().st_size, manifest.chain_number), manifest)
    except BackupError as error:
        raise ServiceError(_("No backup was taken: {reason}").format(reason=error)) from error
    except DatabaseUnavailableError as error:
        raise ServiceError(_("The database cannot be used: {reason}").format(reason=error)) from error
    if keep is not None:
        keep_newest(file.parent, keep)
    return file, manifest


def is_backup(target: Path) -> bool:
    """Whether there is a file already."""
    return target.is_file()


def _choose_file(target: Path, now: datetime) -> Path:
    return target / name_of(now) if target.is_dir() or not target.suffix else target


async def _note(settings: Settings, kept: BackupKept, manifest: Manifest) -> None:
    """Remember it where the tables of this version are there to remember it in."""
    if manifest.revision != newest_revision():
        return
    with find_way(settings) as way:
        async with as_owner(way, checked_vault(settings)) as owner, owner.transaction() as drawers:
            await drawers.backups.note(kept)


async def prove(settings: Settings, file: Path, now: datetime) -> Proof:
    """Restore a backup elsewhere and look whether everything is there. Raises InputError or ServiceError."""
    try:
        return await prove_backup(file, checked_vault(settings), now)
    except BackupFileError as error:
        raise InputError(_describe(file, error)) from error
    except BackupError as error:
        raise ServiceError(_("The backup could not be tried: {reason}").format(reason=error)) from error
    except DatabaseUnavailableError as error:
        raise ServiceError(_("The database cannot be used: {reason}").format(reason=error)) from error


async def restore(settings: Settings, file: Path, wishes: Wishes) -> tuple[Manifest, Mapping[str, int]]:
    """Put a backup into the database and clean what it must not bring back; what it held, and what was cleaned.

    Raises InputError or ServiceError; nothing is changed then.
    """
    vault = checked_vault(settings)
    try:
        with find_way(settings) as way:
            manifest = await asyncio.to_thread(restore_backup, way.owner_url, vault, file, wishes)
            await prepare(way, vault, wishes.now, may_migrate=True)
            async with as_owner(way, vault) as owner:
                await finish_restore(owner, wishes.now)
                async with owner.transaction() as drawers:
                    last = await drawers.restores.find_last()
    except BackupFileError as error:
        raise InputError(_describe(file, error)) from error
    except BackupError as error:
        raise InputError(_("Nothing was restored: {reason}").format(reason=error)) from error
    except DatabaseUnavailableError as error:
        raise ServiceError(_("The database cannot be used: {reason}").format(reason=error)) from error
    return manifest, last.counts if last is not None else {}


def _describe(file: Path, error: BackupFileError) -> str:
    if isinstance(error, WrongKeyError):
        return _(
            "{file} was sealed under another secret key. Put the key of then into NHACCHUAN_SECRET_KEY"
            " (several are divided by commas); nothing was changed."
        ).format(file=file)
    return _("{file} cannot be used: {reason}. Nothing was changed.").format(file=file, reason=error)


async def settle_restore(office: Office, *, says_go: bool = False) -> int | None:
    """Name what may have gone out since the backup was taken, and let planning go on; how many messages are unclear.

    What would have been told by now, as the database stands, is stored as told without anybody knowing whether it
    arrived: it is never sent. None where there is nothing to settle, or an operator has yet to say so (`says_go`).
    """
    push = office.push
    async with push.database.transaction() as drawers:
        unsettled = await drawers.restores.find_unsettled()
    if unsettled is None or (unsettled.is_held and not says_go):
        return None
    named = 0

    async def is_to_be_named(drawers: Drawers, day: date) -> bool:
        return await drawers.restores.find_unsettled() is not None and not await drawers.fleet.is_planned(day)

    for day in await _days_to_name(office, unsettled):

        async def only_if(drawers: Drawers, day: date = day) -> bool:
            return await is_to_be_named(drawers, day)

        async def also(drawers: Drawers, counts: Mapping[str, int], day: date = day) -> None:
            nonlocal named
            now = office.clock.now()
            await drawers.fleet.finish_day(day, now, now, counts)
            named += await drawers.restores.name_unclear(unsettled)

        senders = {channel: office.places.first.get(channel, channel) for channel in PUSHED_CHANNELS}
        await push.plan_and_store(day, senders, only_if=only_if, also=also)
    async with push.database.transaction() as drawers:
        again = await drawers.restores.find_unsettled()
        if again is not None:
            await drawers.restores.settle(again, office.clock.now(), named)
    _log.warning("restore.settled", taken_at=unsettled.taken_at.isoformat(), named=named)
    return named


async def _days_to_name(office: Office, restore: Restore) -> Sequence[date]:
    """The last working day before that of the restore, if it came after the backup, and the day of the restore.

    What was owed on earlier days and is owed no more is not told by anybody, unless a clock that runs slow lets those
    days come once more.
    """
    first, last = (one.astimezone(VIETNAM).date() for one in (restore.taken_at, restore.restored_at))
    rules = (await office.rule_book()).on(last)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    working = [day for day in days if rules.calendar.is_working(day)]
    to_come = [day for day in working if day >= office.clock.today()]
    return working[-max(2, min(len(to_come), _MOST_DAYS)) :]


# --- what is looked after every night -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Keeper:
    """Looks every few minutes whether something is due; of several processes one does it."""

    office: Office

    async def look(self) -> None:
        """Read and sign the audit chain once a day, and take the night's backup."""
        await self.verify_chain()
        await self.take_nightly()

    async def verify_chain(self, *, is_asked: bool = False) -> AuditVerdict | None:
        """Read the whole chain and sign the ends of the days that are over, if that is due; what was found."""
        office, now = self.office, self.office.clock.now()
        async with office.push.database.transaction() as drawers:
            last = await drawers.audit.find_check()
            if not is_asked and last is not None and now - last.checked_at < _LOOK_EVERY:
                return None
            if not await drawers.audit.take_check():
                return None
            verdict = await drawers.audit.verify()
            await drawers.audit.note_check(verdict, now)
            if verdict.is_intact:
                await drawers.audit.seal_days(_start_of(now), office.vault.seal_keys[0], now)
            elif last is None or last.is_intact or last.broken_at != verdict.broken_at:
                _log.error("audit.broken", entry=verdict.broken_at, reason=str(verdict.reason))
                number = verdict.broken_at or 0
                await tell_administrators(drawers, LetterKind.AUDIT_BROKEN, f"audit_broken:{number}", now, number)
        return verdict

    async def take_nightly(self) -> None:
        """Take tonight's backup where a directory is set, keep the newest, and try whether it holds."""
        office, now = self.office, self.office.clock.now()
        directory = office.settings.backup_dir
        if directory is None or now.astimezone(VIETNAM).time() < _NIGHT:
            return
        async with office.push.database.transaction() as drawers:
            good, bad = await drawers.backups.find_last(is_good=True), await drawers.backups.find_last(is_good=False)
        if good is not None and good.taken_at >= _start_of(now):
            return
        if bad is not None and now - bad.taken_at < _TRY_AGAIN:
            return
        problem = await self._try_backup(directory, now)
        if problem:
            _log.error("backup.failed", reason=problem)
            async with office.push.database.transaction() as drawers:
                await drawers.backups.note(BackupKept(now, "", 0, 0, reason=problem))
                day = now.astimezone(VIETNAM).date().isoformat()
                await tell_administrators(drawers, LetterKind.BACKUP_FAILED, f"backup_failed:{day}", now)

    async def _try_backup(self, directory: Path, now: datetime) -> str:
        """Why it failed; empty where it is there and holds."""
        office, settings = self.office, self.office.settings
        file = directory / name_of(now)
        try:
            manifest = await asyncio.to_thread(
                take_backup, office.owner_url, office.vault, file, now=now, app_version=app_version(),
                noticing=lambda _found: None,
            )  # fmt: skip
            proof = await prove_backup(file, office.vault, now)
        except (BackupError, BackupFileError, DatabaseUnavailableError, OSError) as error:
            return str(error)
        if not proof.is_whole:
            return proof.wrong[0]
        kept = BackupKept(now, file.name, file.stat().st_size, manifest.chain_number, verified_at=now)
        async with office.push.database.transaction() as drawers:
            await drawers.backups.note(kept)
        keep_newest(directory, settings.backup_keep)
        return ""


def _start_of(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(VIETNAM).date(), time(), tzinfo=VIETNAM)


async def read_standing(office: Office) -> Standing:
    """How the cabinet is kept, for the doctor, the console and the metrics."""
    async with office.push.database.transaction() as drawers:
        seals = await drawers.audit.list_seals(1)
        return Standing(
            check=await drawers.audit.find_check(),
            sealed=seals[0] if seals else None,
            may_change_audit=await may_change_audit(office.push.database),
            backup=await drawers.backups.find_last(is_good=True),
            failed=await drawers.backups.find_last(is_good=False),
            restore=await drawers.restores.find_last(),
            is_unsettled=await drawers.restores.find_unsettled() is not None,
        )


# --- ends of the chain on paper -------------------------------------------------------------------------------------


async def list_seals(office: Office, limit: int) -> Sequence[AuditSeal]:
    """The ends that were signed, the newest first."""
    async with office.push.database.transaction() as drawers:
        return await drawers.audit.list_seals(limit)


async def seal_now(office: Office, limit: int) -> Sequence[AuditSeal]:
    """Sign the days that are over, and, not kept, the end of this moment: that first, then those of the days."""
    now = office.clock.now()
    key = office.vault.seal_keys[0]
    async with office.push.database.transaction() as drawers:
        await drawers.audit.seal_days(_start_of(now), key, now)
        number, end = await drawers.audit.find_end()
        of_now = sign(now.astimezone(VIETNAM).date(), number, end, key, now)
        return [of_now, *await drawers.audit.list_seals(limit)]


async def find_hash(office: Office, number: int) -> str | None:
    """The hash of an entry of the chain, or None."""
    async with office.push.database.transaction() as drawers:
        return await drawers.audit.find_hash(number)


def own_keys(office: Office) -> Sequence[bytes]:
    """The public parts of the keys of this installation that sign, the newest first."""
    return [public_key_of(one) for one in office.vault.seal_keys]
