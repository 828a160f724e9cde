"""Refuses what no request can carry, before anything is sent; all else is for the service to judge."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable
from urllib.parse import quote, urlencode

_COOKIE_VALUE = re.compile(r"[\x21\x23-\x2B\x2D-\x3A\x3C-\x5B\x5D-\x7E]+")
"""RFC 6265's cookie-octets: anything else could end the cookie, or the header."""

_VISIBLE_ASCII = re.compile(r"[\x21-\x7E]{1,255}")


def session_cookie(session: str) -> str:
    if not isinstance(session, str):
        raise TypeError("session must be a str")
    if not _COOKIE_VALUE.fullmatch(session):
        raise ValueError("session must be the bare value of the nl_session cookie")
    return f"nl_session={session}"


def micro(name: str, value: int) -> int:
    """An amount; a float may have lost its last digits already, and True is an int to Python only."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(
            f"{name} must be an int of micro-units (25_000_000 is 25.00), not {type(value).__name__}"
        )
    return value


def key_of_call(given: str | None) -> str:
    """The caller's key, or a new one."""
    if given is None:
        return str(uuid.uuid4())
    if not isinstance(given, str):
        raise TypeError("idempotency_key must be a str")
    if not _VISIBLE_ASCII.fullmatch(given):
        raise ValueError("idempotency_key must be 1 to 255 visible ASCII characters")
    return given


def path_segment(name: str, value: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str")
    # An empty segment or one of dots alone would name another resource.
    if not value.strip("."):
        raise ValueError(f"{name} must be an id")
    return quote(value, safe="")


def json_body(**fields: object) -> bytes:
    return json.dumps(fields, separators=(",", ":")).encode("ascii")


def query(
    status: str | Iterable[str] | None, limit: int | None, offset: int | None, cursor: str | None
) -> str:
    """A query string with its question mark; empty when nothing is asked for."""
    statuses = status if status is None or isinstance(status, str) else ",".join(status)
    given = {"status": statuses, "limit": limit, "offset": offset, "cursor": cursor}
    encoded = urlencode({name: value for name, value in given.items() if value is not None})
    return f"?{encoded}" if encoded else ""
