"""At how many days before and after a deadline people are reminded: what holds, and such numbers as HR writes them."""

from collections.abc import Iterator

from bot.errors import InputError
from handlers.phrases import _
from knowledge.facts import CriterionCode, RoundCode
from knowledge.library import ReminderStages
from knowledge.reminders import OwnStages, Reminding
from knowledge.rulebook import RulesOn

MOST_DAYS = 3650
_MOST_STAGES = 12
_NONE = "none"


def held_stages(key: tuple[RoundCode | None, CriterionCode | None], own: OwnStages, rules: RulesOn) -> ReminderStages:
    """What holds so far where the numbers are to be set."""
    policy = rules.library.policy.reminders
    of_round, criterion = key
    if criterion is None:
        return own.get((of_round, None)) or own.get((None, None)) or policy.stages
    return Reminding(policy, own, rules.day).stages_for(of_round, criterion)


def read_numbers(written: str, option: str) -> set[int]:
    """Days as they are written, such as 60,30,7. Raises InputError with one sentence."""
    if written.strip().lower() == _NONE:
        return set()
    words = [word.strip() for word in written.split(",")]
    numbers = [int(word) if word.isascii() and word.isdecimal() and len(word) < len("99999") else 0 for word in words]
    if len(set(numbers)) < len(numbers) or len(numbers) > _MOST_STAGES or not all(1 <= n <= MOST_DAYS for n in numbers):
        text = _(
            "{option} takes up to {n} different numbers of days from 1 to {most}, such as 60,30,7, or the word none."
        )
        raise InputError(text.format(option=option, n=_MOST_STAGES, most=MOST_DAYS))
    return set(numbers)


def check_number(option: str, number: int, *, least: int, most: int) -> int:
    """The number, where it may be so. Raises InputError with one sentence."""
    if not least <= number <= most:
        raise InputError(
            _("{option} takes a number from {least} to {most}.").format(option=option, least=least, most=most)
        )
    return number


def list_stages(own: OwnStages, rules: RulesOn) -> Iterator[tuple[str | None, str | None, ReminderStages]]:
    """Everything that holds, the most general first."""
    policy = rules.library.policy.reminders
    yield None, None, own.get((None, None)) or policy.stages
    for named, stages in policy.by_criterion.items():
        if (None, named) not in own:
            yield None, named, stages
    for (of_round, criterion), stages in sorted(own.items(), key=lambda one: (one[0][0] or "", one[0][1] or "")):
        if of_round is not None or criterion is not None:
            yield of_round, criterion, stages
