"""A breach is recorded on the console with the moment of its detection, by the clock of Việt Nam."""

from datetime import timedelta
from html import unescape
from re import findall

import pytest

from knowledge.local_time import VIETNAM
from tests.bot.on_console.opening import ADMINISTRATOR, words_of

DUE_IN = timedelta(hours=72)


async def _record(console, title, **fields):
    """What the page shows once it is sent, and the breach, if one was kept under this title."""
    async with console.inside(ADMINISTRATOR) as browser:
        status, seen = await browser.post("/console/privacy/breaches", title=title, **fields)
        if status < 400:
            _status, seen = await browser.get("/console/privacy")
    kept = await console.office.privacy.list_breaches()
    return seen, next((one for one in kept if one.title == title), None)


@pytest.mark.parametrize("hours", [0, 30, 80])
async def test_the_clock_runs_from_the_moment_that_was_written_or_else_from_now(console, hours):
    now = console.office.clock.now()
    moment = (now - timedelta(hours=hours)).astimezone(VIETNAM)
    written = f"{moment:%Y-%m-%dT%H:%M}" if hours else ""
    seen, kept = await _record(console, f"Tệp gửi nhầm {hours}", detected=written)
    assert (kept.detected_at, kept.due_at) == (moment, moment + DUE_IN)
    assert f"Phát hiện lúc {moment:%H:%M %d/%m/%Y}" in words_of(seen)


@pytest.mark.parametrize("written", ["hôm qua", "2999-01-01T08:00", "0001-01-01T00:00", "<b>2026</b>"])
async def test_what_cannot_be_its_moment_is_refused_with_one_sentence_and_stays_in_the_form(console, written):
    seen, kept = await _record(console, f"Mất máy {written}", detected=written)
    assert kept is None
    [problem] = findall(r'<p class="problem" role="alert">([^<]+)</p>', seen)
    assert problem.strip()
    assert written in [unescape(one) for one in findall(r'name="detected"[^>]* value="([^"]*)"', seen)]
