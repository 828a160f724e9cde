"""
Kept-alive connections to one origin, for any number of threads: whoever sends takes an idle one or opens one,
and gives it back once the reply was read to its end.
"""

from __future__ import annotations

import os
import selectors
import ssl
import threading
import weakref
from http.client import HTTPConnection, HTTPSConnection

from ._origin import Origin

_IDLE_MAX = 10


class Pool:
    def __init__(self, origin: Origin, ssl_context: ssl.SSLContext | None) -> None:
        self._origin = origin
        self._tls = (ssl_context or _verifying_context()) if origin.is_tls else None
        self._lock = threading.Lock()
        self._idle: list[HTTPConnection] = []
        self._process = os.getpid()
        self._closed = False
        # Nobody has to close a client, so that the shortest program is a right one and draws no warning.
        weakref.finalize(self, _close_all, self._idle)

    def take(self) -> HTTPConnection:
        """A connection for the caller alone: open and idle, or still to be connected (its `sock` is None)."""
        while True:
            with self._lock:
                if self._closed:
                    raise RuntimeError("This client is closed.")
                self._forget_after_fork()
                connection = self._idle.pop() if self._idle else self._new()
            if connection.sock is None or not _is_readable(connection):
                return connection
            connection.close()

    def give_back(self, connection: HTTPConnection) -> None:
        with self._lock:
            if connection.sock is not None and not self._closed and len(self._idle) < _IDLE_MAX:
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            _close_all(self._idle)

    def _forget_after_fork(self) -> None:
        # Two processes on one connection would read each other's replies.
        if self._process != os.getpid():
            self._process = os.getpid()
            _close_all(self._idle)

    def _new(self) -> HTTPConnection:
        if self._tls is None:
            return HTTPConnection(self._origin.host, self._origin.port)
        return HTTPSConnection(self._origin.host, self._origin.port, context=self._tls)


def _verifying_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _is_readable(connection: HTTPConnection) -> bool:
    """Whether something came on an idle connection: its end, mostly, and nothing that anyone asked for."""
    with selectors.DefaultSelector() as selector:
        selector.register(connection.sock, selectors.EVENT_READ)
        return bool(selector.select(timeout=0))


def _close_all(connections: list[HTTPConnection]) -> None:
    while connections:
        connections.pop().close()
