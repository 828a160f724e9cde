from __future__ import annotations

import pickle
import typing
from datetime import datetime, timezone

from triport import (
    ERROR_TAGS,
    ApiError,
    ErrorTag,
    NetworkError,
    PayoutTimeoutError,
    TriportClient,
    TriportError,
)

from .support import ClientTest, cut, drop, serve

REFUSAL = {
    "error": "balance_insufficient",
    "message": "The amount is more.",
    "request_id": "id-of-body",
}


class Errors(ClientTest):
    def test_a_refusal_has_its_tag_status_request_and_key(self) -> None:
        self.server.script(serve(400, REFUSAL, x_request_id="id-of-header"))
        error = self.failure()
        self.assertIsInstance(error, ApiError)
        self.assertEqual((error.tag, error.status), ("balance_insufficient", 400))
        self.assertEqual(error.request_id, "id-of-body")
        self.assertEqual(error.idempotency_key, self.server.requests[0].headers["idempotency-key"])
        self.assertFalse(error.outcome_unknown)
        text = "balance_insufficient: The amount is more. (HTTP 400, request id-of-body)"
        self.assertEqual(str(error), text)

    def test_what_a_tag_says_beside_its_sentence_is_an_attribute(self) -> None:
        for tag, said, known in (
            ("invalid_args", {"field": "cursor"}, ("cursor", None, None)),
            ("payout_below_min", {"min_payout_micro": 10_000_000}, (None, 10_000_000, None)),
            ("payout_not_actionable", {"status": "sent"}, (None, None, "sent")),
            ("internal", {"field": 5, "min_payout_micro": True, "status": {}}, (None, None, None)),
        ):
            with self.subTest(tag=tag):
                self.server.script(serve(400, {**REFUSAL, "error": tag, **said}))
                error = self.failure()
                self.assertEqual(error.tag, tag)
                details = (error.field, error.min_payout_micro, error.payout_status)
                self.assertEqual(details, known)

    def test_a_limit_says_what_it_is_what_is_left_and_when_it_ends(self) -> None:
        said = {"limit_micro": 2**63 - 1, "remaining_micro": 0, "resets_at": "2026-11-29T00:00:00Z"}
        self.server.script(serve(400, {**REFUSAL, "error": "payout_limit_exceeded", **said}))
        error = self.failure()
        self.assertEqual((error.limit_micro, error.remaining_micro), (2**63 - 1, 0))
        self.assertEqual(error.resets_at, datetime(2026, 11, 29, tzinfo=timezone.utc))
        wrong = {"limit_micro": "1", "remaining_micro": True, "resets_at": "tomorrow"}
        self.server.script(serve(400, {**REFUSAL, "error": "payout_limit_exceeded", **wrong}))
        error = self.failure()
        self.assertEqual((error.limit_micro, error.remaining_micro, error.resets_at), (None,) * 3)

    def test_a_tag_that_is_newer_than_this_version_is_unexpected_and_in_the_text(self) -> None:
        self.server.script(serve(400, {"error": "payouts_paused"}))
        error = self.failure()
        self.assertEqual((error.tag, error.status), ("unexpected", 400))
        self.assertIn("payouts_paused", str(error))

    def test_a_refusal_of_the_gateway_is_unexpected(self) -> None:
        self.server.script(serve(403, {"message": "Forbidden"}, apigw_requestid="id-of-gateway"))
        error = self.failure()
        self.assertEqual((error.tag, error.request_id), ("unexpected", "id-of-gateway"))
        self.assertEqual(str(error), "Forbidden (HTTP 403, request id-of-gateway)")

    def test_a_gateway_that_fails_or_turns_away_is_unavailable(self) -> None:
        self.client = self.new_client(max_retries=0)
        for status in (429, 502, 503):
            self.server.script(serve(status, {"message": "Not now"}))
            self.assertEqual(self.failure().tag, "unavailable")
        self.server.script(serve(500, {"error": "internal"}))
        self.assertEqual(self.failure().tag, "internal")

    def test_a_refusal_of_any_other_shape_is_unexpected(self) -> None:
        no_objects = (b"", b"<html>", b"\xff", b"[]", b'"error"', b"[" * 100_000)
        for body in (*no_objects, b'{"error":5,"message":[]}'):
            with self.subTest(body=body[:10]):
                self.server.script(serve(404, body))
                error = self.failure()
                self.assertEqual((error.tag, error.request_id), ("unexpected", None))
                self.assertEqual(str(error), "The response names no reason. (HTTP 404)")

    def test_a_write_stays_in_doubt_after_a_lost_response_whatever_comes_then(self) -> None:
        self.server.script(drop(), serve(401, {"error": "unauthenticated"}))
        error = self.failure()
        self.assertEqual(error.tag, "unauthenticated")
        self.assertTrue(error.outcome_unknown)

    def test_the_outcome_of_a_write_is_unknown_without_a_definite_end(self) -> None:
        self.client = self.new_client(max_retries=0)
        statuses = (serve(500), serve(503), serve(202, b"<html>"), serve(307))
        for step in (drop(), cut(), *statuses):
            self.server.script(step)
            self.assertTrue(self.failure().outcome_unknown)
        self.server.script(serve(429))
        self.assertFalse(self.failure().outcome_unknown)

    def test_reading_has_no_outcome_to_doubt_and_no_key(self) -> None:
        self.client = self.new_client(max_retries=0)
        for step in (drop(), serve(500), serve(200, b"<html>")):
            self.server.script(step)
            error = self.failure(self.client.referrals.get_overview)
            self.assertFalse(error.outcome_unknown)
            self.assertIsNone(error.idempotency_key)

    def test_something_on_the_way_that_gave_up_waiting_leaves_a_write_in_doubt(self) -> None:
        self.client = self.new_client(max_retries=0)
        for body, tag in ((b"<html>", "unavailable"), ({"error": "invalid_args"}, "invalid_args")):
            self.server.script(serve(408, body))
            error = self.failure()
            self.assertEqual((error.status, error.tag), (408, tag))
            self.assertTrue(error.outcome_unknown)

    def test_the_tag_is_typed_as_one_of_all_that_there_are(self) -> None:
        self.assertIs(typing.get_type_hints(TriportError)["tag"], ErrorTag)
        self.assertEqual(frozenset(typing.get_args(ErrorTag)), ERROR_TAGS)

    def test_what_could_not_even_be_sent_was_not_done(self) -> None:
        self.server.close()
        error = self.failure()
        self.assertIsInstance(error, NetworkError)
        self.assertEqual(error.tag, "network")
        self.assertIsInstance(error.__cause__, ConnectionRefusedError)
        self.assertFalse(error.outcome_unknown)
        self.assertIsNotNone(error.idempotency_key)
        self.assertEqual(len(self.clock.sleeps), 3)

    def test_a_success_that_cannot_be_read_still_names_its_request(self) -> None:
        self.client = self.new_client(max_retries=0)
        self.server.script(serve(202, b"<html>", x_request_id="abc"))
        error = self.failure()
        self.assertIsInstance(error, ApiError)
        self.assertEqual((error.tag, error.status), ("unexpected", 202))
        self.assertEqual(error.request_id, "abc")
        self.assertIsInstance(error.__cause__, ValueError)

    def test_no_error_names_the_session(self) -> None:
        self.client = TriportClient(base_url="http://127.0.0.1:1", session="secret", max_retries=0)
        error = self.failure()
        self.assertNotIn("secret", repr(error) + repr(error.__cause__))

    def test_errors_survive_pickling(self) -> None:
        error = ApiError(
            "text", tag="internal", status=500, idempotency_key="k", outcome_unknown=True
        )
        copy = pickle.loads(pickle.dumps(error))
        self.assertEqual((str(copy), copy.__dict__), ("text", error.__dict__))
        self.assertEqual(str(pickle.loads(pickle.dumps(PayoutTimeoutError("late")))), "late")

    def test_a_wait_that_is_too_long_is_also_pythons_own_timeout(self) -> None:
        self.assertTrue(issubclass(PayoutTimeoutError, TimeoutError))
