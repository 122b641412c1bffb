"""The first hop, as a table of mode and destination (facts of the egress settings)."""

from __future__ import annotations

import pytest

from wizard.errors import InputError
from wizard.network.egress_modes import Way, first_hop, private_block

PRIVATE = (
    ("10.0.0.3", Way.VPC),
    ("172.31.255.255", Way.VPC),
    ("172.32.0.0", Way.INTERNET),
    ("192.168.1.1", Way.VPC),
    ("100.64.0.0", Way.VPC),
    ("100.128.0.0", Way.INTERNET),
    ("199.36.153.3", Way.INTERNET),
    ("199.36.153.4", Way.VPC),
    ("199.36.153.11", Way.VPC),
    ("199.36.153.12", Way.INTERNET),
    ("240.0.0.1", Way.INTERNET),
    ("8.8.8.8", Way.INTERNET),
    ("db.c.my-project.internal", Way.VPC),
    ("DB.C.MY-PROJECT.INTERNAL.", Way.VPC),
    ("storage.googleapis.com", Way.INTERNET),
    ("other-abc.a.run.app", Way.INTERNET),
    ("db.corp.example", Way.BY_ADDRESS),
    ("example.com", Way.BY_ADDRESS),
    ("notinternal", Way.BY_ADDRESS),
)


@pytest.mark.parametrize(("host", "way"), PRIVATE)
@pytest.mark.parametrize("mode", ["", "private-ranges-only"])
def test_private_ranges_only(host: str, way: Way, mode: str) -> None:
    assert first_hop(host, mode, private_zones=("corp.example.",)).way is way


@pytest.mark.parametrize("host", [host for host, _ in PRIVATE])
def test_all_traffic_goes_to_the_network(host: str) -> None:
    assert first_hop(host, "all-traffic").way is Way.VPC


@pytest.mark.parametrize(
    ("host", "needs"),
    [
        ("10.0.0.3", ""),
        ("8.8.8.8", "Cloud NAT"),
        ("storage.googleapis.com", "Private Google Access"),
        ("a.run.app", "Private Google Access"),
        ("example.com", "Cloud NAT"),
    ],
)
def test_what_all_traffic_needs(host: str, needs: str) -> None:
    found = first_hop(host, "all-traffic").needs
    assert needs in found
    assert bool(needs) == bool(found)


def test_a_private_zone_can_hide_googles_names() -> None:
    assert first_hop("storage.googleapis.com", "", private_zones=("googleapis.com.",)).way is Way.BY_ADDRESS


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(InputError, match="private-ranges-only or all-traffic"):
        first_hop("10.0.0.3", "all")


def test_the_block_of_an_address() -> None:
    assert private_block("100.64.0.1") == "RFC 6598"
    assert private_block("8.8.8.8") == ""
