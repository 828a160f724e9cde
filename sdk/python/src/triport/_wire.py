"""Reads the fields of JSON replies; whatever is not as agreed is a ValueError, for half a reply is none."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from typing import cast

Fields = dict[str, object]

_RFC3339 = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))", re.ASCII
)


def parse_json(body: bytes) -> object:
    """JSON in UTF-8 with integers of any size, exactly; raises ValueError."""
    try:
        value: object = json.loads(body.decode("utf-8"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return value


def fields(value: object) -> Fields:
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return cast(Fields, value)


def items(parent: Fields, name: str) -> list[object]:
    value = parent.get(name)
    if not isinstance(value, list):
        raise ValueError(f"{name} is not a list")
    return cast("list[object]", value)


def text(parent: Fields, name: str) -> str:
    value = parent.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name} is not text")
    return value


def optional_text(parent: Fields, name: str) -> str | None:
    return None if parent.get(name) is None else text(parent, name)


def integer(parent: Fields, name: str) -> int:
    value = parent.get(name)
    # In Python True is an int.
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{name} is not an integer")
    return value


def moment(parent: Fields, name: str) -> datetime:
    return _rfc3339(text(parent, name))


def optional_moment(parent: Fields, name: str) -> datetime | None:
    return None if parent.get(name) is None else moment(parent, name)


def _rfc3339(value: str) -> datetime:
    """`datetime.fromisoformat` reads `Z`, and fractions of any length, only from Python 3.11 on."""
    match = _RFC3339.fullmatch(value)
    if not match:
        raise ValueError("not an RFC 3339 time")
    date, time, fraction, sign, hours, minutes = match.groups()
    micros = int((fraction or "").ljust(6, "0")[:6])
    local = datetime.fromisoformat(f"{date}T{time}").replace(microsecond=micros)
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return local.replace(tzinfo=timezone(-offset if sign == "-" else offset)).astimezone(timezone.utc)
