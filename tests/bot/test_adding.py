"""What is said of a document that cannot be added or taken out is one clear sentence."""

import pytest

from bot import adding
from bot.adding import describe_kept_already, describe_misfit, describe_not_kept
from knowledge.facts import DocumentId
from knowledge.growing import Misfit

NUMBER = DocumentId("9015/UBND-NC")


@pytest.mark.parametrize("kind", adding._MISFITS)
def test_every_misfit_has_a_sentence_that_names_the_document(kind):
    told = describe_misfit(NUMBER, Misfit(kind, "2026-05-12", "2020-08-17"))
    assert told.startswith(NUMBER)
    assert "{" not in told
    assert "2026-05-12" not in told  # days are shown as people write them


def test_refusals_say_that_nothing_was_changed():
    assert "--replace" in describe_kept_already(NUMBER)
    assert "55/XX" in describe_not_kept("55/XX")
