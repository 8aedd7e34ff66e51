"""No token and no secret stands in anything that is written: output, logs, errors and traces, whatever goes wrong."""

import asyncio
import io
import logging
import traceback
from contextlib import contextmanager

import pytest

from bot.on_zalo.account import AccountClient
from bot.on_zalo.bot_api import BotApi
from bot.on_zalo.oauth import App, OauthClient
from bot.on_zalo.templates import TemplateClient
from tests.bot.on_zalo.account import open_account, open_door, standing_oa
from tests.bot.on_zalo.bot_open import open_bot
from tests.bot.opened import POLLING, SECRET, WEBHOOK
from tests.standins.zalo_bot import ZaloBot
from tests.standins.zalo_ground import faults
from tests.standins.zalo_zbs import ZaloZbs

FAULTS = {
    "an error": lambda: faults.answer(-201, "Params is invalid"),
    "an error after all": lambda: faults.answer(500, "Internal server error", after=True),
    "a token that is refused": lambda: faults.answer(401, "Unauthorized"),
    "too many": lambda: faults.answer(429, "Quota exceeded", status=429),
    "an answer of another shape": lambda: faults.answer_with({"access_token": "", "ok": "?"}),
    "a lost answer": faults.lost_answer,
    "a lost request": faults.lost_request,
    "a page of a gateway": faults.gateway_page,
    "half an answer": faults.malformed,
    "an answer that takes too long": lambda: faults.held(seconds=0.4),
}


class Written:
    """Everything that is written while it listens."""

    def __init__(self) -> None:
        self.log = io.StringIO()

    def add(self, failed: BaseException) -> None:
        self.log.write("".join(traceback.format_exception(failed)) + repr(failed) + str(failed))
        for inner in (failed.__cause__, failed.__context__):
            if inner is not None:
                self.log.write(repr(inner) + repr(vars(inner)))


@contextmanager
def listening(capsys):
    """Every logger at its most talkative, and httpx's own too."""
    written = Written()
    handler = logging.StreamHandler(written.log)
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield written
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        shown = capsys.readouterr()
        written.log.write(shown.out + shown.err)


def ensure_none(secrets, written: str) -> None:
    assert written
    found = [one for one in secrets if one and one in written]
    assert not found


async def try_all(calls, standin, written: Written) -> None:
    """Each call with each fault, and once without."""
    for make in (None, *FAULTS.values()):
        for call in calls:
            standin.heal()
            if make is not None:
                standin.fail_next("*", make(), times=None)
            try:
                await call()
            except Exception as failed:  # noqa: BLE001  what it is is written down and looked at
                written.add(failed)
    standin.heal()


async def test_nothing_that_the_client_of_a_bot_writes_holds_its_token(capsys):
    async with ZaloBot() as platform:
        lan = platform.person("Lan")
        platform.learn(lan.chat)
        with listening(capsys) as written:
            api = BotApi(platform.token, platform.base, seconds=0.2)
            await try_all(
                [
                    api.get_me, api.get_webhook, api.delete_webhook, lambda: api.get_update(0),
                    lambda: api.set_webhook("https://bot.example.vn/zalo", SECRET),
                    lambda: api.send_text(lan.id, "chào"), lambda: api.show_typing(lan.id),
                ],
                platform, written,
            )  # fmt: skip
            await api.close()
        platform.violations.clear()
        ensure_none({platform.token, platform.token.partition(":")[2], SECRET}, written.log.getvalue())


@pytest.mark.parametrize("mode", [POLLING, WEBHOOK])
async def test_nothing_that_the_door_of_a_bot_writes_holds_its_token(mode, capsys):
    async with ZaloBot() as platform:
        lan = platform.person("Lan")
        with listening(capsys) as written:
            async with open_bot(platform, mode) as door:
                for make in FAULTS.values():
                    for name in ("getUpdates", "sendMessage"):
                        platform.fail_next(name, make())
                    lan.says("chào")
                platform.heal()
                lan.says("xong")
                await platform.wait_for(lambda: "heard: xong" in [one.text for one in lan.chat.sent], 15)
                await door.leave()
        platform.violations.clear()
        ensure_none({platform.token, platform.token.partition(":")[2], SECRET}, written.log.getvalue())


async def test_nothing_that_the_clients_of_an_account_write_holds_a_token(database, capsys):
    async with standing_oa() as oa, open_account(oa, database) as account:
        oa.clock.advance(0)
        await account.keeper.access()
        zbs = ZaloZbs(oa)
        tokens = {oa.access_token, oa.refresh_token, oa.app_secret, oa.oa_secret}
        client = AccountClient(oa.openapi_base, account.keeper)
        client._wire._seconds = 0.3
        templates = TemplateClient(zbs.business_base, account.keeper)
        templates._wire._seconds = 0.3
        oauth = OauthClient(App(oa.app_id, oa.oa_id, oa.app_secret), oa.oauth_base, seconds=0.3)
        lan = oa.person("Lan", is_follower=True, interacted_at=oa.clock())

        async def renew():
            await oauth.refresh(oa.refresh_token, account.clock.now())
            tokens.update({oa.access_token, oa.refresh_token})

        with listening(capsys) as written:
            async with asyncio.timeout(60):
                await try_all(
                    [
                        lambda: client.send(lan.id, {"text": "chào"}),
                        lambda: client.read_window(lan.id), client.list_recent, client.describe,
                        lambda: client.list_conversation(lan.id),
                        lambda: client.upload("file", "don.docx", b"PK", "application/msword"),
                        lambda: client.send_template(lan.id, "123456", {}), renew,
                        lambda: oauth.exchange("a-code-of-tests-alone", "v" * 43, account.clock.now()),
                    ],
                    oa, written,
                )  # fmt: skip
            for one in (client, templates, oauth):
                await one.close()
        tokens |= {oa.access_token, oa.refresh_token, "a-code-of-tests-alone"}
        oa.violations.clear()
        ensure_none(tokens, written.log.getvalue())


async def test_nothing_that_the_door_of_an_account_writes_holds_a_token(database, capsys):
    async with standing_oa() as oa:
        with listening(capsys) as written:
            async with open_door(oa, database):
                tokens = {oa.access_token, oa.refresh_token, oa.app_secret, oa.oa_secret}
                lan = oa.person("Lan")
                for make in FAULTS.values():
                    oa.fail_next("message/cs", make())
                    oa.fail_next("oauth/access_token", make())
                    lan.says("chào")
                oa.heal()
                lan.says("xong")
                await oa.wait_for(lambda: "heard: xong" in lan.unread(), 15)
                tokens |= {oa.access_token, oa.refresh_token}
        oa.violations.clear()
        ensure_none(tokens, written.log.getvalue())
