"""One person: every verdict with what it rests on, how it came to be, study, certificates, and what they were told."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from aiohttp import web

from bot.on_console.pages import Asked, Page, page
from bot.on_console.people import tag_of
from bot.on_console.seats import WITH_PEOPLE
from handlers.change_words import name_state
from handlers.hr.broadcasts_result import name_outcome, name_reason
from handlers.phrases import _, show_day
from handlers.reply import Line
from handlers.reports.reminded import describe_notice, name_notice
from handlers.study.words import describe_event, describe_in_list
from handlers.verdicts import describe_accountable, describe_deadline, describe_finding
from handlers.wording import name_channel, name_credential, name_criterion, name_managed_by, name_unit
from knowledge.evaluate import evaluate, service_of
from knowledge.facts import CredentialStatus, CriterionCode, StudyRecord
from knowledge.findings import Finding, State
from storage.records import Delivery, VerdictChange

_MOST_MESSAGES = 50
_MOST_CHANGES = 50
_MOST_CASES = 50


@dataclass(frozen=True, slots=True)
class Said:
    """Lines of the desk as a page shows them, with the sources that they share, in words."""

    texts: tuple[str, ...]
    sources: tuple[str, ...]
    is_background: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """One criterion: its state, and the lines that say why, by when and who answers."""

    name: str
    state: str
    colour: str
    lines: tuple[Said, ...]


async def show(asked: Asked) -> web.Response:
    """Everything about one person, as of now; the look is audited."""
    person = await asked.look_at(asked.request.match_info["code"])
    today, library, cabinet = asked.today, asked.today.library, asked.cabinet
    study = await cabinet.study.list_of(person.code, _MOST_CASES)
    return asked.show(
        "person.html",
        person=person,
        unit=name_unit(today, person.unit),
        group=today.book.group_name(person.position_group),
        managed_by=name_managed_by(person.managed_by),
        retires_on=service_of(person, today).retires_on,
        verdicts=[_verdict(one, asked) for one in evaluate(person, today)],
        history=[_change(one, asked) for one in await cabinet.verdicts.list_history(person.code, _MOST_CHANGES)],
        certificates=[
            (
                name_credential(library, one.kind, one.level, one.issued_on),
                one.issuer or "–",
                one.expires_on,
                _name_status(one.status),
            )
            for one in person.credentials
        ],
        study=[(describe_in_list(one, None, today), [describe_event(event) for event in one.events]) for one in study],
        records=[_name_record(one, asked) for one in person.study] if not study else [],
        messages=[_message(one, asked) for one in await cabinet.deliveries.list_of(person.code, _MOST_MESSAGES)],
    )


def _verdict(finding: Finding, asked: Asked) -> Verdict:
    rules = asked.today
    lines: list[Line] = [describe_finding(finding, rules), *describe_deadline(finding, rules)]
    if finding.is_gap and (answers := describe_accountable(finding, rules, is_own=False)) is not None:
        lines.append(answers)
    name = name_criterion(rules.library, finding.criterion) if finding.criterion is not None else _("Title standards")
    return Verdict(name, name_state(finding.state), tag_of(finding.state), tuple(said_of(lines, asked)))


def said_of(lines: Iterable[Line], asked: Asked) -> Iterable[Said]:
    """Lines of the desk as pages show them: what rests on the same and follows one another stands together."""
    for (cites, is_background), alike in groupby(lines, key=lambda one: (one.cites, one.is_background)):
        texts = tuple(one.text for one in alike)
        yield Said(texts, tuple(asked.door.describe(cite) for cite in cites), is_background)


def _change(one: VerdictChange, asked: Asked) -> tuple[str, str, str, str]:
    """Day, criterion, before and after of a verdict that became another one."""
    criteria = asked.today.library.criteria
    known = criteria.get(CriterionCode(one.criterion))
    named = known.name if known is not None else _("Title standards")
    return (
        show_day(one.on),
        named,
        _name_standing(one.state_before, show_day(one.deadline_before) if one.deadline_before else ""),
        _name_standing(one.state_after, show_day(one.deadline_after) if one.deadline_after else ""),
    )


def _name_standing(state: str | None, deadline: str) -> str:
    if state is None:
        return _("not asked")
    if not deadline:
        return name_state(State(state))
    return _("{state}, deadline {day}").format(state=name_state(State(state)), day=deadline)


def _name_status(status: CredentialStatus) -> str:
    return {
        CredentialStatus.VERIFIED: _("verified"),
        CredentialStatus.WAITING: _("waits for verification"),
        CredentialStatus.REJECTED: _("rejected"),
    }[status]


def _name_record(one: StudyRecord, asked: Asked) -> str:
    """What the roster says of one request or assignment."""
    days = (
        (_("asked on {day}"), one.requested_on),
        (_("answered on {day}"), one.answered_on),
        (_("refused on {day}"), one.refused_on),
        (_("sent on {day}"), one.assigned_on),
        (_("declined on {day}"), one.declined_on),
        (_("did not attend, {day}"), one.not_attended_on),
    )
    what = name_criterion(asked.today.library, one.criterion) if one.criterion is not None else _("every criterion")
    said = "; ".join(words.format(day=show_day(day)) for words, day in days if day is not None)
    return _("{criterion}: {what}").format(criterion=what, what=said)


def _message(one: Delivery, asked: Asked) -> dict[str, object]:
    return {
        "at": one.done_at or one.started_at or one.due_at,
        "what": [
            " – ".join(filter(None, (name_notice(notice.kind), describe_notice(notice, asked.today))))
            for notice in one.notices
        ],
        "channel": name_channel(one.channel) if one.channel else "–",
        "outcome": name_outcome(one.state),
        "reason": name_reason(one.reason) if one.reason else "",
        "confirmed": one.acknowledged_at,
    }


PAGES: tuple[Page, ...] = (page("/people/{code}", "person", WITH_PEOPLE, show),)
