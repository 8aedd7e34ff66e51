"""What the first of two did: why somebody cannot be the second to it, and when the first may do it once more."""

from handlers.phrases import _
from handlers.ports import Profiles
from handlers.vouching import explain_not_another, is_another, name_leaving
from knowledge.facts import Person, PersonCode


def may_act_anew(person: Person, first: PersonCode | None, vouched_by: frozenset[PersonCode]) -> bool:
    """Whether the first of two may do it once more, where fewer people's codes led to than before.

    Whoever gave the code of the chat in which it was done cannot be the second; done anew without it, they can.
    """
    return person.code == first and person.vouched_by < vouched_by


async def explain_no_second(
    person: Person, first: PersonCode | None, vouched_by: frozenset[PersonCode], already: str, profiles: Profiles
) -> str:
    """Why somebody cannot be the second to what the first did, in words; "" where they can, or may do it anew.

    `already`: what is said to the first.
    """
    if first is None or may_act_anew(person, first, vouched_by) or is_another(person, first, vouched_by):
        return ""
    if person.code != first:
        known = await profiles.find_person(first)
        return explain_not_another(person, first, known.name if known is not None else first, vouched_by)
    return say_to_first(already, vouched_by)


def say_to_first(already: str, vouched_by: frozenset[PersonCode]) -> str:
    """What is said to the first, and what helps where they did it in a chat to which a colleague's code had led."""
    if not vouched_by:
        return already
    hint = _(
        "It was done in a chat linked with a colleague's code, so that colleague cannot be the second. If nobody else "
        "can: under “My data”, press “{button}”, link this chat as it is said there, then do it once more."
    )
    return f"{already} {hint.format(button=name_leaving())}"
