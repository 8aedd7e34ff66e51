"""A walk through every handler of the desk: who walks, what they say and press, and what every reply must keep to."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from handlers.phrases import show_day, show_day_of
from handlers.reply import Background, Line, Outcome, Record, Reply, Statement
from handlers.rights import units_in_scope
from handlers.visit import Visit
from knowledge.cases import KeptCase, Told
from knowledge.evaluate import evaluate, service_of
from knowledge.facts import (
    DocumentId,
    Exemption,
    Gender,
    ManagedBy,
    Person,
    PersonCode,
    PositionGroup,
    Role,
    Signatory,
    StudyRecord,
    TerritoryCode,
    UnitCode,
)
from knowledge.findings import Finding
from knowledge.retirement import retirement_day
from knowledge.rulebook import RuleBook
from knowledge.study_cases import StudyCase
from knowledge.studying import answer_due_on
from knowledge.triggers import list_cases
from knowledge.understanding.meaning import Aspect, Entities, Intent, Meaning
from storage.records import Broadcast, Delivery, DeliveryState, Evidence, EvidenceState, NewDelivery, Notice, NoticeKind
from tests.evidence_kept import FakeEvidence
from tests.fakes import ReadsAs
from tests.handlers import visits
from tests.handlers.visits import entities
from tests.people import COMMUNE, DISTRICT, DIVISION, NEIGHBOUR, credential, official, review, row, standard

IN_2020, TODAY, IN_2027 = date(2020, 9, 15), date(2026, 11, 21), date(2027, 6, 30)
# What HR has loaded, and the days asked about in that world: every world and every day, not each with each.
WORLDS = {"bare": (TODAY,), "in order": (IN_2020, TODAY), "strange": (IN_2027,)}

CERTIFICATES = (
    credential("ielts", "5.0", date(2025, 5, 1)),
    credential("ielts", None, None),
    credential("tin_hoc_abc", "B", date(2018, 1, 1)),
    credential("bang_cap", "dai_hoc"),
    credential("llct", "so_cap", date(2030, 1, 1)),
)
REFUSED = (StudyRecord(requested_on=date(2020, 8, 20), refused_on=date(2020, 8, 25)),)
DECLINED = (StudyRecord(assigned_on=date(2020, 8, 20), declined_on=date(2020, 8, 25)),)
EXEMPT = (Exemption(standard("tin_hoc", "co_ban").criterion, DocumentId("02-QĐi/TU")),)

PEOPLE: tuple[Person, ...] = (
    official(credentials=CERTIFICATES, study=REFUSED),
    official(
        code=PersonCode("CB002"),
        name="Trần Thị Hai",
        unit=DIVISION.code,
        managed_by=ManagedBy.PROVINCIAL_PARTY_STANDING_COMMITTEE,
        study=DECLINED,
        exemptions=EXEMPT,
    ),
    official(code=PersonCode("CB003"), name="Lê Văn Ba", unit=NEIGHBOUR.code, credentials=CERTIFICATES),
    official(code=PersonCode("CB004"), unit=DISTRICT.code, managed_by=ManagedBy.DISTRICT),
    official(
        code=PersonCode("CB005"),
        unit=COMMUNE.code,
        position_group=PositionGroup("chuyen_vien"),
        position="Chuyên viên",
        is_leader=False,
        managed_by=ManagedBy.UNIT,
    ),
    official(code=PersonCode("CB006"), born_on=date(1958, 1, 1)),
    official(code=PersonCode("HR001"), name="Phạm Thị Nhân", roles=frozenset({Role.HR}), credentials=CERTIFICATES),
    official(code=PersonCode("HR002"), name="Vũ Thị Sự", roles=frozenset({Role.HR})),
    official(code=PersonCode("HD001"), name="Đỗ Văn Trưởng", roles=frozenset({Role.HEAD})),
)

SERVING = tuple(one for one in PEOPLE if Role.HR in one.roles)
# Enough to differ in territory, in who manages the post, in what is on record and in rights.
ASKING = (None, *(one for one in PEOPLE if one.code in {"CB001", "CB003", "CB004", "CB005", "HR001"}))

# Every side of what a question can name, at least once; a question may name several.
NAMED: tuple[Mapping[str, Any], ...] = (
    {},
    {"documents": ("2123/UBND-NC",)},
    {"documents": ("2123/UBND-NC",), "points": ("3",), "aspects": (Aspect.DEADLINE,)},
    {"documents": ("354-CV/TU",), "points": ("2.5",)},
    {"documents": ("354-CV/TU",), "dates": (date(2020, 10, 1),), "aspects": (Aspect.DEADLINE,)},
    {"documents": ("676/QĐ-UBND",)},
    {"documents": ("676/QĐ-UBND",), "aspects": (Aspect.DEADLINE, Aspect.CONTENT)},
    {"documents": ("CV-BTVTU-QNg/2021",), "points": ("1",), "kinds": (("ielts", "5.0"),)},
    {"documents": ("1769/UBND-KGVX",), "aspects": (Aspect.CONTENT,)},
    {"documents": ("30/2008/QĐ-BGDĐT",), "aspects": tuple(Aspect)},
    {"documents": ("17/2016/TTLT-BGDĐT-BTTTT",), "points": ("23",)},
    {"unknown": "9999/UBND-NC"},
    {"kinds": (("ielts", "5.0"),), "issued_on": date(2025, 5, 12)},
    {"kinds": (("ielts", None), ("tin_hoc_abc", "B"))},
    {"kinds": (("tin_hoc_abc", "B"),), "issued_year": 2016},
    {"kinds": (("bang_cap", "dai_hoc"), ("vstep", "bac_3"), ("khac", None)), "level": "bac_4"},
    {"criteria": ("ngoai_ngu", "tin_hoc")},
    {"criteria": ("ngoai_ngu",), "groups": True},
    {"position_words": "phó chánh thanh tra"},
    {"territories": ("quang-ngai",)},
    {"offices": ("bcsd_ubnd_tinh_hung_yen", "ubnd_tinh_hung_yen", "bcsd_ubnd_tinh_hai_duong")},
    {"aspects": (Aspect.ACCOUNTABLE, Aspect.CONSEQUENCE)},
    {"years": 5, "person_words": "CB003", "units": ("SO-MAU",)},
    {"person_words": "Trần Thị Hai", "speaks_of_self": True},
    {"born_on": date(1975, 3, 2)},
    {"born_year": 1970},
)
SUBJECTS = (
    "",
    "ngoai_ngu",
    "ielts",
    "tin_hoc_abc",
    "2123/UBND-NC",
    "2123/UBND-NC#3",
    "676/QĐ-UBND#1",
    "CB001",
    "CB003#ngoai_ngu",
    "1",
    "ABC234",
    "không có đâu|#",
)
# What the buttons that lead into a form fill in before its first question, of something that is not there any more.
FILLED_IN_BEFORE = {"y_kien": "YK-9/2020", "number": "9", "code": "C9C9C9", "version": "1"}
TYPED = ("Ngoại ngữ thì sao, thưa đồng chí?", "01/10/2027", "1", "có", "hủy")


def list_told(book: RuleBook) -> list[KeptCase]:
    """All cases of the people who walk, of which the head and one of HR were told."""
    rules = book.on(TODAY)
    told = (
        Told("unit:SO-MAU", TODAY, (PersonCode("HD001"),)),
        Told("office:so_noi_vu_hung_yen", TODAY, (PersonCode("HR001"),)),
    )
    cases = (case for one in PEOPLE for case in list_cases(one, evaluate(one, rules), rules, is_reachable=False))
    return [KeptCase(case, TODAY, told=told, number=number) for number, case in enumerate(cases, start=1)]


async def send_out(drawers: Any) -> None:
    """A broadcast of HR that goes out, number 1, of which it is not known whether one official received it."""
    at = datetime.combine(TODAY, time(8), UTC)
    made_by, approved_by = (
        Signatory(PersonCode(code), code, UnitCode("SO-MAU"), "Sở Mẫu") for code in ("HR001", "HR002")
    )
    words = "Mời đồng chí xem hạn bổ sung tiêu chuẩn."
    await drawers.broadcasts.add(Broadcast(1, words, False, {}, None, made_by, at, approved_by, at))
    to = NewDelivery(PEOPLE[0].code, at, "telegram:1", "telegram", "1", broadcast=1)
    await drawers.broadcast_outbox.put_many([(to, ())], at)
    drawers.broadcast_outbox.end(PEOPLE[0].code, DeliveryState.UNCLEAR)


def list_worlds(library: Any) -> dict[str, RuleBook]:
    """What HR may have loaded: nothing, all in order, and what no order foresees."""
    strange = visits.with_standards(
        library,
        standards=(
            *visits.STANDARDS[:2],
            standard("quan_ly_nha_nuoc", "chuyen_vien", "11/2014/TT-BNV"),  # out of force since 2021
            standard("ngoai_ngu", "bac_3", "30/2008/QĐ-BGDĐT"),  # out of force since 2020
            standard("tin_hoc", "co_ban", "45/2026/HR", point="Điều 5"),  # known from HR alone
        ),
        recognition=(row("ielts", "bac_3", "4.5", "6.0", document=DocumentId("30/2008/QĐ-BGDĐT")),),
        rounds=(
            review("DOT-TINH-KHAC", document=DocumentId("676/QĐ-UBND"), consequence="xem xét"),
            review("DOT-HET", document=DocumentId("11/2014/TT-BNV"), point="Điều 99", consequence="xem xét"),
        ),
    )
    return {"bare": visits.bare(library), "in order": visits.with_table(library), "strange": strange}


class Meant(ReadsAs):
    """A reader that takes every question to mean what the walk wants it to mean."""

    def __init__(self) -> None:
        super().__init__(Meaning(Intent.HELP, 1.0, Entities()))

    def take(self, intent: Intent, named: Mapping[str, Any]) -> None:
        self.meaning = Meaning(intent, 1.0, entities(**named) if named else Entities())


_NUMBER = re.compile(r"\b\d{1,5}(?:/\d{4})?[-/](?=[A-ZĐ])[\w.-]+")
_PLACE = re.compile(r"\b(?:điều|khoản|điểm|phụ lục)\s+(?:\d|[IVX]+\b)", re.IGNORECASE)
_DAY = re.compile(r"\b\d{1,2}/\d{1,2}/\d{4}\b")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_QUOTED = re.compile(r"“[^”]*”")
_EXAMPLE = re.compile(r"(?:ví dụ|chẳng hạn|such as|for example)[^;)]*", re.IGNORECASE)
_MOST_DAYS_PROMISED = 10
_NOT_OURS = {"quang-ngai", "kon-tum", "hai-duong", "hai-phong"}


def hand_in(kept: FakeEvidence) -> None:
    """Certificates that people who walk have handed in, each with a picture; of one HR has asked something."""
    now = datetime.combine(TODAY, time(9), UTC)
    who = (PEOPLE[0], PEOPLE[0], PEOPLE[1], PEOPLE[2], PEOPLE[0], PEOPLE[1])
    for number, (one, held) in enumerate(zip(who, (*CERTIFICATES, CERTIFICATES[0]), strict=True), start=1):
        kept.files[number] = (one.code, number, "image/jpeg", now, b"picture")
        made = Evidence(one.code, held, submitted_at=now, changed_at=now, number=number, is_new=False)
        is_asked = number == len(CERTIFICATES)
        kept.kept[number] = replace(made, state=EvidenceState.ASKED_BACK, words="Số hiệu?") if is_asked else made


def list_lost() -> dict[int, Delivery]:
    """Reminders of people who walk, of which nobody knows whether they arrived."""
    now = datetime.combine(TODAY, time(9), UTC)
    lost = {}
    for number, one in enumerate(PEOPLE, start=1):
        notice = Notice(number, NoticeKind.REMINDER, "k", "T-30", (one.code,), {}, now)
        state = DeliveryState.UNCLEAR
        lost[number] = Delivery(number, one.code, now, state, (notice,), "telegram:1", "telegram", "t", started_at=now)
    return lost


def ensure_sound(
    reply: Reply,
    at: Visit,
    people: Iterable[Person],
    said: str,
    cases: Iterable[StudyCase] = (),
    handed_in: Iterable[Evidence] = (),
) -> None:
    """That every line states no more than it may. `said` names the step of the walk for whoever mends it."""
    has_days = _DAY.search(" ".join((reply.title, *(line.text for line in reply.lines))))  # most replies have none
    known = _days_of(at, people, reply.findings) | set(_DAY.findall(said)) if has_days else set()
    known |= {show_day(day) for one in cases for day in _days_of_case(one, at)} if has_days else set()
    known |= {show_day(one.credential.issued_on) for one in handed_in if one.credential.issued_on is not None}
    if reply.code_sheet is not None:  # until when the office's own codes work is no law
        known |= {show_day_of(one.expires_at) for one in reply.code_sheet.cards}
    places = _territories_shown(reply, at, people)
    for line in reply.lines:
        where = f"{said}: {type(line).__name__} {line.text!r}"
        assert type(line) in {Line, Statement, Background, Record}, where
        for cite in line.cites:
            assert at.rules.library.cite_loosely(cite.document, cite.point) == cite, f"{where}: {cite}"
        if isinstance(line, Statement):
            _ensure_proven(line, at, places, where)
        elif isinstance(line, Background):
            assert line.cites, where
            assert re.match(r"\([^)]{8,}", line.text), f"{where}: does not say why it decides nothing"
        elif isinstance(line, Record):
            assert line.cites, where
            _ensure_no_rule_of_elsewhere(line, reply, at, places, where)
        else:
            ensure_no_law(line.text, known, where, _names_of_kinds(at, line.text))
    _ensure_title(reply, at, known, said)


def ensure_no_law(text: str, known: set[str], where: str, names: Iterable[str] = ()) -> None:
    """Words of the office name no document, no point, and no day but those of the question and the record.

    `names` are those of certificates, some of which hold the number of a decision.
    """
    plain = _spoken(text, names)
    assert not _NUMBER.search(plain), f"{where}: names a document"
    assert not _PLACE.search(plain), f"{where}: names a point"
    strange = set(_DAY.findall(plain)) - known
    assert not strange, f"{where}: names days {strange}"


def _spoken(text: str, names: Iterable[str]) -> str:
    """The text without what it merely quotes or gives as an example, and without the names of certificates."""
    for name in names:
        text = text.replace(name, "…")
    return _EXAMPLE.sub("…", _QUOTED.sub("…", text))


def _names_of_kinds(at: Visit, text: str) -> list[str]:
    if not _NUMBER.search(text):  # as most texts
        return []
    return [one.name for one in at.rules.library.kinds.values() if _NUMBER.search(one.name)]


def _ensure_proven(line: Statement, at: Visit, places: set[TerritoryCode], where: str) -> None:
    is_privacy = {proof.document.id for proof in line.proofs} <= set(at.rules.library.policy.privacy_laws)
    for proof in line.proofs:
        assert proof.on == (at.today if is_privacy else at.on), f"{where}: proven for {proof.on}"
        assert proof.territory in places, f"{where}: proven for {proof.territory}"
        assert places & _NOT_OURS or not set(proof.document.territories) & _NOT_OURS, where


def _ensure_no_rule_of_elsewhere(line: Record, reply: Reply, at: Visit, places: set[TerritoryCode], where: str) -> None:
    """A record of a document that does not bind comes with the word that it does not."""
    library = at.rules.library
    documents = [library.get_document(cite.document) for cite in line.cites]
    foreign = [one for one in documents if not any(one.binds(place) for place in places)]
    if foreign:
        told = " ".join(one.text for one in reply.lines[:3])
        assert "không áp dụng" in told, f"{where}: does not say that it is of elsewhere"


def _ensure_title(reply: Reply, at: Visit, known: set[str], said: str) -> None:
    """A title names only what the lines are about, and counts as law only what they prove."""
    cited = {cite.document for cite in reply.citations}
    told_apart = reply.outcome in {Outcome.NO_BASIS, Outcome.DENIED, Outcome.NOT_UNDERSTOOD}
    plain = _spoken(reply.title, _names_of_kinds(at, reply.title))
    for number in (one.rstrip(".") for one in _NUMBER.findall(plain)):
        is_echoed = (
            number in said or reply.pending is not None
        )  # the visitor's own words, or an example of what to type
        assert told_apart or is_echoed or any(number in one for one in cited), f"{said}: title {reply.title!r}"
    issued = {show_day(one) for cite in reply.citations if (one := at.rules.library.get_document(cite.document).dated)}
    strange = set(_DAY.findall(plain)) - known - issued
    assert not strange, f"{said}: title {reply.title!r} names days {strange}"
    if any(one.is_gap for one in reply.findings) and re.search(r"còn \d+ nội dung", plain):
        gaps = [line for line in reply.lines if isinstance(line, Statement)]
        assert gaps, f"{said}: title {reply.title!r} counts what no line proves"


def _territories_shown(reply: Reply, at: Visit, people: Iterable[Person]) -> set[TerritoryCode]:
    """The asker's own territory, one that the question and the title name, and those of the people told about."""
    names = at.rules.library.territories
    places = {at.territory, *(one for one in at.named.territories if names[one].name in reply.title)}
    shown = {one.person for one in reply.findings}
    told = " ".join((reply.title, *(line.text for line in reply.lines)))
    places |= {at.rules.territory_of(one.unit) for one in people if one.code in shown or f"({one.code})" in told}
    if at.person is not None and reply.intent == Intent.UNIT_GAPS:
        today = at.rules.book.on(at.today)
        places |= {at.rules.territory_of(one) for one in units_in_scope(at.person, today)}
    return places


def _days_of(at: Visit, people: Iterable[Person], findings: Iterable[Finding]) -> set[str]:
    """Days that anybody may speak of: the day asked, the real day, those of the question and of the records shown."""
    days: list[date | None] = [at.on, at.today, at.named.issued_on, at.named.born_on, *at.named.dates]
    for one in findings:
        if one.held is not None:
            days += [one.held.issued_on, one.held.valid_to]
    days += _retirements(at)
    # The office's own promises are no law: by when HR answers is so many working days from today.
    days += [at.rules.calendar.add_working_days(at.today, ahead) for ahead in range(1, _MOST_DAYS_PROMISED)]
    shown = {one.person for one in findings} | ({at.person.code} if at.person is not None else set())
    for person in (one for one in people if one.code in shown):
        days += [person.born_on, person.in_post_since, service_of(person, at.rules).retires_on]
        days += [day for one in person.credentials for day in (one.issued_on, one.expires_on)]
        days += [day for one in person.study for day in (one.requested_on, one.refused_on, one.assigned_on)]
        days += [day for one in person.study for day in (one.declined_on, one.not_attended_on)]
        days += [one.held.valid_to for one in evaluate(person, at.rules) if one.held is not None]
    return {show_day(day) for day in days if day is not None}


def show_iso_days(values: Iterable[str]) -> list[str]:
    """The days among what a form has gathered, as replies write them."""
    return [show_day(date.fromisoformat(one)) for one in values if _ISO.fullmatch(one)]


def _days_of_case(case: StudyCase, at: Visit) -> list[date]:
    """Days that are on record about a study case."""
    courses = [case.course, *(one.course for one in case.events if one.course is not None)]
    days = [*(day for one in courses for day in (one.from_on, one.to_on)), *(one.on for one in case.events)]
    return [day for day in [*days, answer_due_on(case, at.rules)] if day is not None]


def _retirements(at: Visit) -> list[date]:
    """What the question itself asks to be reckoned from a birth."""
    year = at.named.born_on.year if at.named.born_on is not None else at.named.born_year
    if year is None:
        return []
    births = [date(year, month, 1) for month in range(1, 13)]
    return [retirement_day(born, one, at.rules.retirement) for born in births for one in Gender]
