"""Forms filled in step by step in a chat: what each step asks and how its answer is read are data of the form.

What was filled in lives in the conversation (`Reply.pending`); a button carries only its step and its answer. A form
is made anew for every visit, bound to whatever its steps need. Its name is the `Pending.form`, and the action of its
buttons.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from handlers.asking import Choice
from handlers.phrases import _
from handlers.reply import Line, Pending, Reply
from handlers.visit import Visit
from knowledge.folding import fold_words

Values = Mapping[str, str]

LONGEST_ENTRY = 2_000  # characters of one typed answer; whatever is longer is no answer to a step

RESUME = ":"  # the subject of the button that goes on with a form that was left for something else
_BACK = ".back"
_CANCEL = ".cancel"
_BACK_WORDS = frozenset({"quay lai", "tro lai", "lui lai"})
_CANCEL_WORDS = frozenset({"huy", "huy bo", "thoi", "thoi khong", "dung lai", "stop", "cancel"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a step asks: the question, lines that help to answer it, and answers to press (label, value)."""

    title: str
    lines: tuple[Line, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """An answer that cannot be taken, with the one sentence that says why."""

    why: str


@dataclass(frozen=True, slots=True)
class Step:
    """One question of a form. It is answered once every one of its `fills` stands in the values.

    `read` gives what to fill in; a value of None takes what was filled in before away. `is_needed` may leave the step
    out because of what was answered before.
    """

    name: str
    fills: tuple[str, ...]
    ask: Callable[[Values], Awaitable[Asked]]
    read: Callable[[str, Values], Awaitable[Mapping[str, str | None] | Refused]]
    is_needed: Callable[[Values], bool] = lambda _values: True


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its steps in order, what happens with all of it, and what is said when it is given up.

    `needs` are the values that it must have been begun with.
    """

    name: str
    steps: tuple[Step, ...]
    finish: Callable[[Values], Awaitable[Reply]]
    cancel: Callable[[], Reply]
    needs: tuple[str, ...] = ()


def ends_form(text: str) -> bool:
    """Whether these words, alone, give a form up ("hủy", "thôi")."""
    return fold_words(text) in _CANCEL_WORDS


async def begin(form: Form, values: Values) -> Reply:
    """Ask for the first thing that is not filled in yet; finish where nothing is missing."""
    step = _next_step(form, values)
    return await form.finish(values) if step is None else await _ask(form, step, values)


async def answer(form: Form, visit: Visit, kept: Pending | None) -> Reply:
    """Take what was typed (`visit.pending`) or pressed (`visit.subject`) and ask on.

    `kept` is what the conversation waits for. A button of a step that is not being asked changes nothing: the step
    that is asked is asked again, and where none is, it is said that the form is closed.
    """
    if kept is None or kept.form != form.name or not kept.values.keys() >= set(form.needs):
        return _closed(form)
    step = next((one for one in form.steps if one.name == kept.step), form.steps[0])
    missing = _next_step(form, kept.values)
    if missing is not None and form.steps.index(missing) < form.steps.index(step):  # kept by another version
        step = missing
    if visit.pending is not None:
        return await _take(form, step, kept.values, _typed(visit.text))
    pressed, _mark, value = visit.subject.partition(":")
    if value == _CANCEL:
        return form.cancel()
    if visit.subject == RESUME:
        return await _ask(form, step, kept.values)
    if pressed != step.name:
        asked = await _ask(form, step, kept.values)
        return replace(asked, lines=(Line(_("That button belongs to another step.")), *asked.lines))
    return await _take(form, step, kept.values, value)


async def _take(form: Form, step: Step, values: Values, said: str) -> Reply:
    if said == _CANCEL:
        return form.cancel()
    if said == _BACK:
        return await _ask(form, _step_before(form, step, values), values)
    read = await step.read(said, values)
    if isinstance(read, Refused):
        asked = await _ask(form, step, values)
        return replace(asked, title=read.why, lines=(Line(asked.title), *asked.lines))
    merged = {**values, **read}
    return await begin(form, {key: value for key, value in merged.items() if value is not None})


async def _ask(form: Form, step: Step, values: Values) -> Reply:
    asked = await step.ask(values)
    choices = [Choice(label, form.name, f"{step.name}:{value}") for label, value in asked.answers]
    if _step_before(form, step, values) is not step:
        choices.append(Choice(_("Go back"), form.name, f"{step.name}:{_BACK}"))
    choices.append(Choice(_("Cancel"), form.name, f"{step.name}:{_CANCEL}"))
    return Reply(
        title=asked.title,
        lines=asked.lines,
        choices=tuple(choices),
        pending=Pending(form.name, step.name, dict(values)),
    )


def _next_step(form: Form, values: Values) -> Step | None:
    unanswered = (one for one in form.steps if one.is_needed(values) and not values.keys() >= set(one.fills))
    return next(unanswered, None)


def _step_before(form: Form, step: Step, values: Values) -> Step:
    """The step asked before this one; the first one itself."""
    before = [one for one in form.steps[: form.steps.index(step)] if one.is_needed(values)]
    return before[-1] if before else step


def _typed(text: str) -> str:
    if ends_form(text):
        return _CANCEL
    return _BACK if fold_words(text) in _BACK_WORDS else text.strip()


def _closed(form: Form) -> Reply:
    reply = form.cancel()
    return replace(reply, title=_("That form is no longer open; nothing was changed."))
