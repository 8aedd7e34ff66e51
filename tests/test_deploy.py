"""What stands in `deploy/` is taken by those who read it: systemd, the schemas of compose and Kubernetes, PromQL."""

import json
import os
import re
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
from prometheus_client import CollectorRegistry

from bot.door_meters import DoorMeters, WaitingMeters
from bot.errors import ServiceError
from bot.keeping_meters import KeepingMeters
from bot.on_web.meters import Meters
from bot.push.meters import PrivacyMeters, PushMeters
from bot.settings import Settings
from bot.wiring import initialise, open_office
from bot.wiring_keeping import back_up
from storage.roles import may_change_audit
from tests.databases import named
from tests.offices import TEST_SECRET

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
    assert "max(nhacchuan_backup_taken_timestamp_seconds) == 0" in set(expressions())


def test_every_alert_says_what_it_means_and_how_bad_it_is():
    rules = [one for group in documents(DEPLOY / "prometheus" / "alerts.yaml")[0]["groups"] for one in group["rules"]]
    assert len({one["alert"] for one in rules}) == len(rules)
    for one in rules:
        assert one["labels"]["severity"] in {"critical", "warning", "info"}
        assert one["annotations"]["summary"]
        file, _mark, section = one["annotations"]["runbook_url"].partition("#")
        assert f'<a id="{section}"></a>' in (ROOT / file).read_text("utf-8")
