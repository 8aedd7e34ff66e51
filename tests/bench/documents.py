"""How well official documents are read: precision and recall of every field against truth made by hand.

Run: `python -m tests.bench.documents`. The five documents are found through NHACCHUAN_DOCUMENTS; our own invented
ones are always read. The last line is JSON.
"""

import json
import sys
import time

from rich.console import Console
from rich.table import Table

from knowledge.reading.reader import read
from tests.reading import WHERE, Score, Truth, official_truths, sample_truths, score

_TRIES = 5


def measure(truths: list[Truth]) -> tuple[dict[str, Score], float]:
    """Scores over all documents, and the milliseconds that reading one takes at best of some tries."""
    total: dict[str, Score] = {}
    spent = 0.0
    for truth in truths:
        best = float("inf")
        for _try in range(_TRIES):
            began = time.perf_counter()
            draft = read(truth.text)
            best = min(best, time.perf_counter() - began)
        spent += best
        for name, one in score(truth, draft).items():
            total[name] = total.get(name, Score(0, 0, 0)) + one
    return total, 1000 * spent / max(1, len(truths))


def main() -> None:
    """Print one table for the documents of offices, one for our own, and all figures as JSON."""
    console = Console(width=120)
    figures: dict[str, object] = {}
    for title, truths in (
        ("official documents", list(official_truths())),
        ("invented documents", list(sample_truths())),
    ):
        if not truths:
            print(f"The official documents are not on this machine ({WHERE} names their folder): not measured.")
            continue
        scores, milliseconds = measure(truths)
        table = Table(title=f"{len(truths)} {title}, {milliseconds:.0f} ms each")
        for heading in ("what", "there", "found", "right", "precision", "recall"):
            table.add_column(heading, justify="left" if heading == "what" else "right")
        for name, one in scores.items():
            numbers = (str(one.there), str(one.found), str(one.right), f"{one.precision:.3f}", f"{one.recall:.3f}")
            table.add_row(name, *numbers)
        console.print(table)
        if "--wrong" in sys.argv:
            for one in scores.values():
                print(*(f"  {line}" for line in one.wrong), sep="\n")
        whole = sum(scores.values(), Score(0, 0, 0))
        key = title.split(maxsplit=1)[0]
        figures |= {f"{key}_precision": round(whole.precision, 4), f"{key}_recall": round(whole.recall, 4)}
        figures[f"{key}_ms"] = round(milliseconds)
        figures[title] = {name: [round(one.precision, 4), round(one.recall, 4)] for name, one in scores.items()}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
