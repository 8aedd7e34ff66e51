"""How much of a file we are willing to read: enough for a province several times over, and no more."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes of the file, of one unpacked part, of all of them, and of the text that cells share.

    The sizes bound time as well: the worst part is one of empty tags, of which some two million are read in a second.
    A sheet of a million credentials unpacks to 290 MB.
    """

    file_bytes: int = 128 * 2**20
    part_bytes: int = 384 * 2**20
    all_bytes: int = 640 * 2**20
    small_part_bytes: int = 8 * 2**20
    shared_text_bytes: int = 64 * 2**20
    shared_texts: int = 2_500_000
    token_bytes: int = 2 * 2**20  # one tag with its attributes, or one row of a CSV file
    sheets: int = 64
    rows: int = 1_048_576  # what Excel itself can hold
    columns: int = 256


DEFAULT_LIMITS = Limits()
ONE_AT_A_TIME = 0x6E68636C  # the lock of loads: any number, as long as every process of the product uses the same
