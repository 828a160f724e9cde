from __future__ import annotations

import decimal
import unittest
from typing import Any

from triport import ApiError, TriportClient

from .support import ClientTest, serve

Arguments = dict[str, Any]


class Refused(ClientTest):
    """What no request can carry is refused before anything is sent."""

    def tearDown(self) -> None:
        self.assertEqual(self.server.requests, [])

    def test_an_amount_that_is_no_int(self) -> None:
        spend = self.client.referrals.spend_on_invoice
        for amount in (True, False, 25.0, 1e6, "25000000", None, decimal.Decimal(25)):
            with self.subTest(amount=amount):
                said = f"amount_micro .* not {type(amount).__name__}"
                with self.assertRaisesRegex(TypeError, said):
                    self.create(amount_micro=amount)
                with self.assertRaises(TypeError):
                    spend(invoice_id="inv-1", amount_micro=amount)  # type: ignore[arg-type]

    def test_a_key_that_is_no_key(self) -> None:
        for key in ("", "a b", "a\r\nb", "ключ", "a" * 256, "a\n"):
            with self.subTest(key=key), self.assertRaisesRegex(ValueError, "idempotency_key"):
                self.create(idempotency_key=key)
        with self.assertRaisesRegex(TypeError, "idempotency_key"):
            self.create(idempotency_key=5)

    def test_an_id_that_would_name_something_else(self) -> None:
        referrals = self.client.referrals
        calls: list[Any] = [
            referrals.get_payout,
            referrals.cancel_payout,
            referrals.wait_for_payout,
        ]
        for call in calls:
            for payout_id in ("", ".", "..", "a/b", "a?b", "%2e%2e", "a b", "a\n", "é"):
                with self.subTest(payout_id), self.assertRaisesRegex(ValueError, "payout_id"):
                    call(payout_id)
            with self.assertRaisesRegex(TypeError, "payout_id"):
                call(None)

    def test_a_wait_below_nothing(self) -> None:
        for seconds in (-1, float("nan")):
            with self.assertRaisesRegex(ValueError, "timeout"):
                self.client.referrals.wait_for_payout("a", timeout=seconds)


class Judged(ClientTest):
    def test_what_a_value_may_be_is_for_the_service_to_say(self) -> None:
        for amount in (0, -5, 2**63):
            self.server.script(serve(400, {"error": "invalid_args"}))
            with self.assertRaises(ApiError):
                self.create(amount_micro=amount)
        self.assertEqual(len(self.server.requests), 3)

    def test_a_key_may_have_255_visible_characters(self) -> None:
        self.create(idempotency_key="~" * 255)
        self.assertEqual(self.server.requests[0].headers["idempotency-key"], "~" * 255)


class Options(unittest.TestCase):
    def test_a_session_that_no_cookie_can_carry_is_refused_without_repeating_it(self) -> None:
        ends_early = ("secret; path=/", "secret\r\nx: y", "secret ", "secret\n")
        for session in ("", 'sec"ret', "secrét", *ends_early):
            with self.subTest(session=session), self.assertRaises(ValueError) as raised:
                TriportClient(session=session)
            self.assertNotIn("sec", str(raised.exception).replace("session", ""))
        with self.assertRaises(TypeError):
            TriportClient(session=b"secret")  # type: ignore[arg-type]

    def test_a_base_url_that_is_none_is_refused(self) -> None:
        host = "https://api.triport.io"
        paths = (f"{host}?a=b", f"{host}/#a", f"{host}/a b", f"{host}/é", f"{host}:port")
        none = ("", "api.triport.io", "ftp://api.triport.io", "https://", "https://u:p@host")
        for url in none + paths:
            with self.subTest(url=url), self.assertRaises(ValueError):
                TriportClient(base_url=url)

    def test_numbers_without_a_sense_are_refused(self) -> None:
        times: list[Arguments] = [{"timeout": seconds} for seconds in (0, -1, float("nan"))]
        for options in [*times, {"max_retries": -1}]:
            with self.subTest(options=options), self.assertRaises(ValueError):
                TriportClient(**options)

    def test_the_representation_keeps_the_session_to_itself(self) -> None:
        client = TriportClient(session="secret")
        self.assertEqual(repr(client), "TriportClient(base_url='https://api.triport.io')")
