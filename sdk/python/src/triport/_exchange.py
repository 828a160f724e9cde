"""One request and its response, within a time and a size; what they mean is for others to say."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from typing import cast

from ._connections import Pool

_RESPONSE_MAX_BYTES = 8 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def request_id(self) -> str | None:
        """The second name is the gateway's, for responses that no function made."""
        return self.headers.get("x-request-id") or self.headers.get("apigw-requestid")


class ExchangeError(Exception):
    """No whole response came, for the reason in `__cause__`."""

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

    def __call__(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None
    ) -> Response:
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
            timed = partial(_TimedResponse, remaining)
            connection.response_class = cast("type[HTTPResponse]", timed)
            sent = True
            connection.request(method, self.prefix + target, body=body, headers=dict(headers))
            response = _read(connection)
        except (OSError, HTTPException, ValueError) as error:
            # http.client lets a ValueError through where a response is framed wrongly.
            connection.close()
            raise ExchangeError(sent=sent) from error
        except BaseException:
            connection.close()
            raise
        self.pool.give_back(connection)
        return response


def _countdown(timeout: float, monotonic: Callable[[], float]) -> Callable[[], float]:
    """Gives the seconds that are left of these, and raises TimeoutError when none are."""
    # It must not know the exchange: a connection that led to its pool would keep it from closing.
    deadline = monotonic() + timeout

    def remaining() -> float:
        seconds = deadline - monotonic()
        if seconds <= 0:
            raise TimeoutError("timed out")
        return seconds

    return remaining


def _read(connection: HTTPConnection) -> Response:
    with connection.getresponse() as response:
        if response.status < 200:
            raise HTTPException(f"an interim status {response.status} that was not asked for")
        chunks: list[bytes] = []
        size = 0
        while chunk := response.read(_CHUNK_BYTES):
            chunks.append(chunk)
            size += len(chunk)
            if size > _RESPONSE_MAX_BYTES:
                raise HTTPException(f"more than {_RESPONSE_MAX_BYTES} bytes")
        # Read in pieces, http.client does not complain of one that ends before its content-length.
        if response.length:
            raise IncompleteRead(b"", response.length)
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Response(response.status, headers, b"".join(chunks))


class _TimedReader(io.RawIOBase):
    """Reads until a deadline: a socket's own time-out starts anew with every byte that drips in."""

    def __init__(self, sock: socket.socket, remaining: Callable[[], float]) -> None:
        super().__init__()
        self._sock = sock
        self._remaining = remaining
        # Keeps the socket open after its connection let go of it, as http.client expects.
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]
        self._sock.settimeout(self._remaining())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(HTTPResponse):
    def __init__(
        self,
        remaining: Callable[[], float],
        sock: socket.socket,
        debuglevel: int = 0,
        method: str | None = None,
        url: str | None = None,
    ) -> None:
        """`remaining` gives the seconds that are left, or raises TimeoutError when none are."""
        super().__init__(sock, debuglevel, method, url)
        self.fp.close()
        self.fp = io.BufferedReader(_TimedReader(sock, remaining))
