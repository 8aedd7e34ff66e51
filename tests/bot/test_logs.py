"""The log: one line for each event, in either form, and nothing in it of people."""

import io
import json
import logging
import re
from pathlib import Path

import pytest
import structlog

from bot.logs import set_up, set_up_from_environment

ROOT = Path(__file__).parents[2]
NAME, PHONE, TOKEN = "Nguyễn Thị Dấu", "0912 345 678", "123456789:AAF-token_of_tests-that-opens-nothing"
WORDS = f"đồng chí {NAME} {PHONE} {TOKEN}"


@pytest.fixture
def log(request):
    """What is written while the log is set up; afterwards everything is as it was."""
    kept, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers, root.level
    written = io.StringIO()
    set_up(form=getattr(request, "param", "text"), level="info", stream=written)
    yield written
    structlog.configure(**kept)
    root.handlers = handlers
    root.setLevel(level)


def fail_with(words):
    raise ValueError(words)


@pytest.mark.parametrize("log", ["text", "json"], indirect=True)
def test_what_broke_is_told_by_its_kind_and_places_and_never_by_its_words(log):
    try:
        fail_with(WORDS)
    except ValueError:
        structlog.get_logger().error("telegram.defect", reference="A1B2C3", exc_info=True)
        logging.getLogger("procrastinate.worker").exception("Job %s failed", WORDS)
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: <Task %s>", WORDS)
    lines = log.getvalue().splitlines()
    assert len(lines) == 3
    assert not any(word in log.getvalue() for word in (NAME, PHONE, TOKEN, "Traceback"))
    assert "ValueError" in lines[0]
    assert "fail_with" in lines[0]
    assert "A1B2C3" in lines[0]
    assert "procrastinate.worker" in lines[1]
    assert "never retrieved" in lines[2]


@pytest.mark.parametrize("log", ["text", "json"], indirect=True)
def test_a_token_or_a_phone_number_that_somebody_passes_in_is_hidden(log):
    structlog.get_logger().warning(
        "web_origin_refused", origin=TOKEN, told=[PHONE, "+84912345678"], at="2026-11-21T08:00"
    )
    written = log.getvalue()
    assert not any(word in written for word in (TOKEN, PHONE, "84912345678"))
    assert "2026-11-21T08:00" in written


def test_a_value_with_lines_in_it_stays_one_line(log):
    structlog.get_logger().warning("web_host_refused", host="a\r\nlevel=error event=audit.broken\u2028b")
    assert len(log.getvalue().splitlines()) == 1


@pytest.mark.parametrize("log", ["json"], indirect=True)
def test_a_collector_reads_time_level_event_and_values(log):
    structlog.get_logger("bot.push").info("push.planned", day="2026-11-23", is_rehearsal=False, count=3, none=None)
    structlog.get_logger().debug("nothing")
    (line,) = log.getvalue().splitlines()
    read = json.loads(line)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", read.pop("timestamp"))
    assert read == {
        "level": "info", "event": "push.planned", "day": "2026-11-23", "is_rehearsal": False, "count": 3, "none": None,
    }  # fmt: skip


def test_the_form_is_what_the_environment_or_the_file_says(log, tmp_path, monkeypatch, capsys):
    del log
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NHACCHUAN_LOG_LEVEL", "warning")
    (tmp_path / ".env").write_text("NHACCHUAN_LOG_FORMAT=json\n", encoding="utf-8")
    set_up_from_environment()
    structlog.get_logger().info("worker.took_over")
    structlog.get_logger().warning("worker.round_failed")
    written = capsys.readouterr()
    assert written.out == ""
    assert json.loads(written.err)["event"] == "worker.round_failed"


def test_no_call_of_the_log_brings_an_exception_along():
    for path in (ROOT / "bot").rglob("*.py"):
        text = path.read_text("utf-8")
        assert not re.search(r"_log\.exception\(|_log\.\w+\([^\n]*exc_info|^ +exc_info=", text, re.MULTILINE), path
