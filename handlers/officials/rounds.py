"""Does an open review round concern me, and if not, why not? Said beside the answer on one's own record."""

from collections.abc import Sequence

from handlers.phrases import _, show_day
from handlers.reply import Line
from handlers.stating import state
from handlers.visit import Visit
from knowledge.evaluate import is_for, leaves_time, service_of
from knowledge.facts import Person, ReviewRound
from knowledge.findings import Finding
from knowledge.understanding.meaning import Wish


def describe_rounds_asked(visit: Visit, person: Person) -> list[Line]:
    """Each open round and whether it concerns the visitor; nothing where the question speaks of no round."""
    if Wish.ROUND not in visit.wishes:
        return []
    if not visit.rules.open_rounds:
        return [Line(_("No review round is open on {day}.").format(day=show_day(visit.on)))]
    return [_describe_round(one, visit, person) for one in visit.rules.open_rounds]


def describe_rounds_left_out(visit: Visit, person: Person, undated: Sequence[Finding]) -> list[Line]:
    """Why gaps have no day though a round is open for such posts: it is for those who still serve longer."""
    service = service_of(person, visit.rules)
    criteria = {one.criterion for one in undated}
    return [
        _describe_round(one, visit, person)
        for one in visit.rules.open_rounds
        if is_for(one, person, service, visit.rules)
        and not leaves_time(one, service)
        and (not one.criteria or criteria & one.criteria)
    ]


def _describe_round(review: ReviewRound, visit: Visit, person: Person) -> Line:
    service = service_of(person, visit.rules)
    cites = [visit.rules.library.cite_loosely(review.document, review.point)]
    if not is_for(review, person, service, visit.rules):
        text = _("Review round {name} is not for posts or units like yours.")
    elif not leaves_time(review, service):
        text = _(
            "Review round {name} does not concern you: it is for those with at least {years} years of service left on "
            "{deadline}, and your last day of service is {retires}. The standards of your position stay as they are."
        )
    else:
        text = _("Review round {name} concerns your position; its deadline is {deadline}.")
    said = text.format(
        name=review.name,
        years=review.service_left_from_years,
        deadline=show_day(review.deadline),
        retires=show_day(service.retires_on),
    )
    return state(said, cites, visit)
