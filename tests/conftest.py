"""What every test stands on: no network but this machine, Vietnamese, and real databases when asked for."""

import gc
import ipaddress
import socket
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from handlers.phrases import DEFAULT_LOCALE, CataloguesMissingError, locale_of, use_catalogues
from knowledge.library import Library
from knowledge.loader import load_library
from tests import sharing
from tests.databases import (
    database,
    database_url,
    drawers,
    empty_database_url,
    migrated_url,
    server_url,
    vault,
)

__all__ = ["database", "database_url", "drawers", "empty_database_url", "migrated_url", "server_url", "vault"]

LOCALES = Path(__file__).parent.parent / "bot" / "locales"
_LOCAL_NAMES = {None, "", b"", "localhost", b"localhost", "localhost.localdomain"}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """How many processes `-n auto` means."""
    return sharing.count_processes()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> sharing.Sharing | None:
    """Share the tests out as they stand on offices, unless another way was asked for."""
    if config.getoption("dist") != "load":
        return None
    config.option.loadscopereorder = False
    return sharing.Sharing(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """What collecting makes stays to the end: it is not looked through again and again for what may go."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the longest where several processes share the work."""
    if hasattr(config, "workerinput"):
        sharing.put_longest_first(items)


class NetworkRefusedError(AssertionError):
    """A test reached for a machine other than this one."""


@pytest.fixture(scope="session", autouse=True)
def stay_on_this_machine() -> Iterator[None]:
    """Refuse every connection and every look-up of a name that leaves the machine."""
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _ensure_local(self.family, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _ensure_local(self.family, address)
        return connect_ex(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if not _is_local(host):
            raise NetworkRefusedError(f"a test looked up {host!r}")
        return look_up(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        yield


@pytest.fixture(scope="session", autouse=True)
def load_catalogues() -> None:
    """Load the compiled catalogues, without which every sentence would be tested in English."""
    try:
        use_catalogues(LOCALES)
    except CataloguesMissingError:
        pytest.exit(f"no compiled catalogue under {LOCALES}; run: make texts-check", returncode=1)


@pytest.fixture(scope="session")
def library() -> Library:
    """The packaged library, read once for all rooms."""
    return load_library()


@pytest.fixture(autouse=True)
def speak_vietnamese() -> Iterator[None]:
    """Every test begins in the default language."""
    with locale_of(DEFAULT_LOCALE):
        yield


def _ensure_local(family: int, address: Any) -> None:
    if family in {socket.AF_INET, socket.AF_INET6} and not _is_local(address[0]):
        raise NetworkRefusedError(f"a test connected to {address!r}")


def _is_local(host: Any) -> bool:
    if host in _LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host).is_loopback
    except ValueError:
        return False
