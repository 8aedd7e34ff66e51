"""Everything about a person is given out or left out for a reason; what had its time is in no table any more."""

import contextlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, text

from bot.wiring_privacy import count_due, tidy
from handlers.asking import Channel
from handlers.hr.data_deeds import Desk as OfficeDesk
from handlers.hr.data_requests import decide
from handlers.letting_go import Kept as Drawers
from handlers.notifying import Notifying
from handlers.officials.my_requests import Desk, correction_form, delete
from handlers.privacy import consents_of
from knowledge.data_clocks import DataClocks
from knowledge.facts import Credential, CredentialStatus, KindCode, PersonCode, UnitCode
from knowledge.privacy import Purpose
from storage.encryption import SecretKeyError
from storage.holdings import ABOUT_NOBODY, HOLDINGS, Whose
from storage.records import (
    ConsentAct,
    DataRequest,
    Evidence,
    EvidenceState,
    Inquiry,
    InquiryMessage,
    InquiryReason,
    InquiryState,
    Letter,
    LetterKind,
    MessageKind,
    ReminderWishes,
)
from storage.tables import accounts, consents, metadata
from tests.handlers.visits import visit
from tests.offices import TODAY, StandingClock, sample_office
from tests.storage.old_rows import OLD, is_kept, put_rows

WORDS = "chuyện riêng chưa kể với ai"
NOW = StandingClock().now()
WHO = PersonCode("CB001")


@pytest.fixture(scope="module")
async def office(server_url, tmp_path_factory):
    async with sample_office(server_url, tmp_path_factory.mktemp("privacy")) as opened:
        yield opened


@pytest.mark.parametrize("name", sorted(metadata.tables))
def test_every_table_says_whose_it_is_and_every_column_is_given_out_or_left_out_for_a_reason(name):
    table = metadata.tables[name]
    holdings = [one for one in HOLDINGS if one.table is table]
    assert bool(holdings) != (name in ABOUT_NOBODY), f"{name}: a holding, or about nobody, with the reason"
    for one in holdings:
        given, left = set(one.columns), set(one.left_out)
        assert not given & left
        assert given | left == {column.name for column in table.columns}
        assert one.sealed <= given
        assert all(one.left_out.values())


def test_no_table_about_nobody_points_to_a_person():
    for name in ABOUT_NOBODY:
        table = metadata.tables[name]
        assert not [key for key in table.foreign_keys if key.column.table.name == "people"], name
        assert not {"person", "address"} & {column.name for column in table.columns}, name


def test_every_group_of_what_is_kept_is_explained(library):
    groups = {one.code: one for one in library.privacy.groups}
    assert {one.group for one in HOLDINGS} == groups.keys()
    for one in HOLDINGS:
        assert not one.erase or groups[one.group].is_gone, one.table.name


async def _speak(drawers, rules) -> None:
    """Words of this person in every drawer that keeps words."""
    await drawers.accounts.save_consent("telegram", "7001", "2020-01-01", NOW)
    await drawers.accounts.link("telegram", "7001", WHO, NOW)
    await drawers.threads.keep("telegram:7001", {"questions": [WORDS]}, NOW)
    await drawers.questions.note(NOW, "telegram", "", "not_understood", WORDS)
    await drawers.updates.keep("telegram", [("1", WORDS)], None)
    inquiry = await drawers.inquiries.add(
        Inquiry(
            code="",
            channel="telegram",
            address="7001",
            person=WHO,
            unit=UnitCode("SO-MAU-1"),
            territory=rules.book.home,
            question=WORDS,
            answer=WORDS,
            context=(),
            why=InquiryReason.REQUESTED,
            opened_at=NOW,
            due_on=TODAY,
            consent_version="1",
        )
    )
    said = InquiryMessage(MessageKind.REPLY, NOW, WORDS, PersonCode("CB015"), "HR")
    closed = await drawers.inquiries.find(inquiry.code, to_change=True)
    await drawers.inquiries.save(replace(closed, state=InquiryState.CLOSED), NOW, said)
    await drawers.letters.leave(Letter("telegram", "7001", LetterKind.ANSWERED, NOW, WHO, inquiry.code))


async def _dump(office) -> str:
    """Every value of every table, opened where it is sealed."""
    seen: list[str] = []
    async with office._database.transaction() as drawers:
        for table in metadata.tables.values():
            for row in await drawers.connection.execute(select(table)):
                seen += [_opened(office._vault, value) for value in row]
        names = await drawers.connection.scalars(
            text("SELECT table_name FROM information_schema.tables WHERE table_name LIKE 'procrastinate%'")
        )
        for name in names:
            rows = await drawers.connection.scalars(text(f'SELECT t::text FROM "{name}" t'))  # noqa: S608
            seen += rows
    return "\n".join(seen)


def _opened(vault, value) -> str:
    if isinstance(value, dict):
        return " ".join(_opened(vault, one.encode() if key == "sealed" else one) for key, one in value.items())
    if isinstance(value, bytes):
        try:
            opened = vault.decrypt(value)
        except (SecretKeyError, ValueError):
            return ""
        try:
            return json.dumps(json.loads(opened), ensure_ascii=False)
        except ValueError:
            return opened
    return str(value)


async def test_after_their_time_no_word_of_a_conversation_is_left_in_any_table(office):
    rules = (await office.rule_book()).on(TODAY)
    async with office._database.transaction() as drawers:
        await _speak(drawers, rules)
    assert (await _dump(office)).count(WORDS) >= 5

    late = NOW + timedelta(days=max(office.library.privacy.days_of(one) for one in ("conversations", "inquiry_texts")))
    async with office._database.transaction() as drawers:
        removed = await tidy(drawers, office.reference, late + timedelta(days=1))
    assert {"threads", "answers_given", "seen_updates", "inquiries", "inquiry_messages", "letters"} <= removed.keys()
    assert WORDS not in await _dump(office)

    async with office._database.transaction() as drawers:
        assert await tidy(drawers, office.reference, late + timedelta(days=1)) == {}
        day, _at, kept = await drawers.personal_data.last_run(late.date() + timedelta(days=1))
    assert kept["threads"] == removed["threads"]
    assert day > TODAY


async def test_what_is_kept_is_given_out_whole_and_opened(office):
    async with office._database.transaction() as drawers:
        await _speak(drawers, (await office.rule_book()).on(TODAY))
        kept = {one.group: one.rows for one in await drawers.personal_data.collect(WHO)}
        counts = await drawers.personal_data.count(WHO)
        tables: dict[str, set[str]] = {}
        for one in HOLDINGS:
            for table, row in kept[one.group]:
                tables.setdefault(table, set()).update(row)
        for one in HOLDINGS:
            found = await drawers.connection.execute(
                select(one.table.c[one.columns[0]]).where(one.which(Whose(WHO, [("telegram", "7001")])))
            )
            if found.first() is not None:
                assert set(one.columns) <= tables[one.table.name], one.table.name
        await drawers.threads.forget_of("telegram", "7001")
    whole = json.dumps(kept, ensure_ascii=False)
    assert whole.count(WORDS) >= 3
    assert {group: len(rows) for group, rows in kept.items()} == counts
    other = next(one for one in (await _people(office)) if one.code not in (WHO, "CB015"))
    assert other.name not in whole


async def _people(office):
    return [one async for one in office.stream_people(None)]


def _notifying(drawers) -> Notifying:
    return Notifying(drawers.accounts, drawers.outbox, drawers.letters, StandingClock(), {"telegram": "telegram:1"})


def _kept(drawers) -> Drawers:
    return Drawers(
        drawers.accounts, drawers.threads, drawers.inquiries, drawers.letters, drawers.evidence, drawers.calendars
    )


def _office_desk(drawers) -> OfficeDesk:
    return OfficeDesk(
        requests=drawers.privacy,
        corrections=drawers.corrections,
        profiles=drawers.profiles,
        personal=drawers.personal_data,
        consents=drawers.privacy,
        kept=_kept(drawers),
        audit=drawers.audit,
        clock=StandingClock(),
        by=_notifying(drawers),
    )


async def test_a_correction_changes_the_record_as_a_load_does_and_is_audited(office):
    rules = await office.rule_book()
    hr = next(one for one in await _people(office) if "hr" in one.roles and one.scope is None)
    async with office._database.transaction() as drawers:
        person = await drawers.profiles.find_person(WHO)
        before = rules.on(TODAY)
        assert drawers.corrections.read_correction(
            person, "ngay_sinh", "32/13/1985", before.library, home=rules.home, today=TODAY
        )
        desk = Desk(
            requests=drawers.privacy,
            personal=drawers.personal_data,
            consents=drawers.privacy,
            corrections=drawers.corrections,
            staff=drawers.profiles,
            audit=drawers.audit,
            clock=StandingClock(),
            by=_notifying(drawers),
        )
        form = correction_form(visit(rules, person), person, desk)
        sent = await form.finish({"field": "ho_ten", "value": "Nguyễn Văn Đúng", "sure": "yes"})
        assert "số 1" in sent.title
        office_desk = _office_desk(drawers)
        await decide("1", "accept", "", visit(rules, hr), hr, office_desk)
        corrected = await drawers.profiles.find_person(WHO)
        kept = await drawers.privacy.find_request(1)
    assert corrected.name == "Nguyễn Văn Đúng"
    assert corrected.born_on == person.born_on
    assert kept.state == "done"
    assert (await office.verify_audit()).is_intact


async def _hand_in(drawers, state: EvidenceState, number: str) -> int:
    """The number of a certificate handed in, with a file, as it stands now."""
    said = Credential(KindCode("ielts"), "6.0", WORDS, number, date(2025, 5, 12))
    file = await drawers.evidence.add_file(WHO, WORDS.encode(), "image/jpeg", NOW)
    made = await drawers.evidence.submit(Evidence(WHO, said, submitted_at=NOW, changed_at=NOW), [file.id])
    if state is not EvidenceState.WAITING:
        done = {"decided_by": PersonCode("CB015"), "decided_at": NOW, "words": WORDS, "version": 2}
        await drawers.evidence.settle(replace(made, state=state, **done))
    return int(made.number)


async def _leave_something_in_each_group(drawers, rules) -> dict[EvidenceState, int]:
    """Something of this person in each group that a deletion takes away; the numbers of the evidence."""
    await _speak(drawers, rules)
    waiting = await drawers.inquiries.add(
        Inquiry("", "telegram", "7001", WHO, None, rules.book.home, WORDS, (), InquiryReason.REQUESTED, NOW, TODAY, "1")
    )
    said = InquiryMessage(MessageKind.REPLY, NOW, WORDS, WHO, "tôi")
    await drawers.inquiries.save(waiting, NOW, said)
    await drawers.link_codes.issue(WHO, NOW)
    await drawers.reminders.save_wishes(WHO, ReminderWishes(quiet_until=TODAY), NOW)
    await drawers.calendars.issue(WHO, NOW)
    await drawers.later.write()
    return {state: await _hand_in(drawers, state, f"A-{state.value}") for state in EvidenceState}


async def test_deletion_takes_at_once_what_may_go_and_the_chain_still_holds(office):
    rules = await office.rule_book()
    gone = {one.code for one in office.library.privacy.groups if one.is_gone}
    whose = Whose(WHO, [("telegram", "7001"), ("web", "second")])
    async with office._database.transaction() as drawers:
        numbers = await _leave_something_in_each_group(drawers, rules.on(TODAY))
        before = await drawers.personal_data.count(WHO)
        assert not {one for one in gone if not before.get(one)}, "something of each group to be taken away"
        person = await drawers.profiles.find_person(WHO)
        here = visit(rules, person, channel=Channel.TELEGRAM)
        here = replace(here, asked=replace(here.asked, address="7001"))
        await drawers.privacy.note_consents(consents_of(here, {Purpose.ANSWERS: ConsentAct.AGREED}, NOW))
        desk = Desk(
            requests=drawers.privacy,
            personal=drawers.personal_data,
            consents=drawers.privacy,
            corrections=drawers.corrections,
            staff=drawers.profiles,
            audit=drawers.audit,
            clock=StandingClock(),
            by=_notifying(drawers),
        )
        await drawers.accounts.link("web", "second", WHO, NOW)
        await delete(here, person, desk, _kept(drawers), asks_about_rest=True)
        await drawers.later.write()
        counts = await drawers.personal_data.count(WHO)
        left = dict.fromkeys(gone, 0)
        for one in HOLDINGS:
            if one.group in gone:
                query = select(func.count()).select_from(one.table).where(one.which(whose))
                left[one.group] += await drawers.connection.scalar(query)
        decided = await drawers.evidence.list_of(WHO, 50)
        person_after = await drawers.profiles.find_person(WHO)
        traces = (await drawers.connection.execute(text("SELECT person, address, texts FROM inquiries"))).all()
        said = (await drawers.connection.execute(text("SELECT who, texts FROM inquiry_messages"))).all()
        running = await drawers.privacy.list_running(None, 10)
        acts = await drawers.privacy.list_consents_of(WHO)
    assert {group: counts.get(group, 0) for group in gone} == dict.fromkeys(gone, 0)
    # Nor is any of it found by the chats that were theirs before.
    assert left == dict.fromkeys(gone, 0)
    # What the office decided is told from its number, kind, outcome, by whom and when, and from nothing else.
    of_office = {EvidenceState.VERIFIED, EvidenceState.REJECTED}
    assert {one.number: one.state for one in decided} == {numbers[state]: state for state in of_office}
    assert {(one.credential.kind, one.decided_by, one.decided_at) for one in decided} == {("ielts", "CB015", NOW)}
    assert all(WORDS not in str(one) and one.files == () for one in decided)
    assert counts["decisions"] == len(of_office)
    # The certificate that verdicts count stands in the roster, and what waited does not.
    held = {one.number: one.status for one in person_after.credentials if (one.number or "").startswith("A-")}
    assert held == {"A-verified": CredentialStatus.VERIFIED, "A-rejected": CredentialStatus.REJECTED}
    # Of the questions stays that there were some, of nobody.
    assert traces
    assert {(person, address, words) for person, address, words in traces} == {(None, "", None)}
    assert {(who, words) for who, words in said} == {(None, None), ("CB015", None)}
    async with office._database.transaction() as drawers:
        counts = await drawers.personal_data.count(WHO)
    assert min(counts[one] for one in ("roster", "audit", "consents")) > 0
    assert [one.right for one in running] == ["delete"]
    assert acts[-1].act == "withdrawn"
    withdrawn = {(one.channel, one.purpose) for one in acts if one.act == "withdrawn"}
    assert {("telegram", "reminders"), ("web", "reminders"), ("web", "answers")} <= withdrawn
    assert len(acts[0].digest) == 64
    assert (await office.verify_audit()).is_intact


class _UndoneError(Exception):
    """Undoes what a transaction did."""


@pytest.fixture(scope="module")
async def tidied(office):
    """Which rows are kept after one cleaning up: by what they are, and whether their time was over."""
    kept: dict[tuple[str, bool], bool] = {}
    with contextlib.suppress(_UndoneError):
        async with office._database.transaction() as drawers:
            days = {one.code: one.days for one in office.library.privacy.periods}
            rows = await put_rows(drawers.connection, days, NOW)
            await tidy(drawers, office.reference, NOW)
            kept = {name: await is_kept(drawers.connection, row) for name, row in rows.items()}
            raise _UndoneError
    return kept


def test_every_period_of_storage_has_rows_that_go_by_it(library):
    assert {one.code for one in OLD} - {""} == {one.code for one in library.privacy.periods}
    assert len({one.name for one in OLD}) == len(OLD)


@pytest.mark.parametrize("name", [one.name for one in OLD])
def test_what_has_had_its_time_goes_and_what_has_not_stays(tidied, name):
    assert not tidied[name, True]
    assert tidied[name, False]


DAY = timedelta(days=1)
# What was said in one chat and how many days ago, whether the chat stands and when it was last changed or cut off from
# whom a load took off the roster; which of it stays.
PROOFS = {
    "withdrawn long after": ([("agreed", 1_900), ("withdrawn", 0)], None, [1_900, 0]),
    "agreed anew long after, and withdrawn": ([("agreed", 3_000), ("agreed", 1_900), ("withdrawn", 5)], None, None),
    "withdrawn long ago": ([("agreed", 3_000), ("withdrawn", 1_826)], None, []),
    "withdrawn long ago, and still written to": ([("agreed", 3_000), ("withdrawn", 1_826)], (None, 10), []),
    "taken off the roster": ([("agreed", 1_900)], (1_900, 1_900), [1_900]),
    "its chat changed of late": ([("agreed", 1_900)], (None, 10), [1_900]),
    "of no chat any more": ([("agreed", 1_900)], None, []),
}


@pytest.mark.parametrize("case", PROOFS)
async def test_proof_of_consent_is_kept_for_its_days_after_it_ended(office, case):
    said, chat, stays = PROOFS[case]
    periods = {one.code: one.days for one in office.library.privacy.periods}
    words = {"channel": "web", "purpose": "answers", "version": "1", "digest": "0" * 64}
    with contextlib.suppress(_UndoneError):
        async with office._database.transaction() as drawers:
            add = drawers.connection.execute
            for act, days in said:
                await add(insert(consents).values(**words, address="proof", act=act, at=NOW - days * DAY))
            # To another purpose much was said of late: it keeps nothing of this one.
            other = {**words, "purpose": "evidence", "act": "withdrawn"}
            await add(insert(consents).values(**other, address="proof", at=NOW))
            if chat is not None:
                linked, changed = (NOW - one * DAY if one is not None else None for one in chat)
                await add(insert(accounts).values(channel="web", address="proof", linked_at=linked, changed_at=changed))
            for _run in range(2):
                await drawers.personal_data.prune(periods, NOW)
            kept = await drawers.privacy.list_consents("web", "proof")
            raise _UndoneError
    left = [(NOW - one.at) // DAY for one in kept if one.purpose == "answers"]
    assert left == ([days for _act, days in said] if stays is None else stays)


async def test_what_runs_out_on_a_day_off_is_told_on_the_working_day_before(office):
    friday, sunday = date(2026, 12, 18), date(2026, 12, 20)
    told = {}
    with contextlib.suppress(_UndoneError):
        async with office._database.transaction() as drawers:
            book = await office.rule_book()
            days = [friday - DAY, friday]
            before = {day: sum((await count_due(drawers, book.on(day))).values()) for day in days}
            await drawers.privacy.add_request(DataRequest(WHO, "telegram", "correct", NOW, sunday, sunday))
            told = {day: sum((await count_due(drawers, book.on(day))).values()) > before[day] for day in days}
            raise _UndoneError
    assert told == {friday - DAY: False, friday: True}


async def test_addresses_of_old_messages_go_and_that_they_were_sent_stays(office):
    old = datetime(2020, 1, 1, tzinfo=UTC)
    add = text(
        "INSERT INTO deliveries (person, sender, channel, address, locale, state, due_at, done_at, tried)"
        " VALUES ('CB001', 'telegram:1', 'telegram', '4711', 'vi', 'delivered', :at, :at, '{telegram 12}') RETURNING id"
    )
    async with office._database.transaction() as drawers:
        number = (await drawers.connection.execute(add, {"at": old})).scalar_one()
        await tidy(drawers, office.reference, NOW)
        row = (
            await drawers.connection.execute(
                text("SELECT state, address, tried FROM deliveries WHERE id = :id"), {"id": number}
            )
        ).one()
    assert tuple(row) == ("delivered", "", [])


async def test_clocks_that_run_out_are_planned_for_who_is_in_charge_once_a_working_day(office):
    day = datetime(2026, 12, 14, tzinfo=UTC).date()
    async with office._database.transaction() as drawers:
        request = DataRequest(WHO, "telegram", "correct", NOW, TODAY, TODAY)
        await drawers.privacy.add_request(request)
        rules = (await office.rule_book()).on(day)
        due = await count_due(drawers, rules)
    owed = list(DataClocks(day, due).list_notices())
    staff = {one.code: one for one in await _people(office)}
    assert owed
    assert all(staff[one.to].roles & {"hr", "bao_ve_du_lieu"} for one in owed)
    assert len({one.key for one in owed}) == len(owed)
    async with office.push.read_plan(day) as (_telling, _agenda, stream):
        planned = [one async for one in stream]
    assert {one.owed.to for one in planned if one.owed.kind == "privacy"} == {one.to for one in owed}
    standing = await office.privacy.standing()
    assert standing.running >= 1
    lines = await office.privacy.list_processing(TODAY, TODAY)
    assert {one.action for one in lines} >= {"load", "corrected_record"}
    assert all(one.served is not None for one in lines if one.action != "load")
