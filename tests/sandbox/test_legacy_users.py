"""1st generation functions, App Engine versions, and who is connected to a connector of another project."""

from __future__ import annotations

import pytest

from tests.sandbox.handling import PROJECT, ask, seeded
from wizard.sandbox import permissions, services
from wizard.sandbox.api import ApiError, Call
from wizard.sandbox.clock import Clock
from wizard.sandbox.scenario import ScenarioError, parse
from wizard.sandbox.services.serviceusage import require_api
from wizard.sandbox.world import World

CONNECTOR = """
[[connector]]
name = "con"
network = "my-vpc"
range = "10.8.0.0/28"
"""
FULL = f"projects/{PROJECT}/locations/us-central1/connectors/con"
WORLD = f"""
[[project]]
id = "{PROJECT}"
number = 1

[[project]]
id = "team-a"
number = 2

[[project]]
id = "team-b"
number = 3

[[project]]
id = "team-c"
number = 4
apis = ["run.googleapis.com"]

[[network]]
name = "my-vpc"
{CONNECTOR}
[[connector]]
name = "idle"
network = "my-vpc"
range = "10.9.0.0/28"

[[service]]
name = "web"
project = "team-a"

[[revision]]
service = "web"
name = "web-old"
connector = "{FULL}"
tag = "old"

[[function]]
name = "resize"
connector = "con"
egress = "all-traffic"

[[app_engine]]
version = "v1"
connector = "{FULL}"
project = "team-b"
"""
FUNCTION = '[[function]]\nname = "f"\n'
VERSION = '[[app_engine]]\nversion = "v1"\n'
HEAD = f'[project]\nid = "{PROJECT}"\n[[network]]\nname = "my-vpc"\n'


def whole(scenario: str) -> World:
    services.load()
    made = World(parse(scenario.encode(), "whole"), clock=Clock(start=1_700_000_000, instant=True))
    services.seed(made)
    return made


async def test_only_the_full_view_tells_the_connector() -> None:
    world = seeded(CONNECTOR + VERSION + 'connector = "con"\n')
    service = f"apps/{PROJECT}/services/default"
    (brief,) = (await ask(world, "appengine.services.versions.list", parent=service))["versions"]
    (full,) = (await ask(world, "appengine.services.versions.list", parent=service, view="FULL"))["versions"]
    assert "vpcAccessConnector" not in brief
    assert full["vpcAccessConnector"] == {"name": FULL, "egressSetting": "PRIVATE_IP_RANGES"}
    for request in ({"parent": f"{service}-2"}, {"parent": service, "view": "ALL"}):
        with pytest.raises(ApiError):
            await ask(world, "appengine.services.versions.list", **request)


async def test_who_is_connected_to_a_connector() -> None:
    world = whole(WORLD)
    place = f"vpcaccess/projects/{PROJECT}/locations/us-central1/connectors"
    assert (world.store.get(f"{place}/con") or {})["connectedProjects"] == [PROJECT, "team-b", "team-a"]
    assert (world.store.get(f"{place}/idle") or {})["connectedProjects"] == [PROJECT]
    old = world.store.get("run/projects/team-a/locations/us-central1/services/web/revisions/web-old") or {}
    assert old["vpcAccess"]["connector"] == FULL


def test_an_api_that_is_off_and_a_permission_that_is_denied() -> None:
    world = whole(WORLD + '[[permission]]\ndenied = ["appengine.versions.list"]\n')
    require_api(world, "appengine", "team-a")
    with pytest.raises(ApiError, match="App Engine Admin API has not been used in project 4"):
        require_api(world, "appengine", "team-c")
    resource = "apps/team-a/services/default"
    with pytest.raises(ApiError, match=r"appengine\.versions\.list"):
        permissions.check(world, Call("appengine.services.versions.list", {"parent": resource}), resource)


@pytest.mark.parametrize(
    ("more", "key", "rule"),
    [
        (FUNCTION + "generation = 2\n", "function[0].generation", "is a service"),
        (FUNCTION + 'egress = "some"\n', "function[0].egress", "neither"),
        (FUNCTION + FUNCTION, "function[1].name", "also the name"),
        (FUNCTION + 'project = "none"\n', "function[0].project", "not a project"),
        (FUNCTION + 'connector = "projects/x/con"\n', "function[0].connector", "no connector of this file"),
        (VERSION + f'connector = "{FULL}"\n', "app_engine[0].connector", "no connector of this file"),
        ('[[app_engine]]\nversion = "V1"\n', "app_engine[0].version", "lower-case"),
        (VERSION + 'service = ""\n', "app_engine[0].service", "lower-case"),
        (VERSION + 'region = "here"\n', "app_engine[0].region", "no region"),
        (VERSION + VERSION, "app_engine[1].version", "also the version"),
        ('[[app_engine]]\nservice = "x"\n', "app_engine[0]", "missing required field `version`"),
    ],
)
def test_tables_that_are_wrong(more: str, key: str, rule: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        parse((HEAD + more).encode(), "my.toml")
    said = str(refused.value)
    assert said.startswith(f"my.toml: {key}") and rule in said and "; for example " in said
