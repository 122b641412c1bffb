"""What gcloud makes, run as a run's export words it, against what `runvpc setup` made of the same answers; and back."""

from __future__ import annotations

import asyncio
import re
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.answers import answers
from tests.e2e.machine import Machine
from tests.gcloud.running import IN_REGION, Gcloud, gcloud_for, needs_gcloud
from tests.sandbox.serving import ask, serving
from wizard.apply.journal import Journal
from wizard.apply.undo import undo_plan
from wizard.paths import find_paths
from wizard.sandbox.server import Server

pytestmark = needs_gcloud

State = dict[str, Any]

DIFFERS = {
    "id": "a number that the server draws",
    "uid": "the same in Cloud Run",
    "creationTimestamp": "when it was made",
    "createTime": "when it was made",
    "updateTime": "when it was last changed",
    "lastTransitionTime": "when a condition became true",
    "fingerprint": "of a version, drawn",
    "etag": "of a version, has its time in it",
    "services.client": "which client made it: gcloud names itself, runvpc does not",
    "services.clientVersion": "and its version",
    "template.revision": "gcloud names a revision that it holds back, runvpc leaves that to Cloud Run",
    "firewalls.description": "by its words on a firewall rule runvpc knows its own again",
}
"""Fields that may differ, and why; `firewalls.description` is the field of resources or fields of that name alone."""

HISTORY = {"knative/": "what v1 alone can say, which only gcloud speaks"}
"""Keys that may differ, and why."""

LEFT_BEHIND = {
    "generation": "counts the changes",
    "observedGeneration": "counts the changes",
    "latestCreatedRevision": "every change leaves a revision",
    "latestReadyRevision": "every change leaves a revision",
    "trafficStatuses": "names the revision that serves",
    "client.knative.dev/nonce": "the label by which gcloud asks for a new revision",
}
"""Fields that differ after a change and its undoing, and why."""

DRAWN = re.compile(r"(?<=-\d{5})-[a-z0-9]{3}\b|(?<=\bserverless-ipv4)-\d+|(?<=\bdefault-route)-[0-9a-f]{16}")
"""What chance puts at the end of names: of revisions behind their number, of addresses and routes that nobody named."""


@pytest.mark.parametrize(("way", "detached"), [("connector", "--clear-vpc-connector"), ("direct", "--clear-network")])
async def test_the_script_of_a_run_makes_what_the_run_made(tmp_path: Path, way: str, detached: str) -> None:
    here = Machine(tmp_path / "state", "seed")
    made, script, undoing = await asyncio.to_thread(_set_up, here, way)
    scenario = resources.files("wizard.sandbox").joinpath("scenarios/seed.toml").read_text(encoding="utf-8")
    async with serving(tmp_path / "typed", scenario) as server:
        typist = gcloud_for(server, tmp_path)
        start = await _state(server)
        await _script(typist, script)
        typed = await _state(server)
        restore = "run", "services", "update", "my-service", IN_REGION, detached
        await typist.text(*restore, "--remove-env-vars=CACHE_HOST", "--remove-secrets=DB_PASSWORD")
        for words in undoing:
            await _undo(server, typist, words)
        end = await _state(server)
    assert comparable(typed) == comparable(made)
    assert comparable(made) != comparable(start)
    assert before(end) == before(start)


def _set_up(here: Machine, way: str) -> tuple[State, str, list[list[str]]]:
    """The state that a set-up led to, the script that its export is, and the commands that delete what it made."""
    try:
        result = here.setup(answers("seed", way))
        assert result.code == 0, result.err
        script = here.run("export", "last", "--format", "gcloud").out
        with Journal.open(find_paths().journal) as journal:
            steps = [planned.step for planned in undo_plan(journal.load("last")).ordered()]
        words = [command for step in steps for command in step.gcloud() if "jobs" not in command]
        return here.state(), script, words
    finally:
        here.stop()


async def _script(typist: Gcloud, script: str) -> None:
    """Run a bash script in which gcloud reaches nothing but the sandbox."""
    pipe, null = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        "bash", "-c", script, env=typist.environment, stdin=null, stdout=pipe, stderr=pipe
    )
    _, said = await asyncio.wait_for(process.communicate(), 180)
    assert process.returncode == 0, said.decode()


async def _undo(server: Server, typist: Gcloud, words: list[str]) -> None:
    """Delete something. A subnet that Direct VPC egress has used is in use until its addresses are released."""
    finished = await typist.run(*words[1:])
    if "subnets" in words and "serverless-ipv4-" in finished.said:
        status, _ = await ask(server, "POST", "/_sandbox/clock", {"advance": 7200})
        assert status == 200
        finished = await typist.run(*words[1:])
    assert finished.code == 0, finished.said


async def _state(server: Server) -> State:
    _, state = await ask(server, "GET", "/_sandbox/state")
    assert isinstance(state, dict)
    return state


def comparable(state: State) -> State:
    """A state without what differs from run to run, for the reasons above."""
    kept = {key: body for key, body in state.items() if not key.startswith(tuple(HISTORY))}
    return {_key(key, body): _without(body, set(DIFFERS), key.split("/")[-2]) for key, body in kept.items()}


def before(state: State) -> State:
    """The same without what a change and its undoing leave behind."""
    kept = {key: body for key, body in comparable(state).items() if "/revisions/" not in key}
    return {key: _without(body, set(LEFT_BEHIND)) for key, body in kept.items()}


def _key(key: str, body: State) -> str:
    """A name without what is drawn: routes and addresses that the cloud makes by itself are known by their range."""
    path, _, name = key.rpartition("/")
    if name.startswith(("default-route-", "serverless-ipv4-")):
        return f"{path}/{body.get('destRange') or body.get('address')}"
    return DRAWN.sub("", key)


def _without(value: Any, fields: set[str], inside: str = "") -> Any:
    if isinstance(value, dict):
        left = {key: inner for key, inner in value.items() if not fields & {key, f"{inside}.{key}"}}
        kept = {key: _without(inner, fields, key) for key, inner in left.items()}
        return {key: inner for key, inner in kept.items() if inner != {} or value[key] == {}}
    if isinstance(value, list):
        return [_without(inner, fields, inside) for inner in value]
    return DRAWN.sub("", value) if isinstance(value, str) else value
