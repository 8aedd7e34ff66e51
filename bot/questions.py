"""How well the desk answers: the share answered by week, and whether every promoted answer still comes back."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from handlers.asking import Channel, Incoming
from handlers.reply import Outcome, Reply
from knowledge.facts import FrequentAnswer
from knowledge.folding import fold

if TYPE_CHECKING:
    from bot.wiring import Office

_ANSWERED = frozenset({Outcome.ANSWERED})
_UNANSWERED = frozenset({Outcome.NOT_UNDERSTOOD, Outcome.NO_BASIS, Outcome.HANDED_OVER})


@dataclass(frozen=True, slots=True)
class Shares:
    """One week: how many questions were answered, how many not, how many were refused (out of scope, not theirs)."""

    monday: date
    answered: int
    unanswered: int
    refused: int

    @property
    def share(self) -> float | None:
        """Answered among all that ought to be; None in a week without such questions."""
        whole = self.answered + self.unanswered
        return self.answered / whole if whole else None


def shares_by_week(counts: Iterable[tuple[date, str, int]]) -> Sequence[Shares]:
    """The weeks, oldest first, from counts by Monday and outcome."""
    weeks: dict[date, dict[str, int]] = {}
    for monday, outcome, count in counts:
        weeks.setdefault(monday, {})[outcome] = count
    return [
        Shares(
            monday,
            answered=sum(of.get(one.value, 0) for one in _ANSWERED),
            unanswered=sum(of.get(one.value, 0) for one in _UNANSWERED),
            refused=sum(count for name, count in of.items() if Outcome(name) not in _ANSWERED | _UNANSWERED),
        )
        for monday, of in sorted(weeks.items())
    ]


async def list_lost(office: "Office", only: int | None = None) -> AsyncIterator[tuple[int, str]]:
    """Promoted answers that do not come back when their question is asked again: number and wording.

    Every wording is asked as it was written, and without marks, by a stranger or by somebody of its scope; nothing of
    it is counted.
    """
    book = await office.rule_book()
    for known in book.rules.frequent:
        if known.withdrawn_on is not None or only not in {None, known.number}:
            continue
        for wording in dict.fromkeys(each for one in (known.question, *known.variants) for each in (one, fold(one))):
            asked = Incoming(channel=Channel.COMMAND_LINE, address="rehearsal", text=wording)
            reply = await office.desk.rehearse(asked, known.scope)
            if not _comes_back(reply, known):
                yield known.number, wording


def _comes_back(reply: Reply, known: FrequentAnswer) -> bool:
    return reply.outcome is Outcome.ANSWERED and any(known.answer in line.text for line in reply.lines)
