"""The exceptions of this package: one base, and a class each for no, for no answer, and for not yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from .models import Payout

ErrorTag = Literal[
    "unauthenticated",
    "invalid_payout_id",
    "invalid_user_id",
    "invalid_json",
    "invalid_args",
    "tx_hash_required",
    "payout_below_min",
    "payout_address_invalid",
    "idempotency_key_reused",
    "invoice_not_eligible",
    "amount_mismatch",
    "balance_insufficient",
    "payout_not_found",
    "payout_not_actionable",
    "internal",
]
"""The errors that the service names today, in its order of precedence; a later service may name more."""

ERROR_TAGS: frozenset[str] = frozenset(get_args(ErrorTag))


class TriportError(Exception):
    """
    A call that did not succeed. Arguments that no request can carry are a `TypeError` or a `ValueError`
    instead, before anything is sent.
    """

    tag: str | None
    """The service's name of the error; None where it did not answer, or a gateway did in its place."""
    status: int | None
    """The status of the last answer; None where none came."""
    request_id: str | None
    """What the service calls the last request in its logs."""
    idempotency_key: str | None
    """The key that every attempt of a write carried; None for calls that only read."""
    outcome_unknown: bool
    """
    Whether a write may have happened, or may yet: some attempt had no definite answer. The same call again,
    with this `idempotency_key` and within 24 hours, tells which, and finishes it.
    """
    retry_after: float | None
    """The seconds that the service asked to wait."""

    def __init__(
        self,
        message: str,
        *,
        tag: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
        idempotency_key: str | None = None,
        outcome_unknown: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.tag = tag
        self.status = status
        self.request_id = request_id
        self.idempotency_key = idempotency_key
        self.outcome_unknown = outcome_unknown
        self.retry_after = retry_after


class ApiError(TriportError):
    """The service, or a gateway before it, answered with an error. Branch on `tag`: the text may change."""


class NetworkError(TriportError):
    """No usable answer: no connection, a time-out, a reply cut short or garbled; `__cause__` says which."""


class PayoutTimeoutError(TriportError, TimeoutError):
    """`wait_for_payout` ran out of time; nothing is wrong with the payout, which may settle later."""

    payout: Payout | None
    """As it was seen last; None if it was never seen."""

    def __init__(self, message: str, *, payout: Payout | None = None) -> None:
        super().__init__(message)
        self.payout = payout
