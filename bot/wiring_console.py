"""How the console gets its pages from an open office."""

from bot.commands.checked import Check
from bot.on_console.door import ConsoleDoor, Token
from bot.on_web.door import WebSettings
from bot.rules_now import RulesNow
from bot.wiring import Office
from storage.workbook.tables_given import read_given_file


def make_console(office: Office, settings: WebSettings) -> ConsoleDoor:
    """What the console is given when it opens beside the web chat of these settings."""
    return ConsoleDoor(
        settings=settings,
        open_cabinet=office.open_cabinet,
        rules_now=RulesNow(office.reference.rule_book, office.clock),
        clock=office.clock,
        describe=office.describe,
        serve=office.desk.serve,
        read_table=read_given_file,
        reports=office.reports,
        senders=office.senders,
        open_reading=office.open_reading if office.replica is not None else None,
        find_position=office.replica.position if office.replica is not None else None,
        read_figures=office.push.read_figures,
        look_around=lambda: _look_around(office),
        list_tokens=lambda: _list_tokens(office),
    )


async def _look_around(office: Office) -> list[Check]:
    from bot.commands.doctor import look_around  # noqa: PLC0415  with it come all channels; few look here, and rarely

    return await look_around(office)


async def _list_tokens(office: Office) -> list[Token]:
    settings, senders = office.settings, office.senders
    grant = await office.zalo_grants.find() if settings.is_zalo_oa_open else None
    holds = grant is not None and grant.lost_at is None
    return [
        Token("telegram", settings.telegram_token is not None, None, senders.get("telegram", "")),
        Token("zalo_bot", settings.zalo_bot_token is not None, None, senders.get("zalo_bot", "")),
        Token("zalo_oa", holds, grant.pair.refresh_until if holds and grant else None, senders.get("zalo_oa", "")),
    ]
