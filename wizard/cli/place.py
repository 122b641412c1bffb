"""The sandbox cloud of an invocation: started on demand, asked through its control API."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from wizard.cli.argv import scenario_names
from wizard.cli.options import DEFAULT_SCENARIO, DEFAULT_SPEED, Options
from wizard.errors import InputError, RunvpcError
from wizard.paths import find_paths
from wizard.sandbox import client
from wizard.sandbox.client import Sandbox


@dataclass(frozen=True)
class Place:
    """A running sandbox. `pace` says in words how fast its time runs, `notes` what of the scenario is not enforced."""

    sandbox: Sandbox
    name: str
    project: str
    region: str
    pace: str
    notes: tuple[str, ...] = field(default=())


def start_sandbox(options: Options, *, keep: bool = False) -> Place:
    """The sandbox that the options name (the tutorial when they name none), running at the wanted speed.

    Raises InputError for a scenario that does not exist or is wrong.
    """
    name = options.sandbox or DEFAULT_SCENARIO
    speed = DEFAULT_SPEED if options.speed is None else options.speed
    try:
        sandbox = client.ensure(find_paths().sandbox, name, speed=speed or None, instant=speed == 0, keep=keep)
    except client.ScenarioProblem as problem:
        fix = f"one of {', '.join(scenario_names())}, or a scenario file"
        raise InputError(str(problem), field="--sandbox", fix=fix, code="scenario") from problem
    info = ask(sandbox, "GET", "info")
    pace = "instant" if speed == 0 else f"{speed:g} times real time"
    return Place(sandbox, name, info["project"], info["region"], pace, tuple(info.get("unenforced", ())))


def running_sandbox(options: Options) -> Sandbox | None:
    """The sandbox that the options name if it is running; nothing is started."""
    try:
        return client.find(find_paths().sandbox, options.sandbox or DEFAULT_SCENARIO)
    except client.ScenarioProblem as problem:
        raise InputError(str(problem), field="--sandbox", code="scenario") from problem


def ask(sandbox: Sandbox, verb: str, what: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """A reply of the sandbox's control API. Raises RunvpcError when it cannot be had."""
    try:
        reply: dict[str, Any] = client.control(sandbox, verb, what, body)
        return reply
    except OSError as error:
        raise RunvpcError(f"the sandbox does not answer: {error}", code="sandbox", fix="runvpc sandbox stop") from error
