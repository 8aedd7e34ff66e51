"""What is taken for a wish to come into the console, and what is not."""

import pytest

from handlers.asking import Channel
from handlers.console_entry import FORM, offer, read_asked
from tests.handlers.visits import bare, visit


@pytest.mark.parametrize(
    ("said", "letters"),
    [
        ("mở bàn làm việc 4F7K2", "4F7K2"),
        ("Mo ban lam viec 4f7k2", "4F7K2"),
        ("mở bàn làm việc: 4F7K2.", "4F7K2"),
        ("tôi muốn vào bàn làm việc", ""),
        ("console", ""),
        ("bàn làm việc của tôi ở đâu", None),
        ("mở bàn làm việc cho Sở Y tế 4F7K2", None),
        ("4F7K2", None),
        ("tôi còn thiếu gì", None),
    ],
    ids=repr,
)
def test_letters_are_read_where_the_console_is_asked_for(said, letters):
    assert read_asked(said) == letters


def test_the_console_is_offered_where_people_prove_who_they_are(library):
    assert [one.action for one in offer(visit(bare(library), channel=Channel.TELEGRAM))] == [FORM]
    assert offer(visit(bare(library), channel=Channel.TERMINAL)) == ()
