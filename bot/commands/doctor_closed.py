"""Why the office does not open, in the doctor's words: the database, its version, its accounts, the secret key."""

from bot.commands.checked import Check, away, wrong
from bot.errors import CommandError, ServiceError
from handlers.phrases import _

Cause = tuple[str, str, str]  # the check's name, the fault, how to mend it


def describe_closed(error: CommandError) -> Check:
    """The check for the error with which an office refused to open."""
    name, fault, mend = _told_by_fault(error) or _told_by_server(str(error)) or _unknown()
    is_away = isinstance(error, ServiceError)
    return (away if is_away else wrong)(name, fault, str(error), mend)


def _unknown() -> Cause:
    return "database", "out_of_reach", _("Start the server and check NHACCHUAN_DATABASE_URL, or run: nhacchuan init")


def _told_by_fault(error: CommandError) -> Cause | None:
    if error.fault == "newer":
        mend = _("Install the newer version of the program, or restore a backup taken before: nhacchuan restore FILE")
        return "database", "newer", mend
    if error.fault == "older":
        return "database", "older", _("Take a backup, then run: nhacchuan init")
    if error.fault == "no_account":
        return "database", "no_account", _("Have the account made as the sentence says, then run: nhacchuan init")
    if error.fault == "other_key":
        mend = _("Put the old secret.key back from its copy; without it sealed numbers and evidence stay closed.")
        return "secret_key", "not_of_data", mend
    if error.fault == "unusable_key":
        mend = _("Set NHACCHUAN_SECRET_KEY to at least 16 characters, or take it out: then one is made and kept.")
        return "secret_key", "unusable", mend
    return None


def _told_by_server(said: str) -> Cause | None:
    """The server's own words are always these where nobody has translated it."""
    if "password authentication failed" in said or "no password supplied" in said:
        return "database", "password", _("Correct name and password in NHACCHUAN_DATABASE_URL.")
    if "does not exist" in said:
        mend = _("Correct NHACCHUAN_DATABASE_URL, or have the database made: CREATE DATABASE … ENCODING 'UTF8'")
        return "database", "not_there", mend
    if "too many clients" in said or "connection slots" in said:
        mend = _("Raise max_connections of the server, or run fewer processes; see docs/scale.md.")
        return "database", "connections", mend
    return None
