"""`load`: a workbook into the cabinet, with a progress bar; every problem is told with its sheet, row and column."""

import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bot.errors import SilentError
from bot.loading import LoadReport, render_problem, render_report
from bot.settings import Settings
from bot.wiring import open_office
from handlers.problem_words import Problem


async def load(settings: Settings, path: Path, *, dry_run: bool, replacing: frozenset[str], as_json: bool) -> None:
    """Load a workbook or folder. Raises SilentError (exit 1) after printing all that is wrong with it."""
    async with open_office(settings, keeps_threads=False) as office:
        with _progress() as progress:
            tasks: dict[str, Any] = {}

            def advance(sheet: str, rows: int) -> None:
                if sheet not in tasks:
                    tasks[sheet] = progress.add_task(sheet, total=None)
                progress.update(tasks[sheet], completed=rows)

            report = await office.load(path, dry_run=dry_run, replacing=replacing, progress=advance)
    if as_json:
        print(json.dumps(_as_object(report), ensure_ascii=False, indent=2))
    else:
        target = sys.stderr if report.is_refused else sys.stdout
        for line in render_report(report):
            print(line, file=target)
    if report.is_refused:
        raise SilentError


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def _as_object(report: LoadReport) -> dict[str, Any]:
    return {
        "loaded": not report.is_refused and not report.is_rehearsal,
        "dry_run": report.is_rehearsal,
        "sheets": [
            {
                "sheet": one.sheet,
                "added": one.added,
                "changed": one.changed,
                "unchanged": one.unchanged,
                "removed": one.removed,
            }
            for one in report.sheets
        ],
        "errors": [_problem_as_object(one) for one in report.problems],
        "error_count": report.problem_count,
        "warnings": [_problem_as_object(one) for one in report.warnings],
        "declared_documents": list(report.declared_documents),
    }


def _problem_as_object(problem: Problem) -> dict[str, Any]:
    return {
        "sheet": problem.sheet,
        "row": problem.row,
        "column": problem.column,
        "kind": str(problem.kind),
        "message": render_problem(problem),
    }
