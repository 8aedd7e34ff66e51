"""A head is replaced within the grace: the new one is told, finds the case in their list, and is not passed over."""

from datetime import date, timedelta
from pathlib import Path

from bot.wiring import Office
from handlers.reply import Reply
from knowledge.facts import PersonCode
from tests.conversations.test_escalating import DIRECTOR, HEAD, MONDAY, NAMES, OFFICIAL, DayClock, live, press
from tests.databases import make_home
from tests.handlers.visits import words
from tests.offices import sample_office
from tests.storage.workbook.books import write_csv

NEW_HEAD = "CB003"
SUCCEEDED = (
    ("ma_don_vi", "ten_don_vi", "loai", "truc_thuoc", "dia_ban", "thu_truong"),
    ("PHONG-MAU-1", "Phòng Tổng hợp Mẫu", "phong", "SO-MAU-1", "hung-yen", NEW_HEAD),
)


async def appoint(office: Office, folder: Path) -> None:
    sheets = write_csv(folder, {"don_vi": [list(row) for row in SUCCEEDED]})
    report = await office.load(sheets, dry_run=False, replacing=frozenset(), progress=lambda _s, _r: None)
    assert not report.is_refused, report.problems


def is_told(replies: list[Reply]) -> bool:
    """Whether a case is among what somebody was sent, a digest beside it or not."""
    return any("cần đồng chí xem xét" in words(one) for one in replies)


async def test_new_head_is_told_of_what_the_former_one_was_and_nobody_goes_over_their_head_unwarned(
    server_url: str, tmp_path: Path
) -> None:
    clock = DayClock()
    with make_home("new-head") as home:
        async with sample_office(server_url, home, clock) as office:
            async with office._database.transaction() as drawers:
                for code in (HEAD, NEW_HEAD, DIRECTOR):
                    await drawers.accounts.save_consent("telegram", code, "1", clock.now())
                    await drawers.accounts.link("telegram", code, PersonCode(code), clock.now())
            assert is_told((await live(office, clock, MONDAY))[HEAD])
            await appoint(office, tmp_path / "appointed")

            sent = await live(office, clock, MONDAY + timedelta(days=2))

            assert is_told(sent[NEW_HEAD])
            assert not is_told(sent.get(HEAD, []))
            assert NAMES[OFFICIAL] in await press(office, NEW_HEAD, "escalation.list")
            assert "07/12/2026" in await press(office, NEW_HEAD, f"escalation.open|{OFFICIAL}")
            for n in range(3, 10):  # the grace of the former head ends on the seventh day, and counts for nobody
                await live(office, clock, MONDAY + timedelta(days=n))
                assert NAMES[OFFICIAL] not in await press(office, DIRECTOR, "escalation.list")
            await live(office, clock, date(2026, 12, 17))
            seen = await press(office, DIRECTOR, f"escalation.open|{OFFICIAL}")
            assert all(one in seen for one in ("07/12/2026", "09/12/2026", HEAD, NEW_HEAD))
