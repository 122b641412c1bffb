"""A hostile scenario or request stays inside the sandbox's folder, and starts no program."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.cli.fakes import Screen
from tests.sandbox.serving import SMALL, ask, serving
from wizard.errors import Exit
from wizard.sandbox.scenario import ScenarioError, parse

UP = "../../../escaped"
NAMES = [UP, "/tmp/escaped", "a/b", "a\0b", "..", "%2e%2e%2fescaped", "$(touch escaped)", "`id`", "a\nb"]


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("table", ["network", "service", "job", "secret", "connector", "subnet", "firewall"])
def test_a_name_that_is_none_is_refused(table: str, name: str) -> None:
    quoted = "".join(f"\\U{ord(c):08x}" for c in name)
    more = {"connector": 'network = "my-vpc"\nrange = "10.8.0.0/28"', "firewall": 'network = "my-vpc"'}
    more["subnet"] = 'network = "my-vpc"\nrange = "10.8.0.0/24"'
    text = f'{SMALL}\n[[{table}]]\nname = "{quoted}"\n{more.get(table, "")}\n'
    with pytest.raises(ScenarioError, match=r"\.name: "):
        parse(text.encode(), "hostile.toml")


async def test_names_in_requests_leave_nothing_outside_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "sandbox"
    await asyncio.to_thread(folder.mkdir, parents=True)
    async with serving(folder) as server:
        before = files(folder)
        place = "/compute/v1/projects/demo-project/global"
        for name in NAMES:
            status, _ = await ask(server, "POST", f"{place}/networks", {"name": name})
            assert status == 400
            status, _ = await ask(server, "POST", "/_sandbox/snapshots", {"save": name})
            assert status in (400, 404, 405)
        for path in (f"{place}/networks/{UP}", "/_sandbox/../../etc/passwd", "//etc/passwd", f"/_sandbox/{UP}"):
            status, _ = await ask(server, "GET", path)
            assert status in (400, 403, 404)
    assert files(folder) - before <= {"state.json", "state.new"}
    assert files(tmp_path) == {"deep", "deep/sandbox", *(f"deep/sandbox/{name}" for name in files(folder))}


def test_a_snapshot_has_no_path(tmp_path: Path) -> None:
    place = ("--sandbox", "tutorial", "--speed", "instant")
    for name in NAMES:
        assert Screen().run("sandbox", "snapshot", "save", name, *place) == Exit.INPUT
    Screen().run("sandbox", "stop", *place)
    assert not list(tmp_path.rglob("*escaped*"))


def test_a_job_with_another_program_runs_nothing(tmp_path: Path) -> None:
    """The outcome of any program but the probe is the scenario's word."""
    mark = tmp_path / "ran"
    job = f'\n[[job]]\nname = "own"\nimage = "busybox"\nenv = {{ X = "$(touch {mark})" }}\noutcome = "3"\n'
    body = {"template": {"template": {"containers": [{"image": "i", "command": ["touch"], "args": [str(mark)]}]}}}

    async def run() -> None:
        async with serving(tmp_path / "sandbox", SMALL + job) as server:
            place = "/v2/projects/demo-project/locations/us-central1/jobs"
            assert (await ask(server, "POST", f"{place}?jobId=mine", body))[0] == 200
            for name in ("own", "mine"):
                assert (await ask(server, "POST", f"{place}/{name}:run", {}))[0] == 200
            await asyncio.wait_for(asyncio.gather(*server.world.running), 10)

    (tmp_path / "sandbox").mkdir()
    asyncio.run(run())
    assert not mark.exists()
