"""Who still uses a connector, looked up just before it is deleted: its list of users is nowhere (facts: trap 11)."""

from __future__ import annotations

import asyncio

from wizard.ports import Cloud
from wizard.records import Ref, Service

_EVERY = "-"
"""In place of a service: the revisions of every one."""


async def holders_of(cloud: Cloud, connector: Ref) -> tuple[str, ...]:
    """Names of services, of their revisions that can get a request, and of jobs. A short name counts as this one.

    Raises CloudError when they cannot be listed.
    """
    region = connector.location
    services, revisions, jobs = await asyncio.gather(
        cloud.services(region), cloud.revisions(region, _EVERY), cloud.jobs(region)
    )
    reached = {name for service in services for name in _reached(service)}
    found = [f"service {s.name}" for s in services if _is(connector, s.vpc.connector)]
    found += [f"revision {r.name}" for r in revisions if r.name in reached and _is(connector, r.vpc.connector)]
    found += [f"job {job.name}" for job in jobs if _is(connector, job.vpc.connector)]
    return tuple(found)


def _reached(service: Service) -> set[str]:
    targets = (*service.traffic, *service.serving)
    return {t.revision or service.latest_ready for t in targets if t.percent or t.tag}


def _is(connector: Ref, link: str) -> bool:
    """Whether a template's connector may be this one; the project is not compared, which is the safe side."""
    parts = link.split("/")
    if parts[-1] != connector.name:
        return False
    return len(parts) < 4 or parts[-3] == connector.location
