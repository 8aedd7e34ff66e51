"""Which module puts which kind of notice into words, and how several notices become one message."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from handlers import next_steps
from handlers.asking import Choice
from handlers.notices import (
    broadcasts,
    changes,
    digests,
    escalations,
    evidence,
    evidence_waiting,
    privacy,
    reminders,
    study,
    unit_reminders,
)
from handlers.notices.composing import ACK, Compose
from handlers.phrases import _
from handlers.reply import Line, Reply
from knowledge.owed import DailyKind, Owed
from storage.records import NoticeKind

BY_KIND: Mapping[NoticeKind, Compose] = {
    NoticeKind.REMINDER: reminders.compose,
    NoticeKind.UNIT_REMINDER: unit_reminders.compose,
    NoticeKind.ESCALATION: escalations.compose,
    NoticeKind.DIGEST: digests.compose,
    NoticeKind.CHANGE: changes.compose,
    NoticeKind.STUDY: study.compose,
    NoticeKind.EVIDENCE_WAITING: evidence_waiting.compose,
    NoticeKind.EVIDENCE: evidence.compose,
    NoticeKind.BROADCAST: broadcasts.compose_broadcast,
    NoticeKind.PRIVACY: privacy.compose,
    NoticeKind.CORRECTION: broadcasts.compose_correction,
}

# What `plan` shows of a notice whose words are not known before it is sent; by kind, for those of watchers.
PREVIEWS: Mapping[DailyKind, Callable[[Owed], str]] = {
    "escalation": escalations.preview,
    "digest": digests.preview,
    "study": study.preview,
    "privacy": privacy.preview,
    "evidence": evidence_waiting.preview,
}


def _not_alike(choices: Iterable[Choice]) -> list[Choice]:
    """Buttons that can be told apart: one's own things are called so, and a head's two lists are one way in.

    How a unit stands leads on to both: to who needs a decision, and to those whom the head was told of.
    """
    several = list(choices)
    actions = {one.action for one in several}
    if next_steps.needing().action in actions and escalations.LIST in actions:
        lists = {next_steps.needing().action, escalations.LIST}
        several = [one for one in several if one.action not in lists] + [next_steps.unit_glance()]
    others = actions - {ACK, next_steps.my_gaps().action}
    return [
        replace(one, label=_("My own things")) if others and one.action == next_steps.my_gaps().action else one
        for one in several
    ]


def join(replies: Sequence[Reply]) -> Reply:
    """Several notices as one message: nothing is said twice, each button is there once, "Received" comes last."""
    first, *others = replies
    said = {first.title, *(line.text for line in first.lines)}
    lines = list(first.lines)
    for other in others:
        for line in (Line(other.title), *other.lines):
            if line.text not in said:
                said.add(line.text)
                lines.append(line)
    choices = dict.fromkeys(choice for one in replies for choice in one.choices)
    in_order = sorted(_not_alike(choices), key=lambda choice: choice.action == ACK)
    file = next((one.file for one in replies if one.file is not None), None)
    picture = next((one.picture for one in replies if one.picture is not None), None)
    return replace(first, lines=tuple(lines), choices=tuple(in_order), file=file, picture=picture)
