"""Who has an address: exactly, by an alias range, behind a forwarding rule, or in a range kept for somebody."""

from __future__ import annotations

import pytest

from wizard.network.hosts import Hosts
from wizard.records import Address, ForwardingRule, Instance, SecondaryRange, Subnet

SUBNET = Subnet(
    name="machines",
    network="n",
    region="r",
    range="10.0.0.0/24",
    secondary=(SecondaryRange(name="pods", range="10.4.0.0/16"),),
)
MACHINES = (
    Instance(name="vm", network="n", address="10.0.0.3", tags=("db",), alias_ranges=("10.4.1.0/24", "fd00::/64")),
    Instance(name="two", network="n", address="10.0.0.4"),
    Instance(name="two", network="m", address="10.9.0.4", alias_ranges=("10.4.2.0/24",), status="TERMINATED"),
)
FRONT = ForwardingRule(
    name="front", network="n", address="10.0.0.20", scheme="INTERNAL", backends=("vm", "gone"), backends_known=True
)
HOSTS = Hosts(
    MACHINES, (FRONT,), (Address(name="psa", network="n", range="10.9.0.0/16", purpose="VPC_PEERING"),), (SUBNET,)
)


@pytest.mark.parametrize(
    ("network", "address", "name", "kind", "known"),
    [
        ("n", "10.0.0.3", "vm", "instance", True),
        ("n", "10.4.1.77", "vm", "instance", True),
        ("n", "10.4.9.9", "range pods of machines", "alias", False),
        ("m", "10.4.2.1", "two", "instance", True),
        ("n", "10.9.0.4", "psa", "managed", True),
        ("n", "10.0.0.20", "front", "passthrough", False),
    ],
)
def test_who_has_it(network: str, address: str, name: str, kind: str, known: bool) -> None:
    host = HOSTS.find(network, address)
    assert host is not None
    assert (host.name, host.kind, host.known) == (name, kind, known)


def test_a_vm_is_the_same_machine_behind_its_alias_range() -> None:
    host = HOSTS.find("n", "10.4.1.77")
    assert host is not None
    assert host.machines[0].tags == ("db",)
    stopped = HOSTS.find("m", "10.4.2.1")
    assert stopped is not None
    assert not stopped.running


@pytest.mark.parametrize(("network", "address"), [("n", "10.0.0.99"), ("m", "10.0.0.3"), ("n", "10.4"), ("x", "")])
def test_nobody(network: str, address: str) -> None:
    assert HOSTS.find(network, address) is None
