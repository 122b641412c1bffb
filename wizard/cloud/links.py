"""Taking apart the links and full names by which Google's APIs point at resources."""

from __future__ import annotations

from itertools import pairwise


def last(link: str) -> str:
    """The short name at the end of a link or full name; empty for none."""
    return link.rstrip("/").rsplit("/", 1)[-1]


def part(link: str, collection: str) -> str:
    """The segment after `collection` (`regions`, `locations`, `projects`, `zones` …), or empty."""
    segments = link.split("/")
    for before, segment in pairwise(segments):
        if before == collection:
            return segment
    return ""


def relative(link: str) -> str:
    """A compute link from `projects/` on, whatever host and version come before."""
    at = link.find("projects/")
    return link[at:] if at >= 0 else link


def network_link(project: str, network: str) -> str:
    """The relative link of a network given by short name; a link (a Shared VPC host's) stays what it points at."""
    return relative(network) if "/" in network else f"projects/{project}/global/networks/{network}"


def subnet_link(project: str, region: str, subnet: str) -> str:
    """The relative link of a subnetwork given by short name; a link stays what it points at."""
    return relative(subnet) if "/" in subnet else f"projects/{project}/regions/{region}/subnetworks/{subnet}"
