"""What an operator runs at the terminal, killed with kill -9 at any moment and then done to its end.

A backup being taken, the key being replaced, a backup being put back, an empty database being made, and the process
that reads an official document. Whatever was killed leaves all as it was or all done; the second time it is done.
"""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import psutil
import psycopg
from psycopg import sql

from tests.databases import named
from tests.drills.house import House, open_house
from tests.drills.province import ROOT
from tests.offices import TEST_SECRET
from tests.paper import docx_of

TRIES = 3  # a command may have ended before its moment came, and is begun again to be killed
_OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
_SHAPE = """
SELECT (SELECT version_num FROM alembic_version), count(*) FROM information_schema.columns WHERE table_schema = 'public'
"""
_READER = "knowledge.reading.files.parse"
_PAPER = "ỦY BAN NHÂN DÂN TỈNH MẪU\nSố: 12/UBND-NC\n" + "\n".join(
    f"{n}. Các sở báo cáo lần thứ {n} trước ngày 01/10/2026." for n in range(1, 400)
)


@dataclass
class Operator:
    """Somebody at the terminal of a house whose commands are killed, and what became of them."""

    house: House
    random: Random
    torn: int = 0
    wrong: int = 0
    lasts: dict[str, float] = field(default_factory=dict)  # seconds of a command that nobody killed

    async def begin(self, *words: str, **more: str) -> asyncio.subprocess.Process:
        """A command, with other settings where given."""
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *words, cwd=ROOT, env={**self.house.environment(), **more},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip

    async def run(self, *words: str, **more: str) -> tuple[int, str]:
        """A command to its end: its exit code and what it said."""
        child, began = await self.begin(*words, **more), time.monotonic()
        said, _nothing = await child.communicate()
        self.lasts[words[0]] = time.monotonic() - began
        return child.returncode or 0, said.decode(errors="replace")

    async def kill(self, what: str, *words: str, **more: str) -> None:
        """Begin a command and kill it at any moment of the time that it takes."""
        child = await self.begin(*words, **more)
        await asyncio.sleep(self.random.uniform(0.5, max(2.0, self.lasts.get(words[0], 7.0))))
        if child.returncode is None:
            child.kill()
            self.house.kills[what] += 1
        await child.communicate()

    def ensure_whole(self, what: str, is_whole: bool, said: str) -> None:
        """Whatever was killed leaves all as it was or all done."""
        if not is_whole:
            self.torn += 1
            print(f"{what}, torn:", said[-600:], file=sys.stderr)

    def expect(self, what: str, is_right: bool, said: str) -> None:
        """The second time it must be done."""
        if not is_right:
            self.wrong += 1
            print(what, said[-600:], file=sys.stderr)

    # --- what is killed

    async def backup(self, n: int) -> None:
        """No half of a file is left that is called a backup, and the next one clears up after a killed one."""
        file, scratch = self.house.home / f"{n}.backup", self.house.home / "scratch"
        scratch.mkdir(exist_ok=True)
        await self.kill("backup", "backup", str(file), "--verify", TMPDIR=str(scratch))
        await _wait_until_unused(scratch)
        if file.exists():
            code, said = await self.run("backup", str(file), "--verify", TMPDIR=str(scratch))
            self.ensure_whole("backup", code == 0, said)
        code, said = await self.run("backup", f"{file}.again", "--verify", TMPDIR=str(scratch))
        left = [one.name for one in (*scratch.iterdir(), *self.house.home.glob(".*.part"))]
        self.expect("backup", code == 0 and not left, f"{said} left: {left}")

    async def rotate(self, _n: int) -> None:
        """Nothing is left that no key opens."""
        await self.kill("rotate-key", "rotate-key", "--drop")
        code, said = await self.run("rotate-key", "--drop")
        self.expect("rotate-key", code == 0 and "opened by none" not in said, said)

    async def restore(self, n: int) -> None:
        """Everybody of the backup is there, or everybody of before it."""
        file = self.house.home / f"{n}.backup"
        code, said = await self.run("backup", str(file))
        assert code == 0, said
        there = self._count_people()
        self.house.link_more(1)  # since the backup somebody came
        await self.kill("restore", "restore", str(file), "--replace")
        await self._wait_until_alone()
        kept = self._count_people()
        self.ensure_whole("restore", kept in {there, there + 1}, f"{kept} people, not {there} or one more")
        code, said = await self.run("restore", str(file), "--replace")
        self.expect("restore", code == 0 and self._count_people() == there, said)

    async def init(self, n: int) -> None:
        """An empty database becomes one like that of the house, however far it had come before."""
        name = f"made_{n}"
        self.house.query(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))  # type: ignore[arg-type]
        url = named(self.house.direct, name)
        await self.kill("init", "init", NHACCHUAN_DATABASE_URL=url)
        code, said = await self.run("init", NHACCHUAN_DATABASE_URL=url)
        with psycopg.connect(url) as connection:
            made = connection.execute(_SHAPE).fetchall()
        self.expect("init", code == 0 and made == self.house.query(_SHAPE), f"{said} {made}")

    async def read(self, n: int) -> None:
        """Whoever gave the document is told that reading was cut off, and the next time it is read."""
        file = self.house.home / f"{n}.docx"
        file.write_bytes(docx_of(_PAPER))
        child, was_killed = await self.begin("document", "add", str(file)), False
        saying = asyncio.ensure_future(child.communicate())
        while not was_killed and not saying.done():
            was_killed = self._kill_reader(child.pid)
            await asyncio.sleep(0.005)
        said = (await saying)[0].decode(errors="replace")
        code, again = await self.run("document", "add", str(file))
        if was_killed:
            self.house.kills["document reader"] += 1
            is_told = child.returncode != 0 and "Traceback" not in said and "12/UBND-NC" not in said
            is_all = child.returncode == 0 and said == again  # it had read it all, and was killed at its leaving
            self.ensure_whole("document reader", is_told or is_all, said)
        self.expect("document reader", code == 0 and "12/UBND-NC" in again, again)

    def _kill_reader(self, pid: int) -> bool:
        with suppress(psutil.Error):
            for one in psutil.Process(pid).children():
                if _READER in one.cmdline():
                    # Where in its short life, nobody knows.
                    time.sleep(self.random.uniform(0, 0.15))
                    one.kill()
                    return True
        return False

    def _count_people(self) -> int:
        with suppress(psycopg.errors.UndefinedTable):
            return int(self.house.query("SELECT count(*) FROM people")[0][0])
        return -1

    async def _wait_until_alone(self) -> None:
        """The server notices that whoever was killed has left."""
        for _each in range(600):
            if not self.house.query(_OTHERS)[0][0]:
                return
            await asyncio.sleep(0.1)


WAYS: dict[str, Callable[[Operator, int], Coroutine[Any, Any, None]]] = {
    "backup": Operator.backup, "rotate-key": Operator.rotate, "restore": Operator.restore, "init": Operator.init,
    "document reader": Operator.read,
}  # fmt: skip


async def keep_under_fire(victims: Sequence[str], seed: int) -> dict[str, object]:
    """Each of these commands killed, and then done to its end."""
    wanted = Counter(victims)
    async with open_house(people=300, seed=seed, SECRET_KEY="", LOCALE="en") as house:
        _write_key(house.home / "secret.key")
        operator = Operator(house, Random(f"keeping{seed}"))  # noqa: S311  the same every time
        for n, what in enumerate(TRIES * list(victims)):
            if house.kills[what] < wanted[what]:
                await WAYS[what](operator, n)
        code, _said = await operator.run("audit", "verify")
    return {"kills": sum(house.kills.values()), "by kind": dict(+house.kills), "torn": operator.torn,
            "not done the second time": operator.wrong, "audit broken": int(code != 0),
            "not killed as often as wanted": dict(wanted - house.kills)}  # fmt: skip


async def _wait_until_unused(scratch: Path) -> None:
    """The server of a killed proof goes down by itself; a living one is left alone by whoever clears up."""
    for _each in range(600):
        if not any(str(scratch) in " ".join(one.info["cmdline"] or ()) for one in psutil.process_iter(["cmdline"])):
            return
        await asyncio.sleep(0.1)


def _write_key(key: Path) -> None:
    key.write_text(f"{TEST_SECRET}\n", encoding="utf-8")
    key.chmod(0o600)
