"""Reply → text, for every door: title, statements with footnote marks, background apart, and the list of bases.

Pure; escaping and cutting happen here, so that both Telegram stacks and Zalo show the same words.
"""

import html
from collections.abc import Callable
from dataclasses import dataclass

from bot.splitting import count_units, split_html, split_text
from handlers.phrases import _
from handlers.reply import Line, Reply
from knowledge.documents import Citation

__all__ = ["Describe", "count_units", "number_citations", "render_html", "render_text", "split_html", "split_text"]

Describe = Callable[[Citation], str]


@dataclass(frozen=True, slots=True)
class _Row:
    """One line as shown. A heading is emphasised where the door can; a paragraph has an empty line before it."""

    text: str
    is_heading: bool = False
    is_paragraph: bool = False


def render_text(reply: Reply, describe: Describe) -> str:
    """The reply as plain text."""
    return _join([(row.text, row.is_paragraph) for row in _rows(reply, describe)])


def render_html(reply: Reply, describe: Describe) -> str:
    """The reply in Telegram's HTML, everything that came from outside escaped."""
    return _join([(_mark_up(row), row.is_paragraph) for row in _rows(reply, describe)])


def number_citations(reply: Reply) -> dict[Citation, int]:
    """Footnote numbers: first the bases in the order of the statements, then what only background cites."""
    based = [cite for line in reply.lines if not line.is_background for cite in line.cites]
    background = [cite for line in reply.lines if line.is_background for cite in line.cites]
    in_order = dict.fromkeys([*based, *reply.also_cites, *background])
    return {cite: number for number, cite in enumerate(in_order, start=1)}


def _rows(reply: Reply, describe: Describe) -> list[_Row]:
    numbers = number_citations(reply)
    statements = [line for line in reply.lines if not line.is_background]
    background = [line for line in reply.lines if line.is_background]
    bases = {cite for line in statements for cite in line.cites} | set(reply.also_cites)

    rows = [_Row(reply.title, is_heading=True)] if reply.title else []
    rows += _statements(statements, numbers)
    if background:
        rows.append(_heading(_("For reference (not a basis of the decision)")))
        rows += _statements(background, numbers, follows_heading=True)
    rows += _sources(_("Basis:"), {cite: n for cite, n in numbers.items() if cite in bases}, describe)
    rows += _sources(_("Sources of the reference:"), {c: n for c, n in numbers.items() if c not in bases}, describe)
    return rows


def _heading(text: str) -> _Row:
    return _Row(text, is_heading=True, is_paragraph=True)


def _statements(lines: list[Line], numbers: dict[Citation, int], *, follows_heading: bool = False) -> list[_Row]:
    rows = []
    for index, line in enumerate(lines):
        marks = "".join(f" [{numbers[cite]}]" for cite in dict.fromkeys(line.cites))
        text = f"• {line.text}{marks}" if line.is_item else f"{line.text}{marks}"
        # Items stay close to the sentence that introduces them.
        is_paragraph = not line.is_item and (index > 0 or not follows_heading)
        rows.append(_Row(text, is_paragraph=is_paragraph))
    return rows


def _sources(heading: str, numbers: dict[Citation, int], describe: Describe) -> list[_Row]:
    if not numbers:
        return []
    return [_heading(heading), *(_Row(f"[{number}] {describe(cite)}") for cite, number in numbers.items())]


def _mark_up(row: _Row) -> str:
    escaped = html.escape(row.text, quote=False)
    return f"<b>{escaped}</b>" if row.is_heading and escaped.strip() else escaped


def _join(rows: list[tuple[str, bool]]) -> str:
    joined = ""
    for text, is_paragraph in rows:
        if joined:
            joined += "\n\n" if is_paragraph else "\n"
        joined += text
    return joined
