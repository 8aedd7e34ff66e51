"""Of which conversation an update is, before anything else of it is read."""

import pytest

from bot.on_telegram.incoming import conversation_of

CHAT = {"id": 7, "type": "private"}


@pytest.mark.parametrize(
    "raw",
    [
        {"update_id": 1, "message": {"chat": CHAT, "text": "chào"}},
        {"update_id": 2, "callback_query": {"id": "9", "from": {"id": 7}, "message": {"chat": CHAT}, "data": "x"}},
        {"update_id": 3, "my_chat_member": {"chat": CHAT, "from": {"id": 7}}},
    ],
)
def test_words_presses_and_leaving_are_of_their_chat(raw):
    assert conversation_of(raw) == "7"


@pytest.mark.parametrize("raw", [{}, {"update_id": 1}, {"update_id": 1, "inline_query": {"id": "3", "query": "x"}}])
def test_what_is_of_no_chat_is_of_none(raw):
    assert conversation_of(raw) == ""
