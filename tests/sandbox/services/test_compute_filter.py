"""Filters of lists as gcloud 528 sends them for its own `--filter`, and as the REST reference writes them."""

from __future__ import annotations

import pytest

from wizard.sandbox.services.compute_filter import compile_filter

RULES = [
    {
        "name": "b2",
        "priority": 900,
        "disabled": True,
        "network": "https://www.googleapis.com/compute/v1/projects/p/global/networks/my-vpc",
        "allowed": [{"IPProtocol": "tcp", "ports": ["6379"]}, {"IPProtocol": "udp", "ports": ["53"]}],
        "targetTags": ["redis", "cache"],
    },
    {
        "name": "ssh",
        "priority": 1000,
        "disabled": False,
        "network": "https://www.googleapis.com/compute/v1/projects/p/global/networks/other",
        "allowed": [{"IPProtocol": "tcp", "ports": ["22"]}],
        "logConfig": {"enable": True},
    },
]

FILTERS = {
    r'allowed.IPProtocol eq ".*\budp\b.*"': ["b2"],
    r'allowed.ports eq ".*\b53\b.*"': ["b2"],
    r'targetTags eq ".*\bcache\b.*"': ["b2"],
    r'network eq ".*\bmy-vpc\b.*"': ["b2"],
    r'(network eq ".*(my-vpc|other).*")(disabled ne true)': ["ssh"],
    "targetTags = cache": ["b2"],
    "targetTags != cache": ["ssh"],
    "targetTags:red": ["b2"],
    "targetTags:*": ["b2"],
    "allowed.IPProtocol ne tcp": [],
    "logConfig.enable = true": ["ssh"],
    "priority < 1000": ["b2"],
    "(priority >= 900) AND (name:s)": ["ssh"],
    "name = b2 OR name = ssh": ["b2", "ssh"],
    "NOT name = b2": ["ssh"],
    "absent:*": [],
}


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter(text: str) -> None:
    passes = compile_filter(text)
    assert [rule["name"] for rule in RULES if passes(rule)] == FILTERS[text]
