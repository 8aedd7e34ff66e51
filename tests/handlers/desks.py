"""A whole desk over ports in memory, to be spoken to as a door speaks to it."""

from dataclasses import replace
from datetime import date
from typing import Any

from handlers.asking import Channel, FileTooBigError, Incoming, IncomingFile
from handlers.front_desk import FrontDesk
from handlers.handed_in import CleanFile, FileRefusal, HandedIn
from handlers.reply import Reply
from knowledge.facts import DeclaredRules, Person
from knowledge.rulebook import RuleBook
from tests.broadcasts_kept import FakeSending
from tests.fakes import (
    FakeAccounts,
    FakeClock,
    FakeDrawers,
    FakeLinkCodes,
    FakeProfiles,
    FakeRules,
    FakeSearch,
    FakeTerm,
    FakeTerms,
)
from tests.handlers.visits import TODAY


class TriedDesk:
    """A desk, its cabinet, and short ways to speak to it."""

    def __init__(
        self, book: RuleBook, reader: Any, *, is_rehearsal: bool = False, people: tuple[Person, ...] = ()
    ) -> None:
        self.drawers = FakeDrawers(FakeProfiles(people), FakeRules(book.rules), FakeAccounts(), FakeLinkCodes())
        self.sending = FakeSending()
        self._book = book
        self.reader = reader
        self.desk = FrontDesk(
            open_drawers=self.drawers.open,
            make_rule_book=self._make_rule_book,
            grow=lambda _library: (reader, lambda: FakeSearch(("2123/UBND-NC", "4"))),
            find_term=FakeTerms(FakeTerm("tiêu chuẩn chức danh", "Điều kiện phải có.", "2123/UBND-NC", "1")).find,
            clock=FakeClock(TODAY, is_fixed=is_rehearsal),
            make_sending=lambda _drawers: self.sending,
            examine=self._examine,
        )

    async def hand_in(self, content: bytes, text: str = "", *, person: Person | None = None, **more: Any) -> Reply:
        """Send a file whose content, by the first letters, is a picture, or a reason to refuse it."""

        async def fetch(most: int) -> bytes:
            if len(content) > most:
                raise FileTooBigError
            return content

        size, group, message = more.pop("size", None), more.pop("group", ""), more.pop("message", "")
        file = IncomingFile("IMG_1.jpg", fetch, "image/jpeg", size, group, message)
        asked = _incoming(text=text or None, file=file, person=person.code if person else None, **more)
        return await self.desk.answer(asked)

    async def _examine(self, content: bytes) -> HandedIn:
        if content.startswith(b"picture"):
            return CleanFile(content, "image/jpeg")
        return FileRefusal(content.decode())

    def _make_rule_book(self, rules: DeclaredRules) -> RuleBook:
        return RuleBook.of(self._book.library, rules, self._book.calendar, self._book.home)

    async def say(self, text: str, *, person: Person | None = None, on: date | None = None, **more: Any) -> Reply:
        return await self.desk.answer(_incoming(text=text, person=person.code if person else None, on=on, **more))

    async def press(self, token: str, *, person: Person | None = None, **more: Any) -> Reply:
        return await self.desk.answer(_incoming(choice=token, person=person.code if person else None, **more))

    async def share_phone(self, phone: str) -> Reply:
        return await self.desk.answer(_incoming(phone=phone))

    def declare(self, **changes: Any) -> None:
        """HR declares something new, under the next version."""
        rules = self.drawers.rules.declared
        self.drawers.rules.declared = replace(rules, version=rules.version + 1, **changes)


def _incoming(**more: Any) -> Incoming:
    return Incoming(**{"channel": Channel.WEB, "address": "w1", **more})
