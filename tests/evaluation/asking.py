"""The exam itself: every question of the set asked at the desk of an open office, and every answer judged."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from bot.json_views import reply_as_json
from bot.wiring import Office
from handlers.asking import Channel, Incoming
from handlers.verdicts import explain_state
from knowledge.facts import PersonCode
from tests.evaluation.judging import Answer, faults_of, invented_citations, is_wrong_refusal
from tests.evaluation.questions import THREADS, Question


@dataclass(frozen=True)
class Marked:
    """One question, the answer that came, what is wrong with it, and what it cites that does not exist."""

    question: Question
    answer: Answer
    faults: tuple[str, ...]
    invented: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """Whether the answer is right in every wish."""
        return not self.faults

    @property
    def is_wrong_refusal(self) -> bool:
        """Whether a question that has an answer was refused."""
        return is_wrong_refusal(self.answer, self.question.expected)


async def sit(office: Office, questions: Iterable[Question]) -> AsyncIterator[Marked]:
    """Ask every question in its turn; those of one thread share a conversation."""
    for number, question in enumerate(questions):
        asked = Incoming(
            channel=Channel.COMMAND_LINE,
            address=f"exam-{question.thread or number}",
            text=question.ask,
            person=PersonCode(question.person) if question.person is not None else None,
            thread=f"exam-{question.thread}" if question.thread is not None else None,
            on=question.on,
        )
        reply = await office.desk.answer(asked)
        library = office.desk.library or office.library
        answer = reply_as_json(reply, office.describe, lambda finding, known=library: explain_state(finding, known))
        yield Marked(
            question,
            answer,
            tuple(faults_of(answer, question.expected)),
            tuple(invented_citations(answer, question, library)),
        )


def right_and_all(marked: Iterable[Marked]) -> tuple[int, int]:
    """How many are right of how many; a thread counts once, and only if all of its turns are right."""
    units: dict[object, bool] = {}
    for number, one in enumerate(marked):
        unit = one.question.thread if one.question.group == THREADS else number
        units[unit] = units.get(unit, True) and one.is_right
    return sum(units.values()), len(units)
