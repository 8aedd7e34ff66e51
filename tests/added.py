"""Invented documents as a person would have accepted them: record, text, and where each point stands."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from knowledge.documents import Confidence, DeadlineKind, Document, Duty, Point, PointDeadline
from knowledge.facts import DocumentId, ManagedBy, TerritoryCode
from knowledge.reading.accepted import AcceptedDocument

INVENTED = Path(__file__).parent / "invented_documents"
GRANTS = DocumentId("9015/UBND-NC")


def grants(number: str = GRANTS, **changes: Any) -> AcceptedDocument:
    """A letter on paying for courses: six points, the second with three dashes."""
    text = (INVENTED / "9015-UBND-NC.txt").read_text(encoding="utf-8")
    marks = {
        "1": "1. Các cơ quan, đơn vị lập danh sách",
        "2": "2. Giao Sở Nội vụ",
        "2.g1": "- Rà soát danh sách",
        "2.g2": "- Tổng hợp nhu cầu",
        "2.g3": "- Mở sổ theo dõi",
        "3": "3. Sở Tài chính",
        "4": "4. Mức hỗ trợ",
        "5": "5. Người học",
        "6": "6. Chủ tịch UBND xã",
    }
    points = tuple(
        Point(
            id=one,
            label=f"điểm {one}",
            summary=f"Tóm tắt điểm {one}.",
            parent="2" if one.startswith("2.") else None,
            deadline=PointDeadline(DeadlineKind.BEFORE, "trước ngày 30/6/2026", date(2026, 6, 30))
            if one == "1"
            else PointDeadline(DeadlineKind.NONE),
            duty=Duty(frozenset(ManagedBy), leaders_only=False, standards_document=DocumentId("02-QĐi/TU"))
            if one == "1"
            else None,
            owners=("khong_co_noi_nay",) if one == "2" else (),
        )
        for one in marks
    )
    record = {
        "id": DocumentId(number),
        "kind": "Công văn",
        "issuer": "Ủy ban nhân dân tỉnh Mẫu",
        "title": "Về việc hỗ trợ học phí cho người được cử đi học ngoại ngữ và tin học",
        "about": "Hỗ trợ học phí cho người được cử đi học.",
        "territories": frozenset({TerritoryCode("hung-yen"), TerritoryCode("thai-binh")}),
        "confidence": Confidence.ADDED,
        "source": "9015-UBND-NC.txt",
        "dated": date(2026, 5, 12),
        "signer": "Trần Văn Mẫu",
        "points": points,
        "mentions": (DocumentId("354-CV/TU"), DocumentId("8888/QĐ-UBND")),
    }
    return AcceptedDocument(Document(**(record | changes)), text, place(text, marks, "Quá trình thực hiện"))


def place(text: str, marks: Mapping[str, str], end: str) -> dict[str, tuple[int, int]]:
    """From the words that each point starts with to the next point that is not below it, the last to `end`."""
    starts = {point: text.index(words) for point, words in marks.items()}
    spans = {}
    for point, start in starts.items():
        after = [at for other, at in starts.items() if at > start and not other.startswith(f"{point}.")]
        spans[point] = (start, min(after, default=text.index(end)))
    return spans
