"""Visits built by hand, two worlds of declared rules, and the words of a reply."""

from datetime import date
from typing import Any

from handlers.asking import Channel, Incoming
from handlers.reply import Reply
from handlers.visit import Visit
from knowledge.facts import (
    CriterionCode,
    DocumentId,
    KindCode,
    LevelCode,
    Person,
    PersonCode,
    PositionGroup,
    TerritoryCode,
    UnitCode,
)
from knowledge.library import Library
from knowledge.loader import load_library
from knowledge.rulebook import RuleBook
from knowledge.understanding.meaning import DocumentMention, Entities, Intent, KindMention, Meaning
from tests.people import GROUP, review, row, rule_book, standard

TODAY = date(2026, 11, 21)
IN_2020 = date(2020, 9, 15)
NOTICE_VERSION = load_library().privacy.notice_version(TODAY)  # of the privacy notice that people agree to today

STANDARDS = (
    standard("hoc_van", "dai_hoc"),
    standard("ly_luan_chinh_tri", "trung_cap"),
    standard("ngoai_ngu", "bac_3"),
    standard("tin_hoc", "co_ban"),
)
TABLE = (
    row("ielts", "bac_3", "4.5", "5.0", months_valid=24),
    row("ielts", "bac_4", "5.5", "6.5", months_valid=24),
    row("hsk", "bac_3", "hsk_4", "hsk_4"),
)


def bare(library: Library, **more: Any) -> RuleBook:
    """HR has loaded units only."""
    return rule_book(library, **more)


def with_standards(library: Library, **more: Any) -> RuleBook:
    """Standards of the persona's position and an open round; no recognition table."""
    return rule_book(library, **{"standards": STANDARDS, "rounds": (review(),), **more})


def with_table(library: Library, **more: Any) -> RuleBook:
    """The same, and the table of 1769/UBND-KGVX for languages."""
    return with_standards(library, recognition=TABLE, **more)


def visit(
    book: RuleBook,
    person: Person | None = None,
    *,
    on: date = TODAY,
    today: date = TODAY,
    text: str = "",
    subject: str = "",
    channel: Channel = Channel.WEB,
    phone: str | None = None,
    intent: Intent = Intent.HELP,
    **named: Any,
) -> Visit:
    """A visit; `named` are entities, with plain words for codes."""
    asked = Incoming(channel, "w1", text=text or None, phone=phone)
    meaning = Meaning(intent, 1.0, entities(**named))
    return Visit(asked, today, book.on(on), person, meaning, subject)


def entities(**named: Any) -> Entities:
    """Entities from plain words: documents=("2123/UBND-NC",), kinds=(("ielts", "5.0"),), groups=True: the persona's."""
    made: dict[str, Any] = dict(named)
    if "documents" in made:
        made["documents"] = tuple(DocumentMention(one, DocumentId(one)) for one in made["documents"])
    if "unknown" in made:
        made["documents"] = (DocumentMention(made.pop("unknown"), None),)
    if "kinds" in made:
        made["kinds"] = tuple(KindMention(KindCode(kind), level) for kind, level in made["kinds"])
    if made.pop("groups", False):
        made["position_groups"] = (GROUP,)
    makers = {
        "criteria": CriterionCode,
        "position_groups": PositionGroup,
        "units": UnitCode,
        "territories": TerritoryCode,
    }
    for name, maker in makers.items():
        if name in made:
            made[name] = tuple(maker(one) for one in made[name])
    if "level" in made:
        made["level"] = LevelCode(made["level"])
    return Entities(**made)


def words(reply: Reply) -> str:
    """Everything that a reply says, in one string."""
    return "\n".join([reply.title, *(line.text for line in reply.lines)])


def cited(reply: Reply) -> set[str]:
    """Ids of the documents that a reply cites, those of background too."""
    return {cite.document for cite in reply.citations}


def actions(reply: Reply) -> set[str]:
    """The actions that a reply offers."""
    return {choice.action for choice in reply.choices}


def code(one: str) -> PersonCode:
    return PersonCode(one)
