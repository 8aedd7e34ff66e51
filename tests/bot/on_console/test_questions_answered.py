"""A question is answered in the browser: seen as the asker will read it, and sent only as it was seen."""

import hashlib
import hmac
import json
import re
from html import unescape

from handlers import next_steps
from handlers.asking import Channel, Incoming
from tests.bot.on_console.opening import HR_OF_PROVINCE, words_of

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


def _brought(page: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in HIDDEN.findall(page) if name != "mark"}


async def _pass_on(console) -> str:
    """A question of an official that the desk cannot answer, passed on; its code."""

    async def say(**what):
        asked = Incoming(Channel.WEB, "chat-CB002", person="CB002", thread="t-CB002", **what)
        return await console.office.desk.answer(asked)

    await say(text="chứng chỉ abcxyz của tôi có được đổi sang cái gì đó lạ lạ không?")
    offered = await say(choice=next_steps.pass_on().token)
    passed = await say(choice=next(one.token for one in offered.choices if one.action == "pass_on.yes"))
    return next(one.subject for one in passed.choices if one.action == "inquiry")


async def test_an_answer_goes_out_with_its_basis_and_only_as_it_was_seen(console):
    code = await _pass_on(console)
    async with console.inside(HR_OF_PROVINCE) as hr:
        _status, page = await hr.get(f"/console/questions/{code}")
        written = {"kind": "reply", "words": "Đồng chí nộp bản sao.", "basis": "2123 điểm 3"}
        _status, seen = await hr.post(f"/console/questions/{code}/preview", **written, **_brought(page))
        assert "2123/UBND-NC" in words_of(seen)

        draft = _brought(seen)
        _status, refused = await hr.post(f"/console/questions/{code}/send", **{**draft, "text": "Lời khác."})
        assert "Lời khác." not in refused
        forged = {**draft, "text": "Lời khác."}
        named = sorted((name, forged[name]) for name in forged if name != "seal")
        written = json.dumps(named, ensure_ascii=False).encode()
        forged["seal"] = hmac.new(hr.mark.encode(), written, hashlib.sha256).hexdigest()  # by all that a page tells
        _status, refused = await hr.post(f"/console/questions/{code}/send", **forged)
        assert "Lời khác." not in refused
        assert code in (await hr.get("/console/questions"))[1]

        await hr.post(f"/console/questions/{code}/send", **draft)
        assert code not in (await hr.get("/console/questions"))[1]
