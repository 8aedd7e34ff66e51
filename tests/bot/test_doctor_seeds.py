"""The doctor finds what is wrong: each fault is really planted, is named with its place, and is told how to mend.

Settings alone are looked at without a database; what stands in the database is looked at through the whole doctor, over
one migrated database; platforms are stand-ins on loopback.
"""

import asyncio
import re
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

import psycopg
import pytest
from pydantic import SecretStr

from bot.commands.checked import Check
from bot.commands.doctor import _check_catalogues, _check_pace, ensure_well, look, tell
from bot.commands.doctor_doors import check_doors
from bot.commands.doctor_settings import check_settings, names_given, room_left
from bot.errors import CommandError
from bot.settings import Settings
from bot.wiring import open_office
from knowledge.calendar import WorkingCalendar
from knowledge.loader import load_library
from storage.encryption import Vault
from tests.databases import make_home, named
from tests.offices import TEST_SECRET, SetClock, settings_for, share_cache
from tests.standins.telegram_api import TelegramApi
from tests.standins.telegram_api.methods import Webhook

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=HANOI)
VIETNAMESE = re.compile(r"[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.IGNORECASE)
NOBODY = "http://127.0.0.1:9"
SECRET = "a" * 32
APP_ROLE = "nhacchuan_app"
SOUND = """
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO units (code, name, kind, territory, head) VALUES ('SO', 'Sở', 'so', 'hung-yen', 'CB1');
INSERT INTO units (code, name, kind, territory, parent, head)
VALUES ('PHONG', 'Phòng', 'phong', 'hung-yen', 'SO', 'CB2');
INSERT INTO people
    (code, name, name_folded, born_on, gender, unit, position, position_group, managed_by, is_leader, roles)
SELECT code, 'Người ' || code, 'nguoi', '1980-01-01', 'nam', unit, 'Chuyên viên', 'chuyen_vien', 'don_vi', false, roles
FROM (VALUES ('CB1', 'SO', '{can_bo,thu_truong}'::text[]), ('CB2', 'PHONG', '{can_bo,thu_truong}'),
    ('CB3', 'PHONG', '{can_bo,hr}')) AS t (code, unit, roles);
INSERT INTO declared_documents (number) VALUES ('01/MẪU');
INSERT INTO standards (position_group, criterion, valid_from, minimum, document)
VALUES ('chuyen_vien', 'tin_hoc', '2020-01-01', 'co_ban', '01/MẪU');
INSERT INTO recognition (document, criterion, kind, counts_as) VALUES ('01/MẪU', 'tin_hoc', 'ic3', 'co_ban');
INSERT INTO rounds (code, name, document, deadline) VALUES ('DOT', 'Đợt', '01/MẪU', '2026-12-31');
INSERT INTO planned_days (day, started_at, finished_at, counts) VALUES ('2026-11-23', now(), now(), '{}');
"""


def found_of(checks: list[Check], fault: str) -> Check:
    found = [one for one in checks if one.fault == fault]
    assert found, f"not found: {fault} among {[one.fault for one in checks if one.fault]}"
    return found[0]


def ensure_told(check: Check, place: str, code: int) -> None:
    """The place is named, the mend is one short sentence or two in Vietnamese, and the exit code is as promised."""
    assert place in f"{check.found} {check.mend}"
    assert VIETNAMESE.search(check.found + check.mend)
    assert VIETNAMESE.search(check.mend)
    assert len(check.mend) < 260
    assert code_of([check]) == code


def code_of(checks: list[Check]) -> int:
    try:
        ensure_well(checks)
    except CommandError as error:
        return error.code
    return 0


# --- settings alone


def given(**values: object) -> Settings:
    return Settings(_env_file=None, **values)


BOT_HOOK = "https://bot.example.vn/telegram/webhook"
OF_SETTINGS = {
    "telegram.webhook_not_https": (
        {"telegram_webhook_url": BOT_HOOK.replace("https", "http"), "telegram_webhook_secret": SECRET},
        "NHACCHUAN_TELEGRAM_WEBHOOK_URL", 1,
    ),
    "telegram.webhook_path": (
        {"telegram_webhook_url": "https://bot.example.vn/hook", "telegram_webhook_secret": SECRET},
        "/telegram/webhook", 1,
    ),
    "telegram.webhook_port": (
        {"telegram_webhook_url": BOT_HOOK.replace(".vn", ".vn:9443"), "telegram_webhook_secret": SECRET}, "9443", 1,
    ),
    "telegram.webhook_secret": (
        {"telegram_webhook_url": BOT_HOOK, "telegram_webhook_secret": "short"},
        "NHACCHUAN_TELEGRAM_WEBHOOK_SECRET", 1,
    ),
    "zalo_bot.webhook_secret": (
        {"zalo_bot_webhook_url": "https://bot.example.vn/zalo/bot/webhook"}, "NHACCHUAN_ZALO_BOT_WEBHOOK_SECRET", 1,
    ),
    "telegram.webhook_old_secret": (
        {"telegram_webhook_url": BOT_HOOK, "telegram_webhook_secret": f"{SECRET},{SECRET}"},
        "NHACCHUAN_TELEGRAM_WEBHOOK_SECRET", 0,
    ),
    "zalo_oa.webhook_old_secret": (
        {"zalo_oa_webhook_secret": f"{SECRET},{SECRET}"}, "NHACCHUAN_ZALO_OA_WEBHOOK_SECRET", 0,
    ),
    "zalo_oa.half_set": ({"zalo_oa_app_id": "1", "zalo_oa_id": "2"}, "NHACCHUAN_ZALO_OA_APP_SECRET", 1),
    "zalo_oa.templates": ({"zalo_zbs_templates": Path("nowhere.yaml")}, "nowhere.yaml", 1),
    "web.no_public_url": ({"telegram_token": "1:x", "http": "127.0.0.1:8088"}, "NHACCHUAN_PUBLIC_URL", 0),
    "web.public_not_https": ({"public_url": "http://bot.example.vn"}, "NHACCHUAN_PUBLIC_URL", 1),
    "web.proxies_too_wide": ({"trusted_proxies": "0.0.0.0/0"}, "NHACCHUAN_TRUSTED_PROXIES", 1),
    "web.no_proxies": ({"public_url": "https://bot.example.vn"}, "NHACCHUAN_TRUSTED_PROXIES", 0),
    "settings.rehearsal": ({"today": date(2026, 12, 1)}, "NHACCHUAN_TODAY", 0),
}  # fmt: skip


@pytest.mark.parametrize(("fault", "seed"), OF_SETTINGS.items(), ids=OF_SETTINGS)
def test_a_wrong_setting_is_named_when_it_is_planted(fault, seed, tmp_path):
    values, place, code = seed
    ensure_told(found_of(check_settings(given(home=tmp_path, **values), ()), fault), place, code)


def test_sound_settings_of_a_served_installation_show_nothing(tmp_path):
    settings = given(
        home=tmp_path, telegram_token="1:x", telegram_webhook_url=BOT_HOOK, telegram_webhook_secret=SECRET,
        public_url="https://bot.example.vn", trusted_proxies="10.0.0.0/8,127.0.0.1",
        zalo_oa_app_id="1", zalo_oa_id="2", zalo_oa_app_secret="3",
    )  # fmt: skip
    assert check_settings(settings, ["NHACCHUAN_HOME", "NHACCHUAN_PUBLIC_URL"]) == []


@pytest.mark.parametrize("secret", [f"{SECRET},short", f"short,{SECRET}", " , "])
def test_each_of_several_secrets_of_a_webhook_is_looked_at(secret, tmp_path):
    checks = check_settings(given(home=tmp_path, telegram_webhook_url=BOT_HOOK, telegram_webhook_secret=secret), ())
    assert "short" not in found_of(checks, "telegram.webhook_secret").found


def test_a_misspelt_variable_is_named_with_the_nearest_right_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NHACCHUAN_TELEGRAM_TOKN", "1:x")
    (tmp_path / ".env").write_text("NHACCHUAN_PUBLC_URL=https://bot.example.vn\n", encoding="utf-8")
    checks = [
        one for one in check_settings(given(home=tmp_path), names_given()) if one.fault == "settings.unknown_name"
    ]
    told = {one.found: one for one in checks}
    assert len(told) == 2
    for wrong, right in (("TELEGRAM_TOKN", "TELEGRAM_TOKEN"), ("PUBLC_URL", "PUBLIC_URL")):
        check = next(one for words, one in told.items() if wrong in words)
        ensure_told(check, f"NHACCHUAN_{right}", 1)


def test_a_home_that_cannot_be_written_is_named(tmp_path):
    home = tmp_path / "a-file"
    home.write_text("not a directory")
    ensure_told(found_of(check_settings(given(home=home), ()), "home.not_writable"), str(home), 1)


def test_a_disk_that_is_nearly_full_is_named_before_the_database_stops(tmp_path):
    checks = check_settings(given(home=tmp_path), (), lambda _home: (400_000_000, 100_000_000_000))
    ensure_told(found_of(checks, "home.disk_full"), str(tmp_path), 1)
    assert 0 < room_left(tmp_path)[0] <= room_left(tmp_path)[1]


def test_a_key_that_others_may_read_is_named(tmp_path):
    (tmp_path / "secret.key").write_text("x" * 40)
    (tmp_path / "secret.key").chmod(0o644)
    checks = check_settings(given(home=tmp_path), ())
    ensure_told(found_of(checks, "secret_key.readable"), "chmod 600", 1)
    (tmp_path / "secret.key").chmod(0o600)
    assert check_settings(given(home=tmp_path), ()) == []


def test_a_pace_that_telegram_refuses_is_named():
    ensure_told(_check_pace(given(telegram_per_second=90)), "NHACCHUAN_TELEGRAM_PER_SECOND", 1)


def test_catalogues_that_were_not_compiled_are_named(tmp_path):
    ensure_told(_check_catalogues(tmp_path), "make texts", 1)


# --- doors, over loopback


@asynccontextmanager
async def answering(statuses: dict[str, int]) -> AsyncIterator[str]:
    """A web server on loopback that answers these paths so, and all others with 404."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
        writer.write(f"HTTP/1.1 {statuses.get(path, 404)} x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


WEB = {
    "web.port_taken": ({}, "", "NHACCHUAN_HTTP", 1),
    "web.public_not_reached": ({"/healthz": 200}, NOBODY, "NHACCHUAN_PUBLIC_URL", 1),
    "web.metrics_open": ({"/healthz": 200, "/metrics": 200}, "itself", "/metrics", 0),
}


@pytest.mark.parametrize(("fault", "seed"), WEB.items(), ids=WEB)
async def test_what_listens_at_our_address_is_told_from_ourselves(fault, seed):
    statuses, public, place, code = seed
    async with answering(statuses) as address:
        url = f"http://{address}" if public == "itself" else public or None
        checks = await check_doors(given(http=address, public_url=url))
    ensure_told(found_of(checks, fault), place, code)


async def test_a_server_that_runs_and_is_reached_from_outside_is_well():
    async with answering({"/healthz": 200, "/metrics": 403}) as address:
        checks = await check_doors(given(http=address, public_url=f"http://{address}"))
    assert [one for one in checks if not one.is_well] == []


async def test_telegram_is_told_as_it_stands():
    async with TelegramApi() as api:
        settings = given(telegram_token=api.token, telegram_api=api.base, http="127.0.0.1:0")
        assert [one for one in await check_doors(settings) if not one.is_well] == []

        withdrawn = settings.model_copy(update={"telegram_token": SecretStr("123456:AnotherTokenThatNobodyGave")})
        ensure_told(found_of(await check_doors(withdrawn), "telegram.refused"), "NHACCHUAN_TELEGRAM_TOKEN", 1)

        api.webhook = Webhook("https://other.example.vn/telegram/webhook", "s")
        ensure_told(found_of(await check_doors(settings), "telegram.webhook_stands"), "other.example.vn", 0)

        api.webhook.failures, api.webhook.last_status = 3, 502
        ours = settings.model_copy(update={"telegram_webhook_url": BOT_HOOK})
        ensure_told(found_of(await check_doors(ours), "telegram.webhook_fails"), "502", 1)
        api.webhook = None
    gone = settings.model_copy(update={"telegram_api": NOBODY})
    ensure_told(found_of(await check_doors(gone), "telegram.out_of_reach"), "Telegram", 3)


# --- the office that does not open


async def refuse_password(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """What a PostgreSQL server says to a wrong password."""
    while True:
        (length,) = struct.unpack("!I", await reader.readexactly(4))
        if length != 8:  # a request for encryption has eight bytes
            break
        await reader.readexactly(4)
        writer.write(b"N")
    await reader.readexactly(length - 4)
    fields = b'SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user "app"\0\0'
    writer.write(b"E" + struct.pack("!I", len(fields) + 4) + fields)
    await writer.drain()
    writer.close()


async def told(settings: Settings, clock: SetClock | None = None, **more: object) -> list[Check]:
    return [one async for one in look(settings, clock=clock or SetClock(MONDAY), **more)]


async def test_a_wrong_password_is_told_from_a_server_that_is_away(tmp_path):
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(await asyncio.start_server(refuse_password, "127.0.0.1", 0))
        port = server.sockets[0].getsockname()[1]
        settings = settings_for(f"postgresql://app:hush-hush@127.0.0.1:{port}/x", tmp_path, http="127.0.0.1:0")
        checks = await told(settings)
    ensure_told(found_of(checks, "database.password"), "NHACCHUAN_DATABASE_URL", 3)
    assert not any("hush-hush" in one.found for one in checks)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    checks = await told(settings_for(f"postgresql://127.0.0.1:{port}/x", tmp_path, http="127.0.0.1:0"))
    ensure_told(found_of(checks, "database.out_of_reach"), "NHACCHUAN_DATABASE_URL", 3)


# --- what stands in the database


@dataclass
class Ground:
    """A sound installation, in which one thing after another goes wrong."""

    url: str
    home: Path
    settings: Settings
    clock: SetClock = field(default_factory=lambda: SetClock(MONDAY))
    more: dict[str, object] = field(default_factory=dict)

    def orders(self, *orders: str) -> None:
        with psycopg.connect(self.url) as connection:
            for one in orders:
                connection.execute(one)

    def sets(self, **values: object) -> None:
        self.settings = self.settings.model_copy(update=values)

    async def look(self) -> list[Check]:
        return await told(self.settings, self.clock, **self.more)


@pytest.fixture(scope="module")
def home():
    with make_home() as made:
        made.mkdir(exist_ok=True)
        share_cache(made)
        yield made


@pytest.fixture
def ground(database_url, home, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    parts = urlsplit(database_url)
    as_app = urlunsplit(parts._replace(netloc=f"{APP_ROLE}@{parts.netloc.rpartition('@')[2]}"))
    made = Ground(database_url, home, settings_for(as_app, home, database_owner_url=database_url, http="127.0.0.1:0"))
    made.orders(SOUND)
    return made


def a_message(state: str, done: str, reason: str) -> str:
    return (
        "INSERT INTO deliveries (person, sender, channel, address, locale, state, due_at, done_at, reason) VALUES"  # noqa: S608  ours
        f" ('CB1', 'telegram:1', 'telegram', '7', 'vi', '{state}', '2020-01-01', {done}, '{reason}')"
    )


def one_account_for_everything(ground: Ground) -> None:
    ground.sets(database_url=SecretStr(ground.url), database_owner_url=None)


def no_database(ground: Ground) -> None:
    ground.sets(database_url=SecretStr(named(ground.url, "nobody_made_this")), database_owner_url=None)


async def a_broken_chain(ground: Ground) -> None:
    async with open_office(ground.settings, clock=ground.clock, keeps_threads=False) as office:
        await office.record_look("CB1")
    ground.orders("SET LOCAL session_replication_role = replica; UPDATE audit_entries SET actor = 'X' WHERE number = 1")


async def three_days_ago(ground: Ground) -> None:
    """The house stands since then; nothing was read, backed up or cleaned up."""
    since = SetClock(MONDAY - timedelta(days=3))
    async with open_office(ground.settings, clock=since, keeps_threads=False) as office:
        await office.record_look("CB1")


def a_grant(ground: Ground, *, days: int, lost: str = "NULL") -> None:
    ground.sets(
        zalo_oa_app_id="1", zalo_oa_id="2", zalo_oa_app_secret=SecretStr("s"),
        zalo_oa_api=NOBODY, zalo_oauth_api=NOBODY, zalo_zbs_api=NOBODY,
    )  # fmt: skip
    sealed = Vault.from_setting(TEST_SECRET).encrypt("a token of tests")
    until = MONDAY + timedelta(days=days)
    with psycopg.connect(ground.url) as connection:
        connection.execute(
            "INSERT INTO zalo_grants (oa_id, access, refresh, obtained_at, access_until, refresh_until, generation,"  # noqa: S608  ours
            f" lost_at) VALUES ('2', %s, %s, now(), %s, %s, 1, {lost})",
            (sealed, sealed, until, until),
        )


def used_up(ground: Ground) -> None:
    ground.sets(zalo_bot_token=SecretStr("1:token-of-tests"), zalo_bot_api=NOBODY, zalo_bot_monthly=10)
    ground.orders("INSERT INTO zalo_bot_months (identity, month, sent) VALUES ('zalo_bot:1', '2026-11-01', 9)")


A_FAILING_HOOK = """
INSERT INTO hooks (url, secret, may_be_private, made_at, failures, failed_since, reason)
VALUES ('https://example.vn', '', false, '2026-11-01', 9, '2026-11-20', 'status_500')
"""


async def a_failing_hook(ground: Ground) -> None:
    await ground.look()  # the key of the house is known then, and what no key has sealed is no other key's
    ground.orders(A_FAILING_HOOK)


@cache
def first_undecided_year() -> int:
    calendar = WorkingCalendar(load_library().calendar)
    return next(year for year in range(2020, 2100) if calendar.is_provisional(date(year, 1, 1)))


def before_an_undecided_year(ground: Ground) -> None:
    ground.clock = SetClock(datetime(first_undecided_year() - 1, 12, 15, 7, tzinfo=HANOI))


def in_an_undecided_year(ground: Ground) -> None:
    ground.clock = SetClock(datetime(first_undecided_year(), 3, 1, 7, tzinfo=HANOI))


def ahead_by_an_hour(ground: Ground) -> None:
    ground.more["now"] = lambda: datetime.now(UTC) + timedelta(hours=1)


A_CLEAN_UP = "INSERT INTO retention_runs (day, finished_at, removed) VALUES ('{0}', '{0} 08:00+07', '{1}')"
POLLERS = "INSERT INTO update_holders VALUES ('{} polls telegram:1', clock_timestamp() + interval '1 minute')"
A_SUSPENDED_KEY = """
INSERT INTO api_keys (label, hash, made_at, expires_at, suspended_at)
VALUES ('thống kê', '', '2026-11-01', '2099-01-01', '2026-11-20')
"""
AN_UNSETTLED_RESTORE = """
INSERT INTO restores (taken_at, restored_at, revision, chain_number, is_held, cleaned_at)
VALUES ('2026-11-20', '2026-11-21', '0031', 0, true, '2026-11-21')
"""
AN_OVERDUE_REQUEST = """
INSERT INTO data_requests (person, channel, asked_right, state, opened_at, first_on, due_on)
VALUES ('CB1', 'on_paper', 'view', 'open', '2026-11-01', '2026-11-03', '2026-11-11')
"""
IN_DATABASE = {
    "database.not_there": (no_database, "NHACCHUAN_DATABASE_URL", 3),
    "database.newer": ("UPDATE alembic_version SET version_num = '9999_of_tomorrow'", "9999_of_tomorrow", 3),
    "database.older": ("UPDATE alembic_version SET version_num = '0025'", "nhacchuan init", 3),
    "secret_key.not_of_data": ("INSERT INTO secret_keys (name) VALUES ('deadbeef00000000')", "deadbeef00000000", 1),
    "secret_key.unusable": (lambda ground: ground.sets(secret_key=SecretStr("short")), "NHACCHUAN_SECRET_KEY", 1),
    "library": (lambda ground: ground.sets(territory="ha-noi"), "NHACCHUAN_TERRITORY", 1),
    "database.audit_broken": (a_broken_chain, "mục 1", 1),
    "audit_rights": (one_account_for_everything, "NHACCHUAN_DATABASE_OWNER_URL", 1),
    "backups": (lambda ground: ground.sets(backup_dir=ground.home / "backups"), "NHACCHUAN_BACKUP_DIR", 1),
    "clock.differs": (ahead_by_an_hour, "NTP", 1),
    "calendar": (in_an_undecided_year, lambda: str(first_undecided_year()), 1),
    "calendar.next_year": (before_an_undecided_year, lambda: str(first_undecided_year()), 0),
    "push.no_worker": (a_message("waiting", "NULL", ""), "nhacchuan work", 1),
    "push.bad_requests": (a_message("refused", "'2026-11-22'", "bad_request"), "telegram.bad_request", 1),
    "push.not_planned": ("DELETE FROM planned_days", "nhacchuan work", 1),
    "push.allowance_low": (used_up, "zalo_bot:1", 0),
    "doors.polled_twice": (f"{POLLERS.format('a')}; {POLLERS.format('b')}", "telegram:1", 1),
    "zalo_oa.grant_lost": (lambda ground: a_grant(ground, days=60, lost="now()"), "nhacchuan zalo connect", 1),
    "zalo_oa.grant_ends": (lambda ground: a_grant(ground, days=5), "28/11/2026", 1),
    "roster.no_hr": ("UPDATE people SET roles = '{can_bo}' WHERE code = 'CB3'", "vai_tro", 1),
    "roster.hr_not_linked": (
        lambda ground: ground.sets(telegram_token=SecretStr("1:x"), telegram_api=NOBODY), "nhacchuan code", 0,
    ),
    "roster.no_head": ("UPDATE units SET head = NULL WHERE code = 'PHONG'", "PHONG", 0),
    "roster.nobody_above": ("UPDATE units SET head = NULL", "PHONG", 0),
    "roster.ended_unit": ("UPDATE units SET valid_to = '2026-06-30' WHERE code = 'PHONG'", "PHONG", 0),
    "rules.group_without_standards": (
        "UPDATE people SET position_group = 'chuyên_viên' WHERE code = 'CB3'", "chuyên_viên", 0,
    ),
    "rules.standards_of_nobody": ("UPDATE standards SET position_group = 'truong_phong'", "truong_phong", 0),
    "rules.no_recognition": ("DELETE FROM recognition", "cong_nhan", 0),
    "hooks": (a_failing_hook, "nhacchuan hook", 1),
    "hooks.suspended": (A_SUSPENDED_KEY, "nhacchuan api-key confirm", 1),
    "restore": (AN_UNSETTLED_RESTORE, "nhacchuan resume", 1),
    "personal_data": (AN_OVERDUE_REQUEST, "nhacchuan privacy clocks", 1),
    "personal_data.held_back": (A_CLEAN_UP.format("2026-11-23", "null"), "timedatectl", 1),
    "personal_data.clock_ahead": (A_CLEAN_UP.format("2033-11-23", "{}"), "23/11/2033", 1),
    "personal_data.never_cleaned": (three_days_ago, "nhacchuan privacy tidy", 0),
    "audit.never_read": (three_days_ago, "nhacchuan work", 0),
    "backups.never_taken": (three_days_ago, "NHACCHUAN_BACKUP_DIR", 0),
    "rules.overdue_rounds": ("UPDATE rounds SET deadline = '2026-11-01'", "DOT", 0),
}  # fmt: skip


async def test_a_sound_installation_shows_nothing(ground, capsys):
    checks = await ground.look()
    assert [one for one in checks if not one.is_well] == []
    assert code_of(checks) == 0
    tell(checks, as_json=False)
    assert "✗" not in capsys.readouterr().out


@pytest.mark.parametrize(("fault", "seed"), IN_DATABASE.items(), ids=IN_DATABASE)
async def test_a_fault_in_the_installation_is_named_when_it_is_planted(fault, seed, ground, capsys):
    plant, place, code = seed
    if isinstance(plant, str):
        ground.orders(plant)
    elif asyncio.iscoroutine(planting := plant(ground)):
        await planting
    checks = await ground.look()
    check = found_of(checks, fault)
    ensure_told(check, place() if callable(place) else place, code)
    assert code_of(checks) >= code
    capsys.readouterr()
    tell([check], as_json=False)
    assert capsys.readouterr().out.startswith("✗" if code else "!")


# Those that a test of their own plants, above.
PLANTED_ALONE = (
    "home.not_writable", "home.disk_full", "secret_key.readable", "telegram.refused", "telegram.webhook_stands",
    "telegram.webhook_fails", "telegram.out_of_reach", "database.password", "database.out_of_reach",
)  # fmt: skip


def test_there_are_enough_seeds():
    """Twenty-five are promised. Each is one word that operators and programs know it by; here they all stand."""
    seeded = [*OF_SETTINGS, *WEB, *IN_DATABASE, *PLANTED_ALONE]
    assert len(set(seeded)) == len(seeded) >= 50
    assert {"hooks", "hooks.suspended", "restore", "personal_data"} <= set(seeded)
    here = Path(__file__).read_text(encoding="utf-8")
    assert [one for one in PLANTED_ALONE if here.count(f'"{one}"') < 2] == []
