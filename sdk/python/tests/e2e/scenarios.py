"""
What a user's program does with a real service, one scenario per run; prints what it saw as JSON.
test/sdk/python.test.ts starts the service, runs these, and looks at what became of the money.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

from triport import ERROR_TAGS, ApiError, NetworkError, TriportClient
from triport._retry import Clock

URL = os.environ["TRIPORT_URL"]
SESSION = os.environ["TRIPORT_SESSION"]
SOLANA = "9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin"


def lost_responses(client: TriportClient) -> Any:
    payout = client.referrals.create_payout(
        amount_micro=25_000_000, network="solana", address=SOLANA
    )
    return {"id": payout.id, "status": payout.status}


def exact(client: TriportClient) -> Any:
    amount = 9_007_199_254_740_993
    made = client.referrals.create_payout(amount_micro=amount, network="solana", address=SOLANA)
    balance = client.referrals.get_overview().balance
    amounts = (
        made.amount_micro,
        client.referrals.get_payout(made.id).amount_micro,
        balance.reserved_micro,
    )
    return [str(amount) for amount in amounts]


def pages(client: TriportClient) -> Any:
    page = client.referrals.list_payouts(limit=2)
    following = client.referrals.list_payouts(limit=2, cursor=page.next_cursor)
    return {
        "first": [payout.id for payout in page.items],
        "second": [payout.id for payout in following.items],
        "all": [payout.id for payout in client.referrals.iter_payouts()],
        "sent": [payout.id for payout in client.referrals.iter_payouts(status=["sent", "failed"])],
        "rewards": [
            [str(reward.amount_micro), reward.status] for reward in client.referrals.iter_rewards()
        ],
    }


def life(client: TriportClient) -> Any:
    """A payout taken back, twice; an invoice paid; the balance after it."""
    made = client.referrals.create_payout(amount_micro=25_000_000, network="solana", address=SOLANA)
    cancelled = [client.referrals.cancel_payout(made.id) for _ in range(2)]
    for _ in range(2):
        client.referrals.spend_on_invoice(
            invoice_id=os.environ["INVOICE_ID"], amount_micro=40_000_000, idempotency_key="invoice"
        )
    overview = client.referrals.get_overview()
    return {
        "statuses": [payout.status for payout in cancelled],
        "completed": [payout.completed_at is not None for payout in cancelled],
        "waited": client.referrals.wait_for_payout(made.id, timeout=0).status,
        "available": str(overview.balance.available_micro),
        "spent": str(overview.balance.spent_micro),
        "min": str(overview.min_payout_micro),
        "networks": overview.networks,
    }


def refusals(client: TriportClient) -> Any:
    """The tag and the status of every error that a user can meet, in the order of these calls."""
    referrals = client.referrals
    good: dict[str, Any] = {"amount_micro": 25_000_000, "network": "solana", "address": SOLANA}

    def create(**changes: Any) -> Any:
        return referrals.create_payout(**{**good, **changes})

    made = create(idempotency_key="k")
    referrals.cancel_payout(made.id)
    calls: list[Callable[[], Any]] = [
        lambda: TriportClient(base_url=URL, session="nobody").referrals.get_overview(),
        lambda: create(address="x" * 5000),
        lambda: create(network="bitcoin"),
        lambda: create(amount_micro=1),
        lambda: create(address="nowhere"),
        lambda: create(amount_micro=30_000_000, idempotency_key="k"),
        lambda: referrals.spend_on_invoice(invoice_id="none", amount_micro=5),
        lambda: referrals.spend_on_invoice(invoice_id=os.environ["INVOICE_ID"], amount_micro=5),
        lambda: create(amount_micro=2**62),
        lambda: referrals.get_payout("none"),
        lambda: referrals.cancel_payout(os.environ["SENT_ID"]),
    ]
    return [_refusal(call) for call in calls]


def outage(client: TriportClient) -> Any:
    """A call that never gets its response, and then the same call under the same key."""
    try:
        client.referrals.create_payout(amount_micro=25_000_000, network="solana", address=SOLANA)
    except NetworkError as error:
        again = client.referrals.create_payout(
            amount_micro=25_000_000,
            network="solana",
            address=SOLANA,
            idempotency_key=error.idempotency_key,
        )
        return {"doubt": error.outcome_unknown, "id": again.id}
    return None


def gateway(_: TriportClient) -> Any:
    """The error of a payout by a client that tries again once."""
    clock = Clock(sleep=lambda seconds: None)
    with TriportClient(base_url=URL, session=SESSION, max_retries=1, _clock=clock) as client:
        try:
            client.referrals.create_payout(
                amount_micro=25_000_000, network="solana", address=SOLANA
            )
        except ApiError as error:
            return {
                "tag": error.tag,
                "status": error.status,
                "outcomeUnknown": error.outcome_unknown,
                "key": error.idempotency_key,
            }
    return None


def tags(_: TriportClient) -> Any:
    return sorted(ERROR_TAGS)


def fields(client: TriportClient) -> Any:
    """By the API's name of each route, its result with all names, or the error that it ends in."""
    requests = json.loads(os.environ["REQUESTS"])
    referrals = client.referrals
    calls: dict[str, Callable[[], Any]] = {
        "requestPayout": lambda: referrals.create_payout(**requests["requestPayout"]),
        "listPayouts": lambda: referrals.list_payouts(),
        "getPayout": lambda: referrals.get_payout("1"),
        "cancelPayout": lambda: referrals.cancel_payout("1"),
        "getOverview": lambda: referrals.get_overview(),
        "listRewards": lambda: referrals.list_rewards(),
        "spendOnInvoice": lambda: referrals.spend_on_invoice(**requests["spendOnInvoice"]),
    }
    return {name: _as_json(_result(call)) for name, call in calls.items()}


def _result(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except ApiError as error:
        return {**vars(error), "text": str(error)}


def _as_json(value: Any) -> Any:
    """As JSON has it, by the names that the models have."""
    if dataclasses.is_dataclass(value):
        return {
            each.name: _as_json(getattr(value, each.name)) for each in dataclasses.fields(value)
        }
    if isinstance(value, dict):
        return {name: _as_json(each) for name, each in value.items()}
    if isinstance(value, tuple):
        return [_as_json(each) for each in value]
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03}Z"
    return value


def _refusal(call: Callable[[], Any]) -> Any:
    try:
        call()
    except ApiError as error:
        return [error.tag, error.status, bool(error.request_id), error.outcome_unknown]
    return None


def main(name: str) -> None:
    # The pauses alone are left out; all else is what users get.
    clock = Clock(sleep=lambda seconds: None)
    with TriportClient(base_url=URL, session=SESSION, _clock=clock) as client:
        print(json.dumps({each.__name__: each for each in SCENARIOS}[name](client)))


SCENARIOS = (lost_responses, exact, pages, life, refusals, outage, gateway, tags, fields)

if __name__ == "__main__":
    main(sys.argv[1])
