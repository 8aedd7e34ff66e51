"""The rows of the pages on which HR and heads work: standards, rounds, broadcasts, evidence, questions, reports."""

from tests.bot.on_console.matrix_row import Row

WORK: dict[str, tuple[Row, ...]] = {
    "standards": (Row(),),
    "standards.load": (Row(),),
    "standards.check": (Row(fields={"sheet": "tieu_chuan"}, done=200), Row(fields={"sheet": "no"}, done=200)),
    "standards.send": (Row(fields={"sheet": "tieu_chuan", "dong": "[["}, done=200),),
    "proposals": (Row(),),
    "proposal": (Row({"number": "999999"}),),
    "proposal.confirm": (Row({"number": "999999"}, fields={"seen": "1"}, done=200),),
    "proposal.refuse": (Row({"number": "999999"}, fields={"reason": "không"}, done=200),),
    "proposal.take_back": (Row({"number": "999999"}, done=200),),
    "proposal.unreached": (Row({"number": "999999"}),),
}
