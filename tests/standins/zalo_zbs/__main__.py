"""Template messages by themselves, with an account: `python -m tests.standins.zalo_zbs --template 123456:name=30`."""

import argparse

from tests.standins.zalo_ground.by_itself import read_options, run
from tests.standins.zalo_ground.clock import Clock
from tests.standins.zalo_oa import ZaloOa
from tests.standins.zalo_oa.__main__ import add_options, describe
from tests.standins.zalo_zbs import Param, ZaloZbs


def _add(options: argparse.ArgumentParser) -> None:
    add_options(options)
    options.add_argument("--template", action="append", default=[], help="123456:customer_name=30,code=10")
    options.add_argument("--quota", type=int, default=500, help="messages per day")


def _add_template(zbs: ZaloZbs, written: str) -> None:
    template_id, _, params = written.partition(":")
    pairs = [one.partition("=") for one in params.split(",") if one]
    zbs.template(template_id, [Param(name, int(most or 30)) for name, _, most in pairs])


if __name__ == "__main__":
    chosen = read_options("zalo_zbs", _add)
    account = ZaloOa(
        clock=Clock(start=chosen.clock), seed=chosen.seed, ladder_factor=chosen.ladder_factor,
        callback_urls=chosen.callback or ("http://127.0.0.1/zalo/callback",),
    )  # fmt: skip
    account.webhook.url, account.webhook.is_enabled = chosen.webhook, chosen.webhook is not None
    messages = ZaloZbs(account, daily_quota=chosen.quota)
    for one in chosen.template:
        _add_template(messages, one)
    run(account, chosen.port, lambda: {**describe(account), "ZALO_BUSINESS": messages.business_base})
