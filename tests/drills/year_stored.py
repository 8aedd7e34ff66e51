"""The drill of a year through the real database, planner, outbox, pump and words, for a few people and months.

Run as: python -m tests.drills.year_stored [--people 60] [--days 150] [--seed 0]. Only the clock is moved and only the
platform is missing: what would leave is kept here, with the moment. Gaps close by certificates that are entered, rounds
are extended, people are removed and linked, all in the store, at noon or at night.
"""

import asyncio
import json
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from datetime import time as hour_of
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import text

from bot.push.sending import Parcel
from bot.settings import Settings
from bot.wiring import Office, open_office
from handlers.phrases import use_catalogues
from handlers.reply import Reply
from knowledge.calendar import WorkingCalendar
from knowledge.facts import CriterionCode, PersonCode
from knowledge.library import Library
from knowledge.loader import load_library
from knowledge.local_time import VIETNAM
from storage.database import Database, open_database
from storage.embedded import EmbeddedServer
from storage.encryption import Vault
from storage.migrating import migrate
from tests.drills.year import _BEGIN, _NOON, Gap, Somebody, Told, Year

_LOCALES = Path(__file__).parents[2] / "bot" / "locales"
_SECRET = "a key for drills only"
_SENDER = "telegram:123456789"
_LONG_AGO = datetime.combine(_BEGIN - timedelta(days=1000), _NOON, tzinfo=VIETNAM)
_NEVER = datetime.combine(_BEGIN + timedelta(days=10_000), _NOON, tzinfo=VIETNAM)
# Kinds that carry the level of their criterion themselves.
_MEETS = {
    "ngoai_ngu": ("khung_6_bac", "bac_3"),
    "tin_hoc": ("cntt_co_ban", None),
    "ly_luan_chinh_tri": ("llct", "trung_cap"),
    "quan_ly_nha_nuoc": ("qlnn", "chuyen_vien"),
}
_LEVELS = {
    "ngoai_ngu": "bac_3",
    "tin_hoc": "co_ban",
    "ly_luan_chinh_tri": "trung_cap",
    "quan_ly_nha_nuoc": "chuyen_vien",
}


class MovedClock:
    """Stands where it was put."""

    is_fixed = False

    def __init__(self) -> None:
        self.moment = _LONG_AGO

    def today(self) -> date:
        return self.moment.date()

    def now(self) -> datetime:
        return self.moment


class KeepingSender:
    """Takes everything, and keeps to whom it went and when."""

    identity, channel = _SENDER, "telegram"

    def __init__(self, clock: MovedClock) -> None:
        self._clock = clock
        self.sent: list[tuple[str, datetime, Reply]] = []

    async def send(self, parcel: Parcel) -> str:
        self.sent.append((parcel.address, self._clock.moment, parcel.reply))
        return str(len(self.sent))

    async def edit(self, address: str, provider_id: str, reply: Reply) -> None:
        raise NotImplementedError

    async def close(self) -> None:
        return


class StoredYear(Year):
    """The same year, with the store in the place of what stands in memory. Gaps are open from the first day."""

    def _make_opened(self) -> tuple[tuple[datetime, datetime], ...]:
        closes = datetime.combine(self._some_day(), _NOON, tzinfo=VIETNAM) if self._random.random() < 0.6 else _NEVER
        return ((_LONG_AGO, closes),)

    def _make_person(self, number: int) -> Somebody:
        """All gaps of a person are in one round, because their position group is in one."""
        made = super()._make_person(number)
        gaps = tuple(Gap(one.criterion, made.gaps[0].round, one.opened) for one in made.gaps)
        return Somebody(made.code, gaps, made.leaves_on, made.own_hour, made.quiet, made.reached_from)

    async def live_stored(self, office: Office, database: Database, clock: MovedClock, sender: KeepingSender) -> None:
        await self._fill(database)
        states = ("up", "no planner", "no sender", "late", "early end", "down")
        async with office.push.pumping(sender, per_second=0) as pump:
            for number in range(self._days):
                day = _BEGIN + timedelta(days=number)
                (state,) = self._random.choices(states, (60, 8, 8, 8, 8, 8))
                if state == "up" and self._calendar.is_working(day):
                    self.up.add(day)
                await self._change_at_night(database, day)
                for hour in self._hours(state):
                    clock.moment = datetime.combine(day, hour, tzinfo=VIETNAM)
                    if hour >= _NOON:
                        await self._close_gaps(database, day)
                    if hour == self._hours(state)[0] and state not in {"no planner", "down"}:
                        await office.push.plan_and_store(day, {"telegram": _SENDER})
                    if state not in {"no sender", "down"}:
                        await pump.run(asyncio.Event())
                await self._close_gaps(database, day)

    def _hours(self, state: str) -> Sequence[hour_of]:
        late, early = hour_of(11, 15), (hour_of(7, 10), hour_of(7, 31), hour_of(9))
        after = (hour_of(14), hour_of(16, 59), hour_of(19))
        return {"late": (late, *after), "early end": early}.get(state, (*early, *after))

    async def _fill(self, database: Database) -> None:
        async with database.transaction() as drawers:
            run = drawers.connection.execute
            await run(text("INSERT INTO units (code, name, kind, territory) VALUES ('U', 'Sở Mẫu', 'so', 'hung-yen')"))
            for one in self.rounds:
                await run(
                    text(
                        "INSERT INTO rounds (code, name, document, deadline, position_groups)"
                        " VALUES (CAST(:code AS text), 'Đợt mẫu', '03/MẪU-UBND', :day, ARRAY[CAST(:code AS text)])"
                    ),
                    {"code": one.code, "day": one.first},
                )
                for criterion, level in _LEVELS.items():
                    await run(
                        text(
                            "INSERT INTO standards (position_group, criterion, valid_from, minimum, document)"
                            " VALUES (:group, :criterion, '2020-01-01', :level, '02/MẪU-TU')"
                        ),
                        {"group": one.code, "criterion": criterion, "level": level},
                    )
            for place, person in enumerate(self.people):
                await self._fill_person(run, place, person)

    async def _fill_person(self, run: Any, place: int, person: Somebody) -> None:
        await run(
            text(
                "INSERT INTO people (code, name, name_folded, born_on, gender, unit, position, position_group,"
                " managed_by, is_leader)"
                " VALUES (:code, 'Mẫu', 'mau', '1990-01-01', 'nam', 'U', 'x', :group, 'cap_xa', false)"
            ),
            {"code": person.code, "group": person.gaps[0].round.code},
        )
        for criterion in _LEVELS.keys() - {gap.criterion for gap in person.gaps}:
            await self._certify(run, person.code, CriterionCode(criterion), _BEGIN - timedelta(days=100))
        if person.reached_from is not None and person.reached_from < _BEGIN:
            await self._reach(run, place, person.code)
        await self._wish(run, person, None)

    async def _certify(self, run: Any, person: PersonCode, criterion: CriterionCode, day: date) -> None:
        kind, level = _MEETS[criterion]
        await run(
            text(
                "INSERT INTO credentials (person, kind, level, number, issued_on, status)"
                " VALUES (:person, :kind, :level, 'S1', :day, 'da_xac_minh') ON CONFLICT DO NOTHING"
            ),
            {"person": person, "kind": kind, "level": level, "day": day},
        )

    async def _reach(self, run: Any, place: int, person: PersonCode) -> None:
        await run(
            text(
                "INSERT INTO accounts (channel, address, person, linked_at, changed_at, locale)"
                " VALUES ('telegram', :address, :person, now(), now(), 'vi')"
            ),
            {"address": str(place + 1), "person": person},
        )

    async def _wish(self, run: Any, person: Somebody, quiet_until: date | None) -> None:
        await run(
            text(
                "INSERT INTO reminder_wishes (person, hour, quiet_until, changed_at)"
                " VALUES (:person, :hour, :until, now())"
                " ON CONFLICT (person) DO UPDATE SET quiet_until = excluded.quiet_until"
            ),
            {"person": person.code, "hour": person.own_hour, "until": quiet_until},
        )

    async def _change_at_night(self, database: Database, day: date) -> None:
        async with database.transaction() as drawers:
            run = drawers.connection.execute
            for one in self.rounds:
                if one.moved_on == day:
                    await run(
                        text("UPDATE rounds SET deadline = :day WHERE code = :code"),
                        {"day": one.then, "code": one.code},
                    )
            for place, person in enumerate(self.people):
                if person.leaves_on == day:
                    await run(text("DELETE FROM people WHERE code = :code"), {"code": person.code})
                if person.leaves_on <= day:
                    continue
                if person.reached_from == day:
                    await self._reach(run, place, person.code)
                if (until := next((until for since, until in person.quiet if since == day), None)) is not None:
                    await self._wish(run, person, until)

    async def _close_gaps(self, database: Database, day: date) -> None:
        closing = [
            (person.code, gap.criterion)
            for person in self.people
            for gap in person.gaps
            if gap.opened[0][1].date() == day and person.leaves_on > day
        ]
        if closing:
            async with database.transaction() as drawers:
                for person, criterion in closing:
                    await self._certify(drawers.connection.execute, person, criterion, day)

    async def read_told(self, database: Database) -> None:
        """What was told, as the store says it."""
        async with database.transaction() as drawers:
            found = await drawers.connection.execute(
                text(
                    "SELECT d.person, n.payload ->> 'source', n.payload ->> 'criterion', n.stage, d.state, d.done_at"
                    " FROM deliveries d JOIN carried c ON c.delivery = d.id JOIN notices n ON n.id = c.notice"
                    " WHERE n.kind = 'reminder' AND c.dropped IS NULL AND d.state IN ('delivered', 'unreachable')"
                )
            )
            self.outbox.told = [
                Told(PersonCode(person), (source, criterion, stage), at.astimezone(VIETNAM), state == "delivered")
                for person, source, criterion, stage, state, at in found
            ]


async def live(people: int, days: int, seed: int, library: Library, url: str, home: Path) -> dict[str, float]:
    """The figures of one province in a database that is empty so far."""
    clock = MovedClock()
    sender = KeepingSender(clock)
    year = StoredYear(people, seed, library, WorkingCalendar(library.calendar), days=days, rounds=8)
    settings = Settings(_env_file=None, database_url=url, home=home, secret_key=_SECRET)
    began = time.perf_counter()
    async with open_database(url, vault=Vault([_SECRET])) as database:
        await migrate(database)
        async with open_office(settings, clock=clock) as office:
            await year.live_stored(office, database, clock, sender)
        await year.read_told(database)
    figures = year.count_faults()
    sent = {(address, at.date()) for address, at, _reply in sender.sent}
    return {
        "people": people,
        "days": days,
        **figures,
        "left_the_house": len(sender.sent),
        "twice_a_day": len(sender.sent) - len(sent),
        "sent_off_hours": sum(not year._is_working_time(at) for _address, at, _reply in sender.sent),
        "s": round(time.perf_counter() - began),
    }


async def run(people: int, days: int, seed: int) -> dict[str, float]:
    """The same on a server of its own."""
    with TemporaryDirectory(prefix="nhacchuan-drill-") as home, EmbeddedServer(Path(home)) as server:
        return await live(people, days, seed, load_library(), server.url, Path(home) / "office")


if __name__ == "__main__":
    wanted = ArgumentParser(description=__doc__)
    wanted.add_argument("--people", type=int, default=60)
    wanted.add_argument("--days", type=int, default=150)
    wanted.add_argument("--seed", type=int, default=0)
    given = wanted.parse_args()
    use_catalogues(_LOCALES)
    print(json.dumps(asyncio.run(run(given.people, given.days, given.seed))))
