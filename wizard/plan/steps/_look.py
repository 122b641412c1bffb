"""Looking at a service whose new revision gets some of the traffic: is all well, now and for a while?"""

from __future__ import annotations

import asyncio
from time import monotonic
from urllib.parse import urlsplit

from msgspec import Struct

from wizard.plan.step import Outcome
from wizard.plan.steps import _service_words as words
from wizard.plan.steps._split import Split, revision_under, shares
from wizard.ports import Cloud
from wizard.records import Ref, Revision, Service, VpcAccess

_PAUSE = 2.0
"""Seconds between two looks."""

_AGAIN = 1.0
"""Seconds until a worse answer is asked for again."""

_SERVER_ERROR = 500
_TOO_MANY = 429


class Look(Struct, frozen=True, kw_only=True):
    """What is looked at: traffic as `split`, the revision under `tag` with `vpc`, ready, and answering its own URL.

    `calls` per look, none when `normal`, the status that the service answered before the migration, is 0. A worse
    answer is asked for again until `patience` seconds have passed: the network of a fresh instance takes its time.
    """

    service: Ref
    split: Split
    tag: str
    vpc: VpcAccess
    calls: int = 0
    normal: int = 0
    patience: float = 0.0


async def look_for(cloud: Cloud, look: Look, found: object, seconds: float) -> Outcome:
    """The first look that is not well, or the last one when `seconds` have passed."""
    end = monotonic() + seconds
    while True:
        outcome = await _once(cloud, look, found)
        left = end - monotonic()
        if outcome.error or left <= 0:
            return outcome
        await asyncio.sleep(min(_PAUSE, left))
        found = await cloud.find(look.service)


async def _once(cloud: Cloud, look: Look, found: object) -> Outcome:
    if not isinstance(found, Service):
        return Outcome(error=f"service {look.service.name} is gone", code="not_found")
    if shares(found.traffic) != shares(look.split):
        now = words.traffic_words(found.traffic)
        return Outcome(error=f"traffic is not as it was set; it is {now}", code="not_applied")
    name = revision_under(found, look.tag)
    revision = await cloud.find(revision_ref(look.service, name)) if name else None
    if not isinstance(revision, Revision):
        return Outcome(error=f"the tag {look.tag} is gone: somebody else moved it", code="not_applied")
    if not words.same_vpc(revision.vpc, look.vpc):
        return Outcome(error=f"{name} does not have the new settings", code="not_applied")
    if revision.ready.state not in ("SUCCEEDED", ""):
        why = revision.ready.message or revision.ready.reason or revision.ready.state
        return Outcome(error=f"{name} is not ready any more: {why}", code="revision_not_ready")
    return await _call(cloud, look, tag_url(found.uri, look.tag), name)


async def _call(cloud: Cloud, look: Look, url: str, revision: str) -> Outcome:
    if not look.normal or not look.calls or not url:
        return Outcome(observed=f"{revision} is ready")
    began, waited = monotonic(), 0.0
    for _ in range(look.calls):
        answer = await cloud.call(url)
        while is_worse(answer.status, look.normal) and monotonic() - began < look.patience:
            await asyncio.sleep(_AGAIN)
            answer, waited = await cloud.call(url), monotonic() - began
        if is_worse(answer.status, look.normal):
            met = f"HTTP {answer.status}" if answer.status else answer.why or "no answer"
            return Outcome(
                error=f"{revision} answers {met} at its own URL; the service answered HTTP {look.normal} before",
                code="answers_worse",
                fix="its log tells why: `gcloud run services logs read`; traffic goes back to the earlier revision",
            )
    slow = f", after {waited:.0f} s" if waited >= 1 else ""
    return Outcome(observed=f"{revision} answers as before{slow}")


def is_worse(status: int, normal: int) -> bool:
    """Whether an answer means trouble that was not there before: none at all, an error of the server, no instance."""
    trouble = status == 0 or status == _TOO_MANY or status >= _SERVER_ERROR
    return trouble and normal < _SERVER_ERROR


def tag_url(uri: str, tag: str) -> str:
    """The URL of what a tag means; empty when the service has none."""
    host = urlsplit(uri).netloc
    return f"https://{tag}---{host}" if host else ""


def revision_ref(service: Ref, revision: str) -> Ref:
    """The revision of a service by its short name."""
    return Ref(kind="revision", project=service.project, location=service.location, name=f"{service.name}/{revision}")
