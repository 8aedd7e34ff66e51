"""A request about personal data that came on paper, in person or by telephone, written down for whoever made it.

Its clocks run from the day on which it came, not from the day on which somebody wrote it down.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from handlers import next_steps
from handlers.data_request_words import FIELDS, OTHER, dated, is_same, name_field, name_purpose, name_right, name_way
from handlers.forms import Asked, Form, Refused, Step, Values
from handlers.hr.data_deeds import Desk
from handlers.hr.data_requests import may_handle, show_one
from handlers.inquiries import clean
from handlers.notifying import notify
from handlers.phrases import _, show_day
from handlers.problem_words import say_problem
from handlers.reply import Line, Reply
from handlers.visit import Visit
from knowledge.facts import Person, PersonCode
from knowledge.local_time import VIETNAM, day_in_vietnam
from knowledge.privacy import OF_A_CHAT, Right
from knowledge.rulebook import RulesOn
from knowledge.understanding.evidence_said import read_past_day
from storage.records import WAYS, DataRequest, LetterKind, NewNotice, NoticeKind

FORM = "data.office.enter"
_YES = "yes"
_LONGEST = 1_000
_MOST_LISTED = 50
_LONG_AGO = timedelta(days=365)
_IN_WORDS = frozenset({Right.RESTRICT, Right.OBJECT})


class NotEnteredError(ValueError):
    """It cannot be entered; str() is one sentence for the reader."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What came: from whom, which right, on which day, in which way, and what exactly is wanted.

    `field` is the column to correct, or the purpose to withdraw; `value` what is right; `words` the person's own.
    """

    person: str
    right: str
    received_on: date
    way: str
    field: str = ""
    value: str = ""
    words: str = ""


async def enter(entry: Entry, by: Person, today: RulesOn, desk: Desk) -> DataRequest:
    """Write it down; the person is told where a chat reaches them. Raises NotEnteredError."""
    person = await find_asker(entry.person, by, today, desk)
    right = _ensure_whole(entry, person, today, desk)
    now = desk.clock.now()
    wanted = DataRequest(
        person=person.code,
        channel=entry.way,
        right=right.value,
        opened_at=_moment(entry.received_on, now),
        first_on=today.day,
        due_on=today.day,
        field=entry.field,
        value=clean(entry.value)[:_LONGEST],
        words=clean(entry.words)[:_LONGEST],
        entered_by=by.code,
        entered_at=now,
        asked_vouched_by=by.vouched_by,
    )
    for one in await desk.requests.list_requests_of(person.code, _MOST_LISTED):
        if one.is_open and is_same(one, wanted):
            text = _("The same is open already as request {number}; no second one was made.")
            raise NotEnteredError(text.format(number=one.number))
    kept = await desk.requests.add_request(dated(wanted, today))
    details = {"request": kept.number, "right": kept.right, "way": entry.way, "on": entry.received_on.isoformat()}
    await desk.audit.record(by.code, "data_request_entered", person.code, now, details)
    key = f"privacy:{kept.number}:entered"
    notice = NewNotice(NoticeKind.PRIVACY, key, "entered", (person.code,), {"request": kept.number, "to": person.code})
    await notify(person, notice, LetterKind.DATA, kept.number, today, desk.by)
    return kept


async def find_asker(written: str, by: Person, today: RulesOn, desk: Desk) -> Person:
    """Whose request it is, within what somebody looks after. Raises NotEnteredError."""
    code = PersonCode(clean(written).upper())
    person = await desk.profiles.find_person(code) if code else None
    if person is None or not may_handle(by, person, today):
        text = _("There is no official {code} whose requests you look after; a staff code looks like CB001.")
        raise NotEnteredError(text.format(code=code or "?"))
    if person.code == by.code:
        raise NotEnteredError(_("Your own request you make in your own chat, by typing /quyenriengtu."))
    return person


def read_received(said: str, today: date) -> date | Refused:
    """The day on which it came, as people write it."""
    found = read_past_day(said, today)
    if found is None:
        return Refused(_("Please write a day that has come already, like 20/11/2026."))
    if found < today - _LONG_AGO:
        return Refused(_("{day} is more than a year ago; please check the year.").format(day=show_day(found)))
    return found


def _ensure_whole(entry: Entry, person: Person, today: RulesOn, desk: Desk) -> Right:
    if entry.right not in {one.value for one in Right}:
        raise NotEnteredError(_("Which right? One of: {known}.").format(known=", ".join(one.value for one in Right)))
    if entry.way not in WAYS:
        raise NotEnteredError(_("How did it come? One of: {known}.").format(known=", ".join(WAYS)))
    if not today.day - _LONG_AGO <= entry.received_on <= today.day:
        raise NotEnteredError(_("The day on which it came lies within the last year."))
    right = Right(entry.right)
    if right is Right.WITHDRAW and entry.field not in {one.value for one in OF_A_CHAT}:
        known = ", ".join(one.value for one in OF_A_CHAT)
        raise NotEnteredError(_("Which consent is withdrawn? One of: {known}.").format(known=known))
    if right is Right.CORRECT:
        _ensure_correction(entry, person, today, desk)
    if right in _IN_WORDS and not clean(entry.words):
        raise NotEnteredError(_("Please write what exactly the person wants."))
    return right


def _ensure_correction(entry: Entry, person: Person, today: RulesOn, desk: Desk) -> None:
    if entry.field not in {*FIELDS, OTHER}:
        known = ", ".join((*FIELDS, OTHER))
        raise NotEnteredError(_("Which of the data is wrong? One of: {known}.").format(known=known))
    if not clean(entry.value):
        raise NotEnteredError(_("Please write what is right."))
    if entry.field != OTHER and (refused := _wrong(entry.field, entry.value, person, today, desk)):
        raise NotEnteredError(refused)


def _wrong(field: str, value: str, person: Person, today: RulesOn, desk: Desk) -> str:
    wrong = desk.corrections.read_correction(person, field, value, today.library, home=today.book.home, today=today.day)
    return say_problem(wrong[0]) if wrong else ""


def _moment(day: date, now: datetime) -> datetime:
    """The moment from which its clocks are counted: that day begins, or now where it is today."""
    if day == day_in_vietnam(now):
        return now
    return datetime.combine(day, datetime.min.time(), VIETNAM).astimezone(UTC)


# --- step by step in a chat


def entering_form(visit: Visit, officer: Person, desk: Desk) -> Form:
    """Who, which right, when, how, and what exactly."""
    today = visit.rules.book.on(visit.today)
    asked = _Questions(visit, officer, today, desk)

    async def finish(values: Values) -> Reply:
        try:
            kept = await enter(_entry(values), officer, today, desk)
        except NotEnteredError as refused:
            return replace(_nothing_entered(), title=str(refused))
        shown = show_one(kept, await find_asker(values["person"], officer, today, desk), visit)
        return replace(shown, title=_("Entered as request {number}; its clocks run.").format(number=kept.number))

    def corrects(values: Values) -> bool:
        return values.get("right") == Right.CORRECT.value

    steps = (
        Step("person", ("person",), asked.ask_person, asked.read_person),
        Step("right", ("right",), asked.ask_right, asked.read_right),
        Step("day", ("day",), asked.ask_day, asked.read_day),
        Step("way", ("way",), asked.ask_way, asked.read_way),
        Step("field", ("field",), asked.ask_field, asked.read_field, is_needed=corrects),
        Step("value", ("value",), asked.ask_value, asked.read_value, is_needed=corrects),
        Step("purpose", ("field",), asked.ask_purpose, asked.read_purpose,
             is_needed=lambda values: values.get("right") == Right.WITHDRAW.value),
        Step("words", ("words",), asked.ask_words, asked.read_words,
             is_needed=lambda values: values.get("right") in {one.value for one in _IN_WORDS}),
        Step("sure", ("sure",), asked.ask_sure, asked.read_sure),
    )  # fmt: skip
    return Form(FORM, steps, finish, _nothing_entered)


@dataclass(frozen=True, slots=True)
class _Questions:
    """What each step asks and how its answer is read."""

    visit: Visit
    officer: Person
    today: RulesOn
    desk: Desk

    async def ask_person(self, _values: Values) -> Asked:
        return Asked(_("Whose request is it? Please type the staff code, such as CB001."))

    async def read_person(self, said: str, _values: Values) -> Mapping[str, str | None] | Refused:
        try:
            person = await find_asker(said, self.officer, self.today, self.desk)
        except NotEnteredError as refused:
            return Refused(str(refused))
        return {"person": person.code}

    async def ask_right(self, _values: Values) -> Asked:
        return Asked(
            _("What does the person want?"),
            (),
            tuple((name_right(self.today.library, one.value), one.value) for one in Right),
        )

    async def read_right(self, said: str, _values: Values) -> Mapping[str, str | None] | Refused:
        return _one_of(said, "right", {one.value: name_right(self.today.library, one.value) for one in Right})

    async def ask_day(self, _values: Values) -> Asked:
        today = self.visit.today
        before = today - timedelta(days=1)
        return Asked(
            _("On which day did it come? The clocks run from then."),
            (Line(_("Press a day, or type it like 20/11/2026.")),),
            ((_("Today"), today.isoformat()), (_("Yesterday"), before.isoformat())),
        )

    async def read_day(self, said: str, _values: Values) -> Mapping[str, str | None] | Refused:
        found = read_received(said, self.visit.today)
        return found if isinstance(found, Refused) else {"day": found.isoformat()}

    async def ask_way(self, _values: Values) -> Asked:
        return Asked(_("How did it come?"), (), tuple((name_way(one), one) for one in WAYS))

    async def read_way(self, said: str, _values: Values) -> Mapping[str, str | None] | Refused:
        return _one_of(said, "way", {one: name_way(one) for one in WAYS})

    async def ask_field(self, _values: Values) -> Asked:
        return Asked(_("Which of the data is wrong?"), (), tuple((name_field(one), one) for one in (*FIELDS, OTHER)))

    async def read_field(self, said: str, _values: Values) -> Mapping[str, str | None] | Refused:
        return _one_of(said, "field", {one: name_field(one) for one in (*FIELDS, OTHER)})

    async def ask_value(self, values: Values) -> Asked:
        text = _("What is right for “{field}”? Please type it.")
        return Asked(text.format(field=name_field(values["field"])))

    async def read_value(self, said: str, values: Values) -> Mapping[str, str | None] | Refused:
        value = clean(said)[:_LONGEST]
        if not value:
            return Refused(_("Please write what is right."))
        try:
            person = await find_asker(values["person"], self.officer, self.today, self.desk)
        except NotEnteredError as refused:  # gone from the roster, or no longer theirs, since it was named
            return Refused(str(refused))
        wrong = "" if values["field"] == OTHER else _wrong(values["field"], value, person, self.today, self.desk)
        return Refused(wrong) if wrong else {"value": value}

    async def ask_purpose(self, _values: Values) -> Asked:
        known = tuple((name_purpose(self.today.library, one.value), one.value) for one in OF_A_CHAT)
        return Asked(_("Which consent is withdrawn?"), (), known)

    async def read_purpose(self, said: str, _values: Values) -> Mapping[str, str | None] | Refused:
        known = {one.value: name_purpose(self.today.library, one.value) for one in OF_A_CHAT}
        return _one_of(said, "field", known)

    async def ask_words(self, _values: Values) -> Asked:
        return Asked(_("What exactly does the person want? Please type it in one message."))

    async def read_words(self, said: str, _values: Values) -> Mapping[str, str | None] | Refused:
        words = clean(said)[:_LONGEST]
        return {"words": words} if words else Refused(_("Please write what exactly the person wants."))

    async def ask_sure(self, values: Values) -> Asked:
        text = _("Enter this request of {person}: {right}, received on {day} ({way})?")
        day = date.fromisoformat(values["day"])
        return Asked(
            text.format(
                person=values["person"],
                right=name_right(self.today.library, values["right"]),
                day=show_day(day),
                way=name_way(values["way"]),
            ),
            (Line(_("The person is told where a chat reaches them. Keep the paper in the files.")),),
            ((_("Yes, enter it"), _YES),),
        )

    async def read_sure(self, said: str, _values: Values) -> Mapping[str, str | None] | Refused:
        return _one_of(said, "sure", {_YES: _("Yes, enter it")})


def _one_of(said: str, name: str, known: Mapping[str, str]) -> Mapping[str, str | None] | Refused:
    by_name = {label.casefold(): value for value, label in known.items()}
    value = said if said in known else by_name.get(clean(said).casefold())
    return {name: value} if value is not None else Refused(_("Please press one of the buttons."))


def _entry(values: Values) -> Entry:
    return Entry(
        values["person"],
        values["right"],
        date.fromisoformat(values["day"]),
        values["way"],
        values.get("field", ""),
        values.get("value", ""),
        values.get("words", ""),
    )


def _nothing_entered() -> Reply:
    return Reply(title=_("Nothing was entered."), choices=(next_steps.data_office(),))
