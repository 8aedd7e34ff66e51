"""Several identities of one channel: a preview reckons each by whom it writes to."""

from datetime import UTC, datetime

from handlers.hr.broadcasts_audience import Gathered, Member, plan_of, way_of
from handlers.sending_lines import SendingLine
from knowledge.facts import PersonCode
from storage.records import Reached
from tests.broadcasts_kept import FakeBroadcasts
from tests.handlers.visits import TODAY, with_standards
from tests.people import official

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def _gathered() -> Gathered:
    first = [Member(official(code=PersonCode(f"CB{n:03}")), Reached("telegram", str(n), "vi")) for n in range(1, 61)]
    second = [
        Member(official(code=PersonCode(f"CB{n:03}")), Reached("telegram", f"{n}@hd", "vi")) for n in range(61, 91)
    ]
    return Gathered((*first, *second), {"telegram": SendingLine("telegram:1", "telegram", 0.1)})


def test_whoever_is_written_to_by_another_bot_counts_for_that_bot():
    gathered = _gathered()
    assert gathered.by_way() == {"telegram": 60, "telegram@hd": 30}
    assert gathered.line_of("telegram").sender == "telegram:1"
    assert gathered.line_of("telegram@hd").sender == "telegram:hd"
    assert way_of(Reached("zalo_oa", "7", "vi")) == "zalo_oa"


async def test_two_bots_send_beside_each_other(library):
    today = with_standards(library).on(TODAY)
    runs = await plan_of(_gathered(), today, NOW, FakeBroadcasts(None, None, None))
    assert {way: sum(one.count for one in planned) for way, planned in runs.items()} == {
        "telegram": 60, "telegram@hd": 30,
    }  # fmt: skip
    assert runs["telegram@hd"][0].starts_at == runs["telegram"][0].starts_at
    assert runs["telegram@hd"][-1].ends_at < runs["telegram"][-1].ends_at
