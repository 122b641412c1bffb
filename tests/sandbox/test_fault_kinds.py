"""Each kind of fault as a client meets it."""

from __future__ import annotations

import asyncio
import time
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import grpc
import grpc.aio
import pytest
from google.auth.transport.requests import AuthorizedSession
from google.cloud import vpcaccess_v1
from google.cloud.vpcaccess_v1.services.vpc_access_service.transports import VpcAccessServiceGrpcAsyncIOTransport
from google.oauth2.credentials import Credentials

from tests.sandbox.serving import SMALL, ask, serving
from wizard.sandbox import fault_kinds
from wizard.sandbox.scenario import ScenarioError, parse
from wizard.sandbox.server import Server

ROOT = Path(__file__).parents[2]
PROJECT = "/compute/v1/projects/demo-project"
FIREWALLS, NETWORK = f"{PROJECT}/global/firewalls", f"{PROJECT}/global/networks/my-vpc"
SUBNETS = f"{PROJECT}/regions/us-central1/subnetworks"
LOCATION = "projects/demo-project/locations/us-central1"
CONNECTORS = f"/v1/{LOCATION}/connectors"
CONNECTOR = {"network": "my-vpc", "ipCidrRange": "10.8.0.0/28", "minInstances": 2, "maxInstances": 3}
SERVICES = f"/v2/{LOCATION}/services"
SERVICE = {"template": {"containers": [{"image": "us-docker.pkg.dev/cloudrun/container/hello"}]}}


def rule(name: str) -> dict[str, Any]:
    allowed = [{"IPProtocol": "tcp", "ports": ["22"]}]
    return {"name": name, "network": "global/networks/my-vpc", "sourceRanges": ["10.0.0.0/8"], "allowed": allowed}


async def fault(server: Server, on: str, kind: str, **more: object) -> None:
    status, body = await ask(server, "POST", "/_sandbox/faults", {"on": on, "kind": kind, **more})
    assert status == 200, body


async def struck(server: Server) -> list[int]:
    _, listed = await ask(server, "GET", "/_sandbox/faults")
    return [entry["struck"] for entry in listed["faults"]]


async def names(server: Server) -> list[str]:
    _, body = await ask(server, "GET", FIREWALLS)
    return [entry["name"] for entry in body.get("items", [])]


@pytest.mark.parametrize(
    ("kind", "more", "seen"),
    [
        ("flapping", {}, [200, 503, 200, 503, 200, 503]),
        ("flapping:3", {}, [200, 200, 503, 200, 200, 503]),
        ("flapping", {"times": 1}, [200, 503, 200, 200, 200, 200]),
        ("flapping", {"after": 1}, [200, 200, 503, 200, 503, 200]),
        ("http:429", {"times": 2, "after": 1}, [200, 429, 429, 200, 200, 200]),
    ],
)
async def test_which_calls_fail(tmp_path: Path, kind: str, more: dict[str, Any], seen: list[int]) -> None:
    async with serving(tmp_path) as server:
        await fault(server, "compute.networks.get", kind, **more)
        assert [(await ask(server, "GET", NETWORK))[0] for _ in seen] == seen
        assert await struck(server) == [sum(status != 200 for status in seen)]


async def test_a_pattern_of_resources_narrows_a_fault(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await fault(server, "compute.firewalls.*", "http:503", resource="b*")
        await fault(server, "compute.firewalls.get", "http:500", resource="projects/demo-project/global/firewalls/a")
        assert [(await ask(server, "POST", FIREWALLS, rule(name)))[0] for name in ("a1", "b1")] == [200, 503]
        assert [(await ask(server, "GET", f"{FIREWALLS}/{name}"))[0] for name in ("a", "a1", "b1")] == [500, 200, 503]


async def test_a_stale_read_shows_the_state_before_the_last_writes(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        for name in ("one", "two", "three"):
            await ask(server, "POST", FIREWALLS, rule(name))
        await fault(server, "compute.firewalls.list", "stale", times=1)
        await fault(server, "compute.firewalls.list", "stale:2", times=1)
        await fault(server, "compute.firewalls.get", "stale", times=1)
        assert [await names(server) for _ in range(3)] == [["one", "two"], ["one"], ["one", "three", "two"]]
        assert [(await ask(server, "GET", f"{FIREWALLS}/three"))[0] for _ in range(2)] == [404, 200]
        await ask(server, "DELETE", f"{FIREWALLS}/two")
        await fault(server, "compute.firewalls.get", "stale", times=1)
        assert [(await ask(server, "GET", f"{FIREWALLS}/two"))[0] for _ in range(2)] == [200, 404], "still there"
        assert [entry["status"] for _, entry in await operations(server)] == ["DONE"] * 4


async def operations(server: Server) -> list[tuple[str, Any]]:
    return list((await ask(server, "GET", "/_sandbox/operations"))[1].items())


async def test_a_stale_read_can_be_so_many_seconds_behind(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await ask(server, "POST", FIREWALLS, rule("one"))
        await ask(server, "POST", "/_sandbox/clock", {"advance": 100})
        await ask(server, "POST", FIREWALLS, rule("two"))
        await ask(server, "POST", "/_sandbox/clock", {"advance": 100})
        await fault(server, "compute.firewalls.list", "stale:150s")
        assert await names(server) == ["one"]
        await ask(server, "POST", "/_sandbox/clock", {"advance": 100})
        assert await names(server) == ["one", "two"]


async def test_operations_are_never_stale(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await fault(server, "compute.*", "stale")
        _, operation = await ask(server, "POST", FIREWALLS, rule("one"))
        assert (await ask(server, "GET", f"{PROJECT}/global/operations/{operation['name']}"))[1]["status"] == "DONE"
        assert await names(server) == []


@pytest.mark.parametrize(
    ("on", "kind", "said"),
    [
        (
            "compute.firewalls.insert",
            "permission",
            "Required 'compute.firewalls.create' permission for 'projects/demo-project/global/firewalls/one'",
        ),
        (
            "compute.firewalls.insert",
            "permission:compute.networks.updatePolicy",
            "Required 'compute.networks.updatePolicy' permission for 'projects/demo-project/global/firewalls/one'",
        ),
    ],
)
async def test_a_permission_that_is_lost_midway(tmp_path: Path, on: str, kind: str, said: str) -> None:
    async with serving(tmp_path) as server:
        await fault(server, on, kind, after=1)
        assert (await ask(server, "POST", FIREWALLS, rule("first")))[0] == 200
        for _ in range(2):
            status, body = await ask(server, "POST", FIREWALLS, rule("one"))
            assert (status, body["error"]["message"]) == (403, said)
            assert body["error"]["errors"][0]["reason"] == "forbidden"
        assert await names(server) == ["first"]


async def test_a_token_is_refused_until_the_client_sends_another(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        tokens = [server.keyring.give() for _ in range(2)]
        old, new = ({"Authorization": f"Bearer {token}"} for token in tokens)
        await fault(server, "*", "token_expired", after=1)
        seen = [(await ask(server, "GET", NETWORK, **headers))[0] for headers in (old, old, old, new, old, new)]
        assert seen == [200, 401, 401, 200, 401, 200]
        url = f"http://127.0.0.1:{server.port}{CONNECTORS}"
        async with aiohttp.ClientSession() as session, session.get(url, headers=old) as reply:
            body = await reply.json()
        assert reply.headers["WWW-Authenticate"] == 'Bearer realm="https://accounts.google.com/", error="invalid_token"'
        assert body["error"]["status"] == "UNAUTHENTICATED"
        assert body["error"]["message"].startswith("Request had invalid authentication credentials. Expected OAuth 2")
        state = await asyncio.to_thread((tmp_path / "state.json").read_text)
    assert tokens[0] not in state, "no token is kept"


async def test_googles_session_renews_the_token_by_itself_and_goes_on(tmp_path: Path) -> None:
    given: list[str] = []

    def renew(request: object, scopes: object) -> tuple[str, datetime]:
        given.append(server.keyring.give())
        return given[-1], datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=1)

    async with serving(tmp_path) as server:
        await fault(server, "compute.networks.get", "token_expired", after=1)
        with AuthorizedSession(Credentials(None, refresh_handler=renew)) as session:
            url = f"http://127.0.0.1:{server.port}{NETWORK}"
            seen = [(await asyncio.to_thread(session.get, url)).status_code for _ in range(3)]
        assert await struck(server) == [1]
    assert (seen, len(given)) == ([200, 200, 200], 2)


async def test_over_grpc_a_fault_is_a_status_with_trailing_metadata(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        transport = VpcAccessServiceGrpcAsyncIOTransport(channel=channel)
        client = vpcaccess_v1.VpcAccessServiceAsyncClient(transport=transport)
        await fault(server, "vpcaccess.*", "token_expired", times=1)
        await fault(server, "vpcaccess.*", "http:503", times=1, retry_after=7)
        with pytest.raises(Exception, match="invalid authentication credentials") as refused:
            await client.get_connector(name=f"{LOCATION}/connectors/con", retry=None)
        assert vars(refused.value)["_response"].code() is grpc.StatusCode.UNAUTHENTICATED
        with pytest.raises(Exception, match="currently unavailable") as later:
            await client.get_connector(name=f"{LOCATION}/connectors/con", retry=None)
        assert ("retry-after", "7") in tuple(vars(later.value)["_response"].trailing_metadata())


async def test_a_refusal_can_ask_for_patience(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await fault(server, "compute.networks.get", "http:429", retry_after=30)
        url = f"http://127.0.0.1:{server.port}{NETWORK}"
        async with aiohttp.ClientSession() as session, session.get(url) as reply:
            assert (reply.status, reply.headers["Retry-After"]) == (429, "30")


async def test_a_reset_before_the_call_leaves_no_effect(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await fault(server, "compute.firewalls.insert", "reset:before", times=1)
        with pytest.raises(aiohttp.ClientConnectionError):
            await ask(server, "POST", FIREWALLS, rule("one"))
        assert await names(server) == []


async def test_an_answer_is_delayed_by_so_many_seconds(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await fault(server, "compute.networks.get", "delay:0.3", times=1)
        began = time.monotonic()
        assert (await ask(server, "GET", NETWORK))[0] == 200
        assert time.monotonic() - began >= 0.3


async def test_an_operation_that_never_ends_keeps_nobody_from_stopping(tmp_path: Path) -> None:
    async with serving(tmp_path, idle=0.1) as server:
        await fault(server, "vpcaccess.CreateConnector", "operation_hang", times=1)
        _, operation = await ask(server, "POST", f"{CONNECTORS}?connectorId=con", CONNECTOR)
        await ask(server, "POST", "/_sandbox/clock", {"advance": 10**9})
        assert not (await ask(server, "GET", f"/v1/{operation['name']}"))[1].get("done")
        assert (await ask(server, "GET", f"{CONNECTORS}/con"))[1]["state"] == "CREATING"
        await asyncio.wait_for(server.stopped.wait(), 5)
    async with serving(tmp_path) as server:
        assert not (await ask(server, "GET", f"/v1/{operation['name']}"))[1].get("done"), "nor after a restart"


async def test_somebody_else_changes_a_service_so_that_the_etag_no_longer_fits(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await ask(server, "POST", f"{SERVICES}?serviceId=web", SERVICE)
        _, seen = await ask(server, "GET", f"{SERVICES}/web")
        await fault(server, "run.UpdateService", "changed", times=1)
        status, refused = await ask(server, "PATCH", f"{SERVICES}/web", {**SERVICE, "etag": seen["etag"]})
        assert (status, refused["error"]["status"]) == (409, "ABORTED")
        _, now = await ask(server, "GET", f"{SERVICES}/web")
        assert now["etag"] != seen["etag"]
        assert now["template"]["containers"][0]["env"][0]["name"] == "CHANGED_BY"
        again = await ask(server, "PATCH", f"{SERVICES}/web", {**SERVICE, "etag": now["etag"]})
        assert again[0] == 200


async def test_somebody_else_changes_a_subnet_so_that_the_fingerprint_no_longer_fits(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        subnet = {"name": "run", "network": "global/networks/my-vpc", "ipCidrRange": "10.1.0.0/26"}
        await ask(server, "POST", SUBNETS, subnet)
        _, seen = await ask(server, "GET", f"{SUBNETS}/run")
        await fault(server, "compute.subnetworks.patch", "changed", times=1)
        body = {"fingerprint": seen["fingerprint"], "privateIpGoogleAccess": True}
        assert (await ask(server, "PATCH", f"{SUBNETS}/run", body))[0] == 412


async def test_a_verb_in_the_path_is_no_part_of_the_resource(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        _, operation = await ask(server, "POST", FIREWALLS, rule("one"))
        await fault(server, "compute.globalOperations.wait", "permission", times=1)
        path = f"{PROJECT}/global/operations/{operation['name']}"
        _, body = await ask(server, "POST", f"{path}/wait")
        assert body["error"]["message"].endswith(f"for '{path.removeprefix('/compute/v1/')}'")
        await fault(server, "compute.subnetworks.setPrivateIpGoogleAccess", "gone", times=1, resource="run")
        subnet = {"name": "run", "network": "global/networks/my-vpc", "ipCidrRange": "10.1.0.0/26"}
        await ask(server, "POST", SUBNETS, subnet)
        body = {"privateIpGoogleAccess": True}
        assert (await ask(server, "POST", f"{SUBNETS}/run/setPrivateIpGoogleAccess", body))[0] == 404


async def test_somebody_else_is_faster(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await fault(server, "compute.firewalls.insert", "taken", times=1)
        await fault(server, "vpcaccess.CreateConnector", "taken", times=1)
        status, refused = await ask(server, "POST", FIREWALLS, rule("one"))
        assert (status, refused["error"]["errors"][0]["reason"]) == (409, "alreadyExists")
        assert (await ask(server, "GET", f"{FIREWALLS}/one"))[1]["description"] == "made by somebody-else"
        assert (await ask(server, "POST", f"{CONNECTORS}?connectorId=con", CONNECTOR))[0] == 409
        assert (await ask(server, "GET", f"{CONNECTORS}/con"))[1]["state"] == "READY"
        await fault(server, "compute.firewalls.insert", "changed", times=1)
        assert (await ask(server, "POST", FIREWALLS, rule("two")))[0] == 200
        others = [name for name in await names(server) if name not in ("one", "two")]
        assert [name.startswith("somebody-else-") for name in others] == [True], "another rule beside ours"


async def test_somebody_else_deletes_it_just_before(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await ask(server, "POST", FIREWALLS, rule("one"))
        await fault(server, "compute.firewalls.patch", "gone", times=1)
        assert (await ask(server, "PATCH", f"{FIREWALLS}/one", {"priority": 900}))[0] == 404
        assert await names(server) == []


KINDS = tomllib.loads((ROOT / "wizard/fault_kinds.toml").read_text(encoding="utf-8"))["kind"]


@pytest.mark.parametrize("entry", KINDS, ids=[entry["name"] for entry in KINDS])
def test_every_entry_of_the_table_is_whole(entry: dict[str, Any]) -> None:
    assert entry["form"].partition(":")[0].partition("[")[0] == entry["name"]
    assert entry["calls"] in ("any", "reads", "writes")
    assert entry["help"]
    assert entry["choices"]
    assert all(fault_kinds.is_kind(kind) and words for kind, words in entry["choices"])


@pytest.mark.parametrize(
    "kind",
    [
        *("", "http", "http:200", "http:99x", "http:503:1", "hang:3", "flapping:1", "stale:", "stale:s", "stale:0"),
        *("delay", "delay:-1", "reset:after", "permission:x", "state:", "broken", "token_expired:1"),
    ],
)
def test_what_is_no_kind(kind: str) -> None:
    assert not fault_kinds.is_kind(kind)


@pytest.mark.parametrize(
    ("on", "kind", "said"),
    [
        ("compute.firewall.insert", "http:503", "compute.firewalls.insert"),
        ("CreateConector", "http:503", "vpcaccess.CreateConnector"),
        ("vpcaccess.createconnector", "http:503", "vpcaccess.CreateConnector"),
        ("run.v1.CreateService", "http:503", "run.CreateService"),
        ("redis.*", "http:503", "no method is called 'redis.*'"),
        ("compute.networks.list", "operation_error", "strikes only writes"),
        ("run.DeleteService", "stale", "strikes only reads"),
    ],
)
async def test_a_fault_that_cannot_strike_is_refused_with_the_nearest_names(
    tmp_path: Path, on: str, kind: str, said: str
) -> None:
    async with serving(tmp_path) as server:
        status, body = await ask(server, "POST", "/_sandbox/faults", {"on": on, "kind": kind})
    assert status == 400
    assert said in body["error"]["message"]
    with pytest.raises(ScenarioError, match=r"fault\[0\].on: "):
        parse(f'{SMALL}\n[[fault]]\non = "{on}"\nkind = "{kind}"\n'.encode(), "test.toml")


def test_a_scenario_may_say_everything_of_a_fault() -> None:
    lines = 'on = "run.*"\nkind = "http:429"\ntimes = 2\nafter = 3\nretry_after = 5\nresource = "my-*"\nmessage = "no"'
    (said,) = parse(f"{SMALL}\n[[fault]]\n{lines}\n".encode(), "test.toml").faults
    assert (said.retry_after, said.resource, said.after) == (5, "my-*", 3)
    with pytest.raises(ScenarioError, match="retry_after"):
        parse(f"{SMALL}\n[[fault]]\n{lines.replace('5', '-5')}\n".encode(), "test.toml")
