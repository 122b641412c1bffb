"""An existing Cloud Run service: its network settings, variables and secret references in one patch, one revision."""

from __future__ import annotations

import asyncio
import time

import msgspec
from msgspec import UNSET

from wizard.plan.step import Block, Change, FieldChange, Needs, Op, Outcome, Step
from wizard.plan.steps import _service_words as words
from wizard.ports import Cloud, Operation, ServicePatch
from wizard.records import (
    AnyResource,
    EnvValue,
    FromRevision,
    Literal,
    Ref,
    Service,
    StartupProbe,
    Traffic,
    Unset,
    VpcAccess,
)


class PatchService(Step, frozen=True, kw_only=True, tag="service"):
    """Sets `vpc` and the variables in `env`. With `hold`, a tag, the new revision waits at 0 % traffic under it.

    `leaves` is the other way of egress that the service has now (`connector` or `direct`): gcloud must be told. With
    `latest`, the newest revision must be this one. `startup_probe` is the service's own with more tries.
    """

    region: str
    name: str
    vpc: VpcAccess
    env: dict[str, EnvValue] = {}
    hold: str = ""
    leaves: str = ""
    latest: str = ""
    startup_probe: StartupProbe | None = None

    @property
    def ref(self) -> Ref:
        return Ref(kind="service", project=self.project, location=self.region, name=self.name)

    @property
    def title(self) -> str:
        return f"service {self.name}: {words.vpc_words(self.vpc)}"

    @property
    def needs(self) -> Needs:
        permissions = ("run.services.update", "run.services.get", "iam.serviceAccounts.actAs")
        return Needs(apis=("run.googleapis.com",), permissions=permissions)

    @property
    def usual(self) -> float:
        return 30.0

    def decide(self, found: AnyResource | None) -> Change:
        if not isinstance(found, Service):
            return Change(op=Op.BLOCK, reason=f"there is no service {self.name} in {self.region}")
        fields = words.vpc_change(found.vpc, self.vpc) + words.env_changes(found.env, self.env)
        fields += words.startup_changes(found.startup_probe, self._failures)
        if not fields:
            return Change(op=Op.REUSE, reason="already has these settings")
        if self.latest not in ("", found.latest_created):
            return Change(op=Op.BLOCK, reason=f"{found.latest_created} was deployed meanwhile", fields=fields)
        return Change(op=Op.CHANGE, reason="one new revision; every other field stays as it is", fields=fields)

    @property
    def _failures(self) -> int:
        return self.startup_probe.failure_threshold if self.startup_probe else 0

    def predict(self, found: Service) -> Service:
        """The service as it will be after this step, as far as later steps care: its traffic."""
        if not self.hold:
            return found
        return msgspec.structs.replace(found, traffic=words.held(found.traffic, found.latest_ready, self.hold))

    def inverse(self, change: Change, before: AnyResource | None) -> Step | None:
        if change.op is not Op.CHANGE or not isinstance(before, Service):
            return None
        return RestoreService(
            project=self.project,
            region=self.region,
            name=self.name,
            vpc=before.vpc,
            set_vpc=self.vpc,
            env={name: _restorable(before, name) for name in self.env},
            set_env=self.env,
            traffic=before.traffic,
            hold=self.hold,
            startup_failures=before.startup_probe.failure_threshold if before.startup_probe else 0,
            set_startup_failures=self._failures,
        )

    def gcloud(self) -> list[list[str]]:
        command = ["gcloud", "run", "services", "update", self.name]
        command += [f"--project={self.project}", f"--region={self.region}"]
        first, *more = words.switch_flags(self.vpc, self.leaves) if self.leaves else [words.vpc_flags(self.vpc)]
        held = ["--no-traffic", f"--tag={self.hold}"] if self.hold else []
        first = [*first, *(words.startup_flags(self.startup_probe) if self.startup_probe else [])]
        return [command + first + words.env_flags(self.env) + held, *(command + flags + held for flags in more)]

    def terraform(self) -> tuple[Block, ...]:
        template: dict[str, object] = {"vpc_access": words.vpc_block(self.vpc)}
        if self.env:
            template["containers"] = {"env": words.env_blocks(self.env)}
        attributes: dict[str, object] = {
            "project": self.project,
            "name": self.name,
            "location": self.region,
            "template": template,
        }
        return (Block(type="google_cloud_run_v2_service", label=self.name, attributes=attributes),)

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        patch = ServicePatch(vpc=self.vpc, env=self.env, startup_failures=self._failures or UNSET)
        if self.hold and isinstance(found, Service):
            traffic = words.held(found.traffic, found.latest_ready, self.hold)
            patch = msgspec.structs.replace(patch, traffic=traffic)
        return await cloud.patch(self.ref, patch, etag=found.etag if found else "", request_id=request_id)

    async def check(self, cloud: Cloud, found: AnyResource | None) -> Outcome:
        return revision_ready(await settled(cloud, self.ref, found), self.name)


class RestoreService(Step, frozen=True, kw_only=True, tag="service-restore"):
    """Takes back what `PatchService` set, field by field, and only where the field still holds what was set."""

    region: str
    name: str
    vpc: VpcAccess
    set_vpc: VpcAccess
    env: dict[str, EnvValue] = {}
    set_env: dict[str, EnvValue] = {}
    traffic: tuple[Traffic, ...] = ()
    hold: str = ""
    startup_failures: int = 0
    set_startup_failures: int = 0

    @property
    def ref(self) -> Ref:
        return Ref(kind="service", project=self.project, location=self.region, name=self.name)

    @property
    def usual(self) -> float:
        return 30.0

    @property
    def reversible(self) -> bool:
        return False

    def _patch(self, found: Service) -> ServicePatch:
        env = {
            name: value
            for name, value in self.env.items()
            if found.env.get(name, Unset()) == self.set_env.get(name) and value != self.set_env.get(name)
        }
        patch = ServicePatch(env=env)
        if words.same_vpc(found.vpc, self.set_vpc) and not words.same_vpc(self.vpc, self.set_vpc):
            patch = msgspec.structs.replace(patch, vpc=self.vpc)
        split = self._split(found)
        if split != found.traffic:
            patch = msgspec.structs.replace(patch, traffic=split)
        probe = found.startup_probe
        if self.set_startup_failures and probe and probe.failure_threshold == self.set_startup_failures:
            patch = msgspec.structs.replace(patch, startup_failures=self.startup_failures)
        return patch

    def _split(self, found: Service) -> tuple[Traffic, ...]:
        """As it was. Where it named its revisions, only our tag goes, unless somebody has given it traffic since."""
        held = next((t for t in found.traffic if self.hold and t.tag == self.hold), None)
        if held is None:
            return found.traffic
        if not self.traffic or not all(t.revision for t in self.traffic):
            return self.traffic
        return found.traffic if held.percent else tuple(t for t in found.traffic if t != held)

    def decide(self, found: AnyResource | None) -> Change:
        if not isinstance(found, Service):
            return Change(op=Op.SKIP, reason="the service is gone")
        patch = self._patch(found)
        fields = words.env_changes(found.env, patch.env)
        if isinstance(patch.vpc, VpcAccess):
            fields = words.vpc_change(found.vpc, patch.vpc) + fields
        if isinstance(patch.startup_failures, int):
            fields += words.startup_changes(found.startup_probe, patch.startup_failures)
        if isinstance(patch.traffic, tuple):
            before, after = words.traffic_words(found.traffic), words.traffic_words(patch.traffic)
            fields = (*fields, FieldChange("traffic", before, after))
        if not fields:
            return Change(op=Op.SKIP, reason="nothing of what was set is there any more")
        return Change(op=Op.CHANGE, reason="back to what it was; the revisions made since remain", fields=fields)

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        patch = self._patch(found) if isinstance(found, Service) else ServicePatch()
        return await cloud.patch(self.ref, patch, etag=found.etag if found else "", request_id=request_id)

    async def check(self, cloud: Cloud, found: AnyResource | None) -> Outcome:
        outcome = revision_ready(await settled(cloud, self.ref, found), self.name)
        if outcome.error:
            return outcome
        return msgspec.structs.replace(outcome, observed="as it was; the revisions made meanwhile are left as history")


async def settled(cloud: Cloud, ref: Ref, found: AnyResource | None, *, pause: float = 0.5) -> AnyResource | None:
    """The service once its newest revision is ready or has failed, looked for every `pause` seconds, for five minutes.

    Whoever lost the reply to a change has no operation to wait for.
    """
    end = time.monotonic() + _PATIENCE
    while isinstance(found, Service) and found.ready.state in _UNSETTLED and time.monotonic() < end:
        await asyncio.sleep(pause)
        found = await cloud.find(ref)
    return found


_PATIENCE = 300.0
_UNSETTLED = frozenset({"PENDING", "RECONCILING"})


def revision_ready(found: AnyResource | None, name: str) -> Outcome:
    """Whether the newest revision of the service became ready; if not, Cloud Run's own reason."""
    if not isinstance(found, Service):
        return Outcome(error=f"service {name} is gone", code="not_found")
    if found.ready.state == "SUCCEEDED" and found.latest_ready == found.latest_created:
        return Outcome(observed=f"revision {found.latest_ready} is ready")
    why = found.ready.message or found.ready.reason or "no reason given"
    return Outcome(
        error=f"revision {found.latest_created} did not become ready: {why}",
        code="revision_not_ready",
        fix="traffic stays on the earlier revision; undo takes the change back",
    )


def _restorable(before: Service, name: str) -> EnvValue:
    """The earlier value in a form that may be kept: a literal is named by the revision that has it."""
    value = before.env.get(name, Unset())
    return FromRevision(before.latest_created) if isinstance(value, Literal) else value
