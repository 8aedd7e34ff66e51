"""The chat page: its words in the visitor's language, and the template that carries them. No personal data here."""

from hashlib import sha256
from pathlib import Path

import jinja2
from aiohttp import web

from bot.on_web.door import LANGUAGES, WebDoor
from bot.on_web.messages import LONGEST_TEXT
from bot.on_web.visitors import know_visitor
from handlers.handed_in import MOST_BYTES, FileRefusal, say_refusal
from handlers.phrases import _, locale_of

_HERE = Path(__file__).parent
STATIC = _HERE / "static"


class ChatPage:
    """Serves the page `/`; `?lang=en` chooses its language."""

    def __init__(self, door: WebDoor) -> None:
        self._door = door
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined
        )
        self._template = environment.get_template("chat.html")
        # A changed file gets a new address, so no browser keeps an old script beside a new page.
        parts = b"".join(file.read_bytes() for file in sorted(STATIC.iterdir()))
        self._version = sha256(parts).hexdigest()[:12]

    async def show(self, request: web.Request) -> web.Response:
        locale = request.query.get("lang", self._door.settings.locale)
        if locale not in LANGUAGES:
            locale = self._door.settings.locale
        with locale_of(locale):
            html = self._template.render(
                locale=locale,
                languages=LANGUAGES,
                words=page_words(),
                people=self._door.demo_people,
                longest_text=LONGEST_TEXT,
                largest_file=MOST_BYTES,
                version=self._version,
            )
        response = web.Response(text=html, content_type="text/html")
        know_visitor(request, response, self._door)
        return response


def page_words() -> dict[str, str]:
    """Every sentence of the page in the locale being spoken; those with a {name} in them are filled in by the page."""
    return {
        "tagline": _("Title standards, certificates and deadlines, each with its legal basis"),
        "demo": _("Sample data, nothing here is real"),
        "people": _("Whom do you want to play?"),
        "people_hint": _("Choose a person, then ask as if you were them."),
        "nobody": _("A visitor who is not linked"),
        "nobody_why": _("Sees how linking and general questions work."),
        "conversation": _("Conversation"),
        "greeting": _("Hello. What would you like to know?"),
        "greeting_how": _("Ask in your own words, with or without tone marks."),
        "greeting_promise": _(
            "Every answer names its legal basis. If we do not hold the text of a document, the answer says so "
            "and tells you whom to ask."
        ),
        "question": _("Your question"),
        "placeholder": _("Type your question here"),
        "how_to_send": _("Enter sends, Shift + Enter starts a new line"),
        "send": _("Send"),
        "hand_in": _("Send a photo or PDF"),
        "too_big": say_refusal(FileRefusal.TOO_BIG),
        "you": _("You"),
        "working": _("Looking it up"),
        "background": _("For reference (not a basis of the decision)"),
        "basis": _("Basis:"),
        "sources": _("Sources of the reference:"),
        "basis_number": _("Basis {number}"),
        "next": _("You can continue with"),
        "download": _("Download {name}"),
        "connecting": _("Connecting…"),
        "lost": _("The connection was lost. Reconnecting by itself; your question is kept."),
        "offline": _("This device is not connected to the network. Your question is kept until it is."),
        "back": _("Connected again."),
        "print": _("Print"),
        "leave": _("End session"),
        "leave_sure": _("Press again to end"),
        "leave_what": _(
            "Ending removes this conversation, and this browser no longer knows who you are: to ask about your record"
            " here again, link it anew with a one-time code. If no other chat of yours is linked, reminders and answers"
            " then reach you nowhere."
        ),
        "leave_failed": _(
            "The session could not be ended, and this browser still knows who you are. Please press “End session”"
            " again in a moment."
        ),
        "leave_why": _("On a shared device, end the session when you are done."),
        "skip": _("Go to the question box"),
        "no_script": _("This page needs JavaScript. Please switch it on in the browser and open the page again."),
    }
