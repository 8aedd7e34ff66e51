"""The help of the command line is in the catalogues, all of it, and shown in the language of the reader."""

from typer.main import get_command

from bot.command_line import app, run_words
from bot.command_line_words import WORDS, list_words


def test_every_help_text_stands_in_the_catalogues() -> None:
    said = set(list_words(get_command(app)))

    assert said - set(WORDS) == set()
    assert set(WORDS) - said == set()


def test_help_is_shown_in_vietnamese_by_default(capsys, monkeypatch) -> None:
    monkeypatch.delenv("NHACCHUAN_LOCALE", raising=False)

    run_words(["gaps", "--help"])

    assert "Mã đơn vị" in capsys.readouterr().out
