"""The steps in which a certificate is handed in: kind, level, day of issue, number, issuer, files, and a last look."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date

from handlers.forms import LONGEST_ENTRY, Asked, Refused, Step, Values
from handlers.inquiries import clean
from handlers.phrases import _
from handlers.reply import Line
from knowledge.credentials import Criterion, Kind, ScaleType
from knowledge.evaluate import evaluate
from knowledge.facts import Credential, KindCode, Person
from knowledge.folding import fold_words
from knowledge.levels import ReadLevel, expected_levels, read_level
from knowledge.rulebook import RulesOn
from knowledge.understanding.evidence_said import (
    read_change,
    read_credential_number,
    read_issue_day,
    read_issuer,
    read_number_alone,
    says_none,
    says_unknown,
)
from knowledge.understanding.meaning import Entities

Filled = Mapping[str, str | None]
ReadEntities = Callable[[str], Entities]

MOST_FILES = 4
NONE = "-"
SEND = "gui"
_SENDING = frozenset({SEND, "gui di", "nop", "nop di", "dong y", "co", "vang", "ok", "dung", "dung roi"})
_CHANGE = "sua."
_PARTS = {
    "kind": ("kind", "level"),
    "level": ("level",),
    "issued": ("issued",),
    "number": ("number",),
    "issuer": ("issuer",),
    "files": ("files",),
}
_MOST_KINDS = 8
_LONGEST_ISSUER = 200
_LONGEST_LEVEL = 60
_NAMED_LEVELS = (ScaleType.CRITERION, ScaleType.ORDERED)


def said_at_once(said: str, today: RulesOn, read_entities: ReadEntities) -> dict[str, str]:
    """What one sentence already says of a certificate ("ielts 6.0 cấp ngày 12/5/2025 số A-123")."""
    if not said.strip():
        return {}
    named = read_entities(said)
    kinds = [one for one in named.kinds if one.kind in today.library.kinds]
    values: dict[str, str] = {}
    if len({one.kind for one in kinds}) == 1:
        kind = today.library.kinds[kinds[0].kind]
        values["kind"] = str(kind.code)
        level = _level_of(kinds[0].level or (str(named.level) if named.level is not None else ""), kind, today)
        if level is not None:
            values["level"] = level
    issued = read_issue_day(said, today.day)
    if issued is not None:
        values["issued"] = issued.isoformat()
    number, issuer = read_credential_number(said), read_issuer(said)
    return values | ({"number": number} if number else {}) | ({"issuer": issuer} if issuer else {})


def credential_of(values: Values) -> Credential:
    """The certificate that was filled in."""
    return Credential(
        kind=KindCode(values["kind"]),
        level=values.get("level") or None,
        issuer=values.get("issuer") or None,
        number=values.get("number") or None,
        issued_on=date.fromisoformat(values["issued"]),
    )


def files_of(values: Values) -> list[int]:
    """The numbers of the files that came while it was filled in."""
    return [int(one) for one in values.get("files", "").split(",") if one.isdecimal()]


def ask_kind(person: Person, today: RulesOn, read_entities: ReadEntities) -> Step:
    """Which certificate; kinds for what the official still lacks are offered first."""

    async def ask(_values: Values) -> Asked:
        return Asked(
            _("Which certificate do you hand in? Choose, or type all you know of it at once."),
            (Line(_("For example: “IELTS 6.0 issued on 12/05/2025, number A-12345”.")),),
            tuple((one.name, str(one.code)) for one in _offered(person, today)),
        )

    async def read(said: str, _values: Values) -> Filled | Refused:
        if said in today.library.kinds:
            return {"kind": said, "level": None}
        found = said_at_once(said, today, read_entities)
        if "kind" not in found:
            return Refused(
                _("I do not know that certificate by this name; please type its usual name, such as “IELTS”.")
            )
        return found

    return Step("kind", ("kind",), ask, read)


def ask_level(today: RulesOn, read_entities: ReadEntities) -> Step:
    """Which level or score stands on it."""

    async def ask(values: Values) -> Asked:
        kind, criterion = _kind_of(values, today)
        levels = criterion.levels if criterion is not None and kind.scale.type is ScaleType.CRITERION else ()
        levels = kind.scale.levels if kind.scale.type is ScaleType.ORDERED else levels
        return Asked(
            _("{certificate}: which level or score stands on it?").format(certificate=kind.name),
            answers=tuple((one.name, str(one.code)) for one in levels),
        )

    async def read(said: str, values: Values) -> Filled | Refused:
        kind, criterion = _kind_of(values, today)
        level = _level_of(said, kind, today)
        if level is None:
            named = [one.level for one in read_entities(f"{kind.name} {said}").kinds if one.kind == kind.code]
            level = _level_of(named[0] or "", kind, today) if named else None
        if level is None:
            text = _("I could not read a level there. For this certificate one of these can stand on it: {levels}.")
            return Refused(text.format(levels=expected_levels(kind, criterion) or _("a few words")))
        return {"level": level}

    def is_needed(values: Values) -> bool:
        kind, _criterion = _kind_of(values, today)
        return kind.scale.type is not ScaleType.FIXED

    return Step("level", ("level",), ask, read, is_needed)


def ask_issued(today: date) -> Step:
    """When it was issued."""

    async def ask(_values: Values) -> Asked:
        return Asked(_("On which day was it issued? Please type day/month/year as it stands on the paper."))

    async def read(said: str, _values: Values) -> Filled | Refused:
        day = read_issue_day(said, today)
        if day is None and says_unknown(said):
            return Refused(
                _(
                    "The day of issue decides whether the certificate counts, so it cannot be left out. You may send a "
                    "photo of the paper already, look the day up and go on later, or type “hủy” to stop."
                )
            )
        if day is None:
            return Refused(_("I could not read a past day there; please type day/month/year, such as 12/05/2025."))
        return {"issued": day.isoformat()}

    return Step("issued", ("issued",), ask, read)


def ask_number() -> Step:
    """Which number it has."""

    async def ask(_values: Values) -> Asked:
        return Asked(_("Which number stands on it?"), answers=((_("It has no number"), NONE),))

    async def read(said: str, _values: Values) -> Filled | Refused:
        if said == NONE or says_none(said):
            return {"number": ""}
        number = read_number_alone(said)
        if number is None:
            return Refused(_("Please type the number alone, as it stands on the paper, or say that it has none."))
        return {"number": number}

    return Step("number", ("number",), ask, read)


def ask_issuer() -> Step:
    """Who issued it."""

    async def ask(_values: Values) -> Asked:
        return Asked(_("Who issued it?"), answers=((_("I do not know"), NONE),))

    async def read(said: str, _values: Values) -> Filled | Refused:
        if said == NONE or says_none(said):
            return {"issuer": ""}
        issuer = read_issuer(said) or " ".join(clean(said).split())
        if not 1 < len(issuer) <= _LONGEST_ISSUER:
            return Refused(_("Please type the name of the issuer, in at most {n} letters.").format(n=_LONGEST_ISSUER))
        return {"issuer": issuer}

    return Step("issuer", ("issuer",), ask, read)


def ask_files() -> Step:
    """A picture or PDF of it, which may be left out."""

    async def ask(_values: Values) -> Asked:
        return Asked(
            _("Send a photo or a PDF of the certificate now, or go on without one."),
            (
                Line(_("Only the certificate itself, please: never a picture of an identity card.")),
                Line(
                    _("It is kept encrypted, HR of your unit alone may open it, and it is deleted after the decision.")
                ),
            ),
            ((_("Go on without a file"), NONE),),
        )

    async def read(said: str, _values: Values) -> Filled | Refused:
        if said == NONE or says_none(said):
            return {"files": ""}
        return Refused(_("Please send the photo or PDF itself, or go on without one."))

    return Step("files", ("files",), ask, read)


def ask_sure(preview: Callable[[Values], Awaitable[Sequence[Line]]]) -> Step:
    """All of it, to be handed in, or to be changed in one place."""

    async def ask(values: Values) -> Asked:
        changes = {
            "kind": _("Change the kind"),
            "level": _("Change the level"),
            "issued": _("Change the day of issue"),
            "number": _("Change the number"),
            "issuer": _("Change the issuer"),
            "files": _("Change the files"),
        }
        offered = [(label, _CHANGE + part) for part, label in changes.items() if part != "level" or values.get("level")]
        return Asked(_("Hand this in to HR?"), tuple(await preview(values)), ((_("Hand it in"), SEND), *offered))

    async def read(said: str, _values: Values) -> Filled | Refused:
        if fold_words(said) in _SENDING:
            return {"sure": SEND}
        part = said.removeprefix(_CHANGE) if said.startswith(_CHANGE) else read_change(said)
        if part not in _PARTS:
            return Refused(_("Please press one of the buttons: hand it in, change something or cancel."))
        return dict.fromkeys(_PARTS[part])

    return Step("sure", ("sure",), ask, read)


def _offered(person: Person, today: RulesOn) -> list[Kind]:
    """Kinds for what is still missing; the ones that carry their level themselves first, as most people hold those."""
    missing = [one.criterion for one in evaluate(person, today) if one.is_gap and one.criterion is not None]
    kinds = [one for one in today.library.kinds.values() if one.criterion is not None]
    wanted = [
        one
        for criterion in missing
        for one in sorted(kinds, key=lambda kind: not kind.is_direct)
        if one.criterion == criterion
    ]
    by_turns: list[Kind] = []
    for place in range(_MOST_KINDS):
        for criterion in missing:
            of_it = [one for one in wanted if one.criterion == criterion]
            by_turns += of_it[place : place + 1]
    return by_turns[:_MOST_KINDS]


def _kind_of(values: Values, today: RulesOn) -> tuple[Kind, Criterion | None]:
    kind = today.library.kinds[KindCode(values["kind"])]
    return kind, today.library.criteria[kind.criterion] if kind.criterion is not None else None


def _level_of(said: str, kind: Kind, today: RulesOn) -> str | None:
    """The level as it is kept: its name, its score, else the words typed; None for no level of this kind."""
    said = " ".join(said.split())
    if not said or len(said) > min(_LONGEST_LEVEL, LONGEST_ENTRY):
        return None
    criterion = today.library.criteria[kind.criterion] if kind.criterion is not None else None
    level: ReadLevel | None = read_level(kind, criterion, said)
    if level is None:
        return None
    if kind.scale.type in _NAMED_LEVELS and level.rank is not None:
        names = kind.scale.levels if kind.scale.type is ScaleType.ORDERED else (criterion.levels if criterion else ())
        return names[level.rank].name
    return str(level.scores[0]) if kind.scale.type is ScaleType.NUMBER else said
