"""The referral endpoints: payouts, the balance and its rewards, invoices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from . import _replies as replies
from ._arguments import json_body, key_of_call, micro, path_segment, query
from ._transport import Call, Transport
from ._wait import wait_until_final
from .models import Overview, Page, Payout, Reward

_Item = TypeVar("_Item")

_ROOT = "/v1/referrals"
_PAGE_SIZE_MAX = 200


class Referrals:
    """
    Every method raises ApiError when the service refuses, and NetworkError when it gives no usable answer,
    after the retries. Amounts are in micro-units: 25_000_000 is 25.00.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create_payout(
        self, *, amount_micro: int, network: str, address: str, idempotency_key: str | None = None
    ) -> Payout:
        """
        Requests a payout to an address on `solana`, `ethereum` or `polygon`; operators settle it later.

        However often it is sent, one call makes at most one payout. An `idempotency_key` of your own (1 to
        255 visible ASCII characters, kept for 24 hours) extends that over calls and restarts of your program.
        """
        body = json_body(amount_micro=micro("amount_micro", amount_micro), network=network, address=address)
        return self._post("/payouts", replies.payout, idempotency_key, body)

    def list_payouts(
        self,
        *,
        status: str | Iterable[str] | None = None,
        limit: int | None = None,
        offset: int | None = None,
        cursor: str | None = None,
    ) -> Page[Payout]:
        """
        One page of the payouts, newest first: 50, or `limit` (1 to 200; any other is taken for 50).

        A page that is filtered by `status` may hold fewer, and still not be the last.
        """
        return self._get("/payouts" + query(status, limit, offset, cursor), replies.page(replies.payout))

    def iter_payouts(self, *, status: str | Iterable[str] | None = None) -> Iterator[Payout]:
        """All the payouts, newest first; pages are fetched when they are reached."""
        return self._each("/payouts", replies.page(replies.payout), status)

    def get_payout(self, payout_id: str) -> Payout:
        """Raises ApiError `payout_not_found` also for the payouts of others."""
        return self._get(f"/payouts/{path_segment('payout_id', payout_id)}", replies.payout)

    def cancel_payout(self, payout_id: str, *, idempotency_key: str | None = None) -> Payout:
        """Takes a payout back while it is `requested`; once it is cancelled, gives the same answer again."""
        path = f"/payouts/{path_segment('payout_id', payout_id)}/cancel"
        return self._post(path, replies.payout, idempotency_key)

    def wait_for_payout(self, payout_id: str, *, timeout: float | None = 600.0) -> Payout:
        """
        The payout once it is `sent`, `failed` or `cancelled`: look at its `status`.

        Polls every second or so at first, and ever less often down to every 30. Raises PayoutTimeoutError
        after `timeout` seconds (None: never). A failure that may pass does not end the waiting.
        """
        target = f"{_ROOT}/payouts/{path_segment('payout_id', payout_id)}"
        return wait_until_final(self._transport, Call("GET", target, replies.payout), timeout)

    def get_overview(self) -> Overview:
        """The balance, the minimum payout and the networks."""
        return self._get("/me", replies.overview)

    def list_rewards(
        self,
        *,
        status: str | Iterable[str] | None = None,
        limit: int | None = None,
        offset: int | None = None,
        cursor: str | None = None,
    ) -> Page[Reward]:
        """One page of the rewards, newest first, by the rules of `list_payouts`."""
        return self._get("/rewards" + query(status, limit, offset, cursor), replies.page(replies.reward))

    def iter_rewards(self, *, status: str | Iterable[str] | None = None) -> Iterator[Reward]:
        """All the rewards, newest first; pages are fetched when they are reached."""
        return self._each("/rewards", replies.page(replies.reward), status)

    def spend_on_invoice(
        self, *, invoice_id: str, amount_micro: int, idempotency_key: str | None = None
    ) -> None:
        """Pays an open invoice, whose total must be the amount; keys are as in `create_payout`."""
        body = json_body(invoice_id=invoice_id, amount_micro=micro("amount_micro", amount_micro))
        self._post("/spend-on-invoice", replies.done, idempotency_key, body)

    def _get(self, path: str, read: Callable[[object], _Item]) -> _Item:
        return self._transport.send(Call("GET", _ROOT + path, read))

    def _post(
        self, path: str, read: Callable[[object], _Item], key: str | None, body: bytes | None = None
    ) -> _Item:
        return self._transport.send(Call("POST", _ROOT + path, read, body, key_of_call(key)))

    def _each(
        self, path: str, read: Callable[[object], Page[_Item]], status: str | Iterable[str] | None
    ) -> Iterator[_Item]:
        # Kept, because every page asks for the statuses again and an iterator gives them only once.
        statuses = status if status is None or isinstance(status, str) else tuple(status)
        cursor: str | None = None
        while True:
            page = self._get(path + query(statuses, _PAGE_SIZE_MAX, None, cursor), read)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return
