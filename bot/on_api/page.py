"""The page for people who write programs against this door. It holds no data, needs no script, and asks nobody else."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path as File
from typing import Any, Final

import jinja2
from markupsafe import Markup, escape

from bot.on_api.paths import BASE, Path
from handlers.phrases import _

STYLE_PATH: Final = f"{BASE}/style.css"
_HERE: Final = File(__file__).parent


def render_page(paths: Sequence[Path], locale: str) -> str:
    """The page, in the language being spoken."""
    words, problems = _words(), _problems()
    return str(
        _template().render(locale=locale, base=BASE, style=STYLE_PATH, paths=paths, words=words, problems=problems)
    )


def render_style() -> str:
    """How the page looks."""
    return (_HERE / "static" / "style.css").read_text(encoding="utf-8")


@cache
def _template() -> Any:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    environment.filters["coded"] = _coded
    return environment.get_template("api.html")


def _coded(words: str) -> Markup:
    """Words with what stands between backticks shown as code."""
    parts = [escape(one) for one in words.split("`")]
    return Markup("").join(Markup("<code>{}</code>").format(one) if n % 2 else one for n, one in enumerate(parts))


def _words() -> dict[str, str]:
    return {
        "title": _("Data for other systems"),
        "about": _(
            "Read-only. What each key may see ends at its units; every request is put on record. Officials are"
            " named by their codes alone."
        ),
        "how": _("How to ask"),
        "key": _("A key is made by the operator, with the command below. It is shown once and has a last day."),
        "document": _("The same for machines (OpenAPI 3.1)"),
        "paths": _("Paths"),
        "asked": _("May be asked by"),
        "row": _("Each row holds"),
        "name": _("Name"),
        "means": _("Meaning"),
        "one_of": _("One of"),
        "optional": _("may be empty"),
        "problems": _("What can go wrong"),
        "paging": _("Where `next` is not empty, more rows follow: give it as `cursor`."),
        "fresh": _(
            "An ETag comes with every answer: given back as If-None-Match, it brings 304 while nothing changed."
        ),
    }


def _problems() -> Sequence[tuple[str, str, str]]:
    return (
        ("wrong-parameter", "400", _("A parameter is wrong; `detail` says which, and what is expected.")),
        ("no-key", "401", _("No key, or one that opens nothing; `detail` says which.")),
        ("not-found", "404", _("There is nothing of this name within the scope of the key.")),
        ("read-only", "405", _("Here one can only read.")),
        ("too-often", "429", _("Too many requests; `Retry-After` says for how many seconds to wait.")),
        ("ours", "500", _("Something went wrong on our side.")),
        ("out-of-service", "503", _("The data is out of reach just now; try again in a minute.")),
    )
