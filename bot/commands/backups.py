"""`backup`, `restore` and `resume`: the whole cabinet copied, proven, and put back."""

from collections.abc import Mapping
from pathlib import Path

from bot.errors import InputError, ServiceError
from bot.settings import Settings
from bot.wiring import make_clock, open_office
from bot.wiring_keeping import Manifest, Wishes, back_up, is_backup, is_for_several, prove, restore, settle_restore
from handlers.phrases import _, ngettext, show_moment, show_number


async def take(settings: Settings, target: Path, *, keep: int | None, verifies: bool) -> None:
    """Take a backup and, if asked, try whether it holds; a file that is one already is only tried."""
    if keep is not None and (is_backup(target) or not is_for_several(target)):
        raise InputError(_("--keep goes with a directory of backups; {file} is a file.").format(file=target))
    now, is_there = make_clock(settings).now(), is_backup(target)
    if verifies and is_there:
        await _prove(settings, target)
        return
    if is_there:
        raise InputError(_("{file} is there already; name another file, or a directory.").format(file=target))
    file, manifest = await back_up(settings, target, now, keep=keep, proves=verifies)
    print(_("Backup: {file} ({what}).").format(file=file, what=_describe(manifest)))
    print(_("It can be opened only with the secret key, which is not in it: keep that elsewhere."))
    if verifies:
        _tell_proof(manifest)


async def _prove(settings: Settings, file: Path) -> None:
    proof = await prove(settings, file, make_clock(settings).now())
    if not proof.is_whole:
        raise InputError(_("The backup does not hold: {reasons}").format(reasons="; ".join(proof.wrong)))
    _tell_proof(proof.manifest)


def _tell_proof(manifest: Manifest) -> None:
    print(_("Tried by restoring it elsewhere: every row is there, and the audit chain is intact ({what}).").format(
        what=_describe(manifest)))  # fmt: skip


async def put_back(settings: Settings, file: Path, *, replaces: bool, holds: bool) -> None:
    """Put a backup in the place of what is there, and say what may have happened since it was taken."""
    now = make_clock(settings).now()
    manifest, counts = await restore(settings, file, Wishes(now, replaces=replaces, is_held=holds))
    print(_("Restored: {what}.").format(what=_describe(manifest)))
    named: int | None = None
    if not holds:
        async with open_office(settings, keeps_threads=False) as office:
            named = await settle_restore(office)
    for line in _tell(counts, named):
        print(f"– {line}")
    if holds:
        print(_("Nothing is planned until you have entered again what was lost, and run: nhacchuan resume"))


async def resume(settings: Settings) -> None:
    """Let planning go on after a restore that was held."""
    async with open_office(settings, keeps_threads=False) as office:
        named = await settle_restore(office, says_go=True)
    if named is None:
        raise ServiceError(_("No restore waits to be settled."))
    print(_describe_named(named))


def _describe(manifest: Manifest) -> str:
    text = _("taken on {moment}, {rows} rows, audit chain of {n} entries, version {version}")
    return text.format(
        moment=show_moment(manifest.taken_at),
        rows=show_number(manifest.rows),
        n=show_number(manifest.chain_number),
        version=manifest.app_version,
    )


def _describe_named(named: int) -> str:
    return ngettext(
        "{n} message that would have been due since then is named unclear too.",
        "{n} messages that would have been due since then are named unclear too.",
        named,
    ).format(n=show_number(named))


def _tell(counts: Mapping[str, int], named: int | None) -> list[str]:
    """What is to be known, and done, after a restore."""
    told: list[str] = []
    if messages := counts.get("messages", 0) + counts.get("letters", 0):
        text = ngettext(
            "{n} message waited when the backup was taken and may have gone out since: it is unclear and not sent"
            " again.",
            "{n} messages waited when the backup was taken and may have gone out since: they are unclear and not sent"
            " again.",
            messages,
        )
        told.append(text.format(n=show_number(messages)))
    if named:
        told.append(_describe_named(named))
    if messages or named:
        told.append(
            _(
                "What is unclear of broadcasts HR settles on its page or by: nhacchuan broadcast unclear NUMBER;"
                " the rest: nhacchuan queue"
            )
        )
    if questions := counts.get("questions"):
        text = ngettext(
            "{n} message of a visitor was being answered when the backup was taken: they are asked to send it again if"
            " they miss the answer.",
            "{n} messages of visitors were being answered when the backup was taken: they are asked to send them again"
            " if they miss the answer.",
            questions,
        )
        told.append(text.format(n=show_number(questions)))
    told.append(_("Linking codes and console sessions of then do not open anything any more; issue new ones."))
    if calendars := counts.get("calendars"):
        text = ngettext(
            "{n} secret address of a calendar opens nothing any more, since it may have been taken back: whoever"
            " subscribed asks for a new one in their chat.",
            "{n} secret addresses of calendars open nothing any more, since they may have been taken back: whoever"
            " subscribed asks for a new one in their chat.",
            calendars,
        )
        told.append(text.format(n=show_number(calendars)))
    if counts.get("zalo"):
        told.append(_("Zalo's permission may have been renewed since, and then the one of the backup is used up:"
                      " run nhacchuan doctor, and if it says so: nhacchuan zalo connect"))  # fmt: skip
    if counts.get("keys") or counts.get("hooks"):
        text = _(
            "{keys} keys and {hooks} hooks of other systems are suspended: confirm each that was not revoked since "
            "(nhacchuan api-key confirm, nhacchuan hook confirm, or “Personal data” in the console)."
        )
        told.append(text.format(keys=counts.get("keys", 0), hooks=counts.get("hooks", 0)))
    if counts.get("accounts"):
        told.append(_(
                "Accounts and personal data are as they were: repeat what people withdrew, corrected or had deleted"
                " since; their requests are on paper or in their chats."
            ))  # fmt: skip
    told.append(_("Load again what was loaded since, and enter what was decided."))
    return told
