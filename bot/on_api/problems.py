"""What goes wrong with a request, as `application/problem+json` in a sentence that says how to go on."""

import json
from collections.abc import Mapping
from typing import Final

from aiohttp import web

MEDIA_TYPE: Final = "application/problem+json"


class ProblemError(Exception):
    """A request that is not served. `kind` is a word that programs can tell problems by."""

    def __init__(
        self, status: int, kind: str, title: str, detail: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(kind)
        self.status = status
        self.kind = kind
        self.title = title
        self.detail = detail
        self.headers = dict(headers or {})


def render_problem(problem: ProblemError, base: str) -> web.Response:
    """The answer that says it; `base` is the page that describes every kind."""
    body = {
        "type": f"{base}#{problem.kind}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
    }
    return web.Response(
        status=problem.status,
        text=json.dumps(body, ensure_ascii=False),
        content_type=MEDIA_TYPE,
        headers=problem.headers,
    )
