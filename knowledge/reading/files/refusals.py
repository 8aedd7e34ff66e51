"""Why a file is not read. The sentences for people stand at the doors."""

from enum import StrEnum


class Refusal(StrEnum):
    """The one reason that is told for a file."""

    MISSING = "missing"
    NOT_A_FILE = "not_a_file"
    FORBIDDEN = "forbidden"
    EMPTY = "empty"
    TOO_BIG = "too_big"
    TOO_LONG = "too_long"  # more letters than any document has
    TOO_MANY_PAGES = "too_many_pages"
    NO_TEXT_LAYER = "no_text_layer"  # a scan
    LOCKED = "locked"  # encrypted or with a password
    OLD_WORD = "old_word"  # .doc of Word 97–2003
    RICH_TEXT = "rich_text"
    MACROS = "macros"
    WORKBOOK = "workbook"
    PICTURE = "picture"
    WEB_PAGE = "web_page"
    OTHER_PACKAGE = "other_package"  # a zip that is no Word document
    NOT_TEXT = "not_text"  # no known kind of file, and not text either
    OLD_LETTERS = "old_letters"  # TCVN3 or VNI fonts: letters that only an old font shows as Vietnamese
    BROKEN = "broken"
    BOMB = "bomb"  # small when packed, huge when unpacked, or with entities or nesting that only harm
    TOO_HEAVY = "too_heavy"  # took more memory than a document may
    TOO_SLOW = "too_slow"  # took more time than a document may
    CUT_OFF = "cut_off"  # whoever read it was ended from outside: nothing is known of the file


class UnreadableError(ValueError):
    """A file that is refused, with the reason."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason
