"""
What calls return: amounts in micro-units (25_000_000 is 25.00), times aware and in UTC.

They have no slots: in Python up to 3.13 a frozen dataclass with slots answers a wrong attribute
with a TypeError, and up to 3.12 cannot be made as `Page[Payout](...)` for that reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

_Item = TypeVar("_Item")

_FINAL_STATUSES = frozenset({"sent", "failed", "cancelled"})


@dataclass(frozen=True)
class Payout:
    """A request to pay out, and how far its settlement has come."""

    id: str
    user_id: str
    amount_micro: int
    network: str
    address: str
    status: str
    """requested, processing, sent, failed or cancelled; one newer than this version comes as is."""
    requested_at: datetime
    tx_hash: str | None = None
    reason: str | None = None
    """
    Why it was not paid: address_rejected, user_request, compliance, insufficient_liquidity,
    duplicate or other; one newer than this version comes as is.
    """
    note: str | None = None
    completed_at: datetime | None = None

    @property
    def is_final(self) -> bool:
        """
        Whether nothing will change any more; a final status that is newer than this version is
        known by its `completed_at`.

        Example:
            >>> payout.is_final
            False
        """
        return self.status in _FINAL_STATUSES or self.completed_at is not None


@dataclass(frozen=True)
class Balance:
    """Where a user's rewards are: the first five always add up to `lifetime_micro`."""

    pending_micro: int
    available_micro: int
    """Below zero after the reversal of a reward that was already paid out."""
    reserved_micro: int
    paid_out_micro: int
    spent_micro: int
    lifetime_micro: int


@dataclass(frozen=True)
class DailyLimit:
    """What may be requested in a day, in UTC."""

    limit_micro: int
    remaining_micro: int
    """What is left; a payout that is cancelled or fails gives back to the day of its request."""
    resets_at: datetime


@dataclass(frozen=True)
class Overview:
    """The balance, and what a payout may be."""

    balance: Balance
    min_payout_micro: int
    networks: tuple[str, ...]
    daily_limit: DailyLimit | None = None
    """None where nothing limits a day."""
    counted_until: datetime | None = None
    """
    Only where too many rewards have just come to their time: the moment that the balance is of. What
    has come to its time since is still pending, so that available is at least so much.
    """


@dataclass(frozen=True)
class Reward:
    """One part of where the balance comes from."""

    id: str
    amount_micro: int
    status: str
    """pending, available or reversed; one newer than this version comes as it is."""
    unlocks_at: datetime
    granted_at: datetime
    source: str


@dataclass(frozen=True)
class Page(Generic[_Item]):
    """A part of a list, newest first."""

    items: tuple[_Item, ...]
    next_cursor: str | None
    """Where the next page begins; None on the last one."""
