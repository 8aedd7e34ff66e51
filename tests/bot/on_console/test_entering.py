"""Coming in: by the one-time link or code of the bot, in the browser that asked, for as long as one has an office."""

import pytest
from sqlalchemy import text

from handlers.asking import Channel, Incoming
from handlers.reply import Outcome
from tests.bot.on_console.opening import HEAD, HR_OF_PROVINCE, LETTERS, OFFICIAL, code_of, link_of


async def audited(console, action):
    async with console.office.open_cabinet() as cabinet:
        found = await cabinet.connection.execute(
            text("SELECT count(*) FROM audit_entries WHERE action = :action"), {"action": action}
        )
        return found.scalar_one()


async def test_a_head_is_in_when_the_link_is_opened_in_the_browser_that_asked(console):
    before = await audited(console, "console_entered")
    async with console.inside(None) as browser:
        link = link_of(await browser.ask_bot(HEAD))
        status, page = await browser.get(link)
        assert (status, "Nguyễn Văn Mẫu" in page) == (200, True)
        status, where = await browser.post(link)
        assert (status, where) == (303, "/console/overview")
        assert (await browser.get("/console/overview"))[0] == 200
        assert (await browser.get("/console"))[0] == 303
    assert await audited(console, "console_entered") == before + 1


async def test_a_link_opens_nothing_when_it_was_used_or_another_browser_asked(console):
    async with console.inside(None) as browser, console.inside(None) as thief:
        link = link_of(await browser.ask_bot(HEAD))
        await thief.get("/console")
        assert (await thief.get(link))[0] == 403
        assert (await thief.post(link))[0] == 403
        assert (await browser.get(link))[0] == 200  # looking at it uses nothing up
        assert (await browser.post(link))[0] == 303
        await browser.post("/console/leave")
        assert (await browser.post(link))[0] == 403


async def test_a_head_is_in_when_the_code_is_typed(console):
    async with console.inside(None) as browser:
        code = code_of(await browser.ask_bot(HEAD))
        assert (await browser.post("/console/code", code=code.lower()))[0] == 303
        assert (await browser.get("/console/overview"))[0] == 200


async def test_a_code_works_no_more_when_wrong_ones_were_tried(console):
    async with console.inside(None) as browser:
        code = code_of(await browser.ask_bot(HEAD))
        for _try in range(5):
            assert (await browser.post("/console/code", code="2222 2222"))[0] == 403
        assert (await browser.post("/console/code", code=code))[0] == 403
        assert (await browser.get("/console/overview"))[0] == 303


async def test_letters_are_asked_for_when_they_were_left_out(console):
    async with console.inside(None) as browser:
        _status, page = await browser.get("/console")
        letters = LETTERS.search(page)[1]
        for words in ("mở bàn làm việc", letters.lower()):
            reply = await console.office.desk.answer(
                Incoming(Channel.WEB, "chat-letters", text=words, person=HEAD, thread="web:letters")
            )
        assert link_of(reply) is not None


async def test_nobody_without_an_office_is_let_in(console):
    async with console.inside(None) as browser:
        reply = await browser.ask_bot(OFFICIAL)
        assert (reply.outcome, link_of(reply)) == (Outcome.DENIED, None)


async def test_a_terminal_gives_no_way_in_because_whoever_types_there_says_who_they_are(console):
    for channel in (Channel.TERMINAL, Channel.COMMAND_LINE):
        reply = await console.office.desk.answer(Incoming(channel, "x", text="/console 4F7K2", person=HR_OF_PROVINCE))
        assert reply.outcome is Outcome.DENIED


async def test_whoever_leaves_is_out(console):
    async with console.inside(HEAD) as browser:
        assert (await browser.post("/console/leave"))[0] == 303
        assert (await browser.get("/console/overview"))[0] == 303


async def test_whoever_loses_the_office_is_out_at_the_next_request(console):
    async with console.inside(HR_OF_PROVINCE) as browser:
        assert (await browser.get("/console/overview"))[0] == 200
        async with console.office.open_cabinet() as cabinet:
            await cabinet.connection.execute(text("UPDATE people SET roles = '{can_bo}' WHERE code = 'CB015'"))
        assert (await browser.get("/console/overview"))[0] == 303
        async with console.office.open_cabinet() as cabinet:
            await cabinet.connection.execute(text("UPDATE people SET roles = '{can_bo,hr}' WHERE code = 'CB015'"))
        assert (await browser.get("/console/overview"))[0] == 303  # a session that ended does not come back


async def test_whoever_unlinks_the_chat_is_out_at_the_next_request(console):
    async with console.office.open_cabinet() as cabinet:
        await cabinet.accounts.link("telegram", "4711", HEAD, console.office.clock.now())
    async with console.inside(None) as browser:
        _status, page = await browser.get("/console")
        asked = Incoming(Channel.TELEGRAM, "4711", text=f"/console {LETTERS.search(page)[1]}")
        assert (await browser.post(link_of(await console.office.desk.answer(asked))))[0] == 303
        assert (await browser.get("/console/overview"))[0] == 200
        async with console.office.open_cabinet() as cabinet:
            await cabinet.connection.execute(text("UPDATE accounts SET person = NULL WHERE address = '4711'"))
        assert (await browser.get("/console/overview"))[0] == 303


@pytest.mark.parametrize("path", ["/console/leave", "/console/code", "/console/enter/XYZ"])
async def test_forms_of_another_site_are_refused(console, path):
    async with console.inside(HEAD) as browser:
        assert (await browser.post(path, origin="https://evil.example"))[0] == 403
        assert (await browser.get("/console/overview"))[0] == 200


async def test_a_language_is_kept_and_leads_back_only_into_the_console(console):
    async with console.inside(HEAD) as browser:
        backs = {
            "/console/overview": "/console/overview",
            "//evil.example": "/console",
            "/console/%0d%0aX:1": "/console",
        }
        for back, where in backs.items():
            address = f"{console.url}/console/language/en?back={back}"
            async with browser.session.get(address, allow_redirects=False) as answer:
                assert (answer.status, answer.headers["Location"]) == (303, where)
        assert "Overview" in (await browser.get("/console/overview"))[1]
