"""Which module puts which kind of notice into words, and how several notices become one message."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from handlers.notices import broadcasts, changes, digests, escalations, evidence, reminders, study
from handlers.notices.composing import ACK, Compose
from handlers.reply import Line, Reply
from knowledge.owed import DailyKind, Owed
from storage.records import NoticeKind

BY_KIND: Mapping[NoticeKind, Compose] = {
    NoticeKind.REMINDER: reminders.compose,
    NoticeKind.ESCALATION: escalations.compose,
    NoticeKind.DIGEST: digests.compose,
    NoticeKind.CHANGE: changes.compose,
    NoticeKind.STUDY: study.compose,
    NoticeKind.EVIDENCE: evidence.compose,
    NoticeKind.BROADCAST: broadcasts.compose_broadcast,
    NoticeKind.CORRECTION: broadcasts.compose_correction,
}

# What `plan` shows of a notice whose words are not known before it is sent; by kind, for those of watchers.
PREVIEWS: Mapping[DailyKind, Callable[[Owed], str]] = {
    "escalation": escalations.preview,
    "digest": digests.preview,
    "study": study.preview,
}


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
    in_order = sorted(choices, key=lambda choice: choice.action == ACK)
    file = next((one.file for one in replies if one.file is not None), None)
    picture = next((one.picture for one in replies if one.picture is not None), None)
    return replace(first, lines=tuple(lines), choices=tuple(in_order), file=file, picture=picture)
