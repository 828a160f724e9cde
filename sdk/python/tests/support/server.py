"""An HTTP server that does as a test says, request by request, and remembers them."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from .samples import TestClock, payout


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    port: int
    """The client's; the same for all requests of one connection."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # A response is written in two pieces, of which the second would wait for an acknowledgement.
    disable_nagle_algorithm = True

    def serve_next(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        server = cast("Server", self.server)
        step = server.next_step(
            Request(self.command, self.path, headers, body, self.client_address[1])
        )
        step(self)

    do_GET = do_POST = serve_next

    def log_message(self, format: str, *args: object) -> None:
        """Tests print nothing."""

    def end(self) -> None:
        """Closes the connection once what was written is out."""
        self.close_connection = True


Step = Callable[[Handler], None]


class Server(ThreadingHTTPServer):
    # Closing it waits for every thread, so that no test leaves one behind.
    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[Request] = []
        self.closing = threading.Event()
        self.otherwise: Callable[[Request], Step] = lambda request: serve(202, payout())
        """What a request gets once the script is over."""
        self._steps: deque[Step] = deque()
        self._connections: list[socket.socket] = []
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def script(self, *steps: Step) -> None:
        """What the coming requests get, one each."""
        self._steps.extend(steps)

    def next_step(self, request: Request) -> Step:
        with self._lock:
            self.requests.append(request)
            return self._steps.popleft() if self._steps else self.otherwise(request)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.append(request)
        super().process_request(request, client_address)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up in mid-response is a part of many tests."""

    def close(self) -> None:
        self.closing.set()
        self.shutdown()
        self._thread.join()
        for connection in self._connections:
            # One that is closed already is what is wanted.
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


def serve(status: int, body: object = None, **headers: str) -> Step:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    def step(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("content-length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return step


def drop() -> Step:
    """Hangs up without a response."""
    return lambda handler: handler.end()


def raw(content: bytes) -> Step:
    """Writes just these bytes, then hangs up."""

    def step(handler: Handler) -> None:
        handler.wfile.write(content)
        handler.end()

    return step


def cut(status: int = 202) -> Step:
    """Hangs up in the middle of the body."""
    body = json.dumps(payout()).encode()
    return raw(b"HTTP/1.1 %d OK\r\ncontent-length: %d\r\n\r\n" % (status, len(body)) + body[:40])


def hang() -> Step:
    """Says nothing until the server closes."""

    def step(handler: Handler) -> None:
        cast(Server, handler.server).closing.wait()
        handler.end()

    return step


def drip(clock: TestClock, seconds_per_byte: float) -> Step:
    """Sends its head and then a byte at a time, each taking this long by the test's clock."""

    def step(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 202 Accepted\r\ncontent-length: 1000000\r\n\r\n")
        while not cast(Server, handler.server).closing.is_set():
            clock.seconds += seconds_per_byte
            handler.wfile.write(b" ")

    return step
