"""The sandbox cloud of an invocation: started on demand, asked through its control API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from wizard.cli.argv import scenario_names
from wizard.cli.options import DEFAULT_SCENARIO, DEFAULT_SPEED, Options
from wizard.errors import InputError, RunvpcError
from wizard.lessons.library import scenario_file
from wizard.paths import find_paths
from wizard.sandbox import client
from wizard.sandbox.client import Sandbox


@dataclass(frozen=True)
class Place:
    """A running sandbox. `pace` says in words how fast its time runs, `notes` what of the scenario is not enforced.

    `authority` is the file with the certificate of its own authority (PEM).
    """

    sandbox: Sandbox
    name: str
    project: str
    region: str
    pace: str
    authority: str
    notes: tuple[str, ...] = ()
    paused: bool = False


def start_sandbox(options: Options, *, keep: bool = False) -> Place:
    """The sandbox that the options name (the tutorial when they name none), started if it does not run.

    Without `--speed` a running one keeps its speed. Raises InputError for a scenario that does not exist or is wrong.
    """
    name = options.sandbox or DEFAULT_SCENARIO
    speed = options.speed
    if speed is None and running_sandbox(options) is None:
        speed = DEFAULT_SPEED
    with _our_errors():
        sandbox = client.ensure(
            find_paths().sandbox, scenario_file(name), speed=speed or None, instant=speed == 0, keep=keep
        )
    info = ask(sandbox, "GET", "info")
    return Place(
        sandbox=sandbox,
        name=name,
        project=info["project"],
        region=info["region"],
        pace=_pace(info),
        authority=info["certificate_authority"],
        notes=tuple(info["unenforced"]),
        paused=info["paused"],
    )


def _pace(info: dict[str, Any]) -> str:
    if info["paused"]:
        return "time paused"
    return "instant" if info["instant"] else f"{info['speed']:g} times real time"


def running_sandbox(options: Options) -> Sandbox | None:
    """The sandbox that the options name if it is running; nothing is started. Raises InputError as above."""
    with _our_errors():
        return client.find(find_paths().sandbox, scenario_file(options.sandbox or DEFAULT_SCENARIO))


def scenario_hash(scenario: str) -> str:
    """The hash of a scenario's content. Raises InputError when it cannot be read."""
    with _our_errors():
        return client.scenario_hash(scenario_file(scenario))


def stop_sandbox(sandbox: Sandbox) -> None:
    """Stop it and wait until it is gone; its state is kept."""
    with _our_errors():
        client.stop(sandbox)


def ask(sandbox: Sandbox, verb: str, what: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """A reply of the sandbox's control API. Raises RunvpcError when it refuses or does not answer."""
    with _our_errors():
        return client.control(sandbox, verb, what, body)


@contextmanager
def _our_errors() -> Iterator[None]:
    """The sandbox shares no code with the rest: its errors become ours here."""
    try:
        yield
    except client.ScenarioProblem as problem:
        fix = f"one of {', '.join(scenario_names())}, or a scenario file"
        raise InputError(str(problem), field="--sandbox", fix=fix, code="scenario") from problem
    except client.Refused as refusal:
        raise InputError(str(refusal), field="sandbox", fix="runvpc sandbox --help", code="sandbox") from refusal
    except client.SandboxError as error:
        raise RunvpcError(_ends(str(error)), code="sandbox", fix="runvpc info says where its folder is") from error
    except OSError as error:
        message = f"the sandbox does not answer: {error}"
        raise RunvpcError(message, code="sandbox", fix="runvpc sandbox stop, then again") from error


def _ends(text: str) -> str:
    """The first and the last line: of a log, what tells most."""
    lines = text.strip().splitlines() or [""]
    return lines[0] if len(lines) == 1 else f"{lines[0]} ... {lines[-1]}"
