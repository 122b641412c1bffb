"""`runvpc status connector:NAME`: who uses a connector."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.cli.fakes import Screen
from wizard.errors import Exit

WORLD = """
[project]
id = "demo-project"

[[network]]
name = "my-vpc"

[[connector]]
name = "con"
network = "my-vpc"
range = "10.8.0.0/28"

[[connector]]
name = "idle"
network = "my-vpc"
range = "10.8.0.16/28"

[[service]]
name = "web"
connector = "con"
egress = "all-traffic"
labels = { "goog-terraform-provisioned" = "true" }

[[subnet]]
name = "apps"
network = "my-vpc"
range = "10.9.0.0/24"

[[service]]
name = "moved"
network = "my-vpc"
subnet = "apps"

[[revision]]
service = "moved"
name = "moved-before"
connector = "con"
tag = "old"

[[service]]
name = "elsewhere"

[[job]]
name = "nightly"
connector = "con"
"""


def run(folder: Path, *words: str, world: str = WORLD) -> tuple[int, Any, str]:
    file = folder / "world.toml"
    file.write_text(world)
    place = ("--sandbox", str(file), "--speed", "instant")
    headless = Screen()
    ended = headless.run("status", *words, *place, "--json")
    screen = Screen()
    screen.run("status", *words, *place)
    Screen().run("sandbox", "stop", *place)
    return ended, headless.document, screen.out.getvalue()


def test_every_user_is_found(tmp_path: Path) -> None:
    ended, found, text = run(tmp_path, "connector:con")
    assert ended == Exit.DONE
    assert (found["connector"]["state"], found["connector"]["range"]) == ("READY", "10.8.0.0/28")
    assert found["unseen_projects"] == []
    users = {user["name"]: user for user in found["users"]}
    assert list(users) == ["moved", "web", "nightly"]
    (old,) = users["moved"]["serving"]
    assert (users["moved"]["template"], old) == (False, {"revision": "moved-before", "percent": 0, "tags": ["old"]})
    assert (users["web"]["template"], users["web"]["owner"]) == (True, "Terraform")
    assert users["web"]["serving"][0]["percent"] == 100
    assert users["nightly"]["kind"] == "job"
    assert "moved-before 0 % tag old" in text
    assert max(len(line) for line in text.splitlines() if str(tmp_path) not in line) <= 80


def test_a_connector_that_nobody_uses(tmp_path: Path) -> None:
    ended, found, text = run(tmp_path, "connector:idle")
    assert (ended, found["users"]) == (Exit.DONE, [])
    assert "nothing in this project uses it" in text


def test_a_connector_that_does_not_exist(tmp_path: Path) -> None:
    ended, found, _ = run(tmp_path, "connector:none")
    assert ended == Exit.FAILED
    assert "there: con, idle" in found["error"]["message"]


def test_a_name_that_cannot_be(tmp_path: Path) -> None:
    ended, found, _ = run(tmp_path, "connector:C0n_")
    assert (ended, found["error"]["field"]) == (Exit.INPUT, "SERVICE")


OTHERS = """
[[project]]
id = "demo-project"
number = 1

[[project]]
id = "team-a"
number = 2

[[network]]
name = "my-vpc"

[[connector]]
name = "con"
network = "my-vpc"
range = "10.8.0.0/28"

[[service]]
name = "shop"
project = "team-a"
connector = "projects/demo-project/locations/us-central1/connectors/con"

[[function]]
name = "resize"
connector = "con"
egress = "all-traffic"

[[app_engine]]
version = "v1"
connector = "con"
"""


def test_what_no_change_of_its_own_can_move_and_other_projects(tmp_path: Path) -> None:
    ended, found, text = run(tmp_path, "connector:con", world=OTHERS)
    assert (ended, found["users"], found["unseen"], found["unseen_projects"]) == (Exit.DONE, [], [], [])
    assert [(one["kind"], one["name"], one["egress"]) for one in found["fixed"]] == [
        ("1st gen function", "resize", "all-traffic"),
        ("App Engine version", "default/v1", "private-ranges-only"),
    ]
    ((project, (shop,)),) = [(one["project"], one["users"]) for one in found["projects"]]
    assert (project, shop["name"]) == ("team-a", "shop")
    assert "in project team-a:" in text
    assert "service shop" in text
    assert "not seen" not in text


def test_what_may_not_be_seen_is_said(tmp_path: Path) -> None:
    denied = '[[permission]]\ndenied = ["run.services.list", "run.jobs.list", "appengine.services.list"]\n'
    ended, found, text = run(tmp_path, "connector:con", world=OTHERS + denied)
    assert (ended, found["unseen_projects"]) == (Exit.DONE, ["team-a"])
    assert [one["what"] for one in found["unseen"]] == ["App Engine versions", "jobs", "services", "project team-a"]
    assert "not seen: App Engine versions (PERMISSION_DENIED" in text
    assert "nothing in this project uses it" not in text
