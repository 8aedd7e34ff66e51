"""Replies and verdicts as the JSON that other programs read (contracts, §6)."""

from collections.abc import Callable
from datetime import date
from typing import Any

from bot.render import Describe, render_text
from handlers.reply import Reply
from knowledge.documents import Citation
from knowledge.findings import Finding, Held

ExplainReason = Callable[[Finding], str]


def reply_as_json(reply: Reply, describe: Describe, explain: ExplainReason) -> dict[str, Any]:
    """One answer."""
    return {
        "text": render_text(reply, describe),
        "intent": reply.intent,
        "confidence": round(reply.confidence, 4),
        "outcome": reply.outcome.value,
        "citations": _citations_as_json(reply),
        "findings": [finding_as_json(one, explain) for one in reply.findings],
        "choices": [one.label for one in reply.choices],
        "handed_to": reply.handed_to,
    }


def _citations_as_json(reply: Reply) -> list[dict[str, Any]]:
    """What is cited; `background` marks what only background statements rest on."""
    bases = {cite for line in reply.lines if not line.is_background for cite in line.cites} | set(reply.also_cites)
    return [citation_as_json(one) | {"held": one.held, "background": one not in bases} for one in reply.citations]


def finding_as_json(finding: Finding, explain: ExplainReason) -> dict[str, Any]:
    """One verdict."""
    return {
        "person": finding.person,
        "unit": finding.unit,
        "criterion": finding.criterion,
        "required": finding.required,
        "state": finding.state.value,
        "held": _held_as_json(finding.held, explain(finding)) if finding.held is not None else None,
        "reason": explain(finding),
        "deadline": _day(finding.deadline),
        "days_left": finding.days_left,
        "safe_day": _day(finding.safe_day),
        "round": finding.round,
        "consequence": finding.consequence,
        "accountable": finding.accountable.value if finding.accountable is not None else None,
        "basis": [citation_as_json(one) for one in finding.basis],
    }


def citation_as_json(cite: Citation) -> dict[str, Any]:
    """A document and its point."""
    return {"document": cite.document, "point": cite.point}


def _held_as_json(held: Held, reason: str) -> dict[str, Any]:
    return {
        "kind": held.kind,
        "level": held.level,
        "counts_as": held.counts_as,
        "reason": reason,
        "issued_on": _day(held.issued_on),
        "valid_to": _day(held.valid_to),
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
