"""New rules have changed somebody's results: that there is something to see, and nothing of what it is."""

from handlers.notices.composing import Dropped, Present, seen
from handlers.officials.changes import push_text, see_details
from handlers.reply import Reply
from storage.records import Delivery, Notice


async def compose(notice: Notice, delivery: Delivery, present: Present) -> Reply | Dropped:
    """What has changed for me? The button names the rules of before, which the recipient was told by."""
    del present  # the pressed button compares by the rules of that moment
    before = str(notice.payload.get("told", ""))
    return Reply(push_text(), choices=(see_details(before), seen(delivery.id)))
