"""A connected socket, all of whose beginnings share one time: look-up, every address, TLS."""

from __future__ import annotations

import queue
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any

_Address = tuple[Any, ...]
"""As socket.getaddrinfo gives it."""


def dial(
    host: str, port: int, tls: ssl.SSLContext | None, remaining: Callable[[], float]
) -> socket.socket:
    """`remaining` gives the seconds that are left, or raises TimeoutError. Raises OSError."""
    sock = _connect(_look_up(host, port, remaining), remaining)
    if tls is None:
        return sock
    try:
        # From here on ssl counts this down over all messages of the handshake.
        sock.settimeout(remaining())
        return tls.wrap_socket(sock, server_hostname=host)
    except BaseException:
        sock.close()
        raise


def _connect(addresses: list[_Address], remaining: Callable[[], float]) -> socket.socket:
    """To the first that answers. A silent one may use up only its share of the time."""
    failure = OSError("the host has no address")
    for index, (family, kind, protocol, _, address) in enumerate(addresses):
        seconds = remaining() / (len(addresses) - index)
        try:
            sock = socket.socket(family, kind, protocol)
        except OSError as error:
            failure = error
            continue
        try:
            sock.settimeout(seconds)
            sock.connect(address)
            # A request is written in two pieces, the second of which must not wait for the first.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
        except OSError as error:
            sock.close()
            failure = error
        except BaseException:
            sock.close()
            raise
    raise failure


def _look_up(host: str, port: int, remaining: Callable[[], float]) -> list[_Address]:
    """In a thread, since a look-up cannot be told how long it may take."""
    try:
        return _addresses(host, port, socket.AI_NUMERICHOST)
    except socket.gaierror:
        pass  # It is a name, and somebody has to be asked.
    answer: queue.SimpleQueue[list[_Address] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answer.put(_addresses(host, port, 0))
        except Exception as error:  # noqa: BLE001 (whoever waits raises it)
            answer.put(error)

    try:
        threading.Thread(target=ask, name="triport look-up", daemon=True).start()
    except RuntimeError:
        ask()  # No thread can be had, as at the end of the interpreter.
    try:
        found = answer.get(timeout=remaining())
    except queue.Empty:
        raise TimeoutError(f"the look-up of {host} took too long") from None
    if isinstance(found, Exception):
        raise found
    return found


def _addresses(host: str, port: int, flags: int) -> list[_Address]:
    return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags))
