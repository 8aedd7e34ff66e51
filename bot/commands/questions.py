"""`questions` and `answer`: what was left without an answer, and what HR promoted, asked again as a test."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from bot.commands.files import write_file
from bot.commands.roster import get_person
from bot.errors import InputError, SilentError
from bot.questions import Shares, list_lost, shares_by_week
from bot.settings import Settings
from bot.wiring import Office, open_office
from handlers.hr.promoting import Draft, NotPromotedError
from handlers.phrases import _, ngettext, show_day, show_day_of
from knowledge.facts import FrequentAnswer
from knowledge.local_time import VIETNAM
from knowledge.understanding.frequent import AlikeQuestions, group_alike, write_evaluation

_WEEKS = 8
_MOST_READ = 20_000
_MOST_SHOWN = 40


async def list_unanswered(settings: Settings, since: date | None, *, as_json: bool) -> None:
    """Print the share answered by week, then the questions without an answer, alike ones together."""
    async with open_office(settings, keeps_threads=False) as office:
        start = datetime.combine(since, time(), VIETNAM) if since is not None else None
        groups = group_alike(
            [(one.at, one.outcome, one.question) for one in await office.unanswered(start, _MOST_READ)]
        )
        shares = await office_shares(office)
    if as_json:
        told = {
            "weeks": [asdict(one) | {"share": one.share} for one in shares],
            "groups": [_as_json(g) for g in groups],
        }
        print(json.dumps(told, ensure_ascii=False, indent=2, default=str))
        return
    for one in shares:
        print(_describe_week(one))
    if not groups:
        print(_("No question is without an answer."))
    for group in groups[:_MOST_SHOWN]:
        print(_describe_group(group))
    if len(groups) > _MOST_SHOWN:
        print(_("… and {n} more groups; --json lists all.").format(n=len(groups) - _MOST_SHOWN))


async def office_shares(office: Office) -> Sequence[Shares]:
    """The share answered in each of the last weeks."""
    since = office.clock.now() - timedelta(weeks=_WEEKS)
    return shares_by_week(await office.answers_by_week(since))


async def list_promoted(settings: Settings, *, as_json: bool) -> None:
    """Print the promoted answers."""
    async with open_office(settings, keeps_threads=False) as office:
        known = (await office.rule_book()).rules.frequent
    if as_json:
        print(json.dumps([asdict(one) for one in known], ensure_ascii=False, indent=2, default=str))
        return
    if not known:
        print(_("No answer has been promoted yet."))
    for one in known:
        print(_describe_answer(one))


async def check_promoted(settings: Settings) -> None:
    """Ask every promoted question again, in every wording, also without marks. Exit code 1 if one fails."""
    async with open_office(settings, keeps_threads=False) as office:
        failed = [one async for one in list_lost(office)]
        known = (await office.rule_book()).rules.frequent
    for number, question in failed:
        print(_("✗ answer {n} does not come back for: {question}").format(n=number, question=question))
    given = sum(one.withdrawn_on is None for one in known)
    told = ngettext(
        "{n} promoted answer checked, {failed} failed.", "{n} promoted answers checked, {failed} failed.", given
    )
    print(told.format(n=given, failed=len({number for number, _question in failed})))
    if failed:
        raise SilentError


async def export_promoted(settings: Settings, file: Path) -> None:
    """Write the promoted questions in the form of the evaluation set, to be tested with the product itself."""
    async with open_office(settings, keeps_threads=False) as office:
        known = [one for one in (await office.rule_book()).rules.frequent if one.withdrawn_on is None]
    write_file(file, write_evaluation(known).encode())
    print(_("{n} promoted answers written to {file}.").format(n=len(known), file=file))


async def add_answer(settings: Settings, by: str, draft: Draft) -> None:
    """Promote an answer in the name of an HR person. Raises InputError saying what is wrong."""
    async with open_office(settings, keeps_threads=False) as office:
        person = await get_person(office, by)
        try:
            number = await office.promote(draft, person)
        except NotPromotedError as error:
            raise InputError(str(error)) from error
        failed = [one async for one in list_lost(office, number)]
    print(_("Promoted as answer {n}.").format(n=number))
    for _number, question in failed:
        print(
            _("But “{question}” does not get it: the desk has an answer of its own to that.").format(question=question),
            file=sys.stderr,
        )


async def withdraw_answer(settings: Settings, number: int, by: str) -> None:
    """Give a promoted answer no more. Raises InputError saying what is wrong."""
    async with open_office(settings, keeps_threads=False) as office:
        try:
            await office.withdraw_answer(number, await get_person(office, by))
        except NotPromotedError as error:
            raise InputError(str(error)) from error
    print(_("Answer {n} is withdrawn; nobody gets it any more.").format(n=number))


def _describe_week(one: Shares) -> str:
    share = f"{100 * one.share:.1f} %" if one.share is not None else "–"
    return _("Week of {day}: {share} of {n} questions answered; {refused} out of scope or not theirs.").format(
        day=show_day(one.monday), share=share, n=one.answered + one.unanswered, refused=one.refused
    )


def _describe_group(group: AlikeQuestions) -> str:
    outcomes = ", ".join(f"{name} {count}" for name, count in sorted(group.outcomes.items()))
    lines = [
        _("{n}× {question} ({outcomes}; {first} – {last})").format(
            n=group.count,
            question=group.question,
            outcomes=outcomes,
            first=show_day_of(group.first),
            last=show_day_of(group.last),
        )
    ]
    return "\n".join([*lines, *(f"     {wording}" for wording in group.wordings)])


def _describe_answer(one: FrequentAnswer) -> str:
    basis = f"{one.document}#{one.point}" if one.point else one.document or _("HR's own word")
    state = "" if one.withdrawn_on is None else _(" – withdrawn on {day}").format(day=show_day(one.withdrawn_on))
    return _("{n}. {question}\n   {answer}\n   {basis}; {name}, {unit}, {day}{state}").format(
        n=one.number,
        question=one.question,
        answer=one.answer,
        basis=basis,
        name=one.given_by,
        unit=one.given_for,
        day=show_day(one.given_on),
        state=state,
    )


def _as_json(group: AlikeQuestions) -> dict[str, Any]:
    return {
        "question": group.question,
        "count": group.count,
        "first": group.first.isoformat(),
        "last": group.last.isoformat(),
        "outcomes": group.outcomes,
        "wordings": group.wordings,
    }
