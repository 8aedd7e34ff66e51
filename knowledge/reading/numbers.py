"""Document numbers in official writing, anywhere in a text, in the form in which documents are named."""

import re

# A number, a slash or hyphen, a year where there is one, then the symbol: pieces between slashes and hyphens.
_LETTER = r"A-ZĐÂĂÊÔƠƯ"
_PIECE = rf"[{_LETTER}][{_LETTER}A-Za-zđ]{{0,9}}\d{{0,2}}"


def _form(gap: str) -> str:
    between = rf"{gap}[/\-–]{gap}"
    return (
        rf"(?P<number>\d{{1,6}}[a-zđ]?)(?P<mark>{between})(?:(?P<year>\d{{4}}){between})?"
        rf"(?P<symbol>{_PIECE}(?:{between}{_PIECE}){{0,5}})"
    )


TIGHT = re.compile(r"(?<![\w/.,\-–])" + _form("") + r"(?!\w)")
LOOSE = re.compile(
    _form(r"[ \t]{0,3}") + r"(?!\w)"
)  # after the word for number: blanks where a hand wrote the number in
BLANK = re.compile(rf"[/\-–][ \t]{{0,3}}(?P<symbol>{_PIECE}(?:[ \t]{{0,3}}[/\-–][ \t]{{0,3}}{_PIECE}){{0,5}})(?!\w)")
_SIGNS = re.compile(r"\s*[–\-]\s*")
_SLASHES = re.compile(r"\s*/\s*")


def written(found: re.Match[str]) -> str:
    """The number as it is usually written: no spaces, a plain hyphen, a slash after the year."""
    mark = "/" if found["year"] else found["mark"].strip().replace("–", "-")
    year = f"{found['year']}/" if found["year"] else ""
    return f"{found['number']}{mark}{year}{symbol_written(found['symbol'])}"


def symbol_written(symbol: str) -> str:
    """A symbol without spaces and with plain hyphens."""
    return _SLASHES.sub("/", _SIGNS.sub("-", symbol)).strip()


def is_symbol(symbol: str) -> bool:
    """Whether it is one of a document: at least two capitals, as in "QĐ" or "CP", somewhere in it."""
    return any(sum(letter.isupper() for letter in piece) > 1 for piece in re.split(r"[/\-–]", symbol))
