"""The command line as an operator uses it: words out, exit codes, and no traceback whatever goes wrong."""

import io
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.command_line import run_words
from tests.databases import make_home, named
from tests.offices import ROOT, TEST_SECRET, make_sample, share_cache


@dataclass(frozen=True)
class Ran:
    """What a command printed and how it ended."""

    returncode: int
    stdout: str
    stderr: str


class Terminal:
    """Runs `nhacchuan` within this process, or as a process of its own, with the settings of one installation."""

    def __init__(self, home: Path, database_url: str) -> None:
        self.given = {
            "NHACCHUAN_HOME": str(home),
            "NHACCHUAN_DATABASE_URL": database_url,
            "NHACCHUAN_SECRET_KEY": TEST_SECRET,
            "NHACCHUAN_TODAY": "2026-11-21",
        }

    def run(self, *words: str, **settings: str) -> Ran:
        out, told = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(told):
            for name in list(os.environ):
                if name.startswith("NHACCHUAN_"):
                    patch.delenv(name)
            for name, value in (self.given | settings).items():
                patch.setenv(name, value)
            code = run_words(words)
        return Ran(code, out.getvalue(), told.getvalue())

    def start(self, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("NHACCHUAN_")}
        return subprocess.run(
            [sys.executable, "-m", "bot", *words],
            cwd=ROOT,
            env={**kept, **self.given},
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


@pytest.fixture(scope="module")
def terminal(server_url: str) -> Iterator[Terminal]:
    """A loaded installation of its own."""
    import psycopg

    with make_home("cli") as home:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE command_line ENCODING 'UTF8' TEMPLATE template0")
        share_cache(home)
        terminal = Terminal(home, named(server_url, "command_line"))
        assert terminal.run("init").returncode == 0
        loaded = terminal.run("load", str(make_sample(home / "mau.xlsx")))
        assert loaded.returncode == 0, loaded.stderr
        assert "can_bo: thêm 150" in loaded.stdout
        yield terminal
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute("DROP DATABASE command_line WITH (FORCE)")


def test_answer_comes_as_json_when_asked_for(terminal):
    ran = terminal.run("ask", "tôi còn thiếu gì?", "--as", "CB002", "--json")
    answer = json.loads(ran.stdout)
    assert ran.returncode == 0
    assert set(answer) == {
        "text", "intent", "confidence", "outcome", "citations", "findings", "choices", "handed_to",
    }  # fmt: skip
    assert (answer["intent"], answer["outcome"], answer["handed_to"]) == ("my_gaps", "answered", None)
    language = next(one for one in answer["findings"] if one["criterion"] == "ngoai_ngu")
    assert (language["state"], language["deadline"], language["days_left"]) == ("missing", "2026-12-31", 40)
    assert {"document": "02/MẪU-TU", "point": "4", "held": False, "background": False} in answer["citations"]
    assert "Đang diễn tập: ngày được đặt là 21/11/2026" in answer["text"]


def test_batch_is_answered_in_order_with_threads_as_conversations(terminal, tmp_path):
    questions = [
        {"ask": "tôi còn thiếu ngoại ngữ không", "as": "CB002", "thread": "a"},
        {"ask": "công văn 2123 điểm 3", "on": "2020-09-15"},
        {"ask": "còn tin học thì sao?", "as": "CB002", "thread": "a"},
        {"ask": "tôi còn thiếu gì", "as": "KHONG-CO"},
        {"ask": "tôi còn thiếu gì"},
    ]
    file = tmp_path / "hoi.jsonl"
    file.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in questions) + "\n\n", encoding="utf-8")
    ran = terminal.run("ask", "--batch", str(file))
    assert ran.returncode == 0, ran.stderr
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [one["outcome"] for one in answers] == ["answered", "answered", "answered", "denied", "denied"]
    assert [one["criterion"] for one in answers[0]["findings"]] == ["ngoai_ngu"]
    assert [one["criterion"] for one in answers[2]["findings"]] == ["tin_hoc"]
    assert "còn 16 ngày" in answers[1]["text"]


@pytest.mark.parametrize(
    ("line", "where"),
    [
        pytest.param("không phải json", "hoi.jsonl:2", id="not JSON"),
        pytest.param('{"ask":' + "[" * 100_000, "hoi.jsonl:2", id="brackets without end"),
        pytest.param('{"ask": ' + "9" * 5_000 + "}", "hoi.jsonl:2", id="an endless number"),
        pytest.param('["ask"]', "hoi.jsonl:2", id="not an object"),
        pytest.param('{"ask": 5}', "hoi.jsonl:2", id="a question that is no text"),
        pytest.param('{"ask": "a", "on": "hôm qua"}', "2026-12-31", id="a day that is none"),
        pytest.param('{"ask": "a", "thread": 1}', '"thread"', id="a thread that is no text"),
    ],
)
def test_batch_with_a_broken_line_answers_nothing_and_names_the_line(terminal, tmp_path, line, where):
    file = tmp_path / "hoi.jsonl"
    file.write_text('{"ask": "công văn 2123 nói gì"}\n' + line + "\n", encoding="utf-8")
    ran = terminal.run("ask", "--batch", str(file))
    assert (ran.returncode, ran.stdout) == (1, "")
    assert where in ran.stderr
    assert "Traceback" not in ran.stderr


def test_gaps_come_as_one_list_for_a_person_a_unit_and_everybody(terminal):
    own = json.loads(terminal.run("gaps", "--as", "CB009", "--json").stdout)
    assert {one["person"] for one in own} == {"CB009"}
    assert next(one for one in own if one["criterion"] == "tin_hoc")["state"] == "undetermined"
    unit = json.loads(terminal.run("gaps", "--unit", "SO-MAU-1", "--json").stdout)
    assert {"CB001", "CB002", "CB003"} <= {one["person"] for one in unit}
    assert "CB006" not in {one["person"] for one in unit}
    everybody = json.loads(terminal.run("gaps", "--all", "--json").stdout)
    people = {one["person"] for one in everybody}
    assert "CB012" not in people  # retired
    assert len(people) > 140
    dissolved = json.loads(terminal.run("gaps", "--as", "CB017", "--json").stdout)
    assert {one["unit"] for one in dissolved} == {"XA-MAU-1"}
    before = json.loads(terminal.run("gaps", "--as", "CB017", "--json", "--on", "30/06/2025").stdout)
    assert {one["unit"] for one in before} == {"HUYEN-MAU"}


def test_documents_are_listed_and_found_however_the_number_is_typed(terminal):
    every = json.loads(terminal.run("documents", "--json").stdout)
    held = {one["id"] for one in every if one["text_held"]}
    assert held == {"2123/UBND-NC", "354-CV/TU", "676/QĐ-UBND", "CV-BTVTU-QNg/2021", "CV-BTCTU-QNg/2024"}
    assert "01/MẪU-UBND" in {one["id"] for one in every}
    (letter,) = json.loads(terminal.run("documents", "cv 2123 ubnd nc", "--json").stdout)
    assert (letter["id"], letter["date"], letter["territories"]) == ("2123/UBND-NC", "2020-08-17", ["hung-yen"])
    assert {"1", "2", "3", "4"} <= {one["id"] for one in letter["points"]}
    assert "2123/UBND-NC" in terminal.run("documents", "2123").stdout


def test_broken_workbook_names_every_mistake_and_changes_nothing(terminal, tmp_path):
    folder = tmp_path / "so"
    folder.mkdir()
    (folder / "can_bo.csv").write_text(
        "ma_can_bo,ho_ten,ngay_sinh,gioi_tinh,ma_don_vi,chuc_danh,nhom_chuc_danh,dien_quan_ly,la_lanh_dao\n"
        "MOI1,Người Mới,31/02/1980,nam,SO-MAU-1,Chuyên viên,chuyen_vien,don_vi,khong\n"
        "MOI2,Người Mới,01/02/1980,ông,KHONG-CO,Chuyên viên,chuyen_vien,don_vi,khong\n",
        encoding="utf-8",
    )
    ran = terminal.run("load", str(folder))
    assert ran.returncode == 1
    for place in ("can_bo!2 ngay_sinh", "can_bo!3 gioi_tinh", "can_bo!3 ma_don_vi"):
        assert place in ran.stderr
    assert terminal.run("gaps", "--as", "MOI1").returncode == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(("ask", "a", "--as", "KHONG-CO"), 1, "KHONG-CO", id="an unknown official"),
        pytest.param(("gaps", "--unit", "KHONG-CO"), 1, "KHONG-CO", id="an unknown unit"),
        pytest.param(("documents", "9999/XX"), 1, "9999/XX", id="an unknown document"),
        pytest.param(("code", "KHONG-CO"), 1, "KHONG-CO", id="a code for nobody"),
        pytest.param(("load", "khong-co.xlsx"), 1, "khong-co.xlsx", id="a workbook that is not there"),
        pytest.param(("ask", "a", "--on", "hôm nay"), 2, "hôm nay", id="a day that is none"),
        pytest.param(("ask",), 2, "--batch", id="no question"),
        pytest.param(("gaps",), 2, "--unit", id="nobody named"),
        pytest.param(("gaps", "--as", "CB001", "--all"), 2, "--unit", id="too many named"),
        pytest.param(("khong-co-lenh",), 2, "khong-co-lenh", id="an unknown command"),
    ],
)
def test_wrong_use_is_one_clear_sentence_and_its_exit_code(terminal, words, code, said):
    ran = terminal.run(*words)
    assert (ran.returncode, "Traceback" in ran.stderr) == (code, False)
    assert said in ran.stderr


@pytest.mark.parametrize(
    ("settings", "code", "said"),
    [
        pytest.param({"NHACCHUAN_DATABASE_URL": "postgresql://127.0.0.1:1/x"}, 3, "127.0.0.1", id="no database"),
        pytest.param({"NHACCHUAN_DATABASE_URL": "mysql://x"}, 3, "", id="a database of another kind"),
        pytest.param({"NHACCHUAN_TERRITORY": "ha-noi"}, 1, "hung-yen", id="an unknown territory"),
        pytest.param({"NHACCHUAN_TODAY": "mai"}, 1, "NHACCHUAN_TODAY", id="a day that is none"),
        pytest.param({"NHACCHUAN_TELEGRAM_API": "http://example.org"}, 1, "NHACCHUAN_TELEGRAM_API", id="no https"),
        pytest.param({"NHACCHUAN_SECRET_KEY": "ngắn"}, 1, "NHACCHUAN_SECRET_KEY", id="a short key"),
    ],
)
def test_wrong_setting_is_named_with_its_exit_code(terminal, settings, code, said):
    ran = terminal.run("ask", "công văn 2123 nói gì", **settings)
    assert (ran.returncode, "Traceback" in ran.stderr) == (code, False)
    assert said in ran.stderr
    assert ran.stderr.strip()


def test_serving_with_a_wrong_token_ends_with_one_sentence_without_the_token(terminal):
    ran = terminal.run("serve", NHACCHUAN_TELEGRAM_TOKEN="not-a-token", NHACCHUAN_HTTP="127.0.0.1:0")
    assert ran.returncode == 1
    assert "NHACCHUAN_TELEGRAM_TOKEN" in ran.stderr
    assert "not-a-token" not in ran.stdout + ran.stderr


def test_asking_in_the_name_of_somebody_is_in_the_audit_chain(terminal):
    def entries() -> int:
        return int(next(word for word in terminal.run("audit", "verify").stdout.split() if word.isdigit()))

    before = entries()
    assert terminal.run("ask", "tôi còn thiếu gì", "--as", "CB002").returncode == 0
    assert terminal.run("ask", "công văn 2123 nói gì").returncode == 0
    assert entries() == before + 1


def test_code_is_printed_and_the_audit_chain_holds(terminal):
    ran = terminal.run("code", "CB002")
    assert ran.returncode == 0
    assert "Trần Thị Mẫu (CB002)" in ran.stdout
    verified = terminal.run("audit", "verify")
    assert verified.returncode == 0
    assert "nguyên vẹn" in verified.stdout


def test_doctor_finds_a_sound_installation_sound(terminal):
    checks = json.loads(terminal.run("doctor", "--json", NHACCHUAN_HTTP="127.0.0.1:0").stdout)
    assert {one["name"] for one in checks} >= {"settings", "library", "catalogues", "calendar", "database", "telegram"}
    wrong = [one["name"] for one in checks if not one["is_well"] and not one["is_remark"]]
    assert wrong == ["audit_rights"]  # the owner's account serves this database, as it should in no installation


def test_doctor_says_how_to_mend_a_database_out_of_reach(terminal):
    ran = terminal.run("doctor", NHACCHUAN_DATABASE_URL="postgresql://127.0.0.1:1/x")
    assert ran.returncode == 3
    assert "✗ cơ sở dữ liệu" in ran.stdout
    assert "→" in ran.stdout


def test_chat_answers_through_a_pipe(terminal):
    ran = terminal.start("chat", "--as", "CB002", typed="tôi còn thiếu gì\n/thoat\n")
    assert ran.returncode == 0
    assert "Ngoại ngữ" in ran.stdout


def test_wrong_use_ends_a_real_process_with_its_exit_code(terminal):
    ran = terminal.start("ask")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "--batch" in ran.stderr


def test_taken_port_is_named_with_what_to_change(terminal):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        ran = terminal.run("serve", NHACCHUAN_HTTP=address)
    assert ran.returncode == 3
    assert address in ran.stderr


def test_demonstration_changes_nothing_where_other_data_is_held(terminal, server_url):
    import psycopg

    with psycopg.connect(named(server_url, "command_line"), autocommit=True) as connection:
        connection.execute("INSERT INTO units (code, name, kind, territory) VALUES ('SO-THAT', 'Sở', 'so', 'hung-yen')")
        ran = terminal.run("demo", "--once")
        told = connection.execute("SELECT count(*) FROM audit_entries WHERE action = 'load'").fetchone()
        connection.execute("DELETE FROM units WHERE code = 'SO-THAT'")
        assert connection.execute("SELECT count(*) FROM audit_entries WHERE action = 'load'").fetchone() == told
    assert (ran.returncode, "NHACCHUAN_DATABASE_URL" in ran.stderr) == (1, True)
    assert "Traceback" not in ran.stderr


def test_rulings_are_listed_for_other_programs(terminal):
    ran = terminal.run("rulings", "--json")

    assert (ran.returncode, json.loads(ran.stdout)) == (0, [])


def test_help_lists_every_command(terminal):
    shown = terminal.run("--help").stdout
    for command in (
        "init",
        "load",
        "ask",
        "gaps",
        "plan",
        "chat",
        "run",
        "serve",
        "work",
        "queue",
        "documents",
        "rulings",
        "code",
        "doctor",
    ):
        assert command in shown


def test_points_that_a_table_of_hr_names_are_listed_so_that_their_citations_resolve(terminal: Terminal) -> None:
    found = json.loads(terminal.run("documents", "02/MẪU-TU", "--json").stdout)
    assert "3" in {point["id"] for point in found[0]["points"]}
