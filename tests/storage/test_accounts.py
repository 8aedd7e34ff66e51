"""Channel identities keep consent, language and link, each on its own, and forget when asked."""

from datetime import UTC, datetime, timedelta

from knowledge.facts import PersonCode
from storage.drawers import Drawers
from storage.records import Account
from storage.tables import people
from tests.storage.filling import LAN, another, put_people, put_units

NOON = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)


async def with_lan(drawers: Drawers) -> PersonCode:
    await put_units(drawers)
    await put_people(drawers, [LAN])
    return LAN.code


async def test_an_identity_never_seen_has_no_account(drawers: Drawers) -> None:
    assert await drawers.accounts.find_account("telegram", "42") is None


async def test_consent_link_and_language_are_kept_beside_each_other(drawers: Drawers) -> None:
    lan = await with_lan(drawers)

    await drawers.accounts.save_consent("telegram", "42", "2026-11", NOON)
    await drawers.accounts.link("telegram", "42", lan, NOON + timedelta(minutes=1))
    await drawers.accounts.save_locale("telegram", "42", "en", NOON)

    assert await drawers.accounts.find_account("telegram", "42") == Account(
        "telegram", "42", lan, NOON + timedelta(minutes=1), "2026-11", NOON, "en"
    )


async def test_the_same_address_on_another_channel_is_somebody_else(drawers: Drawers) -> None:
    lan = await with_lan(drawers)
    await drawers.accounts.link("telegram", "42", lan, NOON)

    assert await drawers.accounts.find_account("web", "42") is None


async def test_link_and_consent_are_forgotten_when_unlinked(drawers: Drawers) -> None:
    lan = await with_lan(drawers)
    await drawers.accounts.save_consent("telegram", "42", "2026-11", NOON)
    await drawers.accounts.link("telegram", "42", lan, NOON)

    await drawers.accounts.unlink("telegram", "42", NOON)

    assert await drawers.accounts.find_account("telegram", "42") == Account("telegram", "42")
    assert await drawers.accounts.list_accounts(lan) == []


async def test_an_identity_is_linked_to_the_last_person_proven(drawers: Drawers) -> None:
    lan = await with_lan(drawers)
    await put_people(drawers, [another("CB002")])
    await drawers.accounts.link("telegram", "42", lan, NOON)
    await drawers.accounts.link("telegram", "42", PersonCode("CB002"), NOON)

    assert await drawers.accounts.list_accounts(lan) == []
    assert [one.address for one in await drawers.accounts.list_accounts(PersonCode("CB002"))] == ["42"]


async def test_all_identities_of_a_person_are_listed(drawers: Drawers) -> None:
    lan = await with_lan(drawers)
    for channel, address in (("web", "b"), ("telegram", "42"), ("web", "a")):
        await drawers.accounts.link(channel, address, lan, NOON)

    listed = [(one.channel, one.address) for one in await drawers.accounts.list_accounts(lan)]

    assert listed == [("telegram", "42"), ("web", "a"), ("web", "b")]


async def test_the_account_outlives_the_person_who_leaves_the_roster(drawers: Drawers) -> None:
    lan = await with_lan(drawers)
    await drawers.accounts.link("telegram", "42", lan, NOON)

    await drawers.connection.execute(people.delete())

    account = await drawers.accounts.find_account("telegram", "42")
    assert account is not None
    assert account.person is None


async def test_whose_codes_led_here_is_kept_until_it_is_linked_in_another_way(drawers: Drawers) -> None:
    lan = await with_lan(drawers)
    by = {PersonCode("HR001"), PersonCode("HR002")}
    await drawers.accounts.link("web", "w", lan, NOON, by)
    (known,) = await drawers.accounts.list_accounts(lan)
    await drawers.visits.foresee("web", "w", None)
    foreseen = await drawers.accounts.find_account("web", "w")
    assert foreseen == known
    assert known.vouched_by == by

    await drawers.accounts.save_locale("web", "w", "en", NOON)
    (known,) = await drawers.accounts.list_accounts(lan)
    assert known.vouched_by == by

    await drawers.accounts.link("web", "w", lan, NOON)  # by a phone
    (known,) = await drawers.accounts.list_accounts(lan)
    assert known.vouched_by == frozenset()

    await drawers.accounts.link("web", "w", lan, NOON, by)
    await drawers.accounts.unlink("web", "w", NOON)
    account = await drawers.accounts.find_account("web", "w")
    assert account is not None
    assert account.vouched_by == frozenset()
