"""One request and its reply, within a time and a size; what they mean is for others to say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from typing import cast

from ._pool import Pool
from ._timed import TimedResponse

_REPLY_MAX_BYTES = 8 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def request_id(self) -> str | None:
        """The second name is the gateway's, for answers that no function gave."""
        return self.headers.get("x-request-id") or self.headers.get("apigw-requestid")


class ExchangeError(Exception):
    """No reply came, for the reason in `__cause__`."""

    def __init__(self, *, sent: bool) -> None:
        super().__init__()
        self.sent = sent
        """False if the service surely got nothing of the request."""


@dataclass(frozen=True, slots=True)
class Exchange:
    pool: Pool
    prefix: str
    """What comes before every target."""
    timeout: float
    """Seconds for all of it, from connecting to the last byte."""
    monotonic: Callable[[], float]

    def __call__(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        """Raises ExchangeError. The body is None for a request without one."""
        remaining = _countdown(self.timeout, self.monotonic)
        connection = self.pool.take()
        sent = False
        try:
            if connection.sock is None:
                connection.timeout = remaining()
                connection.connect()
            else:
                connection.sock.settimeout(remaining())
            connection.response_class = cast("type[HTTPResponse]", partial(TimedResponse, remaining))
            sent = True
            connection.request(method, self.prefix + target, body=body, headers=dict(headers))
            reply = _read(connection)
        except (OSError, HTTPException, ValueError) as error:
            # http.client lets a ValueError through where a reply breaks the rules of its framing.
            connection.close()
            raise ExchangeError(sent=sent) from error
        except BaseException:
            connection.close()
            raise
        self.pool.give_back(connection)
        return reply


def _countdown(timeout: float, monotonic: Callable[[], float]) -> Callable[[], float]:
    """Gives the seconds that are left of these, and raises TimeoutError when none are."""
    # It must not know the exchange: a connection that led back to its pool would keep it from closing.
    deadline = monotonic() + timeout

    def remaining() -> float:
        seconds = deadline - monotonic()
        if seconds <= 0:
            raise TimeoutError("timed out")
        return seconds

    return remaining


def _read(connection: HTTPConnection) -> Reply:
    with connection.getresponse() as response:
        if response.status < 200:
            raise HTTPException(f"an interim status {response.status} that was not asked for")
        chunks: list[bytes] = []
        size = 0
        while chunk := response.read(_CHUNK_BYTES):
            chunks.append(chunk)
            size += len(chunk)
            if size > _REPLY_MAX_BYTES:
                raise HTTPException(f"more than {_REPLY_MAX_BYTES} bytes")
        # Read in pieces, http.client does not complain of a reply that ends before its content-length.
        if response.length:
            raise IncompleteRead(b"", response.length)
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, headers, b"".join(chunks))
