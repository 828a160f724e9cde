"""Makes the models from the service's replies; fields that this version does not know are passed over."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from . import _wire as wire
from .models import Balance, Overview, Page, Payout, Reward

_Item = TypeVar("_Item")


def payout(value: object) -> Payout:
    it = wire.fields(value)
    return Payout(
        id=wire.text(it, "id"),
        user_id=wire.text(it, "user_id"),
        amount_micro=wire.integer(it, "amount_micro"),
        network=wire.text(it, "network"),
        address=wire.text(it, "address"),
        status=wire.text(it, "status"),
        requested_at=wire.moment(it, "requested_at"),
        tx_hash=wire.optional_text(it, "tx_hash"),
        note=wire.optional_text(it, "note"),
        completed_at=wire.optional_moment(it, "completed_at"),
    )


def reward(value: object) -> Reward:
    it = wire.fields(value)
    return Reward(
        id=wire.text(it, "id"),
        amount_micro=wire.integer(it, "amount_micro"),
        status=wire.text(it, "status"),
        unlocks_at=wire.moment(it, "unlocks_at"),
        granted_at=wire.moment(it, "granted_at"),
        source=wire.text(it, "source"),
    )


def overview(value: object) -> Overview:
    it = wire.fields(value)
    balance = wire.fields(it.get("balance"))
    networks = wire.items(it, "networks")
    return Overview(
        balance=Balance(
            pending_micro=wire.integer(balance, "pending_micro"),
            available_micro=wire.integer(balance, "available_micro"),
            reserved_micro=wire.integer(balance, "reserved_micro"),
            paid_out_micro=wire.integer(balance, "paid_out_micro"),
            spent_micro=wire.integer(balance, "spent_micro"),
            lifetime_micro=wire.integer(balance, "lifetime_micro"),
        ),
        min_payout_micro=wire.integer(it, "min_payout_micro"),
        networks=tuple(str(network) for network in networks),
    )


def page(item: Callable[[object], _Item]) -> Callable[[object], Page[_Item]]:
    def read(value: object) -> Page[_Item]:
        it = wire.fields(value)
        return Page(
            items=tuple(item(each) for each in wire.items(it, "items")),
            next_cursor=wire.optional_text(it, "next_cursor"),
        )

    return read


def done(value: object) -> None:
    if wire.fields(value).get("ok") is not True:
        raise ValueError("not ok")
