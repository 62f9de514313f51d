"""When messages may go out: the send windows of working days. A reply to one's own message is not bound by them."""

from datetime import datetime, timedelta

from scheduler.calendar import OFFICE_ZONE, Calendar, at_office, office_day


def in_window(calendar: Calendar, moment: datetime) -> bool:
    """Whether scheduled messages may go out at that moment; the last minute of a window is outside it."""
    local = moment.astimezone(OFFICE_ZONE)
    return calendar.is_working(local.date()) and any(start <= local.time() < end for start, end in calendar.windows)


def next_slot(calendar: Calendar, moment: datetime) -> datetime:
    """The moment itself inside a window, else the start of the next window. Raises NeverWorking."""
    if in_window(calendar, moment):
        return moment
    local = moment.astimezone(OFFICE_ZONE)
    if calendar.is_working(local.date()):
        for start, _ in calendar.windows:
            if local.time() < start:
                return at_office(local.date(), start)
    day = calendar.next_working(office_day(moment) + timedelta(days=1))
    return at_office(day, calendar.windows[0][0])
