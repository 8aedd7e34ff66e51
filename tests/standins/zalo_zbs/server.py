"""The host of template messages, beside an account's stand-in on the same port."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.standins.zalo_ground.calls import Asked
from tests.standins.zalo_ground.clock import HANOI
from tests.standins.zalo_ground.serving import Refused, Service
from tests.standins.zalo_oa.people import Person
from tests.standins.zalo_oa.server import Handler, ZaloOa, find_recipient, not_found, refuse
from tests.standins.zalo_zbs.questions import Questions
from tests.standins.zalo_zbs.sending import Sending
from tests.standins.zalo_zbs.templates import STATUSES, Param, Sent, Status, Template
from tests.standins.zalo_zbs.zbs_switches import ZbsSwitches


class ZaloZbs:
    """Template messages for one account.

    `daily_quota` is that of the account; `may_exceed_quota` lets sending_mode 3 go beyond it; `receipt_delay` seconds
    pass by the account's clock before a phone reports a message. The account's `wallet` pays.
    """

    def __init__(
        self,
        oa: ZaloOa | None = None,
        *,
        switches: ZbsSwitches | None = None,
        daily_quota: int = 500,
        may_exceed_quota: bool = False,
        development_messages: int = 100,
        receipt_delay: float = 0.0,
    ) -> None:
        self.oa = oa or ZaloOa()
        self.switches = switches or ZbsSwitches()
        self.daily_quota = daily_quota
        self.may_exceed_quota = may_exceed_quota
        self.development_messages = development_messages
        self.receipt_delay = receipt_delay
        self.quality = "HIGH"
        self.templates: dict[str, Template] = {}
        self.sent: dict[str, Sent] = {}
        self.admins: set[str] = set()  # phone numbers to which test messages may go
        self.refusals: dict[str, int] = {}  # user id → code with which every message by phone is refused
        self._counts: Counter[tuple[date, str | None]] = Counter()
        self.sending = Sending(self)
        self._handlers = self._list_handlers(Questions(self))
        self.oa.handlers["POST", "v3.0/oa/message/template"] = self.sending.by_user_id
        self.oa.guests.append(self._add_routes)
        self.oa.all_switches["zbs_"] = self.switches
        self.oa.shown["zbs"] = self._show_state
        self.oa.acts |= {
            "new_template": self._new_template, "decide_template": self.decide, "change_quota": self.change_quota,
            "refuse_phone": self._refuse_phone,
        }  # fmt: skip

    # ---- life: that of the account's server -------------------------------------------------------------------

    @property
    def business_base(self) -> str:
        """In place of https://business.openapi.zalo.me."""
        return f"{self.oa.base}/business"

    async def start(self, port: int = 0) -> None:
        """Start the account's server, with this host on it."""
        await self.oa.start(port)

    async def stop(self) -> None:
        """Stop it."""
        await self.oa.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.oa.__aexit__(kind, failure, trace)

    # ---- for tests --------------------------------------------------------------------------------------------

    def template(self, template_id: str, params: Sequence[Param] = (), **more: Any) -> Template:
        """A template of the account, approved unless `status` says otherwise."""
        made = Template(
            template_id, more.pop("name", f"Mẫu {template_id}"), list(params), created_at=self.oa.clock.millis(), **more
        )
        self.templates[template_id] = made
        return made

    def decide(self, template_id: str, status: Status, reason: str = "") -> None:
        """Zalo changes the status of a template and says so by an event."""
        if status not in STATUSES:
            raise ValueError(f"there is no status {status!r}")
        template = self.templates[template_id]
        before, template.status, template.reason = template.status, status, reason
        self._manage("change_template_status", {
            "oa_id": self.oa.oa_id, "template_id": template_id, "reason": reason,
            "status": {"prev_status": before, "new_status": status},
        })  # fmt: skip

    def change_quota(self, daily: int) -> None:
        """Zalo moves the account to another tier and says so by an event."""
        quota = {"prev_value": self.daily_quota, "new_value": daily}
        self.daily_quota = daily
        self._manage("change_oa_daily_quota", {"oaId": self.oa.oa_id, "quota": quota})

    def refuse(self, person: Person, code: int | None) -> None:
        """Refuse every message by phone to this person with a code (-114, -119, -139, -140, -141), or no longer."""
        self.refusals.pop(person.id, None)
        if code is not None:
            self.refusals[person.id] = code

    def emit_receipt(self, message: Sent) -> None:
        """The phone reports a message; the account hears of it by the webhook."""
        told = {"msg_id": message.id, "tracking_id": message.tracking_id, "delivery_time": str(message.delivered_at)}
        event: dict[str, Any] = {"event_name": "user_received_message", "app_id": self.oa.app_id}
        if self.switches.receipt_shape == "flat":
            event |= {"sender": self.oa.oa_id, "recipient": message.to, **told}
        else:
            event |= {"sender": {"id": self.oa.oa_id}, "recipient": {"id": message.to}, "message": told}
        self.oa.webhook.emit(event, headers={"X-ZEvent-Server": "ZNS"})

    # ---- quota ------------------------------------------------------------------------------------------------

    def day_of(self, moment: float) -> date:
        """The day in Hanoi."""
        return datetime.fromtimestamp(moment, HANOI).date()

    def note(self, message: Sent) -> None:
        """A message was accepted."""
        self.sent[message.id] = message
        today = self.oa.clock.local().date()
        self._counts[today, None] += 1
        self._counts[today, message.template_id] += 1

    def count_today(self, template_id: str | None = None) -> int:
        """Messages accepted today, of one template or of all."""
        return self._counts[self.oa.clock.local().date(), template_id]

    def left_today(self) -> int:
        """Messages that the quota still allows today."""
        return self.daily_quota - self.count_today()

    def show_quota(self) -> dict[str, str]:
        """The quota as Zalo writes it."""
        return {"dailyQuota": str(self.daily_quota), "remainingQuota": str(max(0, self.left_today()))}

    # ---- server -----------------------------------------------------------------------------------------------

    def _list_handlers(self, questions: Questions) -> dict[tuple[str, str], Handler]:
        return {
            ("POST", "message/template"): self.sending.by_phone,
            ("POST", "message/template/hashphone"): self.sending.by_hash,
            ("GET", "message/status"): questions.tell_status,
            ("GET", "message/quota"): questions.tell_quota,
            ("GET", "message/template-tag"): questions.list_tags,
            ("GET", "quality"): questions.tell_quality,
            ("GET", "template/all"): questions.list_templates,
            ("GET", "template/info/v2"): questions.tell_template,
            ("GET", "template/sample-data"): questions.tell_sample,
            ("POST", "template/create"): questions.create,
            ("POST", "template/edit"): questions.edit,
            ("POST", "upload/image"): questions.upload,
            ("POST", "rating/get"): questions.list_nothing,
            ("POST", "response/get"): questions.list_nothing,
        }

    def _add_routes(self, app: web.Application) -> None:
        app.router.add_route("*", "/business/{path:.*}", self._serve)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        handler = self._handlers.get((request.method, path))

        async def carry_out(asked: Asked) -> dict[str, Any] | web.Response:
            if handler is None:
                return await not_found(asked)
            self._ensure_token(asked)
            return await handler(asked)

        return await self.oa.serve(request, Service(f"business/{path}", carry_out, refuse, find_recipient))

    def _ensure_token(self, asked: Asked) -> None:
        token = asked.request.headers.get("access_token")
        if token is None:
            raise Refused(-124, "Access token is missing", is_violation=True)
        if self.oa.grants.state_of(token) != "good":
            raise Refused(-124, "Access token is invalid")
        if not self.oa.grants.is_proven(asked, token):
            raise Refused(-1241, "appsecret_proof is wrong", is_violation=True)

    def _manage(self, name: str, fields: dict[str, Any]) -> None:
        event = {"event_name": name, "app_id": self.oa.app_id, **fields}
        self.oa.webhook.emit(event, headers={"X-ZEvent-Server": "ZNS"})

    def _show_state(self) -> dict[str, Any]:
        return {
            "quota": self.show_quota(), "templates": [one.as_json() for one in self.templates.values()],
            "sent": [vars(one) for one in self.sent.values()],
        }  # fmt: skip

    # ---- HTTP control -----------------------------------------------------------------------------------------

    def _new_template(self, template_id: str, params: dict[str, int], **more: Any) -> None:
        """A template; `params` are names with their greatest lengths."""
        self.template(template_id, [Param(name, most) for name, most in params.items()], **more)

    def _refuse_phone(self, person: str, code: int | None) -> None:
        self.refuse(self.oa.people[person], code)
