"""Tasks of a job end to end: the probe in a real process, the kernel connecting, refusing or dropping."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.sandbox import small_worlds
from tests.sandbox.small_worlds import DIRECT, PROJECT, REGION, VIA_CONNECTOR
from wizard.sandbox import instances, launcher, listeners
from wizard.sandbox.api import Body
from wizard.sandbox.tasks import TaskResult, probe_text, run_task
from wizard.sandbox.world import World

MORE = """
[[job]]
name = "nightly"
region = "us-central1"
image = "busybox"
outcome = "3"
"""


@contextlib.asynccontextmanager
async def running(more: str = "", *, instant: bool = True) -> AsyncIterator[World]:
    world = small_worlds.world(more, instant=instant)
    small_worlds.route(world, "vpn", "10.50.0.0/16", nextHopVpnTunnel="t")
    await listeners.start(world)
    try:
        yield world
    finally:
        await listeners.stop(world)


def execution(*targets: str, access: Body | None = None, job: str = "probe", text: str = "", **env: str) -> Body:
    """An execution of the probe (or of another Python program) as the run API shows it."""
    values = {"RUNVPC_TARGETS": json.dumps(targets), "RUNVPC_TIMEOUT": "2", "RUNVPC_ATTEMPTS": "9"} | env
    container: Body = {"command": ["python"], "args": ["-c", text or probe_text()]}
    container["env"] = [{"name": key, "value": value} for key, value in values.items()]
    template = {"containers": [container], "vpcAccess": access or {}, "timeout": "90s"}
    return {"name": f"{PROJECT}/locations/{REGION}/jobs/{job}/executions/{job}-1", "taskCount": 9, "template": template}


def report(result: TaskResult) -> Body:
    (line,) = result.lines
    found: Body = json.loads(line)
    return found


@pytest.mark.parametrize(
    ("target", "access", "verdict", "layer", "code"),
    [
        ("redis://10.0.0.3", VIA_CONNECTOR, "connected", "protocol", 0),
        ("redis://cache.corp.example", VIA_CONNECTOR, "connected", "protocol", 0),
        ("postgres://10.0.0.3", VIA_CONNECTOR, "connected", "protocol", 0),
        ("mysql://10.0.0.3", VIA_CONNECTOR, "connected", "protocol", 0),
        ("http://10.0.0.3/health", VIA_CONNECTOR, "connected", "protocol", 0),
        ("tcp://10.0.0.3:9000", VIA_CONNECTOR, "connected", "tcp", 0),
        ("tcp://10.0.0.3:81", VIA_CONNECTOR, "refused", "tcp", 20),
        ("tcp://10.0.0.3:4444", VIA_CONNECTOR, "refused", "tcp", 20),
        ("redis://10.0.0.3", DIRECT, "timeout", "tcp", 21),
        ("redis://10.0.0.3", None, "timeout", "tcp", 21),
        ("tcp://10.50.0.1:1", VIA_CONNECTOR, "no_route", "tcp", 22),
        ("redis://nobody.corp.example", VIA_CONNECTOR, "name_not_found", "dns", 23),
        ("redis://cache.corp.example", None, "name_not_found", "dns", 23),
        ("rediss://10.0.0.3", VIA_CONNECTOR, "wrong_protocol", "tls", 26),
        ("redis://10.0.0.3:80", VIA_CONNECTOR, "wrong_protocol", "protocol", 27),
        ("redis://10.0.0.3:82", VIA_CONNECTOR, "protocol_timeout", "protocol", 28),
    ],
)
async def test_each_verdict_comes_from_a_real_process(
    target: str, access: Body | None, verdict: str, layer: str, code: int
) -> None:
    async with running() as world:
        result = await run_task(world, execution(target, access=access), 0)
    said = report(result)
    assert (said["verdict"], said["layer"], result.exit_code) == (verdict, layer, code), result
    assert (said["index"], said["target"], result.simulated, result.message) == (0, target, False, "")


async def test_redis_can_be_written_to() -> None:
    async with running() as world:
        result = await run_task(world, execution("redis://10.0.0.3", access=VIA_CONNECTOR, RUNVPC_WRITE="1"), 0)
    assert report(result)["detail"] == "PING, SET, GET and DEL of a throw-away key"


async def test_an_attached_server_takes_the_place_of_the_target() -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x0a\x00\x00\x00\x0aattached\x00")
        await writer.drain()
        writer.close()

    async with running() as world, await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        world.attached["10.0.0.3:3306"] = server.sockets[0].getsockname()
        result = await run_task(world, execution("mysql://10.0.0.3", access=VIA_CONNECTOR), 0)
    assert report(result)["detail"] == "MySQL attached"


async def test_direct_vpc_egress_starts_slowly_and_the_probe_waits_it_out() -> None:
    async with running(instant=False) as world:
        small_worlds.firewall(world, "a", "allow")
        world.clock.set_speed(40)
        waited = await run_task(world, execution("redis://10.0.0.3", access=DIRECT, RUNVPC_START_WINDOW="400"), 0)
        hurried = await run_task(world, execution("redis://10.0.0.3", access=DIRECT), 0)
        connector = await run_task(world, execution("redis://10.0.0.3", access=VIA_CONNECTOR), 0)
    assert report(waited)["verdict"] == "connected"
    assert report(waited)["start_delay_s"] >= instances.DIRECT_START_SECONDS - 1
    assert report(hurried)["verdict"] == "timeout"
    assert report(connector)["start_delay_s"] == 0


async def test_instances_run_at_the_same_time() -> None:
    async with running() as world:
        work = execution("redis://10.0.0.3", "tcp://10.0.0.3:81", access=VIA_CONNECTOR)
        results = await asyncio.gather(*(run_task(world, work, index) for index in range(4)))
    assert [r.exit_code for r in results] == [0, 20, 0, 20]
    assert [report(r)["index"] for r in results] == [0, 1, 2, 3]


async def test_a_task_is_killed_at_its_timeout() -> None:
    async with running(instant=False) as world:
        work = execution("redis://10.0.0.3:82", access=VIA_CONNECTOR, RUNVPC_TIMEOUT="30")
        work["template"]["timeout"] = "1s"
        begun = time.monotonic()
        result = await run_task(world, work, 0)
    assert (result.exit_code, result.reason) == (None, "TASK_TIMEOUT")
    assert time.monotonic() - begun < 10


async def test_cancelling_kills_the_process() -> None:
    async with running(instant=False) as world:
        work = execution("redis://10.0.0.3:82", access=VIA_CONNECTOR, RUNVPC_TIMEOUT="30")
        task = asyncio.create_task(run_task(world, work, 0))
        await asyncio.sleep(0.5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.parametrize(("job", "code"), [("nightly", 3), ("unknown", 0)])
async def test_another_program_is_never_run(job: str, code: int, tmp_path: Path) -> None:
    proof = tmp_path / "ran"
    text = probe_text() + f"\nopen({str(proof)!r}, 'w')"
    async with running(MORE) as world:
        result = await run_task(world, execution("redis://10.0.0.3", job=job, text=text), 0)
    assert (result.exit_code, result.simulated) == (code, True)
    assert not proof.exists()


ESCAPES = {
    "raw socket": "import _socket; _socket.socket().connect(('10.0.0.3', 6379))",
    "datagram": "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('10.0.0.3', 53))",
    "bind": "import socket; socket.socket().bind(('0.0.0.0', 0))",
    "unix socket": "import _socket; _socket.socket(_socket.AF_UNIX).connect('/var/run/docker.sock')",
    "raw look-up": "import _socket; _socket.getaddrinfo('example.com', 80)",
    "gethostbyname": "import socket; socket.gethostbyname('example.com')",
    "shell": "import os; os.system('true')",
    "process": "import subprocess; subprocess.run(['true'])",
    "fork": "import os; os.fork()",
    "spawn": "import os; os.posix_spawn('/bin/true', ['true'], {})",
    "exec": "import os; os.execv('/bin/true', ['true'])",
    "foreign functions": "import ctypes; ctypes.CDLL(None)",
    "file": "open('/tmp/escaped', 'w')",
    "remove": "import os; os.remove('/tmp/nothing')",
}


@pytest.mark.parametrize("text", ESCAPES.values(), ids=ESCAPES.keys())
async def test_the_launcher_fails_closed(text: str) -> None:
    """Straight to the launcher, since `run_task` would not even start such a text."""
    program = (
        f"try:\n    {text}\nexcept PermissionError as error:\n    print('stopped:', error)\nelse:\n    print('ESCAPED')"
    )

    async def control(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(control, "127.0.0.1", 0) as server:
        port = str(server.sockets[0].getsockname()[1])
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", "-B", launcher.__file__, port, "1"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={},
        )
        printed, _ = await process.communicate(program.encode())
    assert printed.startswith(b"stopped: the probe tried"), printed


async def test_the_process_sees_the_containers_environment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNVPC_WRITE", "1")
    async with running() as world:
        result = await run_task(world, execution("redis://10.0.0.3", access=VIA_CONNECTOR), 0)
    assert report(result)["detail"] == "+PONG"
