"""Letters by the Official Account, and the webhook on the house's own web server."""

import asyncio
import socket

import pytest

from bot.commands.serving import serve_office
from bot.failures import NotSentError, RefusedError
from bot.letters import Errand
from bot.on_zalo.letters import OaCarrier
from bot.wiring import open_office
from handlers.reply import Line, Reply
from tests.bot.on_telegram.door import KnownReach
from tests.bot.on_zalo.account import open_account, standing_oa
from tests.offices import settings_for, share_cache
from tests.standins.zalo_ground import faults


@pytest.fixture
async def oa():
    async with standing_oa() as oa:
        yield oa


async def test_letter_is_brought_or_its_failure_named(oa, database):
    async with open_account(oa, database) as account:
        reach, counted = KnownReach(), []

        async def count(messages):
            counted.append(messages)

        carrier = OaCarrier(account.client, str, reach, account.clock.now, account.keeper.close, count)
        lan = oa.person("Lan", is_follower=True, interacted_at=oa.clock())
        errand = Errand(1, lan.id, Reply("Có thư"), 1)
        await carrier.carry(errand)
        assert lan.sees() == "Có thư"
        oa.fail_next("message/cs", faults.answer(-32))
        with pytest.raises(NotSentError):
            await carrier.carry(errand)
        lan.refusal = -213
        with pytest.raises(RefusedError):
            await carrier.carry(errand)
        await carrier.close()
    assert (len(lan.screen()), counted, reach.is_reachable) == (1, [1], {lan.id: False})


async def test_letter_whose_beginning_arrived_is_not_sent_again_because_its_rest_was_refused(oa, database):
    async with open_account(oa, database) as account:
        lan = oa.person("Lan", is_follower=True, interacted_at=oa.clock())

        async def refuse_the_next(messages):
            del messages
            oa.fail_next("message/cs", faults.answer(-200))

        carrier = OaCarrier(account.client, str, KnownReach(), account.clock.now, account.keeper.close, refuse_the_next)
        await carrier.carry(Errand(1, lan.id, Reply("Có thư", (Line("chữ " * 1500),)), 1))
        await carrier.close()
    assert len(lan.screen()) == 1


async def test_house_answers_on_zalo_when_its_settings_name_the_account(oa, database_url, tmp_path):
    share_cache(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = settings_for(
        database_url, tmp_path, http=f"127.0.0.1:{port}", public_url="https://127.0.0.1", zalo_oa_app_id=oa.app_id,
        zalo_oa_id=oa.oa_id, zalo_oa_app_secret=oa.app_secret, zalo_oa_webhook_secret=oa.oa_secret,
        zalo_oa_refresh_token=oa.refresh_token, zalo_oa_api=oa.openapi_base, zalo_oauth_api=oa.oauth_base,
        today=oa.clock.local().date(),
    )  # fmt: skip
    async with open_office(settings) as office:
        serving = asyncio.ensure_future(serve_office(office, None))
        await oa.wait_for(lambda: bool(oa.calls_of("listrecentchat")), 30)
        assert await oa.save_webhook(f"http://127.0.0.1:{port}/zalo/oa/webhook")
        lan = oa.person("Lan")
        lan.follows()
        assert await lan.reads(timeout=20)
        assert lan.buttons()
        today = office.clock.today()
        async with asyncio.timeout(10):
            while await office.zalo_book.count_used(today, today) != 1:  # noqa: ASYNC110  the database cannot tell us
                await asyncio.sleep(0.02)
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        last, _checked = await office.zalo_book.find_window(lan.id)
        assert last is not None
