"""When a failed attempt is made again and after how long, by a clock that tests can set."""

from __future__ import annotations

import random
import re
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import format_datetime, parsedate_to_datetime

from .errors import TriportError

_FIRST_DELAY_SECONDS = 0.25
_MOST_DELAY_SECONDS = 8.0
_DAY_SECONDS = 86_400.0

_RETRY_AFTER_MAX_SECONDS = 60.0
"""Who is asked to wait longer gets the error at once, and decides what to do meanwhile."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time and chance."""

    monotonic: Callable[[], float] = time.monotonic
    """Seconds that only go forward."""
    wall: Callable[[], float] = time.time
    """Seconds since 1970, for dates that others name."""
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random
    """At least 0, and less than 1."""


def is_passing(error: TriportError) -> bool:
    """
    Whether the same request may fare better later. A success that cannot be read may have been
    garbled on the way; sent again under its key it is still one write.
    """
    if error.status is None:
        # A certificate that is wrong now will be wrong in a second.
        return not isinstance(error.__cause__, ssl.SSLCertVerificationError)
    return is_passing_status(error.status) or 200 <= error.status < 300


def is_passing_status(status: int) -> bool:
    """408 is of something on the way, which may have passed the request on before it gave up."""
    return status in (408, 429) or status >= 500


def delay_seconds(error: TriportError, retries: int, chance: float) -> float | None:
    """
    How long to wait before the next attempt after `retries` of them; None if that is too long.

    Full jitter, so that clients that failed together do not come back together; on top of what the
    service asks for, since it asks all of them for the same.
    """
    jitter = chance * min(_MOST_DELAY_SECONDS, _FIRST_DELAY_SECONDS * 2 ** min(retries, 10))
    asked = error.retry_after or 0.0
    return None if asked > _RETRY_AFTER_MAX_SECONDS else asked + jitter


def parse_retry_after(header: str | None, now: float) -> float | None:
    """RFC 9110's Retry-After, seconds or a date, up to a day; None if it is neither."""
    value = (header or "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value), _DAY_SECONDS)
    date = _http_date(value, now)
    return None if date is None else min(max(0.0, date - now), _DAY_SECONDS)


_FIXDATE = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", re.ASCII)
_RFC_850 = re.compile(r"([A-Z][a-z]{2})[a-z]*day, (\d\d)-([A-Z][a-z]{2})-(\d\d) (.*)", re.ASCII)
_ASCTIME = re.compile(r"([A-Z][a-z]{2}) ([A-Z][a-z]{2}) ([ \d]\d) (\S{8}) (\d{4})", re.ASCII)


def _http_date(value: str, now: float) -> float | None:
    """RFC 9110's HTTP-date, its two obsolete forms included, in seconds since 1970."""
    if match := _RFC_850.fullmatch(value):
        weekday, day, month, of_century, rest = match.groups()
        this_year = datetime.fromtimestamp(now, timezone.utc).year
        year = this_year - this_year % 100 + int(of_century)
        year -= 100 if year > this_year + 50 else 0
        value = f"{weekday}, {day} {month} {year} {rest}"
    elif match := _ASCTIME.fullmatch(value):
        weekday, month, day, clock, year_digits = match.groups()
        value = f"{weekday}, {day.replace(' ', '0')} {month} {year_digits} {clock} GMT"
    if not _FIXDATE.fullmatch(value):
        return None
    try:
        date = parsedate_to_datetime(value).replace(tzinfo=timezone.utc)
        # What is read leniently is not written as it was: a weekday that it is not, for instance.
        return date.timestamp() if format_datetime(date, usegmt=True) == value else None
    except (ValueError, TypeError, OverflowError):
        return None
