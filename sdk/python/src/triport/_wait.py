"""Waits for a payout's end by asking again and again, ever less often."""

from __future__ import annotations

from ._retry import Clock, is_passing
from ._transport import Call, Transport
from .errors import PayoutTimeoutError, TriportError
from .models import Payout

_FIRST_PAUSE_SECONDS = 1.0
_MOST_PAUSE_SECONDS = 30.0


def wait_until_final(transport: Transport, call: Call[Payout], timeout: float | None) -> Payout:
    """Raises PayoutTimeoutError when the time is up, and at once what no more asking would mend."""
    if timeout is not None and not timeout >= 0:
        raise ValueError("timeout must not be negative")
    clock = transport.clock
    deadline = None if timeout is None else clock.monotonic() + timeout
    full_pause = _FIRST_PAUSE_SECONDS
    last: Payout | None = None
    while True:
        failure: TriportError | None = None
        try:
            # Sent once: the next time that it asks is its retry.
            payout = transport.attempt(call)
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
        left = None if deadline is None else deadline - clock.monotonic()
        if left is not None and left <= 0:
            raise _too_late(timeout, last) from failure
        pause = _pause(clock, full_pause, failure)
        clock.sleep(pause if left is None else min(pause, left))
        full_pause = min(full_pause * 2, _MOST_PAUSE_SECONDS)


def _pause(clock: Clock, full_pause: float, failure: TriportError | None) -> float:
    """Between half and all of it, so that those who began together spread; or what was asked."""
    asked = failure.retry_after if failure else None
    return max(asked or 0.0, full_pause * (1 + clock.random()) / 2)


def _too_late(timeout: float | None, last: Payout | None) -> PayoutTimeoutError:
    seen = f"it is {last.status}" if last else "nothing could be learnt of it"
    return PayoutTimeoutError(f"The payout was not final within {timeout} s: {seen}.", payout=last)
