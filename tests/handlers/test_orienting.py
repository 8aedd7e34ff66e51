"""What somebody has heard is answered as such: their own record first, national instruments only as background."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest

from handlers.officials.orienting import UNLESS_KNOWN, orient
from handlers.phrases import _
from handlers.reply import Outcome
from handlers.routing import BY_INTENT
from knowledge.facts import CriterionCode, DocumentId, Exemption, ManagedBy, PersonCode
from knowledge.findings import State
from knowledge.understanding.meaning import Intent, Vocabulary
from tests.fakes import FakeSearch
from tests.handlers.desks import TriedDesk
from tests.handlers.visits import IN_2020, TODAY, cited, visit, with_standards, words
from tests.people import NEIGHBOUR, official, review

AGE = "tôi 55 tuổi rồi có được miễn ngoại ngữ không"
SHORT = "còn 3 năm nữa về hưu có bị cho thôi chức không"
DROPPED = "bỏ chứng chỉ tiếng anh cho công chức rồi đúng không"
OLD = official(code=PersonCode("CB013"), born_on=date(1967, 11, 5))  # serves until November 2029


def background(reply) -> set[str]:
    return {cite.document for line in reply.lines if line.is_background for cite in line.cites}


def proven(reply) -> set[tuple[str, str | None]]:
    return {(cite.document, cite.point) for line in reply.lines if not line.is_background for cite in line.cites}


def asked(book, person, text: str, intent: Intent | None = Intent.MY_GAPS, **named):
    found = visit(book, person, text=text, **{"speaks_of_self": person is not None, **named})
    assert found.meaning is not None
    return replace(found, meaning=replace(found.meaning, intent=intent))


def test_age_exempts_nobody_here_and_the_exam_of_teachers_is_background(loaded):
    reply = orient(asked(loaded, official(), AGE, criteria=("ngoai_ngu",)))

    assert reply.title == _("No document known to the assistant exempts by age here, as of {day}: {criteria}.").format(
        day="21/11/2026", criteria="ngoại ngữ"
    )
    assert [(one.criterion, one.state) for one in reply.findings] == [("ngoai_ngu", State.MISSING)]
    assert _("No exemption is on record for you: {criteria}.").format(criteria="ngoại ngữ") in words(reply)
    assert background(reply) == {"20/2017/TT-BGDĐT"}
    assert "55 tuổi" in words(reply)


def test_recorded_exemption_is_told_whatever_the_age(loaded):
    exempt = official(exemptions=(Exemption(CriterionCode("ngoai_ngu"), DocumentId("2123/UBND-NC")),))
    reply = orient(asked(loaded, exempt, AGE, criteria=("ngoai_ngu",)))

    assert "Được miễn theo 2123/UBND-NC" in words(reply)
    assert [one.state for one in reply.findings] == [State.EXEMPT]
    assert reply.title == _("On record you are exempt, as of {day}: {criteria}.").format(
        day="21/11/2026", criteria="ngoại ngữ"
    )
    assert _("No exemption is on record for you: {criteria}.").format(criteria="ngoại ngữ") not in words(reply)


def test_age_is_answered_for_other_criteria_and_for_strangers(loaded):
    reply = orient(asked(loaded, official(), "56 tuổi được miễn tin học không", criteria=("tin_hoc",)))
    assert [one.criterion for one in reply.findings] == ["tin_hoc"]
    assert background(reply) == set()

    stranger = orient(asked(loaded, None, "nữ 50 tuổi được miễn không", Intent.OUT_OF_SCOPE))
    assert stranger.outcome is Outcome.NO_BASIS
    assert stranger.intent == Intent.POSITION_REQUIREMENTS
    assert background(stranger) == {"20/2017/TT-BGDĐT"}


def test_who_retires_soon_is_told_what_binds_them_and_what_is_only_inferred(library):
    book = with_standards(library, rounds=(review(service_left_from_years=5),))
    reply = orient(asked(book, OLD, SHORT, Intent.CONSEQUENCES, years=3))

    assert {("2123/UBND-NC", "1.d2"), ("2123/UBND-NC", "2")} <= proven(reply)
    assert "chính người đó có nghĩa vụ bổ sung" in words(reply)
    assert "Tính đến ngày 21/11/2026, đồng chí còn dưới 5 năm công tác" in words(reply)
    assert "Tính đến ngày 01/10/2020, đồng chí còn đủ 5 năm công tác" in words(reply)
    assert _("Whether that part speaks of you depends on which of the two days counts; please ask to be certain.") in (
        words(reply)
    )
    assert "xem xét, không phải tự động mất chức" in words(reply)
    inferred = next(line for line in reply.lines if line.is_background)
    assert "Suy ra, văn bản không viết thẳng" in inferred.text
    assert "áp dụng cho người còn ít nhất 5 năm" in words(reply)  # why the open round sets them no day


@pytest.mark.parametrize(
    ("person", "on", "conclusion"),
    [
        (official(), IN_2020, "Inferred from this, not written: that part speaks of posts like yours."),
        (
            official(born_on=date(1964, 11, 5)),
            IN_2020,
            "Inferred from this, not written: that part does not speak of you.",
        ),
    ],
)
def test_whether_the_part_on_leaving_office_speaks_of_somebody_is_inferred_aloud(library, person, on, conclusion):
    found = asked(with_standards(library), person, SHORT, Intent.CONSEQUENCES, years=3)
    reply = orient(replace(found, rules=with_standards(library).on(on)))

    assert _(conclusion) in words(reply)


def test_part_on_leaving_office_is_not_said_to_reach_anybody_anew_once_its_day_has_passed(loaded):
    reply = orient(asked(loaded, official(), SHORT, Intent.CONSEQUENCES, years=3))
    assert _("Inferred from this, not written: that part speaks of posts like yours.") not in words(reply)


def test_short_service_is_left_to_others_where_no_such_letter_binds(loaded):
    assert orient(asked(loaded, official(is_leader=False), SHORT)) is None
    assert orient(asked(loaded, official(unit=NEIGHBOUR.code), SHORT)) is None
    assert orient(asked(loaded, None, SHORT)) is None
    assert orient(asked(loaded, official(born_on=date(1950, 1, 1)), SHORT)) is None  # retired


def test_post_of_another_body_is_not_told_of_the_part_on_leaving_office(loaded):
    reply = orient(asked(loaded, replace(OLD, managed_by=ManagedBy.PROVINCIAL_PARTY_STANDING_COMMITTEE), SHORT))
    assert ("2123/UBND-NC", "1.d2") in proven(reply)
    assert "01/10/2020, đồng chí" not in words(reply)


def test_certificates_dropped_for_ranks_are_background_beside_the_own_standard(loaded):
    reply = orient(asked(loaded, official(), DROPPED, Intent.CERTIFICATE_COUNTS, criteria=("ngoai_ngu",)))

    assert {"02/2021/TT-BNV", "06/2022/TT-BNV"} <= background(reply)
    assert [(one.criterion, one.state) for one in reply.findings] == [("ngoai_ngu", State.MISSING)]
    assert "không bãi bỏ tiêu chuẩn chức danh" in words(reply)
    assert orient(asked(loaded, official(), DROPPED)) is None  # nothing named that was dropped
    assert orient(asked(loaded, official(), DROPPED, kinds=(("ngoai_ngu_abc", None),))) is None  # no longer issued
    assert orient(asked(loaded, official(), DROPPED, criteria=("ngoai_ngu",), documents=("02/2021/TT-BNV",))) is None


def test_who_recognises_certificates_is_background_and_the_letter_that_decides_is_not_held(loaded, recognised):
    text = "ai có quyền công nhận chứng chỉ ngoại ngữ"
    reply = orient(asked(loaded, official(), text, None, criteria=("ngoai_ngu",), speaks_of_self=False))
    assert background(reply) == {"3755/BGDĐT-GDTX"}
    assert "1769/UBND-KGVX" in words(reply)
    assert reply.outcome is Outcome.NO_BASIS

    foreign = orient(asked(loaded, official(), "ai công nhận chứng chỉ tin học", None, criteria=("tin_hoc",)))
    assert background(foreign) == {"44/2017/TT-BTTTT"}

    known = orient(asked(recognised, official(), text, None, criteria=("ngoai_ngu",)))
    said = _("{criterion}: here certificates are recognised by {documents}.")
    assert said.format(criterion="Ngoại ngữ", documents="1769/UBND-KGVX") in words(known)


async def test_degree_in_communes_is_no_longer_answered_by_another_province(loaded, reader):
    desk = TriedDesk(loaded, reader, people=(official(),))
    reply = await desk.say("can bo xa chua co bang dai hoc han nao", person=official())

    assert cited(reply) >= {"33/2023/NĐ-CP"}
    assert "676/QĐ-UBND" not in cited(reply)
    assert background(reply) == {"33/2023/NĐ-CP"}
    assert "01/8/2028" in words(reply)


async def test_kindergarten_teachers_get_what_is_known_where_no_standards_are_loaded(loaded, reader):
    meant = reader.read("giao vien mam non can tieng anh ko", Vocabulary(), None, TODAY)
    found = replace(visit(loaded, official(), text="giao vien mam non can tieng anh ko"), meaning=meant)
    reply = await BY_INTENT[meant.intent](found, SimpleNamespace(search=FakeSearch()))

    assert background(reply) == {"01/2021/TT-BGDĐT"}
    assert reply.outcome is Outcome.NO_BASIS
    assert orient(asked(loaded, official(), "giáo viên mầm non cần tiếng anh không", criteria=("ngoai_ngu",))) is None
    assert orient(asked(loaded, None, "giáo viên mầm non cần tin học", criteria=("tin_hoc",)), UNLESS_KNOWN) is not None


@pytest.mark.parametrize(
    ("said", "document"),
    [
        ("nu 50 tuoi dc mien khong", "20/2017/TT-BGDĐT"),
        ("toi 55 tuoi roi co dc mien ngoai ngu ko", "20/2017/TT-BGDĐT"),
        ("toi dc mien vi con duoi 5 nam dung khong", "2123/UBND-NC"),
        ("duoi 5 nam cong tac thi duoc mien phai khong", "2123/UBND-NC"),
        ("bo chung chi tieng anh tin hoc cho cong chuc roi dung khong", "02/2021/TT-BNV"),
        ("ai co quyen cong nhan chung chi ngoai ngu", "3755/BGDĐT-GDTX"),
    ],
)
async def test_leading_questions_reach_their_answer_at_the_desk(loaded, reader, said, document):
    desk = TriedDesk(loaded, reader, people=(official(),))
    assert document in background(await desk.say(said, person=official()))
