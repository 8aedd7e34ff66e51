"""Templates, their parameters, and the check of data against them with the codes of the phone host."""

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.standins.zalo_ground.serving import Refused

Status = Literal["PENDING_REVIEW", "ENABLE", "REJECT", "DISABLE", "DELETE"]
STATUSES: tuple[Status, ...] = ("PENDING_REVIEW", "ENABLE", "REJECT", "DISABLE", "DELETE")
_FORMATS = {"NUMBER": r"\d+", "DATE": r"\d{2}/\d{2}/\d{4}"}


@dataclass(frozen=True)
class Param:
    """A parameter of a template. Lengths are counted as written: letters in NFD are longer."""

    name: str
    max_length: int = 30
    min_length: int = 0
    type: Literal["STRING", "NUMBER", "DATE"] = "STRING"
    require: bool = True
    accept_null: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name, "require": self.require, "type": self.type, "maxLength": self.max_length,
            "minLength": self.min_length, "acceptNull": self.accept_null,
        }  # fmt: skip

    def sample(self) -> str:
        """A value that fits."""
        made = {"NUMBER": "1" * max(1, self.min_length), "DATE": "20/11/2026"}.get(self.type, f"{self.name} sample")
        return made[: self.max_length].ljust(self.min_length, "x")


@dataclass
class Template:
    """A template. `tag` is IN_TRANSACTION, POST_TRANSACTION (customer care), PROMOTION or OTP."""

    id: str
    name: str
    params: list[Param]
    status: Status = "ENABLE"
    tag: str = "IN_TRANSACTION"
    kind: int = 1
    quality: str = "HIGH"
    created_at: int = 0
    daily_limit: int | None = None
    is_usable_by_user_id: bool = True
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """The answer of info/v2."""
        return {
            "templateId": self.id, "templateName": self.name, "status": self.status,
            "listParams": [one.as_json() for one in self.params], "listButtons": [], "timeout": 7_200_000,
            "previewUrl": f"https://preview.invalid/{self.id}", "templateQuality": self.quality,
            "templateTag": self.tag, "price": "300", "price_sdt": "300", "price_uid": "200", "reason": self.reason,
        }  # fmt: skip

    def ensure_fits(self, data: Any) -> None:
        """Refuse data that does not fit, with the codes of the phone host."""
        if not isinstance(data, dict) or not data:
            raise Refused(-111, "Template data is empty", is_violation=True)
        if unknown := data.keys() - {one.name for one in self.params}:
            raise Refused(-153, f"Template data holds unknown {sorted(unknown)}", is_violation=True)
        for one in self.params:
            _check(one, data.get(one.name))

    def ensure_usable(self) -> None:
        """Refuse templates that are not approved or were taken away."""
        if self.status == "DELETE":
            raise Refused(-109, "Template id is invalid")
        if self.status == "DISABLE":
            raise Refused(-146, "Template is disabled for low quality")
        if self.status != "ENABLE":
            raise Refused(-131, "Template is not approved")


@dataclass
class Sent:
    """A template message that was accepted."""

    id: str
    at: int
    to: str  # phone, its hash, or user id
    template_id: str
    data: dict[str, Any]
    tracking_id: str | None
    delivered_at: int | None = None
    more: dict[str, Any] = field(default_factory=dict)


def _check(param: Param, value: Any) -> None:
    if value is None or value == "":
        if param.require and not param.accept_null:
            raise Refused(-1122, f"Template data lacks {param.name}", is_violation=True)
        return
    if not isinstance(value, str):
        raise Refused(-112, f"Type of {param.name} is undefined", is_violation=True)
    if len(value) > param.max_length:
        raise Refused(-1121, f"{param.name} is longer than {param.max_length}", is_violation=True)
    expected = _FORMATS.get(param.type)
    if len(value) < param.min_length or (expected and not re.fullmatch(expected, value)):
        raise Refused(-1124, f"Format of {param.name} is wrong", is_violation=True)
