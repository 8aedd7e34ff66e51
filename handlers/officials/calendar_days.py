"""The days of a person's deadlines for their own calendar: in full for their own device, bare for a stranger's server.

Calendars that are subscribed to are read and kept by third parties, so that those say that there is a deadline and
nothing of what is missing. Pure.
"""

from collections.abc import Iterable, Sequence

from handlers.phrases import _, show_day
from handlers.reply import CalendarDay
from handlers.stating import state_for
from handlers.verdicts import territory_of
from handlers.wording import name_cited, name_criteria
from knowledge.findings import Finding
from knowledge.rulebook import RulesOn


def list_days(findings: Iterable[Finding], rules: RulesOn, *, is_bare: bool) -> tuple[CalendarDay, ...]:
    """One day for each deadline: the last safe one. `is_bare` tells nothing but that it is one."""
    by_source: dict[str, list[Finding]] = {}
    for one in findings:
        if one.is_gap and one.deadline is not None and one.safe_day is not None and one.deadline_basis is not None:
            cite = one.deadline_basis
            by_source.setdefault(one.round or f"{cite.document}#{cite.point or ''}", []).append(one)
    days = [_day_of(source, alike, rules, is_bare=is_bare) for source, alike in by_source.items()]
    return tuple(sorted(days, key=lambda one: (one.day, one.key)))


def _day_of(source: str, alike: Sequence[Finding], rules: RulesOn, *, is_bare: bool) -> CalendarDay:
    first = alike[0]
    day = first.safe_day or rules.day
    in_chat = _("See the details in the chat with Nhắc Chuẩn.")
    if is_bare or first.deadline is None or first.deadline_basis is None:
        return CalendarDay(source, day, _("Deadline to complete title standards"), in_chat)
    text = _("Deadline by {document}: {day} at the latest.")
    if not first.deadline_included:
        text = _("Deadline by {document}: before {day}.")
    said = text.format(document=name_cited(rules.library, first.deadline_basis), day=show_day(first.deadline))
    told = state_for(said, (first.deadline_basis,), rules, territory_of(first, rules)).text
    title = _("Deadline to complete: {criteria}").format(criteria=name_criteria(rules.library, alike))
    return CalendarDay(source, day, title, f"{told}\n{in_chat}")
