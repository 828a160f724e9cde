from __future__ import annotations

import json
import uuid
from datetime import datetime, timezone

from triport import ApiError, DailyLimit, Payout

from .support import ADDRESS, ClientTest, payout, serve

ID = "01a20529-55f4-761f-a2a7-c84a2a8463bf"


class Payouts(ClientTest):
    def test_a_request_carries_the_session_a_key_and_exact_json(self) -> None:
        self.create()
        [request] = self.server.requests
        self.assertEqual((request.method, request.path), ("POST", "/v1/referrals/payouts"))
        self.assertEqual(request.headers["cookie"], "nl_session=token")
        self.assertEqual(request.headers["content-type"], "application/json")
        self.assertEqual(uuid.UUID(request.headers["idempotency-key"]).version, 4)
        self.assertNotIn("origin", request.headers)
        self.assertEqual(
            json.loads(request.body),
            {"amount_micro": 25_000_000, "network": "solana", "address": ADDRESS},
        )

    def test_a_response_becomes_a_payout(self) -> None:
        self.assertEqual(
            self.create(),
            Payout(
                id=ID,
                user_id="00000000-0000-4000-8000-000000000001",
                amount_micro=25_000_000,
                network="solana",
                address=ADDRESS,
                status="requested",
                requested_at=datetime(2026, 11, 22, 21, 28, 44, 788_000, timezone.utc),
            ),
        )

    def test_amounts_beyond_2_to_the_53_are_exact_both_ways(self) -> None:
        for amount in (9_007_199_254_740_993, 2**63 - 1):
            self.server.script(serve(202, payout(amount_micro=amount)))
            made = self.create(amount_micro=amount)
            self.assertIn(b'"amount_micro":%d,' % amount, self.server.requests[-1].body)
            self.assertEqual(made.amount_micro, amount)

    def test_a_settled_payout_has_its_hash_note_and_time(self) -> None:
        settled = {
            "status": "sent",
            "tx_hash": "5h",
            "reason": "other",
            "note": "n",
            "completed_at": "2026-11-23T00:00:00Z",
        }
        self.server.script(serve(200, payout(**settled)))
        sent = self.client.referrals.get_payout(ID)
        self.assertEqual((sent.status, sent.tx_hash, sent.note), ("sent", "5h", "n"))
        self.assertEqual(sent.reason, "other")
        self.assertEqual(sent.completed_at, datetime(2026, 11, 23, tzinfo=timezone.utc))
        self.assertTrue(sent.is_final)

    def test_what_has_no_value_yet_may_be_null_as_well_as_left_out(self) -> None:
        self.server.script(serve(200, payout(tx_hash=None, note=None, completed_at=None)))
        got = self.client.referrals.get_payout(ID)
        self.assertEqual((got.tx_hash, got.note, got.completed_at), (None, None, None))

    def test_unknown_fields_are_passed_over_and_unknown_statuses_kept(self) -> None:
        self.server.script(serve(200, payout(status="frozen", colour="green")))
        got = self.client.referrals.get_payout(ID)
        self.assertEqual(got.status, "frozen")
        self.assertFalse(got.is_final)

    def test_a_time_that_python_cannot_hold_is_no_success(self) -> None:
        times = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0000-01-01T00:00:00Z")
        for time in times:
            with self.subTest(time):
                self.server.script(serve(200, payout(requested_at=time)))
                client = self.new_client(max_retries=0)
                with self.assertRaises(ApiError) as caught:
                    client.referrals.cancel_payout(ID)
                error = caught.exception
                self.assertEqual((error.tag, error.outcome_unknown), ("unexpected", True))

    def test_an_unknown_network_is_kept(self) -> None:
        self.server.script(serve(200, payout(network="dogecoin")))
        self.assertEqual(self.client.referrals.get_payout(ID).network, "dogecoin")

    def test_reading_sends_neither_a_key_nor_a_body(self) -> None:
        self.client.referrals.get_payout(ID)
        [request] = self.server.requests
        self.assertEqual((request.method, request.path), ("GET", f"/v1/referrals/payouts/{ID}"))
        self.assertNotIn("idempotency-key", request.headers)
        self.assertNotIn("content-type", request.headers)

    def test_cancelling_posts_without_a_body(self) -> None:
        self.server.script(serve(200, payout(status="cancelled")))
        self.assertEqual(self.client.referrals.cancel_payout(ID).status, "cancelled")
        [request] = self.server.requests
        self.assertEqual(
            (request.method, request.path), ("POST", f"/v1/referrals/payouts/{ID}/cancel")
        )
        self.assertEqual(request.headers["content-length"], "0")
        self.assertIn("idempotency-key", request.headers)

    def test_a_base_url_may_have_a_path_of_its_own(self) -> None:
        self.new_client(path="/stage/").referrals.get_payout(ID)
        self.assertEqual(self.server.requests[0].path, f"/stage/v1/referrals/payouts/{ID}")

    def test_spending_on_an_invoice_needs_ok(self) -> None:
        self.server.script(serve(200, {"ok": True}))
        self.client.referrals.spend_on_invoice(
            invoice_id="inv-1", amount_micro=5, idempotency_key="k"
        )
        [request] = self.server.requests
        self.assertEqual((request.method, request.path), ("POST", "/v1/referrals/spend-on-invoice"))
        self.assertEqual(request.headers["idempotency-key"], "k")
        self.assertEqual(json.loads(request.body), {"invoice_id": "inv-1", "amount_micro": 5})

    def test_the_overview_has_the_balance_and_what_a_payout_may_be(self) -> None:
        names = ("pending", "available", "reserved", "paid_out", "spent", "lifetime")
        balance = {f"{name}_micro": number for number, name in enumerate(names, start=-1)}
        body = {
            "balance": balance,
            "min_payout_micro": 10_000_000,
            "networks": ["solana", "polygon"],
        }
        self.server.script(serve(200, body))
        overview = self.client.referrals.get_overview()
        self.assertEqual(overview.balance.pending_micro, -1)
        self.assertEqual(overview.balance.lifetime_micro, 4)
        self.assertEqual(overview.min_payout_micro, 10_000_000)
        self.assertEqual(overview.networks, ("solana", "polygon"))
        self.assertIsNone(overview.daily_limit)
        self.assertIsNone(overview.counted_until)
        limit = {"limit_micro": 9, "remaining_micro": 0, "resets_at": "2026-11-29T00:00:00Z"}
        self.server.script(serve(200, {**body, "daily_limit": limit}))
        daily_limit = self.client.referrals.get_overview().daily_limit
        midnight = datetime(2026, 11, 29, tzinfo=timezone.utc)
        self.assertEqual(daily_limit, DailyLimit(9, 0, midnight))
        self.server.script(serve(200, {**body, "counted_until": "2026-11-29T00:00:00Z"}))
        self.assertEqual(self.client.referrals.get_overview().counted_until, midnight)
        self.server.script(*[serve(200, {**body, "networks": ["solana", 5]})] * 4)
        with self.assertRaises(ApiError):
            self.client.referrals.get_overview()
