"""
Kept-alive connections to the service, for any number of threads: whoever sends takes an idle one
or opens one, and gives it back once the response was read to its end.
"""

from __future__ import annotations

import os
import selectors
import ssl
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPS_PORT, HTTPConnection
from urllib.parse import SplitResult, urlsplit

from ._arguments import text
from ._dial import dial

_IDLE_MAX = 10


@dataclass(frozen=True, slots=True)
class Origin:
    is_tls: bool
    host: str
    port: int
    path: str
    """What comes before every path of the API; without a slash at its end."""


def parse_base_url(base_url: str) -> Origin:
    """Raises TypeError or ValueError, which never repeats the URL: it may hold a password."""
    url, port = _split(text("base_url", base_url))
    if url.scheme not in ("http", "https") or not url.hostname or port == 0:
        raise ValueError("base_url must be a URL such as https://api.triport.io")
    if any(character <= " " or character == "\x7f" for character in url.hostname):
        raise ValueError("the host of base_url must have neither blanks nor control characters")
    if url.username is not None or url.query or url.fragment:
        raise ValueError("base_url must have neither a user, nor a query, nor a fragment")
    if not url.path.isascii() or any(character <= " " for character in url.path):
        raise ValueError("the path of base_url must be percent-encoded")
    is_tls = url.scheme == "https"
    return Origin(is_tls, url.hostname, port or (443 if is_tls else 80), url.path.rstrip("/"))


def _split(base_url: str) -> tuple[SplitResult, int | None]:
    try:
        url = urlsplit(base_url)
        return url, url.port
    except ValueError:
        # It says what it could not read, which may be a part of a password.
        raise ValueError("base_url must be a URL such as https://api.triport.io") from None


class Connection(HTTPConnection):
    """Does each of its steps in the time that is left to the exchange that has it."""

    remaining: Callable[[], float]
    """
    The seconds that are left, or a TimeoutError when none are. It must not know the exchange: a
    connection that led to its pool would keep it from closing.
    """

    def __init__(self, origin: Origin, tls: ssl.SSLContext | None) -> None:
        super().__init__(origin.host, origin.port)
        self._tls = tls
        if tls:
            self.default_port = HTTPS_PORT

    def connect(self) -> None:
        self.sock = dial(self.host, self.port, self._tls, self.remaining)

    def send(self, data: bytes) -> None:  # type: ignore[override]
        self.sock.settimeout(self.remaining())
        super().send(data)


class Pool:
    def __init__(self, origin: Origin, ssl_context: ssl.SSLContext | None) -> None:
        self._origin = origin
        self._tls = (ssl_context or _verifying_context()) if origin.is_tls else None
        self._lock = threading.Lock()
        self._idle: list[Connection] = []
        self._process = os.getpid()
        self._closed = False
        # Nobody has to close a client: the shortest program is a right one, and draws no warning.
        weakref.finalize(self, _close_all, self._idle)

    def take(self, remaining: Callable[[], float]) -> Connection:
        """A connection for the caller alone: open, or still to be connected (`sock` is None)."""
        while True:
            with self._lock:
                if self._closed:
                    raise RuntimeError("This client is closed.")
                self._forget_after_fork()
                idle = self._idle.pop() if self._idle else None
            connection = idle or Connection(self._origin, self._tls)
            connection.remaining = remaining
            if connection.sock is None or not _is_readable(connection):
                return connection
            connection.close()

    def give_back(self, connection: Connection) -> None:
        with self._lock:
            is_wanted = not self._closed and len(self._idle) < _IDLE_MAX
            if connection.sock is not None and is_wanted:
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            _close_all(self._idle)

    def _forget_after_fork(self) -> None:
        # Two processes on one connection would read each other's responses.
        if self._process != os.getpid():
            self._process = os.getpid()
            _close_all(self._idle)


def _verifying_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _is_readable(connection: Connection) -> bool:
    """Whether something came that nobody asked for: on an idle connection its end, mostly."""
    with selectors.DefaultSelector() as selector:
        selector.register(connection.sock, selectors.EVENT_READ)
        return bool(selector.select(timeout=0))


def _close_all(connections: list[Connection]) -> None:
    while connections:
        connections.pop().close()
