"""The terminal door: lines in, words out, on a screen and through a pipe."""

import io
import os
from datetime import date
from pathlib import Path

from bot.on_terminal import Visit, chat
from handlers.asking import Choice
from handlers.reply import File, Reply
from knowledge.facts import PersonCode
from tests.bot.on_web.scripted import GAPS, SCRIPT, ScriptedDesk


class Screen(io.StringIO):
    """A text stream that claims to be a screen."""

    def isatty(self) -> bool:
        return True


async def talk(typed: str, *, script=SCRIPT, screen: io.StringIO | None = None, visit: Visit | None = None):
    desk = ScriptedDesk(script)
    screen = screen or io.StringIO()
    visit = visit or Visit(person=PersonCode("CB001"), on=date(2026, 11, 21), locale="en")
    await chat(
        visit, desk=desk, describe=lambda cite: f"Văn bản {cite.document}", source=io.StringIO(typed), screen=screen
    )
    return desk.heard, screen.getvalue()


async def test_a_question_is_answered_in_plain_text_when_the_output_is_no_screen():
    heard, shown = await talk("tôi còn thiếu gì\n")
    assert (heard[0].text, heard[0].person, heard[0].on) == ("tôi còn thiếu gì", "CB001", date(2026, 11, 21))
    assert heard[0].thread == "terminal:local"
    assert "Chức danh của đồng chí yêu cầu ngoại ngữ bậc 3. [1]" in shown
    assert "[1] Văn bản 1769/UBND-KGVX" in shown
    assert "  2. Hỏi người phụ trách" in shown
    assert "\x1b" not in shown
    assert shown.endswith("Goodbye.\n")


async def test_a_number_presses_the_choice_of_that_number_when_choices_are_offered():
    heard, shown = await talk("tôi còn thiếu gì\n1\n")
    assert (heard[1].choice, heard[1].text) == ("study|ngoai_ngu", None)
    assert "Đã ghi đề nghị cử đi học." in shown


async def test_a_number_outside_the_choices_is_refused_in_words_when_typed():
    heard, shown = await talk("tôi còn thiếu gì\n7\n")
    assert len(heard) == 1
    assert "There is no choice 7 here." in shown


async def test_a_number_is_a_message_when_no_choice_is_offered_or_it_is_long():
    heard, _shown = await talk("12\ntôi còn thiếu gì\n482913\n")
    assert [one.text for one in heard] == ["12", "tôi còn thiếu gì", "482913"]


async def test_the_talk_ends_when_the_goodbye_is_typed():
    heard, shown = await talk("\n  \n/THOAT\nmột\n")
    assert heard == []
    assert shown.endswith("Goodbye.\n")


async def test_the_reply_is_set_out_with_its_bases_when_the_output_is_a_screen(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    _heard, shown = await talk("tôi còn thiếu gì\n", screen=Screen())
    assert "\x1b[1m" in shown
    for words in (GAPS.title, "For reference (not a basis of the decision)", "Sources of the reference:", "2. Hỏi"):
        assert words in shown


async def test_control_characters_of_a_text_do_not_reach_the_screen_when_shown(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    script = {"độc": Reply(title="a\x1b]0;b\x07[red]c[/red]", choices=(Choice("\x1b[31md", "x"),))}
    for screen in (io.StringIO(), Screen()):
        _heard, shown = await talk("độc\n", script=script, screen=screen)
        assert "a]0;b[red]c[/red]" in shown
        assert "\x1b]0" not in shown
        assert "\x1b[31m" not in shown


async def test_bytes_that_are_no_text_do_not_reach_the_desk_when_typed():
    heard, _shown = await talk("a\udcffb\x00\n")
    assert heard[0].text == "a?b"


async def test_a_file_is_kept_in_the_folder_and_nothing_overwritten_when_a_reply_brings_one(tmp_path: Path):
    script = {"tệp": Reply(title="Báo cáo", file=File("../../bao-cao.xlsx", b"PK", "application/xlsx"))}
    visit = Visit(downloads=tmp_path, locale="en")
    _heard, shown = await talk("tệp\ntệp\n", script=script, visit=visit)
    assert (tmp_path / "bao-cao.xlsx").read_bytes() == b"PK"
    assert f"The file is here: {tmp_path / 'bao-cao.xlsx'}" in shown
    assert "is already there and was left as it is." in shown


async def test_lines_are_read_from_a_real_terminal_when_there_is_one():
    ours, theirs = os.openpty()
    os.write(ours, "tôi còn thiếu gì\n1\n/thoat\n".encode())
    desk = ScriptedDesk(SCRIPT)
    with os.fdopen(theirs, encoding="utf-8") as source:
        await chat(Visit(), desk=desk, describe=str, source=source, screen=io.StringIO())
    os.close(ours)
    assert [one.text or one.choice for one in desk.heard] == ["tôi còn thiếu gì", "study|ngoai_ngu"]
