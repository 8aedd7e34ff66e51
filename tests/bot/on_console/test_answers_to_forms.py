"""What answers a form has an address of its own: loading it again sends nothing again, and nobody else can open it."""

from datetime import UTC, datetime

from handlers.hr.broadcasts_steps import TEXT
from handlers.hr.proposals_words import PEOPLE
from knowledge.facts import PersonCode
from storage.records import Proposal, ProposalKind, ProposalState, Signatory
from tests.bot.on_console.opening import ADMINISTRATOR, HR_OF_AGENCY, HR_OF_PROVINCE, words_of


async def test_an_answer_is_shown_again_when_it_is_loaded_again_and_only_where_the_form_was_sent(console):
    async with console.inside(ADMINISTRATOR) as browser, console.inside(ADMINISTRATOR) as another:
        await browser.get("/console/audit")
        form = {"data": {"mark": browser.mark}, "headers": {"Origin": console.url}, "allow_redirects": False}
        async with browser.session.post(f"{console.url}/console/audit/verify", **form) as answer:
            assert answer.status == 303
            where = answer.headers["Location"]
        form["headers"]["HX-Request"] = "true"
        async with browser.session.post(f"{console.url}/console/audit/verify", **form) as answer:
            assert answer.status == 204
            assert answer.headers["HX-Redirect"].startswith("/console/shown/")

        first, again = await browser.get(where), await browser.get(where)
        assert first == again
        assert "Toàn vẹn" in words_of(first[1]) or "nguyên vẹn" in words_of(first[1]).casefold(), words_of(first[1])
        assert (await another.get(where))[0] == 404  # the same person in another browser

        await browser.post("/console/leave")
    async with console.office.open_cabinet() as cabinet:
        found = await cabinet.connection.exec_driver_sql(
            "SELECT count(*) FROM threads WHERE thread LIKE 'console:' || %s || ':%%'", (ADMINISTRATOR,)
        )
        assert found.scalar_one() == 0


async def test_what_was_typed_stays_in_a_form_that_is_refused(console):
    async with console.inside(HR_OF_PROVINCE) as browser:
        await browser.get("/console/broadcasts/new")
        status, page = await browser.post("/console/broadcasts/preview", noi_dung="Quá ngắn")
        assert status == 400
        assert "Quá ngắn" in page


async def test_a_broadcast_that_waits_is_seen_among_broadcasts_by_whom_it_concerns(console):
    author = Signatory(PersonCode(HR_OF_PROVINCE), "Trần Mẫu Toàn Tỉnh", "", "Sở Nội vụ")
    cells = {TEXT: "Đề nghị các đồng chí nộp bản sao.", PEOPLE: "7"}
    waits = Proposal(ProposalKind.BROADCAST, cells, None, author, datetime(2026, 11, 20, tzinfo=UTC))
    async with console.office.open_cabinet() as cabinet:
        number = await cabinet.proposals.add(waits)
    try:
        for person, sees in ((HR_OF_PROVINCE, True), (ADMINISTRATOR, True), (HR_OF_AGENCY, False)):
            async with console.inside(person) as browser:
                _status, page = await browser.get("/console/broadcasts")
                assert (f"/console/proposals/{number}" in page) == sees, person
                assert ("Đề nghị các đồng chí" in page) == sees, person
    finally:
        async with console.office.open_cabinet() as cabinet:
            at = datetime(2026, 11, 20, 1, tzinfo=UTC)
            await cabinet.proposals.decide(number, ProposalState.WITHDRAWN, PersonCode(HR_OF_PROVINCE), at)
