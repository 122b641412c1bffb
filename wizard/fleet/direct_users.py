"""Everything that has Direct VPC egress into a network: those that could go (back) to a connector."""

from __future__ import annotations

from collections.abc import Iterable

from wizard.fleet.users import User, users_where
from wizard.records import Job, Revision, Service, Subnet, VpcAccess


def direct_users(
    project: str,
    *,
    network: str = "",
    subnet: str = "",
    subnets: Iterable[Subnet] = (),
    services: Iterable[Service] = (),
    revisions: Iterable[Revision] = (),
    jobs: Iterable[Job] = (),
) -> tuple[User, ...]:
    """The users in one project (by id), by template and by every revision that can get a request; services first.

    `network` and `subnet` are short names or `projects/…` links; empty means any. `subnets` are those of the project:
    they tell the network of settings that name only a subnet (facts: 6.1).
    """
    of_subnet = {(one.region, one.name): one.network for one in subnets}

    def uses(vpc: VpcAccess, region: str) -> bool:
        if vpc.kind != "direct":
            return False
        own = vpc.network or _sibling(vpc.subnet, of_subnet.get((region, _name(vpc.subnet)), ""), project)
        by_subnet = not subnet or _same(vpc.subnet or vpc.network, subnet, project)
        return by_subnet and (not network or _same(own, network, project))

    return users_where(uses, services=services, revisions=revisions, jobs=jobs)


def _sibling(subnet: str, network: str, project: str) -> str:
    """The network of a subnet that is named without it. One of another project is not among ours: it counts as any."""
    return network if _owner(subnet, project) == project else ""


def _same(one: str, other: str, project: str) -> bool:
    """Whether two names or links mean the same; an unknown one does, which is the side that shows it."""
    return not one or (_name(one) == _name(other) and _owner(one, project) == _owner(other, project))


def _name(link: str) -> str:
    return link.rsplit("/", 1)[-1]


def _owner(link: str, project: str) -> str:
    _, found, rest = link.partition("projects/")
    return rest.split("/", 1)[0] if found else project
