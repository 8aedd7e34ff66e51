"""Another system that takes what hooks are told."""

import base64
import hashlib
import hmac

from aiohttp import web


class Receiver:
    """Another system: it answers with these statuses in turn, and then with 200."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.heard = []

    async def receive(self, request: web.Request) -> web.Response:
        self.heard.append((dict(request.headers), await request.read()))
        headers = {"Location": "http://10.0.0.1/", "Retry-After": "90"}
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200, headers=headers)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/hook", self.receive)
        return app


def verify(secret: str, headers, body: bytes) -> bool:
    """As the documentation tells receivers to do it."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(f"v1,{wanted}", one) for one in headers["webhook-signature"].split())
