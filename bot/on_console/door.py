"""What the console is given when it opens."""

import secrets
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from bot.on_web.door import WebSettings
from bot.rules_now import RulesNow
from handlers.ports import Clock
from knowledge.documents import Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleDoor:
    """Everything that pages share.

    `open_cabinet` opens all drawers in one transaction (`ports.Cabinet`). `describe` says a citation in words.
    `senders` are our own channel identities by channel. `office` holds whatever single pages need besides, by name.
    """

    settings: WebSettings
    open_cabinet: Callable[[], AbstractAsyncContextManager[Any]]
    rules_now: RulesNow
    clock: Clock
    describe: Callable[[Citation], str]
    senders: Mapping[str, str] = field(default_factory=dict)
    new_secret: Callable[[], str] = lambda: secrets.token_urlsafe(32)
