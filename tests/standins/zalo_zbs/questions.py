"""What business.openapi.zalo.me tells: status, quota, quality, templates; and templates written for approval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.standins.zalo_ground.calls import Asked
from tests.standins.zalo_ground.serving import Refused
from tests.standins.zalo_zbs.templates import Param, Template

if TYPE_CHECKING:
    from tests.standins.zalo_zbs.server import ZaloZbs

_PER_DAY = 100
_IMAGE_BYTES = 500_000
# The numbers by which a list can be asked for (recalled; the contract names only the words).
_STATUS_NUMBERS = {"1": "ENABLE", "2": "PENDING_REVIEW", "3": "REJECT", "4": "DISABLE"}


class Questions:
    """GET addresses with ordinary query parameters, and the few POST ones that do not send."""

    def __init__(self, zbs: ZaloZbs) -> None:
        self._zbs = zbs
        self._written: list[tuple[str, float]] = []

    async def tell_status(self, asked: Asked) -> dict[str, Any]:
        wanted = _read_query(asked, {"message_id"}, {"message_id"})["message_id"]
        message = self._zbs.sent.get(wanted)
        if message is None:
            return _good({"delivery_time": "", "message": "Message is unknown", "status": -1})
        if message.delivered_at is None:
            return _good({"delivery_time": "", "message": "Message is not delivered yet", "status": 0})
        return _good({"delivery_time": str(message.delivered_at), "message": "Delivered", "status": 1})

    async def tell_quota(self, asked: Asked) -> dict[str, Any]:
        _read_query(asked, set(), set())
        promotion = {
            "dailyQuotaPromotion": "0", "remainingQuotaPromotion": "0", "monthlyPromotionQuota": "0",
            "remainingMonthlyPromotionQuota": "0",
        }  # fmt: skip
        return _good({**self._zbs.show_quota(), **promotion})

    async def list_tags(self, asked: Asked) -> dict[str, Any]:
        _read_query(asked, set(), set())
        return _good(sorted({one.tag for one in self._zbs.templates.values()}))

    async def tell_quality(self, asked: Asked) -> dict[str, Any]:
        _read_query(asked, set(), set())
        return _good({"oaCurrentQuality": self._zbs.quality, "oa7dayQuality": self._zbs.quality})

    async def list_templates(self, asked: Asked) -> dict[str, Any]:
        given = _read_query(asked, {"offset", "limit", "status", "filterPreset"}, {"offset", "limit"})
        if not given["offset"].isdigit() or not given["limit"].isdigit() or not 1 <= int(given["limit"]) <= 100:
            raise Refused(-132, "Parameter is invalid: offset or limit", is_violation=True)
        status = _STATUS_NUMBERS.get(given.get("status", ""), given.get("status"))
        found = [one for one in self._zbs.templates.values() if status in {None, one.status}]
        page = found[int(given["offset"]) : int(given["offset"]) + int(given["limit"])]
        rows = [
            {
                "templateId": one.id, "templateName": one.name, "createdTime": one.created_at, "status": one.status,
                "templateQuality": one.quality,
            }
            for one in page
        ]  # fmt: skip
        return {**_good(rows), "metadata": {"total": len(found)}}

    async def tell_template(self, asked: Asked) -> dict[str, Any]:
        return _good(self._find(_read_query(asked, {"template_id"}, {"template_id"})["template_id"]).as_json())

    async def tell_sample(self, asked: Asked) -> dict[str, Any]:
        template = self._find(_read_query(asked, {"template_id"}, {"template_id"})["template_id"])
        return _good({one.name: one.sample() for one in template.params})

    async def create(self, asked: Asked) -> dict[str, Any]:
        body = self._read_written(asked, {"template_name", "template_type", "tag"})
        self._count("create")
        made = Template(
            self._zbs.oa.new_digits("4", 6), str(body["template_name"]), _read_params(body), "PENDING_REVIEW",
            kind=int(body["template_type"]), created_at=self._zbs.oa.clock.millis(),
        )  # fmt: skip
        self._zbs.templates[made.id] = made
        return _good({"template_id": made.id, "template_name": made.name, "template_status": made.status})

    async def edit(self, asked: Asked) -> dict[str, Any]:
        body = self._read_written(asked, {"template_id", "template_name"})
        template = self._find(str(body["template_id"]))
        if template.status != "REJECT":
            raise Refused(-1091, "Template cannot be edited")
        self._count("edit")
        template.name, template.status = str(body["template_name"]), "PENDING_REVIEW"
        template.params = _read_params(body) or template.params
        return _good({"template_id": template.id, "template_name": template.name, "template_status": template.status})

    async def upload(self, asked: Asked) -> dict[str, Any]:
        if set(asked.files) != {"file"}:
            raise Refused(-132, "Parameter is invalid: file", is_violation=True)
        name, content = asked.files["file"]
        if name.rpartition(".")[2].lower() not in {"jpg", "jpeg", "png"}:
            raise Refused(-159, "File format is wrong", is_violation=True)
        if len(content) > _IMAGE_BYTES:
            raise Refused(-158, "File is too big", is_violation=True)
        return _good({"media_id": self._zbs.oa.new_hex(16)})

    async def list_nothing(self, _: Asked) -> dict[str, Any]:
        """Ratings and quick replies: nobody gives any here."""
        return _good({"total": 0, "data": []})

    def _find(self, template_id: str) -> Template:
        template = self._zbs.templates.get(template_id)
        if template is None or template.status == "DELETE":
            raise Refused(-109, "Template id is invalid")
        return template

    def _read_written(self, asked: Asked, required: set[str]) -> dict[str, Any]:
        body = asked.object()
        if body is None:
            raise Refused(-122, "Body is not JSON", is_violation=True)
        if missing := required - body.keys():
            raise Refused(-132, f"Parameter is missing: {sorted(missing)}", is_violation=True)
        return body

    def _count(self, what: str) -> None:
        today = self._zbs.oa.clock.local().date()
        now = self._zbs.oa.clock()
        self._written = [one for one in self._written if self._zbs.day_of(one[1]) == today]
        if sum(1 for one, _ in self._written if one == what) >= _PER_DAY:
            raise Refused(-160, "The daily limit is reached")
        self._written.append((what, now))


def _good(data: Any) -> dict[str, Any]:
    return {"error": 0, "message": "Success", "data": data}


def _read_params(body: dict[str, Any]) -> list[Param]:
    return [Param(str(one["name"]), int(one.get("maxLength", 30))) for one in body.get("params", [])]


def _read_query(asked: Asked, allowed: set[str], required: set[str]) -> dict[str, str]:
    if unknown := asked.query.keys() - allowed:
        raise Refused(-132, f"Parameter is invalid: {sorted(unknown)}", is_violation=True)
    if missing := required - asked.query.keys():
        raise Refused(-132, f"Parameter is missing: {sorted(missing)}", is_violation=True)
    return asked.query
