"""Finding, starting, asking and stopping sandbox servers. Light: nothing of Google's, gRPC's or aiohttp's is imported.

One server per folder and content of a scenario, always a process of its own. It survives whoever started it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wizard.sandbox import folder as places

IDLE = 1200.0
"""Seconds without a request and without unfinished work after which a server stops by itself."""

STEP = 0.02
STOP_PATIENCE = 10.0
REPLY_PATIENCE = 30.0

PACKAGE_ROOT = Path(__file__).resolve().parent.parent.parent


CHILDREN: dict[int, subprocess.Popen[bytes]] = {}
"""Servers that this process started, by process id: whoever stops one here also collects its exit status."""


class SandboxError(Exception):
    """The server could not be started or stopped; the text says what its log says."""


class Refused(SandboxError):
    """The control API does not take what was asked for; the text says what is wrong."""


class ScenarioProblem(SandboxError):
    """The scenario does not exist or is wrong; the text names file, key and rule."""


@dataclass(frozen=True)
class Sandbox:
    """A running server."""

    port: int
    pid: int
    state_dir: Path
    scenario: str
    scenario_hash: str
    secret: str = field(default="", repr=False)

    @property
    def url(self) -> str:
        """Where all of its APIs are."""
        return f"http://127.0.0.1:{self.port}"


def ensure(
    root: Path,
    scenario: str,
    *,
    speed: float | None = None,
    instant: bool = False,
    keep: bool = False,
    wait: float = 30.0,
) -> Sandbox:
    """The server of this scenario below `root`, started if it does not run, with time as wanted.

    `scenario` is a built-in name or a file, `speed` None leaves a running server's time as it is, `keep` lets it run
    however idle, `wait` is the longest to wait for its start (seconds). Raises ScenarioProblem and SandboxError.
    """
    folder, name, content = _place(root, scenario)
    with places.starting(folder):
        sandbox = _running(folder)
        if sandbox is None or not _answers(sandbox):
            return _start(folder, name, content, _arguments(speed, instant, keep), wait)
    if instant:
        control(sandbox, "POST", "clock", {"instant": True})
    elif speed is not None:
        control(sandbox, "POST", "clock", {"speed": speed, "instant": False})
    if keep:
        control(sandbox, "POST", "keep")
    return sandbox


def find(root: Path, scenario: str) -> Sandbox | None:
    """The server of this scenario if it runs. Raises ScenarioProblem."""
    folder, _, _ = _place(root, scenario)
    return _running(folder)


def scenario_hash(scenario: str) -> str:
    """What a scenario's content is known by. Raises ScenarioProblem when it cannot be read."""
    return _place(Path(), scenario)[2]


def running(root: Path) -> list[Sandbox]:
    """Every server that runs below `root`."""
    folders = sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
    return [sandbox for sandbox in map(_running, folders) if sandbox is not None]


def stop(sandbox: Sandbox) -> None:
    """Stop a server and wait until it is gone; its state is kept. Raises SandboxError when it does not go."""
    try:
        control(sandbox, "POST", "stop")
    except OSError:
        if not places.is_served(sandbox.state_dir):
            return
        raise
    end = time.monotonic() + STOP_PATIENCE
    while places.is_served(sandbox.state_dir):
        if time.monotonic() > end:
            raise SandboxError(f"the sandbox (process {sandbox.pid}) does not stop")
        time.sleep(STEP)
    child = CHILDREN.pop(sandbox.pid, None)
    if child is not None:
        child.wait()


def control(sandbox: Sandbox, verb: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A reply of the control API (`info`, `state`, `log` …). Raises SandboxError for a refusal, OSError for silence."""
    from http.client import HTTPConnection, HTTPException

    connection = HTTPConnection("127.0.0.1", sandbox.port, timeout=REPLY_PATIENCE)
    try:
        content = json.dumps(body) if body is not None else None
        headers = {"Content-Type": "application/json", places.SECRET_HEADER: sandbox.secret}
        connection.request(verb, f"/_sandbox/{path}", content, headers)
        reply = connection.getresponse()
        answer: dict[str, Any] = json.loads(reply.read())
    except HTTPException as error:
        raise ConnectionError(f"no proper answer: {error}") from error
    finally:
        connection.close()
    if reply.status >= 400:
        refused = reply.status in (400, 404)
        raise (Refused if refused else SandboxError)(answer["error"]["message"])
    return answer


def _place(root: Path, scenario: str) -> tuple[Path, str, str]:
    """Folder, full name and content hash of a scenario. Only its text is read: the server checks it."""
    from wizard.sandbox import scenario as scenarios

    try:
        content = scenarios.content_hash(scenarios.read(scenario))
        name = scenario if scenarios.is_built_in(scenario) else str(Path(scenario).absolute())
    except scenarios.ScenarioError as error:
        raise ScenarioProblem(str(error)) from error
    return root / f"{_short(Path(name).stem)}-{content}", name, content


def _short(name: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in name)[:40]


def _running(folder: Path) -> Sandbox | None:
    said = places.read_server(folder)
    if said is None:
        return None
    return Sandbox(
        said["port"], said["pid"], folder, said["scenario"], said["scenario_hash"], str(said.get("secret", ""))
    )


def _answers(sandbox: Sandbox) -> bool:
    """Whether it is not just about to stop. Being asked, it counts as used."""
    try:
        control(sandbox, "GET", "info")
    except OSError:
        return False
    return True


def _arguments(speed: float | None, instant: bool, keep: bool) -> list[str]:
    arguments = ["--speed", str(speed)] if speed is not None else []
    if instant:
        arguments.append("--instant")
    return [*arguments, "--idle", "0" if keep else str(IDLE)]


def _start(folder: Path, name: str, content: str, arguments: list[str], wait: float) -> Sandbox:
    command = [sys.executable, "-m", "wizard.sandbox", "serve", "--folder", str(folder), "--scenario", name, *arguments]
    path = os.pathsep.join(p for p in (str(PACKAGE_ROOT), os.environ.get("PYTHONPATH", "")) if p)
    log = folder / "server.log"
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as output:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": path},
        )
    end = time.monotonic() + wait
    while (sandbox := _running(folder)) is None:
        status = child.poll()
        if status is not None:
            raise _failure(status, log.read_text(encoding="utf-8", errors="replace"))
        if time.monotonic() > end:
            child.terminate()
            child.wait()
            raise SandboxError(f"the sandbox did not start within {wait:g} s; its log is {log}")
        time.sleep(STEP)
    CHILDREN[child.pid] = child
    return sandbox


def _failure(status: int, said: str) -> SandboxError:
    if status == places.WRONG_SCENARIO:
        return ScenarioProblem(said.strip())
    return SandboxError(f"the sandbox ended with status {status}: {said.strip()[-2000:]}")
