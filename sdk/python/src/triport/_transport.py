"""Sends calls until they have a definite answer; every other end is an exception of this package."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from ._clock import Clock
from ._exchange import Exchange, ExchangeError
from ._refusal import refusal
from ._retry import delay_seconds, is_transient
from ._wire import parse_json
from .errors import NetworkError, TriportError

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Call(Generic[_Result]):
    method: str
    target: str
    read: Callable[[object], _Result]
    """Makes the result from the JSON of a success; a ValueError says that this is not one."""
    body: bytes | None = None
    idempotency_key: str | None = None

    @property
    def is_repeatable(self) -> bool:
        return self.method == "GET" or self.idempotency_key is not None


@dataclass(frozen=True, slots=True)
class Transport:
    exchange: Exchange
    headers: Mapping[str, str]
    max_retries: int
    clock: Clock

    def send(self, call: Call[_Result]) -> _Result:
        """The result of the call, after as many attempts as it needs and may have. Raises TriportError."""
        outcome_unknown = False
        attempt = 0
        while True:
            try:
                return self.send_once(call)
            except TriportError as error:
                # A later refusal does not undo what an attempt without an answer may have done.
                outcome_unknown = error.outcome_unknown = outcome_unknown or error.outcome_unknown
                if attempt >= self.max_retries or not call.is_repeatable or not is_transient(error):
                    raise
                delay = delay_seconds(error, attempt, self.clock.random())
                if delay is None:
                    raise
            self.clock.sleep(delay)
            attempt += 1

    def send_once(self, call: Call[_Result]) -> _Result:
        """The same in one attempt."""
        writes = call.method != "GET"
        try:
            reply = self.exchange(call.method, call.target, self._headers(call), call.body)
        except ExchangeError as failure:
            cause = failure.__cause__
            raise NetworkError(
                f"No usable answer came to {call.method} {call.target}: {cause}",
                idempotency_key=call.idempotency_key,
                outcome_unknown=writes and failure.sent,
            ) from cause
        if not 200 <= reply.status < 300:
            error = refusal(reply, self.clock.wall())
            error.idempotency_key = call.idempotency_key
            error.outcome_unknown = writes and not 400 <= reply.status < 500
            raise error
        try:
            return call.read(parse_json(reply.body))
        except ValueError as reason:
            raise NetworkError(
                f"The answer to {call.method} {call.target} is garbled: {reason}",
                status=reply.status,
                request_id=reply.request_id,
                idempotency_key=call.idempotency_key,
                outcome_unknown=writes,
            ) from reason

    def _headers(self, call: Call[_Result]) -> dict[str, str]:
        headers = dict(self.headers)
        if call.body is not None:
            headers["content-type"] = "application/json"
        if call.idempotency_key is not None:
            headers["idempotency-key"] = call.idempotency_key
        return headers
