"""Prices and sizes against figures worked out by hand from Google's list prices and throughput table."""

from __future__ import annotations

import pytest

from wizard.advice.cost import connector_cost, instance_month
from wizard.advice.sizing import recommend, throughput
from wizard.errors import InputError


@pytest.mark.parametrize(
    ("machine_type", "low", "high", "usd_min", "usd_max"),
    [
        ("e2-micro", 2, 3, 12.23, 18.34),
        ("e2-micro", 2, 10, 12.23, 61.15),
        ("e2-standard-4", 2, 10, 195.67, 978.37),
    ],
)
@pytest.mark.parametrize("region", ["us-central1", "us-east1"])
def test_monthly_cost(machine_type: str, low: int, high: int, usd_min: float, usd_max: float, region: str) -> None:
    found = connector_cost(machine_type, low, high, region)
    assert (found.usd_min, found.usd_max, found.known) == (usd_min, usd_max, True)
    assert "2026" in found.basis
    assert region in found.basis


@pytest.mark.parametrize(("machine_type", "region"), [("e2-micro", "europe-west1"), ("f1-micro", "us-central1")])
def test_what_is_not_known_is_said_and_not_guessed(machine_type: str, region: str) -> None:
    found = connector_cost(machine_type, 2, 3, region)
    assert (found.known, found.usd_min, found.usd_max) == (False, 0.0, 0.0)
    assert "not known" in found.basis
    assert instance_month(machine_type, region) is None


def test_an_unknown_region_still_gets_an_order_of_magnitude() -> None:
    assert "in us-central1 the same would be $12.23 to $18.34" in connector_cost("e2-micro", 2, 3, "asia-south1").basis


@pytest.mark.parametrize(
    ("machine_type", "mbps_min", "mbps_max"),
    [("f1-micro", 100, 500), ("e2-micro", 200, 1000), ("e2-standard-4", 3200, 16000)],
)
def test_throughput_of_a_whole_connector_as_documented(machine_type: str, mbps_min: int, mbps_max: int) -> None:
    found = throughput(machine_type, 2, 10)
    assert (found.mbps_min, found.mbps_max) == (mbps_min, mbps_max)


@pytest.mark.parametrize(
    ("mbps", "size"),
    [
        (0, ("e2-micro", 3)),
        (300, ("e2-micro", 3)),
        (301, ("e2-micro", 4)),
        (1000, ("e2-micro", 10)),
        (1001, ("e2-standard-4", 3)),
        (16000, ("e2-standard-4", 10)),
    ],
)
def test_the_smallest_size_that_carries_it(mbps: float, size: tuple[str, int]) -> None:
    found = recommend(mbps)
    assert (found.machine_type, found.max_instances) == size
    assert found.enough
    assert found.throughput.mbps_max >= mbps


def test_small_requests_want_a_real_cpu() -> None:
    found = recommend(100, many_small_requests=True)
    assert found.machine_type == "e2-standard-4"
    assert any("shared-CPU" in reason for reason in found.reasons)


def test_too_much_for_one_connector() -> None:
    found = recommend(16_001)
    assert (found.enough, found.max_instances) == (False, 10)
    assert any("Direct VPC" in reason for reason in found.reasons)


@pytest.mark.parametrize("mbps", [-1, float("inf"), float("nan")])
def test_senseless_rates_are_refused(mbps: float) -> None:
    with pytest.raises(InputError):
        recommend(mbps)


def test_senseless_sizes_are_refused() -> None:
    with pytest.raises(InputError):
        throughput("e2-small", 2, 3)
    with pytest.raises(InputError):
        throughput("e2-micro", 1, 3)
