"""Phone numbers are sealed and still found; the key is made once and stays with its owner."""

import base64
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from storage.encryption import SecretKeyError, Vault, normalise_phone
from storage.key_file import KeyFile

OLD, NEW = "the old key of this house", "the new key of this house"


def test_sealed_text_opens_and_shows_nothing() -> None:
    vault = Vault([OLD])
    sealed = vault.encrypt("0912 345 678 · Lan ☎")

    assert vault.decrypt(sealed) == "0912 345 678 · Lan ☎"
    assert b"0912" not in base64.urlsafe_b64decode(sealed)
    assert vault.encrypt("0912") != vault.encrypt("0912")


def test_another_key_does_not_open_what_was_sealed() -> None:
    with pytest.raises(SecretKeyError):
        Vault([NEW]).decrypt(Vault([OLD]).encrypt("0912"))


def test_old_seals_and_indexes_stay_good_while_a_key_is_replaced() -> None:
    old, both = Vault.from_setting(OLD), Vault.from_setting(f"{NEW}, {OLD}")
    sealed = old.encrypt("0912345678")

    assert both.decrypt(sealed) == "0912345678"
    assert Vault([NEW]).decrypt(both.reseal(sealed)) == "0912345678"
    assert old.phone_index("0912345678") in both.phone_indexes("+84912345678")
    assert both.phone_index("0912345678") == Vault([NEW]).phone_index("0912345678")
    assert old.code_hashes("ABC")[0] in both.code_hashes("ABC")


@pytest.mark.parametrize("setting", ["", " , ", "short"])
def test_a_key_that_is_no_key_is_refused(setting: str) -> None:
    with pytest.raises(SecretKeyError):
        Vault.from_setting(setting)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        pytest.param("0912345678", "+84912345678", id="as written at home"),
        pytest.param("+84 912 345 678", "+84912345678", id="with the country and spaces"),
        pytest.param("84912345678", "+84912345678", id="with the country without a plus"),
        pytest.param("(+84) 0912-345-678", "+84912345678", id="with the country and the zero"),
        pytest.param("84 0912345678", "+84912345678", id="with the country, the zero and no plus"),
        pytest.param("840912345678", "+84912345678", id="the same as a spreadsheet leaves it"),
        pytest.param("84 0221 3862345", "+842213862345", id="a telephone of an office with both"),
        pytest.param("0084912345678", "+84912345678", id="as dialled from abroad"),
        pytest.param("912345678", "+84912345678", id="as a spreadsheet leaves it"),
        pytest.param("841234567", "+84841234567", id="a mobile number that begins like the country"),
        pytest.param("02213862345", "+842213862345", id="a telephone of an office"),
        pytest.param("+1 202 555 0143", "+12025550143", id="of another country"),
        pytest.param("113", None, id="too short"),
        pytest.param("09123456789012345", None, id="too long"),
        pytest.param("không có", None, id="words"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_phone_number_is_one_however_it_is_written(written: str, number: str | None) -> None:
    assert normalise_phone(written) == number


def test_what_is_no_phone_number_has_no_index() -> None:
    with pytest.raises(ValueError, match="not a phone number"):
        Vault([OLD]).phone_index("không có")


def test_indexes_and_hashes_of_the_same_letters_differ_by_purpose() -> None:
    vault = Vault([OLD])

    assert vault.phone_index("0912345678") != vault.code_hashes("+84912345678")[0]


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "nhà mới"

    keys = open_and_read(home)

    assert open_and_read(home) == keys
    assert len(keys[0]) >= 48
    assert stat.S_IMODE((home / "secret.key").stat().st_mode) == 0o600
    assert [file.name for file in home.iterdir()] == ["secret.key"]


def test_what_somebody_killed_left_beside_the_key_is_removed_when_it_is_old(tmp_path: Path) -> None:
    keys = open_and_read(tmp_path)
    old, new = tmp_path / ".secret.key.aa", tmp_path / ".secret.key.bb"
    for one in (old, new):
        one.write_text("a key")
    os.utime(old, (1, 1))
    assert open_and_read(tmp_path) == keys
    assert not old.exists()
    assert new.exists()  # another process may be about to put it in its place


def test_all_get_the_same_key_when_many_make_it_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(map(tuple, pool.map(open_and_read, [tmp_path] * 8)))

    assert len(keys) == 1


def test_an_empty_key_file_is_not_taken_for_a_key(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("\n")

    with pytest.raises(SecretKeyError, match="empty"):
        open_and_read(tmp_path)


def test_who_follows_the_file_sees_other_keys_at_once(tmp_path: Path) -> None:
    file = KeyFile(tmp_path)
    running = file.open_vault()
    sealed = running.encrypt("0912345678")
    [old] = file.read()

    KeyFile(tmp_path).write([NEW, old])

    assert Vault([NEW]).decrypt(running.encrypt("0912345679")) == "0912345679"
    assert running.decrypt(sealed) == "0912345678"
    assert running.is_newest(running.reseal(sealed))
    assert not running.is_newest(sealed)
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "content",
    [pytest.param("", id="empty"), pytest.param("short\n", id="too short"), pytest.param(None, id="gone")],
)
def test_who_follows_the_file_keeps_the_keys_when_it_holds_none(content: str | None, tmp_path: Path) -> None:
    running = KeyFile(tmp_path).open_vault()
    sealed = running.encrypt("0912345678")

    if content is None:
        (tmp_path / "secret.key").unlink()
    else:
        (tmp_path / "secret.key").write_text(content)

    assert running.decrypt(sealed) == "0912345678"
    assert running.decrypt(running.encrypt("0912345679")) == "0912345679"


def test_the_name_of_a_key_is_its_own_and_tells_nothing_of_it() -> None:
    [name] = Vault([OLD]).key_names

    assert Vault([NEW, OLD]).key_names[1] == name
    assert name not in OLD
    assert len(name) == 16


def open_and_read(home: Path) -> list[str]:
    KeyFile(home).open_vault()
    return KeyFile(home).read()
