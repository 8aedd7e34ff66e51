"""`document add`: an official document out of a file into a draft, and once a person accepts it into the library."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.draft_view import render_draft
from bot.draft_words import describe_doubt, describe_problems, describe_refusal
from bot.errors import InputError, SilentError
from bot.settings import Settings
from bot.wiring import open_office
from handlers.phrases import _, ngettext
from knowledge.facts import TerritoryCode
from knowledge.library import Library
from knowledge.loader import load_library
from knowledge.reading.accepted import AcceptedDocument
from knowledge.reading.corrections import LONGEST, read_corrected
from knowledge.reading.draft import Draft
from knowledge.reading.files.opening import read_text_of
from knowledge.reading.files.refusals import UnreadableError
from knowledge.reading.mistakes import DraftError
from knowledge.reading.proposal import Proposal, accepted, propose
from knowledge.reading.reader import read


@dataclass(frozen=True, slots=True)
class Adding:
    """What the operator said: the file, a corrected draft, and what the text itself does not say."""

    file: Path
    draft: Path | None = None
    accept: bool = False
    replace: bool = False
    number: str | None = None
    territories: tuple[str, ...] = ()
    is_national: bool = False


async def add_document(settings: Settings, given: Adding) -> None:
    """Print a draft, check a corrected one, or store what is accepted. Raises InputError where the input is wrong."""
    library = load_library()
    _ensure_territories(given.territories, library)
    text = _text_of(given.file)
    if given.draft is not None:
        document = _corrected(given, text, library)
        if not given.accept:
            print(_("{file} is right and can be accepted: add --accept.").format(file=given.draft.name))
            return
    else:
        draft, proposal = _read(given, text, library, settings)
        if not given.accept:
            sys.stdout.write(render_draft(proposal, draft, given.file))
            return
        document = _as_read(given, proposal)
    async with open_office(settings, keeps_threads=False) as office:
        number = await office.accept_document(document, replacing=given.replace)
    count = len(document.spans)
    told = ngettext(
        "{document} is in the library: its text is held, and {n} point can be quoted word for word.",
        "{document} is in the library: its text is held, and {n} points can be quoted word for word.",
        count,
    )
    print(told.format(document=number, n=count))


def _ensure_territories(given: Sequence[str], library: Library) -> None:
    unknown = sorted(set(given) - set(library.territories))
    if unknown:
        text = _("No such territory: {unknown}. Known are: {known}.")
        raise InputError(text.format(unknown=", ".join(unknown), known=", ".join(library.territories)))


def _text_of(file: Path) -> str:
    try:
        return read_text_of(file)
    except UnreadableError as refused:
        raise InputError(describe_refusal(file, refused.reason)) from None


def _read(given: Adding, text: str, library: Library, settings: Settings) -> tuple[Draft, Proposal]:
    draft = read(text)
    proposal = propose(
        draft,
        library,
        TerritoryCode(settings.territory),
        source=given.file.name,
        number=given.number,
        territories=tuple(TerritoryCode(one) for one in given.territories),
        is_national=given.is_national,
    )
    return draft, proposal


def _as_read(given: Adding, proposal: Proposal) -> AcceptedDocument:
    missing = proposal.list_open()
    if missing:
        lines = [f"{given.file.name}: {key}: {describe_doubt(doubt)}" for key, doubt in missing]
        lines.append(
            _("Not accepted as read. Print the draft, correct these values, and accept it with --draft DRAFT.yaml.")
        )
        raise InputError("\n".join(lines))
    if not proposal.points:
        raise InputError(
            _("{file}: no point was found in the text; write them into the draft.").format(file=given.file.name)
        )
    return accepted(proposal)


def _corrected(given: Adding, text: str, library: Library) -> AcceptedDocument:
    path = given.draft or given.file
    try:
        with path.open(encoding="utf-8-sig") as file:
            written = file.read(LONGEST + 1)
    except UnicodeDecodeError:
        raise InputError(_("{file} is not UTF-8 text; please save it as UTF-8.").format(file=path.name)) from None
    except OSError as error:
        raise InputError(_("{file} cannot be read: {reason}").format(file=path, reason=error.strerror)) from None
    try:
        return read_corrected(
            written, text, given.file.name, is_known=lambda one: library.find_document(one) is not None
        )
    except DraftError as wrong:
        for line in describe_problems(path, wrong.problems):
            print(line, file=sys.stderr)
        raise SilentError from None
