"""That HR has decided on a certificate, or asks about it: a few words without the certificate, and a button to it."""

from handlers.asking import Choice
from handlers.notices.composing import Dropped, Present
from handlers.phrases import _
from handlers.reply import Reply
from storage.records import Delivery, EvidenceState, Notice


async def compose(notice: Notice, delivery: Delivery, present: Present) -> Reply | Dropped:
    """The words of a notice about evidence; not for anybody but the official who handed it in."""
    del delivery
    if present.person.code not in notice.about:
        return Dropped("not_theirs")
    number = int(notice.payload["evidence"])
    said = {
        EvidenceState.VERIFIED: _("HR has verified what you handed in as number {number}."),
        EvidenceState.REJECTED: _("HR could not verify what you handed in as number {number}: please read why."),
        EvidenceState.ASKED_BACK: _("HR asks you something about what you handed in as number {number}."),
    }
    text = said.get(EvidenceState(notice.stage), _("Something new on what you handed in as number {number}."))
    see = Choice(_("See it"), "evidence.open", str(number))
    return Reply(text.format(number=number), choices=(see,))
