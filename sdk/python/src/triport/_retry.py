"""When a failed attempt is made again, and after how long."""

from __future__ import annotations

import ssl
from email.utils import parsedate_to_datetime
from datetime import timezone

from .errors import NetworkError, TriportError

_FIRST_DELAY_SECONDS = 0.25
_MOST_DELAY_SECONDS = 8.0

_DAY_SECONDS = 86_400.0

RETRY_AFTER_MAX_SECONDS = 60.0
"""Who is asked to wait longer gets the error at once, and decides what to do meanwhile."""


def is_transient(error: TriportError) -> bool:
    """Whether the same request may fare better: never after a definite answer."""
    if isinstance(error, NetworkError):
        # A certificate that is wrong now will be wrong in a second.
        return not isinstance(error.__cause__, ssl.SSLCertVerificationError)
    return error.status == 429 or (error.status or 0) >= 500


def delay_seconds(error: TriportError, attempt: int, chance: float) -> float | None:
    """
    How long to wait before the attempt after this one (0 is the first); None if that is too long.

    Full jitter, so that clients that failed together do not come back together; on top of what the service
    asks for, since it asks all of them for the same.
    """
    jitter = chance * min(_MOST_DELAY_SECONDS, _FIRST_DELAY_SECONDS * 2 ** min(attempt, 10))
    asked = error.retry_after or 0.0
    return None if asked > RETRY_AFTER_MAX_SECONDS else asked + jitter


def parse_retry_after(header: str | None, now: float) -> float | None:
    """The seconds that a Retry-After header (RFC 9110) asks for, by number or date; None if it is neither."""
    value = (header or "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value), _DAY_SECONDS)
    try:
        date = parsedate_to_datetime(value)
        seconds = date.replace(tzinfo=date.tzinfo or timezone.utc).timestamp() - now
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(0.0, seconds), _DAY_SECONDS)
