"""What schemathesis cannot know of this service: how callers are signed in, and what there is."""

import itertools
import os
import re
import time

import schemathesis
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from requests import PreparedRequest
from requests.auth import AuthBase

COOKIE = os.environ["COOKIE"]
PAYOUTS = itertools.cycle(os.environ["PAYOUTS"].split())

OTHER_USER = os.environ["OTHER_USER"]

UUID_V7 = re.compile(
    r"([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-.{12}", re.IGNORECASE
)
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
HOUR_MS = 3_600_000


class Session(AuthBase):
    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["cookie"] = COOKIE
        return request


class Signature(AuthBase):
    """Of the request as it leaves, by the local operator, whose access key is its own secret."""

    signer = SigV4Auth(Credentials("local", "local"), "execute-api", "us-east-1")

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        # Only so is a blank signed as it is sent; a plus sign is %2B here.
        request.url = (request.url or "").replace("+", "%20")
        signed = AWSRequest(request.method, request.url, data=request.body)
        self.signer.add_auth(signed)
        request.headers.update(signed.headers)
        return request


schemathesis.auth.set_from_requests(Session()).apply_to(path_regex="^/v1/referrals/")
schemathesis.auth.set_from_requests(Signature()).apply_to(path_regex="^/v1/admin/")


@schemathesis.hook
def before_call(context, case, kwargs):
    """
    Names a payout that there is where the document's example or chance names one that might be. An
    operator who asks for such an id waits until the function's deadline: its index may be late. Who
    is frozen or thawed is a user who asks for nothing.
    """
    parameters = case.path_parameters or {}
    match = UUID_V7.fullmatch(str(parameters.get("id")))
    if match and abs(int(match[1] + match[2], 16) - time.time() * 1000) > HOUR_MS:
        parameters["id"] = next(PAYOUTS)
    if case.operation.path.endswith(("/frozen", "/thawed")) and UUID.fullmatch(
        str(parameters.get("user_id"))
    ):
        parameters["user_id"] = OTHER_USER


BY_DATA = {
    "payout_below_min",
    "payout_address_invalid",
    "idempotency_key_reused",
    "amount_mismatch",
    "balance_insufficient",
    "approval_required",
    "account_frozen",
}
"""What a request that fits its schema may be refused for, beside 404 and 409."""

BEYOND_SCHEMA = {"cursor", "tx_hash", "note", "internal_note"}
"""
Fields of which no portable JSON Schema says all: a cursor was handed out, a hash is one of the
payout's network, and people see a character of a note.
"""


OF_PAYOUT = {
    "/approved": {"amount_micro", "address"},
    "/attempts": {"kind", "sender", "safe", "hash", "safe_tx_hash", "signature"}
    | {"nonce", "last_valid_block_height"},
    "/reviewed": {"dead"},
}
"""Fields that are the payout's own, or follow from its network."""


@schemathesis.check
def refused_by_data(ctx, response, case):
    if response.status_code not in (400, 403, 422) or not case.meta.generation.mode.is_positive:
        return
    said = response.json()
    # No JSON in which a name is the prototype's is taken, wherever it stands.
    if said.get("error") == "invalid_json" and b"__proto__" in (response.request.body or b""):
        return
    _, step = case.operation.path.rsplit("/", 1)
    beyond = BEYOND_SCHEMA | OF_PAYOUT.get(f"/{step}", set())
    assert said.get("error") in BY_DATA or said.get("field") in beyond, said
