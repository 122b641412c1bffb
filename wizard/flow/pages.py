"""The pages of a first-time set-up: their names, their order, and the answers that each one asks for."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Page(StrEnum):
    """One question, or one look at what happens. The values are stable words (keymaps and pictures use them)."""

    WELCOME = "welcome"
    PROJECT = "project"
    REGION = "region"
    SERVICE = "service"
    TARGETS = "targets"
    EXPRESS = "express"
    NETWORK = "network"
    EGRESS = "egress"
    ADDRESSES = "addresses"
    SIZE = "size"
    FIREWALL = "firewall"
    ENVIRONMENT = "environment"
    REVIEW = "review"
    APPLY = "apply"
    CONNECTIVITY = "connectivity"
    DONE = "done"


ORDER = tuple(Page)

NAMES: Mapping[Page, str] = {
    Page.WELCOME: "Welcome",
    Page.PROJECT: "Project",
    Page.REGION: "Region",
    Page.SERVICE: "Service",
    Page.TARGETS: "Targets",
    Page.EXPRESS: "Express",
    Page.NETWORK: "Network",
    Page.EGRESS: "Egress path",
    Page.ADDRESSES: "Addresses",
    Page.SIZE: "Size",
    Page.FIREWALL: "Firewall",
    Page.ENVIRONMENT: "Environment",
    Page.REVIEW: "Review",
    Page.APPLY: "Apply",
    Page.CONNECTIVITY: "Connectivity",
    Page.DONE: "Done",
}
"""What the rail calls each page."""

KEYS: Mapping[Page, tuple[str, ...]] = {
    Page.PROJECT: ("project",),
    Page.REGION: ("region",),
    Page.SERVICE: ("service", "image"),
    Page.TARGETS: ("targets", "probe.attempts", "probe.timeout", "probe.write", "probe.baseline", "probe.image"),
    Page.NETWORK: ("network",),
    Page.EGRESS: ("egress_path", "egress", "nat"),
    Page.ADDRESSES: ("range", "subnet"),
    Page.SIZE: (
        "connector.name",
        "connector.machine_type",
        "connector.min_instances",
        "connector.max_instances",
        "connector.bare_range",
        "direct.tags",
        "probe.start_window",
    ),
    Page.FIREWALL: ("firewall",),
    Page.ENVIRONMENT: ("env", "secrets"),
}
"""The answers that each page asks for; every answer has one page."""

PAGE_OF: Mapping[str, Page] = {key: page for page, keys in KEYS.items() for key in keys}

_FINDINGS: Mapping[str, Page] = {
    "network_ambiguous": Page.NETWORK,
    "network_legacy": Page.NETWORK,
    "network_missing": Page.NETWORK,
    "target_outside": Page.TARGETS,
    "target_by_name": Page.TARGETS,
    "egress_path": Page.EGRESS,
    "no_nat": Page.EGRESS,
    "no_default_route": Page.EGRESS,
    "nat_exists": Page.EGRESS,
    "hidden_subnet_nat": Page.EGRESS,
    "address_budget": Page.ADDRESSES,
    "range_invalid": Page.ADDRESSES,
    "range_unusable": Page.ADDRESSES,
    "range_discouraged": Page.ADDRESSES,
    "subnet_missing": Page.ADDRESSES,
    "subnet_unusable": Page.ADDRESSES,
    "hidden_subnet": Page.ADDRESSES,
    "connector_size": Page.SIZE,
    "connector_name": Page.SIZE,
    "connector_elsewhere": Page.SIZE,
    "firewall_cannot_fix": Page.FIREWALL,
    "firewall_closed": Page.FIREWALL,
    "secret_missing": Page.ENVIRONMENT,
    "service_missing": Page.SERVICE,
}


def page_of_finding(code: str) -> Page:
    """The page on which something can be done about a finding of the plan; the review for what has no page."""
    return _FINDINGS.get(code, Page.REVIEW)
