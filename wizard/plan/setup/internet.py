"""What all-traffic egress needs beside the path itself: Cloud NAT for the internet, Private Google Access for APIs."""

from __future__ import annotations

from wizard.network.egress_modes import Way, first_hop
from wizard.network.intervals import parse_found
from wizard.network.topology import Facts, Topology
from wizard.plan.setup.draft import Draft, Egress
from wizard.plan.steps.nat import CreateNat
from wizard.plan.steps.private_google_access import SetPrivateGoogleAccess
from wizard.records import Subnet

ALL_TRAFFIC = "all-traffic"

_ANY_PUBLIC = "203.0.113.1"
"""Stands for every public address (RFC 5737)."""


def report_first_hops(draft: Draft) -> None:
    """Warn of targets whose packets do not enter the network under the chosen egress mode."""
    for target in draft.targets:
        hop = first_hop(target.host, draft.answers.egress)
        if hop.way is Way.INTERNET:
            draft.warn(
                "target_outside",
                f"{target.url} is not reached through the network: {hop.reason}",
                "--egress all-traffic sends everything through it",
            )


def plan_internet(draft: Draft, egress: Egress, ready: tuple[str, ...]) -> tuple[str, ...]:
    """Steps for NAT and Private Google Access of the egress subnet; their ids. Nothing for private-ranges-only."""
    if draft.answers.egress != ALL_TRAFFIC:
        return ()
    if not egress.subnet:
        draft.block(
            "hidden_subnet_nat",
            "a connector on a bare range has a hidden subnet, which Cloud NAT cannot use: with all-traffic the service"
            " would lose the internet",
            "leave connector.bare_range false, or use egress private-ranges-only",
        )
        return ()
    _check_default_route(draft, egress)
    return (*_private_google_access(draft, egress, ready), *_nat(draft, egress, ready))


def _private_google_access(draft: Draft, egress: Egress, ready: tuple[str, ...]) -> tuple[str, ...]:
    subnet = next((s for s in draft.inventory.subnets if _is(s, draft, egress)), None)
    if subnet is None or subnet.private_google_access:
        return ()
    step = SetPrivateGoogleAccess(project=draft.project, region=draft.region, name=subnet.name)
    return (draft.add(step, subnet, after=ready),)


def _is(subnet: Subnet, draft: Draft, egress: Egress) -> bool:
    return (subnet.name, subnet.region, subnet.network) == (egress.subnet, draft.region, egress.network.name)


def _nat(draft: Draft, egress: Egress, ready: tuple[str, ...]) -> tuple[str, ...]:
    routers = [r for r in draft.inventory.routers if (r.network, r.region) == (egress.network.name, draft.region)]
    serving = _topology(draft, egress).nat(egress.network.name, draft.region, egress.subnet)
    if serving is not None:
        draft.info("nat_exists", f"router {serving[0]} already translates {egress.subnet} to the internet")
        return ()
    if draft.answers.nat == "leave":
        draft.warn(
            "no_nat",
            "all-traffic egress without Cloud NAT: public addresses will time out silently",
            "--nat auto, or egress private-ranges-only",
        )
        return ()
    name = f"runvpc-{egress.subnet}"[:59].rstrip("-")
    step = CreateNat(
        project=draft.project, region=draft.region, name=name, network=egress.network.name, subnet=egress.subnet
    )
    found = next((r for r in routers if r.name == name), None)
    return (draft.add(step, found, after=(*ready, *egress.ready)),)


def _topology(draft: Draft, egress: Egress) -> Topology:
    """What traces are made from, as far as routes and Cloud NAT of the network go."""
    facts = draft.inventory
    return Topology(
        Facts(
            project=draft.project,
            networks=(egress.network,),
            subnets=facts.subnets,
            routes=facts.routes,
            peering_routes=facts.peering_routes,
            routers=facts.routers,
        )
    )


def _check_default_route(draft: Draft, egress: Egress) -> None:
    routes = [r for r in draft.inventory.routes if r.network == egress.network.name]
    public = parse_found(_ANY_PUBLIC)
    if routes and public and _topology(draft, egress).routes(egress.network.name).choose(public[0]) is None:
        draft.warn(
            "no_default_route",
            f"network {egress.network.name} has no default route: with all-traffic the internet cannot be reached",
            "add a route to the default internet gateway, or use egress private-ranges-only",
        )
