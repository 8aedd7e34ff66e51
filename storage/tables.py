"""Every table of the cabinet. The migrations build the same; a test compares the two.

Codes compare byte by byte (collation C), so that order and prefix search are the same on every server.
"""

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    Time,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from knowledge.facts import CredentialStatus, Gender, ManagedBy, Role, UnitKind

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

NO_WORDS = text("'{}'")
NEXT_MOMENT = text("nextval('roster_moments')")


def code() -> String:
    """The type of every code: text that compares byte by byte."""
    return String(collation="C")


def refers_to(target: str, *, ondelete: str | None = None, use_alter: bool = False) -> ForeignKey:
    """A reference that is checked at the end of the transaction: a load may name rows that come further down."""
    return ForeignKey(target, ondelete=ondelete, use_alter=use_alter, deferrable=True, initially="DEFERRED")


def one_of(column: str, values: type[UnitKind | Gender | ManagedBy | CredentialStatus]) -> CheckConstraint:
    """Only the values of a closed set."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def in_order(first: str, last: str) -> CheckConstraint:
    """A window whose last day is not before its first; either may be open."""
    return CheckConstraint(f"{first} <= {last}", name=f"{first}_before_{last}")


# --- the roster -------------------------------------------------------------------------------------------------

units = Table(
    "units",
    metadata,
    Column("code", code(), primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", code(), nullable=False),
    Column("territory", code(), nullable=False),
    Column("parent", code(), refers_to("units.code"), index=True),
    Column("head", code(), refers_to("people.code", ondelete="SET NULL", use_alter=True), index=True),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("successor", code(), refers_to("units.code"), index=True),
    one_of("kind", UnitKind),
    in_order("valid_from", "valid_to"),
)

people = Table(
    "people",
    metadata,
    Column("code", code(), primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_folded", code(), nullable=False),
    Column("born_on", Date, nullable=False),
    Column("gender", code(), nullable=False),
    Column("unit", code(), refers_to("units.code"), nullable=False),
    Column("position", Text, nullable=False),
    Column("position_group", code(), nullable=False),
    Column("managed_by", code(), nullable=False),
    Column("is_leader", Boolean, nullable=False),
    Column("in_post_since", Date),
    Column("roles", ARRAY(code()), nullable=False, server_default=text("'{can_bo}'")),
    Column("scope", code(), refers_to("units.code"), index=True),
    Column("phone_encrypted", LargeBinary),
    Column("phone_index", LargeBinary),
    # When they came in, by the roster's own count of moments: no clock decides whether it was before or after.
    Column("came_in", BigInteger, nullable=False, server_default=NEXT_MOMENT),
    one_of("gender", Gender),
    one_of("managed_by", ManagedBy),
    CheckConstraint("roles <@ ARRAY[{}]".format(", ".join(f"'{role}'::varchar" for role in Role)), name="roles"),
    CheckConstraint("(phone_encrypted IS NULL) = (phone_index IS NULL)", name="phone"),
    Index("ix_people_unit_code", "unit", "code"),
    Index("ix_people_phone_index", "phone_index", postgresql_where=text("phone_index IS NOT NULL")),
    Index("ix_people_is_leader", "code", postgresql_where=text("is_leader")),
)
Index("uq_people_code_any_case", func.upper(people.c.code), unique=True)
Index("ix_people_name_words", func.string_to_array(people.c.name_folded, text("' '")), postgresql_using="gin")

credentials = Table(
    "credentials",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person", code(), refers_to("people.code", ondelete="CASCADE"), nullable=False),
    Column("kind", code(), nullable=False),
    Column("level", Text),
    Column("issuer", Text),
    Column("number", code()),
    Column("issued_on", Date),
    Column("expires_on", Date),
    Column("status", code(), nullable=False, server_default=CredentialStatus.WAITING.value),
    # A credential is known by its number, and only without one by its day of issue.
    Column("issued_key", Date, Computed("CASE WHEN number IS NULL THEN issued_on ELSE NULL::date END", persisted=True)),
    one_of("status", CredentialStatus),
    UniqueConstraint(
        "person", "kind", "number", "issued_key", name="uq_credentials_key", postgresql_nulls_not_distinct=True
    ),
    Index("ix_credentials_waiting", "person", postgresql_where=text("status = 'cho_xac_minh'")),
)

exemptions = Table(
    "exemptions",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person", code(), refers_to("people.code", ondelete="CASCADE"), nullable=False),
    Column("criterion", code(), nullable=False),
    Column("document", code(), nullable=False),
    Column("point", code()),
    Column("valid_from", Date),
    Column("valid_to", Date),
    in_order("valid_from", "valid_to"),
    UniqueConstraint(
        "person", "criterion", "document", "valid_from", name="uq_exemptions_key", postgresql_nulls_not_distinct=True
    ),
)

study_records = Table(
    "study_records",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person", code(), refers_to("people.code", ondelete="CASCADE"), nullable=False, index=True),
    Column("criterion", code()),  # empty: every criterion
    Column("requested_on", Date),
    Column("refused_on", Date),
    Column("answered_on", Date),
    Column("assigned_on", Date),
    Column("declined_on", Date),
    Column("not_attended_on", Date),
    # The case whose dates these are; empty: entered by itself.
    Column("study_case", BigInteger, refers_to("study_cases.number", ondelete="CASCADE"), index=True),
    CheckConstraint("requested_on IS NOT NULL OR assigned_on IS NOT NULL", name="begins"),
    Index("ix_study_records_unanswered", "requested_on", postgresql_where=text("answered_on IS NULL")),
)

# --- the rules that HR declares ---------------------------------------------------------------------------------

standards = Table(
    "standards",
    metadata,
    Column("position_group", code(), primary_key=True),
    Column("criterion", code(), primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date),
    Column("minimum", code(), nullable=False),
    Column("document", code(), nullable=False),
    Column("point", code()),
    Column("note", Text),
    in_order("valid_from", "valid_to"),
)

recognition = Table(
    "recognition",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("document", code(), nullable=False),
    Column("criterion", code(), nullable=False),
    Column("kind", code(), nullable=False),
    Column("counts_as", code(), nullable=False),
    Column("level_from", code()),
    Column("level_to", code()),
    Column("months_valid", Integer),
    Column("issued_from", Date),
    Column("issued_to", Date),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("note", Text),
    CheckConstraint("months_valid > 0", name="months_valid"),
    in_order("issued_from", "issued_to"),
    in_order("valid_from", "valid_to"),
    UniqueConstraint(
        "document", "kind", "level_from", "issued_from", name="uq_recognition_key", postgresql_nulls_not_distinct=True
    ),
)

rounds = Table(
    "rounds",
    metadata,
    Column("code", code(), primary_key=True),
    Column("name", Text, nullable=False),
    Column("document", code(), nullable=False),
    Column("point", code()),
    Column("deadline", Date, nullable=False),
    Column("deadline_included", Boolean, nullable=False, server_default=text("true")),
    # The audience: every list that is not empty must fit.
    Column("position_groups", ARRAY(code()), nullable=False, server_default=NO_WORDS),
    Column("managed_by", ARRAY(code()), nullable=False, server_default=NO_WORDS),
    Column("units", ARRAY(code()), nullable=False, server_default=NO_WORDS),
    Column("criteria", ARRAY(code()), nullable=False, server_default=NO_WORDS),
    Column("service_left_from_years", SmallInteger),
    Column("consequence", Text),
    Column("opens_on", Date),
    Column("is_open", Boolean, nullable=False, server_default=text("true")),
)

declared_documents = Table(
    "declared_documents",
    metadata,
    Column("number", code(), primary_key=True),
    Column("declared_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

# One row. Triggers on the tables of rules set it from a sequence, so no number is ever used twice, not even by a
# transaction that was rolled back.
rules_version = Table(
    "rules_version",
    metadata,
    Column("is_only", Boolean, primary_key=True, server_default=text("true")),
    Column("version", BigInteger, nullable=False),
    CheckConstraint("is_only", name="one_row"),
)
# What kept verdicts stand under: the rules last looked at, and from which number on a verdict is still true under them,
# since no change after it can have touched the person.
verdict_rules = Table(
    "verdict_rules",
    metadata,
    Column("is_only", Boolean, primary_key=True, server_default=text("true")),
    Column("looked_at", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    CheckConstraint("is_only", name="one_row"),
)
TABLES_OF_RULES = (units, standards, recognition, rounds, declared_documents)

# --- official documents that were read in ------------------------------------------------------------------------

added_documents = Table(
    "added_documents",
    metadata,
    Column("number", code(), primary_key=True),
    Column("number_folded", code(), nullable=False, unique=True),  # two spellings are one document
    Column("record", JSONB, nullable=False),
    Column("added_by", code(), nullable=False),
    Column("added_at", DateTime(timezone=True), nullable=False),
)

document_texts = Table(
    "document_texts",
    metadata,
    Column("number", code(), refers_to("added_documents.number", ondelete="CASCADE"), primary_key=True),
    Column("text", Text, nullable=False),
    Column("spans", JSONB, nullable=False),  # point, start, end: one list for each point
)

# --- visitors ---------------------------------------------------------------------------------------------------

accounts = Table(
    "accounts",
    metadata,
    Column("channel", code(), primary_key=True),
    Column("address", code(), primary_key=True),
    Column("person", code(), refers_to("people.code", ondelete="SET NULL")),
    Column("linked_at", DateTime(timezone=True)),
    Column("consent_version", code()),
    Column("consented_at", DateTime(timezone=True)),
    Column("locale", code()),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("unreachable_at", DateTime(timezone=True)),  # since when what we send is refused; empty: it is taken
    Column("preferred_at", DateTime(timezone=True)),  # when the person asked to be written to here
    Column("withheld", ARRAY(code()), nullable=False, server_default=NO_WORDS),  # purposes refused or withdrawn here
    Column("told_version", code()),  # of the privacy notice that was last shown here unasked
    Column("vouched_by", ARRAY(code()), nullable=False, server_default=NO_WORDS),  # whose linking codes led here
    Index("ix_accounts_person", "person", postgresql_where=text("person IS NOT NULL")),
)

link_codes = Table(
    "link_codes",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("person", code(), refers_to("people.code", ondelete="CASCADE"), nullable=False, index=True),
    Column("issued_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
    Column("used_at", DateTime(timezone=True)),
    Column("voided_at", DateTime(timezone=True)),
    # Who gave it, and whose codes led to the chat in which they did; nobody: the administrator, by a command.
    Column("vouched_by", ARRAY(code()), nullable=False, server_default=NO_WORDS),
)

link_attempts = Table(
    "link_attempts",
    metadata,
    Column("channel", code(), primary_key=True),
    Column("address", code(), primary_key=True),
    Column("wrong_tries", SmallInteger, nullable=False),
    Column("first_wrong_at", DateTime(timezone=True)),
    Column("locked_until", DateTime(timezone=True)),
)

threads = Table(
    "threads",
    metadata,
    Column("thread", code(), primary_key=True),
    Column("state", JSONB, nullable=False),
    Column("kept_at", DateTime(timezone=True), nullable=False, index=True),
)

seen_updates = Table(
    "seen_updates",
    metadata,
    Column("channel", code(), primary_key=True),
    Column("update_id", code(), primary_key=True),
    Column("seen_at", DateTime(timezone=True), nullable=False, server_default=func.now(), index=True),
    Column("answered_at", DateTime(timezone=True)),  # empty: being answered, or cut off while it was
    Column("tries", SmallInteger, nullable=False, server_default=text("1")),
    # Of an update that its platform does not bring again: what it says (sealed), until it is answered; which process
    # has it in hand; the mark of the answer that began to leave; and before when it is not taken up again.
    Column("body", LargeBinary),
    Column("holder", code()),
    Column("sending", code()),
    Column("due_at", DateTime(timezone=True)),
    Index("ix_seen_updates_waiting", "channel", "seen_at", postgresql_where=text("body IS NOT NULL")),
)

# Processes that have updates in hand; one that has been silent for a while is taken to be dead.
update_holders = Table(
    "update_holders",
    metadata,
    Column("holder", code(), primary_key=True),
    Column("alive_at", DateTime(timezone=True), nullable=False),
)

# --- questions and what became of them ---------------------------------------------------------------------------

# No identity is kept here. `question` is sealed, and only of questions that got no answer.
answers_given = Table(
    "answers_given",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, index=True),
    Column("channel", code(), nullable=False),
    Column("intent", code(), nullable=False),
    Column("outcome", code(), nullable=False),
    Column("question", LargeBinary),
)

frequent_answers = Table(
    "frequent_answers",
    metadata,
    Column("number", Integer, Identity(always=True), primary_key=True),
    Column("question", Text, nullable=False),
    Column("variants", ARRAY(Text), nullable=False, server_default=NO_WORDS),
    Column("answer", Text, nullable=False),
    Column("document", code()),
    Column("point", Text),
    Column("given_by", code(), nullable=False),
    Column("given_by_name", Text, nullable=False),
    Column("given_for", Text, nullable=False),  # the unit in whose name it was given, as it was called then
    Column("given_on", Date, nullable=False),
    Column("scope", code()),
    Column("withdrawn_on", Date),
    Column("withdrawn_by", code()),
)

# --- questions passed on to people --------------------------------------------------------------------------------

# What was asked and answered is kept encrypted, and dropped after its time; the rest of a row stays.
inquiries = Table(
    "inquiries",
    metadata,
    Column("code", code(), primary_key=True),
    Column("channel", code(), nullable=False),
    Column("address", code(), nullable=False),
    Column("person", code(), refers_to("people.code", ondelete="SET NULL"), index=True),
    # As of the day of asking, for when the person is in the roster no more; empty: a visitor not linked.
    Column("unit", code()),
    Column("territory", code(), nullable=False),
    Column("locale", code(), nullable=False),
    Column("texts", LargeBinary),  # the question, those before it, and what the machine said, sealed
    Column("why", code(), nullable=False),
    Column("state", code(), nullable=False),
    Column("assigned_to", code(), refers_to("people.code", ondelete="SET NULL"), index=True),
    Column("for_administrators", Boolean, nullable=False, server_default=text("false")),
    Column("consent_version", code(), nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("reminded_on", Date),
    Column("reminders", SmallInteger, nullable=False, server_default=text("0")),
    Index("ix_inquiries_channel_address", "channel", "address"),
    Index("ix_inquiries_waiting", "due_on", "code", postgresql_where=text("state IN ('open', 'asked_back')")),
)

inquiry_messages = Table(
    "inquiry_messages",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("inquiry", code(), refers_to("inquiries.code", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", code(), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("who", code()),  # a staff code that outlives the roster; empty: a visitor not linked
    Column("texts", LargeBinary),  # the words, and name and unit of whoever wrote them for HR, sealed
    Column("document", code()),
    Column("point", Text),
)

inquiry_guesses = Table(
    "inquiry_guesses",
    metadata,
    Column("channel", code(), primary_key=True),
    Column("address", code(), primary_key=True),
    Column("wrong", Integer, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
)

# A letter is `started`, and that is committed, before its request leaves; how it ended is written after.
letters = Table(
    "letters",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("channel", code(), nullable=False),
    Column("address", code(), nullable=False),
    Column("person", code()),  # whom it is for; empty: a visitor not linked
    Column("kind", code(), nullable=False),
    Column("inquiry", code(), refers_to("inquiries.code", ondelete="CASCADE"), index=True),
    Column("number", Integer, nullable=False, server_default=text("0")),
    Column("about", code()),  # a word that it tells
    Column("key", code(), unique=True),
    Column("locale", code(), nullable=False),
    Column("state", code(), nullable=False, server_default="waiting"),
    Column("left_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("started_at", DateTime(timezone=True)),
    Column("done_at", DateTime(timezone=True)),
    Column("tries", SmallInteger, nullable=False, server_default=text("0")),
    Column("reason", code()),
    Index("ix_letters_waiting", "channel", "due_at", postgresql_where=text("state = 'waiting'")),
    Index("ix_letters_started", "started_at", postgresql_where=text("state = 'started'")),
)

# Whoever may serve an inbox is found without reading the whole roster.
Index("ix_people_staff", people.c.code, postgresql_where=text("roles && '{hr,quan_tri,bao_ve_du_lieu}'"))

# --- rulings, and what waits for a second person ------------------------------------------------------------------

# Never removed: a withdrawn ruling still held on the days before. Names are those of the day, whoever leaves later.
rulings = Table(
    "rulings",
    metadata,
    Column("id", code(), primary_key=True),
    Column("year", SmallInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("criterion", code(), nullable=False),
    Column("kind", code(), nullable=False),
    Column("counts_as", code()),  # empty: not recognised
    Column("level_from", code()),
    Column("level_to", code()),
    Column("months_valid", Integer),
    Column("issued_from", Date),
    Column("issued_to", Date),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("document", code()),
    Column("point", code()),
    Column("reason", Text),
    Column("scope", code()),  # a unit and all below it; empty: the whole province
    Column("given_by", code(), nullable=False),
    Column("given_by_name", Text, nullable=False),
    Column("given_for", code(), nullable=False),
    Column("given_for_name", Text, nullable=False),
    Column("given_on", Date, nullable=False),
    Column("confirmed_by", code(), nullable=False),
    Column("confirmed_by_name", Text, nullable=False),
    Column("confirmed_for", code(), nullable=False),
    Column("confirmed_for_name", Text, nullable=False),
    Column("confirmed_on", Date, nullable=False),
    Column("withdrawn_on", Date),
    CheckConstraint("months_valid > 0", name="months_valid"),
    CheckConstraint("document IS NOT NULL OR reason IS NOT NULL", name="ground"),
    CheckConstraint("given_by <> confirmed_by", name="two_persons"),
    in_order("issued_from", "issued_to"),
    in_order("valid_from", "valid_to"),
    UniqueConstraint("year", "number"),
)

proposals = Table(
    "proposals",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", code(), nullable=False),
    Column("payload", JSONB, nullable=False),  # the cells as in the workbook
    Column("scope", code()),
    Column("proposed_by", code(), nullable=False),
    Column("proposed_by_name", Text, nullable=False),
    Column("proposed_for", code(), nullable=False),
    Column("proposed_for_name", Text, nullable=False),
    Column("proposed_at", DateTime(timezone=True), nullable=False),
    Column("state", code(), nullable=False, server_default="waiting"),
    Column("decided_by", code()),
    Column("decided_at", DateTime(timezone=True)),
    Column("reason", Text),
    Column("vouched_by", ARRAY(code()), nullable=False, server_default=NO_WORDS),  # whose codes led to its author
    CheckConstraint("state <> 'confirmed' OR decided_by <> proposed_by", name="two_persons"),
    CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided"),
    Index("ix_proposals_waiting", "number", postgresql_where=text("state = 'waiting'")),
)

# --- what people were told --------------------------------------------------------------------------------------

# The rules that people were last told by, and those before, for who asks later what it was that changed. `number` is
# the moment of the roster up to which everybody in it was told.
told_rules = Table(
    "told_rules",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False, server_default=NEXT_MOMENT),
    Column("form", SmallInteger, nullable=False),
    Column("fingerprint", code(), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("told_at", DateTime(timezone=True), nullable=False),
)

# --- what is sent unasked ------------------------------------------------------------------------------------------

# A notice whose key was freed is no longer known by it: it was dropped, and is told again when it is true again.
notices = Table(
    "notices",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("kind", code(), nullable=False),
    Column("key", code(), nullable=False),
    Column("stage", code(), nullable=False, server_default=text("''")),
    Column("about", ARRAY(code()), nullable=False, server_default=NO_WORDS),
    Column("payload", JSONB, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("freed_at", DateTime(timezone=True)),
    Index("uq_notices_key", "key", unique=True, postgresql_where=text("freed_at IS NULL")),
)
# The memory of reminders: at which stages a person was told is what these notices say.
Index(
    "ix_notices_reminded",
    text("(about[1])"),
    postgresql_where=text("kind = 'reminder' AND freed_at IS NULL"),
    _table=notices,
)
# And so that a head reminds nobody again within a week.
Index(
    "ix_notices_unit_reminded",
    text("(about[1])"),
    notices.c.made_at,
    postgresql_where=text("kind = 'unit_reminder' AND freed_at IS NULL"),
)
# And so that nobody of HR is told twice of the same evidence.
Index(
    "ix_notices_evidence_waiting",
    notices.c.made_at,
    postgresql_where=text("kind = 'evidence_waiting' AND freed_at IS NULL"),
)

# One message to one person. `started` is committed before its request leaves and the outcome after, so that what is
# found started when its lease is over is unclear and never sent again. Leases and slots are by the database's clock.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person", code(), nullable=False),  # a code that outlives the roster: what was sent stays on record
    Column("sender", code()),  # the identity of ours that sends; empty with channel and address: nobody to be reached
    Column("channel", code()),
    Column("address", code()),
    Column("locale", code(), nullable=False),
    Column("state", code(), nullable=False, server_default="waiting"),
    Column("urgency", SmallInteger, nullable=False, server_default=text("5")),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("merge_day", Date),
    Column("broadcast", BigInteger),
    Column("is_held", Boolean, nullable=False, server_default=text("false")),  # its broadcast is paused
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Column("slot_at", DateTime(timezone=True)),
    Column("lease_until", DateTime(timezone=True)),  # of a waiting one: nobody takes it up before
    Column("claimed_by", code()),
    Column("started_at", DateTime(timezone=True)),
    Column("done_at", DateTime(timezone=True)),
    Column("provider_id", code()),
    Column("reason", code(), nullable=False, server_default=text("''")),
    Column("acknowledged_at", DateTime(timezone=True)),
    Column("arrived_at", DateTime(timezone=True)),  # when the platform said that it arrived or was seen
    Column("tried", ARRAY(Text), nullable=False, server_default=NO_WORDS),  # channel and address of earlier accounts
    Index("ix_deliveries_provider", "sender", "provider_id", postgresql_where=text("provider_id IS NOT NULL")),
    Index(
        "uq_deliveries_day",
        "person",
        "merge_day",
        unique=True,
        postgresql_where=text("merge_day IS NOT NULL AND state <> 'dropped'"),
    ),
    Index(
        "ix_deliveries_waiting",
        "sender",
        "urgency",
        "due_at",
        "id",
        postgresql_where=text("state = 'waiting' AND NOT is_held"),
    ),
    Index(
        "ix_deliveries_under_way",
        "sender",
        "lease_until",
        postgresql_where=text("state IN ('claimed', 'started')"),
    ),
    Index("ix_deliveries_held", "sender", postgresql_where=text("state = 'waiting' AND is_held")),
    Index("ix_deliveries_refused", "done_at", postgresql_where=text("state = 'refused'")),
    Index("ix_deliveries_chat", "sender", "address", "slot_at", postgresql_where=text("slot_at IS NOT NULL")),
    Index("ix_deliveries_merge_day", "merge_day", postgresql_where=text("merge_day IS NOT NULL")),
    Index("ix_deliveries_person", "person", "id"),
    Index("ix_deliveries_broadcast", "broadcast", "state", postgresql_where=text("broadcast IS NOT NULL")),
    Index("ix_deliveries_unclear", "id", postgresql_where=text("state = 'unclear'")),
    Index("ix_deliveries_done_at", "done_at", postgresql_where=text("done_at IS NOT NULL")),
)

# Which notices a delivery tells. One that was no longer true at the moment of sending stays here with the reason.
carried = Table(
    "carried",
    metadata,
    Column("delivery", BigInteger, ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True),
    Column("notice", BigInteger, ForeignKey("notices.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("dropped", code()),
)

# One row for each channel identity of ours: the next free slot, for every process on this database.
pace = Table(
    "pace",
    metadata,
    Column("identity", code(), primary_key=True),
    Column("next_slot_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("departed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),  # of the latest request
    Column("interval_ms", Double, nullable=False),  # 0: no limit
    Column("chat_interval_ms", Double, nullable=False),
    Column("paused_until", DateTime(timezone=True)),
    Column("pause_reason", code()),
    # The latest deliveries that left by it, and by when each has arrived: see `storage.window`.
    Column("latest", ARRAY(BigInteger), nullable=False, server_default=NO_WORDS),
    Column("latest_at", ARRAY(Double), nullable=False, server_default=NO_WORDS),
)

# Our own identities on the platforms. The first of a channel has addresses as they are; those of every other end with
# `@` and its name, and triggers let a delivery go by the identity of its address.
identities = Table(
    "identities",
    metadata,
    Column("identity", code(), primary_key=True),
    Column("channel", code(), nullable=False),
    Column("is_first", Boolean, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("heard_at", DateTime(timezone=True), nullable=False),  # of a worker that sends by it
    Column("retired_at", DateTime(timezone=True)),
    Index("uq_identities_first", "channel", unique=True, postgresql_where=text("is_first")),
)

# --- Zalo -----------------------------------------------------------------------------------------------------------

# What the administrator of an Official Account has granted: one pair of tokens, sealed. `begun_at`: a refresh of this
# pair was begun and its answer is not known. `seed` is the hash of the token that an operator began with.
zalo_grants = Table(
    "zalo_grants",
    metadata,
    Column("oa_id", code(), primary_key=True),
    Column("access", LargeBinary, nullable=False),
    Column("refresh", LargeBinary, nullable=False),
    Column("obtained_at", DateTime(timezone=True), nullable=False),
    Column("access_until", DateTime(timezone=True), nullable=False),
    Column("refresh_until", DateTime(timezone=True), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("seed", LargeBinary),
    Column("begun_at", DateTime(timezone=True)),
    Column("lost_at", DateTime(timezone=True)),
    Column("reason", code(), nullable=False, server_default=text("''")),
    Column("lock_until", DateTime(timezone=True)),
    Column("locked_by", code()),
)

# When somebody last did something in a chat: platforms let us write for so long after it, and that they had left
# before is told late sometimes. By Telegram only who came back is here.
interactions = Table(
    "interactions",
    metadata,
    Column("channel", code(), primary_key=True),
    Column("address", code(), primary_key=True),
    Column("last_at", DateTime(timezone=True)),
    Column("checked_at", DateTime(timezone=True)),  # when the platform itself was asked
)

# Messages of each identity that count against its allowance, by day.
allowances_used = Table(
    "allowances_used",
    metadata,
    Column("identity", code(), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("pushed", Integer, nullable=False, server_default=text("0")),
    Column("answered", Integer, nullable=False, server_default=text("0")),
)

# The fingerprint of the words of a message that leaves: its echo tells that it arrived when the answer is lost.
echoes_awaited = Table(
    "echoes_awaited",
    metadata,
    Column("delivery", BigInteger, ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True),
    Column("sender", code(), nullable=False),
    Column("address", code(), nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("left_at", DateTime(timezone=True), nullable=False, index=True),
    Index("ix_echoes_awaited_address", "sender", "address"),
)

# --- the bot of Zalo ------------------------------------------------------------------------------------------------

# Messages of each bot in each month; the platform allows so many.
zalo_bot_months = Table(
    "zalo_bot_months",
    metadata,
    Column("identity", code(), primary_key=True),
    Column("month", Date, primary_key=True),
    Column("sent", Integer, nullable=False),
    CheckConstraint("sent >= 0", name="counted"),
)

# --- the fleet of workers -------------------------------------------------------------------------------------------

# Days whose notices were stored, each in the one transaction that stored them. The engine's own tables
# (procrastinate_…) are the library's and not described here.
planned_days = Table(
    "planned_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True), nullable=False),
    Column("counts", JSONB, nullable=False),
)

# --- broadcasts of HR -----------------------------------------------------------------------------------------------

# An approved broadcast, under the number of the proposal that it was. Its people are the deliveries that name it.
broadcasts = Table(
    "broadcasts",
    metadata,
    Column("number", BigInteger, refers_to("proposals.number"), primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("asks_receipt", Boolean, nullable=False),
    Column("audience", JSONB, nullable=False),
    Column("scope", code()),  # a unit and all below it; empty: the whole province
    Column("made_by", code(), nullable=False),
    Column("made_by_name", Text, nullable=False),
    Column("made_for", code(), nullable=False),
    Column("made_for_name", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("approved_by", code(), nullable=False),
    Column("approved_by_name", Text, nullable=False),
    Column("approved_for", code(), nullable=False),
    Column("approved_for_name", Text, nullable=False),
    Column("approved_at", DateTime(timezone=True), nullable=False),
    Column("state", code(), nullable=False, server_default="sending"),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("recall_watched_until", DateTime(timezone=True)),  # what had left when it was recalled has arrived by then
    CheckConstraint("approved_by <> made_by", name="two_persons"),
    CheckConstraint("state IN ('sending', 'paused', 'cancelled', 'recalled')", name="state"),
)

# Where its progress is shown: one message in a chat of whoever made or approved it, written over as it moves.
broadcast_cards = Table(
    "broadcast_cards",
    metadata,
    Column("broadcast", BigInteger, refers_to("broadcasts.number", ondelete="CASCADE"), primary_key=True),
    Column("sender", code(), primary_key=True),
    Column("address", code(), primary_key=True),
    Column("locale", code(), nullable=False),
    Column("is_begun", Boolean, nullable=False, server_default=text("false")),  # kept before the message leaves
    Column("provider_id", code()),
    Column("shown", code()),  # fingerprint of the words that stand there
    Column("looked_at", DateTime(timezone=True)),
    Column("is_final", Boolean, nullable=False, server_default=text("false")),
)

# Messages to be written over after a recall. Doing it twice changes nothing, so it may be tried again.
broadcast_recalls = Table(
    "broadcast_recalls",
    metadata,
    Column("delivery", BigInteger, ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True),
    Column("broadcast", BigInteger, refers_to("broadcasts.number", ondelete="CASCADE"), nullable=False),
    Column("state", code(), nullable=False, server_default="waiting"),
    Column("tries", SmallInteger, nullable=False, server_default=text("0")),
    Column("lease_until", DateTime(timezone=True)),
    Column("done_at", DateTime(timezone=True)),
    Column("reason", code(), nullable=False, server_default=text("''")),
    CheckConstraint("state IN ('waiting', 'done', 'refused')", name="state"),
    Index("ix_broadcast_recalls_broadcast_state", "broadcast", "state"),
)

# --- reminders ----------------------------------------------------------------------------------------------------

reminder_wishes = Table(
    "reminder_wishes",
    metadata,
    Column("person", code(), refers_to("people.code", ondelete="CASCADE"), primary_key=True),
    Column("hour", Time),
    Column("quiet_until", Date),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)

# Stages that HR has set; without a round for every round, without a criterion for every criterion.
reminder_stages = Table(
    "reminder_stages",
    metadata,
    Column("round", code(), primary_key=True, server_default=text("''")),
    Column("criterion", code(), primary_key=True, server_default=text("''")),
    Column("before", ARRAY(SmallInteger), nullable=False),
    Column("after", ARRAY(SmallInteger), nullable=False),
    Column("then_every", SmallInteger, nullable=False),
    Column("then_at_most", SmallInteger, nullable=False),
)

# --- cases that go to those above -------------------------------------------------------------------------------

# What happened to a case outlives the roster: whoever comes back is not told of again.
escalation_cases = Table(
    "escalation_cases",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("person", code(), nullable=False),
    Column("trigger", code(), nullable=False),
    Column("subject", code(), nullable=False),
    Column("criteria", ARRAY(code()), nullable=False),
    Column("open_since", Date, nullable=False),
    Column("closed_on", Date),
    UniqueConstraint("person", "trigger", "subject", "criteria"),
)

escalation_told = Table(
    "escalation_told",
    metadata,
    Column("number", BigInteger, ForeignKey("escalation_cases.number", ondelete="CASCADE"), primary_key=True),
    Column("rung", code(), primary_key=True),
    Column("told_on", Date, nullable=False),
    Column("told_to", ARRAY(code()), nullable=False),
    Index("ix_escalation_told_told_to", "told_to", postgresql_using="gin"),
    Index("ix_escalation_told_told_on", "told_on"),
)

# What somebody who was told of it had to say about a person's case, sealed; `acknowledged` has no words.
escalation_words = Table(
    "escalation_words",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person", code(), nullable=False, index=True),
    Column("said_by", code(), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("words", LargeBinary),  # empty: only acknowledged
)

# --- the audit chain --------------------------------------------------------------------------------------------

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor", code(), nullable=False),
    Column("action", code(), nullable=False),
    Column("subject", code(), nullable=False),
    Column("details", JSON, nullable=False),  # not JSONB: the seal is over these very letters
    Column("previous_hash", code(), nullable=False),
    Column("hash", code(), nullable=False),
    Index("ix_audit_entries_subject_number", "subject", "number"),
)

# One row: the end of the chain. Its lock puts writers in line, and it shows when the newest links were cut off.
audit_head = Table(
    "audit_head",
    metadata,
    Column("is_only", Boolean, primary_key=True, server_default=text("true")),
    Column("number", BigInteger, nullable=False),
    Column("hash", code(), nullable=False),
    CheckConstraint("is_only", name="one_row"),
)

# The end of the chain on each day, signed, so that a copy on paper proves what the chain held. Never changed.
audit_seals = Table(
    "audit_seals",
    metadata,
    Column("day", Date, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("hash", code(), nullable=False),
    Column("sealed_at", DateTime(timezone=True), nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)

# When the chain was read from its beginning, and what was found.
audit_checks = Table(
    "audit_checks",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("checked_at", DateTime(timezone=True), nullable=False, index=True),
    Column("entries", BigInteger, nullable=False),
    Column("broken_at", BigInteger),
    Column("reason", Text),
)

# --- backups ------------------------------------------------------------------------------------------------------

backups = Table(
    "backups",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("taken_at", DateTime(timezone=True), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("chain_number", BigInteger, nullable=False),
    Column("verified_at", DateTime(timezone=True)),
    Column("reason", Text, nullable=False, server_default=""),  # why it could not be taken or does not hold
)

# That this database was put back from a backup. Until it is cleaned nothing serves, and until it is settled nothing is
# planned: what may have gone out after the copy was taken is named first, so that nobody is told twice.
restores = Table(
    "restores",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("taken_at", DateTime(timezone=True), nullable=False),
    Column("restored_at", DateTime(timezone=True), nullable=False),
    Column("revision", code(), nullable=False),
    Column("chain_number", BigInteger, nullable=False),
    Column("is_held", Boolean, nullable=False),  # an operator says when planning goes on
    Column("cleaned_at", DateTime(timezone=True)),
    Column("settled_at", DateTime(timezone=True)),
    Column("counts", JSONB, nullable=False, server_default=text("'{}'")),
)

# --- study requests and assignments with everything that happened to them -------------------------------------------

study_cases = Table(
    "study_cases",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("person", code(), refers_to("people.code", ondelete="CASCADE"), nullable=False, index=True),
    Column("criterion", code(), nullable=False),
    Column("course", Text, nullable=False),
    Column("from_on", Date),
    Column("to_on", Date),
    Column("state", code(), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    in_order("from_on", "to_on"),
    # Only one at a time, however often and wherever a button is pressed.
    Index(
        "uq_study_cases_open",
        "person",
        "criterion",
        unique=True,
        postgresql_where=text("state IN ('waiting', 'to_change', 'proposed', 'sent')"),
    ),
    Index("ix_study_cases_waiting", "changed_at", postgresql_where=text("state = 'waiting'")),
)

# Never changed. Names are those of the day; `words`, `put_to` and `paper` are sealed: reasons speak of people.
study_events = Table(
    "study_events",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("study_case", BigInteger, refers_to("study_cases.number", ondelete="CASCADE"), nullable=False, index=True),
    Column("act", code(), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("who", code()),
    Column("sealed", LargeBinary, nullable=False),
)

# --- what other systems read -------------------------------------------------------------------------------------

# The keys of other programs. Only a hash is kept: whoever reads this table cannot ask with any of them.
api_keys = Table(
    "api_keys",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("label", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("units", ARRAY(code())),  # these and all below them; NULL: the whole province
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    Column("used_at", DateTime(timezone=True)),
    Column("paced_until", DateTime(timezone=True)),  # the requests let in so far are paid for until then
    Column("suspended_at", DateTime(timezone=True)),  # a restore brought it back; nobody has confirmed it since
    CheckConstraint("cardinality(units) > 0", name="units"),
)

# Addresses of other systems that are told when a verdict changes. `secret` signs what they are told, sealed.
hooks = Table(
    "hooks",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("url", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("units", ARRAY(code())),  # these and all below them; NULL: the whole province
    Column("may_be_private", Boolean, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("removed_at", DateTime(timezone=True)),
    Column("lease_until", DateTime(timezone=True)),  # whoever tells it now holds it until then
    Column("paused_until", DateTime(timezone=True)),
    Column("failures", SmallInteger, nullable=False, server_default=text("0")),  # in a row
    Column("failed_since", DateTime(timezone=True)),
    Column("reason", code(), nullable=False, server_default=text("''")),  # of the last failure
    Column("told_at", DateTime(timezone=True)),  # when it last took something
    Column("suspended_at", DateTime(timezone=True)),  # as of a key
    CheckConstraint("cardinality(units) > 0", name="units"),
)

# States that became others, put down by triggers on `verdicts` while anybody wants to be told, until they are given
# out to hooks. `moment` is the transaction: what went and came back within one is no change.
verdict_changes = Table(
    "verdict_changes",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("moment", BigInteger, nullable=False),
    Column("person", code(), nullable=False),
    Column("criterion", code(), nullable=False),
    Column("unit", code()),
    Column("before", code()),
    Column("after", code()),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

# One row for each change and hook, for ever the same `id` however often it is tried.
hook_events = Table(
    "hook_events",
    metadata,
    Column("hook", BigInteger, refers_to("hooks.number", ondelete="CASCADE"), primary_key=True),
    Column("change", BigInteger, primary_key=True),
    Column("person", code(), nullable=False),
    Column("criterion", code(), nullable=False),
    Column("unit", code()),
    Column("before", code()),
    Column("after", code()),
    Column("as_of", Date, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("state", code(), nullable=False, server_default="waiting"),
    Column("tries", SmallInteger, nullable=False, server_default=text("0")),
    Column("due_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("done_at", DateTime(timezone=True)),
    Column("reason", code(), nullable=False, server_default=text("''")),
    CheckConstraint("state IN ('waiting', 'told', 'given_up')", name="state"),
    Index("ix_hook_events_waiting", "hook", "due_at", "change", postgresql_where=text("state = 'waiting'")),
    Index("ix_hook_events_done_at", "done_at", postgresql_where=text("done_at IS NOT NULL")),
)

# --- verdicts of everybody as they stand, and who sits at the console ------------------------------------------------

# One row for everybody in the roster, made and dated by triggers: `version` moves whenever their record does. The
# verdicts kept are those of `judged_version`, under the rules of `rules_version`, on the day `as_of`.
standings = Table(
    "standings",
    metadata,
    Column("person", code(), refers_to("people.code", ondelete="CASCADE"), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("judged_version", BigInteger),
    Column("rules_version", BigInteger),
    Column("as_of", Date),
    Column("judged_at", DateTime(timezone=True)),
    Column("gaps", SmallInteger, nullable=False, server_default=text("0")),
    Column("due_on", Date),  # the last legal day of the gap that is due first
    Column("sort_name", code(), nullable=False, server_default=text("''")),  # folded, given name first
    Column("digest", LargeBinary),  # of all verdicts kept: where it is the same, none of them is written again
    Index("ix_standings_waiting", "version", postgresql_where=text("judged_version IS DISTINCT FROM version")),
    Index("ix_standings_judged", "as_of", "rules_version"),
    Index("ix_standings_sort_name", "sort_name", "person"),
    Index("ix_standings_due_on", "due_on", "person"),
    Index("ix_standings_gaps", text("gaps DESC"), "person"),
)

# A row is written only when something in it differs, and removed when it is no longer true. How many days are left
# is counted by whoever reads: `last_day` minus today. An empty criterion: no standards are loaded for the position.
verdicts = Table(
    "verdicts",
    metadata,
    Column("person", code(), refers_to("people.code", ondelete="CASCADE"), primary_key=True),
    Column("criterion", code(), primary_key=True),
    Column("unit", code(), nullable=False),
    Column("required", code()),
    Column("state", code(), nullable=False),
    Column("reason", code()),
    Column("held_kind", code()),
    Column("held_level", Text),
    Column("counts_as", code()),
    Column("held_until", Date),
    Column("deadline", Date),
    Column("deadline_included", Boolean, nullable=False),
    Column("last_day", Date),
    Column("safe_day", Date),
    Column("round", code()),
    Column("consequence", Text),
    Column("accountable", code()),
    Column("basis", JSONB, nullable=False),  # lists of document and point, the requirement first
    Column("deadline_basis", JSONB(none_as_null=True)),
    Column("changed_on", Date, nullable=False),
    Index("ix_verdicts_criterion", "criterion", "state", "person"),
    Index("ix_verdicts_unit", "unit", "criterion", "state"),
)

verdict_history = Table(
    "verdict_history",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("person", code(), refers_to("people.code", ondelete="CASCADE"), nullable=False, index=True),
    Column("criterion", code(), nullable=False),
    Column("on_day", Date, nullable=False),
    Column("state_before", code()),
    Column("state_after", code()),
    Column("deadline_before", Date),
    Column("deadline_after", Date),
    Column("rules_version", BigInteger, nullable=False),
)

# How many people of a unit were in each state at the end of a day, or are so far on the last one.
verdict_days = Table(
    "verdict_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("unit", code(), primary_key=True),
    Column("criterion", code(), primary_key=True),
    Column("state", code(), primary_key=True),
    Column("people", Integer, nullable=False),
)

# A one-time way in, for the one browser that asked: its token and its short code are kept as hashes.
console_entries = Table(
    "console_entries",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("code_hash", LargeBinary, nullable=False),
    Column("browser", code(), nullable=False, index=True),
    Column("person", code(), refers_to("people.code", ondelete="CASCADE"), nullable=False, index=True),
    Column("channel", code()),  # the linked chat it was asked in; empty: a demonstration
    Column("address", code()),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("wrong_tries", SmallInteger, nullable=False, server_default=text("0")),
    Column("used_at", DateTime(timezone=True)),
)

console_sessions = Table(
    "console_sessions",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("person", code(), refers_to("people.code", ondelete="CASCADE"), nullable=False, index=True),
    Column("channel", code()),
    Column("address", code()),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("ended_why", code()),
)

# --- evidence that officials hand in ----------------------------------------------------------------------------------

# What somebody says to hold, until HR has decided; the credential itself stands in `credentials`. `sealed` are the last
# words between HR and the official. `is_new`: the credential came on record by this submission; `former`: what stood
# there in its place before, until it is decided, taken back, or waits for the official.
evidence = Table(
    "evidence",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("person", code(), refers_to("people.code", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", code(), nullable=False),
    Column("level", Text),
    Column("issuer", Text),
    Column("credential_number", code()),
    Column("issued_on", Date),
    Column(
        "issued_key",
        Date,
        Computed("CASE WHEN credential_number IS NULL THEN issued_on ELSE NULL::date END", persisted=True),
    ),
    Column("is_new", Boolean, nullable=False),
    Column("former", JSONB(none_as_null=True)),
    # Two people must have seen it, also where its kind is not marked any more.
    Column("needs_two", Boolean, nullable=False, server_default=text("false")),
    Column("state", code(), nullable=False),
    Column("version", Integer, nullable=False),
    Column("submitted_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("checked_by", code()),
    Column("checked_vouched_by", ARRAY(code()), nullable=False, server_default=NO_WORDS),
    Column("decided_by", code()),
    Column("decided_at", DateTime(timezone=True)),
    Column("sealed", LargeBinary),
    # The same credential waits once only, however often and wherever it is handed in.
    Index(
        "uq_evidence_open",
        "person",
        "kind",
        "credential_number",
        "issued_key",
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=text("state IN ('waiting', 'checked', 'asked_back')"),
    ),
    Index(
        "ix_evidence_waiting",
        "submitted_at",
        postgresql_where=text("state IN ('waiting', 'checked', 'asked_back')"),
    ),
)

# Pictures and PDFs, sealed; in a table of their own so that no list reads them. Without `evidence` they belong to a
# form that is still being filled in. They are gone some days after the decision.
evidence_files = Table(
    "evidence_files",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("person", code(), refers_to("people.code", ondelete="CASCADE"), nullable=False),
    Column("evidence", BigInteger, refers_to("evidence.number", ondelete="CASCADE"), index=True),
    Column("media_type", code(), nullable=False),
    Column("size", Integer, nullable=False),
    Column("added_at", DateTime(timezone=True), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("ix_evidence_files_person_added_at", "person", "added_at"),
)

# Kinds of credentials of which two people of HR must have seen the evidence, and who said so.
evidence_kinds = Table(
    "evidence_kinds",
    metadata,
    Column("kind", code(), primary_key=True),
    Column("marked_by", code(), nullable=False),
    Column("marked_at", DateTime(timezone=True), nullable=False),
)

# --- calendars that officials subscribe to ------------------------------------------------------------------------

# One address for each person; only a keyed hash of what makes it secret is kept.
calendar_tokens = Table(
    "calendar_tokens",
    metadata,
    Column("person", code(), refers_to("people.code", ondelete="CASCADE"), primary_key=True),
    Column("hash", LargeBinary, nullable=False),
    Column("issued_at", DateTime(timezone=True), nullable=False),
    # The name of the secret key that the hash was made with; empty: of before names were kept.
    Column("hashed_by", code(), nullable=False, server_default=text("''")),
    UniqueConstraint("hash"),
)

# --- secret keys and guesses ---------------------------------------------------------------------------------------

# Which secret keys the cabinet was sealed with, by a name that tells nothing of the key. A retired one seals nothing.
secret_keys = Table(
    "secret_keys",
    metadata,
    Column("name", code(), primary_key=True),
    Column("first_used_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("retired_at", DateTime(timezone=True)),
)

# Processes that live, and the name of the key that each seals with: an old key is kept while anybody does.
key_holders = Table(
    "key_holders",
    metadata,
    Column("holder", code(), primary_key=True),
    Column("sealing", code(), nullable=False),
    Column("alive_at", DateTime(timezone=True), nullable=False),
)

# How far the sealing under a new key has come in each place, so that it goes on where it was cut off.
resealing = Table(
    "resealing",
    metadata,
    Column("place", code(), primary_key=True),
    Column("sealing", code(), nullable=False),
    Column("after_key", JSONB(none_as_null=True)),  # null: through
)

# Wrong codes by the network that they came from (a keyed hash, empty = of everywhere together) and what they opened.
network_tries = Table(
    "network_tries",
    metadata,
    Column("purpose", code(), primary_key=True),
    Column("network", LargeBinary, primary_key=True),
    Column("wrong_tries", Integer, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
)

# --- days and hours that HR declares ------------------------------------------------------------------------------

# Over the calendars of the library. Without a second person it was declared from the command line, for which the
# operator answers. What is withdrawn stays, for who asks later by which days something was reckoned.
calendar_days = Table(
    "calendar_days",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("day", Date, nullable=False),
    Column("is_working", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("declared_by", code(), nullable=False),
    Column("confirmed_by", code()),
    Column("declared_at", DateTime(timezone=True), nullable=False),
    Column("withdrawn_by", code()),
    Column("withdrawn_at", DateTime(timezone=True)),
    CheckConstraint("confirmed_by <> declared_by", name="two_persons"),
    Index("uq_calendar_days_in_force", "day", unique=True, postgresql_where=text("withdrawn_at IS NULL")),
)

# Narrower hours of sending than the policy's; at most one row holds.
sending_hours = Table(
    "sending_hours",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("begins", Time, nullable=False),
    Column("ends", Time, nullable=False),
    Column("set_by", code(), nullable=False),
    Column("confirmed_by", code()),
    Column("set_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    CheckConstraint("begins < ends", name="begins_before_ends"),
    CheckConstraint("confirmed_by <> set_by", name="two_persons"),
    Index(
        "uq_sending_hours_in_force",
        "ended_at",
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=text("ended_at IS NULL"),
    ),
)

# --- personal data: consent, requests, breaches, clean-ups ---------------------------------------------------------

# What somebody was told of, agreed to, refused or withdrew, and the hash of exactly those words. Never changed. A code
# that outlives the roster and the chat: it proves what was agreed to.
consents = Table(
    "consents",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("person", code(), index=True),
    Column("channel", code(), nullable=False),
    Column("address", code(), nullable=False),
    Column("purpose", code(), nullable=False),
    Column("act", code(), nullable=False),
    Column("version", code(), nullable=False),
    Column("digest", code(), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    CheckConstraint("act IN ('informed', 'agreed', 'refused', 'withdrawn')", name="act"),
    Index("ix_consents_channel_address", "channel", "address"),
)

# What somebody wants of their data, with the days until when. `sealed`: what is right, why, and HR's words.
data_requests = Table(
    "data_requests",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("person", code(), nullable=False),
    Column("channel", code(), nullable=False),
    Column("asked_right", code(), nullable=False),
    Column("state", code(), nullable=False),
    Column("field", code()),
    Column("sealed", LargeBinary),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("first_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("has_others", Boolean, nullable=False, server_default=text("false")),
    Column("is_extended", Boolean, nullable=False, server_default=text("false")),
    Column("answered_at", DateTime(timezone=True)),  # first
    Column("closed_at", DateTime(timezone=True)),
    Column("handled_by", code()),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("entered_by", code()),  # who wrote down what came on paper or in person
    Column("agreed_by", code()),  # the first of two, where two must
    Column("agreed_vouched_by", ARRAY(code()), nullable=False, server_default=NO_WORDS),
    Column("asked_vouched_by", ARRAY(code()), nullable=False, server_default=NO_WORDS),
    Column("entered_at", DateTime(timezone=True)),
    CheckConstraint("state IN ('open', 'done', 'refused', 'taken_back')", name="state"),
    CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed"),
    Index("ix_data_requests_person", "person", "number"),
    Index("ix_data_requests_open", "due_on", "number", postgresql_where=text("state = 'open'")),
)

# `warned`: how many hours were left at the last warning that went out.
breaches = Table(
    "breaches",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("detected_at", DateTime(timezone=True), nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("opened_by", code(), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    Column("closed_by", code()),
    Column("warned", SmallInteger),
)

breach_steps = Table(
    "breach_steps",
    metadata,
    Column("breach", BigInteger, refers_to("breaches.number", ondelete="CASCADE"), primary_key=True),
    Column("step", code(), primary_key=True),
    Column("done_by", code(), nullable=False),
    Column("done_at", DateTime(timezone=True), nullable=False),
    Column("sealed", LargeBinary),
)

# How much each day's clean-up removed; no word of what.
retention_runs = Table(
    "retention_runs",
    metadata,
    Column("day", Date, primary_key=True),
    Column("finished_at", DateTime(timezone=True), nullable=False),
    Column("removed", JSONB, nullable=False),
)
