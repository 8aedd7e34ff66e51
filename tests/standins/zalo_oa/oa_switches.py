"""Where sources about the Official Account disagree or are silent. Defaults are what most of them say."""

from dataclasses import dataclass
from typing import Literal

from tests.standins.zalo_ground import Switches


@dataclass
class OaSwitches(Switches):
    """Behaviours of the Official Account platform that a client must bear either way."""

    # consent and tokens
    consent_parameters: Literal["fixed", "per request"] = "fixed"  # fixed: only what the console holds counts
    returns_state: bool = True
    expires_in: Literal["string", "number"] = "string"
    tells_refresh_expiry: bool = False
    dead_refresh: Literal["named", "-14014", "-118"] = "named"  # named: HTTP 200 and no numeric `error`
    token_error_status: Literal[200, 400] = 200
    invalid_token_code: Literal[-216, 216, -401, 401] = -216

    # sending
    closed_kinds: Literal["closed", "open"] = "closed"  # transaction and promotion, closed since March 2026
    closed_code: int = -233
    expired_code: Literal[-230, -232] = -230
    refuses_strangers: Literal["who unfollowed", "every non-follower", "nobody"] = "who unfollowed"
    unknown_user_code: int = -201
    free_replies: Literal["unlimited", "eight"] = "unlimited"
    accepts_lists: bool = False  # the list template, of which no current page speaks
    accepts_stickers: bool = True
    answers_quota: bool = True
    allowance_counts: Literal["all", "billed"] = "all"
    file_key: Literal["token", "attachment_id"] = "token"
    accepts_csv: bool = True
    recent_chats: Literal["every message", "last of each chat"] = "every message"
    detail_of_strangers: Literal["-213", "answers"] = "-213"

    # webhook
    signature_first: Literal["app_id", "oa_id"] = "app_id"
    signature_prefix: bool = True  # "mac="
    signature_secret: Literal["oa secret", "app secret"] = "oa secret"
    echoes: bool = True
    echo_msg_id: Literal["same", "other"] = "same"
    seen_field: Literal["msg_ids", "msg_id"] = "msg_ids"
    receipts: Literal["in order", "seen first"] = "in order"
    file_size: Literal["string", "number"] = "string"
    location_field: Literal["attachment", "message"] = "attachment"
    submitted_shape: Literal["new", "old"] = "new"
