"""The example of the API's documentation, to the letter but for the host and the session."""

import os

TRIPORT_SESSION = os.environ["TRIPORT_SESSION"]
TRIPORT_URL = os.environ["TRIPORT_URL"]

# fmt: off
from triport import TriportClient

client = TriportClient(base_url=TRIPORT_URL, session=TRIPORT_SESSION)

payout = client.referrals.create_payout(
    amount_micro=25_000_000,
    network="solana",
    address="9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin",
)

print(payout.id, payout.status)  # "...", "requested"
