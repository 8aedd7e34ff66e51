"""How long an answer takes inside the process, database included, at a steady 50 questions a second; and memory.

Run as: python -m tests.bench.answering [--rate 50] [--seconds 30]. The invented province, the embedded server, an open
loop: questions arrive by the clock whether or not earlier ones are answered, so a stall is not hidden.
"""

import asyncio
import json
import resource
import sys
import time
from argparse import ArgumentParser
from datetime import date
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.json_views import reply_as_json
from bot.settings import Settings
from bot.wiring import Office, open_office
from handlers.asking import Channel, Incoming
from handlers.verdicts import explain_state
from knowledge.facts import PersonCode
from tests.offices import TEST_SECRET, make_sample

QUESTIONS = (
    ("tôi còn thiếu gì", "CB002"),
    ("han cua toi la ngay nao", "CB019"),
    ("ielts 5.0 cấp ngày 12/5/2025 có được tính không", "CB003"),
    ("công văn 2123 điểm 3 nói gì", None),
    ("ko dc cu di hoc thi ai chiu trach nhiem", "CB017"),
    ("chứng chỉ nào của tôi được tính", "CB005"),
    ("trưởng phòng sở cần tiêu chuẩn gì", None),
    ("báo cáo tiêu chí đánh giá công chức hạn khi nào", "CB011"),
    ("hôm nay thời tiết thế nào", None),
    ("CB003 còn thiếu gì", "CB014"),
)
ROUND = 20_000  # people of the sample are asked in turn; every question keeps a thread, as at a door


async def measure(office: Office, rate: float, seconds: float) -> dict[str, float]:
    """Milliseconds of an answer from its arrival to its text, and how many were answered."""
    took: list[float] = []
    outcomes: dict[str, int] = {}

    async def ask(number: int, text: str, person: str | None, due: float) -> None:
        asked = Incoming(
            channel=Channel.COMMAND_LINE,
            address=f"bench-{number % ROUND}",
            text=text,
            person=PersonCode(person) if person is not None else None,
            thread=f"command_line:bench-{number % 500}",
        )
        reply = await office.desk.answer(asked)
        library = office.desk.library or office.library
        reply_as_json(reply, office.describe, lambda finding: explain_state(finding, library))
        took.append(time.perf_counter() - due)
        outcomes[reply.outcome.value] = outcomes.get(reply.outcome.value, 0) + 1

    for number, (text, person) in zip(range(50), cycle(QUESTIONS), strict=False):  # connections and caches are warm
        await ask(number, text, person, time.perf_counter())
    took.clear()
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number, (text, person) in zip(range(int(rate * seconds)), cycle(QUESTIONS), strict=False):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(ask(number, text, person, due))
    took.sort()
    return {
        "rate": rate,
        "answered": len(took),
        "p50_ms": round(took[len(took) // 2] * 1000, 1),
        "p99_ms": round(took[int(len(took) * 0.99)] * 1000, 1),
        "max_ms": round(took[-1] * 1000, 1),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        **{f"outcome_{name}": count for name, count in sorted(outcomes.items())},
    }


async def run(rate: float, seconds: float) -> dict[str, float]:
    """The sample in an embedded server of its own, measured; the classifier's cache is warm as at a second start."""
    with TemporaryDirectory(prefix="nhacchuan-bench-") as folder:
        home = Path(folder)
        settings = Settings(_env_file=None, home=home, secret_key=TEST_SECRET)  # type: ignore[call-arg]
        workbook = make_sample(home / "mau.xlsx", date.today())  # noqa: DTZ011  the sample's days count from any day
        async with open_office(settings) as office:
            report = await office.load(workbook, dry_run=False, replacing=frozenset(), progress=lambda _s, _r: None)
            if report.is_refused:
                raise SystemExit(str(report.problems[:3]))
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.bench.answering",
            "--home",
            folder,
            "--rate",
            str(rate),
            "--seconds",
            str(seconds),
            stdout=asyncio.subprocess.PIPE,
        )
        said, _none = await process.communicate()
        found: dict[str, float] = json.loads(said)
        return found


async def run_warm(home: Path, rate: float, seconds: float) -> dict[str, float]:
    """Measure in this fresh process over a home that is already set up."""
    began = time.perf_counter()
    settings = Settings(_env_file=None, home=home, secret_key=TEST_SECRET)  # type: ignore[call-arg]
    async with open_office(settings) as office:
        ready = time.perf_counter() - began
        return {"ready_s": round(ready, 2), **await measure(office, rate, seconds)}


if __name__ == "__main__":
    words = ArgumentParser(description=__doc__)
    words.add_argument("--rate", type=float, default=50)
    words.add_argument("--seconds", type=float, default=30)
    words.add_argument("--home", type=Path, help="used by itself: measure over this home")
    asked = words.parse_args()
    work = run(asked.rate, asked.seconds) if asked.home is None else run_warm(asked.home, asked.rate, asked.seconds)
    print(json.dumps(asyncio.run(work)))
