"""The exceptions of this package: one base, and a class each for no, no response, not yet."""

from __future__ import annotations

from datetime import datetime
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
    "payout_limit_exceeded",
    "invoice_not_eligible",
    "amount_mismatch",
    "user_not_found",
    "payout_not_found",
    "payout_not_actionable",
    "payout_may_be_sent",
    "payout_not_final",
    "payout_evidence_mismatch",
    "approval_required",
    "account_frozen",
    "outflow_budget_exceeded",
    "balance_insufficient",
    "internal",
    "network",
    "timeout",
    "unavailable",
    "unexpected",
]
"""
Why a call failed. The service's own tags are those of its error table; four are this package's:

- `network`: the connection failed, or broke before the whole response was here.
- `timeout`: no whole response within `timeout`, or no final status before the end of a wait.
- `unavailable`: the gateway in front of the service turned the call away (429) or failed (5xx).
- `unexpected`: a response that is none of the service's, or of a newer one.
"""

ERROR_TAGS: frozenset[str] = frozenset(get_args(ErrorTag))


class TriportError(Exception):
    """
    A call that failed. Branch on `tag` alone: the text is for people, and may change. Arguments
    that no request can carry are a `TypeError` or a `ValueError`, before anything is sent.

    Example:
        >>> try:
        ...     payout = client.referrals.create_payout(**request)
        ... except TriportError as error:
        ...     if not error.outcome_unknown:
        ...         raise
        ...     key = error.idempotency_key  # asks what became of it, and finishes it
        ...     payout = client.referrals.create_payout(**request, idempotency_key=key)
    """

    tag: ErrorTag
    status: int | None
    """The HTTP status of the last response; None when the last attempt had none."""
    request_id: str | None
    """The last response's id, to be named to support."""
    idempotency_key: str | None
    """The key that every attempt of this write carried; None for reads."""
    outcome_unknown: bool
    """
    Whether a write may have happened, or may yet: some attempt had no definite end. Repeat the call
    with the same arguments and this error's `idempotency_key` within 24 hours to learn which, and
    to finish it. When False, this call wrote nothing; what an earlier one left in doubt under the
    same key, it does not tell.
    """
    retry_after: float | None
    """The seconds that the last response asked to wait."""
    field: str | None
    """Of `invalid_args`: the field, parameter or header that is wrong, as the service names it."""
    min_payout_micro: int | None
    """Of `payout_below_min`: the smallest payout that is accepted."""
    limit_micro: int | None
    """Of `payout_limit_exceeded`: what may be requested in a day."""
    remaining_micro: int | None
    """Of `payout_limit_exceeded`: what is left of it."""
    resets_at: datetime | None
    """Of `payout_limit_exceeded`: when the next day begins."""
    payout_status: str | None
    """Of `payout_not_actionable`: the status that the payout has."""

    def __init__(
        self,
        message: str,
        *,
        tag: ErrorTag = "unexpected",
        status: int | None = None,
        request_id: str | None = None,
        idempotency_key: str | None = None,
        outcome_unknown: bool = False,
        retry_after: float | None = None,
        field: str | None = None,
        min_payout_micro: int | None = None,
        limit_micro: int | None = None,
        remaining_micro: int | None = None,
        resets_at: datetime | None = None,
        payout_status: str | None = None,
    ) -> None:
        super().__init__(message)
        self.tag = tag
        self.status = status
        self.request_id = request_id
        self.idempotency_key = idempotency_key
        self.outcome_unknown = outcome_unknown
        self.retry_after = retry_after
        self.field = field
        self.min_payout_micro = min_payout_micro
        self.limit_micro = limit_micro
        self.remaining_micro = remaining_micro
        self.resets_at = resets_at
        self.payout_status = payout_status


class ApiError(TriportError):
    """A response that says no, or cannot be read: the service's, or a gateway's before it."""


class NetworkError(TriportError):
    """No whole response, which is `network` or `timeout`; `__cause__` says why."""


class PayoutTimeoutError(TriportError, TimeoutError):
    """`wait_for_payout` ran out of time; the payout may settle later all the same."""

    payout: Payout | None
    """As it was seen last; None if it was never seen."""

    def __init__(self, message: str, *, payout: Payout | None = None) -> None:
        super().__init__(message, tag="timeout")
        self.payout = payout
