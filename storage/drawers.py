"""Every drawer of the cabinet over one connection, so that what is done together is one transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final, NamedTuple

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
        late = object.__new__(_LateDrawers)
        later = Later(connection)
        cabinet = _Cabinet(connection, vault, randomness, rules_memory, look_up, Foreseen(), later)
        for name, value in (("_cabinet", cabinet), ("connection", connection), ("later", later)):
            object.__setattr__(late, name, value)
        return late


class _Cabinet(NamedTuple):
    """What drawers are made of."""

    connection: AsyncConnection
    vault: Vault
    randomness: Random
    rules_memory: RulesMemory
    look_up: LookUp | None
    foreseen: Foreseen
    later: Later


class _LateDrawers(Drawers):
    """Drawers that are each made when somebody first reaches for it: a visit needs few of them."""

    __slots__ = ("_cabinet",)
    _cabinet: _Cabinet

    def __getattr__(self, name: str) -> Any:
        make = _MAKERS.get(name)
        if make is None:
            raise AttributeError(name)
        drawer = make(self._cabinet)
        object.__setattr__(self, name, drawer)
        return drawer


_MAKERS: Final[Mapping[str, Callable[[_Cabinet], Any]]] = {
    "profiles": lambda c: ProfilesDrawer(c.connection, c.vault, c.foreseen),
    "rules": lambda c: RulesDrawer(c.connection, c.rules_memory, c.foreseen),
    "accounts": lambda c: AccountsDrawer(c.connection, c.foreseen),
    "link_codes": lambda c: LinkCodesDrawer(c.connection, c.vault, c.randomness),
    "threads": lambda c: ThreadsDrawer(c.connection, c.vault, c.foreseen, c.later),
    "audit": lambda c: AuditDrawer(c.connection, c.later),
    "updates": lambda c: UpdatesDrawer(c.connection, c.vault),
    "study": lambda c: StudyDrawer(c.connection, c.vault),
    "inquiries": lambda c: InquiriesDrawer(c.connection, c.vault, c.randomness),
    "letters": lambda c: MailDrawer(c.connection),
    "questions": lambda c: QuestionsDrawer(c.connection, c.vault, c.later),
    "added_documents": lambda c: AddedDocumentsDrawer(c.connection),
    "rulings": lambda c: RulingsDrawer(c.connection),
    "proposals": lambda c: ProposalsDrawer(c.connection),
    "entries": lambda c: EntriesDrawer(c.connection, c.vault),
    "told": lambda c: ToldRulesDrawer(c.connection),
    "escalations": lambda c: EscalationsDrawer(c.connection, c.vault),
    "reminders": lambda c: RemindersDrawer(c.connection),
    "outbox": lambda c: OutboxDrawer(c.connection),
    "pace": lambda c: PaceDrawer(c.connection),
    "fleet": lambda c: FleetDrawer(c.connection),
    "broadcasts": lambda c: BroadcastsDrawer(c.connection),
    "zalo_bot": lambda c: ZaloBotDrawer(c.connection),
    "zalo": lambda c: ZaloDrawer(c.connection, c.vault),
    "calendars": lambda c: CalendarsDrawer(c.connection, c.vault, c.randomness),
    "api_keys": lambda c: ApiKeysDrawer(c.connection),
    "shared_views": lambda c: SharedViewsDrawer(c.connection),
    "hooks": lambda c: HooksDrawer(c.connection, c.vault),
    "console": lambda c: ConsoleDrawer(c.connection, c.vault, c.randomness),
    "verdicts": lambda c: VerdictsDrawer(c.connection),
    "evidence": lambda c: EvidenceDrawer(c.connection, c.vault),
    "reach": lambda c: ReachDrawer(c.connection),
    "privacy": lambda c: PrivacyDrawer(c.connection, c.vault),
    "personal_data": lambda c: PersonalDataDrawer(c.connection, c.vault),
    "restores": lambda c: RestoresDrawer(c.connection),
    "backups": lambda c: BackupsDrawer(c.connection),
    "identities": lambda c: IdentitiesDrawer(c.connection),
    "working_time": lambda c: WorkingTimeDrawer(c.connection),
    "visits": lambda c: VisitsDrawer(c.connection, c.foreseen, c.look_up),
}
