"""The connector path: an existing connector, or a new one on a /28 subnet of its own (or on a bare range)."""

from __future__ import annotations

from functools import partial

from wizard.advice.cost import connector_cost
from wizard.advice.sizing import throughput
from wizard.errors import InputError
from wizard.network import names
from wizard.plan.setup.addresses import choose_range
from wizard.plan.setup.draft import Draft, Egress
from wizard.plan.setup.subnets import named_subnet, own_subnet
from wizard.plan.step import Cost
from wizard.plan.steps._service_words import short
from wizard.plan.steps.connector import CreateConnector
from wizard.records import Connector, Network, Subnet

PREFIX = 28
"""A connector's range is exactly a /28 (facts: 1.4)."""


def plan_connector(draft: Draft, network: Network, ready: tuple[str, ...]) -> Egress | None:
    """Steps for the connector; None after a blocking finding."""
    name = (
        draft.answers.connector.name or _now(draft, network) or names.new_connector_name(f"{draft.answers.service}-vpc")
    )
    existing = _named(draft, name)
    if existing is not None and existing.state != "ERROR":
        return _reuse(draft, network, existing, ready)
    try:
        names.check_new_connector_name(name)
    except InputError as error:
        draft.block("connector_name", error.message, error.fix)
        return None
    if draft.answers.connector.bare_range:
        return _on_bare_range(draft, network, name, existing, ready)
    return _on_subnet(draft, network, name, existing, ready)


def _named(draft: Draft, name: str) -> Connector | None:
    return next((c for c in draft.inventory.connectors if (c.name, c.region) == (name, draft.region)), None)


def _now(draft: Draft, network: Network) -> str:
    """The connector that the service has, when it leads to this network and works."""
    service = draft.inventory.service
    found = _named(draft, short(service.vpc.connector)) if service is not None else None
    if found is None or found.state == "ERROR":
        return ""
    subnet = _subnet_of(draft, found)
    return found.name if (subnet.network if subnet else found.network) == network.name else ""


def _reuse(draft: Draft, network: Network, existing: Connector, ready: tuple[str, ...]) -> Egress | None:
    subnet = _subnet_of(draft, existing)
    home = subnet.network if subnet else existing.network
    if home != network.name:
        draft.block(
            "connector_elsewhere",
            f"connector {existing.name} is in network {home}, not in {network.name}",
            "another --connector-name, or the other --network",
        )
        return None
    step = CreateConnector(
        project=draft.project,
        region=draft.region,
        name=existing.name,
        network=existing.network,
        range=existing.range,
        subnet=existing.subnet,
        machine_type=existing.machine_type,
        min_instances=existing.min_instances,
        max_instances=existing.max_instances,
    )
    id_ = draft.add(step, existing, after=ready)
    source = subnet.range if subnet else existing.range
    return _egress(draft, network, existing.name, source, subnet.name if subnet else "", (id_,))


def _subnet_of(draft: Draft, connector: Connector) -> Subnet | None:
    places = (connector.subnet, connector.region)
    return next((s for s in draft.inventory.subnets if connector.subnet and (s.name, s.region) == places), None)


def _on_bare_range(
    draft: Draft, network: Network, name: str, broken: Connector | None, ready: tuple[str, ...]
) -> Egress | None:
    chosen = choose_range(draft, network, PREFIX)
    if chosen is None:
        return None
    draft.info(
        "hidden_subnet",
        "a bare range puts the connector into a hidden subnet: it cannot be used in firewall rules or NAT",
        "connector.bare_range = false gives it a subnet with a name",
    )
    step = _step(draft, name, network=network.name, range_=chosen)
    return _egress(draft, network, name, chosen, "", (draft.add(step, broken, after=ready),))


def _on_subnet(
    draft: Draft, network: Network, name: str, broken: Connector | None, ready: tuple[str, ...]
) -> Egress | None:
    if draft.answers.subnet:
        subnet = named_subnet(draft, network, partial(_problem, draft))
        if subnet is None:
            return None
        id_ = draft.add(_step(draft, name, subnet=subnet.name), broken, after=ready)
        return _egress(draft, network, name, subnet.range, subnet.name, (id_,))
    chosen = choose_range(draft, network, PREFIX)
    if chosen is None:
        return None
    make = own_subnet(draft, network, f"{name}-subnet", chosen, "the connector alone")
    made = draft.add(make, after=ready)
    id_ = draft.add(_step(draft, name, subnet=make.name), broken, after=(*ready, made))
    return _egress(draft, network, name, chosen, make.name, (made, id_))


def _problem(draft: Draft, subnet: Subnet) -> str:
    """Why a connector cannot have this subnet: it needs exactly a /28, for itself alone (facts: 1.4)."""
    if not subnet.range.endswith(f"/{PREFIX}"):
        return f"its range is {subnet.range}; a connector needs exactly a /{PREFIX}"
    place = (subnet.name, subnet.region)
    for connector in draft.inventory.connectors:
        if (connector.subnet, connector.region) == place:
            return f"connector {connector.name} already uses it"
    for machine in draft.inventory.instances:
        if (machine.subnet, machine.network) == (subnet.name, subnet.network):
            return f"VM {machine.name} is in it; a connector needs it for itself"
    return ""


def _step(draft: Draft, name: str, *, subnet: str = "", network: str = "", range_: str = "") -> CreateConnector:
    size = draft.answers.connector
    carries = throughput(size.machine_type, size.min_instances, size.max_instances)
    words = f"{size.machine_type} x {size.min_instances} to {size.max_instances}"
    draft.info(
        "connector_size",
        f"{words}: about {carries.mbps_min} to {carries.mbps_max} Mbps ({carries.basis}); it grows and never shrinks",
    )
    price = connector_cost(size.machine_type, size.min_instances, size.max_instances, draft.region)
    return CreateConnector(
        project=draft.project,
        region=draft.region,
        name=name,
        network=network,
        range=range_,
        subnet=subnet,
        machine_type=size.machine_type,
        min_instances=size.min_instances,
        max_instances=size.max_instances,
        price=Cost(monthly_usd_min=price.usd_min, monthly_usd_max=price.usd_max, basis=price.basis),
    )


def _egress(draft: Draft, network: Network, name: str, range_: str, subnet: str, ready: tuple[str, ...]) -> Egress:
    """Packets of a connector carry both of its network tags (facts: 1.6)."""
    tags = ("vpc-connector", f"vpc-connector-{draft.region}-{name}")
    return Egress(
        network=network, kind="connector", range=range_, subnet=subnet, connector=name, tags=tags, ready=ready
    )
