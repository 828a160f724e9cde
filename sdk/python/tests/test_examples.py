"""The examples of the documentation strings, which every public method has, run as they stand."""

from __future__ import annotations

import doctest
import functools
import inspect

import triport
from triport import Payout, Referrals, TriportClient, TriportError

from .support import ADDRESS, ClientTest, payout, serve
from .support.server import Request, Step

PUBLIC: dict[str, object] = {
    "TriportClient": TriportClient,
    "close": TriportClient.close,
    "TriportError": TriportError,
    "is_final": Payout.is_final,
    **{name: each for name, each in inspect.getmembers(Referrals) if not name.startswith("_")},
}

HASH = "5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnb"
AMOUNTS = ("pending", "reserved", "paid_out", "spent", "lifetime")
BALANCE = {**{f"{name}_micro": 0 for name in AMOUNTS}, "available_micro": 1_000_000_000}
OVERVIEW = {"balance": BALANCE, "min_payout_micro": 10_000_000, "networks": ["solana"]}
TIMES = {"unlocks_at": "2026-01-02T00:00:00Z", "granted_at": "2026-01-01T00:00:00Z"}
REWARD = {"id": "r-1", "amount_micro": 40_000_000, "status": "pending", "source": "signup", **TIMES}


class Examples(ClientTest):
    def test_every_public_method_has_one_that_does_as_it_says(self) -> None:
        finder, runner = doctest.DocTestFinder(recurse=False), doctest.DocTestRunner(verbose=False)
        for name, each in PUBLIC.items():
            self.server.otherwise = functools.partial(self.step, name)
            example = {"amount_micro": 25_000_000, "network": "solana", "address": ADDRESS}
            names = {**vars(triport), "client": self.new_client(), "URL": self.server.url}
            names |= {"request": example, "payout": self.create()}
            [test] = finder.find(each, name, globs=names)
            with self.subTest(name):
                self.assertIn("Example:", test.docstring or "")
                self.assertGreater(len(test.examples), 0)
                said: list[str] = []
                self.assertEqual(runner.run(test, out=said.append).failed, 0, "".join(said))

    def step(self, name: str, request: Request) -> Step:
        path = request.path.split("?")[0].removeprefix("/v1/referrals/")
        if path == "me":
            return serve(200, OVERVIEW)
        if path == "rewards":
            return serve(200, {"items": [REWARD]})
        if path == "payouts" and request.method == "GET":
            return serve(200, {"items": [payout()]})
        if path == "spend-on-invoice":
            return serve(200, {"ok": True})
        if path.endswith("/cancel"):
            return serve(200, payout(status="cancelled"))
        settled = {"status": "sent", "tx_hash": HASH} if name == "wait_for_payout" else {}
        return serve(200, payout(**settled))
