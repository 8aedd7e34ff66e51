"""What a "why" button stands for, in a few bytes: a criterion, another person's verdict, or a certificate. Pure.

`ngoai_ngu` · `CB002#ngoai_ngu` · `CB002#` · `ielts@5.0@2025-05-12` · `tin_hoc_abc@B@2016` · nothing: everything.
"""

from datetime import date

from handlers.asking import Choice
from handlers.phrases import _
from knowledge.facts import CriterionCode, KindCode, PersonCode
from knowledge.folding import fold_words
from knowledge.library import Library
from knowledge.understanding.meaning import Entities, KindMention

ACTION = "why"
_OF = "#"
_WITH = "@"
_WHY = ("vi sao", "tai sao", "chiu trach nhiem", "trach nhiem cua ai", "loi cua ai", "loi tai ai")
_MOST_BYTES = 64  # of a whole token: what Telegram leaves for a button


def why(
    criterion: CriterionCode | None = None, *, person: PersonCode | None = None, label: str | None = None
) -> Choice:
    """Why this verdict: the visitor's own, or another person's."""
    subject = criterion or ""
    return Choice(label or _("Why?"), ACTION, f"{person}{_OF}{subject}" if person is not None else subject)


def why_certificate(kind: KindCode, level: str | None, issued: date | int | None) -> Choice:
    """Why this certificate counts or not, judged in general; without its level where that would not fit a button."""
    day = issued.isoformat() if isinstance(issued, date) else str(issued or "")
    choice = Choice(_("Why?"), ACTION, _WITH.join([kind, level or "", day]))
    fits = len(choice.token.encode()) <= _MOST_BYTES and _WITH not in (level or "")
    return choice if fits else Choice(choice.label, ACTION, _WITH.join([kind, "", day]))


def read_subject(subject: str, library: Library) -> Entities:
    """What the button names, as if it had been typed; nothing for what is not known any more."""
    if _OF in subject:
        person, _mark, criterion = subject.rpartition(_OF)
        return Entities(person_words=person or None, criteria=_criteria(criterion, library))
    if _WITH not in subject:
        return Entities(criteria=_criteria(subject, library), speaks_of_self=True)
    kind, level, issued = (*subject.split(_WITH), "", "")[:3]
    if kind not in library.kinds:
        return Entities()
    mention = KindMention(KindCode(kind), level or None)
    year = int(issued) if issued.isdecimal() and len(issued) == len("2026") and not issued.startswith("0") else None
    return Entities(kinds=(mention,), issued_on=_read_day(issued) if year is None else None, issued_year=year)


def _criteria(criterion: str, library: Library) -> tuple[CriterionCode, ...]:
    return (CriterionCode(criterion),) if criterion in library.criteria else ()


def _read_day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def asks_why(text: str) -> bool:
    """Whether these words about a record ask for its reasons or for who answers for it, not only for what it is."""
    words = f" {fold_words(text)} "
    return any(f" {one} " in words for one in _WHY)
