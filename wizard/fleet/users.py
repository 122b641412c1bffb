"""Everything that uses a connector: services by template and by every revision that can get a request, and jobs.

A connector has no list of its users (only of their projects), and deleting it while one is left breaks that one
(facts: trap 11): a revision with a tag and no traffic counts as much as the newest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from wizard.fleet.labels import owner_of
from wizard.records import Connector, Job, Revision, Service, Traffic, VpcAccess

FUNCTION_LABEL = "goog-managed-by"


class Serving(Struct, frozen=True, kw_only=True):
    """A revision that uses the connector and gets `percent` of the traffic, or can be called by a tag."""

    revision: str
    percent: int = 0
    tags: tuple[str, ...] = ()


class User(Struct, frozen=True, kw_only=True):
    """A service, function or job that uses a connector.

    `template`: the next revision or execution would use it. `serving`: what uses it now, busiest first. `egress` is
    that of what uses it, in gcloud's words; `owner` what its labels say.
    """

    kind: str
    name: str
    region: str
    template: bool
    serving: tuple[Serving, ...] = ()
    egress: str = ""
    owner: str = ""


Uses = Callable[[VpcAccess, str], bool]
"""Whether these network settings, of something in this region, are those that are looked for."""


def users_of(
    connector: Connector,
    project: str,
    *,
    home: str = "",
    services: Iterable[Service] = (),
    revisions: Iterable[Revision] = (),
    jobs: Iterable[Job] = (),
) -> tuple[User, ...]:
    """The users in one project (by id), services first, by name. Revisions may be those of all services.

    `home` is the connector's own project when that is another one.
    """

    def uses(vpc: VpcAccess, region: str) -> bool:
        return is_this(connector, home or project, project, vpc.connector, region)

    return users_where(uses, services=services, revisions=revisions, jobs=jobs)


def users_where(
    uses: Uses, *, services: Iterable[Service] = (), revisions: Iterable[Revision] = (), jobs: Iterable[Job] = ()
) -> tuple[User, ...]:
    """Everything whose network settings are those that `uses` looks for, services first, by name."""
    by_service: dict[str, list[Revision]] = {}
    for revision in revisions:
        by_service.setdefault(revision.service, []).append(revision)
    there = [_service(uses, service, by_service.get(service.name, [])) for service in services]
    found = [user for user in there if user.template or user.serving]
    found += [_job(job) for job in jobs if uses(job.vpc, job.region)]
    return tuple(sorted(found, key=lambda user: (user.kind == "job", user.name)))


def _service(uses: Uses, service: Service, revisions: list[Revision]) -> User:
    reached = _reached(service)
    using = [r for r in revisions if r.name in reached and uses(r.vpc, r.region)]
    serving = [Serving(revision=r.name, percent=reached[r.name][0], tags=reached[r.name][1]) for r in using]
    template = uses(service.vpc, service.region)
    through = [service.vpc, *(r.vpc for r in using)] if template else [r.vpc for r in using]
    return User(
        kind="function" if service.labels.get(FUNCTION_LABEL) == "cloudfunctions" else "service",
        name=service.name,
        region=service.region,
        template=template,
        serving=tuple(sorted(serving, key=lambda one: (-one.percent, one.revision))),
        egress=next((vpc.egress for vpc in through if vpc.egress), ""),
        owner=owner_of(service.labels),
    )


def _job(job: Job) -> User:
    return User(
        kind="job",
        name=job.name,
        region=job.region,
        template=True,
        egress=job.vpc.egress,
        owner=owner_of(job.labels),
    )


def _reached(service: Service) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Share and tags of every revision that can get a request. What is asked for and what is in force both count."""
    found: dict[str, tuple[int, tuple[str, ...]]] = {}
    for targets in (service.traffic, service.serving):
        for name, (percent, tags) in _sums(service, targets).items():
            before, known = found.get(name, (0, ()))
            found[name] = (max(before, percent), tuple(dict.fromkeys((*known, *tags))))
    return found


def _sums(service: Service, targets: Iterable[Traffic]) -> dict[str, tuple[int, tuple[str, ...]]]:
    found: dict[str, tuple[int, tuple[str, ...]]] = {}
    for target in targets:
        name = target.revision or service.latest_ready
        percent, tags = found.get(name, (0, ()))
        if target.percent or target.tag:
            found[name] = (percent + target.percent, (*tags, target.tag) if target.tag else tags)
    return found


def is_this(connector: Connector, home: str, project: str, link: str, region: str) -> bool:
    """Whether `link`, named in `project` and `region`, is this connector of the project `home`.

    A bare name means one of the place that names it; a project given by its number counts as the connector's, which
    is the safe side.
    """
    head, _, name = link.rpartition("/")
    if name != connector.name:
        return False
    parts = head.split("/")
    place = parts[-2] if len(parts) >= 4 else region
    owner = parts[1] if len(parts) >= 4 else project
    return place == connector.region and (owner == home or owner.isdigit())
