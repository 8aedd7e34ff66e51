"""Updates doubled, out of order, late, malformed and oversized, brought to an open door; and nobody reads of others.

Run as: python -m tests.drills.updates [--good 600] [--bad 3000]. Everybody who asks something that can be read is
answered once, however often and in whatever order it is brought. Officials ask about themselves and about others, by
words and by buttons that they were never shown: no answer names anybody else.
"""

import asyncio
import json
import sys
import time
from argparse import ArgumentParser
from collections import Counter
from random import Random
from typing import Any

import aiohttp
from hypothesis import HealthCheck, Phase, given, seed, settings

from bot.on_telegram.webhook import SECRET_HEADER
from handlers.routing import BY_ACTION
from tests.drills.house import FIRST_OFFICIAL, QUESTIONS, SECRET, WEBHOOK, House, link_officials, open_house
from tests.drills.parsers import TELEGRAM

WITHIN = 600.0  # seconds in all: ten thousand bodies take long beside other work
_FIRST_OF_OURS = 2_000_000  # no malformed one bears these numbers, or ours would count as brought before
_ALLOWED = {200, 400, 408, 413, 503}
_ORDINARY = """
SELECT a.address, p.code, p.name FROM people p JOIN accounts a ON a.person = p.code
WHERE p.code LIKE 'CB%' AND p.roles = ARRAY['can_bo']::varchar[]
    AND NOT EXISTS (SELECT FROM units u WHERE u.head = p.code)
ORDER BY p.code
"""


def malformed(count: int, number: int) -> list[dict[str, Any]]:
    """So many updates of which hardly any is sound."""
    made: list[dict[str, Any]] = []

    @seed(number)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(TELEGRAM)
    def collect(one: dict[str, Any]) -> None:
        made.append(one)

    collect()
    return made[:count]


def message(house: House, number: int, chat: int, text: str) -> dict[str, Any]:
    """Somebody's words as Telegram brings them."""
    person = {"id": chat, "is_bot": False, "first_name": "Lan"}
    said = {"message_id": number, "date": int(time.time()), "chat": {"id": chat, "type": "private"}, "from": person}
    house.api.visitor("Lan", chat)
    return {"update_id": _FIRST_OF_OURS + number, "message": {**said, "text": text}}


def press(house: House, number: int, chat: int, token: str) -> dict[str, Any]:
    """A button that was never shown, pressed below a message of long ago."""
    person = {"id": chat, "is_bot": False, "first_name": "Lan"}
    below = {"chat": {"id": chat, "type": "private"}, "message_id": 1, "date": 0}
    query = {"id": str(number), "from": person, "message": below, "chat_instance": "1", "data": token[:64]}
    return {"update_id": _FIRST_OF_OURS + number, "callback_query": query}


async def bring(house: House, body: bytes, session: aiohttp.ClientSession, seen: Counter[int]) -> None:
    """Once more until it is thanked for or refused, as Telegram does."""
    headers = {SECRET_HEADER: SECRET, "Content-Type": "application/json"}
    for _again in range(60):
        try:
            async with session.post(
                f"http://127.0.0.1:{house.port}/telegram/webhook", data=body, headers=headers
            ) as got:
                seen[got.status] += 1
                if got.status != 503:
                    return
        except (aiohttp.ClientError, TimeoutError):
            seen[0] += 1
        await asyncio.sleep(0.5)


async def drill(good: int, bad: int, number: int = 5) -> dict[str, object]:
    """How it ended."""
    random = Random(number)  # noqa: S311  the same every time
    async with open_house(WEBHOOK) as house:
        link_officials(house)
        await house.start("serve")
        ordinary = house.query(_ORDINARY)
        everybody = house.query("SELECT code, name FROM people WHERE code LIKE 'CB%'")
        bodies: list[bytes] = []
        asked: list[int] = []
        for n in range(good):
            chat = 8_000_000_000 + n
            asked.append(chat)
            body = json.dumps(message(house, n, chat, random.choice(QUESTIONS))).encode()
            bodies += [body] * random.randint(1, 4)
        tried = 0
        said: dict[str, list[str]] = {address: [] for address, _code, _name in ordinary}
        for address, _code, _name in ordinary:
            for other, name in random.sample(everybody, min(12, len(everybody))):
                tried += 2
                words = random.choice([f"{other} còn thiếu gì", f"{name} có những chứng chỉ nào", f"hồ sơ của {name}"])
                said[address].append(words)
                action = random.choice(list(BY_ACTION))
                bodies.append(json.dumps(message(house, good + tried, int(address), words)).encode())
                bodies.append(json.dumps(press(house, good + tried + 1, int(address), f"{action}|{other}")).encode())
        bodies += [json.dumps(one).encode() for one in malformed(bad, number)]
        bodies += [b"x" * 1_000_001, b"[" * 100_000, b"{", b"\xff\xfe", b"null"]
        random.shuffle(bodies)
        late = [body for body in bodies if random.random() < 0.1]
        seen: Counter[int] = Counter()
        lines, patience = aiohttp.TCPConnector(limit=30), aiohttp.ClientTimeout(total=None, sock_read=120)
        async with aiohttp.ClientSession(connector=lines, timeout=patience) as session:
            for body_set in (bodies, late):  # what was brought long ago comes once more when all is answered
                await asyncio.gather(*(bring(house, body, session, seen) for body in body_set))
                await _wait_until_read(house, asked)
        answers = [sum(one.is_from_bot for one in house.api.chats[chat].messages) for chat in asked]
        logs = house.logs()
        print(
            *(line for line in logs.splitlines() if "telegram.defect" in line or "bad_request" in line),
            sep="\n",
            file=sys.stderr,
        )
        return {
            "brought": sum(seen.values()),
            "statuses": {str(status): count for status, count in sorted(seen.items())},
            "asked": len(asked),
            "lost": sum(not one for one in answers),
            "doubled": sum(one > 1 for one in answers),
            "officials who asked of others": len(ordinary),
            "times they did": tried,
            "wrong disclosures": _count_disclosures(house, ordinary, everybody, said),
            "defects": logs.count("telegram.defect"),
            "given up": logs.count("intake.given_up") + logs.count("intake.failed"),
            "statuses that may not be": sum(n for status, n in seen.items() if status not in _ALLOWED),
            "processes that ended by themselves": len(house.ended()),
        }


async def _wait_until_read(house: House, asked: list[int]) -> None:
    began = time.monotonic()
    while time.monotonic() - began < WITHIN and not all(  # noqa: ASYNC110  nobody tells us
        any(one.is_from_bot for one in house.api.chats[chat].messages) for chat in asked
    ):
        await asyncio.sleep(0.3)
    left = "SELECT count(*) FROM seen_updates WHERE body IS NOT NULL AND answered_at IS NULL AND due_at IS NULL"
    while time.monotonic() - began < WITHIN and house.query(left)[0][0]:  # noqa: ASYNC110  nobody tells us
        await asyncio.sleep(0.3)


def _count_disclosures(house: House, ordinary: list[tuple], everybody: list[tuple], said: dict[str, list[str]]) -> int:
    """Names of others in what an ordinary official read, but for the words that they had said themselves."""
    found = 0
    for address, code, _name in ordinary:
        read = " ".join(one.text for one in house.api.chats[int(address)].messages if one.is_from_bot)
        for words in said[address]:  # a preview of what is passed on to HR says again what they typed
            read = read.replace(words, "…")
        for other, name in everybody:
            if other != code and name in read and int(address) >= FIRST_OFFICIAL:
                found += 1
                print(
                    f"{code} reads of {other}: …{read[max(0, read.index(name) - 120) : read.index(name) + 60]}…",
                    file=sys.stderr,
                )
    return found


BREACHES = (
    "lost",
    "doubled",
    "wrong disclosures",
    "defects",
    "given up",
    "statuses that may not be",
    "processes that ended by themselves",
)


def main() -> None:
    """Print the figures; exit 1 on any breach."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("--good", type=int, default=600)
    words.add_argument("--bad", type=int, default=3000)
    asked = words.parse_args()
    found = asyncio.run(drill(asked.good, asked.bad))
    print(json.dumps(found, ensure_ascii=False))
    sys.exit(any(found[name] for name in BREACHES))


if __name__ == "__main__":
    main()
