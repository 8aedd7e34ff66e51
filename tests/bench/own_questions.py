"""What officials type about their own record, as the door is asked it: over and over the same, or never twice the same.

Every one of them is answered from the record, with the document that the answer rests on.
"""

import random
from collections.abc import Iterator
from itertools import chain, cycle, islice, product

from knowledge.folding import fold

AGAIN = (
    "tôi còn thiếu gì",
    "toi con thieu gi",
    "Tôi còn thiếu chứng chỉ nào?",
    "hạn của tôi là ngày nào",
    "han cua toi la ngay nao",
    "ngoại ngữ của tôi đã đạt chưa",
    "tin hoc cua toi dat chua",
    "tôi cần bổ sung tiêu chuẩn gì",
    "bao giờ tôi phải hoàn thành tiêu chuẩn",
    "lý luận chính trị của tôi đủ chưa",
)
_HELLO = ("", "xin hỏi", "mình hỏi chút", "bạn ơi", "em hỏi", "cho hỏi")
_GAPS = (
    ("tôi", "toi", "mình", "hiện tôi", "bản thân tôi"),
    ("còn thiếu", "đang thiếu", "con thieu", "còn thiếu những", "thiếu"),
    ("gì", "chứng chỉ gì", "tiêu chuẩn nào", "bằng cấp gì", "tiêu chí nào", "chứng chỉ nào"),
)
_STANDING = (
    ("ngoại ngữ", "tin học", "quản lý nhà nước", "lý luận chính trị", "tin hoc", "ngoai ngu"),
    ("của tôi", "của mình", "cua toi"),
    ("đạt chưa", "đã đạt chưa", "có đạt không", "đủ chưa", "dat chua"),
)
_DUE = (("hạn", "thời hạn", "hạn chót"), ("của tôi", "của mình"), ("là ngày nào", "là khi nào", "là bao giờ"))
_END = ("", "với", "hả", "đấy", "ạ")
_AFTER = ("", "?", "cần gấp")


def distinct() -> Iterator[str]:
    """Some 13,000 questions of which no two are the same when marks and case are left out, in an order of chance."""
    bodies = [" ".join(parts) for parts in chain(product(*_GAPS), product(*_STANDING), product(*_DUE))]
    texts = [" ".join(filter(None, parts)) for parts in product(_HELLO, bodies, _END, _AFTER)]
    different = list({fold(one): one for one in texts}.values())
    random.Random(7).shuffle(different)  # noqa: S311  an order, no secret
    return iter(different)


def questions(count: int, *, are_distinct: bool) -> list[str]:
    """So many questions."""
    return list(islice(cycle(distinct()) if are_distinct else cycle(AGAIN), count))
