"""aiogram imported without completing its forms: nothing is made before it is used, and what is used is whole."""

import json
import subprocess
import sys

from tests.offices import ROOT

_TOLD = """
import json
from bot.on_telegram.lean import import_aiogram, make_ready
import_aiogram()
from aiogram import methods, types
from pydantic import BaseModel

def count():
    forms = [getattr(room, name) for room in (methods, types) for name in room.__all__]
    return sum(1 for one in forms if isinstance(one, type) and one.__dict__.get("__pydantic_complete__"))

class Ours(BaseModel):
    word: str

at_first = count()
menu = methods.SetMyCommands(commands=[types.BotCommand(command="han", description="Deadlines")])
asked = count()
make_ready()
update = types.Update.model_validate({"update_id": 1, "message": {
    "message_id": 7, "date": 0, "chat": {"id": 5, "type": "private"}, "text": "t\\u00f4i thi\\u1ebfu g\\u00ec",
    "photo": [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 2}]}})
print(json.dumps({
    "at_first": at_first, "asked": asked, "ours": Ours.__pydantic_complete__,
    "menu": menu.model_dump(exclude_none=True), "text": update.message.text, "width": update.message.photo[0].width,
}))
"""


def test_forms_are_completed_when_they_are_used_and_are_then_whole():
    told = json.loads(subprocess.run([sys.executable, "-c", _TOLD], cwd=ROOT, check=True, capture_output=True).stdout)
    assert told["at_first"] == 0
    assert told["asked"] <= 3
    assert told["ours"] is True  # forms of others are made as always
    assert told["menu"] == {"commands": [{"command": "han", "description": "Deadlines"}]}
    assert (told["text"], told["width"]) == ("tôi thiếu gì", 1)
