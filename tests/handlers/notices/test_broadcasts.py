"""The words of a broadcast at the moment it leaves, and whether it still is for this person."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from handlers.notices.broadcasts import begin_of, compose_broadcast, compose_correction, make_corrections
from handlers.notices.composing import Dropped, Present
from knowledge.facts import PersonCode
from storage.records import Broadcast, Delivery, DeliveryState, Notice, NoticeKind, Reached
from tests.handlers import visits
from tests.handlers.visits import actions, words
from tests.people import COMMUNE, CONFIRMER, DIVISION, GIVER, OFFICE, credential, official

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
PERSON = official(unit=DIVISION.code)
DELIVERY = Delivery(41, PERSON.code, NOW, DeliveryState.CLAIMED, channel="telegram")
PAYLOAD = {
    "broadcast": 1,
    "text": "Kính gửi {ho_ten}, {chuc_danh}, {don_vi}: còn {so_noi_dung_thieu}, "
    "hạn {han_gan_nhat}, {so_ngay_con_lai} ngày",
    "unit": "Sở Mẫu",
    "asks_receipt": True,
    "within": [OFFICE.code],
    "missing": [],
    "due_within": None,
}


@pytest.fixture(scope="module")
def rules(library):
    return visits.with_standards(library).on(date(2026, 11, 21))


async def compose(rules, person=PERSON, **payload):
    notice = Notice(1, NoticeKind.BROADCAST, "k", "", (), {**PAYLOAD, **payload}, NOW)
    return await compose_broadcast(notice, DELIVERY, Present(person, rules, NOW))


async def test_fields_are_filled_in_and_receipt_is_asked(rules):
    reply = await compose(rules)

    assert words(reply) == (
        "Thông báo của Sở Mẫu\nKính gửi Nguyễn Văn Mẫu, Trưởng phòng, Phòng Mẫu: còn 4, hạn 31/12/2026, 40 ngày"
    )
    assert [one.token for one in reply.choices] == ["notice.ack|41"]


async def test_receipt_is_asked_only_where_the_author_wants_it(rules):
    assert not actions(await compose(rules, asks_receipt=False))


async def test_who_has_no_deadline_reads_so(rules):
    done = (
        credential("bang_cap", "dai_hoc"), credential("llct", "trung_cap"), credential("khung_6_bac", "bac_3"),
        credential("cntt_co_ban"),
    )  # fmt: skip

    shown = words(await compose(rules, replace(PERSON, credentials=done)))

    assert "còn 0, hạn chưa có hạn" in shown


async def test_who_left_the_units_is_dropped(rules):
    assert await compose(rules, replace(PERSON, unit=COMMUNE.code)) == Dropped("moved")
    assert not isinstance(await compose(rules, replace(PERSON, unit=COMMUNE.code), within=[]), Dropped)


async def test_who_has_completed_it_meanwhile_is_dropped(rules):
    held = replace(PERSON, credentials=(credential("cntt_co_ban"),))

    assert await compose(rules, held, missing=["tin_hoc"]) == Dropped("closed")
    assert not isinstance(await compose(rules, missing=["tin_hoc"]), Dropped)


async def test_correction_names_what_is_recalled(rules):
    broadcast = Broadcast(7, PAYLOAD["text"] * 2, True, {}, None, GIVER, NOW, CONFIRMER, NOW)
    ((delivery, (notice,)),) = make_corrections(
        broadcast, [(PersonCode("CB001"), "telegram:1", Reached("telegram", "a1", "vi"), NOW)], NOW
    )

    kept = Notice(1, notice.kind, notice.key, "", (), notice.payload, NOW)
    shown = words(await compose_correction(kept, DELIVERY, Present(PERSON, rules, NOW)))

    assert (delivery.address, notice.key) == ("a1", "correction:7:CB001")
    assert "Đã thu hồi: thông báo của Sở Mẫu" in shown
    assert "lúc 09:00 23/11/2026, mở đầu “Kính gửi {ho_ten}" in shown


def test_beginning_ends_at_a_word():
    assert begin_of("Xin chào\n đồng chí") == "Xin chào đồng chí"
    assert begin_of("mười chữ " * 20) == "mười chữ " * 6 + "mười…"
