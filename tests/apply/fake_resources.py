"""What a patch does to a resource of the fake cloud: a service gets a new revision when its template changes."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from wizard.ports import ConnectorPatch, JobPatch, Patch, ServicePatch, SubnetPatch
from wizard.records import (
    AnyResource,
    Condition,
    Connector,
    EnvValue,
    FromRevision,
    Job,
    Ref,
    Revision,
    Service,
    Subnet,
    Traffic,
    Unset,
    VpcAccess,
)


def patched(resources: Mapping[Ref, AnyResource], found: AnyResource, change: Patch) -> AnyResource:
    """The resource with the owned fields set."""
    match change:
        case SubnetPatch():
            assert isinstance(found, Subnet)
            return replace(found, private_google_access=change.private_google_access)
        case ConnectorPatch():
            assert isinstance(found, Connector)
            return replace(found, min_instances=change.min_instances, max_instances=change.max_instances)
        case ServicePatch():
            assert isinstance(found, Service)
            return _patched_service(resources, found, change)
        case JobPatch():
            assert isinstance(found, Job)
            return replace(found, vpc=change.vpc)


def _patched_service(resources: Mapping[Ref, AnyResource], found: Service, change: ServicePatch) -> Service:
    """A new revision when the template changes; traffic is taken as it is sent."""
    env = {**found.env, **{name: _value(resources, found.name, name, value) for name, value in change.env.items()}}
    env = {name: value for name, value in env.items() if not isinstance(value, Unset)}
    after = replace(found, env=env)
    if isinstance(change.vpc, VpcAccess):
        after = replace(after, vpc=change.vpc)
    if isinstance(change.traffic, tuple):
        after = replace(after, traffic=change.traffic)
    if (after.vpc, after.env) != (found.vpc, found.env):
        number = int(found.latest_created.rsplit("-", 1)[1]) + 1
        name = f"{found.name}-{number:05d}"
        after = replace(after, latest_created=name, latest_ready=name)
    return after


def _value(resources: Mapping[Ref, AnyResource], service: str, name: str, value: EnvValue) -> EnvValue:
    if not isinstance(value, FromRevision):
        return value
    revisions = (r for r in resources.values() if isinstance(r, Revision) and r.service == service)
    return next(r for r in revisions if r.name == value.revision).env.get(name, Unset())


def a_service(name: str = "web", **env: EnvValue) -> Service:
    """A service with one revision that serves everything."""
    first = f"{name}-00001"
    return Service(
        name=name,
        region="r",
        etag="e0",
        env=env,
        traffic=(Traffic(percent=100),),
        latest_ready=first,
        latest_created=first,
        ready=Condition(state="SUCCEEDED"),
    )
