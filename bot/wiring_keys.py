"""Where secret keys are joined to the cabinet: which it was sealed with, who seals with which, and replacing one."""

import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

from bot.errors import InputError
from bot.settings import Settings
from handlers.phrases import _, show_day
from handlers.ports import Clock
from storage.database import Database
from storage.drawers import Drawers
from storage.encryption import Vault
from storage.key_file import KeyFile, make_key
from storage.records import AuditWanted
from storage.resealing import Resealer
from storage.secret_keys import SecretKeysDrawer

ALIVE_EVERY = timedelta(seconds=20)  # a third of how long a process is believed to live
Told = Callable[[str, int], None]
_SUBJECT = "secret_key"
_ACTOR = "command_line"
_BEGUN = "secret_key_begun"


@dataclass(frozen=True, slots=True)
class Resealed:
    """What a round over everything that is sealed found: rows sealed anew, and rows that no key opens."""

    changed: int
    strange: int


def open_vault(settings: Settings) -> Vault:
    """The vault of the setting, or of the file that is made where there is no setting."""
    if settings.secret_key is not None:
        return Vault.from_setting(settings.secret_key.get_secret_value())
    return KeyFile(settings.home).open_vault()


async def ensure_known(database: Database, vault: Vault) -> None:
    """Refuse keys that do not open what the cabinet holds, before anything is answered wrongly. Raises InputError."""
    async with database.transaction() as drawers:
        keys = SecretKeysDrawer(drawers.connection)
        known = await keys.list_names()
        ring = vault.key_names
        retired_at = known.get(ring[0])
        if retired_at is not None:
            raise InputError(
                _("NHACCHUAN_SECRET_KEY begins with a key that was replaced on {day}; put the newer key first.").format(
                    day=show_day(retired_at.date())
                ),
                fault="other_key",
            )
        missing = [name for name, retired_at in known.items() if retired_at is None and name not in ring]
        strange = await Resealer(drawers.connection, vault).find_strange() if not known else None
        if missing or strange:
            raise InputError(
                _(
                    "The data in this database is sealed with another secret key ({names}). Put that key back: in "
                    "NHACCHUAN_SECRET_KEY, after a comma, or in the file secret.key under NHACCHUAN_HOME."
                ).format(names=", ".join(missing) or strange),
                fault="other_key",
            )
        if ring[0] not in known:
            await keys.note_used(ring[0])


class KeysInDatabase:
    """The secret keys of an open office."""

    def __init__(self, database: Database, vault: Vault, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._file = KeyFile(settings.home) if settings.secret_key is None else None
        self._holder = f"{socket.gethostname()}:{os.getpid()}"

    @property
    def newest(self) -> str:
        """The name of the key that seals."""
        return self._vault.key_names[0]

    async def note_alive(self) -> None:
        """Say that this process lives and with which key it seals."""
        async with self._database.transaction() as drawers:
            await SecretKeysDrawer(drawers.connection).note_alive(self._holder, self.newest)

    async def note_gone(self) -> None:
        """Say that this process seals nothing any more."""
        async with self._database.transaction() as drawers:
            keys = SecretKeysDrawer(drawers.connection)
            await keys.note_gone(self._holder)
            await keys.prune()

    # --- replacing a key

    async def begin(self) -> bool:
        """Let a new key seal from now on, the old ones still opening; False where that was begun before.

        Raises InputError where the keys are those of the setting and it names but one.
        """
        is_begun = len(self._vault.key_names) > 1
        if not is_begun:
            if self._file is None:
                raise InputError(
                    _(
                        "The key is set in NHACCHUAN_SECRET_KEY, so it is replaced there: first OLD,NEW and restart "
                        "every process, then NEW,OLD and restart every process; then run this again."
                    )
                )
            self._file.write([make_key(), *self._file.read()])
        await self._note_begun()
        return not is_begun

    async def _note_begun(self) -> None:
        async with self._database.transaction() as drawers:
            keys = SecretKeysDrawer(drawers.connection)
            await keys.note_used(self.newest)
            begun = await drawers.audit.list_entries(AuditWanted(action=_BEGUN, subject=_SUBJECT), 1)
            if not begun or begun[0].details.get("key") != self.newest:
                await self._record(drawers, _BEGUN, {"key": self.newest})

    async def reseal(self, tell: Told) -> Resealed:
        """Go on sealing everything anew where that was cut off, to the end. `tell` hears place and rows looked at."""
        changed = strange = 0
        while True:
            async with self._database.transaction() as drawers:
                resealer = Resealer(drawers.connection, self._vault)
                place = await resealer.find_next()
                if place is None:
                    break
                batch = await resealer.reseal_batch(place)
            changed += batch.changed
            strange += batch.strange
            tell(place.name, batch.read)
        return Resealed(changed, strange)

    async def reseal_again(self, tell: Told) -> Resealed:
        """Look through everything from the beginning: what somebody sealed with an older key meanwhile."""
        async with self._database.transaction() as drawers:
            await Resealer(drawers.connection, self._vault).begin_anew()
        return await self.reseal(tell)

    async def list_hindrances(self) -> Sequence[str]:
        """Who may still write something that is sealed with an older key, in words."""
        async with self._database.transaction() as drawers:
            keys = SecretKeysDrawer(drawers.connection)
            told = [
                _("process {holder} still seals with an older key; restart it").format(holder=holder)
                for holder in await keys.list_others(self.newest)
            ]
            if await keys.has_open_from_before(self.newest):
                told.append(_("something that began before the change is still being written"))
            return told

    async def find_dependants(self) -> dict[str, int]:
        """How many calendars, codes, sessions and visitors of the web chat would be lost with the older keys."""
        async with self._database.transaction() as drawers:
            return asdict(await SecretKeysDrawer(drawers.connection).find_dependants(self.newest))

    async def drop(self) -> bool:
        """Let older keys open nothing any more. Whether that is done; False where the setting has to be changed."""
        async with self._database.transaction() as drawers:
            keys = SecretKeysDrawer(drawers.connection)
            known = await keys.list_names()
            retired = await keys.retire([name for name in known if name != self.newest])
            if retired:
                await self._record(drawers, "secret_key_retired", {"keys": sorted(retired), "key": self.newest})
        # Only now: whoever begins meanwhile must find that the older keys are not asked for any more.
        if self._file is not None:
            self._file.write(self._file.read()[:1])
        return self._file is not None

    async def _record(self, drawers: Drawers, action: str, details: dict[str, object]) -> None:
        await drawers.audit.record(_ACTOR, action, _SUBJECT, self._clock.now(), details)
