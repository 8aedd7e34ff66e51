"""The check of the lock against advisories: nothing known, something known, nobody to ask."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.advisories import LOCK, check

WEAK = {
    "id": "GHSA-xxxx-yyyy-zzzz",
    "modified": "2026-01-01T00:00:00Z",
    "published": "2026-01-01T00:00:00Z",
    "summary": "an invented weakness",
    "affected": [
        {
            "package": {"name": "leftpad", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2"}]}],
        }
    ],
}


class Source(BaseHTTPRequestHandler):
    """Knows of one weakness."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        known = {"vulns": [WEAK]} if asked["package"]["name"] == "leftpad" else {}
        body = json.dumps(known).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Nothing is printed."""


@pytest.fixture(scope="module")
def source() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Source) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()
        thread.join()


def lock_of(folder: Path, *lines: str) -> Path:
    lock = folder / "requirements.lock"
    lock.write_text("".join(f"{line}\n" for line in lines))
    return lock


def test_an_advisory_fails_and_names_the_package_and_the_way_out(source, tmp_path, capsys):
    assert check(lock_of(tmp_path, "leftpad==1.1", "other==2.0"), source) == 1
    said = capsys.readouterr().out
    assert "leftpad 1.1: GHSA-xxxx-yyyy-zzzz (mended in 1.2)" in said
    assert "1 of 2 packages" in said


def test_nothing_known_is_said_for_the_whole_lock(source, capsys):
    assert check(LOCK, source) == 0
    assert "Advisories: 0 of" in capsys.readouterr().out


def test_it_is_skipped_aloud_when_nobody_can_be_asked(tmp_path, capsys):
    assert check(lock_of(tmp_path, "leftpad==1.1"), "http://127.0.0.1:9/v1/query") == 0
    assert capsys.readouterr().out.startswith("SKIPPED: requirements.lock was not checked")


def test_a_lock_that_cannot_be_read_is_no_reason_to_skip(source, tmp_path, capsys):
    assert check(lock_of(tmp_path, "leftpad"), source) == 2
    assert "the check failed" in capsys.readouterr().out
