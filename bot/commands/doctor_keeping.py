"""What `doctor` says of how the cabinet is kept: the audit chain, backups, a restore that is not settled."""

from datetime import datetime, timedelta

from bot.commands.checked import Check, remark
from bot.commands.doctor_personal_data import is_young
from bot.wiring import Office
from bot.wiring_keeping import Standing, read_standing
from handlers.audit_words import say_fault
from handlers.phrases import _, show_moment, show_number

_CHAIN_IS_READ_WITHIN = timedelta(hours=49)  # every day, and a day of grace
_BACKUP_IS_TAKEN_WITHIN = timedelta(hours=49)


async def check_keeping(office: Office) -> list[Check]:
    """The checks, in the order in which they are told."""
    standing, now = await read_standing(office), office.clock.now()
    is_new = is_young(await office.privacy.begun_at(), now)
    checks = [
        _about_chain(standing, now, is_new=is_new),
        _about_rights(standing, is_given=office.settings.database_url is not None),
        _about_backups(office, standing, is_new=is_new),
    ]
    if standing.is_unsettled and standing.restore is not None:
        found = _("put back from the backup of {moment}; nothing is planned until what may have gone out is named")
        mend = _("Enter again what was lost, then run: nhacchuan resume")
        found = found.format(moment=show_moment(standing.restore.taken_at))
        checks.append(Check("restore", is_well=False, found=found, mend=mend))
    return checks


def _about_chain(standing: Standing, now: datetime, *, is_new: bool) -> Check:
    check, sealed = standing.check, standing.sealed
    if check is None and standing.check_ahead is not None:
        return Check("audit", is_well=False, found=_tell_ahead(standing.check_ahead), mend=_start_reading())
    if check is None:
        found = _("never read from its beginning; a worker does so every day")
        if is_new:
            return Check("audit", is_well=True, found=found)
        return remark("audit", "never_read", found, _("Keep a worker open too: nhacchuan work (or nhacchuan run)"))
    if not check.is_intact:
        found = _("broken at entry {n}: {reason}").format(n=show_number(check.broken_at or 0), reason=say_fault(check))
        mend = _(
            "Keep the database as it is (nhacchuan backup FILE), find out who had access, compare with HR's sheets."
        )
        return Check("audit", is_well=False, found=found, mend=mend)
    found = _("{n} entries, last read on {moment}").format(
        n=show_number(check.entries), moment=show_moment(check.checked_at)
    )
    if sealed is not None:
        found += _("; signed up to entry {n}").format(n=show_number(sealed.number))
    is_late = now - check.checked_at > _CHAIN_IS_READ_WITHIN
    return Check("audit", is_well=not is_late, found=found, mend=_start_reading())


def _start_reading() -> str:
    return _("Nobody reads it any more. Start: nhacchuan work (or nhacchuan run)")


def _tell_ahead(noted_at: datetime) -> str:
    text = _("the last one carries a moment that has not come, {moment}: the clock was ahead, and it does not count")
    return text.format(moment=show_moment(noted_at))


def _about_rights(standing: Standing, *, is_given: bool) -> Check:
    if not standing.may_change_audit:
        found = _("the account of the running product cannot change the audit chain")
        return Check("audit_rights", is_well=True, found=found)
    found = _("the account of the running product owns the tables: only triggers guard the audit chain")
    mend = _(
        "Give it an account of its own: put the owner's address into NHACCHUAN_DATABASE_OWNER_URL and another account"
        " into NHACCHUAN_DATABASE_URL, then run: nhacchuan init"
    )
    return Check("audit_rights", is_well=not is_given, found=found, mend=mend)


def _about_backups(office: Office, standing: Standing, *, is_new: bool) -> Check:
    good, bad, now = standing.backup, standing.failed, office.clock.now()
    mend = _("Set NHACCHUAN_BACKUP_DIR to a directory on another disk, or run every night: nhacchuan backup DIRECTORY")
    if bad is not None:
        found = _("the last one could not be taken: {reason}").format(reason=bad.reason)
        mend = _("Mend what it says; a worker tries again every half hour.")
        return Check("backups", is_well=False, found=found, mend=mend)
    if good is None and standing.backup_ahead is not None:
        return Check("backups", is_well=False, found=_tell_ahead(standing.backup_ahead), mend=mend)
    if good is None:
        found = _("none was ever taken")
        if office.settings.backup_dir is None and not is_new:
            return remark("backups", "never_taken", found, mend)
        return Check("backups", is_well=office.settings.backup_dir is None, found=found, mend=mend)
    found = _("{name}, {size} MB").format(name=good.name, size=show_number(round(good.bytes / 1e6, 1)))
    found += _(", tried by restoring it") if good.verified_at is not None else ""
    is_well = now - good.taken_at < _BACKUP_IS_TAKEN_WITHIN
    return Check("backups", is_well=is_well, found=found, mend=mend)
