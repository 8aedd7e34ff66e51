"""What operators read is true: the commands, options, links, numbers, alerts and events named there exist."""

import re
import shlex
from pathlib import Path

import pytest
import typer
import yaml

from bot.command_line import app
from tests.test_deploy import metrics_there_are

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
RUNBOOK, METRICS = DOCS / "runbook.md", DOCS / "metrics.md"
WITH_COMMANDS = (RUNBOOK, ROOT / "README.md", *(DOCS / f"{name}.md" for name in ("using", "operating", "backup")))
SPOKEN = re.compile(r"`(?:\.venv/bin/)?(nhacchuan [^`]+)`|^(nhacchuan .+)$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
NOT_OURS = re.compile(r"[|…\[]|\.\.\.|^nhacchuan-")  # sketches of a command, and names of units


def rules():
    given = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yaml").read_text("utf-8"))
    return [one for group in given["groups"] for one in group["rules"]]


def commands_of(path):
    for spoken, alone in SPOKEN.findall(path.read_text("utf-8")):
        words = (spoken or alone).partition("#")[0].replace("\n", " ").strip()
        if not NOT_OURS.search(words):
            yield words


def anchors_of(path):
    return set(re.findall(r'<a id="([a-z-]+)"></a>', path.read_text("utf-8")))


def ensure_exists(words):
    """A command of the command line, each option one of its own."""
    command, rest = typer.main.get_command(app), shlex.split(words)[1:]
    while rest and rest[0] in getattr(command, "commands", {}):
        command, rest = command.commands[rest[0]], rest[1:]
    assert not hasattr(command, "commands") or rest in ([], ["--help"]), f"no such command: {words}"
    options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)} | {"--help", "--debug"}
    assert {one for one in rest if one.startswith("--")} <= options, f"no such option: {words}"


@pytest.mark.parametrize("path", WITH_COMMANDS, ids=lambda path: path.name)
def test_every_command_that_is_named_exists_with_its_options(path):
    named = list(commands_of(path))
    assert named
    for words in named:
        ensure_exists(words)


def test_the_reader_of_commands_finds_a_wrong_one():
    for wrong in ("nhacchuan mend", "nhacchuan doctor --quick", "nhacchuan broadcast stop 7"):
        with pytest.raises(AssertionError):
            ensure_exists(wrong)


@pytest.mark.parametrize("path", [*DOCS.glob("*.md"), ROOT / "README.md"], ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    for link in LINK.findall(path.read_text("utf-8")):
        if link.startswith(("http:", "https:", "mailto:")):
            continue
        file, _mark, section = link.partition("#")
        target = path.parent / file if file else path
        assert target.exists(), link
        if section and target in {RUNBOOK, METRICS}:
            assert section in anchors_of(target), link


def test_every_section_of_the_runbook_says_what_to_look_at_what_to_do_and_whom_to_call():
    parts = re.split(r'^<a id="[a-z-]+"></a>$', RUNBOOK.read_text("utf-8"), flags=re.MULTILINE)[1:]
    assert len(parts) == len(anchors_of(RUNBOOK)) >= 25
    for part in parts:
        assert part.strip().startswith("### ")
        assert all(f"**{word}**" in part for word in ("Xem", "Làm", "Gọi")), part.strip().splitlines()[0]


def test_every_alert_leads_to_the_section_that_names_it():
    text = RUNBOOK.read_text("utf-8")
    for one in rules():
        section = one["annotations"]["runbook_url"].partition("#")[2]
        part = re.split(r'<a id="', text.partition(f'<a id="{section}"></a>')[2])[0]
        assert f"`{one['alert']}`" in part, one["alert"]
    named = set(re.findall(r"`(NhacChuan\w+)`", text))
    assert named == {one["alert"] for one in rules()}


def test_every_alert_is_documented_as_it_is():
    rows = re.findall(
        r"^\| `(NhacChuan\w+)` \| (\w+) \| .*\(runbook\.md#([a-z-]+)\) \|$", METRICS.read_text("utf-8"), re.MULTILINE
    )
    assert sorted(rows) == sorted(
        (one["alert"], one["labels"]["severity"], one["annotations"]["runbook_url"].partition("#")[2])
        for one in rules()
    )


def test_every_number_is_documented_and_every_documented_one_exists():
    numbers = METRICS.read_text("utf-8").partition("## Alerts")[0]
    rows = re.findall(r"^\| `(\w+)` \| [\w, ]*\|", numbers, re.MULTILINE)
    there = {re.sub(r"_(bucket|count|sum)$", "", one) for one in metrics_there_are()}
    there -= {one for one in there if f"{one}_total" in there}
    assert sorted(rows) == sorted(there)


def events_written():
    """Every event that the code writes; those with a part that differs are left out."""
    found = {"library"}
    for path in (ROOT / "bot").rglob("*.py"):
        found |= set(re.findall(r"_log\.(?:debug|info|warning|error)\(\s*\"([a-z_.]+)\"", path.read_text("utf-8")))
    return found


def test_every_documented_event_is_written_by_the_program():
    table = METRICS.read_text("utf-8").partition("Events that matter:")[2]
    named = {
        one
        for line in table.splitlines()
        if line.startswith("| `")
        for one in re.findall(r"`([\w.]+)`", line.split(" | ")[0])
    }
    assert len(named) >= 40
    assert named <= events_written(), sorted(named - events_written())


def test_events_have_names_of_one_form():
    for event in events_written():
        assert re.fullmatch(r"[a-z][a-z_]*(\.[a-z_]+)?", event), event
