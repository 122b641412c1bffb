"""The picture of a trace: its rows and words, on traces of a network in which something is wrong everywhere."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.fakes import Screen
from wizard import inventory
from wizard.cli.desk import TerminalDesk
from wizard.cli.options import Options
from wizard.guide.trace_picture import (
    ARRIVES,
    DECIDES,
    NOT_REACHED,
    PASSES,
    STOPS,
    UNCLEAR,
    HopRow,
    deciding_row,
    picture,
    verdict_line,
)
from wizard.inventory import Inventory
from wizard.network.path import trace
from wizard.network.tracing import Goal, Hop, Origin, Trace
from wizard.trace.facts import topology_of
from wizard.trace.goals import goal_of, named_target
from wizard.trace.origins import Subject, origin_of

SCENARIO = str(Path(__file__).parents[2] / "docs" / "trace.toml")

IN_THE_NETWORK = ("passes Cloud Run", "passes Direct VPC", "passes egress firewall", "passes route")
NOT_EVEN_THERE = ("not reached egress firewall", "not reached route", "not reached ingress firewall")

ROWS = {
    "none 10.0.0.3:6379": (
        "blocked: service none has no way into a network",
        ["passes Cloud Run", "stops here way in", *NOT_EVEN_THERE, "not reached target"],
    ),
    "none https://example.com": ("delivered", ["passes Cloud Run", "decides way in", "arrives HTTPS"]),
    "by-broken 10.0.0.3:6379": (
        "blocked: connector broken is ERROR",
        ["passes Cloud Run", "stops here connector", *NOT_EVEN_THERE, "not reached target"],
    ),
    "direct redis://10.0.0.3:6379": (
        "blocked by deny-redis, priority 900",
        [*IN_THE_NETWORK, "stops here ingress firewall", "not reached Redis"],
    ),
    "direct http://10.0.0.10": (
        "blocked by the implied deny ingress: no rule lets it in",
        [*IN_THE_NETWORK, "stops here ingress firewall", "not reached HTTP"],
    ),
    "direct 10.20.0.7:9000": (
        "delivered, as far as the configuration tells",
        [*IN_THE_NETWORK[:-1], "decides route", "passes VPN tunnel", "passes beyond", "unclear target"],
    ),
    "direct 10.0.0.99:80": (
        "blocked: nobody in my-vpc has 10.0.0.99",
        [*IN_THE_NETWORK, "stops here address", "not reached ingress firewall", "not reached target"],
    ),
    "closed https://example.com": (
        "blocked: subnet run has no Cloud NAT",
        [*IN_THE_NETWORK, "stops here Cloud NAT", "not reached HTTPS"],
    ),
    "closed https://storage.googleapis.com": (
        "blocked: subnet run has neither Private Google Access nor Cloud NAT",
        [*IN_THE_NETWORK, "stops here Google access", "not reached Google's APIs"],
    ),
    "open https://example.com": (
        "delivered, as far as the configuration tells",
        [*IN_THE_NETWORK, "decides Cloud NAT", "arrives HTTPS"],
    ),
    "open redis://10.0.0.3": (
        "delivered",
        [*IN_THE_NETWORK, "decides ingress firewall", "passes VM", "arrives Redis"],
    ),
}
"""Written down by hand from docs/trace.md and docs/trace.toml."""

MORE = (
    "by-connector 10.0.0.10:23",
    "direct postgres://10.0.0.5",
    "direct redis://10.9.0.4",
    "direct 10.30.0.7:9000",
    "direct 172.16.0.1:80",
    "direct cache:6379",
    "open https://storage.googleapis.com",
)


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inventory]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNVPC_STATE_DIR", str(tmp_path_factory.mktemp("state")))
        yield asyncio.run(read())
        Screen().run("sandbox", "stop", "--sandbox", SCENARIO)


async def read() -> Inventory:
    session = await TerminalDesk(Options(sandbox=SCENARIO, speed=0)).sandbox(SCENARIO)
    try:
        return await inventory.read(session.cloud, session.region, "")
    finally:
        await session.cloud.aclose()


def traced(facts: Inventory, words: str) -> Trace:
    name, target = words.split()
    subject: Subject = next(service for service in facts.services if service.name == name)
    origin = origin_of(facts, subject)
    return trace(topology_of(facts), origin, goal_of(facts, origin, named_target(facts, target)))


@pytest.mark.parametrize("words", ROWS)
def test_the_verdict_and_the_rows(words: str, facts: Inventory) -> None:
    line, rows = ROWS[words]
    found = traced(facts, words)
    assert verdict_line(found) == line
    assert [f"{row.state} {row.label}" for row in picture(found)] == rows


@pytest.mark.parametrize("words", [*ROWS, *MORE])
def test_every_picture_is_a_picture(words: str, facts: Inventory) -> None:
    """One row decides; what comes after a stop is not reached; each firewall has its row; the target is the end."""
    found = traced(facts, words)
    rows = picture(found)
    at = deciding_row(rows)
    assert [row.deciding for row in rows].count(True) == 1
    assert rows[at].state == (DECIDES if found.delivered else STOPS) or rows[at].state == ARRIVES
    assert {row.state for row in rows[:at]} <= {PASSES}
    if not found.delivered:
        assert {row.state for row in rows[at + 1 :]} == {NOT_REACHED}
    assert [row.leg for row in rows if row.leg is not None] == list(range(len(found.legs)))
    assert found.goal.host in rows[-1].text


def test_a_name_is_told_with_its_address_and_where_it_was_found(facts: Inventory) -> None:
    rows = picture(traced(facts, "direct cache:6379"))
    assert (rows[1].label, rows[1].text) == ("name", "cache is VM with 10.0.0.3")
    assert rows[-1].text == "cache:6379 (10.0.0.3)"


def ended(verdict: str, *hops: Hop, deciding: int = 0) -> tuple[str, tuple[HopRow, ...]]:
    goal = Goal(label="redis://10.0.0.3:6379", host="10.0.0.3", address="10.0.0.3", port=6379)
    made = Trace(origin=Origin(resource="service s"), goal=goal, verdict=verdict, hops=hops, deciding=deciding)
    return verdict_line(made), picture(made)


def test_what_cannot_be_told_is_unclear_and_not_blocked() -> None:
    start = Hop(state="START_FROM_CLOUD_RUN_REVISION", resource="service s")
    words, rows = ended("ABORT", start, Hop(state="ABORT", resource="PERMISSION_DENIED", detail="no list"))
    assert words == "cannot be told: no list"
    assert rows[0].state == UNCLEAR
    assert {row.state for row in rows[1:]} == {NOT_REACHED}


def test_a_state_that_is_new_is_shown_in_its_own_words() -> None:
    words, rows = ended("DELIVER", Hop(state="ARRIVE_AT_MOON_BASE", resource="m"), Hop(state="DELIVER", resource="m"))
    assert words == "delivered"
    assert [row.label for row in rows] == ["arrive at moon base", "Redis"]
