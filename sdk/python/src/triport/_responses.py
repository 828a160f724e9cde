"""
Makes the models from the JSON of a success. Fields that this version does not know are passed over;
whatever else is not as agreed is a ValueError, for half a response is none.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar, cast

from .models import Balance, DailyLimit, Overview, Page, Payout, Reward

_Item = TypeVar("_Item")

Fields = dict[str, object]

_DIGITS_MAX = 4300

_RFC3339 = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))",
    re.ASCII,
)


def payout(value: object) -> Payout:
    return Payout(**_fields_of(Payout, value))


def reward(value: object) -> Reward:
    return Reward(**_fields_of(Reward, value))


def overview(value: object) -> Overview:
    it = fields(value)
    return Overview(
        balance=Balance(**_fields_of(Balance, it.get("balance"))),
        min_payout_micro=_integer("min_payout_micro", it.get("min_payout_micro")),
        networks=tuple(_text("networks", each) for each in _items("networks", it)),
        daily_limit=_daily_limit(it.get("daily_limit")),
        counted_until=_optional(moment)("counted_until", it.get("counted_until")),
    )


def _daily_limit(value: object) -> DailyLimit | None:
    return None if value is None else DailyLimit(**_fields_of(DailyLimit, value))


def page(item: Callable[[object], _Item]) -> Callable[[object], Page[_Item]]:
    def read(value: object) -> Page[_Item]:
        it = fields(value)
        next_cursor = _optional(_text)("next_cursor", it.get("next_cursor"))
        return Page(tuple(item(each) for each in _items("items", it)), next_cursor)

    return read


def done(value: object) -> None:
    if fields(value).get("ok") is not True:
        raise ValueError("not ok")


def parse_json(body: bytes) -> object:
    """JSON in UTF-8 with integers of any size, exactly; raises ValueError."""
    try:
        value: object = json.loads(body.decode("utf-8"), parse_int=_parse_int)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return value


def _parse_int(literal: str) -> int:
    # Python refuses more by itself from 3.10.7 on; before, it takes minutes over millions of them.
    if len(literal) > _DIGITS_MAX:
        raise ValueError("an integer has too many digits")
    return int(literal)


def fields(value: object) -> Fields:
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return cast(Fields, value)


def _items(name: str, parent: Fields) -> list[object]:
    value = parent.get(name)
    if not isinstance(value, list):
        raise ValueError(f"{name} is not a list")
    return cast("list[object]", value)


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{name} is not text")
    return value


def _integer(name: str, value: object) -> int:
    # In Python True is an int.
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{name} is not an integer")
    return value


def moment(name: str, value: object) -> datetime:
    return _rfc3339(_text(name, value))


def _optional(read: Callable[[str, object], _Item]) -> Callable[[str, object], _Item | None]:
    return lambda name, value: None if value is None else read(name, value)


_READERS: dict[str, Callable[[str, object], object]] = {
    "str": _text,
    "int": _integer,
    "datetime": moment,
    "str | None": _optional(_text),
    "datetime | None": _optional(moment),
}
"""By the type that a model gives its field, as it is written there."""


def _fields_of(model: type, value: object) -> dict[str, Any]:
    it = fields(value)
    return {
        field.name: _READERS[str(field.type)](field.name, it.get(field.name))
        for field in dataclasses.fields(model)
    }


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
    try:
        return local.replace(tzinfo=zone).astimezone(timezone.utc)
    except OverflowError:
        raise ValueError("a time beyond the years that Python knows") from None
