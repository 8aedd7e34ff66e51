"""Channel identities: their consent, their language, and the person that each is proven to be."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Exists, and_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import PersonCode
from storage.characters import storable
from storage.foreseen import NOT_FORESEEN, Foreseen
from storage.interactions import noted
from storage.records import Account
from storage.tables import accounts, interactions

_ACCOUNT = select(
    accounts.c.channel,
    accounts.c.address,
    accounts.c.person,
    accounts.c.linked_at,
    accounts.c.consent_version,
    accounts.c.consented_at,
    accounts.c.locale,
    accounts.c.unreachable_at,
    accounts.c.withheld,
    accounts.c.told_version,
    accounts.c.vouched_by,
)

NAMES_OF_ACCOUNT: Final = tuple(column.name for column in _ACCOUNT.selected_columns)


class AccountsDrawer:
    """Keeps the promises of the desk's `Accounts`."""

    def __init__(self, connection: AsyncConnection, foreseen: Foreseen | None = None) -> None:
        self._connection = connection
        self._foreseen = foreseen or Foreseen()

    async def find_account(self, channel: str, address: str) -> Account | None:
        brought = self._foreseen.take("account", channel, address)
        if brought is not NOT_FORESEEN:
            return _account(brought) if brought is not None else None
        found = await self._connection.execute(_ACCOUNT.where(_is(channel, address)))
        row = found.one_or_none()
        return _account(row) if row is not None else None

    async def find_accounts(self, addresses: Collection[tuple[str, str]]) -> dict[tuple[str, str], Account]:
        """Those of these channels and addresses that were ever seen."""
        clean = [(channel, storable(address)) for channel, address in addresses]
        found = await self._connection.execute(
            _ACCOUNT.where(tuple_(accounts.c.channel, accounts.c.address).in_(clean))
        )
        return {(row.channel, row.address): _account(row) for row in found}

    async def save_consent(self, channel: str, address: str, version: str, at: datetime) -> None:
        await self._save(channel, address, at, consent_version=version, consented_at=at)

    async def save_locale(self, channel: str, address: str, locale: str, at: datetime) -> None:
        await self._save(channel, address, at, locale=locale)

    async def link(
        self, channel: str, address: str, person: PersonCode, at: datetime, vouched_by: Collection[PersonCode] = ()
    ) -> None:
        await self._save(channel, address, at, person=person, linked_at=at, vouched_by=sorted(vouched_by))

    async def unlink(self, channel: str, address: str, at: datetime) -> None:
        await self._connection.execute(
            update(accounts)
            .where(_is(channel, address))
            .values(
                person=None,
                linked_at=None,
                consent_version=None,
                consented_at=None,
                withheld=[],
                told_version=None,
                vouched_by=[],
                changed_at=at,
            )
        )

    async def list_accounts(self, person: PersonCode) -> Sequence[Account]:
        found = await self._connection.execute(
            _ACCOUNT.where(accounts.c.person == person).order_by(accounts.c.channel, accounts.c.address)
        )
        return [_account(row) for row in found]

    async def mark_unreachable(
        self, channel: str, address: str, at: datetime, *, as_of: datetime | None = None
    ) -> None:
        """What we send there is refused; the first time is kept. Where they did something since `as_of`, nothing is."""
        order = update(accounts).where(_is(channel, address), accounts.c.unreachable_at.is_(None))
        if as_of is not None:
            order = order.where(~_heard_since(as_of))
        await self._connection.execute(order.values(unreachable_at=at))

    async def mark_reachable(self, channel: str, address: str, *, at: datetime | None = None) -> None:
        """It takes what we send again; `at`: they did something in it then."""
        if at is not None:
            await self._connection.execute(noted(channel, address, at))
        await self._connection.execute(
            update(accounts)
            .where(_is(channel, address), accounts.c.unreachable_at.is_not(None))
            .values(unreachable_at=None)
        )

    async def withhold(self, channel: str, address: str, purposes: Collection[str], at: datetime) -> None:
        """Which purposes are refused or withdrawn here from now on, all of them."""
        await self._save(channel, address, at, withheld=sorted(purposes))

    async def mark_told(self, channel: str, address: str, version: str, at: datetime) -> None:
        """This version of the privacy notice was shown here unasked."""
        await self._save(channel, address, at, told_version=version)

    async def prefer(self, channel: str, address: str, at: datetime) -> None:
        await self._save(channel, address, at, preferred_at=at)

    async def _save(self, channel: str, address: str, at: datetime, **values: Any) -> None:
        saved = {**values, "changed_at": at}
        await self._connection.execute(
            insert(accounts)
            .values(channel=channel, address=storable(address), **saved)
            .on_conflict_do_update(index_elements=["channel", "address"], set_=saved)
        )


def _account(row: Any) -> Account:
    *values, withheld, told_version, vouched_by = row
    known = replace(Account(*values), withheld=tuple(withheld), told_version=told_version)
    return replace(known, vouched_by=frozenset(vouched_by))


def _heard_since(moment: datetime) -> Exists:
    return (
        select(interactions.c.address)
        .where(
            interactions.c.channel == accounts.c.channel,
            interactions.c.address == accounts.c.address,
            interactions.c.last_at >= moment,
        )
        .exists()
    )


def _is(channel: str, address: str) -> ColumnElement[bool]:
    return and_(accounts.c.channel == channel, accounts.c.address == storable(address))
