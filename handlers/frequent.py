"""Questions that people ask again: the answer that HR promoted, and what is kept of a question left unanswered."""

import re

from handlers import next_steps
from handlers.phrases import _, show_day
from handlers.reply import Line, Outcome, Reply, Statement
from handlers.visit import Visit
from knowledge.facts import FrequentAnswer
from knowledge.proof import Proof, doubt_of

# Only where the desk itself has no answer: a promoted answer never stands before what the library says.
MAY_BE_PROMOTED = frozenset({Outcome.NOT_UNDERSTOOD, Outcome.NO_BASIS, Outcome.OUT_OF_SCOPE})
_NUMBER_OF_A_PERSON = re.compile(r"(?<!\w)\+?\d(?:[\s.-]?\d){8,}(?!\w)")  # telephone, identity card, bank account
_MAIL = re.compile(r"[^\s@]+@[^\s@]+")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
_LONGEST_KEPT = 500


def answer_again(visit: Visit, known: FrequentAnswer) -> Reply:
    """The answer that was given before, with who gave it and when; a statement of law only with its proof."""
    return Reply(
        title=known.question,
        lines=(_say(visit, known),),
        choices=(next_steps.my_gaps(), next_steps.all_documents(), next_steps.help_me()),
    )


def _say(visit: Visit, known: FrequentAnswer) -> Line:
    library = visit.rules.library
    document = library.documents.get(known.document) if known.document is not None else None
    given = _("Answered by {name}, {unit}, on {day}: {answer}").format(
        name=known.given_by, unit=known.given_for, day=show_day(known.given_on), answer=known.answer
    )
    if document is not None and doubt_of(document, visit.on, visit.territory) is None:
        is_listed = not document.points or known.point is None or document.point(known.point) is not None
        return Statement(given, (Proof(document, known.point if is_listed else None, visit.on, visit.territory),))
    return Line(
        _(
            "In the opinion of {name}, {unit}, given on {day} (no document in force here is named for it): {answer}"
        ).format(name=known.given_by, unit=known.given_for, day=show_day(known.given_on), answer=known.answer)
    )


def without_names(question: str, person_words: str | None) -> str:
    """A question freed of what points to a person: numbers of nine digits or more, addresses, the person named.

    What cannot be seen goes too: HR reads these words in a terminal.
    """
    seen = _UNSEEN.sub(" ", question[: 2 * _LONGEST_KEPT])
    masked = _MAIL.sub("[…]", _NUMBER_OF_A_PERSON.sub("[…]", seen))
    if person_words:
        masked = re.sub(re.escape(person_words), "[…]", masked, flags=re.IGNORECASE)
    return masked[:_LONGEST_KEPT]
