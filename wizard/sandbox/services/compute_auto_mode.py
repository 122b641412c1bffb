"""Auto-mode networks: a subnetwork in each region, made with the network and gone with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib import resources

from wizard.sandbox.entry import link_path
from wizard.sandbox.services import compute_subnets
from wizard.sandbox.world import World


@cache
def auto_ranges() -> dict[str, str]:
    """Region → range of the subnet that an auto-mode network has there (some regions; see the file's source)."""
    text = resources.files("wizard.sandbox.services").joinpath("auto_mode.json").read_text(encoding="utf-8")
    ranges: dict[str, str] = json.loads(text)["ranges"]
    return ranges


def make_subnets(world: World, network: str) -> None:
    """The subnetworks of a new auto-mode network (`projects/P/global/networks/N`), with their routes."""
    for region, range_ in auto_ranges().items():
        compute_subnets.put(world, _path(network, region), {"network": network, "ipCidrRange": range_})


def subnets(world: World, network: str) -> Iterator[str]:
    """The names of those that exist."""
    for region in auto_ranges():
        body = world.store.get(f"compute/{_path(network, region)}")
        if body is not None and link_path(body["network"]) == network:
            yield _path(network, region)


def _path(network: str, region: str) -> str:
    project, _, name = network.partition("/global/networks/")
    return f"{project}/regions/{region}/subnetworks/{name}"
