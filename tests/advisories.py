"""Whether anything that is installed has a known weakness: the lock against a source of advisories, where one answers.

`python -m tests.advisories [LOCK]`; the source is OSV, another of its kind in ADVISORIES=URL. Exit codes: 0 nothing is
known, or nobody could be asked (said aloud); 1 an advisory was found; 2 the check itself failed.
"""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

OSV = "https://api.osv.dev/v1/query"
LOCK = Path(__file__).parent.parent / "requirements.lock"
_PROBE = {"package": {"name": "pip", "ecosystem": "PyPI"}, "version": "0"}
_REACH_SECONDS = 4.0
_ALL_SECONDS = 120.0


def check(lock: Path, source: str) -> int:
    """Tell what the source knows of the packages of this lock."""
    away = find_reason_away(source)
    if away:
        return _skip(lock, away)
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(lock), "--no-deps", "--disable-pip"]
    command += ["--vulnerability-service", "osv", "--osv-url", source, "--timeout", str(int(_REACH_SECONDS))]
    command += ["--format", "json", "--progress-spinner", "off", "--desc", "off"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_ALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return _skip(lock, f"no answer within {_ALL_SECONDS:.0f} s")
    found = _read(done.stdout)
    if found is None:
        away = find_reason_away(source)
        if away:
            return _skip(lock, away)
        print(f"ADVISORIES: the check failed: {_last_line(done.stderr)}")
        return 2
    weak = [one for one in found if one.get("vulns")]
    for one in weak:
        told = ", ".join(_describe(advisory) for advisory in one["vulns"])
        print(f"ADVISORY: {one['name']} {one['version']}: {told}")
    print(f"Advisories: {len(weak)} of {len(found)} packages of {lock.name} have one ({source})")
    return 1 if weak else 0


def find_reason_away(source: str) -> str:
    """Why the source cannot be asked; empty where it can. Takes seconds at most."""
    asked = urllib.request.Request(  # noqa: S310  the address is our own or the operator's
        source, json.dumps(_PROBE).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(asked, timeout=_REACH_SECONDS) as answer:  # noqa: S310
            json.loads(answer.read(10_000_000))
    except (OSError, ValueError, urllib.error.URLError) as failed:
        return str(getattr(failed, "reason", failed))
    return ""


def _skip(lock: Path, why: str) -> int:
    print(f"SKIPPED: {lock.name} was not checked against advisories, since no source answers: {why}")
    return 0


def _read(written: str) -> list[dict[str, Any]] | None:
    try:
        found = json.loads(written)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return None
    return [one for one in found if "version" in one]


def _describe(advisory: dict[str, Any]) -> str:
    fixed = ", ".join(advisory.get("fix_versions") or []) or "no version yet"
    return f"{advisory['id']} (mended in {fixed})"


def _last_line(written: str) -> str:
    return (written.strip().splitlines() or ["it said nothing"])[-1]


def main(words: Sequence[str]) -> int:
    """Check the lock that is named, or the one of the product."""
    return check(Path(words[0]) if words else LOCK, os.environ.get("ADVISORIES") or OSV)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
