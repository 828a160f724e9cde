"""Sends a call until it ends well or there is no point any more, which is a TriportError."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar, cast

from ._exchange import Exchange, ExchangeError, Response
from ._responses import Fields, fields, moment, parse_json
from ._retry import Clock, delay_seconds, is_passing, is_passing_status, parse_retry_after
from .errors import ERROR_TAGS, ApiError, ErrorTag, NetworkError, TriportError

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Call(Generic[_Result]):
    target: str
    read: Callable[[object], _Result]
    """Makes the result from the JSON of a success; a ValueError says that this is not one."""
    key: str | None = None
    """Under which all attempts of a write are one; None for a read."""
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Transport:
    exchange: Exchange
    headers: Mapping[str, str]
    max_retries: int
    clock: Clock

    def send(self, call: Call[_Result]) -> _Result:
        """The result of the call, after as many attempts as it needs and may have."""
        outcome_unknown = False
        retries = 0
        while True:
            try:
                return self.attempt(call)
            except TriportError as error:
                # Once in doubt a write stays so: an attempt without a response may be carried out.
                outcome_unknown = error.outcome_unknown = outcome_unknown or error.outcome_unknown
                if retries >= self.max_retries or not is_passing(error):
                    raise
                delay = delay_seconds(error, retries, self.clock.random())
                if delay is None:
                    raise
            self.clock.sleep(delay)
            retries += 1

    def attempt(self, call: Call[_Result], most: float = math.inf) -> _Result:
        """
        The result of the call when it is sent once, in this time and the client's (in seconds).
        Raises TriportError.
        """
        is_write = call.key is not None
        method = "POST" if is_write else "GET"
        try:
            response = self.exchange(method, call.target, self._headers(call), call.body, most)
        except ExchangeError as failure:
            cause = failure.__cause__
            raise NetworkError(
                f"No whole response came to {method} {call.target}: {cause}",
                tag="timeout" if isinstance(cause, TimeoutError) else "network",
                idempotency_key=call.key,
                outcome_unknown=is_write and failure.sent,
            ) from cause
        reason: ValueError | None = None
        if 200 <= response.status < 300:
            try:
                return call.read(parse_json(response.body))
            except ValueError as error:
                reason = error
        raise _api_error(response, call.key, self.clock.wall(), reason) from reason

    def _headers(self, call: Call[_Result]) -> dict[str, str]:
        headers = dict(self.headers)
        if call.body is not None:
            headers["content-type"] = "application/json"
        if call.key is not None:
            headers["idempotency-key"] = call.key
        return headers


def _api_error(
    response: Response, key: str | None, now: float, reason: ValueError | None
) -> ApiError:
    """`now` is in seconds since 1970; `reason` says why a success cannot be read."""
    body = _object(response.body)
    status = response.status
    error = None if reason else _text(body, "error")
    request_id = _text(body, "request_id") or response.request_id
    if reason:
        said = f"The success cannot be read: {reason}."
    elif 300 <= status < 400:
        # Following it would hand the session to whoever it names.
        said = "The response is a redirection, and this client follows none."
    else:
        said = _text(body, "message") or "The response names no reason."
    where = f"HTTP {status}" + (f", request {request_id}" if request_id else "")
    return ApiError(
        f"{error}: {said} ({where})" if error else f"{said} ({where})",
        tag=_tag(error, status),
        status=status,
        request_id=request_id,
        idempotency_key=key,
        outcome_unknown=key is not None and (status == 408 or not 400 <= status < 500),
        retry_after=parse_retry_after(response.headers.get("retry-after"), now),
        field=None if reason else _text(body, "field"),
        min_payout_micro=None if reason else _amount(body, "min_payout_micro"),
        limit_micro=None if reason else _amount(body, "limit_micro"),
        remaining_micro=None if reason else _amount(body, "remaining_micro"),
        resets_at=None if reason else _time(body, "resets_at"),
        payout_status=None if reason else _text(body, "status"),
    )


def _tag(error: str | None, status: int) -> ErrorTag:
    if error is None and is_passing_status(status):
        return "unavailable"
    return cast(ErrorTag, error) if error in ERROR_TAGS else "unexpected"


def _object(body: bytes) -> Fields:
    try:
        return fields(parse_json(body))
    except ValueError:
        return {}


def _time(body: Fields, name: str) -> datetime | None:
    try:
        return moment(name, body.get(name))
    except ValueError:
        return None


def _amount(body: Fields, name: str) -> int | None:
    value = body.get(name)
    return value if type(value) is int else None


def _text(body: Fields, name: str) -> str | None:
    value = body.get(name)
    return value if isinstance(value, str) and value else None
