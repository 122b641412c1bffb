"""SERVICE on the command line: `NAME`, `NAME@REVISION` or `job:NAME`."""

from __future__ import annotations

from wizard.errors import CloudError, InputError
from wizard.network.names import check_resource_name, check_service_name
from wizard.ports import Cloud
from wizard.records import Job, Ref, Revision, Service


def parse(text: str, project: str, region: str) -> Ref:
    """The resource that is meant. Raises InputError for what cannot be a name."""
    if not text:
        raise InputError("no service is named", field="SERVICE", fix="for example my-service", code="missing_input")
    prefix, colon, job = text.partition(":")
    if colon and prefix == "job":
        check_service_name(job, field="SERVICE")
        return Ref(kind="job", project=project, location=region, name=job)
    name, at, revision = text.partition("@")
    check_service_name(name, field="SERVICE")
    if not at:
        return Ref(kind="service", project=project, location=region, name=name)
    check_resource_name(revision, field="SERVICE")
    return Ref(kind="revision", project=project, location=region, name=revision)


async def find(cloud: Cloud, ref: Ref) -> Service | Revision | Job:
    """The resource as it is now. Raises CloudError NOT_FOUND, with the names there are."""
    found = await cloud.find(ref)
    if isinstance(found, Service | Revision | Job):
        return found
    there = await cloud.jobs(ref.location) if ref.kind == "job" else await cloud.services(ref.location)
    names = ", ".join(sorted(resource.name for resource in there)[:8]) or "none"
    message = f"there is no {ref}; there: {names}"
    raise CloudError(message, status="NOT_FOUND", doing="read", resource=str(ref), fix="look at the name and --region")
