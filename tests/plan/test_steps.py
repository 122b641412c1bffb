"""Each kind of change: what it decides about what it finds, and what takes it back."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.apply.fake_cloud import FakeCloud
from wizard.plan.registry import AnyStep
from wizard.plan.step import Op
from wizard.plan.steps.connector import CreateConnector, DeleteConnector
from wizard.plan.steps.enable_api import EnableApi
from wizard.plan.steps.firewall import CreateFirewallRule
from wizard.plan.steps.nat import CreateNat, DeleteRouter
from wizard.plan.steps.new_service import CreateService
from wizard.plan.steps.private_google_access import SetPrivateGoogleAccess
from wizard.plan.steps.service import PatchService, RestoreService, revision_ready, settled
from wizard.plan.steps.subnet import CreateSubnet, DeleteSubnet
from wizard.plan.steps.traffic import ReturnTraffic, ShiftTraffic
from wizard.records import (
    AnyResource,
    Api,
    Condition,
    Connector,
    FirewallRule,
    FromRevision,
    Literal,
    Nat,
    Ports,
    Ref,
    Router,
    SecretRef,
    Service,
    Subnet,
    Traffic,
    Unset,
    VpcAccess,
)

VPC = VpcAccess(connector="projects/p/locations/r/connectors/c", egress="all-traffic")

connector = CreateConnector(project="p", region="r", name="c", subnet="s")
subnet = CreateSubnet(project="p", region="r", name="s", network="n", range="10.8.0.0/28")
rule = CreateFirewallRule(
    project="p",
    rule=FirewallRule(name="f", network="n", protocols=(Ports("tcp", ("6379",)),), sources=("10.8.0.0/28",)),
    why="opens redis",
)
nat = CreateNat(project="p", region="r", name="nat", network="n", subnet="s")
access = SetPrivateGoogleAccess(project="p", region="r", name="s")
new = CreateService(project="p", region="r", name="web", image="img", vpc=VPC)


def there(state: str = "READY", **changes: object) -> Connector:
    return msgspec.structs.replace(Connector(name="c", region="r", subnet="s", state=state), **changes)


def subnet_there(**changes: object) -> Subnet:
    return msgspec.structs.replace(Subnet(name="s", network="n", region="r", range="10.8.0.0/28"), **changes)


@pytest.mark.parametrize(
    ("step", "found", "op"),
    [
        (EnableApi(project="p", api="run"), None, Op.CREATE),
        (EnableApi(project="p", api="run"), Api(name="run", enabled=True), Op.REUSE),
        (subnet, None, Op.CREATE),
        (subnet, subnet_there(), Op.REUSE),
        (subnet, subnet_there(range="10.9.0.0/28"), Op.BLOCK),
        (subnet, subnet_there(network="other"), Op.BLOCK),
        (connector, None, Op.CREATE),
        (connector, there(), Op.REUSE),
        (connector, there(machine_type="e2-standard-4"), Op.REUSE),
        (connector, there("CREATING"), Op.WAIT),
        (connector, there("UPDATING"), Op.WAIT),
        (connector, there("ERROR"), Op.REPLACE),
        (connector, there("UNKNOWN_9"), Op.BLOCK),
        (connector, there(subnet="", network="n", range="10.9.0.0/28"), Op.BLOCK),
        (rule, None, Op.CREATE),
        (rule, rule.rule, Op.REUSE),
        (rule, msgspec.structs.replace(rule.rule, priority=5), Op.BLOCK),
        (rule, msgspec.structs.replace(rule.rule, disabled=True), Op.BLOCK),
        (nat, None, Op.CREATE),
        (nat, Router(name="nat", network="n", region="r", nats=(Nat(name="x", subnets=("s",)),)), Op.REUSE),
        (nat, Router(name="nat", network="n", region="r"), Op.BLOCK),
        (access, subnet_there(), Op.CHANGE),
        (access, subnet_there(private_google_access=True), Op.REUSE),
        (access, None, Op.BLOCK),
        (new, None, Op.CREATE),
        (new, Service(name="web", region="r", image="img", vpc=VPC), Op.REUSE),
        (new, Service(name="web", region="r", image="other", vpc=VPC), Op.BLOCK),
        (DeleteSubnet(project="p", region="r", name="s", range="10.8.0.0/28"), None, Op.SKIP),
        (DeleteSubnet(project="p", region="r", name="s", range="10.8.0.0/28"), subnet_there(), Op.DELETE),
        (
            DeleteSubnet(project="p", region="r", name="s", range="10.8.0.0/28"),
            subnet_there(range="10.8.0.0/26"),
            Op.BLOCK,
        ),
        (DeleteConnector(project="p", region="r", name="c"), there("ERROR"), Op.DELETE),
        (DeleteConnector(project="p", region="r", name="c"), there("DELETING"), Op.WAIT),
        (
            DeleteRouter(project="p", region="r", name="nat"),
            Router(name="nat", network="n", region="r", nats=(Nat(name="x"), Nat(name="y"))),
            Op.BLOCK,
        ),
    ],
)
def test_decisions(step: AnyStep, found: AnyResource | None, op: Op) -> None:
    change = step.decide(found)
    assert change.op is op
    assert change.reason


def service(**changes: object) -> Service:
    base = Service(
        name="web",
        region="r",
        env={"LOG": Literal("info"), "DB_PASSWORD": Literal("hunter2")},
        latest_ready="web-1",
        latest_created="web-1",
        etag="e1",
    )
    return msgspec.structs.replace(base, **changes)


patch = PatchService(
    project="p",
    region="r",
    name="web",
    vpc=VPC,
    env={"REDIS": Literal("10.0.0.3"), "DB_PASSWORD": SecretRef("db")},
    hold="t",
)


def test_a_patch_shows_the_difference_and_never_a_value() -> None:
    change = patch.decide(service())
    assert [(f.field, f.before, f.after) for f in change.fields] == [
        ("vpc access", "none", "connector c, all-traffic"),
        ("env REDIS", "unset", "a literal value"),
        ("env DB_PASSWORD", "a literal value", "secret db:latest"),
    ]
    assert b"hunter2" not in msgspec.json.encode(change)


def test_the_inverse_of_a_patch_keeps_no_value_of_the_person() -> None:
    before = service()
    restore = patch.inverse(patch.decide(before), before)
    assert isinstance(restore, RestoreService)
    assert restore.env == {"REDIS": Unset(), "DB_PASSWORD": FromRevision("web-1")}
    assert b"hunter2" not in msgspec.json.encode(restore)


def test_restoring_leaves_what_somebody_else_set_since() -> None:
    before = service()
    restore = patch.inverse(patch.decide(before), before)
    assert restore is not None
    ours = service(vpc=VPC, env={"LOG": Literal("info"), "REDIS": Literal("10.9.9.9"), "DB_PASSWORD": SecretRef("db")})
    assert [f.field for f in restore.decide(ours).fields] == ["vpc access", "env DB_PASSWORD"]
    elsewhere = service(vpc=VpcAccess(network="n", subnet="s"), env={})
    assert restore.decide(elsewhere).op is Op.SKIP


def test_traffic_is_held_then_shifted_then_returned() -> None:
    before = service(traffic=(Traffic(percent=90), Traffic(revision="web-0", percent=10, tag="old")))
    held = patch.predict(before)
    assert held.traffic == (
        Traffic(revision="web-1", percent=90),
        Traffic(revision="web-0", percent=10, tag="old"),
        Traffic(percent=0, tag="t"),
    )
    shift = ShiftTraffic(project="p", region="r", name="web", to=before.traffic, hold="t")
    assert shift.decide(held).op is Op.CHANGE
    assert shift.decide(before).op is Op.REUSE
    assert shift.decide(service(traffic=(Traffic(revision="web-7", percent=100),))).op is Op.BLOCK
    back = shift.inverse(shift.decide(held), held)
    assert isinstance(back, ReturnTraffic)
    assert back.to == held.traffic
    assert back.decide(before).op is Op.CHANGE
    assert back.decide(service(traffic=(Traffic(revision="x", percent=100),))).op is Op.SKIP


def test_names_of_a_network_setting_compare_short_or_full() -> None:
    full = VpcAccess(connector="projects/123/locations/r/connectors/c", egress="all-traffic")
    assert patch.decide(service(vpc=full, env=patch.env)).op is Op.REUSE
    direct = PatchService(project="p", region="r", name="web", vpc=VpcAccess(network="n", subnet="s"))
    same = VpcAccess(
        network="projects/p/global/networks/n",
        subnet="projects/p/regions/r/subnetworks/s",
        egress="private-ranges-only",
    )
    assert direct.decide(service(vpc=same)).op is Op.REUSE


@pytest.mark.parametrize("step", [connector, subnet, rule, nat, access, new, patch, EnableApi(project="p", api="run")])
def test_a_step_survives_json(step: AnyStep) -> None:
    assert msgspec.json.decode(msgspec.json.encode(step), type=AnyStep) == step


@pytest.mark.parametrize(
    ("step", "found"),
    [(connector, there()), (subnet, subnet_there()), (rule, rule.rule), (new, service())],
)
def test_what_was_not_created_is_not_undone(step: AnyStep, found: AnyResource) -> None:
    assert step.inverse(step.decide(found), found) is None


class Settling(FakeCloud):
    """A cloud whose service gets ready after some looks."""

    def __init__(self, folder: Path, *states: str) -> None:
        super().__init__(folder)
        self.states = list(states)

    async def find(self, ref: Ref) -> AnyResource | None:
        return service(ready=Condition(state=self.states.pop(0)))


async def test_a_change_whose_reply_was_lost_is_waited_for(tmp_path: Path) -> None:
    begun = service(ready=Condition(state="RECONCILING"))
    cloud = Settling(tmp_path, "PENDING", "RECONCILING", "SUCCEEDED")
    assert revision_ready(await settled(cloud, patch.ref, begun, pause=0), "web").observed == "revision web-1 is ready"
    cloud = Settling(tmp_path, "FAILED")
    assert "did not become ready" in revision_ready(await settled(cloud, patch.ref, begun, pause=0), "web").error
