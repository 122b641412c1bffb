"""What a connector costs a month. Direct VPC egress has no charge of its own (facts: section 8)."""

from __future__ import annotations

from functools import cache

from msgspec import Struct

from wizard.network.data import load


class _Machine(Struct, frozen=True):
    vcpu: float
    gib: float


class _Rates(Struct, frozen=True):
    e2_vcpu_hour: float
    e2_gib_hour: float


class _Prices(Struct, frozen=True):
    date: str
    source: str
    hours_per_month: int
    machine_types: dict[str, _Machine]
    regions: dict[str, _Rates]


class MonthlyCost(Struct, frozen=True, kw_only=True):
    """US dollars a month with the fewest and the most instances, before network transfer.

    `known` is False when there is no price on file: both figures are then 0 and `basis` says what is missing.
    """

    usd_min: float
    usd_max: float
    basis: str
    known: bool = True


_REFERENCE_REGION = "us-central1"


@cache
def _prices() -> _Prices:
    return load("wizard.advice", "prices.toml", _Prices)


def instance_month(machine_type: str, region: str) -> float | None:
    """US dollars a month for one instance of a connector; None when there is no price on file."""
    machine, rates = _prices().machine_types.get(machine_type), _prices().regions.get(region)
    if machine is None or rates is None:
        return None
    hour = machine.vcpu * rates.e2_vcpu_hour + machine.gib * rates.e2_gib_hour
    return hour * _prices().hours_per_month


def connector_cost(machine_type: str, min_instances: int, max_instances: int, region: str) -> MonthlyCost:
    """The cost of a connector that runs all month. It never scales in, so the larger figure is the one to plan with."""
    each = instance_month(machine_type, region)
    if each is None:
        return MonthlyCost(
            usd_min=0.0, usd_max=0.0, known=False, basis=_unknown(machine_type, min_instances, max_instances, region)
        )
    prices = _prices()
    return MonthlyCost(
        usd_min=round(each * min_instances, 2),
        usd_max=round(each * max_instances, 2),
        basis=(
            f"{min_instances} to {max_instances} {machine_type} in {region} at ${each:.2f} each,"
            f" {prices.hours_per_month} h, without network transfer ({prices.source})"
        ),
    )


def _unknown(machine_type: str, min_instances: int, max_instances: int, region: str) -> str:
    reference = instance_month(machine_type, _REFERENCE_REGION)
    if reference is None:
        return f"cost not known: no confirmed price of {machine_type} on file"
    least, most = reference * min_instances, reference * max_instances
    return (
        f"cost not known: no price of {machine_type} in {region} on file;"
        f" in {_REFERENCE_REGION} the same would be ${least:.2f} to ${most:.2f} ({_prices().source})"
    )
