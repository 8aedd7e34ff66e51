"""What a broadcast would be: to how many, by which channel, when, at which cost, and as recipients will read it."""

from collections.abc import Mapping, Sequence

from handlers.hr.broadcasts_audience import Gathered, Member, describe_audience
from handlers.notices.broadcasts import write_broadcast, write_longest
from handlers.phrases import _, ngettext, show_moment, show_number
from handlers.reply import Line
from handlers.wording import name_channel, name_unit
from knowledge.audience import Audience
from knowledge.facts import Person, UnitCode
from knowledge.rulebook import RulesOn
from knowledge.sending_plan import Run

_MOST_UNITS = 12
_MOST_NAMES = 8
_SAMPLES = 3


def describe_preview(
    cells: Mapping[str, str],
    unit_name: str,
    audience: Audience,
    scope: UnitCode | None,
    gathered: Gathered,
    runs: Mapping[str, Sequence[Run]],
    rules: RulesOn,
) -> list[Line]:
    """All of it, line by line."""
    lines = [Line(_("Audience:"))]
    lines += [Line(one, is_item=True) for one in describe_audience(audience, scope, rules)]
    lines += describe_reach(gathered)
    for way, planned in runs.items():
        lines += [Line(one, is_item=True) for one in describe_way(way, planned, gathered)]
    lines += _describe_units(gathered, rules)
    lines += describe_unreachable(gathered, rules)
    lines += describe_samples(cells, unit_name, gathered, rules)
    if cells.get("xac_nhan") == "co":
        lines.append(Line(_("Every recipient is asked to press “Received”.")))
    return lines


def describe_reach(gathered: Gathered) -> list[Line]:
    """How many people, and how many of them can be written to."""
    total = len(gathered.members)
    text = ngettext(
        "{n} person: {reached} can be written to, {unreached} cannot be reached on any channel.",
        "{n} people: {reached} can be written to, {unreached} cannot be reached on any channel.",
        total,
    )
    reached = len(gathered.reachable)
    return [
        Line(text.format(n=show_number(total), reached=show_number(reached), unreached=show_number(total - reached)))
    ]


def describe_way(way: str, runs: Sequence[Run], gathered: Gathered) -> list[str]:
    """How many by this identity, from when to when, how much of its quota that takes, and what it costs."""
    count = gathered.by_way()[way]
    line = gathered.line_of(way)
    channel, _at, name = way.partition("@")
    named = f"{name_channel(channel)} ({name})" if name else name_channel(channel)
    text = ngettext("{channel}: {n} person", "{channel}: {n} people", count)
    said = [text.format(channel=named, n=show_number(count))]
    if runs:
        said[0] += ", " + _("begins {start}, ends {end}").format(
            start=show_moment(runs[0].starts_at), end=show_moment(runs[-1].ends_at)
        )
    if len(runs) > 1:
        said.append(
            _("Not all of it fits into one working day: it goes on over {n} days, in working hours only.").format(
                n=len(runs)
            )
        )
    if line.per_day is not None and runs:
        said.append(
            _("Uses {n} of the {quota} messages that this channel may send in a day.").format(
                n=show_number(max(run.count for run in runs)), quota=show_number(line.per_day)
            )
        )
    if line.per_month is not None and (missing := count - sum(run.count for run in runs)) > 0:
        said.append(
            _(
                "{n} of them go beyond the {quota} messages that this channel may send in a month: whoever has another"
                " channel is written to there, the others wait for more."
            ).format(n=show_number(missing), quota=show_number(line.per_month))
        )
    price = line.describe_price(count)
    return [*said, price] if price else said


def describe_unreachable(gathered: Gathered, rules: RulesOn) -> list[Line]:
    """Who must be told on paper, by name, the first few."""
    missed = gathered.unreachable
    if not missed:
        return []
    lines = [Line(_("Not reachable (to be told on paper):"))]
    lines += [Line(name_member(one, rules), is_item=True) for one in missed[:_MOST_NAMES]]
    if len(missed) > _MOST_NAMES:
        text = _("and {n} more; the whole list is in the file.")
        lines.append(Line(text.format(n=show_number(len(missed) - _MOST_NAMES)), is_item=True))
    return lines


def describe_samples(cells: Mapping[str, str], unit_name: str, gathered: Gathered, rules: RulesOn) -> list[Line]:
    """The very text, as three real recipients will read it."""
    lines = []
    for one in pick_samples(gathered):
        written = write_broadcast(cells["noi_dung"], unit_name, one.person, rules)
        lines.append(Line(_("{name} will read:").format(name=name_member(one, rules))))
        lines += [Line(f"“{written.title}\n{line.text}”") for line in written.lines]
    return lines


def find_too_long(cells: Mapping[str, str], unit_name: str, gathered: Gathered, rules: RulesOn) -> list[str]:
    """The channels on which the text would not fit into one message for those who are written to there, by name."""
    people: dict[str, list[Person]] = {}
    for one in gathered.reachable:
        if one.reached is not None:
            people.setdefault(one.reached.channel, []).append(one.person)
    asks = cells.get("xac_nhan") == "co"
    return [
        name_channel(channel)
        for channel, some in sorted(people.items())
        if not gathered.lines[channel].fits(write_longest(cells["noi_dung"], unit_name, some, rules, asks_receipt=asks))
    ]


def pick_samples(gathered: Gathered) -> list[Member]:
    """The first, the middle and the last of those who can be written to; of all, where nobody can."""
    of = gathered.reachable or gathered.members
    places = sorted({0, len(of) // 2, len(of) - 1})[:_SAMPLES] if of else []
    return [of[place] for place in places]


def name_member(member: Member, rules: RulesOn) -> str:
    """A person as HR knows them."""
    person = member.person
    return f"{person.name} ({person.code}, {name_unit(rules, person.unit)})"


def _describe_units(gathered: Gathered, rules: RulesOn) -> list[Line]:
    counted = sorted(gathered.by_unit(rules).items(), key=lambda one: (-one[1], one[0]))
    if not counted:
        return []
    lines = [Line(_("By unit:"))]
    lines += [Line(f"{name}: {show_number(count)}", is_item=True) for name, count in counted[:_MOST_UNITS]]
    left = counted[_MOST_UNITS:]
    if left:
        text = _("and {units} more units with {n} people.")
        shown = text.format(units=show_number(len(left)), n=show_number(sum(count for _name, count in left)))
        lines.append(Line(shown, is_item=True))
    return lines
