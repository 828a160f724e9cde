"""
Makes the models from the JSON of a success. Fields that this version does not know are passed over;
whatever else is not as agreed is a ValueError, for half a response is none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import TypeVar, cast

from .models import Balance, Overview, Page, Payout, Reward

_Item = TypeVar("_Item")

Fields = dict[str, object]

_RFC3339 = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))",
    re.ASCII,
)


def payout(value: object) -> Payout:
    it = fields(value)
    return Payout(
        id=_text(it, "id"),
        user_id=_text(it, "user_id"),
        amount_micro=_integer(it, "amount_micro"),
        network=_text(it, "network"),
        address=_text(it, "address"),
        status=_text(it, "status"),
        requested_at=_moment(it, "requested_at"),
        tx_hash=_optional_text(it, "tx_hash"),
        note=_optional_text(it, "note"),
        completed_at=_optional_moment(it, "completed_at"),
    )


def reward(value: object) -> Reward:
    it = fields(value)
    return Reward(
        id=_text(it, "id"),
        amount_micro=_integer(it, "amount_micro"),
        status=_text(it, "status"),
        unlocks_at=_moment(it, "unlocks_at"),
        granted_at=_moment(it, "granted_at"),
        source=_text(it, "source"),
    )


def overview(value: object) -> Overview:
    it = fields(value)
    balance = fields(it.get("balance"))
    return Overview(
        balance=Balance(
            pending_micro=_integer(balance, "pending_micro"),
            available_micro=_integer(balance, "available_micro"),
            reserved_micro=_integer(balance, "reserved_micro"),
            paid_out_micro=_integer(balance, "paid_out_micro"),
            spent_micro=_integer(balance, "spent_micro"),
            lifetime_micro=_integer(balance, "lifetime_micro"),
        ),
        min_payout_micro=_integer(it, "min_payout_micro"),
        networks=tuple(_text({"network": each}, "network") for each in _items(it, "networks")),
    )


def page(item: Callable[[object], _Item]) -> Callable[[object], Page[_Item]]:
    def read(value: object) -> Page[_Item]:
        it = fields(value)
        return Page(
            items=tuple(item(each) for each in _items(it, "items")),
            next_cursor=_optional_text(it, "next_cursor"),
        )

    return read


def done(value: object) -> None:
    if fields(value).get("ok") is not True:
        raise ValueError("not ok")


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


def _items(parent: Fields, name: str) -> list[object]:
    value = parent.get(name)
    if not isinstance(value, list):
        raise ValueError(f"{name} is not a list")
    return cast("list[object]", value)


def _text(parent: Fields, name: str) -> str:
    value = parent.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name} is not text")
    return value


def _optional_text(parent: Fields, name: str) -> str | None:
    return None if parent.get(name) is None else _text(parent, name)


def _integer(parent: Fields, name: str) -> int:
    value = parent.get(name)
    # In Python True is an int.
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{name} is not an integer")
    return value


def _moment(parent: Fields, name: str) -> datetime:
    return _rfc3339(_text(parent, name))


def _optional_moment(parent: Fields, name: str) -> datetime | None:
    return None if parent.get(name) is None else _moment(parent, name)


def _rfc3339(value: str) -> datetime:
    """`datetime.fromisoformat` reads `Z`, and fractions of any length, only from Python 3.11 on."""
    match = _RFC3339.fullmatch(value)
    if not match:
        raise ValueError("not an RFC 3339 time")
    date, time, fraction, sign, hours, minutes = match.groups()
    micros = int((fraction or "").ljust(6, "0")[:6])
    local = datetime.fromisoformat(f"{date}T{time}").replace(microsecond=micros)
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    zone = timezone(-offset if sign == "-" else offset)
    return local.replace(tzinfo=zone).astimezone(timezone.utc)
