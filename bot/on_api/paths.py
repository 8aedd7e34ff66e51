"""Every path of the door: what it tells, what may be asked, and the shape of its rows.

One table: requests are read by it, and the OpenAPI document and the page are written from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from handlers.phrases import _
from knowledge.findings import Accountable, Reason, State

BASE: Final = "/api/v1"
MOST_ROWS: Final = 1000
USUAL_ROWS: Final = 200
DELIVERY_STATES: Final = ("waiting", "claimed", "started", "delivered", "refused", "unclear", "dropped", "unreachable")


class Form(StrEnum):
    """The form of a value."""

    CODE = "code"
    TEXT = "text"
    DAY = "day"
    MOMENT = "moment"
    NUMBER = "number"
    FLAG = "flag"
    WORDS = "words"  # a list of words
    PLACES = "places"  # a list of documents with their points


@dataclass(frozen=True, slots=True)
class Value:
    """A named value, in a row or asked by; `one_of` lists all that it can be."""

    name: str
    form: Form
    means: str
    is_optional: bool = False
    one_of: tuple[str, ...] = ()
    bounds: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Path:
    """A path below the base, and its rows; one without `row_name` answers with a single value of that shape."""

    name: str
    summary: str
    asked: tuple[Value, ...]
    row: tuple[Value, ...]
    row_name: str
    is_list: bool = True

    @property
    def url(self) -> str:
        """Its address on the server."""
        return f"{BASE}/{self.name}"


def list_paths(criteria: Sequence[str]) -> tuple[Path, ...]:
    """All paths, in the language being spoken; `criteria` are the codes that the library knows."""
    return (
        Path("status", _("How well the data stands: as of which day, and whether all of it."), (), _status(), "Status",
             is_list=False),
        Path("gaps", _("What officials still have to complete or to clear up."), _ask_gaps(criteria), _gap(), "Gap"),
        Path("deadlines", _("Days by which something is to be complete, and last days of certificates that expire."),
             _ask_deadlines(criteria), _deadline(), "Deadline"),
        Path("deliveries", _("Messages to officials and what became of each; never their words."),
             _ask_deliveries(), _delivery(), "Delivery"),
        Path("units", _("The units within the scope of the key."), (), _unit(), "Unit"),
        Path("criteria", _("Criteria and their levels, lowest first."), (), _criterion(), "Criterion"),
        Path("rounds", _("Review rounds and their deadlines."), (), _round(), "Round"),
    )  # fmt: skip


def _paging() -> tuple[Value, ...]:
    return (
        Value("limit", Form.NUMBER, _("At most so many rows; 200 unless given."), is_optional=True,
              bounds=(1, MOST_ROWS)),
        Value("cursor", Form.TEXT, _("The `next` of the page before."), is_optional=True),
    )  # fmt: skip


def _about(criteria: Sequence[str]) -> tuple[Value, ...]:
    return (
        Value("unit", Form.CODE, _("Only this unit and all below it."), is_optional=True),
        Value("person", Form.CODE, _("Only the official of this code."), is_optional=True),
        Value("criterion", Form.CODE, _("Only this criterion."), is_optional=True, one_of=tuple(criteria)),
        Value("round", Form.CODE, _("Only where this review round sets the day."), is_optional=True),
    )


def _ask_gaps(criteria: Sequence[str]) -> tuple[Value, ...]:
    states = tuple(one.value for one in State if one not in {State.MET, State.EXPIRING, State.EXEMPT})
    state = Value("state", Form.CODE, _("Only verdicts of this state."), is_optional=True, one_of=states)
    return (*_about(criteria), state, *_paging())


def _ask_deadlines(criteria: Sequence[str]) -> tuple[Value, ...]:
    return (
        *_about(criteria),
        Value("since", Form.DAY, _("Only days from this one on."), is_optional=True),
        Value("until", Form.DAY, _("Only days up to this one."), is_optional=True),
        *_paging(),
    )


def _ask_deliveries() -> tuple[Value, ...]:
    return (
        Value("unit", Form.CODE, _("Only this unit and all below it."), is_optional=True),
        Value("person", Form.CODE, _("Only the official of this code."), is_optional=True),
        Value("state", Form.CODE, _("Only messages in this state."), is_optional=True, one_of=DELIVERY_STATES),
        Value("channel", Form.CODE, _("Only by this channel."), is_optional=True),
        Value("since", Form.MOMENT, _("Only messages due from this moment on."), is_optional=True),
        Value("until", Form.MOMENT, _("Only messages due up to this moment."), is_optional=True),
        *_paging(),
    )


def _who() -> tuple[Value, ...]:
    return (
        Value("person", Form.CODE, _("Code of the official, as in the roster.")),
        Value("unit", Form.CODE, _("Code of the unit in force.")),
        Value("criterion", Form.CODE, _("Code of the criterion; empty where no standard is on record."),
              is_optional=True),
    )  # fmt: skip


def _when_judged() -> tuple[Value, ...]:
    return (
        Value("as_of", Form.DAY, _("The day for which it was judged."), is_optional=True),
        Value("judged_at", Form.MOMENT, _("When it was last judged."), is_optional=True),
    )


def _days() -> tuple[Value, ...]:
    return (
        Value("last_day", Form.DAY, _("The last day on which it is in time."), is_optional=True),
        Value("safe_day", Form.DAY, _("That day, or the working day before it."), is_optional=True),
        Value("days_left", Form.NUMBER, _("Days from the day of judging to the last one; below 0 when passed."),
              is_optional=True),
        Value("round", Form.CODE, _("Code of the review round that sets the day."), is_optional=True),
    )  # fmt: skip


def _gap() -> tuple[Value, ...]:
    states = tuple(one.value for one in State if one not in {State.MET, State.EXPIRING, State.EXEMPT})
    return (
        *_who(),
        Value("state", Form.CODE, _("State of the verdict."), one_of=states),
        Value("required", Form.CODE, _("The level that is required."), is_optional=True),
        Value("held_kind", Form.CODE, _("Kind of the certificate that was looked at first."), is_optional=True),
        Value("held_level", Form.TEXT, _("Level or score, as written on it."), is_optional=True),
        Value("counts_as", Form.CODE, _("The level it counts as."), is_optional=True),
        Value("reason", Form.CODE, _("Why it was judged so."), is_optional=True,
              one_of=tuple(one.value for one in Reason)),
        Value("deadline", Form.DAY, _("The day as the document writes it."), is_optional=True),
        Value("deadline_included", Form.FLAG, _("Whether that day itself is still in time.")),
        *_days(),
        Value("consequence", Form.TEXT, _("What the round says happens otherwise."), is_optional=True),
        Value("accountable", Form.CODE, _("Who answers for it, where a document says so."), is_optional=True,
              one_of=tuple(one.value for one in Accountable)),
        Value("basis", Form.PLACES, _("Documents and points: the requirement first, then what decided.")),
        Value("changed_on", Form.DAY, _("The day on which the verdict last became another.")),
        *_when_judged(),
    )  # fmt: skip


def _deadline() -> tuple[Value, ...]:
    return (
        *_who(),
        Value("state", Form.CODE, _("State of the verdict."), one_of=tuple(one.value for one in State)),
        Value("kind", Form.CODE, _("Something to complete, or a certificate that expires."),
              one_of=("completion", "expiry")),
        Value("deadline", Form.DAY, _("The day as the document writes it.")),
        Value("deadline_included", Form.FLAG, _("Whether that day itself is still in time.")),
        *_days(),
        Value("document", Form.TEXT, _("The document that sets the day."), is_optional=True),
        Value("point", Form.TEXT, _("Its point."), is_optional=True),
        *_when_judged(),
    )  # fmt: skip


def _delivery() -> tuple[Value, ...]:
    return (
        Value("id", Form.NUMBER, _("Number of the message.")),
        Value("person", Form.CODE, _("Code of the official, as in the roster.")),
        Value("unit", Form.CODE, _("Their unit; empty where they have left the roster."), is_optional=True),
        Value("kinds", Form.WORDS, _("What it tells: reminder, escalation, digest, change, study, broadcast.")),
        Value("stages", Form.WORDS, _("The stages of its reminders.")),
        Value("channel", Form.CODE, _("By which channel; empty where the official has none."), is_optional=True),
        Value("state", Form.CODE, _("What became of it."), one_of=DELIVERY_STATES),
        Value("reason", Form.CODE, _("Why it was refused or left out."), is_optional=True),
        Value("broadcast", Form.NUMBER, _("Number of the broadcast it is part of."), is_optional=True),
        Value("due_at", Form.MOMENT, _("When it was to leave.")),
        Value("done_at", Form.MOMENT, _("When its outcome was known."), is_optional=True),
        Value("arrived_at", Form.MOMENT, _("When the platform said that it arrived."), is_optional=True),
        Value("acknowledged_at", Form.MOMENT, _("When the official pressed “Đã nhận”."), is_optional=True),
    )


def _unit() -> tuple[Value, ...]:
    return (
        Value("code", Form.CODE, _("Code of the unit.")),
        Value("name", Form.TEXT, _("Its name.")),
        Value("kind", Form.CODE, _("Its kind.")),
        Value("territory", Form.CODE, _("The territory in which it lies.")),
        Value("parent", Form.CODE, _("The unit above it."), is_optional=True),
        Value("valid_from", Form.DAY, _("Its first day."), is_optional=True),
        Value("valid_to", Form.DAY, _("Its last day."), is_optional=True),
        Value("successor", Form.CODE, _("The unit that took over from it."), is_optional=True),
    )


def _criterion() -> tuple[Value, ...]:
    return (
        Value("code", Form.CODE, _("Code of the criterion.")),
        Value("name", Form.TEXT, _("Its name.")),
        Value("levels", Form.WORDS, _("Codes of its levels, lowest first.")),
    )


def _round() -> tuple[Value, ...]:
    return (
        Value("code", Form.CODE, _("Code of the review round.")),
        Value("name", Form.TEXT, _("Its name.")),
        Value("document", Form.TEXT, _("The document on which it rests.")),
        Value("point", Form.TEXT, _("Its point."), is_optional=True),
        Value("deadline", Form.DAY, _("The day as the document writes it.")),
        Value("deadline_included", Form.FLAG, _("Whether that day itself is still in time.")),
        Value("criteria", Form.WORDS, _("The criteria it concerns; none named means all.")),
        Value("units", Form.WORDS, _("The units it concerns; none named means all.")),
        Value("opens_on", Form.DAY, _("Its first day."), is_optional=True),
        Value("is_open", Form.FLAG, _("Whether it is open.")),
    )


def _status() -> tuple[Value, ...]:
    return (
        Value("as_of", Form.DAY, _("Every verdict is at least of this day."), is_optional=True),
        Value("judged_at", Form.MOMENT, _("The oldest verdict was judged then."), is_optional=True),
        Value("is_current", Form.FLAG, _("Whether every verdict is that of today, by the rules and records of now.")),
        Value("people", Form.NUMBER, _("Officials within the scope of the key.")),
        Value("stale", Form.NUMBER, _("Officials whose verdicts wait to be judged again.")),
        Value("verdicts", Form.NUMBER, _("Verdicts within the scope.")),
        Value("gaps", Form.NUMBER, _("Those with something to complete or to clear up.")),
    )
