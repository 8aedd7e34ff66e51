"""The Official Account by itself: `python -m tests.standins.zalo_oa --port 8083 --webhook http://127.0.0.1:8000/zalo`.

`--webhook` is saved without the console's probe, so that the receiver may start later.
"""

import argparse

from tests.standins.zalo_ground.by_itself import read_options, run
from tests.standins.zalo_ground.clock import Clock
from tests.standins.zalo_oa import ZaloOa


def add_options(options: argparse.ArgumentParser) -> None:
    options.add_argument("--webhook", default=None)
    options.add_argument("--callback", action="append", default=[], help="a registered callback; may be repeated")
    options.add_argument("--ladder-factor", type=float, default=1.0)


def describe(oa: ZaloOa) -> dict[str, str]:
    return {
        "ZALO_OPENAPI": oa.openapi_base, "ZALO_OAUTH": oa.oauth_base, "ZALO_APP_ID": oa.app_id,
        "ZALO_APP_SECRET": oa.app_secret, "ZALO_OA_ID": oa.oa_id, "ZALO_OA_SECRET": oa.oa_secret,
        "ZALO_ACCESS_TOKEN": oa.access_token, "ZALO_REFRESH_TOKEN": oa.refresh_token,
    }  # fmt: skip


if __name__ == "__main__":
    chosen = read_options("zalo_oa", add_options)
    account = ZaloOa(
        clock=Clock(start=chosen.clock), seed=chosen.seed, ladder_factor=chosen.ladder_factor,
        callback_urls=chosen.callback or ("http://127.0.0.1/zalo/callback",),
    )  # fmt: skip
    account.webhook.url, account.webhook.is_enabled = chosen.webhook, chosen.webhook is not None
    run(account, chosen.port, lambda: describe(account))
