"""A clock that sleeps by moving its hands."""

from __future__ import annotations

from triport._clock import Clock

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
