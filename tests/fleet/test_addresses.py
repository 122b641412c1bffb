"""Whether the subnet has room: alone, all together, beside neighbours, and for live tests."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.fleet.worlds import REGION, codes, fleet, found, job, plan, service, subnets, world
from wizard.fleet.answers import RolloutAnswers
from wizard.plan.plan import Plan
from wizard.records import Address, Instance, VpcAccess


def test_one_service_that_is_too_large_alone_is_held_back() -> None:
    """/26: 60 addresses; 31 instances take 62."""
    there = fleet(service("big", max_instances=31), service("web"), subnets=subnets(range="10.20.0.0/26"))
    finding = found(plan(there, subnet="apps"), "subnet_full")
    assert finding.message.endswith("more are needed at worst for each of: big (63)")
    assert "at most 29 max instances" in finding.fix, "59 without its live test"
    assert finding.fix.endswith("--prefix-length=24"), "twice 64, and one more"
    assert plan(there, subnet="apps", blocked="skip").groups == ("web",)


def test_all_together_must_fit_when_they_have_moved() -> None:
    there = fleet(*(service(name, max_instances=12) for name in ("a", "b", "c")), subnets=subnets(range="10.20.0.0/26"))
    finding = found(plan(there, subnet="apps"), "subnet_full")
    assert finding.severity.value == "block"
    assert finding.message == (
        "subnet apps (10.20.0.0/26) has 60 addresses for these users; at worst 3 service(s) need 73"
    )
    assert "at most 9 max instances for each" in finding.fix
    assert finding.fix.endswith(
        "gcloud compute networks subnets expand-ip-range apps --project=demo-project --region=us-central1"
        " --prefix-length=24"
    )
    assert not plan(there, subnet="apps", services=("a", "b")).blocked


def test_the_last_address_is_for_a_live_test() -> None:
    there = fleet(*(service(name, max_instances=15) for name in ("a", "b")), subnets=subnets(range="10.20.0.0/26"))
    assert found(plan(there, subnet="apps"), "subnet_full").message.endswith("at worst 2 service(s) need 61")
    untested = plan(there, subnet="apps", targets={"a": (), "b": ()}, no_probe=("a", "b"))
    assert not untested.blocked
    assert (untested.rollout.weights, untested.rollout.room) == ({}, 0)


def test_neighbours_reservations_and_what_is_free_count() -> None:
    """252 addresses, without 2 x 100 of a neighbour, 3 of another, a VM and a reservation; not those of Cloud Run."""
    neighbour = service("theirs", vpc=VpcAccess(network="my-vpc", subnet="apps"), max_instances=100)
    other = job("jobs", vpc=VpcAccess(network="my-vpc", subnet="apps"), tasks=9, parallelism=3)
    machine = Instance(name="vm", network="my-vpc", subnet="apps", address="10.20.0.9")
    addresses = (
        Address(name="r", range="10.20.0.10/32", subnet="apps", region=REGION),
        Address(name="s", range="10.20.0.32/28", subnet="apps", region=REGION, purpose="SERVERLESS"),
    )
    there = fleet(service("web"), neighbour, other, instances=(*world().instances, machine), addresses=addresses)
    budget = found(plan(there, subnet="apps"), "address_budget").message
    assert "has 47 addresses" in budget
    assert budget.endswith("up to 23 max instances for each service are safe"), "46 and one for the live test"
    full = fleet(service("web"), subnets=subnets(free=11))
    assert "has 11 addresses" in found(plan(full, subnet="apps"), "address_budget").message
    too_full = fleet(service("web"), subnets=subnets(free=10))
    assert "block subnet_full" in codes(plan(too_full, subnet="apps"))


def test_a_tight_subnet_is_said() -> None:
    """Two of 12 instances: 48 of 60 addresses, but 4 blocks of 16; a later deploy takes 24 more."""
    there = fleet(service("a", max_instances=12), service("b", max_instances=12), subnets=subnets(range="10.20.0.0/26"))
    assert "a later deploy of a takes 24 more" in found(plan(there, subnet="apps"), "subnet_tight").message
    assert not plan(there, subnet="apps").blocked
    assert "subnet_tight" not in "".join(codes(plan(fleet(service("a")), subnet="apps")))


def test_more_instances_than_direct_vpc_egress_usually_may_have() -> None:
    made = plan(fleet(service("big", max_instances=101), service("web", max_instances=100)))
    assert found(made, "quota").message.endswith(": big")


@given(
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=8),
    tasks=st.lists(st.integers(1, 30), max_size=4),
    prefix=st.integers(20, 26),
    at_once=st.integers(1, 5),
)
def test_never_more_than_the_subnet_has(sizes: list[int], tasks: list[int], prefix: int, at_once: int) -> None:
    """Whoever moves last: all others are there with everything running, and as many move as the rollout lets."""
    services = [service(f"s{n}", max_instances=size) for n, size in enumerate(sizes)]
    jobs = [job(f"j{n}", tasks=size) for n, size in enumerate(tasks)]
    there = subnets(range=f"10.64.0.0/{prefix}")
    made = plan(fleet(*services, *jobs, subnets=there), subnet="apps", rollout=RolloutAnswers(concurrency=at_once))
    whole = (1 << (32 - prefix)) - 4
    final = sum(2 * size for size in sizes) + sum(tasks)
    if made.blocked:
        assert final + 1 > whole, "one live test of one target is all that comes on top"
        return
    room, weights = made.rollout.room, made.rollout.weights
    heaviest = sorted(weights.values(), reverse=True)[:at_once]
    moving = min(sum(heaviest), room) if room else sum(heaviest)
    assert final + moving <= whole
    assert max(weights.values()) <= room


@given(sizes=st.lists(st.integers(1, 9), min_size=1, max_size=5), prefix=st.integers(22, 26))
def test_the_largest_safe_max_instances_is_safe_and_one_more_is_not(sizes: list[int], prefix: int) -> None:
    def made(alike: int | None) -> Plan:
        services = [service(f"s{n}", max_instances=alike or size) for n, size in enumerate(sizes)]
        return plan(fleet(*services, subnets=subnets(range=f"10.64.0.0/{prefix}")), subnet="apps")

    first = made(None)
    if first.blocked:
        return
    safe = int(found(first, "address_budget").message.split("up to ")[-1].split()[0])
    assert not made(safe).blocked
    assert made(safe + 1).blocked
