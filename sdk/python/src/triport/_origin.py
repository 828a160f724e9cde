"""The address of the service, checked once when a client is made."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Origin:
    is_tls: bool
    host: str
    port: int
    path: str
    """What comes before every path of the API; without a slash at its end."""


def parse_base_url(base_url: str) -> Origin:
    """Raises a ValueError that says what is wrong. Neither repeats the URL, which may hold a password."""
    url = urlsplit(base_url)
    if url.scheme not in ("http", "https") or not url.hostname:
        raise ValueError("base_url must be a URL such as https://api.triport.io")
    if url.username is not None or url.query or url.fragment:
        raise ValueError("base_url must have neither a user, nor a query, nor a fragment")
    if not url.path.isascii() or any(character <= " " for character in url.path):
        raise ValueError("the path of base_url must be percent-encoded")
    is_tls = url.scheme == "https"
    port = url.port if url.port is not None else (443 if is_tls else 80)
    return Origin(is_tls, url.hostname, port, url.path.rstrip("/"))
