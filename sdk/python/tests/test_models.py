from __future__ import annotations

import copy
import pickle
import unittest
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from triport import Balance, Overview, Page, Payout, Reward

NOW = datetime(2026, 11, 25, tzinfo=timezone.utc)
PAYOUT = Payout("1", "2", 25_000_000, "solana", "9xQ", "requested", NOW)
BALANCE = Balance(0, 1, 2, 3, 4, 10)
MODELS: list[Any] = [
    PAYOUT,
    BALANCE,
    Overview(BALANCE, 10_000_000, ("solana",)),
    Reward("1", 5, "pending", NOW, NOW, "signup"),
    Page((PAYOUT,), None),
    Page[Payout](items=(PAYOUT,), next_cursor="a"),
]


class Models(unittest.TestCase):
    """What a user's own tests do with the models."""

    def test_a_page_can_be_made_of_a_type(self) -> None:
        page = Page[Payout](items=(PAYOUT,), next_cursor=None)
        self.assertEqual(page, Page((PAYOUT,), None))
        self.assertEqual((page.items, page.next_cursor), ((PAYOUT,), None))

    def test_no_attribute_can_be_set_added_taken_away_or_misspelt(self) -> None:
        for model in MODELS:
            for name in (*model.__dataclass_fields__, "colour"):
                with self.subTest(model=type(model).__name__, name=name):
                    with self.assertRaises(AttributeError):
                        setattr(model, name, 5)
                    with self.assertRaises(AttributeError):
                        delattr(model, name)
            with self.assertRaises(AttributeError):
                model.colour  # noqa: B018

    def test_models_are_compared_hashed_copied_and_stored(self) -> None:
        for model in MODELS:
            with self.subTest(type(model).__name__):
                for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
                    self.assertEqual((twin, hash(twin)), (model, hash(model)))
        self.assertEqual(replace(PAYOUT, status="sent").status, "sent")
