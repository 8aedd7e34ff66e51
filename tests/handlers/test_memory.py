"""What a conversation was about survives as plain data, whole."""

import json
from dataclasses import fields
from datetime import date

import pytest

from handlers.memory import named_by_choice, recall, remember
from knowledge.documents import Citation
from knowledge.facts import DocumentId, Gender, KindCode
from knowledge.understanding.meaning import Aspect, Context, DocumentMention, Entities, Intent, KindMention
from tests.handlers.visits import entities

FULL = entities(
    documents=("2123/UBND-NC",),
    points=("3",),
    kinds=(("ielts", "5.0"), ("vstep", None)),
    criteria=("ngoai_ngu",),
    level="bac_3",
    dates=(date(2020, 1, 2),),
    issued_on=date(2019, 5, 12),
    issued_year=2019,
    issued_month=5,
    as_of=date(2020, 9, 15),
    position_groups=("truong_phong_so",),
    position_words="trưởng phòng",
    units=("SO-MAU",),
    territories=("hung-yen",),
    issue_places=("hung-yen",),
    offices=("so_noi_vu_hung_yen",),
    person_words="CB002",
    speaks_of_self=True,
    years=5,
    aspects=(Aspect.SIGNER,),
    born_on=date(1970, 3, 2),
    born_year=1970,
    born_month=3,
    gender=Gender.FEMALE,
)


def test_every_entity_comes_back_as_it_was_kept():
    assert all(getattr(FULL, one.name) for one in fields(Entities)), "a new entity must be part of this case"

    kept = json.loads(json.dumps(remember(Intent.DOCUMENT, FULL)))

    assert recall(kept) == Context(Intent.DOCUMENT, FULL)


def test_nothing_named_comes_back_as_nothing():
    assert recall(remember(Intent.HELP, Entities())) == Context(Intent.HELP, Entities())


def test_unknown_document_comes_back_as_typed():
    named = Entities(documents=(DocumentMention("9999/UBND", None),))

    assert recall(remember(Intent.DOCUMENT, named)).entities == named


OLD = [
    pytest.param(None, id="nothing kept"),
    pytest.param({}, id="an empty state"),
    pytest.param({"awaiting": "code"}, id="only a code awaited"),
    pytest.param({"intent": "my_gaps"}, id="a state of an older form"),
    pytest.param({**remember(Intent.HELP, Entities()), "intent": "no_such"}, id="an intent of another version"),
    pytest.param({**remember(Intent.HELP, Entities()), "as_of": "nonsense"}, id="a day that is none"),
]


@pytest.mark.parametrize("state", OLD)
def test_state_that_cannot_be_read_is_no_context(state):
    assert recall(state) is None


PRESSED = [
    pytest.param(Intent.DOCUMENT, "2123/UBND-NC", entities(documents=("2123/UBND-NC",)), id="a document"),
    pytest.param(Intent.DOCUMENT, "2123/UBND-NC#3", entities(documents=("2123/UBND-NC",), points=("3",)), id="a point"),
    pytest.param(Intent.DOCUMENT, "khong/CO", Entities(), id="a document that is not in the library"),
    pytest.param(Intent.CERTIFICATE_COUNTS, "ic3", Entities(kinds=(KindMention(KindCode("ic3")),)), id="a kind"),
    pytest.param(Intent.CERTIFICATE_COUNTS, "khong", Entities(), id="a kind that is none"),
    pytest.param(Intent.PERSON_GAPS, "CB002", Entities(person_words="CB002"), id="a person"),
    pytest.param(Intent.LINK, "K3N7P9QX", Entities(), id="a code is never kept"),
]


@pytest.mark.parametrize(("intent", "subject", "named"), PRESSED)
def test_pressed_choice_names_what_a_follow_up_can_point_back_to(library, intent, subject, named):
    assert DocumentId("2123/UBND-NC") in library.documents
    assert named_by_choice(intent, subject, library) == named


def test_what_an_answer_rested_on_is_recalled():
    cites = [
        Citation(DocumentId("A"), "1", held=True),
        Citation(DocumentId("A"), "1", held=True),
        Citation(DocumentId("B"), None, held=False),
    ]
    kept = json.loads(json.dumps(remember(Intent.DOCUMENT, Entities(), cites)))
    recalled = recall(kept)
    assert recalled is not None
    assert recalled.cited == ((DocumentId("A"), "1"), (DocumentId("B"), ""))
