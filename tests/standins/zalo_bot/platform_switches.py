"""Where sources about the Bot platform disagree or are silent. Defaults are what live captures or most sources say."""

from dataclasses import dataclass
from typing import Literal

from tests.standins.zalo_ground import Switches


@dataclass
class BotSwitches(Switches):
    """Behaviours of the Bot platform that a client must bear either way."""

    error_status: Literal["200", "real"] = "200"  # HTTP status of `ok:false`
    idle_code: int = 408  # 0: the field is absent and only the words say that time is over
    update_shape: Literal["object", "list"] = "object"
    competing_polls: Literal["older ends with 409", "both wait"] = "older ends with 409"
    fetcher_gone: Literal["keeps", "pops"] = "keeps"  # pops: what comes then is handed to a client that has left
    poll_under_webhook: Literal["error 400", "silent"] = "error 400"
    updates_while_away: Literal["kept", "lost"] = "kept"  # lost: when nobody polled for 30 s
    webhook_body: Literal["flat", "wrapped"] = "flat"  # flat in captures, wrapped in the documents
    photo_field: Literal["photo_url", "photo"] = "photo_url"
    unsupported_has_message: bool = True
    echoes_own_messages: bool = False
    unknown_chat: Literal[400, 404] = 400
    text_units: Literal["utf-16", "code points"] = "utf-16"
    sets_webhook_with_verification: bool = True
    probe_carries_secret: bool = False
    test_webhook: Literal["present", "absent"] = "present"
    photo_fetch: Literal["twice", "never", "fails"] = "twice"
    accepts_reply_to: bool = False  # `reply_to_message_id`, known to one library only
    allowance_counts: Literal["sent", "sent and received"] = "sent"
    allowance_resets: Literal["calendar month", "30 days"] = "calendar month"
