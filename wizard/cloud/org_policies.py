"""Effective organisation policies of a project, over REST (Organization Policy API v2).

Google's client library for it is not among the dependencies.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from wizard.cloud.calls import Caller
from wizard.cloud.rest import Body, Rest
from wizard.records import PolicyValues

_API = "orgpolicy.googleapis.com"


class OrgPolicies:
    """Those that hold for one project. Every method raises CloudError."""

    def __init__(self, rest: Rest, caller: Caller, project: str) -> None:
        self._rest = rest
        self._caller = caller
        self._project = project

    async def allowed_values(self, constraint: str) -> PolicyValues | None:
        """What a list constraint (`run.allowedVPCEgress`) lets pass here; None when it lets everything pass."""
        path = f"v2/projects/{quote(self._project, safe='')}/policies/{quote(constraint, safe='')}:getEffectivePolicy"

        async def send(timeout: float) -> Body:
            return await self._rest.send(timeout, "GET", _API, path)

        return policy_values(await self._caller.read(f"read what {constraint} allows", f"policy {constraint}", send))


def policy_values(body: Body) -> PolicyValues | None:
    """A policy's JSON as a record; None for one without restrictions. Values may be written `is:VALUE`."""
    found = (body.get("spec") or {}).get("rules") or ()
    rules = [rule for rule in found if isinstance(rule, dict)]
    if any(rule.get("denyAll") for rule in rules):
        return PolicyValues(allowed=())
    values = [rule.get("values") or {} for rule in rules]
    allowed = _plain(text for one in values for text in one.get("allowedValues") or ())
    denied = _plain(text for one in values for text in one.get("deniedValues") or ())
    every = not allowed or any(rule.get("allowAll") for rule in rules)
    return None if every and not denied else PolicyValues(allowed=None if every else allowed, denied=denied)


def _plain(texts: Iterable[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(text).removeprefix("is:") for text in texts))
