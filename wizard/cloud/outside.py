"""A service as anybody sees it: one request to its own URL, without credentials.

On the sandbox the request goes to the sandbox and names the service in its Host header: nothing else is contacted,
whatever proxy the environment names.
"""

from __future__ import annotations

import re
from time import monotonic

import requests

from wizard.cloud.access import AGENT, Access
from wizard.cloud.rest import Threads
from wizard.ports import Answered

_LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_URL = re.compile(rf"https://(?P<host>({_LABEL}\.)+run\.app)(?P<path>/[^\s#]*)?", re.IGNORECASE | re.ASCII)
_SECONDS = 15.0


class Outside:
    """Calls URLs of Cloud Run services."""

    def __init__(self, access: Access, threads: Threads) -> None:
        self._endpoint = access.endpoint.rstrip("/")
        self._threads = threads

    async def call(self, url: str) -> Answered:
        """What `GET url` answers. Status 0 for a URL that is not of Cloud Run, and when nothing comes."""
        parts = _URL.fullmatch(url)
        if parts is None:
            return Answered(status=0, why=f"{url} is no URL of a Cloud Run service")
        host = parts["host"].lower()
        base = self._endpoint or f"https://{host}"
        target = f"{base}{parts['path'] or '/'}"
        return await self._threads.run(lambda: _get(target, host, environment=not self._endpoint))


def _get(url: str, host: str, *, environment: bool) -> Answered:
    """`environment`: whether the proxy that the environment names is used. Only the reply's head is waited for."""
    began = monotonic()
    headers = {"Host": host, "User-Agent": AGENT}
    with requests.Session() as session:
        session.trust_env = environment
        try:
            with session.get(
                url, headers=headers, auth=_nobody, timeout=_SECONDS, allow_redirects=False, stream=True
            ) as response:
                return Answered(status=response.status_code, ms=_since(began))
        except requests.RequestException as error:
            return Answered(status=0, ms=_since(began), why=type(error).__name__)


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Adds no credentials. Without this the ones in `~/.netrc` would be sent."""
    return request


def _since(began: float) -> float:
    return round((monotonic() - began) * 1000, 1)
