"""One row for every address of the console: examples of it, so that every role can be tried on every page.

Who may see a page stands in its row of `bot.on_console.contents.PAGES`; what they see of it is limited by their
units. A row says with which parts of the path and which fields it is tried. `of_person` names whom the address is
about: whoever may not see that person is told that there is nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """How an address is tried: parts of its path, what stands behind `?`, fields of its form, whom it is about.

    `done`: what a POST answers when it is done (303: goes on). A POST that cannot be tried with plain fields, or that
    would change what other tests stand on, is tried with fields that are refused: then `done` is that answer.
    """

    path: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    of_person: str | None = None
    done: int = 303


MATRIX: dict[str, tuple[Row, ...]] = {
    "overview": (Row(), Row(query="all=1")),
    "people": (
        Row(),
        Row(query="unit=SNV-MAU"),
        Row(query="unit=SO-MAU-1&alone=1&criterion=ngoai_ngu&state=gap&order=due"),
        Row(query="q=mau&order=gaps&after=1~CB001"),
        Row(query="q=%00%27&order=due&after=nie~x&state=none&managed=none&group=none&criterion=none&unit=none"),
    ),
    "person": (
        Row({"code": "CB002"}, of_person="CB002"),
        Row({"code": "CB016"}, of_person="CB016"),
        Row({"code": "CB011"}, of_person="CB011"),
        Row({"code": "CB012"}, of_person="CB012"),
    ),
    "system": (Row(),),
}
