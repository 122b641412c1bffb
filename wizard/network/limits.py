"""The dated limits of the cloud (`limits.toml`)."""

from __future__ import annotations

from functools import cache

from msgspec import Struct

from wizard.network.data import load


class ConnectorLimits(Struct, frozen=True):
    """Of a connector: bounds are inclusive; `name_weight` counts each hyphen of a new name twice."""

    machine_types: tuple[str, ...]
    min_instances: tuple[int, int]
    max_instances: tuple[int, int]
    name_weight: int
    prefix: int


class DirectLimits(Struct, frozen=True):
    """Of Direct VPC egress: instances of one revision unless raised, network tags of one revision."""

    instances: int
    tags: int


class Limits(Struct, frozen=True):
    """The file."""

    date: str
    source: str
    connector: ConnectorLimits
    direct: DirectLimits


@cache
def limits() -> Limits:
    """The limits as shipped."""
    return load("wizard.network", "limits.toml", Limits)
