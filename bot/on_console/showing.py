"""How pages are written: templates that escape by themselves, and the words and shapes they all use."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from jinja2 import StrictUndefined

from bot.on_console.browser import PATH
from bot.on_console.seats import Seat
from bot.on_web.door import LANGUAGES
from handlers.phrases import gettext, ngettext, show_day, show_day_of, show_moment, show_number

if TYPE_CHECKING:
    from bot.on_console.pages import Asked

HERE = Path(__file__).parent
STATIC = HERE / "static"


# Pages that have no entry of their own in the menu, and the entry that they belong to.
_BELONGS: Mapping[str, str] = {"study": "cases"}


class Templates:
    """The templates of the console. `menu` is what everybody may go to: page, its words (a msgid), who may see it."""

    def __init__(self, menu: Sequence[tuple[str, str, frozenset[Seat]]]) -> None:
        self._menu = menu
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        # A changed file gets a new address, so no browser keeps an old style beside a new page.
        parts = b"".join(file.read_bytes() for file in sorted(STATIC.iterdir()))
        self._environment.globals |= {
            "_": gettext,
            "gettext": gettext,
            "ngettext": ngettext,
            "languages": LANGUAGES,
            "version": sha256(parts).hexdigest()[:12],
        }
        self._environment.filters |= {
            "day": show_day,
            "day_of": show_day_of,
            "moment": show_moment,
            "number": show_number,
        }

    def render(self, template: str, asked: "Asked", values: Mapping[str, Any]) -> str:
        """A page for somebody who is in."""
        menu = [(name, gettext(words)) for name, words, may in self._menu if asked.member.seats & may]
        place = _place_of(asked, [name for name, _words in menu])
        return self._environment.get_template(template).render(
            asked=asked,
            me=asked.member,
            mark=asked.mark,
            locale=asked.locale,
            address=asked.address,
            menu=menu,
            here=asked.request.match_info.route.name,
            place=place,
            current=dict(menu).get(place, ""),
            today=asked.today.day,
            is_rehearsal=asked.door.clock.is_fixed,
            **values,
        )

    def render_outside(self, template: str, locale: str, values: Mapping[str, Any]) -> str:
        """A page for whoever is not in."""
        return self._environment.get_template(template).render(locale=locale, **values)


def _place_of(asked: "Asked", menu: Sequence[str]) -> str:
    """The entry of the menu that a page stands below: that of the first part of its path; empty for none."""
    resource = asked.request.match_info.route.resource
    first = resource.canonical.removeprefix(PATH).strip("/").partition("/")[0] if resource is not None else ""
    place = _BELONGS.get(first, first)
    return place if place in menu else ""
