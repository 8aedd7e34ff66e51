"""A question about another province is answered from what binds there, never from the rules at home. Pure."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from handlers.phrases import _
from handlers.reply import Line, Reply
from handlers.visit import Visit
from knowledge.facts import TerritoryCode


def move_there(visit: Visit) -> Visit:
    """The visit under the rules of the territory that the question names, where it is not the visitor's own."""
    asked = find_elsewhere(visit)
    return visit if asked is None else replace(visit, elsewhere=asked)


def find_elsewhere(visit: Visit) -> TerritoryCode | None:
    """The territory asked about that is not the visitor's own; of several, one that no rule from home reaches."""
    territories, own = visit.rules.library.territories, visit.own_territory
    asked = [one for one in visit.named.territories if one != own and one not in visit.named.issue_places]
    beyond = [one for one in asked if territories[one].province != territories[own].province]
    if beyond or own in visit.named.territories:
        return beyond[0] if beyond else None
    return asked[0] if asked else None


def answered_there(answer: Callable[[Visit], Awaitable[Reply]]) -> Callable[[Visit], Awaitable[Reply]]:
    """What the rules of the territory asked about say, the title naming that territory."""

    async def answer_there(visit: Visit) -> Reply:
        moved = move_there(visit)
        reply = await answer(moved)
        if moved.elsewhere is None:
            return reply
        where = visit.rules.library.territories[moved.elsewhere].name
        title = _("{title} · asked about {territory}").format(title=reply.title, territory=where)
        return replace(reply, title=title)

    return answer_there


def say_where(reply: Reply, visit: Visit) -> Reply:
    """An answer about the visitor's own record, saying that it follows the rules where they serve."""
    asked = find_elsewhere(visit)
    if asked is None:
        return reply
    territories = visit.rules.library.territories
    text = _("This follows the rules of {here}, where you serve, not those of {there}.").format(
        here=territories[visit.own_territory].name, there=territories[asked].name
    )
    return replace(reply, lines=(*reply.lines, Line(text)))
