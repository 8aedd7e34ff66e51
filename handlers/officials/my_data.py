"""What do you hold on me? View, export, withdraw."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from handlers import next_steps
from handlers.asking import Choice
from handlers.phrases import _, mark, show_day, show_day_of
from handlers.ports import Accounts, Audit, Clock, Threads
from handlers.privacy import describe_notice
from handlers.reply import File, Line, Reply
from handlers.visit import Visit
from handlers.wording import name_credential, name_managed_by
from knowledge.facts import Credential, CredentialStatus, Exemption, Person, StudyRecord
from storage.records import Account

_MOST_LOOKS = 5
_ACTIONS = {
    "looked_at_person": mark("looked at this record"),
    "looked_at_verdicts": mark("looked at this record"),
    "linked": mark("linked a chat"),
    "issued_code": mark("issued a linking code"),
    "exported_own_data": mark("exported this data"),
    "withdrew_consent": mark("withdrew consent"),
}


async def view_my_data(visit: Visit, person: Person, *, accounts: Accounts, audit: Audit) -> Reply:
    """The record as it stands, the linked chats, and who looked at it last."""
    linked = await accounts.list_accounts(person.code)
    looks = await audit.list_about(person.code, _MOST_LOOKS)
    unit = visit.rules.find_unit(person.unit)
    lines = [
        _item(_("Staff code"), person.code),
        _item(_("Name"), person.name),
        _item(_("Date of birth"), show_day(person.born_on)),
        _item(_("Position"), f"{person.position} ({name_managed_by(person.managed_by)})"),
        _item(_("Unit"), unit.name if unit is not None else person.unit),
        *(_describe_credential(one, visit) for one in person.credentials),
        _item(_("Linked chats"), ", ".join(one.channel for one in linked) or _("none")),
    ]
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


async def export_my_data(person: Person, *, accounts: Accounts, audit: Audit, clock: Clock) -> Reply:
    """The same as a file that a machine can read."""
    linked = await accounts.list_accounts(person.code)
    await audit.record(person.code, "exported_own_data", person.code, clock.now())
    content = json.dumps(_as_data(person, linked), ensure_ascii=False, indent=2).encode()
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
        ),
        choices=(Choice(_("Yes, withdraw"), "data.withdraw.yes"), next_steps.my_data()),
    )


async def withdraw(
    visit: Visit, person: Person, *, accounts: Accounts, threads: Threads, audit: Audit, clock: Clock
) -> Reply:
    """Unlink this chat, forget its consent and what it was last about."""
    await accounts.unlink(visit.asked.channel, visit.asked.address, clock.now())
    await threads.forget_of(visit.asked.channel, visit.asked.address)
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


def _as_data(person: Person, linked: Sequence[Account]) -> dict[str, Any]:
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
    }


def _plain_fields(record: StudyRecord | Exemption) -> dict[str, str | None]:
    return {key: _plain(value) if isinstance(value, date) else value for key, value in asdict(record).items()}


def _plain(moment: date | datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
