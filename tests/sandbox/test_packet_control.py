"""Asking the sandbox what becomes of one packet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.serving import SMALL, ask, serving

WORLD = (
    SMALL
    + """
[[subnet]]
name = "machines"
network = "my-vpc"
range = "10.0.0.0/24"

[[subnet]]
name = "run"
network = "my-vpc"
range = "10.1.0.0/24"

[[firewall]]
name = "allow-http"
network = "my-vpc"
rules = ["tcp:80-81"]
sources = ["10.1.0.0/24"]

[[connector]]
name = "con"
network = "my-vpc"
range = "10.8.0.0/28"

[[service]]
name = "direct"
network = "my-vpc"
subnet = "run"

[[service]]
name = "none"

[[job]]
name = "nightly"
connector = "con"

[[target]]
name = "web"
address = "10.0.0.3"
network = "my-vpc"
serves = ["http:80"]
"""
)


@pytest.mark.parametrize(
    ("sender", "port", "verdict", "last"),
    [
        ({"service": "direct"}, 80, "deliver", "machine: 10.0.0.3:80 listens"),
        ({"service": "direct"}, 81, "refuse", "machine: nothing listens on 10.0.0.3:81"),
        ({"service": "direct"}, 82, "drop", "ingress firewall: implied deny"),
        ({"service": "none"}, 80, "drop", "internet: an address that is not announced there"),
        ({"job": "nightly"}, 80, "deliver", "machine: 10.0.0.3:80 listens"),
        ({"connector": "con", "egress": "all-traffic"}, 82, "refuse", "machine: nothing listens on 10.0.0.3:82"),
        ({"subnet": "run", "tags": ["x"]}, 80, "deliver", "machine: 10.0.0.3:80 listens"),
        ({"subnet": "machines"}, 80, "drop", "ingress firewall: implied deny"),
        ({"service": "gone"}, 80, "no_sender", "services/gone"),
        ({"job": "gone"}, 80, "no_sender", "jobs/gone"),
        ({"connector": "gone"}, 80, "no_sender", "connectors/gone"),
        ({"subnet": "run", "region": "europe-west1"}, 80, "no_sender", "europe-west1/subnetworks/run"),
    ],
)
async def test_what_becomes_of_a_packet(
    tmp_path: Path, sender: dict[str, Any], port: int, verdict: str, last: str
) -> None:
    async with serving(tmp_path, WORLD) as server:
        status, found = await ask(server, "POST", "/_sandbox/packet", {"from": sender, "to": "10.0.0.3", "port": port})
    assert (status, found["verdict"]) == (200, verdict)
    assert found["trail"][-1].endswith(last)


async def test_it_is_no_write_and_says_other_protocols_too(tmp_path: Path) -> None:
    async with serving(tmp_path, WORLD) as server:
        body = {"from": {"service": "direct"}, "to": "10.0.0.3", "port": 80, "protocol": "udp"}
        _, found = await ask(server, "POST", "/_sandbox/packet", body)
        _, log = await ask(server, "GET", "/_sandbox/log")
    assert found["verdict"] == "drop"
    assert log["writes"] == 0


FROM = {"service": "direct"}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ([], "must be a JSON object"),
        ({"from": FROM, "to": "10.0.0.3", "port": 80, "prot": "tcp"}, "known keys: from, to, port, protocol"),
        ({"to": "10.0.0.3", "port": 80}, "from: names one of service"),
        ({"from": {"service": "a", "job": "b"}, "to": "10.0.0.3", "port": 80}, "from: names one of service"),
        ({"from": {"service": "a", "as": "b"}, "to": "10.0.0.3", "port": 80}, "'as' is not understood"),
        ({"from": {"subnet": "run", "egress": "some"}, "to": "10.0.0.3", "port": 80}, "egress is one of"),
        ({"from": FROM, "to": "cache", "port": 80}, "'cache' is not an IPv4 address"),
        ({"from": "direct", "to": "10.0.0.3", "port": 80}, "from = 'direct' is not understood"),
        ({"from": FROM, "port": 80}, "None is not an IPv4 address"),
        ({"from": FROM, "to": "10.0.0.3"}, "0 is not a number from 1"),
        ({"from": FROM, "to": "10.0.0.3", "port": 0}, "0 is not a number from 1"),
        ({"from": FROM, "to": "10.0.0.3", "port": True}, "port = True is not understood"),
        ({"from": FROM, "to": "10.0.0.3", "port": 80, "protocol": "gre"}, "'gre' is not one of tcp, udp, icmp"),
    ],
)
async def test_what_is_not_understood(tmp_path: Path, body: object, words: str) -> None:
    async with serving(tmp_path, WORLD) as server:
        status, answer = await ask(server, "POST", "/_sandbox/packet", body)
    assert status == 400
    assert words in answer["error"]["message"]
