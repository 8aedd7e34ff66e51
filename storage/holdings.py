"""Where something about a person is kept: every table, which of its rows are theirs, and which columns are given out.

A table of the cabinet is a `Holding` or stands in `ABOUT_NOBODY` with the reason; a column of a holding is given out
or stands in `left_out` with the reason. A test fails for any other.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, and_, any_, false, func, literal, not_, or_, select, tuple_

from storage import tables as t
from storage.inquiries import BY_A_STRANGER
from storage.link_codes import visitor_of
from storage.records import EvidenceState


@dataclass(frozen=True, slots=True)
class Whose:
    """The person, by their code and by the chats that are linked to them."""

    person: str
    chats: Sequence[tuple[str, str]] = ()

    def in_chats(self, table: Table) -> ColumnElement[bool]:
        """Rows of their chats."""
        if not self.chats:
            return false()
        return tuple_(table.c.channel, table.c.address).in_(list(self.chats))


@dataclass(frozen=True, slots=True)
class Holding:
    """Rows of one table about a person. `sealed` are given out opened.

    `erase`: a deletion takes the rows away. `emptied`: it leaves the rows, with these values in place of what they say.
    """

    table: Table
    group: str
    which: Callable[[Whose], ColumnElement[bool]]
    columns: tuple[str, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)
    sealed: frozenset[str] = frozenset()
    erase: bool = False
    emptied: Callable[[Whose], Mapping[str, Any]] | None = None


_HASH: Final = "a hash, from which nothing can be read"
_OURS: Final = "serves the machine alone"
_DERIVED: Final = "the same as another column, for finding"
_NUMBER: Final = "a running number of the table"
_SECRET: Final = "whoever knows it could use it"  # noqa: S105  words
_CONTENT: Final = "the file itself, which the person opens from the certificate"


_ANOTHER: Final = "may name or concern somebody else"
_RULED: Final = ("id", "given_by", "given_by_name", "given_on", "confirmed_by", "confirmed_by_name", "confirmed_on")
_SENT: Final = (
    "number",
    "made_by",
    "made_by_name",
    "made_at",
    "approved_by",
    "approved_by_name",
    "approved_at",
    "state",
)
_PROPOSED: Final = (
    "number",
    "kind",
    "proposed_by",
    "proposed_by_name",
    "proposed_at",
    "state",
    "decided_by",
    "decided_at",
)
_HANDLED: Final = ("number", "asked_right", "state", "entered_at", "answered_at", "closed_at")


def _by(table: Table, *columns: str) -> Callable[[Whose], ColumnElement[bool]]:
    return lambda whose: or_(*(table.c[name] == whose.person for name in columns))


def _among(table: Table, column: str) -> Callable[[Whose], ColumnElement[bool]]:
    return lambda whose: literal(whose.person) == any_(table.c[column])


def _thread(whose: Whose) -> ColumnElement[bool]:
    names = [f"{channel}:{address}" for channel, address in whose.chats]
    thread = t.threads.c.thread
    return or_(false(), *(or_(thread == one, thread.startswith(f"{one}:", autoescape=True)) for one in names))


def _own_inquiries(whose: Whose) -> ColumnElement[bool]:
    unlinked = and_(BY_A_STRANGER, whose.in_chats(t.inquiries))
    return or_(t.inquiries.c.person == whose.person, unlinked)


def _of_own_inquiries(whose: Whose) -> ColumnElement[bool]:
    return t.inquiry_messages.c.inquiry.in_(select(t.inquiries.c.code).where(_own_inquiries(whose)))


def _nobodys_inquiry(_whose: Whose) -> Mapping[str, Any]:
    """That there was a question stays, of nobody."""
    return {"texts": None, "person": None, "address": ""}


def _nobodys_message(whose: Whose) -> Mapping[str, Any]:
    """Who of the office answered stays, without the words."""
    return {"texts": None, "who": func.nullif(t.inquiry_messages.c.who, whose.person)}


_DECIDED: Final = t.evidence.c.state.in_([EvidenceState.VERIFIED.value, EvidenceState.REJECTED.value])
_SAID: Final = ("level", "issuer", "credential_number", "issued_on", "sealed", "former")
SAYS_SOMETHING: Final = func.num_nonnulls(*(t.evidence.c[name] for name in _SAID)) > 0
WITHOUT_WORDS: Final[Mapping[str, Any]] = dict.fromkeys(_SAID)


def _undecided_evidence(whose: Whose) -> ColumnElement[bool]:
    return and_(t.evidence.c.person == whose.person, not_(_DECIDED))


def _decided_evidence(whose: Whose) -> ColumnElement[bool]:
    return and_(t.evidence.c.person == whose.person, _DECIDED)


def _said_of_evidence(whose: Whose) -> ColumnElement[bool]:
    return and_(_decided_evidence(whose), SAYS_SOMETHING)


def _of_own_study(whose: Whose) -> ColumnElement[bool]:
    cases = select(t.study_cases.c.number).where(t.study_cases.c.person == whose.person)
    return t.study_events.c.study_case.in_(cases)


def _of_own_deliveries(table: Table) -> Callable[[Whose], ColumnElement[bool]]:
    return lambda whose: table.c.delivery.in_(select(t.deliveries.c.id).where(t.deliveries.c.person == whose.person))


def _told_of_own(whose: Whose) -> ColumnElement[bool]:
    own = select(t.escalation_cases.c.number).where(t.escalation_cases.c.person == whose.person)
    return t.escalation_told.c.number.in_(own)


def _told_of_others(whose: Whose) -> ColumnElement[bool]:
    return and_(_among(t.escalation_told, "told_to")(whose), not_(_told_of_own(whose)))


def _own_letters(whose: Whose) -> ColumnElement[bool]:
    unlinked = and_(t.letters.c.person.is_(None), whose.in_chats(t.letters))
    return or_(t.letters.c.person == whose.person, unlinked)


def _acts_of_own_inquiries(whose: Whose) -> ColumnElement[bool]:
    return and_(t.inquiry_messages.c.who == whose.person, not_(_of_own_inquiries(whose)))


def _acts_of_study(whose: Whose) -> ColumnElement[bool]:
    return and_(t.study_events.c.who == whose.person, not_(_of_own_study(whose)))


def _acts_of_requests(whose: Whose) -> ColumnElement[bool]:
    theirs = _by(t.data_requests, "handled_by", "agreed_by", "entered_by")(whose)
    return and_(theirs, t.data_requests.c.person != whose.person)


def _told_notices(whose: Whose) -> ColumnElement[bool]:
    told = select(t.carried.c.notice).where(_of_own_deliveries(t.carried)(whose))
    return and_(t.notices.c.id.in_(told), not_(_among(t.notices, "about")(whose)))


def _rest(table: Table, given: Sequence[str], why: str) -> dict[str, str]:
    """What is left out besides what is given, for one reason."""
    return dict.fromkeys(_all_but(table, *given), why)


def _all_but(table: Table, *others: str) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns if column.name not in others)


HOLDINGS: Final[tuple[Holding, ...]] = (
    Holding(
        t.people,
        "roster",
        _by(t.people, "code"),
        (
            "code", "name", "born_on", "gender", "unit", "position", "position_group", "managed_by", "is_leader",
            "in_post_since", "roles", "scope", "phone_encrypted",
        ),
        {"name_folded": _DERIVED, "phone_index": _HASH, "came_in": _OURS},
        frozenset({"phone_encrypted"}),
    ),
    Holding(
        t.credentials,
        "roster",
        _by(t.credentials, "person"),
        ("kind", "level", "issuer", "number", "issued_on", "expires_on", "status"),
        {"id": _NUMBER, "person": "the person asked about", "issued_key": _DERIVED},
    ),
    Holding(
        t.exemptions,
        "roster",
        _by(t.exemptions, "person"),
        ("criterion", "document", "point", "valid_from", "valid_to"),
        {"id": _NUMBER, "person": "the person asked about"},
    ),
    Holding(
        t.units,
        "roster",
        _by(t.units, "head"),
        ("code", "name", "head"),
        dict.fromkeys(("kind", "territory", "parent", "valid_from", "valid_to", "successor"), "about the unit"),
    ),
    Holding(
        t.standings,
        "verdicts",
        _by(t.standings, "person"),
        ("person", "as_of", "judged_at", "gaps", "due_on"),
        {"version": _OURS, "judged_version": _OURS, "rules_version": _OURS, "sort_name": _DERIVED, "digest": _HASH},
    ),
    Holding(t.verdicts, "verdicts", _by(t.verdicts, "person"), _all_but(t.verdicts)),
    Holding(
        t.verdict_history,
        "verdicts",
        _by(t.verdict_history, "person"),
        _all_but(t.verdict_history, "id"),
        {"id": _NUMBER},
    ),
    Holding(
        t.study_events,
        "work",
        _acts_of_study,
        ("study_case", "act", "at", "happened_on", "who"),
        {"id": _NUMBER, "sealed": _ANOTHER},
    ),
    Holding(
        t.inquiry_messages,
        "work",
        _acts_of_own_inquiries,
        ("inquiry", "kind", "at", "who", "document", "point"),
        {"id": _NUMBER, "texts": _ANOTHER},
    ),
    Holding(t.study_records, "study", _by(t.study_records, "person"), _all_but(t.study_records, "id"), {"id": _NUMBER}),
    Holding(t.study_cases, "study", _by(t.study_cases, "person"), _all_but(t.study_cases)),
    Holding(
        t.study_events,
        "study",
        _of_own_study,
        _all_but(t.study_events, "id"),
        {"id": _NUMBER},
        frozenset({"sealed"}),
    ),
    Holding(t.escalation_cases, "escalations", _by(t.escalation_cases, "person"), _all_but(t.escalation_cases)),
    Holding(t.escalation_told, "escalations", _told_of_own, _all_but(t.escalation_told)),
    Holding(
        t.escalation_told,
        "work",
        _told_of_others,
        ("number", "rung", "told_on"),
        {"told_to": _ANOTHER},
    ),
    Holding(
        t.escalation_words,
        "escalations",
        _by(t.escalation_words, "person"),
        ("person", "at"),
        {"id": _NUMBER, "said_by": _ANOTHER, "words": _ANOTHER},
    ),
    Holding(
        t.escalation_words,
        "work",
        lambda whose: and_(t.escalation_words.c.said_by == whose.person, t.escalation_words.c.person != whose.person),
        ("said_by", "at", "words"),
        {"id": _NUMBER, "person": _ANOTHER},
        frozenset({"words"}),
    ),
    # The account itself is unlinked last, by the desk: until then the chats of the person are found by it.
    Holding(t.accounts, "chats", _by(t.accounts, "person"), _all_but(t.accounts)),
    Holding(t.interactions, "addresses", lambda whose: whose.in_chats(t.interactions), _all_but(t.interactions)),
    Holding(
        t.link_codes,
        "sessions",
        _by(t.link_codes, "person"),
        _all_but(t.link_codes, "hash"),
        {"hash": _SECRET},
        erase=True,
    ),
    Holding(
        t.link_attempts,
        "guesses",
        lambda whose: Whose(whose.person, [(one, visitor_of(at)) for one, at in whose.chats]).in_chats(t.link_attempts),
        _all_but(t.link_attempts),
    ),
    Holding(
        t.inquiry_guesses,
        "guesses",
        lambda whose: whose.in_chats(t.inquiry_guesses),
        _all_but(t.inquiry_guesses),
    ),
    Holding(
        t.console_entries,
        "sessions",
        _by(t.console_entries, "person"),
        ("person", "channel", "address", "made_at", "expires_at", "wrong_tries", "used_at"),
        {"token_hash": _SECRET, "code_hash": _SECRET, "browser": _SECRET},
        erase=True,
    ),
    Holding(
        t.console_sessions,
        "sessions",
        _by(t.console_sessions, "person"),
        _all_but(t.console_sessions, "hash"),
        {"hash": _SECRET},
        erase=True,
    ),
    Holding(
        t.threads, "conversation", _thread, _all_but(t.threads), sealed=frozenset({"state"}), erase=True
    ),
    Holding(
        t.inquiries,
        "questions",
        _own_inquiries,
        _all_but(t.inquiries, "version"),
        {"version": _OURS},
        frozenset({"texts"}),
        emptied=_nobodys_inquiry,
    ),
    Holding(
        t.inquiry_messages,
        "questions",
        _of_own_inquiries,
        _all_but(t.inquiry_messages, "id"),
        {"id": _NUMBER},
        frozenset({"texts"}),
        emptied=_nobodys_message,
    ),
    Holding(
        t.evidence,
        "evidence",
        _undecided_evidence,
        _all_but(t.evidence, "issued_key", "version"),
        {"issued_key": _DERIVED, "version": _OURS},
        frozenset({"sealed"}),
        erase=True,
    ),
    Holding(
        t.evidence,
        "evidence",
        _said_of_evidence,
        ("number", *_SAID),
        _rest(t.evidence, ("number", *_SAID), "given out with what the office decided"),
        frozenset({"sealed"}),
        emptied=lambda _whose: WITHOUT_WORDS,
    ),
    Holding(
        t.evidence,
        "decisions",
        _decided_evidence,
        _all_but(t.evidence, *_SAID, "issued_key", "version"),
        {**dict.fromkeys(_SAID, "given out with what was handed in"), "issued_key": _DERIVED, "version": _OURS},
    ),
    Holding(
        t.evidence_files,
        "evidence",
        _by(t.evidence_files, "person"),
        _all_but(t.evidence_files, "sealed"),
        {"sealed": _CONTENT},
        erase=True,
    ),
    Holding(t.reminder_wishes, "reminders", _by(t.reminder_wishes, "person"), _all_but(t.reminder_wishes), erase=True),
    Holding(
        t.calendar_tokens,
        "reminders",
        _by(t.calendar_tokens, "person"),
        ("person", "issued_at"),
        {"hash": _SECRET, "hashed_by": _OURS},
        erase=True,
    ),
    Holding(
        t.deliveries,
        "messages",
        _by(t.deliveries, "person"),
        (
            "person", "channel", "address", "locale", "state", "due_at", "merge_day", "broadcast", "started_at",
            "done_at", "reason", "acknowledged_at", "arrived_at", "tried",
        ),
        dict.fromkeys(
            (
                "id", "sender", "urgency", "is_held", "attempts", "slot_at", "lease_until", "claimed_by", "provider_id",
            ),
            _OURS,
        ),
    ),
    Holding(
        t.notices,
        "messages",
        _among(t.notices, "about"),
        ("kind", "stage", "made_at"),
        {"id": _NUMBER, "key": _OURS, "freed_at": _OURS, "about": _ANOTHER, "payload": _ANOTHER},
    ),
    Holding(
        t.notices,
        "messages",
        _told_notices,
        ("kind", "stage", "made_at"),
        {"id": _NUMBER, "key": _OURS, "freed_at": _OURS, "about": _ANOTHER, "payload": _ANOTHER},
    ),
    Holding(
        t.carried,
        "messages",
        _of_own_deliveries(t.carried),
        ("dropped",),
        {"delivery": _NUMBER, "notice": _NUMBER},
    ),
    Holding(
        t.echoes_awaited,
        "messages",
        _of_own_deliveries(t.echoes_awaited),
        ("sender", "address", "left_at"),
        {"delivery": _NUMBER, "digest": _HASH},
    ),
    Holding(
        t.broadcast_recalls,
        "messages",
        _of_own_deliveries(t.broadcast_recalls),
        ("broadcast", "state", "done_at", "reason"),
        {"delivery": _NUMBER, "tries": _OURS, "lease_until": _OURS},
    ),
    Holding(
        t.letters,
        "messages",
        _own_letters,
        _all_but(t.letters, "id", "key", "tries"),
        {"id": _NUMBER, "key": _OURS, "tries": _OURS},
    ),
    Holding(
        t.verdict_changes,
        "systems",
        _by(t.verdict_changes, "person"),
        _all_but(t.verdict_changes, "id", "moment"),
        {"id": _NUMBER, "moment": _OURS},
    ),
    Holding(
        t.hook_events,
        "systems",
        _by(t.hook_events, "person"),
        _all_but(t.hook_events, "tries"),
        {"tries": _OURS},
    ),
    Holding(
        t.consents,
        "consents",
        lambda whose: or_(t.consents.c.person == whose.person, whose.in_chats(t.consents)),
        _all_but(t.consents, "id"),
        {"id": _NUMBER},
    ),
    Holding(
        t.data_requests,
        "consents",
        _by(t.data_requests, "person"),
        _all_but(t.data_requests, "version"),
        {"version": _OURS},
        frozenset({"sealed"}),
    ),
    Holding(
        t.data_requests,
        "work",
        _acts_of_requests,
        _HANDLED,
        _rest(t.data_requests, _HANDLED, _ANOTHER),
    ),
    Holding(
        t.audit_entries,
        "audit",
        _by(t.audit_entries, "subject"),
        ("number", "at", "actor", "action", "subject", "details"),
        {"previous_hash": _HASH, "hash": _HASH},
    ),
    Holding(
        t.audit_entries,
        "work",
        lambda whose: and_(t.audit_entries.c.actor == whose.person, t.audit_entries.c.subject != whose.person),
        ("number", "at", "actor", "action"),
        {"previous_hash": _HASH, "hash": _HASH, "subject": _ANOTHER, "details": _ANOTHER},
    ),
    Holding(
        t.rulings,
        "work",
        _by(t.rulings, "given_by", "confirmed_by"),
        _RULED,
        _rest(t.rulings, _RULED, "what was ruled, not who"),
    ),
    Holding(
        t.proposals,
        "work",
        _by(t.proposals, "proposed_by", "decided_by"),
        _PROPOSED,
        _rest(t.proposals, _PROPOSED, "what was proposed, not who"),
    ),
    Holding(
        t.broadcasts,
        "work",
        _by(t.broadcasts, "made_by", "approved_by"),
        _SENT,
        _rest(t.broadcasts, _SENT, "what was sent, not who"),
    ),
    Holding(
        t.broadcast_cards,
        "work",
        lambda whose: t.broadcast_cards.c.address.in_([address for _channel, address in whose.chats]),
        ("broadcast", "sender", "address", "looked_at"),
        dict.fromkeys(("locale", "is_begun", "provider_id", "shown", "is_final"), _OURS),
    ),
    Holding(
        t.frequent_answers,
        "work",
        _by(t.frequent_answers, "given_by", "withdrawn_by"),
        ("number", "given_by", "given_by_name", "given_on", "withdrawn_on", "withdrawn_by"),
        dict.fromkeys(
            ("question", "variants", "answer", "document", "point", "given_for", "scope"), "what was answered, not who"
        ),
    ),
    Holding(t.evidence_kinds, "work", _by(t.evidence_kinds, "marked_by"), _all_but(t.evidence_kinds)),
    Holding(
        t.added_documents,
        "work",
        _by(t.added_documents, "added_by"),
        ("number", "added_by", "added_at"),
        {"number_folded": _DERIVED, "record": "the document, not who brought it"},
    ),
    Holding(
        t.calendar_days,
        "work",
        _by(t.calendar_days, "declared_by", "confirmed_by", "withdrawn_by"),
        ("day", "declared_by", "confirmed_by", "declared_at", "withdrawn_by", "withdrawn_at"),
        {"id": _NUMBER, "is_working": "about the day", "reason": "about the day", "basis": "about the day"},
    ),
    Holding(
        t.sending_hours,
        "work",
        _by(t.sending_hours, "set_by", "confirmed_by"),
        _all_but(t.sending_hours, "id"),
        {"id": _NUMBER},
    ),
    Holding(
        t.breaches,
        "work",
        _by(t.breaches, "opened_by", "closed_by"),
        ("number", "opened_by", "opened_at", "closed_by", "closed_at"),
        dict.fromkeys(("detected_at", "due_at", "sealed", "warned"), "about the breach, not who"),
    ),
    Holding(
        t.breach_steps,
        "work",
        _by(t.breach_steps, "done_by"),
        ("breach", "step", "done_by", "done_at"),
        {"sealed": "about the breach, not who"},
    ),
)  # fmt: skip

_NO_PERSON: Final = "nothing about a person"
# Tables in which no row is anybody's, or in which it cannot be told whose it is.
ABOUT_NOBODY: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "standards", "recognition", "rounds", "declared_documents", "rules_version", "verdict_rules",
            "document_texts", "told_rules",
            "reminder_stages", "planned_days", "verdict_days", "retention_runs",
            "restores",
            "backups",
            "audit_checks",
            "audit_seals", "audit_head", "pace",
            "allowances_used", "zalo_bot_months", "zalo_grants", "update_holders", "api_keys", "hooks", "identities",
            "key_holders", "secret_keys", "resealing",
        ),
        _NO_PERSON,
    ),
    "answers_given": "kept without whoever asked",
    "network_tries": "an address of a network, shared by many, gone within a day",
    "seen_updates": "what a platform brought, sealed until it is answered and gone within days",
}  # fmt: skip
