"""One row for every address of the console: examples of it, so that every role can be tried on every page.

Who may see a page stands in its row of `bot.on_console.contents.PAGES`; what they see of it is limited by their
units. A row says with which parts of the path and which fields it is tried. `of_person` names whom the address is
about: whoever may not see that person is told that there is nothing.
"""

from tests.bot.on_console.matrix_row import Row
from tests.bot.on_console.matrix_work import WORK

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
    "library": (Row(), Row(query="q=2123"), Row(query="q=%00%25")),
    "document": (Row(query="number=2123/UBND-NC"), Row(query="number=1769/UBND-KGVX")),
    "audit": (
        Row(holds_codes=True),
        Row(query="actor=CB001&since=2026-11-01&until=nie&below=999", holds_codes=True),
    ),
    "audit.ends": (Row(query="month=1999-01", holds_codes=True), Row(query="day=%00%27", holds_codes=True)),
    "audit.verify": (Row(done=200, holds_codes=True),),
    "privacy": (Row(),),
    "privacy.request": (Row({"number": "999"}),),
    "privacy.decide": (Row({"number": "999"}, fields={"deed": "accept"}, done=404),),
    "privacy.new": (Row(),),
    "privacy.enter": (
        Row(fields={"person": "CB000", "right": "view", "day": "2026-11-20"}, done=400, holds_codes=True),
    ),
    "privacy.system": (
        Row({"kind": "key", "number": "999"}, done=400),
        Row({"kind": "hook", "number": "999"}, done=400),
    ),
    "privacy.log": (Row(holds_codes=True),),
    "privacy.report": (Row({"number": "999"}),),
    "privacy.breach": (Row(done=400),),
    "privacy.step": (Row({"number": "999"}, fields={"step": "contain"}, done=400),),
    "privacy.close": (Row({"number": "999"}, done=400),),
    "system": (Row(),),
    "shown": (Row({"token": "none"}, seen=404),),
} | WORK
