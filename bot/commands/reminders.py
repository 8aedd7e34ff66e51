"""`reminders policy`: at how many days before and after a deadline people are reminded, and HR's own such numbers."""

import json
from dataclasses import dataclass, replace
from typing import Any

from bot.errors import InputError, UsageError
from bot.reminder_stages import MOST_DAYS, check_number, held_stages, list_stages, read_numbers
from bot.settings import Settings
from bot.wiring import open_office
from handlers.phrases import _, show_number
from knowledge.facts import CriterionCode, RoundCode
from knowledge.library import ReminderStages
from knowledge.rulebook import RulesOn


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was typed: for which round and criterion, and the numbers to be set; None leaves one as it is."""

    of_round: str | None = None
    criterion: str | None = None
    before: str | None = None
    after: str | None = None
    then_every: int | None = None
    then_at_most: int | None = None
    resets: bool = False

    @property
    def sets(self) -> bool:
        """Whether any number is to be set."""
        return any(one is not None for one in (self.before, self.after, self.then_every, self.then_at_most))


async def show_or_set(settings: Settings, wanted: Wanted, *, as_json: bool) -> None:
    """Print the policy, or set it for a round, a criterion, both, or everything, and print what holds then."""
    if wanted.sets and wanted.resets:
        raise UsageError(_("Either numbers are set or they are taken back by --default, not both at once."))
    async with open_office(settings, keeps_threads=False) as office:
        rules = (await office.rule_book()).on(office.clock.today())
        key = _read_key(wanted, rules)
        own = await office.list_reminder_stages()
        if wanted.resets:
            if not await office.remove_reminder_stages(*key):
                raise InputError(_("Nothing of its own is set for this; the policy stays as it was."))
        elif wanted.sets:
            await office.save_reminder_stages(*key, read_stages(wanted, held_stages(key, own, rules)))
        own = await office.list_reminder_stages()
    if as_json:
        print(json.dumps([_as_json(*one) for one in list_stages(own, rules)], ensure_ascii=False, indent=2))
    else:
        print("\n".join(_describe(*one) for one in list_stages(own, rules)))


def _read_key(wanted: Wanted, rules: RulesOn) -> tuple[RoundCode | None, CriterionCode | None]:
    codes = {one.code for one in rules.book.rules.rounds}
    if wanted.of_round is not None and wanted.of_round not in codes:
        text = _("There is no review round {code}. Known ones: {known}.")
        raise InputError(text.format(code=wanted.of_round, known=", ".join(sorted(codes)) or _("none")))
    if wanted.criterion is not None and wanted.criterion not in rules.library.criteria:
        text = _("There is no criterion {code}. Known ones: {known}.")
        raise InputError(text.format(code=wanted.criterion, known=", ".join(rules.library.criteria)))
    return (
        RoundCode(wanted.of_round) if wanted.of_round is not None else None,
        CriterionCode(wanted.criterion) if wanted.criterion is not None else None,
    )


def read_stages(wanted: Wanted, held: ReminderStages) -> ReminderStages:
    """What was typed, over what holds so far. Raises InputError with one sentence."""
    stages = held
    if wanted.before is not None:
        stages = replace(stages, before=tuple(sorted(read_numbers(wanted.before, "--before"), reverse=True)))
    if wanted.after is not None:
        stages = replace(stages, after=tuple(sorted(read_numbers(wanted.after, "--after"))))
    if wanted.then_every is not None:
        stages = replace(stages, then_every=check_number("--then-every", wanted.then_every, least=1, most=MOST_DAYS))
    if wanted.then_at_most is not None:
        stages = replace(stages, then_at_most=check_number("--then-at-most", wanted.then_at_most, least=0, most=60))
    return stages


def _as_json(of_round: str | None, criterion: str | None, stages: ReminderStages) -> dict[str, Any]:
    return {
        "round": of_round,
        "criterion": criterion,
        "before": list(stages.before),
        "after": list(stages.after),
        "then_every": stages.then_every,
        "then_at_most": stages.then_at_most,
    }


def _describe(of_round: str | None, criterion: str | None, stages: ReminderStages) -> str:
    whom = ", ".join(one for one in (of_round, criterion) if one is not None) or _("everything")
    text = _("{whom}: {before} days before; {after} days after; then every {every} days, at most {most} times.")
    return text.format(
        whom=whom,
        before=_show(stages.before),
        after=_show(stages.after),
        every=show_number(stages.then_every),
        most=show_number(stages.then_at_most),
    )


def _show(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers)) or _("none")
