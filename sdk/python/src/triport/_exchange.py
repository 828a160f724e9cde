"""One request and its response, within a time and a size; what they mean is for others to say."""

from __future__ import annotations

import io
import math
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException, HTTPResponse, IncompleteRead, parse_headers
from typing import cast

from ._connections import Connection, Pool

_RESPONSE_MAX_BYTES = 8 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024

_RAW_MAX_BYTES = 2 * _RESPONSE_MAX_BYTES
"""With its heads and the framing of its chunks, for http.client takes a chunk of any length."""

_INTERIM_MAX = 100
"""How many responses with a status of 1xx may come before the one that counts."""

_LONGEST_SECONDS = 86_400.0
"""What a socket can be told to wait has an end, also where the caller's patience has none."""


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
    """Seconds for all of it, from the look-up of the name to the last byte."""
    monotonic: Callable[[], float]

    def __call__(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes | None,
        most: float = math.inf,
    ) -> Response:
        """
        Raises ExchangeError. The body is None for a request without one; `most` is a limit in
        seconds beside the exchange's own.
        """
        remaining = _countdown(min(self.timeout, most), self.monotonic)
        connection = self.pool.take(remaining)
        sent = False
        try:
            if connection.sock is None:
                connection.connect()
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
    deadline = monotonic() + timeout

    def remaining() -> float:
        seconds = deadline - monotonic()
        if seconds <= 0:
            raise TimeoutError("timed out")
        return min(seconds, _LONGEST_SECONDS)

    return remaining


def _read(connection: Connection) -> Response:
    with connection.getresponse() as response:
        if response.status < 200:
            raise HTTPException(f"a status {response.status} that was not asked for")
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
    """
    Reads until a deadline, since a socket's own time-out starts anew with every byte that drips in,
    and no more than a response can have.
    """

    def __init__(self, sock: socket.socket, remaining: Callable[[], float]) -> None:
        super().__init__()
        self._sock = sock
        self._remaining = remaining
        self._left = _RAW_MAX_BYTES
        # Keeps the socket open after its connection let go of it, as http.client expects.
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]
        self._sock.settimeout(self._remaining())
        count = self._raw.readinto(buffer)
        self._left -= count or 0
        if self._left < 0:
            raise HTTPException(f"more than {_RAW_MAX_BYTES} bytes")
        return count

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

    def _read_status(self) -> tuple[str, int, str]:
        """
        Reads over interim responses, which RFC 9110 (15.2) lets come unasked; http.client does that
        for a 100 alone. A 101 is the end of HTTP, and none of them.
        """
        for _ in range(_INTERIM_MAX + 1):
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if not 100 <= status < 200 or status == 101:
                return version, status, reason
            parse_headers(self.fp)
        raise HTTPException(f"more than {_INTERIM_MAX} interim responses")
