"""How the cabinet is kept: backups and what follows from a restore, the audit chain verified and signed every day."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import structlog

from bot.errors import InputError, ServiceError
from bot.failures import where_of
from bot.settings import Settings
from bot.wiring import Office, checked_vault
from bot.wiring_administrators import tell_administrators
from bot.wiring_database import Way, as_owner, find_way, finish_restore, prepare
from bot.wiring_keys import ensure_known
from bot.wiring_push import PUSHED_CHANNELS
from handlers.phrases import _
from knowledge.local_time import VIETNAM
from storage.audit import public_key_of, sign
from storage.backups.manifest import Manifest
from storage.backups.programs import BackupError
from storage.backups.restoring import Wishes, restore_backup
from storage.backups.sealed import BackupFileError, WrongKeyError
from storage.backups.taking import (
    alone_in,
    approve,
    drop_unproven_before,
    keep_newest,
    name_of,
    take_backup,
    until_proven,
)
from storage.backups.verifying import Proof, drop_left_proofs, prove_backup
from storage.database import Database
from storage.drawers import Drawers
from storage.encryption import Vault
from storage.errors import DatabaseUnavailableError
from storage.key_file import KeyFile
from storage.migrating import find_revision, newest_revision
from storage.records import AuditCheck, AuditSeal, AuditVerdict, BackupKept, LetterKind, Restore
from storage.roles import is_shut_out, may_change_audit

__all__ = ["Manifest", "Wishes"]
_LOOK_EVERY = timedelta(hours=24)  # the audit chain is read from its beginning
_NIGHT = time(1)  # from then on a day's backup is due, and the day before is signed
_TRY_AGAIN = timedelta(minutes=30)
_CLOCKS_DIFFER = timedelta(minutes=5)  # those of two machines
_MOST_DAYS = 31  # a clock that is further behind than that is seen by anybody
_log = structlog.get_logger("bot.keeping")


@dataclass(frozen=True, slots=True)
class Standing:
    """How the cabinet is kept: the last reading of the audit chain, the last end that was signed, the backups.

    `failed` is the last try where it failed. What was noted while the clock was ahead counts for nothing (`believed`);
    `check_ahead` and `backup_ahead` are the moments that the last ones carry then. A chain found broken stays so.
    """

    check: AuditCheck | None
    check_ahead: datetime | None
    sealed: AuditSeal | None
    may_change_audit: bool
    backup: BackupKept | None
    backup_ahead: datetime | None
    failed: BackupKept | None
    restore: Restore | None
    is_unsettled: bool


def believed(now: datetime) -> datetime:
    """The latest moment that can have passed. What carries a later one was noted while a clock was ahead.

    It tells nothing of when that was, so it keeps nothing from being done again and makes nothing look well.
    """
    return now + _CLOCKS_DIFFER


# --- backups --------------------------------------------------------------------------------------------------------


class DoesNotHoldError(BackupError):
    """It was restored elsewhere, and not everything was there."""


class NotTriedError(BackupError):
    """It was taken, and whether it holds could not be found out."""


def app_version() -> str:
    """The version of the program, “?” where it runs from its files without having been installed."""
    try:
        return version("nhacchuan")
    except PackageNotFoundError:
        return "?"


async def back_up(
    settings: Settings, target: Path, now: datetime, *, keep: int | None = None, proves: bool = False
) -> tuple[Path, Manifest]:
    """Take a backup into a file, or into a directory under a name of its time, and try whether it holds if asked.

    Of a directory only `keep` stay; none is removed for one that was to be tried and does not hold. What became of it
    is noted, and administrators are told of a failure. Raises InputError or ServiceError; under a key that does not
    open what the database holds nothing is taken and nothing noted.
    """
    is_one_of_several = is_for_several(target)
    file = target / name_of(now) if is_one_of_several else target
    vault = _given_vault(settings)
    try:
        with find_way(settings) as way:
            await _ensure_opened(way, vault)
            try:
                with alone_in(file.parent, waits=True) if is_one_of_several else nullcontext():
                    kept, manifest = await _take(way.owner_url, vault, file, now, proves=proves)
                    noted: Sequence[BackupKept] = ()
                    if manifest.revision == newest_revision():  # else there is nothing yet to remember it in
                        async with as_owner(way, vault) as owner:
                            noted = await _note(owner, kept)
                    if keep is not None and is_one_of_several:
                        keep_newest(file, keep, noted)
            except Exception as error:
                await _note_failure(way, vault, now, error)
                raise
    except DoesNotHoldError as error:
        told = _("The backup does not hold: {reasons}").format(reasons=error)
        raise InputError(f"{told}. {_tell_left(file)}") from error
    except NotTriedError as error:
        told = _("The backup could not be tried: {reason}").format(reason=error)
        raise ServiceError(f"{told}. {_tell_left(file)}") from error
    except BackupError as error:
        raise ServiceError(_("No backup was taken: {reason}").format(reason=error)) from error
    except DatabaseUnavailableError as error:
        raise ServiceError(_("The database cannot be used: {reason}").format(reason=error)) from error
    return file, manifest


def is_for_several(target: Path) -> bool:
    """Whether it is a directory of backups, there or to be made, and not a file that was named."""
    return target.is_dir() or not target.suffix


def _given_vault(settings: Settings) -> Vault:
    """The vault of a key that is there. None is made: of what is there already a new one opens nothing.

    Raises InputError or ServiceError.
    """
    if settings.secret_key is None and not KeyFile(settings.home).path.exists():
        told = _(
            "There is no secret key here, and a backup is taken, tried and put back only with the one of the data:"
            " put it into NHACCHUAN_SECRET_KEY, or the file secret.key into {home}. None was made."
        )
        raise InputError(told.format(home=settings.home))
    return checked_vault(settings)


async def _ensure_opened(way: Way, vault: Vault) -> None:
    """Raises InputError for keys that are not those of the data.

    The names of keys are known to a database of this version alone; of an earlier one the proof opens what is sealed.
    """
    async with as_owner(way, vault) as owner:
        if not await is_shut_out(owner) and await find_revision(owner) == newest_revision():
            await ensure_known(owner, vault)


async def _note(database: Database, kept: BackupKept) -> Sequence[BackupKept]:
    """Remember that it was taken; all that were taken, in their order."""
    async with database.transaction() as drawers:
        await drawers.backups.note(kept)
        return await drawers.backups.list_taken()


async def _take(
    owner_url: str, vault: Vault, file: Path, now: datetime, *, proves: bool
) -> tuple[BackupKept, Manifest]:
    """Take it, and where it is to be tried give it its name in the directory only once it held.

    Raises BackupError, NotTriedError or DoesNotHoldError; the newest one that is not proven stays, under another name.
    """
    is_one_of_several = proves and file.name == name_of(now)
    draft = until_proven(file) if is_one_of_several else file
    manifest = await asyncio.to_thread(
        take_backup, owner_url, vault, draft, now=now, app_version=app_version(), noticing=lambda _found: None
    )
    kept = BackupKept(now, file.name, draft.stat().st_size, manifest.chain_number)
    if not proves:
        await asyncio.to_thread(drop_left_proofs)  # a proof does so itself
        return kept, manifest
    if is_one_of_several:
        drop_unproven_before(draft)
    try:
        proof = await prove_backup(draft, vault, now)
    except BackupFileError as error:
        raise DoesNotHoldError(str(error)) from error
    except (BackupError, DatabaseUnavailableError, OSError) as error:
        raise NotTriedError(str(error)) from error
    if not proof.is_whole:
        raise DoesNotHoldError("; ".join(proof.wrong))
    if is_one_of_several:
        approve(draft, file)
    return replace(kept, verified_at=now), manifest


def _tell_left(file: Path) -> str:
    left = until_proven(file)
    text = _("It was left as {file}, and no older backup was removed for it.")
    return text.format(file=left if left.is_file() else file)


async def _note_failure(way: Way, vault: Vault, now: datetime, error: Exception) -> None:
    """Remember it where that can be done: the database itself may be what is out of reach."""
    try:
        async with as_owner(way, vault) as owner:
            if await find_revision(owner) == newest_revision():
                async with owner.transaction() as drawers:
                    await _tell_failure(drawers, now, error)
    except Exception as failed:  # noqa: BLE001  why there is no backup is what has to be told
        _log.error("backup.not_noted", error=type(failed).__name__, where=where_of(failed))


async def _tell_failure(drawers: Drawers, now: datetime, error: Exception) -> None:
    """For the doctor and the alerts; and administrators are told, once a day."""
    await drawers.backups.note(BackupKept(now, "", 0, 0, reason=_reason_of(error)))
    day = now.astimezone(VIETNAM).date().isoformat()
    await tell_administrators(drawers, LetterKind.BACKUP_FAILED, f"backup_failed:{day}", now)


def _reason_of(error: Exception) -> str:
    """Its own sentence where it was made for operators; of what nobody foresaw the kind alone."""
    is_foreseen = isinstance(error, BackupError | DatabaseUnavailableError | OSError)
    return str(error) if is_foreseen and str(error) else type(error).__name__


def is_backup(target: Path) -> bool:
    """Whether there is a file already."""
    return target.is_file()


async def prove(settings: Settings, file: Path, now: datetime) -> Proof:
    """Restore a backup elsewhere and look whether everything is there. Raises InputError or ServiceError."""
    try:
        return await prove_backup(file, _given_vault(settings), now)
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
    vault = _given_vault(settings)
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
        """Read and sign the audit chain once a day, take the night's backup, and clear up after a killed proof."""
        await asyncio.to_thread(drop_left_proofs)
        await self.verify_chain()
        await self.take_nightly()

    async def verify_chain(self, *, is_asked: bool = False) -> AuditVerdict | None:
        """Read the whole chain and sign the ends of the days that are over, if that is due; what was found."""
        office, now = self.office, self.office.clock.now()
        async with office.push.database.transaction() as drawers:
            last = await drawers.audit.find_check()
            is_read = last is not None and now - _LOOK_EVERY < last.checked_at <= believed(now)
            if is_read and not is_asked:
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
        if not await self._is_due(now):
            return
        try:
            with alone_in(directory) as is_alone:
                if is_alone and await self._is_due(now):  # another process may have taken it meanwhile
                    file = directory / name_of(now)
                    kept, _manifest = await _take(office.owner_url, office.vault, file, now, proves=True)
                    keep_newest(file, office.settings.backup_keep, await _note(office.push.database, kept))
        except Exception as error:  # noqa: BLE001  whatever it is, there is no backup, and somebody has to hear of it
            _log.error("backup.failed", reason=_reason_of(error), error=type(error).__name__, where=where_of(error))
            async with office.push.database.transaction() as drawers:
                await _tell_failure(drawers, now, error)

    async def _is_due(self, now: datetime) -> bool:
        """Whether there is none of tonight yet, and the last try is long enough ago."""
        async with self.office.push.database.transaction() as drawers:
            good = await drawers.backups.find_last(believed(now), is_good=True)
            bad = await drawers.backups.find_last(believed(now), is_good=False)
        if good is not None and good.taken_at >= _start_of(now):
            return False
        return bad is None or now - bad.taken_at >= _TRY_AGAIN


def _start_of(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(VIETNAM).date(), time(), tzinfo=VIETNAM)


async def read_standing(office: Office) -> Standing:
    """How the cabinet is kept, for the doctor, the console and the metrics."""
    until = believed(office.clock.now())
    async with office.push.database.transaction() as drawers:
        seals = await drawers.audit.list_seals(1)
        check, newest = await drawers.audit.find_check(), await drawers.backups.find_last()
        last = await drawers.backups.find_last(until)
        is_ahead = check is not None and check.checked_at > until
        return Standing(
            check=None if check is not None and check.is_intact and is_ahead else check,
            check_ahead=check.checked_at if check is not None and is_ahead else None,
            sealed=seals[0] if seals else None,
            may_change_audit=await may_change_audit(office.push.database),
            backup=await drawers.backups.find_last(until, is_good=True),
            backup_ahead=newest.taken_at if newest is not None and newest.taken_at > until else None,
            failed=last if last is not None and last.reason else None,
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
