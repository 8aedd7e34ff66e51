"""Names in words, days, numbers and locales."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from handlers import phrases
from handlers.asking import Choice
from handlers.phrases import (
    CataloguesMissingError,
    current_locale,
    gettext,
    locale_of,
    mark,
    ngettext,
    show_day,
    show_moment,
    show_number,
)
from handlers.reply import Record, Reply
from handlers.wording import (
    count_days,
    name_cited,
    name_credential,
    name_document,
    name_document_fully,
    name_level,
    name_managed_by,
)
from knowledge.facts import CriterionCode, DocumentId, KindCode, ManagedBy

DAYS = [
    pytest.param(0, "0 ngày", id="none"),
    pytest.param(1, "1 ngày", id="one"),
    pytest.param(730, "730 ngày", id="the last that are counted"),
    pytest.param(731, "hơn 2 năm", id="above two years"),
    pytest.param(2242, "hơn 6 năm", id="years"),
]


@pytest.mark.parametrize(("days", "said"), DAYS)
def test_days_are_counted_and_years_above_two(days, said):
    assert count_days(days) == said


def test_every_managing_body_has_a_name():
    assert len({name_managed_by(one) for one in ManagedBy}) == len(ManagedBy)


def test_missing_level_is_a_dash(library):
    assert name_level(library, CriterionCode("ngoai_ngu"), None) == "–"


def test_credential_without_criterion_is_named_by_its_kind(library):
    assert name_credential(library, KindCode("khac"), None, None) == library.kinds[KindCode("khac")].name


def test_document_is_named_with_what_is_known_of_it(library):
    letter = library.get_document(DocumentId("2123/UBND-NC"))

    assert name_document(letter) == "Công văn 2123/UBND-NC ngày 17/08/2020"
    assert name_document(replace(letter, dated=None)) == "Công văn 2123/UBND-NC"
    assert name_document_fully(replace(letter, issuer="")) == name_document(letter)


def test_citation_is_named_with_its_point_as_labelled_or_as_written(library):
    point = library.cite(DocumentId("2123/UBND-NC"), "3")
    declared = library.cite(DocumentId("1769/UBND-KGVX"), "phụ lục")

    assert name_cited(library, point) == "2123/UBND-NC (điểm 3)"
    assert name_cited(library, declared) == "1769/UBND-KGVX (phụ lục)"


def test_days_moments_and_numbers_are_written_as_here():
    assert show_day(date(2026, 12, 31)) == "31/12/2026"
    assert show_moment(datetime(2026, 12, 31, 8, 5, tzinfo=UTC)) == "15:05 31/12/2026"
    assert show_moment(datetime(2026, 12, 31, 18, 5, tzinfo=UTC)) == "01:05 01/01/2027"
    assert show_number(1234.5) == "1.234,5"


def test_english_is_spoken_inside_its_block_and_vietnamese_after_it():
    with locale_of("en"):
        assert gettext("Deadline") == "Deadline"
        assert ngettext("{n} day", "{n} days", 2) == "{n} days"
        assert current_locale() == "en"
    assert gettext("Deadline") == "Hạn"


def test_unknown_locale_falls_back_to_vietnamese():
    with locale_of("xx"):
        assert current_locale() == "vi"


def test_marked_sentence_is_looked_up_only_when_shown():
    assert mark("Deadline") == "Deadline"


def test_missing_catalogues_stop_the_start(tmp_path, monkeypatch):
    monkeypatch.setattr(phrases, "_catalogues", {})
    with pytest.raises(CataloguesMissingError, match="make texts"):
        phrases.use_catalogues(tmp_path)


def test_choice_travels_as_a_short_token():
    assert Choice("x", "document.point", "2123/UBND-NC#3").token == "document.point|2123/UBND-NC#3"
    assert Choice.split("gaps.mine") == ("gaps.mine", "")


def test_reply_cites_everything_once_in_the_order_of_use(library):
    one, two = library.cite(DocumentId("2123/UBND-NC"), "3"), library.cite(DocumentId("354-CV/TU"))
    reply = Reply("t", (Record("a", (one,)), Record("b", (two, one))), also_cites=(two, one))

    assert reply.citations == (one, two)
