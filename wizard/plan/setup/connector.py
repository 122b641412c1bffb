"""The connector path: an existing connector, or a new one on a /28 subnet of its own (or on a bare range)."""

from __future__ import annotations

from wizard.advice.cost import connector_cost
from wizard.errors import InputError
from wizard.network import names
from wizard.plan.setup.addresses import choose_range, own_subnet_name
from wizard.plan.setup.draft import Draft, Egress
from wizard.plan.step import Cost
from wizard.plan.steps.connector import CreateConnector
from wizard.plan.steps.subnet import CreateSubnet
from wizard.records import Connector, Network, Subnet

PREFIX = 28
"""A connector's range is exactly a /28 (facts: 1.4)."""


def plan_connector(draft: Draft, network: Network, ready: tuple[str, ...]) -> Egress | None:
    """Steps for the connector; None after a blocking finding."""
    name = draft.answers.connector.name or names.new_connector_name(f"{draft.answers.service}-vpc")
    existing = next((c for c in draft.inventory.connectors if (c.name, c.region) == (name, draft.region)), None)
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
        subnet = _existing_subnet(draft, network, draft.answers.subnet)
        if subnet is None:
            return None
        id_ = draft.add(_step(draft, name, subnet=subnet.name), broken, after=ready)
        return _egress(draft, network, name, subnet.range, subnet.name, (id_,))
    chosen = choose_range(draft, network, PREFIX)
    if chosen is None:
        return None
    make = CreateSubnet(
        project=draft.project,
        region=draft.region,
        name=own_subnet_name(draft, f"{name}-subnet"),
        network=network.name,
        range=chosen,
        use="the connector alone",
        private_google_access=draft.answers.egress == "all-traffic",
    )
    made = draft.add(make, after=ready)
    id_ = draft.add(_step(draft, name, subnet=make.name), broken, after=(*ready, made))
    return _egress(draft, network, name, chosen, make.name, (made, id_))


def _existing_subnet(draft: Draft, network: Network, name: str) -> Subnet | None:
    """The named subnet if a connector may use it; else None after a blocking finding that says why not."""
    subnet = next((s for s in draft.inventory.subnets if (s.name, s.region) == (name, draft.region)), None)
    if subnet is None:
        elsewhere = sorted(s.region for s in draft.inventory.subnets if s.name == name)
        where = f"; one of that name is in {', '.join(elsewhere)}" if elsewhere else ""
        draft.block("subnet_missing", f"there is no subnet {name} in {draft.region}{where}", "--subnet NAME")
        return None
    user = next((c for c in draft.inventory.connectors if (c.subnet, c.region) == (name, draft.region)), None)
    machine = next((i for i in draft.inventory.instances if i.subnet == name and i.network == network.name), None)
    problem = (
        f"it is in network {subnet.network}, not {network.name}"
        if subnet.network != network.name
        else f"its range is {subnet.range}; a connector needs exactly a /{PREFIX}"
        if not subnet.range.endswith(f"/{PREFIX}")
        else f"its purpose is {subnet.purpose}, not PRIVATE"
        if subnet.purpose != "PRIVATE"
        else f"connector {user.name} already uses it"
        if user
        else f"VM {machine.name} is in it; a connector needs it for itself"
        if machine
        else ""
    )
    if problem:
        draft.block("subnet_unusable", f"subnet {name} cannot hold the connector: {problem}", "leave subnet empty")
        return None
    return subnet


def _step(draft: Draft, name: str, *, subnet: str = "", network: str = "", range_: str = "") -> CreateConnector:
    size = draft.answers.connector
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
