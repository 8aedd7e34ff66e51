"""The Bot platform itself: one bot, its updates, its webhook and its monthly allowance."""

import json
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from aiohttp import web

from tests.standins.zalo_bot.methods import Methods
from tests.standins.zalo_bot.parameters import METHODS, bad, merge, read_parameters
from tests.standins.zalo_bot.people import Chat, Person
from tests.standins.zalo_bot.platform_switches import BotSwitches
from tests.standins.zalo_ground.calls import Asked, masked
from tests.standins.zalo_ground.clock import Clock
from tests.standins.zalo_ground.courier import Courier, Delivery
from tests.standins.zalo_ground.serving import Refused, Service

DEFAULT_TOKEN = "1234567890123456789:StandInTokenThatOpensNothingAnywhere"
_AWAY = 30.0


class ZaloBot(Methods):
    """A Bot platform with one bot.

    `clock` decides how long polls wait and when a month ends; `monthly_allowance` and `users_allowed` are those of
    the basic plan; `allows_loopback` lets webhooks be plain http on this machine; `webhook_ladder` are waits before
    a refused event is brought again (undocumented, so none).
    """

    def __init__(
        self,
        token: str = DEFAULT_TOKEN,
        *,
        clock: Clock | Callable[[], float] | None = None,
        switches: BotSwitches | None = None,
        seed: int = 1,
        monthly_allowance: int | None = 3000,
        users_allowed: int | None = 50,
        tests_per_day: int = 10,
        webhooks_per_day: int | None = None,
        allows_loopback: bool = True,
        webhook_ladder: Sequence[float] = (),
        webhook_deadline: float = 5.0,
        can_join_groups: bool = False,
    ) -> None:
        self.switches = switches or BotSwitches()
        super().__init__(clock=clock, seed=seed, switches=self.switches)
        self.token = token
        self.monthly_allowance = monthly_allowance
        self.users_allowed = users_allowed
        self.tests_per_day = tests_per_day
        self.webhooks_per_day = webhooks_per_day
        self.allows_loopback = allows_loopback
        self.me = {
            "id": self.new_digits("1459"), "account_name": "bot.StandIn", "account_type": "BASIC",
            "can_join_groups": can_join_groups,
        }  # fmt: skip
        self.chats: dict[str, Chat] = {}
        self.people: dict[str, Person] = {}
        self.updates: deque[dict[str, Any]] = deque()
        self.consumed: list[dict[str, Any]] = []
        self.lost: list[dict[str, Any]] = []
        self.webhook: dict[str, Any] | None = None
        self.counted_at: list[float] = []
        self.fetches: list[tuple[str, int]] = []
        self.courier = Courier(
            self.clock, self.agenda, self.bell, webhook_ladder, webhook_deadline,
            is_accepted=lambda status: 200 <= status < 300,
        )  # fmt: skip
        self._poll_number = count(1)
        self._ranks = count(1)
        self._last_poll = 0
        self._polling = 0
        self._is_hurrying = False
        self._polled_at = self.clock()
        self._add_acts()

    # ---- for tests --------------------------------------------------------------------------------------------

    def person(self, name: str, *, is_protected: bool = False) -> Person:
        """Somebody with a private chat that the bot does not know before they write."""
        chat = Chat(self.new_hex(), "PRIVATE")
        self.chats[chat.id] = chat
        self.people[chat.id] = Person(self, name, chat, is_protected=is_protected)
        return self.people[chat.id]

    def group(self) -> Chat:
        """A group that the bot was added to; it hears only what mentions it."""
        chat = Chat(self.new_hex(), "GROUP", is_known=True)
        self.chats[chat.id] = chat
        return chat

    def learn(self, chat: Chat) -> None:
        """The bot has now seen this chat and may write to it."""
        if not chat.is_known:
            chat.is_known = True
            chat.rank = next(self._ranks)

    def reset_token(self, token: str) -> None:
        """The owner resets the token: the old one answers 401 from now on. A poll under way ends, with nothing."""
        self.token = token
        self.bell.ring()

    def arrive(self, event: dict[str, Any], *, copies: int = 1, delay: float = 0.0) -> None:
        """An event comes to the platform, once or several times, now or later."""
        for _ in range(copies):
            if delay > 0:
                self.agenda.put(delay, lambda: self._arrive_later(event))
            else:
                self._arrive(event)

    def post_to_webhook(self, body: bytes, headers: dict[str, str] | None = None) -> Delivery:
        """Bring exactly these bytes to the webhook: an empty body, nonsense, or another secret."""
        assert self.webhook is not None, "no webhook is set"
        given = {"User-Agent": "Java/1.8.0_202", **(headers or {})}
        return self.courier.bring(self.webhook["url"], Delivery(None, body, given))

    # ---- server -----------------------------------------------------------------------------------------------

    def add_routes(self, app: web.Application) -> None:
        app.router.add_route("*", "/bot{token}/{method}", self._serve)

    async def stop(self) -> None:
        await super().stop()
        await self.courier.close()

    def show_state(self) -> dict[str, Any]:
        chats = {
            one.id: {
                "type": one.type, "is_known": one.is_known, "actions": one.actions,
                "sent": [vars(sent) for sent in one.sent],
            }
            for one in self.chats.values()
        }  # fmt: skip
        return {
            "token": masked(self.token), "me": self.me, "waiting_updates": list(self.updates),
            "webhook": self.webhook and {"url": self.webhook["url"]}, "counted_this_month": self.counted(),
            "deliveries": [one.as_json() for one in self.courier.deliveries], "chats": chats,
        }  # fmt: skip

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        token, method = request.match_info["token"], request.match_info["method"]

        async def carry_out(asked: Asked) -> dict[str, Any]:
            if token != self.token:
                raise Refused(401, "Unauthorized")
            if method not in METHODS or (method == "testWebhook" and self.switches.test_webhook == "absent"):
                raise Refused(400, f"unknown method {method}", is_violation=method not in METHODS)
            given = read_parameters(method, merge(asked), self.switches)
            made: dict[str, Any] = await getattr(self, f"_{method}")(asked, **given)
            return made

        service = Service(method, carry_out, self._refuse, _find_chat)
        return await self.serve(request, service, path=f"/bot{masked(token)}/{method}")

    def _refuse(self, wrong: Refused) -> web.Response:
        status = wrong.status or (wrong.code if self.switches.error_status == "real" and wrong.code > 0 else 200)
        body = wrong.body or {"ok": False, "error_code": wrong.code, "description": wrong.message}
        return web.json_response(body, status=status)

    # ---- updates ----------------------------------------------------------------------------------------------

    def hurry_polls(self) -> None:
        """From now on no poll waits: each ends at once, with what is there or with nothing."""
        self._is_hurrying = True
        self.bell.ring()

    async def _getUpdates(self, asked: Asked, timeout: int | str = 30) -> dict[str, Any]:  # noqa: N802 - the platform's name
        if self.webhook is not None and self.switches.poll_under_webhook == "error 400":
            raise bad("a webhook is set; deleteWebhook first")
        mine = self._last_poll = next(self._poll_number)
        until, token = self.clock() + int(timeout), self.token
        self._polling += 1
        self.bell.ring()  # an older poll looks whether it was overtaken

        def is_overtaken() -> bool:
            return self.switches.competing_polls == "older ends with 409" and self._last_poll != mine

        def has_left() -> bool:
            return asked.is_gone and self.switches.fetcher_gone == "keeps"

        def is_over() -> bool:
            return is_overtaken() or has_left() or self.token != token or self._is_hurrying

        try:
            await self.clock.wait(self.bell, lambda: self._is_ready() or is_over(), until)
        finally:
            self._polling -= 1
            self._polled_at = self.clock()
        if is_overtaken():
            raise Refused(409, "Conflict: another getUpdates is running", is_violation=not asked.is_gone)
        if has_left() or self.token != token or not self._is_ready():
            raise self._idle()
        event = self.updates.popleft()
        self.consumed.append(event)
        return {"ok": True, "result": [event] if self.switches.update_shape == "list" else event}

    def _is_ready(self) -> bool:
        return bool(self.updates) and self.webhook is None

    def _idle(self) -> Refused:
        if self.switches.idle_code:
            return Refused(self.switches.idle_code, "Request timeout")
        return Refused(0, "", body={"ok": False, "description": "Request timeout"})

    async def _arrive_later(self, event: dict[str, Any]) -> None:
        self._arrive(event)

    def _arrive(self, event: dict[str, Any]) -> None:
        if self.switches.allowance_counts == "sent and received":
            self.counted_at.append(self.clock())
        if self.webhook is not None:
            self._bring(event, self.webhook)
            return
        is_away = not self._polling and self.clock() - self._polled_at > _AWAY
        if is_away and self.switches.updates_while_away == "lost":
            self.lost.append(event)
            return
        self.updates.append(event)
        self.bell.ring()

    def _bring(self, event: dict[str, Any], webhook: dict[str, Any]) -> None:
        body = {"ok": True, "result": event} if self.switches.webhook_body == "wrapped" else event
        headers = {
            "Content-Type": "application/json", "User-Agent": "Java/1.8.0_202",
            "X-Bot-Api-Secret-Token": webhook["secret_token"],
        }  # fmt: skip
        raw = json.dumps(body, ensure_ascii=False).encode()
        self.courier.bring(webhook["url"], Delivery(event, raw, headers))

    # ---- allowance --------------------------------------------------------------------------------------------

    def counted(self) -> int:
        """Messages that count for the month that runs now."""
        now = self.clock.local()
        if self.switches.allowance_resets == "calendar month":
            since = datetime(now.year, now.month, 1, tzinfo=now.tzinfo).timestamp()
        else:
            since = self.clock() - 30 * 86_400
        return len(self.counted_at) - bisect_left(self.counted_at, since)

    # ---- HTTP control -----------------------------------------------------------------------------------------

    def _add_acts(self) -> None:
        def find(person: str) -> Person:
            return self.people[person]

        def new_person(name: str, *, is_protected: bool = False) -> str:
            return self.person(name, is_protected=is_protected).id

        async def bring_empty_body() -> str:
            delivery = self.post_to_webhook(b"")
            await self.wait_for(lambda: bool(delivery.attempts))
            return delivery.state

        self.acts = {
            "new_person": new_person,
            "new_group": lambda: self.group().id,
            "says": lambda person, text, group=None, **more: find(person).says(
                text, within=self.chats[group] if group else None, **more
            ),
            "shows_photo": lambda person, url, caption="": find(person).shows_photo(url, caption),
            "sends_sticker": lambda person: find(person).sends_sticker(),
            "records_voice": lambda person: find(person).records_voice(),
            "sends_something_else": lambda person: find(person).sends_something_else(),
            "reads": lambda person, count=1, timeout=5.0: find(person).reads(count, timeout=timeout),
            "reset_token": self.reset_token,
            "bring_empty_body": bring_empty_body,
            "bring_event": lambda event, copies=1, delay=0.0: self.arrive(event, copies=copies, delay=delay),
        }


def _find_chat(asked: Asked) -> str | None:
    given = {**asked.query, **asked.form, **(asked.object() or {})}
    chat = given.get("chat_id")
    return chat if isinstance(chat, str) else None
