"""Chats of mine that prove more surely who I am than this one, to which a colleague's code led.

Whoever gave that code may sit here. So nothing is done here that would undo what the person has in those: they say it
there, or at the office. Whoever has only this chat has all their rights in it.
"""

from collections.abc import Sequence

from handlers import next_steps
from handlers.asking import Choice
from handlers.phrases import _, show_moment
from handlers.ports import Accounts
from handlers.reply import Line, Outcome, Reply
from handlers.visit import Visit
from handlers.vouching import name_leaving
from handlers.wording import name_channel
from knowledge.facts import Person
from storage.records import Account

ASK_TO_LEAVE = "data.leave.ask"


async def list_surer(visit: Visit, person: Person, accounts: Accounts) -> Sequence[Account]:
    """Their other chats that were linked before this one, or by nobody's code; none where no code led here."""
    if not person.vouched_by:
        return ()
    linked = await accounts.list_accounts(person.code)
    place = visit.asked.channel, visit.asked.address
    since = next((one.linked_at for one in linked if (one.channel, one.address) == place), None)
    others = [one for one in linked if (one.channel, one.address) != place]
    return [
        one for one in others if not one.vouched_by or one.linked_at is None or since is None or one.linked_at <= since
    ]


def describe_chats(chats: Sequence[Account]) -> list[Line]:
    """Each with its channel, and since when it is linked where that is known."""
    text = _("{channel}, linked {moment}")
    return [
        Line(
            text.format(channel=name_channel(one.channel), moment=show_moment(one.linked_at))
            if one.linked_at is not None
            else name_channel(one.channel),
            is_item=True,
        )
        for one in chats
    ]


def refuse_here(surer: Sequence[Account]) -> Reply:
    """That it cannot be done in this chat, where it can, and how this chat is linked anew."""
    return Reply(
        title=_("Nothing was changed: this chat was linked with a code that a colleague gave."),
        lines=(
            Line(
                _(
                    "So that nobody who got hold of such a code deletes or takes back what is yours, do it in a chat "
                    "that proves more surely who you are:"
                )
            ),
            *describe_chats(surer),
            Line(
                _(
                    "If you have none of these any more, ask HR of your unit or the administrator in person or in "
                    "writing: they write your request down, its clocks run, and two persons decide."
                )
            ),
        ),
        choices=(offer_to_leave(), next_steps.my_data()),
        outcome=Outcome.DENIED,
    )


def offer_to_leave() -> Choice:
    """Unlink this chat to link it without a colleague's code, which costs nothing of one's own."""
    return Choice(name_leaving(), ASK_TO_LEAVE)
