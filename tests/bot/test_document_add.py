"""`document add` as an operator uses it: a draft, its correction, the acceptance, and every refusal in one sentence."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.bot.test_command_line import Terminal
from tests.databases import make_home, named
from tests.offices import share_cache
from tests.paper import docx, docx_of, pdf, put
from tests.reading import SAMPLES

LETTER = (SAMPLES / "columns-flattened.txt").read_text(encoding="utf-8").replace("SÔNG TRĂNG", "HƯNG YÊN")
ELSEWHERE = (SAMPLES / "party-letter.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def terminal(server_url: str) -> Iterator[Terminal]:
    """A command line with an empty store of its own."""
    with make_home("adding") as home:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE document_add ENCODING 'UTF8' TEMPLATE template0")
        share_cache(home)
        terminal = Terminal(home, named(server_url, "document_add"))
        assert terminal.run("init").returncode == 0
        yield terminal


def test_a_draft_is_corrected_and_accepted_and_then_the_document_is_held(terminal: Terminal, tmp_path: Path):
    file = put(tmp_path, "cv.docx", docx_of(LETTER))
    printed = terminal.run("document", "add", str(file))
    assert (printed.returncode, printed.stderr) == (0, "")
    assert "CHƯA CHẮC" in printed.stdout

    draft = put(tmp_path, "nhap.yaml", printed.stdout.replace('id: "117/SNV-CCVC"', 'id: "119/SNV-CCVC"'))
    checked = terminal.run("document", "add", str(file), "--draft", str(draft))
    assert checked.returncode == 0, checked.stderr
    assert terminal.run("documents", "119/SNV-CCVC").returncode == 1, "printing and checking store nothing"

    stored = terminal.run("document", "add", str(file), "--draft", str(draft), "--accept")
    assert stored.returncode == 0, stored.stderr
    assert "119/SNV-CCVC" in stored.stdout
    shown = terminal.run("documents", "119/SNV-CCVC", "--json")
    assert '"text_held": true' in shown.stdout


def test_a_document_is_accepted_as_read_once(terminal: Terminal, tmp_path: Path):
    file = put(tmp_path, "cv.pdf", pdf([LETTER.replace("\t", "    ").replace(" 117 /", " 120 /")]))
    assert terminal.run("document", "add", str(file), "--accept").returncode == 0
    again = terminal.run("document", "add", str(file), "--accept")
    assert again.returncode == 1
    assert "--replace" in again.stderr


def test_what_is_unsure_is_named_and_nothing_is_stored(terminal: Terminal, tmp_path: Path):
    file = put(tmp_path, "cv.txt", ELSEWHERE)
    refused = terminal.run("document", "add", str(file), "--accept")
    assert refused.returncode == 1
    assert "cv.txt: territories:" in refused.stderr

    told = terminal.run("document", "add", str(file), "--territories", "kon-tum,quang-ngai")
    assert 'territories: ["kon-tum", "quang-ngai"]' in told.stdout


def test_every_mistake_of_a_draft_is_told_with_its_key(terminal: Terminal, tmp_path: Path):
    file = put(tmp_path, "cv.txt", LETTER)
    printed = terminal.run("document", "add", str(file)).stdout
    wrong = printed.replace("dated: 2033-02-05", "dated: x").replace('issuer: "', 'noi_ban_hanh: "')
    ran = terminal.run("document", "add", str(file), "--draft", str(put(tmp_path, "nhap.yaml", wrong)), "--accept")
    assert ran.returncode == 1
    assert ran.stdout == ""
    keys = {line.split(": ")[1] for line in ran.stderr.strip().split("\n")}
    assert {"dated", "issuer", "noi_ban_hanh"} <= keys


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("quet.pdf", pdf([""]), id="a scan"),
        pytest.param("macro.docx", docx("", {"word/vbaProject.bin": b"x"}), id="macros"),
        pytest.param("bom.docx", docx("<w:p><w:r><w:t>" + "a" * 20_000_000 + "</w:t></w:r></w:p>"), id="a bomb"),
        pytest.param("cu.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, id="old Word"),
        pytest.param("hong.pdf", b"%PDF-1.7", id="damaged"),
        pytest.param("trong.txt", b"", id="empty"),
    ],
)
def test_a_file_that_is_not_read_gets_one_sentence(terminal: Terminal, tmp_path: Path, name, content):
    ran = terminal.run("document", "add", str(put(tmp_path, name, content)), "--accept")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert name in ran.stderr
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--territories", "khong-co"), 1),
        (("--territories", "kon-tum", "--national"), 2),
        (("--draft", "nhap.yaml", "--number", "1"), 2),
        (("--draft", "khong-co.yaml"), 1),
    ],
    ids=["an unknown territory", "territories and the whole country", "a number beside a draft", "no such draft"],
)
def test_wrong_use_is_told_in_one_sentence(terminal: Terminal, tmp_path: Path, words, code):
    ran = terminal.run("document", "add", str(put(tmp_path, "cv.txt", LETTER)), *words)
    assert (ran.returncode, ran.stdout) == (code, "")
    assert ran.stderr.strip()
