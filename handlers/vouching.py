"""Two persons who are two: whoever gave the code by which a chat was linked could sit there themselves. Pure.

So the second of two must be nobody who may have been the first: neither in the chat of the one nor in that of the
other may somebody stand who is, or whose code led to, the other. How a chat was linked is read anew at every visit.
"""

from dataclasses import replace

from handlers.phrases import _
from knowledge.facts import Person, PersonCode

_NOBODY: frozenset[PersonCode] = frozenset()


def in_chat_of(person: Person, vouched_by: frozenset[PersonCode]) -> Person:
    """Somebody as they speak where these people's codes led: in a chat, or at the console that was opened from it."""
    return replace(person, vouched_by=vouched_by) if vouched_by else person


def could_be(person: Person) -> frozenset[PersonCode]:
    """All who could be the one that speaks: the person, and those whose linking codes led to where they do."""
    return person.vouched_by | {person.code}


def is_another(second: Person, first: PersonCode, vouched_by: frozenset[PersonCode] = _NOBODY) -> bool:
    """Whether somebody is surely another than whoever acted first as `first`, where these people's codes had led."""
    return not could_be(second) & (vouched_by | {first})


def explain_not_another(
    second: Person, first: PersonCode, name: str, vouched_by: frozenset[PersonCode] = _NOBODY
) -> str:
    """Why somebody cannot be the second to what the first, of this name, did; for one who is not the first by code."""
    if first in second.vouched_by:
        return _(
            "This chat was linked with a code that {name} gave, so it cannot decide on what {name} did first. Under "
            "“My data”, press “{button}”: it is said there what to link it with then."
        ).format(name=name, button=name_leaving())
    if second.code in vouched_by:
        return _(
            "{name} did this in a chat that was linked with a code that you gave, so somebody else must decide on it."
        ).format(name=name)
    return _(
        "This chat and the one in which {name} did this were linked with codes of the same person, so it cannot decide "
        "on it. Under “My data”, press “{button}”: it is said there what to link it with then."
    ).format(name=name, button=name_leaving())


def name_leaving() -> str:
    """The button by which a chat is linked anew without a colleague's code; which ways there are its channel says."""
    return _("Unlink this chat to link it anew")
