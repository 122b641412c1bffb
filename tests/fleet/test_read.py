"""Everything that a migration must know, read by the real clients from sandboxes with one project and with several."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from tests.sandbox.serving import serving
from wizard.cloud.connect import Connection, open_cloud
from wizard.errors import CloudError, InputError
from wizard.fleet.read import read_fleet
from wizard.fleet.users import Serving
from wizard.ports import Cloud
from wizard.sandbox.scenario import read

REGION = "us-central1"

SEVERAL = """
[[project]]
id = "demo-host"
number = 100

[[project]]
id = "team-a"
host_project = "demo-host"

[[project]]
id = "team-b"
host_project = "demo-host"

[[project]]
id = "team-c"
apis = ["run.googleapis.com"]

[[network]]
name = "shared"

[[subnet]]
name = "for-con"
network = "shared"
range = "10.8.0.0/28"

[[connector]]
name = "con"
subnet = "for-con"

[[connector]]
name = "idle"
network = "shared"
range = "10.9.0.0/28"

[[service]]
name = "web"
project = "team-a"
connector = "projects/demo-host/locations/us-central1/connectors/con"
egress = "all-traffic"
public = true

[[job]]
name = "nightly"
project = "team-b"
connector = "projects/demo-host/locations/us-central1/connectors/con"

[[service]]
name = "plain"
project = "team-c"

[[revision]]
service = "plain"
name = "plain-old"
connector = "projects/demo-host/locations/us-central1/connectors/con"
tag = "old"

[[service]]
name = "own"
connector = "idle"

[[function]]
name = "resize"
connector = "con"
egress = "all-traffic"
labels = { "goog-terraform-provisioned" = "true" }

[[app_engine]]
version = "v1"
connector = "con"
serving = false

[[app_engine]]
version = "v2"
project = "team-b"
connector = "projects/demo-host/locations/us-central1/connectors/con"
"""

DIRECT = """
[project]
id = "demo-project"

[[network]]
name = "my-vpc"

[[network]]
name = "other"

[[subnet]]
name = "apps"
network = "my-vpc"
range = "10.1.0.0/24"

[[subnet]]
name = "more"
network = "my-vpc"
range = "10.2.0.0/24"

[[subnet]]
name = "theirs"
network = "other"
range = "10.3.0.0/24"

[[service]]
name = "web"
network = "my-vpc"
subnet = "apps"
egress = "all-traffic"

[[service]]
name = "named"
subnet = "more"

[[service]]
name = "stranger"
network = "other"
subnet = "theirs"

[[service]]
name = "none"

[[job]]
name = "nightly"
network = "my-vpc"
subnet = "apps"
"""

Open = Callable[[str], Awaitable[Cloud]]


@asynccontextmanager
async def clouds(folder: Path, scenario: str) -> AsyncIterator[Open]:
    """Opens clients of a sandbox in this process, by project; all are closed at the end."""
    async with serving(folder, scenario) as server, AsyncExitStack() as stack:

        async def opened(project: str) -> Cloud:
            cloud = await open_cloud(Connection(endpoint=f"http://127.0.0.1:{server.port}"), project, REGION)
            stack.push_async_callback(cloud.aclose)
            return cloud

        yield opened


async def test_the_migration_scenario(tmp_path: Path) -> None:
    async with clouds(tmp_path, read("migration").decode()) as opened:
        fleet = await read_fleet(await opened("demo-project"), REGION, "legacy", permissions=("run.jobs.get",))
    assert (fleet.project, fleet.region, fleet.home) == ("demo-project", REGION, "demo-project")
    assert fleet.connector is not None and fleet.connector.range == "10.8.0.0/28"
    assert [user.name for user in fleet.users] == [
        *("auth", "catalog", "mailer", "orders", "reports", "web"),
        *("cleanup", "import", "nightly"),
    ]
    assert (fleet.unseen, fleet.elsewhere, fleet.fixed, fleet.inventory.gaps) == ((), (), (), ())
    assert fleet.public == {"auth", "catalog", "mailer", "orders", "web"}, "reports is internal"
    assert fleet.answers_now == dict.fromkeys(sorted(fleet.public), 200)
    assert {revision.name for revision in fleet.revisions} >= {"orders-stable", "orders-preview"}
    assert set(fleet.inventory.effective) == {"my-vpc"}
    assert fleet.inventory.granted == frozenset({"run.jobs.get"})
    assert fleet.inventory.zones == ()


async def test_nobody_is_called_unless_asked(tmp_path: Path) -> None:
    async with clouds(tmp_path, SEVERAL) as opened:
        full = f"projects/demo-host/locations/{REGION}/connectors/con"
        fleet = await read_fleet(await opened("team-a"), "europe-west1", full, open_project=opened, call=False)
    assert (fleet.project, fleet.region, fleet.home) == ("team-a", REGION, "demo-host"), "the region is the connector's"
    assert (sorted(fleet.public), fleet.answers_now) == (["web"], {})
    assert fleet.inventory.granted is None, "nobody asked what is granted"
    (user,) = fleet.users
    assert (user.name, user.egress, user.serving[0].percent) == ("web", "all-traffic", 100)


async def test_other_projects_are_looked_into(tmp_path: Path) -> None:
    async with clouds(tmp_path, SEVERAL) as opened:
        fleet = await read_fleet(await opened("demo-host"), REGION, "con", open_project=opened)
        alone = await read_fleet(await opened("demo-host"), REGION, "con")
    assert fleet.users == ()
    assert fleet.unseen == ()
    assert [(user.kind, user.name, user.egress, user.owner) for user in fleet.fixed] == [
        ("1st gen function", "resize", "all-traffic", "Terraform"),
        ("App Engine version", "default/v1", "private-ranges-only", ""),
    ]
    there = {one.project: {(user.kind, user.name) for user in one.users} for one in fleet.elsewhere}
    assert there == {
        "team-a": {("service", "web")},
        "team-b": {("job", "nightly"), ("App Engine version", "default/v2")},
        "team-c": {("service", "plain")},
    }
    (plain,) = next(one.users for one in fleet.elsewhere if one.project == "team-c")
    assert (plain.template, plain.serving) == (False, (Serving(revision="plain-old", tags=("old",)),))
    assert [gap.what for gap in alone.unseen] == ["project team-a", "project team-b", "project team-c"]
    assert alone.elsewhere == ()


async def test_what_may_not_be_read_is_said_and_the_rest_is_read(tmp_path: Path) -> None:
    refused = (
        "cloudfunctions.functions.list",
        "appengine.services.list",
        "run.jobs.list",
        "run.services.getIamPolicy",
        "serviceusage.services.get",
    )
    denied = f"[[permission]]\ndenied = {list(refused)}\n"
    async with clouds(tmp_path, SEVERAL + denied) as opened:

        async def picky(project: str) -> Cloud:
            if project == "team-b":
                raise CloudError("no credentials for it", status="UNAUTHENTICATED")
            return await opened(project)

        host = await read_fleet(await opened("demo-host"), REGION, "con", open_project=picky)
        team = await read_fleet(
            await opened("team-a"), REGION, f"projects/demo-host/locations/{REGION}/connectors/con", open_project=picky
        )
    unseen = {gap.what: gap.status for gap in host.unseen}
    assert unseen == {
        **dict.fromkeys(("jobs", "1st generation functions", "App Engine versions"), "PERMISSION_DENIED"),
        **dict.fromkeys((f"jobs of project {p}" for p in ("team-a", "team-c")), "PERMISSION_DENIED"),
        "1st generation functions of project team-a": "PERMISSION_DENIED",
        "App Engine versions of project team-a": "PERMISSION_DENIED",
        "1st generation functions of project team-c": "PERMISSION_DENIED",
        "App Engine versions of project team-c": "PERMISSION_DENIED",
        "project team-b": "UNAUTHENTICATED",
    }
    assert [one.project for one in host.elsewhere] == ["team-a", "team-c"]
    assert (sorted(team.public), [user.name for user in team.users]) == ([], ["web"])
    assert "who may call web" in [gap.what for gap in team.inventory.gaps]


async def test_a_project_that_nobody_may_look_into_is_one_gap(tmp_path: Path) -> None:
    denied = '[[permission]]\ndenied = ["run.services.list", "run.jobs.list", "run.revisions.list"]\n'
    async with clouds(tmp_path, SEVERAL + denied) as opened:
        fleet = await read_fleet(await opened("demo-host"), REGION, "con", open_project=opened, around=False)
    assert [gap.what for gap in fleet.unseen if gap.what.startswith("project ")] == [
        *("project team-a", "project team-b", "project team-c"),
    ]
    assert {gap.what for gap in fleet.unseen} >= {"services", "jobs", "revisions"}
    assert (fleet.elsewhere, fleet.inventory.networks) == ((), ())


@pytest.mark.parametrize(
    ("project", "connector", "said"),
    [
        ("demo-host", "none", "there is no connector none in us-central1; there: con, idle"),
        ("team-a", "con", "there is no connector con in us-central1; there: none"),
        (
            "team-a",
            f"projects/demo-host/locations/{REGION}/connectors/none",
            "there is no connector none in us-central1 of project demo-host",
        ),
    ],
)
async def test_a_connector_that_is_not_there(tmp_path: Path, project: str, connector: str, said: str) -> None:
    async with clouds(tmp_path, SEVERAL) as opened:
        with pytest.raises(CloudError) as caught:
            await read_fleet(await opened(project), REGION, connector)
    assert (caught.value.status, caught.value.message) == ("NOT_FOUND", said)


async def test_text_that_names_no_connector(tmp_path: Path) -> None:
    async with clouds(tmp_path, SEVERAL) as opened:
        with pytest.raises(InputError, match="names no connector") as caught:
            await read_fleet(await opened("team-a"), REGION, "demo-host/con")
    assert caught.value.field == "--connector"


@pytest.mark.parametrize(
    ("network", "subnet", "users"),
    [
        ("my-vpc", "", ["named", "web", "nightly"]),
        ("projects/demo-project/global/networks/my-vpc", "apps", ["web", "nightly"]),
        ("", "more", ["named"]),
        ("other", "", ["stranger"]),
        ("projects/elsewhere/global/networks/my-vpc", "", []),
        ("", "", ["named", "stranger", "web", "nightly"]),
    ],
)
async def test_the_way_back(tmp_path: Path, network: str, subnet: str, users: list[str]) -> None:
    async with clouds(tmp_path, DIRECT) as opened:
        fleet = await read_fleet(
            await opened("demo-project"), REGION, "new", to="connector", network=network, subnet=subnet
        )
    assert (fleet.connector, fleet.unseen) == (None, ())
    assert [user.name for user in fleet.users] == users
    if "web" in users:
        assert next(user.egress for user in fleet.users if user.name == "web") == "all-traffic"
