"""The client: where the service is, who asks, and how patiently."""

from __future__ import annotations

import ssl

from ._arguments import seconds, session_cookie, whole
from ._connections import Pool, parse_base_url
from ._exchange import Exchange
from ._retry import Clock
from ._transport import Transport
from ._version import VERSION
from .referrals import Referrals


class TriportClient:
    """
    A client of one user; threads may share it. Use it in a `with` statement, or close it, to close
    its connections early.

    `session` is the value of the console's `nl_session` cookie. `timeout` bounds one attempt, in
    seconds, from the look-up of the host's name to the last byte; the default is longer than the
    service itself ever takes. `max_retries` is how often a call that failed for no fault of its own
    is sent again. `ssl_context` takes the place of the default one, which trusts the platform's
    certificate authorities alone. Raises TypeError and ValueError, which repeat none of these.

    Example:
        >>> with TriportClient(base_url=URL, session="local-demo-session") as client:
        ...     client.referrals.get_overview().balance.available_micro
        1000000000
    """

    referrals: Referrals

    def __init__(
        self,
        *,
        base_url: str = "https://api.triport.io",
        session: str | None = None,
        timeout: float = 20.0,
        max_retries: int = 4,
        ssl_context: ssl.SSLContext | None = None,
        _clock: Clock | None = None,
    ) -> None:
        if seconds("timeout", timeout) == 0:
            raise ValueError("timeout must be above 0")
        if whole("max_retries", max_retries) < 0:
            raise ValueError("max_retries must not be negative")
        if not isinstance(ssl_context, (ssl.SSLContext, type(None))):
            raise TypeError("ssl_context must be an ssl.SSLContext")
        clock = _clock or Clock()
        origin = parse_base_url(base_url)
        headers = {"accept": "application/json", "user-agent": f"triport-sdk-python/{VERSION}"}
        if session is not None:
            headers["cookie"] = session_cookie(session)
        self._base_url = base_url
        self._pool = Pool(origin, ssl_context)
        exchange = Exchange(self._pool, origin.path, timeout, clock.monotonic)
        self.referrals = Referrals(Transport(exchange, headers, max_retries, clock))

    def close(self) -> None:
        """
        Closes the connections, those in use once their response is there. No call can be made
        afterwards.

        Example:
            >>> client.close()
        """
        self._pool.close()

    def __enter__(self) -> TriportClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        # Without the session, which is as good as a password.
        return f"TriportClient(base_url={self._base_url!r})"
