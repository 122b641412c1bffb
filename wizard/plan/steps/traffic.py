"""Traffic of a service: to the revision that was held back, once it is ready."""

from __future__ import annotations

from wizard.plan.step import Change, FieldChange, Needs, Op, Outcome, Step
from wizard.plan.steps import _service_words as words
from wizard.ports import Cloud, Operation, ServicePatch
from wizard.records import AnyResource, Ref, Revision, Service, Traffic, VpcAccess


class ShiftTraffic(Step, frozen=True, kw_only=True, tag="traffic"):
    """Gives the split `to` to a service whose newest revision waits under the tag `hold`, then checks what serves.

    `vpc` is what the serving revision must have; None skips that check.
    """

    region: str
    name: str
    to: tuple[Traffic, ...]
    hold: str
    vpc: VpcAccess | None = None

    @property
    def ref(self) -> Ref:
        return Ref(kind="service", project=self.project, location=self.region, name=self.name)

    @property
    def title(self) -> str:
        return f"traffic of {self.name}: {words.traffic_words(self.to)}"

    @property
    def needs(self) -> Needs:
        return Needs(apis=("run.googleapis.com",), permissions=("run.services.update",))

    def decide(self, found: AnyResource | None) -> Change:
        if not isinstance(found, Service):
            return Change(op=Op.BLOCK, reason=f"there is no service {self.name} in {self.region}")
        if words.effective_traffic(found.traffic) == words.effective_traffic(self.to):
            return Change(op=Op.REUSE, reason="traffic is already so")
        after = words.traffic_words(self.to)
        if not any(t.tag == self.hold for t in found.traffic):
            field = FieldChange("traffic", words.traffic_words(found.traffic), after)
            return Change(op=Op.BLOCK, reason=f"the tag {self.hold} is gone: somebody else moved it", fields=(field,))
        field = FieldChange("traffic", words.held_words(self.hold), after)
        return Change(op=Op.CHANGE, reason="the new revision is ready", fields=(field,))

    def inverse(self, change: Change, before: AnyResource | None) -> Step | None:
        if change.op is not Op.CHANGE or not isinstance(before, Service):
            return None
        return ReturnTraffic(
            project=self.project, region=self.region, name=self.name, to=before.traffic, set_to=self.to
        )

    def gcloud(self) -> list[list[str]]:
        command = ["gcloud", "run", "services", "update-traffic", self.name]
        command += [f"--project={self.project}", f"--region={self.region}", f"--remove-tags={self.hold}"]
        return [[*command, *_split_flags(self.to)]]

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        patch = ServicePatch(traffic=self.to)
        return await cloud.patch(self.ref, patch, etag=found.etag if found else "", request_id=request_id)

    async def check(self, cloud: Cloud, found: AnyResource | None) -> Outcome:
        if not isinstance(found, Service):
            return Outcome(error=f"service {self.name} is gone", code="not_found")
        if words.effective_traffic(found.traffic) != words.effective_traffic(self.to):
            return Outcome(error="the traffic split is not as it was sent", code="not_applied")
        if self.vpc is not None:
            revision = await cloud.find(_revision_ref(self.ref, found.latest_ready))
            if not isinstance(revision, Revision) or not words.same_vpc(revision.vpc, self.vpc):
                return Outcome(error=f"{found.latest_ready} serves without the new settings", code="not_applied")
        return Outcome(observed=f"{found.latest_ready} serves")


class ReturnTraffic(Step, frozen=True, kw_only=True, tag="traffic-return"):
    """Puts the traffic back on the earlier revision at once, if it still is as `ShiftTraffic` set it."""

    region: str
    name: str
    to: tuple[Traffic, ...]
    set_to: tuple[Traffic, ...]

    @property
    def ref(self) -> Ref:
        return Ref(kind="service", project=self.project, location=self.region, name=self.name)

    @property
    def reversible(self) -> bool:
        return False

    def decide(self, found: AnyResource | None) -> Change:
        if not isinstance(found, Service):
            return Change(op=Op.SKIP, reason="the service is gone")
        if words.effective_traffic(found.traffic) != words.effective_traffic(self.set_to):
            return Change(op=Op.SKIP, reason="somebody else has moved the traffic since")
        field = FieldChange("traffic", words.traffic_words(found.traffic), "the earlier revision")
        return Change(op=Op.CHANGE, reason="the earlier revision serves again at once", fields=(field,))

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        patch = ServicePatch(traffic=self.to)
        return await cloud.patch(self.ref, patch, etag=found.etag if found else "", request_id=request_id)


def _revision_ref(service: Ref, revision: str) -> Ref:
    return Ref(kind="revision", project=service.project, location=service.location, name=f"{service.name}/{revision}")


def _split_flags(traffic: tuple[Traffic, ...]) -> list[str]:
    split = words.effective_traffic(traffic)
    if len(split) == 1 and not split[0].revision:
        return ["--to-latest"]
    return ["--to-revisions=" + ",".join(f"{t.revision or 'LATEST'}={t.percent}" for t in split if t.percent)]
