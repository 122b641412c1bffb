"""How much a connector carries, and which size to take (facts: 1.5). Instances scale out, never in."""

from __future__ import annotations

from functools import cache

from msgspec import Struct

from wizard.errors import InputError
from wizard.network.data import load
from wizard.network.limits import limits
from wizard.network.names import check_connector_instances, check_machine_type


class _Machine(Struct, frozen=True):
    mbps_fewest: int
    mbps_most: int
    shared_cpu: bool


class _Sizes(Struct, frozen=True):
    date: str
    source: str
    shared_cpu_note: str
    machine_types: dict[str, _Machine]


class Throughput(Struct, frozen=True, kw_only=True):
    """Megabits per second, estimated, with the fewest and with the most instances."""

    mbps_min: int
    mbps_max: int
    basis: str


class Size(Struct, frozen=True, kw_only=True):
    """A connector's size and why. `enough` is False when even the largest connector carries less than was asked for."""

    machine_type: str
    min_instances: int
    max_instances: int
    throughput: Throughput
    reasons: tuple[str, ...]
    enough: bool = True


_CHEAPEST_FIRST = ("e2-micro", "e2-standard-4")
"""f1-micro is never proposed: half of e2-micro's throughput, and no confirmed price."""


@cache
def _sizes() -> _Sizes:
    return load("wizard.advice", "sizes.toml", _Sizes)


def throughput(machine_type: str, min_instances: int, max_instances: int) -> Throughput:
    """What a connector of this size is estimated to carry. Raises InputError for a size that cannot be."""
    check_machine_type(machine_type)
    check_connector_instances(min_instances, max_instances)
    each = _each(machine_type)
    return Throughput(
        mbps_min=each * min_instances,
        mbps_max=each * max_instances,
        basis=f"an estimate, {each} Mbps for each instance ({_sizes().source}, {_sizes().date})",
    )


def recommend(mbps: float = 0.0, *, many_small_requests: bool = False) -> Size:
    """The smallest connector that carries `mbps` with all its instances; the default size when nothing is known.

    `many_small_requests` rules out machine types with a shared CPU. Raises InputError for a negative or infinite rate.
    """
    if not 0 <= mbps < float("inf"):
        raise InputError(f"throughput {mbps}: must be 0 or more Mbps", field="mbps", fix="for example 300")
    sizes, bounds = _sizes(), limits().connector
    fewest, most = bounds.min_instances[0], bounds.max_instances[1]
    types = [t for t in _CHEAPEST_FIRST if not (many_small_requests and sizes.machine_types[t].shared_cpu)]
    machine_type = next((t for t in types if _each(t) * most >= mbps), types[-1])
    carried = _each(machine_type) * most
    maximum = min(most, max(bounds.max_instances[0], -int(-mbps // _each(machine_type))))
    size = throughput(machine_type, fewest, maximum)
    reasons = [f"{maximum} {machine_type} carry about {size.mbps_max} Mbps", "instances are added, never taken away"]
    if many_small_requests:
        reasons.append(sizes.shared_cpu_note)
    if carried < mbps:
        reasons.append(f"{mbps:g} Mbps is more than one connector carries: Direct VPC egress, or several connectors")
    return Size(
        machine_type=machine_type,
        min_instances=fewest,
        max_instances=maximum,
        throughput=size,
        reasons=tuple(reasons),
        enough=carried >= mbps,
    )


def _each(machine_type: str) -> int:
    machine = _sizes().machine_types[machine_type]
    return machine.mbps_most // limits().connector.max_instances[1]
