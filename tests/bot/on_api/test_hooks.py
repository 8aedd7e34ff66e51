"""What hooks are told of changed verdicts: once per change, proven, tried again, and never inside a network unasked."""

import json
import ssl
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.on_api.addresses import AddressRefusedError, ensure_may_be_told, find_address
from bot.on_api.signing import make_secret, sign
from bot.on_api.telling import Teller, render_event, wait_after
from bot.on_api.told import Held, Told
from bot.on_web.server import serving
from tests.bot.on_api.receiver import Receiver, verify

AT = datetime(2026, 11, 21, 5, tzinfo=UTC)
SECRET = make_secret(b"s" * 32)
EVENT = Told(7, "CB001", "ngoai_ngu", "SYT", "missing", "met", date(2026, 11, 21), AT)


class Kept:
    """A ledger in memory with one hook."""

    def __init__(self, url: str, events=(EVENT,), *, may_be_private: bool = True) -> None:
        self.held = Held(3, AT, url, SECRET, may_be_private)
        self.waiting = list(events)
        self.taken, self.missed = [], []
        self.is_held = False

    async def hold(self, _number, held):
        if held is None and self.is_held:
            return None
        self.is_held = True
        return self.held

    async def list_events(self, _number, limit):
        return [one for one in self.waiting if one.change not in self.taken][:limit]

    async def settle(self, _number, taken, missed):
        self.taken += taken
        self.missed += missed

    async def let_go(self, _held):
        self.is_held = False


async def test_a_hook_is_told_codes_and_states_that_its_secret_proves():
    receiver = Receiver()
    async with serving(receiver.app(), "127.0.0.1", 0) as url:
        ledger = Kept(f"{url}/hook", [EVENT, replace(EVENT, change=8, criterion=None)])
        await Teller(ledger, now=lambda: 1_795_000_000.5).tell(3)

    assert sorted(ledger.taken) == [7, 8]
    assert not ledger.is_held
    headers, body = min(receiver.heard, key=lambda one: one[0]["webhook-id"])
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("chg_3_7", "1795000000")
    assert verify(SECRET, headers, body)
    assert not verify(make_secret(b"t" * 32), headers, body)
    assert not verify(SECRET, headers, body.replace(b"met", b"bad"))
    assert json.loads(body) == {
        "type": "verdict.changed",
        "timestamp": "2026-11-21T12:00:00+07:00",
        "data": {
            "person": "CB001",
            "unit": "SYT",
            "criterion": "ngoai_ngu",
            "before": "missing",
            "after": "met",
            "as_of": "2026-11-21",
        },
    }


def test_a_signature_is_that_of_the_specification():
    """The example of the specification's own library."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    headers = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("statuses", "reason", "wait"),
    [
        pytest.param([500], "500", 90, id="it is broken"),
        pytest.param([404], "404", 90, id="it is not there"),
        pytest.param([302], "302", 90, id="it sends us elsewhere, and we do not go"),
    ],
)
async def test_what_was_not_taken_is_kept_for_later_with_its_reason(statuses, reason, wait):
    receiver = Receiver(*statuses)
    async with serving(receiver.app(), "127.0.0.1", 0) as url:
        ledger = Kept(f"{url}/hook")
        await Teller(ledger).tell(3)
    assert ledger.taken == []
    assert [(one.change, one.reason, one.wait.total_seconds()) for one in ledger.missed] == [(7, reason, wait)]
    assert len(receiver.heard) == 1


async def test_nobody_listening_is_a_miss_and_no_error():
    async with serving(Receiver().app(), "127.0.0.1", 0) as url:
        pass
    ledger = Kept(f"{url}/hook")
    await Teller(ledger, seconds=5).tell(3)
    assert [one.reason for one in ledger.missed] == ["ConnectError"]


async def test_a_hook_that_is_held_by_another_is_left_to_it():
    ledger = Kept("https://nowhere.example/")
    ledger.is_held = True
    await Teller(ledger).tell(3)
    assert (ledger.taken, ledger.missed, ledger.is_held) == ([], [], True)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param("nhan-su.example", None, id="the certificate bears the name of the hook"),
        pytest.param("khac.example", "ConnectError", id="it bears another name"),
    ],
)
async def test_the_connection_goes_to_the_address_looked_up_under_the_name_of_the_hook(tmp_path, name, reason):
    asked = []

    async def look_up(host, _port):
        asked.append(host)
        return ["127.0.0.1"]

    ours, theirs = certify(tmp_path, name)
    receiver = Receiver()
    runner = web.AppRunner(receiver.app())
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=theirs).start()
        port = runner.addresses[0][1]
        ledger = Kept(f"https://nhan-su.example:{port}/hook")
        await Teller(ledger, find=look_up, tls=ours).tell(3)
    finally:
        await runner.cleanup()
    assert [one.reason for one in ledger.missed] == ([reason] if reason else [])
    assert asked == ["nhan-su.example"]
    assert [headers["Host"] for headers, _body in receiver.heard] == ([] if reason else [f"nhan-su.example:{port}"])


def certify(folder, name):
    """What a client needs to trust a server of this name, and what the server needs."""
    key = ec.generate_private_key(ec.SECP256R1())
    bearer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(bearer)
        .issuer_name(bearer)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.pem").write_bytes(public + secret)
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    theirs.load_cert_chain(folder / "server.pem")
    return ssl.create_default_context(cadata=public.decode()), theirs


def test_waits_double_up_to_an_hour():
    assert [wait_after(tries).total_seconds() for tries in (1, 2, 3, 7, 8, 500)] == [30, 60, 120, 1920, 3600, 3600]


@pytest.mark.parametrize(
    ("url", "private"),
    [
        pytest.param("http://nhan-su.example/", False, id="no TLS"),
        pytest.param("http://nhan-su.example/", True, id="no TLS inside the network"),
        pytest.param("http://127.0.0.1:9/", False, id="loopback that nobody allowed"),
        pytest.param("https://localhost/", False, id="loopback by name"),
        pytest.param("https://10.1.2.3/", False, id="a private address"),
        pytest.param("https://169.254.169.254/latest", True, id="what clouds tell their machines"),
        pytest.param("https://[fe80::1]/", True, id="link-local of version six"),
        pytest.param("https://[::ffff:10.0.0.1]/", False, id="a private address dressed as version six"),
        pytest.param("https://[64:ff9b::7f00:1]/", False, id="loopback behind a translator"),
        pytest.param("https://[2002:a00:1::]/", False, id="a private address inside a tunnel"),
        pytest.param("https://[::7f00:1]/", False, id="a private address written the oldest way as version six"),
        pytest.param("https://[::ffff:0:7f00:1]/", False, id="a private address translated to version six"),
        pytest.param("https://[64:ff9b:1::a00:1]/", False, id="a private address behind a translator of one's own"),
        pytest.param("https://[fec0::1]/", False, id="an address of a site alone"),
        pytest.param("https://nhan-su..example/", False, id="a name with an empty part"),
        pytest.param("https://nhan-su.example/\0", False, id="a sign that cannot be seen"),
        pytest.param("https://100.64.0.1/", False, id="an address of a carrier"),
        pytest.param("https://0.0.0.0/", True, id="no address"),
        pytest.param("https://224.0.0.1/", True, id="many addresses"),
        pytest.param("https://a:b@nhan-su.example/", False, id="a password"),
        pytest.param("https://nhan-su.example/#x", False, id="a part for browsers"),
        pytest.param("ftp://nhan-su.example/", False, id="another protocol"),
        pytest.param("https:///x", False, id="no host"),
        pytest.param("https://[", False, id="no URL"),
        pytest.param("https://nhan-su.example:99999/", False, id="a port that is none"),
        pytest.param("https://nhân-sự.example/", False, id="letters that are not ASCII"),
        pytest.param("https://nhan-su.example/ x", False, id="a space"),
    ],
)
def test_an_address_that_no_hook_can_have_is_refused(url, private):
    with pytest.raises(AddressRefusedError):
        ensure_may_be_told(url, may_be_private=private)


@pytest.mark.parametrize(
    ("url", "private"),
    [
        pytest.param("https://nhan-su.example:8443/hook?x=1", False, id="a public name"),
        pytest.param("https://8.8.8.8/", False, id="a public address"),
        pytest.param("https://10.1.2.3/", True, id="a private address that is meant"),
        pytest.param("http://127.0.0.1:9/", True, id="loopback that is meant"),
    ],
)
def test_an_address_that_a_hook_can_have_is_taken(url, private):
    ensure_may_be_told(url, may_be_private=private)


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(["10.0.0.1"], id="a name that leads inside"),
        pytest.param(["8.8.8.8", "127.0.0.1"], id="a name that leads inside as well"),
        pytest.param(["fd00::1"], id="inside by version six"),
    ],
)
async def test_a_name_that_leads_inside_is_refused_when_it_is_looked_up(found):
    async def look_up(_host, _port):
        return found

    with pytest.raises(AddressRefusedError):
        await find_address("nhan-su.example", 443, look_up, may_be_private=False)
    ledger = Kept("https://nhan-su.example/", may_be_private=False)
    await Teller(ledger, find=look_up).tell(3)
    assert [one.reason for one in ledger.missed] == ["address_refused"]


def test_what_a_hook_is_told_names_nobody():
    assert set(json.loads(render_event(EVENT))["data"]) == {"person", "unit", "criterion", "before", "after", "as_of"}
