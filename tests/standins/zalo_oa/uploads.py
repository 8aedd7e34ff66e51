"""Uploads: pictures and files that messages may use for seven days."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.standins.zalo_ground.calls import Asked
from tests.standins.zalo_ground.serving import Refused
from tests.standins.zalo_oa.shapes import Shaped, too_much, wrong

if TYPE_CHECKING:
    from tests.standins.zalo_oa.server import ZaloOa

LIFE = 7 * 86_400.0
PER_MONTH = 5000
_MOST = {"image": 1_048_576, "gif": 5_242_880, "file": 5_242_880}
_ENDINGS = {"image": {"jpg", "jpeg", "png"}, "gif": {"gif"}, "file": {"pdf", "doc", "docx"}}


@dataclass(frozen=True)
class Upload:
    """Something uploaded."""

    kind: str
    name: str
    content: bytes
    at: float


@dataclass
class Uploads:
    """What was uploaded so far, by the id or token that was answered."""

    oa: ZaloOa
    held: dict[str, Upload] = field(default_factory=dict)

    async def take(self, asked: Asked) -> dict[str, Any]:
        """One multipart upload. A name with a wrong ending is answered as success without data."""
        kind = asked.call.name.rpartition("/")[2]
        if set(asked.files) != {"file"} or asked.form:
            raise wrong("file")
        name, content = asked.files["file"]
        ending = name.rpartition(".")[2].lower()
        is_csv = kind == "file" and ending == "csv" and self.oa.switches.accepts_csv
        if ending not in _ENDINGS[kind] and not is_csv:
            self.oa.violations.append(f"upload/{kind}: the name {name!r} has a wrong ending")
            return {"error": 0, "message": "Success", "data": {}}
        if len(content) > _MOST[kind]:
            raise too_much("file size")
        if self._count_this_month() >= PER_MONTH:
            raise Refused(-211, "The quota of this feature is used up")
        handle = f"upl_{kind}_{self.oa.new_hex(12)}"
        self.held[handle] = Upload(kind, name, content, self.oa.clock())
        key = self.oa.switches.file_key if kind == "file" else "attachment_id"
        return {"error": 0, "message": "Success", "data": {key: handle}}

    def ensure_usable(self, shaped: Shaped) -> None:
        """Refuse uploads that are unknown, of another kind, or older than seven days."""
        for kind, handle in shaped.uses:
            upload = self.held.get(handle)
            if upload is None or upload.kind != kind:
                raise wrong("attachment_id" if kind != "file" else "token")
            if self.oa.clock() - upload.at > LIFE:
                raise Refused(-100, "The attachment has expired")

    def _count_this_month(self) -> int:
        now = self.oa.clock.local()
        since = datetime(now.year, now.month, 1, tzinfo=now.tzinfo).timestamp()
        return sum(1 for one in self.held.values() if one.at >= since)
