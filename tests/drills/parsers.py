"""Whatever may come from outside, malformed in every way: brought by the ten thousands to every parser of the house.

Run as: python -m tests.drills.parsers [--examples 100000] [--only NAME] [--seed 5] [--minutes 15]. A parser may refuse
in the way that it promises and in no other. What the desk says of pressed tokens and of questions is read for names and
codes of people that are not the asker's.
"""

import asyncio
import contextlib
import json
import logging
import sys
import tempfile
import time
import warnings
from argparse import ArgumentParser
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from math import inf
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

import structlog
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisWarning

from bot.handed_in.child import _make as make_anew
from bot.handed_in.kinds import Kind, kind_of
from bot.on_api.asking import read_question
from bot.on_api.paths import list_paths
from bot.on_api.problems import ProblemError
from bot.on_telegram.connection import open_bot
from bot.on_telegram.files import find_file
from bot.on_telegram.incoming import read_message, read_press, read_update
from bot.on_zalo import bot_incoming
from bot.on_zalo.events import Reader as OaReader
from bot.on_zalo.fetching import Fetching
from bot.on_zalo.signing import Signatures
from bot.render import render_html
from bot.webhooks import TurnedAwayError, parse
from handlers.phrases import locale_of, use_catalogues
from handlers.routing import BY_ACTION, BY_COMMAND
from knowledge.facts import TerritoryCode
from knowledge.library import Library
from knowledge.loader import load_library
from knowledge.reading.cleaning import clean
from knowledge.reading.files.docx import read_docx
from knowledge.reading.files.pdf import read_pdf
from knowledge.reading.files.plain import decode, ensure_text
from knowledge.reading.files.refusals import UnreadableError as DocumentRefusedError
from knowledge.reading.reader import read
from knowledge.understanding.meaning import Vocabulary
from knowledge.understanding.reader import Reader, build_reader
from storage.workbook.checking import Checks
from storage.workbook.known import Known
from storage.workbook.opening import open_workbook
from storage.workbook.problems import ProblemLog, UnreadableError
from storage.workbook.reading import find_sheets, read_rows
from storage.workbook.sheets import SHEETS
from tests.conftest import LOCALES
from tests.drills.spoiled_files import (
    broken,
    broken_papers,
    broken_texts,
    folder,
    inside,
    sound_docx,
    sound_pdf,
    sound_xlsx,
)
from tests.handlers import visits
from tests.handlers.desks import TriedDesk
from tests.handlers.inbox_people import ASKER, EVERYBODY
from tests.offices import TODAY
from tests.paper import docx_of, pdf
from tests.standins.telegram_api import DEFAULT_TOKEN

_PARTS = 10
WORDS = st.one_of(
    st.text(max_size=40),
    st.text(st.characters(codec=None), max_size=20),  # lone surrogates too
    st.sampled_from(
        [
            "",
            "0",
            "\x00",
            "ielts 5.0",
            "/start",
            "/start X" * 9,
            "tôi còn thiếu gì",
            "CB001",
            "👩‍👩‍👧" * 40,
            "' OR 1=1 --",
            "%s%n",
            "=HYPERLINK(1)",
            "\u202e",
            "a" * 5000,
            "../../etc/passwd",
            "１２３",
        ]
    ),
)
NUMBERS = st.one_of(
    st.integers(-5, 5), st.integers(), st.sampled_from([2**31, 2**53, 2**63, 2**64, 10**40, -(2**63)]), st.floats()
)
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, WORDS)
_SHAPES = ([], {}, [[]], {"": {}}, [1, "x", None], {"id": {"id": [1]}}, {"text": ["a"]}, [{}] * 50, [[[[[[[[{}]]]]]]]])
JSON = st.one_of(SCALARS, SCALARS, st.sampled_from(_SHAPES))


def mostly(good: Any, *, bad: Any = JSON) -> Any:
    """Mostly what should stand there, now and then anything."""
    return st.one_of(good, good, good, bad)


def record(**fields: Any) -> Any:
    """An object with these fields, some of them missing, and now and then one too many."""
    return st.fixed_dictionaries({}, optional={**fields, "more": JSON})


def entire(**fields: Any) -> Any:
    """An object with all of these fields."""
    return st.fixed_dictionaries(fields)


# --- Telegram

_CHAT = st.one_of(
    record(
        id=mostly(NUMBERS), type=mostly(st.sampled_from(["private", "group", "supergroup", "channel"])), title=WORDS
    ),
    entire(id=st.integers(1, 99), type=st.just("private")),
)
_USER = st.one_of(
    record(id=mostly(NUMBERS), is_bot=mostly(st.booleans()), first_name=mostly(WORDS)),
    entire(id=st.integers(1, 99), is_bot=st.just(False), first_name=WORDS),
)
_FILE = record(
    file_id=mostly(WORDS),
    file_unique_id=mostly(WORDS),
    file_size=mostly(NUMBERS),
    file_name=WORDS,
    width=NUMBERS,
    height=NUMBERS,
    mime_type=WORDS,
)
_SAID = {
    "message_id": st.integers(1, 9),
    "date": st.just(1_700_000_000),
    "chat": _CHAT,
    "from": _USER,
    "text": WORDS,
}
_MESSAGE = st.one_of(
    record(
        message_id=mostly(NUMBERS),
        date=mostly(NUMBERS),
        chat=mostly(_CHAT),
        text=mostly(WORDS),
        caption=WORDS,
        photo=mostly(st.lists(_FILE, max_size=2)),
        document=mostly(_FILE),
        contact=mostly(record(phone_number=WORDS, first_name=WORDS, user_id=NUMBERS)),
        **{"from": mostly(_USER)},
        media_group_id=WORDS,
        forward_origin=JSON,
        entities=JSON,
        reply_to_message=JSON,
    ),
    entire(**_SAID),
)
TELEGRAM = st.one_of(
    record(
        update_id=mostly(NUMBERS),
        message=mostly(_MESSAGE),
        edited_message=mostly(_MESSAGE),
        channel_post=_MESSAGE,
        callback_query=mostly(
            record(
                id=WORDS, data=mostly(WORDS), chat_instance=WORDS, message=mostly(_MESSAGE), **{"from": mostly(_USER)}
            )
        ),
        my_chat_member=JSON,
    ),
    entire(update_id=st.integers(1, 10**6), message=entire(**_SAID)),
)


@cache
def _bot() -> Any:
    return open_bot(DEFAULT_TOKEN, "http://127.0.0.1:9")


def bring_telegram(raw: dict[str, Any]) -> None:
    """As the door reads it."""
    update = read_update(_bot(), parse(json.dumps(raw).encode()))
    if update is None:
        return
    said = update.message or update.edited_message or update.channel_post
    if said is not None:
        read_message(said, locale="vi", file=find_file(said, _bot(), asyncio.sleep))
    if update.callback_query is not None:
        read_press(update.callback_query, locale="vi")


# --- Zalo

ZALO_BOT = record(
    event_name=mostly(
        st.sampled_from(
            [
                "message.text.received",
                "message.image.received",
                "message.sticker.received",
                "message.unsupported.received",
                "x",
            ]
        )
    ),
    message=mostly(
        record(
            message_id=mostly(WORDS),
            date=mostly(NUMBERS),
            text=mostly(WORDS),
            photo=WORDS,
            caption=WORDS,
            url=WORDS,
            **{"from": mostly(record(id=mostly(WORDS), display_name=WORDS, is_bot=mostly(st.booleans())))},
            chat=mostly(record(id=mostly(WORDS), chat_type=mostly(st.sampled_from(["PRIVATE", "GROUP"])))),
        )
    ),
    result=JSON,
)
ZALO_OA = record(
    event_name=mostly(
        st.sampled_from(
            [
                "user_send_text",
                "user_send_image",
                "user_send_file",
                "follow",
                "unfollow",
                "user_seen_message",
                "user_received_message",
                "oa_send_text",
                "user_submit_info",
                "user_click_chatnow",
                "user_send_sticker",
                "change_oa_daily_quota",
            ]
        )
    ),
    sender=mostly(record(id=mostly(WORDS))),
    recipient=mostly(record(id=mostly(WORDS))),
    follower=mostly(record(id=mostly(WORDS))),
    timestamp=mostly(st.one_of(WORDS, NUMBERS)),
    oa_id=WORDS,
    user_id_by_app=WORDS,
    info=mostly(record(phone=mostly(st.one_of(WORDS, NUMBERS)), name=WORDS)),
    message=mostly(
        record(
            text=mostly(WORDS),
            msg_id=mostly(WORDS),
            msg_ids=mostly(st.lists(WORDS, max_size=3)),
            attachments=mostly(
                st.lists(
                    record(type=WORDS, payload=mostly(record(url=WORDS, name=WORDS, size=SCALARS, type=WORDS))),
                    max_size=2,
                )
            ),
        )
    ),
    src=SCALARS,
    message_id=WORDS,
    from_id=WORDS,
    time=NUMBERS,
    type=WORDS,
    url=WORDS,
)
_SIGNATURES = Signatures("1", "2", "secret")
_OA = OaReader("2", "vi")


def bring_zalo_bot(raw: dict[str, Any]) -> None:
    """As the door reads it."""
    event = bot_incoming.read_event(parse(json.dumps(raw).encode()))
    if event is not None:
        bot_incoming.read_asked(event, locale="vi", file=bot_incoming.read_picture(event, Fetching()))


def bring_zalo_oa(raw: dict[str, Any]) -> None:
    """As the door reads it, its signature first."""
    body = json.dumps(raw).encode()
    event = parse(body)
    _SIGNATURES.find_formula(body, event, "mac=00")
    _OA.read(event)


def bring_body(body: bytes) -> None:
    """A body that need not be JSON."""
    with contextlib.suppress(TurnedAwayError):
        parse(body)


# --- files


def _read_workbook(path: Path) -> None:
    log = ProblemLog()
    try:
        with open_workbook(path) as raw:
            found = find_sheets(raw, path.name, log)
            checks = Checks(_library(), Known(), log, home=TerritoryCode("hung-yen"), today=TODAY)
            for _each in read_rows(found, _library(), checks, log):
                pass
    except UnreadableError:
        pass


def bring_xlsx(content: bytes) -> None:
    """As `load` reads it, all but the storing."""
    path = folder() / "given.xlsx"
    path.write_bytes(content)
    _read_workbook(path)


_CELL = st.one_of(
    WORDS,
    st.sampled_from(
        [
            "CB001",
            "SYT",
            "01/01/1980",
            "31/02/2020",
            "nam",
            "co",
            "5.5",
            "1e999",
            "9" * 400,
            '"',
            ";",
            "ielts",
            "bac_3",
            "ngoai_ngu",
        ]
    ),
)


@st.composite
def csv_files(draw: Any) -> dict[str, bytes]:
    """A folder of sheets with headers that are mostly right."""
    made = {}
    for name in draw(st.lists(st.sampled_from(list(SHEETS)), min_size=1, max_size=3, unique=True)):
        header = [column.name for column in SHEETS[name].columns]
        if draw(st.integers(0, 5)) == 0:
            header = draw(st.permutations([*header, draw(WORDS)]))[: draw(st.integers(0, len(header)))]
        rows = draw(st.lists(st.lists(_CELL, max_size=len(header) + 1), max_size=4))
        told = "\n".join(draw(st.sampled_from([",", ",", ";", "\t"])).join(row) for row in [header, *rows])
        made[name] = told.encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])), errors="surrogatepass")
    return made


def bring_csv(files: dict[str, bytes]) -> None:
    """A folder, as `load` reads it, all but the storing."""
    sheets = folder() / "csv"
    sheets.mkdir(exist_ok=True)
    for old in sheets.iterdir():
        old.unlink()
    for name, content in files.items():
        (sheets / f"{name}.csv").write_bytes(content)
    _read_workbook(sheets)


def bring_docx(content: bytes) -> None:
    """As `document read` reads it."""
    _bring_file(content, read_docx)


def bring_pdf(content: bytes) -> None:
    """The same for a PDF."""
    _bring_file(content, read_pdf)


def _bring_file(content: bytes, parse_file: Callable[[str], str]) -> None:
    path = folder() / "given"
    path.write_bytes(content)
    with contextlib.suppress(DocumentRefusedError, MemoryError):  # the latter ends a process of its own, by its limit
        _read_draft(ensure_text(parse_file(str(path))))


def bring_text(content: bytes) -> None:
    """Text in any encoding."""
    with contextlib.suppress(DocumentRefusedError):
        _read_draft(decode(content))


def _read_draft(text: str) -> None:
    """What the draft is made of; it promises never to raise."""
    read(clean(text))


def bring_evidence(content: bytes) -> None:
    """What somebody hands in, made anew as the process of its own does; without that process's limits here."""
    kind = kind_of(content)
    if isinstance(kind, Kind):
        with contextlib.suppress(MemoryError, RecursionError):  # there they are a refusal
            make_anew(kind, content)


# --- questions, tokens, queries


@cache
def _library() -> Library:
    return load_library()


@cache
def _reader() -> Reader:
    return build_reader(_library())


_TERMS = st.sampled_from(
    [
        "tôi",
        "còn",
        "thiếu",
        "gì",
        "ielts",
        "5.0",
        "toeic 600",
        "công văn 2123",
        "điểm 3",
        "hạn",
        "chứng chỉ",
        "CB003",
        "ngày 31/02/2020",
        "32/13/9999",
        "hôm qua",
        "năm 0",
        "trưởng phòng",
        "sở y tế",
        "ai",
        "nhắc",
        "k",
        "dc",
        "ko",
        "bac 3",
        "?",
        "!!!",
        "123456789012345678901234567890",
    ]
)
QUESTIONS = st.one_of(WORDS, st.lists(st.one_of(_TERMS, WORDS), max_size=12).map(" ".join))
_ACTIONS = [*BY_ACTION]
_SUBJECTS = st.one_of(
    WORDS,
    st.sampled_from(
        [
            "1",
            "-1",
            "0",
            "9" * 30,
            "CB002",
            "CB016",
            "a:b:c",
            "1:2",
            "2123/UBND-NC",
            "2123/UBND-NC#3",
            "ngoai_ngu",
            "DOT-2026-1",
            "|",
            "u:SYT",
            "SYT",
            "1|2",
        ]
    ),
)
TOKENS = st.one_of(
    st.tuples(st.sampled_from(_ACTIONS), _SUBJECTS).map(lambda one: f"{one[0]}|{one[1]}"),
    st.sampled_from(_ACTIONS),
    WORDS,
    st.sampled_from(list(BY_COMMAND)).flatmap(lambda one: WORDS.map(lambda rest: f"{one} {rest}")),
)


def bring_question(text: str) -> None:
    """As the desk understands it."""
    _reader().read(text, Vocabulary(), None, TODAY)


QUERIES = st.tuples(
    st.integers(0, 3),
    st.dictionaries(
        st.one_of(
            st.sampled_from(
                ["limit", "cursor", "unit", "person", "criterion", "since", "until", "state", "status", "round"]
            ),
            WORDS,
        ),
        st.lists(
            st.one_of(
                WORDS,
                NUMBERS.map(str),
                st.sampled_from(
                    ["2026-01-01", "9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00-12:00", "WyJhIl0", "W10", "e30"]
                ),
            ),
            min_size=1,
            max_size=2,
        ),
        max_size=3,
    ),
)


@cache
def _paths() -> tuple[Any, ...]:
    return list_paths(list(_library().criteria))


def bring_query(asked: tuple[int, dict[str, list[str]]]) -> None:
    """As the interface for other programs reads it."""
    number, given_words = asked
    with contextlib.suppress(ProblemError):
        read_question(_paths()[number % len(_paths())], given_words)


@cache
def _desk() -> TriedDesk:
    return TriedDesk(visits.with_standards(_library()), _reader(), people=tuple(EVERYBODY))


def bring_to_desk(token: str) -> None:
    """Pressed and typed by an ordinary official: no failure, and nothing of anybody else."""
    asker = ASKER
    for reply in (
        _LOOP.run_until_complete(_desk().press(token, person=asker)),
        _LOOP.run_until_complete(_desk().say(token, person=asker)),
    ):
        told = render_html(reply, str)
        for other in EVERYBODY:
            is_typed = other.code.casefold() in token.casefold() or other.name.casefold() in token.casefold()
            if other.code != asker.code and not is_typed:
                assert other.name not in told, f"{asker.code} reads the name of {other.code}"
                assert other.code not in told.split(), f"{asker.code} reads the code {other.code}"


_LOOP = asyncio.new_event_loop()


@dataclass(frozen=True)
class Parser:
    """One way in: what is brought, to whom, and how much of all it gets."""

    strategy: Any
    bring: Callable[[Any], None]
    share: int


PARSERS = {
    "workbook xlsx": Parser(st.one_of(broken(sound_xlsx), inside(sound_xlsx)), bring_xlsx, 2),
    "telegram updates": Parser(TELEGRAM, bring_telegram, 20),
    "tokens and words at the desk": Parser(TOKENS, bring_to_desk, 2),
    "questions": Parser(QUESTIONS, bring_question, 6),
    "zalo account events": Parser(ZALO_OA, bring_zalo_oa, 15),
    "documents docx": Parser(
        st.one_of(broken(sound_docx), inside(sound_docx), broken_texts().map(docx_of)), bring_docx, 2
    ),
    "zalo bot events": Parser(ZALO_BOT, bring_zalo_bot, 15),
    "workbook csv": Parser(csv_files(), bring_csv, 5),
    "documents pdf": Parser(st.one_of(broken(sound_pdf), broken_texts().map(lambda one: pdf([one]))), bring_pdf, 4),
    "webhook bodies": Parser(st.binary(max_size=200), bring_body, 8),
    "documents txt": Parser(
        st.one_of(
            st.binary(max_size=400),
            WORDS.map(lambda one: one.encode("utf-16", "surrogatepass")),
            broken_texts().map(lambda one: one.encode(errors="replace")),
        ),
        bring_text,
        6,
    ),
    "evidence files": Parser(
        st.one_of(broken_papers(), broken_papers(), broken(sound_docx), st.binary(max_size=60)), bring_evidence, 5
    ),
    "api queries": Parser(QUERIES, bring_query, 7),
}


def bring_all(examples: int, number: int, only: str | None = None, minutes: float = inf) -> dict[str, dict[str, Any]]:
    """Every parser, by parts, two at a time; nothing is begun after so many minutes, and what is missing is said."""
    whole = sum(one.share for one in PARSERS.values())
    counts = {name: max(20, examples * one.share // whole + 1) for name, one in PARSERS.items() if only in {None, name}}
    parts = [(place / _PARTS, name, part) for name, count in counts.items() for place, part in enumerate(_split(count))]
    until = time.monotonic() + 60 * minutes
    found: dict[str, dict[str, Any]] = {name: {"brought": 0, "seconds": 0.0, "failures": []} for name in counts}
    with tempfile.TemporaryDirectory() as shared, ProcessPoolExecutor(2, get_context("spawn")) as hands:
        brought = {
            hands.submit(bring_to, name, part, number + turn, shared, until): name
            for turn, (_place, name, part) in enumerate(sorted(parts))
        }
        for one in as_completed(brought):
            name, made = brought[one], one.result()
            for what, value in made.items():
                found[name][what] += value
            print(name, found[name], f"of {counts[name]}", file=sys.stderr, flush=True)
    for name, one in found.items():
        one["a second"] = round(one["brought"] / max(one["seconds"], 0.1))
        one["seconds"] = round(one["seconds"])
        if one["brought"] < counts[name] and not one["failures"]:
            one["not brought for want of time"] = counts[name] - one["brought"]
    return found


def _split(count: int) -> list[int]:
    """Parts of about the same size, so that each is searched from another seed."""
    return [part for n in range(_PARTS) if (part := count // _PARTS + (n < count % _PARTS))]


def bring_to(
    name: str, count: int, number: int, shared: str | None = None, until: float = inf
) -> dict[str, int | float | list[str]]:
    """One parser; what failed, with the smallest thing that makes it fail. Nothing where it is too late to begin."""
    if time.monotonic() > until:
        return {}
    tempfile.tempdir = shared or tempfile.tempdir
    warnings.simplefilter("ignore", HypothesisWarning)  # that what fails is long to print
    warnings.filterwarnings("ignore", module="PIL")  # what it finds odd in a broken picture nobody reads
    use_catalogues(LOCALES)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    began = time.monotonic()
    with locale_of("vi"):
        tried, failures = bring_some(PARSERS[name], count, number)
    return {"brought": tried, "failures": failures, "seconds": time.monotonic() - began}


def bring_some(parser: Parser, count: int, number: int) -> tuple[int, list[str]]:
    """How many were brought, and what failed.

    In runs of some thousands, each from another seed, so that one run's search does not narrow to one place.
    """
    tried, failures = 0, []
    random = Random(number)  # noqa: S311  the same every time
    while tried < count and len(failures) < 3:
        most = min(4000, count - tried)

        @seed(random.getrandbits(32))
        @settings(
            max_examples=most,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        @given(parser.strategy)
        def run(one: Any) -> None:
            nonlocal tried
            tried += 1
            parser.bring(one)

        before = tried
        try:
            run()
        except BaseException as failed:
            if isinstance(failed, KeyboardInterrupt):
                raise
            notes = " ".join(getattr(failed, "__notes__", []))
            failures.append(f"{type(failed).__name__}: {failed!s:.200} {notes:.400}")
        if tried == before:
            break
    return tried, failures


def main() -> None:
    """Print the figures; exit 1 where anything failed otherwise than it may, or too little could be brought."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("--examples", type=int, default=100_000)
    words.add_argument("--seed", type=int, default=5)
    words.add_argument("--only", choices=tuple(PARSERS))
    words.add_argument("--minutes", type=float, default=inf, help="begin nothing more after so long")
    asked = words.parse_args()
    found = bring_all(asked.examples, asked.seed, asked.only, asked.minutes)
    whole = sum(one["brought"] for one in found.values())
    print(f"{whole} brought to {len(found)} parsers", file=sys.stderr)
    print(json.dumps(found, ensure_ascii=False))
    sys.exit(any(one["failures"] or "not brought for want of time" in one for one in found.values()))


if __name__ == "__main__":
    main()
