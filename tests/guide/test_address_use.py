"""The use of a subnet by Direct VPC egress: the parts of the bar and the sizes beside it."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.guide.test_addresses import ground
from tests.plan.worlds import REGION, tutorial, wishes
from wizard.guide.address_use import AddressUse, Part, Use, address_use, cells
from wizard.inventory import Inventory
from wizard.network.address_budget import budget
from wizard.records import Service, Subnet, VpcAccess


def use(inventory: Inventory | None = None, subnet: str = "", range_: str = "10.8.1.0/25") -> AddressUse:
    return address_use(ground(inventory, wishes("direct", subnet=subnet)), range_)


def parts(found: AddressUse) -> dict[Use, int]:
    return {part.use: part.addresses for part in found.parts}


def with_instances(instances: int, **changes: object) -> Inventory:
    service = msgspec.structs.replace(tutorial().services[0], max_instances=instances)
    return tutorial(services=(service,), service=service, **changes)


def test_a_new_subnet_holds_both_revisions_and_the_live_test() -> None:
    found = use()
    assert parts(found) == {Use.OLD: 40, Use.NEW: 40, Use.TEST: 3, Use.FREE: 41}
    assert (found.needed, found.usable, found.largest, found.fits) == (83, 124, 24, True)
    assert (found.name, found.range) == ("", "10.8.1.0/25")


def test_without_a_range_the_smallest_subnet_that_fits_is_shown() -> None:
    assert use(range_="").usable == 124
    assert use(range_="nonsense").usable == 124


def test_a_subnet_with_others_on_it() -> None:
    busy = Service(name="busy", region=REGION, vpc=VpcAccess(subnet="my-subnet"), max_instances=30)
    found = use(tutorial(services=(*tutorial().services, busy)), "my-subnet", "")
    assert parts(found)[Use.OTHERS] == 60
    assert found.name == "my-subnet"


def test_reported_free_addresses_tell_what_is_in_use_now() -> None:
    roomy = Subnet(name="roomy", network="my-vpc", region=REGION, range="10.40.0.0/24", free=200)
    found = use(tutorial(subnets=(*tutorial().subnets, roomy)), "roomy", "")
    assert parts(found) == {Use.NOW: 52, Use.OLD: 40, Use.NEW: 40, Use.TEST: 3, Use.FREE: 117}
    assert found.fits


def test_what_does_not_fit_leaves_nothing_free() -> None:
    found = use(with_instances(80), "my-subnet", "")
    assert not found.fits
    assert Use.FREE not in parts(found)
    assert found.needed == 323
    assert found.largest == 56


def test_the_ladder_is_that_of_the_budget() -> None:
    found = use()
    assert [rung.prefix for rung in found.ladder] == [26, 25, 24, 23, 22]
    assert [rung.prefix for rung in found.ladder if rung.here] == [25]
    for rung in found.ladder:
        assert rung.instances == budget(20, prefix=rung.prefix, probe_tasks=3).largest_safe_max_instances
    wide = use(range_="10.64.0.0/18")
    assert [rung.prefix for rung in wide.ladder] == [26, 25, 24, 23, 22, 18]
    small = Subnet(name="small", network="my-vpc", region=REGION, range="10.40.0.0/28")
    assert not any(r.here for r in use(tutorial(subnets=(*tutorial().subnets, small)), "small", "").ladder)


PARTS = st.lists(st.integers(1, 5000), min_size=1, max_size=6)


@given(PARTS, st.integers(6, 80))
def test_cells_fill_the_bar_and_every_part_is_seen(sizes: list[int], width: int) -> None:
    found = cells(tuple(Part(Use.OLD, size) for size in sizes), width)
    assert sum(found) == width
    assert min(found) >= 1


def test_cells_of_nothing_or_of_no_room() -> None:
    assert cells((), 10) == ()
    assert cells((Part(Use.OLD, 5), Part(Use.NEW, 5)), 1) == (1, 1)
