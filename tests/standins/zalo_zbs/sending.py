"""Template messages by phone number, by its hash, and by user id; each host with its own codes."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from tests.standins.zalo_ground.calls import Asked
from tests.standins.zalo_ground.serving import Refused
from tests.standins.zalo_oa.shapes import Shaped, ensure_keys
from tests.standins.zalo_zbs.templates import Sent, Template

if TYPE_CHECKING:
    from tests.standins.zalo_oa.people import Person
    from tests.standins.zalo_zbs.server import ZaloZbs

_ALLOWED = {"template_id", "template_data", "tracking_id", "sending_mode", "mode"}
# What the account's own host answers where the phone host answers these.
_ON_OA_HOST = {-1121: -210}


class Sending:
    """The three addresses by which a template message is sent."""

    def __init__(self, zbs: ZaloZbs) -> None:
        self._zbs = zbs
        self._oa = zbs.oa
        self._owners: dict[str, Person] = {}  # by phone, as last looked

    async def by_phone(self, asked: Asked) -> dict[str, Any]:
        body = self._read(asked, "phone")
        phone = self._read_phone(body.get("phone"))
        person = self._find_owner(phone)
        return self._send(body, phone, person, phone)

    async def by_hash(self, asked: Asked) -> dict[str, Any]:
        body = self._read(asked, "hash_phone")
        wanted = body.get("hash_phone")
        if not isinstance(wanted, str) or not re.fullmatch(r"[0-9a-f]{64}", wanted):
            raise Refused(-108, "Phone number is invalid", is_violation=True)
        hashed = {hashlib.sha256(one.phone.encode()).hexdigest(): one for one in self._oa.people.values() if one.phone}
        person = hashed.get(wanted)
        return self._send(body, person.phone if person else None, person, wanted)

    async def by_user_id(self, asked: Asked) -> dict[str, Any]:
        """`/v3.0/oa/message/template` on the account's host: OA codes, no tracking_id, no window."""
        needed = {"user_id", "template_id", "template_data"}
        body = ensure_keys(asked.body, "body", needed, needed)
        person = self._oa.people.get(body["user_id"]) if isinstance(body["user_id"], str) else None
        if person is None:
            raise Refused(self._oa.switches.unknown_user_code, "Params is invalid: user_id")
        try:
            template = self._find_fitting(body)
        except Refused as wrong:
            code = _ON_OA_HOST.get(wrong.code, -201)
            raise Refused(code, wrong.message, wrong.is_violation) from None
        if not template.is_usable_by_user_id:
            raise Refused(-249, "Template cannot be sent by user id")
        if person.refusal is not None:
            raise Refused(person.refusal, "The person cannot be written to")
        if self._oa.wallet is None:
            raise Refused(-320, "The account is not linked with a Zalo Cloud Account")
        if not self._oa.wallet:
            raise Refused(-321, "The Zalo Cloud Account has no balance")
        if self._zbs.left_today() <= 0 or self._is_worn_out(template):
            raise Refused(-211, "The quota of this feature is used up")
        words = f"{template.name}\n" + "\n".join(str(one) for one in body["template_data"].values())
        row = self._oa.sending.put(person, Shaped("template", words), is_billed=True, counts=False)
        self._note(Sent(row.id, row.time, person.id, template.id, body["template_data"], None))
        data = {"message_id": row.id, "user_id": person.id, "sent_time": str(row.time), "quota": self._zbs.show_quota()}
        return {"error": 0, "message": "Success", "data": data}

    # ---- the phone host ---------------------------------------------------------------------------------------

    def _read(self, asked: Asked, key: str) -> dict[str, Any]:
        if not asked.raw:
            raise Refused(-121, "Body is empty", is_violation=True)
        body = asked.object()
        if body is None:
            raise Refused(-122, "Body is not JSON", is_violation=True)
        if unknown := body.keys() - _ALLOWED - {key}:
            raise Refused(-132, f"Parameter is invalid: {sorted(unknown)}", is_violation=True)
        tracking = body.get("tracking_id")
        if not isinstance(tracking, str) or not 1 <= len(tracking) <= 48:
            raise Refused(-132, "Parameter is invalid: tracking_id", is_violation=True)
        if body.get("mode") not in {None, "development"}:
            raise Refused(-132, "Parameter is invalid: mode", is_violation=True)
        if body.get("sending_mode") not in {None, "1", "3"}:
            raise Refused(-161, "sending_mode is invalid", is_violation=True)
        return body

    def _read_phone(self, value: Any) -> str:
        given = value.removeprefix("+") if isinstance(value, str) else ""
        if self._zbs.switches.accepts_leading_zero and re.fullmatch(r"0\d{9}", given):
            given = f"84{given[1:]}"
        if not re.fullmatch(r"84\d{9}", given):
            raise Refused(-108, "Phone number is invalid", is_violation=True)
        return given

    def _send(self, body: dict[str, Any], phone: str | None, person: Person | None, to: str) -> dict[str, Any]:
        template = self._find_fitting(body)
        self._ensure_new(body["tracking_id"])
        is_rehearsal = body.get("mode") == "development"
        if is_rehearsal:
            self._ensure_admin(phone)
        if person is None:
            raise Refused(-118, "No Zalo account has this number")
        if (code := self._zbs.refusals.get(person.id)) is not None:
            raise Refused(code, "This account cannot receive the message")
        self._ensure_allowed(template, body)
        message = Sent(
            self._oa.new_hex(), self._oa.clock.millis(), to, template.id, body["template_data"], body["tracking_id"]
        )
        self._note(message)
        if is_rehearsal:
            self._zbs.development_messages -= 1
        elif self._oa.wallet is not None:
            self._oa.wallet -= 1
        if person.is_reachable:
            self._later_receipt(message)
        data = {
            "msg_id": message.id, "sent_time": str(message.at), "sending_mode": body.get("sending_mode", "1"),
            "quota": self._zbs.show_quota(),
        }  # fmt: skip
        return {"error": 0, "message": "Success", "data": data}

    def _find_owner(self, phone: str) -> Person | None:
        found = self._owners.get(phone)
        if found is None or found.phone != phone:
            self._owners = {one.phone: one for one in self._oa.people.values() if one.phone}
            found = self._owners.get(phone)
        return found

    def _find_fitting(self, body: dict[str, Any]) -> Template:
        template = self._zbs.templates.get(str(body.get("template_id")))
        if template is None:
            raise Refused(-109, "Template id is invalid", is_violation=True)
        template.ensure_usable()
        template.ensure_fits(body.get("template_data"))
        return template

    def _ensure_new(self, tracking_id: str) -> None:
        if self._zbs.switches.duplicate_tracking == "accepted":
            return
        if any(one.tracking_id == tracking_id for one in self._zbs.sent.values()):
            raise Refused(-132, "Parameter is invalid: tracking_id was used")

    def _ensure_admin(self, phone: str | None) -> None:
        if phone not in self._zbs.admins:
            raise Refused(-127, "Test templates go to administrators only")
        if self._zbs.development_messages <= 0:
            raise Refused(-126, "The development wallet is empty")

    def _ensure_allowed(self, template: Template, body: dict[str, Any]) -> None:
        is_over = self._zbs.left_today() <= 0
        if body.get("sending_mode") == "3" and template.tag != "IN_TRANSACTION":
            raise Refused(-162, "sending_mode 3 is not for this tag", is_violation=True)
        if is_over and not (body.get("sending_mode") == "3" and self._zbs.may_exceed_quota):
            raise Refused(-144, "The daily limit of the account is reached")
        if self._is_worn_out(template):
            raise Refused(-147, "The daily limit of the template is reached")
        is_spared = template.tag == "OTP" and self._zbs.switches.night_spares_otp
        if self._zbs.switches.night_rule == "-133" and self._oa.sending.is_night() and not is_spared:
            raise Refused(-133, "Not allowed from 22:00 to 06:00")
        if self._oa.wallet is None:
            raise Refused(-136, "The Zalo Cloud Account is not linked")
        if not self._oa.wallet:
            raise Refused(-115, "There is no balance")

    def _is_worn_out(self, template: Template) -> bool:
        return template.daily_limit is not None and self._zbs.count_today(template.id) >= template.daily_limit

    def _note(self, message: Sent) -> None:
        self._zbs.note(message)
        self._oa.bell.ring()

    # ---- receipts ---------------------------------------------------------------------------------------------

    def _later_receipt(self, message: Sent) -> None:
        async def arrive() -> None:
            message.delivered_at = self._oa.clock.millis()
            self._zbs.emit_receipt(message)

        self._oa.agenda.put(self._zbs.receipt_delay + self._seconds_of_night(), arrive)

    def _seconds_of_night(self) -> float:
        """Seconds until 06:00, when messages of the night are pushed to the phone."""
        if self._zbs.switches.night_push == "at once" or not self._oa.sending.is_night():
            return 0.0
        now = self._oa.clock.local()
        morning = datetime.combine(now.date(), time(6), now.tzinfo)
        if morning <= now:
            morning += timedelta(days=1)
        return morning.timestamp() - now.timestamp()
