"""runvpc in live mode through the proxy: set-up, proof and undo. Nothing in it is told that it is not Google."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.rehearsal.shell import run_in_shell

ANSWERS = """
version = 1
flow = "setup"
service = "my-service"
region = "us-central1"
targets = ["redis://10.0.0.3:6379"]
network = "my-vpc"
egress_path = "connector"
"""

WALK = """
state() {{ {runvpc} sandbox state projects/ --sandbox {scenario} > "$1"; }}
state before.json
{runvpc} setup --answers answers.toml --yes --json > setup.json 2> setup.said
state between.json
{runvpc} undo last --yes --json > undo.json 2> undo.said
state after.json
{runvpc} sandbox log --sandbox {scenario} > log.json
{python} -c '
import json
from wizard.paths import find_paths
from wizard.sandbox import client
print(json.dumps(client.control(client.running(find_paths().sandbox)[0], "GET", "info")["tokens"]))' > tokens.json
cat "$GOOGLE_APPLICATION_CREDENTIALS" > key.json
"""


def read(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text())


def connectors(state: dict[str, Any]) -> list[str]:
    return [key.rsplit("/", 1)[-1] for key in state if key.startswith("vpcaccess/")]


def test_set_up_and_undo_in_live_mode(tmp_path: Path) -> None:
    (tmp_path / "answers.toml").write_text(ANSWERS)
    _, said = run_in_shell(tmp_path, "tutorial", WALK)
    assert "SIMULATION: this shell is on the sandbox tutorial" in said
    account = read(tmp_path, "key.json")["client_email"]
    assert f"LIVE {account}@" in (tmp_path / "setup.said").read_text()
    made, undone = read(tmp_path, "setup.json"), read(tmp_path, "undo.json")
    assert (made["run"]["status"], undone["run"]["status"]) == ("done", "undone")
    assert [(p["target"], p["verdict"]) for p in made["probe"]] == [("redis://10.0.0.3:6379", "connected")]
    assert connectors(read(tmp_path, "between.json")) == ["my-service-vpc"]
    assert connectors(read(tmp_path, "after.json")) == connectors(read(tmp_path, "before.json")) == []
    calls = read(tmp_path, "log.json")["requests"]
    assert {(c["client"].split()[0], c["transport"]) for c in calls} == {("runvpc", "rest"), ("runvpc", "grpc")}
    assert all(call["status"] < 500 and call["status"] != 401 for call in calls)
    tokens = read(tmp_path, "tokens.json")
    assert tokens["signed"] > 20, "Google's clients sign their own tokens"
    assert tokens["given"] > 0, "the REST session asks the token endpoint"
