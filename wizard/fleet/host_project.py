"""Shared VPC: the network is another project's. What may be done from here, and what its administrators must do."""

from __future__ import annotations

import re

from wizard.fleet.answers import CONNECTOR
from wizard.fleet.draft import MigrationDraft
from wizard.records import VpcAccess

_SUBNET = re.compile(r"projects/(?P<project>[^/]+)/regions/(?P<region>[^/]+)/subnetworks/(?P<name>[^/]+)")
_CONNECTOR = re.compile(r"projects/(?P<project>[^/]+)/locations/[^/]+/connectors/[^/]+")


def host_of(draft: MigrationDraft) -> str:
    """The project that has the network, when it is another one; else empty."""
    own, answers, connector = draft.fleet.project, draft.answers, draft.fleet.connector
    pattern, link = (_CONNECTOR, answers.connector) if answers.to == CONNECTOR else (_SUBNET, answers.subnet)
    named = pattern.fullmatch(link)
    if named is not None:
        return named["project"] if named["project"] != own else ""
    shared = connector.subnet_project if connector is not None else ""
    places = (shared, draft.fleet.home if connector is not None else "")
    return next((project for project in places if project not in ("", own)), "")


def host_ground(draft: MigrationDraft, host: str) -> VpcAccess | None:
    """The settings that lead into the host project's network; None after a blocking finding."""
    answers = draft.answers
    vpc = _connector(draft, host) if answers.to == CONNECTOR else _subnet(draft, host)
    if vpc is not None:
        draft.warn(
            "not_checked",
            f"the network is project {host}'s: its firewall, addresses, routes and Cloud NAT are not checked from here",
            "the probe tells before anything changes; plan with the rights to read the host project's network there",
        )
    return vpc


def _connector(draft: MigrationDraft, host: str) -> VpcAccess | None:
    link = draft.answers.connector
    if _CONNECTOR.fullmatch(link):
        return VpcAccess(connector=link)
    place = f"projects/{host}/locations/{draft.fleet.region}"
    return VpcAccess(connector=f"{place}/connectors/{link}") if link else None


def _subnet(draft: MigrationDraft, host: str) -> VpcAccess | None:
    answers, region = draft.answers, draft.fleet.region
    found = _SUBNET.fullmatch(answers.subnet)
    if found is None:
        draft.block(
            "subnet_missing",
            f"the connector's network is project {host}'s (Shared VPC): no subnet can be made there from here",
            f"--subnet projects/{host}/regions/{region}/subnetworks/NAME, one that its administrators share",
        )
        return None
    if found["region"] != region:
        message = f"subnet {found['name']} cannot be used: it is in {found['region']}, not in {region}"
        draft.block("subnet_unusable", message, f"a subnet in {region}")
        return None
    _report_rights(draft, host, found["name"])
    name = answers.network.rsplit("/", 1)[-1]
    network = f"projects/{host}/global/networks/{name}" if name else ""
    return VpcAccess(network=network, subnet=answers.subnet, tags=answers.tags)


def _report_rights(draft: MigrationDraft, host: str, subnet: str) -> None:
    """Direct VPC egress allocates addresses as the service project's Cloud Run service agent (facts: 2.4)."""
    project, region = draft.fleet.project, draft.fleet.region
    agent = f'service-"$(gcloud projects describe {project} --format="value(projectNumber)")"'
    member = f"--member=serviceAccount:{agent}@serverless-robot-prod.iam.gserviceaccount.com"
    draft.warn(
        "shared_vpc_rights",
        f"the Cloud Run service agent of {project} must be allowed to use subnet {subnet} of {host};"
        " whether it is cannot be read from here",
        f"for an administrator of {host}: gcloud compute networks subnets add-iam-policy-binding {subnet}"
        f" --project={host} --region={region} {member} --role=roles/compute.networkUser;"
        " and roles/compute.networkViewer on the project",
    )
