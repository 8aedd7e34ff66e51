"""What verdicts cost: everybody of a province on every criterion, on one core, and how it grows with their number.

Run as: python -m tests.bench.verdicts [--sizes 1000,10000,100000] [--picture FILE.png]. People with four credentials,
and some with exemptions and study records, are invented 2,000 at a time and let go again: only judging is measured,
not inventing. `--sizes 2000000` is a whole country streamed. Memory: how much more than before the first of them.
`s_` is by the clock, `cpu_` what the processor spent: they are one on a quiet machine, and only the second can be
compared on a busy one.
"""

import json
import resource
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from random import Random

from bot.heap import settle
from bot.judging import judge
from knowledge.calendar import WorkingCalendar
from knowledge.evaluate import evaluate
from knowledge.facts import (
    Credential,
    CredentialStatus,
    CriterionCode,
    DeclaredRules,
    DocumentId,
    Exemption,
    Gender,
    KindCode,
    LevelCode,
    ManagedBy,
    Person,
    PersonCode,
    PositionGroup,
    RecognitionRow,
    ReviewRound,
    Role,
    RoundCode,
    RoundFilter,
    StudyRecord,
    TerritoryCode,
    TitleStandard,
    Unit,
    UnitCode,
    UnitKind,
)
from knowledge.loader import load_library
from knowledge.rulebook import RuleBook, RulesOn

TODAY = date(2026, 11, 21)
_HOME = TerritoryCode("hung-yen")
_AT_ONCE = 2000
_USUAL = 10_000  # below, what is looked up once weighs
_UNITS = 2000
_GROUPS = tuple(f"nhom_{number}" for number in range(20))
_MANAGED = tuple(ManagedBy)
_LEVELS = {
    "hoc_van": "dai_hoc",
    "ly_luan_chinh_tri": "trung_cap",
    "quan_ly_nha_nuoc": "chuyen_vien",
    "ngoai_ngu": "bac_3",
}
_HELD = (
    (("bang_cap", "dai_hoc"), ("bang_cap", "thac_si"), ("bang_cap", "cao_dang")),
    (("ielts", "5.0"), ("ielts", "4.0"), ("vstep", "bac_3"), ("vstep", "bac_2")),
    (("cntt_co_ban", None), ("cntt_nang_cao", None)),
    (("llct", "trung_cap"), ("llct", "cao_cap"), ("qlnn", "chuyen_vien")),
)


def make_rules() -> RulesOn:
    """A province of 2,000 units with standards for every criterion, rows that recognise, and two rounds that run."""
    library = load_library()
    standards = [
        TitleStandard(
            position_group=PositionGroup(group),
            criterion=criterion,
            minimum=LevelCode(_LEVELS.get(criterion) or one.levels[0].code),
            document=DocumentId("02/MẪU-TU"),
            point=None,
            valid_from=date(2020, 1, 1),
        )
        for group in _GROUPS
        for criterion, one in library.criteria.items()
    ]
    rows = [
        RecognitionRow(
            document=DocumentId("01/MẪU-UBND"),
            criterion=CriterionCode("ngoai_ngu"),
            kind=KindCode(kind),
            counts_as=LevelCode("bac_3"),
            level_from=level,
            months_valid=36,
        )
        for kind, level in (("ielts", "4.5"), ("toeic", "450"))
    ]
    rounds = [
        ReviewRound(
            code=RoundCode(f"DOT-{number}"),
            name="Đợt mẫu",
            document=DocumentId("03/MẪU-UBND"),
            point=None,
            deadline=date(2026, 12, 31) + timedelta(days=30 * number),
            audience=RoundFilter(units=frozenset({UnitCode("U0")} if number else ())),
        )
        for number in range(2)
    ]
    units = [
        Unit(
            code=UnitCode(f"U{number}"),
            name=f"Đơn vị {number}",
            kind=UnitKind.DEPARTMENT,
            territory=_HOME,
            parent=UnitCode(f"U{number // 10}") if number else None,
        )
        for number in range(_UNITS)
    ]
    declared = DeclaredRules(1, tuple(units), tuple(standards), tuple(rows), tuple(rounds))
    return RuleBook.of(library, declared, WorkingCalendar(library.calendar), _HOME).on(TODAY)


def invent(count: int, luck: Random) -> Iterator[Person]:
    """So many people, none of them like another."""
    for number in range(count):
        code = PersonCode(f"CB{number:07}")
        yield Person(
            code=code,
            name=f"Nguyễn Mẫu {number}",
            born_on=date(1968, 1, 1) + timedelta(days=luck.randrange(11000)),
            gender=Gender.MALE if luck.random() < 0.5 else Gender.FEMALE,
            unit=UnitCode(f"U{luck.randrange(_UNITS)}"),
            position="Chuyên viên",
            position_group=PositionGroup(luck.choice(_GROUPS)),
            managed_by=luck.choice(_MANAGED),
            is_leader=luck.random() < 0.15,
            in_post_since=None,
            roles=frozenset({Role.OFFICIAL}),
            scope=None,
            credentials=tuple(_credential(luck.choice(kinds), luck) for kinds in _HELD),
            study=(StudyRecord(criterion=None, requested_on=TODAY - timedelta(days=20)),) if number % 17 == 0 else (),
            exemptions=(Exemption(CriterionCode("tin_hoc"), DocumentId("02/MẪU-TU")),) if number % 23 == 0 else (),
        )


def _credential(held: tuple[str, str | None], luck: Random) -> Credential:
    kind, level = held
    return Credential(
        kind=KindCode(kind),
        level=level,
        issuer="Trường Mẫu",
        number=None,
        issued_on=date(2014, 1, 1) + timedelta(days=luck.randrange(4500)),
        expires_on=None,
        status=CredentialStatus.VERIFIED if luck.random() < 0.9 else CredentialStatus.WAITING,
    )


def measure(size: int, rules: RulesOn) -> dict[str, float]:
    """Seconds of this one core for the verdicts of so many people, and megabytes at the most."""
    people = invent(size, Random(size))  # noqa: S311  people of chance
    spent = used = rows = gaps = 0.0
    while some := list(islice(people, _AT_ONCE)):
        began, cpu = time.perf_counter(), time.process_time()
        for person in some:
            found = evaluate(person, rules)
            rows += len(found)
            gaps += sum(one.is_gap for one in found)
        spent += time.perf_counter() - began
        used += time.process_time() - cpu
    return {
        "people": size,
        "seconds": round(spent, 3),
        "cpu_seconds": round(used, 3),
        "verdicts": int(rows),
        "gaps": int(gaps),
        "us_each": round(1e6 * spent / size, 1),
        "mb_most": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def measure_kept(rules: RulesOn, size: int = 20_000) -> float:
    """Microseconds for one person's verdicts in the form in which they are kept."""
    some = list(invent(size, Random(3)))  # noqa: S311  people of chance
    began = time.perf_counter()
    for person in some:
        judge(person, 1, rules)
    return round(1e6 * (time.perf_counter() - began) / size, 1)


def draw(points: Sequence[dict[str, float]], path: Path) -> None:
    """The picture of cost against size, both by powers of ten."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    sizes, seconds = [one["people"] for one in points], [one["cpu_seconds"] for one in points]
    each = seconds[-1] / sizes[-1]
    figure, axes = plt.subplots(figsize=(7, 4.5), dpi=120)
    axes.loglog(sizes, [size * each for size in sizes], "--", color="#999999", label="in proportion to the last")
    axes.loglog(sizes, seconds, "o-", color="#0b5cad", label="measured, one core")
    for size, took in zip(sizes, seconds, strict=True):
        axes.annotate(f"{took:.2f} s", (size, took), textcoords="offset points", xytext=(6, -12), fontsize=8)
    axes.set_xlabel("people, each on every criterion")
    axes.set_ylabel("seconds of the processor")
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend()
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


def main() -> None:
    """Print the figures."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("--sizes", default="1000,10000,100000")
    words.add_argument("--picture", type=Path)
    asked = words.parse_args()
    rules = make_rules()
    measure(2000, rules)  # what is looked up once
    settle()  # as every process that judges does when it has started
    mb_before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    points = [measure(int(size), rules) for size in asked.sizes.split(",")]
    if asked.picture is not None:
        draw(points, asked.picture)
    found = {f"s_{one['people']}": one["seconds"] for one in points}
    found |= {f"cpu_{one['people']}": one["cpu_seconds"] for one in points}
    grown = round(points[-1]["mb_most"] - mb_before, 1)
    found |= {"mb_grown": grown, "mb_most": points[-1]["mb_most"], "us_kept": measure_kept(rules)}
    found["growth"] = round(
        points[-1]["us_each"] / next(one["us_each"] for one in points if one["people"] >= _USUAL), 2
    )
    print(json.dumps({**found, "picture": str(asked.picture or "none"), "points": points}))


if __name__ == "__main__":
    main()
