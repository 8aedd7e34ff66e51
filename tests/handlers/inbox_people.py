"""Who asks and who answers in the tests of the inbox, and a desk that all of them sit at."""

from typing import Any

from handlers.reply import Reply
from knowledge.facts import Person, PersonCode, Role, UnitCode
from knowledge.rulebook import RuleBook
from tests.handlers.desks import TriedDesk
from tests.people import COMMUNE, DIVISION, NEIGHBOUR, OFFICE, official

ASKER = official(name="Trần Thị Hỏi")
OTHER = official(code=PersonCode("CB002"), name="Lê Văn Khác")
HR = frozenset({Role.OFFICIAL, Role.HR})
# The nearest to the asker first.
OFFICE_HR = official(code=PersonCode("HR001"), name="Phạm Thị Tổ Chức", roles=HR, scope=OFFICE.code)
PROVINCE_HR = official(code=PersonCode("HR002"), name="Vũ Văn Tỉnh", unit=NEIGHBOUR.code, roles=HR)
DIVISION_HR = official(code=PersonCode("HR003"), name="Đỗ Thị Phòng", unit=DIVISION.code, roles=HR, scope=DIVISION.code)
COMMUNE_HR = official(code=PersonCode("HR004"), name="Bùi Thị Xã", unit=COMMUNE.code, roles=HR, scope=COMMUNE.code)
ADMINISTRATOR = official(code=PersonCode("QT001"), name="Quản Trị", roles=frozenset({Role.ADMINISTRATOR}))
DATA_OFFICER = official(code=PersonCode("BV001"), name="Bảo Vệ Dữ Liệu", roles=frozenset({Role.DATA_OFFICER}))
HEAD = official(code=PersonCode("TT001"), name="Thủ Trưởng", roles=frozenset({Role.HEAD}))
EVERYBODY = (ASKER, OTHER, OFFICE_HR, PROVINCE_HR, DIVISION_HR, ADMINISTRATOR, DATA_OFFICER, HEAD)
NOWHERE = UnitCode("KHONG-CO")

QUESTION = "công văn 9999/UBND-NC nói gì vậy"  # the library does not hold it
REQUEST = "chuyển câu hỏi này cho sở nội vụ"
ADDRESSES = {one.code: f"chat-{one.code}" for one in (*EVERYBODY, COMMUNE_HR)}


class Room:
    """A desk with everybody in the roster; each person has a conversation of their own."""

    def __init__(self, book: RuleBook, reader: Any, people: tuple[Person, ...] = EVERYBODY) -> None:
        self.tried = TriedDesk(book, reader, people=people)
        self.inquiries = self.tried.drawers.inquiries
        self.letters = self.tried.drawers.letters
        self.audit = self.tried.drawers.audit

    async def says(self, text: str, person: Person | None = None, **more: Any) -> Reply:
        return await self.tried.say(text, person=person, **self._place(person), **more)

    async def presses(self, token: str, person: Person | None = None, **more: Any) -> Reply:
        return await self.tried.press(token, person=person, **(self._place(person) | more))

    async def chooses(self, reply: Reply, action: str, person: Person | None = None, **more: Any) -> Reply:
        """Press the button of this action, which must be there."""
        token = next(one.token for one in reply.choices if one.action == action)
        return await self.presses(token, person, **more)

    async def asks(self, person: Person | None = ASKER, text: str = QUESTION) -> str:
        """Ask something that cannot be answered and pass it on; the code."""
        await self.says(text, person)
        reply = await self.says(REQUEST, person)
        if person is None:
            reply = await self.chooses(reply, "pass_on.yes")
        assert reply.handed_to, reply
        return list(self.inquiries.kept)[-1]

    async def answers(self, code: str, text: str, person: Person = OFFICE_HR, begins: str = "inbox.reply") -> Reply:
        """Write and send; the reply to HR."""
        await self.presses(f"{begins}|{code}", person)
        shown = await self.says(text, person)
        return await self.chooses(shown, "inbox.send", person)

    def _place(self, person: Person | None) -> dict[str, Any]:
        address = ADDRESSES[person.code] if person is not None else "stranger"
        return {"address": address, "thread": f"web:{address}"}


def audited(room: Room) -> list[tuple[str, str, str]]:
    """Who did what to whom, as it stands in the audit chain."""
    return [(one.actor, one.action, one.subject) for one in room.audit.entries]
