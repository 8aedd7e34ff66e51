"""What has changed in my results, and why? The detail behind a notice that rules have changed."""

from collections.abc import Iterator, Sequence

from handlers import next_steps
from handlers.asking import Choice
from handlers.change_words import explain_cause, name_subject, summarise
from handlers.contacts import describe_contact
from handlers.phrases import _, ngettext, show_day_of
from handlers.ports import Told
from handlers.reply import Background, Line, Reply
from handlers.stating import state
from handlers.verdicts import describe_deadlines, describe_finding
from handlers.visit import Visit
from handlers.why_subjects import why
from knowledge.causes import Cause
from knowledge.changes import Change, Difference
from knowledge.documents import Citation
from knowledge.facts import Person
from knowledge.folding import fold_words
from knowledge.library import Library
from knowledge.proof import Doubt
from knowledge.rulebook import RuleBook
from knowledge.rules_serialised import UnreadableRulesError, read_rules
from storage.records import ToldRules

ACTION = "changes.mine"
_MARK_LENGTH = 16  # of a fingerprint: enough to tell the few rules that are kept apart
_WORDS_OF_CHANGE = ("co gi thay doi", "co thay doi", "thay doi gi", "thay doi nhu the nao", "khac truoc")


def is_asked(visit: Visit) -> bool:
    """Whether a question about one's own results asks what became another one."""
    folded = fold_words(visit.text)
    return any(words in folded for words in _WORDS_OF_CHANGE)


def push_text() -> str:
    """The whole of what is pushed: that there is something to see, and nothing of what it is."""
    return _("New rules have changed the results of your standards review. Press “See details” to see them.")


def see_details(fingerprint: str) -> Choice:
    """The button under a notice; it names the rules of before, which the person was told by."""
    return Choice(_("See details"), ACTION, fingerprint[:_MARK_LENGTH])


async def tell_my_changes(visit: Visit, person: Person, *, told: Told) -> Reply:
    """What has changed for me since the rules that I was told by before?"""
    found = await _find_earlier(visit.subject, person, told)
    if found is None:
        return Reply(
            title=_("There are no earlier rules on record to compare your results with."),
            lines=(describe_contact(visit),),
            choices=_next_steps(),
        )
    earlier, before = found
    difference = Difference(before, visit.rules.book, visit.on)
    changes = difference.changes_of(person)
    since = show_day_of(earlier.told_at)
    if not changes:
        return Reply(
            title=_("Since {day} no change of the rules has changed your results.").format(day=since),
            choices=_next_steps(),
        )
    return Reply(
        title=ngettext(
            "Since {day} the rules have changed, and with them {n} of your results.",
            "Since {day} the rules have changed, and with them {n} of your results.",
            len(changes),
        ).format(day=since, n=len(changes)),
        lines=(
            *(line for change in changes for line in _describe(change, difference, visit)),
            *_explain(changes, difference.after.library, visit),
            *describe_deadlines([change.new for change in changes if change.new is not None], visit.rules),
        ),
        choices=_next_steps(),
        findings=tuple(change.new for change in changes if change.new is not None),
    )


async def _find_earlier(mark: str, person: Person, told: Told) -> tuple[ToldRules, RuleBook] | None:
    """The rules that a notice named, else those told before the last ones, else the last ones.

    The person must have been there when they were told, and this release must still read them.
    """
    kept = await told.list_told()
    if mark:
        wanted: Sequence[ToldRules] = [one for one in kept if one.rules.fingerprint.startswith(mark)][:1]
    else:
        wanted = kept[:2][::-1]
    for one in wanted:
        before = _read(one)
        if before is not None and await told.was_there(person.code, one):
            return one, before
    return None


def _read(told: ToldRules) -> RuleBook | None:
    try:
        return read_rules(told.rules.form, told.rules.content)
    except UnreadableRulesError:
        return None


def _describe(change: Change, difference: Difference, visit: Visit) -> Iterator[Line]:
    known = difference.after.library
    subject = name_subject(change, known)
    old, new = summarise(change, known)
    text = _("{subject}: now {new} (before: {old}).").format(subject=subject, old=old, new=new)
    if change.new is None or not change.new.basis:
        yield Line(text)
    else:
        yield state(text, change.new.basis, visit)
    if change.new is not None:
        yield describe_finding(change.new, visit.rules)
    if change.old is not None:
        text = _("{subject}, by the rules of before: {old}.").format(subject=subject, old=old)
        cites = _resolving(change.old.basis, visit.rules.library)
        yield Background(text, cites, Doubt.NO_LONGER_IN_FORCE)


def _explain(changes: Sequence[Change], known: Library, visit: Visit) -> Iterator[Line]:
    """Each cause once, with what it changed where that is not everything."""
    shared: dict[Cause, list[str]] = {}
    for change in changes:
        for cause in change.why:
            shared.setdefault(cause, []).append(name_subject(change, known).lower())
    for cause, subjects in shared.items():
        reason = explain_cause(cause, known)
        if len(subjects) == len(changes):
            text = _("Why: {reason}").format(reason=reason)
        else:
            text = _("Why ({subjects}): {reason}").format(subjects="; ".join(subjects), reason=reason)
        yield _state_cause(text, cause, visit)


def _state_cause(text: str, cause: Cause, visit: Visit) -> Line:
    cites = _resolving((cause.cite,) if cause.cite is not None else (), visit.rules.library)
    if not cites:
        return Line(text)
    if cause.is_past:
        return Background(text, cites, Doubt.NO_LONGER_IN_FORCE)
    return state(text, cites, visit)


def _resolving(cites: Sequence[Citation], library: Library) -> tuple[Citation, ...]:
    """Only what the library of today can still show; rules of before may rest on what is gone."""
    found = (library.documents.get(cite.document) for cite in cites)
    return tuple(
        cite
        for cite, document in zip(cites, found, strict=True)
        if document is not None
        and (cite.point is None or not document.points or document.point(cite.point) is not None)
    )


def _next_steps() -> tuple[Choice, ...]:
    return why(), next_steps.my_gaps(), next_steps.my_deadlines(), next_steps.whom_to_ask()
