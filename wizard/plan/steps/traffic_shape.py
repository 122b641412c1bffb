"""The end of a migration of a service: its traffic in its original shape, on the new revision, without our tag."""

from __future__ import annotations

from msgspec.structs import replace

from wizard.plan.step import Change, FieldChange, Needs, Op, Outcome, Step
from wizard.plan.steps import _service_words as words
from wizard.plan.steps._look import revision_ref
from wizard.plan.steps._split import Split, held_under, revision_under, shares, shifted, with_tags_of
from wizard.plan.steps.traffic_stage import ReturnToBase
from wizard.ports import Cloud, Operation, ServicePatch
from wizard.records import AnyResource, Ref, Revision, Service, VpcAccess


class ShapeTraffic(Step, frozen=True, kw_only=True, tag="traffic-shape"):
    """Gives the split `to` to a service that has all its traffic on the revision with the tag `hold`.

    In `to` the new revision is the latest one; with `by_name`, for services whose traffic was pinned, it is named.
    """

    region: str
    name: str
    to: Split
    base: Split
    hold: str
    vpc: VpcAccess
    by_name: bool = False

    @property
    def ref(self) -> Ref:
        return Ref(kind="service", project=self.project, location=self.region, name=self.name)

    @property
    def title(self) -> str:
        return f"traffic of {self.name} as it was, on the new revision"

    @property
    def needs(self) -> Needs:
        return Needs(apis=("run.googleapis.com",), permissions=("run.services.update", "run.revisions.get"))

    def _wanted(self, found: Service) -> Split:
        """The split to send. Tags on what followed the latest revision belong to the new one now."""
        made = revision_under(found, self.hold)
        whole = words.effective_traffic(self.to)
        named = tuple(replace(t, revision=t.revision or made) for t in whole) if self.by_name and made else whole
        wanted = with_tags_of(named, found.traffic, self.base, self.hold)
        return self.to if wanted == whole else wanted

    def decide(self, found: AnyResource | None) -> Change:
        if not isinstance(found, Service):
            return Change(op=Op.BLOCK, reason=f"there is no service {self.name} in {self.region}")
        held = held_under(found, self.hold)
        if held is None:
            return self._without_tag(found)
        if held.revision and found.latest_created != held.revision:
            why = f"{found.latest_created} was deployed meanwhile; it has not been proven"
            return Change(op=Op.BLOCK, reason=why)
        if shares(found.traffic) != shares(shifted(self.base, 100, held.revision, self.hold)):
            why = f"somebody else has moved the traffic: {words.traffic_words(found.traffic)}"
            return Change(op=Op.BLOCK, reason=why)
        field = FieldChange("traffic", "the new revision by its tag", words.traffic_words(self.to))
        return Change(op=Op.CHANGE, reason="a later deploy goes live as it did before", fields=(field,))

    def _without_tag(self, found: Service) -> Change:
        expected = {found.latest_ready: 100} if self.by_name else shares(self.to)
        if shares(found.traffic) == expected:
            return Change(op=Op.REUSE, reason="traffic is already so")
        return Change(op=Op.BLOCK, reason=f"the tag {self.hold} is gone: somebody else moved it")

    def inverse(self, change: Change, before: AnyResource | None) -> Step | None:
        if change.op is not Op.CHANGE or not isinstance(before, Service):
            return None
        return ReturnToBase(
            project=self.project,
            region=self.region,
            name=self.name,
            base=self.base,
            hold=self.hold,
            made=revision_under(before, self.hold),
        )

    def gcloud(self) -> list[list[str]]:
        command = ["gcloud", "run", "services", "update-traffic", self.name]
        command += [f"--project={self.project}", f"--region={self.region}"]
        latest = [] if self.by_name else [[*command, "--to-latest"]]
        return [*latest, [*command, f"--remove-tags={self.hold}"]]

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        patch = ServicePatch(traffic=self._wanted(found) if isinstance(found, Service) else self.to)
        return await cloud.patch(self.ref, patch, etag=found.etag if found else "", request_id=request_id)

    async def check(self, cloud: Cloud, found: AnyResource | None) -> Outcome:
        if not isinstance(found, Service):
            return Outcome(error=f"service {self.name} is gone", code="not_found")
        if held_under(found, self.hold) is not None:
            return Outcome(error=f"the tag {self.hold} is still there", code="not_applied")
        revision = await cloud.find(revision_ref(self.ref, found.latest_ready))
        if not isinstance(revision, Revision) or not words.same_vpc(revision.vpc, self.vpc):
            return Outcome(error=f"{found.latest_ready} serves without the new settings", code="not_applied")
        return Outcome(observed=f"{found.latest_ready} serves: {words.vpc_words(self.vpc)}")
