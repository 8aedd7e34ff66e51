"""Whose chat was linked with a colleague's code is not the second person to that colleague at the console either."""

import pytest
from sqlalchemy import text

from handlers.asking import Channel, Incoming
from knowledge.facts import Credential, KindCode, PersonCode, Signatory, UnitCode
from storage.records import Evidence, EvidenceState, Proposal, ProposalKind, ProposalState
from tests.bot.on_console.opening import HR_OF_AGENCY, HR_OF_PROVINCE, LETTERS, Browser, OpenConsole, link_of


async def _come_in(browser: Browser, console: OpenConsole, address: str) -> None:
    """From this chat of theirs."""
    _status, page = await browser.get("/console")
    asked = Incoming(Channel.WEB, address, text=f"/console {LETTERS.search(page)[1]}")
    assert (await browser.post(link_of(await console.office.desk.answer(asked))))[0] == 303


@pytest.mark.parametrize(
    ("vouched_by", "is_refused"), [((HR_OF_AGENCY,), True), ((), False)], ids=["by code", "by phone"]
)
async def test_a_session_decides_no_more_than_the_chat_from_which_it_was_opened(console, vouched_by, is_refused):
    address, now = f"vouched-{is_refused}", console.office.clock.now()
    signed = Signatory(PersonCode(HR_OF_AGENCY), "Người Đề Xuất", UnitCode("SNV-MAU"), "Sở Mẫu")
    async with console.office.open_cabinet() as cabinet:
        await cabinet.accounts.link("web", address, PersonCode(HR_OF_PROVINCE), now, vouched_by)
        number = await cabinet.proposals.add(Proposal(ProposalKind.ROUND, {"ma_dot": "X"}, None, signed, now))
    async with console.inside(None) as browser:
        await _come_in(browser, console, address)
        _status, listed = await browser.get("/console/proposals")
        status, said = await browser.post(f"/console/proposals/{number}/refuse", reason="Chưa đủ căn cứ để mở đợt.")

    async with console.office.open_cabinet() as cabinet:
        proposal = await cabinet.proposals.find(number)
        await cabinet.accounts.unlink("web", address, now)
    assert f"/console/proposals/{number}" in listed, "whoever reaches it is not told that nothing waits"
    row = listed.partition(f"/console/proposals/{number}")[2].partition("</tr>")[0]
    assert (row.count("Người Đề Xuất") > 1) is is_refused, "why not is said beside it"
    assert (status == 404, "Người Đề Xuất" in said) == (is_refused, is_refused)
    assert proposal.state is (ProposalState.WAITING if is_refused else ProposalState.REFUSED)


async def test_a_certificate_of_whoever_gave_the_code_says_why_it_is_not_decided_there(console):
    giver, now = PersonCode(HR_OF_AGENCY), console.office.clock.now()
    held = Credential(KindCode("ielts"), level="6.0", number="VOUCHED-1", issued_on=now.date())
    async with console.office.open_cabinet() as cabinet:
        await cabinet.accounts.link("web", "vouched-look", PersonCode(HR_OF_PROVINCE), now, (giver,))
        made = await cabinet.evidence.submit(Evidence(giver, held, now, now), [])
        name = (await cabinet.profiles.find_person(giver)).name
        refused = "SELECT count(*) FROM audit_entries WHERE action = 'look_refused'"
        before = (await cabinet.connection.execute(text(refused))).scalar_one()
    async with console.inside(None) as browser:
        await _come_in(browser, console, "vouched-look")
        _status, listed = await browser.get("/console/evidence")
        opened = await browser.get(f"/console/evidence/{made.number}")
        decided = await browser.post(f"/console/evidence/{made.number}/decide", decision="verify", version="1")

    async with console.office.open_cabinet() as cabinet:
        kept = await cabinet.evidence.find(made.number)
        after = (await cabinet.connection.execute(text(refused))).scalar_one()
        await cabinet.evidence.withdraw_all(giver, now)
        await cabinet.accounts.unlink("web", "vouched-look", now)
    assert f"/console/evidence/{made.number}" in listed
    assert [name in said for _status, said in (opened, decided)] == [True, True]
    assert "VOUCHED-1" not in opened[1]
    assert decided[0] == 404
    assert (kept.state, after) == (EvidenceState.WAITING, before)
