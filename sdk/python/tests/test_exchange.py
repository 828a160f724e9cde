"""One request and its response: what comes before it, and what is too much."""

from __future__ import annotations

import contextlib
import json
import sys

from triport import NetworkError
from triport._responses import parse_json

from .support import ClientTest, payout, raw, serve
from .support.server import Handler, Step

HINTS = b"HTTP/1.1 103 Early Hints\r\nlink: </style.css>\r\n\r\n"
PROCESSING = b"HTTP/1.1 102 Processing\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def after(interim: bytes, step: Step) -> Step:
    """The step, after these bytes and on the same connection."""

    def both(handler: Handler) -> None:
        handler.wfile.write(interim)
        step(handler)

    return both


class Interim(ClientTest):
    """RFC 9110, 15.2: a client reads over 1xx responses that it did not ask for."""

    def setUp(self) -> None:
        super().setUp()
        self.client = self.new_client(max_retries=0)

    def test_any_of_them_may_come_before_the_response(self) -> None:
        each = [HINTS, PROCESSING, CONTINUE, HINTS * 3, CONTINUE + HINTS + CONTINUE + PROCESSING]
        for interim in (*each, b"HTTP/1.1 199 Later\r\n\r\n", HINTS * 100, CONTINUE * 100):
            with self.subTest(interim[:40]):
                self.server.script(after(interim, serve(202, payout())))
                self.assertEqual(self.create().status, "requested")
        self.assertEqual(len({request.port for request in self.server.requests}), 1)

    def test_a_refusal_may_come_after_them_too(self) -> None:
        self.server.script(after(HINTS, serve(400, {"error": "balance_insufficient"})))
        error = self.failure()
        self.assertEqual((error.tag, error.outcome_unknown), ("balance_insufficient", False))

    def test_there_is_a_bound_to_them(self) -> None:
        for interim in (HINTS, CONTINUE):
            self.server.script(after(interim * 101, serve(202, payout())))
            error = self.failure()
            self.assertIsInstance(error, NetworkError)
            self.assertIn("more than 100 interim responses", str(error))
            self.assertTrue(error.outcome_unknown)

    def test_the_end_of_http_is_none_of_them(self) -> None:
        switch = b"HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\n\r\n"
        self.server.script(raw(switch + b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n"))
        self.assertIsInstance(self.failure(), NetworkError)


class Sizes(ClientTest):
    def endless(self, head: bytes) -> Step:
        """Up to 64 MB, for one who reads on."""

        def step(handler: Handler) -> None:
            with contextlib.suppress(OSError):
                handler.wfile.write(b"HTTP/1.1 202 Accepted\r\n" + head)
                for _ in range(1024):
                    if self.server.closing.is_set():
                        break
                    handler.wfile.write(b" " * 65_536)
            handler.end()

        return step

    def test_a_response_beyond_8_mb_is_refused_however_it_is_framed(self) -> None:
        self.client = self.new_client(max_retries=0)
        chunked = b"transfer-encoding: chunked\r\n\r\n"
        for head in (
            b"\r\n",
            b"content-length: -1\r\n\r\n",
            b"content-length: 9999999999\r\n\r\n",
            chunked + b"ffffffffff\r\n",
            chunked + b"-1\r\n",
        ):
            with self.subTest(head):
                self.server.script(self.endless(head))
                error = self.failure()
                self.assertIsInstance(error, NetworkError)
                self.assertRegex(str(error), r"more than \d+ bytes")

    def test_one_of_8_mb_is_read(self) -> None:
        body = json.dumps(payout()).encode()
        self.server.script(serve(202, body + b" " * (8 * 1024 * 1024 - len(body))))
        self.assertEqual(self.create().amount_micro, 25_000_000)

    def test_no_json_takes_a_time_that_grows_faster_than_it(self) -> None:
        many = 2**21
        parts = ('\\"', '"', '"a\\', "1e", "1.", "-", "9", "0", "[", '{"a":', "\\u0031", " ,")
        if hasattr(sys, "set_int_max_str_digits"):
            # As in Python up to 3.10.6, which reads any number of digits, in a time squared.
            self.addCleanup(sys.set_int_max_str_digits, sys.get_int_max_str_digits())
            sys.set_int_max_str_digits(0)
        for part in parts:
            for text in (part * many, f'"{part * many}', f"[{part * many}]"):
                with self.subTest(text[:10]), self.assertRaises(ValueError):
                    parse_json(text.encode())
        self.assertEqual(parse_json(b"9" * 4300), 10**4300 - 1)
        with self.assertRaisesRegex(ValueError, "too many digits"):
            parse_json(b"9" * 4301)
