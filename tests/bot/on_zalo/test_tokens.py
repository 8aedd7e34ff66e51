"""The pair of tokens that works once: refreshed by one, kept before it is used, and named when it is lost."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest

from bot.failures import ChannelRefusedError, NotSentError
from bot.on_zalo.oauth import App, OauthClient
from bot.on_zalo.tokens import ANSWER_LOST, WITHDRAWN, TokenKeeper
from bot.wiring_zalo import GrantsInDatabase
from knowledge.facts import PersonCode
from storage.zalo import zalo_grants
from tests.bot.on_zalo.account import OfficeClock, keeper_of, open_account, standing_oa
from tests.standins.zalo_ground import faults
from tests.storage.filling import LAN, put_people, put_units

HOUR = 3600.0


@pytest.fixture
async def oa():
    async with standing_oa() as oa:
        yield oa


@pytest.fixture
async def account(oa, database):
    async with open_account(oa, database) as account:
        assert await account.keeper.access() == oa.access_token
        yield account


async def end_lock(database):
    """As if so much time had passed."""
    async with database.transaction() as drawers:
        await drawers.connection.execute(zalo_grants.update().values(lock_until=None))


async def test_eight_at_once_refresh_once_and_all_get_the_new_token(oa, database, account):
    stale = oa.access_token
    keepers = [keeper_of(oa, database, OfficeClock(oa.clock)) for _process in range(8)]
    got = await asyncio.gather(*(one.renew(stale) for one in keepers))
    for one in keepers:
        await one.close()
    assert set(got) == {oa.access_token}
    assert (oa.grants.refreshes, oa.grants.dead_uses) == (2, 0)


async def test_token_is_refreshed_at_twenty_hours_and_not_before(oa, account):
    oa.clock.advance(20 * HOUR - 1)
    await account.keeper.ensure_fresh()
    assert oa.grants.refreshes == 1
    oa.clock.advance(1)
    await account.keeper.ensure_fresh()
    assert oa.grants.refreshes == 2
    assert await account.keeper.access() == oa.access_token


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"error_name": "Internal error", "error_description": "x"}, id="an error without a number"),
        pytest.param({"error": -14002, "message": "app"}, id="an error of the application"),
        pytest.param({"access_token": "", "refresh_token": "rx", "error": 0}, id="an empty token"),
        pytest.param({"access_token": None, "refresh_token": "rx", "error_reason": ""}, id="no token"),
    ],
)
@pytest.mark.parametrize("status", [200, 400])
async def test_working_pair_stays_when_the_answer_holds_no_token(oa, account, body, status):
    oa.fail_next("oauth/access_token", faults.answer_with(body, status=status))
    before = await account.grant()
    with pytest.raises(ChannelRefusedError):
        await account.keeper.renew(oa.access_token)
    after = await account.grant()
    assert (after.access, after.refresh, after.lost_at) == (before.access, before.refresh, None)
    assert await account.keeper.renew(before.access) == oa.access_token


async def test_grant_survives_when_the_request_was_lost_on_its_way(oa, account, database):
    oa.fail_next("oauth/access_token", faults.lost_request())
    with pytest.raises(NotSentError):
        await account.keeper.renew(oa.access_token)
    assert (await account.grant()).begun_at is not None
    await end_lock(database)
    assert await account.keeper.renew((await account.grant()).access) == oa.access_token
    assert (await account.grant()).begun_at is None


async def test_loss_is_named_and_staff_get_a_letter_when_zalos_answer_was_lost(oa, account, database):
    async with database.transaction() as drawers:
        await put_units(drawers)
        hr = await _make_hr(drawers)
        for chat in ("7000", "7001"):
            await drawers.accounts.link("telegram", chat, hr, account.clock.now())
        await drawers.accounts.mark_unreachable("telegram", "7000", account.clock.now())
    oa.fail_next("oauth/access_token", faults.lost_answer())
    stale = (await account.grant()).access
    with pytest.raises(NotSentError):
        await account.keeper.renew(stale)
    await end_lock(database)
    for _again in range(2):
        with pytest.raises(ChannelRefusedError, match="nhacchuan zalo connect"):
            await account.keeper.renew(stale)
    grant = await account.grant()
    assert (grant.reason, grant.lost_at) == (ANSWER_LOST, account.clock.now())
    async with database.transaction() as drawers:
        letters = await drawers.letters.start("telegram", None, 9, account.clock.now())
    assert [(one.kind, one.person, one.address) for one in letters] == [("zalo_lost", hr, "7001")]


@pytest.mark.parametrize("how", ["named", "-14014", "-118"])
async def test_loss_is_told_apart_when_the_grant_was_withdrawn(oa, account, how):
    oa.switches.dead_refresh = how
    oa.grants.withdraw()
    with pytest.raises(ChannelRefusedError):
        await account.keeper.renew((await account.grant()).access)
    assert (await account.grant()).reason == WITHDRAWN


async def test_new_first_token_of_the_operator_is_used_only_after_the_grant_was_lost(oa, account, database):
    other = keeper_of(oa, database, account.clock, seed="rx-of-another-time")
    assert await other.access() == oa.access_token
    assert oa.grants.dead_uses == 0
    await other.close()
    oa.grants.withdraw()
    with pytest.raises(ChannelRefusedError):
        await account.keeper.renew((await account.grant()).access)
    oa.grants.issue()
    mended = keeper_of(oa, database, account.clock, seed=oa.refresh_token)
    assert await mended.access() == oa.access_token
    await mended.close()


async def test_pair_is_kept_when_whoever_asked_for_it_gave_up(oa, account):
    may_end = asyncio.Event()
    oa.fail_next("oauth/access_token", faults.held(may_end))
    with suppress(TimeoutError):
        async with asyncio.timeout(0.2):
            await account.keeper.renew(oa.access_token)
    may_end.set()
    await account.keeper.close()
    assert (await account.grant()).refresh == oa.refresh_token


async def test_pair_is_kept_when_the_database_was_away_for_a_moment(oa, account, database):
    class Away(GrantsInDatabase):
        times = 0

        async def keep(self, generation, pair):
            self.times += 1
            if self.times == 1:
                raise ConnectionError("away")
            return await super().keep(generation, pair)

    grants = Away(database, oa.oa_id, None)
    oauth = OauthClient(App(oa.app_id, oa.oa_id, oa.app_secret), oa.oauth_base)
    keeper = TokenKeeper(oauth, grants, account.clock)
    assert await keeper.renew(oa.access_token) == oa.access_token
    await keeper.close()
    assert (grants.times, (await account.grant()).refresh) == (2, oa.refresh_token)


async def test_tokens_are_sealed_where_they_are_kept(oa, account, database):
    async with database.transaction() as drawers:
        row = (await drawers.connection.execute(zalo_grants.select())).one()
    assert oa.refresh_token.encode() not in bytes(row.refresh)
    assert oa.access_token.encode() not in bytes(row.access)
    grant = await account.grant()
    assert oa.refresh_token not in repr(grant)
    assert grant.refresh_until - grant.obtained_at == timedelta(days=90)


async def _make_hr(drawers):
    from dataclasses import replace

    from knowledge.facts import Role

    hr = replace(LAN, code=PersonCode("HR001"), roles=frozenset({Role.HR}))
    await put_people(drawers, [hr])
    return hr.code
