"""Traffic of a service pinned to the revisions that have it now, so that a new revision gets none, and unpinned."""

from __future__ import annotations

from wizard.plan.step import Change, FieldChange, Needs, Op, Step
from wizard.plan.steps import _service_words as words
from wizard.plan.steps._split import Split, pinned, shares, with_tags_of
from wizard.ports import Cloud, Operation, ServicePatch
from wizard.records import AnyResource, Ref, Service


class PinTraffic(Step, frozen=True, kw_only=True, tag="traffic-pin"):
    """Pins the split `original` where it is: `latest` is the revision that was the latest when this was planned."""

    region: str
    name: str
    original: Split
    latest: str

    @property
    def ref(self) -> Ref:
        return Ref(kind="service", project=self.project, location=self.region, name=self.name)

    @property
    def title(self) -> str:
        return f"traffic of {self.name} pinned where it is"

    @property
    def needs(self) -> Needs:
        return Needs(apis=("run.googleapis.com",), permissions=("run.services.update",))

    @property
    def to(self) -> Split:
        """The split with the names of revisions."""
        return pinned(self.original, self.latest)

    def decide(self, found: AnyResource | None) -> Change:
        if not isinstance(found, Service):
            return Change(op=Op.BLOCK, reason=f"there is no service {self.name} in {self.region}")
        if found.traffic == self.to:
            return Change(op=Op.REUSE, reason="traffic names its revisions already")
        field = FieldChange("traffic", words.traffic_words(found.traffic), words.traffic_words(self.to))
        if self.latest not in (found.latest_ready, ""):
            why = f"{found.latest_ready or 'another revision'} was deployed meanwhile"
            return Change(op=Op.BLOCK, reason=why, fields=(field,))
        if words.effective_traffic(found.traffic) != words.effective_traffic(self.original):
            return Change(op=Op.BLOCK, reason="somebody else has moved the traffic", fields=(field,))
        return Change(op=Op.CHANGE, reason="a new revision gets nothing before it is proven", fields=(field,))

    def inverse(self, change: Change, before: AnyResource | None) -> Step | None:
        if change.op is not Op.CHANGE or not isinstance(before, Service):
            return None
        return UnpinTraffic(project=self.project, region=self.region, name=self.name, to=before.traffic, set_to=self.to)

    def gcloud(self) -> list[list[str]]:
        command = ["gcloud", "run", "services", "update-traffic", self.name]
        command += [f"--project={self.project}", f"--region={self.region}"]
        split = ",".join(f"{revision}={percent}" for revision, percent in shares(self.to).items())
        return [[*command, f"--to-revisions={split}"]]

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        patch = ServicePatch(traffic=self.to)
        return await cloud.patch(self.ref, patch, etag=found.etag if found else "", request_id=request_id)


class UnpinTraffic(Step, frozen=True, kw_only=True, tag="traffic-unpin"):
    """Gives the split its original shape again, if its shares still are those that `PinTraffic` set."""

    region: str
    name: str
    to: Split
    set_to: Split

    @property
    def ref(self) -> Ref:
        return Ref(kind="service", project=self.project, location=self.region, name=self.name)

    @property
    def reversible(self) -> bool:
        return False

    def _wanted(self, found: Service) -> Split:
        """As it was written then, unless others have changed their tags since."""
        whole = words.effective_traffic(self.to)
        wanted = with_tags_of(whole, found.traffic, self.set_to, "")
        return self.to if wanted == whole else wanted

    def decide(self, found: AnyResource | None) -> Change:
        if not isinstance(found, Service):
            return Change(op=Op.SKIP, reason="the service is gone")
        if shares(found.traffic) != shares(self.set_to):
            return Change(op=Op.SKIP, reason="traffic is no longer pinned as it was")
        field = FieldChange("traffic", words.traffic_words(found.traffic), words.traffic_words(self._wanted(found)))
        return Change(op=Op.CHANGE, reason="the next deploy gets traffic as it did before", fields=(field,))

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        patch = ServicePatch(traffic=self._wanted(found) if isinstance(found, Service) else self.to)
        return await cloud.patch(self.ref, patch, etag=found.etag if found else "", request_id=request_id)
