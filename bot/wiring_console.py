"""How the console gets its pages from an open office."""

from bot.on_console.door import ConsoleDoor
from bot.on_web.door import WebSettings
from bot.rules_now import RulesNow
from bot.wiring import Office


def make_console(office: Office, settings: WebSettings) -> ConsoleDoor:
    """What the console is given when it opens beside the web chat of these settings."""
    return ConsoleDoor(
        settings=settings,
        open_cabinet=office.open_cabinet,
        rules_now=RulesNow(office.reference.rule_book, office.clock),
        clock=office.clock,
        describe=office.describe,
    )
