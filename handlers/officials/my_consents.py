"""What did I agree to, and when? Withdraw it for this chat, or give it again; what follows is told before."""

from dataclasses import dataclass

from handlers import next_steps
from handlers.asking import Choice
from handlers.letting_go import Kept, take_back
from handlers.officials.my_data import ask_to_confirm_withdrawal
from handlers.officials.surer_chats import list_surer, refuse_here
from handlers.phrases import _, mark, show_day_of
from handlers.ports import Audit, Clock, Consents
from handlers.privacy import consents_of, describe_purpose, name_ground, rules_of, withheld_after
from handlers.reply import Line, Reply
from handlers.visit import Visit
from knowledge.facts import Person
from knowledge.privacy import EACH_TIME, OF_A_CHAT, Ground, Purpose
from storage.records import Consent, ConsentAct

_ACTS = {
    ConsentAct.INFORMED: mark("informed on {day} (wording {version})"),
    ConsentAct.AGREED: mark("agreed on {day} (wording {version})"),
    ConsentAct.REFUSED: mark("refused on {day} (wording {version})"),
    ConsentAct.WITHDRAWN: mark("withdrawn on {day} (wording {version})"),
}


@dataclass(frozen=True, slots=True)
class Desk:
    """The drawers that consent needs."""

    consents: Consents
    audit: Audit
    clock: Clock
    kept: Kept


async def list_mine(visit: Visit, person: Person, desk: Desk) -> Reply:
    """Every purpose with what I said to it in this chat, and a button to change it."""
    rules = rules_of(visit)
    acts = await desk.consents.list_consents(visit.asked.channel, visit.asked.address)
    withheld = await _withheld(visit, desk)
    latest = {one.purpose: one for one in acts}
    lines = [
        Line(
            _("{purpose} – {ground}: {act}").format(
                purpose=one.name, ground=name_ground(one.ground), act=_describe(latest.get(one.code.value))
            ),
            is_item=True,
        )
        for one in rules.purposes
    ]
    del person
    return Reply(
        title=_("What you were told of and agreed to, in this chat"),
        lines=(*lines, Line(_("Withdrawing is one press and needs no reason; it can be given again the same way."))),
        choices=(
            *(_change(one, visit, withheld) for one in OF_A_CHAT if one not in EACH_TIME),
            *(_change(one, visit, ()) for one in EACH_TIME if _is_agreed(latest.get(one.value))),
            next_steps.my_data(),
        ),
    )


async def ask_sure(visit: Visit, person: Person, desk: Desk) -> Reply:
    """What follows if this purpose is withdrawn here, before it is."""
    purpose = _read(visit.subject)
    if purpose is None:
        return _unknown()
    is_all = purpose is Purpose.ANSWERS
    if surer := await list_surer(visit, person, desk.kept.accounts):
        if is_all:
            return ask_to_confirm_withdrawal(visit, surer)
        if purpose in EACH_TIME:
            return refuse_here(surer)
    known = rules_of(visit).purpose(purpose)
    return Reply(
        title=_("Withdraw: {purpose}?").format(purpose=known.name),
        lines=(Line(known.withdrawal),),
        choices=(
            Choice(_("Yes, withdraw"), "data.withdraw.yes" if is_all else "data.consent.no", purpose.value),
            next_steps.my_consents(),
        ),
    )


async def withdraw(visit: Visit, person: Person, desk: Desk) -> Reply:
    """No more of this purpose in this chat, at once."""
    purpose = _read(visit.subject)
    if purpose is None or purpose is Purpose.ANSWERS:  # that unlinks the chat, which is done elsewhere
        return _unknown()
    if purpose in EACH_TIME and (surer := await list_surer(visit, person, desk.kept.accounts)):
        return refuse_here(surer)  # what was passed on and handed in elsewhere would be taken back too
    now = desk.clock.now()
    await take_back(purpose, (visit.asked.channel, visit.asked.address), person, desk.kept, now)
    await _keep(visit, purpose, ConsentAct.WITHDRAWN, desk)
    await desk.audit.record(person.code, "withdrew_consent", person.code, now, {"purpose": purpose.value})
    known = rules_of(visit).purpose(purpose)
    return Reply(
        title=_("Done, from now on: {purpose} – withdrawn in this chat.").format(purpose=known.name),
        lines=(Line(known.withdrawal),),
        choices=(*_again(purpose), next_steps.my_consents(), next_steps.my_data()),
    )


def _again(purpose: Purpose) -> tuple[Choice, ...]:
    """The button to give it again; what is asked for each time is given by doing it again."""
    return () if purpose in EACH_TIME else (Choice(_("Give it again"), "data.consent.yes", purpose.value),)


async def show(visit: Visit, person: Person, desk: Desk) -> Reply:
    """The words of this purpose, to agree to them."""
    del person, desk
    purpose = _read(visit.subject)
    if purpose is None:
        return _unknown()
    return Reply(
        title=_("Do you agree?"),
        lines=tuple(describe_purpose(visit, purpose)),
        choices=(
            Choice(_("I agree"), "data.consent.given", purpose.value),
            Choice(_("I do not agree"), "data.consents"),
        ),
    )


async def give(visit: Visit, person: Person, desk: Desk) -> Reply:
    """I agree to this purpose in this chat."""
    purpose = _read(visit.subject)
    if purpose is None:
        return _unknown()
    is_consent = rules_of(visit).purpose(purpose).ground is Ground.CONSENT
    await _keep(visit, purpose, ConsentAct.AGREED if is_consent else ConsentAct.INFORMED, desk)
    await desk.audit.record(person.code, "agreed", person.code, desk.clock.now(), {"purpose": purpose.value})
    text = _("Noted: you agree here to “{purpose}”.")
    return Reply(
        title=text.format(purpose=rules_of(visit).purpose(purpose).name),
        choices=(next_steps.my_consents(), next_steps.my_gaps()),
    )


async def _keep(visit: Visit, purpose: Purpose, act: ConsentAct, desk: Desk) -> None:
    now = desk.clock.now()
    acts = {purpose: act}
    withheld = withheld_after(await _withheld(visit, desk), acts)
    await desk.kept.accounts.withhold(visit.asked.channel, visit.asked.address, withheld, now)
    await desk.consents.note_consents(consents_of(visit, acts, now))


async def _withheld(visit: Visit, desk: Desk) -> tuple[str, ...]:
    account = await desk.kept.accounts.find_account(visit.asked.channel, visit.asked.address)
    return account.withheld if account is not None else ()


def _change(purpose: Purpose, visit: Visit, withheld: tuple[str, ...]) -> Choice:
    name = rules_of(visit).purpose(purpose).name
    if purpose.value in withheld:
        return Choice(_("Give again: {purpose}").format(purpose=name), "data.consent.yes", purpose.value)
    return Choice(_("Withdraw: {purpose}").format(purpose=name), "data.consent.ask", purpose.value)


def _is_agreed(act: Consent | None) -> bool:
    return act is not None and act.act is ConsentAct.AGREED


def _describe(act: Consent | None) -> str:
    if act is None:
        return _("nothing on record in this chat")
    return _(_ACTS[act.act]).format(day=show_day_of(act.at), version=act.version)


def _read(subject: str) -> Purpose | None:
    return Purpose(subject) if subject in {one.value for one in OF_A_CHAT} else None


def _unknown() -> Reply:
    return Reply(
        title=_("That button is out of date; nothing was changed."),
        choices=(next_steps.my_consents(), next_steps.my_data()),
    )
