from __future__ import annotations

import decimal
import traceback
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
        for key in ("", "a b", "a\r\nb", "ключ", "a" * 256, "a\n", "a,b", ","):
            with self.subTest(key=key), self.assertRaisesRegex(ValueError, "idempotency_key"):
                self.create(idempotency_key=key)
        for other in (5, True, b"key", ["key"]):
            with self.assertRaisesRegex(TypeError, "idempotency_key"):
                self.create(idempotency_key=other)

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
            for other in (None, 5, True, b"a", ["a"]):
                with self.assertRaisesRegex(TypeError, "payout_id"):
                    call(other)

    def test_what_is_no_text_where_text_belongs(self) -> None:
        for other in (None, 5, True, b"solana", ["solana"]):
            for name in ("network", "address"):
                with self.assertRaisesRegex(TypeError, name):
                    self.create(**{name: other})
            with self.assertRaisesRegex(TypeError, "invoice_id"):
                self.client.referrals.spend_on_invoice(
                    invoice_id=other,  # type: ignore[arg-type]
                    amount_micro=1,
                )

    def test_what_no_list_can_be_asked_for(self) -> None:
        referrals = self.client.referrals
        calls: list[Any] = [
            referrals.list_payouts,
            referrals.iter_payouts,
            referrals.list_rewards,
            referrals.iter_rewards,
        ]
        wrong: list[Arguments] = [
            *[{name: value} for name in ("limit", "offset") for value in ("5", 1.0, True, [5])],
            *[{"cursor": value} for value in (5, True, b"a", ["a"])],
            *[{"status": value} for value in (5, True, b"sent", [5], [None], [["sent"]])],
        ]
        for call in calls:
            for arguments in wrong:
                # Also an iterator says so when it is asked for, and not when it is first used.
                with self.subTest(arguments=arguments), self.assertRaises(TypeError):
                    call(**arguments)

    def test_a_wait_below_nothing(self) -> None:
        for seconds in (-1, float("nan")):
            with self.assertRaisesRegex(ValueError, "timeout"):
                self.client.referrals.wait_for_payout("a", timeout=seconds)
        for other in ("5", True, [5]):
            with self.assertRaisesRegex(TypeError, "timeout"):
                self.client.referrals.wait_for_payout("a", timeout=other)  # type: ignore[arg-type]


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
        users = ("https://u:p@host", "https://u@host", "https://:p@host", "https://@host")
        hosts = ("https://", "https://a b", "https://a\x7fb", f"{host}:0", f"{host}:65536")
        none = ("", "api.triport.io", "ftp://api.triport.io", "https://[::1")
        for url in none + users + hosts + paths:
            with self.subTest(url=url), self.assertRaises(ValueError):
                TriportClient(base_url=url)
        for other in (None, 5, True, b"https://api.triport.io", [host]):
            with self.assertRaises(TypeError):
                TriportClient(base_url=other)  # type: ignore[arg-type]

    def test_a_refused_base_url_is_not_repeated(self) -> None:
        users = ("user:secret@host", "user:secret/secret@host", "user:secret\u2100@host")
        for rest in (
            *users,
            "host:secret",
            "[secret",
            "host/?secret",
            "host/#secret",
            "host/secret secret",
        ):
            with self.subTest(rest), self.assertRaises(ValueError) as raised:
                TriportClient(base_url=f"https://{rest}")
            # With whatever is shown as its cause.
            error = traceback.TracebackException.from_exception(raised.exception)
            shown = "".join(line for line in error.format() if "TriportClient(" not in line)
            self.assertNotIn("secret", shown)

    def test_numbers_without_a_sense_are_refused(self) -> None:
        times: list[Arguments] = [{"timeout": seconds} for seconds in (0, -1, float("nan"))]
        for options in [*times, {"max_retries": -1}]:
            with self.subTest(options=options), self.assertRaises(ValueError):
                TriportClient(**options)
        types: list[Arguments] = [
            *[{"timeout": value} for value in (None, "5", True, [5])],
            *[{"max_retries": value} for value in (None, "5", True, 1.5, float("nan"))],
            *[{"ssl_context": value} for value in (True, "context", object())],
            *[{"session": value} for value in (5, True, ["token"])],
        ]
        for options in types:
            with self.subTest(options=options), self.assertRaises(TypeError):
                TriportClient(**options)

    def test_the_representation_keeps_the_session_to_itself(self) -> None:
        client = TriportClient(session="secret")
        self.assertEqual(repr(client), "TriportClient(base_url='https://api.triport.io')")
