"""The review queue of HR as values: what waits, what it would change in the verdict, its files, and the decision.

For the chat and the console alike. Only HR within whose scope the official serves sees or decides anything; nobody
decides on their own; every look is in the audit chain.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

from handlers.evidence_words import file_to_show
from handlers.hr.first_of_two import explain_no_second, may_act_anew
from handlers.notifying import Notifying, notify
from handlers.phrases import _
from handlers.ports import Accounts, Audit, Clock, EvidenceKept, Letters, Outbox, Profiles
from handlers.reply import File
from handlers.rights import serves_home, units_served
from handlers.vouching import explain_not_another, is_another
from knowledge.evaluate import evaluate_criterion
from knowledge.evidence_waiting import left_before
from knowledge.facts import Credential, CredentialStatus, CriterionCode, KindCode, Person, Role
from knowledge.findings import Finding
from knowledge.rulebook import RulesOn
from storage.records import Evidence, EvidenceState, LetterKind, NewNotice, NoticeKind

PER_PAGE = 6
SHORTEST_WORDS = 5
LONGEST_WORDS = 1_000


@dataclass(frozen=True, slots=True)
class Desk:
    """The drawers that the review needs, and our own channel identities by channel."""

    evidence: EvidenceKept
    profiles: Profiles
    accounts: Accounts
    outbox: Outbox
    letters: Letters
    audit: Audit
    clock: Clock
    senders: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of what waits, the oldest first, each with its official; `total` counts all pages.

    `unproven`: how many certificates besides wait on record, for which nobody has handed in anything to decide on.
    """

    rows: Sequence[tuple[Evidence, Person]]
    total: int
    page: int
    pages: int
    unproven: int = 0


@dataclass(frozen=True, slots=True)
class Effect:
    """The verdict on the criterion that a certificate is about: as it stands, and once this one is verified.

    Both None where the position requires nothing of the kind.
    """

    criterion: CriterionCode | None
    now: Finding | None
    verified: Finding | None

    @property
    def changes(self) -> bool:
        """Whether verifying it changes the verdict."""
        states = [(one.state, one.reason) if one is not None else None for one in (self.now, self.verified)]
        return states[0] != states[1]


@dataclass(frozen=True, slots=True)
class Seen:
    """A submission that HR may see. `needs_two`: two people must have verified its kind.

    `may_verify` is False for whoever was, or could have been, the first of two; `why_not` says so.
    """

    evidence: Evidence
    official: Person
    effect: Effect
    needs_two: bool
    may_verify: bool
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Barred:
    """A submission of whoever could be sitting where HR speaks: nothing of it is shown or decided there, and why."""

    why: str


class Decision(StrEnum):
    """What HR does with a submission."""

    VERIFY = "verify"
    REJECT = "reject"
    ASK_BACK = "ask"


class Hindrance(StrEnum):
    """Why a decision was not taken; nothing was changed then."""

    NOT_FOUND = "not_found"  # or not theirs: the same answer
    CHANGED = "changed"  # since it was looked at
    SECOND_PERSON = "second_person"  # must be somebody else
    WORDS_MISSING = "words_missing"


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a decision; `is_told` whether a way to the official was found. `evidence` as it is now.

    `is_anew`: the first of two had checked it before, where somebody else's code had led.
    """

    seen: Seen
    is_told: bool
    is_anew: bool = False


def may_review(person: Person) -> bool:
    """Whether somebody has a review queue at all."""
    return Role.HR in person.roles


def may_mark(person: Person, today: RulesOn) -> bool:
    """Whether somebody says which kinds two people check, the same for everybody: HR of the whole province."""
    return serves_home(person, today)


def needs_words(decision: Decision) -> bool:
    """Whether the official must be told why, or what."""
    return decision is not Decision.VERIFY


async def list_queue(hr: Person, today: RulesOn, desk: Desk, *, page: int = 1, per_page: int = PER_PAGE) -> Queue:
    """What waits for this HR; the list is in the audit chain. Empty for whoever is not HR."""
    units = units_served(hr, today)
    if not units:
        return Queue((), 0, 1, 1)
    list_page = partial(desk.evidence.list_waiting, units, hr.code, asked_before=left_before(today), limit=per_page)
    page = max(page, 1)
    found, total = await list_page(offset=(page - 1) * per_page)
    pages = max(1, -(-total // per_page))
    if page > pages:
        page = pages
        found, total = await list_page(offset=(page - 1) * per_page)
    people = await desk.profiles.find_people({one.person for one in found})
    await desk.audit.record(hr.code, "listed_evidence", "evidence", desk.clock.now(), {"page": page})
    rows = [(one, people[one.person]) for one in found if one.person in people]
    return Queue(rows, total, page, pages, await desk.evidence.count_unproven(units, hr.code))


async def look(hr: Person, number: int | None, today: RulesOn, desk: Desk) -> Seen | Barred | None:
    """A submission with what it would change; the look is recorded. None for none, and for one that is not theirs."""
    seen = await _find(hr, number, today, desk)
    if isinstance(seen, Seen):
        await _record(hr, "looked_at_evidence", seen.evidence, desk)
    return seen


async def open_file(
    hr: Person, number: int | None, file: int | None, today: RulesOn, desk: Desk
) -> File | Barred | None:
    """A picture or PDF of a submission; opening it is recorded. None for none, or none any more."""
    seen = await _find(hr, number, today, desk)
    if not isinstance(seen, Seen):
        return seen
    known = next((one for one in seen.evidence.files if one.id == file), None)
    content = await desk.evidence.read_file(seen.evidence.number, known.id) if known is not None else None
    if known is None or content is None:
        return None
    await _record(hr, "opened_evidence_file", seen.evidence, desk, file=known.id)
    return file_to_show(seen.evidence, known, content, today)


async def decide(
    hr: Person,
    number: int | None,
    version: int | None,
    decision: Decision,
    words: str,
    today: RulesOn,
    desk: Desk,
) -> Decided | Hindrance | Barred:
    """Decide on what was looked at (`version`). Verdict and reminders follow at once, and the official is told.

    Also on what the official has been asked about: whoever does not answer leaves nothing open for ever. Of a kind
    that two people check, the first one only leaves it to the second.
    """
    seen = await _find(hr, number, today, desk, to_change=True)
    words = " ".join(words.split())
    if seen is None:
        return Hindrance.NOT_FOUND
    if isinstance(seen, Barred):
        await desk.audit.record(hr.code, "decision_refused", "evidence", desk.clock.now(), {"what": decision.value})
        return seen
    one = seen.evidence
    if one.version != version or not one.is_undecided:
        return Hindrance.CHANGED
    if decision is Decision.VERIFY and not seen.may_verify:
        return Hindrance.SECOND_PERSON
    if needs_words(decision) and not SHORTEST_WORDS <= len(words) <= LONGEST_WORDS:
        return Hindrance.WORDS_MISSING
    decided = _decided(seen, decision, words, hr, desk)
    await desk.evidence.settle(decided)
    await _record(hr, _ACTIONS[decided.state], decided, desk)
    official = await desk.profiles.find_person(one.person) or seen.official
    is_told = False
    if decided.state is not EvidenceState.CHECKED:
        is_told = await _tell(decided, official, today, desk)
    now = await _seen(decided, official, hr, desk, needs_two=seen.needs_two, today=today)
    return Decided(now, is_told, is_anew=one.state is decided.state)


async def mark_kind(hr: Person, kind: KindCode, today: RulesOn, desk: Desk, *, needs_two: bool) -> bool:
    """Say whether two people check this kind; who said it is in the audit chain. False for whoever may not."""
    if not may_mark(hr, today) or kind not in today.library.kinds:
        return False
    now = desk.clock.now()
    await (desk.evidence.mark(kind, hr.code, now) if needs_two else desk.evidence.unmark(kind))
    action = "marked_evidence_kind" if needs_two else "unmarked_evidence_kind"
    await desk.audit.record(hr.code, action, str(kind), now)
    return True


def effect_of(credential: Credential, official: Person, today: RulesOn) -> Effect:
    """What verifying this certificate changes for this official, by the rules of today."""
    kind = today.library.kinds[credential.kind]
    if kind.criterion is None:
        return Effect(None, None, None)
    others = tuple(one for one in official.credentials if not _is_same(one, credential))
    on_record = next((one for one in official.credentials if _is_same(one, credential)), None)
    # As the cabinet does: a last day that was over when this one was issued is that of another issue.
    expires_on = on_record.expires_on if on_record is not None else None
    if expires_on is not None and credential.issued_on is not None and expires_on < credential.issued_on:
        expires_on = None
    proven = replace(credential, expires_on=expires_on, status=CredentialStatus.VERIFIED)
    verified = replace(official, credentials=(*others, proven))
    return Effect(
        kind.criterion,
        evaluate_criterion(official, kind.criterion, today),
        evaluate_criterion(verified, kind.criterion, today),
    )


_ACTIONS = {
    EvidenceState.VERIFIED: "verified_evidence",
    EvidenceState.CHECKED: "checked_evidence",
    EvidenceState.REJECTED: "rejected_evidence",
    EvidenceState.ASKED_BACK: "asked_back_evidence",
}


async def _find(
    hr: Person, number: int | None, today: RulesOn, desk: Desk, *, to_change: bool = False
) -> Seen | Barred | None:
    """A submission within this HR's scope that is not their own; any other is refused as if there were none."""
    units = units_served(hr, today)
    found = await desk.evidence.find(number, to_change=to_change) if number is not None and units else None
    official = await desk.profiles.find_person(found.person) if found is not None else None
    if found is None or official is None or official.unit not in units or official.code == hr.code:
        await desk.audit.record(hr.code, "look_refused", "evidence", desk.clock.now())
        return None
    if not is_another(hr, official.code):
        return Barred(explain_not_another(hr, official.code, official.name))
    needs_two = found.needs_two or found.credential.kind in await desk.evidence.list_marked()
    return await _seen(found, official, hr, desk, needs_two=needs_two, today=today)


async def _seen(found: Evidence, official: Person, hr: Person, desk: Desk, *, needs_two: bool, today: RulesOn) -> Seen:
    why_not = await _explain_second(found, hr, desk)
    may_verify = found.is_undecided and not why_not
    return Seen(found, official, effect_of(found.credential, official, today), needs_two, may_verify, why_not)


async def _explain_second(found: Evidence, hr: Person, desk: Desk) -> str:
    """Why somebody cannot verify it as the second of two; "" where they can, need not be, or may check it anew."""
    first = found.checked_by if found.state is EvidenceState.CHECKED else None
    already = _("You have checked it already; a second person of HR has to verify it.")
    return await explain_no_second(hr, first, found.checked_vouched_by, already, desk.profiles)


def _decided(seen: Seen, decision: Decision, words: str, hr: Person, desk: Desk) -> Evidence:
    one, by, now = seen.evidence, hr.code, desk.clock.now()
    changed = replace(one, version=one.version + 1, changed_at=now)
    if decision is Decision.ASK_BACK:
        return replace(changed, state=EvidenceState.ASKED_BACK, words=words, checked_by=None)
    if decision is Decision.REJECT:
        return replace(changed, state=EvidenceState.REJECTED, words=words, decided_by=by, decided_at=now)
    is_anew = one.state is EvidenceState.CHECKED and may_act_anew(hr, one.checked_by, one.checked_vouched_by)
    if is_anew or (seen.needs_two and one.state is not EvidenceState.CHECKED):
        return replace(
            changed, state=EvidenceState.CHECKED, checked_by=by, checked_vouched_by=hr.vouched_by, words=None
        )
    return replace(changed, state=EvidenceState.VERIFIED, words=None, decided_by=by, decided_at=now)


async def _tell(decided: Evidence, official: Person, today: RulesOn, desk: Desk) -> bool:
    notice = NewNotice(
        kind=NoticeKind.EVIDENCE,
        key=f"evidence:{decided.number}:{decided.version}",
        stage=decided.state.value,
        about=(official.code,),
        payload={"evidence": decided.number},
    )
    by = Notifying(desk.accounts, desk.outbox, desk.letters, desk.clock, desk.senders)
    return await notify(official, notice, LetterKind.EVIDENCE, decided.number, today, by)


async def _record(hr: Person, action: str, one: Evidence, desk: Desk, **details: int) -> None:
    await desk.audit.record(hr.code, action, one.person, desk.clock.now(), {"evidence": one.number, **details})


def _is_same(one: Credential, other: Credential) -> bool:
    """Whether two entries are of the same certificate: by its number, and only without one by its day of issue."""
    if (one.kind, one.number) != (other.kind, other.number):
        return False
    return one.number is not None or one.issued_on == other.issued_on
