"""Runs one task of a Cloud Run job: the wizard's own probe as a real process, and nothing else.

The process sees the container's environment and no other. Its connections are decided by the gateway and made by the
kernel, to listeners on loopback. A job with another program has the outcome that the scenario declares.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources
from pathlib import Path

from wizard.sandbox import projects
from wizard.sandbox.api import Body
from wizard.sandbox.instances import DIRECT_START_SECONDS
from wizard.sandbox.listeners import BLACK_HOLE
from wizard.sandbox.reach import way
from wizard.sandbox.resolve import resolve
from wizard.sandbox.world import World

INSTANT_PACE = 60.0
"""Simulated seconds per real second of an instance when operations take no time at all."""

_SHORTEST_LIMIT = 20.0
_LAUNCHER = Path(__file__).with_name("launcher.py")


@dataclass(frozen=True)
class TaskResult:
    """How a task ended. `lines` is what it printed; `exit_code` is None when it was killed, `reason` then says why.

    `simulated`: no program ran, the scenario said how it ends.
    """

    exit_code: int | None
    lines: tuple[str, ...] = ()
    reason: str = ""
    message: str = ""
    simulated: bool = False


@dataclass(frozen=True)
class Instance:
    """The instance of one task. `network_at` is the event loop's time from which its network works."""

    world: World
    access: Body
    region: str
    network_at: float
    pace: float


@cache
def probe_text() -> str:
    """The one program that the sandbox runs."""
    return resources.files("wizard.probe").joinpath("probe.py").read_text(encoding="utf-8")


async def run_task(world: World, execution: Body, index: int) -> TaskResult:
    """Run task `index` of an execution (a run v2 body) to its end. Cancelling kills the process."""
    template: Body = execution.get("template") or {}
    container: Body = (template.get("containers") or [{}])[0]
    program = [*(container.get("command") or []), *(container.get("args") or [])]
    if program != ["python", "-c", probe_text()]:
        return _declared(world, execution)
    instance = _instance(world, template, execution)
    limit = float(str(template.get("timeout") or "600s").removesuffix("s"))
    environment = _environment(container, execution, index)
    control = await asyncio.start_server(partial(_control, instance), "127.0.0.1", 0)
    async with control:
        port = control.sockets[0].getsockname()[1]
        return await _run(port, instance.pace, environment, limit)


def _declared(world: World, execution: Body) -> TaskResult:
    """The outcome of a program that the sandbox does not run."""
    job = str(execution.get("name", "")).partition("/jobs/")[2].partition("/")[0]
    outcome = next((j.outcome for j in world.scenario.jobs if j.name == job), "")
    failed = outcome not in ("", "success", "succeeded", "0")
    code = int(outcome) if outcome.isdigit() else int(failed)
    return TaskResult(code, ("simulated: the sandbox runs no program but the probe",), simulated=True)


def _instance(world: World, template: Body, execution: Body) -> Instance:
    name = str(execution.get("name", ""))
    region = name.partition("/locations/")[2].partition("/")[0]
    access = projects.in_full(template.get("vpcAccess") or {}, projects.owner(name), region)
    pace = INSTANT_PACE if world.clock.instant else max(world.clock.speed, 1.0)
    usual = 0.0 if world.clock.instant else DIRECT_START_SECONDS
    delay = world.scenario.timing.get("direct.start", usual) if access.get("networkInterfaces") else 0.0
    return Instance(world, access, region, asyncio.get_running_loop().time() + delay / pace, pace)


def _environment(container: Body, execution: Body, index: int) -> dict[str, str]:
    """What the container sees: its literal variables and those of Cloud Run's job contract."""
    literal = {str(e["name"]): str(e.get("value", "")) for e in container.get("env") or [] if "valueSource" not in e}
    _, _, names = str(execution.get("name", "")).partition("/jobs/")
    job, _, name = names.partition("/executions/")
    return literal | {
        "CLOUD_RUN_JOB": job,
        "CLOUD_RUN_EXECUTION": name,
        "CLOUD_RUN_TASK_INDEX": str(index),
        "CLOUD_RUN_TASK_ATTEMPT": "0",
        "CLOUD_RUN_TASK_COUNT": str(execution.get("taskCount", 1)),
    }


async def _run(port: int, pace: float, environment: dict[str, str], limit: float) -> TaskResult:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", "-B", str(_LAUNCHER), str(port), str(pace)),
        env=environment,
        cwd="/",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(min(limit, max(limit / pace, _SHORTEST_LIMIT))):
            printed, problems = await process.communicate(probe_text().encode())
    except TimeoutError:
        message = f"Terminating task because it has reached the maximum timeout of {limit:g} seconds."
        return TaskResult(None, reason="TASK_TIMEOUT", message=message)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    code = process.returncode if process.returncode is not None and process.returncode >= 0 else None
    lines = tuple(printed.decode("utf-8", "replace").splitlines())
    return TaskResult(code, lines, message=problems.decode("utf-8", "replace")[-500:])


async def _control(instance: Instance, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers the launcher: where a connection leads, which address a name has."""
    try:
        while (line := await reader.readline()).endswith(b"\n"):
            writer.write(json.dumps(_answer(instance, json.loads(line))).encode() + b"\n")
            await writer.drain()
    except ConnectionError:
        return
    finally:
        writer.close()


def _answer(instance: Instance, question: Body) -> Body:
    world = instance.world
    if "name" in question:
        return {"ip": resolve(world, instance.access, str(question["name"]))}
    address, port = str(question["ip"]), int(question["port"])
    if asyncio.get_running_loop().time() < instance.network_at:
        return {"to": world.listeners[BLACK_HOLE]}
    leads = way(world, instance.access, instance.region, address, port)
    return {"errno": leads} if isinstance(leads, int) else {"to": leads}
