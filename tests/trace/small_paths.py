"""Small random projects as records, with all that a packet may meet on its way, for properties of the path."""

from __future__ import annotations

from typing import TypeVar

from hypothesis import strategies as st

from tests.network.worlds import ADDRESSES, NETWORKS, POLICIES, PORTS, firewalls, some
from wizard.network.routes import NETWORK, PEERING
from wizard.network.topology import Facts
from wizard.network.tracing import Goal, Origin
from wizard.records import (
    Address,
    Connector,
    ForwardingRule,
    Instance,
    Nat,
    Network,
    Peering,
    PeeringRoute,
    Route,
    Router,
    SecondaryRange,
    Subnet,
)

T = TypeVar("T")

REGION = "us-central1"
NET = "my-vpc"

ORIGINS = (
    Origin(resource="service direct", way="direct", network=NET, region=REGION, range="10.8.0.0/28", subnet="run"),
    Origin(
        resource="service tagged",
        way="direct",
        egress="all-traffic",
        network=NET,
        region=REGION,
        range="10.8.0.0/28",
        subnet="run",
        tags=("web", "app"),
        service_account="sa@x",
    ),
    Origin(resource="service con", way="connector", network=NET, region=REGION, range="10.9.0.0/28", connector="con"),
    Origin(
        resource="job con-all",
        way="connector",
        egress="all-traffic",
        network=NET,
        region=REGION,
        range="10.9.0.16/28",
        subnet="con-subnet",
        connector="two",
    ),
    Origin(resource="service alone", region=REGION),
)

ASKED = (*ADDRESSES, "10.0.0.99", "10.30.0.4", "10.40.0.4", "10.60.0.4", "10.70.0.4", "8.8.8.8", "199.36.153.8")


def _goals(addresses: tuple[str, ...]) -> st.SearchStrategy[Goal]:
    return st.builds(
        lambda address, port, protocol: Goal(
            label=address, host=address, address=address, port=port, protocol=protocol
        ),
        st.sampled_from(addresses),
        st.sampled_from(PORTS),
        st.sampled_from(("tcp", "tcp", "udp")),
    )


GOALS, MACHINES = _goals(ASKED), _goals(ADDRESSES)

_HOPS = (
    ("NEXT_HOP_INTERNET_GATEWAY", "internet"),
    ("NEXT_HOP_VPN_TUNNEL", "tunnel"),
    ("NEXT_HOP_IP", "10.0.0.3"),
    ("NEXT_HOP_IP", "10.0.0.77"),
    ("NEXT_HOP_INTERCONNECT", "attachment"),
    ("NEXT_HOP_ILB", "front"),
    (PEERING, "peering:peer"),
    ("", "from-tomorrow"),
)
_RANGES = ("0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/25", "10.30.0.0/16", "10.30.0.4/32", "199.36.153.8/30", "8.0.0.0/8")


@st.composite
def _routes(draw: st.DrawFn) -> tuple[Route, ...]:
    made = []
    for number in range(draw(st.integers(0, 5))):
        hop_type, hop = draw(st.sampled_from(_HOPS))
        made.append(
            Route(
                name=f"route-{number}",
                network=draw(st.sampled_from((NET, NET, NET, "other"))),
                range=draw(st.sampled_from(_RANGES)),
                priority=draw(st.sampled_from((0, 100, 1000, 1000))),
                next_hop=hop,
                hop_type=hop_type,
                tags=draw(some(("web", "vpc-connector"), 1)),
            )
        )
    return tuple(made)


@st.composite
def _instances(draw: st.DrawFn, *, running: bool) -> tuple[Instance, ...]:
    states = ("RUNNING",) if running else ("RUNNING", "RUNNING", "RUNNING", "TERMINATED")
    return tuple(
        Instance(
            name=f"vm-{number}",
            network=NET,
            address=address,
            tags=draw(some(("web", "db"))),
            service_accounts=draw(some(("sa@x", "sb@x"), 1)),
            status=draw(st.sampled_from(states)),
        )
        for number, address in enumerate(ADDRESSES)
        if running or draw(st.sampled_from((True, True, True, False)))
    )


def _subnets(access: bool) -> tuple[Subnet, ...]:
    named = (("run", "10.8.0.0/28"), ("machines", "10.0.0.0/23"), ("con-subnet", "10.9.0.16/28"))
    made = [Subnet(name=n, network=NET, region=REGION, range=r, private_google_access=access) for n, r in named]
    more = (SecondaryRange(name="pods", range="10.70.0.0/16"),)
    made.append(Subnet(name="far", network="other", region=REGION, range="10.50.0.0/26", secondary=more))
    return tuple(made)


@st.composite
def facts(draw: st.DrawFn, *, classic: bool = False) -> Facts:
    """One network with everything, and a second one beside it. `classic`: machines that run, and no policies."""
    network = draw(NETWORKS)
    state = draw(st.sampled_from(("ACTIVE", "ACTIVE", "INACTIVE")))
    peerings = (Peering(name="peer", network="away", project="else", state=state),)
    subnets = draw(some(("run", "con-subnet"), 1))
    nats = (Nat(name="nat", all_subnets=not subnets, subnets=subnets),) if draw(st.booleans()) else ()
    learned = draw(some(("10.30.0.0/16", "10.40.0.0/16")))
    kind = draw(st.sampled_from(("SUBNET_PEERING_ROUTE", "STATIC_PEERING_ROUTE")))
    return Facts(
        project="demo",
        networks=(Network(name=NET, policy_order=network.policy_order, peerings=peerings), Network(name="other")),
        subnets=_subnets(draw(st.booleans())),
        routes=draw(_routes()),
        peering_routes=(PeeringRoute(network=NET, peering="peer", range="10.60.0.0/16", type=kind),),
        routers=(Router(name="router", network=NET, region=REGION, nats=nats, learned=learned),),
        rules=draw(firewalls()),
        policies={} if classic else {NET: draw(POLICIES)},
        instances=draw(_instances(running=classic)),
        forwarding_rules=(
            ForwardingRule(
                name="front", network=NET, address="10.0.0.40", region=REGION, scheme="INTERNAL", all_ports=True
            ),
        ),
        addresses=(Address(name="managed", network=NET, range="10.60.0.0/24", purpose="VPC_PEERING"),),
        connectors=(
            Connector(name="con", region=REGION, network=NET, range="10.9.0.0/28"),
            Connector(name="two", region=REGION, subnet="con-subnet"),
        ),
    )


_TEXT = st.sampled_from(("", "[/x]", "a b", "\x1b[31m", "ünï", "con", "my-vpc", "x" * 300))
_RANGE = st.sampled_from(
    ("", "10.0.0.0/24", "10.0.0.3", "0.0.0.0/0", "fd00::/64", "::1", "nonsense", "[/x]", "300.1.1.1/8", "10.0.0.5/33")
)
_HOP = st.sampled_from(
    ("", NETWORK, PEERING, "NEXT_HOP_IP", "NEXT_HOP_INSTANCE", "NEXT_HOP_ILB", "NEXT_HOP_NCC_HUB", "NEXT_HOP_2031")
)
_PLACE = st.sampled_from((NET, NET, "other", "gone", "[/x]"))


@st.composite
def odd_facts(draw: st.DrawFn) -> Facts:
    """Records as no careful cloud would send them: missing and foreign ranges, words from tomorrow, doubles."""
    base = draw(facts())
    route = st.builds(Route, name=_TEXT, network=_PLACE, range=_RANGE, next_hop=_TEXT, hop_type=_HOP, type=_TEXT)
    offered = st.builds(PeeringRoute, network=_PLACE, peering=_TEXT, range=_RANGE, type=_TEXT)
    subnet = st.builds(Subnet, name=_TEXT, network=_PLACE, region=st.just(REGION), range=_RANGE)
    machine = st.builds(Instance, name=_TEXT, network=_PLACE, address=_RANGE, status=_TEXT)
    front = st.builds(
        ForwardingRule,
        name=_TEXT,
        network=_PLACE,
        address=st.sampled_from((*ADDRESSES, "", "fd00::1")),
        scheme=st.sampled_from(("INTERNAL", "INTERNAL_MANAGED", "EXTERNAL", "", "TOMORROW")),
        ports=some(("80", "80-443", "all", "", "x-y", "1-2-3"), 2),
        psc_target=st.sampled_from(("", "service")),
        backends=some(("vm-0", "gone"), 2),
        backends_known=st.booleans(),
    )
    address = st.builds(
        Address, name=_TEXT, network=_PLACE, range=_RANGE, purpose=st.sampled_from(("VPC_PEERING", "X"))
    )
    connector = st.builds(Connector, name=_TEXT, region=st.just(REGION), network=_PLACE, range=_RANGE, subnet=_TEXT)
    router = st.builds(Router, name=_TEXT, network=_PLACE, region=st.just(REGION), learned=st.tuples(_RANGE))
    return Facts(
        project=draw(_TEXT),
        networks=(*base.networks, *(draw(st.lists(st.builds(Network, name=_TEXT), max_size=1)))),
        subnets=(*base.subnets, *draw(_few(subnet))),
        routes=(*base.routes, *draw(_few(route))),
        peering_routes=(*base.peering_routes, *draw(_few(offered))),
        routers=(*base.routers, *draw(_few(router))),
        rules=(*base.rules, *base.rules[:1]),
        policies=base.policies,
        instances=(*base.instances, *draw(_few(machine))),
        forwarding_rules=(*base.forwarding_rules, *draw(_few(front))),
        addresses=(*base.addresses, *draw(_few(address))),
        connectors=(*base.connectors, *draw(_few(connector))),
        unread=draw(
            st.frozensets(st.sampled_from(("instances", "routers", "policies", "firewalls", "routes")), max_size=1)
        ),
    )


def _few(one: st.SearchStrategy[T]) -> st.SearchStrategy[list[T]]:
    return st.lists(one, max_size=2)


ODD_ORIGINS = st.builds(
    Origin,
    resource=_TEXT,
    way=st.sampled_from(("direct", "connector", "none", "tomorrow")),
    egress=st.sampled_from(("", "all-traffic", "private-ranges-only", "TOMORROW")),
    project=_TEXT,
    network=_PLACE,
    region=st.sampled_from((REGION, "", "[/x]")),
    range=_RANGE,
    subnet=_TEXT,
    connector=_TEXT,
    tags=st.tuples(_TEXT),
    service_account=_TEXT,
)

ODD_GOALS = st.builds(
    Goal,
    label=_TEXT,
    host=_TEXT,
    address=st.sampled_from(("", *ASKED, "0.0.0.0", "255.255.255.255", "240.0.0.5", "169.254.169.254", "127.0.0.1")),
    port=st.sampled_from((None, 0, 80, 65535)),
    protocol=st.sampled_from(("tcp", "UDP", "icmp", "6", "", "tomorrow")),
    kind=st.sampled_from(("address", "google_api", "run", "public", "tomorrow")),
    internal_ingress=st.booleans(),
)
