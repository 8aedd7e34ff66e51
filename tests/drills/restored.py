"""A backup taken in the middle of a broadcast, the house lost later in it, and the backup restored: nobody told twice.

Run as: python -m tests.drills.restored [--people 240] [--clock slow]. Some of the messages that left after the backup
are not known to it; nobody may get them once more, and whoever has none is named as unclear. Questions were kept and
not answered when the backup was taken, and some are answered after it: nobody is answered twice, whoever may miss an
answer is told so. With `--clock slow` the whole machine is lost, and the clock of the next one runs a day behind:
nobody is told twice for that. However slow the machine is, the middle is the middle: from the backup to the loss the
pace is such that the broadcast lasts for minutes yet. `--seed` chooses the moment of the loss.
"""

import asyncio
import json
import subprocess
import sys
import time
from argparse import ArgumentParser
from datetime import datetime, timedelta
from random import Random

from bot.interruption import RESTORED, say_interrupted
from bot.wiring import open_office
from bot.wiring_keeping import Wishes, restore
from handlers.phrases import locale_of
from tests.drills.house import FIRST_ASKER, QUESTIONS, WEBHOOK, House, link_officials, open_house
from tests.drills.own_records import FIRST_LINKED, code_of, question_of
from tests.drills.province import FIRST_CHAT, IDENTITY, ROOT
from tests.drills.updates import message
from tests.offices import settings_for

_ENOUGH = 600.0  # seconds: beside other work everything takes long
_QUESTIONS = 24
_LASTS = 200.0  # seconds for which all of them would take while the backup is made
_SLOWLY = "UPDATE pace SET interval_ms = %s WHERE identity = %s"
_UNSETTLED = """
SELECT count(*) FROM deliveries WHERE state IN ('claimed', 'started')
    OR (state = 'waiting' AND NOT is_held AND due_at <= %s)
"""


async def say(house: House, *words: str) -> str:
    """A command of the house; what it said. Fails where it failed."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words, cwd=ROOT, env=house.environment(), stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )  # fmt: skip
    said, _nothing = await child.communicate()
    assert child.returncode == 0, f"{' '.join(words)}: {said.decode(errors='replace')[-1500:]}"
    return said.decode(errors="replace")


async def keep_questions(house: House, count: int) -> list[int]:
    """Questions that a door kept just before it died: the chats in which they were asked.

    Every other one is linked and asks for their own record.
    """
    chats = [(FIRST_LINKED if n % 2 else FIRST_ASKER) + n // 2 for n in range(count)]
    kept = [(f"0.{n}", json.dumps(message(house, 500_000 + n, chat, _question(chat)))) for n, chat in enumerate(chats)]
    opened = open_office(settings_for(house.direct, house.home), clock=house.clock())
    async with opened as office, office.open_cabinet() as drawers:
        assert len(await drawers.updates.keep("telegram", kept, None)) == count
    return chats


def _question(chat: int) -> str:
    return (
        question_of(chat - FIRST_LINKED) if chat >= FIRST_LINKED else QUESTIONS[(chat - FIRST_ASKER) % len(QUESTIONS)]
    )


def _owners(house: House, asked: list[int]) -> dict[int, str | None]:
    """Whose each chat is: of those who asked, and of those who were to be told."""
    whose = {chat: code_of(chat - FIRST_LINKED) if chat >= FIRST_LINKED else None for chat in asked}
    return {**whose, **{FIRST_CHAT + n: f"ZZ{n:06}" for n in range(house.bulk)}}


def _count_records(house: House, asked: list[int]) -> dict[str, int]:
    owners = _owners(house, asked)
    linked = {chat: own for chat, own in owners.items() if chat >= FIRST_LINKED and own is not None}
    own_read = {chat: house.reader.is_own(_said(house, chat), own) for chat, own in linked.items()}
    return {
        "asked for their own record": len(linked), "read their own record": sum(own_read.values()),
        "own record not told": sum(_answers(house, chat) > 0 and not is_own for chat, is_own in own_read.items()),
        "wrong disclosures": house.count_disclosures({str(chat): own for chat, own in owners.items()}),
    }  # fmt: skip


def _said(house: House, chat: int) -> list[str]:
    return [one.text for one in house.api.chats[chat].messages if one.is_from_bot]


def _pointed(house: House, chat: int) -> int:
    """How often they were told that an answer may be missing."""
    with locale_of("vi"):
        return _said(house, chat).count(say_interrupted(RESTORED).title)


def _answers(house: House, chat: int) -> int:
    return len(_said(house, chat)) - _pointed(house, chat)


def _told(house: House) -> int:
    """How many of the many have got the broadcast."""
    return sum(one.is_from_bot for chat in house.api.chats.values() if FIRST_CHAT <= chat.id < FIRST_CHAT + house.bulk
               for one in chat.messages)  # fmt: skip


def _slow(house: House) -> datetime:
    """The time on the next machine: a day behind, and on an empty database, which knows nothing of the lost time."""
    house.query("DROP SCHEMA public CASCADE")
    house.query("CREATE SCHEMA public")
    return house.now() - timedelta(days=1)


async def drill(people: int, seed: int, *, is_slow: bool = False) -> dict[str, object]:
    """How it ended for everybody."""
    random = Random(seed)  # noqa: S311  the same every time
    async with open_house(WEBHOOK, people=people, TELEGRAM_PER_SECOND="8") as house:
        officials = link_officials(house)
        file = house.home / "backup.nhacchuan"
        await house.start("work")
        await house.tell_everybody(1)
        await house.api.wait_for(lambda: _told(house) >= people // 8, _ENOUGH)
        house.query(_SLOWLY, 1000 * _LASTS / people, IDENTITY)
        asked = await keep_questions(house, _QUESTIONS)
        began, before = time.monotonic(), _told(house)
        await say(house, "backup", str(file))
        backup_seconds = time.monotonic() - began
        at_backup = _told(house)
        house.query(_SLOWLY, 20_000, IDENTITY)  # starting may take minutes beside other work
        await house.start("serve")
        house.query(_SLOWLY, 1000 * _LASTS / people, IDENTITY)
        more, some = random.randint(people // 12, people // 4), random.randint(1, _QUESTIONS - 1)
        await house.api.wait_for(
            lambda: _told(house) >= at_backup + more and sum(bool(_said(house, one)) for one in asked) >= some, _ENOUGH
        )
        house.kill("serve")
        house.kill("work")
        answered = len([one for one in asked if _answers(house, one)])
        lost_at = _told(house)
        began = time.monotonic()
        # By the clock of the house, which lives on a working day.
        now = _slow(house) if is_slow else house.now()
        await restore(settings_for(house.direct, house.home), file, Wishes(now, replaces=True))
        restore_seconds = time.monotonic() - began
        await house.start("work")
        await house.start("serve")
        began = time.monotonic()
        while time.monotonic() - began < _ENOUGH:
            await asyncio.sleep(1.0)
            is_settled = not (await house.ask_database(_UNSETTLED, house.now()))[0][0]
            if is_settled and all(_pointed(house, one) for one in asked):
                break
        await asyncio.sleep(3.0)
        got = {str(one.id): sum(each.is_from_bot for each in one.messages) for one in house.api.chats.values()}
        rows = await house.ask_database("SELECT address, state, reason FROM deliveries WHERE channel = 'telegram'")
        named = {address for address, state, _reason in rows if state == "unclear"}
        everybody = {str(FIRST_CHAT + n) for n in range(people)}
        return {
            "people": people, "officials": officials, "sent before the backup": before,
            "sent before the backup ended": at_backup, "sent before the loss": lost_at, "sent in all": _told(house),
            "asked": len(asked), "answered before the loss": answered,
            "lost": sum(not _answers(house, one) and not _pointed(house, one) for one in asked),
            "doubled": sum(_answers(house, one) > 1 or _pointed(house, one) > 1 for one in asked),
            **_count_records(house, asked),
            "told to look": sum(_pointed(house, one) > 0 for one in asked),
            "not in the middle": int(not 0 < before <= at_backup < lost_at < people),
            "told twice": sum(got.get(one, 0) > 1 for one in everybody),
            "neither told nor named": sum(not got.get(one) and one not in named for one in everybody),
            "named unclear": len(named), "backup s": round(backup_seconds, 1), "restore s": round(restore_seconds, 1),
        }  # fmt: skip


BREACHES = (
    "lost",
    "doubled",
    "wrong disclosures",
    "own record not told",
    "not in the middle",
    "told twice",
    "neither told nor named",
)


def main() -> None:
    """Print the figures; exit 1 where anybody was told twice or forgotten."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("--people", type=int, default=240)
    words.add_argument("--seed", type=int, default=5)
    words.add_argument("--clock", choices=("right", "slow"), default="right", help="of the machine that restores")
    asked = words.parse_args()
    found = asyncio.run(drill(asked.people, asked.seed, is_slow=asked.clock == "slow"))
    print(json.dumps(found))
    sys.exit(any(found[name] for name in BREACHES))


if __name__ == "__main__":
    main()
