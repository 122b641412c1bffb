"""Whether the container of a revision gets ready: what its code needs at start, and how long its start-up probe waits.

Code that connects at start-up listens when it has reached everything, and never otherwise; an HTTP probe asks for
everything too, as Google advises for Direct VPC egress (facts: 2.3). A probe gives up after its delay and its periods;
without one Cloud Run waits 240 seconds for the port (facts: 6.1). Code and probe of this kind are the scenario's: what
it does not know reaches nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from wizard.sandbox import instances, projects, reach
from wizard.sandbox.api import Body
from wizard.sandbox.services.run_template import PROBE_BUDGET
from wizard.sandbox.world import World

NOT_LISTENING = (
    "The user-provided container failed to start and listen on the port defined provided by the PORT={port} environment"
    " variable within the allocated timeout. This can happen when the container port is misconfigured or if the timeout"
    " is too short. The health check timeout can be extended. Logs for this revision might contain more information."
)
"""The real text (public logs of 2025 and 2026)."""


@dataclass(frozen=True)
class Code:
    """What a revision's code connects to, and whether it does so before it listens."""

    reaches: tuple[str, ...] = ()
    at_start: bool = False


def code_of(world: World, revision: str) -> Code:
    """The code of a revision by its full name, as the scenario declares it for the service or for this revision."""
    _, project, _, region, _, service, _, short = revision.split("/")
    for entry in world.scenario.services:
        place = (entry.project or world.project, entry.region or world.scenario.project.region, entry.name)
        if place == (project, region, service):
            own = next((r for r in world.scenario.revisions if (r.service, r.name) == (service, short)), None)
            connects = (own.connects if own else "") or entry.connects
            return Code((own.reaches if own else ()) or entry.reaches, connects == "startup")
    return Code()


def access_of(revision: Body) -> Body:
    """The `vpcAccess` of a revision with its networks named in full."""
    region = revision["name"].split("/")[3]
    return projects.in_full(revision.get("vpcAccess") or {}, projects.owner(revision["name"]), region)


def problem(world: World, revision: Body) -> tuple[str, list[str]]:
    """Why the container does not get ready, in Cloud Run's words, and what it printed; empty when it does."""
    code = code_of(world, revision["name"])
    probe = _probe(revision)
    if not world.listeners or not (code.at_start or "httpGet" in probe):
        return "", []
    lines = list(_unreached(world, revision, code))
    wait, budget = instances.start_seconds(world, revision), _budget(probe)
    if code.reaches and wait >= budget:
        lines.append(f"the network was not there after {budget:g} seconds, when the start-up probe gave up")
    return (NOT_LISTENING.format(port=_port(revision)), lines) if lines else ("", [])


def _unreached(world: World, revision: Body, code: Code) -> list[str]:
    region, access = revision["name"].split("/")[3], access_of(revision)
    results = ((url, reach.connect_now(world, access, region, url)) for url in code.reaches)
    return [f"{url}: {result}" for url, result in results if result != reach.CONNECTED]


def seconds(world: World, revision: Body) -> float:
    """Simulated seconds that the roll-out of a revision takes longer because its code waits for the network."""
    code = code_of(world, revision["name"])
    waits = code.reaches and (code.at_start or "httpGet" in _probe(revision))
    return min(instances.start_seconds(world, revision), _budget(_probe(revision))) if waits else 0.0


def _main(revision: Body) -> Body:
    """The container that takes the requests."""
    containers: list[Body] = revision.get("containers") or [{}]
    return next((one for one in containers if one.get("ports")), containers[0])


def _probe(revision: Body) -> Body:
    probe: Body = _main(revision).get("startupProbe") or {}
    return probe


def _port(revision: Body) -> int:
    ports = _main(revision).get("ports") or [{}]
    return int(ports[0].get("containerPort") or 8080)


def _budget(probe: Body) -> float:
    """Seconds after which a start-up probe gives up."""
    if not probe:
        return PROBE_BUDGET
    periods = int(probe.get("periodSeconds") or 10) * int(probe.get("failureThreshold") or 3)
    return int(probe.get("initialDelaySeconds") or 0) + periods
