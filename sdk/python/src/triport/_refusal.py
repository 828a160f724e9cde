"""Reads the answers that say no: the service's own, or whatever a gateway says in its place."""

from __future__ import annotations

from ._exchange import Reply
from ._retry import parse_retry_after
from ._wire import Fields, fields, parse_json
from .errors import ApiError


def refusal(reply: Reply, now: float) -> ApiError:
    """`now` is in seconds since 1970."""
    body = _envelope(reply.body)
    tag = _text(body, "error")
    request_id = _text(body, "request_id") or reply.request_id
    if 300 <= reply.status < 400:
        # Following it would hand the session to whoever it names.
        said = "The answer is a redirection, and this client follows none."
    else:
        said = _text(body, "message") or "The answer names no reason."
    where = f"HTTP {reply.status}" + (f", request {request_id}" if request_id else "")
    return ApiError(
        f"{tag}: {said} ({where})" if tag else f"{said} ({where})",
        tag=tag,
        status=reply.status,
        request_id=request_id,
        retry_after=parse_retry_after(reply.headers.get("retry-after"), now),
    )


def _envelope(body: bytes) -> Fields:
    try:
        return fields(parse_json(body))
    except ValueError:
        return {}


def _text(body: Fields, name: str) -> str | None:
    value = body.get(name)
    return value if isinstance(value, str) and value else None
