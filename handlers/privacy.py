"""The privacy notice that is read and agreed to before linking, in one dated version."""

from handlers.phrases import _
from handlers.reply import Line
from handlers.stating import state_for
from handlers.visit import Visit

# Changes with every change of the sentences below: consent is given to one wording.
NOTICE_VERSION = "2026-11-21.2"
# The same for what is shown before a question is passed on to people.
CONSENT_VERSION = "2026-11-21"


def describe_notice(visit: Visit) -> list[Line]:
    """What is processed, for what, how long, and which rights the person has: by the law of the real day.

    Whatever day a question is about, it is today that somebody agrees.
    """
    today = visit.rules.book.on(visit.today)
    policy = today.library.policy
    rights = _("Your rights: see, export, have corrected, withdraw at any time by typing /quyenriengtu.")
    laws = [today.library.cite(one) for one in today.library.policy.privacy_laws]
    return [
        Line(
            _(
                "Purpose: to tell you your own title standards, certificates and deadlines, and to pass a question on "
                "to HR when you ask for that; nothing else."
            ),
            is_item=True,
        ),
        Line(
            _(
                "Data: your staff code, name, date of birth, position, unit and certificates as recorded by HR, "
                "the identity of this chat, what this conversation was last about, and its last three questions as "
                "you typed them. Never send identity papers here."
            ),
            is_item=True,
        ),
        Line(
            _(
                "Who sees it: you, the head of your unit and HR in charge; a question that you pass on, HR in charge "
                "alone. Every look is recorded."
            ),
            is_item=True,
        ),
        Line(
            _(
                "How long: until you withdraw, or your record leaves the roster; this conversation {days} days after "
                "its last word; questions passed on, encrypted, {n} days after they ended. Nothing leaves this "
                "installation."
            ).format(days=policy.conversations_kept_days, n=policy.inquiry_texts_kept_days),
            is_item=True,
        ),
        state_for(rights, laws, today, visit.territory, is_item=True) if laws else Line(rights, is_item=True),
        Line(
            _(
                "Answers are for reference and do not replace a decision of the "
                "competent authority. Silence is not consent."
            ),
            is_item=True,
        ),
    ]
