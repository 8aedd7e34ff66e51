"""That evidence waits for HR, in words when it is sent: how much, never whose or what, with a button to the list."""

from collections.abc import Sequence

from handlers import next_steps
from handlers.notices.composing import Dropped, Present, seen
from handlers.phrases import ngettext, show_number
from handlers.reply import Line, Reply
from handlers.rights import units_served
from knowledge.evidence_waiting import LATE
from knowledge.owed import Owed
from storage.records import Delivery, Notice


async def compose(notice: Notice, delivery: Delivery, present: Present) -> Reply | Dropped:
    """What waits for me still, of what has come or has waited for long? Only what lies in my scope at this moment."""
    units = units_served(present.person, present.rules)
    if not units:
        return Dropped("moved")
    waits = [
        stage
        for number, version, stage in notice.payload["of"]
        if (kept := present.evidence.get(number)) is not None
        and kept[0] == version
        and (official := present.about.get(kept[1])) is not None
        and official.unit in units
        and official.code != present.person.code
    ]
    if not waits:
        return Dropped("closed")
    title, *lines = _describe(waits, notice.payload["days"])
    return Reply(title, tuple(map(Line, lines)), choices=(next_steps.review(), seen(delivery.id)))


def preview(owed: Owed) -> str:
    """The same as it is when it is planned."""
    return " ".join(_describe([stage for _number, _version, stage in owed.payload["of"]], owed.payload["days"]))


def _describe(stages: Sequence[str], days: int) -> list[str]:
    n, late = len(stages), stages.count(LATE)
    text = ngettext("{n} certificate waits for you to verify it.", "{n} certificates wait for you to verify them.", n)
    said = [text.format(n=show_number(n))]
    if late:
        text = ngettext(
            "{n} of them has waited for more than {days} working days.",
            "{n} of them have waited for more than {days} working days.",
            late,
        )
        said.append(text.format(n=show_number(late), days=days))
    return said
