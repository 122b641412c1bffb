"""A part of the traffic of a service to the new revision that waits under a tag, a look at it, and the way back."""

from __future__ import annotations

from msgspec.structs import replace

from wizard.plan.step import Change, FieldChange, Needs, Op, Outcome, Step
from wizard.plan.steps import _service_words as words
from wizard.plan.steps._look import Look, look_for
from wizard.plan.steps._split import Split, held_under, is_between, revision_under, shares, shifted, with_tags_of
from wizard.ports import Cloud, Operation, ServicePatch
from wizard.records import AnyResource, Ref, Service, Traffic, VpcAccess


class StageTraffic(Step, frozen=True, kw_only=True, tag="traffic-stage"):
    """From `start` to `percent` of the traffic on the revision with the tag `hold`; the rest is shared as in `base`.

    With 0 the tag is only pinned to its revision, whose own URL is called: nobody else's traffic is on it. Then it is
    looked at for `watch` seconds (`calls`, `normal`, `patience`: see `Look`). The service must have `image`, if given.
    """

    region: str
    name: str
    base: Split
    hold: str
    percent: int
    vpc: VpcAccess
    start: int = 0
    watch: float = 0.0
    calls: int = 0
    normal: int = 0
    image: str = ""
    patience: float = 2.0

    @property
    def ref(self) -> Ref:
        return Ref(kind="service", project=self.project, location=self.region, name=self.name)

    @property
    def id(self) -> str:
        return f"{self.kind}/{self.name}-{self.percent}"

    @property
    def title(self) -> str:
        what = f"{self.percent} % of the traffic" if self.percent else "the new revision alone, at its own URL"
        return f"{self.name}: {what}" + (f", for {self.watch:.0f} s" if self.watch else "")

    @property
    def needs(self) -> Needs:
        return Needs(apis=("run.googleapis.com",), permissions=("run.services.update", "run.revisions.get"))

    @property
    def usual(self) -> float:
        return 5.0 + self.watch

    def _split(self, percent: int, found: Service) -> Split:
        """The whole split with `percent` on our revision, and the tags of others as they are now."""
        held = held_under(found, self.hold)
        named = held.revision if held is not None else ""
        return with_tags_of(shifted(self.base, percent, named, self.hold), found.traffic, self.base, self.hold)

    def decide(self, found: AnyResource | None) -> Change:
        if not isinstance(found, Service):
            return Change(op=Op.BLOCK, reason=f"there is no service {self.name} in {self.region}")
        held = held_under(found, self.hold)
        if held is None:
            return Change(op=Op.BLOCK, reason=f"the tag {self.hold} is gone: somebody else moved it")
        if held.revision and found.latest_created != held.revision:
            why = f"{found.latest_created} was deployed meanwhile; it has not been proven"
            return Change(op=Op.BLOCK, reason=why)
        if self.image not in ("", found.image):
            return Change(op=Op.BLOCK, reason=f"another image was deployed meanwhile: {found.image}")
        now = shares(found.traffic)
        if now == shares(self._split(self.percent, found)) and (held.revision or self.percent):
            return Change(op=Op.REUSE, reason="traffic is already so")
        if now != shares(self._split(self.start, found)):
            why = f"somebody else has moved the traffic: {words.traffic_words(found.traffic)}"
            return Change(op=Op.BLOCK, reason=why)
        if self.percent == 0:
            field = FieldChange("tag", "whichever revision is the latest", "the new revision by its name")
            return Change(op=Op.CHANGE, reason="tried alone before it gets traffic", fields=(field,))
        field = FieldChange("traffic on the new revision", f"{self.start} %", f"{self.percent} %")
        return Change(op=Op.CHANGE, reason="the new revision answers", fields=(field,))

    def predict(self, found: Service) -> Service:
        """The service as it will be after this step, as far as later steps care: its traffic."""
        return words.with_traffic(found, self._split(self.percent, found))

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
        if not self.percent:
            return []
        command = ["gcloud", "run", "services", "update-traffic", self.name]
        command += [f"--project={self.project}", f"--region={self.region}"]
        return [[*command, f"--to-tags={self.hold}={self.percent}"]]

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        traffic = self._split(self.percent, found) if isinstance(found, Service) else self.base
        if isinstance(found, Service):
            traffic = tuple(_named(t, self.hold, revision_under(found, self.hold)) for t in traffic)
        return await cloud.patch(
            self.ref, ServicePatch(traffic=traffic), etag=found.etag if found else "", request_id=request_id
        )

    async def check(self, cloud: Cloud, found: AnyResource | None) -> Outcome:
        if not isinstance(found, Service):
            return Outcome(error=f"service {self.name} is gone", code="not_found")
        look = Look(
            service=self.ref,
            split=self._split(self.percent, found),
            tag=self.hold,
            vpc=self.vpc,
            calls=self.calls,
            normal=self.normal,
            patience=self.patience,
        )
        return await look_for(cloud, look, found, self.watch)


def _named(target: Traffic, tag: str, revision: str) -> Traffic:
    return replace(target, revision=revision) if target.tag == tag else target


class ReturnToBase(Step, frozen=True, kw_only=True, tag="traffic-back"):
    """All traffic to the revisions of `base` at once, unless somebody else has moved it; `made` is our revision."""

    region: str
    name: str
    base: Split
    hold: str
    made: str

    @property
    def ref(self) -> Ref:
        return Ref(kind="service", project=self.project, location=self.region, name=self.name)

    @property
    def title(self) -> str:
        return f"traffic of {self.name} back to the earlier revision"

    @property
    def reversible(self) -> bool:
        return False

    def _wanted(self, found: Service) -> Split:
        """Our tag stays where it is as long as it is there: what restores the settings takes it away."""
        held = held_under(found, self.hold)
        split = shifted(self.base, 0, self.made, self.hold) if held is not None else self.base
        return with_tags_of(split, found.traffic, self.base, self.hold)

    def decide(self, found: AnyResource | None) -> Change:
        if not isinstance(found, Service):
            return Change(op=Op.SKIP, reason="the service is gone")
        if shares(found.traffic) == shares(self.base):
            return Change(op=Op.SKIP, reason="the earlier revision has it already")
        follows = "" in shares(found.traffic)
        if follows and found.latest_ready != self.made:
            return Change(op=Op.SKIP, reason=f"{found.latest_ready} was deployed since; traffic stays where it is")
        if not is_between(found.traffic, self.base, (self.made, *("",) * follows)):
            return Change(op=Op.SKIP, reason="somebody else has moved the traffic since")
        field = FieldChange("traffic", words.traffic_words(found.traffic), words.traffic_words(self._wanted(found)))
        return Change(op=Op.CHANGE, reason="the earlier revision serves again at once", fields=(field,))

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        patch = ServicePatch(traffic=self._wanted(found) if isinstance(found, Service) else self.base)
        return await cloud.patch(self.ref, patch, etag=found.etag if found else "", request_id=request_id)
