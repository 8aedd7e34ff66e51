"""What do you hold on me? View, export, withdraw."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from handlers import next_steps
from handlers.asking import Choice
from handlers.evidence_words import describe_in_list
from handlers.inquiries import name_state
from handlers.phrases import _, mark, show_day, show_day_of
from handlers.ports import Accounts, Audit, Calendars, Clock, EvidenceKept, Inquiries, Letters, Threads
from handlers.privacy import describe_notice
from handlers.reply import File, Line, Reply
from handlers.visit import Visit
from handlers.wording import name_channel, name_credential, name_managed_by, name_unit
from knowledge.facts import Credential, CredentialStatus, Exemption, Person, StudyRecord
from storage.records import Account, Evidence, Inquiry

_MOST_LOOKS = 5
_MOST_INQUIRIES = 20
_ACTIONS = {
    "looked_at_person": mark("looked at this record"),
    "looked_at_verdicts": mark("looked at this record"),
    "linked": mark("linked a chat"),
    "preferred_channel": mark("chose where to be written to first"),
    "issued_code": mark("issued a linking code"),
    "exported_own_data": mark("exported this data"),
    "withdrew_consent": mark("withdrew consent"),
    "passed_on_question": mark("passed a question on to HR"),
    "looked_at_inquiry": mark("looked at a question passed on"),
    "answered_inquiry": mark("answered a question passed on"),
    "asked_back_inquiry": mark("asked back about a question passed on"),
    "closed_inquiry": mark("closed a question passed on"),
    "reassigned_inquiry": mark("handed a question passed on to a colleague"),
    "added_to_inquiry": mark("added to a question passed on"),
    "closed_own_inquiry": mark("found an answer clear"),
    "withdrew_inquiry": mark("took a question back"),
    "exported_calendar": mark("downloaded the deadlines for a calendar"),
    "issued_calendar": mark("was given an address for a calendar"),
    "revoked_calendar": mark("took the address of a calendar back"),
    "exported_report": mark("exported the record of reminders"),
    "moved_reminder_hour": mark("moved the hour of reminders"),
    "paused_reminders": mark("paused reminders"),
    "resumed_reminders": mark("wanted reminders again"),
    "looked_at_study": mark("looked at a study case"),
    "printed_study": mark("printed a study case"),
    "handed_in_file": mark("handed in a picture or PDF of a certificate"),
    "submitted_evidence": mark("handed in a certificate"),
    "withdrew_evidence": mark("took a certificate back"),
    "looked_at_evidence": mark("looked at a certificate that was handed in"),
    "opened_evidence_file": mark("opened a picture or PDF of a certificate"),
    "verified_evidence": mark("verified a certificate"),
    "checked_evidence": mark("checked a certificate as the first of two"),
    "rejected_evidence": mark("rejected a certificate"),
    "asked_back_evidence": mark("asked back about a certificate"),
    "study_requested": mark("asked to be sent to study"),
    "study_proposed": mark("proposed to send the official to study"),
    "study_change_asked": mark("asked for a change"),
    "study_changed": mark("changed the request and put it to the head again"),
    "study_sent": mark("decided to send the official to study"),
    "study_refused": mark("refused to send the official to study"),
    "study_accepted": mark("accepted to go and study"),
    "study_declined": mark("declined to go and study"),
    "study_withdrawn": mark("withdrew it"),
    "study_said_attended": mark("said that they attended (waits for confirmation)"),
    "study_said_passed": mark("said that they passed (waits for confirmation)"),
    "study_attended": mark("recorded that the official attended"),
    "study_not_attended": mark("recorded that the official did not attend"),
    "study_passed": mark("recorded that the official passed"),
}


@dataclass(frozen=True, slots=True)
class Kept:
    """The drawers that hold something of a chat."""

    accounts: Accounts
    threads: Threads
    inquiries: Inquiries
    letters: Letters
    evidence: EvidenceKept
    calendars: Calendars


async def view_my_data(
    visit: Visit, person: Person, *, accounts: Accounts, inquiries: Inquiries, evidence: EvidenceKept, audit: Audit
) -> Reply:
    """The record as it stands, the linked chats, and who looked at it last."""
    handed_in = await evidence.list_of(person.code, _MOST_INQUIRIES)
    linked = await accounts.list_accounts(person.code)
    asked = await inquiries.list_asked(visit.asked.channel, visit.asked.address, person.code, _MOST_INQUIRIES)
    looks = await audit.list_about(person.code, _MOST_LOOKS)
    lines = [
        _item(_("Staff code"), person.code),
        _item(_("Name"), person.name),
        _item(_("Date of birth"), show_day(person.born_on)),
        _item(_("Position"), f"{person.position} ({name_managed_by(person.managed_by)})"),
        _item(_("Unit"), name_unit(visit.rules, person.unit)),
        *(_describe_credential(one, visit) for one in person.credentials),
        _item(_("Linked chats"), ", ".join(name_channel(one.channel) for one in linked) or _("none")),
    ]
    lines += [
        _item(
            _("Question passed on to HR"), f"{one.code}, {show_day_of(one.opened_at)}: {name_state(one, visit.today)}"
        )
        for one in asked
    ]
    lines += [_item(_("Certificate that was handed in"), describe_in_list(one, visit.rules)) for one in handed_in]
    lines += [
        Line(_("{day}: {who} – {what}").format(day=show_day_of(at), who=who, what=_name_action(what)), is_item=True)
        for at, who, what in looks
    ]
    lines.append(Line(_("Anything wrong? HR of your unit corrects it; your phone number is stored encrypted.")))
    return Reply(
        title=_("Your data here"),
        lines=tuple(lines),
        choices=(
            Choice(_("Export my data"), "data.export"),
            Choice(_("Withdraw consent and unlink"), "data.withdraw"),
            next_steps.my_gaps(),
        ),
    )


async def export_my_data(
    visit: Visit,
    person: Person,
    *,
    accounts: Accounts,
    inquiries: Inquiries,
    evidence: EvidenceKept,
    audit: Audit,
    clock: Clock,
) -> Reply:
    """The same as a file that a machine can read."""
    linked = await accounts.list_accounts(person.code)
    asked = await inquiries.list_asked(visit.asked.channel, visit.asked.address, person.code, _MOST_INQUIRIES)
    whole = [one for known in asked if (one := await inquiries.find(known.code)) is not None]
    handed_in = await evidence.list_of(person.code, _MOST_INQUIRIES)
    await audit.record(person.code, "exported_own_data", person.code, clock.now())
    content = json.dumps(_as_data(person, linked, whole, handed_in), ensure_ascii=False, indent=2).encode()
    return Reply(
        title=_("Your data as a file"),
        choices=(next_steps.my_data(), next_steps.my_gaps()),
        file=File(name=f"du-lieu-{person.code}.json", content=content, media_type="application/json"),
    )


def ask_to_confirm_withdrawal(_visit: Visit) -> Reply:
    """Withdrawal needs a second press."""
    return Reply(
        title=_("Withdraw consent and unlink this chat?"),
        lines=(
            Line(_("This chat will no longer know who you are. Your record with HR stays as the law requires of it.")),
            Line(_("Questions that you passed on to HR are taken back, and their texts dropped.")),
            Line(_("Certificates that wait to be verified are taken back, and their pictures deleted.")),
        ),
        choices=(Choice(_("Yes, withdraw"), "data.withdraw.yes"), next_steps.my_data()),
    )


async def withdraw(visit: Visit, person: Person, kept: Kept, *, audit: Audit, clock: Clock) -> Reply:
    """Unlink this chat, forget its consent and what it was last about, and take back what was passed on."""
    await kept.letters.take_back_of(visit.asked.channel, visit.asked.address, person.code)
    await kept.inquiries.withdraw_all(visit.asked.channel, visit.asked.address, person.code, clock.now())
    await kept.evidence.withdraw_all(person.code, clock.now())
    await kept.calendars.revoke(person.code)
    await kept.accounts.unlink(visit.asked.channel, visit.asked.address, clock.now())
    await kept.threads.forget_of(visit.asked.channel, visit.asked.address)
    await audit.record(person.code, "withdrew_consent", person.code, clock.now(), {"channel": visit.asked.channel})
    return Reply(
        title=_("Done: this chat is no longer linked, and your consent is withdrawn."),
        choices=(next_steps.link_account(), next_steps.help_me()),
    )


def explain_privacy(visit: Visit) -> Reply:
    """The privacy notice, for a visitor who is not linked."""
    return Reply(
        title=_("How personal data is handled here"),
        lines=(
            Line(_("This chat is not linked: nothing on record is shown here.")),
            *describe_notice(visit),
        ),
        choices=(next_steps.link_account(), next_steps.help_me()),
    )


def _name_action(action: str) -> str:
    """What was done, in words; an action of another version stays as recorded."""
    return _(_ACTIONS[action]) if action in _ACTIONS else action


def _item(name: str, value: str) -> Line:
    return Line(f"{name}: {value}", is_item=True)


def _describe_credential(one: Credential, visit: Visit) -> Line:
    status = {
        CredentialStatus.VERIFIED: _("verified"),
        CredentialStatus.WAITING: _("waiting to be verified"),
        CredentialStatus.REJECTED: _("rejected"),
    }[one.status]
    return _item(
        _("Certificate"), f"{name_credential(visit.rules.library, one.kind, one.level, one.issued_on)} ({status})"
    )


def _as_data(
    person: Person, linked: Sequence[Account], asked: Sequence[Inquiry], handed_in: Sequence[Evidence]
) -> dict[str, Any]:
    return {
        "ma_can_bo": person.code,
        "ho_ten": person.name,
        "ngay_sinh": _plain(person.born_on),
        "gioi_tinh": person.gender,
        "ma_don_vi": person.unit,
        "chuc_danh": person.position,
        "nhom_chuc_danh": person.position_group,
        "dien_quan_ly": person.managed_by,
        "la_lanh_dao": person.is_leader,
        "van_bang": [
            {
                "loai": one.kind,
                "muc": one.level,
                "don_vi_cap": one.issuer,
                "so_hieu": one.number,
                "ngay_cap": _plain(one.issued_on),
                "ngay_het_han": _plain(one.expires_on),
                "trang_thai": one.status,
            }
            for one in person.credentials
        ],
        "ngay_giu_chuc_vu": _plain(person.in_post_since),
        "vai_tro": sorted(person.roles),
        "pham_vi": person.scope,
        "hoc_tap": [_plain_fields(one) for one in person.study],
        "mien": [_plain_fields(one) for one in person.exemptions],
        "kenh_lien_ket": [
            {"kenh": one.channel, "dong_y_luc": _plain(one.consented_at), "ban_thong_bao": one.consent_version}
            for one in linked
        ],
        "minh_chung_da_nop": [_evidence_as_data(one) for one in handed_in],
        "cau_hoi_da_chuyen": [_inquiry_as_data(one) for one in asked],
    }


def _evidence_as_data(one: Evidence) -> dict[str, Any]:
    return {
        "so": one.number,
        "loai": one.credential.kind,
        "muc": one.credential.level,
        "so_hieu": one.credential.number,
        "don_vi_cap": one.credential.issuer,
        "ngay_cap": _plain(one.credential.issued_on),
        "trang_thai": one.state,
        "luc_nop": _plain(one.submitted_at),
        "luc_ket_luan": _plain(one.decided_at),
        "loi_nhan": one.words,
        "so_tep": len(one.files),
    }


def _inquiry_as_data(one: Inquiry) -> dict[str, Any]:
    return {
        "ma": one.code,
        "trang_thai": one.state,
        "luc": _plain(one.opened_at),
        "han": _plain(one.due_on),
        "ban_dong_y": one.consent_version,
        "cau_hoi": one.question,
        "may_tra_loi": one.answer,
        "cau_hoi_truoc": [{"cau_hoi": before.text, "may_tra_loi": before.answer} for before in one.context],
        "trao_doi": [
            {"luc": _plain(said.at), "loai": said.kind, "nguoi": said.name or said.who, "noi_dung": said.text}
            for said in one.messages
        ],
    }


def _plain_fields(record: StudyRecord | Exemption) -> dict[str, str | None]:
    return {key: _plain(value) if isinstance(value, date) else value for key, value in asdict(record).items()}


def _plain(moment: date | datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
