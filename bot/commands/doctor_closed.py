"""Why the office does not open, in the doctor's words: the database, its version, its accounts, the secret key."""

from bot.commands.checked import Check, away, wrong
from bot.errors import CommandError, ServiceError
from handlers.phrases import _


def describe_closed(error: CommandError) -> Check:
    """The check for the error with which an office refused to open."""
    known = _told_by_fault(error) or _told_by_server(error)
    if known is not None:
        return known
    mend = _("Start the server and check NHACCHUAN_DATABASE_URL, or run: nhacchuan init")
    if isinstance(error, ServiceError):
        return away("database", "out_of_reach", str(error), mend)
    return wrong("database", "unusable", str(error), mend)


def _told_by_fault(error: CommandError) -> Check | None:
    if error.fault == "newer":
        mend = _("Install the newer version of the program, or restore a backup taken before: nhacchuan restore FILE")
        return wrong("database", "newer", str(error), mend)
    if error.fault == "older":
        mend = _("Take a backup, then run: nhacchuan init")
        return wrong("database", "older", str(error), mend)
    if error.fault == "no_account":
        mend = _("Have the account made as the sentence says, then run: nhacchuan init")
        return wrong("database", "no_account", str(error), mend)
    if error.fault == "other_key":
        mend = _("Put the old secret.key back from its copy; without it sealed numbers and evidence stay closed.")
        return wrong("secret_key", "not_of_data", str(error), mend)
    if error.fault == "unusable_key":
        mend = _("Set NHACCHUAN_SECRET_KEY to at least 16 characters, or take it out: then one is made and kept.")
        return wrong("secret_key", "unusable", str(error), mend)
    return None


def _told_by_server(error: CommandError) -> Check | None:
    """The server's own words are always these where nobody has translated it."""
    said = str(error)
    if "password authentication failed" in said or "no password supplied" in said:
        mend = _("Correct name and password in NHACCHUAN_DATABASE_URL.")
        return wrong("database", "password", said, mend)
    if "does not exist" in said:
        mend = _("Correct NHACCHUAN_DATABASE_URL, or have the database made: CREATE DATABASE … ENCODING 'UTF8'")
        return wrong("database", "not_there", said, mend)
    if "too many clients" in said or "connection slots" in said:
        mend = _("Raise max_connections of the server, or run fewer processes; see docs/scale.md.")
        return away("database", "connections", said, mend)
    return None
