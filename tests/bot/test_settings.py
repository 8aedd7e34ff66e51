"""The example of a `.env` file is the list of settings that an operator reads."""

import os
import re
from pathlib import Path

from bot.settings import Settings

EXAMPLE = Path(__file__).parents[2] / ".env.example"


def test_example_names_every_setting_with_its_default(tmp_path, monkeypatch):
    for name in [one for one in os.environ if one.startswith("NHACCHUAN_")]:
        monkeypatch.delenv(name)
    taken = re.sub(r"^#(NHACCHUAN_)", r"\1", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    named = re.findall(r"^NHACCHUAN_(\w+)=", taken, flags=re.MULTILINE)
    assert sorted(named) == sorted(name.upper() for name in Settings.model_fields)
    written = tmp_path / "settings"
    written.write_text(taken, encoding="utf-8")
    assert Settings(_env_file=written) == Settings(_env_file=None)
