"""For each period of storage rows whose time is just over and rows whose time is not, put in and looked after."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, func, insert, or_, select, true

from storage import tables as t

WHO: Final = "CB001"
_ALWAYS: Final = true()
_A_LITTLE: Final = timedelta(hours=1)
_MUCH: Final = timedelta(days=2)  # more than locks and windows that are waited for besides


@dataclass(frozen=True, slots=True)
class Old:
    """A row of a table that goes, or is emptied so that `is_there` holds no more, by the period of `code`."""

    code: str
    table: Table
    values: Callable[[datetime, str], Mapping[str, Any]]
    is_there: ColumnElement[bool] = _ALWAYS
    what: str = ""
    times: int = 1  # the periods after which it goes

    @property
    def name(self) -> str:
        """What goes, for the name of a test."""
        return f"{self.code}: {self.what or self.table.name}"


def _inquiry(at: datetime, mark: str, **more: Any) -> Mapping[str, Any]:
    asked = {"code": mark, "channel": "web", "address": mark, "territory": "ha-tinh", "locale": "vi"}
    ended = {"why": "requested", "state": "closed", "consent_version": "1", "due_on": at.date()}
    return {**asked, **ended, "opened_at": at, "changed_at": at, **more}


def _evidence(at: datetime, mark: str, **more: Any) -> Mapping[str, Any]:
    said = {"kind": "ielts", "level": "6.0", "issuer": "X", "credential_number": mark, "sealed": b"x"}
    rest = {"person": WHO, "is_new": False, "version": 2, "submitted_at": at, "changed_at": at, "state": "verified"}
    return {**said, **rest, **more}


def _delivery(at: datetime, mark: str, **more: Any) -> Mapping[str, Any]:
    reached = {"sender": "telegram:1", "channel": "telegram", "address": mark, "locale": "vi", "state": "delivered"}
    return {"person": WHO, **reached, "due_at": at, "done_at": at, **more}


def _notice(kind: str, payload: Mapping[str, Any]) -> Callable[[datetime, str], Mapping[str, Any]]:
    return lambda at, mark: {"kind": kind, "key": mark, "about": [WHO], "payload": payload, "made_at": at}


def _hook_event(state: str) -> Callable[[datetime, str], Mapping[str, Any]]:
    return lambda at, mark: {
        "hook": select(func.max(t.hooks.c.number)).scalar_subquery(),
        "change": sum(mark.encode()), "person": WHO, "criterion": mark, "as_of": at.date(), "changed_at": at,
        "state": state, "done_at": at,
    }  # fmt: skip


def _request(at: datetime, _mark: str) -> Mapping[str, Any]:
    days = {"first_on": at.date(), "due_on": at.date(), "closed_at": at, "opened_at": at}
    return {"person": WHO, "channel": "web", "asked_right": "correct", "state": "done", **days}


def _breach(at: datetime, _mark: str) -> Mapping[str, Any]:
    return {"detected_at": at, "opened_at": at, "opened_by": WHO, "due_at": at, "sealed": b"x", "closed_at": at}


def _consent(at: datetime, mark: str) -> Mapping[str, Any]:
    said = {"purpose": "answers", "act": "agreed", "version": "1", "digest": "0" * 64}
    return {"channel": "web", "address": mark, **said, "at": at}


def _entry(at: datetime, mark: str) -> Mapping[str, Any]:
    secrets = {"token_hash": mark.encode(), "code_hash": mark.encode(), "browser": mark}
    return {**secrets, "person": WHO, "made_at": at, "expires_at": at}


def _update(at: datetime, mark: str, **more: Any) -> Mapping[str, Any]:
    return {"channel": "web", "update_id": mark, "seen_at": at, **more}


def _case(at: datetime, mark: str) -> Mapping[str, Any]:
    day = at.date()
    return {
        "person": WHO, "trigger": "overdue", "subject": mark, "criteria": ["x"], "open_since": day, "closed_on": day
    }  # fmt: skip


def _words(at: datetime, mark: str) -> Mapping[str, Any]:
    return {"person": mark, "said_by": WHO, "at": at, "words": b"x"}  # of somebody without a case


def _answer(at: datetime, mark: str) -> Mapping[str, Any]:
    return {"at": at, "channel": mark, "intent": "", "outcome": "not_understood", "question": b"x"}


def _planned(at: datetime, _mark: str) -> Mapping[str, Any]:
    return {"day": at.date(), "started_at": at, "finished_at": at, "counts": {}}


def _hashed(at: datetime, mark: str) -> Mapping[str, Any]:
    return {"hash": mark.encode(), "person": WHO, "issued_at": at, "expires_at": at}


def _file(at: datetime, _mark: str, **more: Any) -> Mapping[str, Any]:
    return {"person": WHO, "media_type": "image/jpeg", "size": 1, "added_at": at, "sealed": b"x", **more}


def _of_the_last_evidence(at: datetime, mark: str) -> Mapping[str, Any]:
    return _file(at, mark, evidence=select(func.max(t.evidence.c.number)).scalar_subquery())


def _echo(at: datetime, mark: str) -> Mapping[str, Any]:
    last = select(func.max(t.deliveries.c.id)).scalar_subquery()
    return {"delivery": last, "sender": "zalo", "address": mark, "digest": b"x", "left_at": at}


_REMINDED: Final = {"source": "round@2024-01-01", "criterion": "tin_hoc", "closes": "2024-01-01"}
_SAID: Final = (t.evidence.c.level, t.evidence.c.issuer, t.evidence.c.credential_number, t.evidence.c.sealed)
_ADDRESS: Final = {"channel": "web"}

OLD: Final = (
    Old("conversations", t.threads, lambda at, mark: {"thread": mark, "state": {}, "kept_at": at}),
    Old("unanswered", t.answers_given, _answer, t.answers_given.c.question.is_not(None)),
    Old("answer_counts", t.answers_given, _answer),
    Old(
        "inquiry_texts", t.inquiries, lambda at, mark: _inquiry(at, mark, texts=b"x"), t.inquiries.c.texts.is_not(None)
    ),
    Old(
        "inquiry_texts",
        t.letters,
        lambda at, mark: {**_ADDRESS, "address": mark, "kind": "answered", "locale": "vi", "left_at": at, "due_at": at},
    ),
    Old("inquiry_rows", t.inquiries, _inquiry, what="what is left of inquiries"),
    # A file belongs to the evidence that was put in just before it.
    Old("evidence_files", t.evidence, _evidence, func.num_nonnulls(*_SAID) > 0),
    Old("evidence_files", t.evidence_files, _of_the_last_evidence),
    Old(
        "evidence_files",
        t.evidence,
        lambda at, mark: _evidence(at, mark, state="withdrawn"),
        what="what was taken back",
    ),
    Old("loose_files", t.evidence_files, _file),
    Old("sessions", t.link_codes, _hashed),
    Old("sessions", t.console_entries, _entry),
    Old(
        "sessions",
        t.console_sessions,
        lambda at, mark: {"hash": mark.encode(), "person": WHO, "opened_at": at, "expires_at": at},
    ),
    Old(
        "sessions",
        t.link_attempts,
        lambda at, mark: {**_ADDRESS, "address": mark, "wrong_tries": 1, "first_wrong_at": at},
    ),
    Old(
        "sessions",
        t.network_tries,
        lambda at, mark: {"purpose": "link", "network": mark.encode(), "wrong_tries": 1, "since": at},
    ),
    Old("guesses", t.inquiry_guesses, lambda at, mark: {**_ADDRESS, "address": mark, "wrong": 1, "since": at}),
    Old("updates", t.seen_updates, lambda at, mark: _update(at, mark, answered_at=at)),
    Old("waiting_updates", t.seen_updates, lambda at, mark: _update(at, mark, body=b"x"), times=2),
    Old("deliveries", t.deliveries, _delivery, t.deliveries.c.address != ""),
    Old(
        "deliveries",
        t.deliveries,
        lambda at, mark: _delivery(at, mark, state="dropped", done_at=None),
        t.deliveries.c.address != "",
        what="what was dropped",
    ),
    Old(
        "deliveries",
        t.notices,
        _notice("escalation", {"cases": [[WHO, "overdue", "x", "y"]]}),
        or_(t.notices.c.payload != {}, func.cardinality(t.notices.c.about) > 0),
    ),
    Old("deliveries", t.notices, _notice("reminder", _REMINDED), t.notices.c.payload.has_key("closes"), "reminders"),
    Old("idle_chats", t.accounts, lambda at, mark: {**_ADDRESS, "address": mark, "changed_at": at}),
    Old("idle_chats", t.interactions, lambda at, mark: {**_ADDRESS, "address": mark, "last_at": at}),
    Old("hook_events", t.hook_events, _hook_event("told")),
    Old("hook_given_up", t.hook_events, _hook_event("given_up")),
    Old("cases", t.escalation_cases, _case),
    Old("cases", t.escalation_words, _words),
    Old("planned_days", t.planned_days, _planned),
    Old("requests", t.data_requests, _request),
    Old("requests", t.breaches, _breach),
    Old("requests", t.consents, _consent),
    Old(
        "retention_runs",
        t.retention_runs,
        lambda at, _mark: {"day": at.date(), "finished_at": at, "removed": {}},
    ),
    Old("", t.echoes_awaited, _echo, what="echoes of the platform, for hours"),
)

Row = tuple[Old, tuple[Any, ...]]


async def put_rows(connection: Any, days: Mapping[str, int], now: datetime) -> Mapping[tuple[str, bool], Row]:
    """One row of each whose time is over, and one whose time is not, by name and whether it is old."""
    await connection.execute(
        insert(t.hooks).values(url="https://x", secret=b"x", may_be_private=False, made_at=now, units=["SO-MAU-1"])
    )
    rows: dict[tuple[str, bool], Row] = {}
    for is_old in (True, False):
        for place, one in enumerate(OLD):
            period = timedelta(days=days.get(one.code, 10)) if is_old or one.code else timedelta()
            at = now - period * (one.times if is_old else 1) + (-_MUCH if is_old else _A_LITTLE)
            if not one.code and not is_old:
                at = now
            added = insert(one.table).values(one.values(at, f"{'old' if is_old else 'new'}{place}"))
            key = await connection.execute(added.returning(*one.table.primary_key.columns))
            rows[one.name, is_old] = one, tuple(key.one())
    return rows


async def is_kept(connection: Any, row: Row) -> bool:
    """Whether it still says what it said."""
    one, key = row
    mine = [column == value for column, value in zip(one.table.primary_key.columns, key, strict=True)]
    return bool(await connection.scalar(select(func.count()).select_from(one.table).where(*mine, one.is_there)))
