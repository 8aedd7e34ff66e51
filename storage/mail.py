"""Letters to channel identities: left in the transaction of what they tell, delivered once, and never forgotten."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Row,
    Subquery,
    all_,
    and_,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import PersonCode
from knowledge.study_cases import StudyState
from storage.characters import storable
from storage.records import Letter, LetterKind, LetterState, Untold
from storage.tables import accounts, interactions, letters, restores, study_cases

# Who started a letter and has not said by then how it ended is taken to be gone: nobody knows whether it arrived.
LEASE: Final = timedelta(minutes=5)
# Each chat is warned of a new one by itself, and that Zalo is closed is never told by Zalo.
_OF_THEIR_CHAT: Final = (LetterKind.LINKED, LetterKind.ZALO_LOST)
_ANSWERS: Final = (LetterKind.ANSWERED, LetterKind.ASKED_BACK, LetterKind.CLOSED)
# How it stands on a day; the next is told by a letter of its own.
_OF_THEIR_DAY: Final = (LetterKind.OVERDUE, LetterKind.GIVEN_UP, LetterKind.BACKUP_FAILED)


class MailDrawer:
    """Keeps the promises of the desk's `Letters`, and those that the postman needs."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def leave(self, letter: Letter) -> bool:
        left = await self._connection.execute(
            insert(letters)
            .values(
                channel=letter.channel,
                address=storable(letter.address),
                person=letter.person,
                kind=letter.kind,
                inquiry=letter.inquiry,
                number=letter.number,
                about=letter.about,
                key=letter.key,
                locale=letter.locale,
                left_at=letter.left_at,
                due_at=letter.left_at,
            )
            .on_conflict_do_nothing(index_elements=["key"])
            .returning(letters.c.id)
        )
        return left.one_or_none() is not None

    async def list_about(self, inquiry: str) -> Sequence[Letter]:
        found = await self._connection.execute(
            select(letters).where(letters.c.inquiry == inquiry).order_by(letters.c.id)
        )
        return list(map(_letter, found))

    async def collect(self, channel: str, address: str, person: PersonCode | None, at: datetime) -> Sequence[Letter]:
        found = await self._connection.execute(
            update(letters)
            .where(
                letters.c.channel == channel,
                letters.c.address == storable(address),
                letters.c.state == LetterState.WAITING,
                letters.c.person == person if person is not None else letters.c.person.is_(None),
            )
            .values(state=LetterState.DELIVERED, started_at=at, done_at=at, tries=letters.c.tries + 1)
            .returning(*letters.c)
        )
        return sorted(map(_letter, found), key=lambda one: one.id)

    async def keep_untold(self, letter: int, why: Untold, at: datetime) -> None:
        await self._connection.execute(
            update(letters)
            .where(letters.c.id == letter)
            .values(state=LetterState.REFUSED, done_at=at, reason=why.value)
        )

    async def take_back(self, inquiry: str, channel: str, address: str, asker: PersonCode | None = None) -> None:
        here = and_(letters.c.channel == channel, letters.c.address == storable(address))
        of_the_asker = here if asker is None else or_(here, letters.c.person == asker)
        await self._connection.execute(
            delete(letters).where(letters.c.inquiry == inquiry, of_the_asker, letters.c.state == LetterState.WAITING)
        )

    async def move_of(
        self,
        channel: str,
        address: str,
        person: PersonCode,
        to_channel: str,
        to_address: str,
        *,
        only_answers: bool = False,
    ) -> None:
        other = letters.alias()
        told_there = exists().where(
            *_waiting_for(to_channel, to_address, person, other),
            other.c.kind == letters.c.kind,
            other.c.inquiry.is_not_distinct_from(letters.c.inquiry),
            other.c.number.is_not_distinct_from(letters.c.number),
        )
        await self._connection.execute(
            update(letters)
            # Each chat was told of a new one by a letter of its own.
            .where(
                *_waiting_for(channel, address, person),
                letters.c.kind.in_(_ANSWERS) if only_answers else letters.c.kind != LetterKind.LINKED,
                ~told_there,
            )
            .values(channel=to_channel, address=storable(to_address))
        )

    async def take_back_of(
        self, channel: str, address: str, person: PersonCode, *, keeps_warnings: bool = False
    ) -> None:
        if keeps_warnings:
            warnings = (*_waiting_for(channel, address, person), letters.c.kind == LetterKind.LINKED)
            await self._connection.execute(update(letters).where(*warnings).values(person=None))
        await self._connection.execute(delete(letters).where(*_waiting_for(channel, address, person)))

    async def find_chats_again(
        self,
        channels: Collection[str],
        since: datetime,
        today: datetime,
        at: datetime,
        *,
        pages: Collection[str] = (),
    ) -> int:
        """Let letters left after `since` go where their people are reached by these channels now; how many.

        That is what waits where nothing is sent to, as a web page that nobody comes back to, or in a chat that takes
        no messages any more, and what such a chat refused; what another refused too, once the person has done something
        there since. What was refused waits on one of these `pages` where no chat is left that takes it. What is being
        shown or sent stays with whoever does it, and what was refused as told no more stays so. What tells of its day
        goes only on that one, which began at `today`; of letters that say the same the newest.
        """
        reached, newer, theirs = _reached(channels, pages), letters.alias(), accounts.alias()
        is_sent_there = exists().where(
            theirs.c.channel == letters.c.channel,
            theirs.c.address == letters.c.address,
            theirs.c.person == letters.c.person,
            theirs.c.channel.in_(list(channels)),
            theirs.c.unreachable_at.is_(None),
        )
        says_the_same = exists().where(
            newer.c.person == letters.c.person,
            newer.c.kind == letters.c.kind,
            newer.c.inquiry.is_not_distinct_from(letters.c.inquiry),
            newer.c.number == letters.c.number,
            newer.c.id > letters.c.id,
        )
        # What was refused surely did not arrive.
        was_refused = and_(
            letters.c.state == LetterState.REFUSED,
            func.coalesce(letters.c.reason, "").not_in(list(Untold)),
            or_(letters.c.kind != LetterKind.STUDY, _is_last_of_its_case()),
        )
        # Each time that they do something it is tried once more: it has started again by then.
        acted_since = exists().where(
            interactions.c.channel == letters.c.channel,
            interactions.c.address == letters.c.address,
            interactions.c.last_at > letters.c.started_at,
        )
        # What a backup calls waiting may have been brought there after it was taken.
        restored_at = select(func.max(restores.c.restored_at)).scalar_subquery()
        moved = await self._connection.execute(
            update(letters)
            .where(
                letters.c.person == reached.c.person,
                or_(
                    and_(letters.c.state == LetterState.WAITING, reached.c.channel.in_(list(channels)), ~is_sent_there),
                    and_(was_refused, or_(~is_sent_there, acted_since)),
                ),
                letters.c.left_at > func.greatest(since, restored_at),
                letters.c.kind.not_in(_OF_THEIR_CHAT),
                or_(letters.c.kind.not_in(_OF_THEIR_DAY), letters.c.left_at >= today),
                ~says_the_same,
            )
            .values(
                channel=reached.c.channel,
                address=reached.c.address,
                locale=reached.c.locale,
                state=LetterState.WAITING,
                due_at=at,
                started_at=None,
                done_at=None,
                tries=0,
                reason=None,
            )
        )
        return moved.rowcount

    # --- for the postman

    async def start(
        self, channel: str, addresses: Collection[str] | None, limit: int, at: datetime, *, mark: str = ""
    ) -> Sequence[Letter]:
        """Take up letters that are due, for these addresses only where they are given; others take up different ones.

        `mark` is that of the identity whose chats are meant, empty for the first of the channel.

        They count as started once the transaction is kept, and only then may their requests leave.
        """
        due = (
            select(letters.c.id)
            .where(
                letters.c.channel == channel,
                letters.c.state == LetterState.WAITING,
                letters.c.due_at <= at,
                *((_is_at(mark),) if addresses is None else (letters.c.address.in_(list(addresses)),)),
            )
            .order_by(letters.c.due_at, letters.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        started = await self._connection.execute(
            update(letters)
            .where(letters.c.id.in_(due))
            .values(state=LetterState.STARTED, started_at=at, tries=letters.c.tries + 1)
            .returning(*letters.c)
        )
        return sorted(map(_letter, started), key=lambda one: one.id)

    async def finish(self, letter: int, state: LetterState, at: datetime, reason: str = "") -> None:
        """Keep how a letter that was started ended."""
        await self._settle(letter, state=state, done_at=at, reason=reason or None)

    async def put_off(self, letter: int, until: datetime, reason: str, *, is_try: bool = True) -> None:
        """It surely did not go out: it waits again, until then. Without `is_try` it does not count as tried."""
        tries = letters.c.tries if is_try else letters.c.tries - 1
        await self._settle(letter, state=LetterState.WAITING, due_at=until, reason=reason, tries=tries)

    async def give_up_lost(self, at: datetime) -> int:
        """Call unclear what was started long ago and never ended; how many."""
        lost = await self._connection.execute(
            update(letters)
            .where(letters.c.state == LetterState.STARTED, letters.c.started_at < at - LEASE)
            .values(state=LetterState.UNCLEAR, done_at=at, reason="lost")
        )
        return lost.rowcount

    async def prune(self, before: datetime) -> None:
        """Forget letters that ended before this moment, or were left before it and are waited for by nobody."""
        await self._connection.execute(
            delete(letters).where(func.coalesce(letters.c.done_at, letters.c.left_at) < before)
        )

    async def _settle(self, letter: int, **values: Any) -> None:
        # One that was given up meanwhile as lost is known better by whoever sent it.
        settled = (LetterState.STARTED, LetterState.UNCLEAR)
        await self._connection.execute(
            update(letters).where(letters.c.id == letter, letters.c.state.in_(settled)).values(**values)
        )


def _reached(channels: Collection[str], pages: Collection[str]) -> Subquery:
    """The account by which what is told unasked reaches each person, as the outbox chooses it; else such a page."""
    return (
        select(
            accounts.c.person,
            accounts.c.channel,
            accounts.c.address,
            func.coalesce(accounts.c.locale, "vi").label("locale"),
        )
        .ext(distinct_on(accounts.c.person))
        .where(
            accounts.c.person.is_not(None),
            accounts.c.channel.in_([*channels, *pages]),
            accounts.c.unreachable_at.is_(None),
            literal("reminders") != all_(accounts.c.withheld),
        )
        .order_by(
            accounts.c.person,
            accounts.c.channel.in_(list(channels)).desc(),
            accounts.c.preferred_at.desc().nulls_last(),
            accounts.c.linked_at.desc().nulls_last(),
            accounts.c.channel,
            accounts.c.address,
        )
        .subquery()
    )


def _is_last_of_its_case() -> ColumnElement[bool]:
    """Whether nothing came after it in its study case; whoever decides on one that waits is told by planning."""
    return exists().where(
        study_cases.c.number == letters.c.number,
        study_cases.c.changed_at <= letters.c.left_at,
        or_(study_cases.c.state != StudyState.WAITING.value, study_cases.c.person == letters.c.person),
    )


def _is_at(mark: str) -> ColumnElement[bool]:
    if mark:
        return letters.c.address.endswith(f"@{mark}", autoescape=True)
    return ~letters.c.address.contains("@")


def _waiting_for(
    channel: str, address: str, person: PersonCode, among: FromClause = letters
) -> tuple[ColumnElement[bool], ...]:
    return (
        among.c.channel == channel,
        among.c.address == storable(address),
        among.c.person == person,
        among.c.state == LetterState.WAITING,
    )


def _letter(row: Row[Any]) -> Letter:
    return Letter(
        channel=row.channel,
        address=row.address,
        kind=LetterKind(row.kind),
        left_at=row.left_at,
        person=PersonCode(row.person) if row.person is not None else None,
        inquiry=row.inquiry,
        number=row.number,
        key=row.key,
        locale=row.locale,
        id=row.id,
        state=LetterState(row.state),
        tries=row.tries,
        done_at=row.done_at,
        reason=row.reason or "",
        about=row.about,
    )
