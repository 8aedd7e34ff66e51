"""How the choices of a reply stand as buttons, for both libraries that talk to Telegram: one or two in a row."""

from collections.abc import Iterable

from handlers.asking import Choice

MOST_TOKEN_BYTES = 64
_SHORT_LABEL = 16  # two of these stand side by side on a small phone without being cut


def lay_out(choices: Iterable[Choice]) -> list[list[Choice]]:
    """The rows of buttons. Raises ValueError for a token that Telegram would refuse."""
    rows: list[list[Choice]] = []
    for choice in choices:
        _ensure_token(choice)
        if rows and len(rows[-1]) == 1 and _is_short(rows[-1][0].label) and _is_short(choice.label):
            rows[-1].append(choice)
        else:
            rows.append([choice])
    return rows


def _ensure_token(choice: Choice) -> None:
    if not 0 < len(choice.token.encode()) <= MOST_TOKEN_BYTES:
        raise ValueError(f"choice {choice.action} does not fit {MOST_TOKEN_BYTES} bytes")


def _is_short(label: str) -> bool:
    return len(label) <= _SHORT_LABEL
