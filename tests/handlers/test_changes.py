"""What has changed in my results, and why? Asked at the desk, by a button of a notice or in one's own words."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from handlers.officials.changes import see_details, tell_my_changes
from handlers.reply import Background, Reply, Statement
from knowledge.facts import DocumentId, Person
from knowledge.library import Library
from knowledge.rulebook import RuleBook
from knowledge.rules_serialised import FORM, fingerprint_of, write_rules
from storage.records import ToldRules, WrittenRules
from tests.fakes import FakeTold
from tests.handlers.desks import TriedDesk
from tests.handlers.visits import STANDARDS, TABLE, actions, bare, visit, with_standards, with_table, words
from tests.people import credential, official, review, standard

LAST_SPRING = datetime(2026, 4, 1, 8, tzinfo=UTC)
HOLDER = official(
    credentials=(
        credential("bang_cap", "dai_hoc"),
        credential("llct", "trung_cap"),
        credential("ielts", "4.5", date(2025, 12, 1)),
        credential("cntt_co_ban"),
    )
)


def told(book: RuleBook, number: int = 1, at: datetime = LAST_SPRING) -> ToldRules:
    return ToldRules(number, WrittenRules(FORM, fingerprint_of(book), write_rules(book)), at)


async def ask(now: RuleBook, *kept: ToldRules, person: Person = HOLDER, newcomers: Any = (), **more: Any) -> Reply:
    return await tell_my_changes(visit(now, person, **more), person, told=FakeTold(*kept, newcomers=newcomers))


async def test_old_and_new_are_told_with_the_cause_when_a_row_is_withdrawn(library: Library) -> None:
    reply = await ask(with_standards(library, recognition=TABLE[1:]), told(with_table(library)))

    said = words(reply)
    assert "01/04/2026" in reply.title
    assert "nay không được công nhận; hạn 31/12/2026 (trước đây: đạt; được tính là Bậc 3" in said
    assert "1769/UBND-KGVX" in said
    assert [one.state.value for one in reply.findings] == ["not_recognised"]


async def test_what_was_is_history_and_what_is_stands_proven(library: Library) -> None:
    after = with_table(library, standards=(*STANDARDS[:2], standard("ngoai_ngu", "bac_4"), STANDARDS[3]))

    reply = await ask(after, told(with_table(library)))

    past = [line.text for line in reply.lines if isinstance(line, Background)]
    now = [line.text for line in reply.lines if isinstance(line, Statement)]
    assert [text for text in past if "theo quy định trước đây" in text]
    assert [text for text in now if text.startswith("Ngoại ngữ: nay chưa đạt; yêu cầu Bậc 4")]
    assert [text for text in now if text.startswith("Lý do: Tiêu chuẩn đã thay đổi")]


async def test_each_cause_is_told_once_with_what_it_changed(library: Library) -> None:
    after = with_standards(library, rounds=(review(deadline=date(2027, 3, 31)),), standards=STANDARDS[:3])

    reply = await ask(after, told(with_standards(library)), person=official())

    causes = [line.text for line in reply.lines if "Lý do" in line.text]
    assert len(causes) == 2
    assert any(
        text.startswith("Lý do (trình độ") and "được gia hạn từ 31/12/2026 đến 31/03/2027" in text for text in causes
    )
    assert any("tin học" in text and "không còn áp dụng" in text for text in causes)


async def test_nothing_is_told_as_changed_when_ones_own_results_are_the_same(library: Library) -> None:
    others = official(credentials=HOLDER.credentials[:2])

    reply = await ask(with_standards(library, recognition=TABLE[1:]), told(with_table(library)), person=others)

    assert "không có thay đổi nào" in reply.title
    assert reply.lines == ()


async def test_the_notice_names_the_rules_it_was_made_from_when_others_were_told_since(library: Library) -> None:
    first, second, third = (with_table(library, rounds=(review(deadline=date(2026, 12, day)),)) for day in (10, 20, 30))
    kept = [told(third, 3), told(second, 2, datetime(2026, 9, 1, tzinfo=UTC)), told(first, 1)]
    asker = official()

    by_button = await ask(third, *kept, person=asker, subject=see_details(fingerprint_of(first)).subject)
    by_words = await ask(third, *kept, person=asker)

    assert "10/12/2026" in words(by_button)
    assert "20/12/2026" in words(by_words)
    assert len(see_details(fingerprint_of(first)).token) <= 64


@pytest.mark.parametrize(
    ("kept", "newcomers"),
    [
        pytest.param((), (), id="nobody was ever told"),
        pytest.param(("known",), (HOLDER.code,), id="the person came in later"),
        pytest.param(("unreadable",), (), id="another release wrote them"),
    ],
)
async def test_there_is_nothing_to_compare_with_when(library: Library, kept: tuple[str, ...], newcomers: Any) -> None:
    before = told(with_standards(library))
    of_old = replace(before, rules=replace(before.rules, content=b"of another release"))
    rows = [{"known": before, "unreadable": of_old}[one] for one in kept]

    reply = await ask(with_table(library), *rows, newcomers=newcomers)

    assert reply.title.startswith("Chưa có quy định trước đó")
    assert "gaps.mine" in actions(reply)


async def test_the_last_readable_rules_serve_when_those_before_cannot_be_read(library: Library) -> None:
    last = told(with_table(library), 2)
    of_old = replace(told(bare(library)), rules=WrittenRules(FORM + 1, "x", b"of another release"))

    reply = await ask(with_standards(library, recognition=TABLE[1:]), last, of_old)

    assert len(reply.findings) == 1


async def test_documents_that_are_gone_since_are_not_cited(library: Library) -> None:
    """The desk reads citations out with the library of today."""
    named = DocumentId("12/QĐ-MAU")
    before = with_standards(library, standards=(*STANDARDS, standard("quan_ly_nha_nuoc", "chuyen_vien", named)))
    after = with_standards(library)

    reply = await ask(after, told(before))

    assert all(cite.document in after.library.documents for cite in reply.citations)
    assert "12/QĐ-MAU" in words(reply)


async def test_button_of_a_notice_asks_for_a_link_first_when_nobody_is_known(library: Library) -> None:
    desk = TriedDesk(with_table(library), reader=None)

    reply = await desk.press(see_details("0123456789abcdef").token)

    assert "link" in actions(reply)


async def test_button_of_a_notice_is_answered_at_the_desk(library: Library) -> None:
    desk = TriedDesk(with_standards(library, recognition=TABLE[1:]), reader=None, people=(HOLDER,))
    desk.drawers.told = FakeTold(told(with_table(library)))

    reply = await desk.press(see_details(fingerprint_of(with_table(library))).token, person=HOLDER)

    assert (reply.intent, len(reply.findings)) == ("my_gaps", 1)
