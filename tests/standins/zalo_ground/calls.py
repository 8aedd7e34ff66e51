"""The record of every request. Tokens, secrets and codes are kept only as fingerprints: records can be shown."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

SECRET_NAMES = {
    "access_token", "refresh_token", "secret_key", "secret_token", "code", "code_verifier", "authorization",
    "appsecret_proof", "x-bot-api-secret-token",
}  # fmt: skip


@dataclass
class Call:
    """One request and what became of it. `body` is the JSON or the form; `upload` the content of a sent file."""

    number: int
    at: float
    name: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any = None
    about: str | None = None
    status: int = 0
    answer: Any = None
    code: int = 0
    outcome: str = "under way"
    upload: bytes | None = None
    arrived: float = 0.0  # of the event loop's clock, for rates

    def as_json(self) -> dict[str, Any]:
        """The record as the HTTP control shows it."""
        shown = {name: value for name, value in vars(self).items() if name not in {"upload", "arrived"}}
        return {**shown, "upload_bytes": None if self.upload is None else len(self.upload)}


def masked(secret: str) -> str:
    """The fingerprint that stands in the record for a token or another secret."""
    return "•" + hashlib.sha256(secret.encode()).hexdigest()[:8] if secret else ""


def mask_all(value: Any) -> Any:
    """The same value with fingerprints in place of everything secret."""
    if isinstance(value, Mapping):
        return {name: _mask_named(str(name), one) for name, one in value.items()}
    if isinstance(value, list):
        return [mask_all(one) for one in value]
    return value


def _mask_named(name: str, value: Any) -> Any:
    if name.lower() in SECRET_NAMES and isinstance(value, str):
        return masked(value)
    return mask_all(value)


@dataclass
class Asked:
    """A request as it was read: parameters of every kind, before anything is masked."""

    request: web.Request
    call: Call
    query: dict[str, str]
    raw: bytes = b""
    body: Any = None  # the JSON, whatever it is; None when there is none
    is_json: bool = False  # whether the body could be read as JSON
    form: dict[str, str] = field(default_factory=dict)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    @property
    def is_gone(self) -> bool:
        """Whether the caller has left."""
        return self.request.transport is None or self.request.transport.is_closing()

    def object(self) -> dict[str, Any] | None:
        """The JSON body if it is an object."""
        return self.body if isinstance(self.body, dict) else None


async def read_asked(request: web.Request, call: Call) -> Asked:
    """Read the body in whatever form it came and put it into the record."""
    asked = Asked(request, call, dict(request.query))
    kind = request.content_type
    if kind in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                with value.file as held:
                    asked.files[name] = (value.filename, held.read())
            else:
                asked.form[name] = str(value)
        shown = {name: {"filename": file, "bytes": len(content)} for name, (file, content) in asked.files.items()}
        call.body = mask_all({**asked.form, **shown})
        call.upload = next((content for _, content in asked.files.values()), None)
        return asked
    asked.raw = await request.read()
    if asked.raw:
        try:
            asked.body = json.loads(asked.raw)
            asked.is_json = True
            call.body = mask_all(asked.body)
        except ValueError:
            call.body = f"{len(asked.raw)} bytes that are not JSON"
    return asked
