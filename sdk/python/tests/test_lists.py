from __future__ import annotations

from triport import Payout, Reward

from .support import ClientTest, drop, payout, serve


def reward(**changes: object) -> dict[str, object]:
    times = {"unlocks_at": "2026-01-02T03:04:05.678Z", "granted_at": "2026-01-01T00:00:00.000Z"}
    return {
        "id": "r-1",
        "amount_micro": 5,
        "status": "pending",
        **times,
        "source": "signup",
        **changes,
    }


class Lists(ClientTest):
    def paths(self) -> list[str]:
        return [request.path.removeprefix("/v1/referrals/") for request in self.server.requests]

    def test_a_page_has_items_and_where_the_next_one_begins(self) -> None:
        self.server.script(serve(200, {"items": [payout()], "next_cursor": "abc"}))
        page = self.client.referrals.list_payouts()
        self.assertIsInstance(page.items[0], Payout)
        self.assertEqual((len(page.items), page.next_cursor), (1, "abc"))
        self.assertEqual(self.paths(), ["payouts"])

    def test_the_last_page_has_no_cursor(self) -> None:
        self.server.script(serve(200, {"items": []}))
        page = self.client.referrals.list_payouts()
        self.assertEqual((page.items, page.next_cursor), ((), None))

    def test_what_is_asked_for_is_in_the_query(self) -> None:
        self.server.script(*[serve(200, {"items": []})] * 4)
        referrals = self.client.referrals
        referrals.list_payouts(status="sent", limit=7, offset=0)
        referrals.list_payouts(status=["sent", "failed"], cursor="a+b/c=")
        referrals.list_payouts(status=[])
        referrals.list_rewards(status=(name for name in ("pending", "reversed")), limit=200)
        self.assertEqual(
            self.paths(),
            [
                "payouts?status=sent&limit=7&offset=0",
                "payouts?status=sent%2Cfailed&cursor=a%2Bb%2Fc%3D",
                "payouts?status=",
                "rewards?status=pending%2Creversed&limit=200",
            ],
        )

    def test_a_reward_is_read_whole(self) -> None:
        self.server.script(serve(200, {"items": [reward(status="paused", more=1)]}))
        [item] = self.client.referrals.list_rewards().items
        self.assertIsInstance(item, Reward)
        self.assertEqual((item.id, item.amount_micro, item.status), ("r-1", 5, "paused"))
        self.assertEqual(item.unlocks_at.isoformat(), "2026-01-02T03:04:05.678000+00:00")

    def test_times_are_read_as_rfc_3339_allows_and_given_in_utc(self) -> None:
        spellings = {
            "2026-01-02t03:04:05z": "2026-01-02T03:04:05+00:00",
            "2026-01-02T03:04:05.5Z": "2026-01-02T03:04:05.500000+00:00",
            "2026-01-02T03:04:05.123456789Z": "2026-01-02T03:04:05.123456+00:00",
            "2026-01-02T03:04:05+05:30": "2026-01-01T21:34:05+00:00",
            "2026-01-02T03:04:05-01:00": "2026-01-02T04:04:05+00:00",
        }
        self.server.script(serve(200, {"items": [reward(unlocks_at=text) for text in spellings]}))
        page = self.client.referrals.list_rewards()
        self.assertEqual(
            [item.unlocks_at.isoformat() for item in page.items], list(spellings.values())
        )

    def test_an_iterator_goes_over_all_pages_also_the_empty_ones(self) -> None:
        self.server.script(
            serve(200, {"items": [payout(id="1"), payout(id="2")], "next_cursor": "a"}),
            drop(),
            serve(200, {"items": [], "next_cursor": "b"}),
            serve(200, {"items": [payout(id="3")]}),
        )
        statuses = (status for status in ("sent", "failed"))
        ids = [item.id for item in self.client.referrals.iter_payouts(status=statuses)]
        self.assertEqual(ids, ["1", "2", "3"])
        start = "payouts?status=sent%2Cfailed"
        self.assertEqual(self.paths(), [start, *[f"{start}&cursor=a"] * 2, f"{start}&cursor=b"])

    def test_an_iterator_asks_for_a_page_only_when_it_gets_there(self) -> None:
        self.server.script(
            serve(200, {"items": [reward(id="1"), reward(id="2")], "next_cursor": "a"})
        )
        rewards = self.client.referrals.iter_rewards()
        self.assertEqual(self.paths(), [])
        self.assertEqual([next(rewards).id, next(rewards).id], ["1", "2"])
        self.assertEqual(self.paths(), ["rewards"])

    def test_an_iterator_begins_where_it_is_told_to(self) -> None:
        first = serve(200, {"items": [payout(id="1")], "next_cursor": "a"})
        self.server.script(first, serve(200, {"items": [payout(id="2")]}))
        items = self.client.referrals.iter_payouts(limit=1, offset=3, cursor="z")
        self.assertEqual([item.id for item in items], ["1", "2"])
        self.assertEqual(
            self.paths(), ["payouts?limit=1&offset=3&cursor=z", "payouts?limit=1&cursor=a"]
        )
