"""Waits for a payout's end by asking again and again, ever less often."""

from __future__ import annotations

import math

from ._arguments import seconds
from ._retry import Clock, is_passing
from ._transport import Call, Transport
from .errors import PayoutTimeoutError, TriportError
from .models import Payout

_FIRST_PAUSE_SECONDS = 1.0
_MOST_PAUSE_SECONDS = 30.0

_LAST_REQUEST_SECONDS = 1.0
"""What a request may take that is sent when hardly any time, or none, is left."""


def wait_until_final(transport: Transport, call: Call[Payout], timeout: float | None) -> Payout:
    """Raises PayoutTimeoutError when the time is up, and at once what no more asking would mend."""
    clock = transport.clock
    deadline = clock.monotonic() + (math.inf if timeout is None else seconds("timeout", timeout))
    full_pause = _FIRST_PAUSE_SECONDS
    last: Payout | None = None
    while True:
        failure: TriportError | None = None
        try:
            # Sent once: the next time that it asks is its retry.
            left = deadline - clock.monotonic()
            payout = transport.attempt(call, max(left, _LAST_REQUEST_SECONDS))
        except TriportError as error:
            if not is_passing(error):
                raise
            failure = error
        else:
            if payout.is_final:
                return payout
            # What has just moved may soon move again.
            if last is not None and payout.status != last.status:
                full_pause = _FIRST_PAUSE_SECONDS
            last = payout
        left = deadline - clock.monotonic()
        if left <= 0:
            raise _too_late(timeout, last) from failure
        pause = _pause(clock, full_pause, failure)
        clock.sleep(min(pause, left))
        full_pause = min(full_pause * 2, _MOST_PAUSE_SECONDS)


def _pause(clock: Clock, full_pause: float, failure: TriportError | None) -> float:
    """Between half and all of it, so that those who began together spread; or what was asked."""
    asked = failure.retry_after if failure else None
    return max(asked or 0.0, full_pause * (1 + clock.random()) / 2)


def _too_late(timeout: float | None, last: Payout | None) -> PayoutTimeoutError:
    seen = f"it is {last.status}" if last else "nothing could be learnt of it"
    return PayoutTimeoutError(f"The payout was not final within {timeout} s: {seen}.", payout=last)
