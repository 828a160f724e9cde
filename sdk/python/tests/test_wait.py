from __future__ import annotations

from triport import ApiError, NetworkError, PayoutTimeoutError

from .support import ClientTest, drop, payout, serve

REQUESTED = serve(200, payout())


class Wait(ClientTest):
    def test_it_returns_as_soon_as_the_payout_is_final(self) -> None:
        for status in ("sent", "failed", "cancelled"):
            self.server.script(serve(200, payout(status=status)))
            self.assertEqual(self.client.referrals.wait_for_payout("a").status, status)
        self.assertEqual(self.clock.sleeps, [])

    def test_a_completed_payout_is_final_whatever_its_status_is_called(self) -> None:
        self.server.script(
            serve(200, payout(status="returned", completed_at="2026-11-23T00:00:00Z"))
        )
        self.assertEqual(self.client.referrals.wait_for_payout("a").status, "returned")

    def test_polls_become_rarer_up_to_a_limit(self) -> None:
        self.server.script(*[REQUESTED] * 8, serve(200, payout(status="sent")))
        self.client.referrals.wait_for_payout("a", timeout=None)
        self.assertEqual(self.clock.sleeps, [0.75 * full for full in (1, 2, 4, 8, 16, 30, 30, 30)])

    def test_they_are_frequent_again_once_it_has_moved(self) -> None:
        processing, frozen = (
            serve(200, payout(status=status)) for status in ("processing", "frozen")
        )
        sent = serve(200, payout(status="sent"))
        self.server.script(REQUESTED, REQUESTED, REQUESTED, processing, processing, frozen, sent)
        self.client.referrals.wait_for_payout("a")
        self.assertEqual(self.clock.sleeps, [0.75 * full for full in (1, 2, 4, 1, 2, 1)])

    def test_jitter_is_between_half_of_a_pause_and_all_of_it(self) -> None:
        for chance, pause in ((0.0, 0.5), (0.999, 0.9995)):
            self.clock.sleeps.clear()
            self.clock.chance = chance
            self.server.script(REQUESTED, serve(200, payout(status="sent")))
            self.client.referrals.wait_for_payout("a")
            self.assertEqual(self.clock.sleeps, [pause])

    def test_the_last_poll_is_at_the_deadline_and_the_error_has_what_it_saw(self) -> None:
        self.server.script(*[REQUESTED] * 100)
        with self.assertRaises(PayoutTimeoutError) as raised:
            self.client.referrals.wait_for_payout("a", timeout=10)
        self.assertEqual(self.clock.seconds, 10)
        self.assertEqual(len(self.server.requests), 5)
        seen = raised.exception.payout
        self.assertEqual(seen.status if seen else None, "requested")
        text = "The payout was not final within 10 s: it is requested."
        self.assertEqual(str(raised.exception), text)

    def test_it_lasts_ten_minutes_when_nothing_is_said(self) -> None:
        self.server.script(*[REQUESTED] * 100)
        error = self.failure(lambda: self.client.referrals.wait_for_payout("a"))
        self.assertEqual((error.tag, self.clock.seconds), ("timeout", 600))

    def test_without_time_it_polls_once(self) -> None:
        self.server.script(REQUESTED)
        with self.assertRaises(PayoutTimeoutError):
            self.client.referrals.wait_for_payout("a", timeout=0)
        self.assertEqual(len(self.server.requests), 1)

    def test_failures_that_may_pass_do_not_end_it(self) -> None:
        self.server.script(
            drop(), serve(500), serve(200, b"<html>"), serve(429, None, retry_after="40"),
            serve(200, payout(status="sent")),
        )  # fmt: skip
        self.client.referrals.wait_for_payout("a")
        self.assertEqual(self.clock.sleeps, [0.75, 1.5, 3.0, 40.0])

    def test_other_failures_end_it_at_once(self) -> None:
        self.server.script(REQUESTED, serve(404, {"error": "payout_not_found"}))
        error = self.failure(lambda: self.client.referrals.wait_for_payout("a"))
        self.assertEqual((type(error), error.tag), (ApiError, "payout_not_found"))

    def test_a_deadline_in_an_outage_names_the_failure(self) -> None:
        self.server.script(*[drop()] * 100)
        with self.assertRaises(PayoutTimeoutError) as raised:
            self.client.referrals.wait_for_payout("a", timeout=5)
        self.assertIsNone(raised.exception.payout)
        self.assertIsInstance(raised.exception.__cause__, NetworkError)
