"""Settings of HR: when people are reminded, within which hours, and which certificates two persons check."""

from dataclasses import asdict

from aiohttp import web

from bot.errors import InputError
from bot.on_console.at_desk import field, open_ports
from bot.on_console.evidence import open_desk
from bot.on_console.pages import Asked, Page, deed, page
from bot.on_console.seats import OF_HR, OF_MACHINE, OF_PROVINCE
from bot.reminder_stages import MOST_DAYS, check_number, list_stages, read_numbers
from handlers.hr.evidence import mark_kind
from handlers.phrases import _
from handlers.wording import name_criterion
from knowledge.facts import CriterionCode, KindCode, RoundCode
from knowledge.library import ReminderStages

_Key = tuple[RoundCode | None, CriterionCode | None]
_MOST_TIMES = 60


async def show(asked: Asked) -> web.Response:
    """Everything that is set."""
    return await _show(asked)


async def save_stages(asked: Asked) -> web.Response:
    """Remind at these days, for everything, a round, a criterion, or both; from the next planning on."""
    key = _read_key(asked)
    if key is None:
        return await _show(asked, _("There is no such review round or criterion."))
    try:
        stages = ReminderStages(
            before=tuple(sorted(read_numbers(field(asked, "before", 100) or "none", _("Days before")), reverse=True)),
            after=tuple(sorted(read_numbers(field(asked, "after", 100) or "none", _("Days after")))),
            then_every=_number(asked, "then_every", _("Then every so many days"), least=1, most=MOST_DAYS),
            then_at_most=_number(asked, "then_at_most", _("At most so many times"), least=0, most=_MOST_TIMES),
        )
    except InputError as error:
        return await _show(asked, str(error))
    await asked.cabinet.reminders.save_stages(*key, stages)
    await asked.record("set_reminder_stages", key[0] or "reminders", {**asdict(stages), "criterion": key[1]})
    return asked.go("settings", query_said="saved")


async def remove_stages(asked: Asked) -> web.Response:
    """What was set for this is taken back; what is more general holds again."""
    key = _read_key(asked)
    if key is None or not await asked.cabinet.reminders.remove_stages(*key):
        return await _show(asked, _("Nothing of its own is set for this; the policy stays as it was."))
    await asked.record("removed_reminder_stages", key[0] or "reminders", {"criterion": key[1]})
    return asked.go("settings", query_said="saved")


async def mark_kinds(asked: Asked) -> web.Response:
    """Certificates of this kind are checked by two persons, or by one again."""
    kind, needs_two = KindCode(field(asked, "kind", 64)), field(asked, "two") == "1"
    desk = await open_desk(asked)
    if not await mark_kind(asked.person, kind, asked.today, desk, needs_two=needs_two):
        return await _show(asked, _("There is no such kind of certificate."))
    return asked.go("settings", query_said="saved")


def _read_key(asked: Asked) -> _Key | None:
    """For which round and criterion; None for codes that there are not."""
    of_round, criterion = field(asked, "round", 64), field(asked, "criterion", 64)
    if of_round and of_round not in {one.code for one in asked.today.book.rules.rounds}:
        return None
    if criterion and criterion not in asked.today.library.criteria:
        return None
    return RoundCode(of_round) if of_round else None, CriterionCode(criterion) if criterion else None


def _number(asked: Asked, name: str, label: str, *, least: int, most: int) -> int:
    """A number of the form. Raises InputError with one sentence."""
    written = field(asked, name, 6)
    number = int(written) if written.isascii() and written.isdecimal() else -1
    return check_number(label, number, least=least, most=most)


async def _show(asked: Asked, problem: str | None = None) -> web.Response:
    today = asked.today
    ports = await open_ports(asked)
    own = await asked.cabinet.reminders.list_stages()
    marked = set(await ports.evidence.list_marked())
    criteria = today.library.criteria
    rounds = {one.code: one.name for one in today.book.rules.rounds}
    rows = [
        (
            rounds.get(RoundCode(of_round), of_round) if of_round else None,
            name_criterion(today.library, CriterionCode(criterion)) if criterion is not None else None,
            of_round,
            criterion,
            stages,
            (of_round, criterion) in {(one[0], one[1]) for one in own},
        )
        for of_round, criterion, stages in list_stages(own, today)
    ]
    policy = today.library.policy
    return asked.show(
        "settings.html",
        rows=rows,
        rounds=list(rounds.items()),
        criteria=[(one.code, one.name) for one in criteria.values()],
        kinds=[(one.code, one.name, one.code in marked) for one in today.library.kinds.values()],
        marked=[one.name for one in today.library.kinds.values() if one.code in marked],
        hours=[f"{one:%H:%M}" for one in policy.hours],
        declared=len([one for one in today.book.rules.calendar_days if one.day >= today.day]),
        night=[f"{one:%H:%M}" for one in policy.night_hours],
        may_change=bool(asked.member.seats & OF_PROVINCE),
        problem=problem,
        given=asked.form if problem else {},
        said=asked.query.get("said") == "saved",
    )


PAGES: tuple[Page, ...] = (
    page("/settings", "settings", OF_HR | OF_MACHINE, show),
    deed("/settings/stages", "settings.stages", OF_PROVINCE, save_stages),
    deed("/settings/stages/remove", "settings.stages_remove", OF_PROVINCE, remove_stages),
    deed("/settings/kinds", "settings.kinds", OF_PROVINCE, mark_kinds),
)
