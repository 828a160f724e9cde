"""A clock that sleeps by moving its hands, and responses as the service words them."""

from __future__ import annotations

from triport._retry import Clock

ADDRESS = "9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin"

WALL = 1_795_624_200.0
"""2026-11-25T16:30:00Z"""


class TestClock:
    __test__ = False

    def __init__(self) -> None:
        self.seconds = 0.0
        self.sleeps: list[float] = []
        self.chance = 0.5

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.seconds += seconds

    def as_clock(self) -> Clock:
        return Clock(
            monotonic=lambda: self.seconds,
            wall=lambda: WALL + self.seconds,
            sleep=self.sleep,
            random=lambda: self.chance,
        )


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
