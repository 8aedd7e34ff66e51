"""Words for chats in the log: one for each chat in a whole installation, and nothing to be learnt from them."""

import hashlib
from itertools import pairwise

import pytest

from bot.log_names import name_by, short_name
from bot.settings import Settings
from bot.wiring import checked_vault
from storage.encryption import Vault
from storage.key_file import KeyFile

CHAT, OTHER = "7000001", "7000002"
KEY, NEWER = "the key of one installation", "a newer key of the same one"


@pytest.fixture(autouse=True)
def _as_before():
    yield
    name_by(None)


def named_under(setting: str) -> str:
    vault = Vault.from_setting(setting)
    name_by(lambda: vault.log_key)
    return short_name(CHAT)


def test_every_process_of_an_installation_gives_a_chat_the_same_word():
    assert named_under(KEY) == named_under(KEY)
    assert short_name(CHAT) != short_name(OTHER)
    assert len(short_name("\ud800")) == len(short_name(CHAT)) == 10


def test_two_installations_give_it_different_words_and_neither_is_made_of_the_number_alone():
    words = {named_under(KEY), named_under("the key of another installation")}
    assert len(words) == 2
    assert hashlib.sha256(CHAT.encode()).hexdigest()[:10] not in words


def test_a_word_changes_with_the_key_and_not_with_keys_that_only_open():
    assert named_under(f"{NEWER},{KEY}") == named_under(NEWER) != named_under(KEY)


def test_running_processes_follow_a_key_that_is_replaced_in_its_file(tmp_path):
    file = KeyFile(tmp_path)
    checked_vault(Settings(_env_file=None, home=tmp_path))
    words = [short_name(CHAT)]
    file.write([NEWER, *file.read()])
    words.append(short_name(CHAT))
    file.write([NEWER])
    words.append(short_name(CHAT))
    assert [a == b for a, b in pairwise(words)] == [False, True]


def test_whoever_opens_an_installation_names_by_its_key():
    wanted = named_under(KEY)
    name_by(None)
    checked_vault(Settings(_env_file=None, secret_key=KEY))
    assert short_name(CHAT) == wanted


def test_without_a_key_a_word_holds_for_the_process_and_is_not_made_of_the_number_alone():
    assert short_name(CHAT) == short_name(CHAT) != short_name(OTHER)
    assert short_name(CHAT) not in {hashlib.sha256(CHAT.encode()).hexdigest()[:10], named_under(KEY)}
