"""Which cell formats of an .xlsx file show a number as a date."""

import re
from xml.parsers import expat

from storage.workbook.xlsx_parts import Package

# Number formats that every reader knows without a declaration and that show a day (ECMA-376, 18.8.30).
_BUILT_IN = frozenset({*range(14, 18), 22, *range(27, 37), *range(50, 59)})
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_MOST_FORMATS = 100_000


def list_date_styles(package: Package, part: str | None) -> frozenset[str]:
    """The style numbers, as cells write them, whose format shows a day."""
    if part is None or part not in package:
        return frozenset()
    custom: dict[str, bool] = {}
    formats: list[str] = []
    inside: list[str] = []

    def start(name: str, said: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "cellXfs":
            inside.append(tag)
        elif tag == "numFmt" and len(custom) < _MOST_FORMATS:
            custom[said.get("numFmtId", "")] = is_date_format(said.get("formatCode", ""))
        elif tag == "xf" and inside and len(formats) < _MOST_FORMATS:
            formats.append(said.get("numFmtId", "0"))

    def end(name: str) -> None:
        if name.rpartition(":")[2] == "cellXfs":
            inside.clear()

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    package.parse_whole(parser, part, package.limits.small_part_bytes)
    return frozenset(
        str(place)
        for place, number in enumerate(formats)
        if custom.get(number, number.isdecimal() and int(number) in _BUILT_IN)
    )


def is_date_format(code: str) -> bool:
    """Whether a format code shows a day: it has d or y outside quotes, escapes and conditions."""
    shown = _QUOTED.sub("", code.split(";", maxsplit=1)[0]).lower()
    return "general" not in shown and ("d" in shown or "y" in shown)
