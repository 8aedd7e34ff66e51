"""A process that takes today to be another day says so."""

from bot.wiring import Office
from handlers.phrases import _, show_day


def tell_rehearsal(office: Office) -> None:
    """Say that the day is not the real one."""
    if office.clock.is_fixed:
        day = office.clock.today()
        print(_("Rehearsal: today is taken to be {day} (NHACCHUAN_TODAY).").format(day=show_day(day)), flush=True)
