"""A trace and a live test read together: every verdict of one against every kind of verdict of the other."""

from __future__ import annotations

from itertools import product

import pytest
from msgspec.structs import replace

from tests.trace.facts import INSIDE, OUTSIDE, project, zone
from wizard.inventory import Inventory
from wizard.network.path import trace
from wizard.network.tracing import Origin, Trace
from wizard.probe.probe import EXIT_CODES
from wizard.probe.targets import parse
from wizard.records import FirewallRule, ForwardingRule, Ports, ProbeAttempt, ProbeResult, Route, Service
from wizard.trace.facts import topology_of
from wizard.trace.goals import goal_of
from wizard.trace.reading import Reading, reading, reading_document

REDIS = FirewallRule(
    name="allow-redis", network="my-vpc", protocols=(Ports("tcp", ("6379",)),), sources=("10.1.0.0/26",)
)
HALF = FirewallRule(name="allow-half", network="my-vpc", protocols=(Ports("tcp", ("5432",)),), sources=("10.1.0.0/27",))
TUNNEL = Route(
    name="to-office", network="my-vpc", range="10.20.0.0/16", next_hop="tunnel", hop_type="NEXT_HOP_VPN_TUNNEL"
)
FACTS = replace(
    project(zone("corp.example", {"db.corp.example": "10.0.0.3"})), firewalls=(REDIS, HALF), routes=(TUNNEL,)
)


def traced(target: str, origin: Origin = INSIDE, facts: Inventory = FACTS) -> Trace:
    return trace(topology_of(facts), origin, goal_of(facts, origin, parse(target)))


def met(verdict: str, layer: str = "", *attempts: str) -> ProbeResult:
    made = tuple(ProbeAttempt(verdict=one) for one in attempts or (verdict,))
    return ProbeResult(target="t", verdict=verdict, layer=layer, attempts=made)


OPEN = traced("10.0.0.3:6379")
CLOSED = traced("10.0.0.3:22")
NO_ROUTE = traced("10.99.0.1:80")
NO_WAY = traced("10.0.0.3:6379", OUTSIDE)
LOST = traced("nobody.corp.example:80")
UNREAD = traced("10.0.0.3:6379", replace(INSIDE, network="elsewhere"))

TRACES = {"open": OPEN, "closed": CLOSED, "no route": NO_ROUTE, "no way": NO_WAY, "lost": LOST, "unread": UNREAD}

Y, N, X = True, False, None

TABLE: dict[str, tuple[bool | None, ...]] = {
    #                             open closed no route no way lost unread
    "connected protocol": (Y, N, N, N, N, X),
    "refused tcp": (Y, N, N, N, N, X),
    "timeout tcp": (N, Y, Y, Y, N, X),
    "no_route tcp": (N, N, Y, Y, N, X),
    "name_not_found dns": (N, N, N, N, Y, X),
    "timeout dns": (X, X, X, X, X, X),
    "protocol_timeout tls": (Y, N, N, N, N, X),
    "wrong_protocol tls": (Y, N, N, N, N, X),
    "wrong_protocol protocol": (Y, N, N, N, N, X),
    "protocol_timeout protocol": (Y, N, N, N, N, X),
    "not_run": (X, X, X, X, X, X),
}


def read(row: str, name: str) -> Reading:
    return reading(TRACES[name], met(*row.split()))


def test_the_traces_are_what_they_are_called() -> None:
    said = [(found.verdict, found.cause) for found in TRACES.values()]
    assert said == [
        ("DELIVER", ""),
        ("DROP", "FIREWALL_RULE"),
        ("DROP", "NO_ROUTE"),
        ("DROP", "VPC_CONNECTOR_NOT_SET"),
        ("DROP", "UNKNOWN_INTERNAL_ADDRESS"),
        ("ABORT", "NETWORK_CONFIG_NOT_FOUND"),
    ]


def test_the_table_has_every_verdict_that_a_live_test_can_have() -> None:
    assert [tuple(row.split()) for row in TABLE] == [tuple(word for word in pair if word) for pair in EXIT_CODES]
    assert {len(cells) for cells in TABLE.values()} == {len(TRACES)}


@pytest.mark.parametrize("row", TABLE)
def test_whether_they_agree(row: str) -> None:
    assert {name: read(row, name).agree for name in TRACES} == dict(zip(TRACES, TABLE[row], strict=True))


@pytest.mark.parametrize(("row", "name"), list(product(TABLE, TRACES)))
def test_everything_but_a_connection_as_expected_has_a_cause_and_a_place_to_look(row: str, name: str) -> None:
    found = read(row, name)
    assert bool(found.causes) == ((row, name) != ("connected protocol", "open"))
    assert all(cause.text and cause.look and len(cause.text) <= 160 for cause in found.causes)
    assert len({cause.text for cause in found.causes}) == len(found.causes)
    assert found.configuration.endswith(".")
    assert found.met.endswith(".")
    assert found.summary


def causes(found: Reading) -> str:
    return "\n".join(f"{cause.text} | {cause.look}" for cause in found.causes)


def test_silence_behind_an_open_way_is_first_the_machine_itself() -> None:
    texts = [cause.text for cause in reading(OPEN, met("timeout", "tcp")).causes]
    words = ["operating system's own firewall on cache", "not the machine", "too new", "fresh instance"]
    assert [word for word, text in zip(words, texts, strict=True) if word not in text] == []


def test_a_connector_is_not_said_to_start_late() -> None:
    by_connector = replace(INSIDE, way="connector", connector="con", subnet="", range="10.8.0.0/28")
    rule = replace(REDIS, sources=("10.8.0.0/28",))
    found = traced("10.0.0.3:6379", by_connector, replace(FACTS, firewalls=(rule,)))
    assert found.delivered
    assert "fresh instance" not in causes(reading(found, met("timeout", "tcp")))


def test_beyond_a_tunnel_the_way_back_is_looked_at_first() -> None:
    office = traced("10.20.0.7:9000")
    found = reading(office, met("timeout", "tcp"))
    assert [cause.text for cause in found.causes[: len(office.verify)]] == list(office.verify)
    assert "no way back to 10.1.0.0/26" in found.causes[len(office.verify)].text


def test_past_the_network_no_rule_of_the_network_is_blamed() -> None:
    found = reading(traced("203.0.113.5:443"), met("timeout", "tcp"))
    assert "the firewall of 203.0.113.5" in found.causes[0].text
    assert "too new" not in causes(found)


def test_a_refusal_is_about_the_listener() -> None:
    said = causes(reading(OPEN, met("refused", "tcp")))
    assert said.startswith("nothing listens on port 6379")
    assert "127.0.0.1" in said


@pytest.mark.parametrize(
    ("verdict", "layer", "first"),
    [
        ("wrong_protocol", "tls", "TLS"),
        ("wrong_protocol", "protocol", "another server"),
        ("protocol_timeout", "protocol", "hangs"),
    ],
)
def test_what_answers_otherwise(verdict: str, layer: str, first: str) -> None:
    assert first in reading(OPEN, met(verdict, layer)).causes[0].text


@pytest.mark.parametrize("name", ["closed", "no route", "no way"])
def test_a_connection_that_cannot_be_is_said_honestly(name: str) -> None:
    said = causes(read("connected protocol", name))
    assert "changed between" in said
    assert "cannot be read" in said
    assert "the trace is wrong" in said
    assert "please report" in said


def test_a_name_of_a_private_zone_that_is_not_found() -> None:
    found = reading(traced("db.corp.example:6379"), met("name_not_found", "dns"))
    assert "private zone corp.example has 10.0.0.3" in found.causes[0].text
    assert "bound to this network" in found.causes[0].look
    assert "no public zone" in causes(reading(traced("https://typo.example.com"), met("name_not_found", "dns")))


def test_the_rule_that_decides_is_named_when_both_agree() -> None:
    found = reading(CLOSED, met("timeout", "tcp"))
    assert "implied deny ingress" in found.configuration
    assert "implied deny ingress" in found.causes[0].look
    assert found.summary == "Both agree."
    assert reading(OPEN, met("refused", "tcp")).summary == "Both agree: the way is open."
    assert reading(OPEN, met("timeout", "tcp")).summary == "They disagree."


def test_attempts_that_differ() -> None:
    uneven = met("timeout", "tcp", "timeout", "connected")
    assert reading(OPEN, uneven).met == "Nothing answered in time. 1 of 2 attempts connected."
    assert "fresh instance" in reading(OPEN, uneven).causes[0].text
    assert causes(reading(OPEN, uneven)).count("fresh instance") == 1
    partly = traced("10.0.0.3:5432")
    assert "a part of the sender's range" in reading(partly, uneven).causes[0].text
    assert "a part of" not in causes(reading(partly, met("timeout", "tcp")))


def test_internal_ingress_answers_also_when_it_refuses() -> None:
    facts = replace(FACTS, services=(Service(name="api", region="r", ingress="internal", uri="https://api.run.app"),))
    refused = traced("https://api.run.app", facts=facts)
    assert refused.cause == "TRAFFIC_TYPE_BLOCKED"
    found = reading(refused, met("connected", "protocol"))
    assert (found.agree, "404" in found.causes[0].text) == (None, True)


def test_a_word_that_is_not_known_is_a_test_that_did_not_run() -> None:
    assert reading(OPEN, met("exploded")) == reading(OPEN, met("not_run"))


def test_the_document() -> None:
    document = reading_document(reading(CLOSED, met("timeout", "tcp")))
    assert set(document) == {"configuration", "met", "agree", "summary", "causes"}
    assert document["agree"] is True


def test_all_attempts_alike_are_not_counted() -> None:
    assert reading(OPEN, met("connected", "protocol")).met == "The live test connected."


def test_who_answered_where_nobody_should() -> None:
    assert "something else answers for 10.0.0.3" in causes(reading(CLOSED, met("refused", "tcp")))
    assert "something else answers" not in causes(reading(CLOSED, met("connected", "protocol")))


def test_attempts_that_differ_are_not_explained_by_a_rule_for_all() -> None:
    assert "a part of" not in causes(reading(CLOSED, met("timeout", "tcp", "timeout", "connected")))


def test_behind_a_load_balancer_its_machines_are_looked_at() -> None:
    front = ForwardingRule(name="front", network="my-vpc", address="10.0.0.20", scheme="INTERNAL_MANAGED")
    balanced = traced("10.0.0.20:6379", facts=replace(FACTS, forwarding_rules=(front,)))
    assert balanced.delivered
    found = reading(balanced, met("timeout", "tcp"))
    assert any("front has no machine behind it" in cause.text for cause in found.causes)
    assert "operating system" not in causes(found)
