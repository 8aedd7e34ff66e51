"""What `doctor` says of how the cabinet is kept: the audit chain, backups, a restore that is not settled."""

from datetime import datetime, timedelta

from bot.wiring import Office
from bot.wiring_keeping import Standing, read_standing
from handlers.audit_words import say_fault
from handlers.phrases import _, show_moment, show_number

_CHAIN_IS_READ_WITHIN = timedelta(hours=49)  # every day, and a day of grace
_BACKUP_IS_TAKEN_WITHIN = timedelta(hours=49)

Told = tuple[str, bool, str, str]  # the check's name, whether it is well, what was found, how to mend it


async def check_keeping(office: Office) -> list[Told]:
    """The checks, in the order in which they are told."""
    standing, now = await read_standing(office), office.clock.now()
    checks = [
        _about_chain(
            standing, is_late=standing.check is None or now - standing.check.checked_at > _CHAIN_IS_READ_WITHIN
        ),
        _about_rights(standing, is_given=office.settings.database_url is not None),
        _about_backups(office, standing),
    ]
    if standing.is_unsettled and standing.restore is not None:
        found = _("put back from the backup of {moment}; nothing is planned until what may have gone out is named")
        mend = _("Enter again what was lost, then run: nhacchuan resume")
        checks.append(("restore", False, found.format(moment=show_moment(standing.restore.taken_at)), mend))
    return checks


def _about_chain(standing: Standing, *, is_late: bool) -> Told:
    check, sealed = standing.check, standing.sealed
    if check is None and standing.check_ahead is not None:
        return "audit", False, _tell_ahead(standing.check_ahead), _start_reading()
    if check is None:
        found = _("never read from its beginning; a worker does so every day")
        return "audit", True, found, ""
    if not check.is_intact:
        found = _("broken at entry {n}: {reason}").format(n=show_number(check.broken_at or 0), reason=say_fault(check))
        mend = _(
            "Keep the database as it is (nhacchuan backup FILE), find out who had access, compare with HR's sheets."
        )
        return "audit", False, found, mend
    found = _("{n} entries, last read on {moment}").format(
        n=show_number(check.entries), moment=show_moment(check.checked_at)
    )
    if sealed is not None:
        found += _("; signed up to entry {n}").format(n=show_number(sealed.number))
    return "audit", not is_late, found, _start_reading()


def _start_reading() -> str:
    return _("Nobody reads it any more. Start: nhacchuan work (or nhacchuan run)")


def _tell_ahead(noted_at: datetime) -> str:
    text = _("the last one carries a moment that has not come, {moment}: the clock was ahead, and it does not count")
    return text.format(moment=show_moment(noted_at))


def _about_rights(standing: Standing, *, is_given: bool) -> Told:
    if not standing.may_change_audit:
        return "audit_rights", True, _("the account of the running product cannot change the audit chain"), ""
    found = _("the account of the running product owns the tables: only triggers guard the audit chain")
    mend = _(
        "Give it an account of its own: put the owner's address into NHACCHUAN_DATABASE_OWNER_URL and another account"
        " into NHACCHUAN_DATABASE_URL, then run: nhacchuan init"
    )
    return "audit_rights", not is_given, found, mend


def _about_backups(office: Office, standing: Standing) -> Told:
    good, bad, now = standing.backup, standing.failed, office.clock.now()
    mend = _("Set NHACCHUAN_BACKUP_DIR to a directory on another disk, or run every night: nhacchuan backup DIRECTORY")
    if bad is not None:
        found = _("the last one could not be taken: {reason}").format(reason=bad.reason)
        return "backups", False, found, _("Mend what it says; a worker tries again every half hour.")
    if good is None and standing.backup_ahead is not None:
        return "backups", False, _tell_ahead(standing.backup_ahead), mend
    if good is None:
        is_asked_for = office.settings.backup_dir is not None
        return "backups", not is_asked_for, _("none was ever taken"), mend
    found = _("{name}, {size} MB").format(name=good.name, size=show_number(round(good.bytes / 1e6, 1)))
    found += _(", tried by restoring it") if good.verified_at is not None else ""
    return "backups", now - good.taken_at < _BACKUP_IS_TAKEN_WITHIN, found, mend
