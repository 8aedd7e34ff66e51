"""What officials type about their own record, as the door is asked it: over and over the same, or never twice the same.

Every one of them is answered from the record, with the document that the answer rests on.
"""

from collections.abc import Iterator
from itertools import cycle, islice, product

AGAIN = (
    "tôi còn thiếu gì",
    "toi con thieu gi",
    "Tôi còn thiếu chứng chỉ nào?",
    "hạn của tôi là ngày nào",
    "han cua toi la ngay nao",
    "chứng chỉ nào của tôi được tính",
    "ngoại ngữ của tôi đã đạt chưa",
    "tin hoc cua toi dat chua",
    "tôi cần bổ sung tiêu chuẩn gì",
    "bao giờ tôi phải hoàn thành tiêu chuẩn",
)
_HELLO = (
    "", "chào anh,", "cho hỏi", "em hỏi", "alo", "xin hỏi", "dạ", "nhờ xem giúp", "bạn ơi", "kính chào,", "cho tôi hỏi",
    "mình hỏi chút",
)  # fmt: skip
_END = ("", "ạ", "vậy", "nhỉ", "thế", "với", "nhé", "hả", "vậy ạ", "thế ạ", "đấy", "vậy bạn")
_AFTER = ("", "?", "cảm ơn", "cám ơn nhiều", "xin cảm ơn", "thanks", "mong trả lời sớm", "cần gấp", "tks", "em cảm ơn")


def distinct() -> Iterator[str]:
    """Some 14,000 questions of which no two are the same when marks and case are left out."""
    seen = set()
    for end, after, hello, question in product(_END, _AFTER, _HELLO, AGAIN):
        text = " ".join(filter(None, (hello, question.rstrip("?"), end, after)))
        if text not in seen:
            seen.add(text)
            yield text


def questions(count: int, *, are_distinct: bool) -> list[str]:
    """So many questions."""
    return list(islice(cycle(distinct()) if are_distinct else cycle(AGAIN), count))
