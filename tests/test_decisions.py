"""Every decision stands in the index, under a number of its own."""

import re
from pathlib import Path

DECISIONS = Path(__file__).parent.parent / "docs" / "decisions"


def test_index_lists_every_decision_by_its_number_and_title():
    pages = sorted(DECISIONS.glob("0*.md"))
    titles = [page.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ").partition(". ") for page in pages]
    assert [int(page.name[:4]) for page in pages] == [int(number) for number, _dot, _title in titles]
    assert len({page.name[:4] for page in pages}) == len(pages)
    index = (DECISIONS / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^- \[(\d+)\]\((.+?)\) (.+)$", index, re.MULTILINE)
    expected = [(number, page.name, title) for page, (number, _dot, title) in zip(pages, titles, strict=True)]
    assert listed == expected
