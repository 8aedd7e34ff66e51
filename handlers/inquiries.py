"""What both sides of a passed-on question share: its code, who serves it, who holds it, how it is told. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from handlers import next_steps
from handlers.asking import Channel, Choice, Incoming
from handlers.phrases import _, ngettext, show_day, show_day_of
from handlers.ports import Accounts
from handlers.reply import Line
from handlers.rights import serves_whole_province
from handlers.stating import state_for
from handlers.wording import name_unit
from knowledge.facts import Person, PersonCode, Role, TerritoryCode, UnitCode
from knowledge.library import UnknownCitationError
from knowledge.rulebook import RulesOn
from storage.records import (
    Account,
    EarlierQuestion,
    Inquiry,
    InquiryMessage,
    InquiryState,
    Letter,
    LetterState,
    MessageKind,
    Untold,
)

LONGEST_QUESTION = 500  # characters of a question that are kept of a conversation and passed on
MOST_OPEN = 10
_SIGNS = "2345679CFGHJKMNPQRTVX"
_CODE = re.compile(rf"(?i)(?<![^\W_])(?=[{_SIGNS}]*[2-9])(?=[{_SIGNS}]*[A-Z])[{_SIGNS}]{{6}}(?![^\W_])")
# A letter goes where it is seen soonest.
_PREFERRED = (Channel.TELEGRAM, Channel.ZALO_OA, Channel.ZALO_BOT, Channel.WEB)


def clean(text: str) -> str:
    """What was typed, without signs that nobody sees: they could turn around or hide what another person reads."""
    if text.isprintable():  # as nearly every line is
        return unicodedata.normalize("NFC", text).strip()
    seen = (sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co"})
    return unicodedata.normalize("NFC", "".join(seen)).strip()


def find_code(text: str) -> str | None:
    """The code that a text names, as it is kept; None where it names none."""
    found = _CODE.search(text)
    return found[0].upper() if found else None


def read_code(text: str) -> str | None:
    """A text that is nothing but what could be a code, divided or not, as the code is kept; None for any other."""
    plain = text.strip().replace(" ", "").replace("-", "")
    return plain.upper() if _CODE.fullmatch(plain) else None


def is_own(inquiry: Inquiry, asked: Incoming, person: Person | None) -> bool:
    """Whether it was asked by this person, or unlinked from this very channel identity.

    What a person asked who has left the roster since is nobody's: somebody else may have that chat by now.
    """
    if inquiry.person is not None:
        return person is not None and person.code == inquiry.person
    if inquiry.is_of_former:
        return False
    return (inquiry.channel, inquiry.address) == (asked.channel, asked.address)


def serves(person: Person, inquiry: Inquiry, today: RulesOn) -> bool:
    """Whether somebody may see and answer it: HR of the asker's unit, of the whole province where that is unknown.

    Whoever moved takes their question along, as everything else of theirs: HR whom they left serves it no more.
    Administrators only where it came to them because nobody else is there. Nobody serves their own.
    """
    if inquiry.person == person.code:
        return False
    if inquiry.for_administrators and Role.ADMINISTRATOR in person.roles:
        return True
    return _distance(person, inquiry.unit, inquiry.territory, today) is not None


def list_serving(
    staff: Sequence[Person], unit: UnitCode | None, territory: TerritoryCode, asker: Person | None, today: RulesOn
) -> list[Person]:
    """HR of this unit, whoever serves it from nearest first."""
    distances = [
        (distance, one.code, one)
        for one in staff
        if (asker is None or one.code != asker.code)
        and (distance := _distance(one, unit, territory, today)) is not None
    ]
    return [one for _distance_to, _code, one in sorted(distances, key=lambda it: it[:2])]


def _distance(person: Person, unit: UnitCode | None, territory: TerritoryCode, today: RulesOn) -> int | None:
    """How many units up the one stands that somebody serves as HR; None for who does not serve this unit."""
    line = today.line_above(unit) if unit is not None else ()
    if person.scope is not None:
        return line.index(person.scope) if Role.HR in person.roles and person.scope in line else None
    territories = today.library.territories
    here = today.territory_of(person.unit)
    there = today.territory_of(line[0]) if line else territory
    reaches = serves_whole_province(person) and territories[here].province == territories[there].province
    return len(line) if reaches else None


def name_holder(serving: Sequence[Person], today: RulesOn) -> str:
    """Who has it now: the unit of the HR nearest to the asker, or the inbox that administrators look after."""
    return name_unit(today, serving[0].unit) if serving else _("the common inbox of this installation")


def choose_account(accounts: Sequence[Account]) -> Account | None:
    """Where a letter to a person goes: the channel seen soonest, the chat linked last."""
    reachable = [one for one in accounts if one.channel in set(_PREFERRED)]
    reachable.sort(key=lambda one: one.linked_at.timestamp() if one.linked_at is not None else 0, reverse=True)
    reachable.sort(key=lambda one: _PREFERRED.index(Channel(one.channel)))
    return reachable[0] if reachable else None


async def find_address(person: Person, accounts: Accounts) -> Account | None:
    """The chat in which somebody is told something; None where none is linked, or none takes messages."""
    return choose_account(await _list_able(person.code, accounts))


async def find_other_chat(person: PersonCode, place: tuple[str, str], accounts: Accounts) -> Account | None:
    """Another chat of theirs that takes messages, for what would not be read in this one; None where there is none.

    One in which they refused to be written to unasked only where there is no other.
    """
    able = [one for one in await _list_able(person, accounts) if (one.channel, one.address) != place]
    return choose_account([one for one in able if one.takes_notices]) or choose_account(able)


async def find_asker_place(inquiry: Inquiry, accounts: Accounts) -> tuple[str, str]:
    """Channel and address where the asker hears of it: where they asked, else another chat that is theirs now.

    Whoever has left the chat in which they asked would never read what is told there, nor one that takes no messages.
    """
    asked_at = inquiry.channel, inquiry.address
    able = await _list_able(inquiry.person, accounts) if inquiry.person is not None else ()
    other = None if asked_at in {(one.channel, one.address) for one in able} else choose_account(able)
    return (other.channel, other.address) if other is not None else asked_at


async def _list_able(person: PersonCode, accounts: Accounts) -> Sequence[Account]:
    return [one for one in await accounts.list_accounts(person) if one.unreachable_at is None]


def name_state(inquiry: Inquiry, today: date) -> str:
    """Where it stands, in words."""
    match inquiry.state:
        case InquiryState.OPEN if today > inquiry.due_on:
            return _("waits for an answer, overdue since {day}").format(day=show_day(inquiry.due_on))
        case InquiryState.OPEN:
            return _("waits for an answer, due by {day}").format(day=show_day(inquiry.due_on))
        case InquiryState.ASKED_BACK:
            return _("HR asks for more details")
        case InquiryState.ANSWERED:
            return _("answered")
        case InquiryState.CLOSED:
            return _("closed")
        case InquiryState.WITHDRAWN:
            return _("withdrawn")


def describe_question(question: str | None, answer: str, context: Sequence[EarlierQuestion]) -> list[Line]:
    """The question and those before it, exactly as they are passed on."""
    if question is None:
        return [Line(_("The texts of this question are no longer kept."))]
    lines = [Line(_("Question: “{text}”").format(text=question), is_item=True)]
    if answer:
        lines.append(Line(_("What the machine said to it: “{text}”").format(text=answer), is_item=True))
    for one in context:
        text = _("Asked before: “{text}” – the machine: “{answer}”") if one.answer else _("Asked before: “{text}”")
        lines.append(Line(text.format(text=one.text, answer=one.answer), is_item=True))
    return lines


def territory_of(inquiry: Inquiry, today: RulesOn) -> TerritoryCode:
    """By whose documents its asker goes now: those of the unit that took over theirs, where one did."""
    return today.territory_of(inquiry.unit) if inquiry.unit is not None else inquiry.territory


def describe_message(message: InquiryMessage, rules: RulesOn, territory: TerritoryCode) -> list[Line]:
    """One message; HR's word with its basis where one was given and holds, else as the opinion that it is."""
    if message.text is None:
        return []
    day = show_day_of(message.at)
    if message.kind is MessageKind.REPLY:
        return _describe_answer(message, rules, territory)
    text = {
        MessageKind.ASK_BACK: _("{day}, {name} ({unit}) asks: “{text}”"),
        MessageKind.CLOSE: _("{day}, {name} ({unit}) closed it: “{text}”"),
        MessageKind.UNCLEAR: _("{day}, still not clear to the asker: “{text}”"),
        MessageKind.DETAILS: _("{day}, added by the asker: “{text}”"),
    }[message.kind]
    return [Line(text.format(day=day, name=message.name, unit=message.unit, text=message.text))]


def _describe_answer(message: InquiryMessage, rules: RulesOn, territory: TerritoryCode) -> list[Line]:
    told = {"name": message.name, "unit": message.unit, "day": show_day_of(message.at)}
    text = message.text or ""
    if message.document is not None:
        try:
            cite = rules.library.cite(message.document, message.point)
        except UnknownCitationError:  # the document was taken out of the library since
            pass
        else:
            # Whose words they are stands within the statement: a basis beside them does not make them the law's own.
            said = _("Answered by {name}, {unit}, on {day}: {answer}").format(**told, answer=text)
            return [state_for(said, (cite,), rules, territory)]
    return [
        Line(_("Answer: “{text}”").format(text=text)),
        Line(_("This is the opinion of {name}, {unit}, on {day}; no document was named for it.").format(**told)),
    ]


def describe_letters(letters: Sequence[Letter], inquiry: Inquiry) -> list[Line]:
    """What HR must know of the letters to the asker: those that did not or perhaps did not arrive."""
    asked_at = inquiry.channel, inquiry.address
    to_asker = [
        one
        for one in letters
        if ((one.channel, one.address) == asked_at or (one.person is not None and one.person == inquiry.person))
        and one.reason not in set(Untold)
    ]
    if not to_asker:
        return []
    match to_asker[-1].state:
        case LetterState.UNCLEAR:
            return [
                Line(
                    _(
                        "It is not certain whether the asker was reached: the last message was sent and its "
                        "confirmation lost. It is not sent again; if it matters, please call."
                    )
                )
            ]
        case LetterState.REFUSED:
            return [Line(_("The asker's chat takes no messages; the answer is shown when they come back."))]
        case LetterState.WAITING | LetterState.STARTED:
            return [Line(_("The asker has not been reached yet."))]
        case LetterState.DELIVERED:
            return [Line(_("The asker was told on {day}.").format(day=show_day_of(to_asker[-1].left_at)))]


def see(inquiry: Inquiry, label: str | None = None) -> Choice:
    """Show me this question of mine."""
    return Choice(label or _("See question {code}").format(code=inquiry.code), "inquiry", inquiry.code)


def steps_after() -> tuple[Choice, ...]:
    """Where to go on from a passed-on question."""
    return (next_steps.my_inquiries(), next_steps.help_me())


def count_questions(number: int) -> str:
    """So many questions."""
    return ngettext("{n} question", "{n} questions", number).format(n=number)
