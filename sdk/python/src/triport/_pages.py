"""Lists that come in pages, newest first: what is asked for, one page, and all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeVar
from urllib.parse import urlencode

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


def statuses(status: str | Iterable[str] | None) -> str | None:
    """With commas; joined once, because an iterator gives them only once."""
    return status if status is None or isinstance(status, str) else ",".join(status)


def get_page(
    transport: Transport, path: str, item: Callable[[object], _Item], query: Query
) -> Page[_Item]:
    return transport.send(Call(f"{path}{query}", page(item)))


def iterate(
    transport: Transport, path: str, item: Callable[[object], _Item], query: Query
) -> Iterator[_Item]:
    while True:
        here = get_page(transport, path, item, query)
        yield from here.items
        if here.next_cursor is None:
            return
        query = query._replace(offset=None, cursor=here.next_cursor)
