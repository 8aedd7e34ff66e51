"""What the console is given when it opens."""

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bot.on_web.door import WebSettings
from bot.push.figures import Figures
from bot.rules_now import RulesNow
from handlers.ports import Clock, GivenTable
from handlers.reply import File
from handlers.reports.asked import FileForm, ReportAsked
from handlers.routing import Ports
from knowledge.documents import Citation
from knowledge.facts import Person


class Reports(Protocol):
    """Makes reports as files."""

    async def make(self, asked: ReportAsked, form: FileForm, *, asker: Person | None, via: str) -> File:
        """One report of what the asker may see. Raises ReportRefusedError with a sentence for them."""
        ...


class Check(Protocol):
    """One thing looked at: what was found, and how to mend it where it is not well."""

    @property
    def name(self) -> str: ...
    @property
    def is_well(self) -> bool: ...
    @property
    def found(self) -> str: ...
    @property
    def mend(self) -> str: ...
    @property
    def is_remark(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Token:
    """What lets us speak by a channel: whether it is set, and until when it holds; never the thing itself."""

    channel: str
    is_set: bool
    until: datetime | None = None
    identity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleDoor:
    """Everything that pages share.

    `open_cabinet` opens all drawers in one transaction (`ports.Cabinet`). `describe` says a citation in words.
    `senders` are our own channel identities by channel. `serve` opens the desk behind the pages within their
    transaction; `read_table` reads a file of one sheet. `read_figures`, `look_around` and `list_tokens` say how the
    machine stands.
    """

    settings: WebSettings
    open_cabinet: Callable[[], AbstractAsyncContextManager[Any]]
    rules_now: RulesNow
    clock: Clock
    describe: Callable[[Citation], str]
    read_figures: Callable[[], Awaitable[Figures]]
    look_around: Callable[[], Awaitable[Sequence[Check]]]
    list_tokens: Callable[[], Awaitable[Sequence[Token]]]
    senders: Mapping[str, str] = field(default_factory=dict)
    serve: Callable[[Any], Awaitable[Ports]] | None = None
    read_table: Callable[[bytes, str], GivenTable] | None = None
    reports: Reports | None = None
    # The cabinet for a page that is only looked at, knowing at least what was written up to a position of the database;
    # and the position of now, for whoever has just written. Empty: everything is read where it is written.
    open_reading: Callable[[str], AbstractAsyncContextManager[Any]] | None = None
    find_position: Callable[[], Awaitable[str]] | None = None
    new_secret: Callable[[], str] = lambda: secrets.token_urlsafe(32)
