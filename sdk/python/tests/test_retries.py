from __future__ import annotations

import json

from triport import ApiError, NetworkError, TriportError
from triport._retry import parse_retry_after

from .support import ClientTest, cut, drip, drop, hang, payout, raw, serve
from .support.samples import WALL

GARBLED = {
    "dropped": drop(),
    "cut short": cut(),
    "cut short behind its JSON": raw(
        b"HTTP/1.1 202 OK\r\ncontent-length: 9999\r\n\r\n" + json.dumps(payout()).encode()
    ),
    "cut short in a chunk": raw(
        b'HTTP/1.1 202 OK\r\ntransfer-encoding: chunked\r\n\r\n40\r\n{"id":"01a2'
    ),
    "a chunk without a length": raw(
        b"HTTP/1.1 202 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n"
    ),
    "no HTTP": raw(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "a head without an end": raw(b"HTTP/1.1 202 OK\r\ncontent-le"),
    "an endless head": raw(b"HTTP/1.1 202 OK\r\n" + b"a: b\r\n" * 200),
    "interim": raw(b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "empty": serve(202, b""),
    "no content": serve(204, b""),
    "HTML": serve(200, b"<html>Sign in to this Wi-Fi</html>"),
    "not UTF-8": serve(202, b'{"id":"\xff"}'),
    "too deep": serve(202, b"[" * 100_000),
    "too many digits": serve(202, b'{"amount_micro":' + b"9" * 5000 + b"}"),
    "too long": serve(202, json.dumps(payout()).encode() + b" " * (9 * 1024 * 1024)),
    "a list": serve(202, []),
    "another object": serve(202, {"message": "ok"}),
    "an amount with a fraction": serve(202, payout(amount_micro=25_000_000.0)),
    "an amount in quotes": serve(202, payout(amount_micro="25000000")),
    "an amount that is true": serve(202, payout(amount_micro=True)),
    "an amount that is null": serve(202, payout(amount_micro=None)),
    "a time that is none": serve(202, payout(requested_at="yesterday")),
    "a day that is none": serve(202, payout(requested_at="2026-02-30T00:00:00Z")),
    "a time without a zone": serve(202, payout(requested_at="2026-11-22T21:28:44")),
    "a hash that is a number": serve(202, payout(tx_hash=5)),
}


class Retries(ClientTest):
    def keys(self) -> set[str]:
        return {request.headers["idempotency-key"] for request in self.server.requests}

    def test_whatever_garbles_a_response_the_same_request_is_sent_again_under_the_same_key(
        self,
    ) -> None:
        for name, step in GARBLED.items():
            with self.subTest(name):
                self.server.requests.clear()
                self.server.script(step, step)
                self.assertEqual(self.create().amount_micro, 25_000_000)
                self.assertEqual(len(self.server.requests), 3)
                self.assertEqual(len(self.keys()), 1)
                self.assertEqual(len({request.body for request in self.server.requests}), 1)

    def test_every_call_has_a_key_of_its_own(self) -> None:
        self.create()
        self.create()
        self.assertEqual(len(self.keys()), 2)

    def test_the_callers_key_is_kept(self) -> None:
        self.server.script(serve(503), drop())
        self.create(idempotency_key="order-17")
        self.assertEqual(self.keys(), {"order-17"})
        self.assertEqual(len(self.server.requests), 3)

    def test_passing_statuses_are_retried(self) -> None:
        for status in (408, 429, 500, 502, 503, 504, 599):
            with self.subTest(status):
                self.server.requests.clear()
                self.server.script(serve(status))
                self.create()
                self.assertEqual(len(self.server.requests), 2)

    def test_other_refusals_are_final(self) -> None:
        for status in (400, 401, 403, 404, 409, 413, 422):
            with self.subTest(status):
                self.server.requests.clear()
                self.server.script(serve(status, b"<html>"))
                with self.assertRaises(ApiError) as raised:
                    self.create()
                self.assertEqual(
                    (raised.exception.status, raised.exception.tag), (status, "unexpected")
                )
                self.assertFalse(raised.exception.outcome_unknown)
                self.assertEqual(len(self.server.requests), 1)
        self.assertEqual(self.clock.sleeps, [])

    def test_pauses_have_full_jitter_below_a_ceiling_that_doubles(self) -> None:
        client = self.new_client(max_retries=8)
        self.server.script(*[serve(500)] * 9)
        with self.assertRaises(ApiError):
            client.referrals.get_overview()
        self.assertEqual(self.clock.sleeps, [0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 4.0, 4.0])

    def test_the_number_of_retries_is_the_callers(self) -> None:
        for max_retries in (0, 1, 5):
            self.server.requests.clear()
            self.server.script(*[drop()] * (max_retries + 1))
            with self.assertRaises(NetworkError):
                self.new_client(max_retries=max_retries).referrals.get_payout("a")
            self.assertEqual(len(self.server.requests), max_retries + 1)

    def test_a_response_that_never_comes_is_a_time_out_and_is_sent_again(self) -> None:
        self.server.script(hang())
        # Time that a socket spends waiting cannot be set: this one test really waits.
        self.new_client(timeout=0.3, max_retries=20).referrals.get_payout("a")
        self.assertGreaterEqual(len(self.server.requests), 2)

    def test_a_response_that_drips_in_is_a_time_out_too(self) -> None:
        self.server.script(drip(self.clock, seconds_per_byte=1.0))
        with self.assertRaises(NetworkError) as raised:
            self.new_client(max_retries=0).referrals.get_payout("a")
        self.assertEqual(raised.exception.tag, "timeout")
        self.assertIsInstance(raised.exception.__cause__, TimeoutError)


class RetryAfter(ClientTest):
    def pause_after(self, header: str) -> float:
        self.clock.sleeps.clear()
        self.server.script(serve(429, None, retry_after=header))
        self.create()
        [pause] = self.clock.sleeps
        return pause

    def test_seconds_are_waited_before_the_jitter(self) -> None:
        self.assertEqual(self.pause_after("7"), 7.125)

    def test_a_date_is_waited_for(self) -> None:
        # The test's wall clock stands at 16:30:00, and goes on by what is slept.
        self.assertEqual(self.pause_after("Wed, 25 Nov 2026 16:30:30 GMT"), 30.125)

    def test_a_date_that_has_passed_adds_nothing(self) -> None:
        self.assertEqual(self.pause_after("Wed, 25 Nov 2020 16:30:00 GMT"), 0.125)

    def test_what_is_neither_adds_nothing(self) -> None:
        for header in ("", "soon", "-5", "1.5", "٣", "Wed, 99 Nov 2026 16:30:00 GMT"):
            self.assertEqual(self.pause_after(header.encode().decode("latin-1")), 0.125)

    def test_a_date_is_one_of_the_three_forms_of_rfc_9110_and_nothing_else(self) -> None:
        for date in (
            "Wed, 25 Nov 2026 16:30:09 GMT",
            "Wednesday, 25-Nov-26 16:30:09 GMT",
            "Wed Nov 25 16:30:09 2026",
        ):
            self.assertEqual(parse_retry_after(date, WALL), 9.0)
        for past in ("Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"):
            self.assertEqual(parse_retry_after(past, WALL), 0.0)
        self.assertEqual(parse_retry_after("Saturday, 25-Dec-76 00:00:00 GMT", WALL), None)
        self.assertEqual(parse_retry_after("Friday, 25-Dec-76 00:00:00 GMT", WALL), 86_400.0)
        for none in (
            None, "+5", "5s", "0x10", "1e3", "5, 7", "nan", "inf", "26-11-25", "2026-11-25",
            "2026-11-25T16:30:09Z", "Nov 25 2026", "25 Nov 2026 16:30:09 GMT",
            "Wed, 25 Nov 2026 16:30:09", "Wed, 25 Nov 2026 16:30:09 +0000",
            "Wed, 25 Nov 2026 16:30:09 UTC", "Wed, 25 Nov 2026 16:30:09 PST",
            "wed, 25 nov 2026 16:30:09 gmt", "Wed, 5 Nov 2026 16:30:09 GMT",
            "Mon, 25 Nov 2026 16:30:09 GMT", "Mon, 30 Feb 2026 16:30:09 GMT",
            "Wed, 25 Nov 2026 25:30:09 GMT", "Wed, 25 Nov 2026 16:30:09 GMT (soon)",
            "Wednesday, 25-Nov-2026 16:30:09 GMT", "Wed Nov 25 16:30:09 2026 GMT",
        ):  # fmt: skip
            with self.subTest(none):
                self.assertIsNone(parse_retry_after(none, WALL))

    def test_who_is_asked_to_wait_for_long_gets_the_error_at_once(self) -> None:
        for header, seconds in (
            ("61", 61),
            ("9" * 400, 86_400),
            ("Fri, 25 Dec 2026 00:00:00 GMT", 86_400),
        ):
            self.server.script(serve(503, None, retry_after=header))
            with self.assertRaises(TriportError) as raised:
                self.create()
            self.assertEqual(raised.exception.retry_after, seconds)
        self.assertEqual(self.clock.sleeps, [])
