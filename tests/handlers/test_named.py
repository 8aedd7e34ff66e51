"""A bare name is somebody's only if it is the full name of a person of the asker's scope."""

import pytest

from handlers.heads.named import name_someone
from knowledge.facts import PersonCode, Role
from knowledge.understanding.meaning import Entities, Intent, Meaning
from tests.fakes import FakeProfiles
from tests.handlers.visits import TODAY, bare
from tests.people import DIVISION, NEIGHBOUR, official

HEAD = official(code=PersonCode("CB009"), name="Nguyễn Văn Minh", roles=frozenset({Role.HEAD}))
BELOW = official(code=PersonCode("CB002"), name="Trần Thị Bình", unit=DIVISION.code)
ELSEWHERE = official(code=PersonCode("CB004"), name="Phạm Thị Dung", unit=NEIGHBOUR.code)
GUESSED = Meaning(Intent.MY_GAPS, 0.6, Entities())


async def name(library, question, asker=HEAD, meaning=GUESSED):
    return await name_someone(
        meaning,
        question,
        asker,
        bare(library).on(TODAY),
        profiles=FakeProfiles([HEAD, BELOW, ELSEWHERE]),
        read=lambda text: Meaning(Intent.PERSON_GAPS, 0.9, Entities(person_words="CB002" if "CB002" in text else None)),
    )


@pytest.mark.parametrize("question", ["tran thi binh con thieu gi", "Trần Thị Bình đạt chưa", "xem giup tran thi binh"])
async def test_a_full_name_within_the_scope_is_that_person(library, question):
    meaning = await name(library, question)

    assert (meaning.intent, meaning.entities.person_words) == (Intent.PERSON_GAPS, "CB002")


@pytest.mark.parametrize(
    ("question", "asker", "meaning"),
    [
        pytest.param("pham thi dung con thieu gi", HEAD, GUESSED, id="a name outside the scope"),
        pytest.param("tran thi binh con thieu gi", BELOW, GUESSED, id="an asker without a scope"),
        pytest.param("pham con thieu gi", HEAD, GUESSED, id="half a name outside the scope"),
        pytest.param(
            "tran thi con thieu gi", HEAD, Meaning(Intent.MY_GAPS, 0.95, Entities()), id="what was surely understood"
        ),
        pytest.param(
            "tran thi binh ky cong van nao", HEAD, Meaning(Intent.DOCUMENT, 0.9, Entities()), id="a signer of a letter"
        ),
    ],
)
async def test_any_other_words_stay_as_they_were_read(library, question, asker, meaning):
    assert await name(library, question, asker, meaning) is meaning


async def test_half_a_name_is_asked_back_about_and_never_answered_with_the_askers_own_record(library):
    meaning = await name(library, "tran thi con thieu gi")
    assert (meaning.intent, meaning.entities.person_words) == (Intent.PERSON_GAPS, "tran thi")


async def test_a_title_with_a_part_of_the_name_is_enough(library):
    meaning = await name(library, "chi binh con thieu gi", HEAD, Meaning(Intent.PERSON_GAPS, 0.9, Entities()))
    assert meaning.entities.person_words == "binh"


async def test_whoever_is_looked_for_and_not_there_is_said_not_to_be(library):
    meaning = await name(library, "tìm mau hiep", HEAD, Meaning(Intent.OUT_OF_SCOPE, 0.99, Entities()))
    assert (meaning.intent, meaning.entities.person_words) == (Intent.PERSON_GAPS, "mau hiep")
