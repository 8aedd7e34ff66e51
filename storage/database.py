"""The database as one value: opened from a URL, checked once, and used through transactions."""

import asyncio
import secrets
import select
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import timedelta
from enum import Enum, auto
from random import Random
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from weakref import WeakKeyDictionary, WeakSet

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from storage.drawers import Drawers
from storage.driver import driver_of
from storage.encryption import Vault
from storage.errors import DatabaseAwayError, DatabaseUnavailableError
from storage.late import LateConnection
from storage.later import Left, keep_together
from storage.rules import RulesMemory
from storage.visits import LookUp, Row, Visitor, look_up_together

T = TypeVar("T")
OLDEST_SERVER: Final = 150000  # the first whose unique keys can have empty parts
_SCHEMES: Final = ("postgresql", "postgres")
_CONNECT_SECONDS: Final = 10
# A machine that vanishes without a word (its power, the way to it) would else be waited for as long as the kernel
# tries: a quarter of an hour, or two hours where we only wait. So whoever waits asks after it, and what is not
# confirmed in time ends the connection.
PATIENCE: Final[Mapping[str, str]] = {
    "tcp_user_timeout": "15000",  # milliseconds
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
}
_ASK_SECONDS: Final = 3
_POOL_SECONDS: Final = 30
_FRESH_SECONDS: Final = 5.0
_USED_AT: Final[WeakKeyDictionary[psycopg.AsyncConnection[Any], float]] = WeakKeyDictionary()
_LONGEST_STATEMENT: Final = timedelta(seconds=60)
_NO_SUCH_HOST: Final = "failed to resolve host"
_ABOUT_SERVER: Final = (
    "SELECT current_setting('server_version_num')::int, current_setting('server_version'),"
    " current_setting('server_encoding')"
)


class Database:
    """An open database. Enter it with `async with`; connections are made when needed and given back at the end.

    `engine` serves writers with their own tables. `vault` opens and closes what is kept encrypted.
    """

    def __init__(self, engine: AsyncEngine, apart: AsyncEngine, place: str, vault: Vault, randomness: Random) -> None:
        self.engine = engine
        self._apart = apart
        self._lines: WeakSet[ReservedLine] = WeakSet()
        self.place = place
        self.vault = vault
        self._randomness = randomness
        self._rules_memory = RulesMemory()

    async def __aenter__(self) -> Self:
        try:
            await self._ensure_usable()
        except BaseException:
            await self.engine.dispose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for line in tuple(self._lines):
            await line.close()
        await self.engine.dispose()

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[AsyncConnection]:
        """A connection whose changes are dropped unless committed.

        Raises DatabaseUnavailableError if there is none, if it breaks while it is used, or if the server lacks room.
        """
        async with self._started(self.engine.connect()) as connection:
            yield connection

    @asynccontextmanager
    async def connect_apart(self) -> AsyncIterator[AsyncConnection]:
        """The same by a connection that is made for this and closed after it, besides those that others share."""
        async with self._started(self._apart.connect()) as connection:
            yield connection

    @asynccontextmanager
    async def _started(self, connection: AsyncConnection) -> AsyncIterator[AsyncConnection]:
        try:
            await connection.start()
        except (DBAPIError, psycopg.Error, PoolTimeoutError, OSError) as error:
            raise self._unavailable(error, was_there=False) from error
        try:
            with self.told_as_unavailable():
                yield connection
        finally:
            await asyncio.shield(connection.close())

    @contextmanager
    def told_as_unavailable(self) -> Iterator[None]:
        """Raises DatabaseUnavailableError where a connection breaks within it, or the server lacks room."""
        try:
            yield
        except DBAPIError as error:
            if error.connection_invalidated or _lacks_room(error.orig):
                raise self._unavailable(error) from error
            raise
        except psycopg.OperationalError as error:  # from a driver's own cursor
            if _is_lost(error) or _lacks_room(error):
                raise self._unavailable(error) from error
            raise

    def _unavailable(self, error: BaseException, *, was_there: bool = True) -> DatabaseUnavailableError:
        reason = _reason(error)
        is_there = _lacks_room(error.orig if isinstance(error, DBAPIError) else error)
        words = f"{'no room in' if is_there else 'no connection to'} the database {self.place}: {reason}"
        is_wrong = reason.startswith(_NO_SUCH_HOST)
        return DatabaseUnavailableError(words) if is_wrong else DatabaseAwayError(words, was_there=was_there)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Drawers]:
        """One transaction over every drawer: kept at the end, dropped as a whole on any error."""
        async with self.connect() as connection, connection.begin():
            drawers = self.drawers_on(connection)
            yield drawers
            await drawers.later.write_and_commit()

    @asynccontextmanager
    async def visit(
        self, look_up: LookUp, keep: Callable[[Left], Awaitable[None]], ways: asyncio.Semaphore
    ) -> AsyncIterator[Drawers]:
        """One transaction over every drawer, for a visit that may well ask for no more than others ask with it.

        `look_up` answers what visits ask first, and `keep` keeps what is left behind, as long as nothing else is asked;
        who asks more has a connection and a transaction of its own, if there is one of the `ways` to the server.
        """
        async with AsyncExitStack() as stack:

            async def begin(connection: AsyncConnection) -> None:
                await stack.enter_async_context(ways)
                await stack.enter_async_context(self._started(connection))
                await stack.enter_async_context(connection.begin())

            connection = LateConnection(self.engine, begin)
            drawers = self.drawers_on(connection, look_up)
            yield drawers
            left = drawers.later
            if connection.is_used:
                await left.write_and_commit()
            else:
                await keep(left.hand_over())

    def reserve(self) -> "ReservedLine":
        """A connection of one's own, for what must not wait for others."""
        line = ReservedLine(self)
        self._lines.add(line)
        return line

    def drawers_on(self, connection: AsyncConnection, look_up: LookUp | None = None) -> Drawers:
        """Every drawer over this connection."""
        return Drawers.on(
            connection,
            vault=self.vault,
            randomness=self._randomness,
            rules_memory=self._rules_memory,
            look_up=look_up,
        )

    async def look_up_together(self, line: "ReservedLine", visitors: Sequence[Visitor]) -> Sequence[Row | None]:
        """What the first look finds of each of these visitors. Raises DatabaseUnavailableError."""

        async def look_up(drawers: Drawers) -> Sequence[Row | None]:
            return await look_up_together(await driver_of(drawers.connection), visitors)

        return await line.ask(look_up)

    async def keep_together(self, line: "ReservedLine", all_left: Sequence[Left]) -> Sequence[Exception | None]:
        """Keep what several visits leave behind, in one transaction; for each what the server has against it.

        Where it refuses one, each is kept by itself. Raises DatabaseUnavailableError.
        """
        try:
            async with line.at_once() as drawers:
                await keep_together(await driver_of(drawers.connection), all_left)
        except psycopg.Error as error:
            if len(all_left) == 1:
                return [error]
        else:
            return [None] * len(all_left)
        return [(await self.keep_together(line, [left]))[0] for left in all_left]

    async def _ensure_usable(self) -> None:
        async with self.connect() as connection:
            found = await connection.exec_driver_sql(_ABOUT_SERVER)
            number, version, encoding = tuple(found.one())
        ensure_suitable(self.place, number, version, encoding)


class ReservedLine:
    """One connection that is kept, made when it is needed first and after it broke.

    It is none of those that others share: however many lines are held for ever, these are no fewer.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turn = asyncio.Lock()
        self._open = AsyncExitStack()
        self._connection: AsyncConnection | None = None

    @asynccontextmanager
    async def at_once(self) -> AsyncIterator[Drawers]:
        """Every order is kept by itself, at once and without a second way to the server; one user after the other.

        Raises DatabaseUnavailableError as a connection does that is not kept.
        """
        async with self._turn:
            try:
                with self._database.told_as_unavailable():
                    drawers = self._database.drawers_on(await self._connected())
                    yield drawers
                    await drawers.later.write_all()
            except BaseException:
                await self.close()  # whatever state it is in, the next begins anew
                raise

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Drawers]:
        """The same in one transaction, which is dropped as a whole on any error."""
        async with self.at_once() as drawers, (await driver_of(drawers.connection)).transaction():
            yield drawers
            await drawers.later.write_all()

    async def ask(self, do: Callable[[Drawers], Awaitable[T]]) -> T:
        """What `do` gives; where the server ended the connection meanwhile it is done once more, by a fresh one.

        For what may be done twice. Raises DatabaseUnavailableError.
        """
        try:
            async with self.at_once() as drawers:
                return await do(drawers)
        except DatabaseAwayError as away:
            if not away.was_there:
                raise
        async with self.at_once() as drawers:
            return await do(drawers)

    async def close(self) -> None:
        """End the connection."""
        self._connection = None
        await self._open.aclose()

    async def _connected(self) -> AsyncConnection:
        if self._connection is not None and _may_be_lost(await driver_of(self._connection)):
            await self.close()
        if self._connection is None:
            connection = await self._open.enter_async_context(self._database.connect_apart())
            self._connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
        return self._connection


def open_database(
    url: str,
    *,
    vault: Vault,
    randomness: Random | None = None,
    pool_size: int = 5,
    max_overflow: int = 5,
    statement_timeout: timedelta = _LONGEST_STATEMENT,
    revive: Callable[[], None] | None = None,
) -> Database:
    """A database at a `postgresql://` URL (several hosts are allowed), to be entered with `async with`.

    At most `pool_size` and `max_overflow` connections are shared; each line that is reserved has one besides them.
    `statement_timeout` zero means none. `revive` is called, off the event loop, when no connection can be made, and
    the connection is tried once more: the embedded server is brought back by it. Raises DatabaseUnavailableError for
    a URL that cannot be read; entering raises it when the server is out of reach, too old, or not UTF-8.
    """
    address = _read(url)
    dial = _dialler(address, statement_timeout)

    async def connect() -> psycopg.AsyncConnection:
        try:
            return await dial()
        except psycopg.OperationalError:
            if revive is None:
                raise
            await asyncio.to_thread(revive)
            return await dial()

    nowhere = URL.create("postgresql+psycopg")  # the address itself is for libpq, which reads more than SQLAlchemy does
    engine = create_async_engine(
        nowhere,
        async_creator=connect,
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_pre_ping=True,
        pool_timeout=_POOL_SECONDS,
    )
    _ask_only_in_doubt(engine)
    apart = create_async_engine(nowhere, async_creator=connect, poolclass=NullPool)
    return Database(engine, apart, _place(address), vault, randomness or secrets.SystemRandom())


def ensure_suitable(place: str, number: int, version: str, encoding: str) -> None:
    """Raises DatabaseUnavailableError for a server that is too old or a database that cannot hold every letter."""
    if number < OLDEST_SERVER:
        raise DatabaseUnavailableError(
            f"the server of the database {place} is PostgreSQL {version}; version 15 or newer is needed"
        )
    if encoding != "UTF8":
        raise DatabaseUnavailableError(
            f"the database {place} keeps text as {encoding}; create one with ENCODING 'UTF8'"
        )


def connection_words(url: str, statement_timeout: timedelta = _LONGEST_STATEMENT) -> str:
    """How a library makes a connection like ours; it may hold a password. Raises DatabaseUnavailableError."""
    return _target(_read(url), statement_timeout)


class ServerState(Enum):
    """What a server says of itself to whoever has not come in yet."""

    READY = auto()
    COMING = auto()  # it starts, recovers, or is about to stop
    SILENT = auto()


async def ask_server(url: str) -> ServerState:
    """How the server of a URL is; neither account nor password matters. Raises DatabaseUnavailableError."""
    words = make_conninfo("", **({"connect_timeout": str(_ASK_SECONDS)} | _read(url)))
    found = await asyncio.to_thread(pq.PGconn.ping, words.encode())
    if found == pq.Ping.OK:
        return ServerState.READY
    return ServerState.COMING if found == pq.Ping.REJECT else ServerState.SILENT


def user_of(url: str) -> tuple[str, str | None]:
    """As whom a URL comes, and with which password. Raises DatabaseUnavailableError."""
    address = _read(url)
    return address.get("user", ""), address.get("password")


def _target(address: dict[str, str], statement_timeout: timedelta) -> str:
    """What the URL itself says goes before our own wishes."""
    wishes = {"connect_timeout": str(_CONNECT_SECONDS), "application_name": "nhacchuan", **PATIENCE}
    milliseconds = int(statement_timeout / timedelta(milliseconds=1))
    options = f"-c statement_timeout={milliseconds} -c timezone=UTC {address.get('options', '')}".strip()
    return make_conninfo("", **(wishes | address | {"options": options}))


def _dialler(address: dict[str, str], statement_timeout: timedelta) -> Callable[[], Awaitable[psycopg.AsyncConnection]]:
    """How to make one connection."""
    target = _target(address, statement_timeout)

    async def dial() -> psycopg.AsyncConnection:
        return await psycopg.AsyncConnection.connect(target)

    return dial


def _read(url: str) -> dict[str, str]:
    scheme, divider, rest = url.strip().partition("://")
    scheme = scheme.removesuffix("+psycopg")
    # The URL itself is never repeated: it may hold a password.
    if not divider or scheme not in _SCHEMES:
        raise DatabaseUnavailableError("the database URL must begin with postgresql://")
    try:
        return {name: str(value) for name, value in conninfo_to_dict(f"{scheme}://{rest}").items()}
    except psycopg.ProgrammingError:
        raise DatabaseUnavailableError("the database URL cannot be read; it looks like postgresql://…") from None


def _place(address: dict[str, str]) -> str:
    return f"{address.get('dbname', '')!r} at {address.get('host', 'localhost')}:{address.get('port', '5432')}"


def _is_lost(error: psycopg.Error) -> bool:
    # Without a code nobody answered; the classes 08 and 57P are the server's own word that it is gone.
    return error.sqlstate is None or error.sqlstate.startswith(("08", "57P"))


def _lacks_room(error: BaseException | None) -> bool:
    """Whether the server has no disk, memory or connection left for this: what it refuses now it may do later."""
    return isinstance(error, psycopg.Error) and (error.sqlstate or "").startswith("53")


def _may_be_lost(driver: psycopg.AsyncConnection[Any]) -> bool:
    """Whether a connection that is at rest has ended, or its server has said something unasked: that it ends it."""
    if driver.closed:
        return True
    look = select.poll()  # which takes descriptors of any number, as `select` does not
    look.register(driver, select.POLLIN)
    return bool(look.poll(0))


def _ask_only_in_doubt(engine: AsyncEngine) -> None:
    """A connection that was used just now, and on which its server has said nothing since, need not be asked again.

    A server that ends one says so, which shows at once without a way there and back.
    """
    dialect, ask = engine.sync_engine.dialect, engine.sync_engine.dialect.do_ping

    def do_ping(dbapi_connection: Any) -> bool:
        driver: psycopg.AsyncConnection[Any] = dbapi_connection.driver_connection
        used_at = _USED_AT.get(driver, 0.0)
        _USED_AT[driver] = now = time.monotonic()
        if now - used_at < _FRESH_SECONDS and not _may_be_lost(driver):
            return True
        return ask(dbapi_connection)

    dialect.do_ping = do_ping  # type: ignore[method-assign]


def _reason(error: BaseException) -> str:
    cause = getattr(error, "orig", None) or error
    lines = str(cause).strip().splitlines() or [type(cause).__name__]
    return lines[0].removeprefix("connection failed: ")
