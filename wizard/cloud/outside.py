"""A service as anybody sees it: one request to its own URL, without credentials.

On the sandbox the request goes to the sandbox and names the service in its Host header: nothing else is contacted.
"""

from __future__ import annotations

from time import monotonic
from urllib.parse import urlsplit

import requests

from wizard.cloud.access import AGENT, Access
from wizard.cloud.rest import Threads
from wizard.ports import Answered

_DOMAIN = ".run.app"
_SECONDS = 15.0


class Outside:
    """Calls URLs of Cloud Run services."""

    def __init__(self, access: Access, threads: Threads) -> None:
        self._access = access
        self._threads = threads

    async def call(self, url: str) -> Answered:
        """What `GET url` answers. Status 0 for a URL that is not of Cloud Run, and when nothing comes."""
        parts = urlsplit(url)
        host = parts.netloc.lower()
        if parts.scheme != "https" or not host.endswith(_DOMAIN):
            return Answered(status=0, why=f"{url} is no URL of a Cloud Run service")
        path = parts.path or "/"
        base = self._access.endpoint.rstrip("/") or f"https://{host}"
        return await self._threads.run(lambda: _get(f"{base}{path}", host))


def _get(url: str, host: str) -> Answered:
    began = monotonic()
    headers = {"Host": host, "User-Agent": AGENT}
    try:
        with requests.get(url, headers=headers, timeout=_SECONDS, allow_redirects=False, stream=True) as response:
            return Answered(status=response.status_code, ms=round((monotonic() - began) * 1000, 1))
    except requests.RequestException as error:
        return Answered(status=0, ms=round((monotonic() - began) * 1000, 1), why=type(error).__name__)
