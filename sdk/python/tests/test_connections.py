from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest
import weakref
from pathlib import Path
from unittest import mock

from triport import ApiError, NetworkError, TriportClient
from triport._connections import Pool, parse_base_url

from .support import ClientTest, drop, payout, serve
from .support.server import Server


def unhurried() -> float:
    return 5.0


class Connections(ClientTest):
    def ports(self) -> list[int]:
        return [request.port for request in self.server.requests]

    def get(self) -> None:
        self.client.referrals.get_payout("a")

    def test_a_connection_is_kept_also_after_a_refusal(self) -> None:
        self.server.script(serve(200, payout()), serve(404), serve(503))
        self.get()
        with self.assertRaises(ApiError):
            self.get()
        self.get()
        self.assertEqual(len(self.ports()), 4)
        self.assertEqual(len(set(self.ports())), 1)

    def test_one_that_the_server_asks_to_close_is_not_used_again(self) -> None:
        self.server.script(serve(200, payout(), connection="close"))
        self.get()
        self.get()
        self.assertEqual(len(set(self.ports())), 2)
        self.assertEqual(self.clock.sleeps, [])

    def test_one_that_went_stale_unnoticed_is_a_network_error_that_is_retried(self) -> None:
        self.get()
        # The server takes the request on the kept connection, and hangs up.
        self.server.script(drop())
        self.get()
        self.assertEqual(self.ports()[0], self.ports()[1])
        self.assertNotEqual(self.ports()[1], self.ports()[2])
        self.assertEqual(len(self.clock.sleeps), 1)

    def test_threads_share_a_client_without_mixing_their_responses(self) -> None:
        wrong: list[str] = []
        self.server.otherwise = lambda request: serve(200, payout(id=request.path.split("/")[-1]))

        def work(thread: int) -> None:
            for number in range(25):
                payout_id = f"{thread}-{number}"
                if self.client.referrals.get_payout(payout_id).id != payout_id:
                    wrong.append(payout_id)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_a_redirection_is_an_error_and_is_not_followed(self) -> None:
        other = Server()
        self.addCleanup(other.close)
        for status in (301, 302, 303, 307, 308):
            self.server.script(serve(status, None, location=f"{other.url}/v1/referrals/payouts"))
            with self.assertRaisesRegex(ApiError, "redirection") as raised:
                self.create()
            self.assertEqual(raised.exception.status, status)
        self.assertEqual(other.requests, [])
        self.assertEqual(len(self.server.requests), 5)

    def test_a_closed_client_makes_no_more_calls(self) -> None:
        with self.client as client:
            client.referrals.get_payout("a")
        with self.assertRaisesRegex(RuntimeError, "closed"):
            self.get()

    def test_referrals_live_on_without_their_client_and_close_its_connections(self) -> None:
        client = TriportClient(base_url=self.server.url)
        pool, referrals = weakref.ref(client._pool), client.referrals
        del client
        self.assertEqual(referrals.get_payout("a").status, "requested")
        del referrals
        self.assertIsNone(pool())

    def test_without_a_session_there_is_no_cookie(self) -> None:
        with TriportClient(base_url=self.server.url) as client:
            client.referrals.get_payout("a")
        self.assertNotIn("cookie", self.server.requests[0].headers)

    def test_an_idle_connection_that_has_ended_is_left(self) -> None:
        pool = Pool(parse_base_url(self.server.url), None)
        self.addCleanup(pool.close)
        connection = pool.take(unhurried)
        connection.sock, other_end = socket.socketpair()
        pool.give_back(connection)
        self.assertIs(pool.take(unhurried), connection)
        pool.give_back(connection)
        other_end.close()
        self.assertIsNot(pool.take(unhurried), connection)
        self.assertIsNone(connection.sock)

    def test_a_forked_process_opens_connections_of_its_own(self) -> None:
        pool = Pool(parse_base_url(self.server.url), None)
        self.addCleanup(pool.close)
        connection = pool.take(unhurried)
        connection.connect()
        pool.give_back(connection)
        with mock.patch("os.getpid", return_value=-1):
            self.assertIsNone(pool.take(unhurried).sock)

    def test_no_more_than_ten_idle_connections_are_kept(self) -> None:
        pool = Pool(parse_base_url(self.server.url), None)
        self.addCleanup(pool.close)
        connections = [pool.take(unhurried) for _ in range(11)]
        for connection in connections:
            connection.connect()
            pool.give_back(connection)
        self.assertEqual(sum(connection.sock is None for connection in connections), 1)


@unittest.skipUnless(
    shutil.which("openssl"), "openssl is missing, so there is no certificate to refuse"
)
class Tls(ClientTest):
    def setUp(self) -> None:
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.certificate, key = Path(folder.name, "cert.pem"), Path(folder.name, "key.pem")
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        files = ["-keyout", str(key), "-out", str(self.certificate)]
        subprocess.run(
            ["openssl", "req", "-x509", "-days", "2", *curve, *subject, *files],
            check=True,
            capture_output=True,
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)

    def connect(self, host: str, trusted: ssl.SSLContext | None = None) -> TriportClient:
        url = f"https://{host}:{self.server.server_address[1]}"
        client = TriportClient(base_url=url, ssl_context=trusted, _clock=self.clock.as_clock())
        self.addCleanup(client.close)
        return client

    def test_a_certificate_that_nobody_vouches_for_is_refused_once_and_for_all(self) -> None:
        with self.assertRaises(NetworkError) as raised:
            self.connect("localhost").referrals.get_payout("a")
        self.assertIsInstance(raised.exception.__cause__, ssl.SSLCertVerificationError)
        with self.assertRaises(NetworkError):
            self.connect("localhost").referrals.wait_for_payout("a")
        self.assertEqual((self.server.requests, self.clock.sleeps), ([], []))

    def test_a_certificate_for_another_name_is_refused(self) -> None:
        trusted = ssl.create_default_context(cafile=str(self.certificate))
        with self.assertRaises(NetworkError) as raised:
            self.connect("127.0.0.1", trusted).referrals.get_payout("a")
        self.assertIsInstance(raised.exception.__cause__, ssl.SSLCertVerificationError)

    def test_authorities_can_be_chosen_and_connections_are_kept(self) -> None:
        client = self.connect("localhost", ssl.create_default_context(cafile=str(self.certificate)))
        client.referrals.get_payout("a")
        client.referrals.get_payout("a")
        self.assertEqual(len({request.port for request in self.server.requests}), 1)
