"""Figures, dates, sizes and times as people here write them: 126.408; 95,8 %; 14/03/2025; 1,4 MB; "5 minutes ago".

Digits are grouped as the active language does it; dates are day/month/year in both languages, because that is how the
records themselves are dated (Nghị định 30/2020/NĐ-CP, Phụ lục I). Times are shown as the clock in Việt Nam reads.
"""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import get_language, gettext, ngettext

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
NO_BREAK = "\N{NO-BREAK SPACE}"
SIZES = ("KB", "MB", "GB", "TB", "PB")
ISO = re.compile(r"\d{4}-\d\d-\d\d(T.+)?")
A_MONTH = timedelta(days=31)


def number(value: float | int | None, decimals: int = 0) -> str:
    """A figure with its thousands grouped: 126.408 in Vietnamese, 126,408 in English; an en dash where there is none."""
    if value is None:
        return "–"
    written = f"{value:,.{decimals}f}"
    if (get_language() or "vi").startswith("vi"):
        written = written.translate(str.maketrans(",.", ".,"))
    return written.replace("-", "\N{MINUS SIGN}")


def percent(share: float, decimals: int = 1) -> str:
    """A share between 0 and 1 in hundredths, set off by a no-break space: 95,8 %."""
    return f"{number(share * 100, decimals)}{NO_BREAK}%"


def size(count: int | None) -> str:
    """A count of bytes in decimal units: 512 byte, 37 KB, 1,4 MB. One decimal from the megabyte on."""
    if count is None:
        return "–"
    if count < 1000:
        return ngettext("%(count)s byte", "%(count)s bytes", count) % {"count": number(count)}
    amount = float(count)
    unit = ""
    for unit in SIZES:
        amount /= 1000
        # 999.6 KB would be written "1000 KB": the next unit says it better.
        if round(amount, 0 if unit == "KB" else 1) < 1000:
            break
    return f"{number(amount, 0 if unit == 'KB' else 1)}{NO_BREAK}{unit}"


def day(value: date | datetime | None) -> str:
    """14/03/2025; an instant is read in Việt Nam."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        value = value.astimezone(VIETNAM)
    return value.strftime("%d/%m/%Y")


def instant(value: datetime | None) -> str:
    """14/03/2025 09:45:38, as the clock in Việt Nam read."""
    return "–" if value is None else value.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S")


def day_if_iso(text: str) -> str:
    """A stored date or instant (2025-03-14, 2025-03-14T02:45:38+00:00) as a day; any other text as it is.

    The hyphens are asked for: Python would read "20250314", which may be a number or a name, as a date too.
    """
    if not ISO.fullmatch(text):
        return text
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return day(moment.date() if moment.tzinfo is None else moment)


def long_day(value: date) -> str:
    """The date as a letter head writes it: Chủ nhật, 22 tháng 11 năm 2026."""
    weekdays = (
        gettext("Monday"),
        gettext("Tuesday"),
        gettext("Wednesday"),
        gettext("Thursday"),
        gettext("Friday"),
        gettext("Saturday"),
        gettext("Sunday"),
    )
    return gettext("%(weekday)s, %(day)s/%(month)s/%(year)s") % {
        "weekday": weekdays[value.weekday()],
        "day": value.day,
        "month": value.month,
        "year": value.year,
    }


def duration(seconds: float) -> str:
    """A span in the one or two units a person would say: 20 seconds, 3 minutes, 2 hours 5 minutes, 4 days."""
    whole = max(0, round(seconds))
    if whole < 60:
        return ngettext("%(count)s second", "%(count)s seconds", whole) % {"count": whole}
    minutes = round(whole / 60)
    if minutes < 60:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        written = ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
        if not minutes:
            return written
        return f"{written} " + ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    days = round(whole / 86400)
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}


def relative(value: datetime, now: datetime) -> str:
    """How long ago, up to a month, then the date; what is to come is "in 5 minutes".

    Days are counted by the calendar in Việt Nam, not by 24 hours: what happened at 23:50 is "yesterday" at 00:10 already
    once more than six hours lie between, so that a person reading in the night is told hours, not a day.
    """
    passed = now - value
    if abs(passed) < timedelta(minutes=1):
        return gettext("just now")
    if abs(passed) >= A_MONTH:
        return day(value)
    span = abs(passed)
    days = abs((now.astimezone(VIETNAM).date() - value.astimezone(VIETNAM).date()).days)
    ahead = passed < timedelta(0)
    if span < timedelta(hours=6) or days == 0:
        said = _minutes_or_hours(span)
    elif days == 1:
        return gettext("tomorrow") if ahead else gettext("yesterday")
    elif days < 14:
        said = ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
    else:
        said = ngettext("%(count)s week", "%(count)s weeks", round(days / 7)) % {"count": round(days / 7)}
    return (gettext("in %(span)s") if ahead else gettext("%(span)s ago")) % {"span": said}


def _minutes_or_hours(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    hours = minutes // 60
    return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}


def initials(name: str) -> str:
    """First letters of the family name and the given name, as on a seal: Lương Thị Hạ is LH."""
    words = name.split()
    if not words:
        return "?"
    return (words[0][0] + words[-1][0]).upper() if len(words) > 1 else words[0][0].upper()
