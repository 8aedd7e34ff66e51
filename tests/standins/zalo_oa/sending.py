"""Messages of the account: consultation by window and wallet, groups, reactions, and the two kinds that are closed."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from tests.standins.zalo_ground.calls import Asked
from tests.standins.zalo_ground.serving import Refused
from tests.standins.zalo_oa.people import Person, Row
from tests.standins.zalo_oa.shapes import Shaped, ensure_keys, read_message, wrong

if TYPE_CHECKING:
    from tests.standins.zalo_oa.server import ZaloOa

FREE = 48 * 3600.0
OPEN = 7 * 86_400.0
ICONS = {"/-heart", "/-strong", ":>", ":o", ":-((", ":-h", "/-remove"}
_NAMED = {"text", "list", "image", "gif", "file", "sticker"}
_ATTACHED = {"image", "gif", "file", "sticker"}


class Sending:
    """What `/v3.0/oa/message/…` and `/v2.0/oa/message` do."""

    def __init__(self, oa: ZaloOa) -> None:
        self._oa = oa
        self._reactions: dict[str, int] = {}

    # ---- addresses --------------------------------------------------------------------------------------------

    async def consult(self, asked: Asked) -> dict[str, Any]:
        body = ensure_keys(asked.body, "body", {"recipient", "message"}, {"recipient", "message"})
        shaped = read_message(body["message"], self._oa.switches)
        self._ensure_quoted(body["message"])
        person = self._find_recipient(body["recipient"])
        self._oa.uploads.ensure_usable(shaped)
        is_billed = self._ensure_may_write(person)
        row = self.put(person, shaped, is_billed=is_billed)
        answer: dict[str, Any] = {"message_id": row.id, "user_id": person.id}
        if self._oa.switches.answers_quota:
            answer["quota"] = self._describe_quota(person, is_billed=is_billed)
        return {"error": 0, "message": "Success", "data": answer}

    async def send_closed(self, asked: Asked) -> dict[str, Any]:
        """Transaction and promotion messages: closed; as they were, where the switch opens them."""
        if self._oa.switches.closed_kinds == "closed":
            raise Refused(self._oa.switches.closed_code, "This message type is closed", is_violation=True)
        body = ensure_keys(asked.body, "body", {"recipient", "message"}, {"recipient", "message"})
        person = self._find_recipient(body["recipient"])
        message = ensure_keys(body["message"], "message", {"attachment"}, {"attachment"})
        attachment = ensure_keys(message["attachment"], "attachment", {"type", "payload"}, {"type", "payload"})
        payload = attachment["payload"]
        ensure_keys(
            payload, "payload", {"template_type", "language", "elements", "buttons"}, {"template_type", "elements"}
        )
        is_promotion = asked.call.name.endswith("promotion")
        if is_promotion != (payload["template_type"] == "promotion"):
            raise wrong("payload.template_type")
        if is_promotion and self.is_night():
            raise Refused(-234, "Not allowed from 22:00 to 06:00")
        self._ensure_welcome(person)
        row = self.put(person, Shaped(payload["template_type"], content={"elements": payload["elements"]}))
        return {"error": 0, "message": "Success", "data": {"message_id": row.id, "user_id": person.id}}

    async def send_to_group(self, asked: Asked) -> dict[str, Any]:
        body = ensure_keys(asked.body, "body", {"recipient", "message"}, {"recipient", "message"})
        group_id = ensure_keys(body["recipient"], "recipient", {"group_id"}, {"group_id"})["group_id"]
        shaped = read_message(body["message"], self._oa.switches)
        group = self._oa.groups.get(group_id)
        if group is None:
            raise Refused(-403, "The account is not in this group")
        if not group.is_enabled:
            raise Refused(-237, "The group is disabled")
        self._oa.uploads.ensure_usable(shaped)
        row = Row(self._oa.new_hex(), 0, self._oa.clock.millis(), shaped.kind, shaped.text, shaped.buttons)
        group.rows.append(row)
        return {"error": 0, "message": "Success", "data": {"message_id": row.id, "group_id": group_id}}

    async def react(self, asked: Asked) -> dict[str, Any]:
        """`/v2.0/oa/message`: reactions only; sending by it was closed long ago."""
        body = asked.object() or {}
        if "sender_action" not in body:
            raise Refused(-240, "API v2 is closed", is_violation=True)
        ensure_keys(body, "body", {"recipient", "sender_action"}, {"recipient", "sender_action"})
        person = self._find_recipient(body["recipient"])
        names = {"react_icon", "react_message_id"}
        action = ensure_keys(body["sender_action"], "sender_action", names, names)
        about = action["react_message_id"]
        if action["react_icon"] not in ICONS or about not in {row.id for row in person.rows}:
            raise wrong("sender_action")
        self._reactions[about] = self._reactions.get(about, 0) + 1
        if self._reactions[about] > 50:
            raise Refused(-210, "Too many reactions to one message")
        return {"error": 0, "message": "Success", "data": {"message_id": about}}

    # ---- what a message needs ---------------------------------------------------------------------------------

    def put(self, person: Person, shaped: Shaped, *, is_billed: bool = False, counts: bool = True) -> Row:
        """The message stands in the conversation: echo, receipt, and what the person can tap."""
        oa = self._oa
        content = {"uses": shaped.uses, "url": shaped.url, **shaped.content}
        row = Row(oa.new_hex(), 0, oa.clock.millis(), shaped.kind, shaped.text, shaped.buttons, content)
        row.is_billed = is_billed
        person.rows.append(row)
        if is_billed and oa.wallet is not None:
            oa.wallet -= 1
        if counts and (is_billed or oa.switches.allowance_counts == "all"):
            oa.counted_at.append(oa.clock())
        if oa.switches.echoes:
            self._echo(person, row)
        if person.is_reachable:
            oa.later_receipt(person, row)
        oa.bell.ring()
        return row

    def is_night(self) -> bool:
        """Whether it is between 22:00 and 06:00 in Hanoi."""
        now = self._oa.clock.local().time()
        return now >= time(22) or now < time(6)

    def counted(self) -> tuple[int, int]:
        """Messages that counted today and this month."""
        now = self._oa.clock.local()
        today = datetime(now.year, now.month, now.day, tzinfo=now.tzinfo).timestamp()
        month = datetime(now.year, now.month, 1, tzinfo=now.tzinfo).timestamp()
        return self._oa.count_since(today), self._oa.count_since(month)

    def _find_recipient(self, value: Any) -> Person:
        recipient = ensure_keys(value, "recipient", {"user_id", "message_id"}, set())
        if len(recipient) != 1 or not all(isinstance(one, str) for one in recipient.values()):
            raise wrong("recipient needs either user_id or message_id, as a string")
        if "user_id" in recipient:
            person = self._oa.people.get(recipient["user_id"])
        else:
            rows = ((one, row) for one in self._oa.people.values() for row in one.rows)
            person = next((one for one, row in rows if row.id == recipient["message_id"]), None)
        if person is None:
            raise Refused(self._oa.switches.unknown_user_code, "Params is invalid: user_id")
        return person

    def _ensure_quoted(self, message: dict[str, Any]) -> None:
        quoted = message.get("quote_message_id")
        if quoted and not any(row.id == quoted for one in self._oa.people.values() for row in one.rows):
            raise wrong("message.quote_message_id")

    def _ensure_welcome(self, person: Person) -> None:
        if person.refusal is not None:
            raise Refused(person.refusal, "The person cannot be written to")
        refuses = self._oa.switches.refuses_strangers
        if (refuses == "who unfollowed" and person.has_unfollowed) or (
            refuses == "every non-follower" and not person.is_follower
        ):
            raise Refused(-213, "User has not followed the account")

    def _ensure_may_write(self, person: Person) -> bool:
        """Whether this message is billed. Raises Refused outside the windows, without money or allowance."""
        self._ensure_welcome(person)
        if person.last_interaction is None:
            raise Refused(-232, "User has never interacted with the account")
        since = self._oa.clock() - person.last_interaction
        if since > OPEN:
            raise Refused(self._oa.switches.expired_code, "User has not interacted within 7 days")
        used = self._oa.free_replies_used.get(person.id, 0)
        is_billed = since > FREE
        if is_billed and self._oa.wallet is None:
            raise Refused(-320, "The account is not linked with a Zalo Cloud Account")
        if is_billed and not self._oa.wallet:
            raise Refused(-321, "The Zalo Cloud Account has no balance")
        if not is_billed and self._oa.switches.free_replies == "eight" and used >= 8:
            raise Refused(-218, "The limit of messages to this user is reached")
        counts = is_billed or self._oa.switches.allowance_counts == "all"
        today, month = self.counted()
        for most, count in ((self._oa.daily_allowance, today), (self._oa.monthly_allowance, month)):
            if counts and most is not None and count >= most:
                raise Refused(-211, "The quota of this feature is used up")
        if not is_billed:
            self._oa.free_replies_used[person.id] = used + 1
        return is_billed

    def _describe_quota(self, person: Person, *, is_billed: bool) -> dict[str, str]:
        if is_billed:
            return {
                "quota_type": "purchase_quota", "remain": str(self._oa.wallet), "total": str(self._oa.wallet),
                "expired_date": "", "owner_type": "OA", "owner_id": self._oa.oa_id,
            }  # fmt: skip
        return {
            "quota_type": "reply", "remain": str(self.free_left(person)), "total": "8", "expired_date": "",
            "owner_type": "OA", "owner_id": self._oa.oa_id,
        }  # fmt: skip

    def free_left(self, person: Person) -> int:
        """Free replies left in this window; eight stay eight where they are unlimited."""
        is_limited = self._oa.switches.free_replies == "eight"
        return 8 - self._oa.free_replies_used.get(person.id, 0) if is_limited else 8

    def _echo(self, person: Person, row: Row) -> None:
        name = f"oa_send_{row.kind}" if row.kind in _NAMED else "oa_send_template"
        is_same = self._oa.switches.echo_msg_id == "same"
        message: dict[str, Any] = {"msg_id": row.id if is_same else self._oa.new_hex()}
        if row.text:
            message["text"] = row.text
        if row.kind in _ATTACHED:
            message["attachments"] = [{"type": row.kind, "payload": {"url": row.content.get("url") or ""}}]
        self._oa.webhook.emit(self._oa.event_to(person.id, name, message))
