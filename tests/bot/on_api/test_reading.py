"""What other programs may read: every path with keys of different scopes, and what goes wrong in plain words."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from sqlalchemy import insert, text

from bot.commands.api_keys import describe_hooks, list_hooks, list_keys
from bot.errors import InputError
from bot.on_api.asking import write_cursor
from bot.on_api.door import ApiDoor
from bot.on_api.openapi import write_document
from bot.on_api.pace import WrongTries
from bot.on_api.paths import BASE, list_paths
from bot.on_api.signing import make_secret
from bot.on_api.store import Page, Standing, Visitor
from bot.on_web.server import serving
from handlers.phrases import locale_of
from knowledge.facts import CredentialStatus, UnitCode
from storage.tables import deliveries
from tests.bot.on_api.receiver import Receiver, verify
from tests.bot.on_web.scripted import opened
from tests.databases import make_home
from tests.offices import TODAY, StandingClock, sample_office

SECRET = make_secret(b"s" * 32)
LISTS = ("gaps", "deadlines", "deliveries", "units", "criteria", "rounds")
OF_UNITS = ("gaps", "deadlines", "deliveries")


@dataclass
class Served:
    """The served office, and a key for each of three scopes: everything, one unit, another that shares nothing."""

    office: object
    url: str
    session: aiohttp.ClientSession
    keys: dict[str, str]
    scopes: dict[str, frozenset[UnitCode] | None]
    rules: object
    schemas: dict

    async def ask(self, path, key="all", *, status=200, headers=None, **query):
        sent = {"Authorization": f"Bearer {self.keys.get(key, key)}", "Accept-Language": "en", **(headers or {})}
        async with self.session.get(f"{self.url}{BASE}/{path}", params=query, headers=sent) as answer:
            body = await answer.text()
            assert answer.status == status, body
            return json.loads(body) if body else None

    async def ask_all(self, path, key, **query):
        """Every page, three rows at a time."""
        rows, cursor = [], {}
        while True:
            page = await self.ask(path, key, **query, limit="3", **cursor)
            rows += page["items"]
            if page["next"] is None:
                return rows
            cursor = {"cursor": page["next"]}


@pytest.fixture(scope="module")
async def served(server_url):
    with make_home() as home:
        async with sample_office(server_url, home) as office:
            await office.make_judge().refresh()
            rules = (await office.rule_book()).on(TODAY)
            roots = sorted(code for code, unit in rules.book.units.items() if unit.parent is None)
            own, other = [one for one in roots if await has_people(office, rules, one)][:2]
            scopes = {"all": None, "own": [own], "other": [other]}
            keys = {name: (await office.shared_store.add_key(name, units, 30))[1] for name, units in scopes.items()}
            async with office._database.transaction() as drawers:
                async for person in drawers.profiles.stream_people(None):
                    row = {"person": person.code, "channel": "telegram", "address": "1", "locale": "vi"}
                    await drawers.connection.execute(insert(deliveries).values(row | {"due_at": office.clock.now()}))
            criteria = list(office.library.criteria)
            unhurried = replace(office.shared_store, per_minute=1_000_000)
            door = ApiDoor(unhurried.open_store(), criteria, "vi", lambda: "ref-1")
            document = write_document(list_paths(criteria))
            async with opened(routes=door.routes()) as web:
                yield Served(
                    office,
                    web.url,
                    web.session,
                    keys,
                    {name: rules.units_within(units) if units else None for name, units in scopes.items()},
                    rules,
                    document["components"]["schemas"],
                )


async def has_people(office, rules, unit):
    async for _person in office.stream_people(rules.units_within([unit])):
        return True
    return False


@pytest.mark.parametrize("key", ["all", "own", "other"])
@pytest.mark.parametrize("path", LISTS)
async def test_nothing_outside_the_scope_is_read_by_any_path_and_key(served, path, key):
    scope = served.scopes[key]
    asked = served.ask_all(path, key) if path in OF_UNITS else served.ask(path, key)
    rows = await asked if path in OF_UNITS else (await asked)["items"]

    assert rows
    names = {"Gap", "Deadline", "Delivery", "Unit", "Criterion", "Round"}
    shape = {name.lower() + ("s" if name[-1] != "y" else ""): name for name in names}
    shape |= {"deliveries": "Delivery", "criteria": "Criterion"}
    check = Draft202012Validator({**served.schemas[shape[path]], "components": {"schemas": served.schemas}})
    for row in rows:
        assert not list(check.iter_errors(row)), row
    if scope is not None:
        seen = [row["unit"] for row in rows if "unit" in row] + [one for row in rows for one in row.get("units", [])]
        seen += [row[name] for row in rows for name in ("parent", "successor") if row.get(name)]
        seen += [row["code"] for row in rows] if path == "units" else []
        assert set(seen) <= scope


@pytest.mark.parametrize("path", OF_UNITS)
async def test_two_scopes_that_share_nothing_read_nothing_of_each_other(served, path):
    own, other = [{row["person"] for row in await served.ask_all(path, key)} for key in ("own", "other")]
    everything = {row["person"] for row in await served.ask_all(path, "all")}

    assert not own & other
    assert own | other <= everything
    stranger = min(other)
    assert (await served.ask(path, "own", person=stranger))["items"] == []
    assert (await served.ask(path, "all", person=stranger))["items"] != []


@pytest.mark.parametrize("path", OF_UNITS)
async def test_a_unit_outside_the_scope_is_answered_like_one_that_does_not_exist(served, path):
    foreign = min(served.scopes["other"])
    told = [await served.ask(path, "own", status=404, unit=one) for one in (foreign, "KHONG-CO")]
    assert told[0]["detail"].replace(foreign, "X") == told[1]["detail"].replace("KHONG-CO", "X")
    own = min(served.scopes["own"])
    assert {row["unit"] for row in await served.ask_all(path, "own", unit=own)} <= served.scopes["own"]


async def test_a_cursor_of_another_key_widens_nothing(served):
    first = await served.ask("gaps", "all", limit="1")
    assert first["next"]
    rows = (await served.ask("gaps", "other", cursor=first["next"]))["items"]
    assert {row["unit"] for row in rows} <= served.scopes["other"]
    begin = write_cursor(("", ""))
    assert {row["unit"] for row in (await served.ask("gaps", "other", cursor=begin))["items"]} <= served.scopes["other"]


async def test_pages_hold_every_row_once_and_the_same_as_the_verdicts(served):
    rows = await served.ask_all("gaps", "all")
    assert len({(row["person"], row["criterion"]) for row in rows}) == len(rows)
    status = await served.ask("status")
    assert status["gaps"] == len(rows)
    assert (status["is_current"], status["as_of"], status["stale"]) == (True, TODAY.isoformat(), 0)
    own = await served.ask("status", "own")
    assert own["gaps"] == len(await served.ask_all("gaps", "own")) < status["gaps"]


async def test_whoever_has_moved_is_read_by_the_old_units_key_no_more(served):
    gone = (await served.ask("gaps", "own"))["items"][0]["person"]
    move = text(
        "UPDATE people SET unit = :unit WHERE code = :code RETURNING (SELECT unit FROM people WHERE code = :code)"
    )
    (elsewhere, *_more) = sorted(served.scopes["other"])

    async def move_to(unit: str) -> str:
        async with served.office._database.transaction() as drawers:
            return (await drawers.connection.execute(move, {"unit": unit, "code": gone})).scalar_one()

    before = await move_to(elsewhere)
    try:
        for path in OF_UNITS:
            assert gone not in {row["person"] for row in await served.ask_all(path, "own")}, path
    finally:
        await move_to(before)


async def test_filters_hold_for_every_row(served):
    some = (await served.ask("gaps"))["items"][0]
    for name in ("person", "criterion", "state"):
        rows = await served.ask_all("gaps", "all", **{name: some[name]}) if some[name] else []
        assert {row[name] for row in rows} <= {some[name]}
    rows = await served.ask_all("deadlines", "all", since="2026-12-01", until="2026-12-31")
    assert rows
    assert all("2026-12-01" <= row["last_day"] <= "2026-12-31" for row in rows)
    assert (await served.ask("deliveries", since="2027-01-01T00:00:00+07:00"))["items"] == []
    assert (await served.ask("deliveries", state="waiting", channel="telegram", limit="1"))["items"]


async def test_no_name_phone_or_address_is_read_by_any_path(served):
    names = {person.name async for person in served.office.stream_people(None)}
    for path in ("status", *OF_UNITS):
        told = json.dumps(await served.ask(path), ensure_ascii=False)
        assert not [name for name in names if name in told]


@pytest.mark.parametrize(
    ("path", "query", "word"),
    [
        pytest.param("gaps", {"unt": "SYT"}, "unt", id="an unknown name"),
        pytest.param("gaps", {"limit": "0"}, "limit", id="too few rows"),
        pytest.param("gaps", {"limit": "9999"}, "1000", id="too many rows"),
        pytest.param("gaps", {"limit": "²"}, "limit", id="a digit that is no number"),
        pytest.param("gaps", {"cursor": "%%%"}, "cursor", id="a cursor that is none"),
        pytest.param("deliveries", {"cursor": write_cursor(("x",))}, "cursor", id="a place that is no number"),
        pytest.param("gaps", {"state": "met"}, "missing", id="a state that is no gap"),
        pytest.param("gaps", {"criterion": "toan"}, "ngoai_ngu", id="an unknown criterion"),
        pytest.param("gaps", {"person": "CB 001"}, "person", id="a code with a space"),
        pytest.param("deadlines", {"since": "31/12/2026"}, "2026-12-31", id="a day in another form"),
        pytest.param("deliveries", {"since": "hôm qua"}, "since", id="a moment in words"),
        pytest.param("units", {"limit": "5"}, "limit", id="a parameter of another path"),
        pytest.param("status", {"unit": "SYT"}, "unit", id="a parameter where there is none"),
    ],
)
async def test_a_wrong_parameter_is_named_with_what_is_expected(served, path, query, word):
    problem = await served.ask(path, status=400, **query)
    assert (problem["status"], problem["type"]) == (400, f"{BASE}#wrong-parameter")
    assert word in problem["detail"]


async def test_a_page_that_did_not_change_is_not_sent_again(served):
    headers = {"Authorization": f"Bearer {served.keys['all']}"}
    url = f"{served.url}{BASE}/gaps"
    async with served.session.get(url, headers=headers) as first:
        tag = first.headers["ETag"]
        assert first.headers["Cache-Control"] == "private, no-cache"
    async with served.session.get(url, headers={**headers, "If-None-Match": tag}) as again:
        assert (again.status, await again.read()) == (304, b"")
    other = {"Authorization": f"Bearer {served.keys['own']}", "If-None-Match": tag}
    async with served.session.get(url, headers=other) as another:
        assert another.status == 200


async def test_every_look_is_in_the_audit_chain_with_key_scope_and_rows(served):
    person = (await served.ask("gaps", "own"))["items"][0]["person"]
    rows = len((await served.ask("gaps", "own", person=person))["items"])
    async with served.office._database.transaction() as drawers:
        found = await drawers.connection.execute(
            text("SELECT actor, action, subject, details FROM audit_entries ORDER BY number DESC LIMIT 2")
        )
        last, before = [tuple(row) for row in found]
        keys = {one.label: one for one in await drawers.api_keys.list_all()}
        assert (await drawers.audit.verify()).is_intact
    scope = list(keys["own"].units)
    assert last == (f"api:{keys['own'].number}", "read_gaps", person, {"rows": rows, "scope": scope})
    assert before[:3] == (f"api:{keys['own'].number}", "read_gaps", scope[0])
    assert keys["own"].used_at is not None


@pytest.mark.parametrize("path", ["status", *LISTS])
async def test_no_path_opens_without_a_key(served, path):
    for sent in ({}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer "}, {"Authorization": "Bearer \udcff"}):
        async with served.session.get(f"{served.url}{BASE}/{path}", headers=sent) as answer:
            assert answer.status in {401, 429}
            assert answer.content_type == "application/problem+json"
    async with served.session.get(f"{served.url}{BASE}/{path}?key={served.keys['all']}") as answer:
        assert answer.status == 401


async def test_a_revoked_and_an_expired_key_open_nothing_and_say_so(served):
    store = served.office.shared_store
    number, key, _until = await store.add_key("ngắn hạn", None, 1)
    recognise = store.open_store().recognise
    assert (await recognise(key)).standing is Standing.GOOD
    later = replace(store, clock=Later()).open_store()
    assert (await later.recognise(key)).standing is Standing.EXPIRED
    await store.revoke_key(number)
    assert (await recognise(key)).standing is Standing.REVOKED
    with pytest.raises(InputError):
        await store.revoke_key(number)


class Later(StandingClock):
    def now(self):
        return super().now() + timedelta(days=1)


@pytest.mark.parametrize(
    ("label", "units", "days"),
    [
        pytest.param(" ", None, 30, id="no label"),
        pytest.param("x", ["KHONG-CO"], 30, id="a unit that is none"),
        pytest.param("x", None, 0, id="no day"),
        pytest.param("x", None, 10_000, id="for ever"),
    ],
)
async def test_a_key_that_cannot_be_is_not_made(served, label, units, days):
    before = len(await served.office.shared_store.list_keys())
    with pytest.raises(InputError):
        await served.office.shared_store.add_key(label, units, days)
    assert len(await served.office.shared_store.list_keys()) == before


# --- hooks, the whole way ---


async def verify_what_waits(office, person) -> None:
    """HR verifies what waits of somebody, who is judged again."""
    async with office._database.transaction() as drawers:
        order = text("UPDATE credentials SET status = :now WHERE status = :was AND person = :person")
        statuses = {"now": CredentialStatus.VERIFIED.value, "was": CredentialStatus.WAITING.value}
        await drawers.connection.execute(order, {**statuses, "person": person})
    assert await office.make_judge().refresh()


async def test_a_changed_verdict_reaches_each_hook_of_its_units_once_and_failures_are_named(served, capsys):
    office = served.office
    store = office.shared_store
    receiver = Receiver(503)
    async with serving(receiver.app(), "127.0.0.1", 0) as url:
        everything, secret = await store.add_hook(f"{url}/hook", None, may_be_private=True)
        async with office._database.transaction() as drawers:
            person = await drawers.connection.scalar(
                text("SELECT min(person) FROM verdicts WHERE state = 'pending' AND unit = ANY(:units)"),
                {"units": sorted(served.scopes["own"])},
            )
        other = min(served.scopes["other"])
        nothing, _secret = await store.add_hook(f"{url}/hook", [other], may_be_private=True)

        await verify_what_waits(office, person)
        await store.nudge()
        await store.nudge()
        async with office._database.transaction() as drawers:
            jobs = await drawers.connection.execute(
                text("SELECT args ->> 'hook' FROM procrastinate_jobs WHERE task_name = 'hook'")
            )
            assert list(jobs.scalars()) == [str(everything)]
        await store.tell(everything)  # refused once
        first = len(receiver.heard)
        is_well, told = await describe_hooks(office)
        assert not is_well
        assert "503" in told
        await store.tell(everything)  # too early: left alone
        assert len(receiver.heard) == first
        async with office._database.transaction() as drawers:
            await drawers.connection.execute(text("UPDATE hooks SET paused_until = NULL"))
            await drawers.connection.execute(text("UPDATE hook_events SET due_at = now()"))
        await store.tell(everything)
        await store.tell(nothing)

    changes = [json.loads(body)["data"] for _headers, body in receiver.heard]
    assert {one["person"] for one in changes} == {person}
    assert {one["before"] for one in changes} >= {"pending"}
    ids = [headers["webhook-id"] for headers, _body in receiver.heard]
    assert len(ids) == len(set(ids)) + 1  # the one that was refused, under the same id
    assert all(verify(secret, headers, body) for headers, body in receiver.heard)
    assert (await describe_hooks(office))[0]
    found = {one.number: one for one in await store.list_hooks()}
    assert (found[everything].waiting, found[everything].given_up) == (0, 0)
    assert found[nothing].told_at is None
    await store.nudge()
    async with office._database.transaction() as drawers:
        kept = await drawers.connection.scalar(text("SELECT count(*) FROM hook_events"))
        assert kept == len(set(ids))
        secrets = await drawers.connection.execute(text("SELECT secret FROM hooks"))
        assert secret.encode() not in set(secrets.scalars())
    capsys.readouterr()
    await list_hooks(office.settings, as_json=True)
    assert {one["number"] for one in json.loads(capsys.readouterr().out)} == {everything, nothing}
    await list_keys(office.settings, as_json=False)
    await store.remove_hook(everything)
    with pytest.raises(InputError):
        await store.remove_hook(everything)


async def test_a_change_before_a_hook_was_registered_is_not_told_to_it(served):
    office = served.office
    store = office.shared_store
    async with office._database.transaction() as drawers:
        number = await drawers.hooks.add("https://nhan-su.example/", SECRET, None, may_be_private=False)
        await drawers.connection.execute(
            text(
                "INSERT INTO verdict_changes (moment, person, criterion, unit, before, after, changed_at)"
                " VALUES (1, 'CB001', 'tin_hoc', 'SYT', 'met', 'expired', now() - interval '1 minute')"
            )
        )
    await store.nudge()
    assert {one.number: one.waiting for one in await store.list_hooks()}[number] == 0
    await store.remove_hook(number)


async def test_what_was_tried_for_days_is_given_up_and_named(served):
    office = served.office
    store = office.shared_store
    async with office._database.transaction() as drawers:
        number = await drawers.hooks.add("https://nhan-su.example/", SECRET, None, may_be_private=False)
        await drawers.connection.execute(
            text(
                "INSERT INTO hook_events"
                " (hook, change, person, criterion, unit, before, after, as_of, changed_at, tries) VALUES"
                " (:hook, 1, 'CB001', 'tin_hoc', 'SYT', 'met', 'expired', now(), now() - interval '4 days', 9)"
            ),
            {"hook": number},
        )
    await store.nudge()
    is_well, told = await describe_hooks(office)
    assert not is_well
    assert str(number) in told
    await replace(store, clock=MuchLater(office.clock)).tidy()
    assert (await describe_hooks(office))[0]
    await store.remove_hook(number)


class MuchLater:
    """A year from now, when what was given up is forgotten."""

    def __init__(self, clock):
        self.clock = clock

    def now(self):
        return max(self.clock.now(), datetime.now(UTC)) + timedelta(days=365)


# --- the door alone ---


class Scripted:
    """A store that knows one visitor."""

    def __init__(self, visitor=None, failure=None):
        self.visitor = visitor or Visitor(Standing.UNKNOWN)
        self.failure = failure

    async def recognise(self, _key):
        return self.visitor

    async def read(self, _visitor, _question):
        if self.failure is not None:
            raise self.failure
        return Page([])

    async def read_status(self, _visitor):
        return {}


async def answer_of(store, path, method="GET", tries=None, **headers):
    door = ApiDoor(store, ["ngoai_ngu"], "vi", lambda: "ref-1", tries)
    async with opened(routes=door.routes()) as web:
        sent = {"Authorization": "Bearer x", **headers}
        async with web.session.request(method, f"{web.url}{BASE}{path}", headers=sent) as answer:
            return answer, await answer.text()


@pytest.mark.parametrize(
    ("store", "path", "method", "status"),
    [
        pytest.param(Scripted(), "/gaps", "GET", 401, id="an unknown key"),
        pytest.param(Scripted(Visitor(Standing.EXPIRED, 1)), "/gaps", "GET", 401, id="an expired key"),
        pytest.param(Scripted(Visitor(Standing.TOO_OFTEN, 1, wait=2.5)), "/gaps", "GET", 429, id="too often"),
        pytest.param(Scripted(), "/nowhere", "GET", 404, id="no such path"),
        pytest.param(Scripted(), "/gaps", "POST", 405, id="a write"),
        pytest.param(Scripted(), "/gaps", "DELETE", 405, id="a removal"),
        pytest.param(
            Scripted(Visitor(Standing.GOOD, 1), RuntimeError("of CB001")), "/gaps", "GET", 500, id="a defect of ours"
        ),
    ],
)
async def test_whatever_goes_wrong_is_a_problem_in_the_readers_language(store, path, method, status):
    answer, body = await answer_of(store, path, method)
    english, words = await answer_of(store, path, method, **{"Accept-Language": "fr, en;q=0.5"})

    assert (answer.status, english.status) == (status, status)
    assert answer.content_type == "application/problem+json"
    assert set(json.loads(body)) == {"type", "title", "status", "detail"}
    assert json.loads(words)["detail"].isascii()
    assert "CB001" not in body
    if status == 429:
        assert answer.headers["Retry-After"] == "3"
    if status == 405:
        assert answer.headers["Allow"] == "GET, HEAD"


async def test_an_address_is_made_to_wait_after_many_wrong_keys_and_good_ones_are_not():
    time = [0.0]
    tries = WrongTries(burst=2, seconds=5, monotonic=lambda: time[0])
    statuses = [(await answer_of(Scripted(), "/gaps", tries=tries))[0].status for _ in range(3)]
    assert statuses == [401, 401, 429]
    assert (await answer_of(Scripted(Visitor(Standing.GOOD, 1)), "/gaps", tries=tries))[0].status == 200
    time[0] = 5.0
    assert (await answer_of(Scripted(), "/gaps", tries=tries))[0].status == 401


@pytest.mark.parametrize("locale", ["en", "vi"])
async def test_the_document_is_openapi_and_names_every_path(locale):
    answer, body = await answer_of(Scripted(), "/openapi.json", **{"Accept-Language": locale})
    document = json.loads(body)
    validate(document)
    assert answer.status == 200
    assert set(document["paths"]) == {f"/{one}" for one in ("status", *LISTS)}
    assert document["openapi"].startswith("3.1")


async def test_the_page_is_whole_without_script_and_asks_nobody_else():
    answer, html = await answer_of(Scripted(), "", **{"Accept-Language": "vi"})
    assert answer.content_type == "text/html"
    assert '<html lang="vi">' in html
    assert "<script" not in html
    assert "http://" not in html
    assert "https://" not in html
    assert all(f"{BASE}/{one}" in html for one in LISTS)
    assert "Một trong:" in html
    assert "&lt;built-in" not in html
    style, _css = await answer_of(Scripted(), "/style.css")
    assert style.content_type == "text/css"
    with locale_of("en"):
        assert "Read-only" in (await answer_of(Scripted(), "/", **{"Accept-Language": "en"}))[1]
