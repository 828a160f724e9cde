"""Responses read until a deadline: a socket's own time-out starts anew with every byte that drips in."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable
from http.client import HTTPResponse


class _TimedReader(io.RawIOBase):
    def __init__(self, sock: socket.socket, remaining: Callable[[], float]) -> None:
        super().__init__()
        self._sock = sock
        self._remaining = remaining
        # Keeps the socket open after its connection has let go of it, as http.client expects of a reader.
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]
        self._sock.settimeout(self._remaining())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class TimedResponse(HTTPResponse):
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
