"""`study`: who was asked to be sent to study, what became of it, and what was decided about it on paper."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from bot.commands.files import write_file
from bot.commands.roster import get_person
from bot.errors import InputError, UsageError
from bot.papers.writing import write_docx
from bot.settings import Settings
from bot.wiring import open_office
from handlers.hr.study_entering import ENTERED, Entry, NotEnteredError
from handlers.phrases import _, ngettext
from handlers.study.paper import write_paper
from handlers.study.words import describe_event, describe_in_list, name_state
from knowledge.facts import Person, UnitCode
from knowledge.rulebook import RulesOn
from knowledge.study_cases import Course, StudyAct, StudyCase
from knowledge.studying import answer_due_on, is_unanswered


async def list_cases(
    settings: Settings, *, unit: str | None, person: str | None, with_ended: bool, as_json: bool
) -> None:
    """Print study cases, those that wait for a head first."""
    async with open_office(settings, keeps_threads=False) as office:
        today = (await office.rule_book()).on(office.clock.today())
        units = _units_below(unit, today)
        if person is not None:
            await get_person(office, person)
        found = await office.study.list_cases(units, person, with_ended=with_ended)
    if as_json:
        print(json.dumps([_as_json(case, official, today) for case, official in found], ensure_ascii=False, indent=2))
        return
    for case, official in found:
        print(describe_in_list(case, official, today))
    print(ngettext("{n} study case.", "{n} study cases.", len(found)).format(n=len(found)))


def read_entry(
    act: str,
    paper: str,
    days: tuple[date | None, date | None, date | None],
    *,
    case: int | None,
    person: str | None,
    criterion: str | None,
    course: str | None,
) -> Entry:
    """What was typed, as an entry. Raises UsageError for what is no act, or days that do not follow each other."""
    on, from_on, to_on = days
    if act not in {str(one) for one in ENTERED}:
        known = ", ".join(one.value for one in ENTERED)
        raise UsageError(_("{act} is nothing that can be recorded; known are: {known}.").format(act=act, known=known))
    if from_on is not None and to_on is not None and to_on < from_on:
        raise UsageError(_("The course would end before it begins."))
    if on is None:
        raise UsageError(_("On which day did it happen? Name it with --on."))
    made = Course(course.strip(), from_on, to_on) if course is not None and course.strip() else None
    return Entry(StudyAct(act), on, paper, case=case, person=person, criterion=criterion, course=made)


async def record(settings: Settings, entry: Entry, by: str, *, who: str | None, words: str) -> None:
    """Enter what a paper says. Raises InputError saying what is wrong."""
    entry = replace(entry, who=who, words=words)
    async with open_office(settings, keeps_threads=False) as office:
        person = await get_person(office, by)
        try:
            case, told = await office.study.enter(entry, person)
        except NotEnteredError as error:
            raise InputError(str(error)) from error
        today = (await office.rule_book()).on(office.clock.today())
        print(_("Study case {number}: {state}").format(number=case.number, state=name_state(case, today)))
        print(describe_event(case.events[-1]))  # who is named as having decided is easily mistyped
        for line in told:
            print(line)


async def write_record(settings: Settings, number: int, file: Path) -> None:
    """Write the record of a case as a Word document. Raises InputError where there is none, or no way to write it."""
    async with open_office(settings, keeps_threads=False) as office:
        found = await office.study.find_for_paper(number)
        if found is None:
            raise InputError(_("There is no study case {number}.").format(number=number))
        today = (await office.rule_book()).on(office.clock.today())
        content = write_docx(write_paper(*found, today), office.describe)
    write_file(file, content)
    print(_("The record of study case {number} is in {file}.").format(number=number, file=file))


def _units_below(unit: str | None, today: RulesOn) -> frozenset[UnitCode] | None:
    if unit is None:
        return None
    if UnitCode(unit) not in today.book.units:
        raise InputError(_("There is no unit with the code {code} in the roster.").format(code=unit))
    return today.units_within((UnitCode(unit),))


def _as_json(case: StudyCase, official: Person, today: RulesOn) -> dict[str, Any]:
    due = answer_due_on(case, today)
    return {
        "number": case.number,
        "person": official.code,
        "unit": official.unit,
        "criterion": case.criterion,
        "course": case.course.name,
        "from": _written(case.course.from_on),
        "to": _written(case.course.to_on),
        "state": case.state.value,
        "answer_due": _written(due),
        "unanswered": is_unanswered(case, today),
        "events": [
            {
                "act": one.act.value,
                "at": one.at.isoformat(),
                "on": one.on.isoformat(),
                "who": one.who,
                "name": one.name,
                "words": one.words or None,
                "paper": one.paper or None,
                "recorded_by": one.recorded_by or None,
            }
            for one in case.events
        ],
    }


def _written(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
