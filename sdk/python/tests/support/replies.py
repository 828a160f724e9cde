"""Replies as the service words them."""

from __future__ import annotations

ADDRESS = "9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin"


def payout(**changes: object) -> dict[str, object]:
    return {
        "id": "01a20529-55f4-761f-a2a7-c84a2a8463bf",
        "user_id": "00000000-0000-4000-8000-000000000001",
        "amount_micro": 25_000_000,
        "network": "solana",
        "address": ADDRESS,
        "status": "requested",
        "requested_at": "2026-11-22T21:28:44.788Z",
        **changes,
    }
