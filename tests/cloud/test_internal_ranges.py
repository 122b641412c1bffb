"""Reservations of Network Connectivity: their JSON as records, on the sandbox, and in the search for a free range."""

from __future__ import annotations

from pathlib import Path

from tests.cli.fakes import Screen
from wizard.cloud.internal_ranges import internal_range
from wizard.errors import Exit

WORLD = """
[project]
id = "demo-project"

[[network]]
name = "my-vpc"

[[network]]
name = "other"

[[internal_range]]
name = "later"
network = "my-vpc"
range = "10.8.0.0/16"

[[internal_range]]
name = "elsewhere"
network = "other"
range = "10.9.0.0/16"
"""


def test_a_reservation_as_a_record() -> None:
    """The JSON of the REST reference's InternalRange."""
    body = {
        "name": "projects/p/locations/global/internalRanges/later",
        "createTime": "2026-01-02T03:04:05Z",
        "ipCidrRange": "10.8.0.0/16",
        "network": "https://www.googleapis.com/compute/v1/projects/p/global/networks/my-vpc",
        "usage": "FOR_VPC",
        "users": ["https://www.googleapis.com/compute/v1/projects/p/regions/r/subnetworks/inside"],
        "overlaps": ["OVERLAP_ROUTE_RANGE"],
    }
    found = internal_range(body)
    assert (found.name, found.range, found.network, found.users) == ("later", "10.8.0.0/16", "my-vpc", ("inside",))
    assert internal_range({}).range == ""


def test_what_is_reserved_is_not_offered(tmp_path: Path) -> None:
    file = tmp_path / "world.toml"
    file.write_text(WORLD)
    place = ("--sandbox", str(file), "--speed", "instant")
    screen = Screen()
    assert screen.run("ranges", "--network", "my-vpc", *place, "--json") == Exit.DONE
    found = screen.document
    screen.run("sandbox", "stop", *place)
    assert found["free"][0]["range"] == "10.9.0.0/28"
    assert found["rejected"] == [{"range": "10.8.0.0/16", "blocked_by": "internal range later (10.8.0.0/16)"}]
