"""The client of Triport's referral payouts: `from triport import TriportClient`."""

from ._version import VERSION as __version__
from .client import TriportClient
from .errors import ERROR_TAGS, ApiError, ErrorTag, NetworkError, PayoutTimeoutError, TriportError
from .models import Balance, DailyLimit, Overview, Page, Payout, Reward
from .referrals import Referrals

__all__ = [
    "ERROR_TAGS",
    "ApiError",
    "Balance",
    "DailyLimit",
    "ErrorTag",
    "NetworkError",
    "Overview",
    "Page",
    "Payout",
    "PayoutTimeoutError",
    "Referrals",
    "Reward",
    "TriportClient",
    "TriportError",
    "__version__",
]
