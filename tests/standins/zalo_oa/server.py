"""The Official Account platform itself: two hosts on one loopback port, their state, and who may call."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import web

from tests.standins.zalo_ground.calls import Asked, masked
from tests.standins.zalo_ground.clock import Clock
from tests.standins.zalo_ground.serving import Refused, Service, StandIn
from tests.standins.zalo_oa.acts import list_acts
from tests.standins.zalo_oa.events import LADDER, Webhook
from tests.standins.zalo_oa.gate import Gate
from tests.standins.zalo_oa.oa_switches import OaSwitches
from tests.standins.zalo_oa.people import Group, Person, Row
from tests.standins.zalo_oa.questions import Questions
from tests.standins.zalo_oa.sending import Sending
from tests.standins.zalo_oa.tokens import Grants
from tests.standins.zalo_oa.uploads import Uploads

Handler = Callable[[Asked], Awaitable[dict[str, Any] | web.Response]]

APP_SECRET = "appSecretForTests0001"
OA_SECRET = "oaSecretKeyForTests0001"


class ZaloOa(StandIn):
    """An Official Account with its app.

    `clock` decides tokens, windows, nights, quotas and the ladder of retries, which `ladder_factor` shortens.
    `wallet`: messages that the Zalo Cloud Account can still pay (None: not linked). `daily_allowance` and
    `monthly_allowance` are quotas of the account (None: none). `console_challenge`: the PKCE challenge saved in the
    console. `is_granted`: an administrator has already consented, so that `access_token` works at once.
    """

    def __init__(
        self,
        *,
        clock: Clock | Callable[[], float] | None = None,
        switches: OaSwitches | None = None,
        seed: int = 2,
        app_id: str = "4123456789012345678",
        app_secret: str = APP_SECRET,
        oa_id: str = "2987654321098765432",
        oa_secret: str | None = OA_SECRET,
        name: str = "Nhắc Chuẩn",
        callback_urls: Sequence[str] = ("http://127.0.0.1/zalo/callback",),
        console_challenge: str | None = None,
        is_granted: bool = True,
        wallet: int | None = 10_000,
        daily_allowance: int | None = None,
        monthly_allowance: int | None = None,
        app_rate: int = 4000,
        oa_rate: int | None = None,
        receipt_delay: float = 0.0,
        ladder: Sequence[float] = LADDER,
        ladder_factor: float = 1.0,
        webhook_deadline: float = 2.0,
    ) -> None:
        self.switches = switches or OaSwitches()
        super().__init__(clock=clock, seed=seed, switches=self.switches)
        self.app_id, self.app_secret = app_id, app_secret
        self.oa_id, self.oa_secret, self.name = oa_id, oa_secret or app_secret, name
        self.callback_urls = list(callback_urls)
        self.console_challenge = console_challenge
        self.wallet = wallet
        self.daily_allowance, self.monthly_allowance = daily_allowance, monthly_allowance
        self.app_rate, self.oa_rate = app_rate, oa_rate
        self.gate = Gate(self)
        self.receipt_delay = receipt_delay
        self.people: dict[str, Person] = {}
        self.groups: dict[str, Group] = {}
        self.tags: list[str] = []
        self.free_replies_used: dict[str, int] = {}
        self.counted_at: list[float] = []
        self.grants = Grants(self)
        self.webhook = Webhook(self, ladder, ladder_factor, webhook_deadline)
        self.uploads = Uploads(self)
        self.sending = Sending(self)
        self.questions = Questions(self)
        self.handlers = self._list_handlers()
        self.guests: list[Callable[[web.Application], None]] = []  # other hosts on the same port
        self.shown: dict[str, Callable[[], Any]] = {}  # what they show of their state
        self._things: dict[str, tuple[bytes, str]] = {}
        self.acts = list_acts(self)
        if is_granted:
            self.grants.issue()

    # ---- addresses and credentials ----------------------------------------------------------------------------

    @property
    def oauth_base(self) -> str:
        """In place of https://oauth.zaloapp.com."""
        return f"{self.base}/oauth"

    @property
    def openapi_base(self) -> str:
        """In place of https://openapi.zalo.me."""
        return f"{self.base}/openapi"

    @property
    def access_token(self) -> str:
        """The access token that works now."""
        return self.grants.access_token

    @property
    def refresh_token(self) -> str:
        """The refresh token that works now."""
        return self.grants.refresh_token

    # ---- for tests --------------------------------------------------------------------------------------------

    def person(
        self, name: str, *, phone: str | None = None, is_follower: bool = False, interacted_at: float | None = None
    ) -> Person:
        """Somebody with Zalo. With `is_follower` and `interacted_at` they have a past, without events about it."""
        person = Person(self, name, phone)
        person.is_follower, person.last_interaction = is_follower, interacted_at
        self.people[person.id] = person
        return person

    def group(self) -> Group:
        """A group that the account is in."""
        group = Group(self.new_hex(16))
        self.groups[group.id] = group
        return group

    async def save_webhook(self, url: str) -> bool:
        """Save the webhook in the console; False when the unsigned probe was not answered with 200."""
        return await self.webhook.save(url)

    def event_from(self, user_id: str, name: str, message: dict[str, Any] | None = None) -> dict[str, Any]:
        """An event from a person to the account, in Zalo's order of fields and without timestamp."""
        event: dict[str, Any] = {
            "app_id": self.app_id, "sender": {"id": user_id}, "recipient": {"id": self.oa_id},
            "user_id_by_app": self.people[user_id].id_by_app, "event_name": name,
        }  # fmt: skip
        return event if message is None else {**event, "message": message}

    def event_to(self, user_id: str, name: str, message: dict[str, Any]) -> dict[str, Any]:
        """An event from the account to a person."""
        return {
            "app_id": self.app_id, "sender": {"id": self.oa_id}, "recipient": {"id": user_id},
            "user_id_by_app": self.people[user_id].id_by_app, "event_name": name, "message": message,
        }  # fmt: skip

    def later_receipt(self, person: Person, row: Row) -> None:
        """The phone reports the message after a while, or only once it is seen."""
        if self.switches.receipts == "seen first":
            return

        async def arrive() -> None:
            self.confirm_receipt(person, row)

        if self.receipt_delay:
            self.agenda.put(self.receipt_delay, arrive)
        else:
            self.confirm_receipt(person, row)

    def confirm_receipt(self, person: Person, row: Row) -> None:
        """The phone reports the message, once."""
        if not row.is_received:
            row.is_received = True
            self.webhook.emit(self.event_to(person.id, "user_received_message", {"msg_id": row.id}))

    def keep_thing(self, name: str, content: bytes, kind: str) -> str:
        """Put something under an address of this server, as Zalo does with what people send."""
        path = f"/cdn/{self.new_hex(12)}/{name}"
        self._things[path] = (content, kind)
        return f"{self.base}{path}"

    def count_since(self, moment: float) -> int:
        """Messages that counted since then."""
        return len(self.counted_at) - bisect_left(self.counted_at, moment)

    # ---- server -----------------------------------------------------------------------------------------------

    def add_routes(self, app: web.Application) -> None:
        app.router.add_route("*", "/oauth/{path:.*}", self._serve_oauth)
        app.router.add_route("*", "/openapi/{path:.*}", self._serve_openapi)
        app.router.add_get("/cdn/{path:.*}", self._serve_thing)
        for guest in self.guests:
            guest(app)

    async def stop(self) -> None:
        await super().stop()
        await self.webhook.courier.close()

    def show_state(self) -> dict[str, Any]:
        people = {
            one.id: {
                "name": one.name, "phone": one.phone, "is_follower": one.is_follower,
                "last_interaction": one.last_interaction, "rows": [vars(row) for row in one.rows],
            }
            for one in self.people.values()
        }  # fmt: skip
        return {
            "app_id": self.app_id, "oa_id": self.oa_id, "access_token": masked(self.access_token),
            "refresh_token": masked(self.refresh_token), "refreshes": self.grants.refreshes,
            "dead_uses": self.grants.dead_uses, "wallet": self.wallet, "counted": self.sending.counted(),
            "webhook": {"url": self.webhook.url, "is_enabled": self.webhook.is_enabled},
            "deliveries": [one.as_json() for one in self.webhook.deliveries], "people": people,
            **{name: show() for name, show in self.shown.items()},
        }  # fmt: skip

    def _list_handlers(self) -> dict[tuple[str, str], Handler]:
        async def missing(_: Asked) -> dict[str, Any]:
            raise Refused(-212, "The app has not registered this API")

        sending, questions, take = self.sending, self.questions, self.uploads.take
        return {
            ("POST", "v3.0/oa/message/cs"): sending.consult,
            ("POST", "v3.0/oa/message/template"): missing,
            ("POST", "v3.0/oa/message/transaction"): sending.send_closed,
            ("POST", "v3.0/oa/message/promotion"): sending.send_closed,
            ("POST", "v3.0/oa/group/message"): sending.send_to_group,
            ("POST", "v2.0/oa/message"): sending.react,
            ("POST", "v2.0/oa/upload/image"): take,
            ("POST", "v2.0/oa/upload/gif"): take,
            ("POST", "v2.0/oa/upload/file"): take,
            ("GET", "v3.0/oa/user/detail"): questions.describe_user,
            ("GET", "v3.0/oa/user/getlist"): questions.list_users,
            ("GET", "v2.0/oa/listrecentchat"): questions.list_recent,
            ("GET", "v2.0/oa/conversation"): questions.list_conversation,
            ("GET", "v2.0/oa/getoa"): questions.describe_account,
            ("POST", "v3.0/oa/quota/message"): questions.tell_quota,
            ("POST", "v2.0/oa/tag/tagfollower"): questions.tag,
            ("POST", "v2.0/oa/tag/rmfollowerfromtag"): questions.untag,
            ("POST", "v2.0/oa/tag/rmtag"): questions.remove_tag,
            ("GET", "v2.0/oa/tag/gettagsofoa"): questions.list_tags,
        }

    async def _serve_oauth(self, request: web.Request) -> web.StreamResponse:
        known: dict[tuple[str, str], Handler] = {
            ("GET", "v4/oa/permission"): self.grants.permit,
            ("POST", "v4/oa/access_token"): self.grants.hand_out,
        }
        path = request.match_info["path"]
        name = f"oauth/{path.removeprefix('v4/oa/')}"
        carry_out: Handler = known.get((request.method, path)) or not_found
        return await self.serve(request, Service(name, carry_out, self.grants.refuse))

    async def _serve_openapi(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        handler = self.handlers.get((request.method, path))

        async def carry_out(asked: Asked) -> dict[str, Any] | web.Response:
            if handler is None:
                return await not_found(asked)
            self.gate.ensure_may_call(asked)
            return await handler(asked)

        name = path.removeprefix("v3.0/oa/").removeprefix("v2.0/oa/")
        response = await self.serve(request, Service(name, carry_out, refuse, find_recipient))
        response.headers["X-RateLimit-Limit"] = str(self.app_rate)
        response.headers["X-RateLimit-Remain"] = str(self.gate.left())
        return response

    async def _serve_thing(self, request: web.Request) -> web.Response:
        content, kind = self._things.get(request.path, (b"", ""))
        return web.Response(body=content, content_type=kind) if kind else web.Response(status=404)


async def not_found(asked: Asked) -> dict[str, Any]:
    """An address that the host does not have."""
    raise Refused(404, f"no {asked.call.method} {asked.call.path}", is_violation=True, status=404)


def refuse(wrong: Refused) -> web.Response:
    """An error as openapi.zalo.me and business.openapi.zalo.me write it: HTTP 200 and a code that is not 0."""
    return web.json_response(wrong.body or {"error": wrong.code, "message": wrong.message}, status=wrong.status or 200)


def find_recipient(asked: Asked) -> str | None:
    """Whom a message is for."""
    body = asked.object() or {}
    recipient = body.get("recipient")
    inner = recipient if isinstance(recipient, dict) else body
    found = inner.get("user_id") or inner.get("group_id") or inner.get("phone")
    return found if isinstance(found, str) else None
