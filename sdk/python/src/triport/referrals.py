"""The referral endpoints, a method each, and the wait for a payout's end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from . import _responses as responses
from ._arguments import id_segment, json_body, key_or, micro, text
from ._pages import get_page, iterate, query
from ._transport import Call, Transport
from ._wait import wait_until_final
from .models import Overview, Page, Payout, Reward

_Item = TypeVar("_Item")

_ROOT = "/v1/referrals"
_PAYOUTS = f"{_ROOT}/payouts"
_REWARDS = f"{_ROOT}/rewards"


class Referrals:
    """
    Every method raises ApiError for a response that says no, and NetworkError without a response,
    after the retries. Amounts are in micro-units: 25_000_000 is 25.00.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create_payout(
        self, *, amount_micro: int, network: str, address: str, idempotency_key: str | None = None
    ) -> Payout:
        """
        Requests a payout on one of the `networks` of the overview; operators settle it later.

        However often it is sent, one call makes at most one payout. An `idempotency_key` of your
        own (1 to 255 visible ASCII characters without a comma, kept for 24 hours) extends that over
        calls and restarts of your program.

        Example:
            >>> payout = client.referrals.create_payout(
            ...     amount_micro=25_000_000,  # 25.00
            ...     network="solana",
            ...     address="9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin",
            ... )
            >>> payout.status
            'requested'
        """
        amount = micro("amount_micro", amount_micro)
        where = {"network": text("network", network), "address": text("address", address)}
        body = json_body(amount_micro=amount, **where)
        return self._post(_PAYOUTS, responses.payout, idempotency_key, body)

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

        Example:
            >>> page = client.referrals.list_payouts(limit=20)
            >>> [payout.amount_micro for payout in page.items]
            [25000000]
        """
        asked = query(status, limit, offset, cursor)
        return get_page(self._transport, _PAYOUTS, responses.payout, asked)

    def iter_payouts(
        self,
        *,
        status: str | Iterable[str] | None = None,
        limit: int | None = None,
        offset: int | None = None,
        cursor: str | None = None,
    ) -> Iterator[Payout]:
        """
        All the payouts from there on, newest first; pages of `limit` are fetched when they are
        reached.

        Example:
            >>> for payout in client.referrals.iter_payouts(status=["requested", "processing"]):
            ...     print(payout.status, payout.amount_micro)
            requested 25000000
        """
        asked = query(status, limit, offset, cursor)
        return iterate(self._transport, _PAYOUTS, responses.payout, asked)

    def get_payout(self, payout_id: str) -> Payout:
        """
        One payout. Raises `payout_not_found` if it does not exist, or is another user's.

        Example:
            >>> client.referrals.get_payout(payout.id).status
            'requested'
        """
        return self._get(f"{_PAYOUTS}/{id_segment(payout_id)}", responses.payout)

    def cancel_payout(self, payout_id: str, *, idempotency_key: str | None = None) -> Payout:
        """
        Takes a payout back while it is `requested`; its amount is available again. Repeating it
        changes nothing.

        Example:
            >>> client.referrals.cancel_payout(payout.id).status
            'cancelled'
        """
        path = f"{_PAYOUTS}/{id_segment(payout_id)}/cancel"
        return self._post(path, responses.payout, idempotency_key)

    def wait_for_payout(self, payout_id: str, *, timeout: float | None = 600.0) -> Payout:
        """
        The payout once its status is final: `sent`, `failed` or `cancelled`.

        Asks after a second at first, every half a minute in the end. A failure that may pass does
        not end the wait. Raises PayoutTimeoutError when the payout is not final after `timeout`
        seconds (None: never), or up to a second later: the last request is sent at their end.

        Example:
            >>> settled = client.referrals.wait_for_payout(payout.id, timeout=3600)
            >>> settled.status, settled.tx_hash or settled.note
            ('sent', '5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnb')
        """
        call = Call(f"{_PAYOUTS}/{id_segment(payout_id)}", responses.payout)
        return wait_until_final(self._transport, call, timeout)

    def get_overview(self) -> Overview:
        """
        The balance, the minimum payout and the networks.

        Example:
            >>> overview = client.referrals.get_overview()
            >>> overview.balance.available_micro >= overview.min_payout_micro
            True
        """
        return self._get(f"{_ROOT}/me", responses.overview)

    def list_rewards(
        self,
        *,
        status: str | Iterable[str] | None = None,
        limit: int | None = None,
        offset: int | None = None,
        cursor: str | None = None,
    ) -> Page[Reward]:
        """
        One page of the rewards, newest first, by the rules of `list_payouts`.

        Example:
            >>> page = client.referrals.list_rewards(status="pending", limit=20)
            >>> page.next_cursor is None  # it is the last page
            True
        """
        asked = query(status, limit, offset, cursor)
        return get_page(self._transport, _REWARDS, responses.reward, asked)

    def iter_rewards(
        self,
        *,
        status: str | Iterable[str] | None = None,
        limit: int | None = None,
        offset: int | None = None,
        cursor: str | None = None,
    ) -> Iterator[Reward]:
        """
        All the rewards from there on, newest first; pages of `limit` are fetched when they are
        reached.

        Example:
            >>> sum(reward.amount_micro for reward in client.referrals.iter_rewards())
            40000000
        """
        asked = query(status, limit, offset, cursor)
        return iterate(self._transport, _REWARDS, responses.reward, asked)

    def spend_on_invoice(
        self, *, invoice_id: str, amount_micro: int, idempotency_key: str | None = None
    ) -> None:
        """
        Pays an open invoice, whose total must be the amount; keys are as in `create_payout`.

        Example:
            >>> client.referrals.spend_on_invoice(invoice_id="invoice-1", amount_micro=40_000_000)
        """
        amount = micro("amount_micro", amount_micro)
        body = json_body(invoice_id=text("invoice_id", invoice_id), amount_micro=amount)
        self._post(f"{_ROOT}/spend-on-invoice", responses.done, idempotency_key, body)

    def _get(self, path: str, read: Callable[[object], _Item]) -> _Item:
        return self._transport.send(Call(path, read))

    def _post(
        self, path: str, read: Callable[[object], _Item], key: str | None, body: bytes | None = None
    ) -> _Item:
        return self._transport.send(Call(path, read, key_or(key), body))
