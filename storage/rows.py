"""Values as rows of the tables: what every writer of roster and rules puts into the columns."""

from typing import Any

from knowledge.facts import (
    Credential,
    Exemption,
    Person,
    PersonCode,
    RecognitionRow,
    ReviewRound,
    StudyRecord,
    TitleStandard,
    Unit,
)
from knowledge.folding import fold_words
from storage.encryption import Vault

Row = dict[str, Any]


def unit_row(unit: Unit) -> Row:
    return {
        "code": unit.code,
        "name": unit.name,
        "kind": unit.kind.value,
        "territory": unit.territory,
        "parent": unit.parent,
        "head": unit.head,
        "valid_from": unit.valid_from,
        "valid_to": unit.valid_to,
        "successor": unit.successor,
    }


def person_row(person: Person, phone: str | None, vault: Vault) -> Row:
    """Raises ValueError for a phone number that is not one."""
    return {
        "code": person.code,
        "name": person.name,
        "name_folded": fold_words(person.name),
        "born_on": person.born_on,
        "gender": person.gender.value,
        "unit": person.unit,
        "position": person.position,
        "position_group": person.position_group,
        "managed_by": person.managed_by.value,
        "is_leader": person.is_leader,
        "in_post_since": person.in_post_since,
        "roles": sorted(role.value for role in person.roles),
        "scope": person.scope,
        "phone_encrypted": vault.encrypt(phone) if phone else None,
        "phone_index": vault.phone_index(phone) if phone else None,
    }


def credential_row(person: PersonCode, credential: Credential) -> Row:
    return {
        "person": person,
        "kind": credential.kind,
        "level": credential.level,
        "issuer": credential.issuer,
        "number": credential.number,
        "issued_on": credential.issued_on,
        "expires_on": credential.expires_on,
        "status": credential.status.value,
    }


def study_row(person: PersonCode, record: StudyRecord) -> Row:
    return {
        "person": person,
        "criterion": record.criterion,
        "requested_on": record.requested_on,
        "refused_on": record.refused_on,
        "answered_on": record.answered_on,
        "assigned_on": record.assigned_on,
        "declined_on": record.declined_on,
        "not_attended_on": record.not_attended_on,
    }


def exemption_row(person: PersonCode, exemption: Exemption) -> Row:
    return {
        "person": person,
        "criterion": exemption.criterion,
        "document": exemption.document,
        "point": exemption.point,
        "valid_from": exemption.valid_from,
        "valid_to": exemption.valid_to,
    }


def standard_row(standard: TitleStandard) -> Row:
    return {
        "position_group": standard.position_group,
        "criterion": standard.criterion,
        "valid_from": standard.valid_from,
        "valid_to": standard.valid_to,
        "minimum": standard.minimum,
        "document": standard.document,
        "point": standard.point,
        "note": standard.note,
    }


def recognition_row(row: RecognitionRow) -> Row:
    return {
        "document": row.document,
        "criterion": row.criterion,
        "kind": row.kind,
        "counts_as": row.counts_as,
        "level_from": row.level_from,
        "level_to": row.level_to,
        "months_valid": row.months_valid,
        "issued_from": row.issued_from,
        "issued_to": row.issued_to,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "note": row.note,
    }


def round_row(review: ReviewRound) -> Row:
    return {
        "code": review.code,
        "name": review.name,
        "document": review.document,
        "point": review.point,
        "deadline": review.deadline,
        "deadline_included": review.deadline_included,
        "position_groups": sorted(review.audience.position_groups),
        "managed_by": sorted(body.value for body in review.audience.managed_by),
        "units": sorted(review.audience.units),
        "criteria": sorted(review.criteria),
        "service_left_from_years": review.service_left_from_years,
        "consequence": review.consequence,
        "opens_on": review.opens_on,
        "is_open": review.is_open,
    }
