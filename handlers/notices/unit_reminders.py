"""A reminder from the head of the unit, put into words when it is sent: how many things are open, never which ones."""

from handlers.notices.composing import Dropped, Present, seen
from handlers.notices.reminders import QUIET, see_details, sentences
from handlers.phrases import _, ngettext, show_number
from handlers.reply import Line, Reply
from handlers.wording import name_unit
from knowledge.evaluate import evaluate
from knowledge.facts import UnitCode
from knowledge.findings import Finding
from knowledge.reminders import ACTIONABLE
from knowledge.rulebook import RulesOn
from storage.records import Delivery, Notice


async def compose(notice: Notice, delivery: Delivery, present: Present) -> Reply | Dropped:
    """What does my head remind me of?

    Nothing, for whoever has left their units or paused reminders since.
    """
    findings = evaluate(present.person, present.rules)
    open_now = [one for one in findings if is_to_do(one)]
    if not open_now:
        return Dropped("closed" if findings else "gone")
    if present.is_quiet:
        return Dropped(QUIET)
    unit = UnitCode(str(notice.payload.get("unit", "")))
    if not _is_within(unit, present.person.unit, present.rules):
        return Dropped("moved")
    told = sentences(findings, present.rules.day) or (_undated(len(open_now)),)
    title = _("The head of {unit} reminds you of the standards of your position.").format(
        unit=name_unit(present.rules, unit)
    )
    return Reply(title, tuple(map(Line, told)), choices=(see_details(), seen(delivery.id)))


def _is_within(unit: UnitCode, own: UnitCode, rules: RulesOn) -> bool:
    """Whether somebody's own unit is this one, or whoever took over from it, or lies below."""
    now = rules.find_unit(unit)
    return now is not None and now.code in rules.units_above(own)


def is_to_do(finding: Finding) -> bool:
    """Whether it is something that the person can do something about, with a deadline or without."""
    return finding.criterion is not None and finding.state in ACTIONABLE


def _undated(n: int) -> str:
    text = ngettext(
        "{n} thing waits for you to complete or to clear up; no deadline has been set.",
        "{n} things wait for you to complete or to clear up; no deadline has been set.",
        n,
    )
    return text.format(n=show_number(n))
