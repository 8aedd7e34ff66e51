"""People who use the Official Account: follow, write, tap what they see, send things, read what comes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.standins.zalo_oa.server import ZaloOa


@dataclass
class Row:
    """One message of a conversation; `src` is 1 when the person wrote it. `is_billed`: outside the free window."""

    id: str
    src: int
    time: int
    kind: str
    text: str = ""
    buttons: list[dict[str, Any]] = field(default_factory=list)
    content: dict[str, Any] = field(default_factory=dict)
    is_received: bool = False
    is_seen: bool = False
    is_billed: bool = False
    order: int = field(default_factory=count().__next__)


@dataclass
class Group:
    """A group chat that the account is in."""

    id: str
    is_enabled: bool = True
    rows: list[Row] = field(default_factory=list)


class Person:
    """Acts only through what a person could see and do; a button that cannot be seen fails the test."""

    def __init__(self, oa: ZaloOa, name: str, phone: str | None) -> None:
        self.name = name
        self.phone = phone  # 84…; known to Zalo, told to the account only when the person shares it
        self.id = oa.new_digits("73")
        self.id_by_app = oa.new_digits("64")
        self.is_follower = False
        self.has_unfollowed = False
        self.last_interaction: float | None = None
        self.tags: list[str] = []
        self.shared: dict[str, Any] = {}
        self.rows: list[Row] = []
        self.refusal: int | None = None  # a code with which every message to this person is refused
        self.is_reachable = True  # False: messages are accepted and no receipt comes
        self._oa = oa
        self._read_until = 0

    # ---- acting -----------------------------------------------------------------------------------------------

    def follows(self, *, source: str = "oa_profile", copies: int = 1) -> None:
        """Follow the account."""
        self.is_follower, self.has_unfollowed = True, False
        self._interact()
        self._manage("follow", source, copies)

    def unfollows(self, *, copies: int = 1) -> None:
        """Stop following."""
        self.is_follower, self.has_unfollowed = False, True
        self._manage("unfollow", "oa_profile", copies)

    def says(self, text: str, *, copies: int = 1, delay: float = 0.0) -> str:
        """Send words. `copies` lets Zalo bring them several times. Returns the message's id."""
        return self._write("user_send_text", "text", {"text": text}, text=text, copies=copies, delay=delay)

    def taps(self, title: str, *, copies: int = 1) -> str | None:
        """Tap the newest visible button of this title; a query arrives as words, the others stay on the phone."""
        for row in reversed(self.screen()):
            for button in row.buttons:
                if button["title"] == title:
                    self._interact()
                    is_query = button["type"].startswith("oa.query.")
                    return self.says(button["payload"], copies=copies) if is_query else None
        raise AssertionError(f"no button {title!r} to be seen, only {self.buttons()}")

    def shows_image(self, content: bytes = b"jpg", name: str = "anh.jpg", *, text: str = "", copies: int = 1) -> str:
        """Send a picture, which then lies on the stand-in's own server."""
        url = self._oa.keep_thing(name, content, "image/jpeg")
        payload = {"url": url, "thumbnail": url}
        return self._attach("user_send_image", "image", payload, text=text, copies=copies)

    def sends_file(self, content: bytes = b"%PDF-1.4", name: str = "bang.pdf", *, copies: int = 1) -> str:
        """Send a file, which then lies on the stand-in's own server."""
        size: int | str = len(content)
        if self._oa.switches.file_size == "string":
            size = str(size)
        payload = {
            "url": self._oa.keep_thing(name, content, "application/octet-stream"), "name": name, "size": size,
            "checksum": hashlib.md5(content, usedforsecurity=False).hexdigest(), "type": name.rpartition(".")[2],
        }  # fmt: skip
        return self._attach("user_send_file", "file", payload, copies=copies)

    def sends_sticker(self) -> str:
        """Send a sticker."""
        return self._attach("user_send_sticker", "sticker", {"id": "5a1c", "url": "https://sticker.invalid/5a1c"})

    def records_audio(self) -> str:
        """Send a voice message."""
        return self._attach("user_send_audio", "audio", {"url": self._oa.keep_thing("1.aac", b"aac", "audio/aac")})

    def shows_location(self, latitude: str = "20.65", longitude: str = "106.05") -> str:
        """Send a place."""
        place = {"latitude": latitude, "longitude": longitude}
        if self._oa.switches.location_field == "message":
            return self._write("user_send_location", "location", {"location": place})
        return self._attach("user_send_location", "location", {"coordinates": place})

    def sends_event(self, name: str, message: dict[str, Any]) -> str:
        """Send an event of this name, documented or not."""
        return self._write(name, "unknown", message)

    def submits_info(self, phone: str | None = None, name: str | None = None, **more: Any) -> None:
        """Fill in the form that the account asked for."""
        assert any(row.kind == "request_user_info" for row in self.screen()), "nobody asked for this person's details"
        info: dict[str, Any] = {"name": name or self.name, "phone": phone or self.phone or "", **more}
        if self._oa.switches.submitted_shape == "new":
            info = {"user_dob": "", "gender": "", "full_address": {}, **info}
        else:
            info = {"address": "", "city": "", "district": "", "ward": "", **info}
        self.shared.update({key: info[key] for key in ("name", "phone")})
        self._interact()
        event = self._oa.event_from(self.id, "user_submit_info")
        del event["user_id_by_app"]
        self._oa.webhook.emit({**event, "info": info})

    def opens_chat(self) -> None:
        """Look at everything that came: Zalo tells the account which messages were seen."""
        unseen = [row for row in self.screen() if not row.is_seen]
        for row in unseen:
            row.is_seen = True
        if not unseen:
            return
        ids = [row.id for row in unseen]
        one_by_one = self._oa.switches.seen_field == "msg_id"
        for message in [{"msg_id": one} for one in ids] if one_by_one else [{"msg_ids": ids}]:
            self._oa.webhook.emit(self._oa.event_to(self.id, "user_seen_message", message))
        for row in unseen:
            self._oa.confirm_receipt(self, row)

    def _interact(self) -> None:
        self.last_interaction = self._oa.clock()
        self._oa.free_replies_used.pop(self.id, None)

    def _manage(self, name: str, source: str, copies: int) -> None:
        event = {
            "oa_id": self._oa.oa_id, "follower": {"id": self.id}, "user_id_by_app": self.id_by_app,
            "event_name": name, "source": source, "app_id": self._oa.app_id,
        }  # fmt: skip
        self._oa.webhook.emit(event, copies=copies)

    def _attach(self, name: str, kind: str, payload: dict[str, Any], *, text: str = "", copies: int = 1) -> str:
        message: dict[str, Any] = {"attachments": [{"type": kind, "payload": payload}]}
        if text:
            message["text"] = text
        return self._write(name, kind, message, text=text, content=payload, copies=copies)

    def _write(
        self,
        name: str,
        kind: str,
        message: dict[str, Any],
        *,
        text: str = "",
        content: dict[str, Any] | None = None,
        copies: int = 1,
        delay: float = 0.0,
    ) -> str:
        self._interact()
        row = Row(self._oa.new_hex(), 1, self._oa.clock.millis(), kind, text, content=content or {})
        self.rows.append(row)
        event = self._oa.event_from(self.id, name, {**message, "msg_id": row.id})
        self._oa.webhook.emit(event, copies=copies, delay=delay)
        self._oa.bell.ring()
        return row.id

    # ---- seeing -----------------------------------------------------------------------------------------------

    def screen(self) -> list[Row]:
        """What the account wrote."""
        return [row for row in self.rows if row.src == 0]

    async def reads(self, count: int = 1, *, timeout: float = 5.0) -> str:
        """Wait for the next `count` messages; their words, joined by empty lines."""
        start = self._read_until
        came = await self._oa.bell.wait_until(lambda: len(self.screen()) >= start + count, timeout)
        shown = self.screen()[start:]
        assert came, f"{len(shown)} of {count} messages came: {[one.text[:200] for one in shown]}"
        self._read_until = start + count
        return "\n\n".join(one.text for one in shown[:count])

    def unread(self) -> list[str]:
        """What came and was not read yet."""
        return [one.text for one in self.screen()[self._read_until :]]

    def sees(self) -> str:
        """Words of the account's last message."""
        return self.screen()[-1].text

    def buttons(self) -> list[str]:
        """Titles under the account's last message."""
        return [button["title"] for row in self.screen()[-1:] for button in row.buttons]
