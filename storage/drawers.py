"""Every drawer of the cabinet over one connection, so that what is done together is one transaction."""

from dataclasses import dataclass
from random import Random

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.accounts import AccountsDrawer
from storage.added_documents import AddedDocumentsDrawer
from storage.api_keys import ApiKeysDrawer
from storage.audit import AuditDrawer
from storage.backups.kept import BackupsDrawer
from storage.broadcasts import BroadcastsDrawer
from storage.calendars import CalendarsDrawer
from storage.console import ConsoleDrawer
from storage.encryption import Vault
from storage.entries import EntriesDrawer
from storage.escalations import EscalationsDrawer
from storage.evidence import EvidenceDrawer
from storage.fleet import FleetDrawer
from storage.foreseen import Foreseen
from storage.hooks import HooksDrawer
from storage.identities import IdentitiesDrawer
from storage.inquiries import InquiriesDrawer
from storage.later import Later
from storage.link_codes import LinkCodesDrawer
from storage.mail import MailDrawer
from storage.outbox import OutboxDrawer
from storage.pace import PaceDrawer
from storage.people import ProfilesDrawer
from storage.personal_data import PersonalDataDrawer
from storage.privacy import PrivacyDrawer
from storage.proposals import ProposalsDrawer
from storage.questions import QuestionsDrawer
from storage.reach import ReachDrawer
from storage.reminders import RemindersDrawer
from storage.restores import RestoresDrawer
from storage.rules import RulesDrawer, RulesMemory
from storage.rulings import RulingsDrawer
from storage.shared_views import SharedViewsDrawer
from storage.study import StudyDrawer
from storage.threads import ThreadsDrawer
from storage.told_rules import ToldRulesDrawer
from storage.updates import UpdatesDrawer
from storage.verdicts import VerdictsDrawer
from storage.visits import LookUp, VisitsDrawer
from storage.workbook.sheets_later import Sheets
from storage.working_time import WorkingTimeDrawer
from storage.zalo import ZaloDrawer
from storage.zalo_bot import ZaloBotDrawer


@dataclass(frozen=True, slots=True)
class Drawers:
    """The drawers, and the connection for those who keep tables of their own in the same transaction."""

    connection: AsyncConnection
    profiles: ProfilesDrawer
    rules: RulesDrawer
    accounts: AccountsDrawer
    link_codes: LinkCodesDrawer
    threads: ThreadsDrawer
    audit: AuditDrawer
    updates: UpdatesDrawer
    study: StudyDrawer
    inquiries: InquiriesDrawer
    letters: MailDrawer
    questions: QuestionsDrawer
    added_documents: AddedDocumentsDrawer
    rulings: RulingsDrawer
    proposals: ProposalsDrawer
    entries: EntriesDrawer
    told: ToldRulesDrawer
    escalations: EscalationsDrawer
    reminders: RemindersDrawer
    outbox: OutboxDrawer
    pace: PaceDrawer
    fleet: FleetDrawer
    broadcasts: BroadcastsDrawer
    zalo_bot: ZaloBotDrawer
    zalo: ZaloDrawer
    calendars: CalendarsDrawer
    api_keys: ApiKeysDrawer
    shared_views: SharedViewsDrawer
    hooks: HooksDrawer
    console: ConsoleDrawer
    verdicts: VerdictsDrawer
    evidence: EvidenceDrawer
    reach: ReachDrawer
    privacy: PrivacyDrawer
    personal_data: PersonalDataDrawer
    restores: RestoresDrawer
    backups: BackupsDrawer
    identities: IdentitiesDrawer
    working_time: WorkingTimeDrawer
    visits: VisitsDrawer
    later: Later

    @property
    def corrections(self) -> EntriesDrawer:
        """Cells of the roster, corrected one by one."""
        return self.entries

    @property
    def staff(self) -> ProfilesDrawer:
        """Who of the roster serves others."""
        return self.profiles

    @property
    def receipts(self) -> OutboxDrawer:
        """What recipients say of messages."""
        return self.outbox

    @property
    def broadcast_outbox(self) -> OutboxDrawer:
        """The messages of broadcasts."""
        return self.outbox

    @property
    def unclear(self) -> OutboxDrawer:
        """Messages of which nobody knows whether they arrived."""
        return self.outbox

    @property
    def deliveries(self) -> OutboxDrawer:
        """What was sent to whom."""
        return self.outbox

    @property
    def sheets(self) -> Sheets:
        """Writes workbooks of results."""
        return Sheets()

    @property
    def guesses(self) -> InquiriesDrawer:
        """Wrong codes of questions passed on."""
        return self.inquiries

    @property
    def overdue(self) -> InquiriesDrawer:
        """Questions passed on whose day has passed."""
        return self.inquiries

    @classmethod
    def on(
        cls,
        connection: AsyncConnection,
        *,
        vault: Vault,
        randomness: Random,
        rules_memory: RulesMemory,
        look_up: LookUp | None = None,
    ) -> "Drawers":
        """All drawers over this connection; `look_up` finds what visits ask first where others ask it too."""
        foreseen, later = Foreseen(), Later(connection)
        return cls(
            connection=connection,
            profiles=ProfilesDrawer(connection, vault, foreseen),
            rules=RulesDrawer(connection, rules_memory, foreseen),
            accounts=AccountsDrawer(connection, foreseen),
            link_codes=LinkCodesDrawer(connection, vault, randomness),
            threads=ThreadsDrawer(connection, vault, foreseen, later),
            audit=AuditDrawer(connection, later),
            updates=UpdatesDrawer(connection, vault),
            study=StudyDrawer(connection, vault),
            inquiries=InquiriesDrawer(connection, vault, randomness),
            letters=MailDrawer(connection),
            questions=QuestionsDrawer(connection, vault, later),
            added_documents=AddedDocumentsDrawer(connection),
            rulings=RulingsDrawer(connection),
            proposals=ProposalsDrawer(connection),
            entries=EntriesDrawer(connection, vault),
            told=ToldRulesDrawer(connection),
            escalations=EscalationsDrawer(connection, vault),
            reminders=RemindersDrawer(connection),
            outbox=OutboxDrawer(connection),
            pace=PaceDrawer(connection),
            fleet=FleetDrawer(connection),
            broadcasts=BroadcastsDrawer(connection),
            zalo_bot=ZaloBotDrawer(connection),
            zalo=ZaloDrawer(connection, vault),
            calendars=CalendarsDrawer(connection, vault, randomness),
            api_keys=ApiKeysDrawer(connection),
            shared_views=SharedViewsDrawer(connection),
            hooks=HooksDrawer(connection, vault),
            console=ConsoleDrawer(connection, vault, randomness),
            verdicts=VerdictsDrawer(connection),
            evidence=EvidenceDrawer(connection, vault),
            reach=ReachDrawer(connection),
            privacy=PrivacyDrawer(connection, vault),
            personal_data=PersonalDataDrawer(connection, vault),
            restores=RestoresDrawer(connection),
            backups=BackupsDrawer(connection),
            identities=IdentitiesDrawer(connection),
            working_time=WorkingTimeDrawer(connection),
            visits=VisitsDrawer(connection, foreseen, look_up),
            later=later,
        )
