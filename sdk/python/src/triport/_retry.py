"""When a failed attempt is made again and after how long, by a clock that tests can set."""

from __future__ import annotations

import random
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timezone
from email.utils import parsedate_to_datetime

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
    return status == 429 or status >= 500


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
    try:
        date = parsedate_to_datetime(value)
        seconds = date.replace(tzinfo=date.tzinfo or timezone.utc).timestamp() - now
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(0.0, seconds), _DAY_SECONDS)
