"""What can be made to happen over HTTP: `POST /_ctl/acts/<name>` with the arguments as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.standins.zalo_oa.people import Person
    from tests.standins.zalo_oa.server import ZaloOa


def list_acts(oa: ZaloOa) -> dict[str, Callable[..., Any]]:
    """The acts of an account; people are named by their user id."""

    def find(person: str) -> Person:
        return oa.people[person]

    def change_wallet(messages: int | None) -> None:
        oa.wallet = messages

    def refuse(person: str, code: int | None) -> None:
        find(person).refusal = code

    def forge(event: dict[str, Any], how: Any) -> None:
        oa.webhook.forge(event, how)

    def enable() -> None:
        oa.webhook.is_enabled = oa.webhook.url is not None

    def emit(event: dict[str, Any], copies: int = 1, delay: float = 0.0) -> None:
        oa.webhook.emit(event, copies=copies, delay=delay)

    return {
        "new_person": lambda name, **more: oa.person(name, **more).id,
        "new_group": lambda: oa.group().id,
        "follows": lambda person, **more: find(person).follows(**more),
        "unfollows": lambda person: find(person).unfollows(),
        "says": lambda person, text, **more: find(person).says(text, **more),
        "taps": lambda person, title: find(person).taps(title),
        "shows_image": lambda person, text="": find(person).shows_image(text=text),
        "sends_file": lambda person, name="bang.pdf": find(person).sends_file(name=name),
        "sends_sticker": lambda person: find(person).sends_sticker(),
        "submits_info": lambda person, **more: find(person).submits_info(**more),
        "opens_chat": lambda person: find(person).opens_chat(),
        "reads": lambda person, count=1, timeout=5.0: find(person).reads(count, timeout=timeout),
        "buttons": lambda person: find(person).buttons(),
        "refuse": refuse,
        "save_webhook": oa.save_webhook,
        "enable_webhook": enable,
        "emit": emit,
        "forge": forge,
        "expire_access": oa.grants.expire_access,
        "withdraw_grant": oa.grants.withdraw,
        "tell_tokens": lambda: {"access_token": oa.access_token, "refresh_token": oa.refresh_token},
        "change_wallet": change_wallet,
    }
