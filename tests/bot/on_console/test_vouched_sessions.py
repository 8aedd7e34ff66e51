"""Whose chat was linked with a colleague's code is not the second person to that colleague at the console either."""

import pytest

from handlers.asking import Channel, Incoming
from knowledge.facts import PersonCode, Signatory, UnitCode
from storage.records import Proposal, ProposalKind, ProposalState
from tests.bot.on_console.opening import HR_OF_AGENCY, HR_OF_PROVINCE, LETTERS, link_of


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
        _status, page = await browser.get("/console")
        asked = Incoming(Channel.WEB, address, text=f"/console {LETTERS.search(page)[1]}")
        assert (await browser.post(link_of(await console.office.desk.answer(asked))))[0] == 303

        _status, listed = await browser.get("/console/proposals")
        status, said = await browser.post(f"/console/proposals/{number}/refuse", reason="Chưa đủ căn cứ để mở đợt.")

    async with console.office.open_cabinet() as cabinet:
        proposal = await cabinet.proposals.find(number)
        await cabinet.accounts.unlink("web", address, now)
    assert (f"/console/proposals/{number}" in listed) is not is_refused
    assert (status == 404, "Người Đề Xuất" in said) == (is_refused, is_refused)
    assert proposal.state is (ProposalState.WAITING if is_refused else ProposalState.REFUSED)
