"""Study records and exemptions are entered, carried on, and read with the person."""

from dataclasses import replace
from datetime import date

import pytest

from knowledge.facts import CriterionCode, DocumentId, Exemption, PersonCode, StudyRecord
from storage.drawers import Drawers
from storage.study import StudyNumber
from tests.storage.filling import LAN, put_people, put_units

ASKED = StudyRecord(CriterionCode("ngoai_ngu"), requested_on=date(2026, 1, 5))


async def test_a_request_is_carried_on_to_its_answer(drawers: Drawers) -> None:
    await put_units(drawers)
    await put_people(drawers, [LAN])

    number = await drawers.study.add(LAN.code, ASKED)
    refused = replace(ASKED, refused_on=date(2026, 2, 1), answered_on=date(2026, 2, 1))
    await drawers.study.save(number, LAN.code, refused)

    lan = await drawers.profiles.find_person(LAN.code)
    assert lan is not None
    assert lan.study == (refused,)


async def test_a_record_is_not_changed_under_another_persons_code(drawers: Drawers) -> None:
    await put_units(drawers)
    await put_people(drawers, [LAN])
    number = await drawers.study.add(LAN.code, ASKED)

    with pytest.raises(LookupError):
        await drawers.study.save(number, PersonCode("CB999"), ASKED)
    with pytest.raises(LookupError):
        await drawers.study.save(StudyNumber(number + 1), LAN.code, ASKED)


async def test_an_exemption_is_read_with_the_person(drawers: Drawers) -> None:
    await put_units(drawers)
    await put_people(drawers, [LAN])
    granted = Exemption(CriterionCode("ngoai_ngu"), DocumentId("9/QĐ"), None, date(2026, 1, 1))

    await drawers.study.add_exemption(LAN.code, granted)

    lan = await drawers.profiles.find_person(LAN.code)
    assert lan is not None
    assert lan.exemptions == (granted,)
