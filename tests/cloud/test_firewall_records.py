"""Rules of firewall policies as the API sends them: no condition is lost on the way to the record."""

from __future__ import annotations

import json

import pytest
from google.cloud import compute_v1
from msgspec.structs import replace

from wizard.cloud.firewall_records import global_policies
from wizard.records import PolicyRule

LINK = "https://www.googleapis.com/compute/v1/projects/p/global/networks/n"
GROUP = "projects/p/locations/global/addressGroups/partners"


def read(match: dict[str, object], **more: object) -> tuple[PolicyRule, ...]:
    body = {"priority": 7, "action": "deny", "direction": "INGRESS", "match": match, **more}
    reply = compute_v1.NetworksGetEffectiveFirewallsResponse.from_json(
        json.dumps({"firewallPolicys": [{"type": "HIERARCHY", "shortName": "org", "rules": [body]}]})
    )
    (policy,) = global_policies(reply.firewall_policys)
    return policy.rules


PLAIN = PolicyRule(priority=7, action="deny")


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({}, PLAIN),
        ({"srcIpRanges": ["10.0.0.0/8"]}, replace(PLAIN, sources=("10.0.0.0/8",))),
        ({"srcFqdns": ["a.example"]}, replace(PLAIN, other_sources=("source FQDN a.example",))),
        ({"srcAddressGroups": [GROUP]}, replace(PLAIN, other_sources=("source address group partners",))),
        ({"srcRegionCodes": ["DE", "FR"]}, replace(PLAIN, other_sources=("source region DE", "source region FR"))),
        (
            {"srcThreatIntelligences": ["iplist-tor-exit-nodes"]},
            replace(PLAIN, other_sources=("source threat list iplist-tor-exit-nodes",)),
        ),
        ({"destFqdns": ["a.example"]}, replace(PLAIN, other_destinations=("destination FQDN a.example",))),
        ({"destAddressGroups": [GROUP]}, replace(PLAIN, other_destinations=("destination address group partners",))),
        ({"destRegionCodes": ["DE"]}, replace(PLAIN, other_destinations=("destination region DE",))),
        (
            {"destThreatIntelligences": ["iplist-known-malicious-ips"]},
            replace(PLAIN, other_destinations=("destination threat list iplist-known-malicious-ips",)),
        ),
        ({"srcNetworkType": "INTERNET"}, replace(PLAIN, network_types=("source network type INTERNET",))),
        (
            {"srcNetworkContext": "VPC_NETWORKS", "srcNetworks": [LINK]},
            replace(PLAIN, network_types=("source network type VPC_NETWORKS", "source network n")),
        ),
        ({"destNetworkType": "NON_INTERNET"}, replace(PLAIN, network_types=("destination network type NON_INTERNET",))),
        (
            {"destNetworkType": "INTERNET", "destNetworkContext": "INTERNET"},
            replace(PLAIN, network_types=("destination network type INTERNET",)),
        ),
        ({"srcNetworkType": "UNSPECIFIED"}, PLAIN),
        (
            {"srcSecureTags": [{"name": "tagValues/1", "state": "EFFECTIVE"}, {"name": "tagValues/2"}]},
            replace(PLAIN, source_secure_tags=("tagValues/1", "tagValues/2")),
        ),
    ],
)
def test_conditions_of_a_match(match: dict[str, object], expected: PolicyRule) -> None:
    assert read(match) == (expected,)


def test_targets() -> None:
    assert read({}, targetResources=[LINK]) == (replace(PLAIN, target_networks=("projects/p/global/networks/n",)),)
    tags = [{"name": "tagValues/1", "state": "EFFECTIVE"}, {"name": "tagValues/2", "state": "INEFFECTIVE"}]
    assert read({}, targetSecureTags=tags) == (replace(PLAIN, target_secure_tags=("tagValues/1",)),)
    assert read({}, targetType="INSTANCES") == (PLAIN,)


def test_rules_that_guard_no_machine_are_left_out() -> None:
    without_effect = [{"name": "tagValues/2", "state": "INEFFECTIVE"}]
    assert read({}, targetType="INTERNAL_MANAGED_LB") == ()
    assert read({}, targetSecureTags=without_effect) == ()
    assert read({"srcSecureTags": without_effect}) == ()
    ranges = {"srcSecureTags": without_effect, "srcIpRanges": ["10.0.0.0/8"]}
    assert read(ranges) == (replace(PLAIN, sources=("10.0.0.0/8",)),)
    assert len(read({"srcSecureTags": without_effect, "srcFqdns": ["a.example"]})) == 1


def test_every_field_of_a_match_is_known_here() -> None:
    """A new condition of the API must not be read as if it were absent."""
    known = {"src_ip_ranges", "dest_ip_ranges", "layer4_configs", "src_secure_tags", "src_networks"}
    known |= {f"{end}_network_{word}" for end in ("src", "dest") for word in ("type", "context")}
    known |= {
        f"{end}_{field}"
        for end in ("src", "dest")
        for field in ("address_groups", "fqdns", "region_codes", "threat_intelligences")
    }
    assert set(compute_v1.FirewallPolicyRuleMatcher.meta.fields) == known
