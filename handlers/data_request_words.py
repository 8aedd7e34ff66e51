"""Requests of people about their data in words: the right, the field, the clocks, how it stands. Pure."""

from dataclasses import replace

from handlers.asking import Choice
from handlers.phrases import _, mark, show_day, show_day_of
from handlers.reply import Line
from handlers.stating import state_for
from handlers.visit import Visit
from knowledge.library import Library
from knowledge.local_time import day_in_vietnam
from knowledge.privacy import Purpose, Right, clocks_of
from knowledge.rulebook import RulesOn
from storage.records import DataRequest, DataRequestState

# Columns of the roster's sheet that are corrected one by one; `OTHER` is told HR in words.
FIELDS = {
    "ho_ten": mark("Name"),
    "ngay_sinh": mark("Date of birth"),
    "gioi_tinh": mark("Gender"),
    "chuc_danh": mark("Position"),
    "ngay_giu_chuc_vu": mark("In this post since"),
    "dien_thoai": mark("Phone number"),
}
OTHER = "other"
# By these somebody is recognised: a chat that proves this phone number is linked as the person who has it on record.
IDENTIFYING = frozenset({"dien_thoai"})
_WAYS = {
    "on_paper": mark("on paper"),
    "in_person": mark("in person"),
    "by_telephone": mark("by telephone"),
    "by_mail": mark("by e-mail"),
}
_STATES = {
    DataRequestState.DONE: mark("done"),
    DataRequestState.REFUSED: mark("not accepted"),
    DataRequestState.TAKEN_BACK: mark("taken back"),
}


def name_right(library: Library, right: str) -> str:
    """The right in the words of the data."""
    return library.privacy.right(Right(right)).name


def name_field(field: str) -> str:
    """The field of the record, in words."""
    return _(FIELDS[field]) if field in FIELDS else _("Something else")


def name_purpose(library: Library, purpose: str) -> str:
    """What it is processed for, in the words of the data."""
    return library.privacy.purpose(Purpose(purpose)).name


def name_way(way: str) -> str:
    """How a request came that somebody wrote down, in words."""
    return _(_WAYS[way])


def describe_wanted(one: DataRequest, library: Library) -> list[Line]:
    """What exactly is wanted: the field with what is right, or the consent that is withdrawn."""
    if not one.field:
        return []
    if one.right == Right.WITHDRAW.value:
        text = _("To be withdrawn: {purpose}")
        return [Line(text.format(purpose=name_purpose(library, one.field)), is_item=True)]
    text = _("“{field}” should be: {value}")
    return [Line(text.format(field=name_field(one.field), value=one.value), is_item=True)]


def describe_entered(one: DataRequest) -> list[Line]:
    """Who wrote it down for the person, how it came and when; nothing for what came in a chat."""
    if one.entered_by is None:
        return []
    text = _("It came {way} on {day}; written down by {who} on {written}.")
    return [
        Line(
            text.format(
                way=name_way(one.channel),
                day=show_day_of(one.opened_at),
                who=one.entered_by,
                written=show_day_of(one.entered_at or one.opened_at),
            ),
            is_item=True,
        )
    ]


def describe_state(one: DataRequest) -> str:
    """How it stands, with the days until when."""
    if not one.is_open:
        closed = show_day_of(one.closed_at) if one.closed_at is not None else ""
        return _("{state} on {day}").format(state=_(_STATES[one.state]), day=closed)
    if one.answered_at is None:
        text = _("with HR; first answer by {first}, settled by {due}")
        return text.format(first=show_day(one.first_on), due=show_day(one.due_on))
    return _("HR is at it; settled by {due}").format(due=show_day(one.due_on))


def describe_in_list(one: DataRequest, library: Library) -> str:
    """One request in one line."""
    text = _("Request {number} ({right}) of {day}: {state}")
    return text.format(
        number=one.number,
        right=name_right(library, one.right),
        day=show_day_of(one.opened_at),
        state=describe_state(one),
    )


def describe_clocks(one: DataRequest, visit: Visit) -> list[Line]:
    """Until when what is due, by the law of the real day, and what is not known of it."""
    today = visit.rules.book.on(visit.today)
    rules = today.library.privacy
    known = rules.right(Right(one.right))
    text = _("First answer by {first} ({n} working days); settled by {due} ({days} days).")
    days = known.days_with_others if one.has_others and known.days_with_others else known.days
    told = text.format(
        first=show_day(one.first_on),
        n=rules.first_answer.working_days,
        due=show_day(one.due_on),
        days=days + (known.extension if one.is_extended else 0),
    )
    cites = [today.library.cite(basis) for basis in rules.rights_basis]
    lines = [state_for(told, cites, today, visit.territory) if cites else Line(told)]
    if one.has_others and one.reason:
        lines.append(Line(_("The longer clock runs, because: {reason}").format(reason=one.reason)))
    if known.days_at_most:
        lines.append(
            Line(
                _("Not known here for certain: {text} Ask: {whom}.").format(text=rules.rights_not_known, whom=rules.ask)
            )
        )
    return lines


def dated(one: DataRequest, today: RulesOn) -> DataRequest:
    """The request with its clocks as they are counted from its day, its extension and who else processes."""
    clocks = clocks_of(
        Right(one.right),
        day_in_vietnam(one.opened_at),
        today.library.privacy,
        today.calendar,
        has_others=one.has_others,
        is_extended=one.is_extended,
    )
    return replace(one, first_on=clocks.first_on, due_on=clocks.due_on)


def is_same(one: DataRequest, other: DataRequest) -> bool:
    """Whether both want the very same, in the same words: another restriction is another request."""
    return (one.right, one.field, one.value, one.words) == (other.right, other.field, other.value, other.words)


def see(one: DataRequest) -> Choice:
    """The button to it."""
    return Choice(_("Request {number}").format(number=one.number), "data.request", str(one.number))
