"""An answer given once is promoted: from then on whoever asks the same gets it, until HR withdraws it."""

from dataclasses import dataclass, replace

from handlers.hr.proposals_rights import covers
from handlers.phrases import _
from handlers.ports import Audit, Clock, Questions
from handlers.wording import name_unit
from knowledge.facts import FrequentAnswer, Person, Role
from knowledge.proof import doubt_of
from knowledge.rulebook import RulesOn

LONGEST_QUESTION = 300  # characters; a button and a heading must still hold it
LONGEST_ANSWER = 2_000
_SHORTEST = 8


class NotPromotedError(ValueError):
    """What is wrong with a promotion, in one sentence for HR; nothing was kept."""


class BeyondScopeError(NotPromotedError):
    """The answer is given to people whom this HR does not serve."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What HR wants to have answered again. `cited` is a document, with a point after "#"; None is HR's own word."""

    question: str
    answer: str
    cited: str | None = None
    variants: tuple[str, ...] = ()


def check_draft(draft: Draft, by: Person, rules: RulesOn) -> FrequentAnswer:
    """The promoted answer as it would be kept. Raises NotPromotedError saying what is wrong.

    A citation must name a document of the library that is in force and binds the territory of whoever promotes. Whoever
    serves all of another province than this installation's does not speak to everybody.
    """
    if Role.HR not in by.roles:
        raise NotPromotedError(_("Only HR may promote an answer."))
    if not covers(by, by.scope, rules):
        raise BeyondScopeError(_("That answer would go to more than your units; HR of the province may promote it."))
    question, answer = " ".join(draft.question.split()), draft.answer.strip()
    if not _SHORTEST <= len(question) <= LONGEST_QUESTION:
        raise NotPromotedError(
            _("A question has from {least} to {most} characters.").format(least=_SHORTEST, most=LONGEST_QUESTION)
        )
    if not _SHORTEST <= len(answer) <= LONGEST_ANSWER:
        raise NotPromotedError(
            _("An answer has from {least} to {most} characters.").format(least=_SHORTEST, most=LONGEST_ANSWER)
        )
    known = FrequentAnswer(
        number=0,
        question=question,
        answer=answer,
        given_by=by.name,
        given_for=name_unit(rules, by.unit),
        given_on=rules.day,
        variants=tuple(dict.fromkeys(" ".join(one.split()) for one in draft.variants if one.strip())),
        scope=by.scope,
    )
    return known if draft.cited is None else _with_citation(known, draft.cited, by, rules)


async def promote(known: FrequentAnswer, by: Person, *, questions: Questions, audit: Audit, clock: Clock) -> int:
    """Keep it, sealed into the audit chain; its number."""
    number = await questions.promote(known, by.code)
    await audit.record(by.code, "promoted_answer", str(number), clock.now())
    return number


async def withdraw(
    number: int, by: Person, rules: RulesOn, *, questions: Questions, audit: Audit, clock: Clock
) -> None:
    """Give a promoted answer no more. Raises NotPromotedError where there is none or by is not HR of its scope."""
    if Role.HR not in by.roles:
        raise NotPromotedError(_("Only HR may withdraw an answer."))
    known = find_given(str(number), rules)
    if known is not None and not covers(by, known.scope, rules):
        raise BeyondScopeError(_("That answer was given for more than your units; HR of the province may withdraw it."))
    if known is None or not await questions.withdraw(number, by.code, clock.today()):
        raise NotPromotedError(_("There is no promoted answer with the number {n}.").format(n=number))
    await audit.record(by.code, "withdrew_answer", str(number), clock.now())


def find_given(number: str, rules: RulesOn) -> FrequentAnswer | None:
    """The promoted answer of this number that is still given."""
    given = (one for one in rules.book.rules.frequent if one.withdrawn_on is None)
    return next((one for one in given if str(one.number) == number), None)


def _with_citation(known: FrequentAnswer, cited: str, by: Person, rules: RulesOn) -> FrequentAnswer:
    number, _mark, point = cited.partition("#")
    document = rules.library.find_document(number)
    if document is None:
        raise NotPromotedError(_("Document {number} is not in the library.").format(number=number.strip()))
    if point and document.points and document.point(point) is None:
        raise NotPromotedError(_("{document} has no point {point}.").format(document=document.id, point=point))
    if doubt_of(document, rules.day, rules.territory_of(by.unit)) is not None:
        raise NotPromotedError(
            _("{document} is not in force today for your territory, so it cannot be named as the basis.").format(
                document=document.id
            )
        )
    return replace(known, document=document.id, point=point or None)
