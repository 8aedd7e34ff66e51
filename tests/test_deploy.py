"""What stands in `deploy/` is taken by those who read it: systemd, the schemas of compose and Kubernetes, PromQL."""

import ipaddress
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import uuid
from datetime import UTC, datetime
from importlib.metadata import distribution
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import jsonschema
import kubernetes_validate
import promql_parser
import psycopg
import pytest
import yaml
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from prometheus_client import CollectorRegistry

from bot.commands.doctor_settings import check_settings
from bot.commands.serving import _api_routes, _channel_doors, _web_door
from bot.door_meters import DoorMeters, WaitingMeters
from bot.errors import ServiceError
from bot.keeping_meters import KeepingMeters
from bot.on_console.app import console_routes
from bot.on_console.standards import LARGEST_FILE
from bot.on_web.askers import REFUSED, Proxies, network_of
from bot.on_web.door import WebSettings
from bot.on_web.leaving import Leaving
from bot.on_web.meters import Meters
from bot.on_web.server import make_app
from bot.push.meters import PrivacyMeters, PushMeters
from bot.settings import Settings
from bot.wiring import initialise, open_office
from bot.wiring_console import make_console
from bot.wiring_keeping import back_up
from storage.roles import may_change_audit
from tests.bot.on_web.scripted import opened
from tests.databases import named
from tests.offices import TEST_SECRET, settings_for

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("nhacchuan-*"))
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
OF_PROMETHEUS = {"up"}


def documents(path):
    return [one for one in yaml.safe_load_all(path.read_text("utf-8")) if one]


def every_manifest():
    return [one for path in MANIFESTS for one in documents(path)]


def pod_of(manifest):
    spec = manifest["spec"]
    spec = spec.get("jobTemplate", {}).get("spec", spec)
    return spec.get("template", {}).get("spec")


def every_pod():
    return [pod for one in every_manifest() if "spec" in one and (pod := pod_of(one)) is not None]


def settings_named(names):
    known = {f"NHACCHUAN_{name.upper()}" for name in Settings.model_fields}
    return {one for one in names if one.startswith("NHACCHUAN_")} - known


def test_units_are_taken_by_systemd(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine: the units were not verified")
    program = tmp_path / "nhacchuan"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for unit in UNITS:
        words = unit.read_text("utf-8").replace("/opt/nhacchuan/.venv/bin/nhacchuan", str(program))
        (tmp_path / unit.name.replace("@.", "@hung-yen.")).write_text(words)
    units = sorted(str(one) for one in tmp_path.glob("nhacchuan-*"))
    said = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert [line for line in said.stderr.splitlines() if "nhacchuan" in line] == []


def named_by(directive):
    """What the units name in lines of this kind, in all of them."""
    return {word for unit in UNITS for line in re.findall(rf"^{directive}=(.+)$", unit.read_text("utf-8"), re.MULTILINE)
            for word in line.split()}  # fmt: skip


def lines_of(name):
    words = (DEPLOY / "systemd" / name).read_text("utf-8").splitlines()
    return [shlex.split(line) for line in words if line and not line.startswith("#")]


def test_account_and_directories_that_the_units_need_are_made_by_files_beside_them():
    made = {line[1]: line[2:] for line in lines_of("nhacchuan.tmpfiles") if line[0] == "d"}
    accounts = {line[1] for line in lines_of("nhacchuan.sysusers") if line[0] == "u"}
    assert named_by("User") == named_by("Group") == accounts
    written = named_by("ReadWritePaths")
    assert written
    assert all(made[one][:3] == ["0700", "nhacchuan", "nhacchuan"] for one in written)
    assert {str(Path(one.removeprefix("-")).parent) for one in named_by("EnvironmentFile")} <= set(made)
    told = (DEPLOY / "README.md").read_text("utf-8")
    for name, order in (("sysusers", "systemd-sysusers"), ("tmpfiles", "systemd-tmpfiles --create")):
        assert f"install -m 0644 nhacchuan.{name} /etc/{name}.d/nhacchuan.conf" in told
        assert f"{order} /etc/{name}.d/nhacchuan.conf" in told


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes accounts and gives directories away")
def test_systemd_makes_the_account_and_the_directories(tmp_path):
    if shutil.which("systemd-sysusers") is None or shutil.which("systemd-tmpfiles") is None:
        pytest.skip("systemd is not on this machine: nothing was made")
    (tmp_path / "etc").mkdir()
    for _time in ("first", "again"):
        for words in (["systemd-sysusers"], ["systemd-tmpfiles", "--create"]):
            file = DEPLOY / "systemd" / f"nhacchuan.{words[0].removeprefix('systemd-')}"
            said = subprocess.run([*words, f"--root={tmp_path}", file], capture_output=True, text=True, check=False)
            assert said.returncode == 0, said.stderr
    (account,) = [one for one in (tmp_path / "etc/passwd").read_text().splitlines() if one.startswith("nhacchuan:")]
    backups = (tmp_path / "var/backups/nhacchuan").stat()
    assert (backups.st_uid, backups.st_mode & 0o777) == (int(account.split(":")[2]), 0o700)
    assert (tmp_path / "etc/nhacchuan").stat().st_mode & 0o777 == 0o750


def test_compose_file_follows_its_schema_and_keeps_no_secret():
    given = documents(DEPLOY / "compose.yaml")[0]
    schema = distribution("check-jsonschema").locate_file("check_jsonschema/builtin_schemas/vendor/compose-spec.json")
    jsonschema.validate(given, json.loads(Path(str(schema)).read_text("utf-8")))
    for service in given["services"].values():
        assert not any(word in name for name in service.get("environment", {}) for word in ("KEY", "TOKEN", "PASSWORD"))
    assert given["services"]["serve"]["read_only"]


def test_image_is_built_in_stages_from_the_lock_and_runs_without_rights():
    lines = (DEPLOY / "Dockerfile").read_text("utf-8").splitlines()
    assert sum(line.startswith("FROM ") for line in lines) == 2
    assert any("-r requirements.lock" in line for line in lines)
    assert any("pybabel -q compile" in line for line in lines)
    assert [line for line in lines if line.startswith("USER")] == ["USER 10001:10001"]
    for copied in re.findall(r"^COPY (?!--)(.+) \S+$", "\n".join(lines), re.MULTILINE):
        assert all((ROOT / one).exists() for one in copied.split())


def test_image_knows_its_version_and_has_learned_to_read_questions_before_its_root_is_read_only():
    build, served = (DEPLOY / "Dockerfile").read_text("utf-8").split("FROM ")[1:]
    orders = build.replace("\\\n", " ").splitlines()
    (installs,) = [n for n, line in enumerate(orders) if re.match(r"RUN \S+/pip install --no-deps -e \.$", line)]
    (learns,) = [n for n, line in enumerate(orders) if "python -m knowledge.understanding.learned" in line]
    last_copied = max(n for n, line in enumerate(orders) if line.startswith("COPY "))
    assert last_copied < installs < learns
    kept_in, found_in = (re.search(r"XDG_CACHE_HOME=(\S+)", stage)[1] for stage in (build, served))
    assert kept_in == found_in
    assert kept_in.startswith("/app/")
    assert "COPY --from=build /app /app" in served


def test_backup_is_taken_by_the_files_of_the_image_alone(tmp_path, database_url):
    app, libraries = tmp_path / "app", tmp_path / "libraries"
    for folder in (app, libraries):
        folder.mkdir()
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", (DEPLOY / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    for one in {file for files in copied for file in files.split()}:
        (app / one).symlink_to(ROOT / one)
    for one in Path(sysconfig.get_path("purelib")).iterdir():
        if "nhacchuan" not in one.name:  # nothing of ours is known but the files
            (libraries / one.name).symlink_to(one)
    given = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{app}:{libraries}",
        "NHACCHUAN_HOME": str(tmp_path / "home"),
        "NHACCHUAN_DATABASE_URL": database_url,
        "NHACCHUAN_SECRET_KEY": TEST_SECRET,
    }
    words = [sys.executable, "-S", "-m", "bot", "backup", str(tmp_path / "backups")]
    ran = subprocess.run(words, cwd=app, env=given, capture_output=True, text=True, check=False, timeout=100)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert len(list((tmp_path / "backups").glob("*.backup"))) == 1


# --- accounts of the database


def given_by_kubernetes(component):
    kind = "Job" if component == "init" else "Deployment"
    (manifest,) = [one for one in every_manifest() if (one["kind"], one["metadata"]["name"]) == (kind, component)]
    (container,) = pod_of(manifest)["containers"]
    return {one["name"]: one["valueFrom"]["secretKeyRef"]["key"] for one in container["env"]}


def given_by_compose(component):
    service = documents(DEPLOY / "compose.yaml")[0]["services"][component]
    files = [read_environment(DEPLOY / f"{one}.example") for one in service["env_file"]]
    return {name: value for file in files for name, value in file.items()} | service.get("environment", {})


def given_by_systemd(component):
    at = "" if component == "init" else "@"
    unit = (DEPLOY / "systemd" / f"nhacchuan-{component}{at}.service").read_text("utf-8")
    files = re.findall(r"^EnvironmentFile=-?/etc/nhacchuan/(.+)$", unit, re.MULTILINE)
    examples = [DEPLOY / "systemd" / f"{one.replace('%i', 'instance')}.example" for one in files]
    return {name: value for file in map(read_environment, examples) for name, value in file.items()}


def read_environment(path):
    lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return {name: value for name, _sign, value in (line.partition("=") for line in lines)}


WAYS = {"kubernetes": given_by_kubernetes, "compose": given_by_compose, "systemd": given_by_systemd}
SERVES, OWNS = "NHACCHUAN_DATABASE_URL", "NHACCHUAN_DATABASE_OWNER_URL"


@pytest.mark.parametrize("way", WAYS)
def test_only_what_makes_the_database_ready_comes_as_its_owner(way):
    given = {component: WAYS[way](component) for component in ("init", "serve", "work")}
    assert {SERVES, OWNS} <= given["init"].keys()
    assert given["init"][SERVES] != given["init"][OWNS]
    for component in ("serve", "work"):
        assert OWNS not in given[component]
        assert given[component][SERVES] == given["init"][SERVES]
    if way != "kubernetes":
        owner = urlsplit(given["init"][OWNS]).username
        assert owner != urlsplit(given["init"][SERVES]).username
        assert settings_named(given["init"]) == settings_named(given["serve"]) == set()
    if way == "compose":
        database = documents(DEPLOY / "compose.yaml")[0]["services"]["database"]
        assert database["environment"]["POSTGRES_USER"] == owner


@pytest.fixture
def accounts(server_url):
    """The owner of a new database, an account that there is not yet, and one that is never let in: their addresses."""
    names = [f"{name}_{uuid.uuid4().hex[:8]}" for name in ("owner", "app", "stranger")]
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {names[0]} LOGIN CREATEROLE")
        connection.execute(f"CREATE ROLE {names[2]} LOGIN")
        connection.execute(f"CREATE DATABASE {names[0]} OWNER {names[0]} ENCODING 'UTF8' TEMPLATE template0")
    parts = urlsplit(named(server_url, names[0]))
    yield [urlunsplit(parts._replace(netloc=f"{name}@{parts.netloc.rpartition('@')[2]}")) for name in names]
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {names[0]} WITH (FORCE)")
        for name in names:
            connection.execute(f"DROP ROLE IF EXISTS {name}")


async def test_whoever_serves_as_deployed_may_not_change_the_audit_chain_and_may_back_up(accounts, tmp_path):
    owner, app, stranger = accounts
    values = {"database-owner-url": owner, "database-url": app, "secret-key": TEST_SECRET}

    def settings_of(component, **more):
        known = {name: values[key] for name, key in given_by_kubernetes(component).items() if key in values}
        given = {name.removeprefix("NHACCHUAN_").lower(): value for name, value in known.items()}
        return Settings(_env_file=None, home=tmp_path, **given | more)

    await initialise(settings_of("init"))
    async with open_office(settings_of("serve"), keeps_threads=False) as office:
        assert not await may_change_audit(office._database)
    with psycopg.connect(app) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("DELETE FROM audit_entries")
    _file, manifest = await back_up(settings_of("work"), tmp_path / "backups", datetime(2026, 11, 23, tzinfo=UTC))
    assert manifest.counts["people"] == 0

    with pytest.raises(ServiceError, match="NHACCHUAN_DATABASE_OWNER_URL"):
        async with open_office(settings_of("serve", database_url=stranger), keeps_threads=False):
            pass


def test_backup_is_proven_on_disk_and_not_in_memory():
    (job,) = [one for one in every_manifest() if one["kind"] == "CronJob"]
    assert "--verify" in pod_of(job)["containers"][0]["args"]
    (tmp,) = [one for one in pod_of(job)["volumes"] if one["name"] == "tmp"]
    claimed = tmp["ephemeral"]["volumeClaimTemplate"]["spec"]["resources"]["requests"]["storage"]
    assert int(claimed.removesuffix("Gi")) >= 20
    worker = documents(DEPLOY / "compose.yaml")[0]["services"]["work"]
    mounted = {one.partition(":")[2] for one in worker["volumes"]}
    assert {worker["environment"]["TMPDIR"], worker["environment"]["NHACCHUAN_BACKUP_DIR"]} <= mounted


def test_manifests_follow_the_schemas_of_kubernetes_strictly():
    for manifest in every_manifest():
        kubernetes_validate.validate(manifest, "1.33", strict=True)
    kinds = {one["kind"] for one in every_manifest()}
    assert {"Deployment", "PodDisruptionBudget", "NetworkPolicy", "CronJob", "Job", "Service"} <= kinds


def test_every_pod_is_without_rights_and_names_its_secrets_only():
    for pod in every_pod():
        assert pod["securityContext"]["runAsNonRoot"]
        assert not pod["automountServiceAccountToken"]
        for one in pod["containers"]:
            assert one["securityContext"]["readOnlyRootFilesystem"]
            assert one["securityContext"]["capabilities"]["drop"] == ["ALL"]
            assert one["resources"]["requests"]
            assert one["resources"]["limits"]["memory"]
            assert all("secretKeyRef" in given["valueFrom"] for given in one["env"])
            assert settings_named(given["name"] for given in one["env"]) == set()
    maps = [one for one in every_manifest() if one["kind"] == "ConfigMap"]
    assert all(settings_named(one["data"]) == set() for one in maps)
    assert not any(one["kind"] == "Secret" for one in every_manifest())


def secret_settings():
    """Whatever must not stand in a ConfigMap, and the names of the account that go with its secrets."""
    secret = {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}
    return {f"NHACCHUAN_{name.upper()}" for name in secret | {"zalo_oa_app_id", "zalo_oa_id"}}


@pytest.mark.parametrize("component", ["serve", "work"])
def test_every_secret_reaches_doors_and_workers_and_those_of_a_channel_may_be_missing(component):
    deployment = next(
        one for one in every_manifest() if one["kind"] == "Deployment" and one["metadata"]["name"] == component
    )
    (container,) = pod_of(deployment)["containers"]
    given = {one["name"]: one["valueFrom"]["secretKeyRef"] for one in container["env"]}
    assert set(given) == secret_settings() - {"NHACCHUAN_DATABASE_OWNER_URL"}  # it is for init alone
    needed = {name for name, named in given.items() if not named.get("optional")}
    assert needed == {"NHACCHUAN_DATABASE_URL", "NHACCHUAN_SECRET_KEY"}
    told = (DEPLOY / "kubernetes" / "namespace.yaml").read_text("utf-8")
    assert [named["key"] for named in given.values() if not re.search(rf"[ (]{named['key']}[,;. ]", told)] == []


def test_doors_say_whether_they_live_and_are_ready():
    serve = next(one for one in every_manifest() if one["kind"] == "Deployment" and one["metadata"]["name"] == "serve")
    doors = pod_of(serve)["containers"][0]
    assert doors["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert doors["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_environments_of_units_name_settings_that_there_are():
    for path in (DEPLOY / "systemd").iterdir():
        assert settings_named(re.findall(r"NHACCHUAN_[A-Z_]+", path.read_text("utf-8"))) == set()


# --- who stands before the doors


def config_map():
    (given,) = [one["data"] for one in every_manifest() if one["kind"] == "ConfigMap"]
    return given


def proxies_of_compose():
    (network,) = documents(DEPLOY / "compose.yaml")[0]["networks"]["default"]["ipam"]["config"]
    assert ipaddress.ip_address(network["gateway"]) in ipaddress.ip_network(network["subnet"])
    return [network["gateway"]]


# What a process that serves is given, and an address from which the proxy before it comes.
FRONTS = {
    "kubernetes": (config_map, lambda: ["10.244.1.7"]),
    "compose": (lambda: given_by_compose("serve"), proxies_of_compose),
    "systemd": (lambda: given_by_systemd("serve"), lambda: ["127.0.0.1", "::1"]),
}


@pytest.fixture(params=FRONTS)
def front(request, monkeypatch):
    """The settings of a process that serves as deployed, read from its environment, and where its proxy is."""
    given, proxies = FRONTS[request.param]
    for name in [one for one in os.environ if one.startswith("NHACCHUAN_")]:
        monkeypatch.delenv(name)
    for name, value in given().items():
        monkeypatch.setenv(name, value)
    return Settings(_env_file=None), proxies()


def test_each_way_of_deploying_names_the_proxy_before_it_so_that_visitors_are_told_apart(front):
    settings, places = front
    faults = {one.fault for one in check_settings(settings, ())}
    assert settings.public_url
    assert faults.isdisjoint({"no_proxies", "proxies_too_wide"})
    proxies = Proxies(settings.trusted_proxies, settings.proxy_header)
    for place in places:
        for visitor in ("203.0.113.7", "203.0.113.8"):
            said = make_mocked_request("GET", "/", headers={"X-Forwarded-For": visitor}).clone(remote=place)
            assert proxies.find_remote(said) == visitor
    claimed = make_mocked_request("GET", "/", headers={"X-Forwarded-For": "1.2.3.4"}).clone(remote="198.51.100.9")
    assert proxies.find_remote(claimed) is None
    assert network_of(claimed) == "198.51.100.9"


async def test_whoever_is_refused_behind_the_proxy_of_a_machine_shuts_out_nobody_else():
    named = given_by_systemd("serve")["NHACCHUAN_TRUSTED_PROXIES"]
    trusted = Settings(_env_file=None, trusted_proxies=named).trusted_proxies

    async def refuse(_request):
        raise web.HTTPForbidden

    settings = WebSettings(cookie_key=b"k" * 32, proxies=Proxies(trusted))
    async with opened(settings=settings, routes=[web.post("/telegram/webhook", refuse)]) as door:

        async def ask(method, path, visitor):
            forwarded = {"X-Forwarded-For": visitor}
            async with door.session.request(method, door.url + path, headers=forwarded) as answer:
                return answer.status

        forged = [await ask("POST", "/telegram/webhook", "203.0.113.7") for _call in range(REFUSED[0] + 1)]
        assert (forged[0], forged[-1]) == (403, 429)
        assert await ask("GET", "/", "203.0.113.7") == 429
        assert await ask("GET", "/", "203.0.113.8") == 200


FOR_MACHINES = {"/metrics", "/readyz"}


def is_published(path):
    """Whether the Ingress leads there, by the rules of Kubernetes: Exact, or Prefix by whole parts of the path."""
    (ingress,) = [one for one in every_manifest() if one["kind"] == "Ingress"]
    (rule,) = ingress["spec"]["rules"]
    assert "defaultBackend" not in ingress["spec"]
    for one in rule["http"]["paths"]:
        if path == one["path"] or (
            one["pathType"] == "Prefix" and f"{path}/".startswith(f"{one['path'].rstrip('/')}/")
        ):
            return True
    return False


async def test_ingress_leads_to_every_page_of_the_public_and_to_no_figures(database_url, tmp_path):
    channels = {
        "public_url": "https://bot.example.vn",
        "telegram_token": "1:telegram",
        "telegram_webhook_secret": "of-telegram",
        "telegram_webhook_url": "https://bot.example.vn/telegram/webhook",
        "zalo_bot_token": "1:bot",
        "zalo_bot_webhook_secret": "of-the-bot",
        "zalo_bot_webhook_url": "https://bot.example.vn/zalo/bot/webhook",
        "zalo_oa_app_id": "1",
        "zalo_oa_id": "2",
        "zalo_oa_app_secret": "of-the-app",
    }
    async with open_office(settings_for(database_url, tmp_path, **channels), keeps_threads=False) as office:
        registry = CollectorRegistry()
        door = _web_door(office, registry, None, Leaving())
        _doors, routes = _channel_doors(office, registry)
        console = console_routes(make_console(office, door.settings))
        app = make_app(door, [*routes, *console, *_api_routes(office, door)])
        paths = {one.canonical for one in app.router.resources()}
    assert {*FOR_MACHINES, "/", "/console", "/telegram/webhook", "/zalo/bot/webhook", "/zalo/oa/webhook"} <= paths
    assert {one for one in paths if not is_published(one)} == FOR_MACHINES


def test_prometheus_reaches_the_doors_past_the_ingress():
    (policy,) = [one["spec"] for one in every_manifest() if one["metadata"]["name"] == "doors"]
    (serve,) = [one for one in every_manifest() if (one["kind"], one["metadata"]["name"]) == ("Deployment", "serve")]
    labels = serve["spec"]["template"]["metadata"]["labels"]
    assert policy["podSelector"]["matchLabels"].items() <= labels.items()
    (rule,) = policy["ingress"]
    spaces = {one["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] for one in rule["from"]}
    assert "monitoring" in spaces
    (port,) = pod_of(serve)["containers"][0]["ports"]
    assert [one["port"] for one in rule["ports"]] == [port["containerPort"]]


def test_proxy_of_a_machine_says_who_asks_and_refuses_figures():
    words = (DEPLOY / "nginx" / "nhacchuan.conf").read_text("utf-8")
    assert set(re.findall(r"location = (\S+) \{ return 404; \}", words)) == FOR_MACHINES
    assert re.findall(r"proxy_set_header X-Forwarded-For (\S+);", words) == ["$remote_addr"]
    leads = re.findall(r"proxy_pass http://(\S+);", words)
    assert leads == [given_by_systemd("serve")["NHACCHUAN_HTTP"]]
    (published,) = documents(DEPLOY / "compose.yaml")[0]["services"]["serve"]["ports"]
    assert published.rpartition(":")[0] == leads[0]
    megabytes = int(re.search(r"client_max_body_size (\d+)m;", words)[1])
    assert megabytes * 1024 * 1024 > LARGEST_FILE


# --- what is watched


def expressions():
    rules = documents(DEPLOY / "prometheus" / "alerts.yaml")[0]
    board = json.loads((DEPLOY / "grafana" / "nhacchuan.json").read_text("utf-8"))
    yield from (one["expr"] for group in rules["groups"] for one in group["rules"])
    yield from (one["expr"] for panel in board["panels"] for one in panel["targets"])


def metrics_there_are():
    registry = CollectorRegistry()
    Meters(registry), PushMeters(registry), PrivacyMeters(registry), KeepingMeters(registry)
    DoorMeters(registry), WaitingMeters(registry, [])
    names = {sample for metric in registry.collect() for sample in _samples_of(metric)}
    for path in (ROOT / "bot").rglob("*.py"):  # those that need an open office or a platform to be there
        made = re.findall(r"\b(Gauge|Counter)\(\s*\"([a-z_]+)\"", path.read_text("utf-8"))
        names |= {f"{name}_total" if kind == "Counter" else name for kind, name in made}
    return names


def _samples_of(metric):
    endings = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}.get(metric.type, ("",))
    return [f"{metric.name}{ending}" for ending in endings]


def test_every_rule_and_panel_is_promql_over_metrics_that_exist():
    there = metrics_there_are() | OF_PROMETHEUS
    for expression in expressions():
        promql_parser.parse(expression)
        bare = re.sub(r"\{[^}]*\}|\[[^]]*\]|\b(?:by|on|without) ?\([^)]*\)", "", expression)
        named = {one for one in re.findall(r"[a-z_]+(?=\s|\)|$|,)", bare) if "_" in one or one == "up"}
        named -= {"histogram_quantile", "by_identity"}
        assert named, expression
        assert named <= there, expression


def test_figure_that_is_zero_for_never_raises_an_alarm_too():
    rules = [one for group in documents(DEPLOY / "prometheus" / "alerts.yaml")[0]["groups"] for one in group["rules"]]
    silent = {one for rule in rules for one in re.findall(r"max\((\w+_timestamp_seconds) > 0\)", rule["expr"])}
    assert silent
    assert {f"max({one}) == 0" for one in silent} <= set(expressions())


def test_backup_that_was_not_proven_for_long_raises_an_alarm():
    rules = [one for group in documents(DEPLOY / "prometheus" / "alerts.yaml")[0]["groups"] for one in group["rules"]]
    (rule,) = [one for one in rules if "nhacchuan_backup_proven_timestamp_seconds" in one["expr"]]
    assert "max(nhacchuan_backup_proven_timestamp_seconds) >" in rule["expr"], "0, not tried, is long ago"
    (job,) = [one for one in every_manifest() if one["kind"] == "CronJob"]
    assert job["spec"]["schedule"].endswith("* * *")
    assert rule["for"] == "26h", "one taken by hand and not tried waits for that of the night"


def test_every_alert_says_what_it_means_and_how_bad_it_is():
    rules = [one for group in documents(DEPLOY / "prometheus" / "alerts.yaml")[0]["groups"] for one in group["rules"]]
    assert len({one["alert"] for one in rules}) == len(rules)
    for one in rules:
        assert one["labels"]["severity"] in {"critical", "warning", "info"}
        assert one["annotations"]["summary"]
        file, _mark, section = one["annotations"]["runbook_url"].partition("#")
        assert f'<a id="{section}"></a>' in (ROOT / file).read_text("utf-8")
