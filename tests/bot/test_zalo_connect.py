"""An administrator agrees once, by the browser or by a code that is typed in; doctor says how it stands."""

import asyncio

import httpx
import pytest

from bot.commands.zalo_connect import connect, read_consent
from bot.commands.zalo_oa import check_zalo_oa
from bot.errors import InputError
from bot.wiring import open_office
from tests.offices import settings_for
from tests.standins.zalo_ground import Clock
from tests.standins.zalo_oa import ZaloOa
from tests.standins.zalo_oa.tokens import challenge_of

PORT = 18_471
CALLBACK = f"http://127.0.0.1:{PORT}/zalo/oa/callback"
VERIFIER = "Test0Verifier1Test0Verifier1Test0Verifier1A"


@pytest.fixture
async def oa():
    async with ZaloOa(clock=Clock(), callback_urls=(CALLBACK,), is_granted=False) as oa:
        yield oa


def settings_of(oa, url, home, **more):
    return settings_for(
        url, home, http=f"127.0.0.1:{PORT}", zalo_oa_app_id=oa.app_id, zalo_oa_id=oa.oa_id,
        zalo_oa_app_secret=oa.app_secret, zalo_oa_api=oa.openapi_base, zalo_oauth_api=oa.oauth_base, **more,
    )  # fmt: skip


async def agree(capsys) -> str:
    """Open the link that is shown, as the administrator's browser does; what stands on the last page."""
    shown = ""
    async with asyncio.timeout(20):
        while "code_challenge" not in shown and "state=" not in shown:
            await asyncio.sleep(0.05)
            shown += capsys.readouterr().out
    link = next(word for word in shown.split() if "/permission?" in word)
    async with httpx.AsyncClient(follow_redirects=True) as browser:
        for _try in range(100):
            try:
                return (await browser.get(link)).text
            except httpx.ConnectError:
                await asyncio.sleep(0.05)
    raise AssertionError("nobody listened")


@pytest.mark.parametrize("how", ["without state", "challenge of the console", "challenge of its own"])
async def test_tokens_are_kept_when_the_administrator_agrees(oa, database_url, tmp_path, capsys, how):
    oa.switches.returns_state = how != "without state"
    more = {}
    if how == "challenge of the console":
        oa.console_challenge, more = challenge_of(VERIFIER), {"zalo_oa_code_verifier": VERIFIER}
    if how == "challenge of its own":
        oa.switches.consent_parameters = "per request"
    settings = settings_of(oa, database_url, tmp_path, **more)
    connecting = asyncio.ensure_future(
        connect(settings, given=None, callback=None, with_challenge=how == "challenge of its own")
    )
    await agree(capsys)
    await connecting
    out = capsys.readouterr().out
    assert oa.name in out
    assert oa.refresh_token not in out
    async with open_office(settings) as office:
        assert (await office.zalo_grants.find()).pair.access == oa.access_token
        assert "89" in await check_zalo_oa(office)


async def test_code_of_another_account_or_used_before_is_refused_in_one_sentence(oa, database_url, tmp_path):
    settings = settings_of(oa, database_url, tmp_path)
    for given, why in (
        (f"{CALLBACK}?code=cx1&oa_id=99", "NHACCHUAN_ZALO_OA_ID"),
        ("cx-used-before", "NHACCHUAN_ZALO_OA_CODE_VERIFIER"),
        (CALLBACK, "không có mã"),
    ):
        with pytest.raises(InputError, match=why):
            await connect(settings, given=given, callback=None, with_challenge=False)


def test_code_is_found_in_an_address_or_alone():
    assert read_consent("abc").code == "abc"
    assert read_consent("https://x.vn/cb?code=abc&oa_id=12&state=s").oa_id == "12"
