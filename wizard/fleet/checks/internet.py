"""What all-traffic needs beside the subnet: Cloud NAT as today, and Private Google Access for Google's APIs."""

from __future__ import annotations

from wizard.fleet.answers import DIRECT
from wizard.fleet.draft import MigrationDraft, names, of
from wizard.fleet.ground import Ground, with_google_access
from wizard.fleet.model import Move
from wizard.fleet.ways import origins
from wizard.network.egress_modes import ALL_TRAFFIC
from wizard.network.topology import Topology
from wizard.plan.steps.connector import CreateConnector
from wizard.plan.steps.nat import CreateNat
from wizard.plan.steps.private_google_access import SetPrivateGoogleAccess
from wizard.records import Nat
from wizard.trace.facts import topology_of

_LONGEST_NAME = 59


def check_internet(draft: MigrationDraft, ground: Ground, moves: tuple[Move, ...]) -> tuple[str, ...]:
    """Steps for NAT and Private Google Access of the new subnet; their ids."""
    everything = [move for move in moves if move.user.egress == ALL_TRAFFIC]
    if ground.network is None:
        return ()
    access = _private_google_access(draft, ground, everything)
    if not everything:
        return access
    return (*access, *_nat(draft, ground, topology_of(draft.fleet.inventory), everything))


def _private_google_access(draft: MigrationDraft, ground: Ground, moves: list[Move]) -> tuple[str, ...]:
    """For all-traffic, and where today's subnet has it: private zones may lead Google's names there (facts: 5)."""
    subnet, today = ground.subnet, with_google_access(draft.fleet)
    if subnet is None or ground.new or subnet.private_google_access or not (moves or today):
        return ()
    why = f"for Google's APIs with all-traffic: {names(of(moves))}" if moves else f"as it is on {today}"
    draft.info("private_google_access", f"Private Google Access of subnet {subnet.name} is turned on, {why}")
    step = SetPrivateGoogleAccess(project=draft.fleet.project, region=draft.fleet.region, name=subnet.name)
    return (draft.add(step, subnet, after=ground.ready),)


def _nat(draft: MigrationDraft, ground: Ground, topology: Topology, moves: list[Move]) -> tuple[str, ...]:
    """As today: whoever has a way to the internet keeps one, and whoever has none gets none."""
    today = _today(draft, ground, topology, moves)
    then = _then(draft, ground, topology)
    who = names(of(moves))
    if not today:
        draft.info("nat_missing", f"all-traffic without Cloud NAT, as today: the internet is not reached by {who}")
        return ()
    if draft.answers.to == DIRECT:
        draft.info("nat_cold_start", f"with Cloud NAT a cold start may take 30 s or more longer: {who}")
    if then is not None:
        if then[0] in today:
            draft.info("nat_exists", f"router {then[0]} translates the new range to the internet as well, for {who}")
        else:
            message = f"router {then[0]} will translate to the internet instead of {', '.join(today)}, for {who}"
            draft.warn("nat_addresses", message, _ALLOW_LISTS)
        return ()
    return _create(draft, ground, today, moves)


_ALLOW_LISTS = "its public addresses are others: allow-lists outside that name today's must know them"


def _today(draft: MigrationDraft, ground: Ground, topology: Topology, moves: list[Move]) -> dict[str, Nat]:
    """The routers, with their gateways, that translate for these services now."""
    world, found = draft.fleet.inventory, {}
    for move in moves:
        origin, _ = origins(world, world, ground, move)
        serving = topology.nat(origin.network, origin.region, origin.subnet) if origin.network else None
        if serving is not None:
            found[serving[0]] = serving[1]
    return found


def _then(draft: MigrationDraft, ground: Ground, topology: Topology) -> tuple[str, Nat] | None:
    network = ground.network.name if ground.network is not None else ""
    return topology.nat(network, draft.fleet.region, _source(draft, ground))


def _source(draft: MigrationDraft, ground: Ground) -> str:
    """The subnet that packets will come from; a connector's own, empty for one on a bare range."""
    if ground.subnet is not None:
        return ground.subnet.name
    name = ground.vpc.connector.rsplit("/", 1)[-1]
    region = draft.fleet.region
    held = (c.subnet for c in draft.fleet.inventory.connectors if (c.name, c.region) == (name, region))
    steps = (planned.step for planned in draft.steps)
    made = (step.subnet for step in steps if isinstance(step, CreateConnector) and step.name == name)
    return next(held, "") or next(made, "")


def _create(draft: MigrationDraft, ground: Ground, today: dict[str, Nat], moves: list[Move]) -> tuple[str, ...]:
    who, subnet = names(of(moves)), _source(draft, ground)
    if draft.answers.nat == "leave" or not subnet or ground.network is None:
        draft.hold_back(
            "nat_missing",
            of(moves),
            f"no Cloud NAT would serve the new range, as {', '.join(today)} does today's: no internet for {who}",
            "--nat auto makes a gateway for it",
        )
        return ()
    name = f"runvpc-{subnet}"[:_LONGEST_NAME].rstrip("-")
    step = CreateNat(
        project=draft.fleet.project,
        region=draft.fleet.region,
        name=name,
        network=ground.network.name,
        subnet=subnet,
    )
    draft.warn("nat_addresses", f"a new Cloud NAT serves {who} instead of {', '.join(today)}", _ALLOW_LISTS)
    found = next((r for r in draft.fleet.inventory.routers if (r.name, r.region) == (name, step.region)), None)
    return (draft.add(step, found, after=ground.ready),)
