"""What the tests share: a server that misbehaves on request, and a clock that does not wait."""

from __future__ import annotations

import unittest
from collections.abc import Callable

from triport import Payout, TriportClient, TriportError

from .samples import ADDRESS, TestClock, payout
from .server import Server, cut, drip, drop, hang, raw, serve

__all__ = [
    "ADDRESS",
    "ClientTest",
    "TestClock",
    "cut",
    "drip",
    "drop",
    "hang",
    "payout",
    "raw",
    "serve",
]


class ClientTest(unittest.TestCase):
    """A client and the server it talks to, new for each test."""

    def setUp(self) -> None:
        self.clock = TestClock()
        self.server = Server()
        self.addCleanup(self.server.close)
        self.client = self.new_client()

    def new_client(
        self, *, timeout: float = 20.0, max_retries: int = 3, path: str = ""
    ) -> TriportClient:
        client = TriportClient(
            base_url=self.server.url + path,
            session="token",
            timeout=timeout,
            max_retries=max_retries,
            _clock=self.clock.as_clock(),
        )
        self.addCleanup(client.close)
        return client

    def failure(self, call: Callable[[], object] | None = None) -> TriportError:
        """What the call, or else a request for a payout, ends in."""
        with self.assertRaises(TriportError) as raised:
            (call or self.create)()
        return raised.exception

    def create(self, **changes: object) -> Payout:
        """The payout of the examples."""
        arguments = {"amount_micro": 25_000_000, "network": "solana", "address": ADDRESS, **changes}
        return self.client.referrals.create_payout(**arguments)  # type: ignore[arg-type]
