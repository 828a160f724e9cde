"""Lists that come in pages, newest first: what is asked for, one page, and all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeVar
from urllib.parse import urlencode

from ._arguments import text, whole
from ._responses import page
from ._transport import Call, Transport
from .models import Page

_Item = TypeVar("_Item")


class Query(NamedTuple):
    status: str | None
    limit: int | None
    offset: int | None
    cursor: str | None

    def __str__(self) -> str:
        """With its question mark; empty when nothing is asked for."""
        given = self._asdict().items()
        encoded = urlencode({name: value for name, value in given if value is not None})
        return f"?{encoded}" if encoded else ""


def query(
    status: str | Iterable[str] | None, limit: int | None, offset: int | None, cursor: str | None
) -> Query:
    """Raises TypeError. Statuses are joined once, because an iterator gives them only once."""
    if status is not None and not isinstance(status, str):
        status = ",".join(text("status", each) for each in status)
    return Query(
        status,
        None if limit is None else whole("limit", limit),
        None if offset is None else whole("offset", offset),
        None if cursor is None else text("cursor", cursor),
    )


def get_page(
    transport: Transport, path: str, item: Callable[[object], _Item], asked: Query
) -> Page[_Item]:
    return transport.send(Call(f"{path}{asked}", page(item)))


def iterate(
    transport: Transport, path: str, item: Callable[[object], _Item], asked: Query
) -> Iterator[_Item]:
    while True:
        here = get_page(transport, path, item, asked)
        yield from here.items
        if here.next_cursor is None:
            return
        asked = asked._replace(offset=None, cursor=here.next_cursor)
