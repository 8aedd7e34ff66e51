"""What people are told and asked about their data: the wordings are data of the library, each with its version."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from handlers.phrases import _
from handlers.reply import Line
from handlers.stating import state_for
from handlers.visit import Visit
from knowledge.facts import PersonCode
from knowledge.library import Library
from knowledge.privacy import AT_LINKING, EACH_TIME, Ground, PrivacyRules, Purpose
from storage.records import Consent, ConsentAct

Place = tuple[str, str]  # channel and address of a chat


def rules_of(visit: Visit) -> PrivacyRules:
    """What is known of personal data."""
    return visit.rules.library.privacy


def notice_version(visit: Visit) -> str:
    """The version of the whole notice on the real day: whatever day is asked about, it is today that one agrees."""
    return rules_of(visit).notice_version(visit.today)


def version_of(visit: Visit, purpose: Purpose) -> str:
    """The version of the words about one purpose on the real day."""
    return rules_of(visit).version(purpose, visit.today)


def describe_notice(visit: Visit) -> list[Line]:
    """What is processed, for what, on which ground, what follows when somebody withdraws, and which rights."""
    rules = rules_of(visit)
    lines = [line for one in AT_LINKING for line in describe_purpose(visit, one)] if rules.purposes else []
    lines.append(describe_rights(visit))
    lines.append(
        Line(
            _(
                "Answers are for reference and do not replace a decision of the "
                "competent authority. Silence is not consent."
            ),
            is_item=True,
        )
    )
    return lines


def describe_notice_shortly(visit: Visit) -> list[Line]:
    """What, why, who sees, how long and which rights, a line each; the whole notice where nothing shorter is known."""
    short = rules_of(visit).short_wording(visit.today)
    if not short:
        return describe_notice(visit)
    return [*(Line(text, is_item=True) for text in short), describe_rights(visit)]


def describe_purpose(visit: Visit, purpose: Purpose) -> list[Line]:
    """One purpose: its ground, the words of the day, what follows when it is withdrawn, and what is not known of it."""
    rules = rules_of(visit)
    known = rules.purpose(purpose)
    lines = [
        Line(_("{purpose} – {ground}.").format(purpose=known.name, ground=name_ground(known.ground))),
        *(Line(text, is_item=True) for text in rules.wording(purpose, visit.today)),
        Line(_("If you withdraw: {text}").format(text=known.withdrawal), is_item=True),
    ]
    if known.not_known:
        text = _("Not known here for certain: {text} Ask: {whom}.")
        lines.append(Line(text.format(text=known.not_known, whom=rules.ask), is_item=True))
    return lines


def describe_rights(visit: Visit) -> Line:
    """Which rights there are and where they are found, by the law of the real day."""
    today = visit.rules.book.on(visit.today)
    text = _(
        "Your rights: see, export, have corrected, restrict, withdraw, have deleted, at any time, by typing "
        "/quyenriengtu."
    )
    laws = [today.library.cite(one) for one in today.library.policy.privacy_laws]
    return state_for(text, laws, today, visit.territory, is_item=True) if laws else Line(text, is_item=True)


def name_ground(ground: Ground) -> str:
    """On which ground, in words."""
    return {
        Ground.LAWFUL_FUNCTION: _("a task of the office: you are informed, no consent is asked"),
        Ground.CONSENT: _("only with your consent"),
        Ground.REQUEST: _("needed to answer what you ask; you may object"),
    }[ground]


def describe_period(library: Library, code: str) -> str:
    """How long a group is kept, in words."""
    group = next(one for one in library.privacy.groups if one.code == code)
    if group.kept:
        return library.privacy.filled_in(group.kept)
    return _("{n} days").format(n=library.privacy.days_of(group.period))


def consents_of(visit: Visit, acts: Mapping[Purpose, ConsentAct], now: datetime) -> list[Consent]:
    """These acts of this visitor as proof: the version and the hash of exactly the words of today."""
    person = visit.person.code if visit.person is not None else None
    return consents_at((visit.asked.channel, visit.asked.address), person, acts, rules_of(visit), visit.today, now)


def consents_at(
    place: Place,
    person: PersonCode | None,
    acts: Mapping[Purpose, ConsentAct],
    rules: PrivacyRules,
    day: date,
    now: datetime,
) -> list[Consent]:
    """The same of somebody in one of their chats, wherever they said it."""
    if not rules.purposes:
        return []
    return [
        Consent(*place, purpose.value, act, rules.version(purpose, day), rules.digest(purpose, day), now, person)
        for purpose, act in acts.items()
    ]


def withheld_after(before: Iterable[str], acts: Mapping[Purpose, ConsentAct]) -> frozenset[str]:
    """Which purposes are withheld in a chat after these acts."""
    given = {one.value for one, act in acts.items() if act in {ConsentAct.AGREED, ConsentAct.INFORMED}}
    taken = {one.value for one, act in acts.items() if act in {ConsentAct.REFUSED, ConsentAct.WITHDRAWN}}
    taken -= {one.value for one in EACH_TIME}
    return frozenset(before) - given | taken
