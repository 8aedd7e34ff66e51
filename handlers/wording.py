"""How things are named in replies: credentials, levels, documents and points, units, days. Pure."""

import re
from collections.abc import Iterable
from datetime import date

from handlers.asking import Channel
from handlers.phrases import _, ngettext, show_day
from knowledge.documents import Citation, Confidence, Document, Point
from knowledge.facts import CriterionCode, KindCode, LevelCode, ManagedBy, UnitCode
from knowledge.findings import Finding
from knowledge.folding import fold
from knowledge.library import Library
from knowledge.rulebook import RulesOn

# Official numbers begin with a digit; any other id is the library's own name for a letter whose number is unknown.
_OFFICIAL_NUMBER = re.compile(r"\d")
_MANY_DAYS = 731
_DAYS_OF_FOUR_YEARS = 1461


def name_credential(library: Library, kind: KindCode, level: str | None, issued_on: date | None) -> str:
    """A credential as people speak of it: "IELTS 5.0, cấp ngày 12/05/2024"."""
    known = library.kinds[kind]
    criterion = library.criteria.get(known.criterion) if known.criterion is not None else None
    code = criterion.find_level(level) if criterion is not None and level and known.is_direct else None
    name = known.show(criterion.level_name(code) if criterion is not None and code is not None else level)
    if issued_on is None:
        return name
    return _("{credential}, issued on {day}").format(credential=name, day=show_day(issued_on))


def name_criterion(library: Library, criterion: CriterionCode) -> str:
    """A criterion as shown: "Ngoại ngữ"."""
    return library.criteria[criterion].name


def name_criteria(library: Library, findings: Iterable[Finding]) -> str:
    """The criteria of some findings inside a sentence; apart by semicolons, since names hold commas."""
    return "; ".join(name_criterion(library, one.criterion).lower() for one in findings if one.criterion is not None)


def name_level(library: Library, criterion: CriterionCode, level: LevelCode | None) -> str:
    """A level as shown: "Bậc 3"; a dash for none."""
    return library.criteria[criterion].level_name(level) if level is not None else "–"


def name_unit(rules: RulesOn, code: UnitCode) -> str:
    """A unit by its name on the day, or by its code where it is not known."""
    unit = rules.find_unit(code)
    return unit.name if unit is not None else code


def name_alone(document: Document) -> str:
    """A document by kind and number; by its title, never by the library's own id, where its number is not known."""
    is_told_by_hr = document.confidence is Confidence.DECLARED and not document.text_held
    if is_told_by_hr or document.confidence is Confidence.RULING or _OFFICIAL_NUMBER.match(document.id):
        return f"{document.kind} {document.id}".strip()
    if fold(document.id).startswith(fold(document.kind)):
        return document.id  # cited by its name
    if document.title:
        return _("{kind} without a known number “{title}”").format(kind=document.kind, title=document.title)
    return _("{kind} without a known number").format(kind=document.kind)


def name_document(document: Document) -> str:
    """A document in short: "Công văn 2123/UBND-NC ngày 17/08/2020"."""
    if document.dated is None:
        return name_alone(document)
    return _("{document} dated {day}").format(document=name_alone(document), day=show_day(document.dated))


def name_document_fully(document: Document) -> str:
    """A document with its issuer."""
    if not document.issuer:
        return name_document(document)
    return _("{document} of {issuer}").format(document=name_document(document), issuer=document.issuer)


def name_point(document: Document, point: Point) -> str:
    """A point with its document: "điểm 3, Công văn 2123/UBND-NC"."""
    return f"{point.label}, {name_alone(document)}"


def start_sentence(words: str) -> str:
    """The words with a capital first letter, the rest as it is."""
    return words[:1].upper() + words[1:]


def name_cited(library: Library, cite: Citation) -> str:
    """A citation inside a sentence: "2123/UBND-NC (điểm 3)"."""
    document = library.get_document(cite.document)
    point = document.point(cite.point) if cite.point is not None else None
    label = point.label if point is not None else cite.point
    return f"{document.id} ({label})" if label else str(document.id)


def name_managed_by(managed_by: ManagedBy) -> str:
    """Who manages a post, in words."""
    return {
        ManagedBy.PROVINCIAL_PARTY_STANDING_COMMITTEE: _("managed by the Standing Committee of the provincial Party"),
        ManagedBy.PROVINCIAL_GOVERNMENT_PARTY_COMMITTEE: _(
            "managed by the Party committee of the provincial government"
        ),
        ManagedBy.DISTRICT: _("managed at district level"),
        ManagedBy.COMMUNE: _("managed at commune level"),
        ManagedBy.UNIT: _("managed by the unit"),
    }[managed_by]


def describe_retirement(retires_on: date, on: date) -> str:
    """The last day of service as seen on a day, with the time left."""
    day = show_day(retires_on)
    if retires_on < on:
        return _("By the retirement age, your last day of service was {day}.").format(day=day)
    left = count_days((retires_on - on).days)
    return _("By the retirement age, your last day of service is {day}: {time} left.").format(day=day, time=left)


def count_days(days: int) -> str:
    """A number of days; above two years, of years: nobody counts 2242 days."""
    if days >= _MANY_DAYS:
        return _("more than {n} years").format(n=days * 4 // _DAYS_OF_FOUR_YEARS)
    return ngettext("{n} day", "{n} days", days).format(n=days)


def name_channel(channel: str) -> str:
    """A channel as people call it."""
    names = {
        Channel.TELEGRAM.value: "Telegram",
        Channel.ZALO_BOT.value: "Zalo Bot",
        Channel.ZALO_OA.value: "Zalo Official Account",
        Channel.WEB.value: _("web chat"),
    }
    return names.get(channel, channel)
