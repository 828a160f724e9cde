"""`timeout` means the attempt: look-up, every address, TLS and the response together."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from typing import Any
from unittest import mock

from triport import NetworkError, PayoutTimeoutError, TriportClient, TriportError

from .support import ClientTest, hang, payout, serve

DISCARD = 9
"""A port that the silent sockets of these tests do not reach."""


def address(port: int) -> tuple[Any, ...]:
    return (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", port))


class Time(ClientTest):
    def attempt(self, url: str, **options: Any) -> TriportError:
        """What one attempt to write ends in."""
        clock = self.clock.as_clock()
        with TriportClient(base_url=url, max_retries=0, _clock=clock, **options) as self.client:
            return self.failure()

    def silent_sockets(self, seconds: float | None = None) -> Any:
        """Connecting to one port takes all the time that it is given, by the test's clock."""
        clock = self.clock

        class Silent(socket.socket):
            def connect(self, address: Any) -> None:
                if address[1] == DISCARD:
                    clock.seconds += self.gettimeout() or 0.0
                    raise TimeoutError("timed out")
                clock.seconds += seconds or 0.0
                super().connect(address)

        return mock.patch("socket.socket", Silent)

    def names(self, *ports: int) -> Any:
        """Every name has an address for each of the ports, and no name is an address."""

        def look_up(host: str, port: int, *_: Any, flags: int = 0, **__: Any) -> list[Any]:
            if flags & socket.AI_NUMERICHOST:
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            return [address(each) for each in ports]

        return mock.patch("socket.getaddrinfo", look_up)

    def test_a_look_up_that_takes_too_long_is_a_time_out_and_nothing_was_sent(self) -> None:
        released = threading.Event()

        def look_up(*_: Any, flags: int = 0, **__: Any) -> list[Any]:
            if flags & socket.AI_NUMERICHOST:
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            released.wait(60)
            return []

        with mock.patch("socket.getaddrinfo", look_up):
            error = self.attempt("http://silent.test", timeout=0.05)
        self.assertFalse(released.is_set())
        released.set()
        for thread in threading.enumerate():
            if thread.name == "triport look-up":
                thread.join()
        self.assertEqual((type(error), error.tag), (NetworkError, "timeout"))
        self.assertFalse(error.outcome_unknown)
        self.assertIn("silent.test", str(error))

    def test_a_look_up_that_fails_is_a_network_error_and_nothing_was_sent(self) -> None:
        failures = (
            socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
            socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"),
            UnicodeError("label empty or too long"),
        )
        for failure in failures:
            with mock.patch("socket.getaddrinfo", side_effect=failure):
                error = self.attempt("http://nowhere.test")
            self.assertEqual((error.tag, error.outcome_unknown), ("network", False))
            self.assertIs(error.__cause__, failure)

    def test_a_look_up_needs_no_thread_where_none_can_be_had(self) -> None:
        with self.names(self.server.server_address[1]), mock.patch("triport._dial.threading") as it:
            it.Thread.return_value.start.side_effect = RuntimeError("can't start new thread")
            with TriportClient(base_url="http://name.test", max_retries=0) as client:
                self.assertEqual(client.referrals.get_payout("a").status, "requested")
            it.Thread.return_value.start.assert_called_once()

    def test_several_dead_addresses_share_the_time(self) -> None:
        for count in (1, 2, 3, 10):
            self.clock.seconds = 0.0
            with self.names(*[DISCARD] * count), self.silent_sockets():
                error = self.attempt("http://dead.test", timeout=20)
            self.assertEqual((error.tag, error.outcome_unknown), ("timeout", False))
            self.assertAlmostEqual(self.clock.seconds, 20.0)

    def test_a_live_address_is_found_behind_silent_ones_and_closed_ports(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        ports = (DISCARD, port, DISCARD, self.server.server_address[1])
        with self.names(*ports), self.silent_sockets():
            clock = self.clock.as_clock()
            with TriportClient(base_url="http://half.test", _clock=clock) as client:
                self.assertEqual(client.referrals.get_payout("a").status, "requested")
        self.assertEqual(self.server.requests[0].headers["host"], "half.test")
        self.assertLess(self.clock.seconds, 20.0)

    def test_a_closed_port_at_every_address_is_nothing_sent(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        with self.names(port, port):
            error = self.attempt("http://closed.test")
        self.assertEqual((error.tag, error.outcome_unknown), ("network", False))
        self.assertIsInstance(error.__cause__, ConnectionRefusedError)

    def test_a_name_without_an_address_is_nothing_sent(self) -> None:
        with self.names():
            error = self.attempt("http://none.test")
        self.assertEqual((error.tag, error.outcome_unknown), ("network", False))

    def test_tls_gets_the_time_that_connecting_left(self) -> None:
        given: list[float | None] = []

        class Context(ssl.SSLContext):
            def wrap_socket(self, sock: socket.socket, *_: Any, **__: Any) -> Any:
                given.append(sock.gettimeout())
                raise TimeoutError("the handshake timed out")

        port = self.server.server_address[1]
        with self.names(DISCARD, port), self.silent_sockets(seconds=4.0):
            context = Context(ssl.PROTOCOL_TLS_CLIENT)
            error = self.attempt("https://slow.test", timeout=20, ssl_context=context)
        # Half of it went to the silent address, and four seconds to the other one.
        self.assertEqual(given, [6.0])
        self.assertEqual((error.tag, error.outcome_unknown), ("timeout", False))

    def test_sending_and_reading_get_the_time_that_connecting_left(self) -> None:
        given: list[float | None] = []
        limit = socket.socket.settimeout

        def settimeout(sock: socket.socket, seconds: float | None) -> None:
            given.append(seconds)
            limit(sock, seconds)

        with (
            self.silent_sockets(seconds=15.0),
            mock.patch.object(socket.socket, "settimeout", settimeout),
        ):
            self.client = self.new_client(timeout=20)
            self.create()
        self.assertEqual(given[0], 20.0)
        self.assertGreater(len(given), 2)
        self.assertEqual(set(given[1:]), {5.0})

    def test_patience_without_an_end_is_allowed(self) -> None:
        self.client = self.new_client(timeout=float("inf"))
        self.assertEqual(self.create().status, "requested")
        self.server.script(serve(200, payout(status="sent")))
        wait = self.client.referrals.wait_for_payout
        self.assertEqual(wait("a", timeout=float("inf")).status, "sent")


class Waits(ClientTest):
    def limits(self, seconds: float) -> list[float]:
        """What a socket is told to wait, at the most, in a wait of this long."""
        given: list[float] = []
        limit = socket.socket.settimeout

        def settimeout(sock: socket.socket, timeout: float | None) -> None:
            given.append(timeout or 0.0)
            limit(sock, timeout)

        client = self.new_client(timeout=20)
        with (
            mock.patch.object(socket.socket, "settimeout", settimeout),
            self.assertRaises(PayoutTimeoutError),
        ):
            client.referrals.wait_for_payout("a", timeout=seconds)
        return given

    def test_no_request_of_a_wait_lasts_longer_than_what_is_left_of_it_or_a_second(self) -> None:
        for seconds, most, least in ((0, 1, 1), (1, 1, 1), (7.5, 7.5, 1), (60, 20, 1)):
            given = self.limits(seconds)
            self.assertEqual((max(given), min(given)), (most, least))

    def test_a_wait_of_a_second_for_a_server_that_hangs_takes_about_that(self) -> None:
        self.server.script(*[hang()] * 5)
        with TriportClient(base_url=self.server.url, timeout=60) as client:
            start = time.monotonic()
            with self.assertRaises(PayoutTimeoutError):
                client.referrals.wait_for_payout("a", timeout=1)
            # One request of a minute would be longer than this.
            self.assertLess(time.monotonic() - start, 30)
