"""The review queue of certificates: what waits, the file beside what it would change, and the decision."""

from dataclasses import replace

from aiohttp import web

from bot.on_console.at_desk import field, group, hand_over, open_ports, show_reply
from bot.on_console.pages import Asked, Page, deed, page
from bot.on_console.seats import OF_HR
from handlers.evidence_words import describe_submission, name_certificate, name_evidence_state
from handlers.handed_in import PDF
from handlers.hr.evidence import Barred, Decision, Desk, Hindrance, Seen, decide, list_queue, look, open_file
from handlers.hr.evidence_chat import describe_effect, explain_unproven
from handlers.phrases import _
from handlers.reply import File, Line, Outcome, Reply
from handlers.wording import name_unit
from storage.records import EvidenceState

_AT_ONCE = 30


async def list_waiting(asked: Asked) -> web.Response:
    """What waits, the oldest first."""
    written = asked.query.get("page", "1")
    wanted = int(written) if written.isascii() and written.isdecimal() and len(written) < 6 else 1  # noqa: PLR2004
    queue = await list_queue(asked.person, asked.today, await open_desk(asked), page=wanted, per_page=_AT_ONCE)
    return asked.show(
        "evidence.html",
        queue=queue,
        unproven=explain_unproven(queue.unproven) if queue.unproven else "",
        rows=[
            (
                one,
                official,
                name_unit(asked.today, official.unit),
                name_certificate(one.credential, asked.today),
                name_evidence_state(one),
            )
            for one, official in queue.rows
        ],
    )


async def show(asked: Asked) -> web.Response:
    """One of them; the look is recorded."""
    seen = await look(asked.person, _number(asked, "number"), asked.today, await open_desk(asked))
    return _show(asked, seen) if isinstance(seen, Seen) else _none(asked, seen)


async def hand_file(asked: Asked) -> web.Response:
    """Its picture or PDF, opened in the page; opening it is recorded."""
    desk = await open_desk(asked)
    found = await open_file(asked.person, _number(asked, "number"), _number(asked, "file"), asked.today, desk)
    return hand_over(found, inline=True) if isinstance(found, File) else _none(asked, found)


async def settle(asked: Asked) -> web.Response:
    """Verify, reject, or ask back; only what was seen."""
    desk, number = await open_desk(asked), _number(asked, "number")
    chosen, words = field(asked, "decision"), field(asked, "words")
    if chosen not in set(Decision):
        return _none(asked)
    version = field(asked, "version", 12)
    decided = await decide(
        asked.person,
        number,
        int(version) if version.isascii() and version.isdecimal() else None,
        Decision(chosen),
        words,
        asked.today,
        desk,
    )
    if isinstance(decided, Barred):
        return _none(asked, decided)
    if not isinstance(decided, Hindrance):
        return show_reply(asked, _tell(decided.seen, is_told=decided.is_told), "evidence")
    seen = await look(asked.person, number, asked.today, desk)
    if not isinstance(seen, Seen):
        return _none(asked, seen)
    problem = {
        Hindrance.NOT_FOUND: _("There is no such certificate among those that wait for you."),
        Hindrance.CHANGED: _("This certificate has changed since you looked; please look again before you decide."),
        Hindrance.SECOND_PERSON: seen.why_not,
        Hindrance.WORDS_MISSING: _("Please say why, in a sentence; the official reads it."),
    }[decided]
    return _show(asked, seen, problem, words)


def _show(asked: Asked, seen: Seen, problem: str | None = None, words: str = "") -> web.Response:
    one, official = seen.evidence, seen.official
    return asked.show(
        "evidence_one.html",
        seen=seen,
        one=one,
        official=official,
        unit=name_unit(asked.today, official.unit),
        certificate=name_certificate(one.credential, asked.today),
        submission=group(asked, describe_submission(one, asked.today)),
        effect=group(asked, describe_effect(seen.effect, asked.today, is_decided=not one.is_undecided)),
        files=[(file, file.media_type == PDF) for file in one.files],
        is_open=one.is_undecided,
        problem=problem,
        words=words,
    )


def _tell(seen: Seen, *, is_told: bool) -> Reply:
    one = seen.evidence
    said = _("Certificate No. {number} of {name} ({code}): {state}")
    title = said.format(
        number=one.number, name=seen.official.name, code=seen.official.code, state=name_evidence_state(one)
    )
    reply = Reply(title)
    if one.state is EvidenceState.CHECKED:
        return reply
    told = _("The official is told.") if is_told else _("No chat reaches the official; please tell them yourself.")
    return replace(reply, lines=(Line(told),))


def _none(asked: Asked, barred: Barred | None = None) -> web.Response:
    said = barred.why if barred is not None else _("There is no such certificate among those that wait for you.")
    return show_reply(asked, Reply(said, outcome=Outcome.DENIED), "evidence")


def _number(asked: Asked, name: str) -> int | None:
    written = asked.request.match_info[name]
    return int(written) if len(written) < 10 else None  # noqa: PLR2004  more than any number that is given


async def open_desk(asked: Asked) -> Desk:
    """The drawers of the review."""
    ports = await open_ports(asked)
    return Desk(
        ports.evidence,
        ports.profiles,
        ports.accounts,
        ports.outbox,
        ports.letters,
        ports.audit,
        ports.clock,
        ports.senders,
    )


PAGES: tuple[Page, ...] = (
    page("/evidence", "evidence", OF_HR, list_waiting),
    page(r"/evidence/{number:\d+}", "evidence.one", OF_HR, show),
    page(r"/evidence/{number:\d+}/files/{file:\d+}", "evidence.file", OF_HR, hand_file),
    deed(r"/evidence/{number:\d+}/decide", "evidence.decide", OF_HR, settle),
)
