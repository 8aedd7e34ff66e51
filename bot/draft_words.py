"""What is said about files that are not read, about doubts in a draft, and about mistakes in a corrected one."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from handlers.phrases import _, mark
from knowledge.reading.draft import Doubt
from knowledge.reading.files.limits import FILE_BYTES, LETTERS, PAGES
from knowledge.reading.files.refusals import Refusal
from knowledge.reading.mistakes import Mistake, Problem

_MEGABYTE = 1024 * 1024

_REFUSALS: Mapping[Refusal, str] = {
    Refusal.MISSING: mark("{file}: there is no such file."),
    Refusal.NOT_A_FILE: mark("{file} is not a file that can be read; give one .txt, .docx or .pdf."),
    Refusal.FORBIDDEN: mark("{file} may not be read by this user; please change its permissions."),
    Refusal.EMPTY: mark("{file} has no text."),
    Refusal.TOO_BIG: mark("{file} is larger than {megabytes} MB; an official document is smaller."),
    Refusal.TOO_LONG: mark("{file} has more than {letters} letters; an official document is shorter."),
    Refusal.TOO_MANY_PAGES: mark("{file} has more than {pages} pages; an official document is shorter."),
    Refusal.NO_TEXT_LAYER: mark(
        "{file} is a scan: its pages are pictures without text. Please get the signed digital file or the Word file."
    ),
    Refusal.LOCKED: mark("{file} is locked with a password; please save it without one."),
    Refusal.OLD_WORD: mark("{file} is of Word 97–2003 (.doc); please open it in Word and save it as .docx."),
    Refusal.RICH_TEXT: mark("{file} is rich text (.rtf); please open it in Word and save it as .docx."),
    Refusal.MACROS: mark("{file} carries macros and is not opened; please save it as .docx without macros."),
    Refusal.WORKBOOK: mark("{file} is a workbook; workbooks of HR are loaded with “nhacchuan load”."),
    Refusal.PICTURE: mark("{file} is a picture; please get the text as .docx, .pdf or .txt."),
    Refusal.WEB_PAGE: mark("{file} is a web page; please save the document itself as .docx, .pdf or .txt."),
    Refusal.OTHER_PACKAGE: mark("{file} is no Word document; please save it as .docx, .pdf or .txt."),
    Refusal.NOT_TEXT: mark("{file} is not text of a known encoding; please save it as UTF-8 text, .docx or .pdf."),
    Refusal.OLD_LETTERS: mark(
        "{file} is written in an old font (TCVN3, VNI), not in Unicode; please convert it to Unicode and save it again."
    ),
    Refusal.BROKEN: mark("{file} is damaged or cut off and cannot be read; please get it once more."),
    Refusal.BOMB: mark("{file} is built to grow beyond all bounds when it is opened, and is not opened."),
    Refusal.TOO_HEAVY: mark("{file} takes more memory than a document may, and was given up."),
    Refusal.TOO_SLOW: mark("{file} takes more time than a document may, and was given up."),
    Refusal.CUT_OFF: mark(
        "Reading {file} was stopped from outside (the machine may be short of memory). Please try again."
    ),
}

_DOUBTS: Mapping[Doubt, str] = {
    Doubt.NOT_FOUND: mark("not found in the text"),
    Doubt.INCOMPLETE: mark("left blank in part in the text"),
    Doubt.SEVERAL: mark("several stand here; the last one was taken"),
    Doubt.FROM_SYMBOL: mark("concluded from the symbol"),
    Doubt.FROM_FORM: mark("concluded from the form of the document"),
    Doubt.FROM_ANNEX: mark("read where the annex names its document"),
    Doubt.FROM_BODY: mark("read in the running text, not in the head"),
    Doubt.FROM_SIGNATURE: mark("concluded from the signature"),
    Doubt.FROM_LIBRARY: mark("from the library's own record"),
    Doubt.NO_PLACE: mark("the name of the province is not in the text"),
    Doubt.IMPOSSIBLE: mark("there is no such day"),
    Doubt.GAP: mark("the number before it is missing"),
    Doubt.TWICE: mark("this number stands twice"),
    Doubt.LOOSE: mark("a paragraph without a number"),
    Doubt.PROPOSED: mark("cannot be read from the text, only proposed"),
}

_MISTAKES: Mapping[Mistake, str] = {
    Mistake.NOT_YAML: mark("not readable as YAML near line {found}; check quotation marks and indentation"),
    Mistake.TOO_BIG: mark("the draft is too long"),
    Mistake.ALIASES: mark("line {found}: references (& and *) are not accepted in a draft; write the value out"),
    Mistake.WRITTEN_TWICE: mark("line {found}: a key is written twice; keep one"),
    Mistake.OTHER_TEXT: mark("this draft was made from another text; make the draft anew from this file"),
    Mistake.UNKNOWN_KEY: mark("this key is not known; correct its name or take it out"),
    Mistake.MISSING: mark("a value is expected here"),
    Mistake.NOT_TEXT: mark("text in quotation marks is expected, found “{found}”"),
    Mistake.NOT_LIST: mark("a list is expected, found “{found}”"),
    Mistake.NOT_MAPPING: mark("keys with values are expected, found “{found}”"),
    Mistake.NOT_DAY: mark("a day that exists is expected (2026-12-31), found “{found}”"),
    Mistake.NOT_NUMBER: mark("a whole number is expected, found “{found}”"),
    Mistake.NOT_BOOLEAN: mark("true or false is expected, found “{found}”"),
    Mistake.NOT_ONE_OF: mark("one of these is expected: {expected}; found “{found}”"),
    Mistake.WRONG: mark("this value is not accepted here: “{found}”"),
    Mistake.TWICE: mark("another point has this id already"),
    Mistake.NO_PARENT: mark("there is no point “{found}” in this draft"),
    Mistake.CIRCLE: mark("the points above this one lead back to it"),
    Mistake.OUTSIDE: mark("{found} is not a place in the text, which has {expected} letters"),
    Mistake.NEEDED: mark("a deadline of the kind “{expected}” needs this value"),
    Mistake.INCLUDED: mark("“before” leaves the named day out; false is expected"),
}


def describe_refusal(file: Path, reason: Refusal) -> str:
    """Why a file is not read, in one sentence."""
    return _(_REFUSALS[reason]).format(file=file, megabytes=FILE_BYTES // _MEGABYTE, letters=LETTERS, pages=PAGES)


def describe_doubt(doubt: Doubt) -> str:
    """Why a value needs a person's eye."""
    return _(_DOUBTS[doubt])


def describe_problems(file: Path, problems: Iterable[Problem]) -> Iterator[str]:
    """Every mistake of a corrected draft, one line each: file, key, what is expected."""
    for one in problems:
        said = _(_MISTAKES[one.mistake]).format(found=one.found, expected=one.expected)
        yield f"{file.name}: {one.key}: {said}" if one.key else f"{file.name}: {said}"
