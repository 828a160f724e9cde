"""Time and chance, in one place, so that tests set them instead of waiting."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    monotonic: Callable[[], float] = time.monotonic
    """Seconds that only go forward."""
    wall: Callable[[], float] = time.time
    """Seconds since 1970, for dates that others name."""
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random
    """At least 0, and less than 1."""
