"""The cabinet: roster, rules, visitors, audit chain."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TABLES_OF_RULES = ("units", "standards", "recognition", "rounds", "declared_documents")
TABLES = (
    "accounts",
    "audit_entries",
    "audit_head",
    "credentials",
    "declared_documents",
    "exemptions",
    "link_attempts",
    "link_codes",
    "recognition",
    "rounds",
    "rules_version",
    "seen_updates",
    "standards",
    "study_records",
    "threads",
    "people",
    "units",
)

BUMP = """
CREATE FUNCTION bump_rules_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE rules_version SET version = nextval('rules_version_numbers');
    RETURN NULL;
END $$
"""

REFUSE = """
CREATE FUNCTION refuse_to_change_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit entries are never changed or removed';
END $$
"""


def code() -> sa.String:
    return sa.String(collation="C")


def upgrade() -> None:
    make_tables()
    for table in TABLES_OF_RULES:
        follow_changes(table)
    op.execute("INSERT INTO rules_version (version) VALUES (nextval('rules_version_numbers'))")
    op.execute("INSERT INTO audit_head (number, hash) VALUES (0, repeat('0', 64))")
    op.execute(REFUSE)
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_audit()"
    )


def follow_changes(table: str) -> None:
    """Every change of a table of rules raises their version, whoever makes it."""
    op.execute(
        f"CREATE TRIGGER bump_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION bump_rules_version()"
    )


def downgrade() -> None:
    op.drop_constraint("fk_units_head", "units")
    for table in TABLES:
        op.drop_table(table)
    op.execute("DROP FUNCTION bump_rules_version, refuse_to_change_audit")
    op.execute("DROP SEQUENCE rules_version_numbers")


def make_tables() -> None:
    op.execute("CREATE SEQUENCE rules_version_numbers")
    op.execute(BUMP)
    op.create_table(
        "audit_entries",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", code(), nullable=False),
        sa.Column("action", code(), nullable=False),
        sa.Column("subject", code(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("previous_hash", code(), nullable=False),
        sa.Column("hash", code(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_entries")),
    )
    op.create_index("ix_audit_entries_subject_number", "audit_entries", ["subject", "number"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("is_only", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", code(), nullable=False),
        sa.CheckConstraint("is_only", name=op.f("ck_audit_head_one_row")),
        sa.PrimaryKeyConstraint("is_only", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "declared_documents",
        sa.Column("number", code(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_declared_documents")),
    )
    op.create_table(
        "link_attempts",
        sa.Column("channel", code(), nullable=False),
        sa.Column("address", code(), nullable=False),
        sa.Column("wrong_tries", sa.SmallInteger(), nullable=False),
        sa.Column("first_wrong_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("channel", "address", name=op.f("pk_link_attempts")),
    )
    op.create_table(
        "recognition",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("document", code(), nullable=False),
        sa.Column("criterion", code(), nullable=False),
        sa.Column("kind", code(), nullable=False),
        sa.Column("counts_as", code(), nullable=False),
        sa.Column("level_from", code(), nullable=True),
        sa.Column("level_to", code(), nullable=True),
        sa.Column("months_valid", sa.Integer(), nullable=True),
        sa.Column("issued_from", sa.Date(), nullable=True),
        sa.Column("issued_to", sa.Date(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("issued_from <= issued_to", name=op.f("ck_recognition_issued_from_before_issued_to")),
        sa.CheckConstraint("months_valid > 0", name=op.f("ck_recognition_months_valid")),
        sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_recognition_valid_from_before_valid_to")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recognition")),
        sa.UniqueConstraint(
            "document",
            "kind",
            "level_from",
            "issued_from",
            name="uq_recognition_key",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "rounds",
        sa.Column("code", code(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("document", code(), nullable=False),
        sa.Column("point", code(), nullable=True),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("deadline_included", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("position_groups", postgresql.ARRAY(code()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("managed_by", postgresql.ARRAY(code()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("units", postgresql.ARRAY(code()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("criteria", postgresql.ARRAY(code()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("service_left_from_years", sa.SmallInteger(), nullable=True),
        sa.Column("consequence", sa.Text(), nullable=True),
        sa.Column("opens_on", sa.Date(), nullable=True),
        sa.Column("is_open", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_rounds")),
    )
    op.create_table(
        "rules_version",
        sa.Column("is_only", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("is_only", name=op.f("ck_rules_version_one_row")),
        sa.PrimaryKeyConstraint("is_only", name=op.f("pk_rules_version")),
    )
    op.create_table(
        "seen_updates",
        sa.Column("channel", code(), nullable=False),
        sa.Column("update_id", code(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("channel", "update_id", name=op.f("pk_seen_updates")),
    )
    op.create_index(op.f("ix_seen_updates_seen_at"), "seen_updates", ["seen_at"], unique=False)
    op.create_table(
        "standards",
        sa.Column("position_group", code(), nullable=False),
        sa.Column("criterion", code(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("minimum", code(), nullable=False),
        sa.Column("document", code(), nullable=False),
        sa.Column("point", code(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_standards_valid_from_before_valid_to")),
        sa.PrimaryKeyConstraint("position_group", "criterion", "valid_from", name=op.f("pk_standards")),
    )
    op.create_table(
        "threads",
        sa.Column("thread", code(), nullable=False),
        sa.Column("state", postgresql.JSONB(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("thread", name=op.f("pk_threads")),
    )
    op.create_index(op.f("ix_threads_kept_at"), "threads", ["kept_at"], unique=False)
    op.create_table(
        "units",
        sa.Column("code", code(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", code(), nullable=False),
        sa.Column("territory", code(), nullable=False),
        sa.Column("parent", code(), nullable=True),
        sa.Column("head", code(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("successor", code(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('so', 'ban_nganh', 'don_vi_su_nghiep', 'hoi', 'ubnd_huyen', 'ubnd_xa', 'dang_uy_xa',"
            " 'phong', 'khac')",
            name=op.f("ck_units_kind"),
        ),
        sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_units_valid_from_before_valid_to")),
        sa.ForeignKeyConstraint(
            ["parent"], ["units.code"], name=op.f("fk_units_parent"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["successor"], ["units.code"], name=op.f("fk_units_successor"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_units")),
    )
    op.create_index(op.f("ix_units_head"), "units", ["head"], unique=False)
    op.create_index(op.f("ix_units_parent"), "units", ["parent"], unique=False)
    op.create_index(op.f("ix_units_successor"), "units", ["successor"], unique=False)
    op.create_table(
        "people",
        sa.Column("code", code(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_folded", code(), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=False),
        sa.Column("gender", code(), nullable=False),
        sa.Column("unit", code(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("position_group", code(), nullable=False),
        sa.Column("managed_by", code(), nullable=False),
        sa.Column("is_leader", sa.Boolean(), nullable=False),
        sa.Column("in_post_since", sa.Date(), nullable=True),
        sa.Column("roles", postgresql.ARRAY(code()), server_default=sa.text("'{can_bo}'"), nullable=False),
        sa.Column("scope", code(), nullable=True),
        sa.Column("phone_encrypted", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("gender IN ('nam', 'nu')", name=op.f("ck_people_gender")),
        sa.CheckConstraint(
            "managed_by IN ('btv_tinh_uy', 'bcsd_ubnd_tinh', 'cap_huyen', 'cap_xa', 'don_vi')",
            name=op.f("ck_people_managed_by"),
        ),
        sa.CheckConstraint(
            "roles <@ ARRAY['can_bo'::varchar, 'hr'::varchar, 'thu_truong'::varchar, 'quan_tri'::varchar]",
            name=op.f("ck_people_roles"),
        ),
        sa.CheckConstraint("(phone_encrypted IS NULL) = (phone_index IS NULL)", name=op.f("ck_people_phone")),
        sa.ForeignKeyConstraint(
            ["scope"], ["units.code"], name=op.f("fk_people_scope"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["unit"], ["units.code"], name=op.f("fk_people_unit"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_people")),
    )
    op.create_index("ix_people_is_leader", "people", ["code"], unique=False, postgresql_where=sa.text("is_leader"))
    op.create_index(
        "ix_people_name_words",
        "people",
        [sa.literal_column("string_to_array(name_folded, ' ')")],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index(
        "ix_people_phone_index",
        "people",
        ["phone_index"],
        unique=False,
        postgresql_where=sa.text("phone_index IS NOT NULL"),
    )
    op.create_index(op.f("ix_people_scope"), "people", ["scope"], unique=False)
    op.create_index("ix_people_unit_code", "people", ["unit", "code"], unique=False)
    op.create_index("uq_people_code_any_case", "people", [sa.literal_column("upper(code)")], unique=True)
    op.create_table(
        "accounts",
        sa.Column("channel", code(), nullable=False),
        sa.Column("address", code(), nullable=False),
        sa.Column("person", code(), nullable=True),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("consent_version", code(), nullable=True),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("locale", code(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person"],
            ["people.code"],
            name=op.f("fk_accounts_person"),
            ondelete="SET NULL",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("channel", "address", name=op.f("pk_accounts")),
    )
    op.create_index(
        "ix_accounts_person", "accounts", ["person"], unique=False, postgresql_where=sa.text("person IS NOT NULL")
    )
    op.create_table(
        "credentials",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person", code(), nullable=False),
        sa.Column("kind", code(), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("number", code(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("status", code(), server_default="cho_xac_minh", nullable=False),
        sa.Column(
            "issued_key",
            sa.Date(),
            sa.Computed("CASE WHEN number IS NULL THEN issued_on ELSE NULL::date END", persisted=True),
            nullable=True,
        ),
        sa.CheckConstraint("status IN ('da_xac_minh', 'cho_xac_minh', 'tu_choi')", name=op.f("ck_credentials_status")),
        sa.ForeignKeyConstraint(
            ["person"],
            ["people.code"],
            name=op.f("fk_credentials_person"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credentials")),
        sa.UniqueConstraint(
            "person", "kind", "number", "issued_key", name="uq_credentials_key", postgresql_nulls_not_distinct=True
        ),
    )
    op.create_table(
        "exemptions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person", code(), nullable=False),
        sa.Column("criterion", code(), nullable=False),
        sa.Column("document", code(), nullable=False),
        sa.Column("point", code(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_exemptions_valid_from_before_valid_to")),
        sa.ForeignKeyConstraint(
            ["person"],
            ["people.code"],
            name=op.f("fk_exemptions_person"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exemptions")),
        sa.UniqueConstraint(
            "person",
            "criterion",
            "document",
            "valid_from",
            name="uq_exemptions_key",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "link_codes",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("person", code(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person"],
            ["people.code"],
            name=op.f("fk_link_codes_person"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_link_codes")),
    )
    op.create_index(op.f("ix_link_codes_expires_at"), "link_codes", ["expires_at"], unique=False)
    op.create_index(op.f("ix_link_codes_person"), "link_codes", ["person"], unique=False)
    op.create_table(
        "study_records",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person", code(), nullable=False),
        sa.Column("criterion", code(), nullable=True),
        sa.Column("requested_on", sa.Date(), nullable=True),
        sa.Column("refused_on", sa.Date(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("assigned_on", sa.Date(), nullable=True),
        sa.Column("declined_on", sa.Date(), nullable=True),
        sa.Column("not_attended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("requested_on IS NOT NULL OR assigned_on IS NOT NULL", name=op.f("ck_study_records_begins")),
        sa.ForeignKeyConstraint(
            ["person"],
            ["people.code"],
            name=op.f("fk_study_records_person"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_records")),
    )
    op.create_index(op.f("ix_study_records_person"), "study_records", ["person"], unique=False)
    op.create_index(
        "ix_study_records_unanswered",
        "study_records",
        ["requested_on"],
        unique=False,
        postgresql_where=sa.text("answered_on IS NULL"),
    )
    op.create_foreign_key(
        "fk_units_head",
        "units",
        "people",
        ["head"],
        ["code"],
        ondelete="SET NULL",
        initially="DEFERRED",
        deferrable=True,
    )
