"""The primary of the database dies by kill -9 in the middle of a broadcast and of questions; its standby takes over.

Run as: python -m tests.drills.failover [--people 600] [--questions 120]. Two servers on loopback: the second streams
from the first, and a commit is acknowledged once both have it. `serve` and two workers are real processes that know
both hosts by one URL (`target_session_attrs=read-write`). Nobody touches them: the drill only promotes the standby
after `--noticed` seconds, as a manager of clusters would. Counted are what was acknowledged and is gone, who was told
twice or not at all, whose question was not answered, and the seconds until messages and answers came again.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from contextlib import asynccontextmanager, suppress
from random import Random

import psutil
from sqlalchemy import text

from storage.errors import DatabaseUnavailableError
from tests.drills.own_records import Reader
from tests.drills.province import FIRST_CHAT, ROOT, SECRET, Province, open_chats, open_province
from tests.replication import USER, open_primary, open_standby
from tests.standins.telegram_api import TelegramApi

_FIRST_ASKER = 6_000_000_000
_ASKERS = _FIRST_ASKER + 1
_ASKED = "Công văn 2123 điểm 3 nói gì?"
_OWN = ("xem dữ liệu cá nhân của tôi", "/taikhoan")  # what every other one asks, each of them linked
_ENOUGH = 600.0  # seconds: beside other work everything takes long
_AFTERWARDS = 8.0  # seconds in which a second answer would come: what nobody has in hand is looked for every three
_LINKED = """
WITH made AS (
    INSERT INTO people (code, name, name_folded, born_on, gender, unit, position, position_group, managed_by, is_leader)
    SELECT 'YY' || lpad(n::text, 6, '0'), 'Pham Thi ' || lpad(n::text, 6, '0'), 'pham thi', date '1975-01-01' + n, 'nu',
        'U1', 'Chuyên viên', 'khong-co-nhom', 'cap_xa', false FROM generate_series(1, :questions - 1, 2) n
    RETURNING code, substr(code, 3)::int AS n)
INSERT INTO accounts (channel, address, person, linked_at, locale, changed_at, withheld)
SELECT 'telegram', (:first + n)::text, code, now(), 'vi', now(), '{reminders}' FROM made
"""
_MARKS = "CREATE TABLE drill_marks (n integer PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp())"


async def fail_over(
    people: int, questions: int, *, noticed: float = 2.0, per_second: float = 28, seed: int = 4
) -> dict[str, object]:
    """The drill; its figures."""
    random = Random(seed)  # noqa: S311  the same every time
    with open_primary() as primary, open_standby(primary) as standby:
        primary.set(synchronous="*")
        url = (
            f"postgresql://{USER}@127.0.0.1:{primary.port},127.0.0.1:{standby.port}/postgres"
            "?target_session_attrs=read-write&connect_timeout=3"
        )
        async with TelegramApi(ceiling=30) as api, open_province(people, url) as province:
            open_chats(api, people)
            async with province.database.transaction() as drawers:
                await drawers.connection.execute(text(_MARKS))
                await drawers.connection.execute(text(_LINKED), {"questions": questions, "first": _ASKERS})
            for _each in range(2):
                await province.start_worker(api, per_second=per_second)
            async with _serving(province, api) as doors, asyncio.TaskGroup() as group:
                api.visitor("Khach", _FIRST_ASKER).says(_ASKED)
                await api.wait_for(lambda: len(api.calls_of("sendMessage")) > 0, _ENOUGH)  # the doors are open
                over = asyncio.Event()
                marking = group.create_task(_mark(province, over))
                await province.tell_everybody()
                await api.wait_for(lambda: _pushed(api) > people // 10, _ENOUGH)
                near = asyncio.Event()
                asking = group.create_task(_ask(api, questions, near, pause=people / per_second / questions))
                await api.wait_for(lambda: _pushed(api) > people // 3, _ENOUGH)
                near.set()
                await asyncio.sleep(random.uniform(0.2, 1.2))

                primary.kill()
                killed = time.monotonic()
                await asyncio.sleep(noticed)
                await asyncio.to_thread(standby.promote)
                promoted = time.monotonic()

                await province.wait_until_ended(_ENOUGH)
                await asking
                with suppress(TimeoutError):
                    await api.wait_for(lambda: not _unanswered(api, questions), _ENOUGH)
                await asyncio.sleep(_AFTERWARDS)
                over.set()
                marks = await marking
                found = await _count(province, api, people, questions, marks, killed, promoted)
                if found["answered_twice"]:
                    _show_twice(province, api, questions)
                memory = [_megabytes(one) for one in (doors, *province.workers)]
                return {**found, "serve_mb": memory[0], "work_mb": max(memory[1:])}


@asynccontextmanager
async def _serving(province: Province, api: TelegramApi):
    """`nhacchuan serve`, a process of its own."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("NHACCHUAN_")},
        "NHACCHUAN_HOME": str(province.home),
        "NHACCHUAN_DATABASE_URL": province.url,
        "NHACCHUAN_SECRET_KEY": SECRET,
        "NHACCHUAN_TELEGRAM_TOKEN": api.token,
        "NHACCHUAN_TELEGRAM_API": api.base,
        "NHACCHUAN_HTTP": "127.0.0.1:0",
    }
    with (province.home / "serve.log").open("w+", encoding="utf-8") as log:
        command = [sys.executable, "-u", "-m", "bot", "serve"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)  # noqa: ASYNC220  ours
        try:
            yield process
        except BaseException:
            print((province.home / "serve.log").read_text()[-3000:], file=sys.stderr)
            raise
        else:
            assert process.poll() is None, (province.home / "serve.log").read_text()
        finally:
            process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(process.wait, 60)


async def _ask(api: TelegramApi, questions: int, near: asyncio.Event, *, pause: float) -> None:
    """One question of each visitor: a third while all is well, the others from just before the kill.

    Every other one is linked and asks for their own record.
    """
    for n in range(questions):
        if n == questions // 3:
            await near.wait()
        api.visitor(f"Khach {n}", _ASKERS + n).says(_OWN[n // 2 % 2] if n % 2 else _ASKED)
        await asyncio.sleep(pause)


async def _mark(province: Province, over: asyncio.Event) -> list[tuple[int, float]]:
    """Keep one row after the other until it is over; those whose keeping was acknowledged, with the moment."""
    kept, n = [], 0
    while not over.is_set():
        n += 1
        with suppress(DatabaseUnavailableError):
            async with province.database.transaction() as drawers:
                await drawers.connection.execute(text("INSERT INTO drill_marks (n) VALUES (:n)"), {"n": n})
            kept.append((n, time.monotonic()))
        await asyncio.sleep(0.02)
    return kept


def _megabytes(process: subprocess.Popen) -> int:
    return round(psutil.Process(process.pid).memory_info().rss / 2**20)


def _pushed(api: TelegramApi) -> int:
    return sum(FIRST_CHAT <= chat.id < _FIRST_ASKER and bool(chat.messages) for chat in api.chats.values())


def _unanswered(api: TelegramApi, questions: int) -> int:
    return sum(not _answers(api, n) for n in range(questions))


def _answers(api: TelegramApi, n: int) -> int:
    chat = api.chats.get(_ASKERS + n)
    return sum(one.is_from_bot for one in chat.messages) if chat is not None else 0


def _read(api: TelegramApi, n: int) -> list[str]:
    chat = api.chats.get(_ASKERS + n)
    return [one.text for one in chat.messages if one.is_from_bot] if chat is not None else []


def _count_records(province: Province, api: TelegramApi, questions: int) -> dict[str, int]:
    """Who read of their own record, and how many of somebody else's, questions and messages alike."""
    reader = Reader({f"CB{n:07}": f"CB{n:07}" for n in range(province.people)})
    owners = {_ASKERS + n: f"YY{n:06}" if n % 2 else None for n in range(questions)}
    read = {chat: _read(api, chat - _ASKERS) for chat in owners}
    wrong = {chat: reader.find_others(read[chat], own) for chat, own in owners.items()}
    for n in range(province.people):
        others = reader.find_others([one.text for one in api.chats[FIRST_CHAT + n].messages], f"CB{n:07}")
        wrong[FIRST_CHAT + n] = others
    for chat, others in wrong.items():
        if others:
            print(f"{chat} reads of {', '.join(sorted(others))}", file=sys.stderr)
    own_read = {chat: reader.is_own(read[chat], own) for chat, own in owners.items() if own}
    return {
        "asked_for_their_own_record": len(own_read),
        "read_their_own_record": sum(own_read.values()),
        "own_record_not_told": sum(bool(read[chat]) and not is_own for chat, is_own in own_read.items()),
        "wrong_disclosures": sum(map(len, wrong.values())),
    }


def _show_twice(province: Province, api: TelegramApi, questions: int) -> None:
    """What those read who were answered twice, and what the doors said meanwhile."""
    for n in range(questions):
        if _answers(api, n) > 1:
            print(*(one.text[:200] for one in api.chats[_ASKERS + n].messages), sep="\n", file=sys.stderr)
    print((province.home / "serve.log").read_text()[-6000:], file=sys.stderr)


async def _count(
    province: Province,
    api: TelegramApi,
    people: int,
    questions: int,
    marks: list[tuple[int, float]],
    killed: float,
    promoted: float,
) -> dict[str, object]:
    async with province.database.transaction() as drawers:
        there = set((await drawers.connection.execute(text("SELECT n FROM drill_marks"))).scalars())
    reached = {n: len(api.chats[FIRST_CHAT + n].messages) for n in range(people)}
    became = await province.became()
    states = await province.states()
    after = [one for one in api.arrivals if one.at > killed and one.status == 200]
    pushes = [one.at for one in after if int(one.chat) < _FIRST_ASKER and one.at > promoted]
    answers = [one.at for one in after if int(one.chat) >= _ASKERS and one.at > promoted]
    acknowledged = [at for _n, at in marks if at > killed + 0.2]  # what was on its way is not what came again
    return {
        "people": people,
        "questions": questions,
        "acknowledged_commits": len(marks),
        "acknowledged_and_gone": len({n for n, _at in marks} - there),
        "reached": sum(n > 0 for n in reached.values()),
        "told_twice": sum(n > 1 for n in reached.values()),
        "unclear_named": states["unclear"],
        "lost": sum(not reached[n] and became[n].state != "unclear" for n in range(people)),
        "not_ended": sum(states[one] for one in ("waiting", "claimed", "started")),
        "questions_unanswered": _unanswered(api, questions),
        "answered_twice": sum(_answers(api, n) > 1 for n in range(questions)),
        **_count_records(province, api, questions),
        "promoted_after_s": round(promoted - killed, 2),
        "first_commit_after_s": round(min(acknowledged, default=float("nan")) - killed, 2),
        "first_message_after_s": round(min(pushes, default=float("nan")) - killed, 2),
        "first_answer_after_s": round(min(answers, default=float("nan")) - killed, 2),
    }


def breaches(found: dict[str, object]) -> dict[str, object]:
    """What must be nought and is not."""
    must = (
        "acknowledged_and_gone", "told_twice", "lost", "not_ended", "questions_unanswered", "answered_twice",
        "wrong_disclosures", "own_record_not_told",
    )  # fmt: skip
    return {name: found[name] for name in must if found[name]}


def main() -> None:
    """Print the figures."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("--people", type=int, default=600)
    words.add_argument("--questions", type=int, default=120)
    words.add_argument("--noticed", type=float, default=2.0)
    words.add_argument("--seed", type=int, default=4)
    asked = words.parse_args()
    found = asyncio.run(fail_over(asked.people, asked.questions, noticed=asked.noticed, seed=asked.seed))
    print(json.dumps(found))
    sys.exit(bool(breaches(found)))


if __name__ == "__main__":
    main()
