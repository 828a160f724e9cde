"""Refuses what no request can carry, before anything is sent; all else is for the API to judge."""

from __future__ import annotations

import json
import re
import uuid

_KEY = re.compile(r"[\x21-\x2B\x2D-\x7E]{1,255}")
"""Without a comma: two headers of this name would arrive as one, joined by it."""

_COOKIE_VALUE = re.compile(r"[\x21\x23-\x2B\x2D-\x3A\x3C-\x5B\x5D-\x7E]+")
"""RFC 6265's cookie-octets: anything else could end the cookie, or the header."""

_ID = re.compile(r"[\w-]+", re.ASCII)


def micro(name: str, value: int) -> int:
    """An amount. A float may have lost its last digits already; True is an int to Python only."""
    if not isinstance(value, int) or isinstance(value, bool):
        given = type(value).__name__
        raise TypeError(f"{name} must be an int of micro-units (25_000_000 is 25.00), not {given}")
    return value


def text(name: str, value: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, not {type(value).__name__}")
    return value


def whole(name: str, value: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}")
    return value


def seconds(name: str, value: float) -> float:
    """At least none; infinity is a number too."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number of seconds, not {type(value).__name__}")
    if not value >= 0:
        raise ValueError(f"{name} must not be negative")
    return value


def key_or(given: str | None) -> str:
    """The caller's key, or a new one, under which a write that is sent again is still one write."""
    if given is None:
        return str(uuid.uuid4())
    if not _KEY.fullmatch(text("idempotency_key", given)):
        raise ValueError("idempotency_key must be 1 to 255 visible ASCII characters but commas")
    return given


def id_segment(payout_id: str) -> str:
    """A payout's id, which must not reach for another path."""
    if not _ID.fullmatch(text("payout_id", payout_id)):
        raise ValueError("payout_id must be the id of a payout")
    return payout_id


def session_cookie(session: str) -> str:
    if not _COOKIE_VALUE.fullmatch(text("session", session)):
        raise ValueError("session must be the bare value of the nl_session cookie")
    return f"nl_session={session}"


def json_body(**fields: object) -> bytes:
    return json.dumps(fields, separators=(",", ":")).encode("ascii")
