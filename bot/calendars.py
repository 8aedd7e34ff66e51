"""Days as a calendar file that any calendar reads (iCalendar): whole days, each with a name that stays."""

from datetime import UTC, timedelta
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from handlers.reply import CalendarFile
from knowledge.day_arithmetic import add_days
from knowledge.folding import printable
from knowledge.local_time import VIETNAM

CALENDAR: Final = "text/calendar"
_READ_AGAIN: Final = timedelta(hours=12)


def write_calendar(file: CalendarFile) -> bytes:
    """The file. Nothing rings: reminders come by the chat, once."""
    from icalendar import Calendar, Event, Timezone  # noqa: PLC0415  loaded when the first is written

    calendar = Calendar()
    calendar.add("prodid", "-//Nhac Chuan//VI")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", printable(file.title))
    calendar.add("refresh-interval", _READ_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT12H")
    made_at = file.made_at.astimezone(UTC).replace(microsecond=0)
    for one in file.days:
        event = Event()
        event.add("uid", f"{uuid5(NAMESPACE_URL, f'nhac-chuan:{file.owner}:{one.key}')}@nhac-chuan")
        event.add("dtstamp", made_at)
        event.add("last-modified", made_at)
        event.add("sequence", file.version)
        event.add("dtstart", one.day)
        event.add("dtend", add_days(one.day, 1))
        event.add("summary", printable(one.title))
        if one.details:
            event.add("description", printable(one.details))
        event.add("transp", "TRANSPARENT")
        event.add("class", "PRIVATE")
        calendar.add_component(event)
    if not file.days:  # a calendar without any component is no calendar (RFC 5545, 3.6)
        calendar.add_component(Timezone.from_tzinfo(VIETNAM))
    written: bytes = calendar.to_ical()
    return written
