"""What the account can ask: people, conversations, tags, quota, itself."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.standins.zalo_ground.calls import Asked
from tests.standins.zalo_ground.clock import HANOI
from tests.standins.zalo_ground.serving import Refused
from tests.standins.zalo_oa.people import Person, Row
from tests.standins.zalo_oa.shapes import ensure_keys, wrong

if TYPE_CHECKING:
    from tests.standins.zalo_oa.server import ZaloOa

_MOST_OFFSET = 9951
_SHOWN_KIND = {"image": "photo", "audio": "voice"}  # recalled; the documents name no list


class Questions:
    """The GET addresses of openapi.zalo.me with their one parameter `data`, and the quota."""

    def __init__(self, oa: ZaloOa) -> None:
        self._oa = oa

    async def describe_user(self, asked: Asked) -> dict[str, Any]:
        person = self._find(_read_data(asked, {"user_id"}, {"user_id"})["user_id"])
        if not person.is_follower and self._oa.switches.detail_of_strangers == "-213":
            raise Refused(-213, "User has not followed the account")
        avatar = f"https://avatar.invalid/{person.id}.jpg"
        last = person.last_interaction
        shared = {key: person.shared.get(key, "") for key in ("name", "phone", "address", "city", "district")}
        data = {
            "user_id": person.id, "user_id_by_app": person.id_by_app, "user_external_id": "",
            "display_name": person.name, "user_alias": "", "is_sensitive": False,
            "user_last_interaction_date": f"{_local(last):%d/%m/%Y}" if last is not None else "",
            "user_is_follower": person.is_follower, "avatar": avatar, "avatars": {"120": avatar, "240": avatar},
            "dynamic_param": "", "tags_and_notes_info": {"notes": [], "tag_names": person.tags},
            "shared_info": shared,
        }  # fmt: skip
        return _good(data)

    async def list_users(self, asked: Asked) -> dict[str, Any]:
        names = {"offset", "count", "tag_name", "last_interaction_period", "is_follower"}
        given = _read_data(asked, names, {"offset", "count"})
        offset, count = _read_page(given, most=50)
        if offset > _MOST_OFFSET:
            raise wrong("offset")
        chosen = [one for one in self._oa.people.values() if self._is_listed(one, given)]
        users = [{"user_id": one.id} for one in chosen[offset : offset + count]]
        return _good({"total": len(chosen), "count": len(users), "offset": offset, "users": users})

    async def list_recent(self, asked: Asked) -> dict[str, Any]:
        """The newest messages of all conversations: the way in where no public address exists."""
        offset, count = _read_page(_read_data(asked, {"offset", "count"}, set()), most=10)
        rows = [(one, row) for one in self._oa.people.values() for row in one.rows]
        if self._oa.switches.recent_chats == "last of each chat":
            rows = [(one, one.rows[-1]) for one in self._oa.people.values() if one.rows]
        newest = sorted(rows, key=lambda pair: pair[1].order, reverse=True)
        return _good([self._show(*pair) for pair in newest[offset : offset + count]])

    async def list_conversation(self, asked: Asked) -> dict[str, Any]:
        given = _read_data(asked, {"user_id", "offset", "count"}, {"user_id"})
        offset, count = _read_page(given, most=10)
        person = self._find(given["user_id"])
        return _good([self._show(person, row) for row in person.rows[::-1][offset : offset + count]])

    async def describe_account(self, asked: Asked) -> dict[str, Any]:
        if asked.query:
            raise wrong("no parameter is expected")
        return _good({
            "oaid": self._oa.oa_id, "oa_id": self._oa.oa_id, "name": self._oa.name, "is_verified": True,
            "oa_type": 2, "package_name": "Nâng cao", "linked_ZCA": "" if self._oa.wallet is None else "zca-stand-in",
            "num_follower": sum(1 for one in self._oa.people.values() if one.is_follower),
            "avatar": "https://avatar.invalid/oa.jpg",
        })  # fmt: skip

    async def tell_quota(self, asked: Asked) -> dict[str, Any]:
        body = asked.object() or {}
        if "user_id" in body:
            ensure_keys(body, "body", {"user_id"}, {"user_id"})
            person = self._find(body["user_id"])
            last = "" if person.last_interaction is None else str(int(person.last_interaction * 1000))
            return _good({
                "last_interaction": last,
                "cs_reply": {"remain": self._oa.sending.free_left(person), "total": 8},
                "promotion": {"daily_remain": 0, "daily_total": 1, "monthly_remain": 4, "monthly_total": 6},
            })  # fmt: skip
        names = {"quota_owner", "product_type", "quota_type"}
        ensure_keys(body, "body", names, {"quota_owner"})
        most = self._oa.monthly_allowance
        _, month = self._oa.sending.counted()
        return _good([{
            "quota_type": body.get("quota_type", "sub_quota"), "product_type": body.get("product_type", "cs"),
            "total": "" if most is None else str(most), "remain": "" if most is None else str(max(0, most - month)),
            "expired_date": "", "owner_type": body["quota_owner"], "owner_id": self._oa.oa_id,
        }])  # fmt: skip

    # ---- tags -------------------------------------------------------------------------------------------------

    async def tag(self, asked: Asked) -> dict[str, Any]:
        person, tag = self._read_tagging(asked)
        if tag not in person.tags:
            person.tags.append(tag)
        if tag not in self._oa.tags:
            self._oa.tags.append(tag)
        event = {"event_name": "add_user_to_tag", "oa_id": self._oa.oa_id, "app_id": self._oa.app_id}
        self._oa.webhook.emit({**event, "tag": {"name": tag, "user_ids": [person.id]}})
        return {"error": 0, "message": "Success"}

    async def untag(self, asked: Asked) -> dict[str, Any]:
        person, tag = self._read_tagging(asked)
        if tag not in person.tags:
            raise wrong("tag_name")
        person.tags.remove(tag)
        return {"error": 0, "message": "Success"}

    async def remove_tag(self, asked: Asked) -> dict[str, Any]:
        tag = ensure_keys(asked.body, "body", {"tag_name"}, {"tag_name"})["tag_name"]
        if tag not in self._oa.tags:
            raise wrong("tag_name")
        self._oa.tags.remove(tag)
        for person in self._oa.people.values():
            person.tags = [one for one in person.tags if one != tag]
        return {"error": 0, "message": "Success"}

    async def list_tags(self, _: Asked) -> dict[str, Any]:
        return _good(list(self._oa.tags))

    # ---- reading ----------------------------------------------------------------------------------------------

    def _read_tagging(self, asked: Asked) -> tuple[Person, str]:
        body = ensure_keys(asked.body, "body", {"user_id", "tag_name"}, {"user_id", "tag_name"})
        # Here alone the documents show the id without quotes.
        return self._find(str(body["user_id"])), str(body["tag_name"])

    def _find(self, user_id: Any) -> Person:
        person = self._oa.people.get(user_id) if isinstance(user_id, str) else None
        if person is None:
            raise Refused(self._oa.switches.unknown_user_code, "Params is invalid: user_id")
        return person

    def _is_listed(self, person: Person, given: dict[str, Any]) -> bool:
        if "tag_name" in given and given["tag_name"] not in person.tags:
            return False
        if "is_follower" in given and person.is_follower != (str(given["is_follower"]).lower() == "true"):
            return False
        if "last_interaction_period" not in given:
            return person.is_follower or person.last_interaction is not None
        return _is_within(person.last_interaction, given["last_interaction_period"], self._oa.clock.local())

    def _show(self, person: Person, row: Row) -> dict[str, Any]:
        """A row as the two conversation addresses write it."""
        ours = (self._oa.oa_id, self._oa.name, "https://avatar.invalid/oa.jpg")
        theirs = (person.id, person.name, f"https://avatar.invalid/{person.id}.jpg")
        sender, reader = (theirs, ours) if row.src else (ours, theirs)
        shown: dict[str, Any] = {
            "src": row.src, "time": row.time, "type": _SHOWN_KIND.get(row.kind, row.kind), "message": row.text,
            "message_id": row.id, "from_id": sender[0], "to_id": reader[0], "from_display_name": sender[1],
            "to_display_name": reader[1], "from_avatar": sender[2], "to_avatar": reader[2],
        }  # fmt: skip
        if row.src and row.content.get("url"):
            shown["url"] = row.content["url"]
            shown["thumb"] = row.content.get("thumbnail", "")
        return shown


def _good(data: Any) -> dict[str, Any]:
    return {"error": 0, "message": "Success", "data": data}


def _read_data(asked: Asked, allowed: set[str], required: set[str]) -> dict[str, Any]:
    if set(asked.query) != {"data"}:
        raise wrong("the one parameter is data, holding JSON")
    try:
        value = json.loads(asked.query["data"])
    except ValueError:
        raise wrong("data is not JSON") from None
    return ensure_keys(value, "data", allowed, required)


def _read_page(given: dict[str, Any], *, most: int) -> tuple[int, int]:
    offset, count = given.get("offset", 0), given.get("count", most)
    if not isinstance(offset, int) or offset < 0:
        raise wrong("offset")
    if not isinstance(count, int) or not 1 <= count <= most:
        raise wrong("count")
    return offset, count


def _local(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, HANOI)


def _is_within(moment: float | None, period: Any, now: datetime) -> bool:
    """Whether a moment lies in TODAY, YESTERDAY, L7D, L30D or yyyy_mm_dd:yyyy_mm_dd (names recalled)."""
    if moment is None:
        return False
    day, today = _local(moment).date(), now.date()
    spans = {"TODAY": (0, 0), "YESTERDAY": (1, 1), "L7D": (7, 0), "L30D": (30, 0)}
    if period in spans:
        first, last = spans[period]
        return today - timedelta(days=first) <= day <= today - timedelta(days=last)
    try:
        start, _, end = str(period).partition(":")
        return start.replace("_", "-") <= day.isoformat() <= end.replace("_", "-")
    except ValueError:
        raise wrong("last_interaction_period") from None
