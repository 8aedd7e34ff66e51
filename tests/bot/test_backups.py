"""A small house that keeps its own database: what people handed in comes back with it, and so do the rights."""

from dataclasses import replace
from datetime import UTC, date, datetime

from bot.commands.backups import put_back, take
from bot.settings import Settings
from bot.wiring import open_office
from knowledge.facts import Credential, CredentialStatus, KindCode
from storage.embedded import EmbeddedServer
from storage.records import Evidence, EvidenceState
from storage.roles import may_change_audit
from tests.databases import make_home
from tests.offices import TEST_SECRET
from tests.storage.filling import LAN, put_people, put_units

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
IELTS = Credential(KindCode("ielts"), "6.0", "Hội đồng Anh", "A-1", date(2025, 5, 12))
PICTURE = bytes(range(256)) * 3000


async def test_evidence_of_an_embedded_database_comes_back_byte_for_byte_and_the_chain_stays_guarded(tmp_path, capsys):
    with make_home() as home, EmbeddedServer(home):
        settings = Settings(_env_file=None, home=home, secret_key=TEST_SECRET)
        assert settings.database_url is None
        async with open_office(settings, keeps_threads=False) as office, office.open_cabinet() as drawers:
            await put_units(drawers)
            await put_people(drawers, [replace(LAN, credentials=())])
            sent = await drawers.evidence.add_file(LAN.code, PICTURE, "image/jpeg", NOW)
            made = Evidence(LAN.code, IELTS, submitted_at=NOW, changed_at=NOW)
            handed_in = await drawers.evidence.submit(made, [sent.id])
            await drawers.audit.record("CB001", "handed_in", "ielts", NOW)
        copy = tmp_path / "house.backup"
        await take(settings, copy, keep=None, verifies=False)
        assert PICTURE[:64] not in copy.read_bytes()
        async with open_office(settings, keeps_threads=False) as office, office.open_cabinet() as drawers:
            lost = replace(handed_in, state=EvidenceState.WITHDRAWN, version=handed_in.version + 1)
            await drawers.evidence.settle(lost)
            assert await drawers.evidence.read_file(handed_in.number, sent.id) is None

        await put_back(settings, copy, replaces=True, holds=True)

        async with open_office(settings, keeps_threads=False) as office:
            async with office.open_cabinet() as drawers:
                assert await drawers.evidence.find(handed_in.number) == handed_in
                assert await drawers.evidence.read_file(handed_in.number, sent.id) == PICTURE
                person = await drawers.profiles.find_person(LAN.code)
                assert [one.status for one in person.credentials] == [CredentialStatus.WAITING]
                verdict = await drawers.audit.verify()
            assert not await may_change_audit(office._database)
        assert (verdict.is_intact, verdict.entries) == (True, 2), "the restore is the second entry"
    assert capsys.readouterr().err == ""
