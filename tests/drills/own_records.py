"""Linked people who ask for their own record, and a reader of all answers who sees whose record each of them tells.

Everybody has a code, a name, a birthday and a certificate's day that nobody else in the house has, so that one word of
somebody else's record in an answer is seen. Every other one has a post for which there is no standard: their verdicts
are told apart by their first words. Nobody of them lacks anything, or the clocks would write to them unasked.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

FIRST_LINKED = 7_500_000_000
_BORN, _CERTIFIED = date(1975, 1, 1), date(1990, 1, 1)
MOST = 2500  # so many have days of their own
_MODEL = "CB018"  # of the invented province, whose certificates meet the standard of their post
MAKE = f"""
WITH made AS (
    INSERT INTO people (code, name, name_folded, born_on, gender, unit, position, position_group, managed_by, is_leader)
    SELECT 'YY' || lpad(n::text, 6, '0'), 'Pham Thi ' || lpad(n::text, 6, '0'), 'pham thi ' || lpad(n::text, 6, '0'),
        date '{_BORN}' + n, 'nu', p.unit, p.position,
        CASE WHEN n %% 2 = 0 THEN p.position_group ELSE 'khong-co-nhom' END, p.managed_by, false
    FROM people p, generate_series(%(first)s, %(first)s + %(count)s - 1) n WHERE p.code = '{_MODEL}'
    RETURNING code, substr(code, 3)::int AS n),
linked AS (
    INSERT INTO accounts (channel, address, person, linked_at, locale, changed_at, withheld)
    SELECT %(channel)s, (%(addresses)s::text[])[n - %(first)s + 1], code, now(), 'vi', now(), '{{reminders}}' FROM made)
INSERT INTO credentials (person, kind, level, issuer, number, issued_on, expires_on, status)
SELECT m.code, c.kind, c.level, c.issuer, c.number || m.code,
    CASE WHEN c.kind = 'bang_cap' THEN date '{_CERTIFIED}' + m.n ELSE c.issued_on END, c.expires_on, c.status
FROM made m, credentials c WHERE c.person = '{_MODEL}'
"""  # noqa: S608  ours
_DATA, _ACCOUNT, _GAPS, _DAYS = ASKED = (
    "xem dữ liệu cá nhân của tôi", "/taikhoan", "tôi còn thiếu gì", "chứng chỉ của tôi cấp ngày nào"
)  # fmt: skip
_VERDICTS = "đáp ứng đủ tiêu chuẩn của chức danh", "Chưa thể nói đồng chí còn thiếu gì"
_CODE = re.compile(r"\b(?:XX|YY|ZZ)\d{6}\b")
_NAMES = {
    "ZZ": re.compile(r"Tran Van (\d+)"), "XX": re.compile(r"Le Thi (\d+)"), "YY": re.compile(r"Pham Thi (\d+)")
}  # fmt: skip
_DAY = re.compile(r"\b(\d\d)/(\d\d)/(\d{4})\b")


def code_of(number: int) -> str:
    """The code of this linked person."""
    return f"YY{number:06}"


def question_of(number: int) -> str:
    """What this linked person asks."""
    return ASKED[number // 2 % len(ASKED)]


@dataclass
class Reader:
    """Knows everybody of a house; `officials` are the names of the invented province by their codes."""

    officials: dict[str, str] = field(default_factory=dict)

    def find_people(self, text: str) -> set[str]:
        """The codes of all whom a text tells of, by whatever of their record."""
        found = set(_CODE.findall(text))
        for kind, name in _NAMES.items():
            found |= {f"{kind}{int(number) % 1_000_000:06}" for number in name.findall(text)}
        for day, month, year in _DAY.findall(text):
            at = _day(int(year), int(month), int(day))
            found |= {
                code_of((at - first).days) for first in (_BORN, _CERTIFIED) if at and 0 <= (at - first).days < MOST
            }
        return found | {code for code, name in self.officials.items() if code in text or name in text}

    def find_others(self, texts: Iterable[str], own: str | None) -> set[str]:
        """The codes of all but this person of whom they read; with a code only, whoever they are not judged like."""
        read = " ".join(texts)
        others = self.find_people(read) - {own or ""}
        if own is None or own.startswith("YY"):
            verdicts = {n for n, said in enumerate(_VERDICTS) if said in read}
            others |= {f"a verdict like that of {code_of(n)}" for n in verdicts - {own and int(own[2:]) % 2}}
        return others

    def is_own(self, texts: Iterable[str], own: str) -> bool:
        """Whether they were told of their own record."""
        read = " ".join(texts)
        number = int(own[2:])
        return own in self.find_people(read) or (question_of(number) == _GAPS and _VERDICTS[number % 2] in read)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
