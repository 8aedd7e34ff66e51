"""What nobody came back to a web page for is told in the chat that they have linked since, in working hours."""

from datetime import datetime, timedelta
from pathlib import Path

from bot.places import Places
from bot.wiring_push import PushHalf
from knowledge.facts import PersonCode
from knowledge.local_time import VIETNAM
from storage.database import Database
from storage.encryption import Vault
from storage.records import Letter, LetterKind
from tests.offices import SetClock, settings_for
from tests.storage.test_told_rules import Province
from tests.storage.workbook.books import WHOLE

SUNDAY = datetime(2026, 11, 22, 9, tzinfo=VIETNAM)
WHO = PersonCode("CB001")
SENDERS = {"telegram": "telegram:1"}


async def test_letter_on_a_web_page_goes_to_the_chat_linked_since_in_working_hours(
    database: Database, vault: Vault, tmp_path: Path
) -> None:
    province = Province(database, vault, tmp_path)
    await province.load(WHOLE)
    clock = SetClock(SUNDAY)
    push = PushHalf(database, province.reference, clock, settings_for("", tmp_path), Places({}, {}))
    async with database.transaction() as drawers:
        await drawers.letters.leave(Letter("web", "w1", LetterKind.EVIDENCE, SUNDAY, WHO, number=3, key="k"))
        await drawers.accounts.link("telegram", "t1", WHO, SUNDAY)

    assert await push.find_chats_again(SENDERS) == 0
    clock.at = SUNDAY + timedelta(days=1)
    assert await push.find_chats_again(SENDERS) == 1

    async with database.transaction() as drawers:
        (letter,) = await drawers.letters.start("telegram", None, 5, clock.now())
    assert (letter.address, letter.kind) == ("t1", LetterKind.EVIDENCE)
