"""Link my account: notice and consent first, then a one-time code from HR or the visitor's own phone number."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from handlers import next_steps
from handlers.asking import Channel, Choice
from handlers.phrases import _, ngettext, show_moment
from handlers.ports import Accounts, Audit, Clock, Consents, Letters, LinkCodes, Profiles
from handlers.privacy import (
    consents_of,
    describe_notice,
    describe_notice_shortly,
    notice_version,
    withheld_after,
)
from handlers.reply import Line, Outcome, Reply
from handlers.visit import Visit
from knowledge.facts import PersonCode
from knowledge.privacy import Purpose
from storage.records import Account, ConsentAct, Letter, LetterKind, Redemption, RedemptionOutcome

_CODE = re.compile(r"(?i)^[0-9a-z][0-9a-z \-]{4,14}[0-9a-z]$")
AWAITING_CODE = "code"
# Telegram tells whether a shared contact is the sender's own; of others an operator may say so.
VOUCH_FOR_NUMBERS = frozenset({Channel.TELEGRAM})


@dataclass(frozen=True, slots=True)
class Desk:
    """The drawers that linking somebody needs."""

    accounts: Accounts
    profiles: Profiles
    letters: Letters
    audit: Audit
    clock: Clock


def looks_like_code(text: str) -> bool:
    """Whether a text could be a linking code, so that a visitor who was asked for one may also ask something else."""
    plain = text.strip()
    return bool(_CODE.match(plain)) and (any(letter.isdigit() for letter in plain) or plain.isupper())


async def start_linking(
    visit: Visit, *, accounts: Accounts, vouching: Collection[Channel] = VOUCH_FOR_NUMBERS
) -> Reply:
    """Show the notice, or go on to the code where consent to this version was given before."""
    if visit.person is not None:
        return _already_linked(visit)
    account = await accounts.find_account(visit.asked.channel, visit.asked.address)
    if not _has_consented(account, visit):
        return _notice(visit, "")
    return _ask_for_code(visit, vouching)


async def agree(
    visit: Visit,
    *,
    accounts: Accounts,
    consents: Consents,
    clock: Clock,
    with_reminders: bool = True,
    vouching: Collection[Channel] = VOUCH_FOR_NUMBERS,
) -> Reply:
    """Record consent, to being answered alone or to reminders too, and ask for the code."""
    channel, address, now = visit.asked.channel, visit.asked.address, clock.now()
    acts = {
        Purpose.RECORD: ConsentAct.INFORMED,
        Purpose.ANSWERS: ConsentAct.AGREED,
        Purpose.REMINDERS: ConsentAct.AGREED if with_reminders else ConsentAct.REFUSED,
        Purpose.CONVERSATION: ConsentAct.INFORMED,
    }
    account = await accounts.find_account(channel, address)
    before = account.withheld if account is not None else ()
    await accounts.save_consent(channel, address, notice_version(visit), now)
    await accounts.withhold(channel, address, withheld_after(before, acts), now)
    await consents.note_consents(consents_of(visit, acts, now))
    if visit.person is not None:
        return _noted(visit)
    return _ask_for_code(visit, vouching)


def decline(_visit: Visit) -> Reply:
    """Go on without linking."""
    return Reply(
        title=_("Nothing was linked or stored. You can still ask about documents and certificates in general."),
        choices=(next_steps.all_documents(), next_steps.link_account(), next_steps.help_me()),
    )


async def use_code(visit: Visit, code: str, link_codes: LinkCodes, desk: Desk) -> Reply:
    """Redeem a one-time code; without consent the notice comes first and the code is kept unused."""
    if visit.person is not None:
        return _already_linked(visit)
    channel, address = visit.asked.channel, visit.asked.address
    if not _has_consented(await desk.accounts.find_account(channel, address), visit):
        return _notice(visit, code)
    redeemed = await link_codes.redeem(channel, address, code, desk.clock.now(), visit.asked.network)
    if redeemed.outcome is not RedemptionOutcome.LINKED or redeemed.person is None:
        await desk.audit.record(f"{channel}", "link_refused", redeemed.outcome, desk.clock.now())
        return _refused(redeemed)
    await desk.accounts.link(channel, address, redeemed.person, desk.clock.now(), redeemed.vouched_by)
    await desk.audit.record(
        redeemed.person, "linked", redeemed.person, desk.clock.now(), {"channel": channel, "by": "code"}
    )
    return await _welcome(redeemed.person, visit, desk)


async def use_phone(
    visit: Visit, phone: str, desk: Desk, *, vouching: Collection[Channel] = VOUCH_FOR_NUMBERS
) -> Reply:
    """Link by the visitor's own phone number, where the channel vouches for it and exactly one person has it.

    On other channels a number may be anybody's, typed by hand: it proves nothing, and the code of HR is asked for.
    """
    if visit.person is not None:
        return _already_linked(visit)
    channel, address = visit.asked.channel, visit.asked.address
    if not _has_consented(await desk.accounts.find_account(channel, address), visit):
        return _notice(visit, "")
    if channel not in vouching:
        await desk.audit.record(f"{channel}", "link_refused", "phone", desk.clock.now(), {"vouched": False})
        return Reply(
            title=_("A phone number alone does not prove here who you are."),
            lines=(Line(_("Please ask HR of your unit for a one-time code, then type it here.")),),
            choices=(next_steps.link_account(), next_steps.whom_to_ask(), next_steps.help_me()),
            outcome=Outcome.DENIED,
        )
    matches = await desk.profiles.list_codes_by_phone(phone)
    if len(matches) != 1:
        await desk.audit.record(f"{channel}", "link_refused", "phone", desk.clock.now(), {"matches": len(matches)})
        return Reply(
            title=_("Your phone number does not lead to exactly one person on record."),
            lines=(Line(_("Please ask HR of your unit for a one-time code, then type it here.")),),
            choices=(next_steps.whom_to_ask(), next_steps.help_me()),
            outcome=Outcome.DENIED,
        )
    await desk.accounts.link(channel, address, matches[0], desk.clock.now())
    await desk.audit.record(matches[0], "linked", matches[0], desk.clock.now(), {"channel": channel, "by": "phone"})
    return await _welcome(matches[0], visit, desk)


async def prefer_here(visit: Visit, *, accounts: Accounts, audit: Audit, clock: Clock) -> Reply:
    """Write to me on this channel first."""
    if visit.person is None:
        return ask_to_link(visit)
    channel, code = visit.asked.channel, visit.person.code
    await accounts.prefer(channel, visit.asked.address, clock.now())
    await audit.record(code, "preferred_channel", code, clock.now(), {"channel": channel})
    return Reply(
        title=_("From now on I write to you here first; where that fails, by your other linked channels."),
        choices=(next_steps.my_gaps(), next_steps.my_data(), next_steps.help_me()),
    )


def ask_to_link(_visit: Visit) -> Reply:
    """A personal question of someone not linked yet."""
    return Reply(
        title=_("To answer about your own record, it must first be certain who you are."),
        lines=(Line(_("Please link your account with the one-time code that HR of your unit gives you.")),),
        choices=(next_steps.link_account(), next_steps.all_documents(), next_steps.help_me()),
        outcome=Outcome.DENIED,
    )


def _has_consented(account: Account | None, visit: Visit) -> bool:
    return account is not None and account.consent_version == notice_version(visit)


def _noted(visit: Visit) -> Reply:
    """Somebody linked already has answered to a new wording."""
    text = _("Noted for this chat, {name}. You can change it at any time under “My data”.")
    return Reply(
        title=text.format(name=visit.person.name if visit.person is not None else ""),
        choices=(next_steps.my_consents(), next_steps.my_gaps(), next_steps.help_me()),
    )


def show_notice(visit: Visit) -> Reply:
    """The notice in its newest wording, to be answered anew by somebody who is linked."""
    return replace(_whole_notice(visit, ""), title=_("How your personal data is handled, in its newest wording"))


def show_whole_notice(visit: Visit) -> Reply:
    """Every word of the notice, to be answered as the short one is."""
    return _whole_notice(visit, visit.subject)


def read_whole_notice() -> Choice:
    """Every word of the notice, for somebody who read its first layer."""
    return Choice(_("See the whole notice"), "link.notice")


def _notice(visit: Visit, code: str) -> Reply:
    """The first layer: it fits one screen of a phone, and every word of the notice is one press away."""
    answers = _answers(code)
    return Reply(
        title=_("Before linking: how your personal data is handled"),
        lines=(*describe_notice_shortly(visit), _explain_answers(), Line(_("Silence is not consent."))),
        choices=(*answers, replace(read_whole_notice(), subject=answers[0].subject)),
    )


def _whole_notice(visit: Visit, code: str) -> Reply:
    return Reply(
        title=_("Before linking: how your personal data is handled"),
        lines=(*describe_notice(visit), _explain_answers()),
        choices=_answers(code),
    )


def _explain_answers() -> Line:
    return Line(
        _("“I agree”: to questions and to reminders here. “Questions only”: no reminders are sent here. Both link.")
    )


def _answers(code: str) -> tuple[Choice, ...]:
    kept = code if looks_like_code(code) else ""  # a button holds little
    return (
        Choice(_("I agree"), "link.agree", kept),
        Choice(_("Questions only"), "link.agree.only", kept),
        Choice(_("I do not agree"), "link.decline"),
    )


def _ask_for_code(visit: Visit, vouching: Collection[Channel]) -> Reply:
    lines = [Line(_("Please type the one-time code that HR of your unit gave you. It works for 15 minutes, once."))]
    can_share = visit.asked.channel in vouching
    if can_share:
        lines.append(Line(_("Or press the button below to share your own phone number.")))
    return Reply(
        title=_("Link your account"),
        lines=tuple(lines),
        choices=(next_steps.whom_to_ask(), next_steps.help_me()),
        asks_contact=can_share,
    )


def _already_linked(visit: Visit) -> Reply:
    name = visit.person.name if visit.person is not None else ""
    return Reply(
        title=_("This chat is already linked to {name}.").format(name=name),
        choices=(next_steps.my_gaps(), next_steps.my_data(), _prefer(), next_steps.help_me()),
    )


def _linked(name: str, *, has_others: bool) -> Reply:
    lines = [Line(_("From now on you can ask about your own standards and deadlines here."))]
    choices = [next_steps.my_gaps(), next_steps.my_deadlines(), next_steps.my_data()]
    if has_others:
        lines.append(Line(_("You have linked other channels too. Choose where I should write to you first.")))
        choices.append(_prefer())
    return Reply(title=_("Linked. Welcome, {name}.").format(name=name), lines=tuple(lines), choices=tuple(choices))


async def _welcome(code: PersonCode, visit: Visit, desk: Desk) -> Reply:
    """Greet whoever has just been linked, and tell every chat of theirs that was linked before."""
    here = visit.asked.channel, visit.asked.address
    others = [one for one in await desk.accounts.list_accounts(code) if (one.channel, one.address) != here]
    for one in others:  # no reminder: whoever wants none must hear of this all the same
        await desk.letters.leave(
            Letter(
                channel=one.channel,
                address=one.address,
                kind=LetterKind.LINKED,
                left_at=desk.clock.now(),
                person=code,
                locale=one.locale or "vi",
                about=visit.asked.channel.value,
            )
        )
    person = await desk.profiles.find_person(code)
    return _linked(person.name if person is not None else code, has_others=bool(others))


def _prefer() -> Choice:
    return Choice(_("Write to me here"), "link.prefer")


def _refused(redeemed: Redemption) -> Reply:
    match redeemed.outcome:
        case RedemptionOutcome.LOCKED if redeemed.locked_until is not None:
            title = _("Too many wrong codes. Please try again after {moment}, or ask HR.").format(
                moment=show_moment(redeemed.locked_until)
            )
        case RedemptionOutcome.EXPIRED:
            title = _("This code has expired or was used before. Please ask HR for a new one.")
        case _:
            left = redeemed.tries_left or 0
            title = ngettext(
                "This code is not right. {n} try is left.", "This code is not right. {n} tries are left.", left
            ).format(n=left)
    return Reply(
        title=title,
        choices=(next_steps.link_account(), next_steps.whom_to_ask(), next_steps.help_me()),
        outcome=Outcome.DENIED,
    )
