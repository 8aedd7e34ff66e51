"""The log of processing as .csv: whatever a person's code is, a spreadsheet that opens it reckons nothing."""

import csv
from datetime import date

import pytest

from bot.commands.privacy import write_processing
from bot.wiring_privacy import ProcessingLine
from storage.workbook.cells import read_code


@pytest.mark.parametrize(
    ("code", "written"),
    [
        pytest.param("@SUM(A1:A9)", "'@SUM(A1:A9)", id="a function"),
        pytest.param("+84901", "'+84901", id="a sum"),
        pytest.param("-2+3", "'-2+3", id="a difference"),
        pytest.param("CB-001", "CB-001", id="a sign further on"),
    ],
)
def test_a_code_that_begins_like_a_formula_is_written_as_text(library, code, written):
    actor = str(read_code(code, library))  # as a roster brings it
    line = ProcessingLine(date(2026, 11, 20), actor, "corrected_record", 2, 1, served=None)

    _headings, row = csv.reader(write_processing([line], library).decode("utf-8-sig").splitlines())

    assert row[:3] == ["2026-11-20", written, "corrected_record"]
    assert row[5:] == ["2", "1"]
