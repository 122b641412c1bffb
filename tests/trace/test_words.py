"""The words of traces are Google's: every upper-case word in the tracer is one of the Connectivity Tests' enums."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from google.cloud import network_management_v1 as api

ROOT = Path(__file__).parents[2] / "wizard"
MODULES = ("path", "walk", "crossing", "leaving", "arriving", "tracing", "routes", "hosts")

GOOGLES = {
    word
    for enum in (
        api.Step.State,
        api.DropInfo.Cause,
        api.AbortInfo.Cause,
        api.FirewallInfo.FirewallRuleType,
        api.RouteInfo.RouteType,
        api.RouteInfo.NextHopType,
    )
    for word in enum.__members__
}

APIS = {
    "READY",
    "UPDATING",
    "ACTIVE",
    "RUNNING",
    "EGRESS",
    "INGRESS",
    "INTERNAL",
    "INTERNAL_MANAGED",
    "INTERNAL_SELF_MANAGED",
    "BGP",
}
APIS |= {"VPC_PEERING", "SUBNET_PEERING_ROUTE", "STATIC_PEERING_ROUTE", "DYNAMIC_PEERING_ROUTE"}
"""Words of the APIs that were read: Compute Engine, Serverless VPC Access."""

OWN = {"EGRESS_SETTING", "VPC_ACCESS", "CLOUD_NAT", "PRIVATE_GOOGLE_ACCESS", "FORWARDING_RULE", "INSTANCE", "ADDRESS"}
"""Kinds of what decides where no firewall rule and no route does: Google has no words for these."""


def words(path: Path) -> set[str]:
    """The upper-case texts of a module, docstrings apart."""
    tree = ast.parse(path.read_text("utf-8"))
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in texts if re.fullmatch(r"[A-Z][A-Z0-9_]{2,}", text)}


def test_every_word_is_known_to_google_or_named_here() -> None:
    found = {word for name in MODULES for word in words(ROOT / "network" / f"{name}.py")}
    found |= words(ROOT / "trace" / "origins.py") | words(ROOT / "trace" / "goals.py")
    assert found - GOOGLES - APIS - OWN - {"TARGET", "NEXT_HOP_"} == set()
    assert len(found & GOOGLES) > 40


def test_our_own_words_are_no_causes_and_no_states() -> None:
    assert not (OWN - {"NO_ROUTE"}) & {*api.DropInfo.Cause.__members__, *api.Step.State.__members__}


def test_the_rules_have_googles_kinds() -> None:
    kinds = words(ROOT / "network" / "ruleset.py") & set(api.FirewallInfo.FirewallRuleType.__members__)
    assert len(kinds) == 6
